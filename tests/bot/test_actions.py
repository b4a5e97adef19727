"""Actions with canned trackers, a played service and a played order system."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest
import requests
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Key, NotFound, StaleTurn, Unavailable
from actions.business import ActionBusinessHours
from actions.fallback import ActionFallback
from actions.forms.complaint import ActionAskComplaintConfirmed, ActionSubmitComplaint
from actions.forms.message import ActionAskMessageText, ValidateLeaveMessageForm
from actions.forms.repair import ActionAskRepairConfirmed, ActionSubmitRepair
from actions.forms.suggestion import ActionSubmitSuggestion
from actions.gateway.contract import Asker
from actions.gateway.demo import DemoGateway
from actions.gateway.http import HttpGateway
from actions.handoff import ActionAffirm, ActionHandoff
from actions.lookup_actions import ActionInform, ActionOrderStatus, ActionRepairProgress, ActionTicketStatus
from actions.lookups import Lookups
from actions.products import ActionProductInfo
from actions.service import Handoff, HttpService, TicketForm

REPAIRS = {"zh": "维修部", "en": "Repairs"}


class Service:
    """A service that answers from attributes; `fails` is raised by every call."""

    def __init__(
        self,
        fails: Exception | None = None,
        on_duty: bool = True,
        position: int = 1,
        is_open: bool = False,
        department: dict[str, str] | None = REPAIRS,
    ) -> None:
        self.fails, self.on_duty, self.position = fails, on_duty, position
        self.is_open, self.department = is_open, department
        self.keys: list[Key] = []
        self.asked: list[Any] = []

    async def hand_off(self, key: Key, reason: str, note: str | None) -> Handoff:
        self._record(key, (reason, note))
        return Handoff(self.on_duty, self.position, self.on_duty)

    async def open_ticket(self, key: Key, form: TicketForm) -> dict[str, Any]:
        self._record(key, form)
        return {"number": "T260101-0001", "department": self.department, "state": "open"}

    async def ticket(self, number: str, conversation_id: str) -> dict[str, Any]:
        if number != "T260101-0001":
            raise NotFound(number)
        label = {"zh": "处理中", "en": "in progress"}
        return {"number": number, "state_label": label, "department": self.department}

    async def business(self) -> dict[str, Any]:
        if self.fails:
            raise self.fails
        return {"hours": {"zh": "八点到八点", "en": "from 8 to 8"}, "open": self.is_open}

    def _record(self, key: Key, what: Any) -> None:
        if self.fails:
            raise self.fails
        self.keys.append(key)
        self.asked.append(what)


#: Nobody listens there.
DEAD = "http://127.0.0.1:9"


def run(action, text="", *, intent="", entities=(), slots=None, events=(), **latest):
    """(slots set and events, messages) of one action."""
    message = {
        "text": text,
        "intent": {"name": intent, "confidence": 0.9},
        "entities": [{"entity": n, "value": v, "text": v} for n, v in entities],
        "metadata": {"turn_id": "t1", "fence": 7, **latest.pop("metadata", {})},
        **latest,
    }
    dispatcher = CollectingDispatcher()
    all_events = [*events, {"event": "user", "text": text}]
    tracker = Tracker(
        "c1", {"language": "zh", **(slots or {})}, message, all_events, False, None, {}, "action_listen"
    )
    returned = asyncio.run(action.run(dispatcher, tracker, {}))
    return returned, dispatcher.messages


def said(messages):
    return [m["response"] for m in messages]


def test_a_handoff_carries_its_reason_and_a_key():
    service = Service()
    _, messages = run(ActionHandoff(service))
    assert service.asked == [("asked", None)]
    assert service.keys == [Key("c1", "t1", 7, "action_handoff", 0)]
    assert said(messages) == ["utter_handoff_next"]


def test_an_angry_visitor_hears_an_apology_first_and_the_agent_what_it_was_about():
    service = Service(position=3)
    escalation = {"reason": "angry", "was": {"name": "ask_refund_status", "confidence": 0.7}}
    _, messages = run(ActionHandoff(service), escalation=escalation)
    assert service.asked == [("angry", "退款进度 / Refund status")]
    assert said(messages) == ["utter_handoff_angry", "utter_handoff_queued"]
    assert messages[1]["ahead"] == 2


def test_with_nobody_on_duty_the_hours_are_told_and_a_message_offered():
    _, messages = run(ActionHandoff(Service(on_duty=False)))
    assert said(messages) == ["utter_nobody_on_duty"]
    assert messages[0]["hours"] == "八点到八点"


def test_a_queue_that_cannot_be_reached_is_admitted():
    _, messages = run(ActionHandoff(Service(Unavailable("down"))))
    assert said(messages) == ["utter_handoff_unavailable"]


@pytest.mark.parametrize("fails", [Unavailable("down"), ValueError("bug")])
def test_no_action_ends_in_silence(fails):
    for action in (
        ActionHandoff(Service(fails)),
        ActionSubmitRepair(Service(fails)),
        ActionFallback(Service(fails)),
    ):
        _, messages = run(action, metadata={"failures": 1})
        assert messages


def test_a_stale_turn_is_not_talked_over():
    with pytest.raises(StaleTurn):
        run(ActionHandoff(Service(StaleTurn("t1"))))


def test_the_same_action_twice_in_one_turn_has_two_keys():
    service = Service()
    user, ran = {"event": "user", "text": "x"}, {"event": "action", "name": "action_handoff"}
    dispatcher = CollectingDispatcher()
    tracker = Tracker(
        "c1", {}, {"metadata": {"turn_id": "t1", "fence": 1}}, [user, ran], False, None, {}, None
    )
    asyncio.run(ActionHandoff(service).run(dispatcher, tracker, {}))
    assert service.keys[0].ordinal == 1


RANKING = [
    ("nlu_fallback", 0.55),
    ("ask_stock", 0.3),
    ("inform", 0.15),
    ("ask_discount", 0.1),
    ("ask_warranty", 0.05),
]


def ranked(*pairs):
    return [{"name": n, "confidence": c} for n, c in pairs]


def test_the_first_failure_offers_the_three_likeliest_readings_and_a_person():
    _, messages = run(ActionFallback(Service()), intent_ranking=ranked(*RANKING))
    assert said(messages) == ["utter_did_you_mean"]
    assert [b["payload"] for b in messages[0]["buttons"]] == [
        "/ask_stock", "/ask_discount", "/ask_warranty", "/request_human",
    ]  # fmt: skip


def test_a_person_is_offered_once_even_where_that_is_a_likely_reading():
    ranking = ranked(
        ("nlu_fallback", 0.55), ("ask_stock", 0.41), ("request_human", 0.2), ("ask_discount", 0.1)
    )
    _, messages = run(ActionFallback(Service()), intent="nlu_fallback", intent_ranking=ranking)
    payloads = [b["payload"] for b in messages[0]["buttons"]]
    assert payloads == ["/ask_stock", "/ask_discount", "/request_human"]


def test_with_no_reading_at_all_the_bot_asks_to_rephrase():
    _, messages = run(ActionFallback(Service()), intent_ranking=[])
    assert said(messages) == ["utter_rephrase"]


@pytest.mark.parametrize(
    ("ranking", "scope"),
    [
        ((("nlu_fallback", 0.55), ("ask_stock", 0.24), ("ask_discount", 0.2)), 0.5),
        ((("ask_stock", 0.9),), 0.01),
    ],
)
def test_mere_guesses_are_not_offered(ranking, scope):
    service = Service()
    action, latest = ActionFallback(service), {"intent_ranking": ranked(*ranking), "scope": scope}
    _, messages = run(action, intent="nlu_fallback", **latest)
    assert said(messages) == ["utter_rephrase"]
    run(action, intent="nlu_fallback", metadata={"failures": 1}, **latest)
    assert service.asked == [("failed", None)]


@pytest.mark.parametrize(
    ("failures", "events"),
    [(1, []), (0, [{"event": "user"}, {"event": "action", "name": "action_fallback"}])],
)
def test_the_second_failure_in_a_row_calls_a_person(failures, events):
    service = Service()
    _, messages = run(ActionFallback(service), events=events, metadata={"failures": failures})
    assert service.asked == [("failed", None)]
    assert said(messages) == ["utter_handoff_failed", "utter_handoff_next"]


def test_a_failure_before_an_understood_turn_does_not_count():
    service = Service()
    events = [
        {"event": "user"}, {"event": "action", "name": "action_fallback"},
        {"event": "user"}, {"event": "action", "name": "utter_greet"},
    ]  # fmt: skip
    run(ActionFallback(service), events=events)
    assert service.asked == []


def offered(response):
    return [{"event": "bot", "metadata": {"utter_action": response}}]


def test_a_yes_to_the_offer_of_a_message_starts_its_form():
    returned, _ = run(ActionAffirm(Service()), events=offered("utter_nobody_on_duty"))
    assert returned[0]["name"] == "leave_message_form"


def test_a_yes_to_the_offer_of_a_person_calls_one():
    service = Service()
    returned, messages = run(ActionAffirm(service), events=offered("utter_trouble"))
    assert service.asked == [("asked", None)]
    assert returned == [] and said(messages) == ["utter_handoff_next"]


def test_an_order_is_told_with_its_state_in_the_visitors_language():
    action = ActionOrderStatus(Lookups(DemoGateway(), Service()))
    slots = {"language": "en", "phone_number": "13800000001"}
    _, messages = run(action, entities=[("order_number", "KT20260101001")], slots=slots)
    assert said(messages) == ["utter_order_card"]
    assert messages[0]["state"] == "On its way"
    assert "Moonlight 4K projector x 1" in messages[0]["lines"]


def test_a_missing_number_is_asked_for_and_its_purpose_kept():
    returned, messages = run(ActionOrderStatus(Lookups(DemoGateway(), Service())))
    assert said(messages) == ["utter_ask_order_number"]
    assert returned[0]["name"] == "pending" and returned[0]["value"] == "order"


@pytest.mark.parametrize(
    ("pending", "entity", "response"),
    [
        ("refund", ("order_number", "KT20260101006"), "utter_refund_state"),
        ("repair", ("order_number", "KT20260101009"), "utter_repair_state"),
        ("invoice", ("order_number", "KT20260101002"), "utter_invoice_requested"),
        (None, ("order_number", "KT20260101001"), "utter_order_card"),
        ("points", ("phone_number", "13800000001"), "utter_points"),
        ("order", ("ticket_number", "T260101-0009"), "utter_ticket_unknown"),
        (None, ("product", "phone"), "utter_inform"),
        (None, ("product", "gleam-x1"), "utter_product_info"),
    ],
)
def test_a_number_goes_where_it_was_asked_for(pending, entity, response):
    action = ActionInform(Lookups(DemoGateway(), Service()))
    slots = {"pending": pending, "phone_number": "13800000001"}
    _, messages = run(action, entities=[entity], slots=slots)
    assert said(messages) == [response]


def test_unknown_numbers_and_a_dead_order_system_are_admitted():
    entity = [("order_number", "KT99999999999")]
    _, messages = run(ActionOrderStatus(Lookups(DemoGateway(), Service())), entities=entity)
    assert said(messages) == ["utter_order_unknown"]
    _, messages = run(ActionRepairProgress(Lookups(HttpGateway(DEAD, "x"), Service())), entities=entity)
    assert said(messages) == ["utter_lookup_down"]


def test_hours_come_from_the_service_or_else_from_the_domain():
    for service, response in [
        (Service(), "utter_business_hours"),
        (Service(Unavailable("x")), "utter_ask_business_hours"),
    ]:
        assert said(run(ActionBusinessHours(service, DemoGateway()))[1]) == [response]


def test_a_repair_becomes_a_ticket_and_the_form_is_emptied():
    service = Service()
    slots = {"repair_product": "X200", "repair_problem": "碎屏", "repair_phone": "139", "repair_date": "-"}
    returned, messages = run(ActionSubmitRepair(service), slots=slots)
    form = service.asked[0]
    assert (form.type, form.title, form.contact) == ("repair", "X200 碎屏", "139")
    assert form.fields == {"product": "X200", "problem": "碎屏", "phone": "139"}
    assert messages[0]["number"] == "T260101-0001" and messages[0]["department"] == "维修部"
    assert {e["name"]: e["value"] for e in returned}["repair_phone"] is None


def test_the_http_clients_translate_what_they_meet(service):
    client = HttpService(service.url, service.token)
    key = Key("c", "t", 1, "a", 0)
    assert asyncio.run(client.hand_off(key, "asked", None)) == Handoff(True, 1, True)
    asyncio.run(client.hand_off(key, "asked", None))
    assert len(service.handoffs) == 1  # same key, one effect
    with pytest.raises(NotFound):
        asyncio.run(client.ticket("T000000-0000", "c"))
    with pytest.raises(Unavailable):
        asyncio.run(HttpService(service.url, "wrong").hand_off(key, "asked", None))
    service.stale_below = 2
    with pytest.raises(StaleTurn):
        asyncio.run(client.hand_off(Key("c", "t2", 1, "a", 0), "asked", None))
    service.is_down = True
    with pytest.raises(Unavailable):
        asyncio.run(client.business())
    with pytest.raises(Unavailable):
        asyncio.run(HttpGateway(DEAD, "x").order("KT1", Asker()))


def test_the_action_server_lists_every_action_of_the_domain(actions):
    import yaml

    served = {a["name"] for a in requests.get(f"{actions.url}/actions", timeout=5).json()}
    with open("domain.yml", encoding="utf-8") as file:
        assert served == set(yaml.safe_load(file)["actions"])


def slots_of(returned):
    return {e["name"]: e["value"] for e in returned if e.get("event") == "slot"}


@pytest.mark.parametrize("was", ["request_human", "nlu_fallback", "leave_message", "deny"])
def test_a_note_never_shows_names_of_intents(was):
    service = Service()
    run(ActionHandoff(service), escalation={"reason": "angry", "was": {"name": was, "confidence": 0.7}})
    reason, note = service.asked[0]
    assert reason == "angry" and (note is None or was not in note)


def test_while_we_should_be_there_no_hours_are_told():
    _, messages = run(ActionHandoff(Service(on_duty=False, is_open=True)))
    assert said(messages) == ["utter_nobody_just_now"]


ANGRY = {"reason": "angry", "was": {"name": "deny", "confidence": 0.7}, "held": False}


def test_what_an_angry_visitor_said_in_vain_is_kept_for_the_message():
    events = [
        {"event": "active_loop", "name": "complaint_form"},
    ]  # fmt: skip
    slots = {"message_draft": "第一句", "complaint_detail": "没人送货"}
    returned, _ = run(
        ActionHandoff(Service(on_duty=False)), "骗子！", escalation=ANGRY, slots=slots, events=events
    )
    assert slots_of(returned) == {"message_draft": "第一句\n骗子！"}  # that form is not what anger ended
    returned, _ = run(ActionHandoff(Service()), "骗子！", escalation=ANGRY, slots=slots)
    assert slots_of(returned) == {"message_draft": None}
    returned, _ = run(ActionHandoff(Service(on_duty=False)), "转人工")
    assert slots_of(returned) == {}


@pytest.mark.parametrize(
    ("text", "intent", "message"),
    [
        ("/affirm", "affirm", "骗子！"),
        ("no", "deny", "骗子！"),
        ("That's all.", "nlu_fallback", "骗子！"),
        ("没有了", "out_of_scope", "骗子！"),
        ("明天给我回电话", "inform", "骗子！\n明天给我回电话"),
    ],
)
def test_the_message_begins_with_what_was_kept(text, intent, message):
    _, messages = run(ActionAskMessageText(), slots={"message_draft": "骗子！"})
    assert said(messages) == ["utter_ask_message_more"] and messages[0]["said"] == "骗子！"
    slots = {"message_draft": "骗子！", "requested_slot": "message_text"}
    ran = [{"event": "action", "name": "leave_message_form"}]
    returned, _ = run(ValidateLeaveMessageForm(), text, intent=intent, slots=slots, events=ran)
    assert slots_of(returned)["message_text"] == message and slots_of(returned)["message_draft"] is None


def test_the_message_can_be_started_over():
    slots = {"message_draft": "骗子！", "requested_slot": "message_text"}
    text, field = '/inform{"field": "message_text"}', [("field", "message_text")]
    returned, _ = run(ValidateLeaveMessageForm(), text, intent="inform", entities=field, slots=slots)
    assert slots_of(returned) == {"message_draft": None, "message_text": None}
    assert said(run(ActionAskMessageText())[1]) == ["utter_ask_message_text"]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("submit", [ActionSubmitRepair, ActionSubmitComplaint, ActionSubmitSuggestion])
def test_a_ticket_that_no_department_takes_is_worded_without_one(submit, language):
    returned, messages = run(submit(Service(department=None)), slots={"language": language})
    assert messages[0]["number"] == "T260101-0001"
    assert messages[0]["department"] == {"zh": "相关同事", "en": "our team"}[language]
    assert slots_of(returned)["ticket_number"] == "T260101-0001"


def test_the_state_of_a_ticket_without_department_can_be_asked():
    action = ActionTicketStatus(Lookups(DemoGateway(), Service(department=None)))
    _, messages = run(action, entities=[("ticket_number", "T260101-0001")])
    assert said(messages) == ["utter_ticket_state"] and messages[0]["department"] == "相关同事"


@pytest.mark.parametrize(("own", "known"), [("T260101-0001", "T260101-0001"), (None, None)])
def test_a_wrong_number_is_not_remembered(own, known):
    action = ActionTicketStatus(Lookups(DemoGateway(), Service()))
    wrong = "T260101-0999"
    slots = {"ticket_number": wrong, "own_ticket": own}
    returned, messages = run(action, entities=[("ticket_number", wrong)], slots=slots)
    assert said(messages) == ["utter_ticket_unknown"]
    assert slots_of(returned) == {"pending": "ticket", "ticket_number": known}
    _, messages = run(action, slots={"ticket_number": known})
    assert said(messages) == ["utter_ticket_state" if known else "utter_ask_ticket_number"]


@pytest.mark.parametrize(("language", "words"), [("zh", "未填"), ("en", "not given")])
def test_what_was_left_out_is_said_in_words(language, words):
    slots = {"language": language, "repair_date": "-", "complaint_order": "-", "complaint_contact": "a@b.cn"}
    _, messages = run(ActionAskRepairConfirmed(), slots=slots)
    assert messages[0]["repair_date"] == words
    _, messages = run(ActionAskComplaintConfirmed(), slots=slots)
    assert messages[0]["complaint_order"] == words and "complaint_contact" not in messages[0]


@pytest.mark.parametrize("today", [date(2026, 1, 5), date(2026, 11, 26), date(2028, 2, 29)])
def test_demo_orders_are_of_these_days(today):
    gateway = DemoGateway(lambda: today)
    customers = ("li-lei", "han-meimei", "lin-tao")
    orders = [order for c in customers for order in asyncio.run(gateway.orders(Asker(c)))]
    assert len(orders) == 12
    for order in orders:
        assert order.placed_at.date() < today
        assert all(event.at.date() < today for event in order.events)
        assert order.expected_on is None or order.expected_on >= today
        assert order.total == sum(item.price * item.quantity for item in order.items)


@pytest.mark.parametrize(
    ("product", "slot", "responses"),
    [
        ("gleam-x1", None, ["utter_product_info"]),
        ("robot-vacuum", None, ["utter_product_info"]),
        (None, "keting-s2", ["utter_product_info"]),
        ("phone", "keting-s2", ["utter_product_unknown"]),
        (None, "phone", ["utter_ask_product_info"]),
        (None, None, ["utter_ask_product_info"]),
    ],
)
def test_a_product_is_told_by_name_or_kind_and_the_range_otherwise(product, slot, responses):
    entities = [("product", product)] if product else []
    _, messages = run(ActionProductInfo(), entities=entities, slots={"product": slot, "language": "en"})
    assert said(messages) == responses
    if responses != ["utter_product_info"]:
        assert "Keting S2 speaker" in messages[0]["products"]
