"""What the bot made of a message and did about it, for somebody who looks over its shoulder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.nlu.language import normalise
from bot.nlu.ngrams import words
from bot.tools.words import Bilingual, Language

_MOST_INTENTS = 5
_WIDTH = 10
#: Told by their own lines.
_ELSEWHERE = ("language", "script", "emotion")


def replies(answer: Mapping[str, Any]) -> Iterator[str]:
    """Each bubble, its buttons numbered through: the number is what to type to press one."""
    number = 0
    for reply in answer["replies"]:
        yield from _bubble(reply)
        for button in reply.get("buttons") or []:
            number += 1
            yield f"  [{number}] {button['title']}"


def payloads(answer: Mapping[str, Any]) -> list[str]:
    """What the buttons of an answer stand for, in the order of `replies`."""
    return [b["payload"] for reply in answer["replies"] for b in reply.get("buttons") or []]


def lines(answer: Mapping[str, Any], took_s: float, language: Language) -> Iterator[str]:
    """One answer of the wire as `name value` lines; took_s: seconds from question to answer."""
    for name, value in _facts(answer, took_s):
        if value:
            title = name.to(language)
            yield f"  {title}{' ' * max(1, _WIDTH - len(title) * (2 if language == 'zh' else 1))}{value}"


def _facts(answer: Mapping[str, Any], took_s: float) -> Iterator[tuple[Bilingual, str]]:
    nlu = answer["nlu"]
    ranking = nlu["ranking"][:_MOST_INTENTS]
    slots = {k: v for k, v in answer["slots"].items() if k not in _ELSEWHERE}
    yield Bilingual("语言", "language"), " ".join(filter(None, (nlu["language"], nlu["script"])))
    yield Bilingual("分词", "tokens"), words(normalise(nlu["text"]))
    yield Bilingual("意图", "intents"), ", ".join(_scored(intent) for intent in ranking if intent["name"])
    yield Bilingual("判定", "taken as"), _taken(answer)
    yield Bilingual("情绪", "emotion"), _scored(nlu["emotion"])
    if nlu.get("scope") is not None:
        yield Bilingual("熟悉度", "scope"), f"{nlu['scope']:.2f}"
    yield Bilingual("实体", "entities"), ", ".join(f"{e['entity']}={e['value']}" for e in nlu["entities"])
    yield Bilingual("表单", "form"), answer["form"] or ""
    yield Bilingual("槽位", "slots"), ", ".join(f"{k}={v}" for k, v in sorted(slots.items()))
    yield Bilingual("动作", "actions"), " > ".join(answer["actions"])
    yield Bilingual("用时", "took"), f"{1000 * took_s:.0f} ms"


def _taken(answer: Mapping[str, Any]) -> str:
    """The decision, where it is another than the first of the ranking."""
    decided = answer["nlu"]["intent"]
    first = next(iter(answer["nlu"]["ranking"]), None)
    return "" if first and first["name"] == decided["name"] else _scored(decided)


def _scored(guess: Mapping[str, Any]) -> str:
    return f"{guess['name']} {guess['confidence']:.2f}"


def _bubble(reply: Mapping[str, Any]) -> Iterator[str]:
    if reply["type"] == "image":
        yield f"[{reply['url']}] {reply['alt']}".rstrip()
    elif reply["type"] == "card":
        yield from filter(
            None, (reply["title"], reply["subtitle"], *(f"  {line}" for line in reply["lines"]))
        )
    else:
        yield reply["text"]
