"""Channels whose clients speak the visitor protocol and render every kind of content."""

from __future__ import annotations

from dataclasses import dataclass

from core.messages import Address, Content

EVERYTHING = frozenset(
    {
        "text",
        "buttons",
        "press",
        "image",
        "picture",
        "file",
        "audio",
        "video",
        "location",
        "card",
        "event",
    }
)


@dataclass(frozen=True)
class PullConnector:
    name: str
    pulls: bool = True
    renders: frozenset[str] = EVERYTHING
    dedupes: bool = True

    async def send(self, to: Address, content: Content, *, key: str) -> None:
        raise AssertionError("a pull channel is never sent to: its clients read the timeline")
