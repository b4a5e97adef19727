"""Words for what fills the gaps of sentences, in both languages.  The sentences are in domain.yml."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

Words = dict[str, dict[str, str]]

ORDER_STATES: Words = {
    "placed": {"zh": "待付款", "en": "Awaiting payment"},
    "paid": {"zh": "已付款，准备发货", "en": "Paid, being prepared"},
    "packed": {"zh": "已打包，等待快递取件", "en": "Packed, waiting for the carrier"},
    "shipped": {"zh": "运输中", "en": "On its way"},
    "delivered": {"zh": "已签收", "en": "Delivered"},
    "cancelled": {"zh": "已取消", "en": "Cancelled"},
    "returned": {"zh": "已退货", "en": "Returned"},
}
REFUND_STATES: Words = {
    "requested": {"zh": "已申请，等待审核", "en": "requested, under review"},
    "approved": {"zh": "审核通过，等待退款", "en": "approved, being paid out"},
    "paid": {"zh": "已退回原付款方式", "en": "paid back to the original method"},
    "refused": {"zh": "未通过审核", "en": "refused"},
}
REPAIR_STATES: Words = {
    "received": {"zh": "已收到，等待检测", "en": "received, waiting for diagnosis"},
    "diagnosing": {"zh": "检测中", "en": "being diagnosed"},
    "waiting_parts": {"zh": "等待配件", "en": "waiting for parts"},
    "repairing": {"zh": "维修中", "en": "being repaired"},
    "done": {"zh": "已修好，准备寄回", "en": "done, about to be sent back"},
    "returned": {"zh": "已寄回", "en": "sent back"},
}
_RECENT_EVENTS = 2
#: Intents as buttons and notes name them.
TITLES = Path(__file__).with_name("intent_titles.json")
_NOT_GIVEN = {"zh": "未填", "en": "not given"}
#: For a ticket that no department takes.
_NO_DEPARTMENT = {"zh": "相关同事", "en": "our team"}


def order_state(order: dict[str, Any], language: str) -> str:
    """The state in words; a state that we do not know is shown as the order system names it."""
    return ORDER_STATES.get(order["state"], {}).get(language) or str(order["state"])


def order_lines(order: dict[str, Any], language: str) -> list[str]:
    """Items, total, carrier, expected day and what happened last: one line each."""
    zh = language == "zh"
    lines = [f"{_in(item['name'], language)} x {item['quantity']}" for item in order["items"]]
    lines.append(f"合计 ¥{order['total']}" if zh else f"Total ¥{order['total']}")
    if order.get("carrier"):
        number = order.get("tracking_number") or ""
        lines.append(f"{'快递：' if zh else 'Carrier: '}{_in(order['carrier'], language)} {number}".rstrip())
    if order.get("expected_on") and order["state"] in ("paid", "packed", "shipped"):
        lines.append(f"{'预计送达' if zh else 'Arrives by'} {order['expected_on']}")
    for event in order.get("events", [])[-_RECENT_EVENTS:]:
        lines.append(f"{event['at'][:16].replace('T', ' ')} {_in(event['text'], language)}")
    return lines


def expected(day: str | None, language: str) -> str:
    """`预计 2026-01-05 完成` / `Expected on 2026-01-05.`, or nothing."""
    if not day:
        return ""
    return f"预计 {day} 完成" if language == "zh" else f"Expected on {day}."


def not_given(language: str) -> str:
    """What a confirmation shows for a field that was left out."""
    return _NOT_GIVEN[language]


def department(ticket: Mapping[str, Any], language: str) -> str:
    """Who deals with a ticket.  No department has to: its type's may have been given up."""
    return _in(ticket.get("department") or _NO_DEPARTMENT, language)


def intent_title(name: str) -> dict[str, str] | None:
    """A few words for what somebody wants; None for what needs or has no words, as wanting a person."""
    return None if name == "request_human" else intent_titles().get(name)


@lru_cache(maxsize=1)
def intent_titles() -> dict[str, dict[str, str]]:
    return dict(json.loads(TITLES.read_text("utf-8")))


def _in(text: dict[str, str] | str, language: str) -> str:
    return text if isinstance(text, str) else text.get(language) or text["zh"]
