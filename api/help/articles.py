"""An article, and what its readers think of it."""

from __future__ import annotations

import contextlib
from typing import Any

from sanic import HTTPResponse, Request
from sanic.response import redirect

from api import context
from api.guards import check_origin
from api.help import shelf, structured
from api.help.doors import for_readers
from api.help.reader import PAGES, Reader
from api.help.render import Head, absolute, brand, page
from api.http import query_text
from api.knowledge import image_address, searcher
from api.rules import declare
from api.visitor.knowledge import VOICES, voter
from core.errors import Invalid, NotFound
from core.ids import parse_id
from core.texts import Script
from knowledge import asked, feedback, richtext, shapes
from knowledge.content import Language, printable
from knowledge.search.articles import Found

#: Longest description of a page, in characters.
DESCRIPTION = 155


@declare("public")
@for_readers(PAGES)
async def show(request: Request, reader: Reader, slug: str) -> HTTPResponse:
    """?search= tells from which search it was opened, ?thanks= (yes, no) that it was just rated."""
    article = await _article(request, reader, slug)
    await _note_choice(request, article)
    shown = shapes.page(article, reader.script, image_address(request))
    scripts = scripts_of(article.content.languages)
    canonical = reader.script if reader.script in scripts else scripts[0]
    held = await shelf.read(request, reader)
    found = held.topic_of(article)
    steps = shelf.trail(found, reader)
    name = await brand(request, reader.script)
    description = shelf.written(
        richtext.excerpt(article.content.side(shown["language"]).answer, DESCRIPTION), reader.script
    )
    url = absolute(request, f"a/{article.slug}", canonical)
    way = [(step, absolute(request, place, reader.script)) for step, place in steps]
    return await page(
        request,
        reader,
        "article.html",
        Head(
            reader.say("title", title=shown["question"], brand=name),
            description,
            f"a/{article.slug}",
            scripts,
            canonical,
        ),
        article=shown,
        updated=article.published_at,
        steps=steps,
        related=_lines(await shelf.related(request, reader, article, found[0] if found else None), reader),
        reasons=feedback.REASONS,
        longest_comment=feedback.LONGEST_COMMENT,
        thanks=query_text(request, "thanks"),
        structured=structured.graph(
            [
                *structured.article(
                    shown,
                    canonical,
                    url=url,
                    description=description,
                    brand=name,
                    home=absolute(request, "", reader.script),
                ),
                structured.trail([*way, (shown["question"], url)]),
            ]
        ),
    )


def scripts_of(languages: tuple[Language, ...]) -> tuple[Script, ...]:
    """In which scripts an article that is written in these languages can be read."""
    chinese: tuple[Script, ...] = ("zh", "zh-Hant") if "zh" in languages else ()
    return (*chinese, "en") if "en" in languages else chinese


@declare("public")
@for_readers(VOICES)
async def give_feedback(request: Request, reader: Reader, slug: str) -> HTTPResponse:
    """A form: helpful (yes, no), reason, comment.  One voice a reader and article; again replaces it.

    Readers have no cookie, so nobody can be made to speak with another's authority; a page elsewhere could
    still make its readers vote, so the browser must say that the form was ours.
    """
    check_origin(request)
    article = await _article(request, reader, slug)
    given = _form(request)
    helpful = given["helpful"] == "yes"
    async with context.db(request).begin() as tx:
        await feedback.give(
            tx,
            article.id,
            voter=voter(request),
            helpful=helpful,
            reason=given["reason"] or None,
            comment=given["comment"],
            place="help",
            language=reader.wanted(request).language,
        )
    thanks = reader.path(f"a/{article.slug}", thanks="yes" if helpful else "no")
    return redirect(f"{thanks}#feedback", status=303)


def _form(request: Request) -> dict[str, str]:
    """The fields as text.  Invalid without an answer to the question."""
    fields: Any = request.form or {}
    given = {name: printable(str(fields.get(name) or "")) for name in ("helpful", "reason", "comment")}
    if given["helpful"] not in ("yes", "no"):
        raise Invalid("bad_choice", field="helpful")
    return given


async def _note_choice(request: Request, article: Found) -> None:
    """An address that somebody has mangled still shows the article."""
    if search := query_text(request, "search"):
        with contextlib.suppress(Invalid):
            search_id = parse_id(search, "search")
            async with context.db(request).begin() as tx:
                await asked.choose(tx, search_id, article.id)


async def _article(request: Request, reader: Reader, slug: str) -> Found:
    article = await searcher(request).article(slug, reader.wanted(request))
    if article is None:
        raise NotFound()
    return article


def _lines(articles: list[Found], reader: Reader) -> list[dict[str, Any]]:
    return [shelf.line(article, reader.script) for article in articles]
