"""Whether what is asked again and again is there, told apart from what is only too busy to say so."""

from __future__ import annotations

#: Looks in a row that may go unanswered before what was there counts as gone.
BELIEVED = 3


class Pulse:
    """Of one thing; nobody has felt it yet."""

    def __init__(self, believed: int = BELIEVED) -> None:
        self._believed = believed
        self._is_there = False
        self._unanswered = 0

    def felt(self, answer: bool | None) -> bool:
        """Whether it is there.  answer: what was found at this look; None where it did not say in time."""
        self._unanswered = self._unanswered + 1 if answer is None else 0
        if answer is not None or self._unanswered > self._believed:
            self._is_there = bool(answer)
        return self._is_there
