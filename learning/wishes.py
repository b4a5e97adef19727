"""What the service wants of the supervisor, as small files that are whole or not there."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write(path: Path, content: Mapping[str, Any]) -> None:
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(json.dumps(content), "utf-8")
    os.replace(draft, path)


def read(path: Path) -> dict[str, Any] | None:
    """The wish, as long as nobody has taken it up."""
    try:
        raw = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return raw if isinstance(raw, dict) else None
