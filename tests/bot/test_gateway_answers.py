"""What visitors hear of orders, invoices, stores and stock: when all is well, and when it is not."""

from __future__ import annotations

import asyncio
import re
from datetime import date, timezone

import pytest

from actions.business import ActionBusinessHours
from actions.cards import money, order_lines, stock_line
from actions.forms.invoice import ActionAskInvoiceConfirmed, ActionSubmitInvoice, ValidateInvoiceForm
from actions.gateway.contract import Asker, Stock
from actions.gateway.demo import DemoGateway
from actions.gateway.http import HttpGateway
from actions.lookup_actions import (
    ActionInform,
    ActionMembershipPoints,
    ActionOrderStatus,
    ActionRefundStatus,
    ActionRepairProgress,
    ActionRequestInvoice,
)
from actions.lookups import Lookups
from actions.products import ActionDiscount
from actions.stock import ActionStock
from actions.stores import ActionStoreLocation
from tests.bot.test_actions import Service, run, said, slots_of
from tests.bot.test_domain import DOMAIN, variations
from tests.fakes.gateway_server import TOKEN, running

ORDER, OWNER = ("order_number", "KT20260101001"), {"phone_number": "13800000001"}
TODAY = date(2026, 1, 5)


@pytest.fixture
def gateway():
    return DemoGateway(lambda: TODAY)


@pytest.fixture
def lookups(gateway):
    return Lookups(gateway, Service())


@pytest.fixture
def fake():
    with running(DemoGateway(lambda: TODAY)) as fake:
        yield fake


@pytest.fixture
def over_http(fake):
    return HttpGateway(fake.url, TOKEN, timeouts_s=(0.2, 0.2))


# --- orders, and whose they are


def test_without_proof_a_card_tells_how_far_an_order_is_and_asks_whose_it_is(lookups):
    returned, messages = run(ActionOrderStatus(lookups), entities=[ORDER], slots={"language": "en"})
    assert said(messages) == ["utter_order_card", "utter_ask_proof"]
    assert (messages[0]["state"], messages[0]["lines"]) == ("On its way", "Arrives by 2026-01-06")
    assert slots_of(returned)["pending"] == "order"


@pytest.mark.parametrize("proof", [("phone_tail", "0001"), ("phone_number", "13800000001")])
def test_the_number_given_then_opens_the_card(lookups, proof):
    slots = {"pending": "order", "order_number": ORDER[1]}
    returned, messages = run(ActionInform(lookups), proof[1], entities=[proof], slots=slots)
    assert said(messages) == ["utter_order_card"] and "月白 4K 投影仪" in messages[0]["lines"]
    assert slots_of(returned)["pending"] is None


def test_a_wrong_number_is_said_to_be_wrong_and_many_lock_the_order(lookups):
    slots = {"pending": "order", "order_number": ORDER[1]}
    for guess in range(1000, 1005):
        _, messages = run(ActionInform(lookups), entities=[("phone_tail", str(guess))], slots=slots)
        assert said(messages) == ["utter_order_card", "utter_proof_wrong"]
        assert "月白" not in messages[0]["lines"]
    _, messages = run(ActionInform(lookups), entities=[("phone_tail", "0001")], slots=slots)
    assert said(messages) == ["utter_proof_locked"]


def test_a_phone_number_said_for_something_else_is_not_called_wrong(lookups):
    _, messages = run(ActionOrderStatus(lookups), entities=[ORDER], slots={"phone_number": "13800000002"})
    assert said(messages) == ["utter_order_card", "utter_ask_proof"]


def test_a_visitor_who_is_signed_in_chooses_among_their_orders(lookups):
    signed_in = {"customer_id": "li-lei"}
    _, messages = run(ActionOrderStatus(lookups), metadata=signed_in)
    assert said(messages) == ["utter_order_list"]
    assert messages[0]["buttons"][0] == {
        "title": "KT20260101004 已打包，等待快递取件",
        "payload": '/ask_order_status{"order_number": "KT20260101004"}',
    }
    _, messages = run(ActionOrderStatus(lookups), entities=[ORDER], metadata=signed_in)
    assert said(messages) == ["utter_order_card"]
    _, messages = run(ActionOrderStatus(lookups), metadata={"customer_id": "somebody-new"})
    assert said(messages) == ["utter_ask_order_number"]


@pytest.mark.parametrize(
    ("zone", "hour"), [("Asia/Shanghai", "23:40"), ("Europe/Berlin", "16:40"), ("?", "23:40")]
)
def test_a_card_tells_the_hours_of_the_business(gateway, zone, hour):
    class There(Service):
        async def business(self):
            return {**await super().business(), "time_zone": zone}

    _, messages = run(ActionOrderStatus(Lookups(gateway, There())), entities=[ORDER], slots=OWNER)
    assert f"2026-01-01 {hour} 快递已揽收" in messages[0]["lines"]


def test_lines_have_the_colons_of_their_language(gateway):
    order = asyncio.run(gateway.order(ORDER[1], Asker(phone_tail="0001")))
    assert "快递：顺丰速运 SF1400000000001" in order_lines(order, "zh", timezone.utc)
    assert "Carrier: SF Express SF1400000000001" in order_lines(order, "en", timezone.utc)
    assert "合计 ¥3,299" in order_lines(order, "zh", timezone.utc)


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        (3299, "CNY", "¥3,299"),
        (12.5, "CNY", "¥12.50"),
        (0.1 + 0.2, "USD", "USD 0.30"),
        (100.0, "EUR", "EUR 100"),
    ],
)
def test_money_is_written_for_people(amount, currency, words):
    assert money(amount, currency) == words


@pytest.mark.parametrize(("slots", "amount"), [({}, ""), ({"phone_number": "13800000002"}, " ¥3,299")])
def test_a_refund_is_told_to_anybody_and_its_amount_to_the_owner(lookups, slots, amount):
    number = [("order_number", "KT20260101006")]
    _, messages = run(ActionRefundStatus(lookups), entities=number, slots=slots)
    assert said(messages) == ["utter_refund_state"]
    assert (messages[0]["amount"], messages[0]["state"]) == (amount, "已退回原付款方式")
    _, messages = run(ActionRefundStatus(lookups), entities=[ORDER], slots=slots)
    assert said(messages) == ["utter_refund_none"]


@pytest.mark.parametrize(
    ("phone", "words"), [("13800000001", "，其中 100 分将在 2026-03-31 到期"), ("13800000002", "")]
)
def test_points_tell_of_expiry_only_where_some_expire(lookups, phone, words):
    _, messages = run(ActionMembershipPoints(lookups), entities=[("phone_number", phone)])
    assert messages[0]["expiring"] == words


# --- invoices


def test_invoices_in_general_are_explained_and_the_number_awaited(lookups):
    returned, messages = run(ActionRequestInvoice(lookups))
    assert said(messages) == ["utter_request_invoice"] and slots_of(returned) == {"pending": "invoice"}


@pytest.mark.parametrize(
    ("number", "phone", "response"),
    [
        ("KT20260101001", "0001", "utter_invoice_none"),
        ("KT20260101002", "0001", "utter_invoice_requested"),
        ("KT20260101007", "0002", "utter_invoice_issued"),
        ("KT20260101007", None, "utter_ask_proof"),
        ("KT99999999999", "0001", "utter_order_unknown"),
    ],
)
def test_an_invoice_is_looked_up_for_the_owner(lookups, number, phone, response):
    slots = {"phone_tail": phone}
    _, messages = run(ActionRequestInvoice(lookups), entities=[("order_number", number)], slots=slots)
    assert said(messages) == [response]


def test_the_proof_given_then_opens_the_invoice(lookups):
    slots = {"pending": "invoice", "order_number": "KT20260101007"}
    _, messages = run(ActionInform(lookups), entities=[("phone_tail", "0002")], slots=slots)
    assert said(messages) == ["utter_invoice_issued"]


def test_the_button_starts_the_form_where_the_order_is_known(lookups):
    pressed = [("field", "invoice_title")]
    returned, _ = run(ActionRequestInvoice(lookups), entities=pressed, slots={"order_number": ORDER[1]})
    assert returned[0]["name"] == "invoice_form"
    returned, messages = run(ActionRequestInvoice(lookups), entities=pressed)
    assert said(messages) == ["utter_ask_order_number"] and slots_of(returned) == {"pending": "invoice"}


FILLED = {
    "order_number": ORDER[1], **OWNER, "invoice_title": "杭州青禾科技有限公司",
    "invoice_tax_number": "91330100MA2AXXXX0X", "invoice_email": "li.lei@example.com",
}  # fmt: skip


def test_a_filled_form_asks_for_the_invoice_and_is_emptied(gateway):
    returned, messages = run(ActionSubmitInvoice(gateway), slots=FILLED)
    assert said(messages) == ["utter_invoice_submitted"] and messages[0]["email"] == "li.lei@example.com"
    assert slots_of(returned)["invoice_title"] is None
    _, messages = run(ActionRequestInvoice(Lookups(gateway, Service())), entities=[ORDER], slots=OWNER)
    assert said(messages) == ["utter_invoice_requested"]


@pytest.mark.parametrize(
    "wrong", [{"invoice_tax_number": "1"}, {"phone_number": None}, {"order_number": "KT1"}]
)
def test_what_the_business_refuses_is_said_and_asks_for_nothing(gateway, wrong):
    _, messages = run(ActionSubmitInvoice(gateway), slots={**FILLED, **wrong})
    assert said(messages) == ["utter_invoice_refused"]
    _, messages = run(ActionRequestInvoice(Lookups(gateway, Service())), entities=[ORDER], slots=OWNER)
    assert said(messages) == ["utter_invoice_none"]


@pytest.mark.parametrize("fault", ["slow", "hang up", "html", 500])
def test_a_request_without_an_answer_is_not_called_done(fake, over_http, fault):
    fake.fault = fault
    _, messages = run(ActionSubmitInvoice(over_http), slots=FILLED)
    assert said(messages) == ["utter_invoice_unsure"]


@pytest.mark.parametrize(
    ("slot", "text", "entities", "value"),
    [
        ("invoice_tax_number", "91330100MA2AXXXX0X", [], "91330100MA2AXXXX0X"),
        ("invoice_tax_number", "税号是 91330100ma2axxxx0x", [], "91330100MA2AXXXX0X"),
        ("invoice_tax_number", "12345", [], None),
        ("invoice_email", "a@b.cn", [("email", "a@b.cn")], "a@b.cn"),
        ("invoice_email", "my mailbox", [], None),
        ("invoice_title", "杭州青禾科技有限公司", [], "杭州青禾科技有限公司"),
    ],
)
def test_the_form_reads_each_field_in_its_own_way(slot, text, entities, value):
    slots = {"requested_slot": slot}
    ran = [{"event": "action", "name": "invoice_form"}]
    returned, _ = run(
        ValidateInvoiceForm(), text, intent="inform", entities=entities, slots=slots, events=ran
    )
    assert slots_of(returned)[slot] == value


@pytest.mark.parametrize("text", ["个人", "開給個人", "/affirm", "写个人就行"])
def test_an_invoice_for_a_person_is_not_taken_for_the_wish_to_talk_to_one(text):
    slots = {"requested_slot": "invoice_title"}
    ran = [{"event": "action", "name": "invoice_form"}]
    returned, _ = run(ValidateInvoiceForm(), text, intent="request_human", slots=slots, events=ran)
    assert slots_of(returned)["invoice_title"] == "个人"


def test_a_person_can_be_had_while_the_title_is_asked_for():
    slots = {"requested_slot": "invoice_title"}
    ran = [{"event": "action", "name": "invoice_form"}]
    returned, _ = run(ValidateInvoiceForm(), "转人工", intent="request_human", slots=slots, events=ran)
    assert returned == []


def test_a_tax_number_left_out_is_said_in_words():
    _, messages = run(ActionAskInvoiceConfirmed(), slots={"invoice_title": "个人", "invoice_tax_number": "-"})
    assert messages[0]["invoice_tax_number"] == "未填"


# --- stores and hours


@pytest.mark.parametrize(
    ("entities", "names"),
    [
        ([("city", "shanghai")], ["Shanghai Xujiahui", "Shanghai Pudong"]),
        ([("city", "shanghai"), ("district", "pudong")], ["Shanghai Pudong"]),
        ([("district", "nanshan")], ["Shenzhen Nanshan"]),
        ([("city", "shanghai"), ("district", "nanshan")], ["Shanghai Xujiahui", "Shanghai Pudong"]),
    ],
)
def test_the_nearest_stores_to_what_was_named_are_told(gateway, entities, names):
    for action in (ActionStoreLocation(gateway), ActionBusinessHours(Service(), gateway)):
        _, messages = run(action, entities=entities, slots={"language": "en"})
        assert [m["name"] for m in messages] == names


@pytest.mark.parametrize(
    ("entities", "response"), [([], "utter_ask_store_city"), ([("city", "wuhan")], "utter_store_none")]
)
def test_where_no_store_is_named_or_none_is_there_the_cities_are_offered(gateway, entities, response):
    _, messages = run(ActionStoreLocation(gateway), entities=entities)
    assert said(messages) == [response] and messages[0]["cities"] == "北京、上海、广州、深圳、成都、杭州"
    assert messages[0]["buttons"][1] == {
        "title": "上海",
        "payload": '/ask_store_location{"city": "shanghai"}',
    }


def test_hours_where_no_store_is_are_those_of_the_service(gateway):
    _, messages = run(ActionBusinessHours(Service(), gateway), entities=[("city", "wuhan")])
    assert said(messages) == ["utter_business_hours"]


def test_a_city_by_itself_is_where_a_store_is_wanted(lookups):
    _, messages = run(ActionInform(lookups), "杭州", entities=[("city", "hangzhou")])
    assert said(messages) == ["utter_store"]


# --- stock and offers


@pytest.mark.parametrize(
    ("entities", "slots", "lines"),
    [
        ([("product", "gleam-x1")], {}, "白色：有货；黑色：缺货，预计 2026-01-12 到货"),
        ([("color", "white")], {"product": "gleam-x1"}, "白色：有货"),
        (
            [("product", "gleam-x1")],
            {"language": "en"},
            "white: in stock; black: sold out, expected on 2026-01-12",
        ),
        ([("color", "grey"), ("product", "keting-s2")], {}, "灰色：仅剩 3 件"),
        ([("product", "gleam-x1"), ("city", "hangzhou")], {}, "白色（杭州武林店）：仅剩 2 件"),
    ],
)
def test_stock_is_of_the_product_the_colour_and_the_place_that_were_named(gateway, entities, slots, lines):
    _, messages = run(ActionStock(gateway), entities=entities, slots=slots)
    assert said(messages) == ["utter_stock"] and messages[0]["lines"] == lines


@pytest.mark.parametrize(
    ("entities", "responses"),
    [
        ([("product", "moonlight-4k"), ("color", "pink")], ["utter_stock_no_color", "utter_stock"]),
        ([("product", "moonlight-4k"), ("city", "shenzhen")], ["utter_stock_not_there", "utter_stock"]),
        ([("product", "phone")], ["utter_product_unknown"]),
        ([], ["utter_ask_stock_product"]),
    ],
)
def test_what_is_not_to_be_had_is_said_with_what_is(gateway, entities, responses):
    _, messages = run(ActionStock(gateway), entities=entities)
    assert said(messages) == responses


def test_a_product_named_after_the_question_is_looked_up(lookups):
    _, messages = run(ActionInform(lookups), entities=[("product", "keting-s2")], slots={"pending": "stock"})
    assert said(messages) == ["utter_stock"]


def test_something_that_is_not_counted_is_in_stock_or_not():
    assert stock_line(Stock("room", True), "en") == "in stock"
    assert stock_line(Stock("room", False), "zh") == "缺货"


@pytest.mark.parametrize(
    ("product", "responses"),
    [
        ("gleam-x1", ["utter_product_discount", "utter_ask_discount"]),
        ("quiet-field-pro", ["utter_ask_discount"]),
        (None, ["utter_ask_discount"]),
    ],
)
def test_offers_of_a_product_come_before_those_on_everything(product, responses):
    _, messages = run(ActionDiscount(), slots={"product": product, "language": "en"})
    assert said(messages) == responses


# --- when the business's system has no answer

#: Action, entities, and what is said when nothing comes and when there is no such address.
ASKED = [
    (ActionOrderStatus, [ORDER], ["utter_lookup_down"], ["utter_order_unknown"]),
    (ActionRefundStatus, [ORDER], ["utter_lookup_down"], ["utter_order_unknown"]),
    (ActionRepairProgress, [ORDER], ["utter_lookup_down"], ["utter_lookup_off"]),
    (
        ActionMembershipPoints,
        [("phone_number", "13800000001")],
        ["utter_lookup_down"],
        ["utter_lookup_off"],
    ),
    (ActionRequestInvoice, [ORDER], ["utter_lookup_down"], ["utter_lookup_off"]),
    (
        ActionStoreLocation,
        [],
        ["utter_lookup_down", "utter_ask_store_location"],
        ["utter_ask_store_location"],
    ),
    (ActionStock, [("product", "gleam-x1")], ["utter_lookup_down", "utter_ask_stock"], ["utter_ask_stock"]),
    (ActionBusinessHours, [("city", "shanghai")], ["utter_business_hours"], ["utter_business_hours"]),
]


def built(action, gateway):
    if action is ActionBusinessHours:
        return action(Service(), gateway)
    return action(gateway if action in (ActionStock, ActionStoreLocation) else Lookups(gateway, Service()))


@pytest.mark.parametrize(("action", "entities", "down", "unknown"), ASKED)
@pytest.mark.parametrize("fault", ["slow", "hang up", "html", "shape", "huge", 500, 503])
def test_trouble_is_admitted_with_what_to_do_next(fake, over_http, action, entities, down, unknown, fault):
    fake.fault = fault
    _, messages = run(built(action, over_http), entities=entities, slots=OWNER)
    assert said(messages) == down
    assert "secret" not in str(messages)


@pytest.mark.parametrize(("action", "entities", "down", "unknown"), ASKED)
def test_an_address_that_does_not_exist_is_not_an_unknown_number(
    fake, over_http, action, entities, down, unknown
):
    fake.fault = 404
    _, messages = run(built(action, over_http), entities=entities, slots=OWNER)
    assert said(messages) == unknown


@pytest.mark.parametrize(
    ("action", "entity", "response"),
    [
        (ActionOrderStatus, ("order_number", "KT99999999999"), "utter_order_unknown"),
        (ActionRefundStatus, ("order_number", "KT99999999999"), "utter_order_unknown"),
        (ActionRepairProgress, ORDER, "utter_repair_unknown"),
        (ActionMembershipPoints, ("phone_number", "13700000000"), "utter_points_unknown"),
        (ActionRequestInvoice, ("order_number", "KT99999999999"), "utter_order_unknown"),
    ],
)
def test_what_the_system_does_not_know_is_said_so(over_http, action, entity, response):
    _, messages = run(action(Lookups(over_http, Service())), entities=[entity], slots=OWNER)
    assert said(messages) == [response]


@pytest.mark.parametrize(("action", "entities", "down", "unknown"), ASKED)
def test_a_refused_token_sends_nobody_to_try_again_later(fake, over_http, action, entities, down, unknown):
    fake.fault = 401
    _, messages = run(built(action, over_http), entities=entities, slots=OWNER)
    assert said(messages) == [name.replace("utter_lookup_down", "utter_lookup_off") for name in down]


@pytest.mark.parametrize(
    "name",
    ["utter_lookup_down", "utter_lookup_off", "utter_ask_proof", "utter_proof_wrong", "utter_proof_locked",
     "utter_invoice_unsure", "utter_invoice_refused", "utter_order_unknown", "utter_repair_unknown"],
)  # fmt: skip
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_dead_end_offers_a_person(name, language):
    assert "/request_human" in [b["payload"] for b in variations(name)[language]["buttons"]]


def test_gaps_of_the_new_answers_are_those_that_actions_fill(gateway, lookups):
    """A gap that nobody fills would be read out as {gap}."""
    runs = [
        (ActionOrderStatus(lookups), [ORDER], OWNER),
        (ActionStock(gateway), [("product", "gleam-x1")], {}),
        (ActionStoreLocation(gateway), [("city", "shanghai")], {}),
        (ActionStoreLocation(gateway), [], {}),
        (ActionBusinessHours(Service(), gateway), [("city", "shanghai")], {}),
        (ActionMembershipPoints(lookups), [("phone_number", "13800000001")], {}),
        (ActionRefundStatus(lookups), [("order_number", "KT20260101006")], {}),
        (ActionRequestInvoice(lookups), [("order_number", "KT20260101007")], {"phone_tail": "0002"}),
        (ActionDiscount(), [("product", "gleam-x1")], {}),
    ]
    for action, entities, slots in runs:
        for message in run(action, entities=entities, slots=slots)[1]:
            gaps = set(re.findall(r"{(\w+)}", str(DOMAIN["responses"][message["response"]])))
            assert gaps <= set(message), message["response"]
