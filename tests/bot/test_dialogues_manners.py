"""What the bot does when it is not sure, when it is not asked for help, and when it is sworn at."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from actions.fallback import STRANGE

ROOT = Path(__file__).resolve().parents[2]
UNSURE = "退换"


def payloads(answer):
    return [b["payload"] for reply in answer["replies"] for b in reply.get("buttons", [])]


def test_the_floor_below_which_a_text_is_strange_is_that_of_the_gate():
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))["pipeline"]
    assert [c["floor"] for c in pipeline if c["name"].endswith("ScopeGate")] == [STRANGE]


def test_with_some_idea_the_bot_offers_readings_and_a_person(bot):
    answer = bot.say(UNSURE)
    assert answer["understood"] is False
    assert 2 <= len(payloads(answer)) <= 4 and payloads(answer)[-1] == "/request_human"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("帮我写一首关于秋天的诗", "美国总统是谁"),
        ("write me a poem about autumn", "who won the world cup in 1998"),
    ],
)
def test_two_questions_in_a_row_that_are_not_for_us_offer_a_person(bot, first, second):
    assert "/request_human" not in payloads(bot.say(first))
    assert "/request_human" in payloads(bot.say(second))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("给我讲个笑话吧", "机器人"), ("tell me a joke", "robot vacuum"),
        ("今天天气怎么样", "天气"), ("what's the weather like today", "weather"),
        ("谁创造了你", "同事们"), ("who created you", "Keting"),
        ("我爱你", "谢谢"), ("will you marry me", "thank you"),
    ],
)  # fmt: skip
def test_small_talk_is_answered_in_a_sentence(bot, service, text, expected):
    assert expected in bot.hear(text)
    assert service.handoffs == []


@pytest.mark.parametrize("text", ["你这个傻逼", "fuck you", "你们全是废物，滚"])
def test_swearing_gets_no_lecture_and_a_person_is_near(bot, service, text):
    answers = [bot.say(text), bot.say(text)]
    assert service.handoffs or "/request_human" in payloads(answers[1])
    said = " ".join(str(answer["replies"]) for answer in answers)
    assert not re.search(r"文明|礼貌|请勿|辱骂|language|polite|rude", said.replace("'language'", ""))


@pytest.mark.parametrize(
    "before",
    [
        [],
        ["/request_repair"],
        ["/request_repair", "音箱", "没声音了"],
        ["/make_complaint", "送货太慢了"],
        ["/leave_message"],
    ],
)
def test_a_person_on_request_from_anywhere(bot, service, before):
    for said in before:
        bot.say(said)
    answer = bot.say("/request_human")
    assert answer["form"] is None and [h["reason"] for h in service.handoffs] == ["asked"]


def test_asking_for_a_person_after_hours_inside_a_form_offers_a_message(bot, service):
    service.on_duty = False
    bot.say("/request_repair")
    answer = bot.say("转人工")
    assert answer["form"] is None and "/leave_message" in payloads(answer)


@pytest.mark.parametrize(
    ("question", "yes"), [("怎么换绑手机号", "好的"), ("how do I change my phone number", "yes please")]
)
def test_a_yes_to_the_offer_of_a_person_is_heard_once(bot, service, question, yes):
    bot.say(question)
    answer = bot.say(yes)
    assert [h["reason"] for h in service.handoffs] == ["asked"]
    assert answer["understood"] and len(answer["replies"]) == 1
