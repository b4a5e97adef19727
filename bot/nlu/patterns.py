"""How numbers, addresses and dates are written, in both languages.  Order matters: earlier entries win.

Texts are folded first (one width, Simplified characters), so the patterns know no other spelling.
"""

from __future__ import annotations

_NOT_AFTER = r"(?<![0-9A-Za-z])"
_NOT_BEFORE = r"(?![0-9A-Za-z])"
_ZH_NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAYS = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_PART_ZH = r"(?:早上|上午|中午|下午|傍晚|晚上)?"
_PART_EN = r"(?: (?:morning|noon|afternoon|evening))?"

#: (entity, regular expression)
PATTERNS: tuple[tuple[str, str], ...] = (
    ("email", r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
    ("order_number", rf"{_NOT_AFTER}KT[ -]?\d{{11}}{_NOT_BEFORE}"),
    ("ticket_number", rf"{_NOT_AFTER}T\d{{6}}-?\d{{4,}}{_NOT_BEFORE}"),
    ("phone_number", rf"{_NOT_AFTER}(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{{4}}[- ]?\d{{4}}{_NOT_BEFORE}"),
    ("phone_number", rf"{_NOT_AFTER}(?:\+?886[- ]?9|09)\d{{2}}[- ]?\d{{3}}[- ]?\d{{3}}{_NOT_BEFORE}"),
    ("phone_number", rf"{_NOT_AFTER}(?:\+?852[- ]?)?[569]\d{{3}}[- ]?\d{{4}}{_NOT_BEFORE}"),
    ("phone_tail", rf"(?<!订单)(?<!单号)(?:尾号|[后末][四4]位)(?:是|为|:)? ?\d{{4}}{_NOT_BEFORE}"),
    ("phone_tail", rf"\blast (?:four|4)(?: digits)?(?: are| is|:)? ?\d{{4}}{_NOT_BEFORE}"),
    ("phone_tail", rf"\bending (?:in|with) ?\d{{4}}{_NOT_BEFORE}"),
    ("phone_tail", r"\A\s*\d{4}\s*\Z"),
    ("date", rf"{_NOT_AFTER}20\d\d[-/.]\d{{1,2}}[-/.]\d{{1,2}}{_NOT_BEFORE}"),
    ("date", rf"(?:20\d\d年)?{_ZH_NUMBER}月{_ZH_NUMBER}(?:日|号){_PART_ZH}"),
    ("date", rf"(?:今天|明天|后天|大后天|昨天|前天|大前天|今晚|明早|明晚){_PART_ZH}"),
    ("date", rf"(?:这|本|下+|上+)?个?(?:周|星期|礼拜)[一二三四五六日天末]{_PART_ZH}"),
    ("date", r"(?:这|本|下|上)个?(?:周|星期|礼拜|月)(?![一二三四五六日天末])"),
    ("date", rf"(?<!\d)\d{{1,2}}号(?!线|楼|店){_PART_ZH}"),
    ("date", rf"\b{_MONTHS}\.? \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? 20\d\d)?"),
    ("date", rf"\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTHS}\b(?:,? 20\d\d)?"),
    ("date", rf"\bthe day (?:after tomorrow|before yesterday){_PART_EN}\b"),
    ("date", rf"\b(?:today|tonight|tomorrow|yesterday){_PART_EN}\b"),
    ("date", rf"\b(?:(?:this|next|last|on) )?{_DAYS}{_PART_EN}\b"),
    ("date", r"\b(?:this|next|last) (?:week|weekend|month)\b"),
)
