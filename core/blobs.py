"""Where files live.  A row of table blob describes one, the store holds its bytes under the row's id."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol
from uuid import UUID

import sqlalchemy as sa

from core import schema as s
from core.db import Database, Row, Tx
from core.errors import NotFound, Unavailable
from core.ids import new_id
from core.uploads import Upload

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


class BlobStore(Protocol):
    """Bytes by key, whole or not at all.  A folder here; an object store keeps the same promises."""

    async def put(self, key: UUID, data: bytes) -> None:
        """Durable when it returns.  Raises Unavailable (disk_full, unavailable) and leaves nothing behind."""

    async def get(self, key: UUID) -> bytes:
        """Raises NotFound."""

    async def delete(self, key: UUID) -> None:
        """Idempotent."""


class FolderStore:
    """Files below one folder, named by their ids, in folders by the ids' last two digits."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, key: UUID) -> Path:
        return self._folder / key.hex[-2:] / key.hex  # the last digits are random, the first ones time

    async def put(self, key: UUID, data: bytes) -> None:
        try:
            await asyncio.to_thread(write_whole, self._path(key), data)
        except OSError as err:
            code = "disk_full" if err.errno in _FULL else "unavailable"
            raise Unavailable(code, detail=f"blobs: {type(err).__name__}") from err

    async def get(self, key: UUID) -> bytes:
        try:
            return await asyncio.to_thread(self._path(key).read_bytes)
        except FileNotFoundError:
            raise NotFound("no_such_file") from None

    async def delete(self, key: UUID) -> None:
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that after a crash it is there completely or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


async def keep(
    db: Database,
    store: BlobStore,
    upload: Upload,
    *,
    visitor_id: UUID | None = None,
    agent_id: UUID | None = None,
    also: Callable[[Tx, Row], Awaitable[None]] | None = None,
) -> Row:
    """Store a checked upload and its row; returns the row.  A failure of either leaves neither.

    also runs in the row's transaction, for what must be written together with it.
    """
    key = new_id()
    await store.put(key, upload.data)
    try:
        async with db.begin() as tx:
            row = await _insert(tx, key, upload, visitor_id, agent_id)
            if also is not None:
                await also(tx, row)
            return row
    except BaseException:
        await store.delete(key)
        raise


async def _insert(tx: Tx, key: UUID, upload: Upload, visitor_id: UUID | None, agent_id: UUID | None) -> Row:
    return (
        await tx.run(
            s.blob.insert()
            .values(
                id=key,
                name=upload.name,
                mime=upload.mime,
                size=len(upload.data),
                width=upload.width,
                height=upload.height,
                sha256=hashlib.sha256(upload.data).hexdigest(),
                visitor_id=visitor_id,
                agent_id=agent_id,
                created_at=tx.now,
            )
            .returning(s.blob)
        )
    ).one()


async def find(tx: Tx, blob_id: UUID) -> Row:
    row = await tx.one(sa.select(s.blob).where(s.blob.c.id == blob_id))
    if row is None:
        raise NotFound("no_such_file")
    return row
