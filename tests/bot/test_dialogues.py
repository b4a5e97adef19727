"""Whole conversations over the wire, in both languages: model, rules, actions and a played service."""

from __future__ import annotations

import pytest


def test_a_repair_in_chinese_with_a_question_and_a_correction_becomes_a_ticket(bot, service):
    assert "哪款产品" in bot.hear("我要报修")
    assert "出了什么问题" in bot.hear("客厅S2")
    assert "手机号" in bot.hear("不出声了，按键没反应")
    aside = bot.hear("你们几点关门？")
    assert "8:00 到 20:00" in aside and "手机号" in aside
    assert "已更正：拾光X1" in bot.hear("不对，是拾光X1")
    assert "哪天" in bot.hear("13912345678")
    summary = bot.hear("明天下午")
    assert "拾光X1" in summary and "13912345678" in summary and "2026-01-02" in summary
    done = bot.say("提交吧，没问题")
    assert done["form"] is None
    assert "T260101-0001" in done["replies"][0]["text"] and "维修部" in done["replies"][0]["text"]
    assert service.tickets[0]["type"] == "repair"
    assert service.tickets[0]["fields"]["product"] == "拾光X1"
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
    bot.say("客厅S2")
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


@pytest.mark.parametrize(
    ("angry", "again", "start", "more", "contact"),
    [
        (
            "你们太垃圾了！！气死我了，骗子！", "你们就是一群骗子！！垃圾公司！",
            "/leave_message", "气死我了，没人管！！骗子！", "13912345678",
        ),
        (
            "This is outrageous, you are liars! I'm furious", "You are scammers!!! Disgusting liars!!!",
            "leave a message", "I'm furious!!! Nobody ever answers, you liars!!!", "li.lei@example.com",
        ),
    ],
)  # fmt: skip
def test_with_nobody_on_duty_an_angry_visitor_is_not_made_to_say_it_again(
    bot, service, angry, again, start, more, contact
):
    service.on_duty = False
    bot.say(angry)
    answer = bot.say(again)
    assert answer["replies"][-1]["buttons"][0]["payload"] == "/leave_message"
    assert angry in bot.hear(start) and bot.say(more)["form"] == "leave_message_form"
    assert bot.say(contact)["form"] is None
    assert service.tickets[0]["description"] == "\n".join([angry, again, more])
    assert service.tickets[0]["contact"] == contact


@pytest.mark.parametrize(
    ("start", "angry", "title"),
    [
        ("我要投诉", "你们太垃圾了！！气死我了，骗子公司！", "转人工"),
        ("I want to file a complaint", "You liars!!! This is outrageous, I'm furious!!!", "Talk to a person"),
    ],
)
@pytest.mark.parametrize("on_duty", [True, False])
def test_an_angry_complaint_is_taken_down_and_a_person_offered(bot, service, start, angry, title, on_duty):
    service.on_duty, bot.metadata = on_duty, {**bot.metadata, "on_duty": on_duty}
    bot.say(start)
    answer = bot.say(angry)
    assert answer["form"] == "complaint_form" and answer["slots"]["complaint_detail"] == angry
    offered = [b for b in answer["replies"][0].get("buttons", []) if b["payload"] == "/request_human"]
    assert [b["title"] for b in offered] == ([title] if on_duty else [])
    for no in ("/deny", "/deny", "/affirm"):
        bot.say(no)
    assert service.tickets[0]["description"] == angry and service.handoffs == []


def test_a_complaint_that_anger_ended_is_kept_for_the_message(bot, service):
    service.on_duty = False
    bot.say("我要投诉")
    bot.say("箱子扔在门口就走了")
    bot.say("你们太垃圾了！！气死我了，骗子！")
    assert "箱子扔在门口就走了" in bot.hear("/leave_message")
    bot.say("/affirm")
    bot.say("/deny")
    assert service.tickets[0]["description"] == "箱子扔在门口就走了\n你们太垃圾了！！气死我了，骗子！"


def test_what_was_said_in_vain_can_become_a_complaint(bot, service):
    service.on_duty = False
    bot.say("你们太垃圾了！！气死我了，骗子！")
    answer = bot.say("/make_complaint")
    assert answer["slots"]["complaint_detail"] == "你们太垃圾了！！气死我了，骗子！"
    assert "订单" in answer["replies"][0]["text"]


@pytest.mark.parametrize(
    ("start", "answers", "leave"),
    [
        ("/request_repair", [], "cancel it"),
        ("/request_repair", ["the speaker"], "no, cancel"),
        ("/request_repair", ["音箱", "没声音了，按键也没用"], "取消吧"),
        ("/make_complaint", [], "不要了"),
        ("/make_complaint", ["送货的人把箱子扔在门口"], "取消吧"),
        ("/leave_message", ["please call me back tomorrow"], "cancel it"),
    ],
)
def test_bare_words_cancel_any_form(bot, service, start, answers, leave):
    for said in (start, *answers):
        bot.say(said)
    answer = bot.say(leave)
    assert answer["form"] is None and "action_cancel_form" in answer["actions"]
    assert "action_deactivate_loop" not in answer["actions"]
    assert service.tickets == []


@pytest.mark.parametrize(
    ("skip", "left_out"), [("跳过", "时间：未填"), ("不填", "时间：未填"), ("skip", "day: not given")]
)
def test_an_optional_field_can_be_skipped(bot, skip, left_out):
    bot.metadata = {**bot.metadata, "language": "en" if skip == "skip" else "zh"}
    for said in ("/request_repair", "S2", "it makes no sound", "13912345678"):
        bot.say(said)
    assert left_out in bot.hear(skip)


@pytest.mark.parametrize(
    ("filling", "change", "name", "question", "value"),
    [
        (["我要报修", "音箱", "没声音了", "13912345678", "/deny"], "要修改", "电话", "手机号", "13812345678"),
        (
            ["I need a repair", "the speaker", "it is dead", "13912345678", "/deny"],
            "change something", "the phone", "phone number", "13812345678",
        ),
        (["我要报修", "音箱", "没声音了", "13912345678", "/deny"], "要修改", "时间", "哪天", "明天下午"),
        (
            ["I need a repair", "the speaker", "it is dead", "13912345678", "/deny"],
            "/deny", '/inform{"field": "repair_date"}', "Which day", "tomorrow",
        ),
    ],
)  # fmt: skip
def test_a_field_is_corrected_by_its_name_or_its_button(bot, filling, change, name, question, value):
    for said in filling:
        bot.say(said)
    buttons = bot.say(change)["replies"][0]["buttons"]
    assert '/inform{"field": "repair_phone"}' in [b["payload"] for b in buttons]
    assert question in bot.hear(name)
    assert value in bot.hear(value)


@pytest.mark.parametrize(
    ("ask", "known"), [("我的工单进度", "T 开头"), ("ticket status please", "starts with T")]
)
def test_a_mistyped_ticket_number_is_forgotten(bot, service, ask, known):
    assert "T260101-0999" in bot.hear(ask, "T260101-0999")
    assert known in bot.hear(ask)
    bot.say("T260101-0001")
    bot.say("T260101-0998")
    assert "T260101-0001" in bot.hear(ask)


def test_a_sentence_whose_last_gap_stays_empty_ends_with_its_mark(bot):
    bot.say("ticket status please")
    assert bot.hear("T260101-0001").endswith("with Repairs.")


def test_a_button_of_a_form_that_is_over_does_no_harm(bot):
    assert "没有正在填写" in bot.hear('/inform{"field": "repair_phone"}')


def test_two_failures_in_a_row_call_a_person(bot, service):
    first = bot.say("这样子弄一下")
    second = bot.say("我想要那个东西")
    assert first["understood"] is False and first["replies"][0]["type"] == "buttons"
    assert second["understood"] is False
    assert [h["reason"] for h in service.handoffs] == ["failed"]


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("/leave_message", "please call me about fifty speakers for our office"),
        ("/leave_message", "麻烦让客服经理给我回个电话，谢谢"),
        ("/leave_message", "请明天给我回电话"),
        ("/leave_message", "call me back"),
    ],
)
def test_a_message_that_asks_to_be_called_is_taken_down_while_nobody_is_there(bot, service, start, said):
    service.on_duty, bot.metadata = False, {**bot.metadata, "on_duty": False}
    bot.say(start)
    assert bot.say(said)["form"] == "leave_message_form"
    bot.say("13912345678")
    assert service.tickets[0]["description"] == said and service.handoffs == []


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
    assert "What's wrong" in bot.hear("It's a Gleam X1")
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
