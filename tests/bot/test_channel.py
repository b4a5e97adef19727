"""The wire to the service, on a real Rasa agent with the trained model."""

from __future__ import annotations

import uuid

import pytest

from bot import wire
from tests.bot.running import TOKEN, Bot, serve_channel

CALLS = ("turn", "parse", "session")


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("token", ["", "wrong", TOKEN + "x", TOKEN[:-1], "é"])
def test_a_wrong_token_has_no_effect(bot, name, token):
    body = {"conversation_id": bot.conversation_id, "turn_id": "t", "fence": 1, "text": "你好", "slots": {}}
    answer = bot.call(name, body, token=token.encode("utf-8"))  # type: ignore[arg-type]
    assert answer.status_code == 403
    wire.check(answer.json(), "error_response")
    assert bot.turn("你好", turn_id="t").json()["repeated"] is False


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "hi"},
        {"conversation_id": "c", "turn_id": "t", "fence": 1},
        {"conversation_id": "c", "turn_id": "t", "fence": 1, "text": "   "},
        {"conversation_id": "c", "turn_id": "t", "fence": 1, "text": "hi", "payload": "/greet"},
        {"conversation_id": "c", "turn_id": "t", "fence": 1, "payload": "greet"},
        {"conversation_id": "c", "turn_id": "t", "fence": "1", "text": "hi"},
        {"conversation_id": "", "turn_id": "t", "fence": 1, "text": "hi"},
        ["not", "an", "object"],
    ],
)
def test_a_body_that_does_not_fit_is_refused(bot, body):
    answer = bot.call("turn", body)
    assert answer.status_code == 400
    assert answer.json()["error"] == "bad_request"


def test_an_answer_fits_the_schema_and_tells_everything(bot):
    answer = bot.say("我的订单KT20260101001到哪了")
    wire.check(answer, "turn_response")
    assert answer["repeated"] is False and answer["understood"] is True
    assert answer["actions"] == ["action_order_status", "action_listen"]
    assert answer["slots"]["language"] == "zh" and answer["slots"]["order_number"] == "KT20260101001"
    assert answer["nlu"]["entities"] == [
        {"entity": "order_number", "value": "KT20260101001", "start": 4, "end": 17}
    ]
    assert answer["replies"][1]["type"] == "card"


def test_a_repeated_turn_is_answered_from_the_tracker_and_does_nothing(bot, service):
    turn_id = str(uuid.uuid4())
    first = bot.turn("我要转人工", turn_id).json()
    again = bot.turn("我要转人工", turn_id).json()
    assert len(service.handoffs) == 1
    assert again == {**first, "repeated": True}


def test_an_older_turn_is_repeated_too(bot):
    first = bot.turn("你好", "first").json()
    bot.say("怎么开发票")
    again = bot.turn("你好", "first").json()
    assert again["repeated"] and again["replies"] == first["replies"]
    assert again["nlu"] == first["nlu"] and again["actions"] == first["actions"]


def test_a_turn_given_up_meanwhile_has_no_effect_and_is_discarded(bot, service):
    service.stale_below = 5
    failed = bot.turn("我要转人工", "t")
    assert failed.status_code == 500 and failed.json()["error"] == "action_failed"
    assert service.handoffs == []
    service.stale_below = 0
    assert bot.turn("我要转人工", "t").json()["repeated"] is False
    assert len(service.handoffs) == 1


def test_an_action_server_that_is_away_fails_the_turn_and_saves_nothing(model):
    with serve_channel(model, "http://127.0.0.1:9/webhook") as served:
        bot = Bot(served, TOKEN)
        failed = bot.turn("转人工", "t")
        assert (failed.status_code, failed.json()["error"]) == (500, "action_failed")
        wire.check(failed.json(), "error_response")
        after = bot.turn("你好", "t2").json()  # needs no action
        assert after["repeated"] is False
        assert bot.turn("转人工", "t").status_code == 500  # not found in the tracker: it runs again


def test_a_turn_that_takes_too_long_is_given_up(model, actions, service):
    with serve_channel(model, f"{actions.url}/webhook", deadline_s=0.001) as served:
        failed = Bot(served, TOKEN).turn("我要转人工")
        assert failed.status_code == 500


def test_a_silent_turn_is_a_failure(bot, served):
    processor = served.app.ctx.agent.processor
    kept = processor.domain.responses["utter_greet"]
    processor.domain.responses["utter_greet"] = [{"text": ""}]
    try:
        failed = bot.turn("你好")
    finally:
        processor.domain.responses["utter_greet"] = kept
    assert (failed.status_code, failed.json()["error"]) == (500, "silent")


def test_without_a_model_the_bot_is_not_ready():
    with serve_channel(None, "http://127.0.0.1:9/webhook") as served:
        bot = Bot(served, TOKEN)
        answer = bot.turn("你好")
        assert (answer.status_code, answer.json()["error"]) == (503, "not_ready")
        assert bot.call("parse", {"text": "你好"}).status_code == 503


def test_health_names_the_model(served, model):
    import requests

    url = f"{served.url}/webhooks/keting/health"
    assert requests.get(url, timeout=5).status_code == 403
    answer = requests.get(url, headers={"X-Keting-Token": TOKEN}, timeout=5)
    assert answer.status_code == 200
    wire.check(answer.json(), "health_response")
    assert answer.json() == {"ready": True, "model": model.name, "store": True}


def test_text_is_never_a_command_and_a_payload_is(bot):
    assert bot.say("/request_human")["nlu"]["intent"]["confidence"] == 1.0  # sent as payload
    as_text = bot.turn("", text="  /request_human", payload=None).json()
    assert as_text["nlu"]["text"].startswith("\uff0f")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["你好"], "您好，我是"),
        (["hello there, what can you do"], "Hi, I'm the Keting"),
        (["請問你們怎麼開發票？"], "電子發票"),
        (["怎么开发票", "thank you very much"], "You're welcome"),
        (["where is my order?", "KT20260101001"], "Order KT20260101001"),
        (["我的订单到哪了", "KT20260101001"], "订单 KT20260101001"),
        (["hello", "谢谢你们"], "不客气"),
    ],
)
def test_the_bot_answers_in_the_language_of_the_message(bot, said, expected):
    assert expected in bot.hear(*said)


def test_traditional_visitors_read_traditional_everywhere(bot):
    answer = bot.say("請問我要報修怎麼辦")
    assert "維修" in answer["replies"][0]["text"]
    buttons = bot.say("你好，請問一下")["replies"][-1].get("buttons", [])
    assert not any("转" in button["title"] for button in buttons)


def test_the_last_known_language_helps_where_the_text_says_nothing(bot):
    bot.metadata = {"language": "en"}
    assert "order" in bot.hear("KT20260101001").lower()


def test_a_new_session_knows_only_the_slots_it_is_given(bot):
    bot.say("I want a repair for my robot vacuum please")
    answer = bot.call(
        "session", {"conversation_id": bot.conversation_id, "slots": {"order_number": "KT20260101002"}}
    )
    assert answer.json() == {"ok": True}
    turn = bot.say("ok thanks a lot")
    assert turn["form"] is None
    assert turn["slots"]["language"] == "en"
    assert "KT20260101002" in bot.hear("where is my order?")


def test_a_new_session_with_an_unknown_slot_is_refused(bot):
    answer = bot.call("session", {"conversation_id": bot.conversation_id, "slots": {"nonsense": 1}})
    assert answer.status_code == 400


def test_a_session_may_start_before_the_first_word(bot):
    assert bot.call("session", {"conversation_id": bot.conversation_id}).status_code == 200
    assert "您好" in bot.hear("你好")
