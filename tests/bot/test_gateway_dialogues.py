"""Orders, invoices, stores and stock in whole conversations: model, rules, actions and the demo data."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("question", "asked", "tail", "shown"),
    [
        ("我的订单KT20260101002到哪了", "后四位", "0001", "静野 Pro 降噪耳机 x 2"),
        ("我的订单KT20260101003到哪了", "后四位", "后四位0001", "拾光 X1 扫拖机器人 x 1"),
        (
            "where is my order KT20260101010?",
            "last four digits",
            "last four digits are 5678",
            "Keting S2 speaker x 3",
        ),
        ("where is my order KT20260101004?", "last four digits", "13800000001", "Gleam X1 robot vacuum x 1"),
    ],
)
def test_an_order_is_opened_by_the_phone_number_on_it(bot, question, asked, tail, shown):
    first = bot.hear(question)
    assert asked in first and shown not in first
    assert shown in bot.hear(tail)


def test_who_has_proven_one_order_is_not_asked_again(bot):
    bot.say("我的订单KT20260101002到哪了")
    bot.say("尾号是0001")
    heard = bot.hear("那订单KT20260101003到哪了")
    assert "拾光 X1" in heard and "后四位" not in heard


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("给KT20260101012开发票", ["后四位", "要现在申请吗"]),
        ("I need an invoice for KT20260101012", ["last four digits", "Shall I do it now"]),
    ],
)
def test_an_invoice_is_asked_for_in_a_form(bot, said, heard):
    assert heard[0] in bot.hear(said)
    answer = bot.say("13912345678")
    button = answer["replies"][-1]["buttons"][0]
    assert heard[1] in answer["replies"][-1]["text"]
    assert bot.say(button["payload"])["form"] == "invoice_form"
    bot.say("杭州青禾科技有限公司")
    bot.say("91330100MA2AXXXX0X")
    summary = bot.hear("finance@qinghe.example.com")
    assert "KT20260101012" in summary and "91330100MA2AXXXX0X" in summary and "杭州青禾" in summary
    done = bot.say("/cancel_form")
    assert done["form"] is None


def test_an_invoice_that_was_confirmed_is_asked_for(bot):
    bot.say("给KT20260101008开发票")
    bot.say("13800000002")
    for said in ('/request_invoice{"field": "invoice_title"}', "个人", "/deny", "han@example.com"):
        bot.say(said)
    done = bot.say("/affirm")
    assert done["form"] is None and "han@example.com" in done["replies"][0]["text"]
    assert "正在开具" in bot.hear("给KT20260101008开发票")


def test_the_form_for_an_invoice_answers_questions_and_gives_way_to_a_person(bot, service):
    bot.say("给KT20260101009开发票")
    assert "已经开好" in bot.hear("13912345678")
    bot.say("给KT20260101011开发票")
    bot.say('/request_invoice{"field": "invoice_title"}')
    bot.say("个人")
    aside = bot.say("运费多少钱")
    assert aside["form"] == "invoice_form" and "包邮" in aside["replies"][0]["text"]
    assert bot.say("转人工")["form"] is None
    assert len(service.handoffs) == 1


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (["上海有店吗"], "虹桥路 10 号"),
        (["你们的门店在哪里", "杭州"], "武林广场 7 号"),
        (["你们的门店在哪里", '/ask_store_location{"city": "chengdu"}'], "春熙路 60 号"),
        (["where is your store in Guangzhou?"], "50 Tianhe Road"),
        (["where are your stores?", "Beijing"], "100 Wangfujing Street"),
        (["你们上海店几点关门"], "上海浦东店的营业时间：周一到周五"),
        (["what time does the Nanshan store close?"], "Shenzhen Nanshan is open daily"),
        (["拾光X1有货吗"], "黑色：缺货"),
        (["你们有现货吗", '/ask_stock{"product": "moonlight-4k"}'], "白色：有货"),
        (["is the white Gleam X1 in stock?"], "white: in stock"),
        (["拾光X1有什么优惠"], "以旧换新"),
    ],
)
def test_stores_hours_stock_and_offers_are_of_what_was_named(bot, said, shown):
    assert shown in bot.hear(*said)


def test_traditional_visitors_read_the_answers_of_the_shop_in_traditional(bot):
    heard = bot.hear("請問上海有門市嗎")
    assert "上海徐家匯店" in heard and "電話" in heard
