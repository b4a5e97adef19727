"""`keting compare A B`: which sentences does model B understand otherwise than model A, and is it better?

Ends with 0; with 1 under `--strict` if B is significantly worse.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.tools.judging import Judged, intent_pairs, judge, slices
from bot.tools.metrics import Change, accuracy, change
from bot.tools.models import ROOT, ToolFailed, find, load, unreadable
from bot.tools.tables import Cell, Table, percent, text
from bot.tools.words import Bilingual, add_language, exit_status, terminal_language
from bot.training_data import Example, read_examples, read_heldout

#: Below this p the difference is no accident.
SIGNIFICANT = 0.05
#: A confidence that moved by at least this much is worth a line.
_MOVED = 0.15


@dataclass(frozen=True)
class Comparison:
    """The same sentences, in the same order, judged by both."""

    before: Sequence[Judged]
    after: Sequence[Judged]

    @property
    def change(self) -> Change:
        return change([j.right for j in self.before], [j.right for j in self.after])

    @property
    def is_worse(self) -> bool:
        """Significantly: more broken than fixed, and hardly by accident."""
        found = self.change
        return found.broken > found.fixed and found.p < SIGNIFICANT

    def tables(self) -> Iterator[Table]:
        pairs = list(zip(self.before, self.after, strict=True))
        yield self._summary()
        yield self._slices()
        fixed = [(a, b) for a, b in pairs if b.right and not a.right]
        broken = [(a, b) for a, b in pairs if a.right and not b.right]
        moved = [(a, b) for a, b in pairs if a.right == b.right and abs(_shift(a, b)) >= _MOVED]
        moved.sort(key=lambda pair: _shift(*pair))
        yield _sentences(Bilingual(f"改对了 {len(fixed)} 句", f"Fixed: {len(fixed)}"), fixed)
        yield _sentences(Bilingual(f"改错了 {len(broken)} 句", f"Broken: {len(broken)}"), broken)
        yield _sentences(
            Bilingual(f"置信度变化大的 {len(moved)} 句", f"Confidence moved: {len(moved)}"), moved
        )

    def _summary(self) -> Table:
        found = self.change
        if found.p >= SIGNIFICANT:
            verdict = Bilingual("差异可能只是偶然", "the difference may be an accident")
        elif found.broken > found.fixed:
            verdict = Bilingual("B 明显更差", "B is significantly worse")
        else:
            verdict = Bilingual("B 明显更好", "B is significantly better")
        note = Bilingual(
            f"改对 {found.fixed}，改错 {found.broken}，McNemar 检验 p = {found.p:.4f}：{verdict.zh}。",
            f"{found.fixed} fixed, {found.broken} broken, McNemar's test p = {found.p:.4f}: {verdict.en}.",
        )
        return Table(Bilingual("结论", "Verdict"), note=note)

    def _slices(self) -> Table:
        columns = [
            Bilingual("分组", "slice"),
            Bilingual("句数", "sentences"),
            Bilingual("A", "A"),
            Bilingual("B", "B"),
        ]
        after = {id(j.example): j for j in self.after}
        groups = [(Bilingual("全部", "all"), list(self.before)), *slices(self.before)]
        rows: list[list[Cell]] = [
            [
                name,
                str(len(group)),
                percent(accuracy(intent_pairs(group))),
                percent(accuracy(intent_pairs([after[id(j.example)] for j in group]))),
            ]
            for name, group in groups
        ]
        return Table(Bilingual("意图准确率", "Intent accuracy"), columns, rows)


def main(argv: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(argv)
    try:
        examples = _examples(given.sentences or [ROOT / "tests/heldout"])
        before, after = (load(find(name)) for name in (given.a, given.b))
        comparison = Comparison(judge(before, examples), judge(after, examples))
    except ToolFailed as failure:
        print(failure.text.to(given.lang), file=sys.stderr)
        return 2
    print(f"A: {before.name}\nB: {after.name}\n")
    print(text(list(comparison.tables()), given.lang))
    return 1 if given.strict and comparison.is_worse else 0


def _examples(folders: Sequence[Path]) -> list[Example]:
    """Held-out sets and training data alike.  Raises ToolFailed for a folder without any sentence."""
    found: list[Example] = []
    for folder in folders:
        try:
            these = [*read_heldout(folder), *read_examples(folder)]
        except (yaml.YAMLError, OSError) as err:
            raise ToolFailed(unreadable(folder, err)) from err
        if not these:
            raise ToolFailed(Bilingual(f"{folder} 中没有句子", f"there are no sentences in {folder}"))
        found += these
    return found


def _shift(before: Judged, after: Judged) -> float:
    """By how much the intent of A became likelier; one that was replaced fell to what B gives its own."""
    return after.understood.confidence - before.understood.confidence


def _sentences(title: Bilingual, pairs: Sequence[tuple[Judged, Judged]]) -> Table:
    if not pairs:
        return Table(title)
    columns = [
        Bilingual("应为", "is"),
        Bilingual("A 认为", "A says"),
        Bilingual("B 认为", "B says"),
        Bilingual("句子", "sentence"),
    ]
    return Table(title, columns, [[a.example.intent, _said(a), _said(b), a.example.text] for a, b in pairs])


def _said(judged: Judged) -> str:
    return f"{judged.understood.intent} {judged.understood.confidence:.2f}"


def _parser() -> argparse.ArgumentParser:
    language = terminal_language()

    def words(zh: str, en: str) -> str:
        return Bilingual(zh, en).to(language)

    parser = argparse.ArgumentParser(
        prog="keting compare", description=words("比较两个模型", "what model B understands otherwise than A")
    )
    add_language(parser)
    which = words("模型文件，或其哈希开头", "a model file, or the beginning of its hash")
    parser.add_argument("a", metavar="MODEL_A", help=which)
    parser.add_argument("b", metavar="MODEL_B", help=which)
    parser.add_argument(
        "--sentences",
        type=Path,
        action="append",
        metavar="FOLDER",
        help=words("用哪些带标注的句子，可多次给出（默认留出集）", "labelled sentences, may be repeated"),
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help=words("B 明显更差时以 1 结束", "end with 1 if B is significantly worse"),
    )
    return parser


if __name__ == "__main__":
    sys.exit(exit_status(main))
