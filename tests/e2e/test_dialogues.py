"""Whole dialogues with the trained bot, in three ways of writing: what visitors have got at the end."""

from __future__ import annotations

import asyncio
from contextlib import closing

import pytest

from tests.support import dialogues, stage
from tests.support.dialogues import Dialogue, Played
from tests.support.instance import ROOT, Instance
from tests.support.office import Office

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(900)]

ALL = dialogues.load()
#: What the bot answers from articles, beside what it knows by itself.
ARTICLES = ("connect-wifi", "filter-change", "pair-bluetooth", "one-earbud-silent")


@pytest.fixture(scope="module")
def played(instance_with_bot: Instance, request: pytest.FixtureRequest) -> dict[str, Played]:
    """Every dialogue that a test of this run is about."""
    items = [item for item in request.session.items if "played" in getattr(item, "fixturenames", ())]
    asked = {item.callspec.params["dialogue"].id for item in items if hasattr(item, "callspec")}
    office = Office.of(instance_with_bot)
    key = instance_with_bot.identity_key()
    files = [ROOT / "demo" / "knowledge" / f"{name}.md" for name in ARTICLES]
    wanted = [dialogue for dialogue in ALL if dialogue.id in asked]
    with closing(office.http), office.shelf(files), office.after_hours():
        found = asyncio.run(stage.play(instance_with_bot, office, key, wanted))
        office.clear()
    return found


@pytest.mark.parametrize("dialogue", ALL, ids=[dialogue.id for dialogue in ALL])
def test_a_dialogue_gets_the_visitor_there(dialogue: Dialogue, played: dict[str, Played]):
    found = played[dialogue.id]
    faults = dialogues.faults_of(dialogue, found)
    assert not faults, "\n".join(["", *faults, dialogues.transcript(found)])


def test_there_are_enough_of_each_and_no_two_of_a_name():
    languages = [dialogue.language for dialogue in ALL]
    assert len({dialogue.id for dialogue in ALL}) == len(ALL)
    assert languages.count("hant") >= 5 and languages.count("zh") >= 10 and languages.count("en") >= 15


@pytest.mark.parametrize(
    ("text", "language", "is_wrong"),
    [
        ("您的訂單在台北，後天送到", "hant", False),
        ("您的订單", "hant", True),
        ("您的订单在后台，只有里程", "zh", False),
        ("您的訂单", "zh", True),
        ("Keting S2：有货，见 https://example.com/a", "zh", False),
        ("订单 is on its way", "zh", True),
        ("Order KT20260101001 is on its way", "zh", True),
        ("Order KT20260101001 is on its way", "en", False),
        ("Order 订单", "en", True),
    ],
)
def test_what_is_not_of_the_language_is_seen(text: str, language: str, is_wrong: bool):
    assert bool(dialogues.language_faults(text, language)) is is_wrong
