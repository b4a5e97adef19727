"""The bot over its wire (docs/reference/bot-wire.md), as the service asks it."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import requests

from bot import wire
from bot.tools.words import Bilingual

#: Beyond the bot's own deadline, so that it can say why a turn failed.
_TIMEOUT_S = 12.0
_HEALTH_TIMEOUT_S = 3.0

_FAILURES = {
    "forbidden": Bilingual("令牌不对", "the token is wrong"),
    "bad_request": Bilingual("机器人不接受这条消息", "the bot does not take this message"),
    "action_failed": Bilingual(
        "动作失败（需要客服系统在运行）", "an action failed (does it need the service to run?)"
    ),
    "not_ready": Bilingual("机器人尚未就绪", "the bot is not ready"),
    "silent": Bilingual("机器人没有回答", "the bot said nothing"),
}
_OTHER = Bilingual("机器人出错", "the bot failed")


class NoAnswer(Exception):
    """There is no answer to this message; text says why."""

    def __init__(self, text: Bilingual) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass
class Conversation:
    """One conversation with the bot at `url`; restart() begins another."""

    url: str
    token: str
    language: str | None = None
    id: str = field(default_factory=lambda: _new_id())
    _failures: int = 0

    def is_ready(self) -> bool:
        try:
            answer = requests.get(
                f"{self._base}/health",
                headers=self._headers,
                timeout=_HEALTH_TIMEOUT_S,
                allow_redirects=False,
            )
        except requests.RequestException:
            return False
        return answer.status_code == 200

    def restart(self) -> None:
        self.id, self._failures = _new_id(), 0

    def say(self, text: str) -> dict[str, Any]:
        """The answer to what a visitor types.  Raises NoAnswer."""
        return self._turn({"text": text})

    def press(self, payload: str) -> dict[str, Any]:
        """The answer to a button of the bot's.  Raises NoAnswer."""
        return self._turn({"payload": payload})

    def _turn(self, what: dict[str, str]) -> dict[str, Any]:
        now = datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")
        known = {"language": self.language} if self.language else {}
        metadata = {"now": now, "failures": self._failures, **known}
        turn = {"conversation_id": self.id, "turn_id": str(uuid.uuid4()), "fence": 1, "metadata": metadata}
        answer = self._post({**turn, **what})
        self._failures = 0 if answer["understood"] else self._failures + 1
        return answer

    def _post(self, body: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = requests.post(
                f"{self._base}/turn",
                json=body,
                headers=self._headers,
                timeout=_TIMEOUT_S,
                allow_redirects=False,
            )
            content = answer.json()
            wire.check(content, "turn_response" if answer.status_code == 200 else "error_response")
        except (requests.RequestException, json.JSONDecodeError, wire.BadBody) as err:
            raise NoAnswer(
                Bilingual(f"机器人没有给出有效答复：{err}", f"no answer from the bot: {err}")
            ) from err
        if answer.status_code != 200:
            said = _FAILURES.get(content["error"], _OTHER)
            detail = f" [{content['error']} {content.get('detail', '')}".rstrip() + "]"
            raise NoAnswer(Bilingual(said.zh + detail, said.en + detail))
        return dict(content)

    @property
    def _base(self) -> str:
        return f"{self.url.rstrip('/')}/webhooks/keting"

    @property
    def _headers(self) -> dict[str, str]:
        return {"X-Keting-Token": self.token}


def _new_id() -> str:
    return str(uuid.uuid4())
