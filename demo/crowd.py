"""Visitors: names, languages, where they are, what they use, and the doors they come through."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from core import schema as s
from demo.rows import Rows

#: channel -> share of conversations, account on our side
CHANNELS = {
    "web": (45, "default"),
    "app": (20, "default"),
    "wechat": (18, "gh_keting"),
    "miniprogram": (10, "wx_keting_mall"),
    "wecom_kf": (7, "wk_keting"),
}
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶"
_GIVEN = (
    "伟 芳 娜 敏 静 磊 军 洋 艳 勇 杰 娟 涛 明 超 秀英 霞 平 刚 桂英 子涵 雨桐 浩然 欣怡 梓轩 思远 佳琪 一诺 "
    "宇航 晓彤 嘉豪 雪梅 建国 丽华 志强 海燕 婷婷 俊杰 文博 若曦"
).split()
_HANT = (
    "陳怡君 林志豪 黃雅婷 張家豪 李佳穎 王柏翰 吳宗憲 劉詩涵 蔡宜庭 楊承翰 許淑芬 鄭凱文 陳大文 黃小敏 "
    "何家欣 李嘉欣 梁志明 鄺美玲 周俊傑 曾詠琳"
).split()
_EN = (
    "Olivia Brown,Liam Smith,Emma Johnson,Noah Williams,Ava Jones,Ethan Garcia,Sophia Miller,Lucas Davis,"
    "Mia Wilson,Jack Taylor,Isla Moore,Harry Clark,Chloe Lewis,Daniel Walker,Grace Hall,Priya Patel,"
    "Arjun Singh,Hannah Schmidt,Lena Fischer,Marco Rossi,Sara Lindqvist,Tom Nguyen,Aisha Khan,Ben O'Connor,"
    "Zoe Martin,Kenji Tanaka"
).split(",")
_ZONES = {
    "zh": ("Asia/Shanghai",) * 9 + ("Asia/Urumqi", "Australia/Sydney", "America/Los_Angeles"),
    "zh-Hant": ("Asia/Taipei",) * 3 + ("Asia/Hong_Kong",) * 2 + ("Asia/Macau",),
    "en": (
        "Asia/Shanghai", "Asia/Singapore", "Europe/London", "America/New_York", "America/Los_Angeles",
        "Australia/Sydney", "Europe/Berlin", "Asia/Hong_Kong",
    ),
}  # fmt: skip
_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0"
_WEB = (
    (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36", "1920x1080"),
    (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36 Edg/131.0.0.0", "1536x864"),
    (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_CHROME} Safari/537.36", "1440x900"),
    (f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {_CHROME} Mobile Safari/537.36", "412x915"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "2560x1440"),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/18.1 Mobile/15E148 Safari/604.1",
        "393x852",
    ),
)
_APP = (
    ("KetingMall/5.2 (iPhone; iOS 18.1)", "393x852"),
    ("KetingMall/5.2 (Android 14; HarmonyOS)", "412x915"),
)
_WECHAT = (
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) MicroMessenger/8.0.54", "390x844"),
    ("Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.54", "412x915"),
)
_PAGES = (
    ("/", "客厅电器商城", "Keting Electronics"),
    ("/orders", "我的订单", "My orders"),
    ("/p/moonlight-4k", "月白 4K 投影仪", "Moonlight 4K projector"),
    ("/p/gleam-x1", "拾光 X1 扫拖机器人", "Gleam X1 robot vacuum"),
    ("/p/quiet-field-pro", "静野 Pro 降噪耳机", "Quiet Field Pro"),
    ("/p/keting-s2", "客厅 S2 智能音箱", "Keting S2 speaker"),
    ("/help/returns", "退换货说明", "Returns"),
    ("/repair", "维修服务", "Repairs"),
    ("/cart", "购物车", "Cart"),
)  # fmt: skip
_REFERRERS = ("https://www.baidu.com/", "https://www.google.com/", "https://www.xiaohongshu.com/", "", "", "")


@dataclass
class Guest:
    """A visitor while the past is being told."""

    row: dict[str, Any]
    language: str  # zh, zh-Hant, en
    identities: dict[str, UUID]
    free_at: datetime  # the last conversation is over
    last_conversation: UUID | None = None
    familiar: str | None = None  # user name of who served last
    stories: int = 0
    tickets: list[str] = field(default_factory=list)

    @property
    def id(self) -> UUID:
        found: UUID = self.row["id"]
        return found


class Crowd:
    """Makes visitors, and brings known ones back."""

    def __init__(self, rng: random.Random, rows: Rows) -> None:
        self._rng, self._rows = rng, rows
        self.guests: list[Guest] = []

    def somebody(self, at: datetime) -> Guest:
        """Who writes at a moment: in two of five cases somebody who has written before."""
        if self.guests and self._rng.random() < 0.42:
            for _ in range(6):
                guest = self._rng.choice(self.guests)
                if guest.free_at < at:
                    return guest
        return self.new(at)

    def new(self, at: datetime, language: str | None = None) -> Guest:
        language = language or self._rng.choices(("zh", "zh-Hant", "en"), (62, 13, 25))[0]
        visitor_id = self._rows.id_at(at)
        row = self._rows.add(
            s.visitor,
            id=visitor_id,
            brand_id="default",
            name=self._name(language) if self._rng.random() < 0.62 else None,
            language=language,
            traits={},
            seq=0,
            position=0,
            read_seq=0,
            delivered_seq=0,
            merged_into=None,
            created_at=at,
            last_seen_at=at,
        )
        guest = Guest(row, language, {}, at)
        self.guests.append(guest)
        return guest

    def _name(self, language: str) -> str:
        if language == "en":
            return self._rng.choice(_EN)
        if language == "zh-Hant":
            return self._rng.choice(_HANT)
        return self._rng.choice(_SURNAMES) + self._rng.choice(_GIVEN)

    def channel(self, guest: Guest, *, pull_only: bool = False) -> str:
        names = ["web", "app"] if pull_only else list(CHANNELS)
        if guest.identities and self._rng.random() < 0.7:
            known = [name for name in guest.identities if name in names]
            if known:
                return self._rng.choice(known)
        return self._rng.choices(names, [CHANNELS[name][0] for name in names])[0]

    def enter(self, guest: Guest, channel: str, at: datetime) -> UUID:
        """The guest's identity on a channel, made on first sight, with what the program tells."""
        english = guest.language == "en"
        path, zh, en = self._rng.choice(_PAGES)
        agent, screen = self._rng.choice({"web": _WEB, "app": _APP}.get(channel, _WECHAT))
        traits = guest.row["traits"]
        traits["device"] = {"user_agent": agent, "screen": screen}
        traits.setdefault("time_zone", self._rng.choice(_ZONES[guest.language]))
        traits["page"] = {
            "url": f"https://shop.example.com{path}",
            "title": en if english else zh,
            "at": at.isoformat(),
        }
        if referrer := self._rng.choice(_REFERRERS):
            traits["referrer"] = referrer
        if channel not in guest.identities:
            guest.identities[channel] = self._identity(guest, channel, at)
        return guest.identities[channel]

    def _identity(self, guest: Guest, channel: str, at: datetime) -> UUID:
        named = guest.row["name"] is not None
        token = f"{self._rng.getrandbits(96):024x}"
        external = {"web": f"user:{token[:8]}" if named else f"anon:{token[:22]}", "app": f"user:{token[:8]}"}
        identity_id = self._rows.id_at(at)
        self._rows.add(
            s.identity,
            id=identity_id,
            visitor_id=guest.id,
            channel=channel,
            account=CHANNELS[channel][1],
            external_id=external.get(channel, f"o{token}"),
            verified=channel != "web" or named,
            data={},
            created_at=at,
            last_seen_at=at,
        )
        return identity_id
