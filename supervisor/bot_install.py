"""The bot's own Python 3.10 environment: found, built from its lock, and known to be whole."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from supervisor.environment import BOT_PYTHON, ROOT

VERSION = "3.10"
FIND = Path(__file__).with_name("find.sh")
#: Written into the environment when it is complete, with the hash of what it was built from.
STAMP = BOT_PYTHON.parent.parent / ".built-from"


def find_python() -> str:
    """A CPython 3.10 that runs, or just "3.10": then uv downloads one."""
    return _find("python", VERSION) or VERSION


def find_uv(*, may_install: bool = True) -> str | None:
    """uv, installed below the project if the machine has none; None where even that is impossible."""
    return _find("uv" if may_install else "installed-uv")


def _find(*what: str) -> str | None:
    found = subprocess.run(["sh", str(FIND), *what], stdout=subprocess.PIPE, text=True, check=False)
    return found.stdout.strip() or None if found.returncode == 0 else None


def fingerprint() -> str:
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "uv.lock"):
        digest.update((ROOT / "bot" / name).read_bytes())
    return digest.hexdigest()


def is_installed() -> bool:
    """The environment is whole and of the present lock; asks neither uv nor the network."""
    try:
        return BOT_PYTHON.exists() and STAMP.read_text().strip() == fingerprint()
    except FileNotFoundError:
        return False


def mark_installed() -> None:
    STAMP.write_text(fingerprint() + "\n")


def install_command(uv: str) -> Sequence[str]:
    """Exactly what the lock says; low priority, since people are served meanwhile.

    Compiled at once: Rasa is 5 000 files, nine seconds at each start where Python may not write beside them.
    """
    # fmt: off
    return [
        *gently(), uv, "sync", "--project", str(ROOT / "bot"), "--frozen", "--python", find_python(),
        "--compile-bytecode", "--color", "never",
    ]
    # fmt: on


def gently() -> list[str]:
    """Prefix of commands that must not get in the way of the service."""
    nice = shutil.which("nice")
    return [nice, "-n", "10"] if nice else []
