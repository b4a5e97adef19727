"""What every process of Rasa has in its environment, whoever starts it: the supervisor, a tool or a test.

The values lie in environment.json, because both Pythons read them.  Those of OpenMP take effect when that
library is loaded: the threads of two processes that wait for each other, and spin meanwhile, cost many times
their work.
"""

from __future__ import annotations

import json
from pathlib import Path

_VALUES = Path(__file__).with_suffix(".json")


def environment() -> dict[str, str]:
    """Names and values, to be laid over one's own."""
    values: dict[str, str] = json.loads(_VALUES.read_text("utf-8"))
    return values
