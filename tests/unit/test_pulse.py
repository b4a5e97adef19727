"""What is too busy to answer is told apart from what is gone."""

from __future__ import annotations

import pytest

from core.pulse import BELIEVED, Pulse

YES, NO, SILENCE = True, False, None


@pytest.mark.parametrize(
    ("answers", "is_there"),
    [
        ([], False),
        ([YES], True),
        ([YES, NO], False),
        ([SILENCE], False),
        ([YES, *[SILENCE] * BELIEVED], True),
        ([YES, *[SILENCE] * (BELIEVED + 1)], False),
        ([YES, SILENCE, YES, *[SILENCE] * BELIEVED], True),
        ([YES, NO, SILENCE], False),
        ([YES, *[SILENCE] * (BELIEVED + 2), YES], True),
    ],
)
def test_silence_is_believed_for_a_while_of_what_was_there(answers, is_there):
    pulse = Pulse()
    felt = [pulse.felt(answer) for answer in answers]
    assert (felt[-1] if felt else pulse.felt(NO)) is is_there
