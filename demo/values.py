"""What the braces of a script stand for, drawn once for a conversation."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from core.texts import traditional
from demo.answers import catalogue
from demo.calendar import ZONE

_KINDS = {
    "handset": ("nebula-x100", "nebula-x200", "nebula-fold"),
    "buds": ("lark-buds", "lark-max"),
    "laptop": ("mistral-14", "mistral-16"),
    "pad": ("mirror-pad",),
    "watch": ("tide-watch",),
    "speaker": ("canyon-speaker",),
    "router": ("shuttle-router",),
    "vac": ("breeze-s8",),
    "tv": ("skyline-tv",),
}
_CITIES = {
    "zh": "北京 上海 广州 深圳 杭州 成都 武汉 南京 西安 重庆 苏州 长沙 青岛 哈尔滨 乌鲁木齐".split(),
    "zh-Hant": "台北 台中 高雄 新竹 香港 九龍 澳門".split(),
    "en": "Beijing,Shanghai,Shenzhen,Guangzhou,Hong Kong,Taipei,Singapore,Hangzhou".split(","),
}
_CARRIERS = {"zh": ("顺丰速运", "京东物流", "中通快递"), "en": ("SF Express", "JD Logistics", "ZTO Express")}
_LEVELS = {"zh": ("普通会员", "银卡会员", "金卡会员"), "en": ("member", "Silver member", "Gold member")}
_REFUNDS = {
    "zh": ("已申请，等待审核", "审核通过，等待退款", "已退回原付款方式"),
    "en": ("requested, under review", "approved, being paid out", "paid back to the original method"),
}
_MAILBOXES = ("li", "chen", "office", "purchase", "amy", "kevin")
_HOURS = {"zh": "每天 09:00-21:00", "en": "Every day 09:00-21:00"}


def draw(rng: random.Random, language: str, at: datetime, name: str | None) -> dict[str, str]:
    """language: zh, zh-Hant or en.  agent and ticket are filled in when there is one."""
    base = "en" if language == "en" else "zh"
    products = {kind: rng.choice(keys) for kind, keys in _KINDS.items()}
    values = {kind: catalogue()[key]["name"][base] for kind, key in products.items()}
    main = rng.choice(tuple(_KINDS))
    day = (at + timedelta(days=rng.randint(1, 6))).astimezone(ZONE).date()
    placed = (at - timedelta(days=rng.randint(1, 20))).astimezone(ZONE).date()
    values |= {
        "product": values[main],
        "price": str(catalogue()[products[main]]["price"]),
        "amount": str(catalogue()[products[main]]["price"]),
        "order": f"KT{placed:%Y%m%d}{rng.randint(1, 999):03d}",
        "ticket": f"T{placed:%y%m%d}-{rng.randint(1, 19):04d}",
        "tel": phone(rng, language),
        "tel2": phone(rng, language),
        "email": f"{rng.choice(_MAILBOXES)}{rng.randint(1, 99)}@example.com",
        "city": rng.choice(_CITIES[language]),
        "carrier": rng.choice(_CARRIERS[base]),
        "track": f"SF{rng.randint(10**12, 10**13 - 1)}",
        "day": day.isoformat(),
        "at": at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M"),
        "name": name or ("Alex Lee" if base == "en" else "李明"),
        "hours": _HOURS[base],
        "level": rng.choice(_LEVELS[base]),
        "points": str(rng.randint(10, 900) * 10),
        "expiring": str(rng.choice((0, 60, 100, 200))),
        "expiring_on": f"{at.year}-12-31",
        "state": rng.choice(_REFUNDS[base]),
        "repair_problem": "屏幕异常" if base == "zh" else "the screen",
        "repair_date": day.isoformat(),
        "ahead": str(rng.randint(1, 4)),
        "value": "",
    }
    for kind, key in products.items():
        product = catalogue()[key]
        values[f"about {kind}"] = product["summary"][base]
        values[f"price {kind}"] = str(product["price"])
    values["repair_product"] = values["handset"]
    values["repair_phone"] = values["tel"]
    if language == "zh-Hant":
        values = {key: traditional(value) for key, value in values.items()}
    return values


def phone(rng: random.Random, language: str) -> str:
    if language == "zh-Hant":
        return f"09{rng.randint(10_000_000, 99_999_999)}"
    return f"1{rng.choice((38, 39, 50, 58, 77, 86))}{rng.randint(0, 99_999_999):08d}"


#: Which of the values the bot would have found in a text, and as what.
ENTITIES = {
    "order": "order_number",
    "ticket": "ticket_number",
    "tel": "phone_number",
    "tel2": "phone_number",
    "email": "email",
    **dict.fromkeys(_KINDS, "product"),
}


def entities(text: str, values: dict[str, str]) -> list[dict[str, str]]:
    found = {
        (kind, values[key]): {"entity": kind, "value": values[key]}
        for key, kind in ENTITIES.items()
        if values[key] and values[key] in text
    }
    return list(found.values())
