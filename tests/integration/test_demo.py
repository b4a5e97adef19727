"""The demo's company looks as if the service itself had written it."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from analytics import log, metrics
from core import schema as s
from core.db import Database, Row
from core.messages import parse_content
from core.settings import load_settings
from demo.fill import Options, Refused, fill
from demo.scripts import scripts
from handoff.schema import queue_entry, service
from tickets.schema import ticket, ticket_counter, ticket_entry

SOME = Options(conversations=50, days=10, seed=7)


@pytest.fixture
def settings(database, tmp_path):
    environment = {"KETING_DATABASE_URL": database, "KETING_DATA_DIR": str(tmp_path)}
    return replace(load_settings(environment, env_file=None), database_url=database)


@pytest.fixture
async def db(database):
    opened = Database(database, pool_size=2)
    yield opened
    await opened.close()


async def rows(db, query):
    async with db.begin() as tx:
        return await tx.all(query)


async def test_timelines_have_no_gaps_and_run_forwards(settings, db):
    await fill(settings, SOME)
    m, v = s.message.c, s.visitor.c
    found = await rows(db, sa.select(m.visitor_id, m.position, m.seq, m.created_at).order_by(m.position))
    last = {row.id: (row.position, row.seq) for row in await rows(db, sa.select(v.id, v.position, v.seq))}
    by_visitor: dict[UUID, list[Row]] = {}
    for row in found:
        by_visitor.setdefault(row.visitor_id, []).append(row)
    for visitor_id, timeline in by_visitor.items():
        seqs = [row.seq for row in timeline if row.seq is not None]
        assert [row.position for row in timeline] == list(range(1, len(timeline) + 1))
        assert seqs == list(range(1, len(seqs) + 1))
        assert last[visitor_id] == (len(timeline), len(seqs))
        times = [row.created_at for row in timeline]
        assert times == sorted(times)


async def test_every_message_can_be_read_and_nothing_is_left_to_fill_in(settings, db):
    await fill(settings, SOME)
    for row in await rows(db, sa.select(s.message.c.content)):
        parse_content(row.content)
        assert "{" not in str(row.content.get("text", ""))


async def test_one_open_conversation_a_visitor_and_owners_fit_their_states(settings, db):
    await fill(settings, SOME)
    c = s.conversation.c
    found = await rows(db, sa.select(c.visitor_id, c.state, c.agent_id))
    is_open = Counter(row.visitor_id for row in found if row.state != "closed")
    assert set(is_open.values()) == {1}
    states = Counter(row.state for row in found)
    assert states["bot"] and states["waiting"] and states["agent"]
    waiting = await rows(db, sa.select(queue_entry.c.id).where(queue_entry.c.state == "waiting"))
    assert len(waiting) == states["waiting"]


async def test_the_event_log_tells_of_every_conversation_and_service(settings, db):
    await fill(settings, SOME)
    async with db.begin() as tx:
        told = await log.read(tx)
    services = await rows(db, sa.select(service))
    conversations = await rows(db, sa.select(s.conversation))
    types = Counter(one.type for one in told)
    ended = {one.data["service_id"] for one in told if one.type == "service.ended"}
    assert types["conversation.opened"] == len(conversations)
    assert types["service.started"] == len(services)
    assert ended == {str(row.id) for row in services if row.ended_at}
    for row in conversations:
        moves = [one for one in told if one.conversation_id == row.id and one.is_move()]
        state = "bot"
        for one in moves:
            assert one.data["before"] == state
            state = one.data["after"]
        assert (state, len(moves)) == (row.state, row.version)


async def test_metrics_from_events_are_those_of_a_shop_at_work(settings, db):
    await fill(settings, Options(conversations=200, days=20, seed=3))
    async with db.begin() as tx:
        told = await log.read(tx)
    share, csat = metrics.bot_resolved(told).value, metrics.csat(told)
    response = metrics.first_response_median(told)
    assert share is not None and 0.4 < share < 0.9
    assert csat.average is not None and 3 < csat.average < 5
    assert response is not None and 5 < response < 60
    assert metrics.abandonment(told).part > 0


async def test_nobody_ever_serves_more_than_the_capacity(settings, db):
    await fill(settings, SOME)
    capacity = {row.id: row.capacity for row in await rows(db, sa.select(s.agent))}
    serving = await rows(db, sa.select(s.conversation.c.agent_id).where(s.conversation.c.state == "agent"))
    for agent_id, count in Counter(row.agent_id for row in serving).items():
        assert count <= capacity[agent_id]


async def test_tickets_are_numbered_by_day_and_the_next_one_goes_on(settings, db):
    await fill(settings, SOME)
    numbers = [row.number for row in await rows(db, sa.select(ticket.c.number))]
    days = Counter(number[1:7] for number in numbers)
    assert {row.day: row.last for row in await rows(db, sa.select(ticket_counter))} == days
    created = await rows(db, sa.select(ticket_entry.c.ticket_id).where(ticket_entry.c.kind == "created"))
    assert len(created) == len(numbers)


async def test_a_second_run_is_refused_and_changes_nothing(settings, db):
    await fill(settings, SOME)
    before = await sizes(db)
    with pytest.raises(Refused) as refused:
        await fill(settings, SOME)
    assert "--again" in refused.value.text.zh and "--again" in refused.value.text.en
    assert await sizes(db) == before


async def test_two_runs_at_once_have_the_effect_of_one(settings, db):
    done = await asyncio.gather(fill(settings, SOME), fill(settings, SOME), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Refused", "Report"]


async def test_again_adds_conversations_and_keeps_the_people(settings, db):
    first = await fill(settings, SOME)
    second = await fill(settings, replace(SOME, seed=8, again=True))
    assert first.people and not second.people
    after = await sizes(db)
    assert after["conversation"] == first.counts["conversation"] + second.counts["conversation"]
    assert after["agent"] == len(first.people)


async def test_production_is_never_filled(settings, db):
    with pytest.raises(Refused):
        await fill(replace(settings, mode="production"), SOME)
    assert not any((await sizes(db)).values())


async def test_what_somebody_has_set_stays(settings, db):
    async with db.begin() as tx:
        await tx.run(s.setting.insert().values(key="widget", value={"colour": "#123456"}, updated_at=tx.now))
    await fill(settings, SOME)
    kept = await rows(db, sa.select(s.setting.c.value).where(s.setting.c.key == "widget"))
    assert kept[0].value == {"colour": "#123456"}


async def test_pictures_are_there_as_files(settings, db):
    await fill(settings, Options(conversations=150, days=10, seed=5))
    found = await rows(db, sa.select(s.blob))
    assert found
    for row in found:
        path = settings.data_dir / "blobs" / row.id.hex[-2:] / row.id.hex
        assert path.stat().st_size == row.size > 0


async def test_nothing_of_the_past_lies_in_the_future(settings, db):
    await fill(settings, SOME)
    async with db.begin() as tx:
        newest = await tx.value(sa.select(sa.func.max(s.event.c.at)))
        assert newest <= tx.now + timedelta(seconds=1)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_there_are_sixty_dialogues_in_each_language(language):
    found = scripts(language)
    assert len(found) >= 60
    assert len({script.title for script in found}) == len(found)


async def sizes(db):
    async with db.begin() as tx:
        return {
            table.name: await tx.value(sa.select(sa.func.count()).select_from(table))
            for table in (s.agent, s.visitor, s.conversation, s.message, s.event, ticket, s.canned_reply)
        }
