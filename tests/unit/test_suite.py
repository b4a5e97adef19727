"""The runner of the suite tells the truth about what ran."""

from __future__ import annotations

import sys

import pytest

from tests import suite
from tests.suite import Stage, counted

FINE = Stage("fine", (sys.executable, "-c", "print('3 passed, 1 skipped in 0.10s')"), counts=True)
BAD = Stage("bad", (sys.executable, "-c", "raise SystemExit(5)"), counts=True)
BROKEN = Stage("broken", (sys.executable, "-c", "raise SystemExit(1)"), prepares=True)
GONE = Stage("gone", ("/nowhere/program",))


@pytest.mark.parametrize(
    ("line", "passed", "failed"),
    [
        ("2 failed, 126 passed, 45 deselected in 9.56s", 126, 2),
        ("===== 5 passed, 1 error in 1.0s =====", 5, 0),
        ("      Tests  2 failed | 40 passed (42)", 40, 2),
        ("nothing of the kind", 0, 0),
    ],
)
def test_numbers_come_from_the_runners_last_words(line, passed, failed):
    found = counted(["11 passed, in the middle of something", line])
    assert (found["passed"], found["failed"]) == (passed, failed)


@pytest.mark.parametrize("sign", ["#", "ℹ"])
def test_nodes_numbers_come_one_a_line(sign):
    words = ("tests 13", "pass 10", "fail 1", "cancelled 1", "skipped 1", "duration_ms 8.6")
    found = counted([f"{sign} {word}\n" for word in words])
    assert (found["passed"], found["failed"], found["skipped"]) == (10, 2, 1)


@pytest.mark.parametrize(
    ("plan", "code", "ran"),
    [
        ((FINE,), 0, ["fine"]),
        ((BAD, FINE), 1, ["bad", "fine"]),
        ((BROKEN, FINE), 1, ["broken"]),
        ((GONE, FINE), 1, ["gone", "fine"]),
    ],
)
def test_one_failure_fails_the_run_and_only_a_preparation_ends_it(plan, code, ran, monkeypatch, capsys):
    monkeypatch.setitem(suite.PLANS, "all", plan)
    assert suite.main(["all"]) == code
    table = capsys.readouterr().out.partition("stage ")[2]
    assert [stage.name for stage in (FINE, BAD, BROKEN, GONE) if f"\n{stage.name} " in table] == sorted(
        ran, key=[FINE.name, BAD.name, BROKEN.name, GONE.name].index
    )


def test_the_last_line_adds_up_all_stages(monkeypatch, capsys):
    monkeypatch.setitem(suite.PLANS, "all", (FINE, FINE))
    suite.main(["all"])
    assert capsys.readouterr().out.splitlines()[-1] == "6 passed, 0 failed, 2 skipped"


@pytest.mark.parametrize("stage", [s for s in suite.PLANS["all"] if suite.BOT_PYTHON in " ".join(s.command)])
def test_threads_of_the_bot_s_libraries_rest_while_they_wait_in_every_stage_that_runs_them(stage):
    assert stage is suite.CHECK_BOT[0] or stage.env["OMP_WAIT_POLICY"] == "passive"


def test_a_stage_sees_what_it_asks_for_beside_the_environment(monkeypatch, capsys):
    monkeypatch.setenv("KETING_TEST_WORD", "ours")
    shown = "import os; print(os.environ['KETING_TEST_WORD'], os.environ['OF_THE_STAGE'])"
    suite.run(Stage("told", (sys.executable, "-c", shown), env={"OF_THE_STAGE": "its own"}))
    assert capsys.readouterr().out.strip() == "ours its own"
