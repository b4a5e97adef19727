"""The linear classifier behind intents and emotions."""

from __future__ import annotations

import pytest

from bot.nlu.linear import LinearText

TEXTS = {
    "refund": ["退款到哪了", "我的退款呢", "钱退了吗", "refund status", "where is my refund", "退款进度"],
    "hours": ["几点开门", "营业时间", "什么时候关门", "opening hours", "when do you open", "几点下班"],
    "human": ["转人工", "我要人工客服", "找真人", "talk to a person", "human please", "人工"],
}


@pytest.fixture(scope="module")
def trained() -> LinearText:
    pairs = [(text, label) for label, texts in TEXTS.items() for text in texts]
    return LinearText.fit([t for t, _ in pairs], [label for _, label in pairs], c=1.0)


def test_probabilities_are_ordered_and_sum_to_one(trained):
    ranking = trained.rank("我想问退款")
    assert ranking[0][0] == "refund"
    assert [p for _, p in ranking] == sorted((p for _, p in ranking), reverse=True)
    assert sum(p for _, p in ranking) == pytest.approx(1.0)


def test_a_text_of_nothing_known_is_unsure(trained):
    assert trained.rank("zzzz")[0][1] < 0.7


def test_a_saved_model_ranks_as_before(trained, tmp_path):
    trained.save(tmp_path, "model")
    again = LinearText.load(tmp_path, "model")
    for text in ("退款呢", "营业到几点", "a real person please", ""):
        for (name, p), (name_again, p_again) in zip(trained.rank(text), again.rank(text), strict=True):
            assert name == name_again
            assert p == pytest.approx(p_again, abs=1e-5)


def test_a_model_file_with_an_object_in_it_is_refused(trained, tmp_path):
    import numpy as np

    trained.save(tmp_path, "model")
    with np.load(tmp_path / "model.npz") as saved:
        arrays = dict(saved)
    arrays["weights"] = np.array([{"not": "numbers"}], dtype=object)
    np.savez(tmp_path / "model.npz", **arrays)
    with pytest.raises(ValueError, match="allow_pickle"):
        LinearText.load(tmp_path, "model")


def test_training_twice_gives_the_same_model(trained):
    pairs = [(text, label) for label, texts in TEXTS.items() for text in texts]
    again = LinearText.fit([t for t, _ in pairs], [label for _, label in pairs], c=1.0)
    assert (again.weights == trained.weights).all() and again.temperature == trained.temperature
