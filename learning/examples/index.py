"""All examples in memory: found by filters, counted by intent, and as fresh as their files are.

Some 10 MB for 14 000 examples; a file is read again when its time or size changes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import yaml

from bot.data_faults import Fault, Quota, check_quotas
from bot.training_data import MARKUP, Example, fold
from core.bilingual import Bilingual
from core.errors import Conflict
from learning.examples.place import Placed, read

#: What tells a file from what it was: time in nanoseconds, size, inode.
Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class Held:
    """An example and what it is found by.

    id: the hash of what it says and where: an example that somebody has changed is not there any more.
    place: its number in the file.  is_open: it stands in the form that is edited from here.
    """

    id: str
    example: Example
    place: int
    is_open: bool
    folded: str
    language: str


@dataclass(frozen=True)
class Filter:
    """Empty: any.  language: zh, zh-Hans, zh-Hant or en.  file: as an example names it."""

    intent: str = ""
    emotion: str = ""
    language: str = ""
    file: str = ""
    text: str = ""

    def takes(self, held: Held) -> bool:
        example, wanted = held.example, fold(self.text) if self.text else ""
        return (
            self.intent in ("", example.intent)
            and self.emotion in ("", example.emotion or "none")
            and held.language.startswith(self.language)
            and self.file in ("", str(example.path))
            and (wanted in held.folded or self.text.casefold() in example.marked.casefold())
        )


@dataclass(frozen=True)
class Snapshot:
    """All examples at one moment, in the order of their files.  number grows with each change."""

    number: int
    examples: tuple[Held, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Held]:
        return {held.id: held for held in self.examples}

    @cached_property
    def counts(self) -> dict[str, Counter[str]]:
        """By intent: how many in all (key all), of each language and of each emotion."""
        found: dict[str, Counter[str]] = {}
        for held in self.examples:
            count = found.setdefault(held.example.intent, Counter())
            count.update(["all", held.language, held.example.emotion or "none"])
        return found

    @cached_property
    def emotions(self) -> Counter[str]:
        return Counter(held.example.emotion or "none" for held in self.examples)

    @cached_property
    def entities(self) -> Counter[str]:
        """How often each is marked."""
        marked = (match for held in self.examples for match in MARKUP.finditer(held.example.marked))
        return Counter(match["name"] or match["long"] for match in marked)

    @cached_property
    def lacking(self) -> dict[str, list[Fault]]:
        """By intent or emotion: what it lacks, as the linter counts."""
        faults: dict[str, list[Fault]] = {}
        for fault in check_quotas([held.example for held in self.examples if held.is_open], Quota()):
            faults.setdefault(fault.where, []).append(fault)
        return faults

    def chosen(self, wanted: Filter) -> list[Held]:
        return [held for held in self.examples if wanted.takes(held)]

    def of_intent(self, intent: str) -> list[Held]:
        return [held for held in self.examples if held.example.intent == intent]


@dataclass
class Index:
    """The files below a folder.  For one thread."""

    folder: Path
    _files: dict[Path, tuple[Stamp, list[Held]]] = field(default_factory=dict)
    _snapshot: Snapshot = Snapshot(0)

    def snapshot(self) -> Snapshot:
        """Raises Conflict examples_broken for a file that is no YAML."""
        present = {path: _stamp(path) for path in sorted(_files_of(self.folder))}
        if {path: stamp for path, (stamp, _) in self._files.items()} != present:
            self._files = {path: self._file(path, stamp) for path, stamp in present.items()}
            held = tuple(held for _, found in self._files.values() for held in found)
            self._snapshot = Snapshot(self._snapshot.number + 1, held)
        return self._snapshot

    def _file(self, path: Path, stamp: Stamp) -> tuple[Stamp, list[Held]]:
        known = self._files.get(path)
        if known is not None and known[0] == stamp:
            return known
        return stamp, list(hold(parsed(path.read_bytes(), self.shown(path))))

    def shown(self, path: Path) -> Path:
        """A file as people name it: data/nlu/returns.yml."""
        return path.relative_to(self.folder.parent)

    def path(self, shown: Path) -> Path:
        return self.folder.parent / shown


def parsed(content: bytes, shown: Path) -> list[Placed]:
    try:
        return read(content.decode("utf-8"), shown)
    except (yaml.YAMLError, UnicodeDecodeError) as err:
        mark = getattr(err, "problem_mark", None)
        place = f"{shown}:{mark.line + 1}" if mark else str(shown)
        raise Conflict("examples_broken", detail=str(err), names=(Bilingual(place, place),)) from err


def hold(found: Sequence[Placed]) -> Iterator[Held]:
    seen: Counter[str] = Counter()
    for place, placed in enumerate(found):
        e = placed.example
        key = "\0".join((str(e.path), e.intent, e.marked, e.emotion or ""))
        digest = hashlib.sha256(key.encode()).hexdigest()[:16]
        seen[digest] += 1  # a text that stands there twice
        id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
        is_open = placed.item is not None and placed.block.is_long
        yield Held(id, e, place, is_open, fold(e.text), e.language)


def _files_of(folder: Path) -> Iterator[Path]:
    yield from folder.rglob("*.yml")
    yield from folder.rglob("*.yaml")


def _stamp(path: Path) -> Stamp:
    facts = path.stat()
    return facts.st_mtime_ns, facts.st_size, facts.st_ino
