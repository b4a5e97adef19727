"""What the business says of itself: to the bot's actions, and to whoever asks for the opening hours."""

from __future__ import annotations

from typing import Any

from core import hours as opening
from core.hours import Hours
from core.settings_store import Business, SettingsStore


async def business(store: SettingsStore) -> dict[str, Any]:
    """{"name": {"zh","en"}, "hours": {"zh","en"}, "time_zone"}: the hours in words."""
    name, hours = (await store.get(Business)).name, await store.get(Hours)
    return {
        "name": {"zh": name.zh, "en": name.en},
        "hours": opening.describe(hours)._asdict(),
        "time_zone": hours.time_zone,
    }
