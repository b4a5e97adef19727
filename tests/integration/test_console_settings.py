"""People, groups, departments, canned replies, settings - and that each change leaves one audit row."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from api import seeds
from api.rules import ruled_routes
from core import schema as s
from core.hours import Hours
from core.settings_store import Business, SettingsStore, Widget
from tests.fixtures.desk import ORIGIN, PASSWORD
from tests.support.house import House
from tickets import departments

NAMED = {"name": {"zh": "甲组", "en": "Group A"}}
LIN = {"username": "Lin", "password": PASSWORD, "role": "agent", "name": "林"}


@pytest.fixture
async def admin(desk):
    return await desk.person("admin")


async def test_a_person_is_created_changed_and_listed(desk, admin):
    group = (await admin.post("/groups", {"slug": "a", **NAMED})).json()
    made = await admin.post("/people", {**LIN, "groups": [group["id"]], "capacity": 3})
    assert made.status_code == 201
    person = made.json()
    assert (person["username"], person["groups"], person["capacity"]) == ("lin", [group["id"]], 3)
    assert person["language"] is None  # until the person chooses
    changed = (await admin.send("PATCH", f"/people/{person['id']}", {"role": "staff", "groups": []})).json()
    assert (changed["role"], changed["groups"], changed["name"]) == ("staff", [], "林")
    listed = (await admin.get("/people")).json()["items"]
    assert changed in listed and len(listed) == 2


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        ({"username": "x"}, "bad_username", "username"),
        ({"username": "has blank"}, "bad_username", "username"),
        ({"password": "short"}, "password_too_short", "password"),
        ({"password": "x" * 201}, "too_long", "password"),
        ({"role": "owner"}, "bad_choice", "role"),
        ({"capacity": 51}, "out_of_range", "capacity"),
        ({"capacity": -1}, "out_of_range", "capacity"),
        ({"capacity": 2.5}, "invalid", "capacity"),
        ({"name": "x" * 41}, "too_long", "name"),
        ({"name": "nul\x00"}, "bad_text", None),
        ({"language": "fr"}, "bad_choice", "language"),
        ({"groups": [str(uuid4())]}, "no_such_group", "groups"),
        ({"groups": ["x"]}, "invalid", "groups[0]"),
    ],
)
async def test_a_person_that_does_not_fit_is_refused_with_the_field(desk, admin, change, error, field):
    response = await admin.post("/people", {**LIN, **change})
    assert response.status_code == 422
    assert (response.json()["error"], response.json().get("field")) == (error, field)
    assert await desk.count(s.agent) == 1 and await desk.count(s.audit) == 0


async def test_a_user_name_is_given_once_whatever_its_capitals(desk, admin):
    assert (await admin.post("/people", LIN)).status_code == 201
    again = await admin.post("/people", {**LIN, "username": "LIN"})
    assert (again.status_code, again.json()["error"]) == (409, "username_taken")
    other = (await admin.post("/people", {**LIN, "username": "wang"})).json()
    taken = await admin.send("PATCH", f"/people/{other['id']}", {"username": "lin"})
    assert (taken.status_code, taken.json()["field"]) == (409, "username")


async def test_disabling_somebody_ends_sessions_and_shift_at_once(desk, admin):
    person = await desk.person("agent")
    await person.post("/me/availability", {"availability": "online"})
    shown = (await admin.send("PATCH", f"/people/{person.id}", {"disabled": True})).json()
    assert shown["disabled"] is True
    assert (await person.get("/me")).status_code == 401
    assert (await admin.get("/agents")).json()["items"] == [
        item for item in (await admin.get("/agents")).json()["items"] if item["id"] != str(person.id)
    ]
    back = (await admin.send("PATCH", f"/people/{person.id}", {"disabled": False})).json()
    assert back["disabled"] is False
    assert (await person.get("/me")).status_code == 401  # the old session stays ended


@pytest.mark.parametrize("change", [{"role": "supervisor"}, {"password": "another password"}])
async def test_a_new_role_or_password_ends_the_person_s_sessions(desk, admin, change):
    person = await desk.person("agent")
    assert (await admin.send("PATCH", f"/people/{person.id}", change)).status_code == 200
    assert (await person.get("/me")).status_code == 401


async def test_the_last_administrator_stays(desk, admin):
    response = await admin.send("PATCH", f"/people/{admin.id}", {"role": "agent"})
    assert (response.status_code, response.json()["error"]) == (409, "last_admin")
    myself = await admin.send("PATCH", f"/people/{admin.id}", {"disabled": True})
    assert (myself.status_code, myself.json()["error"]) == (409, "not_yourself")


async def test_two_administrators_cannot_remove_each_other_at_once(desk, admin):
    other = await desk.person("admin", "second")
    answers = await asyncio.gather(
        admin.send("PATCH", f"/people/{other.id}", {"role": "agent"}),
        other.send("PATCH", f"/people/{admin.id}", {"role": "agent"}),
    )
    async with desk.db.begin() as tx:
        left = await tx.value(sa.select(sa.func.count()).where(s.agent.c.role == "admin"))
    assert left == 1, [r.text for r in answers]


async def test_groups_have_one_identifier_each_and_count_their_members(desk, admin):
    made = (await admin.post("/groups", {"slug": "a", **NAMED, "strategy": "round_robin"})).json()
    assert (made["members"], made["strategy"], made["familiar_first"]) == (0, "round_robin", True)
    await admin.post("/people", {**LIN, "groups": [made["id"]]})
    assert (await admin.get("/groups")).json()["items"][0]["members"] == 1
    again = await admin.post("/groups", {"slug": "a", **NAMED})
    assert (again.status_code, again.json()["error"]) == (409, "slug_taken")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "Not OK"}, "slug"),
        ({"strategy": "random"}, "strategy"),
        ({"name": {"zh": "", "en": "x"}}, "name.zh"),
        ({"name": {"zh": "x"}}, "name.en"),
    ],
)
async def test_a_group_that_does_not_fit_is_refused(admin, change, field):
    response = await admin.post("/groups", {"slug": "a", **NAMED, **change})
    assert (response.status_code, response.json()["field"]) == (422, field)


async def test_a_group_for_which_somebody_waits_cannot_go(desk, admin):
    group = (await admin.post("/groups", {"slug": "a", **NAMED})).json()
    await House(desk.db).waits("v")
    async with desk.db.begin() as tx:
        await tx.run(sa.text("update queue_entry set group_id = :id"), {"id": group["id"]})
    refused = await admin.send("DELETE", f"/groups/{group['id']}")
    assert (refused.status_code, refused.json()["error"]) == (409, "in_use")
    async with desk.db.begin() as tx:
        await tx.run(sa.text("update queue_entry set state = 'cancelled'"))
    assert (await admin.send("DELETE", f"/groups/{group['id']}")).status_code == 200
    assert (await admin.get("/groups")).json()["items"] == []


async def test_a_department_that_goes_gets_no_more_tickets_but_keeps_its_own(desk, admin):
    body = {**NAMED, "types": ["repair", "other", "repair"], "email": " fix@example.com "}
    made = (await admin.post("/departments", body)).json()
    assert (made["types"], made["email"]) == (["repair", "other"], "fix@example.com")
    ticket = {"type": "repair", "title": "t", "description": "d"}
    first = (await admin.post("/tickets", ticket)).json()
    other = (await admin.post("/departments", {**NAMED, "types": ["repair", "other"]})).json()
    assert (await admin.send("DELETE", f"/departments/{made['id']}")).status_code == 200
    assert (await admin.send("DELETE", f"/departments/{made['id']}")).status_code == 404
    assert (await admin.post("/tickets", ticket)).json()["department"]["id"] == other["id"]
    assert (await admin.get(f"/tickets/{first['number']}")).json()["department"]["id"] == made["id"]


async def test_the_only_department_for_a_type_stays_and_the_refusal_names_the_types(desk, admin):
    made = (await admin.post("/departments", {**NAMED, "types": ["repair", "complaint", "other"]})).json()
    await admin.post("/departments", {**NAMED, "types": ["other"]})
    path = f"/api/console/v1/departments/{made['id']}"
    for language, words in (("zh", "投诉、报修工单"), ("en", "types: complaint, repair.")):
        headers = {"Accept-Language": language, "X-CSRF-Token": admin.csrf, "Origin": ORIGIN}
        refused = await admin.http.delete(path, headers=headers)
        assert (refused.status_code, refused.json()["error"]) == (409, "only_department")
        assert words in refused.json()["message"]
    assert len((await admin.get("/departments")).json()["items"]) == 2
    await admin.send("PATCH", f"/departments/{made['id']}", {"types": []})
    assert (await admin.send("DELETE", f"/departments/{made['id']}")).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"), [({"types": ["refund"]}, "types"), ({"email": "nobody"}, "email")]
)
async def test_a_department_that_does_not_fit_is_refused(admin, change, field):
    response = await admin.post("/departments", {**NAMED, **change})
    assert (response.status_code, response.json()["field"]) == (422, field)


async def test_canned_replies_have_one_shortcut_a_group(desk, admin):
    body = {"shortcut": "/hi", "title": "Greeting", "text": {"zh": "您好", "en": "Hello"}}
    made = (await admin.post("/canned", body)).json()
    assert made["shortcut"] == "hi"
    assert (await admin.post("/canned", body)).status_code == 409
    group = (await admin.post("/groups", {"slug": "a", **NAMED})).json()
    assert (await admin.post("/canned", {**body, "group_id": group["id"]})).status_code == 201
    agent = await desk.person("agent")
    assert len((await agent.get("/canned")).json()["items"]) == 2
    assert (await admin.send("DELETE", f"/canned/{made['id']}")).status_code == 200
    assert (await admin.send("DELETE", f"/canned/{made['id']}")).status_code == 404


async def test_settings_have_defaults_are_checked_and_come_back_as_set(desk, admin):
    widget = (await admin.get("/settings/widget")).json()
    assert widget["snippet"] == '<script src="http://localhost:8000/widget.js" async></script>'
    assert widget["title"]["zh"] and widget["title"]["en"]
    wanted = {**widget, "colour": "#AA0000", "origins": ["https://shop.example", "http://localhost:3000"]}
    wanted["title"] = {"zh": "客服", "en": "Help", "zh-Hant": "客服中心"}
    saved = (await admin.send("PUT", "/settings/widget", wanted)).json()
    assert saved == wanted == (await admin.get("/settings/widget")).json()
    name = {"name": {"zh": "店", "en": "Shop"}}
    assert (await admin.send("PUT", "/settings/business", name)).json()["name"]["en"] == "Shop"


@pytest.mark.parametrize(
    ("page", "change", "field"),
    [
        ("widget", {"colour": "red"}, "colour"),
        ("widget", {"position": "top"}, "position"),
        ("widget", {"origins": ["http://shop.example"]}, "origins[0]"),
        ("widget", {"origins": ["https://shop.example/"]}, "origins[0]"),
        ("widget", {"origins": ["https://a.example", "https://u@b.example"]}, "origins[1]"),
        ("widget", {"origins": ["*"]}, "origins[0]"),
        ("widget", {"title": {"zh": "", "en": "x"}}, "title.zh"),
        ("widget", {"greeting": {"zh": "您好", "en": " "}}, "greeting.en"),
        ("widget", {"greeting": {"zh": "", "en": ""}}, "greeting.zh"),
        ("widget", {"suggestions": [{"zh": "x" * 61, "en": "x"}]}, "suggestions[0].zh"),
        ("widget", {"suggestions": "x"}, "suggestions"),
        ("hours", {"time_zone": "Nowhere"}, "time_zone"),
        ("hours", {"days": {"mon": [["9", "18:00"]]}}, "days.mon"),
        ("hours", {"days": {"mon": [["09:00"]]}}, "days[...][0]"),
        ("business", {"name": {"zh": " ", "en": "x"}}, "name.zh"),
    ],
)
async def test_a_setting_that_makes_no_sense_is_refused_with_the_field(desk, admin, page, change, field):
    before = (await admin.get(f"/settings/{page}")).json()
    response = await admin.send("PUT", f"/settings/{page}", {**before, **change})
    assert (response.status_code, response.json()["field"]) == (422, field)
    assert (await admin.get(f"/settings/{page}")).json() == before


async def test_a_changed_setting_is_seen_at_once_by_who_holds_it_in_memory(desk, admin):
    store: SettingsStore = desk.app.ctx.store
    assert (await store.get(Hours)).time_zone == "Asia/Shanghai"
    assert (await store.get(Business)).name.en
    await admin.send("PUT", "/settings/hours", {"time_zone": "UTC", "days": {}, "exceptions": []})
    assert (await store.get(Hours)).time_zone == "UTC"


async def test_a_setting_that_an_older_version_stored_is_completed(desk):
    async with desk.db.begin() as tx:
        await tx.run(s.setting.insert().values(key="widget", value={"colour": "#123456"}, updated_at=tx.now))
        await tx.run(s.setting.insert().values(key="hours", value={"days": "broken"}, updated_at=tx.now))
    assert (await desk.app.ctx.store.get(Widget)).title == Widget().title
    assert (await desk.app.ctx.store.get(Widget)).colour == "#123456"
    assert (await desk.app.ctx.store.get(Hours)) == Hours()


async def test_a_new_instance_is_planted_once_and_stays_as_it_was_changed(desk, admin):
    results = await asyncio.gather(*(seeds.plant(desk.db) for _ in range(6)))
    assert sorted(results) == [False] * 5 + [True]
    assert await desk.count(s.group) == len(seeds.GROUPS)
    items = (await admin.get("/departments")).json()["items"]
    assert {kind for item in items for kind in item["types"]} == {
        "complaint",
        "suggestion",
        "repair",
        "other",
    }
    for item in items:
        await admin.send("PATCH", f"/departments/{item['id']}", {"types": []})
        await admin.send("DELETE", f"/departments/{item['id']}")
    assert await seeds.plant(desk.db) is False
    assert (await admin.get("/departments")).json()["items"] == []
    assert len(items) == len(departments.DEFAULTS)


async def test_the_audit_log_tells_who_did_what_newest_first_page_by_page(desk, admin):
    for n in range(5):
        await admin.post("/groups", {"slug": f"g{n}", **NAMED})
    first = (await admin.get("/audit?limit=3")).json()
    second = (await admin.get(f"/audit?limit=3&cursor={first['next']}")).json()
    rows = first["items"] + second["items"]
    assert [row["data"]["slug"] for row in rows] == ["g4", "g3", "g2", "g1", "g0"]
    assert rows[0]["verb"] == "group.created" and rows[0]["actor"] == {"id": str(admin.id), "name": "admin"}
    assert second["next"] is None
    made = (await admin.post("/people", LIN)).json()
    (newest,) = (await admin.get("/audit?limit=1")).json()["items"]
    assert (newest["object"], newest["about"]) == (f"agent:{made['id']}", "林")
    assert rows[0]["about"] is None


#: A call that succeeds, for every mutating route of these interfaces; <…> is filled in from what is there.
CALLS: dict[str, Any] = {
    "POST /me/availability": {"availability": "away"},
    "PATCH /me": {"name": "王"},
    "POST /me/password": {"current": PASSWORD, "new": "another password"},
    "POST /people": LIN,
    "PATCH /people/<person_id:str>": {"capacity": 2},
    "POST /groups": {"slug": "b", **NAMED},
    "PATCH /groups/<group_id:str>": {"familiar_first": False},
    "DELETE /groups/<group_id:str>": {},
    "POST /departments": NAMED,
    "PATCH /departments/<department_id:str>": {"email": None},
    "DELETE /departments/<department_id:str>": {},
    "POST /canned": {"shortcut": "x", "title": "x", "text": {"zh": "x"}},
    "PATCH /canned/<canned_id:str>": {"title": "y"},
    "DELETE /canned/<canned_id:str>": {},
    "PUT /settings/hours": {"time_zone": "UTC"},
    "PUT /settings/widget": {"colour": "#000000"},
    "PUT /settings/business": {"name": {"zh": "x", "en": "x"}},
    "POST /tickets": {"type": "other", "title": "x"},
    "PATCH /tickets/<number:str>": {"version": 0, "priority": "high"},
    "POST /tickets/<number:str>/comments": {"text": "x"},
    "POST /uploads": None,
    "POST /logout": {},
}
OURS = ("session", "people", "groups", "departments", "canned", "settings", "tickets", "uploads")


async def test_every_mutating_route_leaves_exactly_one_audit_row(desk, admin):
    ours = tuple(f".console_{name}." for name in OURS)
    found = {
        f"{route.method} {route.path.removeprefix('/api/console/v1')}"
        for route in ruled_routes(desk.app)
        if route.method != "GET" and any(part in f".{route.name}" for part in ours)
    }
    assert found == set(CALLS) | {"POST /login"}
    person = await desk.person("staff")
    names = {
        "person_id": str(person.id),
        "group_id": (await admin.post("/groups", {"slug": "a", **NAMED})).json()["id"],
        "department_id": (await admin.post("/departments", NAMED)).json()["id"],
        "canned_id": (
            await admin.post("/canned", {"shortcut": "a", "title": "a", "text": {"zh": "a"}})
        ).json()["id"],
        "number": (await admin.post("/tickets", {"type": "other", "title": "a"})).json()["number"],
    }
    for call, given in CALLS.items():
        method, _, path = call.partition(" ")
        for name, value in names.items():
            path = path.replace(f"<{name}:str>", value)
        before = await desk.count(s.audit)
        if given is None:
            response = await admin.http.post(f"/api/console/v1{path}", files={"file": ("a.txt", b"hello")})
        else:
            response = await admin.send(method, path, given)
        assert response.status_code in {200, 201}, (call, response.text)
        assert await desk.count(s.audit) == before + 1, call
