"""Tickets: opened in stories, then worked on as the days go by."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from demo.calendar import ZONE
from demo.comments import PRIVATE, PUBLIC
from demo.company import PEOPLE
from demo.story import Story, World
from tickets.departments import DEFAULTS
from tickets.schema import ticket, ticket_entry
from tickets.states import ACTIVE, is_reopening

_WORKERS = tuple(p.username for p in PEOPLE if p.role in ("staff", "supervisor"))


def department_name(type: str, language: str) -> str:
    return next(name[language] for name, types in DEFAULTS if type in types)


def open_case(
    story: Story, actor: str, type: str, priority: str, title: str, description: str, *, contact: str
) -> dict[str, Any]:
    """tickets.desk.open_ticket, from a conversation; returns the ticket's row."""
    world, rows = story.world, story.rows
    heard = [m["id"] for m in rows.recent_messages(story.id, 3)] if actor == "agent" else []
    row = rows.add(
        ticket,
        id=rows.id_at(story.now),
        number=_number(world, story.now),
        type=type,
        title=title[:120],
        description=description,
        fields={"phone": contact} if actor == "bot" else {},
        contact=contact if actor == "bot" else None,
        state="open",
        priority=priority,
        version=0,
        department_id=world.company.departments.get(type),
        assignee_id=None,
        visitor_id=story.guest.id,
        conversation_id=story.id,
        message_ids=[str(id) for id in heard],
        created_by=actor,
        created_at=story.now,
        updated_at=story.now,
        resolved_at=None,
        closed_at=None,
    )
    agent_id = story.row["agent_id"] if actor == "agent" else None
    case = _Case(world, row, story.guest.language)
    case.enter(story.now, "created", actor, agent_id, {"type": type}, public=True)
    department = row["department_id"]
    case.record(
        story.now,
        "ticket.opened",
        actor,
        agent_id,
        ticket_type=type,
        priority=priority,
        department_id=str(department) if department else None,
    )
    case.work_on()
    return row


def _number(world: World, at: datetime) -> str:
    """tickets.numbers.allocate"""
    day = at.astimezone(ZONE).strftime("%y%m%d")
    world.numbers[day] = world.numbers.get(day, 0) + 1
    return f"T{day}-{world.numbers[day]:04d}"


class _Case:
    """A ticket's life after it was opened."""

    def __init__(self, world: World, row: dict[str, Any], language: str) -> None:
        self._world, self._row, self._rng = world, row, world.rng
        self._language = "en" if language == "en" else "zh"
        self._at: datetime = row["created_at"]

    def enter(
        self,
        at: datetime,
        kind: str,
        actor: str,
        agent_id: UUID | None,
        data: dict[str, Any],
        *,
        public: bool = False,
    ) -> None:
        rows = self._world.rows
        rows.add(
            ticket_entry,
            id=rows.id_at(at),
            ticket_id=self._row["id"],
            kind=kind,
            actor=actor,
            agent_id=agent_id,
            data=data,
            public=public,
            at=at,
        )

    def record(self, at: datetime, type: str, actor: str, agent_id: UUID | None, **data: Any) -> None:
        self._world.rows.event(
            at,
            type,
            actor,
            conversation_id=self._row["conversation_id"],
            visitor_id=self._row["visitor_id"],
            agent_id=agent_id,
            number=self._row["number"],
            **data,
        )

    def work_on(self) -> None:
        """Step by step, until the present or the end; three in ten of what is old stays unfinished."""
        rng = self._rng
        worker = self._world.company.agents[rng.choice(_WORKERS)]
        if not self._later(0.2, 9):
            return
        self._change("assignee", None, str(worker), worker)
        self._row["assignee_id"] = worker
        for step in self._plan():
            if not self._later(0.5, 30):
                return
            if step in PRIVATE or step in PUBLIC:
                self._comment(step, worker)
            elif step.startswith("priority "):
                self._set("priority", step.removeprefix("priority "), worker)
            else:
                self._set("state", step, worker)

    def _plan(self) -> list[str]:
        rng = self._rng
        plan = ["in_progress", "look"]
        if rng.random() < 0.2 and self._row["priority"] == "normal":
            plan.append("priority high")
        if rng.random() < 0.3:
            plan += ["ask", "waiting"]
            if rng.random() < 0.3:
                return plan
            plan.append("in_progress")
        if rng.random() < 0.25:
            return plan
        plan += ["done", "resolved"]
        if rng.random() < 0.08:
            plan += ["again", "in_progress", "done", "resolved"]
        return [*plan, "closed"] if rng.random() < 0.7 else plan

    def _later(self, low_h: float, high_h: float) -> bool:
        """Let hours pass; False when that would be the future."""
        at = self._at + timedelta(hours=self._rng.uniform(low_h, high_h))
        if at >= self._world.now:
            return False
        self._at = at
        return True

    def _touch(self) -> None:
        self._row["version"] += 1
        self._row["updated_at"] = self._at

    def _change(self, kind: str, before: Any, after: Any, by: UUID) -> None:
        """tickets.journal.note_change"""
        data = {"before": before, "after": after}
        self._touch()
        self.enter(self._at, kind, "agent", by, data, public=kind == "state")
        again = {"reopened": True} if kind == "state" and is_reopening(before, after) else {}
        self.record(self._at, f"ticket.{kind}_changed", "agent", by, **data, **again)

    def _set(self, kind: str, after: str, by: UUID) -> None:
        before = self._row[kind]
        if before == after:
            return
        self._row[kind] = after
        if kind == "state":
            is_over = after not in ACTIVE
            self._row["resolved_at"] = (self._row["resolved_at"] or self._at) if is_over else None
            self._row["closed_at"] = self._at if after == "closed" else None
        self._change(kind, before, after, by)

    def _comment(self, step: str, by: UUID) -> None:
        public = step in PUBLIC
        pool = (PUBLIC if public else PRIVATE)[step][self._language]
        self._touch()
        self.enter(self._at, "comment", "agent", by, {"text": self._rng.choice(pool)}, public=public)
        self.record(self._at, "ticket.commented", "agent", by, public=public)
