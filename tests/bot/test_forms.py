"""What a form makes of a message: `listen` with canned trackers."""

from __future__ import annotations

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Turn
from actions.forms import complaint, message, repair
from actions.forms.session import listen

FULL = {
    "repair_product": "星云X100",
    "repair_problem": "屏幕碎了",
    "repair_phone": "13800000001",
    "repair_date": "-",
}


def heard(
    text,
    requested,
    *,
    intent="inform",
    confidence=0.9,
    entities=(),
    slots=None,
    form=repair,
    after=("f",),
    held=None,
    on_duty=False,
):
    """(slots that were set, responses that were said) after one message in a form."""
    found = [
        {"entity": n, "value": v, "text": t}
        for n, v, t in [(*e, e[1]) if len(e) == 2 else e for e in entities]
    ]
    events = [{"event": "user", "text": text}, *({"event": "action", "name": name} for name in after)]
    latest = {
        "text": text,
        "intent": {"name": intent, "confidence": confidence},
        "entities": found,
        "metadata": {"now": "2026-01-01T04:00:00Z", "on_duty": on_duty},
        **({"escalation": {"reason": "angry", "held": held}} if held is not None else {}),
    }
    known = {**(slots or {}), "requested_slot": requested, "language": "zh"}
    dispatcher = CollectingDispatcher()
    tracker = Tracker("c", known, latest, events, False, None, {"name": "repair_form"}, "action_listen")
    own = "request_repair" if form is repair else "make_complaint"
    changes = listen(form.FIELDS, Turn(tracker, dispatcher, "validate"), own)
    return {e["name"]: e["value"] for e in changes}, [m.get("response") for m in dispatcher.messages]


PHONE = ("phone_number", "13912345678")
X200 = ("product", "nebula-x200", "X200")


def test_starting_takes_what_the_first_message_names_and_forgets_the_rest():
    slots, _ = heard("我的X200坏了", None, intent="request_repair", entities=[X200], slots=FULL)
    assert slots == {
        "repair_product": "X200",
        "repair_problem": None,
        "repair_phone": None,
        "repair_date": None,
        "repair_confirmed": None,
        "form_misses": 0,
    }


@pytest.mark.parametrize(
    ("requested", "text", "entities", "value"),
    [
        ("repair_product", "X200", [X200], "X200"),
        ("repair_product", "老款收音机", [], "老款收音机"),
        (
            "repair_problem",
            "按了开机键没反应，昨天开始的",
            [("date", "昨天")],
            "按了开机键没反应，昨天开始的",
        ),
        ("repair_phone", "13912345678", [PHONE], "13912345678"),
        ("repair_date", "明天下午", [("date", "明天下午")], "明天下午 (2026-01-02)"),
        ("repair_date", "2026-01-08", [("date", "2026-01-08")], "2026-01-08"),
        ("repair_date", "下个月", [("date", "下个月")], "下个月"),
        ("repair_date", "下週三下午", [("date", "下周三下午", "下週三下午")], "下週三下午 (2026-01-07)"),
    ],
)
def test_answers_fill_the_field_that_was_asked_for(requested, text, entities, value):
    slots, said = heard(text, requested, entities=entities)
    assert slots[requested] == value and said == []


@pytest.mark.parametrize(
    ("requested", "text", "entities", "response"),
    [
        ("repair_phone", "12345", [], "utter_invalid_phone"),
        ("repair_phone", "just call me", [], "utter_invalid_phone"),
        ("repair_date", "昨天", [("date", "昨天")], "utter_invalid_date"),
        ("repair_problem", "！", [], "utter_invalid_text"),
        ("repair_confirmed", "嗯？", [], "utter_invalid_confirm"),
    ],
)
def test_an_answer_that_makes_no_sense_is_asked_for_again(requested, text, entities, response):
    slots, said = heard(text, requested, intent="nlu_fallback", entities=entities)
    assert slots[requested] is None and said == [response]


def test_after_several_misses_a_person_is_offered():
    _, said = heard("??", "repair_phone", intent="nlu_fallback", slots={"form_misses": 2})
    assert said == ["utter_needed"]


@pytest.mark.parametrize("requested", ["repair_problem", "repair_phone", "repair_date", "repair_confirmed"])
@pytest.mark.parametrize(
    "text", ["不对，是X200", "等等，说错了，是 X200", "no wait, it's the X200", "actually the X200"]
)
def test_a_product_is_corrected_at_any_later_question(requested, text):
    slots, said = heard(text, requested, intent="deny", entities=[X200], slots=FULL)
    assert slots["repair_product"] == "X200"
    assert slots[requested] is None and said == ["utter_corrected"]


@pytest.mark.parametrize(
    ("text", "entities", "slot", "value"),
    [
        ("no wait, the phone is 13912345678", [PHONE], "repair_phone", "13912345678"),
        ("电话改成13912345678", [PHONE], "repair_phone", "13912345678"),
        ("问题是充不进电", [], "repair_problem", "充不进电"),
        ("型号应该是X200", [X200], "repair_product", "X200"),
        ("X200", [X200], "repair_product", "X200"),
        ("时间改成明天", [("date", "明天")], "repair_date", "明天 (2026-01-02)"),
    ],
)
def test_anything_can_be_corrected_when_asked_to_confirm(text, entities, slot, value):
    slots, _ = heard(text, "repair_confirmed", entities=entities, slots=FULL)
    assert slots[slot] == value and slots["repair_confirmed"] is None


def test_describing_the_problem_with_a_product_in_it_corrects_nothing():
    known = {"repair_product": "星云X100"}
    slots, said = heard(
        "连耳机的时候没声音", "repair_problem", entities=[("product", "earbuds", "耳机")], slots=known
    )
    assert slots["repair_problem"] == "连耳机的时候没声音"
    assert "repair_product" not in slots and said == []


def test_one_message_may_fill_several_fields():
    slots, _ = heard("屏幕不亮，电话13912345678", "repair_problem", entities=[PHONE])
    assert slots["repair_problem"] and slots["repair_phone"] == "13912345678"


@pytest.mark.parametrize("text", ["/deny", "不方便", "no"])
def test_refusing_what_is_optional_leaves_it_out(text):
    slots, said = heard(text, "repair_date", intent="deny")
    assert slots["repair_date"] == "-" and said == []


def test_refusing_what_is_needed_is_explained():
    slots, said = heard("不想留电话", "repair_phone", intent="deny")
    assert slots["repair_phone"] is None and said == ["utter_needed"]


def test_refusing_to_confirm_asks_what_to_change():
    slots, said = heard("不行", "repair_confirmed", intent="deny", slots=FULL)
    assert slots["repair_confirmed"] is None and said == ["utter_what_to_change"]


def test_confirming_finishes():
    slots, _ = heard("好的", "repair_confirmed", intent="affirm", slots=FULL)
    assert slots["repair_confirmed"] is True


@pytest.mark.parametrize("intent", ["cancel_form", "request_human"])
@pytest.mark.parametrize(
    "requested", ["repair_product", "repair_problem", "repair_phone", "repair_confirmed"]
)
def test_the_form_gives_way_to_cancelling_and_to_people(intent, requested):
    assert heard("算了不弄了", requested, intent=intent) == ({}, [])


@pytest.mark.parametrize(
    ("requested", "text", "intent"),
    [
        ("repair_phone", "怎么退货", "request_return"),
        ("repair_phone", "你们几点关门", "ask_business_hours"),
        ("repair_problem", "保修期多久？", "ask_warranty"),
        ("repair_problem", "how long is the warranty", "ask_warranty"),
        ("repair_product", "/ask_warranty", "ask_warranty"),
        ("repair_confirmed", "运费谁出", "ask_shipping_fee"),
    ],
)
def test_the_form_gives_way_to_another_question(requested, text, intent):
    assert heard(text, requested, intent=intent) == ({}, [])


@pytest.mark.parametrize(
    ("requested", "text", "intent", "confidence"),
    [
        ("repair_problem", "收到就是坏的，外壳裂了", "report_package_damaged", 0.9),
        ("repair_problem", "什么都不显示", "ask_product_info", 0.3),
        ("repair_product", "星云折叠屏", "ask_product_info", 0.95),
        ("repair_problem", "手机坏了，想修", "request_repair", 0.99),
    ],
)
def test_a_description_is_not_taken_for_a_question(requested, text, intent, confidence):
    slots, _ = heard(text, requested, intent=intent, confidence=confidence)
    assert slots[requested] == text


def test_after_a_question_beside_the_form_the_message_is_not_read_again():
    after = ("repair_form", "repair_form", "action_answer_aside")
    assert heard("几点关门", "repair_phone", intent="ask_business_hours", after=after) == ({}, [])


def test_a_complaint_may_have_neither_order_nor_contact():
    slots, _ = heard("没有", "complaint_order", intent="deny", form=complaint)
    assert slots["complaint_order"] == "-"
    slots, said = heard("mail me", "complaint_contact", form=complaint)
    assert slots["complaint_contact"] is None and said == ["utter_invalid_contact"]


@pytest.mark.parametrize("intent", ["cancel_form", "nlu_fallback", "deny", "out_of_scope"])
@pytest.mark.parametrize("text", ["skip", "Skip it", "跳过", "跳過吧", "不填", "leave it blank", "先不填"])
def test_skipping_leaves_an_optional_field_out_and_is_refused_at_a_needed_one(text, intent):
    slots, said = heard(text, "repair_date", intent=intent)
    assert slots["repair_date"] == "-" and said == []
    slots, said = heard(text, "repair_phone", intent=intent)
    assert slots["repair_phone"] is None and said == ["utter_needed"]


@pytest.mark.parametrize("text", ["要修改", "我要改一下", "Change something", "I want to change something"])
def test_wanting_a_change_without_saying_which_asks(text):
    slots, said = heard(text, "repair_confirmed", intent="change_order_address", slots=FULL)
    assert slots == {"repair_confirmed": None} and said == ["utter_what_to_change"]


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("the phone", "repair_phone"),
        ("电话", "repair_phone"),
        ("電話", "repair_phone"),
        ("电话不对", "repair_phone"),
        ("I want to change the phone number", "repair_phone"),
        ("the date", "repair_date"),
        ("改时间", "repair_date"),
        ("上门时间", "repair_date"),
        ("product", "repair_product"),
        ("问题", "repair_problem"),
    ],
)
@pytest.mark.parametrize("intent", ["inform", "change_phone_number", "nlu_fallback", "deny"])
def test_a_bare_name_asks_for_its_field_again(text, slot, intent):
    slots, said = heard(text, "repair_confirmed", intent=intent, slots=FULL)
    assert slots[slot] is None and slots["repair_confirmed"] is None and said == []


@pytest.mark.parametrize("text", ["no problem", "没问题"])
def test_no_problem_is_a_yes(text):
    slots, _ = heard(text, "repair_confirmed", intent="affirm", slots=FULL)
    assert slots["repair_confirmed"] is True


def test_a_fields_button_asks_for_it_again_and_a_bare_name_may_be_an_answer():
    pressed = [("field", "repair_phone")]
    text = '/inform{"field": "repair_phone"}'
    assert heard(text, "repair_confirmed", entities=pressed, slots=FULL)[0]["repair_phone"] is None
    known = {"repair_product": "音箱"}
    assert heard("the product", "repair_problem", slots=known)[0] == {
        "repair_problem": "the product", "form_misses": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("你们为什么不接电话？！气死我了", "make_complaint"),
        ("不对，你们就是骗子！！", "deny"),
        ("why do you never answer?! liars!", "out_of_scope"),
    ],
)
@pytest.mark.parametrize("on_duty", [False, True])
def test_angry_words_are_taken_down_and_a_person_is_offered_if_there_is_one(text, intent, on_duty):
    slots, said = heard(text, "complaint_detail", intent=intent, form=complaint, held=True, on_duty=on_duty)
    assert slots["complaint_detail"] == text
    assert said == ["utter_anger_noted_person" if on_duty else "utter_anger_noted"]


def test_angry_words_instead_of_a_contact_belong_to_the_message():
    known = {"message_text": "没人回我"}
    slots, _ = heard("气死了！骗子！", "message_contact", form=message, slots=known, held=True)
    assert slots == {"message_text": "没人回我\n气死了！骗子！", "message_contact": None}
    slots, _ = heard(
        "打我电话！！", "message_contact", form=message, slots=known, entities=[PHONE], held=True
    )
    assert slots["message_contact"] == "13912345678"
