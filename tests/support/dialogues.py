"""Dialogues as data: what a visitor does, step by step, and what must have come back.

A file in tests/dialogues is a list of these; its name tells the language in which it is answered.  Patterns
are regular expressions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import opencc
import yaml

FOLDER = Path(__file__).parents[1] / "dialogues"
#: The number of a ticket, but for the one that the bot gives as an example.
TICKET = re.compile(r"(?!T260101-0001)T\d{6}-\d{4}")

_HAN = re.compile(r"[\u3400-\u9fff]")
#: Several English words in a row: a name or an address is none.
_ENGLISH = re.compile(r"\b[a-z]{2,}(?: [a-z]{2,}){2,}")
_TO_TRADITIONAL, _TO_SIMPLIFIED = opencc.OpenCC("s2t"), opencc.OpenCC("t2s")

Texts = str | list[str]


class Step(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One thing that happens, and what is there before the next one does."""

    say: Texts = []  # several: bubbles in a row
    press: str | None = None  # a button by its title or how that begins
    agent: str | None = None  # "returns" it to the bot, "closes" it, or says this
    wants: str | None = None  # what the widget's own buttons do: human, bot, close
    later: int = 0  # so many hours pass first

    hears: Texts = []  # patterns that are in what came back
    never: Texts = []  # patterns that are not
    offers: Texts = []  # titles of buttons
    events: Texts = []  # names of events that were shown
    state: str | None = None  # of the conversation
    language: str | None = None  # zh, hant, en: where it changes


class Dialogue(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    name: str
    steps: list[Step]
    duty: bool = False  # is an agent there?
    customer: str | None = None  # signed in at the business under this id
    ticket: dict[str, Any] = {}  # what the last ticket that was named holds; fields: patterns
    reason: str | None = None  # why people got it
    window: str | None = None  # of a browser: phone, or keyboard (and no mouse)
    language: str = ""

    @property
    def id(self) -> str:
        return f"{self.language}: {self.name}"

    def acts(self) -> list[list[Step]]:
        """The steps between hours that pass."""
        acts: list[list[Step]] = [[]]
        for step in self.steps:
            if step.later:
                acts.append([])
            acts[-1].append(step)
        return acts


@dataclass
class Heard:
    """What came back in one step.  messages: as the protocol has them, without the visitor's own."""

    step: Step
    language: str
    messages: list[dict[str, Any]]
    state: str


@dataclass
class Played:
    """A dialogue as it went.  fault: why it could not be played to its end."""

    heard: list[Heard] = field(default_factory=list)
    fault: str = ""
    ticket: dict[str, Any] | None = None
    reason: str | None = None

    @property
    def number(self) -> str | None:
        """The last ticket that was named."""
        named = [n for heard in self.heard for m in heard.messages for n in TICKET.findall(said(m))]
        return named[-1] if named else None


def load(folder: Path = FOLDER) -> list[Dialogue]:
    """Every dialogue there is.  Raises msgspec.ValidationError for a key that means nothing."""
    return [
        msgspec.convert({**one, "language": path.stem}, Dialogue)
        for path in sorted(folder.glob("*.yml"))
        for one in yaml.safe_load(path.read_text("utf-8"))
    ]


def listed(texts: Texts) -> list[str]:
    return [texts] if isinstance(texts, str) else texts


def titles(message: dict[str, Any]) -> list[str]:
    return [button["title"] for button in message["content"].get("buttons") or []]


def said(message: dict[str, Any]) -> str:
    """All that a message shows, without its buttons."""
    content = message["content"]
    if content["type"] == "event":
        return str(content["name"])
    parts = [content.get("title"), content.get("subtitle"), content.get("text"), *content.get("lines", [])]
    return "\n".join(part for part in parts if part)


# -- what is wrong with it -----------------------------------------------------------------------------------


def faults_of(dialogue: Dialogue, played: Played) -> list[str]:
    """Everything that did not go as it should, each with the step it is of; empty when all is well."""
    found = [f"{n}. {fault}" for n, heard in enumerate(played.heard, 1) for fault in _of_step(heard)]
    if played.fault:
        found.append(f"{len(played.heard) + 1}. {played.fault}")
    if dialogue.reason and played.reason != dialogue.reason:
        found.append(f"handed over for {played.reason}, not for {dialogue.reason}")
    found += _differences(dialogue.ticket, played.ticket or {}, "ticket")
    return found


def _of_step(heard: Heard) -> Iterator[str]:
    step = heard.step
    text = "\n".join(map(said, heard.messages))
    shown = [title for message in heard.messages for title in titles(message)]
    names = [m["content"]["name"] for m in heard.messages if m["content"]["type"] == "event"]
    yield from (f"not heard: {pattern}" for pattern in listed(step.hears) if not re.search(pattern, text))
    yield from (f"heard: {pattern}" for pattern in listed(step.never) if re.search(pattern, text))
    yield from (f"not offered: {title}" for title in listed(step.offers) if title not in shown)
    yield from (f"not shown: {name}" for name in listed(step.events) if name not in names)
    if step.state and step.state != heard.state:
        yield f"the conversation is with {heard.state}, not with {step.state}"
    for message in heard.messages:
        if message["author"]["kind"] == "bot":
            yield from language_faults("\n".join([said(message), *titles(message)]), heard.language)


def language_faults(text: str, language: str) -> list[str]:
    """What in a text of the bot is not of a language: zh, hant or en."""
    if language == "en":
        return [f"not English: {text}"] if _HAN.search(text) else []
    found = [] if _HAN.search(text) else [f"not Chinese: {text}"]
    found += [f"English among Chinese: {match[0]}" for match in _ENGLISH.finditer(text)]
    wrong = _of_the_other_script(text, language)
    return [*found, f"of the other script, {wrong}: {text}"] if wrong else found


def _of_the_other_script(text: str, language: str) -> str:
    """Characters that only the other script has: OpenCC would change them, and the script's own character set
    does not have them.  Some it would change are good in both (后, 台, 里).
    """
    convert, charset = (
        (_TO_TRADITIONAL.convert, "big5") if language == "hant" else (_TO_SIMPLIFIED.convert, "gb2312")
    )
    return "".join(sorted({c for c in text if convert(c) != c and not _has(charset, c)}))


def _has(charset: str, character: str) -> bool:
    try:
        character.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _differences(wanted: Any, found: Any, place: str) -> Iterator[str]:
    """Where found lacks what is wanted of it; texts are patterns for the whole."""
    if isinstance(wanted, dict):
        values = found if isinstance(found, dict) else {}
        for key, value in wanted.items():
            yield from _differences(value, values.get(key), f"{place}.{key}")
    elif not (_matches(wanted, found) if isinstance(wanted, str) else found == wanted):
        yield f"{place} is {found!r}, not {wanted!r}"


def _matches(pattern: str, found: Any) -> bool:
    return isinstance(found, str) and re.fullmatch(pattern, found) is not None


def transcript(played: Played) -> str:
    """The whole dialogue for people to read."""
    return "\n".join(line for n, heard in enumerate(played.heard, 1) for line in _lines(n, heard))


def _lines(number: int, heard: Heard) -> Sequence[str]:
    step = heard.step
    did = " / ".join(listed(step.say)) or next(
        (f"[{name}] {value}" for name in ("press", "agent", "wants") if (value := getattr(step, name))), ""
    )
    return [f"{number:>3} > {did}", *(f"      {_line(message)}" for message in heard.messages)]


def _line(message: dict[str, Any]) -> str:
    shown = "".join(f" [{title}]" for title in titles(message))
    return f"{message['author']['kind']}: {said(message)!r}{shown}"
