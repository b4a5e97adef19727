"""Orders, refunds, repairs, invoices, tickets and points, each looked up by a number that the visitor gives.

Without a number the bot asks for it and remembers in the slot `pending` what it is for; action_inform goes
on when the number comes.  So it does for the phone number that proves an order to be the visitor's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from rasa_sdk.events import SlotSet

from actions import cards, wording
from actions.base import Events, NotFound, Turn, Unavailable
from actions.business import zone_of
from actions.gateway.contract import (
    Asker,
    BusinessGateway,
    NotProven,
    NotSupported,
    TooManyAttempts,
)
from actions.outage import apologise
from actions.service import Service

_MOST_LISTED = 5
#: Says what there is to say of a number, and returns what the next number would be for, if anything.
Tell = Callable[[Turn, str], Awaitable[str | None]]


class Lookups:
    """The look-ups themselves, shared by actions and by questions asked inside a form."""

    def __init__(self, gateway: BusinessGateway, service: Service) -> None:
        self.gateway = gateway
        self._service = service

    async def order(self, turn: Turn) -> Events:
        if not _number(turn, ("order_number",)) and asker_of(turn).customer_id:
            return await self._list_orders(turn)
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

    async def invoice(self, turn: Turn) -> Events:
        return await self._ask_or_find(
            turn, "invoice", ("order_number",), "utter_ask_order_number", self._tell_invoice
        )

    async def ticket(self, turn: Turn) -> Events:
        return await self._ask_or_find(
            turn, "ticket", ("ticket_number",), "utter_ask_ticket_number", self._tell_ticket
        )

    async def points(self, turn: Turn) -> Events:
        return await self._ask_or_find(
            turn, "points", ("phone_number",), "utter_ask_member_phone", self._tell_points
        )

    async def _ask_or_find(
        self, turn: Turn, purpose: str, names: tuple[str, ...], question: str, tell: Tell
    ) -> Events:
        number = _number(turn, names)
        if not number:
            turn.say(question)
            return [SlotSet("pending", purpose)]
        try:
            pending = await tell(turn, number)
        except NotFound:
            return [SlotSet("pending", purpose), *_forgotten(turn, number, names)]
        except NotProven:
            return [SlotSet("pending", _ask_for_proof(turn, purpose))]
        except TooManyAttempts:
            turn.say("utter_proof_locked")
            pending = None
        except (Unavailable, NotSupported) as err:
            apologise(turn, err)
            pending = None
        return [SlotSet("pending", pending), *_remembered(number)]

    async def _list_orders(self, turn: Turn) -> Events:
        """Of a visitor who is signed in at the business: the latest orders as buttons, one by itself."""
        try:
            orders = await self.gateway.orders(asker_of(turn))
        except NotSupported:
            orders = ()
        except Unavailable as err:
            apologise(turn, err)
            return [SlotSet("pending", None)]
        if not orders:
            turn.say("utter_ask_order_number")
            return [SlotSet("pending", "order")]
        if len(orders) == 1:
            await self._tell_order(turn, orders[0].number)
            return [SlotSet("pending", None), SlotSet("order_number", orders[0].number)]
        buttons = [
            {
                "title": f"{order.number} {cards.order_state(order, turn.language)}",
                "payload": f'/ask_order_status{{"order_number": "{order.number}"}}',
            }
            for order in orders[:_MOST_LISTED]
        ]
        turn.say("utter_order_list", buttons=buttons)
        return [SlotSet("pending", "order")]

    async def _tell_order(self, turn: Turn, number: str) -> str | None:
        with _or_say(turn, "utter_order_unknown", number=number):
            order, zone = await asyncio.gather(
                self.gateway.order(number, asker_of(turn)), zone_of(self._service)
            )
        turn.say(
            "utter_order_card",
            number=number,
            state=cards.order_state(order, turn.language),
            lines="\n".join(cards.order_lines(order, turn.language, zone)),
        )
        return None if order.proven else _ask_for_proof(turn, "order")

    async def _tell_refund(self, turn: Turn, number: str) -> str | None:
        with _or_say(turn, "utter_order_unknown", number=number):
            order, zone = await asyncio.gather(
                self.gateway.order(number, asker_of(turn)), zone_of(self._service)
            )
        if not order.refund:
            turn.say("utter_refund_none", number=number)
            return None
        turn.say(
            "utter_refund_state",
            number=number,
            amount=cards.refund_amount(order, turn.language),
            state=cards.refund_state(order.refund, turn.language),
            at=f"{order.refund.at.astimezone(zone):%Y-%m-%d}",
        )
        return None

    async def _tell_repair(self, turn: Turn, number: str) -> str | None:
        if number.startswith("T"):
            return await self._tell_ticket(turn, number)
        with _or_say(turn, "utter_repair_unknown", number=number):
            repair = await self.gateway.repair(number, asker_of(turn))
        turn.say(
            "utter_repair_state",
            number=number,
            product=cards.repaired(repair, turn.language),
            state=cards.repair_state(repair, turn.language),
            expected=cards.expected(repair.expected_on, turn.language),
        )
        return None

    async def _tell_invoice(self, turn: Turn, number: str) -> str | None:
        with _or_say(turn, "utter_order_unknown", number=number):
            invoice = await self.gateway.invoice(number, asker_of(turn))
        if invoice.state == "issued":
            turn.say("utter_invoice_issued", number=number, url=invoice.url or "-")
        elif invoice.state == "requested":
            turn.say("utter_invoice_requested", number=number, email=invoice.email or "-")
        else:
            turn.say("utter_invoice_none", number=number)
        return None

    async def _tell_ticket(self, turn: Turn, number: str) -> str | None:
        with _or_say(turn, "utter_ticket_unknown", number=number):
            ticket = await self._service.ticket(number, turn.conversation_id)
        turn.say(
            "utter_ticket_state",
            number=ticket["number"],
            state=turn.in_language(ticket["state_label"]),
            department=wording.department(ticket, turn.language),
            comment=ticket.get("last_public_comment") or "",
        )
        return None

    async def _tell_points(self, turn: Turn, phone: str) -> str | None:
        with _or_say(turn, "utter_points_unknown"):
            member = await self.gateway.member(phone)
        turn.say(
            "utter_points",
            level=turn.in_language(member.level),
            points=member.points,
            expiring=cards.expiring(member.expiring, member.expiring_on, turn.language),
        )
        return None


def asker_of(turn: Turn) -> Asker:
    """What this message says of its sender, or else what earlier ones said."""
    phone = turn.entity("phone_number")
    known = turn.entity("phone_tail") or phone or turn.slot("phone_tail") or turn.slot("phone_number")
    customer = turn.metadata.get("customer_id")
    return Asker(str(customer) if customer else None, str(known)[-4:] if known else None)


def _number(turn: Turn, names: tuple[str, ...]) -> str | None:
    said = next((n for n in map(turn.entity, names) if n), None)
    return said or next((str(turn.slot(n)) for n in names if turn.slot(n)), None)


def _ask_for_proof(turn: Turn, purpose: str) -> str:
    tried = turn.entity("phone_number") or turn.entity("phone_tail")
    turn.say("utter_proof_wrong" if tried else "utter_ask_proof")
    return purpose


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
