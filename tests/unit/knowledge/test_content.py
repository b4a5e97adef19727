"""What an article may say, and how it is shown: safely, whatever somebody wrote or imported."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from knowledge.content import Button, ButtonTitle, Content, Side, check_complete, cleaned
from knowledge.richtext import blob_ids, excerpt, to_html, to_text

BLOB = "0190d0c4-7c1e-7000-8000-000000000001"


def html(markdown):
    return to_html(markdown, lambda blob_id: f"/files/{blob_id}/image")


def test_words_are_tidied_and_said_once():
    side = Side(
        question=" 怎么\n退货 ", similar=("不要了", " 不要了 ", "怎么 退货", ""), answer=" 甲\r\n乙\x00 "
    )
    found = cleaned(Content(zh=side)).zh
    assert found == Side(question="怎么 退货", similar=("不要了",), answer="甲\n乙")


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (Content(), "zh.question"),
        (Content(zh=Side(answer="x")), "zh.question"),
        (Content(zh=Side(question="x" * 201)), "zh.question"),
        (Content(en=Side(question="x", answer="y" * 20_001)), "en.answer"),
        (Content(zh=Side(question="x", similar=("y" * 201,))), "zh.similar[0]"),
        (Content(zh=Side(question="x", similar=tuple(map(str, range(51))))), "zh.similar"),
        (
            Content(
                zh=Side(question="x"), buttons=(Button(title=ButtonTitle(zh="a"), url="https://a.b"),) * 7
            ),
            "buttons",
        ),
        (
            Content(zh=Side(question="x"), buttons=(Button(title=ButtonTitle(), url="https://a.b"),)),
            "buttons[0].title",
        ),
        (Content(zh=Side(question="x"), buttons=(Button(title=ButtonTitle(zh="a")),)), "buttons[0].url"),
        (
            Content(
                zh=Side(question="x"), buttons=(Button(title=ButtonTitle(zh="a"), url="javascript:alert(1)"),)
            ),
            "buttons[0].url",
        ),
        (
            Content(zh=Side(question="x"), buttons=(Button(title=ButtonTitle(zh="a"), payload="text"),)),
            "buttons[0].payload",
        ),
    ],
)
def test_what_does_not_fit_is_named(content, field):
    with pytest.raises(Invalid) as refused:
        cleaned(content)
    assert refused.value.field == field


def test_one_complete_language_is_enough():
    check_complete(Content(zh=Side(question="a", answer="b"), en=Side(question="c")))
    with pytest.raises(Invalid):
        check_complete(Content(zh=Side(question="a"), en=Side(answer="d")))


class Elements(HTMLParser):
    """Every element and address of a page."""

    def __init__(self, text):
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "[x](//evil.example)",
    "[x](/api/console/v1/logout)",
    "<iframe src='//evil'></iframe>",
    "<svg/onload=alert(1)>",
    '[x](https://a.example "onmouseover=alert(1)")',
    f'![" onerror="alert(1)](blob:{BLOB})',
    "```\n<script>alert(1)</script>\n```",
    "<!-- --><b onclick=x>y</b>",
]


def is_safe(text):
    page = Elements(text)
    addresses = [value for name, value in page.attributes if name in ("href", "src")]
    return (
        not page.names
        & {"script", "iframe", "svg", "style", "form", "input", "object", "link", "meta", "base"}
        and not [name for name, _ in page.attributes if name.startswith("on") or name == "style"]
        and all(re.match(r"https?:|mailto:|tel:|/files/", address) for address in addresses)
    )


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_runs_and_no_address_but_the_web_s_is_left(attack):
    assert is_safe(html(attack)), html(attack)


MARKS = ["**", "`", "\n\n", "- ", "|a|b|\n|-|-|\n", "# ", "<", ">", '"']


@given(st.lists(st.sampled_from([*ATTACKS, *MARKS]), max_size=6))
def test_no_mixture_is_dangerous_either(parts):
    assert is_safe(html("".join(parts)))
    assert is_safe(html(" ".join(parts)))


@given(st.text(max_size=200))
def test_any_text_can_be_shown(text):
    assert is_safe(html(text))
    assert isinstance(to_text(text), str) and len(excerpt(text, 20)) <= 20


def test_images_are_files_of_ours_and_others_become_links():
    markdown = f"![甲](blob:{BLOB}) ![乙](https://tracker.example/p.gif)"
    page = html(markdown)
    assert f'src="/files/{BLOB}/image"' in page and "<img" in page
    assert page.count("<img") == 1 and 'href="https://tracker.example/p.gif"' in page
    assert blob_ids(markdown) == [BLOB]


def test_links_open_beside_and_tell_nothing_of_us():
    page = html("[x](https://a.example)")
    assert 'target="_blank"' in page and "noopener" in page and "nofollow" in page


def test_the_page_keeps_its_first_heading_for_itself():
    assert "<h1" not in html("# a\n\n###### b") and "<h2>a</h2>" in html("# a")


def test_plain_text_keeps_lists_tables_and_addresses():
    markdown = (
        "**粗** 和 `码`\n\n1. 一\n2. 二\n   - 甲\n\n[详情](https://a.example/x)\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |"
    )
    text = to_text(markdown)
    assert text.startswith("粗 和 码\n\n1. 一\n")
    assert "2. 二" in text and "- 甲" in text and "详情 (https://a.example/x)" in text
    assert "1" in text.split("b")[-1] and "**" not in text


def test_an_excerpt_is_one_line():
    assert excerpt("甲\n\n乙" * 100, 10) == "甲 乙甲 乙甲 乙…"
