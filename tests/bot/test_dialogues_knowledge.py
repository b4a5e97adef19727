"""Answers from the knowledge base, and what becomes of "helpful" and "not helpful"."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import yaml

from actions.aside import BY_ITSELF
from actions.base import Unavailable
from actions.service import HttpService

ROOT = Path(__file__).resolve().parents[2]
ARTICLE = "5d0c5a5e-0000-4000-8000-000000000001"


def article(question, text, related=(), fallback=False, buttons=()):
    return {
        "search_id": 1, "confidence": 0.9,
        "answer": {
            "id": ARTICLE, "slug": "a-thing", "question": question, "text": text,
            "buttons": list(buttons),
            "language": "zh", "fallback": fallback,
        },
        "related": [
            {"id": "x", "slug": "x", "question": q, "language": "zh", "fallback": False, "category_id": None}
            for q in related
        ],
    }  # fmt: skip


def payloads(answer):
    return [b["payload"] for reply in answer["replies"] for b in reply.get("buttons", [])]


def ratings_of(answer):
    return [p for p in payloads(answer) if p.startswith("/rate_answer")]


ASKED = [
    ("zh", "这样子弄一下", "遥控器", "长按三秒。", "来源"),
    ("en", "does your gizmo fit a caravan window", "Gizmos", "Hold it for three seconds.", "From"),
]


@pytest.mark.parametrize(("language", "text", "title", "words", "source"), ASKED)
def test_an_article_answers_what_no_intent_does(bot, service, language, text, title, words, source):
    bot.metadata = {**bot.metadata, "language": language}
    service.articles[text] = article(title, words, related=["怎么重置", "怎么更新", "怎么充电", "怎么清洁"])
    answer = bot.turn(text).json()
    reply = answer["replies"][0]["text"]
    assert answer["understood"] and words in reply and title in reply and source in reply
    assert payloads(answer)[:3] == [
        '/ask_article{"question": "怎么重置"}', '/ask_article{"question": "怎么更新"}',
        '/ask_article{"question": "怎么充电"}',
    ]  # fmt: skip
    assert len(ratings_of(answer)) == 2


def test_an_article_comes_before_the_answer_that_is_the_same_for_everybody(bot, service):
    assert "99 元包邮" in bot.hear("运费多少")
    service.articles["运费多少"] = article("运费怎么算", "本周全场免运费。")
    assert "本周全场免运费" in bot.hear("运费多少")
    assert "99 元包邮" in bot.hear("/ask_shipping_fee")


def test_an_article_in_the_other_language_does_not_displace_an_answer(bot, service):
    service.articles["how much is shipping?"] = article("运费怎么算", "本周全场免运费。", fallback=True)
    assert "Shipping is free" in bot.hear("how much is shipping?")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("扫拖机器人的滤网多久换一次", "三个月。"),
        ("how often should I change the filter of the robot vacuum", "Three months."),
    ],
)
def test_how_a_product_is_used_stands_in_an_article_and_what_it_is_in_the_catalogue(
    bot, service, text, words
):
    assert "2,199" in bot.hear(text)
    service.articles[text] = article("滤网", words)
    answer = bot.say(text)
    assert words in answer["replies"][0]["text"] and len(answer["replies"]) == 1


def test_inside_a_form_the_same_article_answers_as_outside(bot, service):
    service.articles["运费多少"] = article("运费怎么算", "本周全场免运费。")
    for said in ("/request_repair", "音箱", "没有声音了"):
        bot.say(said)
    heard = bot.hear("运费多少")
    assert "本周全场免运费" in heard and "手机号" in heard


def test_a_form_asks_the_knowledge_base_for_the_same_questions_as_the_rules():
    rules = yaml.safe_load((ROOT / "data" / "rules" / "answers.yml").read_text("utf-8"))["rules"]
    plain = {
        rule["steps"][0]["intent"]
        for rule in rules
        if "intent" in rule["steps"][0] and rule["steps"][1]["action"].startswith("utter_")
    }
    assert plain - {"cancel_form"} == BY_ITSELF - {"request_invoice"}


@pytest.mark.parametrize(
    ("language", "text", "title", "link"),
    [
        ("zh", "运费多少", "我要退货", "说明书：https://example.com/m"),
        ("en", "how much is shipping?", "Return it", "Manual: https://example.com/m"),
    ],
)
def test_what_an_article_says_to_do_next_can_be_pressed(bot, service, language, text, title, link):
    bot.metadata = {**bot.metadata, "language": language}
    service.articles[text] = article(
        "包装", "请保留。",
        buttons=[
            {"title": {"zh": "我要退货", "en": "Return it"}, "payload": "/request_return"},
            {"title": {"zh": "说明书", "en": "Manual"}, "url": "https://example.com/m"},
        ],
    )  # fmt: skip
    [reply] = bot.say(text)["replies"]
    assert reply["buttons"][0] == {"title": title, "payload": "/request_return"}
    assert link in reply["text"]


def test_a_related_question_is_answered_at_a_press(bot, service):
    service.articles["怎么重置"] = article("怎么重置", "按住五秒。")
    assert "按住五秒" in bot.hear('/ask_article{"question": "怎么重置"}')
    assert "找不到答案" in bot.hear('/ask_article{"question": "没有这一条"}')


def test_a_related_question_inside_a_form_is_answered_and_the_form_goes_on(bot, service):
    service.articles["怎么重置"] = article("怎么重置", "按住五秒。")
    bot.say("/request_repair")
    answer = bot.say('/ask_article{"question": "怎么重置"}')
    assert "按住五秒" in answer["replies"][0]["text"] and answer["form"] == "repair_form"
    assert "找不到答案" in bot.hear('/ask_article{"question": "没有这一条"}')


def test_an_answer_is_rated_once_in_a_conversation(bot, service):
    service.articles["运费多少"] = article("运费怎么算", "本周全场免运费。")
    assert len(ratings_of(bot.say("运费多少"))) == 2
    assert ratings_of(bot.say("运费多少")) == []


@pytest.mark.parametrize(
    ("language", "thanks", "sorry"), [("zh", "谢谢您", "没帮上忙"), ("en", "thank you", "didn't help")]
)
def test_what_visitors_think_is_kept_with_the_reason_and_a_person_is_offered(
    bot, service, language, thanks, sorry
):
    bot.metadata = {**bot.metadata, "language": language}
    service.articles["运费多少"] = article("运费怎么算", "本周全场免运费。")
    yes, no = ratings_of(bot.say("运费多少"))
    bot.metadata = {**bot.metadata, "language": language}
    assert bot.say(yes)["replies"]
    answer = bot.say(no)
    assert "/request_human" in payloads(answer)
    reasons = ratings_of(answer)
    assert len(reasons) == 3
    after = bot.say(reasons[0])
    assert "/request_human" in payloads(after)
    assert [(r["article_id"], r["helpful"], r["reason"]) for r in service.ratings] == [
        (ARTICLE, True, None), (ARTICLE, False, None), (ARTICLE, False, "wrong"),
    ]  # fmt: skip


def test_without_the_service_answers_come_as_before_and_a_lost_rating_is_said(bot, service):
    service.articles["运费多少"] = article("运费怎么算", "本周全场免运费。")
    _, no = ratings_of(bot.say("运费多少"))
    service.is_down = True
    assert "99 元包邮" in bot.hear("运费多少")
    answer = bot.say(no)
    assert "没记下来" in answer["replies"][0]["text"] and service.ratings == []
    assert payloads(answer) == ["/request_human"]


def test_a_rating_pressed_inside_a_form_does_not_answer_the_form(bot, service):
    service.articles["运费多少"] = article("运费怎么算", "本周全场免运费。")
    _, no = ratings_of(bot.say("运费多少"))
    for said in ("/request_repair", "音箱", "没有声音了", "13912345678"):
        bot.say(said)
    answer = bot.say(no)
    assert answer["form"] == "repair_form" and "repair_date" not in answer["slots"]
    assert [r["helpful"] for r in service.ratings] == [False]


def test_a_search_that_fails_twice_is_not_waited_for_again_for_a_while(service):
    client = HttpService(service.url, service.token)
    service.is_down = True
    for _ in range(4):
        with pytest.raises(Unavailable):
            asyncio.run(client.search("c", "运费多少", "zh"))
    assert len(service.posted) == 2
