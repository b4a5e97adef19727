"""Files that are zip archives inside (xlsx, docx, zip): how large they may become when they are opened."""

from __future__ import annotations

import io
import zipfile

from core.errors import Invalid, TooLarge

MOST_FILES = 6000
MOST_BYTES = 100 * 1024 * 1024


def check_archive(data: bytes) -> None:
    """Raises Invalid for what is no archive, TooLarge for one that would fill the memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise Invalid("invalid", field="file") from None
    # what an entry says of its size holds: zipfile reads no more than that
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise TooLarge(field="file")
