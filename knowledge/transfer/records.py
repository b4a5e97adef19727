"""An article outside the database: what every format reads and writes."""

from __future__ import annotations

import msgspec

from core.bilingual import Bilingual
from core.errors import Invalid, KetingError
from core.texts import error_text
from knowledge.content import Content

MOST_RECORDS = 5000


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """category: "售后 | After-sales > 退货 | Returns"; one name a level will do.  valid_*: ISO 8601, or "".

    state: what it becomes, draft, published or archived; "" leaves the choice to the import.
    """

    content: Content = Content()
    slug: str = ""
    state: str = ""
    category: str = ""
    audience: str = "public"
    channels: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    valid_from: str = ""
    valid_until: str = ""


class Fault(msgspec.Struct, frozen=True):
    """What is wrong with a record, and what to do about it."""

    field: str
    message: dict[str, str]
    fix: dict[str, str]


class Read(msgspec.Struct, frozen=True):
    """A record with the place in the file that people look for, e.g. "3" (row) or the heading."""

    place: str
    record: Record
    faults: tuple[Fault, ...] = ()


_FIXES: dict[str, Bilingual] = {
    "required": Bilingual("填上这一项，或者删掉这一行。", "Fill it in, or remove the row."),
    "too_long": Bilingual("缩短内容，或者拆成几篇文章。", "Shorten it, or make several articles of it."),
    "bad_choice": Bilingual("改成列出的可选值之一。", "Use one of the possible values."),
    "bad_slug": Bilingual("只用小写字母、数字和连字符。", "Use small letters, digits and hyphens only."),
    "slug_taken": Bilingual("换一个地址，每篇文章的地址不同。", "Give each article an address of its own."),
    "bad_date": Bilingual(
        "写成 2026-01-31 或 2026-01-31T09:00+08:00。", "Write 2026-01-31 or 2026-01-31T09:00+08:00."
    ),
    "bad_range": Bilingual("结束时间要晚于开始时间。", "The end must be after the beginning."),
    "no_such_channel": Bilingual(
        "可选：web、app、wechat、wecom、email、help。", "Possible: web, app, wechat, wecom, email, help."
    ),
}
_FALLBACK = Bilingual("对照导出的文件检查这一项。", "Compare it with an exported file.")


def fault(error: KetingError) -> Fault:
    """One of our errors as people read it in a report."""
    message = {script: error_text(error.code, script, field=error.field) for script in ("zh", "en")}
    fix = _FIXES.get(error.code, _FALLBACK)
    return Fault(error.field, message, {"zh": fix.zh, "en": fix.en})


def check_count(found: list[Read]) -> list[Read]:
    """Raises Invalid for more than one import takes."""
    if len(found) > MOST_RECORDS:
        raise Invalid("too_long", field="file")
    return found
