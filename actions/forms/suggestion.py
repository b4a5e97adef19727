"""Suggestion: what it is, and whether an answer is wanted."""

from __future__ import annotations

from actions.base import Turn
from actions.forms import fields as f
from actions.forms.base import SubmitForm, ValidateForm, given, titled
from actions.service import TicketForm

FIELDS = (
    f.Field("suggestion_detail", f.words, "utter_invalid_text", free=True, named=r"建议|suggestion"),
    f.Field(
        "suggestion_contact",
        f.contact,
        "utter_invalid_contact",
        optional=True,
        entities=("phone_number", "email"),
        named=r"电话|電話|手机号?|手機號?|邮箱|郵箱|信箱|联系方式|聯絡方式|phone(?: number)?|e-?mail|contact",
        title={"zh": "联系方式", "en": "Contact"},
    ),
)


class ValidateSuggestionForm(ValidateForm):
    form, intent, fields = "suggestion_form", "make_suggestion", FIELDS

    def name(self) -> str:
        return "validate_suggestion_form"


class ActionSubmitSuggestion(SubmitForm):
    type, fields, submitted = "suggestion", FIELDS, "utter_suggestion_submitted"

    def name(self) -> str:
        return "action_submit_suggestion"

    def ticket(self, turn: Turn) -> TicketForm:
        detail = str(turn.slot("suggestion_detail"))
        return TicketForm(
            self.type, titled(detail), detail, {"detail": detail}, given(turn, "suggestion_contact")
        )
