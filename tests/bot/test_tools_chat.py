"""Talking to the bot in a terminal: the real channel and model, by pipe as well, and with bad input."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bot.tools import chat, trace
from bot.tools.asking import Conversation
from bot.tools.chat import Session
from bot.tools.stories import tell
from tests.bot.running import TOKEN, serve_channel

ROOT = Path(__file__).resolve().parents[2]
ANSWER = {
    "replies": [
        {"type": "buttons", "text": "Which one?", "buttons": [{"title": "First", "payload": "/a"}]},
        {"type": "image", "url": "https://x.test/a.png", "alt": "a map"},
        {
            "type": "card", "title": "Order", "subtitle": "", "image_url": None, "lines": ["on its way"],
            "buttons": [{"title": "More", "payload": "/b"}],
        },
    ],
    "nlu": {
        "text": "where is it", "language": "en", "script": None,
        "intent": {"name": "nlu_fallback", "confidence": 0.98},
        "ranking": [{"name": "ask_order_status", "confidence": 0.4}, {"name": "inform", "confidence": 0.3}],
        "entities": [{"entity": "product", "value": "S2", "start": 0, "end": 2}],
        "emotion": {"name": "anxious", "confidence": 0.7}, "scope": 0.01,
    },
    "actions": ["action_fallback", "action_listen"], "form": "repair_form",
    "slots": {"language": "en", "product": "S2"}, "understood": False,
}  # fmt: skip


def spoken(
    conversation: Conversation, *typed: str, with_trace: bool = True, language: str = "en"
) -> list[str]:
    """What is printed after the greeting line."""
    printed: list[str] = []
    Session(conversation, language, printed.append, with_trace).run(typed)  # type: ignore[arg-type]
    return printed[1:]


def test_every_kind_of_reply_is_shown_and_buttons_are_numbered_through():
    assert list(trace.replies(ANSWER)) == [
        "Which one?",
        "  [1] First",
        "[https://x.test/a.png] a map",
        "Order",
        "  on its way",
        "  [2] More",
    ]
    assert trace.payloads(ANSWER) == ["/a", "/b"]


def test_a_trace_tells_ranking_decision_emotion_scope_entities_form_slots_actions_and_time():
    told = "\n".join(trace.lines(ANSWER, 0.0421, "en"))
    for words in (
        "ask_order_status 0.40, inform 0.30",
        "nlu_fallback 0.98",
        "anxious 0.70",
        "0.01",
        "product=S2",
        "repair_form",
        "action_fallback > action_listen",
        "42 ms",
        "where is it",
    ):
        assert words in told
    assert "意图" in "\n".join(trace.lines(ANSWER, 0.0, "zh"))


def test_a_message_is_answered_with_its_trace(served, service):
    printed = "\n".join(spoken(Conversation(served.url, TOKEN), "客厅S2怎么样"))
    assert "ask_product_info" in printed and "product=" in printed
    assert "action_product_info > action_listen" in printed


def test_without_trace_only_replies_are_shown(served, service):
    printed = "\n".join(spoken(Conversation(served.url, TOKEN), "hello", with_trace=False))
    assert "Keting" in printed and "greet" not in printed
    assert "utter_greet" in "\n".join(
        spoken(Conversation(served.url, TOKEN), "/trace", "hello", with_trace=False)
    )


def test_a_button_is_pressed_by_its_number_and_only_while_it_is_there(served, service):
    pressed = spoken(Conversation(served.url, TOKEN, "en"), "hello", "4")
    assert "action_handoff > action_listen" in "\n".join(pressed)
    typed = "\n".join(spoken(Conversation(served.url, TOKEN, "en"), "hello", "/restart", "4"))
    assert "action_handoff" not in typed


def test_a_restart_forgets_the_form(served, service):
    conversation = Conversation(served.url, TOKEN, "en")
    before = "\n".join(spoken(conversation, "I would like to get my phone repaired"))
    assert "repair_form" in before
    assert "repair_form" not in "\n".join(spoken(conversation, "/restart", "hello"))


def test_bad_input_is_explained_and_the_conversation_goes_on(served, service):
    printed = spoken(
        Conversation(served.url, TOKEN), "/dance", "x" * 20_001, "", "   ", "hello", "/quit", "hello"
    )
    assert printed[0].startswith("There is no command /dance")
    assert printed[1] == "At most 20000 characters."
    assert sum("utter_greet" in line for line in printed) == 1


def test_a_wrong_token_and_a_bot_without_a_model_are_told_in_words(served, actions):
    (refused,) = spoken(Conversation(served.url, "wrong"), "hello")
    assert "the token is wrong" in refused
    with serve_channel(None, f"{actions.url}/webhook") as empty:
        (not_ready,) = spoken(Conversation(empty.url, TOKEN), "你好", language="zh")
        assert "尚未就绪" in not_ready
        assert not Conversation(empty.url, TOKEN).is_ready()


def test_nobody_at_the_address_is_told_in_words():
    (line,) = spoken(Conversation("http://127.0.0.1:9", TOKEN), "hello")
    assert line.startswith("! no answer from the bot")


def test_a_piped_conversation_needs_no_terminal(served, service):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "KETING_BOT_TOKEN": TOKEN}
    ran = subprocess.run(
        [sys.executable, "-m", "bot.tools.chat", "--url", served.url, "--lang", "zh", "--no-trace"],
        input="你好\n".encode() + b"\xff\xfe\n" + b"/quit\n",
        env=environment,
        capture_output=True,
        check=False,
    )
    printed = ran.stdout.decode()
    assert ran.returncode == 0, ran.stderr.decode()
    assert "> 你好" in printed and "客厅电器" in printed
    assert b"Traceback" not in ran.stderr


def test_a_model_that_does_not_exist_is_refused_before_anything_starts(capsys):
    assert chat.main(["--url", "http://127.0.0.1:9", "--model", "zz", "--lang", "zh"]) == 2
    assert "找不到模型" in capsys.readouterr().err


def test_stories_that_go_otherwise_are_named(model, tmp_path):
    stories = tmp_path / "test_stories.yml"
    story = "- story: {}\n  steps:\n  - user: |\n      你好\n    intent: greet\n  - action: {}\n"
    told = [story.format("as it is", "utter_greet"), story.format("as it is not", "utter_goodbye")]
    stories.write_text("version: '3.1'\nstories:\n" + "".join(told), "utf-8")
    found = tell(model, stories)
    assert found is not None
    assert found.count == 2
    assert len(found.failed) == 1 and found.failed[0].startswith("as it is not")
    assert tell(model, tmp_path / "none.yml") is None
