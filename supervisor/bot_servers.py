"""Rasa and the action server as children: their commands, Rasa's endpoints, and whether the bot answers."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import httpx

from core.settings import Settings
from supervisor.child import Program
from supervisor.database import bot_database_url
from supervisor.environment import BOT_PYTHON, ROOT, bot_environment

TRACKER_STORE = "bot.tracker_store.KetingTrackerStore"


def write_endpoints(settings: Settings) -> Path:
    """Rasa's endpoints for what is started here: JSON, which is YAML too; private, it may hold a password."""
    database = settings.bot_database_url or bot_database_url(settings.database_url or "")
    content = {
        "action_endpoint": {"url": f"http://127.0.0.1:{settings.actions_port}/webhook"},
        "tracker_store": {
            "type": TRACKER_STORE,
            "dialect": "postgresql",
            "url": database.replace("postgresql+asyncpg://", "postgresql://", 1),
        },
    }
    path = settings.data_dir / "endpoints.yml"
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    return path


def actions_program(settings: Settings, ca_bundle: Path | None) -> Program:
    port = str(settings.actions_port)
    return Program(
        name="actions",
        argv=[str(BOT_PYTHON), "-m", "rasa_sdk", "--actions", "actions", "--port", port],
        env=bot_environment(settings, ca_bundle) | {"SANIC_HOST": "127.0.0.1"},
        cwd=ROOT,
        log=settings.data_dir / "logs" / "actions.log",
        stop_signal=signal.SIGTERM,
        stop_timeout_s=5,
    )


def rasa_program(settings: Settings, endpoints: Path, ca_bundle: Path | None) -> Program:
    # fmt: off
    argv = [
        str(BOT_PYTHON), "-m", "rasa", "run", "--interface", "127.0.0.1", "--port", str(settings.rasa_port),
        "--endpoints", str(endpoints), "--credentials", "credentials.yml", "--model", "models",
    ]
    # fmt: on
    return Program(
        name="rasa",
        argv=argv,
        env=bot_environment(settings, ca_bundle),
        cwd=ROOT,
        log=settings.data_dir / "logs" / "rasa.log",
        stop_timeout_s=10,
    )


async def is_ready(settings: Settings) -> bool:
    """The bot's own word that it has a model and a healthy store."""
    headers = {"X-Keting-Token": settings.bot_token.reveal()}
    try:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            answer = await client.get(f"{settings.bot_url}/webhooks/keting/health", headers=headers)
    except httpx.HTTPError:
        return False
    return answer.status_code == 200
