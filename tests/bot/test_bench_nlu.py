"""What the NLU benchmark computes from predictions, and what it makes of a set."""

from __future__ import annotations

import math

import pytest
import yaml

from bench.nlu import scores
from bench.nlu.bars import BARS, WORDS, Bar
from bench.nlu.job import examples_file
from bench.nlu.kept import key
from bench.nlu.sets import SETS, Row, Split, few, in_traditional
from bench.nlu.table import COLUMNS


def test_coverage_is_the_largest_share_that_keeps_the_precision():
    curve = scores.coverage_curve([0.9, 0.8, 0.7, 0.6], [True, False, True, True])
    assert scores.coverage_at(curve, 1.0) == 0.25
    assert scores.coverage_at(curve, 0.75) == 1.0


def test_predictions_that_are_equally_sure_are_answered_together_or_not_at_all():
    curve = scores.coverage_curve([0.9, 0.9, 0.1], [True, False, True])
    assert list(curve.coverage) == [pytest.approx(2 / 3), 1.0]
    assert scores.coverage_at(curve, 0.9) == 0.0


def test_nothing_is_covered_where_no_threshold_is_precise_enough():
    assert scores.coverage_at(scores.coverage_curve([0.9, 0.2], [False, False]), 0.5) == 0.0


def test_recall_at_a_precision_counts_against_all_that_belong():
    score = [0.9, 0.8, 0.7, 0.0]
    belongs = [True, True, False, True]
    assert scores.recall_at_precision(score, belongs, 0.9) == pytest.approx(2 / 3)
    assert scores.recall_at_precision(score, belongs, 0.75) == 1.0


def test_recall_at_a_precision_that_is_never_reached_is_none():
    assert scores.recall_at_precision([0.9, 0.8], [False, True], 0.9) == 0.0
    assert scores.recall_at_precision([0.9, 0.8], [False, False], 0.9) == 0.0


def test_recall_at_k_looks_at_the_first_k_labels():
    rankings, truth = [["a", "b", "c"], ["b", "a", "c"], []], ["a", "c", "a"]
    assert scores.recall_at(rankings, truth, 1) == pytest.approx(1 / 3)
    assert scores.recall_at(rankings, truth, 3) == pytest.approx(2 / 3)


@pytest.fixture
def curve() -> scores.OosCurve:
    return scores.oos_curve([0.9, 0.8, 0.4, 0.7], [True, True, True, False], [0.1, 0.5, 0.85])


def test_rejecting_nothing_finds_nothing_out_of_scope(curve):
    assert scores.at_threshold(curve, 0.0) == (0.75, 0.0)


def test_a_rejected_text_in_scope_is_an_error(curve):
    assert scores.at_threshold(curve, 0.5) == (0.5, pytest.approx(1 / 3))


def test_rejecting_everything_answers_nothing(curve):
    assert scores.at_threshold(curve, math.inf) == (0.0, 1.0)


def test_the_strictest_threshold_is_the_last_that_leaves_the_accuracy(curve):
    assert scores.strictest(curve, 0.75) == 0.4
    assert scores.strictest(curve, 0.5) == 0.8
    assert scores.strictest(curve, 0.5, drawn=16) == 0.4
    assert scores.at_threshold(curve, scores.strictest(curve, 0.5)) == (0.5, pytest.approx(2 / 3))


def test_an_accuracy_out_of_reach_has_no_threshold(curve):
    assert math.isnan(scores.strictest(curve, 0.9))
    assert all(math.isnan(v) for v in scores.at_threshold(curve, scores.strictest(curve, 0.9)))


def test_few_shots_are_so_many_of_each_label_and_the_same_for_a_seed():
    rows = [Row(f"{label}{i}", label) for label in "ab" for i in range(9)] + [Row("c0", "c")]
    drawn = few(rows, 3, seed=1)
    assert sorted(row.label for row in drawn) == ["a"] * 3 + ["b"] * 3 + ["c"]
    assert drawn == few(rows, 3, seed=1)
    assert drawn != few(rows, 3, seed=2)


def test_traditional_rows_keep_their_labels_and_change_words_as_well():
    assert in_traditional([Row("软件打不开", "app")]) == [Row("軟體打不開", "app")]


def test_an_examples_file_holds_every_row_under_its_label_and_feeling():
    rows = [
        Row("退钱！😡", "refund", "angry"),
        Row("how: - 'to' #1", "refund"),
        Row("退款", "refund", "angry"),
    ]
    blocks = yaml.safe_load(examples_file(rows))["nlu"]
    assert blocks == [
        {"intent": "refund", "metadata": {"emotion": "angry"}, "examples": "- 退钱！😡\n- 退款\n"},
        {"intent": "refund", "examples": "- how: - 'to' #1\n"},
    ]


def test_brackets_in_a_text_are_no_entity():
    [block] = yaml.safe_load(examples_file([Row("see [this](link) [a]{b}", "x")]))["nlu"]
    assert block["examples"] == "- see [this] (link) [a] {b}\n"


def test_a_kept_result_is_asked_for_by_data_configuration_and_code():
    def of(text: str = "hi", epochs: int = 1, code: str = "1") -> str:
        rows = [Row(text, "greet")]
        return key([Split(rows, {"test": rows})], {"epochs": epochs}, code)

    assert of() == of()
    assert len({of(), of(text="hello"), of(epochs=2), of(code="2")}) == 4


def test_nothing_measured_meets_no_bar():
    assert not Bar("x", "accuracy", 0.0).met(math.nan)
    assert not Bar("x", "p95_ms", 30.0, least=False).met(math.nan)


def test_every_bar_and_column_is_of_a_set_and_a_value_that_exist():
    assert {bar.of for bar in BARS} <= SETS.keys()
    assert {bar.value for bar in BARS} | COLUMNS.keys() <= WORDS.keys()
