"""Rasa's tracker store on PostgreSQL, with errors that stay errors.

Rasa's own store keeps dead connections after the database restarted, sleeps for ever in its constructor
while the database is down, and is wrapped so that a failed read looks like a new conversation.  This one
checks a connection before it is used, connects when first needed, and `unwrapped` gives the channel the
store without the wrapper.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Generator
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from sqlalchemy.orm import Session, sessionmaker

log = logging.getLogger(__name__)

_CONNECT_TIMEOUT_S = 3
_STATEMENT_TIMEOUT_MS = 4000


class KetingTrackerStore(SQLTrackerStore):
    """Named in endpoints.yml as `tracker_store: {type: bot.tracker_store.KetingTrackerStore, url: postgresql://...}`.

    errors counts what went wrong since the start; every method raises what the database raised.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        **kwargs: Any,
    ) -> None:
        if not host or "://" not in host:
            raise ValueError("KetingTrackerStore needs the database as `url: postgresql://...`")
        self.engine = sa.create_engine(_plain(host), **_engine_settings(host))
        self.sessionmaker = sessionmaker(bind=self.engine)
        self.errors = 0
        self._has_tables = False
        TrackerStore.__init__(self, domain, event_broker)

    @contextlib.contextmanager
    def session_scope(self) -> Generator[Session, None, None]:
        """A session that is closed at the end and rolled back if anything failed."""
        try:
            self._create_tables()
            with contextlib.closing(self.sessionmaker()) as session:
                yield session
        except Exception as err:
            self.errors += 1
            log.error("tracker_store.failed error=%s total=%d", type(err).__name__, self.errors)
            raise

    def check(self) -> None:
        """Raise unless the database answers."""
        with self.session_scope() as session:
            session.execute(sa.text("SELECT 1"))

    def _create_tables(self) -> None:
        if not self._has_tables:
            self.Base.metadata.create_all(self.engine)
            self._has_tables = True


def unwrapped(store: TrackerStore) -> TrackerStore:
    """The store under Rasa's wrappers, which turn errors into empty conversations."""
    while isinstance(getattr(store, "_tracker_store", None), TrackerStore):
        store = store._tracker_store
    return store


def is_healthy(store: TrackerStore) -> bool:
    """Does the store answer?  Stores without a database always do."""
    try:
        check = getattr(store, "check", None)
        if check:
            check()
        return True
    except Exception:
        return False


def _plain(url: str) -> str:
    """The service's URL names an asynchronous driver; ours is psycopg2."""
    scheme, rest = url.split("://", 1)
    return f"postgresql://{rest}" if scheme.startswith("postgres") else url


def _engine_settings(url: str) -> dict[str, Any]:
    if not url.startswith("postgres"):
        return {"pool_pre_ping": True}
    return {
        "pool_pre_ping": True,
        "pool_size": int(os.environ.get("POSTGRESQL_POOL_SIZE", "5")),
        "max_overflow": int(os.environ.get("POSTGRESQL_MAX_OVERFLOW", "5")),
        "pool_timeout": _CONNECT_TIMEOUT_S,
        "connect_args": {
            "connect_timeout": _CONNECT_TIMEOUT_S,
            "options": f"-c statement_timeout={_STATEMENT_TIMEOUT_MS}",
        },
    }
