"""What a business's system answers, in words: lines of cards and the parts that fill sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo

from actions.gateway.contract import Order, Refund, Repair, Stock, Store, Words

#: As stock is told: fewer are "only 3 left".
FEW = 5
_RECENT_EVENTS = 2
_ON_ITS_WAY = ("paid", "packed", "shipped")

_ORDER_STATES: dict[str, Words] = {
    "placed": {"zh": "待付款", "en": "Awaiting payment"},
    "paid": {"zh": "已付款，准备发货", "en": "Paid, being prepared"},
    "packed": {"zh": "已打包，等待快递取件", "en": "Packed, waiting for the carrier"},
    "shipped": {"zh": "运输中", "en": "On its way"},
    "delivered": {"zh": "已签收", "en": "Delivered"},
    "cancelled": {"zh": "已取消", "en": "Cancelled"},
    "returned": {"zh": "已退货", "en": "Returned"},
}
_REFUND_STATES: dict[str, Words] = {
    "requested": {"zh": "已申请，等待审核", "en": "requested, under review"},
    "approved": {"zh": "审核通过，等待退款", "en": "approved, being paid out"},
    "paid": {"zh": "已退回原付款方式", "en": "paid back to the original method"},
    "refused": {"zh": "未通过审核", "en": "refused"},
}
_REPAIR_STATES: dict[str, Words] = {
    "received": {"zh": "已收到，等待检测", "en": "received, waiting for diagnosis"},
    "diagnosing": {"zh": "检测中", "en": "being diagnosed"},
    "waiting_parts": {"zh": "等待配件", "en": "waiting for parts"},
    "repairing": {"zh": "维修中", "en": "being repaired"},
    "done": {"zh": "已修好，准备寄回", "en": "done, about to be sent back"},
    "returned": {"zh": "已寄回", "en": "sent back"},
}
_A_PRODUCT = {"zh": "产品", "en": "product"}


def order_state(order: Order, language: str) -> str:
    return _state(_ORDER_STATES, order.state, language)


def refund_state(refund: Refund, language: str) -> str:
    return _state(_REFUND_STATES, refund.state, language)


def repair_state(repair: Repair, language: str) -> str:
    return _state(_REPAIR_STATES, repair.state, language)


def order_lines(order: Order, language: str, zone: tzinfo) -> list[str]:
    """Items, total, carrier, expected day and what happened last, in the business's own time: a line each.

    Of an order that isn't proven only the expected day is known.
    """
    zh = language == "zh"
    lines = [f"{item.name[language]} x {item.quantity}" for item in order.items]
    if order.total is not None:
        lines.append(f"{'合计' if zh else 'Total'} {money(order.total, order.currency)}")
    if order.carrier:
        carrier = f"{order.carrier[language]} {order.tracking_number or ''}".rstrip()
        lines.append(f"{'快递：' if zh else 'Carrier: '}{carrier}")
    if order.expected_on and order.state in _ON_ITS_WAY:
        lines.append(f"{'预计送达' if zh else 'Arrives by'} {order.expected_on}")
    for event in order.events[-_RECENT_EVENTS:]:
        lines.append(f"{event.at.astimezone(zone):%Y-%m-%d %H:%M} {event.text[language]}")
    return lines


def money(amount: float, currency: str = "CNY") -> str:
    """`¥3,299`, `¥12.50`, `USD 12.50`."""
    number = f"{amount:,.0f}" if amount == int(amount) else f"{amount:,.2f}"
    return f"¥{number}" if currency == "CNY" else f"{currency} {number}"


def refund_amount(order: Order, language: str) -> str:
    """` ¥899` or ` of ¥899`; nothing where the amount isn't for this asker."""
    if order.refund is None or order.refund.amount is None:
        return ""
    amount = money(order.refund.amount, order.currency)
    return f" {amount}" if language == "zh" else f" of {amount}"


def repaired(repair: Repair, language: str) -> str:
    return (repair.product or _A_PRODUCT)[language]


def expected(day: date | None, language: str) -> str:
    """`预计 2026-01-05 完成` / `Expected on 2026-01-05.`, or nothing."""
    if not day:
        return ""
    return f"预计 {day} 完成" if language == "zh" else f"Expected on {day}."


def expiring(points: int, day: date | None, language: str) -> str:
    """What is lost soon, as a part of the sentence; nothing if nothing is."""
    if not points or not day:
        return ""
    return f"，其中 {points} 分将在 {day} 到期" if language == "zh" else f"; {points} of them expire on {day}"


def stock_line(stock: Stock, language: str) -> str:
    """`白色：有货`, `白色（上海浦东店）：仅剩 3 件`, `black: sold out, expected on 2026-01-12`."""
    zh = language == "zh"
    names = [words[language] for words in (stock.color_name, stock.store_name) if words]
    where = (f"（{'，'.join(names[1:])}）" if zh else f" ({', '.join(names[1:])})") if names[1:] else ""
    what = f"{names[0]}{where}{'：' if zh else ': '}" if names else ""
    return what + _in_stock(stock, zh)


def _in_stock(stock: Stock, zh: bool) -> str:
    if not stock.is_available:
        back = stock.restock_on
        if zh:
            return f"缺货，预计 {back} 到货" if back else "缺货"
        return f"sold out, expected on {back}" if back else "sold out"
    if stock.quantity is not None and 0 < stock.quantity <= FEW:
        return f"仅剩 {stock.quantity} 件" if zh else f"only {stock.quantity} left"
    return "有货" if zh else "in stock"


def cities(stores: Sequence[Store]) -> list[tuple[str, Words]]:
    """Id and name of every city with a store, in the order of the stores."""
    return list({store.city: store.city_name for store in stores}.items())


def listed(names: Sequence[Words], language: str) -> str:
    return ("、" if language == "zh" else ", ").join(name[language] for name in names)


def _state(known: dict[str, Words], state: str, language: str) -> str:
    """A state that we do not know is shown as the business's system names it."""
    return known[state][language] if state in known else state
