"""Whose orders the bot may open: a turn tells who its sender is only if the business vouched for that."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from core import visitors
from core.messages import Button, Buttons, Press
from dialogue.dispatcher import Dispatcher
from handoff import merges
from tests.fakes.bot import ScriptedBot, answers
from tests.support.world import PAUSE, Line, World


async def known(world: World, sender: str, *, verified: bool, channel: str = "web") -> UUID:
    """An identity as the door makes it; returns its visitor."""
    async with world.db.begin() as tx:
        row = await visitors.resolve(tx, channel, "default", sender, verified=verified)
    visitor_id: UUID = row.visitor_id
    return visitor_id


async def asked_as(world: World, bot: ScriptedBot) -> object:
    """The customer that the bot is told of in the turn that is due."""
    dispatcher = Dispatcher(world.db, bot, Line())
    world.clock.move(PAUSE)
    await dispatcher.start_due()
    await dispatcher.drain(10)
    return bot.turns[-1].metadata["customer_id"]


@pytest.mark.parametrize(
    ("sender", "verified", "customer"),
    [
        ("user:42", True, "42"),
        ("user:li:lei", True, "li:lei"),
        ("user:42", False, None),  # calls itself that, and nobody signed it
        ("anon:abc", False, None),
        ("openid-42", True, None),  # the channel vouches for it, not the business
    ],
)
async def test_only_who_the_business_vouched_for_is_its_customer(
    world: World, sender: str, verified: bool, customer: str | None
) -> None:
    await known(world, sender, verified=verified)
    await world.say("我的订单到哪了", sender=sender)
    assert await asked_as(world, ScriptedBot()) == customer


async def test_of_a_merged_visitor_counts_the_identity_that_the_words_came_in_by(world: World) -> None:
    bot = ScriptedBot()
    customer = await known(world, "user:42", verified=True)
    follower = await known(world, "openid-1", verified=False, channel="wechat")
    async with world.db.begin() as tx:
        await merges.merge(tx, customer, follower)
    await world.say("我的订单到哪了", sender="openid-1", channel="wechat")
    assert await asked_as(world, bot) is None
    await world.say("我的订单到哪了", sender="user:42")
    assert await asked_as(world, bot) == "42"


async def test_words_of_two_senders_in_one_turn_are_nobodys(world: World) -> None:
    customer = await known(world, "user:42", verified=True)
    stranger = await known(world, "anon:abc", verified=False)
    async with world.db.begin() as tx:
        await merges.merge(tx, customer, stranger)
    await world.say("你好", sender="user:42")
    world.clock.move(timedelta(milliseconds=300))
    await world.say("我的订单到哪了", sender="anon:abc")
    assert await asked_as(world, ScriptedBot()) is None


async def test_a_button_is_pressed_by_the_same_customer(world: World) -> None:
    offer = Buttons(text="?", buttons=(Button(title="查订单", payload="/ask_order_status"),))
    bot = ScriptedBot(answers(offer))
    await known(world, "user:42", verified=True)
    said = await world.say("你好", sender="user:42")
    await asked_as(world, bot)
    shown = (await world.messages(said.conversation_id))[-1]
    await world.say(Press(message_id=str(shown.id), index=0), sender="user:42")
    assert await asked_as(world, bot) == "42"
    assert bot.turns[-1].payload == "/ask_order_status"
