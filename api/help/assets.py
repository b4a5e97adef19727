"""The built style sheet and script of the help centre, by Vite's manifest."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

BASE = "/help/"


@dataclass(frozen=True)
class Built:
    """Paths on this service; names carry a hash."""

    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()


def built(folder: Path) -> Built:
    """What Vite left in folder.  Read for each page: it is a few bytes, and a new build counts at once.

    Before the first build there is nothing, and pages do without.
    """
    try:
        entry = json.loads((folder / "manifest.json").read_text("utf-8"))["main.ts"]
    except (OSError, ValueError, KeyError):
        return Built()
    return Built((BASE + entry["file"],), tuple(BASE + name for name in entry.get("css", ())))
