"""Questions of visitors with what people of the house answered.  Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from uuid import UUID

from knowledge.content import Language
from knowledge.masking import masked
from knowledge.search.tokens import is_chinese

#: Visitors write in bubbles: so many before an answer belong to the question.
_BUBBLES = 3
_LONGEST_QUESTION, _LONGEST_ANSWER = 160, 1500
_SHORTEST_ANSWER = 8
#: Words around the matter: a bubble of nothing else is no question.
_MANNERS = re.compile(
    r"(?:你好|您好|在吗|有人吗|人工|转人工|谢谢|好的?|嗯+|哦+|知道了|麻烦了?|请问|客服|"
    r"hello|hi|hey|thanks?|thank you|ok(?:ay)?|please|agent|human|talk to a person|yes|no|bye)+"
    r"[\s,，。.!！?？~～]*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Line:
    """One message of a conversation, in order: author is visitor or agent."""

    conversation_id: UUID
    author: str
    text: str
    trust: int


@dataclass(frozen=True)
class Pair:
    """A question with its answer, both masked.  trust: 0 (rated badly, opened again) to 3 (rated well)."""

    conversation_id: UUID
    language: Language
    question: str
    answer: str
    trust: int


def pairs(lines: Iterable[Line]) -> Iterator[Pair]:
    """lines: by conversation, each in its order."""
    for _, conversation in groupby(lines, key=lambda line: line.conversation_id):
        yield from _of_one(list(conversation))


def _of_one(lines: Sequence[Line]) -> Iterator[Pair]:
    turns = [(author, list(group)) for author, group in groupby(lines, key=lambda line: line.author)]
    for (asker, asked), (replier, replied) in pairwise(turns):
        if (asker, replier) != ("visitor", "agent"):
            continue
        question = _question([line.text for line in asked])
        answer = masked("\n\n".join(line.text.strip() for line in replied))[:_LONGEST_ANSWER].strip()
        if question and len(answer) >= _SHORTEST_ANSWER:
            language: Language = "zh" if is_chinese(question) else "en"
            yield Pair(asked[0].conversation_id, language, question, answer, asked[0].trust)


def _question(bubbles: Sequence[str]) -> str:
    """What was asked, without manners; empty when nothing was."""
    said = (" ".join(bubble.split()) for bubble in bubbles)
    asking = [text for text in said if not _MANNERS.fullmatch(text)][-_BUBBLES:]
    if not asking:
        return ""
    is_zh = is_chinese(asking[0])
    ended = [part if part[-1] in "。？！.?!" else part + ("，" if is_zh else ".") for part in asking]
    text = masked(("" if is_zh else " ").join(ended))
    text = text.rstrip("，. ")
    has_words = len(re.findall(r"[㐀-鿿]", text)) >= 4 or len(re.findall(r"[A-Za-z']+", text)) >= 3
    return text if has_words and len(text) <= _LONGEST_QUESTION else ""
