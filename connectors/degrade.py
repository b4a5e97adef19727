"""A content as a channel can show it: as it is, or as text that says the same."""

from __future__ import annotations

from core.messages import Attachment, Content, Event, Text, plain_text


def kind(content: Content) -> str:
    """The tag of a content: text, buttons, image ..."""
    return str(type(content).__struct_config__.tag)


def degrade(content: Content, renders: frozenset[str], *, file_url: str | None = None) -> Content | None:
    """content if the channel renders it; else a Text; None for what is silent on channels without events.

    file_url: where an attachment can be fetched, put behind its name.
    """
    if kind(content) in renders:
        return content
    if isinstance(content, Event):
        return None
    if isinstance(content, Attachment):
        return Text(text=f"{content.name} {file_url}" if file_url else content.name)
    return Text(text=plain_text(content))
