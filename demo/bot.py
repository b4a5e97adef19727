"""The bot's part of a story: turns with their understanding, answers, and turns that fail."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from core import schema as s
from core.clock import stamp
from core.messages import Content, Press, Text, plain_text
from demo.scripts import Line
from demo.story import Story
from demo.values import entities

_OTHERS = (
    "ask_order_status",
    "request_return",
    "ask_refund_status",
    "make_complaint",
    "out_of_scope",
    "inform",
)
_TRIED = 12


class Understanding:
    """What the bot has made of a visitor so far: kept with the conversation and given to agents."""

    def __init__(self, story: Story, values: dict[str, str]) -> None:
        self._story, self._values = story, values
        self.language = "en" if story.guest.language == "en" else "zh"
        self.turns = self.failures = 0
        self.tried: list[str] = []
        self.heard: list[tuple[dict[str, Any], dict[str, Any]]] = []  # messages, and what they were taken for
        self._unhandled: list[tuple[dict[str, Any], Line]] = []

    def hear(self, message: dict[str, Any], line: Line) -> None:
        """A message of the visitor arrives (core.inbox)."""
        story = self._story
        story.event(
            "message.received",
            "visitor",
            story.row["agent_id"],
            owner=story.state,
            channel=story.channel,
            message_id=str(message["id"]),
        )
        self._unhandled.append((message, line))
        if story.state != "bot":
            story.wait(0.9, 1.6)
            self.annotate()

    def annotate(self) -> None:
        """People serve: intent and emotion for them (dialogue.dispatcher)."""
        for message, line in self._unhandled:
            nlu = self._understand(message, line)
            self._story.event(
                "message.understood",
                "bot",
                message_id=str(message["id"]),
                intent=nlu["intent"],
                emotion=nlu["emotion"],
            )
            self._story.work["fence"] += 1
        self._unhandled = []

    def turn(self, replies: list[tuple[str, Content]]) -> None:
        """The bot answers what was said since its last turn.  replies: action and words."""
        story = self._story
        if not self._unhandled:
            return
        turn_id, nlu, line = self._begin()
        understood = line.understood
        story.wait(0.12, 0.6)
        self.turns += 1
        self.failures = 0 if understood else self.failures + 1
        actions = list(dict.fromkeys(name for name, _ in replies))
        self.tried = (self.tried + actions)[-_TRIED:]
        story.event(
            "turn.done",
            "bot",
            turn_id=str(turn_id),
            understood=understood,
            intent=nlu["intent"],
            emotion=nlu["emotion"],
            actions=[*actions, "action_listen"],
        )
        for _, content in replies:
            story.post("bot", content, turn_id=turn_id)
        story.event("reply.sent", "bot", by="bot", count=len(replies), turn_id=str(turn_id))
        self._end("done", {"actions": actions, "understood": understood})
        self.note()

    def fail(self, reason: str) -> None:
        """The bot does not answer; the caller hands over."""
        story = self._story
        turn_id, _, _ = self._begin()
        story.wait(1, 8)
        story.event("turn.failed", "bot", turn_id=str(turn_id), reason=reason, detail="deadline")
        story.tell("bot_unavailable")
        self._end("failed", None)
        self.note()

    def note(self) -> None:
        """What the conversation row keeps."""
        slots = {"language": self.language}
        slots |= {e["entity"]: e["value"] for _, nlu in self.heard for e in nlu["entities"]}
        story = self._story
        story.row["failures"] = self.failures if story.state == "bot" else 0
        story.row["bot"] = {"slots": slots, "form": None, "tried": self.tried, "turns": self.turns}
        if self.heard:
            story.row["nlu"] = self.heard[-1][1]

    def packet(self, reason: str, note: str | None) -> dict[str, Any]:
        """handoff.packet.build"""
        self.note()
        bot = self._story.row["bot"]
        seen = {(e["entity"], e["value"]): e for _, nlu in self.heard for e in nlu["entities"]}
        return {
            "reason": reason,
            "note": note,
            "at": stamp(self._story.now),
            "turns": self.turns,
            "failures": self.failures,
            "intents": [
                {**nlu["intent"], "text": _words(m), "at": stamp(m["created_at"])} for m, nlu in self.heard
            ],
            "emotions": [{**nlu["emotion"], "at": stamp(m["created_at"])} for m, nlu in self.heard],
            "slots": bot["slots"],
            "entities": list(seen.values()),
            "tried": bot["tried"],
            "form": None,
            "language": self.language,
        }

    def _begin(self) -> tuple[UUID, dict[str, Any], Line]:
        story = self._story
        story.wait(0.75, 1.6)
        message, line = self._unhandled[-1]
        nlu = self._understand(message, line)
        turn_id = story.rows.id_at(story.now)
        story.work["fence"] += 1
        self._row = story.rows.add(
            s.turn,
            id=turn_id,
            conversation_id=story.id,
            fence=story.work["fence"],
            upto=message["position"],
            owner="bot",
            state="running",
            result=None,
            error=None,
            started_at=story.now,
            ended_at=None,
        )
        return turn_id, nlu, line

    def _end(self, state: str, result: dict[str, Any] | None) -> None:
        self._row |= {"state": state, "result": result, "ended_at": self._story.now}
        self._row["error"] = None if state == "done" else "deadline"
        self._unhandled = []

    def _understand(self, message: dict[str, Any], line: Line) -> dict[str, Any]:
        rng = self._story.rng
        sure = min(0.995, rng.betavariate(14, 1.6)) if line.understood else rng.uniform(0.18, 0.42)
        others = rng.sample([name for name in _OTHERS if name != line.what], 2)
        rest = (1 - sure) * rng.uniform(0.4, 0.7)
        mood = rng.uniform(0.81, 0.97) if line.emotion == "angry" else rng.uniform(0.62, 0.96)
        text = _words(message)
        nlu = {
            "intent": _scored(line.what, sure),
            "ranking": [
                _scored(line.what, sure),
                _scored(others[0], rest),
                _scored(others[1], (1 - sure - rest) * 0.6),
            ],
            "emotion": _scored(line.emotion, mood),
            "entities": entities(text, self._values),
            "language": self.language,
        }
        message["nlu"] = nlu
        self.heard.append((message, nlu))
        self._story.work["upto"] = message["position"]
        return nlu


def _scored(name: str, confidence: float) -> dict[str, Any]:
    return {"name": name, "confidence": round(confidence, 4)}


def _words(message: dict[str, Any]) -> str:
    content = message["content"]
    match content["type"]:
        case "text":
            return plain_text(Text(text=content["text"]))[:200]
        case "press":
            return plain_text(Press(message_id="", index=0, title=content["title"]))
    return str(content.get("name", ""))
