"""What must be true of a whole instance after hostile messages: its databases, logs, numbers and memory."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import psutil

from core.db import driver_url
from supervisor.database import bot_database_url
from supervisor.postgres import running_url
from tests.support.hostile_words import PLANTED
from tests.support.instance import Instance

#: What a turn that came too late says of itself.  Then a person takes over, which is an answer too; on a busy
#: machine a few may.
_LATE = re.compile(r"TimeoutError|not finished after")
_LATE_SHARE = 0.02


async def faults_of_bot(instance: Instance) -> list[str]:
    """What Rasa's tracker must not hold: commands that nobody was offered, planted values, new beginnings."""
    url = running_url(instance.data_dir)
    assert url is not None
    faults: list[str] = []
    ours = await asyncpg.connect(driver_url(url))
    theirs = await asyncpg.connect(driver_url(bot_database_url(url)))
    try:
        rows = await ours.fetch(
            "select conversation_id::text as id, button->>'payload' as payload from message, "
            "jsonb_array_elements(content->'buttons') as button where author = 'bot'"
        )
        issued = {(row["id"], row["payload"]) for row in rows}
        rows = await ours.fetch("select id, state, error from turn where state <> 'done'")
        late = [row for row in rows if _LATE.search(row["error"] or "")]
        if len(late) > _LATE_SHARE * await ours.fetchval("select count(*) from turn"):
            faults.append(f"{len(late)} turns were late")
        faults += [f"turn {r['id']} {r['state']}: {r['error']}" for r in rows if r not in late]
        for row in await theirs.fetch("select sender_id, type_name, data from events order by id"):
            faults += _faults_of_event(row["sender_id"], json.loads(row["data"]), issued)
        for row in await theirs.fetch(
            "select sender_id, count(*) as n from events where type_name = 'session_started' "
            "group by sender_id having count(*) > 1"
        ):
            faults.append(f"conversation {row['sender_id']} began {row['n']} times")
    finally:
        await ours.close()
        await theirs.close()
    for name in ("rasa", "actions"):
        log = (instance.data_dir / "logs" / f"{name}.log").read_text("utf-8", "replace")
        faults += [f"{name}.log: {line[:300]}" for line in log.splitlines() if _is_trouble(line)]
    return faults


def _is_trouble(line: str) -> bool:
    signs = ("Traceback", ".crashed", ".failed", "CRITICAL", "ERROR")
    return any(sign in line for sign in signs) and not _LATE.search(line)


def _faults_of_event(conversation: str, event: dict[str, Any], issued: set[tuple[str, str]]) -> list[str]:
    told = f"conversation {conversation}: {json.dumps(event, ensure_ascii=False)[:300]}"
    match event["event"]:
        case "restart" | "undo" | "rewind" | "reset_slots" | "pause":
            return [told]
        case "user" if (event["text"] or "").startswith("/"):
            return [] if (conversation, event["text"]) in issued else [told]
        case "slot" if event["value"] == PLANTED:
            return [told]
        case "slot" if event["name"] == "language" and event["value"] not in ("zh", "en", None):
            return [told]
    return []


async def faults_of_numbers(instance: Instance) -> list[str]:
    """Failures that the service has counted."""
    async with httpx.AsyncClient(trust_env=False) as http:
        lines = (await http.get(f"{instance.url}/metrics")).text.splitlines()
    return [
        line
        for line in lines
        if (line.startswith("keting_http_request_seconds_count") and 'status="5' in line)
        or (line.startswith("keting_limits_unchecked_total") and not line.endswith(" 0.0"))
        or (line.startswith("keting_database_up") and not line.endswith(" 1.0"))
    ]


@dataclass(frozen=True)
class Memory:
    """Of the processes that a message goes through.  pid: another one later means that it was restarted."""

    mb: dict[str, float]
    pid: dict[str, int]

    @classmethod
    def of(cls, instance: Instance) -> Memory:
        found: dict[str, psutil.Process] = {}
        for role in ("service", "rasa", "actions"):
            process = instance.child(role)
            assert process is not None, f"{role} is gone"
            found[role] = process
        return cls(
            {role: round(process.memory_info().rss / 1e6, 1) for role, process in found.items()},
            {role: process.pid for role, process in found.items()},
        )

    def faults_since(
        self, before: Memory, *, between: float, most: dict[str, float], slack: float
    ) -> list[str]:
        faults = [f"{role} was restarted" for role in self.pid if self.pid[role] != before.pid[role]]
        for role, mb in self.mb.items():
            grown, allowed = mb - before.mb[role], slack + most[role] * between / 1000
            if grown > allowed:
                faults.append(f"{role} grew by {grown:.0f} MB, more than {allowed:.0f}")
        return faults
