"""The page of events is complete: every event that the code records is on it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PACKAGES = "core api connectors dialogue handoff tickets knowledge learning analytics".split()
PAGE = (ROOT / "docs" / "reference" / "events.md").read_text("utf-8")


def recorded() -> Iterator[str]:
    """Event types as written at the calls of events.record and of the tickets' journal."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute | ast.Name):
                    continue
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                for argument in node.args if name == "record" else ():
                    if isinstance(argument, ast.Constant) and "." in str(argument.value):
                        yield str(argument.value)


def test_every_recorded_event_is_on_the_page():
    found = set(recorded())
    assert {"conversation.opened", "reply.sent", "ticket.opened"} <= found
    assert {name for name in found if f"`{name}`" not in PAGE} == set()


def test_every_planned_metric_is_on_the_page():
    for metric in (
        "First response",
        "Handling time",
        "Waiting",
        "Abandonment",
        "Bot-resolved share",
        "Reopen rate",
        "CSAT",
        "SLA",
    ):
        assert f"**{metric}" in PAGE
