"""A shop vouches for its customer with a signed token: from the key of the command line to the history."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
import sqlalchemy as sa

from core import identity_keys
from core import schema as s
from tests.fixtures.desk import Desk
from tests.support.instance import ROOT

VISITOR = "/api/visitor/v1"


def new_key(database: str, folder: Any) -> str:
    """As an operator makes one."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("KETING_")}
    env |= {"KETING_DATABASE_URL": database, "KETING_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "cli", "identity-key"]
    return subprocess.run(
        command, cwd=ROOT, env=env, check=True, capture_output=True, text=True
    ).stdout.strip()


def signed(desk: Desk, key: str, customer: str = "42", ends_in: timedelta = timedelta(hours=1)) -> str:
    ends = desk.clock.now() + ends_in
    return jwt.encode({"sub": customer, "name": "王芳", "exp": int(ends.timestamp())}, key, "HS256")


async def enter(http: httpx.AsyncClient, **given: Any) -> dict[str, Any]:
    answer = await http.post(f"{VISITOR}/sessions", json={"channel": "web", **given})
    assert answer.status_code == 200, answer.text
    session: dict[str, Any] = answer.json()
    return session


async def say(http: httpx.AsyncClient, session: dict[str, Any], text: str) -> None:
    body = {"client_id": str(uuid4()), "content": {"type": "text", "text": text}}
    headers = {"Authorization": f"Bearer {session['token']}"}
    answer = await http.post(f"{VISITOR}/messages", json=body, headers=headers)
    assert answer.status_code == 200, answer.text


async def history(http: httpx.AsyncClient, session: dict[str, Any]) -> list[str]:
    headers = {"Authorization": f"Bearer {session['token']}"}
    answer = await http.get(f"{VISITOR}/messages", headers=headers)
    return [m["content"]["text"] for m in answer.json()["messages"] if m["author"]["kind"] == "visitor"]


async def verified(desk: Desk, visitor_id: str) -> list[str]:
    """External ids of the visitor that somebody vouched for."""
    i = s.identity.c
    async with desk.db.begin() as tx:
        rows = await tx.all(sa.select(i.external_id).where(i.visitor_id == visitor_id, i.verified))
    return [row.external_id for row in rows]


async def test_a_customer_is_known_on_every_device_and_what_was_said_as_a_stranger_is_theirs(
    desk: Desk, database: str, tmp_path: Any
):
    key = new_key(database, tmp_path)
    phone, laptop = desk.client(), desk.client()
    stranger = await enter(phone)
    await say(phone, stranger, "音箱连不上网")
    customer = await enter(phone, token=stranger["token"], identity=signed(desk, key))
    assert await verified(desk, customer["visitor_id"]) == ["user:42"]
    assert await history(phone, customer) == ["音箱连不上网"]
    await say(phone, customer, "型号是 S2")

    elsewhere = await enter(laptop, identity=signed(desk, key))
    assert elsewhere["visitor_id"] == customer["visitor_id"]
    assert await history(laptop, elsewhere) == ["音箱连不上网", "型号是 S2"]
    boss = await desk.person("supervisor")
    listed = (await boss.get("/conversations?view=all")).json()["items"]
    assert [item["visitor"]["name"] for item in listed] == ["王芳"]


@pytest.mark.parametrize("fault", ["forged", "ended", "too long", "unsigned", "nonsense"])
async def test_who_is_not_vouched_for_stays_a_stranger(desk: Desk, fault: str):
    async with desk.db.begin() as tx:
        key = await identity_keys.renew(tx)
    nobody = jwt.encode({"sub": "42", "exp": desk.clock.now() + timedelta(hours=1)}, "", "none")
    tokens = {
        "forged": signed(desk, "another key that is long enough to sign with"),
        "ended": signed(desk, key, ends_in=-timedelta(seconds=1)),
        "too long": signed(desk, key, ends_in=timedelta(hours=25)),
        "unsigned": nobody,
        "nonsense": "not.a.token",
    }
    http = desk.client()
    customer = await enter(http, identity=signed(desk, key))
    await say(http, customer, "我的订单")
    session = await enter(desk.client(), identity=tokens[fault])
    assert session["visitor_id"] != customer["visitor_id"]
    assert await verified(desk, session["visitor_id"]) == []
    assert await history(http, session) == []


async def test_the_key_before_is_believed_and_the_one_before_that_no_longer(desk: Desk):
    keys = []
    for _ in range(3):
        async with desk.db.begin() as tx:
            keys.append(await identity_keys.renew(tx))
    sessions = [await enter(desk.client(), identity=signed(desk, key)) for key in keys]
    assert sessions[1]["visitor_id"] == sessions[2]["visitor_id"]
    assert sessions[0]["visitor_id"] != sessions[2]["visitor_id"]


async def test_without_a_key_nobody_is_vouched_for(desk: Desk):
    session = await enter(desk.client(), identity=signed(desk, "a key of somebody's own making, 32 long"))
    assert await verified(desk, session["visitor_id"]) == []
