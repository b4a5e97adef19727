"""Keeps the index as fresh as the articles are, in every process, and answers from it.

What may have changed is hinted at (topic knowledge); without a hint the versions of all live articles are
compared every few seconds.  Only what changed is read and prepared again.  Everything that takes a core runs
in one thread of its own: reading, encoding, ranking; words alone are answered at once on the event loop.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import structlog

from core.db import Database, Row
from core.errors import Unavailable
from encoder import Encoder, Vectors
from knowledge import lists, synonyms
from knowledge.articles import TOPIC
from knowledge.content import Content, Language
from knowledge.search.articles import Entry, Found, Wanted, entry_of, found_from
from knowledge.search.encoding import LazyEncoder
from knowledge.search.expand import Synonyms
from knowledge.search.index import Hit, Index
from knowledge.search.lexical import Vocabulary

log = structlog.get_logger(__name__)
T = TypeVar("T")

#: Seconds after which versions are compared, hint or not.
FRESH_FOR_S = 5.0
#: Texts encoded in one go: a query waits for no more than these.
_CHUNK = 16
#: Articles after whose encoding searches use what there is so far.
_PORTION = 500


class Searcher:
    """One a process.  encoder is called once, in the thread, when there is something to encode; None: words
    alone."""

    def __init__(self, db: Database, encoder: Callable[[], Encoder | None] = lambda: None) -> None:
        self._db = db
        self._lazy = LazyEncoder(encoder)
        self._thread = ThreadPoolExecutor(1, "knowledge")
        self._lock = asyncio.Lock()
        self._watching = db.hints.watch(TOPIC)
        self._watch = self._watching.__enter__()
        self._checked_at = -math.inf
        self._is_due = self._is_loading = False
        self._vocabulary = Vocabulary()
        self._articles: dict[UUID, Found] = {}
        self._synonyms: list[Sequence[str]] = []
        self._index = Index([], self._vocabulary, Synonyms([]))

    @property
    def index(self) -> Index:
        """The present snapshot."""
        return self._index

    async def search(self, query: str, wanted: Wanted, limit: int = 10) -> list[Hit]:
        """The best articles first."""
        await self.refresh()
        index = self._index
        if not index.articles:
            return []
        return await self._in_thread(self._search, index, query, wanted, limit)

    def _search(self, index: Index, query: str, wanted: Wanted, limit: int) -> list[Hit]:
        vector = self._lazy.encode([query]) if self._lazy.centres is not None and query.strip() else None
        return index.search(query, wanted, vector, limit)

    async def centred(self, language: Language, texts: Sequence[str]) -> Vectors | None:
        """Texts of one language as vectors to compare with each other; None without an encoder."""
        if not texts or not await self._in_thread(self._lazy.is_ready):
            return None
        parts = []
        for start in range(0, len(texts), _CHUNK):
            part = await self._in_thread(self._lazy.encode, texts[start : start + _CHUNK])
            if part is None:
                return None
            parts.append(part)
        return await self._in_thread(self._lazy.centred, language, parts)

    async def suggest(self, start: str, wanted: Wanted, limit: int = 6) -> list[Hit]:
        """While somebody types: by words alone."""
        await self.refresh()
        return self._index.suggest(start, wanted, limit)

    async def article(self, key: str | UUID, wanted: Wanted) -> Found | None:
        """A live article by id or slug, if it is for this reader."""
        await self.refresh()
        for article in self._index.articles.values():
            if key in (article.id, article.slug, str(article.id)):
                return article if article.is_for(wanted) else None
        return None

    async def articles(self, wanted: Wanted) -> list[Found]:
        """All live articles for this reader."""
        await self.refresh()
        return [article for article in self._index.articles.values() if article.is_for(wanted)]

    async def refresh(self) -> None:
        """Take up what changed.  With many new articles words come first and meanings follow (run)."""
        if not self._is_loading and self._is_fresh():
            return
        async with self._lock:
            if self._is_fresh():
                return  # whoever was before us has taken it up
            self._is_due, self._is_loading = False, True
            try:
                await self._load()
            except Unavailable:
                if not self._index.articles:
                    raise
                log.warning("knowledge.database_unavailable")  # what is held is better than nothing
            finally:
                self._is_loading = False
            self._checked_at = time.monotonic()

    def _is_fresh(self) -> bool:
        self._is_due = self._is_due or bool(self._watch.take())
        return not self._is_due and time.monotonic() - self._checked_at < FRESH_FOR_S

    async def _load(self) -> None:
        async with self._db.reading() as tx:
            versions = await lists.live_versions(tx)
            stale = [key for key, version in versions.items() if self._held(key) != version]
            rows = await lists.live_articles(tx, stale) if stale else []
            sets: list[Sequence[str]] = [row.words for row in await synonyms.all_of_them(tx)]
        gone = self._articles.keys() - versions.keys()
        if not (rows or gone or sets != self._synonyms):
            return
        for key in gone:
            del self._articles[key]
        self._synonyms = sets
        fresh = await self._in_thread(self._prepared, rows)
        if sum(len(entry.phrases) for article in fresh.values() for entry in article.entries) <= 2 * _CHUNK:
            fresh = {key: await self._with_vectors(article) for key, article in fresh.items()}
        self._articles |= fresh
        await self._assemble()

    def _held(self, key: UUID) -> int | None:
        article = self._articles.get(key)
        return None if article is None else article.version

    def _prepared(self, rows: Sequence[Row]) -> dict[UUID, Found]:
        found = {}
        for row in rows:
            content = msgspec.convert(row.content, Content)
            known = self._known_vectors(row.id)
            entries = (entry_of(language, content, self._vocabulary) for language in content.languages)
            found[row.id] = found_from(
                row, content, tuple(replace(e, vectors=known.get((e.language, e.phrases))) for e in entries)
            )
        return found

    def _known_vectors(self, key: UUID) -> dict[Any, Vectors]:
        """Of the version before: a change of tags costs no encoding."""
        before = self._articles.get(key)
        entries = before.entries if before is not None else ()
        return {(e.language, e.phrases): e.vectors for e in entries if e.vectors is not None}

    async def _assemble(self) -> None:
        articles = list(self._articles.values())
        self._index = await self._in_thread(
            lambda: Index(articles, self._vocabulary, Synonyms(self._synonyms), self._lazy.centres)
        )

    async def complete(self) -> None:
        """Vectors for all that have none, some articles at a time; searches go on meanwhile."""
        await self.refresh()
        pending = [article for article in self._articles.values() if _lacks_vectors(article)]
        for start in range(0, len(pending), _PORTION):
            done = [await self._with_vectors(article) for article in pending[start : start + _PORTION]]
            async with self._lock:
                for before, after in zip(pending[start:], done, strict=False):
                    if self._articles.get(before.id) is before:  # not changed meanwhile
                        self._articles[before.id] = after
                await self._assemble()
            if any(map(_lacks_vectors, done)):
                return  # the encoder is away

    async def _with_vectors(self, article: Found) -> Found:
        if not _lacks_vectors(article) or not await self._in_thread(self._lazy.is_ready):
            return article
        return replace(article, entries=tuple([await self._encoded_entry(e) for e in article.entries]))

    async def _encoded_entry(self, entry: Entry) -> Entry:
        import numpy as np

        if entry.vectors is not None:
            return entry
        starts = range(0, len(entry.phrases), _CHUNK)
        rows = [await self._in_thread(self._lazy.encode, entry.phrases[i : i + _CHUNK]) for i in starts]
        known = [part for part in rows if part is not None]
        return replace(entry, vectors=np.concatenate(known)) if len(known) == len(rows) else entry

    async def _in_thread(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)

    async def run(self) -> None:
        """Background: be ready before the first question, and encode what refresh left."""
        with self._db.hints.watch(TOPIC) as watch:
            while True:
                try:
                    await self.complete()
                except Unavailable:
                    log.warning("knowledge.database_unavailable")
                await watch.wait(FRESH_FOR_S)

    def close(self) -> None:
        self._watching.__exit__(None, None, None)
        self._thread.shutdown(wait=False, cancel_futures=True)


def _lacks_vectors(article: Found) -> bool:
    return any(entry.vectors is None for entry in article.entries)
