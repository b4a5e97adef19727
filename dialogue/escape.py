"""What a visitor typed, made safe for Rasa, which obeys text that starts with a slash as a command."""

from __future__ import annotations

import unicodedata

#: Looks like a slash to people and means nothing to Rasa.
_SLASH = "\u2215"

#: Unicode categories of what nobody sees: controls, format characters, unassigned, separators, and marks
#: with nothing to stand on.  A reader that drops or strips them would find what stands behind them.
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zs", "Zl", "Zp", "Mn", "Me"})


def escape(text: str) -> str:
    """The text without leading blanks and without a leading slash, of any width.

    Only payloads of buttons that we issued keep their slash, and those never pass through here.
    """
    first = next((n for n, ch in enumerate(text) if not _is_unseen(ch)), len(text))
    bare = text[first:].rstrip()
    if unicodedata.normalize("NFKC", bare[:1]).startswith("/"):
        bare = _SLASH + bare[1:]
    return bare


def _is_unseen(ch: str) -> bool:
    return ch.isspace() or unicodedata.category(ch) in _UNSEEN
