"""Invoice for the order that was talked about: title, tax number, mailbox, then a look over it all."""

from __future__ import annotations

import re

from rasa_sdk.events import SlotSet

from actions import settings
from actions.base import Events, KetingAction, NotFound, Turn, Unavailable
from actions.forms import fields as f
from actions.forms.base import AskToConfirm, ValidateForm, emptied, given
from actions.gateway.contract import (
    BusinessGateway,
    InvoiceRequest,
    NotProven,
    NotSupported,
    Rejected,
    TooManyAttempts,
)
from actions.lookups import asker_of

#: Mainland tax numbers have 15 to 20 digits and capitals.
_TAX_NUMBER = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{15,20}(?![0-9A-Z])")


#: A person needs no company's name.  The word alone is otherwise heard as the wish to talk to one.
_PERSONAL = re.compile(
    r"(?:抬[头頭])?(?:就|给|給|开给|開給|写|寫|我|是)*[个個]人(?:抬[头頭]|就行|就好|吧|的)?[。.!！]?"
    r"|(?:for |it's |just )*(?:personal|private|me|myself|an individual|individual|a person)[.!]?"
    r"|/affirm",
    re.IGNORECASE,
)
_PERSON = {"zh": "个人", "en": "Personal"}


def personal(turn: Turn) -> str | None:
    return turn.in_language(_PERSON) if _PERSONAL.fullmatch(turn.text) else None


def title(turn: Turn) -> str | None:
    return personal(turn) or f.words(turn)


def tax_number(turn: Turn) -> str | None:
    found = _TAX_NUMBER.search(turn.text.upper().replace(" ", ""))
    return found[0] if found else None


def email(turn: Turn) -> str | None:
    return turn.entity("email")


FIELDS = (
    f.Field(
        "invoice_title",
        title,
        "utter_invalid_text",
        free=True,
        named=r"(?:发票)?抬头|(?:發票)?抬頭|公司名(?:称|稱)?|(?:invoice )?title|company(?: name)?",
        title={"zh": "抬头", "en": "Title"},
    ),
    f.Field(
        "invoice_tax_number",
        tax_number,
        "utter_invalid_tax_number",
        optional=True,
        named=r"税号|稅號|统编|統編|纳税人识别号|tax (?:number|id)",
        title={"zh": "税号", "en": "Tax number"},
    ),
    f.Field(
        "invoice_email",
        email,
        "utter_invalid_email",
        entities=("email",),
        named=r"邮箱|郵箱|信箱|e-?mail|mailbox",
        title={"zh": "邮箱", "en": "E-mail"},
    ),
    f.Field("invoice_confirmed", f.yes, "utter_invalid_confirm"),
)


class ValidateInvoiceForm(ValidateForm):
    form, intent, fields = "invoice_form", "request_invoice", FIELDS

    def name(self) -> str:
        return "validate_invoice_form"

    async def act(self, turn: Turn) -> Events:
        if turn.slot("requested_slot") == "invoice_title" and personal(turn):
            return [SlotSet("invoice_title", personal(turn)), SlotSet("form_misses", 0)]
        return await super().act(turn)


class ActionAskInvoiceConfirmed(AskToConfirm):
    fields, question = FIELDS, "utter_ask_invoice_confirmed"

    def name(self) -> str:
        return "action_ask_invoice_confirmed"


class ActionSubmitInvoice(KetingAction):
    """Asks the business for it.  An answer that did not come leaves open whether it took effect: said so."""

    def __init__(self, gateway: BusinessGateway | None = None) -> None:
        self._gateway = gateway or settings.gateway()

    def name(self) -> str:
        return "action_submit_invoice"

    def apologise(self, turn: Turn) -> None:
        turn.say("utter_invoice_unsure", number=turn.slot("order_number") or "")

    async def act(self, turn: Turn) -> Events:
        number, key = str(turn.slot("order_number")), turn.key()
        what = InvoiceRequest(
            str(turn.slot("invoice_title")),
            given(turn, "invoice_tax_number"),
            str(turn.slot("invoice_email")),
        )
        once = f"{key.conversation_id}:{key.turn_id}:{key.action}:{key.ordinal}"
        try:
            invoice = await self._gateway.request_invoice(number, asker_of(turn), what, once)
        except (Rejected, NotFound, NotProven, TooManyAttempts, NotSupported):
            turn.say("utter_invoice_refused", number=number)
        except Unavailable:
            self.apologise(turn)
        else:
            turn.say("utter_invoice_submitted", number=number, email=invoice.email or what.email)
        return [SlotSet("pending", None), *emptied(FIELDS)]
