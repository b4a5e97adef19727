"""The visitor leaves a form without finishing it."""

from __future__ import annotations

from actions.base import Events, KetingAction, Turn
from actions.forms import complaint, message, repair, suggestion
from actions.forms.base import emptied
from actions.forms.draft import forget

_ALL = (*repair.FIELDS, *complaint.FIELDS, *suggestion.FIELDS, *message.FIELDS)


class ActionCancelForm(KetingAction):
    def name(self) -> str:
        return "action_cancel_form"

    async def act(self, turn: Turn) -> Events:
        turn.say("utter_form_cancelled")
        return [*emptied(_ALL), *forget(turn)]
