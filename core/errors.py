"""Every error we raise on purpose.  Anything else that escapes is a bug.

KetingError
├── Rejected            the caller is wrong; never retry as it stands   -> HTTP 4xx
│   ├── Invalid         a field does not fit                            -> 422
│   ├── BadSignature    not who they claim to be                        -> 403
│   ├── Unauthorised    no valid session or token                       -> 401
│   ├── Forbidden       known, but may not                              -> 403
│   ├── NotFound        not there, or not yours to see                  -> 404
│   ├── Conflict        somebody was faster, or the state has moved on  -> 409
│   ├── TooLarge        beyond a size limit                             -> 413
│   ├── WrongType       a kind of file or body that we do not take      -> 415
│   ├── TooMany         a rate limit                                    -> 429
│   └── WindowClosed    the channel no longer lets us reply
└── Unavailable         the world is wrong; retry with backoff          -> HTTP 503
"""

from __future__ import annotations

from core.bilingual import Bilingual


class KetingError(Exception):
    """Base of every deliberate error.

    code is for programs (stable, snake_case); the text shown to people is looked up by
    code in core.texts, so that it comes in their language.  names are things that the text lists.
    """

    status = 500
    code = "internal"

    def __init__(
        self,
        code: str | None = None,
        *,
        detail: str = "",
        field: str = "",
        retry_after_s: float | None = None,
        names: tuple[Bilingual, ...] = (),
    ) -> None:
        super().__init__(code or self.code, detail)
        self.code = code or self.code
        self.detail = detail
        self.field = field
        self.retry_after_s = retry_after_s
        self.names = names


class Rejected(KetingError):
    """The request can never succeed as it stands."""

    status = 400
    code = "rejected"


class Invalid(Rejected):
    """A field is missing, too long, or of the wrong kind."""

    status = 422
    code = "invalid"


class BadSignature(Rejected):
    """The request does not come from whom it claims to come from."""

    status = 403
    code = "bad_signature"


class Unauthorised(Rejected):
    """There is no valid session or token."""

    status = 401
    code = "unauthorised"


class Forbidden(Rejected):
    """Known person, but not allowed to do this."""

    status = 403
    code = "forbidden"


class NotFound(Rejected):
    """It does not exist, or it is not the caller's to see."""

    status = 404
    code = "not_found"


class Conflict(Rejected):
    """Somebody was faster or the state has moved on."""

    status = 409
    code = "conflict"


class TooLarge(Rejected):
    """Beyond a size limit."""

    status = 413
    code = "too_large"


class WrongType(Rejected):
    """A kind of file or body that is not taken here."""

    status = 415
    code = "type_not_allowed"


class TooMany(Rejected):
    """A rate limit; retry_after_s says when to come back."""

    status = 429
    code = "too_many"


class WindowClosed(Rejected):
    """The channel's reply window or its message quota is used up."""

    status = 409
    code = "window_closed"


class Unavailable(KetingError):
    """A dependency is down or busy; the same call may succeed later."""

    status = 503
    code = "unavailable"
