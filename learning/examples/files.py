"""Writing files whole or not at all, and only over what was read."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from core.bilingual import Bilingual
from core.errors import Conflict


@dataclass(frozen=True)
class Change:
    path: Path
    before: bytes
    after: bytes


def is_writable(folder: Path) -> bool:
    """Whether files below can be replaced: that takes the folders, not the files."""
    return folder.is_dir() and all(
        os.access(path, os.W_OK) for path in (folder, *(p for p in folder.rglob("*") if p.is_dir()))
    )


def write(changes: Sequence[Change], lock: Path) -> None:
    """All of them.  Conflict example_changed for a file that is not as it was read, examples_read_only for
    one that cannot be written; what was written before is put back."""
    done: list[Change] = []
    with _held(lock):
        if any(change.path.read_bytes() != change.before for change in changes):
            raise Conflict("example_changed")
        try:
            for change in changes:
                _replace(change.path, change.after)
                done.append(change)
        except OSError as err:
            for change in done:
                with suppress(OSError):
                    _replace(change.path, change.before)
            name = str(change.path.parent)
            raise Conflict("examples_read_only", detail=str(err), names=(Bilingual(name, name),)) from err


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.new")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(draft, path.stat().st_mode & 0o7777)
        os.replace(draft, path)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


@contextmanager
def _held(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
