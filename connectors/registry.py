"""All channels by name.  To add one: write its folder, name it here; the contract tests pick it up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from connectors import app, web
from connectors.base import Connector
from core.errors import NotFound

BUILT_IN: tuple[Connector, ...] = (web.CONNECTOR, app.CONNECTOR)


class Registry:
    def __init__(self, connectors: Iterable[Connector] = BUILT_IN) -> None:
        self._by_name = {connector.name: connector for connector in connectors}

    def get(self, name: str) -> Connector:
        try:
            return self._by_name[name]
        except KeyError:
            raise NotFound("no_such_channel", detail=name) from None

    def __iter__(self) -> Iterator[Connector]:
        return iter(self._by_name.values())
