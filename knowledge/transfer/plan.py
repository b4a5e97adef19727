"""What an import would do to each article, and doing it, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import sqlalchemy as sa

from core.db import Row, Tx
from core.errors import Invalid, Rejected
from knowledge import articles
from knowledge import schema as k
from knowledge.articles import check_slug
from knowledge.content import Content, cleaned
from knowledge.placing import Placing, check
from knowledge.transfer.paths import Paths
from knowledge.transfer.records import Fault, Read, Record, fault

T = TypeVar("T")

ACTIONS = ("create", "update", "unchanged", "refused")
_STATES = ("", "draft", "review", "published", "archived")


@dataclass(frozen=True)
class Step:
    """One article of the file.  row: the article that it changes, as it is now."""

    place: str
    action: str
    record: Record
    content: Content
    placing: Placing
    to: str
    row: Row | None = None
    faults: tuple[Fault, ...] = ()

    def shown(self) -> dict[str, Any]:
        zh, en = self.content.zh.question, self.content.en.question
        return {
            "place": self.place,
            "action": self.action,
            "question": zh or en,
            "slug": self.row.slug if self.row is not None else self.record.slug or None,
            "state": self.to,
            "faults": msgspec.to_builtins(self.faults),
        }


class Plan:
    """publish: what the state of articles is that do not say; otherwise they become drafts."""

    def __init__(self, steps: Sequence[Step], paths: Paths) -> None:
        self.steps = steps
        self._paths = paths

    @property
    def counts(self) -> dict[str, int]:
        return {action: sum(step.action == action for step in self.steps) for action in ACTIONS}

    async def apply(self, tx: Tx, agent_id: UUID | None) -> None:
        """Everything that is not refused."""
        for step in self.steps:
            if step.action == "create":
                await self._create(tx, step, agent_id)
            elif step.action == "update" and step.row is not None:
                await self._update(tx, step, step.row, agent_id)

    async def _create(self, tx: Tx, step: Step, agent_id: UUID | None) -> None:
        row = await articles.create(
            tx,
            step.content,
            await self._placed(tx, step),
            agent_id=agent_id,
            slug=step.record.slug or None,
            comment="import",
        )
        await _bring(tx, row, step.to, agent_id)

    async def _update(self, tx: Tx, step: Step, row: Row, agent_id: UUID | None) -> None:
        if row.state in ("archived", "dismissed"):
            row = await articles.move(tx, row.id, row.version, "draft", agent_id=agent_id)
        row = await articles.edit(
            tx,
            row.id,
            row.version,
            agent_id=agent_id,
            content=step.content,
            placing=await self._placed(tx, step),
            comment="import",
        )
        await _bring(tx, row, step.to, agent_id)

    async def _placed(self, tx: Tx, step: Step) -> Placing:
        return replace(step.placing, category_id=await self._paths.make(tx, step.record.category))


async def _bring(tx: Tx, row: Row, to: str, agent_id: UUID | None) -> None:
    """From draft to the state that the file asks for."""
    if row.state == "proposed":
        row = await articles.move(tx, row.id, row.version, "draft", agent_id=agent_id)
    if to != row.state:
        await articles.move(tx, row.id, row.version, to, agent_id=agent_id)


async def make(tx: Tx, found: Sequence[Read], *, publish: bool = False) -> Plan:
    """Compare with what there is: an article is known by its slug, else by its question."""
    known = _Known(await tx.all(_EXISTING))
    paths = Paths(await tx.all(sa.select(k.category)))
    seen: set[str] = set()
    steps = []
    for read in found:
        step = _step(read, known, paths, publish)
        name = step.record.slug or f"{step.content.zh.question}\n{step.content.en.question}"
        if step.action != "refused" and name in seen:
            step = _refused(read, [*read.faults, fault(Invalid("slug_taken", field="slug"))])
        seen.add(name)
        steps.append(step)
    return Plan(steps, paths)


_EXISTING = sa.select(k.article, k.article_version.c.content).join(
    k.article_version,
    sa.and_(
        k.article_version.c.article_id == k.article.c.id, k.article_version.c.number == k.article.c.latest
    ),
)


class _Known:
    def __init__(self, rows: Sequence[Row]) -> None:
        self._by_slug = {row.slug: row for row in rows}
        self._by_question: dict[str, Row] = {}
        for row in rows:
            if row.state not in ("archived", "dismissed", "proposed"):
                for language in ("zh", "en"):
                    if question := row.content.get(language, {}).get("question"):
                        self._by_question.setdefault(question, row)

    def like(self, record: Record, content: Content) -> Row | None:
        if record.slug:
            return self._by_slug.get(record.slug)
        return self._by_question.get(content.zh.question or content.en.question)


def _step(read: Read, known: _Known, paths: Paths, publish: bool) -> Step:
    record, faults = read.record, list(read.faults)
    to = record.state or ("published" if publish else "draft")
    _tried(faults, lambda: check_slug(record.slug) if record.slug else "")
    _tried(faults, lambda: _check_state(record.state))
    _tried(faults, lambda: paths.check(record.category))
    content = _tried(faults, lambda: cleaned(record.content, complete=to == "published"))
    placing = _tried(faults, lambda: _placing(record))
    if faults or content is None or placing is None:
        return _refused(read, faults)
    row = known.like(record, content)
    if row is None:
        return Step(read.place, "create", record, content, placing, to)
    if not record.state and row.state != "draft" and not publish:
        to = row.state if row.state in _STATES else to
    action = "unchanged" if _is_same(row, content, placing, record, paths, to) else "update"
    return Step(read.place, action, record, content, placing, to, row)


def _tried(faults: list[Fault], work: Callable[[], T]) -> T | None:
    """What work returns, or one more fault."""
    try:
        return work()
    except Rejected as err:
        faults.append(fault(err))
        return None


def _refused(read: Read, faults: list[Fault]) -> Step:
    return Step(read.place, "refused", read.record, read.record.content, Placing(), "", None, tuple(faults))


def _check_state(state: str) -> None:
    if state not in _STATES:
        raise Invalid("bad_choice", field="state")


def _placing(record: Record) -> Placing:
    placing = Placing(
        audience=record.audience,
        channels=record.channels,
        tags=record.tags,
        valid_from=_moment(record.valid_from, "valid_from"),
        valid_until=_moment(record.valid_until, "valid_until"),
    )
    return check(placing)


def _moment(text: str, field: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise Invalid("bad_date", field=field) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_same(row: Row, content: Content, placing: Placing, record: Record, paths: Paths, to: str) -> bool:
    return (
        msgspec.convert(row.content, Content) == content
        and row.state == to
        and row.category_id == paths.find(record.category)
        and all(
            getattr(row, name) == value
            for name, value in (
                ("audience", placing.audience),
                ("channels", list(placing.channels)),
                ("tags", list(placing.tags)),
                ("valid_from", placing.valid_from),
                ("valid_until", placing.valid_until),
            )
        )
    )
