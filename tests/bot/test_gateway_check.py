"""`python -m actions.gateway.check` finds what is wrong with a business's own system."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from actions.gateway.check import Known, check
from actions.gateway.demo import DemoGateway
from actions.gateway.http import HttpGateway
from tests.fakes.gateway_server import TOKEN, running

KNOWN = Known("KT20260101001", "0001", "KT20260101002", "13800000001", "gleam-x1", "shanghai", "li-lei")


class Talkative(DemoGateway):
    async def order(self, number, asker):
        return await super().order(number, replace(asker, phone_tail="0001"))


class Small(DemoGateway):
    """Has orders only, and raises at everything else."""

    async def capabilities(self):
        return frozenset({"orders"})

    stores = stock = member = repair = orders = invoice = None


@pytest.mark.parametrize(
    ("gateway", "change", "faults"),
    [
        (DemoGateway(), {}, []),
        (DemoGateway(), {"order": None, "member": None}, []),
        (Small(), {}, []),
        (Talkative(), {}, ["told whole to somebody who proved nothing"]),
        (
            DemoGateway(),
            {"phone_tail": "9999"},
            ["the phone number did not prove the order", "invoice: NotProven"],
        ),
        (DemoGateway(), {"member": "1"}, ["points of a member: NotFound"]),
    ],
)
def test_a_check_names_each_fault(gateway, change, faults, capsys):
    with running(gateway) as served:
        found = asyncio.run(check(HttpGateway(served.url, TOKEN), replace(KNOWN, **change)))
    assert len(found) == len(faults)
    assert all(fault in line for line, fault in zip(found, faults, strict=True))
    assert "orders" in capsys.readouterr().out


def test_a_system_that_is_away_is_one_fault():
    found = asyncio.run(check(HttpGateway("http://127.0.0.1:9", "x"), KNOWN))
    assert len(found) == 1 and "Unavailable" in found[0]
