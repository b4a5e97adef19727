"""TCP ports: whether one is free, and another one if not."""

from __future__ import annotations

import errno
import socket

from core.bilingual import Bilingual
from supervisor.errors import PortBusy


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether we could listen there now.  Raises PortBusy for an address that is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise PortBusy(
                Bilingual(
                    f"本机没有地址 {host}（KETING_HOST）：{error.strerror}",
                    f"this machine has no address {host} (KETING_HOST): {error.strerror}",
                )
            ) from error
    return True


def free_port(wanted: int) -> int:
    """The wanted port of loopback if it is free, else one that the system picks."""
    if is_free(wanted):
        return wanted
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def require_free(port: int, host: str) -> None:
    if not is_free(port, host):
        raise PortBusy(
            Bilingual(
                f"端口 {port} 已被其他程序占用。请停止它，或设置 KETING_PORT 使用另一个端口。",
                f"Port {port} is taken by another program. Stop it, or set KETING_PORT to another port.",
            )
        )
