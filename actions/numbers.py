"""A number, as the answer to what was asked before."""

from __future__ import annotations

from actions.base import Events, Turn
from actions.lookups import Lookups

#: Longer messages say more than a number.
_BARE_LENGTH = 30


async def take(turn: Turn, lookups: Lookups) -> Events | None:
    """Look up what the number in this message is wanted for; None, and nothing said, if it is for nothing."""
    purpose = turn.slot("pending") or ""
    if turn.entity("ticket_number"):
        return await lookups.ticket(turn)
    if turn.entity("order_number"):
        kinds = {"refund": lookups.refund, "repair": lookups.repair, "invoice": lookups.invoice}
        return await kinds.get(purpose, lookups.order)(turn)
    if turn.entity("phone_number") and purpose == "points":
        return await lookups.points(turn)
    proven = {"order": lookups.order, "invoice": lookups.invoice}
    if purpose in proven and (turn.entity("phone_number") or turn.entity("phone_tail")):
        return await proven[purpose](turn)
    return None


def is_awaited(turn: Turn) -> bool:
    """Did we ask for a number, and is this hardly more than one?  "0008" by itself resembles many things."""
    return bool(turn.slot("pending")) and len(turn.text) <= _BARE_LENGTH
