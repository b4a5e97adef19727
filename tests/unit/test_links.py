"""Signed addresses of files."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from core.clock import ManualClock
from core.errors import BadSignature, NotFound
from core.links import Links
from core.secret import Secret

BLOB = uuid4()


def parts(path: str) -> tuple[str, str]:
    query = parse_qs(urlsplit(path).query)
    return query["exp"][0], query["sig"][0]


def test_an_address_is_good_for_an_hour_at_least_and_two_at_most():
    clock = ManualClock()
    links = Links(Secret("k" * 40), clock)
    expires, signature = parts(links.path(BLOB, "a b/中.png"))
    links.check(BLOB, expires, signature)
    clock.move(timedelta(minutes=60))
    links.check(BLOB, expires, signature)
    clock.move(timedelta(minutes=60))
    with pytest.raises(NotFound):
        links.check(BLOB, expires, signature)


def test_names_are_escaped():
    path = Links(Secret("k")).path(BLOB, "a b/中?.png")
    assert path.startswith(f"/files/{BLOB}/a%20b%2F%E4%B8%AD%3F.png?exp=")


def test_asking_twice_gives_one_address_so_that_caches_work():
    clock = ManualClock()
    links = Links(Secret("k"), clock)
    first = links.path(BLOB, "a.png")
    clock.move(timedelta(minutes=10))
    assert links.path(BLOB, "a.png") == first


@pytest.mark.parametrize("spoil", ["blob", "later", "signature", "key", "no number", "not ascii", "digits"])
def test_anything_else_is_refused(spoil):
    links = Links(Secret("k"), ManualClock())
    expires, signature = parts(links.path(BLOB, "a.png"))
    blob = uuid4() if spoil == "blob" else BLOB
    if spoil == "later":
        expires = str(int(expires) + 3600)
    if spoil == "signature":
        signature = signature[::-1]
    if spoil == "key":
        links = Links(Secret("another"), ManualClock())
    if spoil == "no number":
        expires = "never"
    if spoil == "not ascii":
        signature = "签" * 64
    if spoil == "digits":
        expires = "٣٤٥"
    with pytest.raises(BadSignature):
        links.check(blob, expires, signature)
