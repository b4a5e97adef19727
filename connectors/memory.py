"""A push channel that keeps what it was sent: for tests, and a model for new connectors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from core.messages import Address, Content


@dataclass
class MemoryConnector:
    """Obeys the contract.  faults is called before each send and may raise what a platform would."""

    name: str = "memory"
    pulls: bool = False
    renders: frozenset[str] = frozenset({"text"})
    dedupes: bool = True
    sent: list[tuple[Address, Content, str]] = field(default_factory=list)
    faults: Callable[[str], None] = lambda key: None

    async def send(self, to: Address, content: Content, *, key: str) -> None:
        self.faults(key)
        if self.dedupes and any(key == earlier for _, _, earlier in self.sent):
            return
        self.sent.append((to, content, key))
