"""Actions that look one thing up, by a number."""

from __future__ import annotations

from rasa_sdk.events import FollowupAction, SlotSet

from actions import numbers, settings
from actions.base import Events, KetingAction, Turn
from actions.lookups import Lookups
from actions.products import products_of, tell_product
from actions.stock import tell_stock
from actions.stores import tell_stores

#: The button that starts the form for an invoice names its first field.
_START = "invoice_title"


class LookupAction(KetingAction):
    """Base of the actions that look one thing up."""

    def __init__(self, lookups: Lookups | None = None) -> None:
        self.lookups = lookups or Lookups(settings.gateway(), settings.service())

    def apologise(self, turn: Turn) -> None:
        turn.say("utter_lookup_down")


class ActionOrderStatus(LookupAction):
    def name(self) -> str:
        return "action_order_status"

    async def act(self, turn: Turn) -> Events:
        # a bare number is heard as a question about the order, though something else was asked before
        if turn.entity("order_number") == turn.text.upper():
            if turn.slot("pending") == "refund":
                return await self.lookups.refund(turn)
            if turn.slot("pending") == "invoice":
                return await self.lookups.invoice(turn)
        return await self.lookups.order(turn)


class ActionRefundStatus(LookupAction):
    def name(self) -> str:
        return "action_refund_status"

    async def act(self, turn: Turn) -> Events:
        return await self.lookups.refund(turn)


class ActionRepairProgress(LookupAction):
    def name(self) -> str:
        return "action_repair_progress"

    async def act(self, turn: Turn) -> Events:
        return await self.lookups.repair(turn)


class ActionTicketStatus(LookupAction):
    def name(self) -> str:
        return "action_ticket_status"

    async def act(self, turn: Turn) -> Events:
        return await self.lookups.ticket(turn)


class ActionMembershipPoints(LookupAction):
    def name(self) -> str:
        return "action_membership_points"

    async def act(self, turn: Turn) -> Events:
        return await self.lookups.points(turn)


class ActionRequestInvoice(LookupAction):
    """How invoices are had; of an order that is named, how far its invoice is, and the form for one."""

    def name(self) -> str:
        return "action_request_invoice"

    async def act(self, turn: Turn) -> Events:
        if turn.entity("field") == _START:
            if turn.slot("order_number"):
                return [FollowupAction("invoice_form")]
            turn.say("utter_ask_order_number")
            return [SlotSet("pending", "invoice")]
        if turn.entity("order_number"):
            return await self.lookups.invoice(turn)
        turn.say("utter_request_invoice")
        return [SlotSet("pending", "invoice")]


class ActionInform(LookupAction):
    """A number or a name by itself: the answer to what was asked, or the start of a likely question."""

    def name(self) -> str:
        return "action_inform"

    async def act(self, turn: Turn) -> Events:
        found = await numbers.take(turn, self.lookups)
        if found is not None:
            return found
        if turn.slot("pending") == "stock" and (turn.entity("product") or turn.entity("color")):
            return await tell_stock(turn, self.lookups.gateway)
        if turn.entity("city") or turn.entity("district"):
            return await tell_stores(turn, self.lookups.gateway)
        if products_of(turn.entity("product") or ""):
            tell_product(turn)
        elif turn.text.startswith("/"):  # a button of a form that is over
            turn.say("utter_nothing_to_cancel")
        else:
            turn.say("utter_inform", value=turn.text)
        return []
