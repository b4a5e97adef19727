"""The console's socket: docs/reference/console-api.md, Socket."""

from __future__ import annotations

from sanic import Blueprint, HTTPResponse, Request, Websocket

from api import context
from api.console.talk import FRAMES, Talk
from api.console.trail import PREFIX
from api.guards import actor, agent_required, is_own_origin
from api.http import answer, asked_language, declare, error_message, query_int
from api.sockets import PASS_FOR, Codes, Limits, Line, check_origin, farewell, issue, redeem, serve
from core import logins
from core.logins import Session

blueprint = Blueprint("console_socket", url_prefix=PREFIX)

#: Tabs and windows of one person.
PER_PERSON = 10
LIMITS = Limits(frames_per_min=240)


async def _from_our_pages(request: Request) -> bool:
    origin = request.headers.get("origin")
    return origin is None or is_own_origin(request, origin)


check_origin(blueprint, _from_our_pages)


@blueprint.post("/socket-ticket")
@agent_required()
async def socket_ticket(request: Request) -> HTTPResponse:
    """A pass for one socket, good for 30 s."""
    async with context.db(request).begin() as tx:
        data = {"login": request.ctx.session.token_hash.hex()}
        ticket = await issue(tx, f"agent:{actor(request).id}", data)
    return answer({"ticket": ticket, "expires_in_s": int(PASS_FOR.total_seconds())})


@blueprint.websocket("/socket")  # type: ignore[untyped-decorator]
@declare("ticket")
async def socket(request: Request, ws: Websocket) -> None:
    session = await _session(request)
    if session is None:
        return await farewell(ws, Codes.NOT_AUTHORISED)
    request.ctx.agent = session.agent
    after = query_int(request, "after", -1, -1, 2**53)
    script = asked_language(request)
    line = Line({f"agent:{session.agent.id}": PER_PERSON}, LIMITS)
    talk = Talk(request.app, session, line, script, after if after >= 0 else None)
    await serve(
        ws,
        request.app.ctx.hub,
        line,
        frames=FRAMES,
        receive=talk.receive,
        explain=lambda err: error_message(err, script),
        producers=(talk.produce(),),
    )


async def _session(request: Request) -> Session | None:
    """The session for which the pass was issued, if it still stands."""
    async with context.db(request).begin() as tx:
        found = await redeem(tx, request.args.get("ticket"))
        if found is None or not found.subject.startswith("agent:"):
            return None
        return await logins.find_by_hash(tx, bytes.fromhex(found.data["login"]))
