"""The visitor leaves a form without finishing it."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions.base import Events, KetingAction, Turn
from actions.forms import complaint, invoice, message, repair, suggestion
from actions.forms.base import emptied
from actions.forms.draft import forget

#: The slot with the intent of the last question, and the intents that start a form.
_TOPIC = "last_topic"
_STARTS = {"request_repair", "make_complaint", "make_suggestion", "leave_message", None}
_ALL = (*repair.FIELDS, *complaint.FIELDS, *suggestion.FIELDS, *message.FIELDS, *invoice.FIELDS)


class ActionCancelForm(KetingAction):
    def name(self) -> str:
        return "action_cancel_form"

    async def act(self, turn: Turn) -> Events:
        turn.say("utter_form_cancelled")
        return [*emptied(_ALL), *forget(turn), SlotSet(_TOPIC, _topic_before(turn))]


def _topic_before(turn: Turn) -> str | None:
    """What the visitor asked before the form: "and to Hong Kong?" is about that again."""
    for event in reversed(turn.tracker.events):
        if event.get("event") == "session_started":
            break
        if event.get("event") == "slot" and event.get("name") == _TOPIC and event.get("value") not in _STARTS:
            return str(event["value"])
    return None
