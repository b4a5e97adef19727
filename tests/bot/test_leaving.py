"""What means leaving a form, and only inside one."""

from __future__ import annotations

import pytest
from rasa.shared.core.events import ActiveLoop
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.leaving import FormExit

IN_FORM = "repair_form"


def heard(text, intent="cancel_order", *, form=IN_FORM, entities=()):
    """The intent of a message after the component."""
    tracker = DialogueStateTracker("c", [])
    tracker.update(ActiveLoop(form))
    message = Message(data={"text": text, "intent": {"name": intent, "confidence": 0.9}})
    message.set("entities", [{"entity": name} for name in entities])
    FormExit().process([message], tracker)
    return message.get("intent")["name"]


@pytest.mark.parametrize("intent", ["cancel_order", "deny", "nlu_fallback", "request_return"])
@pytest.mark.parametrize(
    "text",
    [
        "cancel it", "no, cancel", "Cancel.", "please cancel it", "no thanks, cancel", "取消吧", "不要了",
        "算了，取消吧", "不，取消", "那就不要了", "取消这个", "不弄了",
    ],
)  # fmt: skip
def test_bare_words_of_cancelling_mean_the_form(text, intent):
    if text == "no thanks, cancel":
        intent = "cancel_order"  # said with other words it is up to the classifier
    assert heard(text, intent) == "cancel_form"


@pytest.mark.parametrize("text", ["cancel it", "取消吧", "不要了"])
def test_outside_a_form_they_keep_their_meaning(text):
    assert heard(text, form=None) == "cancel_order"


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("取消订单", ()),
        ("cancel my order please", ()),
        ("取消 KT20260101001", ("order_number",)),
        ("取消申请提交三天了你们一直没有人理我，打电话也不接", ()),
        ("/cancel_order", ()),
    ],
)
def test_an_order_or_a_story_is_not_the_form(text, entities):
    assert heard(text, entities=entities) == "cancel_order"


@pytest.mark.parametrize("text", ["取消" + "，" * 5000 + "x", "那就" * 2500, "no, " * 1500])
def test_long_texts_take_no_time(text):
    assert heard(text, "inform") == "inform"
