"""Questions that lean on the one before, and what a conversation remembers."""

from __future__ import annotations

import pytest

from bot.nlu.follow_up import detail, refers
from bot.nlu.language import normalise

ENTITIES = [
    {"entity": "order_number", "value": "KT20260101002", "text": "KT20260101002"},
    {"entity": "color", "value": "blue", "text": "blue"},
    {"entity": "color", "value": "blue", "text": "蓝色"},
    {"entity": "city", "value": "shanghai", "text": "上海"},
    {"entity": "date", "value": "明天", "text": "明天"},
]


@pytest.mark.parametrize(
    ("text", "which"),
    [
        ("那个呢", 0), ("那另一个呢？", 0), ("第二个呢", 2), ("第一单怎么样", 1), ("另一個呢", 0),
        ("and the other one?", 0), ("the second one", 2), ("What about the other order?", 0), ("this one", 0),
        ("另一个音箱没有声音", None), ("the other one is broken", None), ("退货呢", None), ("运费呢", None),
    ],
)  # fmt: skip
def test_words_that_only_point_at_a_thing(text, which):
    assert refers(normalise(text)) == which


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("那KT20260101002呢", "order_number"), ("and KT20260101002?", "order_number"),
        ("KT20260101002", None), ("香港", None), ("那香港呢", "place"), ("寄到香港呢", "place"),
        ("what about Hong Kong?", "place"),
        ("蓝色的呢", "color"), ("what about the blue one", "color"), ("那上海呢", "city"), ("明天呢", "date"),
        ("what about shipping", None), ("上海有店吗", None),
    ],
)  # fmt: skip
def test_a_new_detail_for_the_last_question(text, kind):
    assert detail(normalise(text), ENTITIES) == kind


@pytest.mark.parametrize(
    ("question", "more", "intent", "expected"),
    [
        ("运费多少", "那香港呢", "ask_shipping_fee", "港澳台 45 元"),
        ("how long does delivery take?", "What about Hong Kong?", "ask_delivery_time", "4-6"),
        ("我的退款到账了吗 KT20260101006", "那KT20260101007呢", "ask_refund_status", "KT20260101007"),
        ("where is my order KT20260101001", "and KT20260101002?", "ask_order_status", "KT20260101002"),
        ("拾光X1怎么样", "那客厅S2呢", "ask_product_info", "S2"),
    ],
)
def test_the_last_question_is_asked_again_with_a_new_detail(bot, question, more, intent, expected):
    bot.say(question)
    answer = bot.say(more)
    assert answer["nlu"]["intent"]["name"] == intent
    assert expected in str(answer["replies"])


@pytest.mark.parametrize(
    ("first", "second", "other"),
    [
        ("KT20260101002到哪了", "KT20260101006", "那另一个呢"),
        ("track KT20260101002", "KT20260101006", "and the other one?"),
    ],
)
def test_the_other_order_is_one_that_was_talked_about(bot, first, second, other):
    bot.say(first)
    bot.say(second)
    assert "KT20260101002" in bot.hear(other)
    assert "KT20260101006" in bot.hear(other)


@pytest.mark.parametrize(
    ("first", "other", "asked"),
    [
        ("KT20260101002到哪了", "那另一个呢", "订单号"),
        ("where is KT20260101002", "and the other one?", "order number"),
    ],
)
def test_another_order_that_nobody_has_named_is_asked_for(bot, first, other, asked):
    bot.say(first)
    answer = bot.say(other)
    assert asked in answer["replies"][0]["text"] and "KT20260101002" not in str(answer["replies"])
    assert "KT20260101006" in bot.hear("KT20260101006")


@pytest.mark.parametrize(
    ("text", "asked"), [("那个呢", "哪一个"), ("第二个呢", "哪一个"), ("and the other one?", "Which one")]
)
def test_without_anything_asked_before_the_bot_asks_what_is_meant(bot, text, asked):
    answer = bot.say(text)
    assert asked in answer["replies"][0]["text"] and answer["understood"] is False


def test_a_question_of_its_own_is_no_follow_up(bot):
    bot.say("运费多少")
    assert bot.say("那保修呢")["nlu"]["intent"]["name"] == "ask_warranty"


def test_a_follow_up_survives_a_thank_you(bot):
    bot.say("运费多少")
    bot.say("谢谢")
    assert "港澳台" in bot.hear("那香港呢")


@pytest.mark.parametrize(
    ("said", "more", "expected"),
    [
        ("我的订单KT20260101002到哪了", "退款到账了吗", "KT20260101002"),
        ("How is the Gleam X1?", "tell me more about the product", "Gleam X1"),
        ("我的手機號碼是13800000002，查一下積分", "我有多少積分", "會員"),
    ],
)
def test_what_the_visitor_told_us_survives_a_human_phase(bot, said, more, expected):
    known = bot.say(said)["slots"]
    kept = {k: v for k, v in known.items() if k in ("order_number", "product", "phone_number")}
    assert kept and bot.call("session", {"conversation_id": bot.conversation_id, "slots": kept}).ok
    bot.metadata = {"now": "2026-01-01T04:00:00Z"}
    assert expected in str(bot.say(more)["replies"])


def test_a_new_session_forgets_forms_and_the_last_question(bot):
    for said in ("运费多少", "/request_repair", "音箱"):
        bot.say(said)
    bot.call("session", {"conversation_id": bot.conversation_id, "slots": {}})
    after = bot.say("那个呢")
    assert after["form"] is None and "repair_product" not in after["slots"]
    assert "哪一个" in after["replies"][0]["text"]


def test_a_human_phase_may_say_it_better(bot):
    bot.say("我的订单KT20260101002到哪了")
    slots = {"order_number": "KT20260101006"}
    bot.call("session", {"conversation_id": bot.conversation_id, "slots": slots})
    assert "KT20260101006" in bot.hear("我的退款到账了吗")


def test_the_language_changes_both_ways_and_the_script_too(bot):
    assert "Shipping is free" in bot.hear("运费多少", "how much is shipping?")
    assert "99 元包邮" in bot.hear("运费多少钱呢")
    assert "包郵" in bot.hear("請問運費多少錢")
    assert "包邮" in bot.hear("运费到底多少钱")
    assert "Shipping is free" in bot.hear("sorry, what does shipping cost?")


@pytest.mark.parametrize(
    ("question", "start", "leave", "more", "expected"),
    [
        ("运费多少", "我要投诉", "算了，取消", "那香港呢", "港澳台 45 元"),
        ("how much is shipping?", "I need a repair", "cancel it", "what about Hong Kong?", "¥45"),
    ],
)
def test_after_a_form_that_was_left_the_question_before_it_is_still_the_last(
    bot, question, start, leave, more, expected
):
    for said in (question, start, leave):
        bot.say(said)
    assert expected in bot.hear(more)


@pytest.mark.parametrize("tail", ["0008", "0001"])
def test_four_digits_that_were_asked_for_are_taken_whatever_they_resemble(bot, tail):
    bot.metadata = {**bot.metadata, "language": "en"}
    bot.say("where is my order KT20260101003?")
    answer = bot.say(tail)
    assert answer["understood"]
    assert ("Gleam X1" if tail == "0001" else "isn't the phone number") in str(answer["replies"])
