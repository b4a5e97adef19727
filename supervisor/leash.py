"""Becomes another program that the kernel ends when the supervisor goes, however it goes.

Run as a script, by path and without site-packages:

    python -I -S leash.py PARENT_PID SIGNAL UID GID PROGRAM [ARGUMENT ...]

UID and GID are numbers, or - to stay who we are.  Giving up root comes first, since it wipes the death
signal; the parent may be gone by then, hence the second look.  Where the kernel has no death signal (not
Linux) the program simply starts.  Imports nothing of ours and only what starts in milliseconds.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(argv: list[str]) -> None:
    parent, death_signal = int(argv[0]), int(argv[1])
    if argv[2] != "-":
        os.setgroups([])
        os.setgid(int(argv[3]))
        os.setuid(int(argv[2]))
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:
            raise SystemExit("the supervisor is gone")
    try:
        os.execvp(argv[4], argv[4:])
    except OSError as error:
        raise SystemExit(f"cannot run {argv[4]}: {error.strerror}") from error


if __name__ == "__main__":
    main(sys.argv[1:])
