"""Anger over time: what is left of earlier messages, and when a person is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.bilingual import Bilingual, Language
from docs.pictures import numbers
from docs.pictures.canvas import INK, MARGIN, MUTED, RED, WIDTH, YELLOW, Canvas

_LEFT, _RIGHT = MARGIN + 30.0, WIDTH - MARGIN - 8.0
_CHART = 96.0
_MOST = 5

TITLE = Bilingual("怒气怎样变成转人工", "How anger calls a person")


@dataclass(frozen=True)
class Story:
    """anger: of each message of a visitor, 0 where the emotion is another one.  called: by which message a
    person is called, from 1; None: by none.
    """

    title: Bilingual
    anger: Sequence[float]
    called: int | None


def stories() -> tuple[Story, ...]:
    """What the chart shows; tests let the gate itself say that it is so."""
    a = numbers.anger()
    return (
        Story(Bilingual(f"一次就到 {a.once}", f"{a.once} once"), (0.0, 0.85), 2),
        Story(Bilingual(f"还没消，又到 {a.twice}", f"{a.twice} again, before it has faded"), (0.7, 0.65), 2),
        Story(Bilingual("消了以后再来一次", "again, after it has faded"), (0.7, 0.0, 0.0, 0.65), None),
    )


def draw(language: Language) -> str:
    a = numbers.anger()
    description = Bilingual(
        f"每条消息的怒气过 {a.half_life:g} 条消息减半。一条到 {a.once} 就转人工；"
        f"先前的怒气还剩 {a.faded} 以上时，再到 {a.twice} 也转人工；"
        f"同样的请求说第 {a.repeats + 1} 遍也转人工。",
        f"The anger of a message halves in {a.half_life:g} messages. {a.once} once calls a person; so does "
        f"{a.twice} while {a.faded} or more is left of an earlier one; so does the same request for the "
        f"{_nth(a.repeats + 1)} time.",
    )
    canvas = Canvas(TITLE.to(language), description.to(language))
    y = canvas.paragraph(MARGIN, MARGIN - 4, WIDTH - 2 * MARGIN, _lead(a).to(language)) + 6
    for story in stories():
        y = _chart(canvas, y, story, a, language)
    return canvas.svg(_repeats(canvas, y, a, language) + MARGIN)


def _lead(a: numbers.Anger) -> Bilingual:
    return Bilingual(
        f"柱：第 1、2、3…… 条消息的怒气。虚线：先前的怒气还剩多少，每过 {a.half_life:g} 条减半。",
        f"Bars: the anger of messages 1, 2, 3 … Dashed: what is left of it, halved every {a.half_life:g} "
        "messages.",
    )


def _chart(canvas: Canvas, y: float, story: Story, a: numbers.Anger, language: Language) -> float:
    canvas.text(MARGIN, y + 14, story.title.to(language), size=15, bold=True)
    end = (
        Bilingual("→ 转人工", "→ a person")
        if story.called
        else Bilingual("→ 机器人继续", "→ the bot goes on")
    )
    canvas.text(
        _RIGHT,
        y + 14,
        end.to(language),
        size=14,
        bold=True,
        anchor="end",
        color=RED.line if story.called else MUTED,
    )
    floor = y + 32 + _CHART
    for level in (a.once, a.twice, a.faded):
        at = floor - level * _CHART
        canvas.line(_LEFT, at, _RIGHT, at, "#d5dbe1")
        canvas.text(_LEFT - 5, at + 4, f"{level:g}", size=12, anchor="end", color=MUTED)
    canvas.line(_LEFT, floor, _RIGHT, floor, INK)
    for number, anger in enumerate(story.anger):
        _bar(canvas, number, anger, floor, is_call=number + 1 == story.called)
    _memory(canvas, story, floor, a)
    for number in range(len(story.anger)):
        canvas.text(_x(number), floor + 16, f"{number + 1}", size=12, anchor="middle", color=MUTED)
    return floor + 34


def _bar(canvas: Canvas, number: int, anger: float, floor: float, *, is_call: bool) -> None:
    if not anger:
        return
    tone, height = RED if is_call else YELLOW, anger * _CHART
    canvas.shape(
        f'<rect x="{_x(number) - 17:g}" y="{floor - height:g}" width="34" height="{height:g}" '
        f'fill="{tone.ground}" stroke="{tone.line}"/>'
    )
    canvas.text(_x(number), floor - height - 5, f"{anger:g}", size=13, bold=True, anchor="middle")


def _memory(canvas: Canvas, story: Story, floor: float, a: numbers.Anger) -> None:
    """The first angry message as it fades; written where the next angry one meets it."""
    first = next(number for number, anger in enumerate(story.anger) if anger)
    last = len(story.anger) - 1
    if first == last:
        return
    points = [
        (_x(first + ago), floor - a.left_of(story.anger[first], ago) * _CHART)
        for ago in range(last - first + 1)
    ]
    path = "L".join(f"{x:g} {round(at, 1):g}" for x, at in points)
    canvas.shape(f'<path d="M{path}" stroke="{RED.line}" fill="none" stroke-dasharray="4 4"/>')
    left = a.left_of(story.anger[first], last - first)
    canvas.text(points[-1][0] + 21, points[-1][1] + 4, f"{left:.2f}", size=12, color=RED.line)


def _repeats(canvas: Canvas, y: float, a: numbers.Anger, language: Language) -> float:
    title = Bilingual(
        f"同样的请求连说 {a.repeats + 1} 遍 → 转人工", f"The same request {a.repeats + 1} times → a person"
    )
    detail = Bilingual(
        "语气再平静也算：机器人答不上来。“好的”“谢谢”这类话不算，填表时也不算。",
        "However calm: the bot has no answer to it. Yes, thanks and the like don't count, nor does anything "
        "inside a form.",
    )
    return canvas.box(MARGIN, y, WIDTH - 2 * MARGIN, title.to(language), detail.to(language), RED)


def _x(number: int) -> float:
    return round(_LEFT + (number + 0.5) * (_RIGHT - _LEFT) / _MOST, 1)


def _nth(number: int) -> str:
    return {2: "second", 3: "third", 4: "fourth"}.get(number, f"{number}th")
