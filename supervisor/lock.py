"""One supervisor a data directory: a lock that the kernel releases however its holder ends."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from core.bilingual import Bilingual
from supervisor.errors import AlreadyRunning


@contextmanager
def instance_lock(data_dir: Path, url: str) -> Iterator[None]:
    """Hold the data directory; raises AlreadyRunning, which names the holder."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "keting.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(_holder(data_dir, (data_dir / "keting.lock").read_text("utf-8"))) from error
        file.truncate(0)
        started = datetime.now(UTC).isoformat(timespec="seconds")
        json.dump({"pid": os.getpid(), "url": url, "started_at": started}, file)
        file.flush()
        yield


def _holder(data_dir: Path, content: str) -> Bilingual:
    try:
        held = json.loads(content)
    except ValueError:
        held = {}
    pid, url, since = (held.get(key, "?") for key in ("pid", "url", "started_at"))
    return Bilingual(
        f"Keting 已经在运行：{url}（进程 {pid}，启动于 {since}，数据目录 {data_dir}）。",
        f"Keting is running already: {url} (process {pid}, since {since}, data in {data_dir}).",
    )


def is_held(data_dir: Path) -> bool:
    """Whether a supervisor runs on this data directory at the moment."""
    try:
        with (data_dir / "keting.lock").open(encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
