"""The conversation inside a form, the same for all: start, answer, correct, refuse, ask something else,
leave.

The rules in data/rules/forms.yml take over when `listen` returns nothing: Rasa then sees that the form did
not want the message.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rasa_sdk.events import SlotSet

from actions.base import Events, Turn
from actions.forms.fields import LEFT_OUT, Field

#: "Skip this one", which at a field that may be left out leaves it out.
_SKIP = re.compile(
    r"(?:那|就|我|先|请|請|no|ok|okay|please|can i|i'd rather|just|let's|[,，。. ])*"
    r"(?:[跳略][过過]|不填|不写|不寫|不提供|不留|留空|空着|skip|pass|leave (?:it |this )?(?:out|blank|empty))"
    r"(?:这个|這個|这一?项|這一?項|吧| it| this| that| this one| that one| for now|please|[,，。.!！ ])*",
    re.IGNORECASE,
)
#: Around the bare name of a field: "the phone", "电话不对", "I want to change the date".
_BARE_BEFORE = (
    r"(?:(?:我)?(?:想|要|需要)?(?:修改|更改|更正|改一下|改下|改|换)(?:一下)?"
    r"|(?:i(?:'d like| want| need) to )?(?:change|correct|fix|edit|update)|no[,，]|it's|不对|不對|是)?"
    r"[,，:： ]*(?:the |my |那个|那個|我的)?"
)
_BARE_AFTER = (
    r"(?: ?(?:不对|不對|错了|錯了|有误|有誤|写错了|寫錯了|填错了|填錯了|要改|要修改|需要改|改一下"
    r"|is wrong|was wrong|is incorrect|isn't right|please))?[。.!！~ ]*"
)
#: "Change something", where all is shown and may be confirmed.
_CHANGE = re.compile(
    r"(?:不|no|no wait|wait|我|[,，。. ])*(?:想|要|需要|还要|還要)?"
    r"(?:修改|更改|改一下|改一改|改)(?:一下|一项|一項|内容|內容)?[吧。.!！ ]*"
    r"|(?:no|wait|i(?:'d like| want| need) to|let me|can i|please|[,. ])*"
    r"(?:change|edit|correct|fix) ?(?:something|anything|it|this|that|one thing)?[.!? ]*",
    re.IGNORECASE,
)
#: What people are to be told.  While nobody is there "please call me" is that, and a way out leads back here.
_TO_PEOPLE = "message_text"
_CALL_ME = re.compile(
    r"[电電][话話]|[来來回致][电電]|[联聯][系係繫络絡]|回[复覆]|\b(?:call|phone|ring|contact|reach|reply|answer)\b",
    re.IGNORECASE,
)
#: Longer messages are none of these.
_BARE_LENGTH = 40

#: Intents that answer a form, or leave it; every other one may be a question beside it.
_ANSWERS = {"inform", "affirm", "deny", "nlu_fallback", ""}
_LEAVING = {"cancel_form", "request_human"}
_SMALL_TALK = {"greet", "thank", "goodbye", "bot_challenge"}
_CONFIDENT = 0.5
#: Where any words are an answer, "call me back tomorrow" is one: only who surely asks for a person leaves.
_CERTAIN = 0.8
_SHORT = 12
#: Misses in a row after which a person is offered.
_PATIENCE = 2

_QUESTION = re.compile(
    r"[?？]|吗|呢|多少|怎么|怎样|什么|哪|几[点天时号个]|多久|能不能|可不可以|有没有|是不是"
    r"|\b(?:what|when|where|which|who|why|how|can i|could|do you|does|is there|are there)\b",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"^(?:啊|哦|噢|呃|哎|诶|等等|等一下|等下|抱歉|不好意思|对不起|oh|oops|hmm|uh)?[,，、.。!！ ]*"
    r"(?:不对|不是|错了|搞错|弄错|说错|写错|打错|填错|更正|改一下|改成|改为|我是说|应该是|等等"
    r"|no\b|nope\b|wait\b|sorry\b|actually\b|i mean|i meant|correction|make (?:that|it)|change)",
    re.IGNORECASE,
)
_CHANGE_TO = (
    r"\s*(?:给我)?(?:改成|改为|换成|应该是|写错了?[,，]?是|是|为|should be|is|to)\s*[:：]?\s*(?P<value>.+)"
)


def listen(fields: Sequence[Field], turn: Turn, own_intent: str) -> Events:
    """What the form makes of this message, as slots to set; nothing if the message is not for the form."""
    requested = next((f for f in fields if f.slot == turn.slot("requested_slot")), None)
    if requested is None:
        return _start(fields, turn)
    if not _is_fresh(turn):
        return []
    if _bare(_CHANGE if requested.confirms else _SKIP, turn):
        return _refused(fields, requested, turn)
    reopened = _reopened(fields, requested, turn)
    if reopened:
        return reopened
    if _leaves(turn, requested):
        return []
    if turn.is_held:
        return _taken_down(fields, requested, turn)
    corrected = _correction(fields, requested, turn)
    if corrected:
        return corrected
    value = requested.read(turn)
    if _asks_beside(requested, turn, own_intent, value is not None):
        return []
    if _refuses(requested, turn):
        return _refused(fields, requested, turn)
    if value is None:
        return _missed(requested, turn)
    return [SlotSet(requested.slot, value), SlotSet("form_misses", 0), *_also_said(fields, requested, turn)]


def _start(fields: Sequence[Field], turn: Turn) -> Events:
    """A new form knows nothing but what the message that started it names."""
    prefilled = {f.slot: f.read(turn) for f in fields if _recognised(f, turn)}
    return [SlotSet(f.slot, prefilled.get(f.slot)) for f in fields] + [SlotSet("form_misses", 0)]


def _is_fresh(turn: Turn) -> bool:
    """Has nothing else dealt with this message?  After a question beside the form it has been answered."""
    names = [e["name"] for e in turn.since_user() if e.get("event") == "action"]
    return len(names) <= 1  # Rasa logs the form itself before it asks for validation


def _leaves(turn: Turn, requested: Field) -> bool:
    is_alone = turn.metadata.get("on_duty") is False
    if requested.slot == _TO_PEOPLE and is_alone and turn.intent == "request_human":
        return turn.text.startswith("/") or (len(turn.text) <= _SHORT and not _CALL_ME.search(turn.text))
    sure = turn.confidence >= (_CERTAIN if requested.free else 0.0)
    return turn.intent in _LEAVING and sure


def _asks_beside(requested: Field, turn: Turn, own_intent: str, is_answer: bool) -> bool:
    if turn.intent in _ANSWERS or turn.intent in _LEAVING or turn.intent == own_intent:
        return False
    if turn.text.startswith("/"):
        return True
    if turn.confidence < _CONFIDENT:
        return False
    if not requested.free:
        return not is_answer
    return turn.intent in _SMALL_TALK or _QUESTION.search(turn.text) is not None


def _bare(pattern: re.Pattern[str], turn: Turn) -> bool:
    return len(turn.text) <= _BARE_LENGTH and pattern.fullmatch(turn.text) is not None


def _reopened(fields: Sequence[Field], requested: Field, turn: Turn) -> Events:
    """A field's name by itself, said or pressed, wants that field asked again: it was wrong.

    Where any words are an answer a name may be one, so there only its button counts.
    """
    pressed = turn.entity("field")
    for field in fields:
        if field.confirms or turn.slot(field.slot) is None:
            continue
        said = field is not requested and not requested.free and _is_name_of(field, turn)
        if pressed == field.slot or said:
            return [SlotSet(field.slot, None), SlotSet(requested.slot, None), SlotSet("form_misses", 0)]
    return []


def _is_name_of(field: Field, turn: Turn) -> bool:
    if not field.named:
        return False
    return _bare(re.compile(f"{_BARE_BEFORE}(?:{field.named}){_BARE_AFTER}", re.IGNORECASE), turn)


def _taken_down(fields: Sequence[Field], requested: Field, turn: Turn) -> Events:
    """Angry words where the form asked for words: kept as they are, whatever else they resemble."""
    on_duty = bool(turn.metadata.get("on_duty"))
    if not requested.free and _refuses(requested, turn):
        return _refused(fields, requested, turn)
    turn.say("utter_anger_noted_person" if on_duty else "utter_anger_noted")
    value = requested.read(turn)
    if value is not None:
        return [
            SlotSet(requested.slot, value),
            SlotSet("form_misses", 0),
            *_also_said(fields, requested, turn),
        ]
    told = next((f for f in fields if f.free and turn.slot(f.slot) is not None), None)
    more = [SlotSet(told.slot, f"{turn.slot(told.slot)}\n{turn.text}")] if told else []
    return [*more, SlotSet(requested.slot, None)]


def _correction(fields: Sequence[Field], requested: Field, turn: Turn) -> Events:
    """Another field's value, said by its name, as a correction, or because it can be nothing else."""
    marked = _CORRECTION.match(turn.text) is not None
    others = [f for f in fields if f is not requested and not f.confirms]
    others.sort(key=lambda f: f.free)  # "the phone is 139..." names a number, not a product
    for read in (_named, _unnamed):
        for field in others:
            value = read(field, requested, turn, marked)
            if value is not None:
                if turn.slot(field.slot) is not None:
                    turn.say("utter_corrected", value=value)
                return [SlotSet(field.slot, value), SlotSet(requested.slot, None), SlotSet("form_misses", 0)]
    return []


def _named(field: Field, requested: Field, turn: Turn, marked: bool) -> Any:
    """`The phone is 139...`, `型号改成 X200`: the value after the field's name."""
    match = re.search(rf"(?:{field.named}){_CHANGE_TO}", turn.text, re.IGNORECASE) if field.named else None
    if match is None or turn.slot(field.slot) is None:
        return None
    if requested.free and not marked and not _recognised(field, turn):
        return None  # "the problem is ..." answers the question that was asked
    if field.free and not _recognised(field, turn):
        return match["value"].strip(" .。!！")
    return field.read(turn)


def _unnamed(field: Field, requested: Field, turn: Turn, marked: bool) -> Any:
    """`No, X200`, or a value of that kind where the question wants another kind."""
    if not _recognised(field, turn) or _recognised(requested, turn):
        return None
    is_known = turn.slot(field.slot) is not None
    return field.read(turn) if marked or (is_known and not requested.free) else None


def _recognised(field: Field, turn: Turn) -> bool:
    return any(turn.entity(name) for name in field.entities)


def _refuses(requested: Field, turn: Turn) -> bool:
    if turn.intent != "deny":
        return False
    return not requested.free or turn.text.startswith("/") or len(turn.text) <= _SHORT


def _refused(fields: Sequence[Field], requested: Field, turn: Turn) -> Events:
    if requested.optional:
        return [SlotSet(requested.slot, LEFT_OUT), SlotSet("form_misses", 0)]
    if requested.confirms:
        turn.say("utter_what_to_change", buttons=field_buttons(fields, turn))
    else:
        turn.say("utter_needed")
    return [SlotSet(requested.slot, None)]


def field_buttons(fields: Sequence[Field], turn: Turn) -> list[dict[str, str]]:
    """One for each field that can be corrected; pressed, it asks for that field again."""
    return [
        {"title": turn.in_language(dict(f.title)), "payload": f'/inform{{"field": "{f.slot}"}}'}
        for f in fields
        if f.title and not f.confirms
    ]


def _missed(requested: Field, turn: Turn) -> Events:
    misses = int(turn.slot("form_misses") or 0) + 1
    turn.say("utter_needed" if misses > _PATIENCE and not requested.optional else requested.invalid)
    return [SlotSet(requested.slot, None), SlotSet("form_misses", misses)]


def _also_said(fields: Sequence[Field], requested: Field, turn: Turn) -> Events:
    """Other fields that the same message fills on the way."""
    empty = (f for f in fields if f is not requested and turn.slot(f.slot) is None and _recognised(f, turn))
    found = {f.slot: f.read(turn) for f in empty}
    return [SlotSet(slot, value) for slot, value in found.items() if value is not None]
