"""The bot's models: which there are, which one answers, releasing another and going back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from sanic import Blueprint, HTTPResponse, Request

from api import context
from api.bot_status import BotStatus
from api.console.trail import PREFIX
from api.guards import actor, agent_required
from api.http import Body, answer, body
from core.clock import stamp
from core.db import Row
from core.errors import Conflict, Invalid
from core.settings import TRAINING_DATA
from dialogue.client import Bot
from learning import releases, training

blueprint = Blueprint("console_models", url_prefix=PREFIX)

TRAINERS = ("trainer", "supervisor", "admin")
_LONGEST = 2_000


class Release(Body, kw_only=True, frozen=True):
    """model: the name of a file, as the list gives it."""

    model: str


class Sentence(Body, kw_only=True, frozen=True):
    text: str


def _status(request: Request) -> BotStatus:
    return cast(BotStatus, request.app.ctx.status)


def _folder(request: Request) -> Path:
    return cast(Path, request.app.ctx.models)


@blueprint.get("/models")
@agent_required(*TRAINERS)
async def list_models(request: Request) -> HTTPResponse:
    """{"live", "can_release", "release": {"id","model","state","detail"} or null,
    "models": [{"name","size","trained_at"}] newest first,
    "history": [{"id","model","before","asked_by","asked_by_name","asked_at","state","detail","settled_at"}]
    latest first,
    "data": {"model","is_trained","changes"}: the model of the present data, whether there is one, and how
    many examples were changed from here since the live one was trained (null where there is none),
    "training": {"id","asked_by","asked_at","state": "asked|running|done|failed|cancelled","percent","step",
    "model","detail"} or null; asked_by is null where a start found data that had changed: then the model
    takes over by itself}
    """
    status = _status(request)
    found = await asyncio.to_thread(releases.models, _folder(request))
    present = await asyncio.to_thread(training.data, _folder(request))
    since = next((datetime.fromtimestamp(m.modified, UTC) for m in found if m.name == status.model), None)
    async with context.db(request).reading() as tx:
        rows = await releases.history(tx)
        changed = None if since is None else await training.changes(tx, since)
    shown = [
        {"name": m.name, "size": m.size, "trained_at": stamp(datetime.fromtimestamp(m.modified, UTC))}
        for m in found
    ]
    return answer(
        {
            "live": status.model,
            "can_release": status.model is not None,
            "release": status.release,
            "models": shown,
            "history": [_shown(row, row.asked_by_name) for row in rows],
            "data": {"model": present.model, "is_trained": present.is_trained, "changes": changed},
            "training": _training(request),
        }
    )


@blueprint.post("/models/release")
@agent_required(*TRAINERS, body=Release)
async def release_model(request: Request) -> HTTPResponse:
    """Starts that model beside the one that answers; conversations go on meanwhile and then move over.

    409 release_under_way while another one is being started, 409 bot_not_ours where the bot is run elsewhere.
    """
    row = await releases.release(
        context.db(request),
        _folder(request),
        context.settings(request).bot_wish_path,
        model=body(request, Release).model,
        agent_id=actor(request).id,
        live=_live(request),
    )
    return answer(_shown(row, actor(request).name), 202)


@blueprint.post("/models/rollback")
@agent_required(*TRAINERS)
async def roll_back(request: Request) -> HTTPResponse:
    """Releases the model that answered before the present one.  404 where there was none."""
    row = await releases.rollback(
        context.db(request),
        _folder(request),
        context.settings(request).bot_wish_path,
        agent_id=actor(request).id,
        live=_live(request),
    )
    return answer(_shown(row, actor(request).name), 202)


@blueprint.post("/models/train")
@agent_required(*TRAINERS)
async def train_model(request: Request) -> HTTPResponse:
    """Trains a model of the present data while the bot goes on: Training of the list, 202.

    409 nothing_to_train where there is one already, training_under_way, bot_not_ours, and examples_elsewhere
    where what is edited here is not what the bot is trained with.
    """
    _live(request)
    if context.settings(request).training_data != TRAINING_DATA:
        raise Conflict("examples_elsewhere")
    present = await asyncio.to_thread(training.data, _folder(request))
    asked = await training.ask(
        context.db(request),
        context.settings(request).train_wish_path,
        _status(request).training,
        present=present,
        agent_id=actor(request).id,
    )
    return answer(asked, 202)


@blueprint.delete("/models/train")
@agent_required(*TRAINERS)
async def cancel_training(request: Request) -> HTTPResponse:
    """Stops the training that is under way; 409 no_training where there is none."""
    await training.cancel(
        context.db(request),
        context.settings(request).train_wish_path,
        _status(request).training,
        agent_id=actor(request).id,
    )
    return answer({"cancelled": True}, 202)


@blueprint.post("/models/try")
@agent_required(*TRAINERS, body=Sentence)
async def try_sentence(request: Request) -> HTTPResponse:
    """What the model that answers understands of a sentence: `nlu` of docs/reference/bot-wire.md."""
    text = sentence(body(request, Sentence).text)
    return answer(await cast(Bot, request.app.ctx.bot).parse(text))


def sentence(given: str) -> str:
    """What is tried, without the blanks around it."""
    text = given.strip()
    if not text or len(text) > _LONGEST:
        raise Invalid("out_of_range", field="text")
    return text


def _live(request: Request) -> str:
    """The model that answers.  Only a bot that our supervisor runs says so, and only that can be moved."""
    live = _status(request).model
    if live is None:
        raise Conflict("bot_not_ours")
    return live


def _training(request: Request) -> dict[str, Any] | None:
    now = context.db(request).clock.now()
    return training.under_way(context.settings(request).train_wish_path, _status(request).training, now)


def _shown(row: Row, name: str | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "model": row.model,
        "before": row.before,
        "asked_by": str(row.asked_by) if row.asked_by else None,
        "asked_by_name": name,
        "asked_at": stamp(row.asked_at),
        "state": row.state,
        "detail": row.detail,
        "settled_at": stamp(row.settled_at) if row.settled_at else None,
    }
