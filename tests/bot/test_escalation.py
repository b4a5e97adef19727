"""When anger becomes a call for a person."""

from __future__ import annotations

import pytest
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.events import ActiveLoop, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.emotion import pressed
from bot.nlu.escalation import ESCALATED_TO, AngerGate
from bot.nlu.tempo import Tempo


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
        ("angry", 0.59, [("angry", 0.7, False)], False),
        ("angry", 0.6, [("angry", 0.5, False)], False),
        ("angry", 0.6, [("angry", 0.75, False), ("neutral", 0.9, False)], True),
        ("angry", 0.6, [("angry", 0.75, False), ("neutral", 0.9, False), ("neutral", 0.9, False)], False),
        ("angry", 0.6, [("angry", 0.9, True)], False),
    ],
)
def test_strong_anger_once_or_anger_again_before_it_has_faded(emotion, confidence, before, escalates):
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


def again(text, intent, *, times, form=None):
    """The message that says text once more after times."""
    tracker = DialogueStateTracker("c", [AnySlot(REQUESTED_SLOT, mappings=[{}])])
    if form:
        tracker.update(ActiveLoop(form))
        tracker.update(SlotSet(REQUESTED_SLOT, "repair_problem"))
    for _ in range(times):
        tracker.update(UserUttered(text, {"name": intent, "confidence": 0.9}, [], {}))
    message = Message(data={"text": f"{text} ", "intent": {"name": intent, "confidence": 0.9}})
    message.set("emotion", {"name": "neutral", "confidence": 0.9})
    AngerGate(AngerGate.get_default_config()).process([message], tracker)
    return message


def test_who_asks_the_same_for_the_third_time_gets_a_person_and_no_word_of_anger():
    escalation = again("我的快递到哪了", "ask_order_status", times=2).get("escalation")
    assert escalation["reason"] == "failed"
    assert escalation["was"]["name"] == "ask_order_status"


@pytest.mark.parametrize(
    ("text", "intent", "times", "form"),
    [
        ("我的快递到哪了", "ask_order_status", 1, None),
        ("在吗", "ask_order_status", 5, None),
        ("hello there", "greet", 5, None),
        ("屏幕不亮了", "request_repair", 3, "repair_form"),
    ],
)
def test_other_repetitions_are_no_call_for_help(text, intent, times, form):
    assert again(text, intent, times=times, form=form).get("escalation") is None


def test_anger_fades_by_half_in_three_messages():
    levels = [
        passed("neutral", 0.9, ("angry", 0.64, False), *[("neutral", 0.9, False)] * between).get("anger")
        for between in (2, 5)
    ]
    assert levels == pytest.approx([0.32, 0.16])


def test_pressure_turns_an_angry_guess_into_anger_and_leaves_calm_words_calm():
    pressed_hard = Tempo(repeats=2, failures=2, per_minute=8)
    guess = pressed({"angry": 0.3, "neutral": 0.6, "happy": 0.1}, pressed_hard)
    calm = pressed({"angry": 0.01, "neutral": 0.9, "happy": 0.09}, pressed_hard)
    assert guess["angry"] > 0.8 and calm["angry"] < 0.5
    assert sum(guess.values()) == pytest.approx(1.0)
    assert guess["neutral"] / guess["happy"] == pytest.approx(6.0)
    assert pressed({"angry": 0.3, "neutral": 0.7}, Tempo()) == {"angry": 0.3, "neutral": 0.7}
