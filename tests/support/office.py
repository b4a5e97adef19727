"""The administrator of an instance, or somebody else, as a script: over the console's interface."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from tests.support.instance import Instance

PASSWORD = "a long enough password"


@dataclass
class Office:
    http: httpx.Client

    @classmethod
    def of(cls, instance: Instance, username: str = "admin", password: str | None = None) -> Office:
        """Logged in as the administrator, or as somebody else of the house."""
        http = httpx.Client(base_url=f"{instance.url}/api/console/v1", timeout=30, trust_env=False)
        answer = http.post(
            "/login", json={"username": username, "password": password or instance.admin_password()}
        )
        answer.raise_for_status()
        http.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return cls(http)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, path, json=body)
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        return answer.json()

    def hire(self, username: str, role: str = "agent", language: str = "en", capacity: int = 5) -> str:
        """Returns the password."""
        person = {"username": username, "name": username.title(), "role": role, "language": language}
        self.call("POST", "/people", {**person, "capacity": capacity, "groups": [], "password": PASSWORD})
        return PASSWORD

    @contextmanager
    def shelf(self, files: Sequence[Path]) -> Iterator[None]:
        """Articles that are published from files until the block ends, and found by everybody."""
        sent = [("file", (file.name, file.read_bytes())) for file in files]
        answer = self.http.post("/knowledge/import", params={"apply": "1", "publish": "1"}, files=sent)
        assert answer.is_success, answer.text
        names = {item["slug"] for item in answer.json()["items"]}
        try:
            yield
        finally:
            for article in self.call("GET", "/knowledge/articles?live=1&limit=200")["items"]:
                if article["slug"] in names:
                    self.shelve(article)

    def shelve(self, article: Any) -> None:
        """Take an article from its readers, and its name, which another may have then."""
        path = f"/knowledge/articles/{article['id']}"
        gone = self.call("POST", f"{path}/move", {"version": article["version"], "to": "archived"})
        self.call("PATCH", path, {"version": gone["version"], "slug": f"gone-{gone['id']}"})

    @contextmanager
    def after_hours(self) -> Iterator[None]:
        """By the hours of the business nobody is to be expected now."""
        before = self.call("GET", "/settings/hours")
        morning = datetime.now(ZoneInfo(before["time_zone"])).hour < 12
        then = ("13:00", "22:00") if morning else ("06:00", "11:00")
        self.call("PUT", "/settings/hours", {**before, "days": {day: [then] for day in before["days"]}})
        try:
            yield
        finally:
            self.call("PUT", "/settings/hours", before)

    def allow(self, *origins: str) -> None:
        widget = self.call("GET", "/settings/widget")
        widget.pop("snippet")
        self.call("PUT", "/settings/widget", {**widget, "origins": list(origins)})

    def clear(self) -> None:
        """Everybody else goes home, every conversation ends."""
        me = self.call("GET", "/me")["me"]["id"]
        for person in self.call("GET", "/people")["items"]:
            if person["id"] != me and not person["disabled"]:
                self.call("PATCH", f"/people/{person['id']}", {"disabled": True})
        for item in self.call("GET", "/conversations?view=all&limit=100")["items"]:
            if item["state"] == "agent":
                self.call("POST", f"/conversations/{item['id']}/takeover", {})
            self.call("POST", f"/conversations/{item['id']}/close", {})
