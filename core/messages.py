"""The words every part of the system shares: what a message can hold, and what arrives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

#: The longest text a person may send, in characters.
MAX_TEXT = 4000


class _Tagged(msgspec.Struct, frozen=True, tag_field="type", omit_defaults=True):
    """Every content carries its kind in "type"."""


class Text(_Tagged, frozen=True, tag="text"):
    text: str


class Button(msgspec.Struct, frozen=True, omit_defaults=True):
    title: str
    payload: str | None = None


class Buttons(_Tagged, frozen=True, tag="buttons"):
    text: str
    buttons: tuple[Button, ...]


class Press(_Tagged, frozen=True, tag="press"):
    """The visitor pressed button number index of an earlier message; we look up title and payload."""

    message_id: str
    index: int
    title: str = ""
    payload: str | None = None


class Attachment(_Tagged, frozen=True):
    blob_id: str
    name: str = ""
    mime: str = ""
    size: int = 0
    width: int | None = None
    height: int | None = None
    alt: str | None = None


class Image(Attachment, frozen=True, tag="image"): ...


class File(Attachment, frozen=True, tag="file"): ...


class Audio(Attachment, frozen=True, tag="audio"): ...


class Video(Attachment, frozen=True, tag="video"): ...


class Picture(_Tagged, frozen=True, tag="picture"):
    """An image that lives elsewhere (a bot's answer); shown as an image with that address."""

    url: str
    alt: str = ""


class Location(_Tagged, frozen=True, tag="location"):
    latitude: float
    longitude: float
    label: str = ""


class Card(_Tagged, frozen=True, tag="card"):
    title: str
    subtitle: str | None = None
    image_url: str | None = None
    lines: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()


class Event(_Tagged, frozen=True, tag="event"):
    """Something that happened in the conversation; its words are in core.texts."""

    name: str
    data: dict[str, Any] = {}


Content = Text | Buttons | Press | Image | File | Audio | Video | Picture | Location | Card | Event
ATTACHMENTS = (Image, File, Audio, Video)


def parse_content(raw: object) -> Content:
    """Content from decoded JSON.  Raises msgspec.ValidationError with the place of the fault."""
    content: Content = msgspec.convert(raw, Content)
    return content


def dump_content(content: Content) -> dict[str, Any]:
    """Content as JSON-ready builtins, type tag included."""
    built: dict[str, Any] = msgspec.to_builtins(content)
    return built


def plain_text(content: Content) -> str:
    """What a content says, as text: for excerpts, the bot, and channels that show only text."""
    match content:
        case Text(text=text):
            return text
        case Buttons(text=text, buttons=buttons):
            return text + _listed(buttons)
        case Press(title=title):
            return title
        case Card(title=title, subtitle=subtitle, lines=lines, buttons=buttons):
            return "\n".join(part for part in (title, subtitle, *lines) if part) + _listed(buttons)
        case Location(label=label, latitude=lat, longitude=lon):
            return label or f"{lat:.5f}, {lon:.5f}"
        case Event(name=name):
            return name
        case Picture(url=url, alt=alt):
            return alt or url
        case Attachment(name=name):
            return name
    raise AssertionError(content)


def _listed(buttons: tuple[Button, ...]) -> str:
    return "".join(f"\n[{n}] {button.title}" for n, button in enumerate(buttons, 1))


def is_storable(text: str) -> bool:
    """Whether the database can keep the text: no NUL and no half of a surrogate pair."""
    return "\x00" not in text and not any(0xD800 <= ord(ch) <= 0xDFFF for ch in text)


@dataclass(frozen=True)
class Inbound:
    """One thing a visitor said, in channel-neutral form.

    (channel, account, dedupe_key) names it for ever: a redelivery carries the same three.
    account is our side of the channel (an inbox, an official account), sender theirs.
    """

    channel: str
    sender: str
    dedupe_key: str
    content: Content
    sent_at: datetime  # UTC, as stated by the channel: shown, never trusted for order
    account: str = "default"
    brand: str = "default"
    language: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Address:
    """Where a push channel sends: one identity of one visitor on one account."""

    channel: str
    account: str
    external_id: str
    identity_id: UUID
