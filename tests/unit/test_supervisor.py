"""Parts of the supervisor that need no process: pauses, marks, prints, what children get to see."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from core.bilingual import Bilingual
from core.settings import load_settings
from supervisor import bot_model
from supervisor.bot_servers import write_endpoints
from supervisor.bot_status import BotStatus
from supervisor.database import bot_database_url
from supervisor.doctor_report import Finding, plain
from supervisor.environment import bot_environment, service_environment
from supervisor.errors import AlreadyRunning
from supervisor.keeper import FIRST_PAUSE_S, LONGEST_PAUSE_S, WELL_AFTER_S, next_pause
from supervisor.lock import instance_lock, is_held
from supervisor.ports import free_port, is_free
from supervisor.postgres_cluster import read_status
from supervisor.tls import self_signed, trust_bundle


@pytest.fixture
def settings(tmp_path):
    return load_settings({"KETING_DATA_DIR": str(tmp_path / "var")}, env_file=None)


@given(st.lists(st.floats(0, WELL_AFTER_S - 1), min_size=1, max_size=20))
def test_pauses_grow_to_a_limit_while_a_child_keeps_crashing(lives):
    pauses = [0.0]
    for lived_s in lives:
        pauses.append(next_pause(pauses[-1], lived_s))
    assert pauses[1:] == sorted(pauses[1:])
    assert FIRST_PAUSE_S <= pauses[-1] <= LONGEST_PAUSE_S


def test_a_child_that_was_well_starts_again_at_once():
    assert next_pause(LONGEST_PAUSE_S, WELL_AFTER_S) == FIRST_PAUSE_S


def test_the_lock_names_its_holder_and_is_free_afterwards(tmp_path):
    with instance_lock(tmp_path, "http://localhost:1234"):
        assert is_held(tmp_path)
        with pytest.raises(AlreadyRunning, match="localhost:1234"), instance_lock(tmp_path, "other"):
            pass
    assert not is_held(tmp_path)


def test_a_lock_file_without_a_holder_is_no_lock(tmp_path):
    (tmp_path / "keting.lock").write_text('{"pid": 1}')
    with instance_lock(tmp_path, "http://localhost:1234"):
        assert is_held(tmp_path)


def test_the_bot_status_is_whole_at_any_moment_and_said_once_a_stage(tmp_path):
    said: list[str] = []
    status = BotStatus(tmp_path / "bot-status.json", lambda part, text: said.append(text.en))
    for percent in (0, 3, 12, 14):
        status.report("training", percent=percent)
        content = json.loads((tmp_path / "bot-status.json").read_text())
        assert (content["stage"], content["percent"]) == ("training", percent)
    assert said == ["training the bot 0 %", "training the bot 12 %"]


def test_the_service_gets_every_setting_and_reads_the_same_ones(settings):
    environment = service_environment(settings)
    assert load_settings(environment, env_file=None, create_secrets=False) == load_settings(
        {**environment}, env_file=None
    )
    assert load_settings(environment, env_file=None).secret_key == settings.secret_key


def test_the_bot_sees_its_tokens_and_no_other_secret(settings, monkeypatch):
    monkeypatch.setenv("KETING_SECRET_KEY", settings.secret_key.reveal())
    monkeypatch.setenv("KETING_DATABASE_URL", "postgresql://keting:hunter2@db/keting")
    environment = bot_environment(settings)
    assert environment["KETING_BOT_TOKEN"] == settings.bot_token.reveal()
    assert settings.secret_key.reveal() not in environment.values()
    assert not any("hunter2" in value for value in environment.values())


def test_the_bot_s_threads_rest_while_they_wait_whatever_the_terminal_says(settings, monkeypatch):
    monkeypatch.setenv("OMP_WAIT_POLICY", "active")
    environment = bot_environment(settings)
    assert (environment["OMP_WAIT_POLICY"], environment["OMP_NUM_THREADS"]) == ("passive", "1")


def test_rasas_endpoints_name_its_own_database_and_are_private(tmp_path):
    given_url = "postgresql://keting:pass@db.example.com:5433/keting?sslmode=require"
    values = {"KETING_DATA_DIR": str(tmp_path), "KETING_DATABASE_URL": given_url}
    settings = load_settings(values, env_file=None)
    path = write_endpoints(settings)
    content = yaml.safe_load(path.read_text())
    assert content["tracker_store"]["url"].startswith(
        "postgresql://keting:pass@db.example.com:5433/keting_bot"
    )
    assert content["action_endpoint"]["url"] == "http://127.0.0.1:5055/webhook"
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_bots_database_lies_beside_ours():
    url = bot_database_url("postgresql+asyncpg://keting@/keting?host=/run/pg")
    assert url == "postgresql+asyncpg://keting@/keting_bot?host=%2Frun%2Fpg"


def test_training_shows_how_far_it_is(tmp_path):
    log = tmp_path / "train.log"
    log.write_text("Training NLU\rEpochs:   4%|#\rEpochs:  37%|####\r")
    assert bot_model.training_percent(log) == 37
    log.write_text("Loading data")
    assert bot_model.training_percent(log) is None


@pytest.mark.parametrize("content", ["", "abc", "12\n", "12\n/data\n1\n5432\n/run\n\n0\nstarting\n"])
def test_a_server_whose_file_is_not_finished_is_not_ready(tmp_path, content):
    (tmp_path / "postmaster.pid").write_text(content)
    status = read_status(tmp_path)
    assert status is None or not status.is_ready


def test_a_busy_port_gives_way_to_another_one():
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not is_free(port)
        assert free_port(port) != port


def test_a_self_signed_certificate_is_made_once_covers_loopback_and_keeps_its_key_private(tmp_path):
    cert, key = self_signed(tmp_path, "192.168.1.20")
    first = cert.read_bytes()
    assert key.stat().st_mode & 0o777 == 0o600
    assert self_signed(tmp_path, "192.168.1.20")[0].read_bytes() == first
    assert self_signed(tmp_path, "chat.example.com")[0].read_bytes() != first
    assert trust_bundle(tmp_path, cert).read_bytes().count(b"BEGIN CERTIFICATE") > 10


@pytest.mark.parametrize(("language", "word"), [("zh", "失败"), ("en", "FAIL")])
def test_a_finding_says_how_to_fix_it_in_both_languages(language, word):
    fix = Bilingual("运行 make web。", "Run: make web.")
    line = Finding(plain("web"), "fail", plain("x"), fix).to(language)
    assert word in line and "make web" in line
