"""Several questions in one message, each read by itself: "Can I get an invoice? And how much is shipping?"

A message is cut only where both sides are understood as different things that can be answered.  Whatever is
less clear stays with its neighbour, and a message that is angry anywhere stays whole.  All that it asks is
answered: longer lists are stories to `clauses`, and what is looked up for an answer gives up in time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.trackers import DialogueStateTracker

from bot.nlu.clauses import Clause, Cut, clauses
from bot.nlu.follow_up import NO_TOPIC

ParseData = dict[str, Any]
Read = Callable[[str], Awaitable[ParseData]]

#: How sure both sides of a cut must be: where something new visibly begins, and where only the words tell.
SURE, VERY_SURE = 0.55, 0.8
#: Slots for which a form asks in words of the visitor's own; any words may be the answer.
FREE_TEXT = frozenset(
    {
        "repair_product",
        "repair_problem",
        "complaint_detail",
        "suggestion_detail",
        "message_text",
        "invoice_title",
    }
)
#: Inside a form these are for the form, which may also be confirmed or left.
_FOR_FORM = frozenset({"inform", "deny", "cancel_form"})
#: Start a form, which goes on asking: answered after everything else.
_FORMS = frozenset({"request_repair", "make_complaint", "make_suggestion", "leave_message"})
#: What a number beside them belongs to.
_TAKE_A_NUMBER = frozenset(
    {
        "ask_order_status",
        "ask_refund_status",
        "ask_repair_progress",
        "ask_ticket_status",
        "request_invoice",
        "request_repair",
        "request_return",
        "request_exchange",
        "cancel_order",
        "change_order_address",
        "report_package_damaged",
        "report_package_lost",
        "report_payment_failed",
        "make_complaint",
    }
)
_PERSON = "request_human"
#: Who asks for a person does not want these.
_LESS_THAN_A_PERSON = _FORMS | {"bot_challenge"}


@dataclass(frozen=True)
class Part:
    """One question.  reading: what the model made of the clause that asks it."""

    text: str
    reading: ParseData


@dataclass
class _Group:
    """Clauses in a row about one thing.  name: which, None as long as that is not clear; cut: what stands
    before it.
    """

    name: str | None
    cut: Cut
    readings: list[ParseData]
    clauses: list[Clause]

    @property
    def text(self) -> str:
        return " ".join(clause.text for clause in self.clauses)

    @property
    def asks(self) -> bool:
        return any(clause.asks for clause in self.clauses)

    @property
    def best(self) -> ParseData:
        """The reading that the name comes from."""
        return max(self.readings, key=lambda r: (_name(r) == self.name, _confidence(r)))


async def parts(text: str, whole: ParseData, tracker: DialogueStateTracker, read: Read) -> list[Part]:
    """What a message asks, in the order in which it is to be answered: one part, as it stands, where it asks
    one thing.  whole: its reading in one piece; read: how to read a clause of it.
    """
    undivided = [Part(text, whole)]
    requested = tracker.get_slot(REQUESTED_SLOT) if tracker.active_loop_name else None
    found = [] if whole.get("escalation") or requested in FREE_TEXT else clauses(text)
    if len(found) < 2:
        return undivided
    readings = [await read(clause.text) for clause in found]
    names = [_asks(reading, requested) for reading in readings]
    if not requested and not _TAKE_A_NUMBER & set(names):
        names = [name or _about_a_number(reading) for name, reading in zip(names, readings, strict=True)]
    if _PERSON in names:
        names = [None if name in _LESS_THAN_A_PERSON else name for name in names]
    groups = _settled([_Group(n, c.cut, [r], [c]) for n, c, r in zip(names, found, readings, strict=True)])
    angry = next((reading for reading in readings if reading.get("escalation")), None)
    if angry and (len(groups) > 1 or groups[0].name == _PERSON):
        return [Part(text, _angry(whole, angry))]
    if len(groups) < 2:
        return [Part(text, _clearer(whole, groups[0]))]
    return sorted([Part(group.text, _reading(group, whole)) for group in groups], key=_rank)


def _asks(reading: ParseData, requested: str | None) -> str | None:
    """What a clause asks, if we are sure; of a form that is active, what it answers.

    requested: the slot that the form asks for.
    """
    name = _name(reading)
    if requested and (name in _FOR_FORM or (name == "affirm" and requested.endswith("_confirmed"))):
        return name
    if name not in NO_TOPIC and _confidence(reading) >= SURE:
        return name
    return "inform" if requested and reading.get("entities") else None


def _about_a_number(reading: ParseData) -> str | None:
    """A number by itself asks how far the order is, where no other question can be meant."""
    numbers = {entity.get("entity") for entity in reading.get("entities") or []}
    is_number = _name(reading) == "inform" and numbers & {"order_number", "ticket_number"}
    return "inform" if is_number and _confidence(reading) >= SURE else None


def _settled(groups: list[_Group]) -> list[_Group]:
    """Groups that are each about one thing that no other is about."""
    while len(groups) > 1:
        unclear = next((i for i, group in enumerate(groups) if group.name is None), None)
        if unclear is not None:
            groups = _joined(groups, _before_neighbour(groups, unclear))
            continue
        doubtful = next((i for i in range(len(groups) - 1) if not _differ(groups[i], groups[i + 1])), None)
        if doubtful is None:
            break
        groups = _joined(groups, doubtful)
    return _by_name(groups)


def _before_neighbour(groups: list[_Group], unclear: int) -> int:
    """The former of two groups to join: what is unclear goes with the neighbour that it is less cut from."""
    has_next = unclear + 1 < len(groups)
    if unclear > 0 and (not has_next or groups[unclear].cut <= groups[unclear + 1].cut):
        return unclear - 1
    return unclear


def _joined(groups: list[_Group], former: int) -> list[_Group]:
    """The same with a group and the next as one, named by the surer of them."""
    one, other = groups[former], groups[former + 1]
    named = [group for group in (one, other) if group.name]
    name = max(named, key=lambda group: _confidence(group.best)).name if named else None
    both = _Group(name, one.cut, one.readings + other.readings, one.clauses + other.clauses)
    return [*groups[:former], both, *groups[former + 2 :]]


def _differ(one: _Group, other: _Group) -> bool:
    """Are these two questions?  Marks alone stand between the steps of a story too."""
    if one.name == other.name:
        return False
    if other.cut is Cut.NEW:
        return True
    sure = min(_confidence(one.best), _confidence(other.best)) >= VERY_SURE
    return sure and one.asks and other.asks


def _by_name(groups: list[_Group]) -> list[_Group]:
    """What is asked twice, with something else in between, is answered once."""
    found: dict[str | None, _Group] = {}
    for group in groups:
        if group.name in found:
            found[group.name].clauses += group.clauses
            found[group.name].readings += group.readings
        else:
            found[group.name] = group
    return list(found.values())


def _reading(group: _Group, whole: ParseData) -> ParseData:
    """What its clauses say together, as a part of a message that has one language and one mood."""
    entities, offset = [], 0
    for clause, reading in zip(group.clauses, group.readings, strict=True):
        entities += [_moved(entity, offset) for entity in reading.get("entities") or []]
        offset += len(clause.text) + 1
    shared = {name: whole[name] for name in ("language", "emotion") if name in whole}
    return {**group.best, **shared, "text": group.text, "entities": entities}


def _moved(entity: dict[str, Any], by: int) -> dict[str, Any]:
    """The same so many characters later; one that stands nowhere in the text stays there."""
    at = {name: entity[name] + by for name in ("start", "end") if entity.get(name) is not None}
    return {**entity, **at}


def _clearer(whole: ParseData, group: _Group) -> ParseData:
    """A whole that is about one thing, which a clause of it may say more clearly."""
    is_lost = _name(whole) == DEFAULT_NLU_FALLBACK_INTENT_NAME and _confidence(group.best) >= VERY_SURE
    if group.name and (is_lost or group.name == _PERSON):
        return {**whole, "intent": group.best["intent"], "intent_ranking": group.best["intent_ranking"]}
    return whole


def _angry(whole: ParseData, part: ParseData) -> ParseData:
    """The whole with the anger of a part; held: a form takes it down, and what it says stays what it was."""
    escalation = {**part["escalation"], "was": whole["intent"]}
    intent = whole["intent"] if escalation.get("held") else part["intent"]
    return {**whole, "intent": intent, "emotion": part["emotion"], "escalation": escalation}


def _rank(part: Part) -> int:
    """A form goes on asking and a person takes over: both come after what can be answered at once."""
    name = _name(part.reading)
    return 2 if name == _PERSON else int(name in _FORMS)


def _name(reading: ParseData) -> str:
    return str((reading.get("intent") or {}).get("name") or "")


def _confidence(reading: ParseData) -> float:
    return float((reading.get("intent") or {}).get("confidence") or 0.0)
