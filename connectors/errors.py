"""What can go wrong on the way out, beyond the errors of the core."""

from __future__ import annotations

from core.errors import Unavailable


class Uncertain(Unavailable):
    """No answer came: the platform may have taken the message, or not."""

    code = "send_uncertain"
