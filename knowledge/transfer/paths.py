"""Categories by their names: "售后 | After-sales > 退货 | Returns"; what is missing is made."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from core.db import Row, Tx
from core.errors import Invalid
from knowledge import categories

_LONGEST_NAME = 60


class Paths:
    def __init__(self, rows: Sequence[Row]) -> None:
        self._known: dict[tuple[UUID | None, str], UUID] = {}
        self._names = {row.id: (row.parent_id, row.name) for row in rows}
        for row in rows:
            self._learn(row.parent_id, row.id, row.name)

    def _learn(self, parent_id: UUID | None, key: UUID, name: dict[str, str]) -> None:
        for text in name.values():
            if text:
                self._known.setdefault((parent_id, text.strip().lower()), key)

    def of(self, category_id: UUID | None) -> str:
        """The path of a category, as it is written."""
        if category_id is None:
            return ""
        parent_id, name = self._names[category_id]
        own = " | ".join(text for text in dict.fromkeys((name.get("zh", ""), name.get("en", ""))) if text)
        return f"{self.of(parent_id)} > {own}" if parent_id is not None else own

    def check(self, path: str) -> None:
        """Raises Invalid for more than two levels, and names that are too long."""
        levels = _levels(path)
        if len(levels) > 2 or any(len(name) > _LONGEST_NAME for level in levels for name in level):
            raise Invalid("too_long", field="category")

    def find(self, path: str) -> UUID | None:
        """None also where a level does not exist."""
        found: UUID | None = None
        for level in _levels(path):
            matches = (self._known.get((found, name.lower())) for name in level)
            found = next((key for key in matches if key is not None), None)
            if found is None:
                return None
        return found

    async def make(self, tx: Tx, path: str) -> UUID | None:
        parent: UUID | None = None
        for level in _levels(path):
            matches = (self._known.get((parent, name.lower())) for name in level)
            known = next((key for key in matches if key is not None), None)
            if known is None:
                name = {"zh": level[0], "en": level[-1]}
                known = (await categories.create(tx, name, parent, len(self._names))).id
                self._names[known] = (parent, name)
                self._learn(parent, known, name)
            parent = known
        return parent


def _levels(path: str) -> list[list[str]]:
    parts = (part for part in path.split(">") if part.strip())
    return [[name.strip() for name in part.split("|") if name.strip()] for part in parts]
