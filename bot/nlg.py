"""Responses of domain.yml in the visitor's language, also where no channel of ours sets the slots."""

from __future__ import annotations

from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.voice import voice_of


class MissingResponse(LookupError):
    """domain.yml has no variation of this response for this language."""


class BilingualNLG(TemplatedNaturalLanguageGenerator):
    """Rasa's own generator with two differences:

    the voice is always known, and a missing response is an error.
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
