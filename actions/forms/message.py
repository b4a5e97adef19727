"""A message for when nobody is on duty: becomes a ticket of type other.

What an angry visitor said while nobody was there is its beginning (actions/forms/draft.py).
"""

from __future__ import annotations

import re

from rasa_sdk.events import SlotSet

from actions.base import Events, KetingAction, Turn
from actions.forms import fields as f
from actions.forms.base import SubmitForm, ValidateForm, given, titled
from actions.forms.draft import DRAFT, joined
from actions.service import TicketForm

_THAT_IS_ALL = re.compile(
    r"(?:就[这這](?:些|样|樣)|[没沒](?:有?了|[别別]的了?)|that'?s (?:all|it)|nothing(?: else| more)?)"
    r"[吧。.!！ ]*",
    re.IGNORECASE,
)
#: A longer yes or no says something that belongs to the message.
_SHORT = 12


def text(turn: Turn) -> str | None:
    """The visitor's words, after those said before."""
    draft, added = turn.slot(DRAFT), f.words(turn)
    return joined(str(draft), added) if draft and added else added


def adds_nothing(turn: Turn) -> bool:
    """A yes or a no to "anything to add?": either way that is all."""
    if _THAT_IS_ALL.fullmatch(turn.text):
        return True
    return turn.intent in ("affirm", "deny") and (turn.text.startswith("/") or len(turn.text) <= _SHORT)


FIELDS = (
    f.Field(
        "message_text",
        text,
        "utter_invalid_text",
        free=True,
        named=r"留言|内容|內容|message",
        title={"zh": "留言", "en": "Message"},
    ),
    f.Field(
        "message_contact",
        f.contact,
        "utter_invalid_contact",
        optional=True,
        entities=("phone_number", "email"),
        named=r"电话|電話|手机号?|手機號?|邮箱|郵箱|信箱|联系方式|聯絡方式|phone(?: number)?|e-?mail|contact",
        title={"zh": "联系方式", "en": "Contact"},
    ),
)


class ValidateLeaveMessageForm(ValidateForm):
    form, intent, fields = "leave_message_form", "leave_message", FIELDS

    def name(self) -> str:
        return "validate_leave_message_form"

    async def act(self, turn: Turn) -> Events:
        draft = turn.slot(DRAFT)
        if draft and turn.slot("requested_slot") == "message_text":
            if turn.entity("field") == "message_text":
                return [SlotSet(DRAFT, None), SlotSet("message_text", None)]
            if adds_nothing(turn):
                return [SlotSet("message_text", draft), SlotSet(DRAFT, None), SlotSet("form_misses", 0)]
        events = await super().act(turn)
        has_text = any(e.get("name") == "message_text" and e.get("value") for e in events)
        return [*events, SlotSet(DRAFT, None)] if has_text else events


class ActionAskMessageText(KetingAction):
    """Asks for the message, or what to add to what was said before."""

    def name(self) -> str:
        return "action_ask_message_text"

    async def act(self, turn: Turn) -> Events:
        draft = turn.slot(DRAFT)
        if draft:
            turn.say("utter_ask_message_more", said=" ".join(str(draft).split()))
        else:
            turn.say("utter_ask_message_text")
        return []


class ActionSubmitMessage(SubmitForm):
    type, fields, submitted = "other", FIELDS, "utter_message_submitted"

    def name(self) -> str:
        return "action_submit_message"

    def ticket(self, turn: Turn) -> TicketForm:
        text = str(turn.slot("message_text"))
        return TicketForm(self.type, titled(text), text, {"message": text}, given(turn, "message_contact"))
