"""The training examples in the console: found, added, changed and removed, each change checked before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, cast

from sanic import Blueprint, HTTPResponse, Request

from api.console.models import TRAINERS
from api.console.trail import PREFIX
from api.guards import actor, agent_required
from api.http import Body, answer, body, language_of, query_int, query_text
from core.bilingual import Bilingual
from core.errors import Invalid
from core.texts import error_text
from learning.examples.desk import Examples
from learning.examples.faults import EMOTIONS, Draft, Refusal
from learning.examples.index import Filter, Held, Snapshot

blueprint = Blueprint("console_examples", url_prefix=PREFIX)

#: Examples that one call may add.
MOST = 200


class Words(Body, kw_only=True, frozen=True):
    """text: with entities marked as [words](entity)."""

    text: str
    intent: str
    emotion: str

    def draft(self) -> Draft:
        return Draft(self.intent, self.text.strip(), self.emotion)


class Several(Body, kw_only=True, frozen=True):
    """check: say what is wrong and do nothing."""

    examples: list[Words]
    check: bool = False


def examples_of(request: Request) -> Examples:
    return cast(Examples, request.app.ctx.examples)


@blueprint.get("/examples")
@agent_required(*TRAINERS)
async def list_examples(request: Request) -> HTTPResponse:
    """?intent=&emotion=&language=&file=&q=&offset=&limit=50 -> {"items": [Example],"total","offset"} in the
    order of the files, those that are only changed there last."""
    wanted = Filter(
        intent=query_text(request, "intent"),
        emotion=_choice(request, "emotion", (*EMOTIONS, "none")),
        language=_choice(request, "language", ("zh", "zh-Hans", "zh-Hant", "en")),
        file=query_text(request, "file"),
        text=query_text(request, "q").strip(),
    )
    offset = query_int(request, "offset", 0, 0, 1_000_000)
    limit = query_int(request, "limit", 50, 1, 200)
    found = (await examples_of(request).snapshot()).chosen(wanted)
    found.sort(key=lambda held: not held.is_open)
    shown = [example_shape(held) for held in found[offset : offset + limit]]
    return answer({"items": shown, "total": len(found), "offset": offset})


@blueprint.get("/examples/summary")
@agent_required(*TRAINERS)
async def summarise(request: Request) -> HTTPResponse:
    """{"total","intents": [{"name","count","zh","zh_hant","en","emotions": {name: n},"lacks": [text]}],
    "emotions": [{"name","count","lacks"}],"entities": [names, the usual ones first],"files": [names],
    "writable","folder"}"""
    desk = examples_of(request)
    now, rules = await desk.snapshot(), await desk.rules()
    names = {*now.counts, *(rules.intents or ())}
    used = [name for name, _ in now.entities.most_common()]
    return answer(
        {
            "total": len(now.examples),
            "intents": [_intent(request, now, name) for name in sorted(names)],
            "emotions": [
                {"name": name, "count": now.emotions[name], "lacks": _lacks(request, now, name)}
                for name in EMOTIONS
            ],
            "entities": [*used, *sorted((rules.entities or frozenset()) - {*used})],
            "files": list(dict.fromkeys(str(held.example.path) for held in now.examples)),
            "writable": await desk.is_writable(),
            "folder": str(desk.folder),
        }
    )


@blueprint.post("/examples")
@agent_required(*TRAINERS, body=Several)
async def add_examples(request: Request) -> HTTPResponse:
    """All of them at the end of their intents, or none: {"saved": [Example]}.

    422 examples_refused with "refused": [{"index","field","kind","what","fix","other": Example or null}], one
    for each fault that `keting data check` would find.  With check nothing is saved and refused may be empty.
    """
    asked = body(request, Several)
    if not 0 < len(asked.examples) <= MOST:
        raise Invalid("out_of_range", field="examples")
    drafts = [words.draft() for words in asked.examples]
    if asked.check:
        found = await examples_of(request).check(drafts)
        return answer({"refused": _refusals(request, found)})
    outcome = await examples_of(request).add(drafts, _who(request))
    return _settled(request, outcome.saved, outcome.refused, 201)


@blueprint.put("/examples/<example_id:str>")
@agent_required(*TRAINERS, body=Words)
async def change_example(request: Request, example_id: str) -> HTTPResponse:
    """Another text, emotion or intent: {"saved": [Example]}, whose id is new.  422 as when adding; 409
    example_changed where the example is not there any more as it was."""
    draft = body(request, Words).draft()
    outcome = await examples_of(request).change(example_id, draft, _who(request))
    return _settled(request, outcome.saved, outcome.refused)


@blueprint.delete("/examples/<example_id:str>")
@agent_required(*TRAINERS)
async def remove_example(request: Request, example_id: str) -> HTTPResponse:
    """{"saved": []}.  409 example_changed, last_example."""
    outcome = await examples_of(request).remove(example_id, _who(request))
    return _settled(request, outcome.saved, outcome.refused)


def _settled(
    request: Request, saved: Sequence[Held], refused: Sequence[Refusal], status: int = 200
) -> HTTPResponse:
    if not refused:
        return answer({"saved": [example_shape(held) for held in saved]}, status)
    code = "examples_refused"
    message = error_text(code, language_of(request))
    return answer({"error": code, "message": message, "refused": _refusals(request, refused)}, 422)


def example_shape(held: Held) -> dict[str, Any]:
    """Example of docs/reference/console-api.md."""
    e = held.example
    return {
        "id": held.id,
        "intent": e.intent,
        "text": e.marked,
        "plain": e.text,
        "emotion": e.emotion,
        "language": held.language,
        "file": str(e.path),
        "line": e.line,
        "editable": held.is_open,
    }


def _intent(request: Request, now: Snapshot, name: str) -> dict[str, Any]:
    count = now.counts.get(name) or Counter[str]()
    return {
        "name": name,
        "count": count.get("all", 0),
        "zh": count.get("zh-Hans", 0) + count.get("zh-Hant", 0),
        "zh_hant": count.get("zh-Hant", 0),
        "en": count.get("en", 0),
        "emotions": {emotion: count.get(emotion, 0) for emotion in EMOTIONS},
        "lacks": _lacks(request, now, name),
    }


def _lacks(request: Request, now: Snapshot, name: str) -> list[str]:
    joint = ": " if language_of(request) == "en" else "："
    return [
        joint.join(_said(request, [Bilingual(*fault.what), Bilingual(*fault.fix)]))
        for fault in now.lacking.get(name, ())
    ]


def _refusals(request: Request, refused: Iterable[Refusal]) -> list[dict[str, Any]]:
    return [
        {
            "index": one.index,
            "field": one.field,
            "kind": one.kind,
            **dict(zip(("what", "fix"), _said(request, [one.what, one.fix]), strict=True)),
            "other": example_shape(one.other) if one.other else None,
        }
        for one in refused
    ]


def _said(request: Request, words: Iterable[Bilingual]) -> list[str]:
    """As they are: sentences of others are quoted in them, which are neither converted nor filled in."""
    is_english = language_of(request) == "en"
    return [one.en if is_english else one.zh for one in words]


def _choice(request: Request, name: str, allowed: Sequence[str]) -> str:
    given = query_text(request, name)
    if given and given not in allowed:
        raise Invalid("bad_choice", field=name)
    return given


def _who(request: Request) -> str:
    return f"agent:{actor(request).id}"
