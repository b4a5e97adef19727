"""Answers of the knowledge base, and what visitors think of them.

`action_knowledge` comes before an answer of domain.yml and before giving up.  It says in the slot
`knowledge_missed` whether it had something to say; the rules of data/rules go on from there.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any

from rasa_sdk.events import SlotSet

from actions import numbers, settings
from actions.base import Events, KetingAction, NotFound, Turn, Unavailable
from actions.lookups import Lookups
from actions.service import Rating, Service
from actions.wording import person_button

log = logging.getLogger(__name__)

MISSED = "knowledge_missed"
#: Articles whose readers were asked whether they helped: once in a conversation is enough.
ASKED_ABOUT = "asked_about"
_RELATED = 3
#: Of an article's own buttons: what a reader does next.
_STEPS = 3
#: Where nothing else answers, an article in the other language is better than none.
_LAST_RESORT = ("nlu_fallback", "ask_article")
#: How sure an article must be to stand in for an answer of ours to a question that we are sure of.
_SURE = 0.8
_HELPFUL = {"zh": "有帮助", "en": "Helpful"}
_UNHELPFUL = {"zh": "没帮助", "en": "Not helpful"}
_REASONS = {
    "wrong": {"zh": "内容有误", "en": "It's wrong"},
    "unclear": {"zh": "看不明白", "en": "It's unclear"},
    "not_my_question": {"zh": "不是我问的", "en": "Not my question"},
}

Button = dict[str, str]


class ActionKnowledge(KetingAction):
    """Gives the article that answers the message, or the button, if one does well enough.

    It comes before giving up, so a number that we asked for, and that was not understood, is taken here.
    """

    def __init__(self, service: Service | None = None, lookups: Lookups | None = None) -> None:
        self._service = service or settings.service()
        self._lookups = lookups or Lookups(settings.gateway(), self._service)

    def name(self) -> str:
        return "action_knowledge"

    async def act(self, turn: Turn) -> Events:
        if turn.intent == "nlu_fallback" and numbers.is_awaited(turn):
            found = await numbers.take(turn, self._lookups)
            if found is not None:
                return [*found, SlotSet(MISSED, False)]
        return await look_up(turn, self._service)


class ActionRateAnswer(KetingAction):
    """One of the buttons below an answer."""

    def __init__(self, service: Service | None = None) -> None:
        self._service = service or settings.service()

    def name(self) -> str:
        return "action_rate_answer"

    async def act(self, turn: Turn) -> Events:
        await rate(turn, self._service)
        return []


async def answered(turn: Turn, service: Service) -> Events | None:
    """Give the article that answers, before an answer of our own; None, and nothing said, if none does."""
    before = len(turn.dispatcher.messages)
    events = await look_up(turn, service)
    if len(turn.dispatcher.messages) == before:
        return None
    return [event for event in events if event["name"] != MISSED]


async def look_up(turn: Turn, service: Service) -> Events:
    """Say what the knowledge base answers, if it does; without the service it answers nothing."""
    question = turn.entity("question") or ("" if turn.text.startswith("/") else turn.text)
    found = await _search(turn, service, question) if question and not turn.is_bare_reference else {}
    answer, is_last_resort = found.get("answer"), turn.intent in _LAST_RESORT
    if not answer or (not is_last_resort and (answer["fallback"] or found["confidence"] < _SURE)):
        return [SlotSet(MISSED, True)]
    related = [line["question"] for line in found["related"] if line["fallback"] == answer["fallback"]]
    asked_about: list[str] = turn.slot(ASKED_ABOUT) or []
    is_new = answer["id"] not in asked_about
    turn.say(
        "utter_knowledge",
        answer="\n".join([answer["text"], *_links(turn, answer["buttons"])]),
        source=" ".join(filter(None, (answer["question"], settings.help_page(answer["slug"])))),
        buttons=[
            *_steps(turn, answer["buttons"]),
            *_related(related[:_RELATED]),
            *(_opinions(turn, answer["id"]) if is_new else ()),
        ],
    )
    return [SlotSet(MISSED, False), *([SlotSet(ASKED_ABOUT, [*asked_about, answer["id"]])] if is_new else ())]


async def rate(turn: Turn, service: Service) -> None:
    """Keep an opinion.  What did not help is asked about, and a person is never further than a button."""
    helpful, reason = turn.entity("helpful") == "yes", turn.entity("reason")
    article = turn.entity("article") or ""
    try:
        await service.rate(Rating(turn.conversation_id, article, helpful, reason, turn.language))
    except Unavailable as err:
        log.warning("action.rating_lost conversation=%s error=%s", turn.conversation_id, err)
        return turn.say("utter_rating_lost")
    except NotFound:
        pass  # the article has gone meanwhile, and its readers' opinions with it
    if helpful:
        turn.say("utter_rated_helpful")
    elif reason:
        turn.say("utter_rated_reason")
    else:
        reasons = [
            _opinion(turn.in_language(title), article=article, helpful="no", reason=name)
            for name, title in _REASONS.items()
        ]
        turn.say("utter_rated_unhelpful", buttons=[*reasons, person_button(turn.language)])


async def _search(turn: Turn, service: Service, question: str) -> dict[str, Any]:
    try:
        return await service.search(turn.conversation_id, question, turn.language)
    except (Unavailable, NotFound) as err:
        log.warning("action.search_failed conversation=%s error=%s", turn.conversation_id, err)
        return {}


def _steps(turn: Turn, buttons: Sequence[dict[str, Any]]) -> list[Button]:
    """The article's own buttons that say something."""
    saying = [button for button in buttons if button.get("payload")]
    return [{"title": _title(turn, one), "payload": one["payload"]} for one in saying[:_STEPS]]


def _links(turn: Turn, buttons: Sequence[dict[str, Any]]) -> list[str]:
    """Those that lead to a page, which buttons in a chat can't."""
    colon = "：" if turn.language == "zh" else ": "
    return [f"{_title(turn, one)}{colon}{one['url']}" for one in buttons if one.get("url")]


def _title(turn: Turn, button: dict[str, Any]) -> str:
    title = button["title"]
    return str(turn.in_language(title) or title["en"])


def _related(questions: Sequence[str]) -> list[Button]:
    return [{"title": q, "payload": f"/ask_article{_entities(question=q)}"} for q in questions]


def _opinions(turn: Turn, article: str) -> list[Button]:
    return [
        _opinion(turn.in_language(_HELPFUL), article=article, helpful="yes"),
        _opinion(turn.in_language(_UNHELPFUL), article=article, helpful="no"),
    ]


def _opinion(title: str, **said: str) -> Button:
    return {"title": title, "payload": f"/rate_answer{_entities(**said)}"}


def _entities(**values: str) -> str:
    return json.dumps(values, ensure_ascii=False)
