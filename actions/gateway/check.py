"""Does a business's own system keep the contract?  Asks it everything once and prints what came.

    KETING_GATEWAY_URL=... KETING_GATEWAY_TOKEN=... \\
      python -m actions.gateway.check --order KT20260101001 --phone-tail 0001

Reads only.  Ends with 1 if something is wrong; what the system says it doesn't have is left out.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from actions import settings
from actions.base import NotFound, Unavailable
from actions.gateway.contract import Asker, BusinessGateway, NotProven, NotSupported, Order, TooManyAttempts

#: What can be wrong with one answer.
_FAULTS = (NotFound, NotProven, NotSupported, TooManyAttempts, Unavailable)


@dataclass(frozen=True)
class Known:
    """Numbers that exist in the system that is checked; a question whose number is missing is not asked."""

    order: str | None = None
    phone_tail: str | None = None
    repair: str | None = None
    member: str | None = None
    product: str | None = None
    city: str | None = None
    customer: str | None = None


async def check(gateway: BusinessGateway, known: Known) -> list[str]:
    """The faults, none if all is well.  Prints a line for each question."""
    try:
        offered = await gateway.capabilities()
    except (Unavailable, NotSupported) as err:
        return [_line("capabilities", err)]
    print("capabilities:", ", ".join(sorted(offered)))
    faults = []
    for resource, name, ask in _questions(gateway, known):
        if resource not in offered:
            continue
        try:
            fault = await ask()
        except _FAULTS as err:
            fault = _line(name, err)
        print(f"{name}: {fault or 'ok'}")
        if fault:
            faults.append(fault)
    return faults


def _questions(
    gateway: BusinessGateway, known: Known
) -> Iterator[tuple[str, str, Callable[[], Awaitable[str | None]]]]:
    """Resource, name and the question itself, which returns what is wrong with a readable answer."""
    order, owner = known.order, Asker(phone_tail=known.phone_tail)

    async def strangers() -> str | None:
        return _leaks(await gateway.order(str(order), Asker()))

    async def whole() -> str | None:
        found = await gateway.order(str(order), owner)
        return None if found.proven else "the phone number did not prove the order"

    async def asked(question: Awaitable[object]) -> str | None:
        await question
        return None

    if order:
        yield "orders", "order without proof", strangers
    if order and known.phone_tail:
        yield "orders", "order with proof", whole
        yield "invoices", "invoice", lambda: asked(gateway.invoice(str(order), owner))
    if customer := known.customer:
        yield "order_list", "orders of a customer", lambda: asked(gateway.orders(Asker(customer)))
    if repair := known.repair:
        yield "repairs", "repair", lambda: asked(gateway.repair(repair, owner))
    if member := known.member:
        yield "members", "points of a member", lambda: asked(gateway.member(member))
    yield "stores", "stores", lambda: asked(gateway.stores(known.city))
    if product := known.product:
        yield "stock", "stock", lambda: asked(gateway.stock(product, None, known.city))


def _leaks(order: Order) -> str | None:
    return "told whole to somebody who proved nothing" if order.proven else None


def _line(name: str, err: Exception) -> str:
    return f"{name}: {type(err).__name__} {err}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name in ("order", "phone-tail", "repair", "member", "product", "city", "customer"):
        parser.add_argument(f"--{name}")
    known = Known(**vars(parser.parse_args(arguments)))
    return 1 if asyncio.run(check(settings.gateway(), known)) else 0


if __name__ == "__main__":
    sys.exit(main())
