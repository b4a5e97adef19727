"""Which model the bot runs: what was released when and by whom, and the wish that the supervisor carries out.

The supervisor (supervisor/bot_replicas.py) starts the wished model beside the one that answers, moves the bot
over when it is ready, and reports; rows here are the history and what a rollback goes back to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core import events
from core import schema as s
from core.db import Database, Row, Tx
from core.errors import Conflict, NotFound
from learning import wishes
from learning.schema import bot_release

_SUFFIX = ".tar.gz"
#: A wish that nobody has answered for so long never will be.
_PATIENCE = timedelta(minutes=10)
_ONE_AT_A_TIME = sa.text("select pg_advisory_xact_lock(hashtext('bot_release'))")
_r = bot_release.c


@dataclass(frozen=True)
class Model:
    """A trained model as a file: name, bytes, modified (seconds since the epoch)."""

    name: str
    size: int
    modified: float


def models(folder: Path) -> list[Model]:
    """All trained models, newest first."""
    found = []
    for path in folder.glob(f"*{_SUFFIX}"):
        facts = path.stat()
        found.append(Model(path.name, facts.st_size, facts.st_mtime))
    return sorted(found, key=lambda model: (-model.modified, model.name))


async def release(
    db: Database, folder: Path, wish: Path, *, model: str, agent_id: UUID | None, live: str | None
) -> Row:
    """Wish for a model by the name of its file.  live: the one that answers now, to know what to go back to.

    Raises NotFound for a file that is not there, Conflict while another release is under way.
    """
    if Path(model).name != model or not (folder / model).is_file() or not model.endswith(_SUFFIX):
        raise NotFound(detail=model)

    async def work(tx: Tx) -> Row:
        await tx.run(_ONE_AT_A_TIME)
        await tx.run(_given_up(tx))
        if await tx.value(sa.select(sa.func.count()).where(_r.state == "asked")):
            raise Conflict("release_under_way")
        row = await tx.one(
            bot_release.insert()
            .values(model=model, before=live, asked_by=agent_id, asked_at=tx.now, state="asked")
            .returning(bot_release)
        )
        assert row is not None
        actor = f"agent:{agent_id}" if agent_id else "system:cli"
        await events.audit(tx, actor, "bot.release_asked", f"model:{model}", before=live)
        return row

    row = await db.retrying(work)
    wishes.write(wish, {"id": row.id, "model": model})  # after the commit: what is carried out is on record
    return row


async def rollback(db: Database, folder: Path, wish: Path, *, agent_id: UUID | None, live: str | None) -> Row:
    """Wish for the model that answered before the one that answers now.  Raises like release."""
    async with db.reading() as tx:
        last = await tx.one(
            sa.select(bot_release)
            .where(_r.state == "live", _r.model == live, _r.before.is_not(None), _r.before != live)
            .order_by(_r.id.desc())
            .limit(1)
        )
    if last is None:
        raise NotFound(detail="no earlier model")
    return await release(db, folder, wish, model=last.before, agent_id=agent_id, live=live)


def _given_up(tx: Tx) -> sa.Update:
    return (
        bot_release.update()
        .where(_r.state == "asked", _r.asked_at < tx.now - _PATIENCE)
        .values(state="failed", detail="no answer", settled_at=tx.now)
    )


async def settle(db: Database, reported: Mapping[str, Any] | None) -> None:
    """Take down what the supervisor reports of a release: live, or failed with its reason."""
    if not reported or reported.get("state") not in ("live", "failed"):
        return
    async with db.begin() as tx:
        await tx.run(
            bot_release.update()
            .where(_r.id == reported["id"], _r.model == reported["model"], _r.state == "asked")
            .values(state=reported["state"], detail=reported.get("detail") or None, settled_at=tx.now)
        )


async def history(tx: Tx, limit: int = 50) -> list[Row]:
    """Releases, latest first, with asked_by_name: as colleagues know whoever asked."""
    named = sa.select(bot_release, s.agent.c.name.label("asked_by_name"))
    joined = named.select_from(bot_release.outerjoin(s.agent, s.agent.c.id == _r.asked_by))
    return await tx.all(joined.order_by(_r.id.desc()).limit(limit))
