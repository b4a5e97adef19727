"""What our numbers mean, as pure functions over the event log.  docs/reference/events.md says it in words.

Times are seconds.  A share is a Share, so that shares of shares can be added up honestly.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from statistics import fmean, median
from typing import NamedTuple

from analytics.log import Happening, by_conversation

#: Moves by which an agent becomes the owner.
_TAKEN = ("claim", "reassign")
#: Who comes back within this time was not done.
REOPENED_WITHIN = timedelta(hours=24)


class Share(NamedTuple):
    """part of whole; value is None for an empty whole."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None


class Waits(NamedTuple):
    """Seconds of every wait that ended: with an agent, or without."""

    served: list[float]
    abandoned: list[float]


class Csat(NamedTuple):
    """Ratings 1 to 5, one a service segment, the last one given."""

    average: float | None
    satisfied: Share  # 4 and 5
    rated: int


def first_responses(log: Iterable[Happening]) -> list[float]:
    """From an agent taking a conversation to that agent's first reply; segments without a reply give none."""
    found = []
    for story in by_conversation(log).values():
        taken: Happening | None = None
        for one in story:
            if one.is_move():
                taken = one if one.is_move(*_TAKEN) else None
            elif one.is_agent_reply and taken is not None:
                found.append((one.at - taken.at).total_seconds())
                taken = None
    return found


def first_response_median(log: Iterable[Happening]) -> float | None:
    found = first_responses(log)
    return median(found) if found else None


def handling_times(log: Iterable[Happening]) -> list[float]:
    """From an agent taking a conversation until it leaves that agent, for segments that are over."""
    found = []
    for story in by_conversation(log).values():
        taken: Happening | None = None
        for one in story:
            if not one.is_move():
                continue
            if taken is not None:
                found.append((one.at - taken.at).total_seconds())
            taken = one if one.is_move(*_TAKEN) else None
    return found


def waits(log: Iterable[Happening]) -> Waits:
    """From entering the line to leaving it: with an agent (served), or back or away (abandoned)."""
    served: list[float] = []
    abandoned: list[float] = []
    for story in by_conversation(log).values():
        entered: Happening | None = None
        for one in story:
            if not one.is_move():
                continue
            if entered is not None and not one.is_move("merge"):  # the visitor waits on in the other one
                ended = served if one.is_move("claim") else abandoned
                ended.append((one.at - entered.at).total_seconds())
            entered = one if one.data.get("after") == "waiting" else None
    return Waits(served, abandoned)


def abandonment(log: Iterable[Happening]) -> Share:
    found = waits(log)
    return Share(len(found.abandoned), len(found.abandoned) + len(found.served))


def bot_resolved(log: Iterable[Happening]) -> Share:
    """Of conversations that opened in the log and in which the bot spoke: those that needed no person.

    That is: never handed to people, and the last turn was understood.
    """
    part = whole = 0
    for story in by_conversation(log).values():
        if not any(one.type == "conversation.opened" for one in story):
            continue
        if not any(one.is_bot_reply for one in story):
            continue
        whole += 1
        part += _needed_nobody(story)
    return Share(part, whole)


def _needed_nobody(story: list[Happening]) -> bool:
    if handoffs(story):
        return False
    turns = [one for one in story if one.type == "turn.done"]
    return bool(turns) and bool(turns[-1].data.get("understood"))


def handoffs(log: Iterable[Happening]) -> int:
    """How often a conversation went from the bot to people: into the line, or straight to an agent."""
    return sum(
        one.is_move() and one.data.get("before") == "bot" and one.data.get("after") in ("waiting", "agent")
        for one in log
    )


def reopened(log: Iterable[Happening]) -> Share:
    """Of closed conversations: those whose visitor opened the next within 24 hours."""
    closed: dict[str, Happening] = {}
    part = 0
    for one in log:
        if one.is_move("close"):
            closed[str(one.conversation_id)] = one
        elif one.type == "conversation.opened":
            before = closed.get(str(one.data.get("previous")))
            part += before is not None and one.at - before.at <= REOPENED_WITHIN
    return Share(part, len(closed))


def csat(log: Iterable[Happening]) -> Csat:
    last: dict[str, int] = {}
    for one in log:
        if one.type == "service.rated":
            last[str(one.data["service_id"])] = int(one.data["score"])
    scores = list(last.values())
    average = fmean(scores) if scores else None
    return Csat(average, Share(sum(score >= 4 for score in scores), len(scores)), len(scores))


def resolution_times(log: Iterable[Happening]) -> dict[str, float]:
    """Of tickets: from opening to the last time they were resolved or closed, by number."""
    opened: dict[str, Happening] = {}
    found: dict[str, float] = {}
    for one in log:
        number = str(one.data.get("number", ""))
        if one.type == "ticket.opened":
            opened[number] = one
        elif one.type == "ticket.state_changed" and number in opened:
            if one.data.get("after") in ("resolved", "closed"):
                found.setdefault(number, (one.at - opened[number].at).total_seconds())
            else:
                found.pop(number, None)
    return found
