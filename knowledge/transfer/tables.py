"""CSV and Excel: a row an article.  Columns in any order, by our names or by common ones in both
languages."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from core.errors import Invalid
from knowledge.content import Button, Content, Side
from knowledge.search.tokens import is_chinese
from knowledge.transfer.archives import check_archive
from knowledge.transfer.records import Read, Record, check_count, fault

COLUMNS = (
    "slug state category zh_question zh_similar zh_answer en_question en_similar en_answer buttons audience "
    "channels tags valid_from valid_until"
).split()
#: Other names of columns; question, similar and answer take the language of the question.
ALIASES = {
    "问题": "question",
    "标题": "question",
    "title": "question",
    "相似问题": "similar",
    "相似问": "similar",
    "similar questions": "similar",
    "答案": "answer",
    "回答": "answer",
    "内容": "answer",
    "content": "answer",
    "中文问题": "zh_question",
    "中文相似问题": "zh_similar",
    "中文答案": "zh_answer",
    "英文问题": "en_question",
    "英文相似问题": "en_similar",
    "英文答案": "en_answer",
    "分类": "category",
    "类目": "category",
    "标签": "tags",
    "渠道": "channels",
    "受众": "audience",
    "状态": "state",
    "地址": "slug",
    "按钮": "buttons",
    "生效时间": "valid_from",
    "失效时间": "valid_until",
}
_KNOWN = {*COLUMNS, "question", "similar", "answer"}
#: A cell that begins so is a formula for spreadsheet programs.
_RISKY = re.compile(r"'*[=+\-@\t\r]")
_ENCODINGS = ("utf-8-sig", "gb18030")
_DELIMITERS = ",;\t"
_LONGEST_CELL = 32_767  # Excel's own limit


def read_csv(data: bytes) -> list[Read]:
    """UTF-8, UTF-16 with its mark, or GB 18030; commas, semicolons or tabs.  Raises Invalid."""
    text = _decoded(data)
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    csv.field_size_limit(1024 * 1024)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise Invalid("invalid", field="file") from None
    return _records([[_bare(cell) for cell in row] for row in rows])


def _decoded(data: bytes) -> str:
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else _ENCODINGS
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("bad_text", field="file")


def write_csv(records: Iterable[Record]) -> bytes:
    """UTF-8 with a mark, which Excel wants; what looks like a formula gets an apostrophe before it."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(COLUMNS)
    for record in records:
        writer.writerow([_guarded(cell) for cell in _cells(record)])
    return target.getvalue().encode("utf-8-sig")


def _guarded(cell: str) -> str:
    return "'" + cell if _RISKY.match(cell) else cell


def _bare(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _RISKY.match(cell) else cell


def read_xlsx(data: bytes) -> list[Read]:
    """The first sheet.  Raises Invalid, TooLarge."""
    check_archive(data)
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = [[_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]
        book.close()
    except Exception:  # whatever a broken file makes of it
        raise Invalid("invalid", field="file") from None
    return _records(rows)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def write_xlsx(records: Iterable[Record]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("articles")
    for cells in (COLUMNS, *map(_cells, records)):
        row = []
        for text in cells:
            cell = WriteOnlyCell(sheet, value=text[:_LONGEST_CELL])
            cell.data_type = "s"  # text, also where it looks like a formula
            row.append(cell)
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


# -- rows ----------------------------------------------------------------------------------------------------


def _cells(record: Record) -> list[str]:
    zh, en = record.content.zh, record.content.en
    buttons = msgspec.json.encode(record.content.buttons).decode() if record.content.buttons else ""
    return [
        record.slug,
        record.state,
        record.category,
        zh.question,
        "\n".join(zh.similar),
        zh.answer,
        en.question,
        "\n".join(en.similar),
        en.answer,
        buttons,
        record.audience,
        ",".join(record.channels),
        ",".join(record.tags),
        record.valid_from,
        record.valid_until,
    ]


def _records(rows: Sequence[Sequence[str]]) -> list[Read]:
    """The first row names the columns; places count as people count, so the first article is in row 2."""
    names = [_column(cell) for cell in rows[0]] if rows else []
    if not {"question", "zh_question", "en_question"} & set(names):
        raise Invalid("required", field="question")
    found = []
    for number, cells in enumerate(rows[1:], 2):
        given = {
            name: cell.strip() for name, cell in zip(names, cells, strict=False) if name and cell.strip()
        }
        if given:
            found.append(_record(str(number), given))
    return check_count(found)


def _column(name: str) -> str:
    key = " ".join(name.lower().replace("\ufeff", "").split())
    key = ALIASES.get(key, key.replace(" ", "_"))
    return key if key in _KNOWN else ""


def _record(place: str, given: dict[str, str]) -> Read:
    if "question" in given:
        language = "zh" if is_chinese(given["question"]) else "en"
        for name in ("question", "similar", "answer"):
            given.setdefault(f"{language}_{name}", given.get(name, ""))
    faults = []
    buttons: tuple[Button, ...] = ()
    if "buttons" in given:
        try:
            buttons = msgspec.json.decode(given["buttons"], type=tuple[Button, ...])
        except (msgspec.DecodeError, msgspec.ValidationError):
            faults.append(fault(Invalid("bad_json", field="buttons")))
    record = Record(
        content=Content(zh=_side("zh", given), en=_side("en", given), buttons=buttons),
        slug=given.get("slug", ""),
        state=given.get("state", ""),
        category=given.get("category", ""),
        audience=given.get("audience", "public"),
        channels=_list(given.get("channels", "")),
        tags=_list(given.get("tags", "")),
        valid_from=given.get("valid_from", ""),
        valid_until=given.get("valid_until", ""),
    )
    return Read(place, record, tuple(faults))


def _side(language: str, given: dict[str, str]) -> Side:
    similar = given.get(f"{language}_similar", "")
    return Side(
        question=given.get(f"{language}_question", ""),
        similar=tuple(line.strip() for line in similar.split("\n") if line.strip()),
        answer=given.get(f"{language}_answer", ""),
    )


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r"[,，、;；]", text) if part.strip())
