"""What is found, by words and by meaning, and what is kept from whom."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.search.articles import Wanted
from knowledge.search.confidence import GOOD_ENOUGH
from knowledge.search.tokens import normalised, spelt_out, tokens
from tests.unit.knowledge.conftest import NOW, Meanings, Shelf


@pytest.fixture
def shop(shelf):
    """Six articles, by their names in this file."""
    return {
        "refund": shelf.add("退款多久到账", "How long does a refund take?", "钱什么时候退给我"),
        "return": shelf.add("怎么申请退货", "How do I return something?", "我不想要了怎么退"),
        "invoice": shelf.add("怎么开发票", "Can I have an invoice?", "电子发票在哪里开"),
        "password": shelf.add("忘记密码怎么办", "I forgot my password"),
        "filter": shelf.add("扫拖机器人的滤网多久换一次", "How often do I change the vacuum's filter?"),
        "courier": shelf.add("快递什么时候送到", "When does my parcel arrive?"),
    }


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("退款多久到账", "refund"),
        ("退款", "refund"),
        ("發票怎麼開", "invoice"),  # traditional characters
        ("退歀多久", "refund"),  # a wrong character that sounds the same
        ("tuikuan", "refund"),  # pinyin
        ("fapiao", "invoice"),
        ("ｉｎｖｏｉｃｅ", "invoice"),  # full width
        ("INVOICE please", "invoice"),
        ("pasword forgoten", "password"),  # misspelt
        ("retrun something", "return"),
        ("parcel", "courier"),
        ("  退\u3000款 ", "refund"),
    ],
)
def test_words_find_their_article_in_any_spelling(shop, shelf, query, name):
    assert shelf.first(query) == shop[name]


def test_similar_questions_find_the_article_too_and_are_named(shop, shelf):
    hit = shelf.search("我不想要了怎么退")[0]
    assert (hit.article, hit.phrase) == (shop["return"], "我不想要了怎么退")


def test_words_of_the_answer_count_when_no_question_has_them(shop, shelf):
    wanted = shelf.add("保修政策", answer="光机保修三年，**人为损坏**除外。")
    assert shelf.first("人为损坏") == wanted


def test_synonyms_stand_for_each_other(shop, shelf):
    assert shelf.search("吸尘器")[0].words < 0.2 and shelf.first("package", "en") is None
    shelf.synonyms = [["扫拖机器人", "吸尘器"], ["parcel", "package"]]
    assert shelf.first("吸尘器") == shop["filter"] and shelf.search("吸尘器")[0].words > 0.3
    assert shelf.first("package", "en") == shop["courier"]


@pytest.mark.parametrize("query", ["", "   ", "？！", "zzzzzz", "\x00", "🙂" * 500, "退" * 5000])
def test_nothing_sensible_is_asked_and_nothing_breaks(shop, shelf, query):
    assert isinstance(shelf.search(query), list)


@given(st.text(max_size=80))
def test_any_text_is_answered(text):
    shelf = Shelf()
    shelf.add("退款多久到账", "How long does a refund take?")
    for hit in shelf.search(text):
        assert 0 <= hit.confidence <= 1


def test_an_empty_knowledge_base_has_no_answers(shelf):
    assert shelf.search("退款") == []


def test_meaning_finds_what_shares_no_word(shelf):
    shelf.encoder = Meanings(["钱什么时候退给我", "款项何日返还"], ["怎么开发票"])
    wanted = shelf.add("钱什么时候退给我")
    shelf.add("怎么开发票")
    hit = shelf.search("款项何日返还")[0]
    assert hit.article == wanted and hit.confidence >= GOOD_ENOUGH
    assert shelf.search("天上有多少星")[0].confidence < GOOD_ENOUGH


def test_an_article_without_its_vectors_yet_is_found_by_words(shelf):
    shelf.encoder = Meanings()
    shelf.add("怎么开发票")
    shelf.encoder, ready = None, shelf.encoder
    late = shelf.add("退款多久到账")
    shelf.encoder = ready
    assert shelf.first("退款多久到账") == late


def test_the_very_question_is_certain(shop, shelf):
    assert shelf.search("怎么开发票")[0].confidence > 0.9


def test_what_differs_between_ways_to_ask_the_same_is_learnt(shelf):
    """Twelve articles of four phrasings are enough to learn from; ranking still works."""
    groups = [[f"说法{i}之{n}" for n in range(5)] for i in range(12)]
    shelf.encoder = Meanings(*groups)
    made = [shelf.add(group[0], "", *group[1:4]) for group in groups]
    assert [shelf.first(group[4]) for group in groups] == made


@pytest.mark.parametrize("orders", list(permutations(["both", "zh", "en"])))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_article_in_the_other_language_is_found_where_there_is_no_better(shelf, orders, language):
    made = {}
    for kind in orders:
        made[kind] = shelf.add(
            "退款规则" if kind != "en" else "", "refund rules" if kind != "zh" else "", answer=kind
        )
    for query in ("退款规则", "refund rules"):
        found = [hit.article for hit in shelf.search(query, language)]
        assert made["both"] in found
        assert made["zh" if query == "退款规则" else "en"] in found
    assert made["zh"].shown_in("en") == "zh" and made["both"].shown_in("en") == "en"


def test_internal_articles_are_for_the_house(shelf):
    internal = shelf.add("折扣审批流程", audience="internal")
    assert shelf.search("折扣审批流程") == []
    assert shelf.first("折扣审批流程", internal=True) == internal


def test_articles_are_shown_on_their_channels(shelf):
    shelf.add("小程序怎么登录", channels=frozenset({"wechat"}))
    assert shelf.search("小程序怎么登录", channel="web") == []
    assert shelf.search("小程序怎么登录", channel="wechat") and shelf.search("小程序怎么登录")


def test_articles_are_shown_while_they_are_valid(shelf):
    shelf.add("双十一活动", valid_from=NOW, valid_until=NOW + timedelta(days=1))
    for shift, expected in ((-1, False), (0, True), (23, True), (24, False)):
        assert bool(shelf.search("双十一活动", now=NOW + timedelta(hours=shift))) is expected


def test_one_of_many_hidden_ones_is_still_found(shelf):
    for i in range(300):
        shelf.add(f"退款说明{i}", audience="internal")
    wanted = shelf.add("退款")
    assert [hit.article for hit in shelf.search("退款说明")] == [wanted]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("退", "refund"),
        ("发票", "invoice"),
        ("inv", "invoice"),
        ("forg", "password"),
        ("tuihuo", "return"),
        ("tuik", "refund"),
    ],
)
def test_suggestions_come_while_typing(shop, shelf, typed, name):
    found = shelf.index().suggest(typed, Wanted("zh", NOW))
    assert shop[name] in [hit.article for hit in found]


def test_nothing_is_suggested_for_what_nobody_wrote(shop, shelf):
    assert shelf.index().suggest("量子力学", Wanted("zh", NOW)) == []


def test_texts_have_one_spelling():
    assert normalised("　ＫＴ　退貨") == "kt 退货"
    assert tokens("退款")["p" + "tui_kuan"] == 1


def test_pinyin_is_cut_into_the_fewest_syllables():
    known = frozenset({"tui", "kuan", "xi", "an", "xian"})
    assert spelt_out("tuikuan", known) == ["tui", "kuan"]
    assert spelt_out("xian", known) == ["xian"]
    assert spelt_out("tuix", known) == []
