"""When anger becomes a call for a person."""

from __future__ import annotations

import pytest
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.events import ActiveLoop, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
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


@pytest.mark.parametrize(
    ("form", "asked_for", "held"),
    [
        ("leave_message_form", "message_text", True),
        ("complaint_form", "complaint_detail", True),
        ("complaint_form", "complaint_order", False),
        ("repair_form", "repair_problem", False),
        (None, "message_text", False),
    ],
)
def test_where_a_form_asked_for_them_angry_words_are_the_answer(form, asked_for, held):
    tracker = DialogueStateTracker("c", [AnySlot(REQUESTED_SLOT, mappings=[{}])])
    tracker.update(ActiveLoop(form))
    tracker.update(SlotSet(REQUESTED_SLOT, asked_for))
    message = Message(data={"text": "气死我了", "intent": {"name": "deny", "confidence": 0.9}})
    message.set("emotion", {"name": "angry", "confidence": 0.95})
    AngerGate({**AngerGate.get_default_config(), "answers": ["message_text", "complaint_detail"]}).process(
        [message], tracker
    )
    assert message.get("escalation")["held"] is held
    assert message.get("intent")["name"] == ("deny" if held else ESCALATED_TO)
