"""Which format a file has, by its name, and the functions for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from core.errors import Invalid, WrongType
from knowledge.transfer.markdown import read_markdown, read_zip, write_zip
from knowledge.transfer.pages import read_docx, read_html
from knowledge.transfer.records import Read, Record, check_count
from knowledge.transfer.tables import read_csv, read_xlsx, write_csv, write_xlsx

Write = Callable[[Iterable[Record]], bytes]


def read_json(data: bytes) -> list[Read]:
    try:
        records = msgspec.json.decode(data, type=list[Record])
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError):
        raise Invalid("bad_json", field="file") from None
    return check_count([Read(str(number), record) for number, record in enumerate(records, 1)])


def write_json(records: Iterable[Record]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(list(records)), indent=1)


READERS: dict[str, Callable[[bytes], list[Read]]] = {
    "csv": read_csv,
    "xlsx": read_xlsx,
    "md": read_markdown,
    "zip": read_zip,
    "docx": read_docx,
    "json": read_json,
    "html": lambda data: read_html(data.decode("utf-8", "replace")),
}
#: Format: how it is written, and what it is sent as.
WRITERS: dict[str, tuple[Write, str]] = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "zip": (write_zip, "application/zip"),
    "json": (write_json, "application/json"),
}


def read(name: str, data: bytes) -> list[Read]:
    """Raises WrongType for other files, Invalid and TooLarge for what cannot be read.  Takes a while: in a
    thread."""
    reader = READERS.get(name.rpartition(".")[2].lower())
    if reader is None:
        raise WrongType(field="file")
    return reader(data)
