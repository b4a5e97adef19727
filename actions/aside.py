"""A question in the middle of a form: answered, and then the form goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from actions import settings
from actions.base import Events, KetingAction, Turn
from actions.business import tell_hours
from actions.lookups import Lookups
from actions.products import tell_product
from actions.service import Service

#: Would start another form; one at a time.
_OTHER_FORMS = {"request_repair", "make_complaint", "make_suggestion", "leave_message"}


class ActionAnswerAside(KetingAction):
    """Says what the rule of data/rules/answers.yml would have said for the same intent."""

    def __init__(self, lookups: Lookups | None = None, service: Service | None = None) -> None:
        self._service = service or settings.service()
        self._lookups = lookups or Lookups(settings.orders(), self._service)

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
        if turn.intent in looking_up:
            return await looking_up[turn.intent](turn)
        if turn.intent in _OTHER_FORMS:
            turn.say("utter_finish_form_first")
        elif turn.intent == "ask_business_hours":
            await tell_hours(turn, self._service)
        elif turn.intent == "ask_product_info":
            tell_product(turn)
        else:
            turn.say(f"utter_{turn.intent}")
        return []
