"""Who owns a conversation: the state machine as pure code.

            ┌────────────── closed ◄─────────────┐
            │(a new message opens another)       │ close
   bot ──handoff──► waiting ──claim──► agent ────┤
    ▲  ◄──cancel───    ▲  ◄──return────  │       │
    └──────────────────┼──return_to_bot──┘       │
                       └──transfer / lost        │

The store applies a move by compare-and-set on the version (core.conversations.move), so that
of two movers exactly one wins.
"""

from __future__ import annotations

from enum import StrEnum

from core.errors import Conflict


class State(StrEnum):
    BOT = "bot"
    WAITING = "waiting"
    AGENT = "agent"
    CLOSED = "closed"


class Move(StrEnum):
    HANDOFF = "handoff"  # the bot or the visitor asks for a person
    CANCEL_WAIT = "cancel_wait"  # the visitor goes back to the bot
    CLAIM = "claim"  # an agent gets it: by routing, by accepting, by taking over from the bot
    REQUEUE = "requeue"  # transfer to a group, or the agent is unreachable
    REASSIGN = "reassign"  # straight from one agent to another
    RETURN_TO_BOT = "return_to_bot"
    CLOSE = "close"


MOVES: dict[tuple[State, Move], State] = {
    (State.BOT, Move.HANDOFF): State.WAITING,
    (State.BOT, Move.CLAIM): State.AGENT,
    (State.BOT, Move.CLOSE): State.CLOSED,
    (State.WAITING, Move.CANCEL_WAIT): State.BOT,
    (State.WAITING, Move.CLAIM): State.AGENT,
    (State.WAITING, Move.CLOSE): State.CLOSED,
    (State.AGENT, Move.REQUEUE): State.WAITING,
    (State.AGENT, Move.REASSIGN): State.AGENT,
    (State.AGENT, Move.RETURN_TO_BOT): State.BOT,
    (State.AGENT, Move.CLOSE): State.CLOSED,
}


def after(state: State, move: Move) -> State:
    """The state that a move leads to; Conflict when it is not possible from here."""
    try:
        return MOVES[state, move]
    except KeyError:
        raise Conflict("wrong_state", detail=f"{move} from {state}") from None
