"""What a tool says, in both languages.  The bot's side imports nothing of the service, not even these."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import Literal, NamedTuple

Language = Literal["zh", "en"]


class Bilingual(NamedTuple):
    """The same words in Chinese (simplified) and in English."""

    zh: str
    en: str

    def to(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


def terminal_language() -> Language:
    """The first of LC_ALL, LC_MESSAGES and LANG that is set decides."""
    value = next((v for n in ("LC_ALL", "LC_MESSAGES", "LANG") if (v := os.environ.get(n))), "")
    return "zh" if value.lower().startswith("zh") else "en"


def add_language(parser: argparse.ArgumentParser, default: Language | None = None) -> None:
    """The option `--lang`; without it, the terminal's language."""
    words = Bilingual("输出语言", "language of what is printed").to(terminal_language())
    parser.add_argument("--lang", choices=("zh", "en"), default=default or terminal_language(), help=words)


def progress(text: str) -> None:
    """Tell the person who waits; standard output is for results."""
    print(text, file=sys.stderr, flush=True)


def exit_status(main: Callable[[], int]) -> int:
    """What a tool ends with.  One that is interrupted, or whose reader has gone, needs no traceback."""
    try:
        status = main()
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at the end
        return 141
