"""The whole contract between a channel and the rest of the system.

Pull channels (web, app) read the visitor's timeline themselves: for them a reply is complete at commit.
Push channels are sent to by the outbox (connectors.sender), one message at a time per identity, in order.
"""

from __future__ import annotations

from typing import Protocol

from core.messages import Address, Content


class Connector(Protocol):
    @property
    def name(self) -> str:
        """The channel's name, as stored with every message."""

    @property
    def pulls(self) -> bool:
        """Whether the clients read the timeline themselves."""

    @property
    def renders(self) -> frozenset[str]:
        """Kinds of content shown as they are; the rest is degraded to text (connectors.degrade)."""

    @property
    def dedupes(self) -> bool:
        """Whether the platform recognises a repeated key, so that an uncertain send may be repeated."""

    async def send(self, to: Address, content: Content, *, key: str) -> None:
        """Deliver one content once.  key is the same on every retry.  Pull channels are never asked.

        Raises WindowClosed or another Rejected when the channel will never take it, Uncertain when it may
        have taken it, Unavailable when it may take it later.
        """
