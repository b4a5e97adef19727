"""Orders, refunds, repairs, tickets and points, each looked up by a number that the visitor gives.

Without a number the bot asks for it and remembers in the slot `pending` what it is for; action_inform goes
on when the number comes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rasa_sdk.events import SlotSet

from actions import settings, wording
from actions.base import Events, KetingAction, NotFound, Turn, Unavailable
from actions.orders import OrderGateway
from actions.products import products_of, tell_product
from actions.service import Service


class Lookups:
    """The look-ups themselves, shared by the actions below and by questions asked inside a form."""

    def __init__(self, gateway: OrderGateway, service: Service) -> None:
        self._gateway = gateway
        self._service = service

    async def order(self, turn: Turn) -> Events:
        return await self._ask_or_find(
            turn, "order", ("order_number",), "utter_ask_order_number", self._tell_order
        )

    async def refund(self, turn: Turn) -> Events:
        return await self._ask_or_find(
            turn, "refund", ("order_number",), "utter_ask_order_number", self._tell_refund
        )

    async def repair(self, turn: Turn) -> Events:
        names = ("ticket_number", "order_number")
        return await self._ask_or_find(turn, "repair", names, "utter_ask_repair_number", self._tell_repair)

    async def ticket(self, turn: Turn) -> Events:
        return await self._ask_or_find(
            turn, "ticket", ("ticket_number",), "utter_ask_ticket_number", self._tell_ticket
        )

    async def points(self, turn: Turn) -> Events:
        return await self._ask_or_find(
            turn, "points", ("phone_number",), "utter_ask_member_phone", self._tell_points
        )

    async def _ask_or_find(
        self,
        turn: Turn,
        purpose: str,
        names: tuple[str, ...],
        question: str,
        tell: Callable[[Turn, str], Awaitable[None]],
    ) -> Events:
        number = next((n for n in map(turn.entity, names) if n), None)
        number = number or next((str(turn.slot(n)) for n in names if turn.slot(n)), None)
        if not number:
            turn.say(question)
            return [SlotSet("pending", purpose)]
        try:
            await tell(turn, number)
        except NotFound:
            return [SlotSet("pending", purpose), *_forgotten(turn, number, names)]
        except Unavailable:
            turn.say("utter_lookup_down")
            return [SlotSet("pending", None)]
        return [SlotSet("pending", None), *_remembered(number)]

    async def _tell_order(self, turn: Turn, number: str) -> None:
        with _or_say(turn, "utter_order_unknown", number=number):
            order = await self._gateway.order(number)
        state = wording.order_state(order, turn.language)
        turn.say(
            "utter_order_card",
            number=number,
            state=state,
            lines="\n".join(wording.order_lines(order, turn.language)),
        )

    async def _tell_refund(self, turn: Turn, number: str) -> None:
        with _or_say(turn, "utter_order_unknown", number=number):
            refund: dict[str, Any] | None = (await self._gateway.order(number)).get("refund")
        if not refund:
            return turn.say("utter_refund_none", number=number)
        state = wording.REFUND_STATES[refund["state"]][turn.language]
        turn.say(
            "utter_refund_state", number=number, amount=refund["amount"], state=state, at=refund["at"][:10]
        )

    async def _tell_repair(self, turn: Turn, number: str) -> None:
        if number.startswith("T"):
            return await self._tell_ticket(turn, number)
        with _or_say(turn, "utter_repair_unknown", number=number):
            repair = await self._gateway.repair(number)
        turn.say(
            "utter_repair_state",
            number=number,
            product=turn.in_language(repair["product"]),
            state=wording.REPAIR_STATES[repair["state"]][turn.language],
            expected=wording.expected(repair.get("expected_on"), turn.language),
        )

    async def _tell_ticket(self, turn: Turn, number: str) -> None:
        with _or_say(turn, "utter_ticket_unknown", number=number):
            ticket = await self._service.ticket(number, turn.conversation_id)
        turn.say(
            "utter_ticket_state",
            number=ticket["number"],
            state=turn.in_language(ticket["state_label"]),
            department=wording.department(ticket, turn.language),
            comment=ticket.get("last_public_comment") or "",
        )

    async def _tell_points(self, turn: Turn, phone: str) -> None:
        with _or_say(turn, "utter_points_unknown"):
            member = await self._gateway.points(phone)
        turn.say(
            "utter_points",
            level=turn.in_language(member["level"]),
            points=member["points"],
            expiring=member["expiring"],
            expiring_on=member["expiring_on"],
        )


@contextmanager
def _or_say(turn: Turn, response: str, **values: str) -> Iterator[None]:
    """What is not found is said; the caller hears of it too."""
    try:
        yield
    except NotFound:
        turn.say(response, **values)
        raise


def _forgotten(turn: Turn, number: str, names: tuple[str, ...]) -> Events:
    """A number that led nowhere is not asked about again; the visitor's own ticket takes its place."""
    own = turn.slot("own_ticket")
    known = own if own != number else None
    return [
        SlotSet(name, known if name == "ticket_number" else None)
        for name in names
        if turn.slot(name) == number
    ]


def _remembered(number: str) -> Events:
    return [SlotSet("own_ticket", number)] if number.startswith("T") else []


class LookupAction(KetingAction):
    """Base of the actions that look one thing up."""

    def __init__(self, lookups: Lookups | None = None) -> None:
        self.lookups = lookups or Lookups(settings.orders(), settings.service())

    def apologise(self, turn: Turn) -> None:
        turn.say("utter_lookup_down")


class ActionOrderStatus(LookupAction):
    def name(self) -> str:
        return "action_order_status"

    async def act(self, turn: Turn) -> Events:
        # a bare number is heard as a question about the order, though a refund was asked for before
        if turn.slot("pending") == "refund" and turn.entity("order_number") == turn.text.upper():
            return await self.lookups.refund(turn)
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


class ActionInform(LookupAction):
    """A number or a name by itself: the answer to what was asked, or the start of a likely question."""

    def name(self) -> str:
        return "action_inform"

    async def act(self, turn: Turn) -> Events:
        purpose = turn.slot("pending") or ""
        if turn.entity("ticket_number"):
            return await self.lookups.ticket(turn)
        if turn.entity("order_number"):
            kinds = {"refund": self.lookups.refund, "repair": self.lookups.repair}
            return await kinds.get(purpose, self.lookups.order)(turn)
        if turn.entity("phone_number") and purpose == "points":
            return await self.lookups.points(turn)
        if products_of(turn.entity("product") or ""):
            tell_product(turn)
        elif turn.text.startswith("/"):  # a button of a form that is over
            turn.say("utter_nothing_to_cancel")
        else:
            turn.say("utter_inform", value=turn.text)
        return []
