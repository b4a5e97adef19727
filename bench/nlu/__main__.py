"""Runs the sets one after the other, each through its pipelines, and ends with the bars."""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Sequence
from dataclasses import replace

from bench import nlu, report
from bench.nlu import figures, job, kept, table
from bench.nlu.bars import rows
from bench.nlu.measured import Measured, measure
from bench.nlu.pipelines import NAMES, code_hash, config, what
from bench.nlu.sets import SETS, BenchSet, Split, public_folder

#: An hour: only on request, and then kept.
PEER = "diet"


def main() -> int:
    options = _options()
    load_before = round(os.getloadavg()[0], 2)
    result = report.Result("nlu", "understanding texts: ours against Rasa's own pipelines on the same sets")
    found: list[Measured] = []
    failed: list[str] = []
    for of in options.sets:
        if of.public and not public_folder().is_dir():
            result.notes.append(
                f"{of.name}: skipped, no public sets at {public_folder()} (KETING_BENCH_DATA)"
            )
            continue
        of_set = _run_set(of, options, failed)
        if of_set:
            table.show(of_set)
            found += of_set
    result.rows = rows(found)
    result.notes += [*_notes(found), *failed] if found else failed
    _tell(result, found, load_before, whole=len(options.sets) == len(SETS))
    return int(bool(result.missed or failed))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.nlu",
        description=nlu.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--sets", type=_sets, default=list(SETS.values()), help=", ".join(SETS))
    parser.add_argument("--pipelines", type=_pipelines, default=["ours", "lr"], help=", ".join(NAMES))
    parser.add_argument("--reuse", action="store_true", help="kept results of ours and lr as well")
    return parser.parse_args()


def _sets(given: str) -> list[BenchSet]:
    return [SETS[name] for name in _known(given, SETS)]


def _pipelines(given: str) -> list[str]:
    return _known(given, NAMES)


def _known(given: str, names: Sequence[str] | dict[str, BenchSet]) -> list[str]:
    wanted = given.split(",")
    for name in wanted:
        if name not in names:
            raise argparse.ArgumentTypeError(f"there is no {name!r}: {', '.join(names)}")
    return wanted


def _run_set(of: BenchSet, options: argparse.Namespace, failed: list[str]) -> list[Measured]:
    """What fails is told in `failed`: hours of other results are not lost for it."""
    splits, found = of.splits(public_folder()), []
    for name in (name for name in NAMES if name not in of.without):
        try:
            measured = _run(of, name, splits, options)
        except RuntimeError as err:
            print(err, flush=True)
            failed.append(f"{of.name}, {name}: failed, see above")
            continue
        found += [measured] if measured else []
    return found


def _run(of: BenchSet, name: str, splits: list[Split], options: argparse.Namespace) -> Measured | None:
    """Measured now, or kept from before; None for what is neither wanted nor kept."""
    if name == "lr" and of.lr_limit:
        splits = [replace(s, train=random.Random(0).sample(s.train, of.lr_limit)) for s in splits]
    key = kept.key(splits, config(name, of), code_hash(name))
    before = kept.load(of.name, name, key) if name == PEER or options.reuse else None
    if before or name not in options.pipelines:
        return before
    print(f"\n=== {of.name}, {name} (load of the machine {os.getloadavg()[0]:.2f})", flush=True)
    began, outcomes = time.monotonic(), []
    for split in splits:
        print(f"  training on {len(split.train):,} rows, then parsing", flush=True)
        outcomes.append(
            job.run(split, config(name, of), kept.folder() / "vectors.sqlite", foreign=of.foreign)
        )
    print(f"  {time.monotonic() - began:.0f} s", flush=True)
    measured = measure(of, name, splits, outcomes)
    kept.save(measured, key)
    return measured


def _notes(found: Sequence[Measured]) -> list[str]:
    names = [name for name in NAMES if any(m.pipeline == name for m in found)]
    notes = [f"{name}: {what(name)}" for name in names]
    notes.append("every message is parsed alone by a loaded agent; times are of 300 of them, after a warm-up")
    notes.append("vectors with an empty cache: timed on a sample of the training texts, times their number")
    for m in found:
        limit = SETS[m.of].lr_limit
        if limit and m.pipeline == "lr":
            notes.append(
                f"{m.of}, {m.pipeline}: trained on {limit:,} rows drawn by chance; all would take too long"
            )
        if m.pipeline == PEER:
            notes.append(f"{m.of}, {m.pipeline}: measured {m.at}")
    return notes


def _tell(result: report.Result, found: Sequence[Measured], load_before: float, *, whole: bool) -> None:
    barred = [row for row in result.rows if row.met is not None]
    report.show(replace(result, rows=barred))
    if not whole:
        result.name = "nlu-partial"
    paths = [report.write(result, load_before), *figures.draw(found, report.RESULTS, result.name)]
    print("\nresults: " + ", ".join(str(path.relative_to(report.ROOT)) for path in paths))


if __name__ == "__main__":
    raise SystemExit(main())
