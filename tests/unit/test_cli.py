"""The command line: quick to answer, clear about faults, true to the fixed names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("sanic", "sqlalchemy", "alembic", "httpx", "cryptography", "redis")


def keting(*arguments: str, stdin: str = "", **values: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KETING_")}
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=ROOT,
        env=kept | {"LANG": "en_US.UTF-8", "LC_ALL": "en_US.UTF-8"} | values,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_answers_without_loading_the_service():
    code = (
        "import sys, cli\n"
        "try:\n    cli.main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"
    assert "doctor" in ran.stdout


@pytest.mark.parametrize(("language", "word"), [("zh_CN.UTF-8", "客服"), ("en_US.UTF-8", "customer service")])
def test_help_speaks_the_language_of_the_terminal(language, word):
    assert word in keting("--help", LC_ALL=language, PYTHONUTF8="1").stdout


def test_faults_of_the_settings_are_listed_and_nothing_starts(tmp_path):
    ran = keting("up", KETING_PORT="0", KETING_MODE="live", KETING_DATA_DIR=str(tmp_path))
    assert ran.returncode == 2
    assert "KETING_PORT" in ran.stderr and "KETING_MODE" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_an_agent_is_added_with_the_password_from_standard_input(database, tmp_path):
    values = {"KETING_DATABASE_URL": database, "KETING_DATA_DIR": str(tmp_path)}
    added = keting(
        "agent", "add", "li", "--role", "supervisor", "--password-stdin", stdin="a long one 1\n", **values
    )
    assert added.returncode == 0, added.stderr
    assert "li" in keting("agent", "list", **values).stdout
    again = keting("agent", "add", "li", "--password-stdin", stdin="a long one 1\n", **values)
    assert again.returncode == 1
    assert "Traceback" not in again.stderr


def test_a_password_that_is_too_short_is_refused_in_words(database, tmp_path):
    values = {"KETING_DATABASE_URL": database, "KETING_DATA_DIR": str(tmp_path)}
    ran = keting("agent", "add", "li", "--password-stdin", stdin="short\n", **values)
    assert ran.returncode == 1
    assert "password" in ran.stderr.lower()
    assert "Traceback" not in ran.stderr


def test_migrate_brings_an_empty_database_up_to_date(bare_database, tmp_path):
    values = {"KETING_DATABASE_URL": bare_database, "KETING_DATA_DIR": str(tmp_path)}
    assert keting("migrate", **values).returncode == 0
    assert keting("migrate", **values).returncode == 0
    assert keting("agent", "list", **values).stdout == ""


def test_without_a_database_the_two_ways_out_are_named(tmp_path):
    ran = keting("migrate", KETING_DATA_DIR=str(tmp_path))
    assert ran.returncode == 1
    assert "keting up" in ran.stderr and "KETING_DATABASE_URL" in ran.stderr


def test_the_doctor_says_what_is_wrong_with_a_database_that_does_not_answer(tmp_path):
    values = {
        "KETING_DATABASE_URL": f"postgresql://keting@/keting?host={tmp_path}",
        "KETING_DATA_DIR": str(tmp_path / "var"),
    }
    ran = keting("doctor", **values)
    assert ran.returncode == 1
    assert "[FAIL] database" in ran.stdout
    assert not (tmp_path / "var").exists(), "the doctor changes nothing"


def test_the_doctor_finds_an_up_to_date_database_well_and_warns_of_open_http(database, tmp_path):
    values = {
        "KETING_DATABASE_URL": database,
        "KETING_DATA_DIR": str(tmp_path),
        "KETING_HOST": "0.0.0.0",
        "KETING_PUBLIC_URL": "http://192.0.2.7:8000",
    }
    ran = keting("doctor", **values)
    assert "[ok] database" in ran.stdout
    assert "[warn] http" in ran.stdout


@pytest.mark.redis
def test_the_doctor_asks_redis(redis_url, tmp_path):
    values = {"KETING_DATA_DIR": str(tmp_path)}
    assert "[ok] Redis" in keting("doctor", KETING_REDIS_URL=redis_url, **values).stdout
    ran = keting("doctor", KETING_REDIS_URL=f"unix://{tmp_path}/none.sock", **values)
    assert "[FAIL] Redis" in ran.stdout
    assert ran.returncode == 1
