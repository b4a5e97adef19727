"""Words for people: every code has them, in every script."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import errors
from core.texts import SCRIPTS, error_text, event_text, preferred, traditional
from core.wording import ERRORS, EVENTS

ROOT = Path(__file__).parent.parent.parent
PACKAGES = (
    "core",
    "api",
    "connectors",
    "dialogue",
    "handoff",
    "tickets",
    "knowledge",
    "learning",
    "analytics",
)
CLASSES = {
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, errors.KetingError)
}


def raised_codes() -> Iterator[tuple[str, str]]:
    """Every literal code given to one of our errors, with its place."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                    continue
                if node.func.id in CLASSES and node.args:
                    code = node.args[0]
                    for part in (code.body, code.orelse) if isinstance(code, ast.IfExp) else (code,):
                        if isinstance(part, ast.Constant) and isinstance(part.value, str):
                            yield part.value, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_every_code_that_we_raise_has_words():
    missing = {(code, place) for code, place in raised_codes() if code not in ERRORS}
    assert missing == set()


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_every_kind_of_error_has_words(name):
    assert getattr(errors, name).code in ERRORS


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_every_event_is_ready_to_show_in_three_scripts(name):
    data = {"agent": {"name": "林"}, "number": "T260101-0001", "score": 5, "state": "resolved"}
    shown = event_text(name, data)
    assert set(shown) == set(SCRIPTS)
    assert all(text and "{" not in text for text in shown.values())


def test_an_event_without_words_shows_its_name_rather_than_nothing():
    assert event_text("no_such_event", {})["en"] == "no_such_event"


def test_states_of_tickets_are_told_in_the_reader_s_language():
    shown = event_text("ticket_updated", {"number": "T260101-0001", "state": "in_progress"})
    assert shown["zh"] == "工单 T260101-0001：处理中。"
    assert shown["en"] == "Ticket T260101-0001: in progress."


def test_a_comment_is_quoted_and_its_characters_are_left_alone():
    shown = event_text("ticket_updated", {"number": "T260101-0001", "state": "open", "comment": "已发货"})
    assert shown["zh-Hant"].endswith("已发货")
    assert "工單" in shown["zh-Hant"] or "工单" not in shown["zh-Hant"]


def test_the_visitor_reads_that_he_ended_it_himself():
    assert event_text("closed", {"by": "visitor"})["en"] != event_text("closed", {"by": "agent"})["en"]


def test_traditional_words_use_traditional_characters():
    assert traditional("请稍候") == "請稍候"
    assert error_text("not_found", "zh-Hant") == "沒有找到。"


def test_a_code_without_words_falls_back_to_its_kind():
    assert error_text("never_heard_of_it", "en", default="conflict") == error_text("conflict", "en")


def test_braces_in_a_field_are_shown_as_they_are():
    assert "{0}" in error_text("invalid", "en", field="{0}")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "zh"),
        ("", "zh"),
        ("en", "en"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-TW", "zh-Hant"),
        ("zh-Hant-HK", "zh-Hant"),
        ("zh-Hans-HK", "zh"),
        ("yue-HK", "zh-Hant"),
        ("fr,de;q=0.9", "zh"),
        ("fr, en;q=0.1", "en"),
        ("en;q=0, zh-TW;q=0.2", "zh-Hant"),
        ("*", "zh"),
        (";;;,q=", "zh"),
    ],
)
def test_the_language_is_the_one_that_the_caller_prefers(header, expected):
    assert preferred(header) == expected
