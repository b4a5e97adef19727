"""One NLU file with the place of each of its examples, which a change of the file needs.

Finds what bot.training_data.read_examples finds, in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.training_data import MARKUP, Example

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Block:
    """The examples of one intent in one file; a file may have several blocks of an intent."""

    intent: str
    examples: Any  # the node of the list, or of a text in Rasa's short form

    @property
    def is_long(self) -> bool:
        """In Rasa's long form, which alone has room for an emotion, with one example a line at least."""
        return isinstance(self.examples, yaml.SequenceNode) and not self.examples.flow_style


@dataclass(frozen=True)
class Placed:
    """item: the node of an example; None in the short form, whose examples have no node of their own."""

    example: Example
    block: Block
    item: Any


def read(source: str, path: Path) -> list[Placed]:
    """Every example of a file, in its order.  path is only written down.  Raises yaml.YAMLError."""
    return [placed for block in blocks(source) for placed in _of(block, path)]


def blocks(source: str) -> Iterator[Block]:
    nlu = value(yaml.compose(source, Loader=_Loader), "nlu")
    for node in nlu.value if isinstance(nlu, yaml.SequenceNode) else []:
        intent, examples = value(node, "intent"), value(node, "examples")
        if intent is not None and examples is not None:
            yield Block(str(intent.value), examples)


def _of(block: Block, path: Path) -> Iterator[Placed]:
    def made(marked: str, emotion: str | None, node: Any) -> Example:
        return example(marked, block.intent, emotion, path, node.start_mark.line + 1)

    if not isinstance(block.examples, yaml.SequenceNode):
        for line in str(block.examples.value).splitlines():
            yield Placed(made(line.lstrip("- ").strip(), None, block.examples), block, None)
        return
    for item in block.examples.value:
        text, emotion = value(item, "text"), value(value(item, "metadata"), "emotion")
        marked = str(text.value).strip() if text is not None else ""
        yield Placed(made(marked, None if emotion is None else str(emotion.value), item), block, item)


def example(marked: str, intent: str, emotion: str | None, path: Path, line: int) -> Example:
    """An example whose text with entity markup is marked."""
    return Example(MARKUP.sub(lambda m: m["surface"], marked), marked, intent, emotion, path, line)


def value(node: Any, key: str) -> Any:
    """The node under a key; None where there is none."""
    if isinstance(node, yaml.MappingNode):
        return next((found for name, found in node.value if name.value == key), None)
    return None
