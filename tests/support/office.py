"""The administrator of an instance, or somebody else, as a script: over the console's interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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

    def hire(self, username: str, role: str = "agent", language: str = "en") -> str:
        """Returns the password."""
        person = {"username": username, "name": username.title(), "role": role, "language": language}
        self.call("POST", "/people", {**person, "capacity": 5, "groups": [], "password": PASSWORD})
        return PASSWORD

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
