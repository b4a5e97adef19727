"""Responses of domain.yml in the visitor's language, also where no channel of ours sets the slots."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.voice import voice_of

_HAN = r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
_NAME = re.compile(r"{(\w+)}")
#: What of a response may have gaps.
_FILLED = ("text", "image", "custom", "buttons", "attachment", "quick_replies")
_GAP = re.compile(rf"(?P<before>(?<={_HAN}) )?{{(?P<name>\w+)}}(?P<after> (?={_HAN}))?")


def close_up(text: str, values: Mapping[str, Any]) -> str:
    """A response without the blanks that would stand between two Chinese characters once it is filled in.

    A blank parts Chinese from Latin letters and digits, and whether a gap holds these is known only now:
    "X1 出了什么问题", but "手机出了什么问题".  What visitors wrote themselves is left alone.
    """

    def gap(match: re.Match[str]) -> str:
        value = str(values.get(match["name"]) or "")
        before = "" if re.match(_HAN, value) else match["before"] or ""
        after = "" if re.search(rf"{_HAN}$", value) else match["after"] or ""
        return f"{before}{{{match['name']}}}{after}"

    return _GAP.sub(gap, text)


def fill(part: Any, values: Mapping[str, Any]) -> Any:
    """A response, or a part of one, with its gaps filled in, those within lists and objects as well.

    Rasa's own way takes the payload /inform{"field": "x"} for a gap, and leaves all gaps open when words of a
    visitor have "0[" in them.
    """
    if isinstance(part, str):
        return _NAME.sub(lambda gap: _words(values[gap[1]]) if gap[1] in values else gap[0], part)
    if isinstance(part, list):
        return [fill(one, values) for one in part]
    if isinstance(part, dict):
        return {key: fill(one, values) for key, one in part.items()}
    return part


def _words(value: Any) -> str:
    return "" if value is None else str(value)


class MissingResponse(LookupError):
    """domain.yml has no variation of this response for this language."""


class BilingualNLG(TemplatedNaturalLanguageGenerator):
    """Rasa's own generator with four differences:

    the voice is always known, a missing response is an error, blanks beside gaps suit what fills them, and
    nothing but a gap is taken for one.
    """

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        super().__init__(domain.responses if domain else {})

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        slots = {**tracker.current_slot_values(), **voice_of(tracker)}
        response: dict[str, Any] | None = self.generate_from_slots(
            utter_action, slots, output_channel, **kwargs
        )
        if response is None:
            raise MissingResponse(utter_action)
        return response

    def _fill_response(
        self, response: dict[str, Any], filled_slots: dict[str, Any] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        values = {**(filled_slots or {}), **kwargs}
        if isinstance(response.get("text"), str):
            response["text"] = close_up(response["text"], values)
        return {key: fill(part, values) if key in _FILLED else part for key, part in response.items()}
