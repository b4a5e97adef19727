"""Personal data does not get into what is kept for learning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.masking import masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我电话13812345678，请回电", "我电话[phone]，请回电"),
        ("打 138 1234 5678 或 +86-138-1234-5678", "打 [phone] 或 [phone]"),
        ("座机010-62345678", "座机[phone]"),
        ("call me on +44 20 7946 0958", "call me on [phone]"),
        ("邮箱 li.lei@example.com.cn 收", "邮箱 [e-mail] 收"),
        ("订单KT20260105001到哪了", "订单[number]到哪了"),
        ("ticket T260105-0001 please", "ticket [number] please"),
        ("快递单号 SF1234567890123", "快递单号 [number]"),
        ("身份证11010519491231002X", "身份证[number]"),
        ("卡号6222021234567890123", "卡号[number]"),
        ("我叫王小明，怎么退货", "我叫[name]，怎么退货"),
        ("My name is John Smith and I want a refund", "My name is [name] and I want a refund"),
        ("my name is john", "my name is [name]"),
        ("寄到北京市朝阳区建国路88号院3号楼1201室，谢谢", "[address]，谢谢"),
        ("I live at 221 Baker Street, London", "I live at [address], London"),
        ("见 https://shop.example/o?id=1", "见 [link]"),
    ],
)
def test_what_names_a_person_is_masked(text, expected):
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "七天无理由退货怎么办理",
        "满 99 元包邮吗",
        "X100 和 X200 有什么区别",
        "This is the second time it broke",
        "2026-01-31 之前有效吗",
        "保修 12 个月",
        "我叫了快递上门",
        "型号 AX6000 支持 Wi-Fi 6 吗",
    ],
)
def test_what_names_nobody_stays(text):
    assert masked(text) == text


@given(st.text(max_size=300))
def test_any_text_can_be_masked_and_masking_twice_is_masking_once(text):
    once = masked(text)
    assert masked(once) == once


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text(st.characters(categories=["Lo"]), max_size=10)
)
def test_no_mobile_number_survives(number, around):
    assert number not in masked(f"{around}{number}{around}")
