"""The one action by which the bot hands a conversation to people, with the reason."""

from __future__ import annotations

from rasa_sdk.events import FollowupAction

from actions import settings, wording
from actions.base import Events, KetingAction, Turn, Unavailable
from actions.forms.draft import OFFERS, forget, keep
from actions.service import Service

#: What a visitor said yes to, by the response that asked.
_ACCEPTED = {
    **dict.fromkeys(OFFERS, "leave_message_form"),
    "utter_trouble": "action_handoff",
    "utter_lookup_down": "action_handoff",
    "utter_lookup_off": "action_handoff",
    "utter_proof_wrong": "action_handoff",
    "utter_proof_locked": "action_handoff",
    "utter_invoice_none": "invoice_form",
    "utter_needed": "action_handoff",
    "utter_change_order_address": "action_handoff",
    "utter_report_login_problem": "action_handoff",
    "utter_change_phone_number": "action_handoff",
    "utter_out_of_scope_person": "action_handoff",
    "utter_calm_person": "action_handoff",
    "utter_knowledge_gone": "action_handoff",
    "utter_rated_reason": "action_handoff",
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
        await _offer_a_message(turn, service)
        return keep(turn)
    if handoff.position > 1:
        turn.say("utter_handoff_queued", ahead=handoff.position - 1)
    else:
        turn.say("utter_handoff_next")
    return forget(turn)


def _note(turn: Turn) -> str | None:
    """What the visitor was about when anger cut in, for an agent who may read either language."""
    title = wording.intent_title(str((turn.escalation.get("was") or {}).get("name")))
    return f"{title['zh']} / {title['en']}" if title else None


async def _offer_a_message(turn: Turn, service: Service) -> None:
    """Hours tell when it is worth coming back; while we should be there they would only be a puzzle."""
    try:
        business = await service.business()
    except Unavailable:
        return turn.say("utter_nobody_just_now")
    if business.get("open"):
        return turn.say("utter_nobody_just_now")
    turn.say("utter_nobody_on_duty", hours=turn.in_language(business["hours"]))


class ActionHandoff(KetingAction):
    """The visitor asked for a person, or is so angry that nobody should wait for the word."""

    def __init__(self, service: Service | None = None) -> None:
        self._service = service or settings.service()

    def name(self) -> str:
        return "action_handoff"

    def apologise(self, turn: Turn) -> None:
        turn.say("utter_handoff_unavailable")

    async def act(self, turn: Turn) -> Events:
        return await hand_off(turn, self._service, str(turn.escalation.get("reason") or "asked"))


class ActionAffirm(KetingAction):
    """A yes, to whatever the bot offered last."""

    def __init__(self, service: Service | None = None) -> None:
        self._service = service or settings.service()

    def name(self) -> str:
        return "action_affirm"

    async def act(self, turn: Turn) -> Events:
        accepted = _ACCEPTED.get(turn.last_said() or "")
        if accepted == ActionHandoff(self._service).name():
            # not as a follow-up: no rule says what comes after it, only a form knows that by itself
            return await hand_off(turn, self._service, "asked")
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
