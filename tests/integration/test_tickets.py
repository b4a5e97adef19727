"""Tickets from opening to the end, by people of the house, the bot and visitors."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from core import merges, timeline
from core import schema as s
from core.errors import NotFound
from handoff import desk as handoff_desk
from tests.support.house import House
from tests.support.people import Visitor
from tickets import departments, front
from tickets import desk as tickets
from tickets import schema as t
from tickets.access import find_for_visitor

BODY: dict[str, Any] = {
    "type": "repair",
    "title": "手机屏幕碎了",
    "description": "昨天摔的",
    "contact": "13800000000",
}


@pytest.fixture
async def planted(desk):
    async with desk.db.begin() as tx:
        for name, types in departments.DEFAULTS:
            await departments.create(tx, name, types)
    return desk


async def events_of(desk, visitor_id) -> list[dict[str, Any]]:
    async with desk.db.begin() as tx:
        rows = await timeline.page(tx, visitor_id)
    return [row.content for row in rows if row.content["type"] == "event"]


async def visitor_of(desk, conversation_id):
    async with desk.db.begin() as tx:
        return await tx.value(
            sa.select(s.conversation.c.visitor_id).where(s.conversation.c.id == conversation_id)
        )


async def test_a_ticket_goes_to_the_department_of_its_type(planted):
    person = await planted.person("staff")
    made = (await person.post("/tickets", BODY)).json()
    assert made["number"] == "T260105-0001" and made["state"] == "open" and made["version"] == 0
    assert made["department"]["name"] == {"zh": "维修中心", "en": "Repair Centre"}
    assert [entry["kind"] for entry in made["timeline"]] == ["created"]
    assert (await person.get("/tickets/ｔ260105 0001")).json() == made


async def test_numbers_of_a_day_have_no_gaps_even_when_fifty_come_at_once(planted):
    person = await planted.person("staff")
    bad = {**BODY, "priority": "sky-high"}
    answers = await asyncio.gather(*(person.post("/tickets", bad if n % 5 == 0 else BODY) for n in range(50)))
    numbers = sorted(r.json()["number"] for r in answers if r.status_code == 201)
    assert numbers == [f"T260105-{n:04d}" for n in range(1, 41)]
    planted.clock.move(timedelta(hours=14, minutes=1))  # past midnight in Shanghai
    fresh = await planted.signed_in(person.id, "staff")
    assert (await fresh.post("/tickets", BODY)).json()["number"] == "T260106-0001"


async def test_the_same_idempotency_key_makes_one_ticket(planted):
    person = await planted.person("staff")
    answers = await asyncio.gather(*(person.post("/tickets", BODY, idempotency_key="k1") for _ in range(8)))
    assert {r.json()["number"] for r in answers} == {"T260105-0001"}
    assert {r.status_code for r in answers} == {201}
    assert await planted.count(t.ticket) == 1
    other = await person.post("/tickets", {**BODY, "title": "另一个"}, idempotency_key="k1")
    assert (other.status_code, other.json()["error"]) == (422, "key_reused")
    colleague = await planted.person("agent")
    assert (await colleague.post("/tickets", BODY, idempotency_key="k1")).json()["number"] == "T260105-0002"


async def test_a_call_that_failed_may_be_sent_again_with_its_key(planted):
    person = await planted.person("staff")
    bad = await person.post("/tickets", {**BODY, "type": "nonsense"}, idempotency_key="k1")
    assert bad.status_code == 422
    assert (await person.post("/tickets", BODY, idempotency_key="k1")).status_code == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": "refund"}, "type"),
        ({"priority": "now"}, "priority"),
        ({"title": " ", "description": "\n"}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"description": "x" * 4001}, "description"),
        ({"contact": "x" * 201}, "contact"),
        ({"fields": {str(n): "" for n in range(31)}}, "fields"),
        ({"message_ids": [str(uuid4())]}, "conversation_id"),
    ],
)
async def test_a_ticket_that_does_not_fit_is_refused_with_the_field(planted, change, field):
    person = await planted.person("staff")
    response = await person.post("/tickets", {**BODY, **change})
    assert (response.status_code, response.json()["field"]) == (422, field)
    assert await planted.count(t.ticket) == 0 and await planted.count(s.audit) == 0


async def test_from_messages_of_a_conversation_and_the_visitor_is_told(planted):
    person = await planted.person("agent")
    await person.post("/me/availability", {"availability": "online"})
    house = House(planted.db)
    conversation_id = await house.waits("v", "屏幕碎了")
    await handoff_desk.accept(planted.db, conversation_id, person.id)
    said = (await house.transcript(conversation_id))[0]
    body = {**BODY, "conversation_id": str(conversation_id), "message_ids": [str(said.id)]}
    made = (await person.post("/tickets", body)).json()
    assert made["conversation_id"] == str(conversation_id)
    assert [m["content"]["text"] for m in made["messages"]] == ["屏幕碎了"]
    told = await events_of(planted, said.visitor_id)
    assert told[-1]["name"] == "ticket_created" and told[-1]["data"]["number"] == made["number"]


async def test_messages_of_another_conversation_are_not_there(planted):
    person = await planted.person("supervisor")
    house = House(planted.db)
    mine, other = await house.waits("a"), await house.waits("b")
    message = (await house.transcript(other))[0]
    body = {**BODY, "conversation_id": str(mine), "message_ids": [str(message.id)]}
    assert (await person.post("/tickets", body)).status_code == 404
    assert (await person.post("/tickets", {**BODY, "conversation_id": str(uuid4())})).status_code == 404
    assert await planted.count(t.ticket) == 0


async def open_one(desk, person, who="v", **body):
    house = House(desk.db)
    conversation_id = await house.waits(who)
    made = (await person.post("/tickets", {**BODY, "conversation_id": str(conversation_id), **body})).json()
    return made, conversation_id


async def test_every_change_is_an_entry_and_a_new_state_is_told(planted):
    person = await planted.person("supervisor", name="王")
    made, conversation_id = await open_one(planted, person)
    change = {"version": 0, "state": "in_progress", "priority": "high", "assignee_id": str(person.id)}
    changed = (await person.send("PATCH", f"/tickets/{made['number']}", change)).json()
    assert (changed["version"], changed["state"], changed["priority"]) == (1, "in_progress", "high")
    assert changed["assignee"] == {"id": str(person.id), "name": "王"}
    entries = {entry["kind"]: entry for entry in changed["timeline"]}
    assert (
        entries["state"]["data"] == {"before": "open", "after": "in_progress"} and entries["state"]["public"]
    )
    assert entries["assignee"]["data"] == {"before": None, "after": {"id": str(person.id), "name": "王"}}
    assert (
        entries["priority"]["actor"] == {"kind": "agent", "name": "王"} and not entries["priority"]["public"]
    )
    told = (await events_of(planted, await visitor_of(planted, conversation_id)))[-1]
    assert told["data"] == {"number": made["number"], "state": "in_progress"}


async def test_of_two_changes_from_one_version_one_wins(planted):
    person = await planted.person("staff")
    number = (await person.post("/tickets", BODY)).json()["number"]
    answers = await asyncio.gather(
        *(person.send("PATCH", f"/tickets/{number}", {"version": 0, "title": f"题 {n}"}) for n in range(8))
    )
    assert sorted(r.status_code for r in answers) == [200] + [409] * 7
    assert {r.json().get("error") for r in answers} == {None, "changed"}


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"state": "done"}, 422, "bad_choice"),
        ({"priority": "x"}, 422, "bad_choice"),
        ({"title": ""}, 422, "required"),
        ({"assignee_id": str(uuid4())}, 422, "no_such_agent"),
        ({"department_id": str(uuid4())}, 422, "no_such_department"),
        ({"state": "in_progress"}, 409, "wrong_ticket_state"),
    ],
)
async def test_a_change_that_cannot_be_changes_nothing(planted, change, status, error):
    person = await planted.person("staff")
    number = (await person.post("/tickets", BODY)).json()["number"]
    await person.send("PATCH", f"/tickets/{number}", {"version": 0, "state": "closed"})
    before = await planted.counts()
    response = await person.send("PATCH", f"/tickets/{number}", {"version": 1, **change})
    assert (response.status_code, response.json()["error"]) == (status, error)
    assert await planted.counts() == before


async def test_a_public_comment_is_told_in_the_open_conversation_a_private_one_is_not(planted):
    person = await planted.person("supervisor")
    made, conversation_id = await open_one(planted, person)
    visitor_id = await visitor_of(planted, conversation_id)
    path = f"/tickets/{made['number']}/comments"
    before = await events_of(planted, visitor_id)
    await person.post(path, {"text": "先别告诉他", "public": False})
    assert await events_of(planted, visitor_id) == before
    shown = (await person.post(path, {"text": "零件到了", "public": True})).json()
    assert [e["data"]["text"] for e in shown["timeline"] if e["kind"] == "comment"] == [
        "先别告诉他",
        "零件到了",
    ]
    assert (await events_of(planted, visitor_id))[-1]["data"]["comment"] == "零件到了"


async def test_a_comment_reaches_the_visitor_after_the_conversation_too_and_opens_none(planted):
    person = await planted.person("supervisor")
    made, conversation_id = await open_one(planted, person)
    await handoff_desk.close(planted.db, conversation_id, actor="visitor", reason="visitor")
    visitor_id = await visitor_of(planted, conversation_id)
    answer = await person.post(f"/tickets/{made['number']}/comments", {"text": "好了", "public": True})
    assert answer.status_code == 200
    told = (await events_of(planted, visitor_id))[-1]
    assert (told["data"]["number"], told["data"]["comment"]) == (made["number"], "好了")
    async with planted.db.begin() as tx:
        rows = await tx.all(sa.select(s.conversation).where(s.conversation.c.visitor_id == visitor_id))
    assert [(row.id, row.state) for row in rows] == [(conversation_id, "closed")]


async def test_news_of_a_ticket_are_unread_with_who_wrote_them_until_they_are_read(planted):
    person = await planted.person("supervisor", name="林晓")
    visitor = await Visitor.enter(planted.client(), "", channel="web")
    left = await visitor.post("/leave-message", {"text": "遥控器坏了", "contact": "13800138000"})
    path = f"/tickets/{left['number']}"

    async def state() -> tuple[int, int]:
        now = (await visitor.http.get("/api/visitor/v1/state", headers=visitor.headers)).json()
        return now["unread"], now["tickets"]

    assert await state() == (0, 1)
    await person.post(f"{path}/comments", {"text": "先别告诉他", "public": False})
    assert await state() == (0, 1)
    await person.post(f"{path}/comments", {"text": "零件到了", "public": True})
    assert await state() == (1, 1)
    version = (await person.get(path)).json()["version"]
    await person.send("PATCH", path, {"version": version, "state": "resolved"})
    assert await state() == (2, 0)
    reply, change = (await visitor.history())[-2:]
    assert reply["author"]["kind"] == "system"
    data = reply["content"]["data"]
    assert (reply["content"]["name"], data["comment"]) == ("ticket_updated", "零件到了")
    assert data["agent"] == {"name": "林晓", "avatar": None}
    assert (change["content"]["name"], change["content"]["data"]["state"]) == ("ticket_updated", "resolved")
    session = (await visitor.http.post("/api/visitor/v1/sessions", json={"token": visitor.token})).json()
    assert session["state"]["unread"] == 2
    await visitor.post("/read", {"seq": change["seq"]})
    assert await state() == (0, 0)


@pytest.mark.parametrize("contact", ["abc", "微信同名", "12345", "a@b", "1" * 16])
@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", "请填写手机号或邮箱"), ("zh-Hant", "或郵箱"), ("en", "a phone number or an e-mail address")],
)
async def test_a_message_is_left_only_with_a_way_to_answer_it(planted, contact, language, words):
    visitor = await Visitor.enter(planted.client(), "", channel="web", language=language)
    body = {"text": "请回电", "contact": contact}
    answer = await visitor.http.post("/api/visitor/v1/leave-message", json=body, headers=visitor.headers)
    refusal = answer.json()
    assert (answer.status_code, refusal["error"], refusal["field"]) == (422, "bad_contact", "contact")
    assert words in refusal["message"]
    assert await planted.count(t.ticket) == 0


async def test_lists_filter_search_count_and_page(planted):
    me, colleague = await planted.person("staff"), await planted.person("agent")
    for n in range(7):
        planted.clock.move(timedelta(seconds=1))
        kind = "repair" if n % 2 else "complaint"
        await me.post(
            "/tickets", {**BODY, "type": kind, "title": f"第{n}件", "priority": "low" if n < 3 else "high"}
        )
    change = {"version": 0, "assignee_id": str(me.id)}
    await me.send("PATCH", "/tickets/T260105-0001", change)
    await me.send("PATCH", "/tickets/T260105-0002", {"version": 0, "state": "closed"})

    async def numbers(query: str, who=me) -> list[str]:
        return [item["number"][-1] for item in (await who.get(f"/tickets?{query}")).json()["items"]]

    assert len(await numbers("")) == 7
    assert await numbers("state=closed") == ["2"]
    assert await numbers("assignee=me") == ["1"]
    assert await numbers("assignee=me", colleague) == []
    assert len(await numbers("assignee=none")) == 6
    assert await numbers(f"assignee={me.id}") == ["1"]
    assert sorted(await numbers("type=repair")) == ["2", "4", "6"]
    assert sorted(await numbers("priority=low")) == ["1", "2", "3"]
    assert await numbers("q=第5件") == ["6"]
    assert await numbers("q=t2601050003") == ["3"]
    assert await numbers("q=100%25") == []
    first = (await me.get("/tickets?limit=3")).json()
    assert first["counts"] == {"open": 6, "mine": 1, "unassigned": 5}
    second = (await me.get(f"/tickets?limit=3&cursor={first['next']}")).json()
    third = (await me.get(f"/tickets?limit=3&cursor={second['next']}")).json()
    seen = [item["number"] for page in (first, second, third) for item in page["items"]]
    assert len(seen) == len(set(seen)) == 7 and third["next"] is None


@pytest.mark.parametrize(
    "query", ["state=x", "type=x", "assignee=x", "cursor=x", "department_id=1", "limit=x"]
)
async def test_a_filter_that_makes_no_sense_is_refused(planted, query):
    person = await planted.person("staff")
    assert (await person.get(f"/tickets?{query}")).status_code == 422


async def test_trainers_have_nothing_to_do_with_tickets(planted):
    trainer = await planted.person("trainer")
    assert (await trainer.get("/tickets")).status_code == 403


async def test_the_bot_opens_one_and_its_visitor_may_ask_for_it(planted):
    house = House(planted.db)
    accepted = await house.says("v", "报修")
    async with planted.db.begin() as tx:
        row = await timeline.lock(tx, accepted.conversation_id)
        made = await front.open_from_bot(tx, row, **BODY, fields={"product": "手机"})
        assert made["department"] == {"zh": "维修中心", "en": "Repair Centre"}
        await tickets.comment(tx, made["number"], (await planted.person("staff")).id, "在修", public=True)
        shown = await front.show_to_bot(tx, "ｔ260105－0001", row.visitor_id)
    assert shown["state_label"] == {"zh": "待处理", "en": "open"}
    assert shown["last_public_comment"] == "在修"


async def test_nobody_else_s_ticket_is_ever_found(planted):
    house = House(planted.db)
    mine, other = await house.says("v", "报修"), await house.says("w", "你好")
    async with planted.db.begin() as tx:
        row = await timeline.lock(tx, mine.conversation_id)
        number = (await front.open_from_bot(tx, row, **BODY))["number"]
        stranger = await timeline.lock(tx, other.conversation_id)
        for wrong in (number, "T260105-9999", "何时修好"):
            with pytest.raises(NotFound):
                await find_for_visitor(tx, wrong, stranger.visitor_id)


async def test_after_a_merge_the_ticket_is_the_survivor_s(planted):
    house = House(planted.db)
    before, after = await house.says("v", "报修"), await house.says("w", "你好")
    async with planted.db.begin() as tx:
        row = await timeline.lock(tx, before.conversation_id)
        number = (await front.open_from_bot(tx, row, **BODY))["number"]
        survivor = (await timeline.lock(tx, after.conversation_id)).visitor_id
        await merges.merge(tx, survivor, row.visitor_id)
        assert (await find_for_visitor(tx, number, survivor)).number == number


async def test_what_a_visitor_leaves_becomes_a_ticket_that_he_is_told_of(planted):
    house = House(planted.db)
    accepted = await house.says("v", "有人吗")
    async with planted.db.begin() as tx:
        row = await timeline.lock(tx, accepted.conversation_id)
        made = await front.open_from_visitor(tx, row, text="请回电\n关于退款", contact="a@b.cn")
        ticket = await tx.one(sa.select(t.ticket))
    assert ticket is not None and ticket.title == "请回电 关于退款" and ticket.created_by == "visitor"
    assert (await events_of(planted, ticket.visitor_id))[-1]["data"]["number"] == made["number"]


async def test_whoever_works_on_it_learns_of_changes_by_others(planted):
    worker, boss = await planted.person("staff"), await planted.person("supervisor")
    number = (await boss.post("/tickets", BODY)).json()["number"]
    await boss.send("PATCH", f"/tickets/{number}", {"version": 0, "assignee_id": str(worker.id)})
    await worker.post(f"/tickets/{number}/comments", {"text": "在看", "public": False})
    async with planted.db.begin() as tx:
        rows = await tx.all(sa.select(s.stream_event))
    assert [(row.agent_id, row.kind, row.data) for row in rows] == [(worker.id, "ticket", {"number": number})]
