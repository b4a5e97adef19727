"""Language, script and the one spelling that classifiers see."""

from __future__ import annotations

import pytest

from bot.nlu.language import detect, fold, normalise, traditional


@pytest.mark.parametrize(
    ("text", "language", "script", "mixed"),
    [
        ("我的订单到哪了", "zh", "Hans", False),
        ("請問我的訂單到哪裡了", "zh", "Hant", False),
        ("你好", "zh", None, False),
        ("where is my order", "en", None, False),
        ("我的 Lark Buds 坏了", "zh", "Hans", True),
        ("what does 保修 mean", "en", None, True),
        ("12345", None, None, False),
        ("😀", None, None, False),
        ("", None, None, False),
    ],
)
def test_a_text_tells_its_language_and_script(text, language, script, mixed):
    found = detect(text)
    assert (found.language, found.script, found.mixed) == (language, script, mixed)


@pytest.mark.parametrize("text", ["KT20260101001", "13912345678", "ok", "X200", "a.b@example.com", "hello"])
def test_numbers_names_and_words_used_everywhere_do_not_change_the_language(text):
    assert not detect(text).certain


@pytest.mark.parametrize(
    "text", ["我的訂單到哪裡了", "我的订单到哪里了", "我的\u200b订单到哪里了", "  我的订单到哪里了 "]
)
def test_spellings_of_one_sentence_become_one(text):
    assert normalise(text) == "我的订单到哪里了"


def test_taiwanese_words_become_mainland_ones():
    assert normalise("軟體更新") == "软件更新"


def test_numbers_are_masked_by_their_kind():
    masked = normalise("订单 ＫＴ20260101001，电话 139-1234-5678，a@b.com，工单T260101-0001")
    for word in ("ordernumber", "phonenumber", "emailaddress", "ticketnumber"):
        assert word in masked
    assert "2026" not in masked and "1391" not in masked


def test_model_names_are_not_masked():
    assert "x200" in normalise("X200 多少钱")


def test_folding_keeps_a_way_back_to_the_raw_text():
    raw = "電\u200b話１３９１２３４５６７８"
    folded = fold(raw)
    start = folded.text.index("139")
    assert folded.text == "电话13912345678"
    assert raw[folded.source[start] : folded.source[len(folded.text)]] == "１３９１２３４５６７８"


def test_one_character_that_becomes_several_keeps_its_place():
    folded = fold("㈱ab")
    assert len(folded.source) == len(folded.text) + 1
    assert folded.source[folded.text.index("a")] == 1


def test_answers_become_traditional_with_taiwanese_words():
    assert traditional("软件和视频") == "軟體和影片"
    assert traditional("审核后，门店可保修，凭据寄到邮箱") == "審核後，門市可保固，憑據寄到信箱"
