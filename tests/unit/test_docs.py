"""Documents hold together: links lead somewhere, paths exist, and both languages say as much."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "bot" / "README.md"])
TWINS = [page for page in PAGES if page.name.endswith(".zh-CN.md")]
#: Files that a reader of a how-to is about to write.
TO_BE_WRITTEN = {"data/nlu/pharmacy.yml", "data/nlu/giftcards.yml", "actions/giftcards.py"}

FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
HEADING = re.compile(r"^(#+) +(.+?) *$", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
OUTSIDE = re.compile(r"[a-z]+:|//")
#: What programs write there is in no repository.
MADE = "bench/results/"
#: In backticks, and below a folder of ours: a file or a folder that is meant literally.
PATH = re.compile(
    r"`((?:actions|bot|bench|core|data|dialogue|docs|encoder|knowledge|learning|supervisor|tests|web)/[\w./-]+)"
)


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@cache
def prose(page: Path) -> str:
    """A page without blocks of code."""
    return FENCE.sub("", page.read_text("utf-8"))


@cache
def anchors(page: Path) -> frozenset[str]:
    """What `#...` may be, as GitHub makes it of headings; `-1`, `-2` for the same words again."""
    found: list[str] = []
    for _, title in HEADING.findall(prose(page)):
        slug = re.sub(r"[^\w\- ]", "", title.replace("`", "").lower()).replace(" ", "-")
        times = sum(re.fullmatch(rf"{re.escape(slug)}(-\d+)?", other) is not None for other in found)
        found.append(f"{slug}-{times}" if times else slug)
    return frozenset(found)


def links(page: Path) -> Iterator[str]:
    for target in LINK.findall(CODE.sub("", prose(page))):
        if not OUTSIDE.match(target):
            yield target


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_to_a_file_and_a_heading_of_it(page):
    broken = []
    for target in links(page):
        file, _, anchor = target.partition("#")
        place = (page.parent / file).resolve() if file else page
        if not place.exists() or (anchor and anchor not in anchors(place)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_files_that_are_named_exist(page):
    named = set(PATH.findall(prose(page))) - TO_BE_WRITTEN
    missing = {path for path in named if not path.startswith(MADE) and not (ROOT / path.rstrip(".")).exists()}
    assert missing == set()


def test_every_page_is_in_the_index():
    index = ROOT / "docs" / "README.md"
    listed = {(index.parent / target.partition("#")[0]).resolve() for target in links(index)}
    assert {name(page) for page in PAGES if page.is_relative_to(index.parent)} - {name(index)} <= {
        name(page) for page in listed if page.is_relative_to(ROOT)
    }


@pytest.mark.parametrize("chinese", TWINS, ids=name)
def test_both_languages_have_the_same_headings(chinese):
    english = chinese.with_name(chinese.name.replace(".zh-CN.md", ".md"))
    levels = [[len(marks) for marks, _ in HEADING.findall(prose(page))] for page in (english, chinese)]
    assert levels[0] == levels[1]
