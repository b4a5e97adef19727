"""Rasa and the action server as children: their commands, Rasa's endpoints, and whether the bot answers."""

from __future__ import annotations

import signal
from pathlib import Path

import httpx
import yaml

from core.settings import Settings
from supervisor.child import Program
from supervisor.database import bot_database_url
from supervisor.environment import BOT_PYTHON, ROOT, bot_environment

TRACKER_STORE = "bot.tracker_store.KetingTrackerStore"


def write_endpoints(settings: Settings) -> Path:
    """The root's endpoints.yml with our ports and Rasa's own database; private, it may hold a password."""
    database = settings.bot_database_url or bot_database_url(settings.database_url or "")
    content = yaml.safe_load((ROOT / "endpoints.yml").read_text("utf-8")) or {}
    action_url = f"http://127.0.0.1:{settings.actions_port}/webhook"
    content["action_endpoint"] = {**content.get("action_endpoint", {}), "url": action_url}
    url = database.replace("postgresql+asyncpg://", "postgresql://", 1)
    content["tracker_store"] = {"type": TRACKER_STORE, "url": url}
    path = settings.data_dir / "endpoints.yml"
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
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


def rasa_program(
    settings: Settings, endpoints: Path, ca_bundle: Path | None, *, model: Path, port: int
) -> Program:
    # fmt: off
    argv = [
        str(BOT_PYTHON), "-m", "rasa", "run", "--interface", "127.0.0.1", "--port", str(port),
        "--endpoints", str(endpoints), "--credentials", "credentials.yml", "--model", str(model),
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


class NoModel(Exception):
    """The bot listens and has no model: Rasa loads one before it listens, so it never will."""


async def is_ready(settings: Settings, url: str, timeout_s: float = 5) -> bool | None:
    """The word of the bot at url that it has a model and a healthy store; None when it is too busy to say.

    Raises NoModel.
    """
    headers = {"X-Keting-Token": settings.bot_token.reveal()}
    try:
        # plain http: reading certificates for it would cost half a core while a start is waited for
        async with httpx.AsyncClient(verify=False, timeout=timeout_s, trust_env=False) as client:
            answer = await client.get(f"{url}/webhooks/keting/health", headers=headers)
    except httpx.TimeoutException:
        return None
    except httpx.HTTPError:
        return False
    if answer.status_code == 503 and _has_no_model(answer):
        raise NoModel
    return answer.status_code == 200


def _has_no_model(answer: httpx.Response) -> bool:
    try:
        said = answer.json()
    except ValueError:  # somebody else listens there
        return False
    return isinstance(said, dict) and said.get("model", "") is None
