"""The public articles in order: hot questions, topics, what is related."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sanic import Request

from api import context
from api.help.reader import Reader
from api.knowledge import searcher
from core.db import Row
from core.texts import Script, traditional
from knowledge import asked, categories, richtext, shapes
from knowledge.search.articles import Found, hottest_first
from knowledge.search.index import Hit

#: Where articles without a category are.
OTHER = "other"
#: Below both, a hit is a neighbour rather than an answer: a confidence, and a share of the words asked.
SURE, SAME_WORDS = 0.25, 0.35
_excerpt = functools.lru_cache(maxsize=4096)(richtext.excerpt)


@dataclass(frozen=True)
class Topic:
    """A category with its articles and, one level down, the categories below it; none is empty."""

    key: str
    name: str
    articles: tuple[Found, ...]
    below: tuple[Topic, ...] = ()

    @property
    def size(self) -> int:
        return len(self.articles) + sum(topic.size for topic in self.below)

    @property
    def everything(self) -> Iterator[Found]:
        yield from self.articles
        for topic in self.below:
            yield from topic.everything


@dataclass(frozen=True)
class Shelf:
    """hot: all articles, what people ask most before what they found most helpful."""

    hot: tuple[Found, ...]
    topics: tuple[Topic, ...]

    def topic(self, key: str) -> tuple[Topic, Topic | None] | None:
        """A topic by its key, with the one above it."""
        for topic in self.topics:
            if topic.key == key:
                return topic, None
            for below in topic.below:
                if below.key == key:
                    return below, topic
        return None

    def topic_of(self, article: Found) -> tuple[Topic, Topic | None] | None:
        return self.topic(str(article.category_id) if article.category_id else OTHER)


async def read(request: Request, reader: Reader) -> Shelf:
    """Everything that this reader may see."""
    articles = await searcher(request).articles(reader.wanted(request))
    async with context.db(request).reading() as tx:
        asked_most, rows = await asked.hot(tx), await categories.all_of_them(tx)
    hot = tuple(hottest_first(articles, asked_most, shapes.language_for(reader.script)))
    return Shelf(hot, tuple(_topics(hot, rows, reader)))


def _topics(articles: Iterable[Found], rows: list[Row], reader: Reader) -> Iterator[Topic]:
    held: dict[UUID | None, list[Found]] = {}
    for article in articles:
        held.setdefault(article.category_id, []).append(article)
    below: dict[UUID, list[Topic]] = {}
    for row in rows:
        if row.parent_id and row.id in held:
            topic = Topic(str(row.id), named(row.name, reader.script), tuple(held.pop(row.id)))
            below.setdefault(row.parent_id, []).append(topic)
    for row in rows:
        if not row.parent_id and (row.id in held or row.id in below):
            own = tuple(held.pop(row.id, ()))
            yield Topic(str(row.id), named(row.name, reader.script), own, tuple(below.get(row.id, ())))
    if rest := [article for group in held.values() for article in group]:
        yield Topic(OTHER, reader.say("other"), tuple(rest))


def is_answer(hit: Hit) -> bool:
    """Near enough in meaning or in words to be shown as one."""
    return hit.confidence >= SURE or hit.words >= SAME_WORDS


async def related(
    request: Request, reader: Reader, article: Found, topic: Topic | None, limit: int = 5
) -> list[Found]:
    """What is near to the article's own question, then others of its topic; in its language."""
    language = article.shown_in(shapes.language_for(reader.script))
    question = article.content.side(language).question
    hits = await searcher(request).search(question, reader.wanted(request), limit + 1)
    near = [hit.article for hit in hits if is_answer(hit)]
    others = {a.id: a for a in (*near, *(topic.articles if topic else ())) if a.id != article.id}
    return [a for a in others.values() if language in a.content.languages][:limit]


def named(name: dict[str, str], script: Script) -> str:
    """A category's name; where the language lacks one, the other one's."""
    text = name.get("en" if script == "en" else "zh") or name.get("zh") or name.get("en") or ""
    return written(text, script)


def line(article: Found, script: Script, *, excerpt: bool = False) -> dict[str, Any]:
    """knowledge.shapes.line, if asked for with the beginning of the answer."""
    shown = shapes.line(article, script)
    if excerpt:
        shown["excerpt"] = written(_excerpt(article.content.side(shown["language"]).answer), script)
    return shown


def written(text: str, script: Script) -> str:
    """In the characters that the reader reads."""
    return traditional(text) if script == "zh-Hant" else text


def trail(found: tuple[Topic, Topic | None] | None, reader: Reader) -> list[tuple[str, str]]:
    """The way to a topic as (name, place) steps, from the front page on."""
    topics = [topic for topic in reversed(found or ()) if topic is not None]
    return [(reader.say("help_centre"), ""), *((topic.name, f"c/{topic.key}") for topic in topics)]
