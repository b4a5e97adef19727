"""Who reads, in which language, and how often one address may."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from sanic import Request

from api import context
from api.help.words import say
from api.knowledge import wanted
from core.limits import Rate, enforce
from core.texts import SCRIPTS, Script, preferred
from knowledge import shapes
from knowledge.search.articles import Wanted

HOME = "/help/"
CHANNEL = "help"
#: From one address; people open many pages at once, programs do so for long.
PAGES = Rate("help_pages", burst=60, per_s=2)


@dataclass(frozen=True)
class Reader:
    """script: what is read.  is_chosen: the address says so, not the browser's header."""

    script: Script
    is_chosen: bool

    @classmethod
    def of(cls, request: Request) -> Reader:
        """?lang=, else Accept-Language, else Chinese.  Tags like zh-TW are understood in both places."""
        asked = str(request.args.get("lang") or "")
        by_header = preferred(request.headers.get("accept-language"))
        return cls(preferred(asked, by_header), asked in SCRIPTS)

    def path(self, place: str = "", **query: str) -> str:
        """An address of the help centre in this language, e.g. path("a/returns")."""
        return address(place, self.script, **query)

    def say(self, key: str, **values: object) -> str:
        return say(key, self.script, **values)

    def counted(self, key: str, n: int) -> str:
        """A number with its noun; English has a form of its own for one."""
        return self.say(f"{key}_one" if n == 1 else key, n=n)

    def wanted(self, request: Request) -> Wanted:
        """What the public may see here, now."""
        return wanted(request, shapes.language_for(self.script), internal=False, channel=CHANNEL)


def address(place: str, script: Script | None, **query: str) -> str:
    """The language is part of every address, so that a page has one address a language (None: negotiated)."""
    asked = {"lang": script, **query} if script else query
    return HOME + place + (f"?{urlencode(asked)}" if asked else "")


async def admit(request: Request, rate: Rate) -> None:
    """TooMany for an address that asks too often.  On a local instance all have one and the same."""
    if not context.settings(request).is_local:
        await enforce(context.limiter(request), request.remote_addr or request.ip, rate)
