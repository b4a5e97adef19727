"""When anger becomes a call for a person."""

from __future__ import annotations

import pytest
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.escalation import ESCALATED_TO, AngerGate


def passed(emotion, confidence, *before, text="退货"):
    """The message after the gate; before: earlier messages' (emotion, confidence, escalated)."""
    tracker = DialogueStateTracker("c", [])
    for name, p, escalated in before:
        data = {"emotion": {"name": name, "confidence": p}}
        if escalated:
            data["escalation"] = {"reason": "angry"}
        tracker.update(UserUttered("x", {"name": "deny", "confidence": 1.0}, [], data))
    message = Message(data={"text": text, "intent": {"name": "request_return", "confidence": 0.9}})
    message.set("emotion", {"name": emotion, "confidence": confidence})
    AngerGate(AngerGate.get_default_config()).process([message], tracker)
    return message


@pytest.mark.parametrize(
    ("emotion", "confidence", "before", "escalates"),
    [
        ("angry", 0.8, (), True),
        ("angry", 0.79, (), False),
        ("anxious", 0.99, (), False),
        ("angry", 0.6, [("angry", 0.6, False)], True),
        ("angry", 0.6, [("angry", 0.59, False)], False),
        ("angry", 0.6, [("angry", 0.7, False), ("neutral", 0.9, False)], False),
        ("angry", 0.6, [("angry", 0.9, True)], False),
    ],
)
def test_strong_anger_once_or_anger_twice_running(emotion, confidence, before, escalates):
    message = passed(emotion, confidence, *before)
    assert (message.get("intent")["name"] == ESCALATED_TO) is escalates


def test_what_it_was_about_is_kept():
    escalation = passed("angry", 0.95).get("escalation")
    assert escalation["reason"] == "angry"
    assert escalation["was"]["name"] == "request_return"


def test_a_pressed_button_is_never_angry():
    assert passed("angry", 0.99, text="/request_return").get("escalation") is None


def test_a_parse_without_a_conversation_has_no_history():
    message = Message(data={"text": "x", "intent": {"name": "deny", "confidence": 1.0}})
    message.set("emotion", {"name": "angry", "confidence": 0.7})
    AngerGate(AngerGate.get_default_config()).process([message], None)
    assert message.get("intent")["name"] == "deny"
