"""How a message becomes an answer, from the visitor's bubbles to what is said."""

from __future__ import annotations

from collections.abc import Sequence

from core.bilingual import Bilingual, Language
from docs.pictures import numbers
from docs.pictures.canvas import BLUE, GREEN, MARGIN, PLAIN, RED, WIDTH, YELLOW, Canvas, Tone

_MIDDLE, _INNER = WIDTH / 2, WIDTH - 2 * MARGIN

#: title, what is said below it, colour
_Told = tuple[Bilingual, Bilingual, Tone]

TITLE = Bilingual("一条消息怎样变成回答", "How a message becomes an answer")
DESCRIPTION = Bilingual(
    "自上而下：几个气泡合成一条消息；统一写法；算出句向量；读出意图、熟悉程度、情绪和信息；依次经过各道关口；"
    "一次问几件事的分开处理；由表单或规则决定怎么办，对谁都一样的问题先查知识库；"
    "最后给出答案、几个选项、请对方换个说法，或转人工。",
    "From top to bottom: bubbles become one message; one spelling; a sentence vector; intent, familiarity, "
    "emotion and details are read; gates check the intent in turn; several questions are told apart; a form "
    "or a rule decides, with the knowledge base asked first where the answer is the same for everybody; the "
    "end is an answer, a choice of readings, a request for other words, or a person.",
)
_BUBBLES = (
    Bilingual("在吗", "hello?"),
    Bilingual("我要退货", "I want to return"),
    Bilingual("左边没声音", "left side is silent"),
)
_SPELLING: _Told = (
    Bilingual("统一写法", "One spelling"),
    Bilingual(
        "认出语言和字形；全角转半角，繁体转简体，台湾用词转大陆用词；单号、电话只留下是哪一种",
        "Which language and script; one width, Simplified, mainland words; of numbers only their kind stays",
    ),
    PLAIN,
)
_VECTOR: _Told = (
    Bilingual("句向量", "Sentence vector"),
    Bilingual(
        "整句的意思，中英文同在一个空间；没有编码器时只看词语",
        "What the whole means, Chinese and English in one space; without an encoder words do it alone",
    ),
    PLAIN,
)
_READ: tuple[Sequence[_Told], ...] = (
    (
        (
            Bilingual("意图", "Intent"),
            Bilingual("三个分类头混合，置信度经过校准", "three heads mixed, their confidence calibrated"),
            BLUE,
        ),
        (
            Bilingual("熟悉程度", "Familiarity"),
            Bilingual("与例句有多像，0 到 1", "how like the examples it is, 0 to 1"),
            BLUE,
        ),
    ),
    (
        (
            Bilingual("情绪", "Emotion"),
            Bilingual(
                "另看情绪词；重复、连发、没听懂都让怒气加重",
                "also by cue words; repeats, haste and failures weigh on anger",
            ),
            BLUE,
        ),
        (
            Bilingual("信息", "Details"),
            Bilingual("单号、电话、产品、地点、日期", "numbers, phones, products, places, dates"),
            BLUE,
        ),
    ),
)
_DECIDED: Sequence[_Told] = (
    (
        Bilingual("正在填表", "Inside a form"),
        Bilingual(
            "回答、更正、旁问、跳过、离开，由表单判断",
            "answer, correction, question beside it, leaving: the form tells",
        ),
        PLAIN,
    ),
    (
        Bilingual("没在填表", "Outside"),
        Bilingual(
            "一个意图一条规则：回复、查询或表单", "one rule an intent: a response, a look-up or a form"
        ),
        PLAIN,
    ),
)


def draw(language: Language) -> str:
    canvas = Canvas(TITLE.to(language), DESCRIPTION.to(language))
    y = canvas.arrow(_MIDDLE, _bubbles(canvas, language) + 3)
    for told in (_SPELLING, _VECTOR):
        y = canvas.arrow(_MIDDLE, canvas.row(y, _in(language, [told])) + 1)
    y = canvas.row(y, _in(language, _READ[0])) + 8
    y = canvas.row(y, _in(language, _READ[1]))
    y = canvas.arrow(_MIDDLE, y + 1)
    y = canvas.arrow(_MIDDLE, _gates(canvas, y, language) + 1)
    y = canvas.arrow(_MIDDLE, _parts(canvas, y, language) + 1)
    y = canvas.row(y, _in(language, _DECIDED)) + 8
    y = canvas.row(y, _in(language, [_knowledge()]))
    y = canvas.arrow(_MIDDLE, y + 1)
    outcomes = _outcomes()
    y = canvas.row(y, _in(language, outcomes[:2])) + 8
    return canvas.svg(canvas.row(y, _in(language, outcomes[2:])) + MARGIN)


def gates(language: Language) -> dict[str, str]:
    """What each gate does, by the component's name."""
    fallback, scope = numbers.pipeline()["FallbackClassifier"], numbers.pipeline()["ScopeGate"]
    sure, apart = fallback["threshold"], fallback["ambiguity_threshold"]
    a = numbers.anger()
    told = {
        "FallbackClassifier": Bilingual(
            f"置信度不到 {sure}，或前两名相差不到 {apart}：没听懂",
            f"below {sure}, or two closer than {apart}: not understood",
        ),
        "ScopeGate": Bilingual(
            f"熟悉程度不到 {scope['floor']}：没听懂", f"familiarity below {scope['floor']}: not understood"
        ),
        "FollowUp": Bilingual("“那香港呢”：接着上一个问题", "“and the other one?”: the last question again"),
        "FormExit": Bilingual("填表时说“不要了”：离开表单", "“cancel it” inside a form: leave the form"),
        "AngerGate": Bilingual(
            f"怒气一次到 {a.once}，未消时再到 {a.twice}，或同样的请求说第 {a.repeats + 1} 遍：转人工",
            f"anger {a.once} once, {a.twice} again before it fades, or the same request {a.repeats + 1} "
            "times: a person",
        ),
    }
    return {name: words.to(language) for name, words in told.items()}


def _bubbles(canvas: Canvas, language: Language) -> float:
    pause, longest = numbers.quiet()
    y = float(MARGIN)
    for bubble in _BUBBLES:
        y = canvas.box(MARGIN, y, 176, bubble.to(language), tone=GREEN) + 5
    note = Bilingual(
        f"停顿 {pause} 毫秒后（最多等\u00a0{longest / 1000:g}\u00a0秒），几个气泡合成一条消息",
        f"After a pause of {pause}\u00a0ms (or {longest / 1000:g}\u00a0s at most) they are one message",
    )
    canvas.paragraph(204, MARGIN + 18, WIDTH - 204 - MARGIN, note.to(language))
    return y


def _gates(canvas: Canvas, y: float, language: Language) -> float:
    """In the order of config.yml; a component that is not known here stops the drawing."""
    told = gates(language)
    readers = {"Normalizer", "SentenceVectors", "FastIntent", "Emotion", "SpacyEntities"}
    order = [name for name in numbers.pipeline() if name not in readers]
    title = Bilingual("关口：依次检查，可以改判意图", "Gates: each in turn may change the intent")
    detail = "\n".join(f"{i}. {told[name]}" for i, name in enumerate(order, start=1))
    return canvas.box(MARGIN, y, _INNER, title.to(language), detail, YELLOW)


def _parts(canvas: Canvas, y: float, language: Language) -> float:
    sure, very = (numbers.constants("bot/parts.py")[name] for name in ("SURE", "VERY_SURE"))
    title = Bilingual("一次问了几件事？", "Several questions in it?")
    detail = Bilingual(
        f"各子句再读一遍，两边都确定是不同的问题才分开（换行或“还有”之后 {sure}，"
        f"只隔标点 {very}）；每件各走下面的路",
        f"Clauses are read by themselves and parted where both sides are surely different ({sure} after a "
        f"line or “also”, {very} after a mere mark); each goes on alone",
    )
    return canvas.box(MARGIN, y, _INNER, title.to(language), detail.to(language), dashed=True)


def _knowledge() -> _Told:
    good = numbers.constants("knowledge/search/confidence.py")["GOOD_ENOUGH"]
    detail = Bilingual(
        f"答案对谁都一样的问题，以及没听懂时，先查文章：可信度 {good} 起直接作答",
        "Asked first where the answer is the same for everybody, and where nothing was understood: from "
        f"{good} on it answers",
    )
    return Bilingual("知识库", "Knowledge base"), detail, PLAIN


def _outcomes() -> Sequence[_Told]:
    offered = numbers.constants("actions/fallback.py")["_OFFERED"]
    return (
        (
            Bilingual("答案", "An answer"),
            Bilingual(
                "回复、文章、查询结果、下一个问题", "a response, an article, a result, the next question"
            ),
            GREEN,
        ),
        (
            Bilingual("您是不是想问", "Did you mean"),
            Bilingual(f"最多 {offered} 个选项，加“转人工”", f"up to {offered} readings, and a person"),
            YELLOW,
        ),
        (
            Bilingual("请换个说法", "Other words, please"),
            Bilingual("毫无头绪时", "where there is no idea at all"),
            YELLOW,
        ),
        (
            Bilingual("转人工", "A person"),
            Bilingual(
                "要求了、连续两次没听懂、生气了；无人在岗就留言",
                "asked for, twice not understood, angry; nobody there: a message",
            ),
            RED,
        ),
    )


def _in(language: Language, told: Sequence[_Told]) -> list[tuple[str, str, Tone]]:
    return [(title.to(language), detail.to(language), tone) for title, detail, tone in told]
