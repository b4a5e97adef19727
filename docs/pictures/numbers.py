"""The numbers of the pictures, from where the bot reads them: config.yml and the code.

Rasa is not needed: of code only literals are read.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Anger:
    """Options of `bot.nlu.escalation.AngerGate`, which says what each means."""

    once: float
    twice: float
    faded: float
    half_life: float
    repeats: int

    def left_of(self, anger: float, messages_ago: int) -> float:
        """What is left of the anger of an earlier message."""
        return anger * float(0.5 ** (messages_ago / self.half_life))

    def calls(self, now: float, remembered: float) -> bool:
        """Does a message as angry as that call a person?"""
        return now >= self.once or (now >= self.twice and remembered >= self.faded)


@cache
def pipeline() -> Mapping[str, Mapping[str, Any]]:
    """The components of config.yml in their order, by the last part of their name."""
    listed = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))["pipeline"]
    return {item["name"].rpartition(".")[2]: item for item in listed}


@cache
def anger() -> Anger:
    options = {**_defaults("bot/nlu/escalation.py"), **pipeline()["AngerGate"]}
    names = ("once", "twice", "faded", "half_life", "repeats")
    return Anger(*(options[name] for name in names))


@cache
def constants(path: str) -> Mapping[str, Any]:
    """What a module of the project gives a name to at its top, as far as it is a literal."""
    found: dict[str, Any] = {}
    for node in _module(path).body:
        if isinstance(node, ast.Assign):
            target, value = node.targets[0], _literal(node.value)
            names = target.elts if isinstance(target, ast.Tuple) else [target]
            values = value if isinstance(target, ast.Tuple) else [value]
            found.update(
                {n.id: v for n, v in zip(names, values or [], strict=False) if isinstance(n, ast.Name)}
            )
    return found


def quiet() -> tuple[int, int]:
    """For how many milliseconds a visitor has to pause, and after how many we don't wait any longer."""
    from core.inbox import LONGEST_GAP, QUIET_GAP  # the bot's Python, which tests the rest, can't import it

    return round(QUIET_GAP.total_seconds() * 1000), round(LONGEST_GAP.total_seconds() * 1000)


def _defaults(path: str) -> dict[str, Any]:
    """What `get_default_config` of a component returns."""
    for node in ast.walk(_module(path)):
        if isinstance(node, ast.FunctionDef) and node.name == "get_default_config":
            return next(dict(_literal(n.value)) for n in ast.walk(node) if isinstance(n, ast.Return))
    raise LookupError(f"{path} has no get_default_config")


def _module(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text("utf-8"))


def _literal(node: ast.expr | None) -> Any:
    try:
        return ast.literal_eval(node) if node is not None else None
    except ValueError:
        return None
