"""Repair: product, problem, phone, day, then a look over it all."""

from __future__ import annotations

from actions.base import Turn
from actions.forms import fields as f
from actions.forms.base import SubmitForm, ValidateForm, given, titled
from actions.service import TicketForm

FIELDS = (
    f.Field(
        "repair_product",
        f.product,
        "utter_invalid_text",
        free=True,
        entities=("product",),
        named=r"产品|型号|机型|商品|product|model|device",
    ),
    f.Field(
        "repair_problem",
        f.words,
        "utter_invalid_text",
        free=True,
        named=r"问题|故障|毛病|problem|issue|fault",
    ),
    f.Field(
        "repair_phone",
        f.phone,
        "utter_invalid_phone",
        entities=("phone_number",),
        named=r"电话|手机号?|号码|phone(?: number)?|number",
    ),
    f.Field(
        "repair_date",
        f.day,
        "utter_invalid_date",
        optional=True,
        entities=("date",),
        named=r"时间|日期|日子|上门|date|day|time",
    ),
    f.Field("repair_confirmed", f.yes, "utter_invalid_confirm"),
)


class ValidateRepairForm(ValidateForm):
    form, intent, fields = "repair_form", "request_repair", FIELDS

    def name(self) -> str:
        return "validate_repair_form"


class ActionSubmitRepair(SubmitForm):
    type, fields, submitted = "repair", FIELDS, "utter_repair_submitted"

    def name(self) -> str:
        return "action_submit_repair"

    def ticket(self, turn: Turn) -> TicketForm:
        product, problem = str(turn.slot("repair_product")), str(turn.slot("repair_problem"))
        collected = {"product": product, "problem": problem, "phone": str(turn.slot("repair_phone"))}
        day = given(turn, "repair_date")
        if day:
            collected["date"] = day
        return TicketForm(self.type, titled(product, problem), problem, collected, collected["phone"])
