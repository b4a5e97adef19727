"""Messages that ask several things: cut where they must be, answered in order, and one turn all the same."""

from __future__ import annotations

import uuid

import pytest

from actions.forms import complaint, invoice, message, repair, suggestion
from bot.nlu.clauses import LONGEST, clauses
from bot.parts import FREE_TEXT
from tests.bot.running import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("能开发票吗？还有运费多少", ["能开发票吗？", "运费多少"]),
        ("請問可以分期嗎？另外運費怎麼算", ["請問可以分期嗎？", "運費怎麼算"]),
        ("我要退货\n运费谁出\nKT20260101001", ["我要退货", "运费谁出", "KT20260101001"]),
        (
            "can I get an invoice? By the way do you ship to Hong Kong and how long does it take",
            ["can I get an invoice?", "do you ship to Hong Kong", "how long does it take"],
        ),
        ("我要退货", ["我要退货"]),
        ("另外，我想问一下积分怎么查", ["另外，我想问一下积分怎么查"]),
    ],
)
def test_a_message_falls_into_its_clauses(text, expected):
    assert [clause.text for clause in clauses(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "他说“不行，不退。还有别的吗？”",
        'the courier said "sorry, it is lost. also, bye"',
        "一共 1,299.00 元",
        "at 10:30/11:45 on 2026-01-01",
        "write to li.lei@example.com",
        "https://example.com/a?b=1,2",
        "（北京市朝阳区，建国路 88 号）",
    ],
)
def test_nothing_is_cut_inside_quotations_numbers_and_addresses(text):
    assert [clause.text for clause in clauses(text)] == [text]


def test_a_long_story_is_not_cut():
    assert len(clauses("我昨天买的音箱坏了。" * (LONGEST // 10 + 1))) == 1


def test_forms_that_ask_for_words_are_known():
    forms = (repair, complaint, suggestion, message, invoice)
    assert {f.slot for form in forms for f in form.FIELDS if f.free} == FREE_TEXT


def heard(answer):
    return [words(reply) for reply in answer["replies"]]


@pytest.mark.parametrize(
    ("text", "intents", "expected"),
    [
        ("退货政策是怎样的？还有运费多少", ["ask_return_policy", "ask_shipping_fee"], ["7 天", "99 元"]),
        (
            "what payment methods do you take? by the way, how long is the warranty",
            ["ask_payment_methods", "ask_warranty"], ["Alipay", "1 year"],
        ),
        ("請問可以分期付款嗎？另外運費怎麼算", ["ask_payment_methods", "ask_shipping_fee"], ["分期", "包郵"]),
        (
            "运费多少\n可以用支付宝吗\n保修多久",
            ["ask_shipping_fee", "ask_payment_methods", "ask_warranty"], ["99 元包邮", "支付宝", "保修 1 年"],
        ),
    ],
)  # fmt: skip
def test_each_question_of_a_message_is_answered_in_order(bot, text, intents, expected):
    answer = bot.say(text)
    assert [answer["nlu"]["intent"]["name"], *answer["nlu"]["also"]] == intents
    assert len(answer["replies"]) == len(expected)
    assert all(part in reply for part, reply in zip(expected, heard(answer), strict=True))
    assert answer["understood"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("你好，我要退货", "request_return"),
        ("thanks! and where is my refund", "ask_refund_status"),
        ("好的，谢谢。那运费多少？", "ask_shipping_fee"),
        ("我的订单到哪了？KT20260101001", "ask_order_status"),
        ("我上周买的音箱，快递说已经签收了，但是我没收到，你们能不能查一下", "report_package_lost"),
        ("How much is shipping? How much is shipping?", "ask_shipping_fee"),
    ],
)
def test_what_accompanies_a_question_is_not_a_second_one(bot, text, intent):
    answer = bot.say(text)
    assert answer["nlu"]["intent"]["name"] == intent
    assert "also" not in answer["nlu"]


def test_a_number_belongs_to_the_question_that_it_stands_beside(bot):
    answer = bot.say("我的订单到哪了？\nKT20260101002\n还有运费多少")
    assert answer["slots"]["order_number"] == "KT20260101002"
    assert "KT20260101002" in heard(answer)[0] and "99 元包邮" in heard(answer)[-1]
    [entity] = answer["nlu"]["entities"]
    assert answer["nlu"]["text"][entity["start"] : entity["end"]] == entity["value"]


def test_a_number_beside_a_question_that_takes_none_asks_about_its_order(bot):
    order, hours = bot.hear("where is KT20260101005\nand are you open on Sundays").split("Our people")
    assert "KT20260101005" in order and "are here" in hours
    assert "also" not in bot.say("where is my refund\nit is for KT20260101008")["nlu"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("运费多少？怎么付款？保修多久？密码忘了怎么办？", ["99 元包邮", "支付宝", "保修 1 年", "忘记密码"]),
        (
            "how much is shipping?\nhow can I pay?\nhow long is the warranty?\nI forgot my password\n"
            "when are you open?",
            ["¥99", "Alipay", "1 year", "Forgot password", "10:00"],
        ),
    ],
)  # fmt: skip
def test_none_of_many_questions_is_dropped(bot, text, expected):
    answer = bot.say(text)
    assert len(answer["nlu"]["also"]) == len(expected) - 1
    assert all(part in reply for part, reply in zip(expected, heard(answer), strict=True))


def test_a_form_starts_after_everything_else_is_answered(bot):
    answer = bot.say("我要报修。另外运费多少")
    first, second = heard(answer)
    assert "99 元包邮" in first and "哪款产品" in second
    assert answer["form"] == "repair_form"


def test_who_asks_for_a_person_as_well_gets_one_last(bot, service):
    answer = bot.say("运费多少？另外给我转人工")
    assert "99 元包邮" in heard(answer)[0]
    assert [h["reason"] for h in service.handoffs] == ["asked"]


@pytest.mark.parametrize("text", ["转人工！我要投诉", "are you a bot? let me talk to a human"])
def test_who_asks_for_a_person_wants_no_form_and_no_explanation_besides(bot, service, text):
    answer = bot.say(text)
    assert answer["form"] is None and len(answer["replies"]) == 1
    assert [h["reason"] for h in service.handoffs] == ["asked"]


@pytest.mark.parametrize(
    "text",
    [
        "你们太垃圾了！！气死我了，骗子公司！还有运费多少？",
        "You liars!!! I'm furious!!! And how much is shipping?",
    ],
)
def test_anger_in_one_part_calls_a_person_for_the_whole(bot, service, text):
    answer = bot.say(text)
    assert [h["reason"] for h in service.handoffs] == ["angry"]
    assert "99" not in " ".join(heard(answer))


def test_a_mixed_message_is_answered_in_one_language(bot):
    answer = bot.say("请问运费怎么算？也想问一下 how long is the warranty")
    assert answer["slots"]["language"] == "zh"
    assert not any(reply.isascii() for reply in heard(answer))


def test_an_answer_for_the_form_and_a_question_beside_it(bot):
    for said in ("/request_repair", "音箱", "没有声音了"):
        bot.say(said)
    answer = bot.say("13912345678，另外你们几点关门？")
    assert answer["slots"]["repair_phone"] == "13912345678"
    hours, day = heard(answer)  # which is asked once
    assert "8:00 到 20:00" in hours and "哪天" in day


def test_words_that_a_form_asked_for_are_not_cut(bot):
    bot.say("/make_complaint")
    said = "送货的人态度很差。还有，运费收了两次。另外保修卡也没给"
    answer = bot.say(said)
    assert answer["slots"]["complaint_detail"] == said


def test_a_line_that_starts_with_a_solidus_is_no_command(bot, service):
    command = '/rate_answer{"article": "a", "helpful": "yes"}'
    answer = bot.turn("", text=f"运费多少\n{command}\n怎么付款", payload=None).json()
    assert service.ratings == []
    assert "rate_answer" not in [answer["nlu"]["intent"]["name"], *answer["nlu"].get("also", [])]


def test_a_repeated_turn_repeats_all_its_answers_and_does_nothing(bot, service):
    turn_id = str(uuid.uuid4())
    text = "运费多少？另外给我转人工"
    first = bot.turn(text, turn_id).json()
    bot.say("你好")
    again = bot.turn(text, turn_id).json()
    assert len(first["replies"]) == 2 and again == {**first, "repeated": True}
    assert len(service.handoffs) == 1


def test_a_part_that_fails_fails_the_turn_and_nothing_is_saved(bot, service):
    service.stale_below = 5
    failed = bot.turn("运费多少？另外给我转人工", "t")
    assert (failed.status_code, failed.json()["error"]) == (500, "action_failed")
    service.stale_below = 0
    again = bot.turn("运费多少？另外给我转人工", "t").json()
    assert again["repeated"] is False and len(again["replies"]) == 2
