"""Reads typed values out of the environment and notes every fault instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from core.bilingual import Bilingual, Language


@dataclass(frozen=True)
class Fault:
    """One wrong setting: which, what is wrong with it, and what to do."""

    name: str
    problem: Bilingual
    fix: Bilingual

    def to(self, language: Language) -> str:
        return f"{self.name}: {self.problem.to(language)} {self.fix.to(language)}"


def parse_env_file(path: Path) -> tuple[dict[str, str], list[Fault]]:
    """NAME=value lines of a .env file; blank lines, # comments, ``export`` and quotes are understood."""
    values: dict[str, str] = {}
    faults: list[Fault] = []
    if not path.is_file():
        return values, faults
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        line = line.strip().removeprefix("export ").strip()
        if not line or line.startswith("#"):
            continue
        name, separator, value = (part.strip() for part in line.partition("="))
        if not separator or not name.isidentifier():
            where = f"{path}:{number}"
            faults.append(
                Fault(
                    where,
                    Bilingual("这一行不是 NAME=值 的形式。", "this line is not of the form NAME=value."),
                    Bilingual("请改正或在行首加 # 注释掉。", "Correct it, or put # in front."),
                )
            )
            continue
        values[name] = _unquoted(value)
    return values, faults


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value.split(" #", 1)[0].rstrip()


@dataclass
class Reader:
    """Typed access to one set of values; a bad value becomes a fault and the default is returned."""

    values: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, name: str, problem: Bilingual, fix: Bilingual) -> None:
        self.faults.append(Fault(name, problem, fix))

    def text(self, name: str) -> str | None:
        """The value without surrounding blanks; empty counts as not set."""
        return self.values.get(name, "").strip() or None

    def integer(self, name: str, default: int, low: int, high: int) -> int:
        raw = self.text(name)
        if raw is None:
            return default
        try:
            number = int(raw)
        except ValueError:
            number = low - 1
        if low <= number <= high:
            return number
        self.fault(
            name,
            Bilingual(
                f"{raw!r} 不是 {low} 到 {high} 的整数。", f"{raw!r} is no whole number from {low} to {high}."
            ),
            Bilingual(f"例如 {name}={default}。", f"For example {name}={default}."),
        )
        return default

    def choice(self, name: str, default: str, options: tuple[str, ...]) -> str:
        raw = self.text(name) or default
        if raw in options:
            return raw
        listed = ", ".join(options)
        self.fault(
            name,
            Bilingual(f"{raw!r} 不在可选值之内。", f"{raw!r} is not one of the choices."),
            Bilingual(f"可选：{listed}。", f"Choose one of: {listed}."),
        )
        return default

    def url(
        self, name: str, schemes: tuple[str, ...], *, example: str, host_needed: bool = True
    ) -> str | None:
        raw = self.text(name)
        if raw is None:
            return None
        try:
            parts = urlsplit(raw)
            good = parts.scheme in schemes and (bool(parts.hostname) or not host_needed)
            _ = parts.port  # raises on nonsense
        except ValueError:
            good = False
        if good:
            return raw
        starts = " / ".join(f"{scheme}://" for scheme in schemes)
        self.fault(  # the value itself may hold a password, so it is not shown
            name,
            Bilingual(f"不是以 {starts} 开头的地址。", f"not an address that starts with {starts}."),
            Bilingual(f"例如 {name}={example}。", f"For example {name}={example}."),
        )
        return None

    def file(self, name: str) -> Path | None:
        raw = self.text(name)
        if raw is None:
            return None
        path = Path(raw).expanduser().absolute()
        if path.is_file():
            return path
        self.fault(
            name,
            Bilingual(f"文件 {path} 不存在。", f"there is no file {path}."),
            Bilingual("请改正路径，或去掉这一项。", "Correct the path, or leave the setting out."),
        )
        return None
