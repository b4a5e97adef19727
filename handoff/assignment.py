"""Who gets the next waiting conversation.

A strategy is a pure function.  To add one, write it and name it in STRATEGIES; the property tests
cover it from then on.  Familiarity is not a strategy but a layer before any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush, heapreplace
from typing import Any
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
    passed_on: bool = False  # who is excluded gave it away, as opposed to was lost


#: Ranks a candidate with room: the lowest is chosen.  Ends in the id, so that no two are equal, and only ever
#: grows when the agent is given something.
Strategy = Callable[[Candidate], tuple[Any, ...]]

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def round_robin(agent: Candidate) -> tuple[Any, ...]:
    """Whoever was given something longest ago: fair however people come and go."""
    return agent.last_assigned_at or _NEVER, agent.id


def least_loaded(agent: Candidate) -> tuple[Any, ...]:
    """The smallest share of personal capacity in use; ties go to whoever has idled longest."""
    return agent.open / agent.capacity, *round_robin(agent)


STRATEGIES: dict[str, Strategy] = {"round_robin": round_robin, "least_loaded": least_loaded}


def choose(
    strategy: str,
    team: Sequence[Candidate],
    waiting: Waiting,
    *,
    familiar_first: bool = True,
    may_return: bool = True,
) -> Candidate | None:
    """The agent for this conversation, or None to keep it waiting.

    A group none of whose members is on duty falls back to everybody: better anyone than no one.
    Whoever just lost it is asked last.  Whoever passed it on does not count as a member of the group, and
    gets it back only where nobody else could and may_return says that nobody else waits for the place.
    """
    members = [a for a in team if waiting.group_id in a.groups] if waiting.group_id else []
    if waiting.passed_on:
        members = [a for a in members if a.id != waiting.excluded_agent_id]
    able = [a for a in members or team if a.has_room]
    others = [a for a in able if a.id != waiting.excluded_agent_id]
    able = others or ([] if waiting.passed_on and not may_return else able)
    if not able:
        return None
    if familiar_first:
        for agent in able:
            if agent.id == waiting.familiar_agent_id:
                return agent
    return min(able, key=STRATEGIES[strategy])


def plan(
    line: Sequence[Waiting],
    team: Sequence[Candidate],
    now: datetime,
    rules: Callable[[UUID | None], tuple[str, bool]] = lambda group: ("least_loaded", True),
) -> list[tuple[UUID, UUID]]:
    """Pairs (conversation, agent) for the line in order, nobody above capacity.

    The same as choosing one after the other, in the time of a sort: first without giving anything back to
    who passed it on, then what is left of that.  rules gives a group's strategy and whether its familiar
    agents go first.
    """
    pairs: list[tuple[UUID, UUID]] = []
    desks = _Desks(team)
    left: list[Waiting] = []

    def give_out(items: Sequence[Waiting], *, may_return: bool) -> None:
        for item in items:
            strategy, familiar_first = rules(item.group_id)
            agent_id = desks.choose(strategy, item, familiar_first=familiar_first, may_return=may_return)
            if agent_id is not None:
                pairs.append((item.conversation_id, agent_id))
                # One after the other even within a plan, or ties would all go to the same agent.
                desks.give(agent_id, now + timedelta(microseconds=len(pairs)))
            elif item.passed_on:
                left.append(item)

    give_out(line, may_return=False)
    give_out(tuple(left), may_return=True)
    return pairs


class _Desks:
    """The team while a plan is made, with a heap for each group and strategy that is asked for.

    Ranks only grow, so an entry that is out of date is noticed, and put where it belongs, when it comes up.
    """

    def __init__(self, team: Sequence[Candidate]) -> None:
        self._team = {agent.id: agent for agent in team}
        self._members: dict[UUID | None, frozenset[UUID]] = {None: frozenset(self._team)}
        self._heaps: dict[tuple[UUID | None, str], list[tuple[tuple[Any, ...], UUID]]] = {}

    def give(self, agent_id: UUID, at: datetime) -> None:
        agent = self._team[agent_id]
        self._team[agent_id] = replace(agent, open=agent.open + 1, last_assigned_at=at)

    def choose(
        self, strategy: str, waiting: Waiting, *, familiar_first: bool, may_return: bool
    ) -> UUID | None:
        """The same as the function choose."""
        familiar, excluded = waiting.familiar_agent_id, waiting.excluded_agent_id
        gone = {excluded} if waiting.passed_on else set()
        group = waiting.group_id if self._of(waiting.group_id) - gone else None
        keeps_off = waiting.passed_on and (group is not None or not may_return)
        if familiar_first and familiar != excluded and familiar in self._of(group):
            assert familiar is not None
            if self._team[familiar].has_room:
                return familiar
        return self._best(group, strategy, excluded, or_excluded=not keeps_off)

    def _of(self, group: UUID | None) -> frozenset[UUID]:
        if group not in self._members:
            self._members[group] = frozenset(a.id for a in self._team.values() if group in a.groups)
        return self._members[group]

    def _best(
        self, group: UUID | None, strategy: str, excluded: UUID | None, *, or_excluded: bool
    ) -> UUID | None:
        rank, heap = STRATEGIES[strategy], self._heap(group, strategy)
        last: tuple[tuple[Any, ...], UUID] | None = None  # who is asked last, when it came up
        found: UUID | None = None
        while heap and found is None:
            entry, agent = heap[0], self._team[heap[0][1]]
            if not agent.has_room:
                heappop(heap)
            elif (now := rank(agent)) != entry[0]:
                heapreplace(heap, (now, agent.id))
            elif agent.id == excluded:
                last = heappop(heap)
            else:
                found = agent.id
        if last is not None:
            heappush(heap, last)
            found = found or (last[1] if or_excluded else None)
        return found

    def _heap(self, group: UUID | None, strategy: str) -> list[tuple[tuple[Any, ...], UUID]]:
        key = (group, strategy)
        if key not in self._heaps:
            able = (self._team[id] for id in self._of(group) if self._team[id].has_room)
            self._heaps[key] = [(STRATEGIES[strategy](agent), agent.id) for agent in able]
            heapify(self._heaps[key])
        return self._heaps[key]
