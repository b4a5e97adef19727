"""A turn's events as the body that the wire promises.

The live and the repeated answer are made the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.nlu.language import traditional
from bot.past import events_of
from bot.voice import spoken

#: The action that says "I did not understand".
FALLBACK = "action_fallback"
#: The bot's own memory, of no use to the service.
_HIDDEN_SLOTS = {
    "requested_slot", "session_started_metadata", "message_draft", "own_ticket", "last_topic",
    "knowledge_missed", "asked_about",
}  # fmt: skip
#: Rasa's housekeeping around a form; what the bot does next tells more.
_HIDDEN_ACTIONS = {"action_deactivate_loop"}

Body = dict[str, Any]


def answer(tracker: DialogueStateTracker, turn_id: str, *, repeated: bool) -> Body:
    """The 200 body of a turn that the tracker holds."""
    events = events_of(tracker, turn_id)
    first, *others = [e for e in events if isinstance(e, UserUttered)]
    slots = {
        k: v for k, v in tracker.current_slot_values().items() if v is not None and k not in _HIDDEN_SLOTS
    }
    actions = [e.action_name for e in events if isinstance(e, ActionExecuted) and e.action_name]
    return {
        "turn_id": turn_id,
        "repeated": repeated,
        "replies": _once(
            [r for e in events if isinstance(e, BotUttered) for r in replies(e, slots.get("script"))]
        ),
        "nlu": {**nlu(first.parse_data, slots), **_also(others)},
        "actions": [name for name in actions if name not in _HIDDEN_ACTIONS],
        "form": tracker.active_loop_name,
        "slots": slots,
        "understood": FALLBACK not in actions,
    }


def _once(found: Sequence[Body]) -> list[Body]:
    """What is said twice stays where it comes last: a form repeats its question after an answer beside it."""
    return [reply for number, reply in enumerate(found, 1) if reply not in found[number:]]


def nlu(parse_data: Mapping[str, Any], known: Mapping[str, Any] | None = None) -> Body:
    """What was understood.  An intent that anger replaced is told as it was."""
    escalation = parse_data.get("escalation") or {}
    intent = escalation.get("was") or parse_data.get("intent") or {}
    ranking = [_scored(i) for i in parse_data.get("intent_ranking") or [intent]]
    emotion = parse_data.get("emotion") or {"name": "neutral", "confidence": 1.0}
    return {
        "text": parse_data.get("text") or "",
        **spoken(parse_data, known or {}),
        "intent": _scored(intent),
        "ranking": ranking,
        "entities": [
            {k: e.get(k) for k in ("entity", "value", "start", "end")}
            for e in parse_data.get("entities") or []
        ],
        "emotion": {"name": emotion["name"], "confidence": float(emotion["confidence"])},
        "scope": float(parse_data.get("scope", 1.0)),
    }


def _also(parts: Sequence[UserUttered]) -> Body:
    """What else was asked in the same message."""
    return {"also": [part.intent["name"] for part in parts]} if parts else {}


def replies(event: BotUttered, script: str | None) -> list[Body]:
    """One bot event as replies: its text or buttons, then its picture, then its card."""
    say: Callable[[str], str] = traditional if script == "Hant" and not _is_override(event) else str
    data = event.data or {}
    text = (event.text or "").rstrip()  # the last gap may have been filled with nothing
    found: list[Body] = []
    buttons = [{"title": say(b["title"]), "payload": b["payload"]} for b in data.get("buttons") or []]
    if text and buttons:
        found.append({"type": "buttons", "text": say(text), "buttons": buttons})
    elif text:
        found.append({"type": "text", "text": say(text)})
    if data.get("image"):
        found.append(
            {"type": "image", "url": data["image"], "alt": say((data.get("custom") or {}).get("alt", ""))}
        )
    if (data.get("custom") or {}).get("type") == "card":
        found.append(_card(data["custom"], say))
    return found


def _card(custom: Mapping[str, Any], say: Callable[[str], str]) -> Body:
    """Lines come as a list, or as one text with a line each where a response had to be filled in."""
    lines = custom.get("lines") or []
    if isinstance(lines, str):
        lines = lines.splitlines()
    return {
        "type": "card",
        "title": say(str(custom.get("title") or "")),
        "subtitle": say(str(custom.get("subtitle") or "")),
        "image_url": custom.get("image_url"),
        "lines": [say(str(line)) for line in lines],
        "buttons": [{"title": say(b["title"]), "payload": b["payload"]} for b in custom.get("buttons") or []],
    }


def _is_override(event: BotUttered) -> bool:
    """Was this variation written in Traditional characters by hand?"""
    conditions = (event.metadata or {}).get("condition") or []
    return any(c.get("name") == "script" for c in conditions)


def _scored(intent: Mapping[str, Any]) -> Body:
    return {"name": intent.get("name"), "confidence": float(intent.get("confidence") or 0.0)}
