"""Dialogues written by hand, read from scripts/*.txt.

    == title | weight | options         options: night, hant, group=<slug>
    v intent[/emotion][?]: words        the visitor; "a | b" are alternatives, "?": not understood
    b utter_name   b: words             the bot: an answer of domain.yml, or words
    b card <state>   b product <kind>   the bot: an order's card, a product's description
    a: words   n: words                 an agent: to the visitor, as an internal note
    ! verb arguments                    what happens (demo.story)

{names} in braces are filled in, the same within a conversation.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "scripts"
LANGUAGES = ("zh", "en")

_VISITOR = re.compile(r"v (\w+)(?:/(\w+))?(\?)?: (.+)")


@dataclass(frozen=True)
class Line:
    """One line.  who: v, b, a, n or !; what: intent, answer or verb; words: text or arguments."""

    who: str
    what: str = ""
    words: tuple[str, ...] = ()
    emotion: str = "neutral"
    understood: bool = True


@dataclass(frozen=True)
class Script:
    title: str
    language: str  # zh or en
    weight: int
    lines: tuple[Line, ...]
    group: str | None = None
    is_night: bool = False  # needs that nobody is on duty
    is_traditional: bool = False  # written in traditional characters

    @property
    def has_people(self) -> bool:
        return any(line.who in "an" or line.what in ("human", "button", "fail") for line in self.lines)


@functools.cache
def scripts(language: str) -> tuple[Script, ...]:
    """All dialogues of a language.  Raises ValueError with file and line of what cannot be read."""
    found: list[Script] = []
    for path in sorted(FOLDER.glob(f"{language}_*.txt")):
        heads: list[tuple[str, list[Line]]] = []
        for number, raw in enumerate(path.read_text("utf-8").splitlines(), 1):
            if raw.startswith("== "):
                heads.append((raw[3:], []))
            elif raw and not raw.startswith("#"):
                try:
                    heads[-1][1].append(_line(raw))
                except (ValueError, IndexError) as err:
                    raise ValueError(f"{path.name}:{number}: {raw}") from err
        found += [_script(head, lines, language) for head, lines in heads]
    return tuple(found)


def _script(head: str, lines: list[Line], language: str) -> Script:
    title, weight, *rest = (part.strip() for part in head.split("|"))
    options = rest[0].split() if rest else []
    groups = [option.removeprefix("group=") for option in options if option.startswith("group=")]
    return Script(
        title,
        language,
        int(weight),
        tuple(lines),
        group=groups[0] if groups else None,
        is_night="night" in options,
        is_traditional="hant" in options,
    )


def _line(raw: str) -> Line:
    match raw[0]:
        case "v":
            found = _VISITOR.fullmatch(raw)
            if found is None:
                raise ValueError(raw)
            intent, emotion, doubt, words = found.groups()
            said = tuple(part.strip() for part in words.split(" | "))
            return Line("v", intent, said, emotion or "neutral", understood=not doubt)
        case "b" if raw.startswith("b: "):
            return Line("b", "", (raw[3:],))
        case "b":
            what, _, kind = raw[2:].partition(" ")
            return Line("b", what, (kind,) if kind else ())
        case "a" | "n" if raw[1:3] == ": ":
            return Line(raw[0], "", (raw[3:],))
        case "!":
            verb, _, arguments = raw[2:].partition(" ")
            return Line("!", verb, (arguments,))
    raise ValueError(raw)
