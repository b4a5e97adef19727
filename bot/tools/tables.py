"""A report as titled tables, written for the terminal or as one HTML page without scripts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from bot.tools.words import Bilingual, Language

#: A word in both languages, or the same in every language: a label, a number, a visitor's sentence.
Cell = str | Bilingual

_WIDEST = 60


@dataclass(frozen=True)
class Table:
    """note: how to read it.  svg: a drawing of it, for the page only."""

    title: Bilingual
    columns: Sequence[Bilingual] = ()
    rows: Sequence[Sequence[Cell]] = field(default_factory=list)
    note: Bilingual | None = None
    svg: str = ""


def percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def text(tables: Sequence[Table], language: Language) -> str:
    return "\n\n".join("\n".join(_lines(table, language)) for table in tables)


def page(title: Bilingual, tables: Sequence[Table], language: Language) -> str:
    """One file that any browser opens, wide tables scrolling by themselves."""
    tag = "zh-CN" if language == "zh" else "en"
    name = escape(title.to(language))
    body = "\n".join(_section(table, language) for table in tables)
    return (
        f'<!doctype html>\n<html lang="{tag}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{name}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{name}</h1>\n{body}\n</main></body></html>\n"
    )


def _lines(table: Table, language: Language) -> Iterator[str]:
    yield f"== {table.title.to(language)}"
    if table.columns:
        rows = [[c.to(language) for c in table.columns]] + [
            [_word(c, language) for c in row] for row in table.rows
        ]
        widths = [max(_width(_cut(row[i])) for row in rows) for i in range(len(table.columns))]
        for row in rows:
            last = len(row) - 1
            cells = [w if i == last else _padded(_cut(w), widths[i]) for i, w in enumerate(row)]
            yield "  ".join(cells).rstrip()
    if table.note:
        yield table.note.to(language)


def _section(table: Table, language: Language) -> str:
    parts = [f"<section><h2>{escape(table.title.to(language))}</h2>"]
    if table.note:
        parts.append(f"<p>{escape(table.note.to(language))}</p>")
    if table.svg:
        parts.append(f"<figure>{table.svg}</figure>")
    if table.columns:
        head = "".join(f'<th scope="col">{escape(c.to(language))}</th>' for c in table.columns)
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(_word(c, language))}</td>" for c in row) + "</tr>"
            for row in table.rows
        )
        parts.append(
            f'<div class="wide" tabindex="0"><table><thead><tr>{head}</tr></thead>'
            f"<tbody>{rows}</tbody></table></div>"
        )
    return "".join([*parts, "</section>"])


def _word(cell: Cell, language: Language) -> str:
    word = cell.to(language) if isinstance(cell, Bilingual) else cell
    return " ".join(word.split())


def _cut(word: str) -> str:
    return word if len(word) <= _WIDEST else word[: _WIDEST - 1] + "…"


def _padded(word: str, width: int) -> str:
    return word + " " * (width - _width(word))


def _width(word: str) -> int:
    """Columns of a terminal: East Asian characters take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in word
    )


_STYLE = (
    ":root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;margin:0}"
    "main{max-width:64rem;margin:0 auto;padding:1rem}.wide{overflow-x:auto}"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
    "th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8884;"
    "vertical-align:top}figure{margin:0}svg{max-width:26rem;width:100%}"
)
