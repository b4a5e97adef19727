"""What the supervisor says on the terminal: one line a fact, in the terminal's language."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import datetime

from core.bilingual import Bilingual, Language, terminal_language

#: Says one thing about one part: say("postgres", Bilingual("已就绪", "ready")).
Say = Callable[[str, Bilingual], None]


def terminal(language: Language | None = None) -> Say:
    chosen = language or terminal_language()

    def say(part: str, text: Bilingual) -> None:
        clock = datetime.now().astimezone().strftime("%H:%M:%S")
        with contextlib.suppress(OSError):  # the terminal may have been closed; stopping goes on
            print(f"{clock}  {part:<9} {text.to(chosen)}", flush=True)

    return say
