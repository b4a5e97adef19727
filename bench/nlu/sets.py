"""The sets: what is trained on, and what the result is tried on."""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from bot.training_data import Example, is_traditional, read_examples, read_heldout
from dialogue.escape import escape

ROOT = Path(__file__).resolve().parents[2]
DRAWS = (1, 2, 3)  # seeds
#: Label of what belongs to no label.
OOS = "oos"


class Row(NamedTuple):
    """A text, its label, and its feeling where one is known."""

    text: str
    label: str
    emotion: str = ""


Rows = Sequence[Row]


@dataclass(frozen=True)
class Split:
    """tests: by name; `test` is the one that columns are about.  slices: which rows of it, by name."""

    train: Rows
    tests: Mapping[str, Rows]
    slices: dict[str, list[int]] = field(default_factory=dict)


#: The folder of public sets to what is trained on and tried; several where a mean of draws is told.
Splits = Callable[[Path], list[Split]]


@dataclass(frozen=True)
class BenchSet:
    """kind: whether labels are intents or emotions.

    public: needs the folder of public sets.  foreign: its emotions are not those of our bot.  lr_limit: so
    many training rows, drawn by chance, where linear Rasa would take an hour on all.  without: pipelines that
    would take hours; on some of its rows, which are a set of their own, they are compared with the others.
    """

    name: str
    language: str
    splits: Splits
    kind: str = "intent"
    public: bool = True
    foreign: bool = False
    lr_limit: int | None = None
    without: tuple[str, ...] = ()


def public_folder() -> Path:
    return Path(os.environ.get("KETING_BENCH_DATA") or ROOT.parent / "shared" / "data")


def _rows(path: Path, *, emotion: bool = False) -> list[Row]:
    """`text<TAB>label` a line.  Blanks of every kind become one: Rasa's files are read line by line.

    A slash before a text is disguised as the service does it: Rasa would take the rest for a command.
    """
    found = []
    for line in path.read_text("utf-8").split("\n"):
        text, _, label = line.rstrip("\r").rpartition("\t")
        if text:
            found.append(Row(escape(" ".join(text.split())), label, label if emotion else ""))
    return found


def _banking(file: str) -> Splits:
    def splits(folder: Path) -> list[Split]:
        where = folder / "banking77"
        return [Split(_rows(where / file), {"test": _rows(where / "test.tsv")})]

    return splits


def _clinc(folder: Path) -> list[Split]:
    """What is out of scope is never trained on, only tried."""
    files = {"test": "test", "test_oos": "oos_test", "val": "val", "val_oos": "oos_val"}
    where = folder / "clinc150"
    tests = {name: _rows(where / f"{file}.tsv") for name, file in files.items()}
    return [Split(_rows(where / "train.tsv"), tests)]


def _smp(folder: Path) -> list[Split]:
    where = folder / "smp2017_zh"
    test = _rows(where / "test.tsv")
    tests = {"test": test, "traditional": in_traditional(test)}
    return [Split(_rows(where / "train.tsv"), tests)]


def _few(of: Splits, shots: int, seeds: Sequence[int]) -> Splits:
    """So many training rows a label, drawn for each seed anew; the same tests."""

    def splits(folder: Path) -> list[Split]:
        [whole] = of(folder)
        return [replace(whole, train=few(whole.train, shots, seed)) for seed in seeds]

    return splits


def _emotions(name: str) -> Splits:
    def splits(folder: Path) -> list[Split]:
        train, test = (_rows(folder / name / f"{file}.tsv", emotion=True) for file in ("train", "test"))
        return [Split(train, {"test": test})]

    return splits


def _held_out(_: Path) -> list[Split]:
    """The project's own data against what was written without sight of it."""
    held_out = list(read_heldout(ROOT / "tests" / "heldout"))
    slices: dict[str, list[int]] = {"zh": [], "en": [], "zh-Hans": [], "zh-Hant": []}
    for i, example in enumerate(held_out):
        slices[example.path.stem].append(i)
        if example.path.stem == "zh":
            slices["zh-Hant" if is_traditional(example.text) else "zh-Hans"].append(i)
    train, test = ([_row(e) for e in found] for found in (read_examples(ROOT / "data"), held_out))
    return [Split(train, {"test": test}, slices)]


def _row(example: Example) -> Row:
    return Row(example.text, example.intent, example.emotion or "")


def _held_out_emotions(folder: Path) -> list[Split]:
    """The same rows, with feelings for labels."""
    [split] = _held_out(folder)
    train = [row._replace(label=row.emotion) for row in split.train if row.emotion]
    test = [row._replace(label=row.emotion) for row in split.tests["test"]]
    return [replace(split, train=train, tests={"test": test})]


def few(rows: Rows, shots: int, seed: int) -> list[Row]:
    """So many rows a label, or all where there are fewer, drawn by chance."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.label].append(row)
    chance = random.Random(seed)
    return [
        row
        for label in sorted(groups)
        for row in chance.sample(groups[label], min(shots, len(groups[label])))
    ]


def in_traditional(rows: Rows) -> list[Row]:
    """As it would be written in Taiwan, words included."""
    from opencc import OpenCC

    convert = OpenCC("s2twp").convert
    return [row._replace(text=convert(row.text)) for row in rows]


_HELD_OUT_LANGUAGE = "zh"  # as in config.yml: jieba parts the words of both
_EWECT, _GOEMOTIONS = _emotions("ewect_usual_zh"), _emotions("goemotions_ekman7")
_HOURS = ("diet",)
SETS = {
    s.name: s
    for s in (
        BenchSet("banking77-5", "en", _banking("train_5.tsv")),
        BenchSet("banking77-10", "en", _banking("train_10.tsv")),
        BenchSet("banking77", "en", _banking("train.tsv"), without=_HOURS),
        BenchSet("clinc150-10", "en", _few(_clinc, 10, DRAWS[:1])),
        BenchSet("clinc150", "en", _clinc, without=_HOURS),
        BenchSet("smp2017-10", "zh", _few(_smp, 10, DRAWS)),
        BenchSet("smp2017", "zh", _smp),
        BenchSet("ewect-100", "zh", _few(_EWECT, 100, DRAWS[:1]), "emotion", foreign=True),
        BenchSet("ewect", "zh", _EWECT, "emotion", foreign=True, without=_HOURS),
        BenchSet("goemotions-100", "en", _few(_GOEMOTIONS, 100, DRAWS[:1]), "emotion", foreign=True),
        BenchSet("goemotions", "en", _GOEMOTIONS, "emotion", foreign=True, lr_limit=12_000, without=_HOURS),
        BenchSet("heldout", _HELD_OUT_LANGUAGE, _held_out, public=False, without=_HOURS),
        BenchSet(
            "heldout-emotion",
            _HELD_OUT_LANGUAGE,
            _held_out_emotions,
            "emotion",
            public=False,
            without=_HOURS,
        ),
    )
}
