"""Plumbing that every WebSocket of ours shares, for consoles and for visitors.

    from api.sockets import Codes, Hub, Limits, Line, check_origin, follow, issue, redeem, serve

A handler redeems the one-time pass (redeem), makes a Line and hands both to serve, together with what to do
with a frame from the other end and with the tasks that fill the line.
"""

from __future__ import annotations

from api.sockets.follow import Sweep, follow, follow_watch
from api.sockets.hub import Hub
from api.sockets.line import Codes, Limits, Line, LineClosed
from api.sockets.origin import check_origin
from api.sockets.passes import PASS_FOR, Pass, issue, redeem
from api.sockets.serve import farewell, serve, together

__all__ = [
    "PASS_FOR",
    "Codes",
    "Hub",
    "Limits",
    "Line",
    "LineClosed",
    "Pass",
    "Sweep",
    "check_origin",
    "farewell",
    "follow",
    "follow_watch",
    "issue",
    "redeem",
    "serve",
    "together",
]
