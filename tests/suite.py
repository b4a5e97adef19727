"""Runs the suite in stages, shows each as it runs, and ends with a table of results and time.

    python -m tests.suite all | fast | long | check

A stage that prepares something ends the run when it fails; a stage that tests does not stop the next one.
The exit code is 0 only if every stage passed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from supervisor.environment import RASA as RASA_ENVIRONMENT

ROOT = Path(__file__).parent.parent
PYTHON = sys.executable
BOT_PYTHON = str(ROOT / "bot" / ".venv" / "bin" / "python")
PYTEST = (PYTHON, "-m", "pytest", "-q")
NOT_SLOW = "not (rasa or browser or redis or faults or long)"
COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped)\b")
#: Node's runner gives one number a line: "# pass 12" or "ℹ pass 12".
NODE = re.compile(r"^[#ℹ] (pass|fail|cancelled|skipped) (\d+)$", re.MULTILINE)
NODE_NAMES = {"pass": "passed", "fail": "failed", "cancelled": "failed", "skipped": "skipped"}
CLOSING = re.compile(r" in [\d.]+s\b")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Stage:
    name: str
    command: Sequence[str]
    folder: str = "."
    prepares: bool = False  # what comes after makes no sense without it
    counts: bool = False  # its output ends in numbers of tests
    env: Mapping[str, str] = field(default_factory=dict, hash=False)  # on top of ours


@dataclass
class Outcome:
    stage: Stage
    code: int
    seconds: float
    counts: Counter[str] = field(default_factory=Counter)


def python_tests(name: str, *arguments: str) -> Stage:
    return Stage(name, (*PYTEST, *arguments), counts=True)


BOT_TESTS = (
    BOT_PYTHON,
    "-m",
    "pytest",
    "-q",
    "-c",
    "bot/pyproject.toml",
    "--rootdir=.",
    "--confcutdir=tests/bot",
)
#: The bot's side is checked as the Python that it runs on, with the libraries that it runs with.
BOT_TYPES = (BOT_PYTHON, "-m", "mypy", "--config-file", "bot/pyproject.toml", "bot", "actions", "bench/nlu")

WEB = Stage("build pages", ("sh", "supervisor/build_web.sh"), prepares=True)
BOT = Stage("install bot", (PYTHON, "-m", "supervisor.bot_build"), prepares=True)
CHROMIUM = Stage("find Chromium", (PYTHON, "-m", "tests.fixtures.chromium"), prepares=True)
TRAIN = Stage("train model", (BOT_PYTHON, "-m", "bot.train"), prepares=True, env=RASA_ENVIRONMENT)

#: Rasa's own checks.  Without --e2e it would take the intents from the stories instead of the model.
VALIDATE = Stage(
    "validate data",
    (BOT_PYTHON, "-m", "rasa", "data", "validate", "--fail-on-warnings"),
    env=RASA_ENVIRONMENT,
)
STORIES = Stage(
    "stories",
    (
        "sh",
        "-c",
        f"{BOT_PYTHON} -m rasa test core --e2e --fail-on-prediction-errors --no-plot"
        f' --stories tests/test_stories.yml --out "$(mktemp -d)"'
        f' --model "$({BOT_PYTHON} -m bot.train --print-path)"',
    ),
    env=RASA_ENVIRONMENT,
)

#: The widget alone, in a browser, against a pretended service.
WIDGET = Stage(
    "widget",
    (PYTHON, "-m", "tests.fixtures.chromium", "npm", "run", "--silent", "--prefix", "web", "test:browser"),
    counts=True,
)

CHECK_SERVICE = (
    Stage("format", (PYTHON, "-m", "ruff", "format", "--check", "--quiet", ".")),
    Stage("lint", (PYTHON, "-m", "ruff", "check", "--quiet", ".")),
    Stage("types", (PYTHON, "-m", "mypy")),
)
CHECK_BOT = (Stage("types of the bot", BOT_TYPES),)
CHECK_WEB = (
    Stage("lint pages", ("npm", "run", "--silent", "lint"), folder="web"),
    Stage("types of pages", ("npm", "run", "--silent", "typecheck"), folder="web"),
)
FAST = (
    python_tests("service", "-m", NOT_SLOW),
    python_tests("redis", "-m", "redis and not (rasa or browser or faults or long)"),
)
#: The same for somebody who waits for it; continuous integration runs one test after the other.
FASTER = python_tests(
    "service, redis", "-m", "not (rasa or browser or faults or long)", "-n", "2", "--dist", "worksteal"
)
SLOW = (
    VALIDATE,
    STORIES,
    Stage("bot", (*BOT_TESTS, "tests/bot"), counts=True, env=RASA_ENVIRONMENT),
    Stage("pages", ("npm", "test", "--silent"), folder="web", counts=True),
    WIDGET,
    python_tests("browser, trained model", "-m", "(browser or rasa) and not (faults or long)"),
    python_tests("faults", "-m", "faults and not long"),
)

PLANS: dict[str, tuple[Stage, ...]] = {
    "check": (WEB, BOT, *CHECK_SERVICE, *CHECK_BOT, *CHECK_WEB),
    "fast": (*CHECK_SERVICE, FASTER),
    "long": (WEB, BOT, TRAIN, CHROMIUM, python_tests("long", "-m", "long", "--timeout=3600")),
    "all": (WEB, BOT, CHROMIUM, *CHECK_SERVICE, *CHECK_BOT, *CHECK_WEB, *FAST, TRAIN, *SLOW),
}


def run(stage: Stage) -> Outcome:
    """Run one stage, its output passed through as it comes."""
    began = time.monotonic()
    lines: list[str] = []
    environment = os.environ | {"PYTHONUNBUFFERED": "1", "NO_COLOR": "1"} | dict(stage.env)
    for name in ("VIRTUAL_ENV", "FORCE_COLOR"):
        environment.pop(name, None)
    try:
        with subprocess.Popen(
            stage.command,
            cwd=ROOT / stage.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                print(line, end="", flush=True)
                lines = [*lines[-30:], COLOURS.sub("", line)]
        code = process.returncode
    except OSError as error:
        print(error)
        code = 127
    return Outcome(stage, code, time.monotonic() - began, counted(lines) if stage.counts else Counter())


def counted(lines: Sequence[str]) -> Counter[str]:
    """Numbers from the runner's own last words: pytest's closing line, vitest's "Tests ...", node's list."""
    if of_node := NODE.findall("".join(lines)):
        numbers: Counter[str] = Counter()
        for word, n in of_node:
            numbers[NODE_NAMES[word]] += int(n)
        return numbers
    for line in reversed(lines):
        if CLOSING.search(line) or line.strip().startswith("Tests "):
            found = COUNT.findall(line)
            return Counter(
                {word.rstrip("s") if word.startswith("error") else word: int(n) for n, word in found}
            )
    return Counter()


def row(name: str, result: str, numbers: Sequence[object], seconds: float) -> str:
    passed, failed, skipped = numbers
    return f"{name:<22} {result:<9} {passed:>7} {failed:>7} {skipped:>8} {seconds:>8.0f}"


def report(outcomes: Sequence[Outcome]) -> None:
    print(f"\n{'stage':<22} {'result':<9} {'passed':>7} {'failed':>7} {'skipped':>8} {'seconds':>8}")
    total: Counter[str] = Counter()
    for outcome in outcomes:
        total.update(outcome.counts)
        result = "ok" if outcome.code == 0 else f"exit {outcome.code}"
        numbers = in_columns(outcome.counts) if outcome.stage.counts else ("", "", "")
        print(row(outcome.stage.name, result, numbers, outcome.seconds))
    print(row("", "", in_columns(total), sum(outcome.seconds for outcome in outcomes)))
    if total:
        print("\n{} passed, {} failed, {} skipped".format(*in_columns(total)))


def in_columns(counts: Counter[str]) -> tuple[int, int, int]:
    return counts["passed"], counts["failed"] + counts["error"], counts["skipped"]


def main(argv: Sequence[str]) -> int:
    plan = PLANS.get(argv[0] if argv else "all")
    if plan is None:
        print(__doc__)
        return 2
    outcomes: list[Outcome] = []
    for number, stage in enumerate(plan, start=1):
        print(f"\n=== {number}/{len(plan)} {stage.name}", flush=True)
        outcomes.append(run(stage))
        if outcomes[-1].code and stage.prepares:
            break
    report(outcomes)
    return int(any(outcome.code for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
