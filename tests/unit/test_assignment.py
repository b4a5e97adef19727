"""Who gets the next conversation: pure functions, so every property is tried on any team."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.assignment import STRATEGIES, Candidate, Waiting, choose, plan

NOW = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
GROUPS = [UUID(int=n) for n in range(900, 903)]

candidates = st.builds(
    Candidate,
    id=st.integers(1, 50).map(lambda n: UUID(int=n)),
    open=st.integers(0, 6),
    capacity=st.integers(0, 6),
    last_assigned_at=st.none() | st.integers(0, 9).map(lambda m: NOW - timedelta(minutes=m)),
    groups=st.frozensets(st.sampled_from(GROUPS)),
)
teams = st.lists(candidates, max_size=8, unique_by=lambda a: a.id)
waitings = st.builds(
    Waiting,
    conversation_id=st.uuids(),
    group_id=st.none() | st.sampled_from(GROUPS),
    familiar_agent_id=st.none() | st.integers(1, 50).map(lambda n: UUID(int=n)),
    excluded_agent_id=st.none() | st.integers(1, 50).map(lambda n: UUID(int=n)),
    passed_on=st.booleans(),
)
lines = st.lists(waitings, max_size=20, unique_by=lambda w: w.conversation_id)
strategies = st.sampled_from(sorted(STRATEGIES))


def agent(
    n: int, *, open: int = 0, capacity: int = 5, minutes: int | None = None, group: int = 0
) -> Candidate:
    last = None if minutes is None else NOW - timedelta(minutes=minutes)
    groups = frozenset({UUID(int=group)}) if group else frozenset()
    return Candidate(UUID(int=n), open, capacity, last, groups)


def waits(
    n: int = 1, *, group: int = 0, familiar: int = 0, excluded: int = 0, passed_on: bool = False
) -> Waiting:
    def some(number: int) -> UUID | None:
        return UUID(int=number) if number else None

    return Waiting(UUID(int=1000 + n), some(group), some(familiar), some(excluded), passed_on)


def takers(item: Waiting, team: list[Candidate]) -> list[Candidate]:
    """Who may take it at all: the group's members on duty, or everybody when there are none."""
    members = [a for a in team if item.group_id in a.groups] if item.group_id else []
    if item.passed_on:
        members = [a for a in members if a.id != item.excluded_agent_id]
    return members or team


@given(teams, waitings, strategies, st.booleans(), st.randoms())
def test_the_choice_has_room_and_does_not_depend_on_the_order_of_the_list(
    team: list[Candidate], waiting: Waiting, name: str, familiar: bool, chance: random.Random
) -> None:
    chosen = choose(name, team, waiting, familiar_first=familiar)
    assert chosen is None or chosen.open < chosen.capacity
    shuffled = team[:]
    chance.shuffle(shuffled)
    assert chosen == choose(name, shuffled, waiting, familiar_first=familiar)


@given(lines, teams, strategies, st.booleans(), st.randoms())
def test_a_plan_never_exceeds_a_capacity_and_gives_everything_once(
    line: list[Waiting], team: list[Candidate], name: str, familiar: bool, chance: random.Random
) -> None:
    pairs = plan(line, team, NOW, lambda group: (name, familiar))
    given_to = Counter(agent_id for _, agent_id in pairs)
    for member in team:
        assert given_to[member.id] <= max(member.capacity - member.open, 0)
    assert len({conversation for conversation, _ in pairs}) == len(pairs)
    shuffled = team[:]
    chance.shuffle(shuffled)
    assert pairs == plan(line, shuffled, NOW, lambda group: (name, familiar))


@given(lines, teams, strategies, st.booleans())
def test_a_plan_is_what_choosing_one_after_the_other_gives(
    line: list[Waiting], team: list[Candidate], name: str, familiar: bool
) -> None:
    state, expected = {a.id: a for a in team}, []
    left = line
    for may_return in (False, True):
        items, left = left, []
        for item in items:
            if may_return and not item.passed_on:
                continue
            people = list(state.values())
            chosen = choose(name, people, item, familiar_first=familiar, may_return=may_return)
            if chosen is None:
                left.append(item)
                continue
            expected.append((item.conversation_id, chosen.id))
            at = NOW + timedelta(microseconds=len(expected))
            state[chosen.id] = replace(chosen, open=chosen.open + 1, last_assigned_at=at)
    assert plan(line, team, NOW, lambda group: (name, familiar)) == expected


@given(lines, teams, strategies)
def test_nobody_waits_while_an_agent_who_may_take_it_has_room(
    line: list[Waiting], team: list[Candidate], name: str
) -> None:
    pairs = plan(line, team, NOW, lambda group: (name, True))
    given_to = Counter(agent_id for _, agent_id in pairs)
    after = [replace(a, open=a.open + given_to[a.id]) for a in team]
    served = {conversation for conversation, _ in pairs}
    for item in line:
        if item.conversation_id not in served:
            assert not any(a.has_room for a in takers(item, after))


@given(lines, teams, strategies, st.booleans())
def test_what_was_passed_on_goes_back_only_where_nobody_else_could_and_nobody_else_waits(
    line: list[Waiting], team: list[Candidate], name: str, familiar: bool
) -> None:
    pairs = dict(plan(line, team, NOW, lambda group: (name, familiar)))
    given_to = Counter(pairs.values())
    after = [replace(a, open=a.open + given_to[a.id]) for a in team]
    for item in line:
        former = item.excluded_agent_id
        if not item.passed_on or former is None or pairs.get(item.conversation_id) != former:
            continue
        assert not any(a.has_room for a in after if a.id != former)
        assert not any(former != a.id and item.group_id in a.groups for a in team if item.group_id)
        for other in line:
            # Whoever still waits could not have had the place: it was not his to take.
            if other.conversation_id not in pairs and other.excluded_agent_id != former:
                assert former not in {a.id for a in takers(other, after)}


@given(st.data())
def test_round_robin_is_fair_however_agents_come_and_go(data: st.DataObject) -> None:
    """Over any stretch in which the same agents are there with room, nobody gets two more than another."""
    last: dict[UUID, datetime | None] = dict.fromkeys([UUID(int=n) for n in range(1, 6)])
    now = NOW
    for _ in range(data.draw(st.integers(1, 4))):
        present = data.draw(st.lists(st.sampled_from(sorted(last)), min_size=1, unique=True))
        given_to: Counter[UUID] = Counter(dict.fromkeys(present, 0))
        for _ in range(data.draw(st.integers(1, 12))):
            now += timedelta(seconds=1)
            team = [Candidate(a, 0, 9, last[a]) for a in present]
            chosen = choose("round_robin", team, waits())
            assert chosen is not None
            last[chosen.id] = now
            given_to[chosen.id] += 1
            assert max(given_to.values()) - min(given_to.values()) <= 1


@given(st.lists(st.integers(1, 6), min_size=1, max_size=5), st.integers(0, 40))
def test_least_loaded_fills_everybody_to_the_same_share(capacities: list[int], arrivals: int) -> None:
    team = [agent(n, capacity=capacity) for n, capacity in enumerate(capacities, 1)]
    pairs = plan([waits(n) for n in range(arrivals)], team, NOW)
    open_now = Counter(agent_id for _, agent_id in pairs)
    for one in team:
        for other in team:  # giving one's last to another would not have made it fairer
            if open_now[one.id]:
                assert (open_now[one.id] - 1) / one.capacity <= open_now[other.id] / other.capacity + 1e-9


def test_one_plan_takes_turns_among_equals() -> None:
    team = [agent(n) for n in range(1, 4)]
    pairs = plan([waits(n) for n in range(7)], team, NOW, lambda group: ("round_robin", True))
    assert [agent_id.int for _, agent_id in pairs] == [1, 2, 3, 1, 2, 3, 1]


def test_the_familiar_agent_goes_before_any_strategy() -> None:
    team = [agent(1, open=0), agent(2, open=4)]
    assert choose("least_loaded", team, waits(familiar=2)) == team[1]
    assert choose("least_loaded", team, waits(familiar=2), familiar_first=False) == team[0]


def test_a_familiar_agent_without_room_is_not_waited_for() -> None:
    team = [agent(1), agent(2, open=5)]
    assert choose("least_loaded", team, waits(familiar=2)) == team[0]


def test_a_group_whose_members_are_all_away_falls_back_to_everybody() -> None:
    team = [agent(1, group=900)]
    assert choose("least_loaded", team, waits(group=901)) == team[0]


def test_a_group_whose_members_are_busy_keeps_it_waiting() -> None:
    team = [agent(1, group=900), agent(2, open=5, group=901)]
    assert choose("least_loaded", team, waits(group=901)) is None


def test_who_just_lost_it_is_asked_last_but_asked() -> None:
    loser, other = agent(1), agent(2, open=4)
    assert choose("least_loaded", [loser, other], waits(excluded=1)) == other
    assert choose("least_loaded", [loser, replace(other, open=5)], waits(excluded=1)) == loser
    assert choose("least_loaded", [loser, other], waits(excluded=1, familiar=1)) == other


def test_a_transfer_does_not_come_straight_back() -> None:
    former, busy, free = agent(1, group=900), agent(2, open=5, group=900), agent(3)
    passed = waits(group=900, excluded=1, passed_on=True)
    assert choose("least_loaded", [former, replace(busy, open=4)], passed) == replace(busy, open=4)
    assert (
        choose("least_loaded", [former, busy, free], passed) is None
    )  # as for any group whose members are busy
    assert (
        choose("least_loaded", [former, free], passed) == free
    )  # nobody else of the group: anyone but the former
    assert plan([passed, waits(2)], [replace(former, open=4)], NOW) == [(waits(2).conversation_id, former.id)]
    assert plan([passed], [former], NOW) == [(passed.conversation_id, former.id)]


@pytest.mark.parametrize("name", sorted(STRATEGIES))
def test_an_agent_with_no_capacity_at_all_gets_nothing(name: str) -> None:
    assert choose(name, [agent(1, capacity=0)], waits()) is None
