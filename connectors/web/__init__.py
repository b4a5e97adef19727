"""The web widget: a pull channel over the visitor protocol, for pages on the allow-list."""

from __future__ import annotations

from connectors.pull import PullConnector

CONNECTOR = PullConnector("web")
