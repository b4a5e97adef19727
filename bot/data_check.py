"""`python -m bot.data_check`: is the training data fit to train on?

Prints the counts per intent, language, script and emotion, then one line for each fault: where, what, how to
mend it. Ends with 1 if there is any. Takes the intents from domain.yml; another business changes nothing.
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
from bot.training_data import EMOTIONS, LANGUAGES, Example, by_intent, read_examples


def report(examples: Sequence[Example]) -> Iterator[str]:
    """The table of counts, one line an intent and one for the sum."""
    columns = [*LANGUAGES, *EMOTIONS]
    yield f"{'intent':<24}{'all':>6}" + "".join(f"{title:>13}" for title in columns)
    for intent, group in [*sorted(by_intent(examples).items()), ("all", list(examples))]:
        count = Counter([*(e.language for e in group), *(e.emotion for e in group)])
        yield f"{intent:<24}{len(group):>6}" + "".join(f"{count[title]:>13}" for title in columns)


def known_intents(domain: Path) -> frozenset[str] | None:
    """The intents that the domain declares; None if there is no such file.

    Only their block is parsed: Rasa reads the rest by YAML 1.2, where PyYAML would stumble.
    """
    if not domain.exists():
        return None
    block = re.search(r"^intents:.*\n(?:(?:[ \-#].*)?\n)*", domain.read_text("utf-8") + "\n", re.MULTILINE)
    declared = (yaml.safe_load(block[0]) or {}).get("intents") or [] if block else []
    return frozenset(next(iter(item)) if isinstance(item, dict) else str(item) for item in declared)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bot.data_check", description="Check the training data.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("data/nlu"))
    parser.add_argument("--domain", type=Path, default=Path("domain.yml"))
    for name, least in vars(Quota()).items():
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, type=type(least), default=least, help="at least (default %(default)s)")
    given = vars(parser.parse_args(argv))
    folder, domain = given.pop("folder"), given.pop("domain")
    try:
        examples = list(read_examples(folder))
    except yaml.YAMLError as error:
        print(f"not readable as YAML: {error}", file=sys.stderr)
        return 1
    faults = check(examples, known_intents(domain), Quota(**given))
    if not examples:
        faults = [Fault(str(folder), "no examples found", "name the folder that holds the NLU files")]
    print(*report(examples), "", *faults, sep="\n")
    print(f"{len(faults)} faults in {len(examples)} examples")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
