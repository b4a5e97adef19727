"""Plays a script: each line becomes what the service would have done."""

from __future__ import annotations

from typing import Any

from core import schema as s
from core.messages import Content, Image, Text
from core.texts import traditional
from demo import cases, values
from demo.answers import Voice
from demo.bot import Understanding
from demo.people import NAMES, Desk
from demo.scripts import Line, Script
from demo.story import Story

#: By the verb's argument, what the bot says before it hands over.
_LEADS = {"angry": "utter_handoff_angry", "failed": "utter_handoff_failed"}


class Play:
    """One script over one story.  Lines are taken one by one, so that a story may stop in the middle."""

    def __init__(self, story: Story, script: Script, *, agent: str | None = None) -> None:
        """agent: who serves, whatever the roster says."""
        self.story, self.script, self._agent = story, script, agent
        language = story.guest.language
        self.values = values.draw(story.rng, language, story.now, story.guest.row["name"])
        self._is_hant = language == "zh-Hant"
        self._voice = Voice(script.language, self._is_hant)
        self.mind = Understanding(story, self.values)
        self.desk = Desk(story, self.mind)
        self._group = script.group
        self._replies: list[tuple[str, Content]] = []
        self._wants_score: tuple[int, str] | None = None
        self._line: Line | None = None

    def all(self) -> None:
        """From the first line to the end of the conversation and its rating."""
        self.lines(len(self.script.lines))
        self._end()

    def lines(self, count: int) -> None:
        """The first count lines; the conversation stays open unless a line closed it."""
        for line in self.script.lines[:count]:
            if line.who != "b" and line.what != "human":
                self._flush()
            {"v": self._visitor, "b": self._bot, "a": self._agent_says, "n": self._note, "!": self._verb}[
                line.who
            ](line)
            self._line = line
        self._flush()
        self.mind.note()

    def _fill(self, text: str) -> str:
        return text.format_map({**self.values, "agent": self._agent_name()})

    def _agent_name(self) -> str:
        return NAMES.get(self.story.agent or "", "")

    def _say(self, text: str) -> str:
        filled = self._fill(text)
        return traditional(filled) if self._is_hant and not self.script.is_traditional else filled

    def _visitor(self, line: Line) -> None:
        story = self.story
        after = self._line.who if self._line else ""
        story.wait(*{"": (0, 1), "v": (2, 7), "a": (12, 75)}.get(after, (7, 45)))
        message = story.post("visitor", self._say(story.rng.choice(line.words)))
        self.mind.hear(message, line)

    def _bot(self, line: Line) -> None:
        kind = line.words[0] if line.words else ""
        if line.what == "card":
            self._replies.append(("action_order_status", self._voice.card(kind, self.values)))
        elif line.what == "product":
            about = {
                "name": self.values[kind],
                "summary": self.values[f"about {kind}"],
                "price": self.values[f"price {kind}"],
            }
            self._replies.append(("action_product_info", self._voice.answer("utter_product_info", about)))
        elif line.what:
            self._replies.append((line.what, self._voice.answer(line.what, self._for(line.what))))
        else:
            self._replies.append(("action_answer", Text(text=self._say(kind))))

    def _for(self, name: str) -> dict[str, str]:
        is_ticket = "submitted" in name or "ticket" in name
        return {**self.values, "number": self.values["ticket" if is_ticket else "order"]}

    def _flush(self) -> None:
        if self._replies:
            self.mind.turn(self._replies)
            self._replies = []

    def _join(self) -> None:
        if self.story.state == "waiting":
            self.desk.join(self._group, agent=self._agent)

    def _agent_says(self, line: Line) -> None:
        self._join()
        self.story.wait(*((9, 50) if self._line and self._line.who == "!" else (14, 85)))
        self.desk.reply(Text(text=self._say(line.words[0])))

    def _note(self, line: Line) -> None:
        self._join()
        self.story.wait(8, 30)
        self.desk.note(self._fill(line.words[0]))

    def _verb(self, line: Line) -> None:
        getattr(self, f"_do_{line.what}")(line.words[0])

    def _do_human(self, reason: str) -> None:
        if lead := _LEADS.get(reason):
            self._replies.append(("action_handoff", self._voice.answer(lead, {})))
        ahead = self.story.rng.random() < 0.25
        name = "utter_handoff_queued" if ahead else "utter_handoff_next"
        self._replies.append(("action_handoff", self._voice.answer(name, self.values)))
        self._flush()
        self.desk.enqueue(reason, "bot", group=self._group)

    def _do_button(self, _: str) -> None:
        self.story.wait(4, 25)
        self.desk.enqueue("asked", "visitor", group=self._group)

    def _do_fail(self, _: str) -> None:
        reason = self.story.rng.choice(("bot_failed", "bot_down"))
        self.mind.fail(reason)
        self.desk.enqueue(reason, "bot", group=self._group)

    def _do_abandon(self, _: str) -> None:
        self.story.wait(60, 240)
        self.desk.leave_line("closed")

    def _do_giveup(self, _: str) -> None:
        self.story.wait(5, 40)
        self.desk.leave_line("cancelled")

    def _do_transfer(self, words: str) -> None:
        group, _, note = words.partition(": ")
        self._group = group
        self.story.wait(10, 40)
        self.desk.requeue("transfer", group=group, note=self._fill(note))

    def _do_handto(self, note: str) -> None:
        self.story.wait(10, 40)
        self.desk.hand_to_colleague(note, self._group)

    def _do_lost(self, _: str) -> None:
        self.story.wait(60, 75)
        self.desk.requeue("agent_lost")

    def _do_return(self, _: str) -> None:
        self.story.wait(3, 10)
        self.desk.give_back()

    def _do_close(self, reason: str) -> None:
        self.story.wait(120, 400)
        self.desk.close("agent", reason)

    def _do_rate(self, words: str) -> None:
        score, _, comment = words.partition(": ")
        self._wants_score = (int(score), self._say(comment))

    def _do_ticket(self, words: str) -> None:
        self._join()
        self.story.wait(15, 60)
        row = self._open_case(words, "agent")
        self.story.tell("ticket_created", number=row["number"])

    def _do_form(self, words: str) -> None:
        self.story.wait(0.6, 1.2)
        self._open_case(words, "bot")

    def _open_case(self, words: str, actor: str) -> dict[str, Any]:
        head, _, rest = words.partition(": ")
        type, priority = head.split()
        title, _, description = self._say(rest).partition(" :: ")
        row = cases.open_case(
            self.story, actor, type, priority, title, description or title, contact=self.values["tel"]
        )
        self.values["ticket"] = row["number"]
        self.values["department"] = cases.department_name(type, self.script.language)
        return row

    def _do_image(self, kind: str) -> None:
        self.story.wait(8, 30)
        message = self._picture(kind, "visitor")
        self.mind.hear(message, Line("v", "inform"))

    def _do_photo(self, kind: str) -> None:
        self._join()
        self.story.wait(15, 60)
        self.desk.reply(self._image(kind, agent=True))

    def _picture(self, kind: str, author: str) -> dict[str, Any]:
        return self.story.post(author, self._image(kind, agent=False))

    def _image(self, kind: str, *, agent: bool) -> Image:
        story = self.story
        blob = story.rows.add(
            s.blob,
            id=story.rows.id_at(story.now),
            name=f"{kind}.png",
            mime="image/png",
            size=0,
            width=0,
            height=0,
            sha256="",
            visitor_id=None if agent else story.guest.id,
            agent_id=story.row["agent_id"] if agent else None,
            created_at=story.now,
        )
        story.world.pictures.append((blob, kind))
        return Image(blob_id=str(blob["id"]), name=f"{kind}.png", mime="image/png")

    def _end(self) -> None:
        story = self.story
        if story.state == "agent":
            story.wait(25, 150)
            self.desk.close("agent", "solved")
        elif story.state == "bot":
            by_visitor = story.rng.random() < 0.4
            story.wait(*((4, 60) if by_visitor else (1200, 3600)))
            self.desk.close(
                "visitor" if by_visitor else "system", "visitor" if by_visitor else "visitor_left"
            )
        if self._wants_score and story.rng.random() < 0.75:
            self.desk.rate(*self._wants_score)
        elif self.desk.segment and self.desk.segment["score"] is None and story.rng.random() < 0.15:
            self.desk.rate(story.rng.choice((3, 4, 4, 5, 5, 5)), None)
        story.finish()
