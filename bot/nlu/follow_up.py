"""Questions that lean on the one before: "And the other one?", "What about Hong Kong?", "那蓝色的呢".

Their words alone say nothing of what is wanted, or something else than is meant.  What was asked last is in
the slot `last_topic`; such a question is that one again, with the new detail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.language import normalise
from bot.nlu.normalizer import Normalizer, normalised

LAST_TOPIC = "last_topic"
#: Intents that are not about anything, or that answer what we asked.
NO_TOPIC = frozenset(
    {"greet", "goodbye", "thank", "affirm", "deny", "inform", "cancel_form", "nlu_fallback", "out_of_scope"}
)
#: Questions about one thing of several, and the slot that knows which.
_ABOUT = {
    "ask_order_status": "order_number",
    "ask_refund_status": "order_number",
    "ask_repair_progress": "order_number",
    "request_invoice": "order_number",
    "ask_ticket_status": "ticket_number",
    "ask_membership_points": "phone_number",
    "ask_product_info": "product",
    "ask_stock": "product",
    "ask_discount": "product",
}
#: Which questions can be asked again with another detail of that kind.  place: a region, a city: with shops.
_SUITS: dict[str, frozenset[str]] = {
    **{slot: frozenset(t for t, about in _ABOUT.items() if about == slot) for slot in set(_ABOUT.values())},
    **dict.fromkeys(
        ("place", "city", "district"),
        frozenset(
            {"ask_shipping_fee", "ask_delivery_time", "ask_store_location", "ask_business_hours", "ask_stock"}
        ),
    ),
    "color": frozenset({"ask_stock", "ask_product_info", "ask_discount"}),
    "date": frozenset({"ask_business_hours", "ask_delivery_time"}),
}

_HAN = re.compile(r"[\u4e00-\u9fff]")
_END = r"[?？!！。.,，~～ ]*"
_FRAME_ZH = re.compile(
    rf"(?P<before>(?:(?:那么?(?![个件单款台笔一])|还有|然后|再|哦|噢|嗯|好的?|谢谢|如果是?|要是|换成|查一?下|看一?下){_END})*)"
    rf"(?P<what>[^?？!！。]{{1,24}}?)(?P<after>(?:的话)?(?:呢|怎么样|行吗|可以吗|一样吗)?){_END}"
)
_FRAME_EN = re.compile(
    r"(?P<before>(?:(?:and|ok|okay|so|then|thanks|what about|how about|what if it's|same for|as for)"
    rf"{_END})*)"
    rf"(?P<what>[^?!]{{1,40}}?)(?P<after>(?: (?:then|though|please|instead))?){_END}"
)
_ORDINALS = {
    **dict.fromkeys(("一", "1", "first", "1st"), 1),
    **dict.fromkeys(("二", "两", "2", "second", "2nd"), 2),
    **dict.fromkeys(("三", "3", "third", "3rd"), 3),
}
_REFERENCE = re.compile(
    r"(?:另外?一?|其[他它]的?|别的|那一?|这一?|第(?P<zh>[一二两三123])|[前上下后]一)"
    r"(?:[个件单款台笔]|订单|产品|商品)*的?"
    r"|(?:the |my |that |this )?"
    r"(?:other|another|last|next|previous|(?P<en>first|second|third|1st|2nd|3rd)|that|this)"
    r"(?: (?:one|order|product|item|ticket))?"
)
#: Words around a detail that change nothing about it.
_AROUND = re.compile(
    r"^(?:(?:for|to|in|at|with|from|on|the|my|a|an|order|ticket)\b ?)+"
    r"|(?: (?:one|version|model|order|store|shop))+$"
    r"|^(?:寄到|寄|送到|发到|到|在|换|订单|工单)|(?:那?[个款件台单]|店|门店|版|的)+$"
)
_PLACE = re.compile(
    r"香港|澳门|台湾|港澳台|新疆|西藏|内蒙古?|青海|海南|偏远地区|海外|国外"
    r"|hong kong|macau|taiwan|xinjiang|tibet|abroad|overseas|remote (?:areas|regions)"
)
_NAMES = {"order_number": "ordernumber", "ticket_number": "ticketnumber", "phone_number": "phonenumber"}


def refers(text: str) -> int | None:
    """Does a normalised text only point at a thing ("the second one")?  Says at which; 0: at another one."""
    match = _REFERENCE.fullmatch(_frame(text)["what"].strip())
    return _ORDINALS.get(match["zh"] or match["en"] or "", 0) if match else None


def detail(text: str, entities: Iterable[Mapping[str, Any]]) -> str | None:
    """The kind of thing that a normalised text names, if it asks "what about" that and says nothing else."""
    frame = _frame(text)
    if not (frame["before"] or frame["after"]):
        return None
    what = _AROUND.sub("", _AROUND.sub("", frame["what"])).strip()
    if _PLACE.fullmatch(what):
        return "place"
    for entity in entities:
        kind = str(entity.get("entity"))
        if what in (_NAMES.get(kind), normalise(str(entity.get("text") or entity.get("value")))):
            return kind
    return None


def _frame(text: str) -> dict[str, str]:
    """The words before a thing that is asked about, those that name it, and those after."""
    frame = _FRAME_ZH if _HAN.search(text) else _FRAME_EN
    match = frame.fullmatch(text)
    return match.groupdict(default="") if match else {"before": "", "what": "", "after": ""}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class FollowUp(GraphComponent):
    """Gives such a message the intent of the last question, and `follow_up: {"was", "forget"}`.

    was: the intent that the words alone were taken for; forget: a slot whose value is not meant this time,
    though no other is known.  Where nothing was asked before, the intent becomes nlu_fallback.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [Normalizer]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FollowUp:
        return cls()

    def process(self, messages: list[Message], tracker: DialogueStateTracker | None = None) -> list[Message]:
        if tracker is None or tracker.active_loop_name:
            return messages
        for message in messages:
            if not (message.get(TEXT) or "").startswith("/"):
                _follow(message, tracker)
        return messages


def _follow(message: Message, tracker: DialogueStateTracker) -> None:
    text, entities = normalised(message), message.get(ENTITIES) or []
    topic = tracker.get_slot(LAST_TOPIC)
    which = refers(text)
    if which is not None:
        slot = _ABOUT.get(topic or "")
        other = _mentioned(tracker, slot, which) if slot else None
        if other:
            entity = {"entity": slot, "value": other, "start": None, "end": None}
            message.set(ENTITIES, [*entities, entity], add_to_output=True)
        _turn_into(message, topic if slot else DEFAULT_NLU_FALLBACK_INTENT_NAME, None if other else slot)
        return
    kind = detail(text, entities)
    if kind and topic in _SUITS.get(kind, ()):
        _turn_into(message, topic, None)


def _turn_into(message: Message, intent: str, forget: str | None) -> None:
    follow_up = {"was": message.get(INTENT), "forget": forget}
    message.set("follow_up", follow_up, add_to_output=True)
    message.set(INTENT, {"name": intent, "confidence": 1.0}, add_to_output=True)


def _mentioned(tracker: DialogueStateTracker, slot: str, ordinal: int) -> str | None:
    """The so manieth value that a slot has had; 0: the latest that it has not now."""
    had = list(
        dict.fromkeys(e.value for e in tracker.events if isinstance(e, SlotSet) and e.key == slot and e.value)
    )
    if ordinal:
        return had[ordinal - 1] if ordinal <= len(had) else None
    now = tracker.get_slot(slot)
    return next((value for value in reversed(had) if value != now), None)
