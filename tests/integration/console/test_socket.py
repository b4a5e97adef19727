"""The console's socket: nothing lost, nothing repeated, nothing shown to who may not see it."""

from __future__ import annotations

import asyncio
import random
from typing import Any
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from api.console import socket as console_socket
from core import logins, streams, timeline
from core import schema as s
from core.db import Database
from core.hints import LocalHints
from core.messages import Text
from handoff import desk, guests
from tests.fixtures.console import PATIENCE_S, Socket, running_console

EVENTS = ("event", "resync")


async def stream_of(db, agent_id):
    async with db.begin() as tx:
        return await streams.read(tx, agent_id, 0, limit=100_000)


async def post(tx, conversation_id, text):
    row = await timeline.lock(tx, conversation_id)
    return await timeline.post(tx, row, timeline.VISITOR, Text(text))


async def test_hello_comes_first_and_then_what_happens(console):
    li = await console.house.agent("李娜")
    as_li = await console.enter(li)
    async with as_li.socket() as socket:
        hello = await socket.next()
        assert (hello["type"], hello["cursor"], hello["me"]["name"]) == ("hello", 0, "李娜")
        assert hello["bot"]["stage"] == "absent"
        conversation = str(await console.house.served("v", li, "我要退款"))
        await console.house.says("v", "在吗")
        events = [await socket.next("event") for _ in range(3)]
    assert [event["seq"] for event in events] == [1, 2, 3]
    assigned, joined, message = events
    assert (assigned["kind"], assigned["data"]["how"]) == ("assigned", "accept")
    assert assigned["data"]["packet"]["reason"] == "asked"
    assert assigned["data"]["conversation"]["id"] == conversation
    assert joined["data"]["message"]["content"]["name"] == "agent_joined"
    assert message["data"]["message"]["content"] == {"type": "text", "text": "在吗"}
    assert message["data"]["message"]["author"]["kind"] == "visitor"
    assert message["data"]["conversation"]["unread"] == 2


async def test_without_a_cursor_the_stream_starts_now_and_with_one_after_it(console):
    li = await console.house.agent("李娜")
    as_li = await console.enter(li)
    await console.house.served("v", li)
    async with as_li.socket() as socket:
        assert (await socket.next())["cursor"] == 2
        await console.house.says("v", "3")
        assert (await socket.next("event"))["seq"] == 3
    async with as_li.socket(after=1) as socket:
        assert [(await socket.next("event"))["seq"] for _ in range(2)] == [2, 3]


async def interleaved(db, first, second, rng):
    """Two transactions by hand: begun in one order, numbered and committed in the other.

    flush numbers the agent's events at once, not just before the commit.
    """
    async with db.begin() as early:
        await early.value(sa.text("select txid_current()"))
        async with db.begin() as late:
            await post(late, second, "late")
        try:
            async with early.savepoint():
                await post(early, first, "taken back")
                await early.flush()
                if rng.random() < 0.5:
                    raise TakenBack
        except TakenBack:
            pass
        await post(early, first, "early")


async def crossing(db, first, second):
    """The second waits for the stream's lock that the first holds, and gets a number only after it."""
    async with db.begin() as holder:
        await post(holder, first, "holder")
        await holder.flush()

        async def follower():
            async with db.begin() as tx:
                await post(tx, second, "follower")

        waiting = asyncio.create_task(follower())
        await somebody_waits_for_a_lock(db)
        assert not waiting.done(), "nothing held the second one back"
    await waiting


async def somebody_waits_for_a_lock(db):
    blocked = sa.text(
        "select count(*) from pg_stat_activity "
        "where datname = current_database() and wait_event_type = 'Lock'"
    )
    async with asyncio.timeout(PATIENCE_S), db.reading() as tx:
        while not await tx.value(blocked):
            await asyncio.sleep(0)


class TakenBack(Exception):
    """A savepoint rolled back after its message was numbered."""


@pytest.mark.parametrize("seed", range(4))
async def test_dropped_and_resumed_at_random_it_loses_and_repeats_nothing(console, seed):
    rng = random.Random(seed)
    li = await console.house.agent("李娜")
    as_li = await console.enter(li)
    rooms = [await console.house.served(f"v{n}", li) for n in range(4)]
    stop = asyncio.Event()

    async def commit_a_lot():
        for _ in range(25):
            first, second = rng.sample(rooms, 2)
            await rng.choice([interleaved_, crossing_])(first, second)
        stop.set()

    async def interleaved_(first, second):
        await interleaved(console.db, first, second, rng)

    async def crossing_(first, second):
        await crossing(console.db, first, second)

    async def listen():
        seen: list[dict[str, Any]] = []
        while not stop.is_set() or not seen or seen[-1]["seq"] < len(await stream_of(console.db, li)):
            # no limit: our client stops reading at one, and then waits in vain for the other end's goodbye
            async with as_li.socket(after=len(seen), max_queue=None) as socket:
                for _ in range(rng.randrange(1, 12)):
                    try:
                        frame = await asyncio.wait_for(socket.next(*EVENTS), 1)
                    except (TimeoutError, ConnectionClosed):
                        break
                    assert frame["type"] == "event"
                    seen.append(frame)
                if rng.random() < 0.7:
                    socket.ws.transport.abort()  # no goodbye, as when a train enters a tunnel
        return seen

    _, seen = await asyncio.gather(commit_a_lot(), listen())
    rows = await stream_of(console.db, li)
    assert [frame["seq"] for frame in seen] == [row.seq for row in rows] == list(range(1, len(rows) + 1))
    shown = [frame["data"]["message"]["id"] for frame in seen if frame["kind"] == "message"]
    assert shown == [row.data["message_id"] for row in rows if row.kind == "message"]
    for room in rooms:
        transcript = [str(row.id) for row in await console.house.transcript(room) if row.agent_id is None]
        assert [m for m in shown if m in transcript] == [m for m in transcript if m in shown]


async def test_a_slow_console_is_closed_with_4008_and_resumes_where_it_was(console, monkeypatch):
    from api.sockets import Limits

    monkeypatch.setattr(console_socket, "LIMITS", Limits(stall_s=0.3))
    li = await console.house.agent("李娜")
    as_li = await console.enter(li)
    room = await console.house.served("v", li)
    seen = []
    async with as_li.socket(after=0, max_queue=1) as stuck:
        seen.append((await stuck.next("event"))["seq"])
        (line,) = console.app.ctx.hub.lines()
        while not line.closing.is_set():  # until the sockets' buffers hold no more
            async with console.db.begin() as tx:
                for _ in range(4):  # large and few: more than 500 behind it would have to load everything
                    await post(tx, room, "很长的话" * 5000)
        try:
            while True:
                seen.append((await stuck.next("event"))["seq"])
        except ConnectionClosed as closed:
            assert closed.rcvd is not None and closed.rcvd.code == 4008
    newest = len(await stream_of(console.db, li))
    async with as_li.socket(after=seen[-1]) as socket:
        while seen[-1] < newest:
            seen.append((await socket.next("event"))["seq"])
    assert seen == list(range(1, newest + 1))


async def test_a_slow_console_holds_up_nobody_else(console):
    li, wang = await console.house.agent("李娜"), await console.house.agent("王强")
    as_li, as_wang = await console.enter(li), await console.enter(wang)
    room, other = await console.house.served("v", li), await console.house.served("w", wang)
    async with as_li.socket(max_queue=1) as slow, as_wang.socket() as quick:
        await quick.next("hello")
        for _ in range(5):
            async with console.db.begin() as tx:
                for _ in range(40):
                    await post(tx, room, "很长的话" * 1000)
        async with console.db.begin() as tx:
            await post(tx, other, "quick")
        message = await quick.until(lambda f: f["data"].get("message"), "event")
        assert message["data"]["message"]["content"]["text"] == "quick"
        slow.ws.transport.abort()


async def test_too_far_behind_or_from_another_time_it_is_told_to_load_everything(console):
    li = await console.house.agent("李娜")
    as_li = await console.enter(li)
    room = await console.house.served("v", li)
    async with console.db.begin() as tx:
        for n in range(505):
            await post(tx, room, str(n))
    newest = len(await stream_of(console.db, li))
    for after in (0, newest + 1000):
        async with as_li.socket(after=after) as socket:
            assert (await socket.next(*EVENTS)) == {"type": "resync", "cursor": newest}
            await console.house.says("v", "next")
            newest += 1
            assert (await socket.next(*EVENTS))["seq"] == newest
    async with console.db.begin() as tx:
        await tx.run(s.stream_event.delete().where(s.stream_event.c.seq <= newest - 5))
    async with as_li.socket(after=newest - 6) as socket:
        assert (await socket.next(*EVENTS))["type"] == "resync"
    async with as_li.socket(after=newest - 5) as socket:
        assert (await socket.next(*EVENTS))["seq"] == newest - 4


async def test_a_console_learns_what_it_lost_and_no_words_of_it_any_more(console):
    li, wang = await console.house.agent("李娜"), await console.house.agent("王强")
    as_li = await console.enter(li)
    room = await console.house.served("v", li)
    await desk.transfer(console.db, room, by=li, to_agent=wang)
    await console.house.says("v", "只对王强说")
    async with as_li.socket(after=0) as socket:
        event = await socket.until(lambda f: f["kind"] == "unassigned", "event")
        assert event["data"]["why"] == "transfer"
        assert event["data"]["conversation"]["agent"]["name"] == "王强"
        assert event["data"]["conversation"]["last"] is None
        assert "只对王强说" not in str(await socket.settled())


# -- what one may watch --------------------------------------------------------------------------------------


async def test_a_leader_watches_a_conversation_from_now_on_or_from_a_position(console):
    li, chief = await console.house.agent("李娜"), await console.house.agent("陈静", "supervisor")
    room = await console.house.served("v", li)
    as_chief = await console.enter(chief)
    async with as_chief.socket() as socket:
        await socket.send(type="watch", conversation_id=room)
        await socket.settled()
        await console.house.says("v", "second")
        frame = await socket.next("watch")
        assert frame["message"]["content"]["text"] == "second"
        await socket.send(type="watch", conversation_id=room, after=0)
        positions = [(await socket.next("watch"))["message"]["position"] for _ in range(3)]
        assert positions == [row.position for row in await console.house.transcript(room)][:3]
        await socket.send(type="watch", conversation_id=None)
        await socket.settled()
        await console.house.says("v", "third")
        assert not [frame for frame in await socket.settled() if frame["type"] == "watch"]


@pytest.mark.parametrize("frame", ["watch", "typing", "read"])
async def test_every_frame_about_another_agents_conversation_is_refused_without_effect(console, frame):
    li, wang = await console.house.agent("李娜"), await console.house.agent("王强")
    room = await console.house.served("v", wang)
    as_li = await console.enter(li)
    async with console.db.begin() as tx:
        visitor_id = (await timeline.lock(tx, room)).visitor_id
    fields: dict[str, dict[str, Any]] = {"typing": {"on": True}, "read": {"position": 1}, "watch": {}}
    with console.signals.listen(f"visitor:{visitor_id}", f"watch:{room}") as ear:
        async with as_li.socket() as socket:
            await socket.send(type=frame, conversation_id=room, **fields[frame])
            error = await socket.next("error")
            assert error["error"] == "not_found" and error["message"]
            await console.house.says("v", "不给李娜看")
            assert "不给李娜看" not in str(await socket.settled())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ear.next(), 0)
    async with console.db.begin() as tx:
        assert (await timeline.lock(tx, room)).agent_read_position == 0


async def test_watching_ends_when_the_conversation_is_taken_by_somebody_else(console):
    li, wang = await console.house.agent("李娜"), await console.house.agent("王强")
    room = await console.house.waits("v")
    as_li = await console.enter(li)
    async with as_li.socket() as socket:
        await socket.send(type="watch", conversation_id=room)
        await socket.settled()
        await desk.accept(console.db, room, wang)
        ended = await socket.next("error")
        assert (ended["error"], ended["conversation_id"]) == ("not_found", str(room))
        await console.house.says("v", "不给李娜看")
        assert "不给李娜看" not in str(await socket.settled())


async def test_a_console_that_lost_its_role_comes_back_with_the_rights_of_the_new_one(console):
    chief = await console.house.agent("陈静", "supervisor")
    wang = await console.house.agent("王强")
    room = await console.house.served("v", wang)
    as_chief = await console.enter(chief)
    async with as_chief.socket() as socket:
        await socket.send(type="watch", conversation_id=room)
        await socket.settled()
        async with console.db.begin() as tx:
            await tx.run(s.agent.update().where(s.agent.c.id == chief).values(role="agent"))
            tx.hint(f"agent:{chief}", "presence")
        assert await socket.close_code() == 1001
    async with as_chief.socket() as socket:
        await socket.send(type="watch", conversation_id=room)
        assert (await socket.next("error"))["error"] == "not_found"


# -- who gets in, and out ------------------------------------------------------------------------------------


async def test_a_pass_opens_one_socket_only(console):
    as_li = await console.enter(await console.house.agent("李娜"))
    ticket = (await as_li.post("/socket-ticket"))["ticket"]
    address = f"ws://{console.address}/api/console/v1/socket?ticket="
    async with connect(address + ticket, proxy=None) as ws:
        assert (await Socket(ws).next())["type"] == "hello"
    for used in (ticket, "", "guess"):
        async with connect(address + used, proxy=None) as ws:
            assert await Socket(ws).close_code() == 4001


async def test_a_foreign_page_gets_no_socket(console):
    as_li = await console.enter(await console.house.agent("李娜"))
    with pytest.raises(InvalidStatus) as refused:
        async with as_li.socket(origin="https://evil.example"):
            pass
    assert refused.value.response.status_code == 403
    async with as_li.socket(origin=f"http://{console.address}") as socket:
        assert (await socket.next())["type"] == "hello"


async def test_passes_need_a_session_and_a_csrf_token(console):
    as_li = await console.enter(await console.house.agent("李娜"))
    async with httpx.AsyncClient(base_url=as_li.http.base_url, trust_env=False) as nobody:
        assert (await nobody.post("/socket-ticket")).status_code == 401
        wrong = await as_li.http.post("/socket-ticket", headers={"X-CSRF-Token": "x"})
        assert wrong.status_code == 403


async def test_logging_out_or_being_disabled_closes_the_socket(console):
    li = await console.house.agent("李娜")
    as_li = await console.enter(li)
    again = await console.enter(li)
    async with as_li.socket() as first, again.socket() as second:
        await first.next("hello")
        await second.next("hello")
        async with console.db.begin() as tx:
            await logins.close(tx, logins.hash_of(as_li.token))
            tx.hint(f"agent:{li}")
        assert await first.close_code() == 4001
        await second.settled()
        async with console.db.begin() as tx:
            await tx.run(s.agent.update().where(s.agent.c.id == li).values(disabled_at=tx.now))
            tx.hint(f"agent:{li}")
        assert await second.close_code() == 4001


async def test_stopping_sends_consoles_away_to_resume(console):
    as_li = await console.enter(await console.house.agent("李娜"))
    async with as_li.socket() as socket:
        await socket.next("hello")
        await console.app.ctx.hub.drain()
        assert await socket.close_code() == 1001


# -- what is worth seeing only now ---------------------------------------------------------------------------


async def test_the_line_is_shown_whenever_it_changes(console):
    li = await console.house.agent("李娜")
    as_li = await console.enter(li)
    async with as_li.socket() as socket:
        assert (await socket.next("queue"))["waiting"] == 0
        room = await console.house.waits("v", "人工")
        frame = await socket.until(lambda f: f["waiting"] == 1, "queue")
        (item,) = frame["items"]
        assert (item["id"], item["position"], item["last"]["excerpt"]) == (str(room), 1, "人工")
        await desk.accept(console.db, room, li)
        await socket.until(lambda f: f["waiting"] == 0, "queue")


async def test_trainers_get_no_queue(console):
    trainer = await console.enter(await console.house.agent("培训", "trainer"))
    async with trainer.socket() as socket:
        await socket.next("presence")
        await console.house.waits("v")
        frames = await socket.settled()
        assert not [frame for frame in frames if frame["type"] == "queue"]


async def test_a_socket_speaks_the_language_of_the_console_whatever_the_browser_prefers(console):
    li = await console.house.agent("李娜")
    as_li = await console.enter(li)
    room = await console.house.waits("v")
    for language, name in (("zh", "访客 "), ("en", "Visitor "), ("klingon", "访客 ")):
        headers = {"Accept-Language": "zh" if language == "klingon" else "fr, de;q=0.5"}
        async with as_li.socket(language=language, additional_headers=headers) as socket:
            frame = await socket.until(lambda f: f["waiting"] == 1, "queue")
            assert frame["items"][0]["visitor"]["name"].startswith(name)
            await socket.send(type="read", conversation_id=uuid4(), position=1)
            error = await socket.next("error")
            assert error["message"] == ("Not found." if language == "en" else "没有找到。")
    assert room


async def test_a_rating_reaches_the_console_of_who_served_although_it_is_over(console):
    li = await console.house.agent("李娜")
    as_li = await console.enter(li)
    room = await console.house.served("v", li)
    await desk.reply(console.db, room, li, Text("好"), client_id="c")
    await desk.close(console.db, room, actor="agent", by=li)
    async with console.db.begin() as tx:
        visitor_id = (await timeline.lock(tx, room)).visitor_id
        rated = await guests.rateable(tx, visitor_id)
    assert rated is not None
    async with as_li.socket() as socket:
        await socket.next("hello")
        await guests.rate(console.db, visitor_id, rated.id, 5, None)
        event = await socket.next("event")
        assert (event["kind"], event["data"]["conversation"]["id"]) == ("conversation", str(room))


async def test_presence_and_the_bots_state_are_shown_when_they_change(console):
    li, wang = await console.house.agent("李娜"), await console.house.agent("王强")
    as_li = await console.enter(li)

    def of_wang(frame):
        return next(a for a in frame["agents"] if a["id"] == str(wang))["availability"]

    async with as_li.socket() as socket:
        assert of_wang(await socket.next("presence")) == "online"
        async with console.db.begin() as tx:
            await tx.run(s.agent.update().where(s.agent.c.id == wang).values(availability="away"))
            tx.hint("presence")
        await socket.until(lambda f: of_wang(f) == "away", "presence")
        console.bot = {**console.bot, "stage": "training", "percent": 40}
        console.db.hints.notify("bot")
        frame = await socket.until(lambda f: f["bot"]["stage"] == "training", "bot")
        assert frame["bot"]["percent"] == 40


async def test_typing_reaches_the_visitor_and_comes_from_the_visitor(console):
    li = await console.house.agent("李娜")
    as_li = await console.enter(li)
    room = await console.house.served("v", li)
    async with console.db.begin() as tx:
        visitor_id = (await timeline.lock(tx, room)).visitor_id
    async with as_li.socket() as socket:
        await socket.next("hello")
        with console.signals.listen(f"visitor:{visitor_id}") as ear:
            await socket.send(type="typing", conversation_id=room, on=True)
            _, frame = await asyncio.wait_for(ear.next(), PATIENCE_S)
            assert frame == {"type": "typing", "author": {"kind": "agent", "name": "李娜"}, "on": True}
        sign = {"type": "typing", "conversation_id": str(room), "author": {"kind": "visitor"}, "on": True}
        console.signals.send(f"agent:{li}", sign)
        assert await socket.next("typing") == sign


async def test_reading_is_noted_and_never_moves_back(console):
    li = await console.house.agent("李娜")
    as_li = await console.enter(li)
    room = await console.house.served("v", li)
    async with as_li.socket() as socket:
        for position in (2, 1):
            await socket.send(type="read", conversation_id=room, position=position)
        await socket.settled()
    async with console.db.begin() as tx:
        assert (await timeline.lock(tx, room)).agent_read_position == 2


async def test_a_ping_is_a_sign_of_life(console):
    li = await console.house.agent("李娜")
    as_li = await console.enter(li)
    a = s.agent.c
    async with as_li.socket() as socket:
        await socket.settled()
        async with console.db.begin() as tx:
            await tx.run(s.agent.update().where(a.id == li).values(live_at=None))
        await socket.settled()
        await socket.settled()  # frames are handled one after the other: the first ping is done by now
        async with console.db.begin() as tx:
            assert await tx.value(sa.select(a.live_at).where(a.id == li)) is not None


async def test_one_tick_of_many_changes_costs_few_queue_frames(console):
    li = await console.house.agent("李娜")
    as_li = await console.enter(li)
    async with as_li.socket() as socket:
        await socket.next("queue")
        for n in range(20):
            await console.house.waits(f"v{n}")
        frames = [await socket.until(lambda f: f["waiting"] == 20, "queue")]
        frames += [frame for frame in await socket.settled() if frame["type"] == "queue"]
        assert len(frames) <= 2


# -- hints lost ----------------------------------------------------------------------------------------------


class DeafHints(LocalHints):
    """Hints that never arrive, as with Redis gone for good."""

    def notify(self, topic):
        return


async def test_without_any_hint_everything_still_arrives(database, tmp_path):
    db = Database(database, hints=DeafHints())
    async with running_console(db, tmp_path) as console:
        li = await console.house.agent("李娜")
        as_li = await console.enter(li)
        async with as_li.socket(after=0) as socket:
            await socket.next("hello")
            room = await console.house.served("v", li)
            for n in range(3):
                async with db.begin() as tx:
                    await post(tx, room, str(n))
            seen = [(await socket.next("event"))["seq"] for _ in range(5)]
            assert seen == [1, 2, 3, 4, 5]
    await db.close()


@pytest.mark.redis
@pytest.mark.faults
async def test_with_redis_killed_in_the_middle_nothing_is_lost_between_two_processes(database, tmp_path):
    from core.redis_hints import RedisHints
    from core.redis_signals import RedisSignals
    from tests.fixtures.mortal_redis import mortal_redis

    with mortal_redis() as redis:
        hints = RedisHints(redis.url, "h")
        there = Database(database, hints=RedisHints(redis.url, "h"))
        here = Database(database, hints=hints)
        signals = RedisSignals(redis.url, "s")
        async with running_console(here, tmp_path, signals) as console:
            hints.bus.start()
            await hints.bus.is_up.wait()
            li = await console.house.agent("李娜")
            as_li = await console.enter(li)
            room = await console.house.served("v", li)
            async with as_li.socket(after=0) as socket:
                seen: list[int] = []
                for step in range(30):
                    if step == 10:
                        redis.kill()
                    if step == 20:
                        redis.start()
                    async with there.begin() as tx:
                        await post(tx, room, str(step))
                while len(seen) < 32:
                    seen.append((await socket.next("event"))["seq"])
                assert seen == list(range(1, 33))
        await signals.close()
        for db in (here, there):
            await db.hints.close()
            await db.close()


@pytest.mark.redis
async def test_two_processes_with_one_redis_are_one_service(database, tmp_path, redis_url):
    from core.redis_hints import RedisHints
    from core.redis_signals import RedisSignals

    ends = [(RedisHints(redis_url), RedisSignals(redis_url)) for _ in range(2)]
    for hints, signals in ends:
        for bus in (hints.bus, signals.bus):
            bus.start()
            await bus.is_up.wait()
    databases = [Database(database, hints=hints) for hints, _ in ends]
    # The sweep that makes lost hints good is off: what arrives was carried by Redis.
    async with (
        running_console(databases[0], tmp_path, ends[0][1], sweep_every_s=3600) as one,
        running_console(databases[1], tmp_path, ends[1][1], sweep_every_s=3600) as other,
    ):
        li, chief = await one.house.agent("李娜"), await one.house.agent("陈静", "supervisor")
        as_li, as_chief = await one.enter(li), await other.enter(chief)
        async with as_li.socket(after=0) as here, as_chief.socket() as there:
            room = await one.house.served("v", li)
            assert (await here.next("event"))["kind"] == "assigned"
            await there.send(type="watch", conversation_id=room)
            await there.settled()
            await other.house.says("v", "从另一个进程来")
            message = await here.until(lambda f: "从另一个进程来" in str(f), "event")
            assert message["kind"] == "message"
            assert (await there.next("watch"))["message"]["id"] == message["data"]["message"]["id"]
            await here.send(type="typing", conversation_id=room, on=True)
            assert (await there.next("typing"))["author"]["name"] == "李娜"
            waiting = await other.house.waits("w")
            await here.until(lambda f: f["waiting"] == 1, "queue")
            await as_chief.post(f"/conversations/{waiting}/accept")
            await here.until(lambda f: f["waiting"] == 0, "queue")
    for (hints, signals), db in zip(ends, databases, strict=True):
        await hints.close()
        await signals.close()
        await db.close()
