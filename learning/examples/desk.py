"""The trainer's examples over their files: all of them, and changes that are checked, locked and audited.

A change is worked out and judged first; then its audit row and the files go together: a file that cannot be
written takes the row back.  Processes that share the folder take turns by a lock beside it, and none writes
over what has changed since it was read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from bot.data_check import declared
from bot.training_data import fold, read_heldout
from core import events
from core.bilingual import Bilingual
from core.db import Database
from core.errors import Conflict
from learning.examples import edits
from learning.examples.faults import Draft, Refusal, Rules, refusals
from learning.examples.files import Change, is_writable, write
from learning.examples.index import Held, Index, Snapshot, hold, parsed

T = TypeVar("T")


@dataclass(frozen=True)
class Outcome:
    """What became of a change: the examples as they are now, or why nothing was done."""

    saved: Sequence[Held] = ()
    refused: Sequence[Refusal] = ()


@dataclass(frozen=True)
class Plan:
    """A change that may be carried out: by which files, and what the audit will say of it."""

    changes: Sequence[Change]
    saved: Sequence[Held]
    verb: str
    notes: Sequence[tuple[str, dict[str, Any]]]  # object and data of each audit row


class Examples:
    """One a process.  folder: Rasa's data; domain: whose intents and entities there may be; held_out: the
    folder of sentences that must stay unknown to the model."""

    def __init__(self, db: Database, folder: Path, *, domain: Path, held_out: Path, lock: Path) -> None:
        self._db, self._lock_file = db, lock
        self.folder = folder
        self._domain, self._held_out = domain, held_out
        self._index = Index(folder)
        self._thread = ThreadPoolExecutor(1, "examples")
        self._lock = asyncio.Lock()

    async def snapshot(self) -> Snapshot:
        """All examples as the files say now.  Raises Conflict examples_broken."""
        return await self._in_thread(self._index.snapshot)

    async def rules(self) -> Rules:
        return await self._in_thread(self._rules)

    async def is_writable(self) -> bool:
        return await self._in_thread(is_writable, self.folder)

    async def check(self, drafts: Sequence[Draft]) -> list[Refusal]:
        """What would be wrong with them as new examples."""
        snapshot, rules = await self.snapshot(), await self.rules()
        return await self._in_thread(refusals, drafts, snapshot.examples, rules)

    async def add(self, drafts: Sequence[Draft], actor: str) -> Outcome:
        """All of them at the end of their intents, or none.  Raises Conflict where a file cannot be
        changed."""
        return await self._change(lambda now, rules: self._adding(now, rules, drafts), actor)

    async def change(self, id: str, draft: Draft, actor: str) -> Outcome:
        """Says something else, or stands under another intent.  Conflict where id is not there any more."""
        return await self._change(
            lambda now, rules: self._changing(now, rules, _there(now, id), draft), actor
        )

    async def remove(self, id: str, actor: str) -> Outcome:
        """Conflict where id is not there any more, and for the last example of an intent."""
        return await self._change(lambda now, rules: self._removing(now, _there(now, id)), actor)

    async def _change(self, plan: Callable[[Snapshot, Rules], Plan | list[Refusal]], actor: str) -> Outcome:
        async with self._lock:
            snapshot, rules = await self.snapshot(), await self.rules()
            made = await self._in_thread(plan, snapshot, rules)
            if isinstance(made, list):
                return Outcome(refused=made)
            if made.changes:
                await self._carry_out(made, actor)
            return Outcome(saved=made.saved)

    async def _carry_out(self, plan: Plan, actor: str) -> None:
        async with self._db.begin() as tx:
            for object, data in plan.notes:
                await events.audit(tx, actor, plan.verb, object, **data)
            await self._in_thread(write, plan.changes, self._lock_file)

    def _adding(self, now: Snapshot, rules: Rules, drafts: Sequence[Draft]) -> Plan | list[Refusal]:
        if refused := refusals(drafts, now.examples, rules):
            return refused
        files = _Files(self._index)
        for intent in dict.fromkeys(draft.intent for draft in drafts):
            files.edit(_home(now, intent), _add([draft for draft in drafts if draft.intent == intent]))
        saved = files.found(drafts)
        return Plan(
            files.changes(),
            saved,
            "example.added",
            [(f"intent:{held.example.intent}", {"after": _told(held)}) for held in saved],
        )

    def _changing(self, now: Snapshot, rules: Rules, old: Held, draft: Draft) -> Plan | list[Refusal]:
        others = [held for held in now.examples if held is not old]
        if refused := refusals([draft], others, rules):
            return refused
        files, before = _Files(self._index), old.example
        place = files.place(old)
        if draft.intent == before.intent:
            words = edits.Words(draft.marked, draft.emotion)
            files.edit(before.path, lambda source: edits.changed(source, place, words))
        else:
            _keep_one(now, old)
            files.edit(before.path, lambda source: edits.removed(source, place))
            files.edit(_home(now, draft.intent), _add([draft]))
        (held,) = files.found([draft])
        note = (f"intent:{held.example.intent}", {"before": _told(old), "after": _told(held)})
        return Plan(files.changes(), [held], "example.changed", [note])

    def _removing(self, now: Snapshot, old: Held) -> Plan:
        _keep_one(now, old)
        files = _Files(self._index)
        place = files.place(old)
        files.edit(old.example.path, lambda source: edits.removed(source, place))
        note = (f"intent:{old.example.intent}", {"before": _told(old)})
        return Plan(files.changes(), [], "example.removed", [note])

    def _rules(self) -> Rules:
        intents, entities = declared(self._domain, "intents"), declared(self._domain, "entities")
        known = (_from(self._domain.parent, e) for e in read_heldout(self._held_out))
        return Rules(intents, entities, [(fold(e.text), e) for e in known])

    async def _in_thread(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


class _Files:
    """The files that one change is about, as they are and as they will be.  Raises Conflict where one cannot
    be changed from here."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._before: dict[Path, bytes] = {}
        self._after: dict[Path, str] = {}

    def edit(self, shown: Path, work: Callable[[str], str]) -> None:
        try:
            self._after[shown] = work(self._source(shown))
        except edits.Unknown as err:
            name = Bilingual(str(shown), str(shown))
            raise Conflict("examples_style", detail=str(err), names=(name,)) from err

    def place(self, wanted: Held) -> int:
        """Its number in the file as it is read for this change."""
        shown = wanted.example.path
        for held in hold(parsed(self._source(shown).encode(), shown)):
            if held.id == wanted.id:
                return held.place
        raise Conflict("example_changed")

    def _source(self, shown: Path) -> str:
        if shown not in self._before:
            self._before[shown] = self._index.path(shown).read_bytes()
            self._after[shown] = self._before[shown].decode("utf-8")
        return self._after[shown]

    def found(self, drafts: Sequence[Draft]) -> list[Held]:
        """Drafts as they stand in the files now."""
        all_of_them = [
            held for shown, source in self._after.items() for held in hold(parsed(source.encode(), shown))
        ]
        by_words = {(held.example.intent, held.example.marked): held for held in all_of_them}
        return [by_words[draft.intent, draft.marked] for draft in drafts]

    def changes(self) -> list[Change]:
        return [
            Change(self._index.path(shown), self._before[shown], after)
            for shown, after in self._encoded()
            if after != self._before[shown]
        ]

    def _encoded(self) -> Iterator[tuple[Path, bytes]]:
        """What was added to comes first: a stop in between leaves an example twice and loses none."""
        encoded = {shown: source.encode() for shown, source in self._after.items()}
        yield from sorted(encoded.items(), key=lambda pair: len(self._before[pair[0]]) - len(pair[1]))


def _add(drafts: Sequence[Draft]) -> Callable[[str], str]:
    """At the end of the intent that all of them are of."""
    words = [edits.Words(draft.marked, draft.emotion) for draft in drafts]
    return lambda source: edits.added(source, drafts[0].intent, words)


def _there(now: Snapshot, id: str) -> Held:
    held = now.by_id.get(id)
    if held is None:
        raise Conflict("example_changed")
    return held


def _home(now: Snapshot, intent: str) -> Path:
    """The file that most examples of an intent are in."""
    files = [held.example.path for held in now.of_intent(intent) if held.is_open]
    if not files:
        raise Conflict("examples_nowhere", names=(Bilingual(intent, intent),))
    return max(dict.fromkeys(files), key=files.count)


def _keep_one(now: Snapshot, old: Held) -> None:
    if len(now.of_intent(old.example.intent)) == 1:
        raise Conflict("last_example")


def _told(held: Held) -> dict[str, Any]:
    e = held.example
    return {"intent": e.intent, "text": e.marked, "emotion": e.emotion, "file": str(e.path)}


def _from(root: Path, e: Any) -> Any:
    """An example whose place is told from the project's folder."""
    return replace(e, path=e.path.relative_to(root)) if e.path.is_relative_to(root) else e
