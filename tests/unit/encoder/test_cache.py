"""Vectors that were made once are not made again, and what is broken on disk costs time only."""

from __future__ import annotations

import sqlite3
import threading

import numpy as np
import pytest

from encoder import CachedEncoder, cut


class Counting:
    """Vectors by the letters of a text; counts what it was asked for."""

    def __init__(self, name="counting", dimensions=4):
        self.name, self.dimensions = name, dimensions
        self.asked: list[str] = []

    def encode(self, texts):
        self.asked += texts
        rows = [[1 + sum(text.encode()) % 7, len(text), 3, 5][: self.dimensions] for text in texts]
        found = np.asarray(rows, np.float32).reshape(len(texts), self.dimensions)
        return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_each_text_is_encoded_once_and_in_its_place():
    inner = Counting()
    encoder = CachedEncoder(inner)
    rows = encoder.encode(["a", "bb", "a", "ccc"])
    assert inner.asked == ["a", "bb", "ccc"]
    assert np.array_equal(rows[0], rows[2]) and not np.array_equal(rows[0], rows[1])
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert encoder.encode([]).shape == (0, 4)


def test_the_file_outlives_the_process_and_changes_no_result(tmp_path):
    file = tmp_path / "deep" / "vectors.sqlite"
    first = CachedEncoder(Counting(), file).encode(["甲", "乙"])
    inner = Counting()
    assert np.array_equal(CachedEncoder(inner, file).encode(["乙", "甲"]), first[::-1])
    assert inner.asked == []


def test_another_encoder_s_vectors_are_not_taken(tmp_path):
    file = tmp_path / "vectors.sqlite"
    CachedEncoder(Counting("one"), file).encode(["甲"])
    inner = Counting("two")
    CachedEncoder(inner, file).encode(["甲"])
    assert inner.asked == ["甲"]


def test_rows_of_the_wrong_size_are_ignored(tmp_path):
    file = tmp_path / "vectors.sqlite"
    CachedEncoder(Counting(), file).encode(["甲"])
    with sqlite3.connect(file) as connection:
        connection.execute("update vectors set vector = x'0000'")
    connection.close()
    inner = Counting()
    rows = CachedEncoder(inner, file).encode(["甲"])
    assert inner.asked == ["甲"] and rows.shape == (1, 4)


@pytest.mark.parametrize("content", [b"no database at all", None])
def test_a_file_that_cannot_be_used_is_as_good_as_none(tmp_path, content):
    file = tmp_path / "vectors.sqlite"
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    inner = Counting()
    encoder = CachedEncoder(inner, file)
    assert encoder.encode(["甲"]).shape == (1, 4)
    encoder.encode(["甲"])
    assert inner.asked == ["甲"]  # remembered in memory


def test_threads_may_share_it(tmp_path):
    inner = Counting()
    encoder = CachedEncoder(inner, tmp_path / "vectors.sqlite")
    expected = Counting().encode(["t1"])[0]
    found = []

    def work(number):
        found.append(encoder.encode([f"x{number}", "t1"])[1])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and all(np.allclose(row, expected, atol=1e-3) for row in found)


def test_of_a_long_text_its_beginning_and_its_end_are_read():
    text = "甲" * 300 + "b" * 1000 + "c" * 900
    assert cut(text) == "甲" * 120 + " " + "c" * 240
    assert cut("😡" * 20_000) == "😡" * 120 + " " + "😡" * 60
    for whole in ("short", "a letter of some length " * 30, "退" * 180):
        assert cut(whole) == whole
