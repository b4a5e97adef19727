"""What is going on right now: a few conversations with the bot, in the line and in service.

Whoever serves counts as present for the next twelve hours and has no room left, so that the line stays as
it is until a real agent goes online.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from core import schema as s
from core.db import Tx
from demo.play import Play
from demo.scripts import Script, scripts
from demo.story import Story, World

#: Longer than anybody looks at a demo in one go.
_PRESENT_FOR = timedelta(hours=12)
#: (language, script, lines played); serving: user name -> what each conversation is about.
_WITH_BOT = (
    ("zh", "报修", 6),
    ("en", "phone info", 4),
    ("zh-Hant", "台灣查件", 3),
    ("zh", "退款进度", 3),
    ("en", "suggestion", 3),
)
_WAITING = (
    ("zh", "激怒", 2),
    ("en", "not understood", 4),
    ("zh", "直接要人工", 2),
    ("zh-Hant", "台灣退貨", 4),
)
_SERVING: dict[str, tuple[tuple[str, str, int], ...]] = {
    "zhou.lan": (
        ("zh", "破损换新", 7),
        ("zh", "改地址转人工", 6),
        ("zh-Hant", "香港保修", 4),
        ("zh", "不收验证码", 6),
    ),
    "emily": (("en", "damaged tv", 7), ("en", "refund bounced", 5), ("en", "missing part", 6)),
    "wu.tong": (("zh", "选购咨询", 6), ("zh", "企业采购", 7), ("zh", "缺货", 5)),
}


def tell(world: World) -> None:
    for language, title, count in _WITH_BOT:
        _start(world, language, title, count)
    for language, title, count in _WAITING:
        _start(world, language, title, count)
    for agent, stories in _SERVING.items():
        for language, title, count in stories:
            _start(world, language, title, count, agent)


def _start(world: World, language: str, title: str, count: int, agent: str | None = None) -> None:
    script = _named(language, title)
    at = world.now - timedelta(seconds=world.rng.uniform(60, 90) * count)
    guest = world.crowd.new(at - timedelta(minutes=3), language)
    story = Story(world, guest, world.crowd.channel(guest, pull_only=True), at, until=world.now)
    Play(story, script, agent=agent).lines(count)
    story.finish()


def _named(language: str, title: str) -> Script:
    return next(x for x in scripts("en" if language == "en" else "zh") if x.title == title)


async def seat(tx: Tx, world: World) -> None:
    """The agents who serve are online, present, and full."""
    for username, stories in _SERVING.items():
        await tx.run(
            s.agent.update()
            .where(s.agent.c.id == world.company.agents[username])
            .values(
                availability="online",
                capacity=sa.func.least(s.agent.c.capacity, len(stories)),
                live_at=tx.now + _PRESENT_FOR,
                last_assigned_at=tx.now,
            )
        )
    tx.hint("queue", "presence", "board", "settings")
