"""Pictures in docs/ are drawn from the configuration that the bot runs with."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from docs.pictures import anger, bands, canvas, numbers, turn
from docs.pictures.all import FOLDER, files

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", sorted(files()))
def test_a_picture_is_what_the_configuration_says(name):
    assert (FOLDER / name).read_text("utf-8") == files()[name], "draw it again: python -m docs.pictures"


@pytest.mark.parametrize("name", sorted(files()))
def test_a_picture_tells_its_content_to_those_who_do_not_see_it(name):
    root = ET.fromstring(files()[name])
    told = {part.get("id"): part.text for part in root}
    assert root.get("role") == "img"
    assert all(told[label] for label in str(root.get("aria-labelledby")).split())


@pytest.mark.parametrize("name", sorted(files()))
def test_words_stay_inside_the_picture(name):
    for words in ET.fromstring(files()[name]).iter(f"{SVG}text"):
        size, at = int(words.get("font-size", 0)), float(words.get("x", 0))
        wide = canvas.extent(words.text or "", size, bold=words.get("font-weight") is not None)
        left = at - {"start": 0, "middle": wide / 2, "end": wide}[words.get("text-anchor", "")]
        assert size >= 12
        assert left >= 0 and left + wide <= canvas.WIDTH


def test_every_gate_of_the_pipeline_is_explained():
    for language in ("zh", "en"):
        assert list(turn.gates(language)) == [n for n in numbers.pipeline() if n in turn.gates(language)]


def test_thresholds_are_those_of_the_configuration():
    guess, sure, apart, strange = bands.thresholds()
    assert 0 < guess < sure < 1 and 0 < apart < 1 and 0 < strange < guess
    drawn = files()["decides-bands-en.svg"]
    assert all(f"{value:g}" in drawn for value in (guess, sure, apart, strange))


def test_the_stories_of_anger_go_as_their_numbers_say():
    rules = numbers.anger()
    for story in anger.stories():
        calls = []
        for number, now in enumerate(story.anger):
            before = [rules.left_of(then, number - i) for i, then in enumerate(story.anger[:number])]
            if rules.calls(now, max(before, default=0.0)):
                calls.append(number + 1)
        assert calls[:1] == ([story.called] if story.called else [])


def test_a_word_that_fits_no_line_is_an_error():
    with pytest.raises(ValueError, match="wider"):
        canvas.wrapped("unbreakable" * 9, 100, 13)
