"""Training a model of the present data: a wish that the supervisor carries out (supervisor/bot_training.py).

A model that comes of it is a file like any other: nobody is answered by it before it is released.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from bot.ingredients import model_path
from core import events
from core import schema as s
from core.bilingual import Bilingual
from core.clock import stamp
from core.db import Database, Tx
from core.errors import Conflict
from learning import wishes

#: The supervisor looks every two seconds: a wish that lies longer is one that nobody takes up.
_PATIENCE = timedelta(minutes=1)


@dataclass(frozen=True)
class Data:
    """model: the name that a model of the present data has.  is_trained: there is one."""

    model: str
    is_trained: bool


def data(folder: Path) -> Data:
    """folder: where models are.  Reads every ingredient: some 10 ms."""
    name = model_path().name
    return Data(name, (folder / name).is_file())


async def changes(tx: Tx, since: datetime) -> int:
    """Examples that were added, changed or removed from the console since then."""
    a = s.audit.c
    rows = sa.select(sa.func.count()).where(a.verb.like("example.%"), a.at > since)
    return int(await tx.value(rows))


def under_way(wish: Path, reported: Mapping[str, Any] | None, now: datetime) -> dict[str, Any] | None:
    """The last training as far as anybody knows: what the supervisor tells of one, or a wish that waits."""
    waiting, told = wishes.read(wish) or {}, reported or {}
    if "id" in waiting and waiting["id"] != told.get("id"):
        is_lost = now - datetime.fromisoformat(waiting["asked_at"]) > _PATIENCE
        state = {"state": "failed", "detail": "no answer"} if is_lost else {"state": "asked", "detail": ""}
        return {"percent": None, "step": "", "model": None, **waiting, **state}
    return dict(reported) if reported else None


async def ask(
    db: Database, wish: Path, reported: Mapping[str, Any] | None, *, present: Data, agent_id: UUID
) -> dict[str, Any]:
    """Wish for a model of the present data.  Conflict nothing_to_train, training_under_way."""
    if present.is_trained:
        raise Conflict("nothing_to_train", names=(Bilingual(present.model, present.model),))
    if is_running(under_way(wish, reported, db.clock.now())):
        raise Conflict("training_under_way")
    async with db.begin() as tx:
        content = {"id": str(uuid4()), "asked_by": str(agent_id), "asked_at": stamp(tx.now)}
        await events.audit(tx, f"agent:{agent_id}", "bot.training_asked", f"model:{present.model}")
    wishes.write(wish, content)  # after the commit: what is carried out is on record
    return {"percent": None, "step": "", "model": None, "detail": "", **content, "state": "asked"}


async def cancel(db: Database, wish: Path, reported: Mapping[str, Any] | None, *, agent_id: UUID) -> None:
    """Take the wish back, or have the training stopped.  Conflict no_training where there is none."""
    last = under_way(wish, reported, db.clock.now())
    if last is None or not is_running(last):
        raise Conflict("no_training")
    async with db.begin() as tx:
        await events.audit(tx, f"agent:{agent_id}", "bot.training_cancelled", f"training:{last['id']}")
    wishes.write(wish, {"cancel": last["id"]})


def is_running(training: Mapping[str, Any] | None) -> bool:
    return training is not None and training["state"] in ("asked", "running")
