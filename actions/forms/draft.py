"""The beginning of a message: what a visitor told us before there was a form to take it down.

Kept in a slot of its own, because a form that starts forgets the slots that it fills.
"""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk.events import SlotSet

from actions.base import Events, Turn

DRAFT = "message_draft"
#: Responses that offer to take down what nobody is there to hear.
OFFERS = ("utter_nobody_on_duty", "utter_nobody_just_now")
#: The words that each form collects, in the order in which it asks for them.
_WORDS = {
    "repair_form": ("repair_product", "repair_problem"),
    "complaint_form": ("complaint_detail",),
    "suggestion_form": ("suggestion_detail",),
    "leave_message_form": ("message_text",),
}
#: Enough for a story; the newest part counts.
_LONGEST = 2000


def keep(turn: Turn) -> Events:
    """Keep what was said in vain: the angry words, and before them those of a form that they ended."""
    words = [turn.slot(DRAFT), *(turn.slot(name) for name in _WORDS.get(_form_left(turn), ()))]
    if turn.escalation and not turn.text.startswith("/"):
        words.append(turn.text)
    draft = joined(*(str(part) for part in words if part))
    return [SlotSet(DRAFT, draft)] if draft else []


def forget(turn: Turn) -> Events:
    """Somebody takes over who can read it all above."""
    return [SlotSet(DRAFT, None)] if turn.slot(DRAFT) else []


def joined(*parts: str) -> str:
    """Parts as lines, each said once."""
    return "\n".join(dict.fromkeys(parts))[-_LONGEST:]


def _form_left(turn: Turn) -> str:
    """The form that this very turn put an end to."""
    loops: Sequence[str | None] = [
        e.get("name") for e in turn.tracker.events if e.get("event") == "active_loop"
    ]
    left_now = any(e.get("event") == "active_loop" and e.get("name") is None for e in turn.since_user())
    return next((name for name in reversed(loops) if name), "") if left_now else ""
