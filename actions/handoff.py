"""The one action by which the bot hands a conversation to people, with the reason."""

from __future__ import annotations

from rasa_sdk.events import FollowupAction

from actions import settings
from actions.base import Events, KetingAction, Turn, Unavailable
from actions.service import Service

#: What a visitor said yes to, by the response that asked.
_ACCEPTED = {
    "utter_nobody_on_duty": "leave_message_form",
    "utter_trouble": "action_handoff",
    "utter_lookup_down": "action_handoff",
    "utter_needed": "action_handoff",
    "utter_change_order_address": "action_handoff",
    "utter_report_login_problem": "action_handoff",
    "utter_change_phone_number": "action_handoff",
}


async def hand_off(turn: Turn, service: Service, reason: str) -> Events:
    """Queue first, speak second.  Reasons: asked, failed, angry, rule."""
    lead = {"angry": "utter_handoff_angry", "failed": "utter_handoff_failed"}.get(reason)
    if lead:
        turn.say(lead)
    try:
        handoff = await service.hand_off(turn.key(), reason, _note(turn))
    except Unavailable:
        turn.say("utter_handoff_unavailable")
        return []
    if not handoff.on_duty:
        turn.say("utter_nobody_on_duty", hours=await _hours(turn, service))
    elif handoff.position > 1:
        turn.say("utter_handoff_queued", ahead=handoff.position - 1)
    else:
        turn.say("utter_handoff_next")
    return []


def _note(turn: Turn) -> str | None:
    """What the visitor was about when the handoff came, for the agent."""
    escalation = turn.tracker.latest_message.get("escalation") or {}
    was = (escalation.get("was") or {}).get("name")
    return f"intent: {was}" if was else None


async def _hours(turn: Turn, service: Service) -> str:
    try:
        return turn.in_language((await service.business())["hours"])
    except Unavailable:
        return turn.in_language({"zh": "每天 9:00 到 21:00", "en": "daily from 9:00 to 21:00"})


class ActionHandoff(KetingAction):
    """The visitor asked for a person, or is so angry that nobody should wait for the word."""

    def __init__(self, service: Service | None = None) -> None:
        self._service = service or settings.service()

    def name(self) -> str:
        return "action_handoff"

    def apologise(self, turn: Turn) -> None:
        turn.say("utter_handoff_unavailable")

    async def act(self, turn: Turn) -> Events:
        escalation = turn.tracker.latest_message.get("escalation") or {}
        return await hand_off(turn, self._service, str(escalation.get("reason") or "asked"))


class ActionAffirm(KetingAction):
    """A yes, to whatever the bot offered last."""

    def name(self) -> str:
        return "action_affirm"

    async def act(self, turn: Turn) -> Events:
        accepted = _ACCEPTED.get(turn.last_said() or "")
        if accepted:
            return [FollowupAction(accepted)]
        turn.say("utter_affirm")
        return []


class ActionDeny(KetingAction):
    """A no, outside forms."""

    def name(self) -> str:
        return "action_deny"

    async def act(self, turn: Turn) -> Events:
        turn.say("utter_deny")
        return []
