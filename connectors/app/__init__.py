"""Apps: a pull channel over the visitor protocol; programs send no Origin."""

from __future__ import annotations

from connectors.pull import PullConnector

CONNECTOR = PullConnector("app")
