"""Files in and out: what is written is read again as it was, whatever people have in their articles."""

from __future__ import annotations

import csv
import io
import zipfile
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid, Rejected, TooLarge, WrongType
from knowledge.content import Button, ButtonTitle, Content, Side, cleaned, printable
from knowledge.transfer import files
from knowledge.transfer.archives import MOST_BYTES
from knowledge.transfer.markdown import read_markdown, sections, write_markdown
from knowledge.transfer.pages import read_html
from knowledge.transfer.records import Record
from knowledge.transfer.tables import read_csv, write_csv

words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
line = words.map(lambda text: " ".join(printable(text).split())).filter(bool)


@st.composite
def sides(draw):
    similar = tuple(draw(st.lists(line, max_size=3)))
    answer = "\n".join(draw(st.lists(line, min_size=1, max_size=4)))
    return Side(question=draw(line), similar=similar, answer=answer)


buttons = st.builds(
    Button,
    title=st.builds(ButtonTitle, zh=st.just("退货"), en=st.just("Return")),
    payload=st.sampled_from(["/request_return", "/request_human"]),
)


@st.composite
def records(draw):
    zh, en = draw(sides()), draw(st.just(Side()) | sides())
    content = cleaned(Content(zh=zh, en=en, buttons=tuple(draw(st.lists(buttons, max_size=2)))))
    return Record(
        content=content,
        slug=draw(st.text(ascii_lowercase, min_size=1, max_size=8)),
        state=draw(st.sampled_from(["draft", "published", "archived"])),
        category=draw(st.sampled_from(["", "退换 | Returns", "售后 | After-sales > 退换 | Returns"])),
        channels=draw(st.sampled_from([(), ("web",), ("web", "app")])),
        tags=draw(st.sampled_from([(), ("退货",), ("a b", "c")])),
        valid_from=draw(st.sampled_from(["", "2026-01-31T09:00:00+00:00"])),
    )


def is_storable(record):
    try:
        return cleaned(record.content) == record.content and "lang:" not in str(record)
    except Rejected:
        return False


@pytest.mark.parametrize("format", sorted(files.WRITERS))
@given(st.lists(records().filter(is_storable), min_size=1, max_size=3, unique_by=lambda r: r.slug))
def test_what_is_exported_is_imported_as_it_was(format, given_records):
    write, _ = files.WRITERS[format]
    found = files.read(f"articles.{format}", write(given_records))
    assert [read.faults for read in found] == [()] * len(given_records)
    kept = [cleaned(read.record.content) for read in found]
    assert kept == [record.content for record in given_records]
    assert [read.record.slug for read in found] == [record.slug for record in given_records]
    assert [(r.record.tags, r.record.channels, r.record.category, r.record.valid_from) for r in found] == [
        (r.tags, r.channels, r.category, r.valid_from) for r in given_records
    ]


@pytest.mark.parametrize("risky", ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "\t=1", "=cmd|' /C calc'!A0"])
def test_no_cell_of_an_export_is_a_formula(risky):
    record = Record(content=Content(zh=Side(question=risky, answer=risky)))
    text = write_csv([record]).decode("utf-8-sig")
    cells = list(csv.reader(io.StringIO(text)))[1]
    assert all(cell[:1] not in {"=", "+", "-", "@", "\t"} for cell in cells)
    (read,) = read_csv(write_csv([record]))
    assert read.record.content.zh.question == risky.strip()


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8", ","), ("utf-8-sig", ";"), ("gb18030", "\t"), ("utf-16", ",")]
)
def test_tables_come_as_people_s_programs_write_them(encoding, delimiter):
    rows = [
        ["问题", "答案", "相似问题", "标签", "备注"],
        ["怎么退货？", "七天内。", "不要了\n想退", "退货、退款", "x"],
    ]
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    (read,) = read_csv(text.encode(encoding))
    assert read.place == "2"
    assert read.record.content.zh == Side(
        question="怎么退货？", similar=("不要了", "想退"), answer="七天内。"
    )
    assert read.record.tags == ("退货", "退款")


def test_a_table_of_english_questions_is_english():
    (read,) = read_csv(b"Question,Answer\nHow do I return it?,Within 7 days.\n")
    assert read.record.content.en.question == "How do I return it?" and not read.record.content.zh.question


def test_a_bad_cell_is_a_fault_of_its_row():
    (read,) = read_csv('question,answer,buttons\n怎么退货,七天内,{"not":"a list"}\n'.encode())
    assert [fault.field for fault in read.faults] == ["buttons"] and read.faults[0].fix["zh"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b"a,b\n1,2\n"),
        ("a.csv", b""),
        ("a.csv", b"\xff\xff\xff"),
        ("a.xlsx", b"no archive"),
        ("a.docx", b"PK\x03\x04broken"),
        ("a.json", b"{"),
        ("a.json", b'[{"content": 1}]'),
        ("a.zip", b"PK"),
        ("a.md", b"\xff\xfe"),
        ("a.md", b"no heading"),
        ("a.html", b""),
    ],
)
def test_what_is_no_such_file_is_refused(name, data):
    with pytest.raises(Invalid):
        files.read(name, data)


@pytest.mark.parametrize("name", ["a.exe", "a", "", "a.xls"])
def test_other_files_are_not_taken(name):
    with pytest.raises(WrongType):
        files.read(name, b"x")


@pytest.mark.parametrize("name", ["a.xlsx", "a.docx", "a.zip"])
def test_an_archive_that_would_fill_the_memory_is_not_opened(name):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.md", b"0" * (MOST_BYTES + 1))
    with pytest.raises(TooLarge):
        files.read(name, target.getvalue())


FAQ = """# 常见问题

介绍。

## 1. 怎么退货？

七天内申请。

### 例外

耳机拆封不退。

```
## 这不是标题
```

## How long does it take?

Three days.
"""


def test_each_heading_of_a_document_is_an_article():
    first, second = sections(FAQ)
    assert first.record.content.zh.question == "怎么退货？"
    assert "### 例外" in first.record.content.zh.answer and "## 这不是标题" in first.record.content.zh.answer
    assert second.record.content.en == Side(question="How long does it take?", answer="Three days.")


def test_a_file_with_properties_is_one_article_in_both_languages():
    record = Record(
        content=Content(
            zh=Side(question="怎么退货？", similar=("不要了",), answer="# 一级标题\n\n七天内。"),
            en=Side(question="How to return?", answer="Within 7 days."),
        ),
        slug="returns",
    )
    (read,) = read_markdown(write_markdown(record).encode())
    assert read.record == record


@pytest.mark.parametrize(
    "front", ["a: [", "- list", "buttons: 7", "!!python/object/apply:os.system ['true']"]
)
def test_broken_properties_are_a_fault_and_nothing_runs(front):
    (read,) = read_markdown(f"---\n{front}\n---\n# 怎么退货\n\n七天\n".encode())
    assert read.faults


def test_a_page_gives_its_words_without_what_is_around_them():
    html = """<html><head><title>帮助</title><script>evil()</script></head><body><nav>首页</nav>
    <main><h2>怎么退货？</h2><p>在<b>我的订单</b>里<a href="https://a.example/x">申请</a>。</p>
    <img src="//t.example/p.gif">
    <h2>多久退款？</h2><ul><li>三天</li></ul></main><footer>版权</footer></body></html>"""
    first, second = (read.record.content.zh for read in read_html(html))
    assert first.answer == "在**我的订单**里[申请](https://a.example/x)。"
    assert (second.question, second.answer) == ("多久退款？", "- 三天")


def test_a_page_without_headings_is_one_article_named_by_its_title():
    (read,) = read_html("<title>退货政策</title><body><p>七天内。</p></body>")
    assert read.record.content.zh == Side(question="退货政策", answer="七天内。")
