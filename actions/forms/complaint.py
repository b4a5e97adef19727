"""Complaint: what happened, which order, how to answer, then a look over it all."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions.base import Events, Turn
from actions.forms import fields as f
from actions.forms.base import AskToConfirm, SubmitForm, ValidateForm, given, titled
from actions.forms.draft import DRAFT, OFFERS
from actions.service import TicketForm

FIELDS = (
    f.Field(
        "complaint_detail",
        f.words,
        "utter_invalid_text",
        free=True,
        named=r"(?:投诉|投訴)?(?:内容|內容)|详情|詳情|complaint|details?|what happened",
        title={"zh": "投诉内容", "en": "What happened"},
    ),
    f.Field(
        "complaint_order",
        f.order,
        "utter_invalid_order",
        optional=True,
        entities=("order_number",),
        named=r"订单号?|訂單號?|單號|order(?: number)?",
        title={"zh": "订单号", "en": "Order number"},
    ),
    f.Field(
        "complaint_contact",
        f.contact,
        "utter_invalid_contact",
        optional=True,
        entities=("phone_number", "email"),
        named=r"电话|電話|手机号?|手機號?|邮箱|郵箱|信箱|联系方式|聯絡方式|phone(?: number)?|e-?mail|contact",
        title={"zh": "联系方式", "en": "Contact"},
    ),
    f.Field("complaint_confirmed", f.yes, "utter_invalid_confirm"),
)


class ValidateComplaintForm(ValidateForm):
    form, intent, fields = "complaint_form", "make_complaint", FIELDS

    def name(self) -> str:
        return "validate_complaint_form"

    async def act(self, turn: Turn) -> Events:
        """A complaint that is filed because nobody is there begins with what the visitor has just said."""
        events = await super().act(turn)
        draft = turn.slot(DRAFT)
        if turn.slot("requested_slot") or not draft or turn.last_said() not in OFFERS:
            return events
        return [*events, SlotSet("complaint_detail", draft), SlotSet(DRAFT, None)]


class ActionAskComplaintConfirmed(AskToConfirm):
    fields, question = FIELDS, "utter_ask_complaint_confirmed"

    def name(self) -> str:
        return "action_ask_complaint_confirmed"


class ActionSubmitComplaint(SubmitForm):
    type, fields, submitted = "complaint", FIELDS, "utter_complaint_submitted"

    def name(self) -> str:
        return "action_submit_complaint"

    def ticket(self, turn: Turn) -> TicketForm:
        detail, order = str(turn.slot("complaint_detail")), given(turn, "complaint_order")
        collected = {"detail": detail, **({"order_number": order} if order else {})}
        return TicketForm(self.type, titled(detail), detail, collected, given(turn, "complaint_contact"))
