"""Visitor tokens: who a widget or an app speaks for.  Signed, in a header, never in a URL or a cookie."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt

from core.errors import Unauthorised
from core.visitors import SIGNED

VALID_FOR = timedelta(days=30)
#: An expired token still proves who was there, when it is exchanged for a new one.
RENEWABLE_FOR = timedelta(days=30)
#: A shop signs who its customer is for a day at most.
IDENTITY_FOR = timedelta(hours=24)
_ALGORITHM = "HS256"
_KIND = "visitor"


@dataclass(frozen=True)
class Claims:
    """channel and external_id name one identity of one visitor."""

    channel: str
    external_id: str


def stranger() -> str:
    """A new anonymous identity: 128 random bits."""
    return f"anon:{secrets.token_urlsafe(16)}"


def issue(key: str, claims: Claims, now: datetime) -> tuple[str, datetime]:
    """The token and when it ends."""
    ends = now + VALID_FOR
    payload = {"typ": _KIND, "ch": claims.channel, "sub": claims.external_id, "iat": now, "exp": ends}
    return jwt.encode(payload, key, algorithm=_ALGORITHM), ends


def read(key: str, token: str, now: datetime, *, grace: timedelta = timedelta()) -> Claims:
    """Whose token it is.  Unauthorised when forged, of another kind, or ended longer than grace ago."""
    payload = _decode(token, key)
    if payload.get("typ") != _KIND or not all(isinstance(payload.get(k), str) for k in ("ch", "sub")):
        raise Unauthorised("bad_token")
    if now.timestamp() > float(payload["exp"]) + grace.total_seconds():
        raise Unauthorised("token_expired")
    return Claims(payload["ch"], payload["sub"])


def read_identity(keys: Sequence[str], token: str, now: datetime) -> tuple[str, str | None]:
    """A shop's word on who its customer is: (external id, name).  Unauthorised when it is not to be believed.

    Several keys may be live at once, so that a secret can be changed without a gap.
    """
    for key in keys:
        try:
            payload = _decode(token, key)
        except Unauthorised:
            continue
        ends = float(payload["exp"])
        if not now.timestamp() < ends <= (now + IDENTITY_FOR).timestamp():
            raise Unauthorised("token_expired")
        subject, name = payload.get("sub"), payload.get("name")
        if not isinstance(subject, str) or not 0 < len(subject) <= 200:
            raise Unauthorised("bad_token")
        return f"{SIGNED}{subject}", name[:100] if isinstance(name, str) and name else None
    raise Unauthorised("bad_token")


def _decode(token: str, key: str) -> dict[str, Any]:
    try:
        payload: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            # Times are judged by our own clock above.
            options={"require": ["exp", "sub"], "verify_exp": False, "verify_iat": False},
        )
        float(payload["exp"])
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise Unauthorised("bad_token") from None
    return payload
