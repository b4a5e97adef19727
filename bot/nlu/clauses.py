"""A message as clauses, each of which may be a question of its own.  Pure.

Where to cut is a matter of marks and connecting words here; whether the clauses are different questions is
decided by what the model reads in them (bot/parts.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

#: Longer messages, or more clauses, are a story: it has one point, and every step of it sounds like one.
LONGEST = 400
MOST = 8


class Cut(IntEnum):
    """What stands before a clause, weakest first."""

    COMMA = 0
    SENTENCE = 1
    NEW = 2  # the end of a line, or a word that starts something new


@dataclass(frozen=True)
class Clause:
    """text: without the connecting word that it began with.  cut: what stands before it."""

    text: str
    cut: Cut

    @property
    def asks(self) -> bool:
        """Is it worded as a question or a request?"""
        return _ASKS.search(self.text) is not None


#: Marks in here part nothing: quotations, brackets, addresses, numbers and hours.
_WHOLE = re.compile(
    r"“[^”]*”|「[^」]*」|『[^』]*』|《[^》]*》|（[^）]*）|\([^)]*\)|\"[^\"\n]*\""
    r"|https?://\S+|[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+|\d+(?:[,，.:：/-]\d+)+"
    r"|\b(?:Mr|Mrs|Ms|Dr|St|vs|etc|e\.g|i\.e)\.",
    re.IGNORECASE,
)
_NEW_ZH = (
    r"(?:还有|還有|另外|此外|以及|对了|對了|再就是|再有|順便|顺便|顺带|順帶|再问|再問|还想问|還想問|也想问|也想問)"
    r"(?:就是|一个|一個|一点|一點|一下|问题|問題|想|想问|想問|再|我|请|請|问|問|下)*"
)
_NEW_EN = (
    r"(?:\b(?:and also|oh and|by the way|btw|another thing|one more (?:thing|question)|in addition"
    r"|additionally)|(?<=[,.;!?] )(?:also|plus|besides))\b"
)
#: Goes on, with the same thing or with another.
_AND = (
    r"\b(?:also|besides)\b"
    r"|\band (?=(?:then )?(?:how|what|where|when|why|which|who|can|could|do|does|did|is|are|will|would|should"
    r"|i (?:also |would |still )?(?:want|need|like)|i'd)\b)"
)
_MARK = re.compile(
    rf"(?P<new>\s*\n\s*|\s*(?:{_NEW_ZH}|{_NEW_EN}))"
    rf"|(?P<sentence>[?？。!！;；…~～]+|\.+(?=\s|$))|(?P<comma>[,，]|{_AND})",
    re.IGNORECASE,
)
#: Words of asking and wanting.
_ASKS = re.compile(
    r"[?？]|[吗嗎呢]|多少|怎么|怎麼|怎样|怎樣|什么|什麼|如何|哪|几[点天时号个]|幾[點天時號個]|多久|多[长長]|能不能|可不可以"
    r"|有没有|有沒有|是不是|会不会|會不會|能否|可否|[我你您]想|我要|想要|需要|[帮幫]我|[给給]我|[请請]问|[请請]問|麻[烦煩]|查一?下"
    r"|\b(?:what|when|where|which|who|why|how|can|could|do|does|did|is|are|will|would|should|may"
    r"|i(?:'d| would)? (?:want|need|like)|please|any|tell me|give me)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w")
_LEAD = re.compile(rf"(?:[\s,，、。.!！;；:：~～-]|{_NEW_ZH}|{_NEW_EN}|and\b)+", re.IGNORECASE)


def clauses(text: str) -> list[Clause]:
    """The clauses in order; one with the whole text where there is nothing to cut."""
    if len(text) > LONGEST:
        return [Clause(text.strip(), Cut.NEW)]
    found: list[Clause] = []
    cut = Cut.NEW
    for piece, after in _pieces(text):
        said = piece[match.end() :] if (match := _LEAD.match(piece)) else piece
        if match and _connects(match[0]):
            cut = Cut.NEW
        if not _WORD.search(said):
            cut = max(cut, after)
            continue
        found.append(Clause(said.strip(" \n\t,，"), cut))
        cut = after
    return found if 1 < len(found) <= MOST else [Clause(text.strip(), Cut.NEW)]


def _pieces(text: str) -> Iterator[tuple[str, Cut]]:
    """Stretches of text with the mark that ends each: a connecting word begins the next one."""
    whole = [match.span() for match in _WHOLE.finditer(text)]
    start = 0
    for match in _MARK.finditer(text):
        if any(low <= match.start() < high for low, high in whole):
            continue
        kind = Cut.NEW if match["new"] else Cut.SENTENCE if match["sentence"] else Cut.COMMA
        end = match.start() if _WORD.search(match[0]) else match.end()
        yield text[start:end], kind
        start = end
    yield text[start:], Cut.NEW


def _connects(mark: str) -> bool:
    return re.search(rf"{_NEW_ZH}|{_NEW_EN}", mark, re.IGNORECASE) is not None
