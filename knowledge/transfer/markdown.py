"""Markdown: a file an article, with its properties as front matter, or one article a heading.

---
slug: returns
category: 退换与退款 | Returns & refunds
similar_zh: [不想要了怎么退]
---
<!-- lang: zh -->
# 怎么退货？

在“我的订单”里申请。
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import yaml

from core.errors import Invalid
from knowledge.content import LANGUAGES, LONGEST_QUESTION, Button, Content, Language, Side
from knowledge.search.tokens import is_chinese
from knowledge.transfer.archives import check_archive
from knowledge.transfer.records import Read, Record, check_count, fault

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_LANGUAGE = re.compile(r"^<!-- lang: (zh|en) -->[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_TEXTS = ("slug", "state", "category", "audience", "valid_from", "valid_until")


def read_markdown(data: bytes, name: str = "") -> list[Read]:
    """Raises Invalid."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise Invalid("bad_text", field="file") from None
    front = _FRONT.match(text)
    if front is None:
        return sections(text)
    return [_whole(name or "1", front[1], text[front.end() :])]


def _whole(place: str, front: str, body: str) -> Read:
    try:
        given = yaml.safe_load(front) or {}
        if not isinstance(given, dict):
            raise ValueError
        record = Record(
            content=_content(given, body),
            channels=_texts(given.get("channels")),
            tags=_texts(given.get("tags")),
            **{name: str(given[name]) for name in _TEXTS if given.get(name) is not None},
        )
    except (yaml.YAMLError, msgspec.ValidationError, ValueError, TypeError):
        return Read(place, Record(), (fault(Invalid("invalid", field="front matter")),))
    return Read(place, record)


def _content(given: Mapping[str, Any], body: str) -> Content:
    sides: dict[Language, Side] = {}
    for language, text in _sides(body):
        heading, _, answer = text.strip("\n").partition("\n")
        has_heading = heading.startswith("# ")
        question = heading[2:].strip() if has_heading else str(given.get("question") or "")
        sides[language] = Side(
            question=question,
            similar=_texts(given.get(f"similar_{language}")),
            answer=(answer if has_heading else text).strip(),
        )
    buttons = msgspec.convert(given.get("buttons") or [], tuple[Button, ...])
    return Content(zh=sides.get("zh", Side()), en=sides.get("en", Side()), buttons=buttons)


def _sides(body: str) -> list[tuple[Language, str]]:
    """Each part with its language: as marked, else that of its script."""
    parts = _LANGUAGE.split(body)
    if len(parts) == 1:
        return [("zh" if is_chinese(body) else "en", body)]
    named = zip(parts[1::2], parts[2::2], strict=True)
    return [("zh" if language == "zh" else "en", text) for language, text in named]


def _texts(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value] if value else []
    return tuple(str(item).strip() for item in items if str(item).strip())


def sections(text: str) -> list[Read]:
    """One article a heading: of the level that most headings with words below them have."""
    found = [section for section in _headed(text) if section[2].strip() and section[1]]
    if not found:
        raise Invalid("required", field="file")
    levels = [level for level, _, _ in found]
    chosen = max(sorted(set(levels)), key=levels.count)
    return check_count(
        [_section(heading, body) for level, heading, body in _below(_headed(text), chosen) if body.strip()]
    )


def _section(heading: str, body: str) -> Read:
    question = re.sub(r"^[\d.、)）\s]+(?=\S)|[*_`]", "", heading).strip() or heading
    side = Side(question=question[:LONGEST_QUESTION], answer=body.strip())
    content = Content(zh=side) if is_chinese(heading) else Content(en=side)
    return Read(heading[:80], Record(content=content))


def _headed(text: str) -> list[tuple[int, str, str]]:
    """(level, heading, words up to the next heading); code blocks have no headings."""
    found: list[tuple[int, str, str]] = []
    lines: list[str] = []
    level, heading, fence = 0, "", ""
    for line in text.split("\n"):
        if mark := _FENCE.match(line):
            fence = "" if fence == mark[1] else fence or mark[1]
        match = None if fence else _HEADING.match(line)
        if match is None:
            lines.append(line)
            continue
        found.append((level, heading, "\n".join(lines)))
        level, heading, lines = len(match[1]), match[2], []
    return [*found, (level, heading, "\n".join(lines))]


def _below(found: list[tuple[int, str, str]], chosen: int) -> list[tuple[int, str, str]]:
    """Sections of the chosen level, with those below them as part of their words."""
    whole: list[tuple[int, str, str]] = []
    is_open = False
    for level, heading, body in found:
        if level == chosen:
            whole.append((level, heading, body))
            is_open = True
        elif level > chosen and is_open:
            above = whole[-1]
            whole[-1] = (above[0], above[1], f"{above[2]}\n{'#' * level} {heading}\n{body}")
        else:
            is_open = False
    return whole


def write_markdown(record: Record) -> str:
    front: dict[str, Any] = {name: value for name in _TEXTS if (value := getattr(record, name))}
    front |= {name: list(value) for name in ("channels", "tags") if (value := getattr(record, name))}
    for language in LANGUAGES:
        if similar := record.content.side(language).similar:
            front[f"similar_{language}"] = list(similar)
    if record.content.buttons:
        front["buttons"] = msgspec.to_builtins(record.content.buttons, builtin_types=())
    parts = [f"---\n{yaml.safe_dump(_plain(front), allow_unicode=True, sort_keys=False, width=110)}---"]
    for language in LANGUAGES:
        side = record.content.side(language)
        if side.question:
            parts.append(f"<!-- lang: {language} -->\n# {side.question}\n\n{side.answer}")
    return "\n\n".join(parts) + "\n"


def _plain(value: Any) -> Any:
    """Lists for tuples: YAML has no others."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def read_zip(data: bytes) -> list[Read]:
    """Every .md file of an archive.  Raises Invalid, TooLarge."""
    check_archive(data)
    found: list[Read] = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            if entry.filename.endswith(".md") and not entry.is_dir():
                try:
                    found += read_markdown(archive.read(entry), entry.filename)
                except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
                    raise Invalid("invalid", field="file") from None
    return check_count(found)


def write_zip(records: Iterable[Record]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, record in enumerate(records, 1):
            archive.writestr(f"{record.slug or number}.md", write_markdown(record))
    return target.getvalue()
