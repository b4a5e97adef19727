"""The gaps of responses: what fills them, and the blanks beside them."""

from __future__ import annotations

import pytest

from bot.nlg import close_up, fill


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


@pytest.mark.parametrize(
    "said",
    ["库存是0[零]吗", "{order_number}", "{{said}}", "{0.__class__}", "%s ${said} \\1 \\g<0>", "}{", "0["],
)
def test_what_a_visitor_said_is_repeated_as_it_stands(said):
    filled = fill("“{said}”，对吗，{name}？", {"said": said, "name": "Li", "order_number": "KT"})
    assert filled == f"“{said}”，对吗，Li？"


def test_gaps_are_filled_wherever_they_are_and_a_payload_is_none():
    payload = '/inform{"field": "message_text"}'
    response = {"title": "{city}", "buttons": [{"title": "{city} {store}", "payload": payload}], "lines": 2}
    assert fill(response, {"city": "上海", "store": None}) == {
        "title": "上海",
        "buttons": [{"title": "上海 ", "payload": payload}],
        "lines": 2,
    }
