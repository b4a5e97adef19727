"""Who sees which conversations, what a list shows, and what may be done with them."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY

from core import schema as s
from core import timeline
from core.messages import Button, Buttons
from handoff import desk, guests, queue


async def ids(console, view, **params):
    return [item["id"] for item in (await console.get("/conversations", view=view, **params))["items"]]


@pytest.fixture
async def cast(console):
    """Two agents with a conversation each, one that waits, one that the bot has, a supervisor, others."""
    house = console.house
    li, wang = await house.agent("李娜"), await house.agent("王强")
    chief = await house.agent("陈静", "supervisor")
    rows = {
        "li": str(await house.served("v-li", li, "我要退款")),
        "wang": str(await house.served("v-wang", wang, "where is my order")),
        "waiting": str(await house.waits("v-waiting", "人工")),
        "bot": str((await house.says("v-bot", "在吗")).conversation_id),
    }
    return console, li, wang, chief, rows


async def test_agents_see_theirs_and_the_line_and_leaders_see_all(cast):
    console, li, _, chief, rows = cast
    as_li, as_chief = await console.enter(li), await console.enter(chief)
    assert await ids(as_li, "mine") == [rows["li"]]
    assert await ids(as_li, "queue") == [rows["waiting"]]
    assert set(await ids(as_li, "all")) == {rows["li"], rows["waiting"]}
    assert set(await ids(as_chief, "all")) == set(rows.values())
    page = await as_li.get("/conversations", view="mine")
    assert page["counts"] == {"mine": 1, "queue": 1, "all": 2}


async def test_closed_ones_are_seen_by_who_served_them_and_by_who_serves_their_visitor_now(cast):
    console, li, wang, _, rows = cast
    await desk.close(console.db, uuid_of(rows["wang"]), actor="agent", by=wang)
    as_li, as_wang = await console.enter(li), await console.enter(wang)
    assert await ids(as_wang, "closed") == [rows["wang"]]
    assert await ids(as_li, "closed") == []
    assert await as_li.refused("GET", f"/conversations/{rows['wang']}") == (404, "not_found")
    again = await console.house.served("v-wang", li, "hello again")
    assert await ids(as_li, "closed") == [rows["wang"]]
    history = await as_li.get(f"/conversations/{again}/messages", scope="visitor")
    assert {m["conversation_id"] for m in history["messages"]} == {rows["wang"], str(again)}


@pytest.mark.parametrize("role", ["trainer", "staff"])
async def test_others_see_no_conversations(cast, role):
    console, *_, rows = cast
    someone = await console.enter(await console.house.agent("someone", role))
    assert await someone.refused("GET", "/conversations?view=all") == (403, "forbidden")
    for row in rows.values():
        status, _ = await someone.refused("GET", f"/conversations/{row}")
        assert status == (403 if role == "trainer" else 404)


async def test_staff_read_a_conversation_through_its_ticket(cast):
    console, *_, rows = cast
    from tickets.schema import ticket

    async with console.db.begin() as tx:
        await tx.run(
            ticket.insert().values(
                id=uuid4(),
                number="T260101-0001",
                type="repair",
                title="screen",
                description="-",
                conversation_id=uuid_of(rows["li"]),
                created_by="bot",
                created_at=tx.now,
                updated_at=tx.now,
            )
        )
    staff = await console.enter(await console.house.agent("staff", "staff"))
    detail = await staff.get(f"/conversations/{rows['li']}")
    assert [ticket["number"] for ticket in detail["tickets"]] == ["T260101-0001"]
    assert not any(detail["may"].values())


ACTS = [
    ("POST", "/messages", {"client_id": "c1", "content": {"type": "text", "text": "hi"}}),
    ("POST", "/notes", {"client_id": "c1", "text": "hi"}),
    ("POST", "/transfer", {"group_id": str(uuid4())}),
    ("POST", "/close", {}),
    ("POST", "/return-to-bot", {}),
    ("POST", "/typing", {"on": True}),
    ("POST", "/read", {"position": 1}),
    ("GET", "", None),
    ("GET", "/messages", None),
]


@pytest.mark.parametrize(("method", "act", "body"), ACTS)
async def test_another_agents_conversation_does_not_exist_and_nothing_happens_to_it(cast, method, act, body):
    console, li, _, _, rows = cast
    as_li = await console.enter(li)
    before = await snapshot(console, rows["wang"])
    assert await as_li.refused(method, f"/conversations/{rows['wang']}{act}", body) == (404, "not_found")
    assert await snapshot(console, rows["wang"]) == before


async def test_an_agent_may_not_take_over(cast):
    console, li, _, chief, rows = cast
    as_li, as_chief = await console.enter(li), await console.enter(chief)
    assert await as_li.refused("POST", f"/conversations/{rows['wang']}/takeover") == (403, "forbidden")
    assert (await as_chief.post(f"/conversations/{rows['wang']}/takeover"))["agent"]["name"] == "陈静"


async def test_the_slower_of_two_learns_that_it_is_taken(cast):
    console, li, wang, _, rows = cast
    as_li, as_wang = await console.enter(li), await console.enter(wang)
    taken = await as_wang.post(f"/conversations/{rows['waiting']}/accept")
    assert (taken["state"], taken["agent"]["name"]) == ("agent", "王强")
    assert await as_li.refused("POST", f"/conversations/{rows['waiting']}/accept") == (409, "taken")


async def test_only_leaders_take_from_the_bot(cast):
    console, li, _, chief, rows = cast
    as_li, as_chief = await console.enter(li), await console.enter(chief)
    assert await as_li.refused("POST", f"/conversations/{rows['bot']}/accept") == (404, "not_found")
    assert (await as_chief.post(f"/conversations/{rows['bot']}/accept"))["state"] == "agent"


async def test_a_reply_is_sent_once_and_shown_as_the_visitor_will_see_it(cast):
    console, li, _, _, rows = cast
    as_li = await console.enter(li)
    body = {"client_id": "c-1", "content": {"type": "text", "text": "您好"}, "seen": 99}
    first = await as_li.post(f"/conversations/{rows['li']}/messages", body)
    again = await as_li.post(f"/conversations/{rows['li']}/messages", body)
    assert first == again
    assert first["author"] == {"kind": "agent", "id": str(li), "name": "李娜", "avatar": None}
    assert (first["internal"], first["read"], first["delivered"]) == (False, False, False)
    said = [r.content for r in await console.house.transcript(uuid_of(rows["li"])) if r.author == "agent"]
    assert said == [{"type": "text", "text": "您好"}]


async def test_a_repeated_reply_is_answered_even_after_the_conversation_was_passed_on(cast):
    console, li, wang, _, rows = cast
    as_li = await console.enter(li)
    body = {"client_id": "c-1", "content": {"type": "text", "text": "您好"}}
    first = await as_li.post(f"/conversations/{rows['li']}/messages", body)
    await as_li.post(f"/conversations/{rows['li']}/transfer", {"agent_id": str(wang), "note": "vip"})
    assert await as_li.post(f"/conversations/{rows['li']}/messages", body) == first
    other = {**body, "client_id": "c-2"}
    refused = await as_li.refused("POST", f"/conversations/{rows['li']}/messages", other)
    assert refused == (409, "not_owner")


async def test_a_note_is_internal_and_never_shown_to_the_visitor(cast):
    console, li, _, _, rows = cast
    from api import views

    as_li = await console.enter(li)
    note = await as_li.post(f"/conversations/{rows['li']}/notes", {"client_id": "n1", "text": "老客户"})
    assert (note["internal"], note["seq"], note["delivered"]) == (True, None, None)
    async with console.db.begin() as tx:
        row = await timeline.lock(tx, uuid_of(rows["li"]))
        public = await timeline.page(tx, row.visitor_id)
        shown = await views.visitor_messages(console.app, tx, public)
    assert "老客户" not in str(shown)
    assert [m["seq"] for m in shown] == list(range(1, len(shown) + 1))


async def test_visitors_see_buttons_without_payloads_and_events_without_reasons(cast):
    console, li, _, _, rows = cast
    from api import views

    async with console.db.begin() as tx:
        row = await timeline.lock(tx, uuid_of(rows["bot"]))
        await timeline.post(
            tx, row, timeline.BOT, Buttons(text="?", buttons=(Button("退款", "/ask_refund_status"),))
        )
        await queue.enqueue(tx, await timeline.lock(tx, row.id), reason="angry")
    async with console.db.begin() as tx:
        public = await timeline.page(tx, row.visitor_id)
        shown = await views.visitor_messages(console.app, tx, public)
    buttons, waiting = shown[1], next(m for m in shown if m["content"]["type"] == "event")
    assert buttons["content"]["buttons"] == [{"title": "退款"}]
    assert buttons["author"]["kind"] == "bot" and buttons["author"]["name"]
    assert waiting["content"]["data"] == {} and set(waiting["content"]["text"]) == {"zh", "zh-Hant", "en"}
    assert "angry" not in str(shown)
    as_li = await console.enter(li)
    page = await as_li.get(f"/conversations/{rows['bot']}/messages")
    assert page["messages"][1]["content"]["buttons"] == [{"title": "退款", "payload": "/ask_refund_status"}]


async def test_a_summary_tells_what_was_said_last_and_what_is_unread(cast):
    console, li, _, _, rows = cast
    for n in range(3):
        await console.house.says("v-li", f"第{n}条\n消息")
    as_li = await console.enter(li)
    (summary,) = (await as_li.get("/conversations", view="mine"))["items"]
    assert summary["last"]["excerpt"] == "第2条 消息"
    assert summary["last"]["author"] == "visitor"
    assert summary["unread"] == 4
    await as_li.post(f"/conversations/{rows['li']}/read", {"position": summary["last"]["position"] - 1})
    (summary,) = (await as_li.get("/conversations", view="mine"))["items"]
    assert summary["unread"] == 1


async def test_pages_hold_every_conversation_once_however_small_they_are(console):
    house = console.house
    chief = await console.enter(await house.agent("chief", "supervisor"))
    opened = {str((await house.says(f"v{n}", "hi")).conversation_id) for n in range(23)}
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = await chief.get("/conversations", view="all", limit=5, cursor=cursor)
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) and set(seen) == opened


@pytest.mark.parametrize("cursor", ["x", "%00", "MjAyNg", "MjAyNi0wMS0wMXwx"])
async def test_a_cursor_of_nobody_is_refused(console, cursor):
    chief = await console.enter(await console.house.agent("chief", "supervisor"))
    status, _ = await chief.refused("GET", f"/conversations?view=all&cursor={cursor}")
    assert status == 422


async def test_search_finds_names_and_words_within_what_one_may_see(cast):
    console, li, _, chief, rows = cast
    as_li, as_chief = await console.enter(li), await console.enter(chief)
    assert await ids(as_chief, "all", q="MY ORDER") == [rows["wang"]]
    assert await ids(as_li, "all", q="my order") == []
    assert await ids(as_li, "all", q="退款") == [rows["li"]]
    assert await ids(as_chief, "all", q="%") == []
    async with console.db.begin() as tx:
        await tx.run(s.visitor.update().values(name="100% 张伟"))
    assert len(await ids(as_chief, "all", q="0% 张")) == 4


async def test_search_finds_numbers_of_tickets_and_visitors_by_the_name_that_is_shown(cast):
    console, li, _, chief, rows = cast
    from tickets import desk as ticket_desk

    as_li, as_chief = await console.enter(li), await console.enter(chief)
    async with console.db.begin() as tx:
        row = await timeline.lock(tx, uuid_of(rows["wang"]))
        ticket = await ticket_desk.open_ticket(
            tx,
            type="other",
            title="t",
            description="d",
            actor="agent",
            conversation=row,
        )
    assert await ids(as_chief, "all", q=ticket.number) == [rows["wang"]]
    assert await ids(as_chief, "all", q=ticket.number.lower()[-7:]) == [rows["wang"]]
    assert await ids(as_li, "all", q=ticket.number) == []
    detail = await as_chief.get(f"/conversations/{rows['wang']}")
    shown = detail["conversation"]["visitor"]["name"]
    tail = shown.removeprefix("访客 ")
    for words in (shown, f"访客{tail}", f"Visitor {tail}", f"visitor {tail.lower()}", tail, "访客"):
        assert rows["wang"] in await ids(as_chief, "all", q=words), words
    assert await ids(as_chief, "all", q="访客 GGGG") == []
    async with console.db.begin() as tx:
        await tx.run(s.visitor.update().values(name="张伟"))
    assert await ids(as_chief, "all", q=f"访客 {tail}") == []


async def test_the_packet_counts_everything_that_the_bot_did_not_understand(console):
    house = console.house
    li = await house.agent("李娜")
    for n, intent in enumerate(("nlu_fallback", "ask_refund_status", "nlu_fallback", "request_human")):
        said = await house.says("v", str(n))
        nlu = {"intent": {"name": intent, "confidence": 0.9}}
        async with console.db.begin() as tx:
            newest = sa.select(sa.func.max(s.message.c.position)).scalar_subquery()
            await tx.run(s.message.update().where(s.message.c.position == newest).values(nlu=nlu))
    async with console.db.begin() as tx:
        row = await timeline.lock(tx, said.conversation_id)
        assert row.failures == 0  # in a row, and the last ones were understood
        await queue.enqueue(tx, row, reason="asked")
    detail = await (await console.enter(li)).get(f"/conversations/{said.conversation_id}")
    assert detail["packet"]["failures"] == 2
    assert len(detail["packet"]["intents"]) == 4


async def test_what_is_over_says_who_served_it_and_how_it_ended(cast):
    console, li, _, _, rows = cast
    as_li = await console.enter(li)
    (open_now,) = (await as_li.get("/conversations", view="mine"))["items"]
    assert open_now["close_reason"] is None
    closed = await as_li.post(f"/conversations/{rows['li']}/close", {"reason": "no_answer"})
    assert (closed["agent"]["name"], closed["close_reason"]) == ("李娜", "no_answer")
    (listed,) = (await as_li.get("/conversations", view="closed"))["items"]
    assert listed["close_reason"] == "no_answer"


async def test_the_detail_shows_packet_services_visitor_and_rights(cast):
    console, li, _, _, rows = cast
    as_li = await console.enter(li)
    async with console.db.begin() as tx:
        visitor_id = (await timeline.lock(tx, uuid_of(rows["li"]))).visitor_id
        traits = {
            "page": {"url": "https://shop.example/p/1", "title": "手机", "at": "2026-01-01T00:00:00Z"},
            "device": {
                "user_agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/120.0",
                "screen": "1920x1080",
            },
            "time_zone": "Asia/Shanghai",
        }
        await tx.run(s.visitor.update().where(s.visitor.c.id == visitor_id).values(traits=traits))
    detail = await as_li.get(f"/conversations/{rows['li']}")
    assert detail["packet"]["reason"] == "asked"
    assert [service["agent"]["name"] for service in detail["services"]] == ["李娜"]
    assert detail["visitor"]["device"] == "Chrome · Windows · 1920x1080"
    assert detail["visitor"]["page"]["title"] == "手机"
    assert len(detail["visitor"]["local_time"]) == 5
    assert detail["visitor"]["conversations"][0]["messages"] == 1
    assert detail["may"] == {
        "reply": True,
        "accept": False,
        "transfer": True,
        "close": True,
        "return_to_bot": True,
    }


async def test_a_rating_shows_with_its_service_and_in_the_panel(cast):
    console, li, _, _, rows = cast
    as_li = await console.enter(li)
    await as_li.post(
        f"/conversations/{rows['li']}/messages",
        {"client_id": "c1", "content": {"type": "text", "text": "好"}},
    )
    await as_li.post(f"/conversations/{rows['li']}/close", {"reason": "solved"})
    async with console.db.begin() as tx:
        row = await timeline.lock(tx, uuid_of(rows["li"]))
        rated = await guests.rateable(tx, row.visitor_id)
    assert rated is not None
    await guests.rate(console.db, row.visitor_id, rated.id, 5, "很好")
    detail = await as_li.get(f"/conversations/{rows['li']}")
    assert detail["services"][0]["rating"] == {"score": 5, "comment": "很好"}
    assert [rating["score"] for rating in detail["visitor"]["ratings"]] == [5]
    assert detail["conversation"]["state"] == "closed"


async def test_the_queue_is_shown_in_the_order_of_service(console):
    house = console.house
    as_li = await console.enter(await house.agent("李娜"))
    first, second = await house.waits("v1"), await house.waits("v2")
    urgent = await house.waits("v3", reason="angry")
    snapshot = await as_li.get("/queue")
    assert [item["id"] for item in snapshot["items"]] == [str(urgent), str(first), str(second)]
    assert [item["position"] for item in snapshot["items"]] == [1, 2, 3]
    assert snapshot["waiting"] == 3


async def test_messages_come_in_pages_without_holes(cast):
    console, li, _, _, rows = cast
    for n in range(12):
        await console.house.says("v-li", str(n))
    as_li = await console.enter(li)
    seen: list[int] = []
    before, more = 2**40, True
    while more:
        page = await as_li.get(f"/conversations/{rows['li']}/messages", before=before, limit=5)
        seen = [m["position"] for m in page["messages"]] + seen
        before, more = page["messages"][0]["position"], page["has_more"]
    assert seen == [row.position for row in await console.house.transcript(uuid_of(rows["li"]))]


async def test_a_large_list_is_compressed_for_who_takes_that(console):
    chief = await console.enter(await console.house.agent("chief", "supervisor"))
    for n in range(20):
        await console.house.says(f"v{n}", "hello")
    packed = await chief.http.get("/conversations?view=all")
    plain = await chief.http.get("/conversations?view=all", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert packed.json() == plain.json()


async def test_content_that_an_agent_may_not_send_is_refused(cast):
    console, li, _, _, rows = cast
    as_li = await console.enter(li)
    for content in (
        {"type": "text", "text": "  "},
        {"type": "event", "name": "closed"},
        {"type": "buttons", "text": "x", "buttons": [{"title": "a", "payload": "/b"}]},
        {"type": "image", "blob_id": str(uuid4())},
        {"type": "nonsense"},
    ):
        status, _ = await as_li.refused(
            "POST", f"/conversations/{rows['li']}/messages", {"client_id": "c", "content": content}
        )
        assert status in (404, 422)
    assert all(row.author != "agent" for row in await console.house.transcript(uuid_of(rows["li"])))


def uuid_of(text):

    return UUID(text)


async def snapshot(console, conversation_id):
    c = s.conversation.c
    async with console.db.begin() as tx:
        row = await tx.one(sa.select(s.conversation).where(c.id == uuid_of(conversation_id)))
        messages = await tx.value(
            sa.select(sa.func.count()).where(s.message.c.conversation_id == uuid_of(conversation_id))
        )
    return row, messages


def statements_so_far():
    return int(REGISTRY.get_sample_value("keting_sql_statements_total") or 0)


async def test_a_long_list_takes_as_many_queries_as_a_short_one(console):
    house = console.house
    chief, li = await house.agent("chief", "supervisor"), await house.agent("李娜")
    as_chief = await console.enter(chief)

    async def queries(path):
        before = statements_so_far()
        await as_chief.get(path)
        return statements_so_far() - before

    room = await house.served("v0", li)
    paths = ("/conversations?view=all", f"/conversations/{room}/messages", f"/conversations/{room}", "/queue")
    few = [await queries(path) for path in paths]
    for n in range(1, 12):
        await house.served(f"v{n}", await house.agent(f"a{n}"))
        await house.waits(f"w{n}")
        await house.says("v0", str(n))
    many = [await queries(path) for path in paths]
    assert all(more <= less + 1 for more, less in zip(many, few, strict=True)), (few, many)
