"""`keting data check`, or `python -m bot.data_check`: is the training data fit to train on?

Prints the counts per intent, language, script and emotion, then one line for each fault: where, what, how to
mend it. Ends with 1 if there is any. Takes the intents from domain.yml; another business changes nothing.
Needs no Rasa, so it runs on either side's Python.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from bot.data_faults import Fault, Quota, check
from bot.tools.words import Bilingual, add_language
from bot.training_data import EMOTIONS, LANGUAGES, Example, by_intent, read_examples, read_heldout

ROOT = Path(__file__).resolve().parent.parent


#: Rasa's own; examples of it are texts that say nothing that could be answered.
_NOT_UNDERSTOOD = "nlu_fallback"


def report(examples: Sequence[Example]) -> Iterator[str]:
    """The table of counts, one line an intent and one for the sum."""
    columns = [*LANGUAGES, *EMOTIONS]
    yield f"{'intent':<24}{'all':>6}" + "".join(f"{title:>13}" for title in columns)
    for intent, group in [*sorted(by_intent(examples).items()), ("all", list(examples))]:
        count = Counter([*(e.language for e in group), *(e.emotion for e in group)])
        yield f"{intent:<24}{len(group):>6}" + "".join(f"{count[title]:>13}" for title in columns)


def known_intents(domain: Path) -> frozenset[str] | None:
    """The intents that the domain declares, and what Rasa knows without; None if there is no such file."""
    names = declared(domain, "intents")
    return None if names is None else names | {_NOT_UNDERSTOOD}


def declared(domain: Path, kind: str) -> frozenset[str] | None:
    """The names that the domain lists under kind: intents or entities; None if there is no such file.

    Only their block is parsed: Rasa reads the rest by YAML 1.2, where PyYAML would stumble.
    """
    if not domain.exists():
        return None
    block = re.search(rf"^{kind}:.*\n(?:(?:[ \-#].*)?\n)*", domain.read_text("utf-8") + "\n", re.MULTILINE)
    names = (yaml.safe_load(block[0]) or {}).get(kind) or [] if block else []
    return frozenset(next(iter(item)) if isinstance(item, dict) else str(item) for item in names)


def main(argv: Sequence[str] | None = None) -> int:
    given = vars(_parser().parse_args(argv))
    folder, domain, held_out, language = (given.pop(key) for key in ("folder", "domain", "heldout", "lang"))
    try:
        examples = list(read_examples(folder))
        faults = check(examples, known_intents(domain), Quota(**given), list(read_heldout(held_out)))
    except yaml.YAMLError as error:
        print(
            Bilingual(f"不是有效的 YAML：{error}", f"not readable as YAML: {error}").to(language),
            file=sys.stderr,
        )
        return 1
    if not examples:
        what = Bilingual("没有找到例句", "no examples found")
        fix = Bilingual("请指明 NLU 文件所在的文件夹", "name the folder that holds the NLU files")
        faults = [Fault(str(folder), what, fix)]
    print(*report(examples), "", *(fault.to(language) for fault in faults), sep="\n")
    count = Bilingual(
        f"{len(examples)} 个例句中有 {len(faults)} 处问题",
        f"{len(faults)} faults in {len(examples)} examples",
    )
    print(count.to(language))
    return 1 if faults else 0


def _from_here(name: str) -> Path:
    """A place in the project, as short as one would write it in this folder."""
    place = ROOT / name
    return place.relative_to(Path.cwd()) if place.is_relative_to(Path.cwd()) else place


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="keting data check", description="Check the training data.")
    parser.add_argument("folder", nargs="?", type=Path, default=_from_here("data/nlu"), help="the NLU files")
    parser.add_argument(
        "--domain", type=Path, default=_from_here("domain.yml"), help="whose intents there may be"
    )
    parser.add_argument(
        "--heldout",
        type=Path,
        default=_from_here("tests/heldout"),
        help="the set that must share no sentence",
    )
    add_language(parser, default="en")
    for name, least in vars(Quota()).items():
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, type=type(least), default=least, help="at least (default %(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
