"""Read models: what people see, joined from the tables of several packages in a few queries each.

Functions take a transaction and, where names or words depend on the reader, a Lens.
"""

from __future__ import annotations

from api.views.lens import Lens, as_script, public_agent, public_face, widget_for_visitors
from api.views.lines import queue_snapshot
from api.views.messages import (
    console_messages,
    joined_for_console,
    visitor_messages,
    visitor_messages_after,
)
from api.views.packets import packets, services
from api.views.summary_rows import summaries
from api.views.visitors import visitor_panel

__all__ = [
    "Lens",
    "as_script",
    "console_messages",
    "joined_for_console",
    "packets",
    "public_agent",
    "public_face",
    "queue_snapshot",
    "services",
    "summaries",
    "visitor_messages",
    "visitor_messages_after",
    "visitor_panel",
    "widget_for_visitors",
]
