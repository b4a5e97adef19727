"""Which examples are nearest, and what they have in common: with meanings and by words alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from encoder import EncoderMissing, Vectors
from learning.examples.index import Snapshot, hold
from learning.examples.place import read
from learning.nearest.grams import Lexicon, grams, hashes, shared, words
from learning.nearest.neighbours import Neighbours

EXAMPLES = {
    "request_return": ["我要退货", "這個耳機我想退貨", "I want to return this", "send it back please"],
    "ask_order_status": ["我的订单到哪了", "包裹什么时候到", "where is my parcel", "when will it arrive"],
    "greet": ["你好", "hello there"],
}
#: What a text means here: its intent, unless it says otherwise.
MEANINGS = {
    "退款退货": 0,
    "把东西寄还": 0,
    "return": 0,
    "back": 0,
    "订单": 1,
    "包裹": 1,
    "parcel": 1,
    "arrive": 1,
}


def snapshot(number: int = 1, **more: list[str]) -> Snapshot:
    texts = {intent: [*EXAMPLES.get(intent, []), *more.get(intent, [])] for intent in {**EXAMPLES, **more}}
    source = "nlu:\n" + "".join(
        f"- intent: {intent}\n  examples:\n"
        + "".join(f"  - text: |\n      {text}\n    metadata: {{emotion: neutral}}\n" for text in found)
        for intent, found in texts.items()
    )
    return Snapshot(number, tuple(hold(read(source, Path("data.yml")))))


class Meant:
    """Vectors of two directions beside the language's own, as an encoder gives them."""

    name = "meant"
    dimensions = 4

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_away = False

    def encode(self, texts: Sequence[str]) -> Vectors:
        if self.is_away:
            raise EncoderMissing("away")
        self.asked += texts
        rows = np.array([[4.0, 0, 0, 0] for _ in texts], np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[1] = 4.0 if text.isascii() else 0.0
            row[2 + next((m for word, m in MEANINGS.items() if word in text), int("退" not in text))] = 1.0
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


@pytest.fixture
async def nearest(tmp_path):
    made: list[Neighbours] = []

    def make(encoder=None) -> Neighbours:
        made.append(Neighbours(lambda: encoder, tmp_path / "models" / "vectors.sqlite"))
        return made[-1]

    yield make
    for one in made:
        await one.close()


def plain(found) -> list[str]:
    return [near.held.example.text for near in found.neighbours]


def test_words_are_those_of_the_dictionary_and_n_grams_lie_within_a_run():
    assert words("我要退货 now") == ["我", "要", "退货", "now"]
    assert grams("退货, ok") == ["退货", "ok", " 退货", " <ok", " ok>", " <ok>"]
    assert grams("！？") == [] == grams("")


def test_the_cosine_of_a_text_with_itself_is_one_and_with_a_stranger_nothing():
    lexicon = Lexicon([hashes(grams(text)) for text in ("我要退货", "where is it", "")])
    assert lexicon.cosines(hashes(grams("我要退货"))).tolist() == pytest.approx([1, 0, 0])
    assert lexicon.cosines(hashes([])).tolist() == [0, 0, 0]
    assert Lexicon([]).cosines(hashes(["x"])).tolist() == []


def test_what_is_shared_is_told_by_its_weight_and_parts_of_it_are_not_repeated():
    texts = ["我要退货", "我要订单", "我要发票"]
    lexicon = Lexicon([hashes(grams(text)) for text in texts])
    found = shared("退货，我要", "我要退货", lexicon)
    assert [(one.text, one.is_word) for one in found] == [("退货", True), ("我要", False)]
    assert found[0].share > found[1].share > 0


def test_a_latin_word_is_shared_as_a_whole_or_by_the_n_grams_that_it_shares():
    lexicon = Lexicon([hashes(grams("don't want what i ordered")), hashes(grams("unwanted"))])
    found = shared("not what i ordered, i want it", "don't want what i ordered", lexicon)
    assert [one.text for one in found][:2] == ["what i ordered", "want"]
    assert all(one.text in ("what i ordered", "want", "i") for one in found)
    assert "want" in [one.text for one in shared("i want it", "unwanted", lexicon)]


async def test_by_words_alone_the_nearest_say_the_same_in_either_script(nearest):
    found = await nearest().of("這個耳機我想退貨！", snapshot())
    first = found.neighbours[0]
    assert plain(found)[:2] == ["這個耳機我想退貨", "我要退货"]
    assert first.meaning is None and first.similarity == first.words == pytest.approx(1)
    assert found.tokens[:2] == ["这个", "耳机"] and [one.text for one in first.shared] == ["这个耳机我想退货"]
    assert found.leaning is not None and found.leaning[0] == "request_return"
    assert found.disagrees("greet") and not found.disagrees("request_return")


async def test_meaning_finds_what_shares_no_word(nearest):
    found = await nearest(Meant()).of("把东西寄还", snapshot())
    assert set(plain(found)[:2]) == {"我要退货", "這個耳機我想退貨"}
    first = found.neighbours[0]
    assert first.meaning is not None and first.meaning > 0.9 and first.words == 0 and not first.shared
    assert first.similarity == pytest.approx(first.meaning / 2)


async def test_a_new_example_is_found_at_once_and_only_it_is_encoded(nearest, tmp_path):
    encoder = Meant()
    one = nearest(encoder)
    await one.of("退货", snapshot())
    encoder.asked.clear()
    found = await one.of("把它退掉吧", snapshot(2, request_return=["把它退掉吧"]))
    assert plain(found)[0] == "把它退掉吧" and set(encoder.asked) == {"把它退掉吧"}
    fresh = Meant()
    await nearest(fresh).of("hello", snapshot())
    assert fresh.asked == ["hello"]  # the others are kept in the file


async def test_an_encoder_that_is_away_leaves_the_words(nearest):
    encoder = Meant()
    one = nearest(encoder)
    encoder.is_away = True
    assert plain(await one.of("你好", snapshot()))[0] == "你好"
    encoder.is_away = False
    assert (await one.of("你好", snapshot())).neighbours[0].meaning is not None


async def test_without_examples_or_likeness_there_is_nobody_near(nearest):
    assert (await nearest(Meant()).of("你好", Snapshot(1))).neighbours == []
    found = await nearest().of("zzz", snapshot())
    assert found.neighbours == [] and found.leaning is None and not found.disagrees("greet")
