"""What a visitor typed, made safe for Rasa, which obeys text that starts with a slash as a command."""

from __future__ import annotations

#: Looks like a slash to people and means nothing to Rasa.
_SLASH = "\u2215"


def escape(text: str) -> str:
    """The text without leading blanks and without a leading slash.

    Rasa strips before it looks, so we strip first too; only payloads of buttons that we issued keep
    their slash, and those never pass through here.
    """
    stripped = text.strip()
    # Zero-width and other format characters would survive strip() and be dropped by the bot's normaliser.
    while stripped and (stripped[0].isspace() or _is_format(stripped[0])):
        stripped = stripped[1:]
    if stripped.startswith(("/", "\uff0f")):
        stripped = _SLASH + stripped[1:]
    return stripped


def _is_format(ch: str) -> bool:
    return ch in "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"
