"""How much a shop's page loads for the widget, compressed as the service sends it."""

from __future__ import annotations

import gzip
from pathlib import Path

from bench.report import ROOT, Result

DIST = ROOT / "web" / "dist" / "widget"
KB = 1024


def run() -> Result:
    result = Result("widget", "the widget's files, gzip -9")
    files = sorted(path for path in DIST.rglob("*") if path.suffix in {".js", ".css", ".html"})
    if not files:
        raise FileNotFoundError(f"{DIST}: build the pages first (make web)")
    sizes = {path: packed(path) for path in files}
    for path, size in sizes.items():
        is_loader = path.name.startswith(("loader", "widget.js"))
        result.add(str(path.relative_to(DIST)), size / KB, "KB gz", most=4 if is_loader else None)
    result.add("whole", sum(sizes.values()) / KB, "KB gz", most=40)
    return result


def packed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))
