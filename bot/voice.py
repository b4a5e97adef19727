"""In which language and script the bot answers:

the visitor's latest choice, else the last known, else Chinese.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa.shared.core.trackers import DialogueStateTracker

DEFAULT_LANGUAGE = "zh"


def spoken(parse_data: Mapping[str, Any], *known: Mapping[str, Any]) -> dict[str, str | None]:
    """`{"language", "script"}` of a message; known are mappings with the same keys, most trusted first."""
    tag = parse_data.get("language") or {}
    last = next((k["language"] for k in known if k.get("language")), None)
    language = tag.get("name") if tag.get("certain") or not last else last
    language = str(language or DEFAULT_LANGUAGE)
    if language != "zh":
        return {"language": language, "script": None}
    return {
        "language": language,
        "script": tag.get("script") or next((k["script"] for k in known if k.get("script")), None),
    }


def voice_of(tracker: DialogueStateTracker) -> dict[str, str | None]:
    """What a response should be said in.

    `rasa shell` has no channel of ours to set the slots, so parse data may.
    """
    slots = tracker.current_slot_values()
    if slots.get("language"):
        return {"language": slots["language"], "script": slots.get("script")}
    return spoken(tracker.latest_message.parse_data if tracker.latest_message else {}, slots)
