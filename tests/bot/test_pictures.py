"""What docs/images/decides-anger shows is what the gate does."""

from __future__ import annotations

import pytest
import yaml
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.escalation import ESCALATED_TO, AngerGate
from docs.pictures import anger, numbers


def gate():
    pipeline = yaml.safe_load((numbers.ROOT / "config.yml").read_text("utf-8"))["pipeline"]
    options = next(item for item in pipeline if item["name"].endswith("AngerGate"))
    return AngerGate({**AngerGate.get_default_config(), **options})


def called_by(story):
    tracker = DialogueStateTracker("c", [])
    for number, level in enumerate(story.anger, start=1):
        emotion = {"name": "angry" if level else "neutral", "confidence": level or 0.9}
        message = Message(data={"text": f"story {number}", "intent": {"name": "request_return"}})
        message.set("emotion", emotion)
        gate().process([message], tracker)
        if message.get("intent")["name"] == ESCALATED_TO:
            return number
        tracker.update(UserUttered("x", {"name": "deny"}, [], {"emotion": emotion}))
    return None


@pytest.mark.parametrize("story", anger.stories(), ids=lambda story: story.title.en)
def test_a_story_of_anger_ends_as_it_is_drawn(story):
    assert called_by(story) == story.called
