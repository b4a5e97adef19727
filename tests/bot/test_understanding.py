"""What the trained model makes of messages, through the channel's /parse."""

from __future__ import annotations

import pytest


@pytest.fixture
def parse(bot):
    def ask(text):
        answer = bot.call("parse", {"text": text})
        assert answer.status_code == 200, answer.text
        return answer.json()["nlu"]

    return ask


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("你好", "greet"),
        ("我要转人工", "request_human"),
        ("I want to talk to a human", "request_human"),
        ("我的订单到哪了", "ask_order_status"),
        ("我的訂單到哪裡了", "ask_order_status"),
        ("where is my order?", "ask_order_status"),
        ("你们几点关门", "ask_business_hours"),
        ("what are your opening hours", "ask_business_hours"),
        ("怎么退货", "request_return"),
        ("我要报修", "request_repair"),
        ("my phone is broken, I need a repair", "request_repair"),
        ("保修多久", "ask_warranty"),
        ("怎么开发票", "request_invoice"),
        ("forgot my password", "reset_password"),
        ("我有多少积分", "ask_membership_points"),
        ("我要留言", "leave_message"),
        ("取消报修，不填了", "cancel_form"),
    ],
)
def test_plain_questions_are_understood(parse, text, intent):
    assert parse(text)["intent"]["name"] == intent


def test_traditional_text_is_understood_as_its_simplified_twin(parse):
    simplified, twin = parse("请问退款什么时候到账"), parse("請問退款什麼時候到帳")
    assert simplified["intent"]["name"] == twin["intent"]["name"] == "ask_refund_status"
    assert (simplified["script"], twin["script"]) == ("Hans", "Hant")


@pytest.mark.parametrize(
    "text", ["你们太垃圾了！！！气死我了，骗子！", "This is outrageous, you are liars!!! I'm furious"]
)
def test_anger_is_heard_and_the_intent_behind_it_told(parse, text):
    nlu = parse(text)
    assert nlu["emotion"]["name"] == "angry"
    assert nlu["emotion"]["confidence"] > 0.6


@pytest.mark.parametrize(
    "text", ["我要退款", "转人工", "I want a refund", "my order number is KT20260101001"]
)
def test_a_plain_request_is_neutral(parse, text):
    assert parse(text)["emotion"]["name"] == "neutral"


@pytest.mark.parametrize(
    ("text", "entity", "value", "shown"),
    [
        (
            "订单ＫＴ２０２６０１０１００１到哪了",
            "order_number",
            "KT20260101001",
            "ＫＴ２０２６０１０１００１",
        ),
        ("order kt20260101001 please", "order_number", "KT20260101001", "kt20260101001"),
        ("电话139-1234-5678", "phone_number", "13912345678", "139-1234-5678"),
        ("工单t260101-0001", "ticket_number", "T260101-0001", "t260101-0001"),
        ("發到 Li.Lei@example.com 吧", "email", "Li.Lei@example.com", "Li.Lei@example.com"),
        ("我的拾光X1壞了", "product", "gleam-x1", "拾光X1"),
        ("my robot vacuum stopped", "product", "robot-vacuum", "robot vacuum"),
        ("明天下午可以吗", "date", "明天下午", "明天下午"),
        ("next Monday works", "date", "next Monday", "next Monday"),
    ],
)
def test_entities_are_found_where_they_stand(parse, text, entity, value, shown):
    found = next(e for e in parse(text)["entities"] if e["entity"] == entity)
    assert found["value"] == value
    assert text[found["start"] : found["end"]] == shown


def test_a_full_width_command_stays_text(parse):
    assert parse("／request_human")["text"] == "／request_human"


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "？？？", "🙂", "a" * 5000])
def test_odd_texts_are_parsed_without_fuss(parse, text):
    assert parse(text)["emotion"]["name"]


def test_of_a_long_story_the_beginning_is_read_and_a_form_takes_down_all_of_it(parse, bot):
    story = "我的订单 KT20260101001 " + "一直没有送到我家，" * 300 + "电话 13800000001"
    nlu = parse(story)
    assert {e["entity"] for e in nlu["entities"]} == {"order_number"}
    assert nlu["text"] == story
    bot.say("我要留言")
    assert bot.say(story)["slots"]["message_text"] == story


@pytest.mark.parametrize(
    ("text", "intent", "product"),
    [
        ("客厅 S2 智能音箱多少钱", "ask_product_info", "keting-s2"),
        ("拾光 X1 扫拖机器人怎么样", "ask_product_info", "gleam-x1"),
        ("客廳 S2 智慧音箱多少錢", "ask_product_info", "keting-s2"),
        ("静野 Pro 降噪耳机好用吗", "ask_product_info", "quiet-field-pro"),
        ("月白 4K 投影仪白天能看吗", "ask_product_info", "moonlight-4k"),
        ("你们有扫地机器人卖吗", "ask_product_info", "robot-vacuum"),
        ("Tell me about the Keting S2 speaker", "ask_product_info", "keting-s2"),
        ("do you have a robot vacuum", "ask_product_info", "robot-vacuum"),
        ("what does the Gleam X1 robot vacuum cost", "ask_product_info", "gleam-x1"),
        ("月白4K投影仪有货吗", "ask_stock", "moonlight-4k"),
        ("is the Quiet Field Pro in stock", "ask_stock", "quiet-field-pro"),
        ("拾光X1打折吗", "ask_discount", "gleam-x1"),
        ("any discount on the Moonlight 4K projector", "ask_discount", "moonlight-4k"),
        ("我的拾光 X1 扫拖机器人坏了，要报修", "request_repair", "gleam-x1"),
        ("my robot vacuum is broken, I want it repaired", "request_repair", "robot-vacuum"),
        ("I want to buy a projector", "ask_product_info", "projector"),
        ("机器人不动了，帮我修", "request_repair", None),
        ("你是机器人吗", "bot_challenge", None),
        ("am I talking to a robot", "bot_challenge", None),
    ],
)
def test_the_shops_products_are_known_and_asking_for_them_asks_for_nothing_else(parse, text, intent, product):
    nlu = parse(text)
    assert nlu["intent"]["name"] == intent
    assert next((e["value"] for e in nlu["entities"] if e["entity"] == "product"), None) == product
