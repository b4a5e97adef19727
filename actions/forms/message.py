"""A message for when nobody is on duty: becomes a ticket of type other."""

from __future__ import annotations

from actions.base import Turn
from actions.forms import fields as f
from actions.forms.base import SubmitForm, ValidateForm, given, titled
from actions.service import TicketForm

FIELDS = (
    f.Field("message_text", f.words, "utter_invalid_text", free=True, named=r"留言|内容|message"),
    f.Field(
        "message_contact",
        f.contact,
        "utter_invalid_contact",
        optional=True,
        entities=("phone_number", "email"),
        named=r"电话|手机号?|邮箱|联系方式|phone(?: number)?|e-?mail|contact",
    ),
)


class ValidateLeaveMessageForm(ValidateForm):
    form, intent, fields = "leave_message_form", "leave_message", FIELDS

    def name(self) -> str:
        return "validate_leave_message_form"


class ActionSubmitMessage(SubmitForm):
    type, fields, submitted = "other", FIELDS, "utter_message_submitted"

    def name(self) -> str:
        return "action_submit_message"

    def ticket(self, turn: Turn) -> TicketForm:
        text = str(turn.slot("message_text"))
        return TicketForm(self.type, titled(text), text, {"message": text}, given(turn, "message_contact"))
