"""The state machine as pure code: one owner at any time, and no way back from the end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from core.errors import Conflict
from core.lifecycle import MOVES, Move, State, after

moves = st.sampled_from(Move)


class Lifecycle(RuleBasedStateMachine):
    """Keeps the owner beside the state, as the table does, and tries every move at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State.BOT
        self.agent: int | None = None
        self.was_closed = False

    @rule(move=moves, agent=st.integers(1, 3))
    def try_move(self, move: Move, agent: int) -> None:
        before = self.state
        try:
            self.state = after(before, move)
        except Conflict:
            assert (before, move) not in MOVES
            return
        self.agent = agent if self.state is State.AGENT else None
        self.was_closed |= before is State.CLOSED

    @invariant()
    def somebody_owns_it_and_nobody_else(self) -> None:
        owners = [self.state is State.BOT, self.state is State.WAITING, self.agent is not None]
        assert sum(owners) == (0 if self.state is State.CLOSED else 1)

    @invariant()
    def the_end_is_the_end(self) -> None:
        assert not self.was_closed


TestLifecycle = Lifecycle.TestCase


@pytest.mark.parametrize("move", Move)
def test_nothing_moves_what_is_closed(move: Move) -> None:
    with pytest.raises(Conflict) as refused:
        after(State.CLOSED, move)
    assert refused.value.code == "wrong_state"


@pytest.mark.parametrize("state", [s for s in State if s is not State.CLOSED])
def test_every_open_conversation_can_be_closed_and_can_get_an_agent(state: State) -> None:
    assert after(state, Move.CLOSE) is State.CLOSED
    assert State.AGENT in {after(state, m) for m in Move if (state, m) in MOVES}


@given(moves)
def test_only_claims_and_reassignments_lead_to_an_agent(move: Move) -> None:
    leads = {source for (source, m), target in MOVES.items() if m is move and target is State.AGENT}
    assert bool(leads) == (move in (Move.CLAIM, Move.REASSIGN))
