"""People's part of a story: waiting, service, passing on, closing, rating."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from core.messages import Text
from demo.bot import Understanding
from demo.company import PEOPLE
from demo.story import Story
from handoff.queue import PRIORITY
from handoff.schema import queue_entry, service

NAMES = {person.username: person.name for person in PEOPLE}


class Desk:
    def __init__(self, story: Story, understanding: Understanding) -> None:
        self._story, self._understanding = story, understanding
        self.entry: dict[str, Any] | None = None
        self.segment: dict[str, Any] | None = None
        self._excluded: str | None = None

    def enqueue(
        self,
        reason: str,
        actor: str,
        *,
        group: str | None = None,
        note: str | None = None,
        move: str = "handoff",
    ) -> None:
        """handoff.queue.enqueue"""
        story = self._story
        by = story.row["agent_id"] if move == "requeue" else None
        packet = self._understanding.packet(reason, note)
        if group:
            story.row["group_id"] = story.world.company.groups[group]
        story.move(move, "waiting", actor, by, reason=reason)
        self.entry = story.rows.add(
            queue_entry,
            id=story.rows.id_at(story.now),
            conversation_id=story.id,
            group_id=story.row["group_id"],
            state="waiting",
            reason=reason,
            note=note,
            priority=PRIORITY.get(reason, 0),
            rank_at=story.now,
            excluded_agent_id=by,
            packet=packet,
            entered_at=story.now,
            left_at=None,
            agent_id=None,
            told_nobody_at=None,
        )
        if move == "handoff":
            story.tell("waiting", reason=reason)

    def join(self, group: str | None, *, agent: str | None = None) -> None:
        """Somebody takes the waiting conversation (handoff.claims.claim)."""
        story = self._story
        assert self.entry is not None
        name, at = story.world.staff.take(
            story.now, group, familiar=story.guest.familiar, excluded=self._excluded
        )
        story.wait_until(at)
        self._begin(agent or name, "auto" if story.rng.random() < 0.85 else "accept", "claim")

    def _begin(self, agent: str, how: str, move: str) -> None:
        story, entry = self._story, self.entry
        agent_id = story.world.company.agents[agent]
        if entry is not None:
            entry |= {"state": "assigned", "left_at": story.now, "agent_id": agent_id}
        actor = "system" if how == "auto" else "agent"
        waited = (story.now - entry["entered_at"]).total_seconds() if entry else None
        self._understanding.failures = 0
        story.move(move, "agent", actor, agent_id, agent, how=how)
        self.segment = story.rows.add(
            service,
            id=story.rows.id_at(story.now),
            conversation_id=story.id,
            visitor_id=story.guest.id,
            agent_id=agent_id,
            queue_entry_id=entry["id"] if entry else None,
            how=how,
            started_at=story.now,
            first_reply_at=None,
            ended_at=None,
            end_reason=None,
            score=None,
            comment=None,
            rated_at=None,
        )
        self.entry = None
        story.event("service.started", "system", agent_id, how=how, waited_s=waited)
        story.tell("agent_joined", agent={"name": NAMES[agent], "avatar_blob_id": None})
        story.guest.familiar = agent

    def reply(self, content: Any) -> None:
        """handoff.desk.reply"""
        story = self._story
        assert self.segment is not None
        agent_id: UUID = self.segment["agent_id"]
        message = story.post("agent", content, agent_id=agent_id)
        self.segment["first_reply_at"] = self.segment["first_reply_at"] or story.now
        story.event(
            "reply.sent",
            "agent",
            agent_id,
            by="agent",
            message_id=str(message["id"]),
            service_id=str(self.segment["id"]),
        )

    def note(self, words: str) -> None:
        assert self.segment is not None
        self._story.post("agent", Text(text=words), agent_id=self.segment["agent_id"], internal=True)

    def end(self, reason: str) -> None:
        """handoff.claims.end_service"""
        story, segment = self._story, self.segment
        assert segment is not None and story.agent is not None
        segment |= {"ended_at": story.now, "end_reason": reason}
        story.event(
            "service.ended", "system", segment["agent_id"], service_id=str(segment["id"]), reason=reason
        )
        story.world.staff.serve(story.agent, segment["started_at"], story.now)

    def requeue(self, reason: str, *, group: str | None = None, note: str | None = None) -> None:
        """handoff.desk.requeue: passed on to a group, or the agent is unreachable."""
        story, self._excluded = self._story, self._story.agent
        if note:
            self.note(note)
        self.end(reason)
        actor = "agent" if reason == "transfer" else "system"
        self.enqueue(reason, actor, group=group, note=note, move="requeue")
        story.tell("requeued", reason=reason)

    def hand_to_colleague(self, note: str, group: str | None) -> None:
        story, giver = self._story, self._story.agent
        self.note(note)
        taker, _ = story.world.staff.take(story.now, group, excluded=giver)
        self.end("transfer")
        self._begin(taker, "transfer", "reassign")

    def give_back(self) -> None:
        story = self._story
        by = story.row["agent_id"]
        self.end("returned_to_bot")
        story.move("return_to_bot", "bot", "agent", by)
        story.tell("returned_to_bot")

    def leave_line(self, how: str) -> None:
        """handoff.queue.abandon, then back to the bot (cancelled) or away (closed)."""
        story, entry = self._story, self.entry
        assert entry is not None
        entry |= {"state": how, "left_at": story.now}
        waited = (story.now - entry["entered_at"]).total_seconds()
        story.event("queue.left", "visitor", how=how, waited_s=waited)
        if how == "cancelled":
            story.move("cancel_wait", "bot", "visitor")
            story.tell("returned_to_bot")
        else:
            story.move("close", "closed", "visitor", reason="visitor")
            story.tell("closed", by="visitor")

    def close(self, actor: str, reason: str) -> None:
        """handoff.desk.close"""
        story = self._story
        by = story.row["agent_id"] if actor == "agent" else None
        if story.state == "agent":
            self.end(reason)
        story.move("close", "closed", actor, by, reason=reason)
        story.tell("closed", by=actor)

    def rate(self, score: int, comment: str | None) -> None:
        """handoff.guests.rate"""
        story, segment = self._story, self.segment
        if segment is None or segment["first_reply_at"] is None:
            return
        story.wait(8, 240)
        segment |= {"score": score, "comment": comment or None, "rated_at": story.now}
        story.event(
            "service.rated",
            "visitor",
            segment["agent_id"],
            service_id=str(segment["id"]),
            score=score,
            again=False,
        )
        story.tell("rated", score=score)
