"""The demo's knowledge base: complete in both languages, imported by the console, found by what people
ask."""

from __future__ import annotations

import random

import pytest
import sqlalchemy as sa

from demo import articles as demo
from knowledge import schema as k
from knowledge.content import Language
from knowledge.search.articles import Wanted
from knowledge.search.searcher import Searcher


async def test_the_demo_s_articles_are_found_in_both_languages(library):
    async with library.db.begin() as tx:
        count = await demo.plant(tx, random.Random(1), library.author)
    assert count >= 40
    async with library.db.begin() as tx:
        rows = await tx.all(sa.select(k.article))
        assert {row.state for row in rows} == {"published"}
        assert await tx.value(sa.select(sa.func.count()).select_from(k.category)) == 6
        assert all(row.helpful + row.unhelpful > 0 for row in rows)
    searcher = Searcher(library.db)
    cases: tuple[tuple[str, Language, str], ...] = (
        ("怎么退货", "zh", "how-to-return"),
        ("扫地机滤网", "zh", "filter-change"),
        ("tuikuan", "zh", "refund-time"),
        ("how long does delivery take", "en", "delivery-time"),
        ("forgot pasword", "en", "reset-password"),
    )
    for query, language, slug in cases:
        hits = await searcher.search(query, Wanted(language, library.clock.now()))
        assert hits[0].article.slug == slug, query
        assert hits[0].article.content.languages == ("zh", "en")
    searcher.close()


async def test_planting_again_changes_nothing(library):
    for expected in (True, False):
        async with library.db.begin() as tx:
            assert bool(await demo.plant(tx, random.Random(1), library.author)) is expected


@pytest.mark.parametrize("apply", ["0", "1"])
async def test_the_console_imports_the_same_files(desk, apply):
    trainer = await desk.person("trainer")
    files = [("file", (path.name, path.read_bytes())) for path in sorted(demo.FOLDER.glob("*.md"))]
    answer = await trainer.http.post("/api/console/v1/knowledge/import", params={"apply": apply}, files=files)
    report = answer.json()
    assert report["counts"] == {"create": len(files), "update": 0, "unchanged": 0, "refused": 0}
