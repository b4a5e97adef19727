"""Signing in, staying signed in, and being signed out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import logins
from core import schema as s
from core.errors import Unavailable
from core.limits import Verdict
from tests.fixtures.desk import CONSOLE, ORIGIN, PASSWORD


async def log_in(desk, username="lin", password=PASSWORD, **headers):
    client = desk.client(headers={"Origin": ORIGIN, "Accept-Language": "en", **headers})
    return client, await client.post(f"{CONSOLE}/login", json={"username": username, "password": password})


async def test_the_right_password_opens_a_session_that_works(desk):
    await desk.person("agent", "lin", name="林")
    client, response = await log_in(desk, " LIN ")
    assert response.status_code == 200
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("keting=") and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    me = (await client.get(f"{CONSOLE}/me")).json()
    assert me["me"]["name"] == "林" and me["me"]["open"] == 0
    assert me["csrf"] == response.json()["csrf"]
    assert me["insecure"] is False


async def test_only_a_hash_of_the_cookie_is_stored(desk):
    person = await desk.person()
    async with desk.db.begin() as tx:
        stored = await tx.all(s.login.select())
    assert stored[0].token_hash == logins.hash_of(person.token)


@pytest.mark.parametrize("username", ["lin", "nobody", "not a name!"])
async def test_a_wrong_password_and_an_unknown_name_look_the_same(desk, username):
    await desk.person("agent", "lin")
    _, response = await log_in(desk, username, "wrong password")
    assert response.status_code == 401
    assert response.json() == {"error": "bad_credentials", "message": "User name or password is wrong."}
    assert await desk.count(s.login) == 1  # the one that the fixture opened


async def test_a_disabled_person_cannot_sign_in(desk):
    person = await desk.person("agent", "lin")
    admin = await desk.person("admin")
    assert (await admin.send("PATCH", f"/people/{person.id}", {"disabled": True})).status_code == 200
    _, response = await log_in(desk)
    assert response.status_code == 401


async def test_guessing_is_slowed_down_and_says_for_how_long(desk):
    await desk.person("agent", "lin")
    answers = [(await log_in(desk, password="wrong password"))[1] for _ in range(8)]
    assert [r.status_code for r in answers] == [401] * 6 + [429] * 2
    assert answers[-1].json()["error"] == "too_many_attempts"
    assert int(answers[-1].headers["retry-after"]) > 0
    assert (await log_in(desk))[1].status_code == 429  # the right one does not help now


async def test_without_a_limiter_nobody_signs_in(desk):
    class Away:
        async def take(self, key, rate, cost=1) -> Verdict:
            raise Unavailable()

        async def close(self) -> None: ...

    await desk.person("agent", "lin")
    desk.app.ctx.limiter = Away()
    assert (await log_in(desk))[1].status_code == 503


async def test_a_foreign_website_cannot_sign_anybody_in(desk):
    await desk.person("agent", "lin")
    _, response = await log_in(desk, Origin="https://evil.example")
    assert response.status_code == 403
    assert "set-cookie" not in response.headers
    assert await desk.count(s.login) == 1


async def test_signing_in_again_replaces_the_session_of_the_same_browser(desk):
    await desk.person("agent", "lin")
    client, _ = await log_in(desk)
    before = client.cookies["keting"]
    await client.post(f"{CONSOLE}/login", json={"username": "lin", "password": PASSWORD})
    assert client.cookies["keting"] != before
    stale = desk.client(cookies={"keting": before})
    assert (await stale.get(f"{CONSOLE}/me")).status_code == 401


async def test_a_session_ends_after_thirty_idle_minutes(desk):
    person = await desk.person()
    for _ in range(3):
        desk.clock.move(timedelta(minutes=29))
        assert (await person.get("/me")).status_code == 200
    desk.clock.move(timedelta(minutes=31))
    assert (await person.get("/me")).status_code == 401


async def test_a_session_ends_after_twelve_hours_of_use(desk):
    person = await desk.person()
    for _ in range(35):
        desk.clock.move(timedelta(minutes=20))
        assert (await person.get("/me")).status_code == 200
    desk.clock.move(timedelta(minutes=21))
    assert (await person.get("/me")).status_code == 401


async def test_pings_of_an_open_console_count_as_use(desk):
    person = await desk.person()
    for _ in range(5):
        desk.clock.move(timedelta(minutes=20))
        async with desk.db.begin() as tx:
            await logins.touch(tx, logins.hash_of(person.token))
    assert (await person.get("/me")).status_code == 200


async def test_signing_out_ends_the_session_and_the_shift(desk):
    person = await desk.person()
    await person.post("/me/availability", {"availability": "online"})
    response = await person.post("/logout")
    assert response.status_code == 200 and 'keting=""' in response.headers["set-cookie"]
    assert (await person.get("/me")).status_code == 401
    async with desk.db.begin() as tx:
        row = (await tx.all(s.agent.select()))[0]
    assert row.availability == "offline"


async def test_a_new_password_ends_all_other_sessions(desk):
    person = await desk.person()
    other = await desk.signed_in(person.id, person.username)
    body = {"current": PASSWORD, "new": "a much better one"}
    assert (await person.post("/me/password", body)).status_code == 200
    assert (await person.get("/me")).status_code == 200
    assert (await other.get("/me")).status_code == 401
    assert (await log_in(desk, person.username, "a much better one"))[1].status_code == 200


@pytest.mark.parametrize(
    ("body", "error", "field"),
    [
        ({"current": "wrong", "new": "a much better one"}, "wrong_password", "current"),
        ({"current": PASSWORD, "new": "short"}, "password_too_short", "new"),
        ({"current": PASSWORD}, "required", "new"),
    ],
)
async def test_a_password_change_that_does_not_fit_changes_nothing(desk, body, error, field):
    person = await desk.person()
    response = await person.post("/me/password", body)
    assert response.status_code == 422
    assert (response.json()["error"], response.json()["field"]) == (error, field)
    assert (await log_in(desk, person.username))[1].status_code == 200


async def test_people_change_their_own_name_and_language(desk):
    person = await desk.person()
    assert (await person.get("/me")).json()["me"]["language"] is None
    answer = (await person.send("PATCH", "/me", {"name": "  小  林 ", "language": "en"})).json()
    assert (answer["name"], answer["language"]) == ("小 林", "en")
    assert (await person.send("PATCH", "/me", {"name": "x" * 41})).status_code == 422
    assert (await person.send("PATCH", "/me", {"avatar_blob_id": str(person.id)})).status_code == 404
