"""Changes of the text of one NLU file that leave every line alone which they are not about.

Comments, order, quotes and line ends of everything else stay byte for byte.  Each change is read back: where
the file would not say exactly what was asked for, because it is written in a way that we do not know, Unknown
is raised instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from learning.examples.place import Placed, read, value

#: Line ends as YAML counts them.
_LINE = re.compile("[^\r\n\x85\u2028\u2029]*(?:\r\n|[\r\n\x85\u2028\u2029])|[^\r\n\x85\u2028\u2029]+$")
_INDENT = 2


class Unknown(Exception):
    """The file is written in a way that is not changed from here."""


@dataclass(frozen=True)
class Words:
    """What an example says: its text with entity markup, and its emotion."""

    marked: str
    emotion: str


def changed(source: str, place: int, words: Words) -> str:
    """The place-th example of the file says something else; its intent stays."""
    found = read(source, Path())
    item, lines = _item(found, place), _LINE.findall(source)
    _set_emotion(lines, item, words.emotion)  # first what comes last: places before it stay true
    _set_text(lines, item, words.marked)
    wanted = [_facts(placed) for placed in found]
    wanted[place] = (wanted[place][0], words.marked, words.emotion)
    return _checked("".join(lines), wanted)


def removed(source: str, place: int) -> str:
    """Without the place-th example.  Unknown for the only one of a block, which cannot be empty."""
    found = read(source, Path())
    item, lines = _item(found, place), _LINE.findall(source)
    if len(found[place].block.examples.value) == 1:
        raise Unknown("the only example")
    del lines[item.start_mark.line : _last_line(item, lines) + 1]
    wanted = [_facts(placed) for placed in found]
    del wanted[place]
    return _checked("".join(lines), wanted)


def added(source: str, intent: str, new: Sequence[Words]) -> str:
    """With more examples at the end of the intent's last block.  Unknown if there is none to follow."""
    found, lines = read(source, Path()), _LINE.findall(source)
    places = [i for i, p in enumerate(found) if p.example.intent == intent and p.block.is_long]
    if not places:
        raise Unknown(intent)
    after = found[places[-1]]
    at, end = _last_line(after.item, lines), _line_end(lines)
    dash, key = after.block.examples.start_mark.column, after.item.start_mark.column
    _insert(lines, at + 1, [line for words in new for line in _written(words, dash, key)], end)
    wanted = [_facts(placed) for placed in found]
    wanted[places[-1] + 1 : places[-1] + 1] = [(intent, words.marked, words.emotion) for words in new]
    return _checked("".join(lines), wanted)


def _written(words: Words, dash: int, key: int) -> list[str]:
    outer, inner = " " * key, " " * (key + _INDENT)
    head = f"{' ' * dash}-".ljust(key)
    return [
        f"{head}text: |",
        f"{inner}{words.marked}",
        f"{outer}metadata:",
        f"{inner}emotion: {words.emotion}",
    ]


def _item(found: Sequence[Placed], place: int) -> Any:
    item = found[place].item
    if not isinstance(item, yaml.MappingNode):
        raise Unknown("short form")
    return item


def _insert(lines: list[str], at: int, new: Sequence[str], end: str) -> None:
    """The file's last line may have no end."""
    if at and not _is_ended(lines[at - 1]):
        lines[at - 1] += end
    lines[at:at] = [line + end for line in new]


def _set_text(lines: list[str], item: Any, marked: str) -> None:
    node = value(item, "text")
    if node is None:
        raise Unknown("no text")
    if str(node.value).strip() == marked:
        return
    if node.style not in ("|", ">"):
        return _replace(lines, node, json.dumps(marked, ensure_ascii=False))
    first, last = node.start_mark.line + 1, _last_line(node, lines)
    indent = _indent(lines[first]) if first <= last else " " * (item.start_mark.column + _INDENT)
    lines[first : last + 1] = [f"{indent}{marked}{_line_end(lines)}"]


def _set_emotion(lines: list[str], item: Any, emotion: str) -> None:
    metadata = value(item, "metadata")
    node = value(metadata, "emotion")
    if node is not None:
        return None if node.value == emotion else _replace(lines, node, emotion)
    if metadata is None:
        at, outer = _last_line(item, lines), " " * item.start_mark.column
        new = [f"{outer}metadata:", f"{outer}{' ' * _INDENT}emotion: {emotion}"]
    elif isinstance(metadata, yaml.MappingNode) and not metadata.flow_style and metadata.value:
        at, new = _last_line(metadata, lines), [f"{' ' * metadata.start_mark.column}emotion: {emotion}"]
    else:
        raise Unknown("metadata")
    _insert(lines, at + 1, new, _line_end(lines))


def _replace(lines: list[str], node: Any, text: str) -> None:
    """A scalar that is not a block: from its first character to its last."""
    start, end = node.start_mark, node.end_mark
    joined = lines[start.line][: start.column] + text + lines[end.line][end.column :]
    lines[start.line : end.line + 1] = [joined]


def _last_line(node: Any, lines: list[str]) -> int:
    """The last line that a node says something in; comments and blank lines after it are not its own."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return _last_line(node.value[-1][1], lines)
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return _last_line(node.value[-1], lines)
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        return _end_of_block(node.start_mark.line, lines)
    return int(node.end_mark.line)


def _end_of_block(head: int, lines: list[str]) -> int:
    """Of a literal or folded text: as far as lines are indented like its first."""
    last, indent = head, None
    for at in range(head + 1, len(lines)):
        if not lines[at].strip():
            continue
        indent = indent if indent is not None else len(_indent(lines[at]))
        if len(_indent(lines[at])) < indent or (last == head and indent <= len(_indent(lines[head]))):
            break
        last = at
    return last


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" "))]


def _is_ended(line: str) -> bool:
    return line[-1:] in ("\n", "\r", "\x85", "\u2028", "\u2029")


def _line_end(lines: Sequence[str]) -> str:
    return "\r\n" if lines and lines[0].endswith("\r\n") else "\n"


_Said = tuple[str, str, str | None]


def _facts(placed: Placed) -> _Said:
    return placed.example.intent, placed.example.marked, placed.example.emotion


def _checked(source: str, wanted: list[_Said]) -> str:
    try:
        found = [_facts(placed) for placed in read(source, Path())]
    except yaml.YAMLError as err:
        raise Unknown(str(err)) from err
    if found != wanted:
        raise Unknown("reads differently")
    return source
