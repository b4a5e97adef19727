"""A user agent in a few words: what helps an agent, no more (a browser may say anything)."""

from __future__ import annotations

import re
from typing import Any

#: The first that matches names it; the order matters, since browsers name their ancestors too.
_PROGRAMS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("HarmonyOS", "HarmonyOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device(raw: Any) -> str | None:
    """E.g. "Chrome · Windows · 1920x1080" from {"user_agent", "screen"}; None when nothing is known."""
    if not isinstance(raw, dict):
        return None
    agent = str(raw.get("user_agent", ""))
    screen = str(raw.get("screen", ""))
    parts = [_first(agent, _PROGRAMS) or agent[:40], _first(agent, _SYSTEMS)]
    if re.fullmatch(r"\d{2,5}x\d{2,5}", screen):
        parts.append(screen)
    return " · ".join(part for part in parts if part) or None


def _first(agent: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in names if mark in agent), "")
