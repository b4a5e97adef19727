"""A content as a channel can show it: as it is, or as text that says the same."""

from __future__ import annotations

from core.messages import Attachment, Content, Event, Location, Picture, Text, plain_text
from core.texts import Script, event_text
from core.wording import EVENTS


def kind(content: Content) -> str:
    """The tag of a content: text, buttons, image ..."""
    return str(type(content).__struct_config__.tag)


def degrade(
    content: Content, renders: frozenset[str], *, file_url: str | None = None, script: Script = "zh"
) -> Content | None:
    """content if the channel renders it, else a Text in the visitor's script; None: nothing to say.

    file_url: where an attachment can be fetched, put behind its name.
    """
    if kind(content) in renders:
        return content
    words = _words(content, file_url, script)
    return Text(text=words) if words.strip() else None


def _words(content: Content, file_url: str | None, script: Script) -> str:
    match content:
        case Event(name=name, data=data):
            return event_text(name, data)[script] if name in EVENTS else ""
        case Attachment(name=name, alt=alt):
            return " ".join(filter(None, (alt or name, file_url)))
        case Picture(url=url, alt=alt):
            return f"{alt} {url}".strip()
        case Location(latitude=lat, longitude=lon, label=label):
            return f"{label} {lat:.5f}, {lon:.5f}".strip()
    return plain_text(content)
