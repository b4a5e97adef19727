"""Numbers of the trainer's reports, each held against a count by hand."""

from __future__ import annotations

from math import comb

import pytest

from bot.tools.metrics import (
    accuracy,
    calibration_error,
    change,
    confusions,
    label_scores,
    macro_f1,
    mcnemar,
    reliability,
)

# four refunds, of which one was taken for hours; two hours, of which one was taken for a refund; one greeting
PAIRS = [
    *[("refund", "refund")] * 3,
    ("refund", "hours"),
    ("hours", "hours"),
    ("hours", "refund"),
    ("greet", "greet"),
]


def test_accuracy_is_the_share_of_right_answers():
    assert accuracy(PAIRS) == pytest.approx(5 / 7)
    assert accuracy([]) == 0.0


def test_precision_and_recall_count_what_was_said_and_what_is():
    scores = {score.label: score for score in label_scores(PAIRS)}
    assert (scores["refund"].precision, scores["refund"].recall) == (3 / 4, 3 / 4)
    assert (scores["hours"].precision, scores["hours"].recall, scores["hours"].f1) == (1 / 2, 1 / 2, 1 / 2)
    assert (scores["greet"].f1, scores["greet"].count) == (1.0, 1)


def test_a_label_that_nobody_said_scores_nothing_and_one_that_never_is_has_no_weight():
    pairs = [("a", "a"), ("b", "c")]
    assert [(s.label, s.f1, s.count) for s in label_scores(pairs)] == [
        ("a", 1.0, 1),
        ("b", 0.0, 1),
        ("c", 0.0, 0),
    ]
    assert macro_f1(pairs) == 0.5


def test_macro_f1_counts_each_label_once_however_frequent():
    assert macro_f1(PAIRS) == pytest.approx((3 / 4 + 1 / 2 + 1) / 3)


def test_confusions_come_most_frequent_first_and_leave_right_answers_out():
    pairs = [("a", "b"), ("c", "a"), ("a", "b"), ("a", "a")]
    assert confusions(pairs) == [(("a", "b"), 2), (("c", "a"), 1)]


def test_a_bin_holds_its_upper_end_and_the_first_holds_zero():
    bins = reliability([(0.0, False), (0.1, True), (0.11, True), (1.0, True)])
    assert [(b.low, b.high, b.count) for b in bins] == [(0.0, 0.1, 2), (0.1, 0.2, 1), (0.9, 1.0, 1)]
    assert (bins[0].confidence, bins[0].accuracy) == (0.05, 0.5)


def test_calibration_error_is_the_mean_distance_of_confidence_and_accuracy():
    # three answers of 0.9, of which two are right: 0.2333 off; one of 0.5 that is wrong: 0.5 off
    bins = reliability([(0.9, True), (0.9, True), (0.9, False), (0.5, False)])
    assert calibration_error(bins) == pytest.approx((3 * (0.9 - 2 / 3) + 1 * 0.5) / 4)
    assert calibration_error([]) == 0.0


def test_mcnemar_is_twice_the_smaller_tail_of_a_fair_coin():
    assert mcnemar(9, 1) == pytest.approx(2 * (1 + 10) / 2**10)
    assert mcnemar(1, 9) == mcnemar(9, 1)
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(5, 5) == 1.0


def test_mcnemar_stays_exact_where_powers_of_two_leave_the_range_of_floats():
    tail = sum(comb(2400, k) for k in range(1101))
    assert mcnemar(1300, 1100) == pytest.approx(float(2 * tail / 2**2400))


def test_a_change_counts_what_only_one_of_two_models_understands():
    found = change([True, True, False, False], [True, False, True, True])
    assert (found.fixed, found.broken) == (2, 1)
    assert found.p == 1.0
