"""What the bot says, taken from its own domain.yml, so that the demo never says what the bot would not."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from core.messages import Button, Buttons, Card, Content, Text
from core.texts import traditional

ROOT = Path(__file__).parent.parent
_STATES = {
    "shipped": ("运输中", "On its way"),
    "packed": ("已打包，等待快递取件", "Packed, waiting for the carrier"),
    "delivered": ("已签收", "Delivered"),
}


@dataclass(frozen=True)
class Voice:
    """The bot in one language; script Hant turns what it says into traditional characters."""

    language: str
    hant: bool = False

    def answer(self, name: str, values: dict[str, str]) -> Content:
        """A response of domain.yml, filled in.  KeyError for one that is not there."""
        raw = _responses()[name][self.language == "en"]
        text = self.say(raw["text"].strip().format_map(_Blank(values)))
        buttons = tuple(Button(self.say(b["title"]), b["payload"]) for b in raw.get("buttons") or ())
        return Buttons(text=text, buttons=buttons) if buttons else Text(text=text)

    def card(self, state: str, values: dict[str, str]) -> Content:
        zh = self.language == "zh"
        lines = [f"{values['product']} x 1", f"{'合计' if zh else 'Total'} ¥{values['price']}"]
        if state != "packed":
            lines.append(f"{'快递' if zh else 'Carrier'}: {values['carrier']} {values['track']}")
        if state != "delivered":
            lines.append(f"预计 {values['day']} 送达" if zh else f"Expected on {values['day']}")
        title = f"订单 {values['order']}" if zh else f"Order {values['order']}"
        subtitle = _STATES[state][not zh]
        return Card(
            title=self.say(title), subtitle=self.say(subtitle), lines=tuple(self.say(x) for x in lines)
        )

    def say(self, text: str) -> str:
        return traditional(text) if self.hant else text


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


@functools.cache
def _responses() -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """By name: the Chinese answer (without a condition) and the English one."""
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    found = {}
    for name, variants in domain["responses"].items():
        chinese = next(v for v in variants if not v.get("condition"))
        english = next((v for v in variants if v.get("condition")), chinese)
        found[name] = (chinese, english)
    return found


@functools.cache
def catalogue() -> dict[str, dict[str, Any]]:
    """What the example business sold over the months (more than it shows today): key -> names, price."""
    found: dict[str, dict[str, Any]] = json.loads(
        Path(__file__).with_name("products.json").read_text("utf-8")
    )
    return found
