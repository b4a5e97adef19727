"""A question in the middle of a form: answered, and then the form goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from actions import settings
from actions.base import Events, KetingAction, Turn
from actions.business import tell_hours
from actions.knowledge import answered, rate
from actions.lookups import Lookups
from actions.products import tell_discount, tell_product
from actions.service import Service
from actions.small_talk import chat
from actions.stock import tell_stock
from actions.stores import tell_stores

#: Would start another form; one at a time.
_OTHER_FORMS = {"request_repair", "make_complaint", "make_suggestion", "leave_message"}
#: Outside a form too these are answered without a look at the knowledge base.
BY_ITSELF = {"greet", "goodbye", "thank", "bot_challenge", "report_package_damaged", "request_invoice"}


class ActionAnswerAside(KetingAction):
    """Says what the rule of data/rules/answers.yml would have said for the same intent."""

    def __init__(self, lookups: Lookups | None = None, service: Service | None = None) -> None:
        self._service = service or settings.service()
        self._lookups = lookups or Lookups(settings.gateway(), self._service)

    def name(self) -> str:
        return "action_answer_aside"

    async def act(self, turn: Turn) -> Events:
        looking_up: dict[str, Callable[[Turn], Awaitable[Events]]] = {
            "ask_order_status": self._lookups.order,
            "ask_refund_status": self._lookups.refund,
            "ask_repair_progress": self._lookups.repair,
            "ask_ticket_status": self._lookups.ticket,
            "ask_membership_points": self._lookups.points,
        }
        gateway = self._lookups.gateway
        if turn.intent in looking_up:
            return await looking_up[turn.intent](turn)
        if turn.intent in _OTHER_FORMS:
            turn.say("utter_finish_form_first")
        elif turn.intent == "rate_answer":
            await rate(turn, self._service)
        elif turn.intent == "out_of_scope":
            chat(turn)
        elif turn.intent == "ask_business_hours":
            await tell_hours(turn, self._service, gateway)
        elif turn.intent == "ask_store_location":
            return await tell_stores(turn, gateway)
        elif turn.intent == "ask_stock":
            return await tell_stock(turn, gateway)
        elif turn.intent == "ask_discount":
            tell_discount(turn)
        elif turn.intent in BY_ITSELF:
            turn.say(f"utter_{turn.intent}")
        else:
            return await self._from_article(turn)
        return []

    async def _from_article(self, turn: Turn) -> Events:
        events = await answered(turn, self._service)
        if events is None and turn.intent == "ask_product_info":
            tell_product(turn)
        elif events is None:
            turn.say("utter_knowledge_gone" if turn.intent == "ask_article" else f"utter_{turn.intent}")
        return events or []
