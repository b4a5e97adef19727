"""What each child gets to see in its environment."""

from __future__ import annotations

import json
import os
from pathlib import Path

from core.settings import Settings
from supervisor.child import MARK

ROOT = Path(__file__).resolve().parent.parent
BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"

#: Of the environment that we were started from; it would lead another Python's tools astray.
UNWANTED = ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "UV_PROJECT_ENVIRONMENT", "PYENV_VERSION")

#: Of every process of Rasa: see bot/environment.py, which this Python does not load.
RASA: dict[str, str] = json.loads((ROOT / "bot" / "environment.json").read_text("utf-8"))


def common_environment(settings: Settings) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    return kept | {"PYTHONUNBUFFERED": "1", MARK: str(settings.data_dir)}


def service_environment(settings: Settings) -> dict[str, str]:
    """Every setting in full, so that the service decides nothing anew."""
    given = {
        "KETING_MODE": settings.mode,
        "KETING_HOST": settings.host,
        "KETING_PORT": str(settings.port),
        "KETING_PUBLIC_URL": settings.public_url,
        "KETING_DATA_DIR": str(settings.data_dir),
        "KETING_DATABASE_URL": settings.database_url,
        "KETING_BOT_DATABASE_URL": settings.bot_database_url,
        "KETING_REDIS_URL": settings.redis_url,
        # ours is where the supervisor's report says: a release moves it
        "KETING_BOT_URL": None if settings.runs_bot else settings.bot_url,
        "KETING_RASA_PORT": str(settings.rasa_port),
        "KETING_ACTIONS_PORT": str(settings.actions_port),
        "KETING_SECRET_KEY": settings.secret_key.reveal(),
        "KETING_BOT_TOKEN": settings.bot_token.reveal(),
        "KETING_INTERNAL_TOKEN": settings.internal_token.reveal(),
        "KETING_TLS_CERT": str(settings.tls_cert) if settings.tls_cert else None,
        "KETING_TLS_KEY": str(settings.tls_key) if settings.tls_key else None,
        "KETING_TRAINING_DATA": str(settings.training_data),
        "KETING_ENCODER": settings.encoder,
        "KETING_PROXIES_COUNT": str(settings.proxies_count),
        "KETING_LOG_LEVEL": settings.log_level,
        "KETING_LOG_FORMAT": settings.log_format,
    }
    environment = common_environment(settings)
    return environment | {name: value for name, value in given.items() if value is not None}


def bot_environment(settings: Settings, ca_bundle: Path | None = None) -> dict[str, str]:
    """For Rasa and the action server: their two tokens and nothing else that is secret."""
    environment = common_environment(settings) | RASA
    for name in ("KETING_SECRET_KEY", "KETING_DATABASE_URL", "KETING_REDIS_URL"):
        environment.pop(name, None)
    environment |= {
        "PYTHONPATH": str(ROOT),
        "KETING_BOT_TOKEN": settings.bot_token.reveal(),
        "KETING_INTERNAL_URL": settings.internal_url,
        "KETING_INTERNAL_TOKEN": settings.internal_token.reveal(),
        "KETING_HELP_URL": f"{settings.public_url}/help/a",
    }
    if ca_bundle is not None:
        environment["REQUESTS_CA_BUNDLE"] = str(ca_bundle)
    return environment
