"""Turns: what the bot is asked, when, how often, and what becomes of everything that can go wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from core import inbox, merges
from core import schema as s
from core.db import Database, Tx
from core.errors import Conflict
from core.ids import new_id
from core.messages import Button, Buttons, Image, Press
from dialogue import turns
from dialogue.client import LONGEST_TEXT, AbsentBot, Bot, BotFailed, TurnAnswer, TurnRequest
from dialogue.dispatcher import Dispatcher
from handoff import desk, guests
from tests.fakes.bot import (
    Held,
    ScriptedBot,
    Step,
    answers,
    crashes,
    fails,
    hangs,
    not_ready,
    understanding,
)
from tests.support.world import PAUSE, Line, World

DEADLINE_S = 0.3


def dispatcher_for(world: World, bot: Bot, **options: Any) -> Dispatcher:
    return Dispatcher(world.db, bot, Line(), **{"deadline_s": DEADLINE_S, **options})


async def settle(world: World, dispatcher: Dispatcher) -> None:
    """The quiet gap passes and every turn that is due runs to its end."""
    world.clock.move(PAUSE)
    await dispatcher.start_due()
    await dispatcher.drain(10)


async def lease_one(world: World) -> turns.Lease:
    async with world.db.begin() as tx:
        [lease] = await turns.lease(tx, 1)
    return lease


async def effect(world: World, request: TurnRequest, kind: str = "handoff", **asked: Any) -> None:
    """What an action does through the internal API during its turn."""
    async with world.db.begin() as tx:
        turn_id = UUID(request.turn_id)
        await turns.check_fence(tx, UUID(request.conversation_id), turn_id, request.fence)
        await tx.run(
            s.turn_effect.insert().values(
                turn_id=turn_id,
                action="action_request_human",
                ordinal=0,
                kind=kind,
                request={"reason": "angry", "note": None, "group": None, **asked},
                answer={"queued": True},
                at=tx.now,
            )
        )


def hands_off(world: World, **asked: Any) -> Step:
    async def step(request: TurnRequest) -> TurnAnswer:
        await effect(world, request, **asked)
        return await answers("我为您转接。", actions=["action_request_human", "action_listen"])(request)

    return step


# -- the ordinary turn ---------------------------------------------------------------------------------------


async def test_three_bubbles_become_one_turn(world: World) -> None:
    bot = ScriptedBot()
    dispatcher = dispatcher_for(world, bot)
    for bubble in ("在吗", "我要退款", "单号123"):
        said = await world.say(bubble)
        world.clock.move(timedelta(milliseconds=300))
        await dispatcher.start_due()
        assert bot.turns == []  # still writing
    await settle(world, dispatcher)
    [turn] = bot.turns
    assert (turn.text, turn.payload) == ("在吗\n我要退款\n单号123", None)
    assert turn.metadata["tempo"] == {"messages_per_minute": 3, "repeats": 0, "bubbles": 3}
    assert (await world.words(said.conversation_id))[-1] == ("bot", f"echo: {turn.text}")
    await settle(world, dispatcher)
    assert len(bot.turns) == 1


async def test_who_never_pauses_is_answered_after_two_seconds(world: World) -> None:
    bot = ScriptedBot()
    dispatcher = dispatcher_for(world, bot)
    for n in range(4):
        await world.say(f"m{n}")
        world.clock.move(timedelta(milliseconds=600))
    await dispatcher.start_due()
    await dispatcher.drain(10)
    assert [turn.text for turn in bot.turns] == ["m0\nm1\nm2\nm3"]


async def test_words_understanding_and_handled_are_committed_together(world: World) -> None:
    nlu = understanding("退款", "ask_refund_status", language="zh", script="Hant")
    bot = ScriptedBot(
        answers("好的", "请稍等", nlu=nlu, actions=["utter_x", "action_listen"], slots={"order_number": "1"})
    )
    said = await world.say("退款")
    await settle(world, dispatcher_for(world, bot))
    row = await world.conversation(said.conversation_id)
    assert (row.bot["slots"], row.bot["tried"], row.bot["turns"]) == ({"order_number": "1"}, ["utter_x"], 1)
    assert row.nlu["intent"]["name"] == "ask_refund_status"
    asked, *replies = await world.messages(said.conversation_id)
    assert asked.nlu["emotion"]["name"] == "neutral"
    [turn] = await world.rows(s.turn)
    assert (turn.state, turn.owner, {m.turn_id for m in replies}) == ("done", "bot", {turn.id})
    [work] = await world.rows(s.work)
    assert (work.due_at, work.turn_id, work.leased_until, work.upto) == (None, None, None, asked.position)
    types = [e.type for e in await world.events(said.conversation_id)]
    assert types[-2:] == ["turn.done", "reply.sent"]
    [visitor] = await world.rows(s.visitor)
    assert visitor.language == "zh-Hant"


async def test_a_turn_that_was_not_understood_counts_and_one_that_was_resets(world: World) -> None:
    bot = ScriptedBot(answers("?", understood=False), answers("?", understood=False), answers("!"))
    dispatcher, failures = dispatcher_for(world, bot), []
    for n in range(3):
        said = await world.say(f"m{n}")
        await settle(world, dispatcher)
        failures.append((await world.conversation(said.conversation_id)).failures)
    assert failures == [1, 2, 0]
    assert [turn.metadata["failures"] for turn in bot.turns] == [0, 1, 2]


async def test_a_pressed_button_reaches_the_bot_as_the_payload_that_we_issued(world: World) -> None:
    shown = Buttons(text="?", buttons=(Button(title="退款", payload="/ask_refund_status"),))
    bot = ScriptedBot(answers(shown))
    dispatcher = dispatcher_for(world, bot)
    said = await world.say()
    await settle(world, dispatcher)
    message = (await world.messages(said.conversation_id))[-1]
    await world.say(Press(message_id=str(message.id), index=0))
    await settle(world, dispatcher)
    assert (bot.turns[-1].text, bot.turns[-1].payload) == (None, "/ask_refund_status")


@pytest.mark.parametrize(("typed", "payload"), [(" Refund", "/ask_refund_status"), ("refunds?", None)])
async def test_a_buttons_title_that_is_typed_counts_as_pressed(
    world: World, typed: str, payload: str | None
) -> None:
    shown = Buttons(text="?", buttons=(Button(title="refund", payload="/ask_refund_status"),))
    bot = ScriptedBot(answers(shown, "anything else"))
    dispatcher = dispatcher_for(world, bot)
    await world.say()
    await settle(world, dispatcher)
    await world.say(typed)
    await settle(world, dispatcher)
    assert bot.turns[-1].payload == payload


@pytest.mark.parametrize("typed", ["/restart", " \u200b／restart", "/greet{}"])
async def test_a_typed_command_never_reaches_the_bot_as_one(world: World, typed: str) -> None:
    bot = ScriptedBot()
    await world.say(typed)
    await settle(world, dispatcher_for(world, bot))
    assert bot.turns[0].payload is None
    assert (bot.turns[0].text or "").startswith("\u2215")


async def test_an_endless_burst_is_cut_to_what_the_wire_lets_through(world: World) -> None:
    bot = ScriptedBot()
    for _ in range(6):
        await world.say("长" * 4000)
    await settle(world, dispatcher_for(world, bot))
    assert len(bot.turns[0].text or "") == 20_000


async def test_conversations_are_answered_side_by_side(world: World) -> None:
    held = [Held() for _ in range(3)]
    bot = ScriptedBot(*held)
    dispatcher = dispatcher_for(world, bot, deadline_s=30)
    for n in range(3):
        await world.say(sender=f"v{n}")
    world.clock.move(PAUSE)
    await dispatcher.start_due()
    await asyncio.gather(*(step.asked.wait() for step in held))
    for step in held:
        step.let_go()
    await dispatcher.drain(10)
    assert len(await world.events(type="turn.done")) == 3


async def test_no_more_turns_are_begun_than_the_bot_can_take(world: World) -> None:
    held = [Held() for _ in range(3)]
    dispatcher = dispatcher_for(world, ScriptedBot(*held), abreast=2, deadline_s=30)
    for n in range(3):
        await world.say(sender=f"v{n}")
    world.clock.move(PAUSE)
    assert await dispatcher.start_due() == 1.0
    assert await dispatcher.start_due() == 1.0  # full: it sleeps until somebody is done, it does not spin
    assert len([w for w in await world.rows(s.work) if w.leased_until]) == 2
    for step in held:
        step.let_go()
    await dispatcher.drain(10)


# -- one at a time, and fencing ------------------------------------------------------------------------------


async def test_what_comes_while_the_bot_thinks_becomes_the_next_turn(world: World) -> None:
    held = Held()
    bot = ScriptedBot(held)
    dispatcher = dispatcher_for(world, bot, deadline_s=30)
    said = await world.say("first")
    world.clock.move(PAUSE)
    await dispatcher.start_due()
    await held.asked.wait()
    await world.say("second")
    world.clock.move(PAUSE)
    await dispatcher.start_due()
    assert len(bot.turns) == 1  # one in flight
    held.let_go()
    await dispatcher.drain(10)
    await settle(world, dispatcher)
    assert [turn.text for turn in bot.turns] == ["first", "second"]
    assert bot.turns[0].turn_id != bot.turns[1].turn_id
    assert [w for author, w in await world.words(said.conversation_id) if author == "bot"] == [
        "echo: first",
        "echo: second",
    ]


async def test_a_turn_whose_process_died_is_taken_up_again_under_its_old_name(world: World) -> None:
    """Leased and never heard of again: the lease runs out, another asks with the same turn id."""
    said = await world.say("first")
    world.clock.move(PAUSE)
    dead = await lease_one(world)
    await world.say("came later")
    bot = ScriptedBot()
    dispatcher = dispatcher_for(world, bot)
    await settle(world, dispatcher)
    assert bot.turns == []  # not while the lease may still be honoured
    world.clock.move(turns.LEASE)
    await dispatcher.start_due()
    await dispatcher.drain(10)
    again = bot.turns[0]
    assert (again.turn_id, again.text, again.fence) == (str(dead.turn_id), "first", dead.fence + 1)
    await settle(world, dispatcher)
    assert [turn.text for turn in bot.turns] == ["first", "came later"]
    assert [a for a, _ in await world.words(said.conversation_id)].count("bot") == 2


async def test_an_attempt_that_was_given_up_can_neither_speak_nor_act(world: World) -> None:
    said = await world.say("first")
    world.clock.move(PAUSE)
    zombie = await lease_one(world)
    world.clock.move(turns.LEASE + timedelta(seconds=1))
    second = await lease_one(world)
    assert (second.turn_id, second.fence) == (zombie.turn_id, zombie.fence + 1)
    before = await world.everything()
    with pytest.raises(Conflict) as refused:
        await dispatcher_for(world, ScriptedBot()).handle(zombie)
    assert refused.value.code == "stale_turn"
    request = TurnRequest(str(zombie.conversation_id), str(zombie.turn_id), zombie.fence, "x", None, {})
    with pytest.raises(Conflict):
        await effect(world, request)
    assert await world.everything() == before
    await dispatcher_for(world, ScriptedBot()).handle(second)
    assert [a for a, _ in await world.words(said.conversation_id)] == ["visitor", "bot"]
    with pytest.raises(Conflict):  # and after the turn is done nobody acts in its name
        await effect(world, request)


async def test_two_dispatchers_on_one_database_answer_each_message_once(world: World) -> None:
    bots = [ScriptedBot(), ScriptedBot()]
    dispatchers = [dispatcher_for(world, bot) for bot in bots]
    for n in range(12):
        await world.say(f"m{n}", sender=f"v{n}")
    world.clock.move(PAUSE)
    for _ in range(3):
        await asyncio.gather(*(dispatcher.start_due() for dispatcher in dispatchers))
        await asyncio.gather(*(dispatcher.drain(10) for dispatcher in dispatchers))
    asked = [turn.text for bot in bots for turn in bot.turns]
    assert sorted(map(str, asked)) == sorted(f"m{n}" for n in range(12))


async def test_a_turn_that_kills_its_process_again_and_again_goes_to_people(world: World) -> None:
    await world.agent(capacity=0)
    said = await world.say("poison")
    world.clock.move(PAUSE)
    for _ in range(turns.MAX_ATTEMPTS):
        await lease_one(world)
        world.clock.move(turns.LEASE + timedelta(seconds=1))
    bot = ScriptedBot()
    await settle(world, dispatcher_for(world, bot))
    assert bot.turns == []
    assert await world.state(said.conversation_id) == "waiting"


# -- the bot fails -------------------------------------------------------------------------------------------

FAULTS: dict[str, tuple[Step, str]] = {
    "failure": (fails, "bot_failed"),
    "time-out": (hangs, "bot_failed"),
    "silence": (answers(), "bot_failed"),
    "bug in the client": (crashes, "bot_failed"),
    "not ready": (not_ready, "bot_down"),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("on_duty", [True, False], ids=["somebody on duty", "nobody on duty"])
async def test_a_bot_that_does_not_answer_ends_in_the_line_never_in_silence(
    world: World, name: str, on_duty: bool
) -> None:
    if on_duty:
        await world.agent(capacity=0)
    step, reason = FAULTS[name]
    said = await world.say("退款")
    await settle(world, dispatcher_for(world, ScriptedBot(step)))
    assert await world.state(said.conversation_id) == "waiting"
    assert await world.told(said.conversation_id) == [
        "bot_unavailable",
        "waiting" if on_duty else "nobody_on_duty",
    ]
    [entry] = await world.entries(said.conversation_id)
    assert (entry.state, entry.reason) == ("waiting", reason)
    [failed] = await world.events(said.conversation_id, "turn.failed")
    assert failed.data["reason"] == reason
    [turn] = await world.rows(s.turn)
    assert turn.state == "failed"
    [work] = await world.rows(s.work)
    assert work.due_at is None


async def test_with_no_bot_at_all_everybody_goes_to_people(world: World) -> None:
    said = await world.say()
    await settle(world, dispatcher_for(world, AbsentBot()))
    assert await world.state(said.conversation_id) == "waiting"


async def test_a_late_answer_is_not_spoken(world: World) -> None:
    held = Held()
    said = await world.say()
    await settle(world, dispatcher_for(world, ScriptedBot(held)))
    held.let_go()
    assert [a for a, _ in await world.words(said.conversation_id)].count("bot") == 0


async def test_after_five_failures_the_bot_is_left_alone_for_a_while(world: World) -> None:
    bot = ScriptedBot(*[fails] * 5)
    dispatcher = dispatcher_for(world, bot)
    for n in range(7):
        said = await world.say(sender=f"v{n}")
        await settle(world, dispatcher)
    assert len(bot.turns) == 5
    assert await world.state(said.conversation_id) == "waiting"
    world.clock.move(timedelta(seconds=11))
    said = await world.say(sender="later")
    await settle(world, dispatcher)
    assert (len(bot.turns), await world.state(said.conversation_id)) == (6, "bot")


async def test_a_database_that_goes_away_in_the_middle_leaves_the_turn_for_the_next(world: World) -> None:
    """The answer is there but cannot be committed: nothing is said, the turn is asked again."""
    held = Held()
    bot = ScriptedBot(held)
    dispatcher = dispatcher_for(world, bot, deadline_s=30)
    said = await world.say("first")
    world.clock.move(PAUSE)
    await dispatcher.start_due()
    await held.asked.wait()
    working, dispatcher.db = dispatcher.db, Database("postgresql://nobody@127.0.0.1:1/nothing")
    held.let_go()
    await dispatcher.drain(10)
    await dispatcher.db.close()
    assert [a for a, _ in await world.words(said.conversation_id)] == ["visitor"]
    dispatcher.db = working
    world.clock.move(turns.LEASE + timedelta(seconds=1))
    await dispatcher.start_due()
    await dispatcher.drain(10)
    assert bot.turns[0].turn_id == bot.turns[1].turn_id
    assert [a for a, _ in await world.words(said.conversation_id)] == ["visitor", "bot"]


# -- handing off ---------------------------------------------------------------------------------------------


async def test_a_handoff_takes_effect_together_with_the_words(world: World) -> None:
    await world.agent(capacity=0)
    group_id = await world.group("repairs")
    said = await world.say("气死我了")
    await settle(world, dispatcher_for(world, ScriptedBot(hands_off(world, note="急", group="repairs"))))
    assert (await world.words(said.conversation_id))[1:] == [("bot", "我为您转接。"), ("system", "waiting")]
    [entry] = await world.entries(said.conversation_id)
    assert (entry.reason, entry.note, entry.group_id, entry.priority) == ("angry", "急", group_id, 10)
    assert entry.packet["tried"] == ["action_request_human"]
    assert entry.packet["intents"][0]["text"] == "气死我了"


async def test_a_handoff_of_a_turn_that_fails_afterwards_still_ends_in_the_line_once(world: World) -> None:
    await world.agent(capacity=0)

    async def step(request: TurnRequest) -> TurnAnswer:
        await effect(world, request)
        raise BotFailed(detail="afterwards")

    said = await world.say("人工")
    await settle(world, dispatcher_for(world, ScriptedBot(step)))
    assert len(await world.entries(said.conversation_id)) == 1
    assert await world.state(said.conversation_id) == "waiting"


Change = Callable[[World, UUID], Any]


async def _takeover(world: World, conversation_id: UUID) -> None:
    await desk.takeover(world.db, conversation_id, await world.agent(role="supervisor"))


async def _ask(world: World, conversation_id: UUID) -> None:
    await world.agent(capacity=0)
    row = await world.conversation(conversation_id)
    await guests.request_human(world.db, row.visitor_id, channel="web", identity_id=row.identity_id)


async def _close(world: World, conversation_id: UUID) -> None:
    await desk.close(world.db, conversation_id, actor="visitor", reason="visitor")


@pytest.mark.parametrize("change", [_takeover, _ask, _close])
@pytest.mark.parametrize("outcome", ["answer", "handoff", "failure"])
async def test_when_the_owner_changed_meanwhile_the_bots_words_are_dropped(
    world: World, change: Change, outcome: str
) -> None:
    held = Held({"answer": answers("too late"), "handoff": hands_off(world), "failure": fails}[outcome])
    dispatcher = dispatcher_for(world, ScriptedBot(held), deadline_s=30)
    said = await world.say("退款")
    world.clock.move(PAUSE)
    await dispatcher.start_due()
    await held.asked.wait()
    await change(world, said.conversation_id)
    before, entries = await world.words(said.conversation_id), await world.entries(said.conversation_id)
    state = await world.state(said.conversation_id)
    held.let_go()
    await dispatcher.drain(10)
    assert await world.words(said.conversation_id) == before
    assert await world.state(said.conversation_id) == state
    assert await world.entries(said.conversation_id) == entries
    asked = (await world.messages(said.conversation_id))[0]
    if outcome != "failure":
        assert asked.nlu["intent"]["name"] == "greet"  # the understanding stays for who serves
    [work] = await world.rows(s.work)
    assert work.due_at is None


# -- while people answer -------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["waiting", "agent"])
async def test_while_people_answer_the_bot_only_annotates(world: World, state: str) -> None:
    agent_id = await world.agent()
    conversation_id = await world.waiting("v")
    if state == "agent":
        await desk.accept(world.db, conversation_id, agent_id)
    bot = ScriptedBot()
    dispatcher = dispatcher_for(world, bot)
    done = await world.say("我要退款", sender="v")
    await settle(world, dispatcher)
    assert (bot.turns, bot.parsed) == ([], ["人工\n我要退款"])
    [message] = [m for m in await world.messages(conversation_id) if m.id == done.message_id]
    assert message.nlu["intent"]["name"] == "request_human"
    assert (await world.events(conversation_id))[-1].type == "message.understood"
    if state == "agent":  # the console learns of the message and again of what it means
        assert [e.data.get("message_id") for e in await world.stream(agent_id)][-2:] == [
            str(done.message_id)
        ] * 2


async def test_of_very_long_words_to_people_the_bot_is_asked_what_fits_the_wire(world: World) -> None:
    conversation_id = await world.waiting("v")
    bot = ScriptedBot()
    await settle(world, dispatcher_for(world, bot))
    for _ in range(6):
        await world.say("退" * 4000, sender="v")
    await settle(world, dispatcher_for(world, bot))
    assert [len(text) for text in bot.parsed[-1:]] == [LONGEST_TEXT]
    assert (await world.messages(conversation_id))[-1].nlu["intent"]["name"] == "request_human"


async def test_a_picture_alone_is_not_given_a_meaning(world: World) -> None:
    conversation_id = await world.waiting("v")
    bot = ScriptedBot()
    await settle(world, dispatcher_for(world, bot))
    asked = len(bot.parsed)
    async with world.db.begin() as tx:
        visitor_id = (await tx.run(sa.select(s.conversation.c.visitor_id))).one().visitor_id
        picture = new_id()
        await tx.run(
            s.blob.insert().values(
                id=picture,
                name="a.png",
                mime="image/png",
                size=1,
                sha256="",
                visitor_id=visitor_id,
                created_at=tx.now,
            )
        )
    done = await world.say(Image(blob_id=str(picture)), sender="v")
    await settle(world, dispatcher_for(world, bot))
    [message] = [m for m in await world.messages(conversation_id) if m.id == done.message_id]
    assert (message.nlu, len(bot.parsed)) == (None, asked)
    assert [row.due_at for row in await world.rows(s.work)] == [None]


async def test_an_annotation_that_fails_holds_nothing_up(world: World) -> None:
    conversation_id = await world.waiting("v")
    for fault in (BotFailed(), KeyError("bug")):
        bot = ScriptedBot()
        bot.parse_fault = fault
        await world.say("在吗", sender="v")
        await settle(world, dispatcher_for(world, bot))
        [work] = await world.rows(s.work)
        assert work.due_at is None
    assert await world.state(conversation_id) == "waiting"


@pytest.mark.parametrize(("fault", "is_given_up"), [(TimeoutError(), False), (BotFailed(), True)])
async def test_a_bot_that_is_late_with_annotations_is_not_given_up(
    world: World, fault: Exception, is_given_up: bool
) -> None:
    await world.waiting("v")
    bot = ScriptedBot()
    bot.parse_fault = fault
    dispatcher = dispatcher_for(world, bot)
    for _ in range(6):
        await world.say("在吗", sender="v")
        await settle(world, dispatcher)
    assert dispatcher.breaker.is_open is is_given_up


async def test_back_with_the_bot_it_starts_afresh_and_knows_what_matters(world: World) -> None:
    bot = ScriptedBot(answers("好", slots={"order_number": "KT1", "requested_slot": "x"}))
    dispatcher = dispatcher_for(world, bot)
    said = await world.say()
    await settle(world, dispatcher)
    agent_id = await world.agent()
    await desk.accept(world.db, said.conversation_id, agent_id)
    await desk.return_to_bot(world.db, said.conversation_id, by=agent_id)
    for words in ("还在吗", "再问一下"):
        await world.say(words)
        await settle(world, dispatcher)
    assert bot.renewed == [(str(said.conversation_id), {"order_number": "KT1", "language": "zh"})]
    assert [turn.text for turn in bot.turns] == ["你好", "还在吗", "再问一下"]


async def test_what_was_said_to_people_but_not_heard_by_them_is_answered_by_the_bot(world: World) -> None:
    """The agent gives it back before the message was handled: nobody is left in silence."""
    agent_id = await world.agent()
    bot = ScriptedBot()
    dispatcher = dispatcher_for(world, bot)
    said = await world.say("first")
    await settle(world, dispatcher)
    await desk.accept(world.db, said.conversation_id, agent_id)
    await world.say("second")
    await desk.return_to_bot(world.db, said.conversation_id, by=agent_id)
    await settle(world, dispatcher)
    assert bot.turns[-1].text == "second"


async def test_after_a_merge_the_bot_hears_only_what_is_new(world: World) -> None:
    """The messages are renumbered: what was handled stays handled."""
    bot = ScriptedBot()
    dispatcher = dispatcher_for(world, bot)
    known = await world.say("long ago", sender="known")
    for words in ("and", "again"):
        await world.say(words, sender="known")
    await settle(world, dispatcher)
    await _close(world, known.conversation_id)
    stranger = await world.say("first", sender="stranger")
    await settle(world, dispatcher)
    async with world.db.begin() as tx:
        await merges.merge(tx, await visitor_of(tx, known), await visitor_of(tx, stranger))
    await world.say("second", sender="stranger")
    await settle(world, dispatcher)
    assert [turn.text for turn in bot.turns][-2:] == ["first", "second"]
    assert {row.due_at for row in await world.rows(s.work)} == {None}


async def visitor_of(tx: Tx, accepted: inbox.Accepted) -> UUID:
    c = s.conversation.c
    found: UUID = await tx.value(sa.select(c.visitor_id).where(c.id == accepted.conversation_id))
    return found


async def test_a_closed_conversation_has_nothing_left_to_handle(world: World) -> None:
    said = await world.say()
    await _close(world, said.conversation_id)
    bot = ScriptedBot()
    await settle(world, dispatcher_for(world, bot))
    assert (bot.turns, bot.parsed) == ([], [])
    [work] = await world.rows(s.work)
    assert work.due_at is None


# -- the loop ------------------------------------------------------------------------------------------------


@pytest.fixture
async def looping(world: World) -> AsyncIterator[Callable[[Dispatcher], None]]:
    tasks: list[asyncio.Task[None]] = []
    yield lambda dispatcher: tasks.append(asyncio.create_task(dispatcher.run()))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_the_loop_answers_without_being_asked_to_look(
    world: World, looping: Callable[[Dispatcher], None]
) -> None:
    said = await world.say("在吗")
    visitor_id = await world.visitor_of(said.conversation_id)
    world.clock.move(inbox.QUIET_GAP)
    looping(dispatcher_for(world, ScriptedBot()))
    with world.db.hints.watch(f"visitor:{visitor_id}") as watch:
        async with asyncio.timeout(30):
            while len(await world.words(said.conversation_id)) < 2:
                await watch.wait(1)


async def test_whoever_is_done_makes_room_at_once(
    world: World, looping: Callable[[Dispatcher], None]
) -> None:
    """More is due than the bot can take, and two are done at the same moment, again and again."""
    for n in range(9):
        await world.say(sender=f"v{n}")
    world.clock.move(PAUSE)
    looping(dispatcher_for(world, ScriptedBot(), abreast=2, look_every_s=3600))
    with world.db.hints.watch(turns.DUE_NOW) as watch:
        async with asyncio.timeout(30):
            while len(await world.events(type="turn.done")) < 9:
                await watch.wait(0.1)


async def test_draining_waits_for_turns_in_flight(world: World) -> None:
    held = Held()
    dispatcher = dispatcher_for(world, ScriptedBot(held), deadline_s=30)
    said = await world.say()
    world.clock.move(PAUSE)
    await dispatcher.start_due()
    await held.asked.wait()
    draining = asyncio.create_task(dispatcher.drain(10))
    await asyncio.sleep(0)
    assert not draining.done()
    held.let_go()
    await draining
    assert (await world.words(said.conversation_id))[-1][0] == "bot"
