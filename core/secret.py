"""Secrets: a type that does not print itself, and the file that keeps generated ones."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import stat
import tempfile
from pathlib import Path

FILE_NAME = "secrets.json"
#: Names that an instance needs and that are made up when nobody gives them.
GENERATED = ("secret_key", "bot_token", "internal_token")


class Secret:
    """A string that only reveal() shows: repr, str and format print asterisks."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(****)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and secrets.compare_digest(
            self._value.encode(), other._value.encode()
        )

    def __hash__(self) -> int:
        return hash(self._value)


def is_private(path: Path) -> bool:
    """Nobody but the owner may read or write it."""
    return not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)


def read_secrets(data_dir: Path) -> dict[str, str]:
    """What the file holds; empty without one.  Raises ValueError if it is not what we wrote."""
    try:
        found = json.loads((data_dir / FILE_NAME).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise ValueError("not an object of strings")
    return found


def ensure_secrets(data_dir: Path) -> dict[str, str]:
    """Read the file, making it (0600) or completing it first.

    Two processes that start at once agree: a new file is linked into place, and whoever is second reads
    what the first one wrote.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    found = read_secrets(data_dir)
    missing = [name for name in GENERATED if name not in found]
    if not missing:
        return found
    wanted = found | {name: secrets.token_urlsafe(48) for name in missing}
    handle, draft = tempfile.mkstemp(dir=data_dir, prefix=".secrets-")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(wanted, file, indent=2)
        if found:
            os.replace(draft, data_dir / FILE_NAME)
        else:
            with contextlib.suppress(FileExistsError):
                os.link(draft, data_dir / FILE_NAME)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
    return read_secrets(data_dir)
