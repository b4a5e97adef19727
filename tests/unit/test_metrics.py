"""What our numbers mean, told as stories of events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from analytics import metrics
from analytics.log import Happening
from analytics.metrics import Share

START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)


class Story:
    """Events of one conversation, each some seconds after the one before."""

    def __init__(self, conversation_id: UUID | None = None) -> None:
        self.id = conversation_id or uuid4()
        self.at = START
        self.log: list[Happening] = []

    def then(self, type: str, seconds: float = 0, **data: object) -> Story:
        self.at += timedelta(seconds=seconds)
        self.log.append(Happening(self.at, type, self.id, data))
        return self

    def opened(self, seconds: float = 0, previous: UUID | None = None) -> Story:
        return self.then("conversation.opened", seconds, previous=str(previous) if previous else None)

    def moved(self, move: str, before: str, after: str, seconds: float = 0) -> Story:
        return self.then("conversation.moved", seconds, move=move, before=before, after=after)

    def waits(self, seconds: float = 0) -> Story:
        return self.moved("handoff", "bot", "waiting", seconds)

    def claimed(self, seconds: float = 0) -> Story:
        return self.moved("claim", "waiting", "agent", seconds)

    def closed(self, before: str = "agent", seconds: float = 0) -> Story:
        return self.moved("close", before, "closed", seconds)

    def bot_says(self, understood: bool = True, seconds: float = 0) -> Story:
        self.then("reply.sent", seconds, by="bot")
        return self.then("turn.done", understood=understood)

    def agent_says(self, seconds: float = 0) -> Story:
        return self.then("reply.sent", seconds, by="agent")


def test_first_response_runs_from_taking_over_to_the_first_word_of_the_agent():
    story = Story().opened().bot_says(seconds=1).waits(5).claimed(30).agent_says(12).agent_says(60)
    assert metrics.first_responses(story.log) == [12]


def test_words_of_the_bot_are_no_first_response():
    story = Story().opened().waits().claimed(1)
    story.then("reply.sent", 3, by="bot").agent_says(4)
    assert metrics.first_responses(story.log) == [7]


def test_each_agent_has_a_first_response_of_his_own():
    story = Story().opened().waits().claimed().agent_says(10)
    story.moved("reassign", "agent", "agent", 100).agent_says(20)
    assert metrics.first_responses(story.log) == [10, 20]


def test_a_segment_without_a_word_gives_no_value_rather_than_a_long_one():
    story = (
        Story().opened().waits().claimed().moved("requeue", "agent", "waiting", 60).claimed(5).agent_says(8)
    )
    assert metrics.first_responses(story.log) == [8]


def test_a_reply_after_the_service_ended_counts_for_nobody():
    story = Story().opened().waits().claimed().moved("return_to_bot", "agent", "bot", 10).agent_says(1)
    assert metrics.first_responses(story.log) == []


def test_stories_that_overlap_are_kept_apart():
    one, two = (
        Story().opened().waits().claimed().agent_says(10),
        Story().opened().waits().claimed().agent_says(20),
    )
    mixed = sorted([*one.log, *two.log], key=lambda happening: happening.at)
    assert metrics.first_response_median(mixed) == 15
    assert metrics.first_response_median([]) is None


def test_handling_time_is_what_the_agent_had_it_for():
    story = Story().opened().waits(1).claimed(2).moved("reassign", "agent", "agent", 30).closed(seconds=40)
    assert metrics.handling_times(story.log) == [30, 40]
    assert metrics.handling_times(Story().opened().waits().claimed().log) == []


def test_waits_end_served_or_abandoned():
    served = Story().opened().waits().claimed(30)
    gone = Story().opened().waits().closed("waiting", 50)
    back = Story().opened().waits().moved("cancel_wait", "waiting", "bot", 20).waits(100).claimed(5)
    log = [*served.log, *gone.log, *back.log]
    assert metrics.waits(log) == ([30, 5], [50, 20])
    assert metrics.abandonment(log) == Share(2, 4)


def test_waiting_that_goes_on_is_in_neither():
    assert metrics.abandonment(Story().opened().waits().log) == Share(0, 0)
    assert metrics.abandonment(Story().opened().waits().moved("merge", "waiting", "closed").log) == Share(
        0, 0
    )
    assert Share(0, 0).value is None


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        (Story().opened().bot_says(), Share(1, 1)),
        (Story().opened().bot_says().closed("bot"), Share(1, 1)),
        (Story().opened().bot_says(False).bot_says(True), Share(1, 1)),
        (Story().opened().bot_says(True).bot_says(False), Share(0, 1)),
        (Story().opened().bot_says().waits(), Share(0, 1)),
        (Story().opened().bot_says().moved("claim", "bot", "agent"), Share(0, 1)),
        (Story().opened(), Share(0, 0)),  # the bot said nothing: none of its business
        (Story().opened().waits().claimed(), Share(0, 0)),
        (Story().bot_says(), Share(0, 0)),  # opened before the period
    ],
)
def test_the_bot_resolved_what_it_understood_and_nobody_else_touched(story, expected):
    assert metrics.bot_resolved(story.log) == expected


def test_handoffs_count_from_the_bot_only():
    story = Story().opened().waits().claimed().moved("requeue", "agent", "waiting").claimed()
    assert metrics.handoffs(story.log) == 1


def test_who_comes_back_within_a_day_was_not_done():
    first = Story().opened().closed("bot", 10)
    second = Story().opened(100, previous=first.id).closed("bot", 10)
    third = Story().opened(3600 * 25, previous=second.id).closed("bot", 10)
    assert metrics.reopened([*first.log, *second.log, *third.log]) == Share(1, 3)


def test_of_several_ratings_of_one_service_the_last_counts():
    story = (
        Story().then("service.rated", service_id="a", score=1).then("service.rated", service_id="a", score=5)
    )
    story.then("service.rated", service_id="b", score=2)
    assert metrics.csat(story.log) == (3.5, Share(1, 2), 2)
    assert metrics.csat([]) == (None, Share(0, 0), 0)


def test_a_ticket_opened_again_is_not_resolved():
    story = Story().then("ticket.opened", number="T1").then("ticket.opened", number="T2")
    story.then("ticket.state_changed", 60, number="T1", before="open", after="resolved")
    story.then("ticket.state_changed", 60, number="T1", before="resolved", after="closed")
    assert metrics.resolution_times(story.log) == {"T1": 60}
    story.then("ticket.state_changed", 60, number="T1", before="closed", after="open")
    assert metrics.resolution_times(story.log) == {}
