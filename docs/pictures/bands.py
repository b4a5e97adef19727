"""How sure the bot must be to act: three bands of confidence, and what moves a message to a lower one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.bilingual import Bilingual, Language
from docs.pictures import numbers
from docs.pictures.canvas import GREEN, MARGIN, PLAIN, RED, WIDTH, YELLOW, Canvas, Tone

_INNER = WIDTH - 2 * MARGIN
_TOP, _HIGH = 34.0, 44.0

TITLE = Bilingual("多确定才作答", "How sure the bot must be")


@dataclass(frozen=True)
class Band:
    low: float
    high: float
    tone: Tone
    name: Bilingual
    detail: Bilingual


def thresholds() -> tuple[float, float, float, float]:
    """guess, sure, apart, strange: see config.yml and actions/fallback.py."""
    fallback, scope = numbers.pipeline()["FallbackClassifier"], numbers.pipeline()["ScopeGate"]
    guess = numbers.constants("actions/fallback.py")["GUESS"]
    return guess, fallback["threshold"], fallback["ambiguity_threshold"], scope["floor"]


def draw(language: Language) -> str:
    guess, sure, _, _ = thresholds()
    description = Bilingual(
        f"置信度从 0 到 1 分三段：不到 {guess} 请对方换个说法；{guess} 到 {sure} 给出几个选项和转人工；"
        f"{sure} 起直接作答。",
        f"Confidence from 0 to 1 in three bands: below {guess} the bot asks for other words; from {guess} to "
        f"{sure} it offers some readings and a person; from {sure} on it answers.",
    )
    canvas = Canvas(TITLE.to(language), description.to(language))
    canvas.text(MARGIN, 20, Bilingual("意图的置信度", "confidence of the intent").to(language), bold=True)
    for band in _bands():
        _stretch(canvas, band, band.name.to(language))
    y = _scale(canvas, _TOP + _HIGH, (0.0, guess, sure, 1.0))
    colon = Bilingual("：", ": ").to(language)
    for band in _bands():
        title = f"{band.low:g} – {band.high:g}{colon}{band.name.to(language)}"
        y = canvas.box(MARGIN, y, _INNER, title, band.detail.to(language), band.tone) + 8
    canvas.text(MARGIN, y + 14, Bilingual("还有", "Besides").to(language), bold=True)
    y += 20
    for note in _besides():
        y = canvas.box(MARGIN, y, _INNER, "", note.to(language), PLAIN) + 6
    return canvas.svg(y + MARGIN - 6)


def _bands() -> Sequence[Band]:
    guess, sure, _, _ = thresholds()
    offered = numbers.constants("actions/fallback.py")["_OFFERED"]
    return (
        Band(
            sure,
            1.0,
            GREEN,
            Bilingual("作答", "answers"),
            Bilingual("按规则回复、查询或开始填表", "by its rule: a response, a look-up, a form"),
        ),
        Band(
            guess,
            sure,
            YELLOW,
            Bilingual("您是不是想问", "did you mean"),
            Bilingual(
                f"最多 {offered} 个最可能的意图做成按钮，外加“转人工”",
                f"up to {offered} likeliest intents as buttons, and a person",
            ),
        ),
        Band(
            0.0,
            guess,
            RED,
            Bilingual("没听懂", "no idea"),
            Bilingual("请对方换个说法，附“转人工”按钮", "asks for other words; a person is a button away"),
        ),
    )


def _besides() -> Sequence[Bilingual]:
    _, _, apart, strange = thresholds()
    return (
        Bilingual(
            f"前两个意图相差不到 {apart}：再确定也算中间一段。",
            f"Two intents closer than {apart}: the middle band, however sure the first one is.",
        ),
        Bilingual(
            f"熟悉程度不到 {strange}（比 {1 - strange:.0%} 的例句都陌生）：算最下一段。",
            f"Familiarity below {strange} (stranger than {1 - strange:.0%} of examples): the lowest band.",
        ),
        Bilingual(
            "下面两段先查知识库，有合适的文章就直接给；脏话和闲聊各有一句回复。",
            "In the two lower bands the knowledge base is asked first; swearing and small talk have "
            "sentences of their own.",
        ),
        Bilingual("连续第二次落在下面两段：转人工。", "Twice in a row in the lower bands: a person."),
    )


def _stretch(canvas: Canvas, band: Band, name: str) -> None:
    width = _x(band.high) - _x(band.low)
    canvas.shape(
        f'<rect x="{_x(band.low):g}" y="{_TOP:g}" width="{width:g}" height="{_HIGH:g}" '
        f'fill="{band.tone.ground}" stroke="{band.tone.line}"/>'
    )
    canvas.text(_x(band.low) + width / 2, _TOP + _HIGH / 2 + 5, name, size=14, bold=True, anchor="middle")


def _scale(canvas: Canvas, y: float, marks: Sequence[float]) -> float:
    for at in marks:
        canvas.line(_x(at), y, _x(at), y + 6)
        anchor = {0.0: "start", 1.0: "end"}.get(at, "middle")
        canvas.text(_x(at), y + 20, f"{at:g}", anchor=anchor)
    return y + 36


def _x(share: float) -> float:
    return round(MARGIN + share * _INNER, 1)
