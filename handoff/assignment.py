"""Who gets the next waiting conversation.

A strategy is a pure function.  To add one, write it and name it in STRATEGIES; the property tests
cover it from then on.  Familiarity is not a strategy but a layer before any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID


@dataclass(frozen=True)
class Candidate:
    """An agent who is online and live."""

    id: UUID
    open: int  # conversations in service now
    capacity: int
    last_assigned_at: datetime | None = None
    groups: frozenset[UUID] = frozenset()

    @property
    def has_room(self) -> bool:
        return self.open < self.capacity


@dataclass(frozen=True)
class Waiting:
    """What routing knows of a waiting conversation."""

    conversation_id: UUID
    group_id: UUID | None = None
    familiar_agent_id: UUID | None = None
    excluded_agent_id: UUID | None = None


#: Takes candidates with room, never empty; returns one of them.
Strategy = Callable[[Sequence[Candidate]], Candidate]

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def _idle_since(agent: Candidate) -> tuple[datetime, UUID]:
    return agent.last_assigned_at or _NEVER, agent.id


def round_robin(agents: Sequence[Candidate]) -> Candidate:
    """Whoever was given something longest ago: fair however people come and go."""
    return min(agents, key=_idle_since)


def least_loaded(agents: Sequence[Candidate]) -> Candidate:
    """The smallest share of personal capacity in use; ties go to whoever has idled longest."""
    return min(agents, key=lambda a: (a.open / a.capacity, _idle_since(a)))


STRATEGIES: dict[str, Strategy] = {"round_robin": round_robin, "least_loaded": least_loaded}


def choose(
    strategy: str, team: Sequence[Candidate], waiting: Waiting, *, familiar_first: bool = True
) -> Candidate | None:
    """The agent for this conversation, or None to keep it waiting.

    A group none of whose members is on duty falls back to everybody: better anyone than no one.
    Whoever just lost or passed it on is asked last.
    """
    members = [a for a in team if waiting.group_id in a.groups] if waiting.group_id else list(team)
    able = [a for a in members or team if a.has_room]
    others = [a for a in able if a.id != waiting.excluded_agent_id]
    able = others or able
    if not able:
        return None
    if familiar_first:
        for agent in able:
            if agent.id == waiting.familiar_agent_id:
                return agent
    return STRATEGIES[strategy](able)


def plan(
    line: Sequence[Waiting],
    team: Sequence[Candidate],
    now: datetime,
    rules: Callable[[UUID | None], tuple[str, bool]] = lambda group: ("least_loaded", True),
) -> list[tuple[UUID, UUID]]:
    """Pairs (conversation, agent) for the line in order, nobody above capacity.

    rules gives a group's strategy and whether its familiar agents go first.
    """
    pairs: list[tuple[UUID, UUID]] = []
    state = {a.id: a for a in team}
    for item in line:
        strategy, familiar = rules(item.group_id)
        chosen = choose(strategy, list(state.values()), item, familiar_first=familiar)
        if chosen is None:
            continue
        pairs.append((item.conversation_id, chosen.id))
        # One after the other even within a plan, or ties would all go to the same agent.
        given_at = now + timedelta(microseconds=len(pairs))
        state[chosen.id] = replace(chosen, open=chosen.open + 1, last_assigned_at=given_at)
    return pairs
