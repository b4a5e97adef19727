"""What forms have in common: listening to answers, asking whether all is right, opening the ticket."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from rasa_sdk.events import SlotSet

from actions import settings, wording
from actions.base import Events, KetingAction, Turn
from actions.forms.fields import LEFT_OUT, Field
from actions.forms.session import listen
from actions.service import Service, TicketForm

_TITLE_LENGTH = 60


class ValidateForm(KetingAction):
    """Base of `validate_<form>`, which Rasa calls with every message while the form is active."""

    form: ClassVar[str]
    intent: ClassVar[str]
    fields: ClassVar[Sequence[Field]]

    @abstractmethod
    def name(self) -> str: ...

    async def act(self, turn: Turn) -> Events:
        return listen(self.fields, turn, self.intent)


class SubmitForm(KetingAction):
    """Base of `action_submit_<form>`: opens one ticket, says its number and empties the form."""

    type: ClassVar[str]
    fields: ClassVar[Sequence[Field]]
    submitted: ClassVar[str]

    def __init__(self, service: Service | None = None) -> None:
        self._service = service or settings.service()

    @abstractmethod
    def name(self) -> str: ...

    @abstractmethod
    def ticket(self, turn: Turn) -> TicketForm:
        """What the form collected, as a ticket."""

    async def act(self, turn: Turn) -> Events:
        opened = await self._service.open_ticket(turn.key(), self.ticket(turn))
        number = opened["number"]
        turn.say(self.submitted, number=number, department=wording.department(opened, turn.language))
        return [SlotSet("ticket_number", number), SlotSet("own_ticket", number), *emptied(self.fields)]


class AskToConfirm(KetingAction):
    """Base of `action_ask_<form>_confirmed`: shows what was collected, and says what was left out."""

    fields: ClassVar[Sequence[Field]]
    question: ClassVar[str]

    @abstractmethod
    def name(self) -> str: ...

    async def act(self, turn: Turn) -> Events:
        left_out = {
            f.slot: wording.not_given(turn.language) for f in self.fields if is_left_out(turn, f.slot)
        }
        turn.say(self.question, **left_out)
        return []


def emptied(fields: Sequence[Field]) -> Events:
    return [SlotSet(field.slot, None) for field in fields]


def is_left_out(turn: Turn, slot: str) -> bool:
    return turn.slot(slot) in (None, LEFT_OUT)


def given(turn: Turn, slot: str) -> str | None:
    """The value of a slot unless the visitor left it out."""
    return None if is_left_out(turn, slot) else str(turn.slot(slot))


def titled(*parts: str | None) -> str:
    """A ticket's title: one line, not too long."""
    line = " ".join(" ".join(part.split()) for part in parts if part)
    return line if len(line) <= _TITLE_LENGTH else line[: _TITLE_LENGTH - 1] + "…"
