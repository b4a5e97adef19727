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


class MissingResponse(LookupError):
    """domain.yml has no variation of this response for this language."""


class BilingualNLG(TemplatedNaturalLanguageGenerator):
    """Rasa's own generator with three differences:

    the voice is always known, a missing response is an error, and blanks beside gaps suit what fills them.
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
        filled: dict[str, Any] = super()._fill_response(response, filled_slots, **kwargs)
        return filled
