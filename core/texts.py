"""Words of the service itself for people: errors, events of a conversation, names of states.

Each is written in simplified Chinese and English; traditional Chinese comes from OpenCC (s2twp: characters
and idioms of Taiwan), once per sentence.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any, Literal

from core.bilingual import Bilingual
from core.wording import ERRORS, EVENTS, TICKET_STATES

Script = Literal["zh", "zh-Hant", "en"]
SCRIPTS: tuple[Script, ...] = ("zh", "zh-Hant", "en")


@functools.cache
def _converter() -> Any:
    import opencc  # its dictionaries take a while: only when somebody reads traditional characters

    return opencc.OpenCC("s2twp")


@functools.lru_cache(maxsize=4096)
def traditional(text: str) -> str:
    """Simplified Chinese in traditional characters; other text unchanged."""
    converted: str = _converter().convert(text)
    return converted


def in_script(words: Bilingual, script: Script, values: Mapping[str, Any] | None = None) -> str:
    """One sentence, filled in.  Only our own words are converted, names and quotations stay as they are."""
    text = words.en if script == "en" else words.zh
    if script == "zh-Hant":
        text = traditional(text)
    return text.format_map(_Lenient(values or {}))


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def preferred(accept_language: str | None, fallback: Script = "zh") -> Script:
    """What an Accept-Language header asks for, of what we have."""
    best: tuple[float, int] | None = None
    chosen = fallback
    for place, part in enumerate((accept_language or "").split(",")[:20]):
        tag, _, rest = part.strip().partition(";")
        script = _script_of(tag)
        if script is None:
            continue
        found = re.search(r"q=([01](?:\.\d+)?)", rest)
        weight = (float(found[1]) if found else 1.0, -place)
        if weight[0] > 0 and (best is None or weight > best):
            best, chosen = weight, script
    return chosen


def _script_of(tag: str) -> Script | None:
    parts = tag.strip().lower().split("-")
    if parts[0] == "en":
        return "en"
    if parts[0] not in {"zh", "yue", "cmn"}:
        return None
    if "hans" in parts:
        return "zh"
    return "zh-Hant" if {"hant", "tw", "hk", "mo"} & set(parts) else "zh"


def error_text(code: str, script: Script, *, default: str = "rejected", **values: Any) -> str:
    """The sentence for an error code; default names the one to use for a code without words."""
    words = ERRORS.get(code) or ERRORS.get(default) or ERRORS["rejected"]
    return in_script(words, script, values)


def event_text(name: str, data: Mapping[str, Any]) -> dict[Script, str]:
    """The sentence for an event message in all three scripts, ready to show."""
    words = EVENTS.get(_variant(name, data))
    if words is None:
        return {script: name for script in SCRIPTS}
    return {script: in_script(words, script, _values(data, script)) for script in SCRIPTS}


def _variant(name: str, data: Mapping[str, Any]) -> str:
    if name == "closed" and data.get("by") == "visitor":
        return "closed_by_visitor"
    if name == "requeued" and data.get("reason") == "transfer":
        return "transferred"
    if name == "ticket_updated" and data.get("comment"):
        return "ticket_commented"
    return name


def _values(data: Mapping[str, Any], script: Script) -> dict[str, Any]:
    values = dict(data)
    agent = values.get("agent")
    values["agent"] = agent.get("name", "") if isinstance(agent, Mapping) else agent or ""
    if label := TICKET_STATES.get(str(values.get("state"))):
        values["state"] = in_script(label, script)
    return values
