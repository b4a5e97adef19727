"""Repair: product, problem, phone, day, then a look over it all."""

from __future__ import annotations

from actions.base import Turn
from actions.forms import fields as f
from actions.forms.base import AskToConfirm, SubmitForm, ValidateForm, given, titled
from actions.service import TicketForm

FIELDS = (
    f.Field(
        "repair_product",
        f.product,
        "utter_invalid_text",
        free=True,
        entities=("product",),
        named=r"产品|產品|型号|型號|机型|機型|商品|product|model|device",
        title={"zh": "产品", "en": "Product"},
    ),
    f.Field(
        "repair_problem",
        f.words,
        "utter_invalid_text",
        free=True,
        named=r"问题|問題|故障|毛病|problem|issue|fault",
        title={"zh": "问题", "en": "Problem"},
    ),
    f.Field(
        "repair_phone",
        f.phone,
        "utter_invalid_phone",
        entities=("phone_number",),
        named=r"电话|電話|手机号?|手機號?|号码|號碼|phone(?: number)?|number",
        title={"zh": "电话", "en": "Phone"},
    ),
    f.Field(
        "repair_date",
        f.day,
        "utter_invalid_date",
        optional=True,
        entities=("date",),
        named=r"(?:上门|上門)?(?:时间|時間|日期|日子)|上门|上門|date|day|time",
        title={"zh": "时间", "en": "Day"},
    ),
    f.Field("repair_confirmed", f.yes, "utter_invalid_confirm"),
)


class ValidateRepairForm(ValidateForm):
    form, intent, fields = "repair_form", "request_repair", FIELDS

    def name(self) -> str:
        return "validate_repair_form"


class ActionAskRepairConfirmed(AskToConfirm):
    fields, question = FIELDS, "utter_ask_repair_confirmed"

    def name(self) -> str:
        return "action_ask_repair_confirmed"


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
