"""Questions with their answers, and questions that ask the same."""

from __future__ import annotations

from uuid import UUID

import numpy as np

from knowledge.mining.clusters import best_answer, cluster
from knowledge.mining.pairs import Line, pairs

ONE, TWO = UUID(int=1), UUID(int=2)


def talk(key, *said, trust=1):
    return [Line(key, author, text, trust) for author, text in said]


def test_a_question_goes_with_the_answer_after_it():
    lines = talk(
        ONE,
        ("visitor", "你好"),
        ("visitor", "滤网多久换一次"),
        ("visitor", "是 X1 的"),
        ("agent", "您好！"),
        ("agent", "建议三个月更换一次滤网。"),
        ("visitor", "谢谢"),
        ("agent", "不客气，祝您生活愉快！"),
    )
    (pair,) = pairs(lines)
    assert (pair.question, pair.language) == ("滤网多久换一次，是 X1 的", "zh")
    assert pair.answer == "您好！\n\n建议三个月更换一次滤网。"


def test_conversations_are_kept_apart():
    lines = talk(ONE, ("visitor", "How often do I change the filter?")) + talk(
        TWO, ("agent", "Every three months, please."), ("visitor", "thanks")
    )
    assert list(pairs(lines)) == []


def test_neither_question_nor_answer_names_a_person():
    lines = talk(
        ONE,
        ("visitor", "我叫王小明，电话13812345678，怎么退货"),
        ("agent", "王小明 13812345678 已为您登记退货申请。"),
    )
    (pair,) = pairs(lines)
    assert "138" not in pair.question + pair.answer and "王小明" not in pair.question


def test_the_same_question_in_other_words_is_one_cluster_and_the_rest_stay_apart():
    rng = np.random.default_rng(1)
    topics = rng.standard_normal((3, 32))
    rows = np.concatenate(
        [topic + 0.3 * rng.standard_normal((size, 32)) for topic, size in zip(topics, (5, 3, 1), strict=True)]
    )
    rows = np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)
    found = cluster(rows)
    assert [sorted(each.members) for each in found] == [[0, 1, 2, 3, 4], [5, 6, 7], [8]]
    assert cluster(rows) == found


def test_the_answer_to_propose_is_trusted_and_like_the_others():
    answers = [
        "建议三个月更换一次滤网，APP 会提醒。",
        "三个月换一次滤网。",
        "不知道。",
        "您说什么？请再说一遍好吗？",
    ]
    vectors = np.asarray([[1, 0], [1, 0.1], [0, 1], [-1, 0]], np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    assert best_answer(answers, vectors, [3, 1, 1, 0]) == 0
    assert best_answer(answers, vectors, [0, 3, 0, 0]) == 1
