"""Complaint: what happened, which order, how to answer, then a look over it all."""

from __future__ import annotations

from actions.base import Turn
from actions.forms import fields as f
from actions.forms.base import SubmitForm, ValidateForm, given, titled
from actions.service import TicketForm

FIELDS = (
    f.Field(
        "complaint_detail",
        f.words,
        "utter_invalid_text",
        free=True,
        named=r"内容|投诉内容|详情|complaint|details?",
    ),
    f.Field(
        "complaint_order",
        f.order,
        "utter_invalid_order",
        optional=True,
        entities=("order_number",),
        named=r"订单号?|單號|order(?: number)?",
    ),
    f.Field(
        "complaint_contact",
        f.contact,
        "utter_invalid_contact",
        optional=True,
        entities=("phone_number", "email"),
        named=r"电话|手机号?|邮箱|联系方式|phone(?: number)?|e-?mail|contact",
    ),
    f.Field("complaint_confirmed", f.yes, "utter_invalid_confirm"),
)


class ValidateComplaintForm(ValidateForm):
    form, intent, fields = "complaint_form", "make_complaint", FIELDS

    def name(self) -> str:
        return "validate_complaint_form"


class ActionSubmitComplaint(SubmitForm):
    type, fields, submitted = "complaint", FIELDS, "utter_complaint_submitted"

    def name(self) -> str:
        return "action_submit_complaint"

    def ticket(self, turn: Turn) -> TicketForm:
        detail, order = str(turn.slot("complaint_detail")), given(turn, "complaint_order")
        collected = {"detail": detail, **({"order_number": order} if order else {})}
        return TicketForm(self.type, titled(detail), detail, collected, given(turn, "complaint_contact"))
