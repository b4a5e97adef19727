"""The reference gateway answers as docs/reference/business-gateway.openapi.yml says it must."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import requests
import yaml
from jsonschema import Draft202012Validator, RefResolver, ValidationError

from actions.gateway.contract import RESOURCES, VERSION
from tests.fakes.gateway_server import TOKEN, running

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = yaml.safe_load((ROOT / "docs/reference/business-gateway.openapi.yml").read_text("utf-8"))
OWNER = {"X-Keting-Phone-Tail": "0001"}
INVOICE = {"title": "个人", "tax_number": None, "email": "a@b.cn"}

#: Method, path as the contract names it, path as it is asked, headers, body, expected status.
CALLS = [
    ("GET", "/capabilities", "", {}, None, 200),
    ("GET", "/orders", "", {"X-Keting-Customer": "li-lei"}, None, 200),
    ("GET", "/orders", "", {}, None, 200),
    ("GET", "/orders/{number}", "KT20260101001", OWNER, None, 200),
    ("GET", "/orders/{number}", "KT20260101001", {}, None, 200),
    ("GET", "/orders/{number}", "KT20260101006", {}, None, 200),
    ("GET", "/orders/{number}", "KT20260101006", {"X-Keting-Customer": "han-meimei"}, None, 200),
    ("GET", "/orders/{number}", "KT9", {}, None, 404),
    ("GET", "/orders/{number}/invoice", "KT20260101002", OWNER, None, 200),
    ("GET", "/orders/{number}/invoice", "KT20260101002", {}, None, 403),
    ("POST", "/orders/{number}/invoice", "KT20260101001", OWNER, INVOICE, 201),
    ("POST", "/orders/{number}/invoice", "KT20260101001", {}, INVOICE, 403),
    ("POST", "/orders/{number}/invoice", "KT20260101003", OWNER, {**INVOICE, "tax_number": "1"}, 422),
    ("POST", "/orders/{number}/invoice", "KT20260101003", OWNER, {"title": "x"}, 422),
    ("GET", "/repairs/{number}", "KT20260101002", OWNER, None, 200),
    ("GET", "/repairs/{number}", "KT20260101002", {}, None, 200),
    ("GET", "/members/{phone}/points", "13800000001", {}, None, 200),
    ("GET", "/stores", "?city=shanghai", {}, None, 200),
    ("GET", "/stock", "?product=gleam-x1", {}, None, 200),
    ("GET", "/stock", "?product=gleam-x1&city=shanghai", {}, None, 200),
]


@pytest.fixture(scope="module")
def gateway():
    with running() as fake:
        yield fake


def schema_of(part):
    return Draft202012Validator(part, resolver=RefResolver("", CONTRACT))


def resolved(part):
    while "$ref" in part:
        found = CONTRACT
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def ask(gateway, method, path, what, headers, body):
    url = gateway.url + (re.sub(r"{\w+}", what, path) if "{" in path else path + what)
    sent = {"Authorization": f"Bearer {TOKEN}", "X-Request-Id": "r1", "Idempotency-Key": "k", **headers}
    return requests.request(method, url, headers=sent, json=body, timeout=5)


@pytest.mark.parametrize(("method", "path", "what", "headers", "body", "status"), CALLS)
def test_an_answer_has_the_shape_that_was_promised(gateway, method, path, what, headers, body, status):
    answer = ask(gateway, method, path, what, headers, body)
    assert answer.status_code == status, answer.text
    assert answer.headers["X-Request-Id"] == "r1"
    promised = CONTRACT["paths"][path][method.lower()]["responses"][str(status)]
    schema_of(resolved(promised)["content"]["application/json"]["schema"]).validate(answer.json())


@pytest.mark.parametrize(("method", "path", "what", "headers", "body", "status"), CALLS)
def test_without_the_token_nothing_is_told(gateway, method, path, what, headers, body, status):
    for wrong in ("", "Bearer wrong", "Bearer", TOKEN):
        answer = ask(gateway, method, path, what, {**headers, "Authorization": wrong}, body)
        assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")


def test_every_operation_is_tried():
    promised = {(m.upper(), p) for p, operations in CONTRACT["paths"].items() for m in operations}
    assert {(method, path) for method, path, *_ in CALLS} == promised


def test_the_contract_and_the_code_have_the_same_version_and_resources():
    capabilities = CONTRACT["components"]["schemas"]["Capabilities"]["properties"]
    assert CONTRACT["info"]["version"] == VERSION
    assert set(capabilities["resources"]["items"]["enum"]) == RESOURCES


def test_the_contract_itself_refuses_an_order_told_to_a_stranger(gateway):
    answer = ask(gateway, "GET", "/orders/{number}", "KT20260101001", OWNER, None).json()
    schema = schema_of({"$ref": "#/components/schemas/Order"})
    schema.validate(answer)
    with pytest.raises(ValidationError):
        schema.validate({**answer, "proven": False})
