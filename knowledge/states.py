"""The life of an article.  Pure.

A state speaks of the newest version.  Whether readers see the article is another matter: an edit of a
published one is a draft while the version before stays live, until the draft is published in its place.
"""

from __future__ import annotations

from core.errors import Conflict, Invalid

STATES = ("proposed", "draft", "review", "published", "archived", "dismissed")
AUDIENCES = ("public", "internal")

#: proposed and dismissed are for what was mined from conversations and nobody has taken up yet, or will.
MOVES: dict[str, frozenset[str]] = {
    "proposed": frozenset({"draft", "dismissed"}),
    "draft": frozenset({"review", "published", "archived"}),
    "review": frozenset({"draft", "published", "archived"}),
    "published": frozenset({"archived"}),
    "archived": frozenset({"draft"}),
    "dismissed": frozenset({"draft"}),
}


def check_move(before: str, after: str) -> None:
    """Raise Invalid for a state that does not exist, Conflict for one that cannot follow."""
    if after not in STATES:
        raise Invalid("bad_choice", field="state")
    if after not in MOVES[before]:
        raise Conflict("wrong_state", field="state", detail=f"{before} to {after}")


def live_after(after: str, latest: int, live: int | None) -> int | None:
    """The version that readers see once a move is made."""
    if after == "published":
        return latest
    return live if after in ("draft", "review") else None
