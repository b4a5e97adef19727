"""The composition root: builds everything from Settings.  The only module that knows all packages."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID, uuid4

import structlog
from redis.asyncio import Redis
from sanic import Sanic

import api.visitor
from api import console, files, health, http, idempotency, internal, internal_knowledge, openapi, pages, seeds
from api.bot_status import BotStatus
from api.duty import Duty
from api.sockets import Hub, Sweep
from connectors.registry import Registry
from connectors.sender import Sender
from core import schema as s
from core import streams
from core.blobs import FolderStore
from core.clock import Clock, SystemClock
from core.db import Database, Row, Tx
from core.errors import Unavailable
from core.hints import Hints, LocalHints
from core.hours import Hours, describe, is_open
from core.limits import Limiter, LocalLimiter
from core.links import Links
from core.logging import configure
from core.redis_hints import RedisHints
from core.redis_limits import RedisLimiter
from core.redis_signals import RedisSignals
from core.settings import Settings
from core.settings_store import Business, SettingsStore
from core.signals import LocalSignals, Signals
from dialogue.client import Bot, HttpBot
from dialogue.dispatcher import Dispatcher
from encoder import CachedEncoder, Encoder, encoder_for
from handoff import presence, queue
from handoff.router import Router
from knowledge import asked
from knowledge.mining.background import Miner
from knowledge.search.searcher import Searcher
from learning import releases
from learning.examples.desk import Examples
from learning.nearest.neighbours import Neighbours

log = structlog.get_logger(__name__)

ROOT = Path(__file__).parent
#: SIGTERM to exit: sockets are sent away, turns in flight may finish, then the server stops.
DRAIN_S = 12.0


class Line:
    """The dialogue's Desk, filled by the handoff."""

    async def hand_off(
        self, tx: Tx, conversation: Row, *, reason: str, note: str | None, group_id: UUID | None
    ) -> Row:
        return await queue.enqueue(tx, conversation, reason=reason, note=note, group_id=group_id)

    async def on_duty(self, tx: Tx) -> bool:
        return await presence.on_duty(tx)


@dataclass
class Parts:
    """What an instance is made of; tests replace some."""

    db: Database
    bot: Bot
    limiter: Limiter
    signals: Signals
    registry: Registry = field(default_factory=Registry)
    dist: Path = ROOT / "web" / "dist"
    encoder: Callable[[], Encoder | None] = lambda: None  # made at the first use


def parts(settings: Settings, *, clock: Clock | None = None, bot: Bot | None = None) -> Parts:
    """The parts that the settings ask for.  Call it inside the running loop."""
    assert settings.database_url is not None, "serve needs a database; `keting up` brings one"
    hints: Hints = LocalHints()
    signals: Signals = LocalSignals()
    limiter: Limiter = LocalLimiter()
    if settings.redis_url:
        hints, signals = RedisHints(settings.redis_url), RedisSignals(settings.redis_url)
        limiter = RedisLimiter(Redis.from_url(settings.redis_url, socket_timeout=1, socket_connect_timeout=1))
    db = Database(settings.database_url, clock=clock or SystemClock(), hints=hints)
    schema = ROOT / "bot" / "wire.schema.json"
    ours = bot or HttpBot(settings.bot_url, settings.bot_token.reveal(), schema=schema)
    return Parts(db, ours, limiter, signals, encoder=lambda: make_encoder(settings))


def make_encoder(settings: Settings) -> Encoder | None:
    """What KETING_ENCODER names, with what it encoded kept in the data directory."""
    made = encoder_for(settings.encoder)
    return CachedEncoder(made, settings.data_dir / "vectors.sqlite") if made is not None else None


def once(make: Callable[[], Encoder | None]) -> Callable[[], Encoder | None]:
    """make, called by whoever comes first, in whatever thread; a failure is not remembered."""
    lock, made = Lock(), list[Encoder | None]()

    def the_same() -> Encoder | None:
        with lock:
            if not made:
                made.append(make())
            return made[0]

    return the_same


def create_app(
    settings: Settings, make_parts: Callable[[Settings], Parts] = parts, *, name: str | None = None
) -> Sanic[Any, Any]:
    """The service as a Sanic application.  Background work starts and ends with its server."""
    app: Sanic[Any, Any] = Sanic(name or f"keting-{uuid4().hex[:8]}", configure_logging=False)
    app.config.update(
        REQUEST_MAX_SIZE=11 * 1024 * 1024,
        WEBSOCKET_MAX_SIZE=64 * 1024,
        WEBSOCKET_PING_INTERVAL=20,
        WEBSOCKET_PING_TIMEOUT=20,
        GRACEFUL_SHUTDOWN_TIMEOUT=15.0,
        KEEP_ALIVE_TIMEOUT=75,
        RESPONSE_TIMEOUT=60,
        PROXIES_COUNT=settings.proxies_count or None,
        FALLBACK_ERROR_FORMAT="json",
        OAS=False,
    )
    app.ctx.settings = settings
    app.ctx.draining = False
    app.ctx.background = []
    http.install(app)
    app.blueprint(api.visitor.blueprints)
    app.blueprint(internal.bp)
    app.blueprint(internal_knowledge.bp)
    app.blueprint(files.blueprint)
    app.blueprint(health.blueprint)
    app.blueprint(openapi.blueprint)
    for blueprint in console.blueprints:
        app.blueprint(blueprint)
    app.blueprint(pages.blueprint(ROOT / "web" / "dist"))

    @app.before_server_start
    async def start(app: Sanic[Any, Any], _: Any = None) -> None:
        _furnish(app, settings, make_parts(settings))
        await seeds.plant(app.ctx.db)
        _start_background(app)

    @app.before_server_stop
    async def drain(app: Sanic[Any, Any], _: Any = None) -> None:
        await _drain(app)

    @app.after_server_stop
    async def stop(app: Sanic[Any, Any], _: Any = None) -> None:
        await _close(app)

    return app


def _furnish(app: Sanic[Any, Any], settings: Settings, made: Parts) -> None:
    """Put on app.ctx what handlers ask for (api.context)."""
    ctx = app.ctx
    ctx.parts, ctx.db, ctx.limiter, ctx.signals = made, made.db, made.limiter, made.signals
    ctx.bot = made.bot
    ctx.hub = Hub()
    ctx.store = SettingsStore(made.db)
    ctx.blobs = FolderStore(settings.data_dir / "blobs")
    ctx.links = Links(settings.secret_key, made.db.clock)
    ctx.visitor_sweep = Sweep(made.db, s.visitor.c.id, s.visitor.c.seq)
    ctx.duty = Duty(made.db)
    ctx.agent_sweep = Sweep(made.db, s.stream.c.agent_id, s.stream.c.seq)
    status = BotStatus(
        made.bot,
        settings.bot_status_path,
        runs_bot=settings.runs_bot,
        clock=made.db.clock,
        hints=made.db.hints,
    )
    ctx.status = status
    ctx.models = ROOT / "models"
    encoder = once(made.encoder)  # a hundred megabytes
    ctx.nearest = Neighbours(encoder, ROOT / "models" / "vectors.sqlite")
    ctx.examples = Examples(
        made.db,
        settings.training_data,
        domain=ROOT / "domain.yml",
        held_out=ROOT / "tests" / "heldout",
        lock=settings.data_dir / "examples.lock",
    )
    ctx.bot_status = lambda: status.current
    ctx.business = lambda: _business(ctx.store, made.db.clock)
    ctx.dispatcher = Dispatcher(made.db, made.bot, Line())
    ctx.router = Router(made.db)
    ctx.sender = Sender(made.db, made.registry)
    ctx.knowledge = Searcher(made.db, encoder)
    ctx.miner = Miner(made.db, ctx.knowledge)


async def _business(store: SettingsStore, clock: Clock) -> dict[str, Any]:
    """What the bot may say of opening hours and name (docs/reference/internal-api.md)."""
    business, hours = await store.get(Business), await store.get(Hours)
    words = describe(hours)
    return {
        "name": {"zh": business.name.zh, "en": business.name.en},
        "hours": {"zh": words.zh, "en": words.en},
        "open": is_open(hours, clock.now()),
        "time_zone": hours.time_zone,
    }


def _start_background(app: Sanic[Any, Any]) -> None:
    ctx = app.ctx

    def start(work: Coroutine[Any, Any, None], name: str) -> None:
        ctx.background.append(asyncio.create_task(work, name=name))

    start(ctx.dispatcher.run(), "dispatcher")
    start(ctx.router.run(), "router")
    start(ctx.sender.run(), "sender")
    start(ctx.status.run(), "bot status")
    start(_settle_releases(ctx.status, ctx.db), "releases")
    start(ctx.duty.run(), "duty")
    start(ctx.visitor_sweep.run(), "visitor sweep")
    start(ctx.agent_sweep.run(), "agent sweep")
    start(ctx.knowledge.run(), "knowledge")
    start(_housekeeping(ctx.db), "housekeeping")


async def _settle_releases(status: BotStatus, db: Database) -> None:
    """Take down what becomes of releases, as often as the supervisor's report may have changed."""
    while True:
        with contextlib.suppress(Unavailable):
            await releases.settle(db, status.release)
        with db.hints.watch("bot") as watch:
            await watch.wait(30)


async def _housekeeping(db: Database) -> None:
    """Drop what nobody will ask for again."""
    while True:
        try:
            async with db.begin() as tx:
                await streams.trim(tx)
                await tx.run(s.ticket_pass.delete().where(s.ticket_pass.c.expires_at < tx.now))
                await tx.run(s.login.delete().where(s.login.c.expires_at < tx.now))
                await idempotency.forget_old(tx)
                await asked.forget_old(tx)
        except Unavailable:
            log.warning("housekeeping.database_unavailable")
        await asyncio.sleep(600)


async def _drain(app: Sanic[Any, Any]) -> None:
    """Not ready any more; nothing new is taken up; sockets go elsewhere; turns in flight may finish."""
    ctx = app.ctx
    ctx.draining = True
    for task in ctx.background:
        task.cancel()
    await asyncio.gather(*ctx.background, return_exceptions=True)
    await asyncio.gather(ctx.hub.drain(), ctx.dispatcher.drain(DRAIN_S), ctx.sender.drain(DRAIN_S))


async def _close(app: Sanic[Any, Any]) -> None:
    ctx = app.ctx
    ctx.store.close()
    await ctx.miner.close()
    ctx.examples.close()
    await ctx.nearest.close()
    ctx.knowledge.close()
    if isinstance(ctx.bot, HttpBot):
        await ctx.bot.close()
    await ctx.signals.close()
    await ctx.limiter.close()
    await ctx.db.hints.close()
    await ctx.db.close()


def _rest_the_collector() -> None:
    """What is there from the start stays for ever, and a full collection, which walks a thousand sockets and
    holds everybody up meanwhile, is seldom worth it: nearly all of our garbage has no cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def serve(settings: Settings) -> None:
    """Run one service process until SIGTERM or SIGINT."""
    _rest_the_collector()
    configure(settings.log_level, settings.log_format)
    app = create_app(settings, name="keting")
    tls = {"cert": str(settings.tls_cert), "key": str(settings.tls_key)} if settings.tls_cert else None
    app.run(
        host=settings.host,
        port=settings.port,
        ssl=tls,
        single_process=True,
        access_log=False,
        debug=False,
        motd=False,
    )
