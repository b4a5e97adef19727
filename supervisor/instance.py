"""Everything that one data directory needs, started in order and stopped in the opposite one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import httpx

from core.bilingual import Bilingual
from core.migrate import migrate
from core.settings import Settings
from supervisor import database
from supervisor.bot import Bot
from supervisor.bot_status import BotStatus
from supervisor.child import Program
from supervisor.environment import ROOT, common_environment, service_environment
from supervisor.keeper import Keeper
from supervisor.postgres import PostgresServer, locate
from supervisor.terminal import Say
from supervisor.tls import self_signed, trust_bundle

#: The service drains for 15 s at most; then it is killed.
DRAIN_S = 20
SERVICE = (sys.executable, "-m", "cli", "serve")


class Instance:
    """Starts PostgreSQL, the schema, the service and then the bot; the stack stops them, last first."""

    def __init__(
        self, settings: Settings, say: Say, stack: AsyncExitStack, service: Sequence[str] = SERVICE
    ) -> None:
        self.settings = settings
        self._service = service
        self._say = say
        self._stack = stack
        self._keepers: list[Keeper] = []
        self._ca_bundle: Path | None = None

    async def run(self, *, with_bot: bool, tls_self_signed: bool) -> None:
        """Start everything and stay; raises SupervisorError if something essential cannot run."""
        if tls_self_signed:
            self._sign_ourselves()
        runs_bot = with_bot and self.settings.runs_bot
        status = BotStatus(self.settings.bot_status_path, self._say)
        status.report("starting" if runs_bot else "absent")
        await self._start_database(runs_bot)
        await self._start_service()
        self._announce()
        failures = [asyncio.create_task(keeper.failure()) for keeper in self._keepers]
        bot = [self._start_bot(status)] if runs_bot else []
        await _until_one_fails([*failures, *bot])

    def _sign_ourselves(self) -> None:
        settings = self.settings
        cert, key = self_signed(settings.data_dir, httpx.URL(settings.public_url).host)
        self._ca_bundle = trust_bundle(settings.data_dir, cert)
        public_url = settings.public_url.replace("http://", "https://", 1)
        self.settings = replace(settings, tls_cert=cert, tls_key=key, public_url=public_url)

    def _keep(self, program: Program, before_start: Callable[[], None] | None = None) -> Keeper:
        keeper = Keeper(program, self._say, before_start)
        keeper.launch()
        self._keepers.append(keeper)
        self._stack.push_async_callback(keeper.stop)
        return keeper

    async def _start_database(self, runs_bot: bool) -> None:
        maintenance = self.settings.database_url or await self._start_postgres()
        url = self.settings.database_url
        assert url is not None
        await database.reach(url)
        await migrate(url)
        if runs_bot:
            bot_url = self.settings.bot_database_url or database.bot_database_url(url)
            await database.ensure_bot_database(bot_url, maintenance)
        if password := await database.ensure_first_admin(url):
            self._show_password(password)

    async def _start_postgres(self) -> str:
        """Start the embedded server; returns the URL of its maintenance database."""
        server = locate(self.settings.data_dir)
        if server.is_moved:
            self._say_moved(server)
        environment = common_environment(self.settings)
        program = database.postgres_program(server, self.settings.data_dir, environment)
        keeper = self._keep(program, before_start=server.prepare)

        async def is_ready() -> bool:
            return server.is_ready(keeper.pid)

        await keeper.wait_until(is_ready, timeout_s=120)
        maintenance = server.url("postgres")
        await database.ensure_database(server.url(), maintenance)
        self.settings = replace(self.settings, database_url=server.url())
        return maintenance

    def _say_moved(self, server: PostgresServer) -> None:
        outside = self.settings.data_dir
        self._say(
            "postgres",
            Bilingual(
                f"其他用户进不了 {outside} 的上级文件夹，数据库改放在 {server.base}",
                f"others cannot enter the folders above {outside}: the database is in {server.base}",
            ),
        )

    async def _start_service(self) -> None:
        program = Program(
            name="service",
            argv=self._service,
            env=service_environment(self.settings),
            cwd=ROOT,
            log=self.settings.data_dir / "logs" / "service.log",
            stop_timeout_s=DRAIN_S,
        )
        keeper = self._keep(program)
        # The certificate may be made out to the public name only, and nothing secret is sent.
        async with httpx.AsyncClient(verify=False, timeout=2, trust_env=False) as client:

            async def is_ready() -> bool:
                try:
                    return (await client.get(f"{self.settings.local_url}/healthz")).status_code == 200
                except httpx.HTTPError:
                    return False

            await keeper.wait_until(is_ready, timeout_s=60)

    def _start_bot(self, status: BotStatus) -> asyncio.Task[None]:
        bot = Bot(self.settings, status, self._say, self._ca_bundle)
        self._stack.push_async_callback(bot.stop)
        return asyncio.create_task(bot.run(), name="bot")

    def _announce(self) -> None:
        url = self.settings.public_url
        self._say("service", Bilingual(f"已就绪 {url}/", f"ready at {url}/"))
        self._say("console", Bilingual(f"客服工作台 {url}/console/", f"for agents {url}/console/"))
        if not self.settings.is_https and not self.settings.is_local:
            self._say(
                "service",
                Bilingual(
                    "网络上的明文 http 只适合试用，可加 --tls-self-signed",
                    "plain http over a network is for trials only; there is --tls-self-signed",
                ),
            )

    def _show_password(self, password: str) -> None:
        name = database.FIRST_ADMIN
        self._say(
            "console",
            Bilingual(
                f"首个管理员：{name}  密码：{password}（只显示这一次，请登录后修改）",
                f"first administrator: {name}  password: {password}  (shown this once; please change it)",
            ),
        )


async def _until_one_fails(tasks: list[asyncio.Task[None]]) -> None:
    """Stay until cancelled or until a task raises, which is passed on; the others are cancelled."""
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
