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

#: Intents that answer a form, or leave it; every other one may be a question beside it.
_ANSWERS = {"inform", "affirm", "deny", "nlu_fallback", ""}
_LEAVING = {"cancel_form", "request_human"}
_SMALL_TALK = {"greet", "thank", "goodbye", "bot_challenge"}
_CONFIDENT = 0.5
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
    if not _is_fresh(turn) or _leaves(turn, requested):
        return []
    corrected = _correction(fields, requested, turn)
    if corrected:
        return corrected
    value = requested.read(turn)
    if _asks_beside(requested, turn, own_intent, value is not None):
        return []
    if _refuses(requested, turn):
        return _refused(requested, turn)
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
    sure = not requested.free or turn.confidence >= _CONFIDENT
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


def _correction(fields: Sequence[Field], requested: Field, turn: Turn) -> Events:
    """Another field's value, said by its name, as a correction, or because it can be nothing else."""
    marked = _CORRECTION.match(turn.text) is not None
    others = [f for f in fields if f is not requested and not f.slot.endswith("_confirmed")]
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


def _refused(requested: Field, turn: Turn) -> Events:
    if requested.optional:
        return [SlotSet(requested.slot, LEFT_OUT), SlotSet("form_misses", 0)]
    turn.say("utter_what_to_change" if requested.slot.endswith("_confirmed") else "utter_needed")
    return [SlotSet(requested.slot, None)]


def _missed(requested: Field, turn: Turn) -> Events:
    misses = int(turn.slot("form_misses") or 0) + 1
    turn.say("utter_needed" if misses > _PATIENCE and not requested.optional else requested.invalid)
    return [SlotSet(requested.slot, None), SlotSet("form_misses", misses)]


def _also_said(fields: Sequence[Field], requested: Field, turn: Turn) -> Events:
    """Other fields that the same message fills on the way."""
    empty = (f for f in fields if f is not requested and turn.slot(f.slot) is None and _recognised(f, turn))
    found = {f.slot: f.read(turn) for f in empty}
    return [SlotSet(slot, value) for slot, value in found.items() if value is not None]
