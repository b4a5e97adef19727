"""Which system user runs PostgreSQL (it refuses to run as root), and what that user can reach."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

#: Unprivileged users to choose from when we are root, the best first.
CANDIDATES = ("keting", "postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A system user that we switch a child to."""

    name: str
    uid: int
    gid: int


def server_account(data: Path) -> Account | None:
    """None when we are not root: the child stays who we are.

    Files that exist already decide, so that a user created later does not lock an old server out.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat().st_uid) != 0:
        return _account(pwd.getpwuid(owner))
    for name in CANDIDATES:
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            continue
    raise LookupError(f"none of the users {', '.join(CANDIDATES)} exists on this system")


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def can_reach(account: Account | None, path: Path) -> bool:
    """Whether the account may enter a folder or run a program.  Asked of the kernel, not computed."""
    if account is None:
        return os.access(path, os.X_OK)
    asked = subprocess.run(
        ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
        check=False,
    )
    return asked.returncode == 0


def own_names() -> list[str]:
    """System user names under which processes of this instance connect."""
    names = {"root"}
    try:
        names.add(pwd.getpwuid(os.geteuid()).pw_name)
    except KeyError:
        names.add(str(os.geteuid()))
    return sorted(names)
