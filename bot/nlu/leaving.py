"""What leaving a form sounds like while one is being filled in.

"Cancel it" is about an order in one conversation and about the form in another, so no classifier of single
messages can tell.  Here the conversation does: as long as a form is active, words of cancelling that name no
order mean the form.
"""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.ngrams import words
from bot.nlu.normalizer import Normalizer, normalised

#: The intent that every form gives way to.
LEAVING = "cancel_form"
#: What a visitor means who cancels something outside a form.
_ORDER = "cancel_order"
#: More words than this tell a story, which may be what the form asked for.
_FEW = 8

#: Nobody cancels at greater length, and patterns need not see more.
_LONGEST = 40
_MARK = r"[,，、.。!！~～ ]"
_MARKS = rf"{_MARK}*"
_BARE_ZH = re.compile(
    rf"(?:(?:不|不了|不用了|算了|好|好的|行|嗯|那|就|还是|先|请|麻烦|帮我|给我|我要|我想){_MARKS})*"
    rf"(?:(?:取消|作废|退出)(?:它|这个|这项|掉|填写|登记)?|(?:都|全)?不要了|不弄了|不办了)(?:吧|了|啊|啦|谢谢|{_MARK})*"
)
_BARE_EN = re.compile(
    r"(?:(?:no|nope|nah|ok|okay|well|oh|please|just|actually|sorry|can you|could you|let's|i want to)"
    rf"{_MARKS})*"
    rf"(?:cancel|abort|quit)(?: (?:it|this|that|all|everything|now|the form|this form))*"
    rf"(?:{_MARKS}(?:please|thanks|thank you))?{_MARKS}"
)
_NAMES_ORDER = re.compile(r"订单|单子|单号|包裹|商品|货|\b(?:orders?|purchases?|parcels?|packages?|items?)\b")


def leaves(text: str, intent: str, names_order: bool) -> bool:
    """Does a normalised text, said inside a form, mean the form?  names_order: an order number is in it."""
    if len(text) > _LONGEST:
        return False
    if _BARE_ZH.fullmatch(text) or _BARE_EN.fullmatch(text):
        return True
    if intent != _ORDER or names_order or _NAMES_ORDER.search(text):
        return False
    return len(words(text).split()) <= _FEW


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class FormExit(GraphComponent):
    """Replaces the intent of such a message by `cancel_form`."""

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
    ) -> FormExit:
        return cls()

    def process(self, messages: list[Message], tracker: DialogueStateTracker | None = None) -> list[Message]:
        if tracker is None or not tracker.active_loop_name:
            return messages
        for message in messages:
            if (message.get(TEXT) or "").startswith("/"):
                continue
            intent = (message.get(INTENT) or {}).get("name") or ""
            numbers = any(e.get("entity") == "order_number" for e in message.get(ENTITIES) or [])
            if leaves(normalised(message), intent, numbers):
                message.set(INTENT, {"name": LEAVING, "confidence": 1.0}, add_to_output=True)
        return messages
