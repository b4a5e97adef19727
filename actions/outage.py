"""What is said when the business's system has no answer."""

from __future__ import annotations

from actions.base import Turn
from actions.gateway.contract import Misconfigured, NotSupported


def apologise(turn: Turn, err: Exception) -> None:
    """What can't be asked now may be asked later; what is not there to be asked, of a person."""
    lasting = isinstance(err, Misconfigured | NotSupported)
    turn.say("utter_lookup_off" if lasting else "utter_lookup_down")
