"""Which examples a sentence is near to, and why: beside what the model understands of it."""

from __future__ import annotations

from typing import Any, cast

from sanic import Blueprint, HTTPResponse, Request

from api.console.examples import example_shape, examples_of
from api.console.models import TRAINERS, sentence
from api.console.trail import PREFIX
from api.guards import agent_required
from api.http import Body, answer, body
from learning.nearest.neighbours import Neighbour, Neighbours

blueprint = Blueprint("console_nearest", url_prefix=PREFIX)


class Tried(Body, kw_only=True, frozen=True):
    """intent: what the model takes it for, to be told where the neighbours say otherwise."""

    text: str
    intent: str | None = None


@blueprint.post("/examples/nearest")
@agent_required(*TRAINERS, body=Tried)
async def nearest(request: Request) -> HTTPResponse:
    """{"normalised","tokens": [text],"by_meaning","neighbours": [Example + {"similarity","meaning" or null,
    "words","shared": [{"text","is_word","share"}]}] nearest first,"leaning": {"intent","share"} or null,
    "disagrees"}"""
    tried = body(request, Tried)
    text = sentence(tried.text)
    found = await cast(Neighbours, request.app.ctx.nearest).of(text, await examples_of(request).snapshot())
    return answer(
        {
            "normalised": found.normalised,
            "tokens": list(found.tokens),
            "by_meaning": any(near.meaning is not None for near in found.neighbours),
            "neighbours": [_shown(near) for near in found.neighbours],
            "leaning": dict(zip(("intent", "share"), found.leaning, strict=True)) if found.leaning else None,
            "disagrees": tried.intent is not None and found.disagrees(tried.intent),
        }
    )


def _shown(near: Neighbour) -> dict[str, Any]:
    return {
        **example_shape(near.held),
        "similarity": round(near.similarity, 3),
        "meaning": None if near.meaning is None else round(near.meaning, 3),
        "words": round(near.words, 3),
        "shared": [
            {"text": one.text, "is_word": one.is_word, "share": round(one.share, 3)} for one in near.shared
        ],
    }
