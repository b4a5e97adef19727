"""The public help centre: articles of the knowledge base as pages that need no script, for people and for
search engines.  docs/knowledge.md explains it, docs/reference/help-centre.md lists its addresses."""

from __future__ import annotations

from pathlib import Path

from sanic import Blueprint

from api.help import articles, contents, feeds

_GET = ("GET", "HEAD")
_ROUTES = (
    ("/help", contents.front, _GET),
    ("/help/<rest:path>", contents.front, _GET),
    ("/help/c/<key:str>", contents.topic, _GET),
    ("/help/search", contents.results, _GET),
    ("/help/a/<slug:str>", articles.show, _GET),
    ("/help/a/<slug:str>/feedback", articles.give_feedback, ("POST",)),
    ("/sitemap.xml", feeds.site_map, _GET),
    ("/robots.txt", feeds.robots, _GET),
)


def add_to(bp: Blueprint, dist: Path) -> None:
    """The routes of the help centre.  dist: web/dist, where its style sheet and script are."""
    folder = dist / "help" / "centre"
    for number, (path, handler, methods) in enumerate(_ROUTES):
        bp.add_route(handler, path, methods=methods, name=f"help_{number}", ctx_assets=folder)
