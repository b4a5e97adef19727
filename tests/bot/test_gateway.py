"""The contract, on the demo data and on the same data over HTTP; and what a broken gateway costs."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timezone

import pytest

from actions.base import NotFound, Unavailable
from actions.gateway import reading
from actions.gateway.breaker import Breaker
from actions.gateway.contract import (
    RESOURCES,
    Asker,
    InvoiceRequest,
    Misconfigured,
    NotProven,
    NotSupported,
    Rejected,
    TooManyAttempts,
)
from actions.gateway.demo import MOST_WRONG, DemoGateway
from actions.gateway.http import HttpGateway
from actions.gateway.reading import Body, Nonsense
from tests.fakes.gateway_server import TOKEN, running

TODAY = date(2026, 3, 1)
OWNER, NOBODY = Asker(phone_tail="0001"), Asker()
#: Of the owner; shipped, with everything filled in.
ORDER = "KT20260101001"
PERSONAL = InvoiceRequest("个人", None, "li.lei@example.com")


def ask(coroutine):
    return asyncio.run(coroutine)


@pytest.fixture
def fake():
    with running(DemoGateway(lambda: TODAY)) as fake:
        yield fake


@pytest.fixture(params=["demo", "http"])
def gateway(request):
    if request.param == "demo":
        return DemoGateway(lambda: TODAY)
    return HttpGateway(request.getfixturevalue("fake").url, TOKEN)


@pytest.fixture
def impatient(fake):
    """A client whose other side gets 0.2 s."""
    return HttpGateway(fake.url, TOKEN, timeouts_s=(0.2, 0.2))


# --- the contract


def test_a_gateway_says_what_it_offers(gateway):
    assert ask(gateway.capabilities()) == RESOURCES


def test_an_owner_sees_the_whole_order(gateway):
    order = ask(gateway.order(ORDER, OWNER))
    assert order.proven and order.state == "shipped" and order.total == 3299
    assert order.items[0].name == {"zh": "月白 4K 投影仪", "en": "Moonlight 4K projector"}
    assert order.tracking_number == "SF1400000000001"
    assert order.events[-1].at == datetime(2026, 2, 26, 2, 20, tzinfo=timezone.utc)
    assert order.expected_on == date(2026, 3, 2)


@pytest.mark.parametrize(
    "asker", [NOBODY, Asker(phone_tail="9999"), Asker("han-meimei"), Asker(phone_tail="1")]
)
def test_anybody_else_sees_how_far_it_is_and_nothing_of_what_it_is(gateway, asker):
    order = ask(gateway.order(ORDER, asker))
    assert (order.number, order.state, order.proven) == (ORDER, "shipped", False)
    assert order.items == order.events == ()
    assert order.total is order.carrier is order.tracking_number is order.placed_at is None


def test_a_refund_is_told_without_its_amount_unless_to_the_owner(gateway):
    number = "KT20260101006"
    stranger, owner = (ask(gateway.order(number, who)).refund for who in (NOBODY, Asker(phone_tail="0002")))
    assert (stranger.state, stranger.amount) == ("paid", None)
    assert (owner.state, owner.amount) == ("paid", 3299)


def test_a_visitor_who_is_signed_in_needs_no_number(gateway):
    orders = ask(gateway.orders(Asker("li-lei")))
    assert [o.number[-1] for o in orders] == ["4", "3", "2", "1"]
    assert all(o.proven for o in orders)
    assert ask(gateway.orders(NOBODY)) == ask(gateway.orders(OWNER)) == ()
    assert ask(gateway.order(ORDER, Asker("li-lei"))).proven


def test_guessing_is_ended_for_owner_and_guesser_alike(gateway):
    for guess in range(MOST_WRONG):
        assert not ask(gateway.order(ORDER, Asker(phone_tail=f"900{guess}"))).proven
    with pytest.raises(TooManyAttempts):
        ask(gateway.order(ORDER, OWNER))
    assert not ask(gateway.order(ORDER, NOBODY)).proven
    assert ask(gateway.order("KT20260101002", OWNER)).proven


def test_the_same_wrong_number_again_is_one_attempt(gateway):
    for _ in range(MOST_WRONG + 1):
        ask(gateway.order(ORDER, Asker(phone_tail="9999")))
    assert ask(gateway.order(ORDER, OWNER)).proven


def test_what_is_not_there_is_not_found(gateway):
    for missing in (
        gateway.order("KT99999999999", OWNER),
        gateway.repair("KT20260101001", OWNER),
        gateway.member("13700000000"),
        gateway.invoice("KT99999999999", OWNER),
        gateway.order("a/../../b?c=d", OWNER),
    ):
        with pytest.raises(NotFound):
            ask(missing)


def test_a_repair_names_the_product_to_the_owner_only(gateway):
    number = "KT20260101009"
    owner, stranger = (
        ask(gateway.repair(number, Asker(phone_tail="5678"))),
        ask(gateway.repair(number, NOBODY)),
    )
    assert owner.state == stranger.state == "repairing"
    assert owner.product == {"zh": "客厅 S2 智能音箱", "en": "Keting S2 speaker"} and stranger.product is None


def test_members_have_points_that_expire(gateway):
    member = ask(gateway.member("13800000001"))
    assert (member.points, member.expiring, member.level["en"]) == (1200, 100, "Silver member")
    assert member.expiring_on and member.expiring_on > TODAY


def test_an_invoice_is_asked_for_once_by_the_owner(gateway):
    assert ask(gateway.invoice(ORDER, OWNER)).state == "none"
    with pytest.raises(NotProven):
        ask(gateway.request_invoice(ORDER, NOBODY, PERSONAL, "k0"))
    assert ask(gateway.invoice(ORDER, OWNER)).state == "none"
    asked = ask(gateway.request_invoice(ORDER, OWNER, PERSONAL, "k1"))
    assert (asked.state, asked.title, asked.email) == ("requested", "个人", "li.lei@example.com")
    again = ask(gateway.request_invoice(ORDER, OWNER, InvoiceRequest("别的", None, "x@example.com"), "k1"))
    assert again == asked == ask(gateway.invoice(ORDER, OWNER))


def test_a_tax_number_that_is_none_is_refused_and_asks_for_nothing(gateway):
    with pytest.raises(Rejected, match="tax_number"):
        ask(gateway.request_invoice(ORDER, OWNER, InvoiceRequest("公司", "12", "a@b.cn"), "k"))
    assert ask(gateway.invoice(ORDER, OWNER)).state == "none"


def test_an_issued_invoice_can_be_read(gateway):
    assert ask(gateway.invoice("KT20260101007", Asker(phone_tail="0002"))).url
    with pytest.raises(NotProven):
        ask(gateway.invoice("KT20260101007", NOBODY))


def test_stores_are_found_by_city_and_district(gateway):
    assert len({store.city for store in ask(gateway.stores())}) == 6
    assert [s.id for s in ask(gateway.stores("shanghai"))] == ["shanghai-xujiahui", "shanghai-pudong"]
    assert [s.id for s in ask(gateway.stores(district="nanshan"))] == ["shenzhen-nanshan"]
    assert ask(gateway.stores("wuhan")) == ()


def test_stock_is_by_colour_and_place(gateway):
    online = ask(gateway.stock("gleam-x1"))
    assert [(s.color, s.is_available, s.store_name) for s in online] == [
        ("white", True, None), ("black", False, None),
    ]  # fmt: skip
    assert online[1].restock_on and online[1].restock_on > TODAY
    there = ask(gateway.stock("gleam-x1", "white", "shanghai"))
    assert [(s.quantity, s.store_name["en"]) for s in there if s.store_name] == [(3, "Shanghai Pudong")]
    assert ask(gateway.stock("gleam-x1", "green")) == ask(gateway.stock("phone")) == ()


# --- the wire


def test_a_request_carries_token_id_and_version_and_the_address_names_no_person(fake):
    client = HttpGateway(fake.url + "/", TOKEN)
    ask(client.order(ORDER, Asker("li-lei", "0001")))
    ask(client.request_invoice(ORDER, OWNER, PERSONAL, "the-key"))
    (method, path, headers), (posted, _, sent) = fake.seen
    assert (method, path, posted) == ("GET", f"/orders/{ORDER}", "POST")
    assert headers["Authorization"] == f"Bearer {TOKEN}" and headers["X-Keting-Contract"] == "1"
    assert headers["X-Request-Id"] and headers["X-Request-Id"] != sent["X-Request-Id"]
    assert (headers["X-Keting-Customer"], headers["X-Keting-Phone-Tail"]) == ("li-lei", "0001")
    assert sent["Idempotency-Key"] == "the-key" and "Idempotency-Key" not in headers


def test_a_wrong_token_is_told_apart_from_an_outage(fake):
    client = HttpGateway(fake.url, "wrong")
    with pytest.raises(Misconfigured):
        ask(client.request_invoice(ORDER, OWNER, PERSONAL, "k"))
    assert ask(HttpGateway(fake.url, TOKEN).invoice(ORDER, OWNER)).state == "none"


@pytest.mark.parametrize("fault", ["slow", "hang up", "html", "shape", "huge", 500, 503, 418, 302])
def test_whatever_goes_wrong_is_unavailable_and_tells_nothing_of_the_other_side(fake, impatient, fault):
    fake.fault = fault
    for asked in (
        impatient.order(ORDER, OWNER),
        impatient.stores(),
        impatient.request_invoice(ORDER, OWNER, PERSONAL, "k"),
    ):
        with pytest.raises(Unavailable) as caught:
            ask(asked)
        assert not isinstance(caught.value, Misconfigured)
        assert "secret" not in str(caught.value) and ORDER not in str(caught.value)


def test_a_system_without_stores_or_stock_says_so(fake, impatient):
    fake.fault = 404
    for asked in (impatient.stores(), impatient.stock("gleam-x1"), impatient.orders(OWNER)):
        with pytest.raises(NotSupported):
            ask(asked)
    fake.fault = 501
    with pytest.raises(NotSupported):
        ask(impatient.member("13800000001"))


def test_a_read_is_tried_again_when_the_connection_breaks_and_a_write_is_not(fake, impatient):
    fake.fault, fake.faults_left = "hang up", 1
    assert ask(impatient.order(ORDER, OWNER)).proven
    assert len(fake.seen) == 2
    fake.faults_left = 1
    with pytest.raises(Unavailable):
        ask(impatient.request_invoice(ORDER, OWNER, PERSONAL, "k"))
    assert [method for method, *_ in fake.seen] == ["GET", "GET", "POST"]


def test_an_order_that_does_not_say_proven_is_told_to_nobody():
    body = {"number": "KT1", "state": "paid", "total": 5, "items": [], "placed_at": "2026-01-01T00:00:00Z"}
    found = reading.order(Body(body, "order"))
    assert found.state == "paid" and not found.proven and found.total is None


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"total": "3299"}, "order.total is not a number"),
        ({"total": True}, "order.total is not a number"),
        ({"items": {}}, "order.items is not a list"),
        (
            {"items": [{"name": {"zh": "茶"}, "quantity": 1, "price": 1}]},
            "order.items[0].name.en is not a text",
        ),
        ({"state": None}, "order.state is not a text"),
        ({"placed_at": "yesterday"}, "order.placed_at is not a moment"),
        ({"expected_on": "01/02/2026"}, "order.expected_on is not a day"),
        ({"proven": "yes"}, "order.proven is not true or false"),
        ({"refund": []}, "order.refund is not an object"),
    ],
)
def test_nonsense_is_named_by_its_place(change, place):
    body = {
        "number": "KT1", "state": "paid", "proven": True, "total": 5, "items": [], "events": [],
        "placed_at": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    assert reading.order(Body(body, "order")).total == 5
    with pytest.raises(Nonsense) as caught:
        reading.order(Body({**body, **change}, "order"))
    assert place in str(caught.value)


# --- the breaker


def test_a_dead_system_is_asked_three_times_and_then_left_alone_until_it_may_be_back(fake):
    now = [0.0]
    client = HttpGateway(fake.url, TOKEN, breaker=Breaker(failures=3, rest_s=15, clock=lambda: now[0]))
    fake.fault = 500
    for _ in range(10):
        with pytest.raises(Unavailable):
            ask(client.order(ORDER, OWNER))
    assert len(fake.seen) == 3
    now[0] = 16
    with pytest.raises(Unavailable):
        ask(client.order(ORDER, OWNER))
    assert len(fake.seen) == 4
    fake.fault, now[0] = None, 32
    assert ask(client.order(ORDER, OWNER)).proven
    assert ask(client.order(ORDER, OWNER)).proven


def test_while_one_call_tries_the_others_do_not_wait():
    now = [0.0]
    breaker = Breaker(failures=1, rest_s=15, clock=lambda: now[0])
    breaker.enter()
    breaker.failed()
    now[0] = 16
    breaker.enter()
    with pytest.raises(Unavailable):
        breaker.enter()
    breaker.succeeded()
    breaker.enter()


def test_answers_that_say_no_do_not_open_it(fake):
    client = HttpGateway(fake.url, TOKEN, breaker=Breaker(failures=1))
    for _ in range(3):
        with pytest.raises(NotFound):
            ask(client.order("KT99999999999", OWNER))
    assert ask(client.order(ORDER, OWNER)).proven
