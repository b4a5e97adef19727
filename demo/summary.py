"""What ``keting demo`` prints when it is done."""

from __future__ import annotations

from core.bilingual import Bilingual, Language
from demo.fill import Report

_COUNTED = {
    "visitor": Bilingual("访客", "visitors"),
    "conversation": Bilingual("会话", "conversations"),
    "message": Bilingual("消息", "messages"),
    "queue_entry": Bilingual("排队记录", "waits"),
    "service": Bilingual("人工服务", "services by people"),
    "ticket": Bilingual("工单", "tickets"),
    "event": Bilingual("事件", "events"),
}


def summary(report: Report, language: Language, *, shows_password: bool) -> str:
    lines = [f"{count:>8}  {_COUNTED[name].to(language)}" for name, count in report.counts.items()]
    if report.people:
        head = Bilingual("新建的同事（可登录 /console/）：", "People who can log in at /console/:")
        lines += ["", head.to(language)]
        lines += [f"  {p.username:<10} {p.role:<11} {p.name}" for p in report.people]
        if shows_password:
            words = Bilingual("密码（只显示这一次）", "password of all of them (shown this once)")
            lines.append(f"{words.to(language)}: {report.password}")
    return "\n".join(lines)
