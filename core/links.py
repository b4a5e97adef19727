"""Signed addresses of files: whoever holds one may fetch that file until it expires."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import quote
from uuid import UUID

from core.clock import Clock, SystemClock
from core.errors import BadSignature, NotFound
from core.secret import Secret

#: Good for at least this long.
GOOD_FOR_S = 3600


class Links:
    """Makes and checks paths /files/<id>/<name>?exp=<unix seconds>&sig=<hex>.

    Expiry is rounded up to whole hours, so that a page asking twice gets one address and caches work.
    """

    def __init__(self, secret: Secret, clock: Clock | None = None) -> None:
        # A key of its own, so that a signature made for another purpose opens no file.
        self._key = hmac.digest(secret.reveal().encode(), b"keting files", hashlib.sha256)
        self._clock: Clock = clock or SystemClock()

    def path(self, blob_id: UUID | str, name: str) -> str:
        blob = str(blob_id)
        expires = (int(self._clock.now().timestamp()) // GOOD_FOR_S + 2) * GOOD_FOR_S
        return f"/files/{blob}/{quote(name, safe='')}?exp={expires}&sig={self._signature(blob, expires)}"

    def check(self, blob_id: UUID, expires: str, signature: str) -> None:
        """Raise BadSignature for a wrong or expired signature."""
        if not expires.isascii() or not expires.isdigit() or len(expires) > 12:
            raise BadSignature()
        expected = self._signature(str(blob_id), int(expires)).encode()
        if not hmac.compare_digest(expected, signature.encode("utf-8", "surrogateescape")):
            raise BadSignature()
        if int(expires) <= self._clock.now().timestamp():
            raise NotFound("no_such_file")

    def _signature(self, blob_id: str, expires: int) -> str:
        return hmac.digest(self._key, f"{blob_id}:{expires}".encode(), hashlib.sha256).hex()
