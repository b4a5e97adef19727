"""Runs benchmarks by name, one after the other, and ends with what missed its bar."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence

import bench
from bench.report import RESULTS, machine, show, write

NAMES = ("widget", "console_list", "assign", "acks", "relay", "resume", "memory", "turns", "knowledge")


def main(names: Sequence[str]) -> int:
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"{bench.__doc__}\nThere is no {', '.join(unknown)}.  Names: {', '.join(NAMES)}")
        return 2
    here = machine()
    print(
        f"{here['cpu']}, {here['cores']} cores, {here['memory_gb']} GB, Python {here['python']}, commit "
        f"{here['commit']}.  Load generator, service and PostgreSQL share these cores."
    )
    failed = [name for name in names or NAMES if not run(name)]
    print(f"\nresults: {RESULTS.relative_to(RESULTS.parents[1])}/")
    if failed:
        print(f"failed or missed a bar: {', '.join(failed)}")
    return int(bool(failed))


def run(name: str) -> bool:
    """Whether it ran and met every bar."""
    load, began = round(os.getloadavg()[0], 2), time.monotonic()
    print(f"\n=== {name} (load of the machine {load})", flush=True)
    if name == "console_list":
        RESULTS.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "bench.console_list", "--json", str(RESULTS / f"{name}.json")]
        return subprocess.run(command, check=False).returncode == 0
    try:
        result = importlib.import_module(f"bench.{name}").run()
    except Exception:
        traceback.print_exc()
        return False
    show(result)
    write(result, load)
    print(f"  {time.monotonic() - began:.0f} s")
    return not result.missed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
