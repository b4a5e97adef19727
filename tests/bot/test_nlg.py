"""Blanks beside the gaps of responses."""

from __future__ import annotations

import pytest

from bot.nlg import close_up


@pytest.mark.parametrize(
    ("text", "value", "filled"),
    [
        ("{product} 出了什么问题？", "手机", "{product}出了什么问题？"),
        ("{product} 出了什么问题？", "拾光 X1", "{product} 出了什么问题？"),
        ("号码的 {product} 维修进度", "客厅 S2 智能音箱", "号码的{product}维修进度"),
        ("号码的 {product} 维修进度", "S2", "号码的 {product} 维修进度"),
        ("Repair of your {product} (now)", "speaker", "Repair of your {product} (now)"),
        ("Repair of your {product} now", "音箱", "Repair of your {product} now"),
        ("{product} 出了什么问题？", None, "{product} 出了什么问题？"),
    ],
)
def test_no_blank_stands_between_two_chinese_characters(text, value, filled):
    assert close_up(text, {"product": value}) == filled
