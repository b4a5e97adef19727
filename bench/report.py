"""How a benchmark tells what it found: rows with their bars, as a table and as JSON."""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Row:
    """met: None where there is no bar."""

    what: str
    value: float
    unit: str
    bar: str = ""
    met: bool | None = None


@dataclass
class Result:
    name: str
    what: str  # one sentence
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(
        self, what: str, value: float, unit: str, *, most: float | None = None, least: float | None = None
    ) -> None:
        """A number with its bar: at most, or at least."""
        bar = f"<= {most:g}" if most is not None else f">= {least:g}" if least is not None else ""
        met = value <= most if most is not None else value >= least if least is not None else None
        self.rows.append(Row(what, value, unit, bar, met))

    def times(self, what: str, seconds: Iterable[float], **most_ms: float) -> None:
        """p50, p95 and p99 in ms; most_ms names bars, e.g. p95=50."""
        found = sorted(seconds)
        for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
            self.add(f"{what} {name}", percentile(found, share) * 1000, "ms", most=most_ms.get(name))

    @property
    def missed(self) -> list[Row]:
        return [row for row in self.rows if row.met is False]


def percentile(values: Iterable[float], share: float) -> float:
    """By nearest rank; nan of nothing."""
    found = sorted(values)
    return found[max(0, math.ceil(len(found) * share) - 1)] if found else math.nan


def show(result: Result) -> None:
    width = max((len(row.what) for row in result.rows), default=10)
    print(f"\n{result.name}: {result.what}")
    for row in result.rows:
        verdict = "" if row.met is None else "met" if row.met else "MISSED"
        print(f"  {row.what:<{width}} {number(row.value):>10} {row.unit:<8} {row.bar:<9} {verdict}".rstrip())
    for note in result.notes:
        print(f"  - {note}")
    sys.stdout.flush()


def number(value: float) -> str:
    if math.isnan(value):
        return "-"
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:,.2f}"


def write(result: Result, load_before: float) -> Path:
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{result.name}.json"
    whole = {
        "bench": result.name,
        "what": result.what,
        "at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": machine() | {"load_before": load_before, "load_after": round(os.getloadavg()[0], 2)},
        "rows": [asdict(row) for row in result.rows],
        "notes": result.notes,
    }
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=1), "utf-8")
    return path


def machine() -> dict[str, Any]:
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
        "system": platform.system(),
        "python": platform.python_version(),
        "commit": _commit(),
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "")


def _commit() -> str:
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return found.stdout.strip()
