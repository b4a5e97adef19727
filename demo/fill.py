"""``keting demo``: a company and its last month, written into a running instance's database.

One transaction: either all of it is there or nothing.  A second run is refused unless asked for, and so is
an instance in production.
"""

from __future__ import annotations

import contextlib
import hashlib
import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core import agents
from core import schema as s
from core.bilingual import Bilingual
from core.blobs import FolderStore
from core.db import Database, Tx
from core.settings import Settings
from demo import articles, company, live, pictures
from demo.calendar import openings
from demo.company import Person
from demo.crowd import Crowd
from demo.play import Play
from demo.rows import Rows
from demo.scripts import Script, scripts
from demo.staff import Staff
from demo.story import Story, World
from handoff.schema import queue_entry, service
from tickets.schema import ticket, ticket_counter

#: Where we note that the demo was here.
_MARK = "demo"


@dataclass(frozen=True)
class Options:
    """seed: the same seed tells the same stories; None: others each time."""

    conversations: int = 3000
    days: int = 30
    seed: int | None = None
    again: bool = False


@dataclass(frozen=True)
class Report:
    password: str
    people: Sequence[Person]  # who was created, and may log in with that password
    counts: dict[str, int]


class Refused(Exception):
    """Nothing was changed; text says why, and what to do."""

    def __init__(self, text: Bilingual) -> None:
        self.text = text
        super().__init__(text.en)


async def fill(settings: Settings, options: Options, password: str | None = None) -> Report:
    """Raises Refused, Rejected (a password that is too short) or Unavailable."""
    if settings.mode == "production":
        raise Refused(
            Bilingual(
                "生产模式下不能填充演示数据。请在试用实例（KETING_MODE=trial）上运行。",
                "Not in production mode. Use a trial instance (KETING_MODE=trial).",
            )
        )
    assert settings.database_url is not None
    password = password or "-".join(secrets.token_hex(2) for _ in range(4))
    agents.check_password(password)
    hashed = await agents.hash_password(password)
    db = Database(settings.database_url, pool_size=1)
    store = FolderStore(settings.data_dir / "blobs")
    stored: list[UUID] = []
    try:
        async with db.begin() as tx:
            runs = await _may_run(tx, options)
            house = await company.found(tx, hashed)
            world = await _world(tx, house, options)
            _tell(world, options)
            if runs == 0:
                live.tell(world)
            await _store_pictures(world, store, stored)
            await _write(tx, world, runs + 1)
            if runs == 0:
                await live.seat(tx, world)
                await articles.plant(tx, world.rng, house.agents.get("shen.mo"))
    except BaseException:
        for key in stored:
            with contextlib.suppress(OSError):
                await store.delete(key)
        raise
    finally:
        await db.close()
    return Report(password, tuple(house.created), _counts(world))


async def _may_run(tx: Tx, options: Options) -> int:
    """How often the demo ran here before.  Two that start at once take turns on the row."""
    key = s.setting.c.key
    await tx.run(
        insert(s.setting).values(key=_MARK, value={"runs": 0}, updated_at=tx.now).on_conflict_do_nothing()
    )
    mark = await tx.value(sa.select(s.setting.c.value).where(key == _MARK).with_for_update())
    runs = int(mark["runs"])
    if runs and not options.again:
        raise Refused(
            Bilingual(
                "演示数据已经填充过。要再追加一批历史会话，请运行 keting demo --again；"
                "要重新开始，请停止服务并换一个空的 KETING_DATA_DIR。",
                "The demo data is here already. `keting demo --again` adds more past conversations; "
                "to start over, stop the service and use an empty KETING_DATA_DIR.",
            )
        )
    return runs


async def _world(tx: Tx, house: company.Company, options: Options) -> World:
    rng = random.Random(options.seed)
    rows = Rows(rng)
    rows_of_counter = await tx.all(sa.select(ticket_counter))
    return World(
        rng,
        rows,
        house,
        Staff(rng),
        Crowd(rng, rows),
        tx.now,
        numbers={row.day: row.last for row in rows_of_counter},
    )


def _tell(world: World, options: Options) -> None:
    first = world.now - timedelta(days=options.days)
    world.staff.log_shifts(world.rows, world.company.agents, first, world.now)
    for at in openings(world.rng, options.conversations, options.days, world.now):
        guest = world.crowd.somebody(at)
        script = _script(world, guest.language, at)
        story = Story(world, guest, world.crowd.channel(guest), at, until=world.now)
        Play(story, script).all()


def _script(world: World, language: str, at: datetime) -> Script:
    """A script in the visitor's language that fits the hour: people only while they are there."""
    on_duty = world.staff.is_on_duty(at)
    is_hant = language == "zh-Hant"
    pool = [
        script
        for script in scripts("en" if language == "en" else "zh")
        if (is_hant or not script.is_traditional)
        and (not script.is_night if on_duty else not script.has_people)
    ]
    return world.rng.choices(pool, [x.weight * (5 if x.is_traditional else 1) for x in pool])[0]


async def _store_pictures(world: World, store: FolderStore, stored: list[UUID]) -> None:
    width, height = pictures.size()
    for row, kind in world.pictures:
        data = pictures.draw(kind)
        await store.put(row["id"], data)
        stored.append(row["id"])
        row |= {
            "size": len(data),
            "width": width,
            "height": height,
            "sha256": hashlib.sha256(data).hexdigest(),
        }
    for message in world.rows.of(s.message) if world.pictures else ():
        content = message["content"]
        if content["type"] == "image":
            data = pictures.draw(content["name"].removesuffix(".png"))
            content |= {"size": len(data), "width": width, "height": height}


async def _write(tx: Tx, world: World, runs: int) -> None:
    await world.rows.write(tx)
    counters = [{"day": day, "last": last} for day, last in world.numbers.items()]
    if counters:
        row = insert(ticket_counter)
        await tx.run(
            row.on_conflict_do_update(
                index_elements=["day"],
                set_={"last": sa.func.greatest(ticket_counter.c.last, row.excluded.last)},
            ),
            counters,
        )
    await tx.run(
        s.setting.update().where(s.setting.c.key == _MARK).values(value={"runs": runs}, updated_at=tx.now)
    )


def _counts(world: World) -> dict[str, int]:
    tables = (s.visitor, s.conversation, s.message, queue_entry, service, ticket, s.event)
    return {table.name: world.rows.count(table) for table in tables}
