"""Words of a ticket and its state machine.  Pure."""

from __future__ import annotations

from core.bilingual import Bilingual
from core.errors import Conflict, Invalid
from core.wording import TICKET_STATES

TYPES = ("complaint", "suggestion", "repair", "other")
PRIORITIES = ("low", "normal", "high", "urgent")
STATES = ("open", "in_progress", "waiting", "resolved", "closed")
#: Somebody still has to do something.
ACTIVE = ("open", "in_progress", "waiting")

#: resolved: we think it is done; closed: it is done.  Either can be opened again, and that is counted.
MOVES: dict[str, frozenset[str]] = {
    "open": frozenset({"in_progress", "waiting", "resolved", "closed"}),
    "in_progress": frozenset({"open", "waiting", "resolved", "closed"}),
    "waiting": frozenset({"open", "in_progress", "resolved", "closed"}),
    "resolved": frozenset({"open", "in_progress", "closed"}),
    "closed": frozenset({"open"}),
}


def check_move(before: str, after: str) -> None:
    """Raise Invalid for a state that does not exist, Conflict for one that cannot follow."""
    if after not in STATES:
        raise Invalid("bad_choice", field="state")
    if after not in MOVES[before]:
        raise Conflict("wrong_ticket_state", field="state", detail=f"{before} to {after}")


def is_reopening(before: str, after: str) -> bool:
    return before not in ACTIVE and after in ACTIVE


def label(state: str) -> Bilingual:
    return TICKET_STATES[state]
