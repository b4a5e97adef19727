"""Whole conversations over the wire, in both languages: model, rules, actions and a played service."""

from __future__ import annotations

import pytest


def test_a_repair_in_chinese_with_a_question_and_a_correction_becomes_a_ticket(bot, service):
    assert "哪款产品" in bot.hear("我要报修")
    assert "出了什么问题" in bot.hear("星云X100")
    assert "手机号" in bot.hear("屏幕摔碎了，触摸没反应")
    aside = bot.hear("你们几点关门？")
    assert "8:00 到 20:00" in aside and "手机号" in aside
    assert "已更正：X200" in bot.hear("不对，是X200")
    assert "哪天" in bot.hear("13912345678")
    summary = bot.hear("明天下午")
    assert "X200" in summary and "13912345678" in summary and "2026-01-02" in summary
    done = bot.say("提交吧，没问题")
    assert done["form"] is None
    assert "T260101-0001" in done["replies"][0]["text"] and "维修部" in done["replies"][0]["text"]
    assert service.tickets[0]["type"] == "repair"
    assert service.tickets[0]["fields"]["product"] == "X200"
    assert service.tickets[0]["fence"] == 1


def test_a_repair_in_english_with_a_question_and_a_correction_becomes_a_ticket(bot, service):
    assert "What's wrong with the phone" in bot.hear("My phone is broken, I'd like to get it repaired")
    bot.hear("it won't charge any more")
    aside = bot.hear("what is your return policy?")
    assert "within 7 days" in aside and "phone number" in aside
    bot.hear("13912345678")
    assert "Corrected" in bot.hear("no wait, the phone is 13812345678")
    summary = bot.hear("next Monday")
    assert "13812345678" in summary and "2026-01-05" in summary
    assert "T260101-0001" in bot.hear("/affirm")
    assert service.tickets[0]["contact"] == "13812345678"


def test_a_complaint_without_order_or_contact(bot, service):
    bot.say("/make_complaint")
    bot.say("送货的人把箱子扔在门口就走了")
    bot.say("没有")
    assert "请确认" in bot.hear("/deny")
    assert "T260101-0001" in bot.hear("/affirm")
    assert service.tickets[0]["contact"] is None
    assert service.tickets[0]["description"] == "送货的人把箱子扔在门口就走了"


def test_a_suggestion_in_english(bot, service):
    bot.say("I have a suggestion for you")
    bot.say("please let people choose the delivery hour in the app")
    assert "T260101-0001" in bot.hear("li.lei@example.com")
    assert service.tickets[0]["type"] == "suggestion"
    assert service.tickets[0]["contact"] == "li.lei@example.com"


@pytest.mark.parametrize(("start", "leave", "words"), [
    ("我要报修", "算了，不报修了，取消吧", "已经取消"),
    ("I need a repair", "cancel this, I changed my mind", "cancelled"),
])  # fmt: skip
def test_a_form_can_be_left(bot, service, start, leave, words):
    assert bot.say(start)["form"] == "repair_form"
    answer = bot.say(leave)
    assert answer["form"] is None and words in answer["replies"][0]["text"]
    assert service.tickets == []


def test_a_form_started_again_remembers_nothing(bot):
    bot.say("我要报修")
    bot.say("星云X100")
    bot.say("/cancel_form")
    assert "哪款产品" in bot.hear("我要报修")


@pytest.mark.parametrize("text", ["转人工", "I want to talk to a human being"])
def test_a_person_is_a_word_away_in_and_outside_a_form(bot, service, text):
    bot.say("/request_repair")
    answer = bot.say(text)
    assert answer["form"] is None
    assert [h["reason"] for h in service.handoffs] == ["asked"]
    bot.say(text)
    assert len(service.handoffs) == 2


def test_anger_calls_a_person_from_inside_a_form(bot, service):
    bot.say("/request_repair")
    answer = bot.say("你们太垃圾了！！气死我了，骗子公司！")
    assert answer["form"] is None and answer["nlu"]["emotion"]["name"] == "angry"
    assert "非常抱歉" in answer["replies"][0]["text"]
    assert service.handoffs[0]["reason"] == "angry"


def test_two_failures_in_a_row_call_a_person(bot, service):
    first = bot.say("绿萝蝴蝶茶几上面")
    second = bot.say("我朋友说可以")
    assert first["understood"] is False and first["replies"][0]["type"] == "buttons"
    assert second["understood"] is False
    assert [h["reason"] for h in service.handoffs] == ["failed"]


def test_nobody_on_duty_takes_a_message_instead(bot, service):
    service.on_duty = False
    answer = bot.say("转人工")
    assert "8:00 到 20:00" in answer["replies"][0]["text"]
    assert answer["replies"][0]["buttons"][0]["payload"] == "/leave_message"
    assert bot.say("好的")["form"] == "leave_message_form"
    bot.say("请明天上午给我回电话，想问企业采购")
    assert "T260101-0001" in bot.hear("13912345678")
    assert service.tickets[0]["type"] == "other"


@pytest.mark.parametrize(
    ("question", "number", "words"),
    [
        ("我的退款到账了吗", "KT20260101006", "已退回原付款方式"),
        ("我的退款到账了吗", "kt20260101007", "审核通过"),
        ("where is my refund?", "KT20260101008", "under review"),
        ("我的维修进度怎么样了", "KT20260101009", "维修中"),
        ("how many points do I have?", "13800000002", "Gold member"),
        ("查一下工单进度", "T260101-0001", "处理中"),
        ("ticket status please", "t260101-0001", "in progress"),
    ],
)
def test_a_number_given_afterwards_finds_what_was_asked(bot, question, number, words):
    bot.say(question)
    assert words in bot.hear(number)


def test_the_service_being_away_is_said(bot, service):
    service.is_down = True
    assert "接不通" in bot.hear("转人工")


def test_changing_the_language_in_the_middle_of_a_form(bot):
    bot.say("我要报修")
    assert "What's wrong" in bot.hear("It's a Breeze S8")
    assert "手机号" in bot.hear("突然不吸灰了，刷头也不转")


ANSWERED = [
    "greet", "goodbye", "thank", "affirm", "deny", "bot_challenge", "request_human", "ask_order_status",
    "cancel_order", "change_order_address", "ask_delivery_time", "ask_shipping_fee",
    "report_package_damaged", "report_package_lost", "request_return", "request_exchange",
    "ask_refund_status", "ask_return_policy", "ask_payment_methods", "report_payment_failed",
    "request_invoice", "reset_password", "report_login_problem", "change_phone_number",
    "delete_account", "ask_product_info", "ask_stock", "ask_discount", "ask_warranty", "request_repair",
    "ask_repair_progress", "make_complaint", "make_suggestion", "ask_business_hours",
    "ask_store_location", "ask_ticket_status", "ask_membership_points", "out_of_scope",
]  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("intent", ANSWERED)
def test_every_intent_has_an_answer_in_both_languages(bot, intent, language):
    bot.metadata = {**bot.metadata, "language": language}
    answer = bot.say(f"/{intent}")
    text = " ".join(str(reply) for reply in answer["replies"])
    has_han = any("\u4e00" <= c <= "\u9fff" for c in text)
    assert has_han is (language == "zh")
