"""`keting chat`: talk to the bot in the terminal and see what it makes of each message.

Asks the running instance's bot; where there is none, starts one for this terminal.  The token is read from
KETING_BOT_TOKEN.  Input may come from a pipe: one message a line.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.tools import trace
from bot.tools.asking import Conversation, NoAnswer
from bot.tools.examine import present_or_newest
from bot.tools.models import ToolFailed
from bot.tools.own_bot import own_bot
from bot.tools.words import Bilingual, Language, exit_status, progress, terminal_language

_LONGEST = 20_000
_HELP = Bilingual(
    "直接输入消息；按钮输入编号。/restart 重新开始，/trace 开关分析，/quit 退出。",
    "Type a message, or a button's number. /restart begins anew, /trace hides the trace, /quit ends.",
)


@dataclass
class Session:
    """What is typed in, what is printed.  print_line: takes one line of output."""

    conversation: Conversation
    language: Language
    print_line: Callable[[str], None]
    with_trace: bool = True
    _buttons: list[str] = field(default_factory=list)

    def run(self, typed: Iterable[str]) -> None:
        """Until the input ends or says so; a message that fails does not end it."""
        self._say(_HELP)
        for line in typed:
            said = line.strip()
            if said == "/quit":
                return
            if said:
                self._take(said)

    def _take(self, said: str) -> None:
        if said == "/restart":
            self.conversation.restart()
            self._buttons = []
            self._say(Bilingual("已开始新的会话。", "A new conversation has begun."))
        elif said == "/trace":
            self.with_trace = not self.with_trace
        elif said.startswith("/"):
            self._say(Bilingual(f"没有命令 {said}。{_HELP.zh}", f"There is no command {said}. {_HELP.en}"))
        elif len(said) > _LONGEST:
            self._say(Bilingual(f"最多 {_LONGEST} 个字符。", f"At most {_LONGEST} characters."))
        else:
            self._ask(said)

    def _ask(self, said: str) -> None:
        began = time.monotonic()
        try:
            payload = self._pressed(said)
            answer = self.conversation.press(payload) if payload else self.conversation.say(said)
        except NoAnswer as failure:
            self._say(Bilingual(f"！{failure.text.zh}", f"! {failure.text.en}"))
            return
        took_s = time.monotonic() - began
        self._buttons = trace.payloads(answer)
        for line in trace.replies(answer):
            self.print_line(line)
        if self.with_trace:
            for line in trace.lines(answer, took_s, self.language):
                self.print_line(line)

    def _pressed(self, said: str) -> str | None:
        """The payload of the button of that number, as long as the bot's last answer has it."""
        if said.isascii() and said.isdigit() and 1 <= int(said[:9]) <= len(self._buttons):
            return self._buttons[int(said[:9]) - 1]
        return None

    def _say(self, text: Bilingual) -> None:
        self.print_line(text.to(self.language))


def main(argv: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(argv)
    language: Language = given.lang or terminal_language()
    try:
        with _conversation(given, language) as conversation:
            Session(conversation, language, _print, not given.no_trace).run(_typed())
    except ToolFailed as failure:
        print(failure.text.to(language), file=sys.stderr)
        return 2
    return 0


def _conversation(
    given: argparse.Namespace, language: Language
) -> contextlib.AbstractContextManager[Conversation]:
    """With the running instance; with a bot of our own if there is none or a model was asked for."""
    running = Conversation(given.url, os.environ.get("KETING_BOT_TOKEN", ""), given.lang)
    if given.model is None and running.is_ready():
        return contextlib.nullcontext(running)
    model = present_or_newest(given.model)
    progress(
        Bilingual(
            f"正在启动模型 {model.name}，约半分钟……", f"starting {model.name}, about half a minute ..."
        ).to(language)
    )
    return own_bot(model, given.lang)


def _typed() -> Iterator[str]:
    """Lines as they are typed, with a prompt for people; bytes that are no text are replaced."""
    reconfigure: Any = getattr(sys.stdin, "reconfigure", None)
    if reconfigure:
        reconfigure(errors="replace")
    is_person = sys.stdin.isatty()
    if is_person:
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401  # arrow keys and history in input()
    while True:
        try:
            line = input("> " if is_person else "")
        except EOFError:
            return
        if not is_person:
            _print(f"> {line}")
        yield line


def _print(line: str) -> None:
    print(line, flush=True)


def _parser() -> argparse.ArgumentParser:
    language = terminal_language()

    def words(zh: str, en: str) -> str:
        return Bilingual(zh, en).to(language)

    parser = argparse.ArgumentParser(
        prog="keting chat", description=words("在终端里和机器人对话", "talk to the bot in the terminal")
    )
    parser.add_argument(
        "--lang",
        choices=("zh", "en"),
        help=words("界面语言，也是访客的语言", "of the terminal, and what the visitor is known to speak"),
    )
    parser.add_argument("--no-trace", action="store_true", help=words("不显示分析", "replies only"))
    parser.add_argument(
        "--model", metavar="MODEL", help=words("用指定模型启动", "start this model instead of asking")
    )
    parser.add_argument(
        "--url",
        default=os.environ.get("KETING_BOT_URL", "http://127.0.0.1:5005"),
        help=words("机器人地址", "where the bot is"),
    )
    return parser


if __name__ == "__main__":
    sys.exit(exit_status(main))
