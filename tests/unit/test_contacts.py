"""What counts as a way to reach somebody; web/widget/test/contact.test.ts has the same examples."""

from __future__ import annotations

import pytest

from core.contacts import is_contact


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "138 0013 8000",
        "+86 138-0013-8000",
        "１３８００１３８０００",
        "(021) 6234-5678 转 801",
        "王芳，13800138000，下午六点后",
        "+44 (0)20 7946 0958",
        "wang.fang@example.com",
        "邮箱：wang@例子.公司",
    ],
)
def test_these_are(text: str) -> None:
    assert is_contact(text)


@pytest.mark.parametrize("text", ["", "abc", "微信同名", "12345", "a@b", "a@b.c", "@example.com", "1" * 16])
def test_these_are_not(text: str) -> None:
    assert not is_contact(text)
