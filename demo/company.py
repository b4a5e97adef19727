"""The house: people, groups, departments, canned replies, hours and the widget.

What is there already stays as it is: a group by its slug, a person by the user name, a canned reply by its
shortcut, a setting that somebody has saved.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core import agents, events, settings_store
from core import schema as s
from core.db import Tx
from core.hours import Hours, SpecialDay
from core.ids import new_id
from core.settings_store import Business, S, Widget, WidgetBot, Words
from demo.canned import CANNED
from tickets import departments
from tickets.schema import department


@dataclass(frozen=True)
class Person:
    """shift: first and last hour of a working day, where the business is; none: not at the desk."""

    username: str
    name: str
    role: str
    groups: tuple[str, ...] = ()
    capacity: int = 5
    language: str = "zh"
    shift: tuple[int, int] | None = None
    days_off: tuple[int, ...] = ()


PEOPLE = (
    Person("zhou.lan", "周岚", "agent", ("after-sales",), 4, shift=(9, 18), days_off=(6,)),
    Person("lin.yue", "林越", "agent", ("after-sales",), 5, shift=(12, 21), days_off=(1,)),
    Person("chen.ke", "陈可", "agent", ("after-sales", "pre-sales"), 5, shift=(9, 18), days_off=(5,)),
    Person("wu.tong", "吴桐", "agent", ("pre-sales",), 3, shift=(10, 19), days_off=(2,)),
    Person("he.qing", "何青", "agent", ("pre-sales", "after-sales"), 6, shift=(12, 21), days_off=(4,)),
    Person("emily", "Emily", "agent", ("english",), 3, "en", shift=(9, 18), days_off=(6,)),
    Person("james", "James", "agent", ("english", "pre-sales"), 4, "en", shift=(12, 21), days_off=(0,)),
    Person("song.yi", "宋怡", "supervisor", ("after-sales", "english"), 3, shift=(10, 19), days_off=(5, 6)),
    Person("grace", "Grace", "supervisor", ("english",), 3, "en", shift=(9, 18), days_off=(5, 6)),
    Person("ma.chao", "马超", "staff"),
    Person("oliver", "Oliver", "staff", language="en"),
    Person("shen.mo", "沈墨", "trainer"),
)

GROUPS: tuple[tuple[str, str, str, str], ...] = (
    ("pre-sales", "售前咨询", "Pre-sales", "round_robin"),
    ("after-sales", "售后服务", "After-sales", "least_loaded"),
    ("english", "英文专席", "English desk", "least_loaded"),
)

HOURS = Hours(
    time_zone="Asia/Shanghai",
    days={day: (("09:00", "21:00"),) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
    exceptions=(SpecialDay(date="2027-02-06", name="春节 Spring Festival"),),
)
BUSINESS = Business(name=Words(zh="客厅电器", en="Keting Electronics"))
WIDGET = Widget(
    title=Words(zh="客厅电器客服", en="Keting Electronics"),
    greeting=Words(
        zh="您好！查订单、退换货、报修、开发票都可以问我，随时可以转人工。",
        en="Hello! Ask about orders, returns, repairs or invoices, or talk to a person any time.",
    ),
    colour="#0f6fde",
    origins=("http://localhost:5173",),
    suggestions=(
        Words(zh="我的订单到哪了？", en="Where is my order?"),
        Words(zh="怎么退货？", en="How do I return something?"),
        Words(zh="我要报修", en="I need a repair"),
        Words(zh="有什么优惠？", en="Any offers?"),
        Words(zh="转人工", en="Talk to a person"),
    ),
    bot=WidgetBot(name=Words(zh="小客", en="Kay")),
)


@dataclass
class Company:
    """What stories need to know of the house."""

    agents: dict[str, UUID] = field(default_factory=dict)  # by user name
    created: list[Person] = field(default_factory=list)
    groups: dict[str, UUID] = field(default_factory=dict)
    departments: dict[str, UUID] = field(default_factory=dict)  # by the type of tickets that go there


async def found(tx: Tx, password_hash: str) -> Company:
    """Make what is missing; returns the whole house."""
    company = Company()
    for slug, zh, en, strategy in GROUPS:
        company.groups[slug] = await _group(tx, slug, {"zh": zh, "en": en}, strategy)
    for person in PEOPLE:
        await _person(tx, company, person, password_hash)
    await _canned(tx, company)
    await _departments(tx, company)
    await _setting(tx, HOURS)
    await _setting(tx, BUSINESS)
    await _setting(tx, WIDGET)
    return company


async def _setting(tx: Tx, value: S) -> None:
    key = settings_store.KEYS[type(value)]
    if await tx.value(sa.select(s.setting.c.key).where(s.setting.c.key == key)) is None:
        await settings_store.write(tx, value)


async def _group(tx: Tx, slug: str, name: dict[str, str], strategy: str) -> UUID:
    known: UUID | None = await tx.value(sa.select(s.group.c.id).where(s.group.c.slug == slug))
    if known is not None:
        return known
    group_id = new_id()
    await tx.run(
        s.group.insert().values(id=group_id, slug=slug, name=name, strategy=strategy, created_at=tx.now)
    )
    await events.audit(tx, "system:demo", "group.created", f"group:{group_id}", slug=slug)
    return group_id


async def _person(tx: Tx, company: Company, person: Person, password_hash: str) -> None:
    known = await tx.value(sa.select(s.agent.c.id).where(s.agent.c.username == person.username))
    if known is not None:
        company.agents[person.username] = known
        return
    row = await agents.create(
        tx,
        username=person.username,
        password_hash=password_hash,
        role=person.role,
        name=person.name,
        capacity=person.capacity,
        language=person.language,
    )
    await agents.set_groups(tx, row.id, [company.groups[slug] for slug in person.groups])
    await events.audit(tx, "system:demo", "agent.created", f"agent:{row.id}", username=row.username)
    company.agents[person.username] = row.id
    company.created.append(person)


async def _canned(tx: Tx, company: Company) -> None:
    taken = {row.shortcut for row in await tx.all(sa.select(s.canned_reply.c.shortcut))}
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "shortcut": shortcut,
            "title": title,
            "text": {"zh": zh, "en": en},
            "group_id": company.groups[group] if group else None,
            "updated_at": tx.now,
        }
        for shortcut, title, group, zh, en in CANNED
        if shortcut not in taken
    ]
    if rows:
        await tx.run(s.canned_reply.insert(), rows)


async def _departments(tx: Tx, company: Company) -> None:
    if not await tx.value(sa.select(sa.func.count()).select_from(department)):
        for name, types in departments.DEFAULTS:
            await departments.create(tx, name, types)
    for row in await departments.active(tx):
        for type in row.types:
            company.departments.setdefault(type, row.id)
