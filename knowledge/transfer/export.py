"""Articles as records: the newest words of each."""

from __future__ import annotations

from datetime import datetime

import msgspec
import sqlalchemy as sa

from core.db import Row, Tx
from knowledge import lists
from knowledge import schema as k
from knowledge.content import Content
from knowledge.lists import Filter
from knowledge.transfer.paths import Paths
from knowledge.transfer.records import Record


async def records(tx: Tx, wanted: Filter) -> list[Record]:
    """What nobody has taken up (proposed, dismissed) stays here."""
    paths = Paths(await tx.all(sa.select(k.category)))
    rows = await lists.everything(tx, wanted)
    return [_record(row, paths) for row in rows if row.state not in ("proposed", "dismissed")]


def _record(row: Row, paths: Paths) -> Record:
    return Record(
        content=msgspec.convert(row.content, Content),
        slug=row.slug,
        state=row.state,
        category=paths.of(row.category_id),
        audience=row.audience,
        channels=tuple(row.channels),
        tags=tuple(row.tags),
        valid_from=_written(row.valid_from),
        valid_until=_written(row.valid_until),
    )


def _written(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
