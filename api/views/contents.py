"""Contents as they are shown: files get addresses, events get words, buttons lose what is ours to know."""

from __future__ import annotations

from typing import Any

from api.views.lens import EXCERPT, Lens
from core.texts import Script, event_text

#: What visitors may learn of an event; a reason such as "angry" is not for them.
_PUBLIC = frozenset({"agent", "by", "number", "state", "score", "comment"})
_ATTACHMENTS = frozenset({"image", "file", "audio", "video"})
_KINDS: dict[str, dict[Script, str]] = {
    "image": {"zh": "[图片]", "zh-Hant": "[圖片]", "en": "[Image]"},
    "file": {"zh": "[文件]", "zh-Hant": "[檔案]", "en": "[File]"},
    "audio": {"zh": "[语音]", "zh-Hant": "[語音]", "en": "[Voice]"},
    "video": {"zh": "[视频]", "zh-Hant": "[影片]", "en": "[Video]"},
    "location": {"zh": "[位置]", "zh-Hant": "[位置]", "en": "[Location]"},
}


def content(raw: dict[str, Any], lens: Lens, *, internal: bool) -> dict[str, Any]:
    """A stored content for the wire.  internal: for people of the house, who also see payloads."""
    kind = raw["type"]
    if kind in _ATTACHMENTS:
        return _attachment(raw, lens)
    if kind == "picture":
        return {"type": "image", "blob_id": None, "url": raw["url"], "name": "", "alt": raw.get("alt", "")}
    if kind == "buttons":
        return {**raw, "buttons": _buttons(raw, internal)}
    if kind == "press":
        return raw if internal else {key: value for key, value in raw.items() if key != "payload"}
    if kind == "card":
        return {"lines": [], **raw, "buttons": _buttons(raw, internal)}
    if kind == "location":
        return {"label": "", **raw}
    if kind == "event":
        return _event(raw, lens, internal)
    return raw


def excerpt(raw: dict[str, Any], lens: Lens) -> str:
    """What a content says, in one line of a list."""
    kind = raw["type"]
    label = _KINDS.get("image" if kind == "picture" else kind)
    if label is not None:
        return " ".join(part for part in (label[lens.script], raw.get("name") or raw.get("label")) if part)
    if kind == "event":
        return event_text(raw["name"], raw.get("data", {}))[lens.script]
    text = str(raw.get("text") or raw.get("title") or "")
    line = " ".join(text[: 2 * EXCERPT].split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1] + "…"


def _attachment(raw: dict[str, Any], lens: Lens) -> dict[str, Any]:
    whole = {"name": "", "mime": "", "size": 0, **raw}
    return {**whole, "url": lens.links.path(raw["blob_id"], whole["name"] or "file")}


def _buttons(raw: dict[str, Any], internal: bool) -> list[dict[str, Any]]:
    buttons: list[dict[str, Any]] = raw.get("buttons", [])
    return buttons if internal else [{"title": button["title"]} for button in buttons]


def _event(raw: dict[str, Any], lens: Lens, internal: bool) -> dict[str, Any]:
    known: dict[str, Any] = raw.get("data", {})
    data = known if internal else {key: value for key, value in known.items() if key in _PUBLIC}
    agent = data.get("agent")
    if isinstance(agent, dict):
        face = {"name": agent.get("name", ""), "avatar": lens.avatar(agent.get("avatar_blob_id"))}
        data = {**data, "agent": face}
    return {"type": "event", "name": raw["name"], "data": data, "text": event_text(raw["name"], known)}
