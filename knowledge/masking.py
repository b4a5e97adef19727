"""Takes personal data out of what people wrote, before it is kept for learning.  Pure.

It errs on the side of masking too much: a number in a question teaches nothing.
"""

from __future__ import annotations

import re

_ZH = "一-鿿"
#: Not in the middle of a Latin word or number; Chinese may be right beside.
_FROM, _TO = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
#: What to look for, in order, and what takes its place.
_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", "[e-mail]"),
        (r"(?i:https?://|www\.)[^\s，。）)]+", "[link]"),
        (rf"{_FROM}(?:\+?86[\s-]?)?1[3-9]\d(?:[\s-]?\d{{4}}){{2}}{_TO}", "[phone]"),
        (rf"{_FROM}0\d{{2,3}}[\s-]?\d{{7,8}}{_TO}", "[phone]"),
        (rf"\+\d{{1,3}}(?:[\s()-]{{1,2}}\d{{2,5}}){{2,4}}{_TO}", "[phone]"),
        # numbers of orders, parcels, cards, papers: six digits or more, but no dates
        (
            rf"{_FROM}(?!(?:19|20)\d\d[-/.]\d\d?[-/.]\d\d?{_TO})[A-Za-z]{{0,4}}[\s-]?\d(?:[\s-]?\d){{5,}}[Xx]?{_TO}",
            "[number]",
        ),
        (
            rf"[{_ZH}\d]{{0,24}}?[{_ZH}](?:路|街|道|巷|弄|胡同|小区|花园|村)[{_ZH}]{{0,6}}\d+"
            rf"(?:[号院栋幢座楼室单元层\-\d]|[A-Za-z]{_TO})*",
            "[address]",
        ),
        (
            r"\b\d{1,5}\s+(?:[A-Z][A-Za-z'.]*\s+){1,4}"
            r"(?i:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd)\b\.?",
            "[address]",
        ),
        (
            rf"(我叫|我的名字是|名字叫|收件人是?|联系人是?|姓名[是:：]?)\s*[{_ZH}]{{2,4}}?"
            r"(?=[，。,.!！;；、\s\d\[]|电话|手机|$)",
            r"\1[name]",
        ),
        (r"(?i:\b(my name is|my name's))\s+[A-Z][\w'-]*(?:\s+[A-Z][\w'-]*){0,2}", r"\1 [name]"),
        (r"(?i:\b(my name is|my name's))\s+[A-Za-z][\w'-]*", r"\1 [name]"),
    )
)


def masked(text: str) -> str:
    """The text with phones, addresses, e-mails, numbers and names as [words in brackets]."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text
