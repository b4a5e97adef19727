"""What every answer has in common: errors in words, headers, health, the description of the interfaces."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from api.rules import ruled_routes
from core import schema as s
from core.db import Database
from core.settings import Settings
from tests.fixtures.desk import CONSOLE, running_desk


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("en", "Please sign in."),
        ("zh-CN,zh;q=0.9", "请先登录。"),
        ("zh-TW", "請先登入。"),
        ("fr", "请先登录。"),
    ],
)
async def test_errors_are_in_the_caller_s_language(desk, header, message):
    response = await desk.client().get(f"{CONSOLE}/me", headers={"Accept-Language": header})
    assert response.json() == {"error": "unauthorised", "message": message}


async def test_without_a_header_the_language_of_the_person_is_used(desk):
    person = await desk.person("admin", language="en")
    del person.http.headers["Accept-Language"]
    response = await person.get("/tickets/T260105-9999")
    assert response.json()["message"] == "Not found."


@pytest.mark.parametrize(
    ("content", "media", "status", "error"),
    [
        (b"{", "application/json", 422, "bad_json"),
        (b"\xff\xfe", "application/json", 422, "bad_json"),
        (b'{"x": ' + b"[" * 100_000, "application/json", 422, "bad_json"),
        (b'{"name": "\\u0000"}', "application/json", 422, "bad_text"),
        (b'{"name": "\\ud800"}', "application/json", 422, "bad_json"),
        (b"[]", "application/json", 422, "invalid"),
        (b"name=x", "application/x-www-form-urlencoded", 415, "type_not_allowed"),
        (b"{}", "text/plain", 415, "type_not_allowed"),
        (b'"' + b"x" * 2_000_000 + b'"', "application/json", 413, "too_large"),
    ],
)
async def test_bodies_that_are_no_good_are_refused_in_words(desk, content, media, status, error):
    person = await desk.person("admin")
    response = await person.http.patch(f"{CONSOLE}/me", content=content, headers={"Content-Type": media})
    assert (response.status_code, response.json()["error"]) == (status, error)


async def test_a_backslash_before_u0000_is_only_text(desk):
    person = await desk.person("admin")
    response = await person.http.patch(
        f"{CONSOLE}/me", content=rb'{"name": "a\\u0000"}', headers={"Content-Type": "application/json"}
    )
    assert response.json()["name"] == r"a\u0000"


async def test_unknown_paths_and_methods_answer_like_everything_else(desk):
    client = desk.client(headers={"Accept-Language": "en"})
    missing = await client.get("/api/console/v1/nowhere")
    assert (missing.status_code, missing.json()["error"]) == (404, "not_found")
    wrong = await client.delete(f"{CONSOLE}/me")
    assert (wrong.status_code, wrong.json()["error"]) == (405, "method_not_allowed")


async def test_a_bug_is_an_apology_without_details(desk, capsys):
    person = await desk.person("admin", name="王")

    class Broken:
        def path(self, *_: object) -> str:
            raise RuntimeError("the secret that must not be told")

    async with desk.db.begin() as tx:
        blob = s.blob.insert().values(
            id=person.id, name="a", mime="image/png", size=1, sha256="", agent_id=person.id, created_at=tx.now
        )
        await tx.run(blob)
        await tx.run(s.agent.update().values(avatar_blob_id=person.id))
    desk.app.ctx.links = Broken()
    response = await person.get("/me")
    assert response.status_code == 500 and response.json()["error"] == "internal"
    logged = capsys.readouterr().out
    assert "http.crashed" in logged and "RuntimeError" in logged and "secret" not in logged


async def test_a_lost_database_is_said_with_a_time_to_come_back(desk):
    person = await desk.person("admin")
    desk.app.ctx.db = Database("postgresql://nobody@127.0.0.1:1/nothing", clock=desk.clock)
    response = await person.get("/me")
    assert response.status_code == 503 and response.headers["retry-after"]
    ready = await desk.client().get("/readyz")
    assert ready.status_code == 503 and ready.json()["checks"]["database"] is False
    assert (await desk.client().get("/healthz")).status_code == 200
    desk.app.ctx.db = desk.db


async def test_every_answer_says_what_browsers_may_do_with_it(desk):
    response = await desk.client().get(f"{CONSOLE}/me")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "strict-transport-security" not in response.headers


@pytest.mark.parametrize(("given", "kept"), [("abc-123_DEF.4", True), ("x", False), ("bad id\n", False)])
async def test_a_request_keeps_a_sensible_id_and_gets_one_otherwise(desk, given, kept):
    response = await desk.client().get("/healthz", headers={"X-Request-ID": given.encode()})
    assert (response.headers["x-request-id"] == given) is kept


async def test_over_https_the_cookie_is_bound_to_the_host(database, tmp_path):
    async with running_desk(database, tmp_path, KETING_PUBLIC_URL="https://chat.example.com") as desk:
        person = await desk.person("admin")
        plain = await person.http.get(f"{CONSOLE}/me")
        assert plain.status_code == 401  # the ordinary name is not read
        client = desk.client(cookies={"__Host-keting": person.token})
        response = await client.get(f"{CONSOLE}/me")
        assert response.status_code == 200
        assert response.headers["strict-transport-security"]
        login = await desk.client(headers={"Origin": "https://chat.example.com"}).post(
            f"{CONSOLE}/login", json={"username": "admin", "password": "correct horse battery"}
        )
        cookie = login.headers["set-cookie"]
        assert cookie.startswith("__Host-keting=") and "Secure" in cookie and "Path=/" in cookie


async def test_plain_http_away_from_this_machine_is_called_insecure(database, tmp_path):
    settings = {"KETING_PUBLIC_URL": "http://192.0.2.7:8000", "KETING_HOST": "0.0.0.0"}
    async with running_desk(database, tmp_path, **settings) as desk:
        person = await desk.person("admin")
        assert (await person.get("/me")).json()["insecure"] is True


async def test_ready_means_database_schema_and_no_stop_under_way(desk):
    client = desk.client()
    assert (await client.get("/readyz")).json() == {
        "status": "ready",
        "checks": {"database": True, "schema": True, "accepting": True},
    }
    async with desk.db.begin() as tx:
        await tx.run(sa.text("update alembic_version set version_num = 'older'"))
    assert (await client.get("/readyz")).status_code == 503
    desk.app.ctx.draining = True
    assert (await client.get("/readyz")).json()["checks"]["accepting"] is False
    assert (await client.get("/healthz")).status_code == 200


async def test_metrics_are_for_near_callers_and_holders_of_the_token(desk):
    settings: Settings = desk.app.ctx.settings
    near = await desk.client().get("/metrics")
    assert near.status_code == 200 and "keting_http_request_seconds" in near.text
    assert 'keting_conversations_open{state="waiting"} 0.0' in near.text
    far = desk.client(address="93.184.215.14")
    assert (await far.get("/metrics")).status_code == 404
    token = {"Authorization": f"Bearer {settings.internal_token.reveal()}"}
    assert (await far.get("/metrics", headers=token)).status_code == 200


async def test_actions_hear_whether_we_should_be_there(desk):
    token = {"X-Keting-Token": desk.app.ctx.settings.internal_token.reveal()}
    business = (await desk.client(headers=token).get("/internal/v1/business")).json()
    assert business["open"] is True and business["hours"]["zh"] == "每天全天"
    assert business["on_duty"] is False


async def test_the_description_lists_every_route_of_the_interfaces(desk):
    document = (await desk.client().get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    described = {(path, method.upper()) for path, item in document["paths"].items() for method in item}
    for route in ruled_routes(desk.app):
        if ".pages." not in f".{route.name}":
            path = route.path
            for part in ("<", ":str>", ":uuid>", ">"):
                path = path.replace(part, {"<": "{"}.get(part, "}"))
            assert (path, route.method) in described, path
    ids = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]
    assert len(ids) == len(set(ids))


async def test_every_reference_in_the_description_leads_somewhere(desk):
    document = (await desk.client().get("/openapi.json")).json()
    text = json.dumps(document)
    names = set(document["components"]["schemas"])
    for part in text.split('"#/components/schemas/')[1:]:
        assert part.partition('"')[0] in names
    opening = document["paths"][f"{CONSOLE}/tickets"]["post"]
    assert opening["security"] == [{"session": []}]
    assert "Roles: agent, staff, supervisor, admin" in opening["description"]
