"""Checks of what should answer: ports, database, Redis, the service itself."""

from __future__ import annotations

import asyncio
import warnings

import requests
from urllib3.exceptions import InsecureRequestWarning

from core.bilingual import Bilingual
from core.settings import Settings
from supervisor.doctor_report import Finding, plain
from supervisor.errors import PortBusy, PostgresUnusable
from supervisor.lock import is_held
from supervisor.ports import is_free
from supervisor.postgres import running_url


def ports(settings: Settings) -> Finding | None:
    if is_held(settings.data_dir):
        return None
    what = Bilingual("端口", "port")
    try:
        free = is_free(settings.port, settings.host)
    except PortBusy as error:
        return Finding(what, "fail", error.text, Bilingual("更改 KETING_HOST。", "Change KETING_HOST."))
    if free:
        return Finding(what, "ok", plain(str(settings.port)))
    return Finding(
        what,
        "fail",
        Bilingual(f"{settings.port} 已被占用", f"{settings.port} is taken"),
        Bilingual("停止占用它的程序，或设置 KETING_PORT。", "Stop whoever has it, or set KETING_PORT."),
    )


def database(settings: Settings) -> Finding:
    from core.migrate import is_current

    what = Bilingual("数据库", "database")
    try:
        url = settings.database_url or running_url(settings.data_dir)
    except PostgresUnusable as error:
        return Finding(what, "fail", error.text)
    if url is None:
        return Finding(what, "ok", Bilingual("内置，keting up 时启动", "bundled; keting up starts it"))
    try:
        current = asyncio.run(is_current(url))
    except Exception as error:  # whatever the driver raises is the finding
        return Finding(
            what,
            "fail",
            plain(f"{type(error).__name__}: {error}"),
            Bilingual("检查 KETING_DATABASE_URL 和数据库服务。", "Check KETING_DATABASE_URL and the server."),
        )
    if current:
        return Finding(what, "ok", Bilingual("可用，表结构最新", "reachable, schema up to date"))
    return Finding(
        what,
        "fail",
        Bilingual("表结构不是最新", "the schema is not up to date"),
        Bilingual("运行 keting migrate。", "Run: keting migrate."),
    )


def redis(settings: Settings) -> Finding | None:
    if settings.redis_url is None:
        return None
    from redis import Redis, RedisError

    try:
        with Redis.from_url(settings.redis_url, socket_timeout=3, socket_connect_timeout=3) as client:
            client.ping()
    except RedisError as error:
        return Finding(
            plain("Redis"),
            "fail",
            plain(str(error)),
            Bilingual(
                "检查 KETING_REDIS_URL；没有 Redis 系统只会变慢，不会出错。",
                "Check KETING_REDIS_URL; without Redis everything is slower, not wrong.",
            ),
        )
    return Finding(plain("Redis"), "ok", Bilingual("可用", "reachable"))


def service(settings: Settings) -> Finding:
    what = Bilingual("服务", "service")
    url = f"{settings.local_url}/readyz"
    if not is_held(settings.data_dir):
        return Finding(what, "ok", Bilingual("没有在运行", "not running"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InsecureRequestWarning)
            answer = requests.get(url, timeout=5, verify=False)  # over loopback, nothing secret is sent
    except requests.RequestException as error:
        return _unwell(what, f"{url}: {error}")
    if answer.ok:
        return Finding(what, "ok", plain(url))
    return _unwell(what, f"{url}: {answer.status_code} {answer.text[:200]}")


def _unwell(what: Bilingual, detail: str) -> Finding:
    fix = Bilingual(
        "查看数据目录里的 logs/service.log。", "Look into logs/service.log in the data directory."
    )
    return Finding(what, "fail", plain(detail), fix)
