"""Every route against every kind of caller who may not use it.  Generated from the routes themselves.

A route without a rule fails.  A refusal is judged by its effect: the whole content of the database is the
same before and after, whatever the status says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa
from sanic import Blueprint

import app as composition
from api.rules import RuledRoute, declare, ruled_routes
from core import schema as s
from core.agents import ROLES
from core.settings import load_settings
from knowledge import articles, categories, synonyms
from knowledge.content import Content, Side
from knowledge.placing import Placing
from tests.fixtures.desk import ORIGIN, Desk, Person
from tests.fixtures.training_files import Files
from tests.support.house import House
from tickets import departments
from tickets import desk as ticket_desk

#: What anybody may call.  Whoever adds a public route says so here as well.
PUBLIC = {
    "GET /",
    "GET /console",
    "GET /console/<name:path>",
    "GET /demo/<name:path>",
    "GET /docs/api",
    "GET /docs/api/<name:path>",
    "GET /help",
    "GET /help/<rest:path>",
    "GET /help/a/<slug:str>",
    "GET /help/assets/<name:path>",
    "GET /help/c/<key:str>",
    "GET /help/search",
    "POST /help/a/<slug:str>/feedback",
    "GET /healthz",
    "GET /metrics",
    "GET /openapi.json",
    "GET /readyz",
    "GET /robots.txt",
    "GET /sitemap.xml",
    "GET /widget.js",
    "GET /widget/<name:path>",
    "GET /api/visitor/v1/widget",
    "GET /api/visitor/v1/knowledge/suggest",
    "GET /api/visitor/v1/knowledge/search",
    "GET /api/visitor/v1/knowledge/hot",
    "GET /api/visitor/v1/knowledge/categories",
    "GET /api/visitor/v1/knowledge/articles/<key:str>",
    "POST /api/visitor/v1/knowledge/feedback",
    "POST /api/visitor/v1/sessions",
}
LOGIN = {"POST /api/console/v1/login"}
CONSOLE, VISITOR, INTERNAL = "/api/console/", "/api/visitor/", "/internal/"
FOREIGN = "https://evil.example"
SAFE = {"GET", "HEAD"}


def title(route: RuledRoute) -> str:
    return f"{route.method} {route.path}"


def routes() -> list[RuledRoute]:
    settings = load_settings(
        {"KETING_DATABASE_URL": "postgresql://nowhere/nothing"}, env_file=None, create_secrets=False
    )
    return list(ruled_routes(composition.create_app(settings)))


ROUTES = routes()
AGENT_ROUTES = [route for route in ROUTES if route.rule and route.rule.door == "agent"]


def test_every_route_says_who_may_call_it():
    assert [title(route) for route in ROUTES if route.rule is None] == []


def test_a_route_without_a_rule_would_be_found():
    forgetful = Blueprint("forgetful")

    @forgetful.get("/forgotten")
    async def forgotten(request): ...

    @forgetful.websocket("/socket")
    @declare("ticket")
    async def remembered(request, ws): ...

    from sanic import Sanic

    app: Sanic[Any, Any] = Sanic("forgetful")
    app.blueprint(forgetful)
    found = {route.path: route.rule for route in ruled_routes(app)}
    Sanic.unregister_app(app)
    assert found["/forgotten"] is None
    rule = found["/socket"]
    assert rule is not None and rule.door == "ticket"


def test_only_the_listed_routes_are_public():
    assert {title(r) for r in ROUTES if r.rule and r.rule.door == "public"} == PUBLIC
    assert {title(r) for r in ROUTES if r.rule and r.rule.door == "login"} == LOGIN


def test_each_interface_has_its_door():
    doors = {
        CONSOLE: {"agent", "login", "ticket"},
        VISITOR: {"visitor", "public", "ticket"},
        INTERNAL: {"internal"},
    }
    for route in ROUTES:
        for start, allowed in doors.items():
            if route.path.startswith(start):
                assert route.rule is not None and route.rule.door in allowed, title(route)


@dataclass
class Target:
    """An instance with one of everything, so that a refused call would find something to change."""

    desk: Desk
    people: dict[str, Person]
    names: dict[str, str]
    files: Files  # the bot's training examples
    known: dict[str, str] | None = None  # the content, as long as nothing was allowed

    def path(self, route: RuledRoute) -> str:
        return re.sub(r"<(\w+)(?::[^>]*)?>", lambda found: self.names.get(found[1], str(uuid4())), route.path)

    async def content(self) -> dict[str, str]:
        """A fingerprint of every table, what the supervisor is asked for, and the training files."""
        async with self.desk.db.begin() as tx:
            query = " union all ".join(
                f"select '{name}' as name, "
                f"md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as sum from \"{name}\" t"
                for name in s.metadata.tables
            )
            tables = {row.name: row.sum for row in await tx.all(sa.text(query))}
        wishes = {path.name: "wished" for path in self.desk.app.ctx.settings.data_dir.glob("*-wish.json")}
        return {**tables, **wishes, **{name: str(text) for name, text in self.files.content().items()}}

    async def refused(
        self, route: RuledRoute, client: httpx.AsyncClient, status: int, error: str | None = None, **kw: Any
    ) -> None:
        before = self.known or await self.content()
        body: dict[str, Any] = {} if route.method in SAFE else {"json": {}}
        response = await client.request(route.method, self.path(route), **body, **kw)
        assert response.status_code == status, (title(route), response.status_code, response.text)
        if error is not None:
            assert response.json()["error"] == error, (title(route), response.text)
        self.known = await self.content()
        assert self.known == before, title(route)


@pytest.fixture
async def target(desk, tmp_path) -> Target:
    files = Files(desk, tmp_path)
    people = {role: await desk.person(role) for role in ROLES}
    house = House(desk.db)
    conversation_id = await house.waits("somebody")
    async with desk.db.begin() as tx:
        group_id, canned_id = uuid4(), uuid4()
        await tx.run(s.group.insert().values(id=group_id, slug="general", name={}, created_at=tx.now))
        await tx.run(
            s.canned_reply.insert().values(
                id=canned_id, shortcut="hi", title="Hi", text={}, updated_at=tx.now
            )
        )
        department = await departments.create(tx, {"zh": "甲", "en": "A"}, ("other",))
        ticket = await ticket_desk.open_ticket(tx, type="other", title="t", description="d", actor="agent")
    names = {
        "person_id": str(people["staff"].id),
        "group_id": str(group_id),
        "department_id": str(department.id),
        "canned_id": str(canned_id),
        "number": ticket.number,
        **await _article(desk),
        "conversation_id": str(conversation_id),
        "example_id": files.first_id(),
    }
    return Target(desk, people, names, files)


async def _article(desk: Desk) -> dict[str, str]:
    """An article of the knowledge base with a category and synonyms."""
    async with desk.db.begin() as tx:
        category = await categories.create(tx, {"zh": "甲", "en": "A"})
        words = Content(zh=Side(question="甲", answer="乙"))
        article = await articles.create(tx, words, Placing(category_id=category.id), agent_id=None)
        same = await synonyms.create(tx, ["a", "b"])
    return {
        "article_id": str(article.id),
        "key": str(article.id),
        "category_id": str(category.id),
        "set_id": str(same.id),
    }


async def test_without_a_session_nothing_opens_and_nothing_happens(target):
    stranger = target.desk.client(headers={"Origin": ORIGIN})
    forger = target.desk.client(cookies={"keting": "a" * 43}, headers={"Origin": ORIGIN})
    for route in AGENT_ROUTES:
        await target.refused(route, stranger, 401, "unauthorised")
        await target.refused(route, forger, 401, "unauthorised")


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_reaches_its_routes_and_no_others(target, role):
    person = target.people[role]
    for route in AGENT_ROUTES:
        assert route.rule is not None
        if role not in route.rule.roles:
            await target.refused(route, person.http, 403, "forbidden")
            continue
        target.known = None
        visitor = await target.desk.signed_in(person.id, role)  # a route may end the session that calls it
        body: dict[str, Any] = {} if route.method in SAFE else {"json": {}}
        response = await visitor.http.request(route.method, target.path(route), **body)
        assert response.status_code not in {401, 405, 500, 503}, (title(route), response.text)
        if response.headers.get("content-type", "").startswith("application/json"):  # an export is a file
            error = response.json().get("error")
            assert error not in {"forbidden", "bad_csrf", "origin_not_allowed"}, title(route)
        await target.desk.app.ctx.miner.finished()  # what a route started may not change things later


@pytest.mark.parametrize("how", ["idle", "over", "disabled"])
async def test_an_expired_session_opens_nothing(target, how):
    person = target.people["admin"]
    async with target.desk.db.begin() as tx:
        if how == "idle":
            await tx.run(s.login.update().values(used_at=tx.now - timedelta(minutes=31)))
        elif how == "over":
            await tx.run(s.login.update().values(expires_at=tx.now))
        else:
            await tx.run(s.agent.update().values(disabled_at=tx.now))
    for route in AGENT_ROUTES:
        await target.refused(route, person.http, 401, "unauthorised")


@pytest.mark.parametrize("token", ["", "a" * 43, "不是"])
async def test_a_wrong_csrf_token_changes_nothing(target, token):
    person = target.people["admin"]
    given = token.encode()
    client = target.desk.client(cookies={"keting": person.token}, headers={"Origin": ORIGIN})
    for route in AGENT_ROUTES:
        if route.method not in SAFE:
            await target.refused(route, client, 403, "bad_csrf", headers={b"X-CSRF-Token": given})


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": FOREIGN},
        {"Origin": "null"},
        {"Origin": ORIGIN + ".evil.example"},
        {"Origin": "http://localhost:8001"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
async def test_a_foreign_website_changes_nothing_even_with_a_session(target, headers):
    person = target.people["admin"]
    client = target.desk.client(
        cookies={"keting": person.token}, headers={"X-CSRF-Token": person.csrf, **headers}
    )
    for route in [*AGENT_ROUTES, *(r for r in ROUTES if r.rule and r.rule.door == "login")]:
        if route.method not in SAFE:
            await target.refused(route, client, 403, "origin_not_allowed")


async def test_visitor_routes_need_a_valid_token(target):
    client = target.desk.client()
    for route in ROUTES:
        if route.rule and route.rule.door == "visitor":
            await target.refused(route, client, 401)
            for token in ("x", "a.b.c", target.people["admin"].token):
                await target.refused(route, client, 401, headers={"Authorization": f"Bearer {token}"})


async def test_visitor_routes_refuse_a_website_that_is_not_on_the_list(target):
    client = target.desk.client(headers={"Origin": FOREIGN})
    opened = await target.desk.client().post(f"{VISITOR}v1/sessions", json={"channel": "web"})
    token = opened.json()["token"]
    for route in ROUTES:
        if route.rule and route.path.startswith(VISITOR) and route.rule.door != "ticket":
            headers = {"Authorization": f"Bearer {token}"}
            await target.refused(route, client, 403, "origin_not_allowed", headers=headers)


async def test_internal_routes_need_the_token_of_the_actions(target):
    for headers in ({}, {"X-Keting-Token": "wrong"}, {"X-Keting-Token": ""}):
        client = target.desk.client(headers=headers)
        for route in ROUTES:
            if route.rule and route.rule.door == "internal":
                await target.refused(route, client, 403, "bad_signature")


async def test_files_need_a_signature(target):
    client = target.desk.client()
    for route in ROUTES:
        if route.rule and route.rule.door == "signed":
            await target.refused(route, client, 403, "bad_signature")
