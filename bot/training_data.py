"""Training examples as they stand in the YAML files: where, which intent, which emotion, in what writing.

Reads Rasa's long form without importing Rasa, so that a check of the data costs a second and runs anywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
EMOTIONS = ("neutral", "happy", "anxious", "disappointed", "angry")

#: `[surface](entity)` or `[surface]{"entity": "entity", ...}`
MARKUP = re.compile(
    r'\[(?P<surface>[^\]]+)\](?:\((?P<name>[^)]+)\)|\{[^}]*"entity":\s*"(?P<long>[^"]+)"[^}]*\})'
)
CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")

#: Frequent characters that only Traditional has: enough to tell the scripts apart where OpenCC is missing.
TRADITIONAL = frozenset(
    "嗎麼沒請點貨個還機會電這號問開幫換幾碼來時帳單員話門說錯謝過發現訂裡們買給兩處運訴後數結託錢筆煩"
    "錶進東週費記轉維講資樣對辦張邊剛動報係統經刪間補議當設顯銷滿寫價壞務計該編敗國見內囉題選證訊註戶"
    "螢線視聲趕離業優聽馬無驗簡綁舊擔難長約隻詢爛頭雲帶媽連腦規嗰師預態搵種應購達嘔額禮積鑑賞簽營試頁"
    "鎖賣關變灣養損掃畫狀聯掛專語車愛庫備紙讚據貴裝細棟洩夠輸異廢盜為廣項檢輪燙質鍵顆卻絡決順閃傾確義"
    "風舖場鏡橋倉複採遊輩誤睜絕緊搶獎領併騙減級別適讓傷圖顏歡遞職鐵誰薦郵壓丟體魚則龜紋遠彈冊將擾閉顧"
    "並範圍鬆脹盤測終於穫夢閒強鐘雖協認厲蠻嚴紀牆淨爍棄繼續蹤驚銀權繳載慶組雙覺釋儲兌紅雜學錄齊飛銅鑼"
    "贈網憑條譯辭蝦龍齒藥幹漲靚聞廳書贏總麵羅臺護兒畢驕興奮標際塊豐島斷跡濕負責遺喪極農曆颱眾熱園樓捨"
    "繞亂誇氣謊遲鬧擺臉嗆髒擇膠櫻貼蓮階納"
)


@dataclass(frozen=True)
class Example:
    """One utterance. `text` is what the visitor would type; `marked` still carries the entity markup."""

    text: str
    marked: str
    intent: str
    emotion: str | None
    path: Path
    line: int

    @property
    def where(self) -> str:
        return f"{self.path}:{self.line}"

    @property
    def language(self) -> str:
        """One of `LANGUAGES`; one Chinese character makes a text Chinese."""
        if not CJK.search(self.text):
            return "en"
        return "zh-Hant" if is_traditional(self.text) else "zh-Hans"


def read_examples(folder: Path) -> Iterator[Example]:
    """Every example of every intent below `folder`, in file order.

    A file that is no YAML raises `yaml.YAMLError`.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted([*folder.rglob("*.yml"), *folder.rglob("*.yaml")]):
        root = yaml.compose(path.read_text("utf-8"), Loader=loader)
        for block in _items(_get(root, "nlu")):
            intent, examples = _get(block, "intent"), _get(block, "examples")
            if intent is not None and examples is not None:
                yield from _examples_of(str(intent.value), examples, path)


def read_heldout(folder: Path) -> Iterator[Example]:
    """Every utterance of the held-out set below `folder`, in file order: a list under `heldout` of
    `{text, intent, emotion}`.

    A file that is no YAML raises `yaml.YAMLError`.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted(folder.rglob("*.yml")):
        for item in _items(_get(yaml.compose(path.read_text("utf-8"), Loader=loader), "heldout")):
            text, intent, emotion = (_get(item, key) for key in ("text", "intent", "emotion"))
            if text is not None and intent is not None:
                label = None if emotion is None else str(emotion.value)
                yield _example(str(text.value).strip(), str(intent.value), label, path, item)


def by_intent(examples: Iterable[Example]) -> dict[str, list[Example]]:
    groups: dict[str, list[Example]] = defaultdict(list)
    for e in examples:
        groups[e.intent].append(e)
    return groups


def _examples_of(intent: str, node: Any, path: Path) -> Iterator[Example]:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            text = _get(item, "text")
            marked = str(text.value).strip() if text is not None else ""
            emotion = _get(_get(item, "metadata"), "emotion")
            yield _example(marked, intent, None if emotion is None else str(emotion.value), path, item)
    else:  # the short form, a block of "- text" lines, has no room for an emotion
        for line in str(node.value).splitlines():
            yield _example(line.lstrip("- ").strip(), intent, None, path, node)


def _example(marked: str, intent: str, emotion: str | None, path: Path, node: Any) -> Example:
    text = MARKUP.sub(lambda m: m["surface"], marked)
    return Example(text, marked, intent, emotion, path, node.start_mark.line + 1)


def _get(node: Any, key: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == key), None)
    return None


def _items(node: Any) -> list[Any]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


@lru_cache(maxsize=1)
def _to_simplified() -> Callable[[str], str] | None:
    try:
        import opencc
    except ImportError:
        return None
    convert: Callable[[str], str] = opencc.OpenCC("t2s").convert
    return convert


def simplify(text: str) -> str:
    """Traditional characters to simplified; unchanged where OpenCC is not installed."""
    convert = _to_simplified()
    return convert(text) if convert else text


def is_traditional(text: str) -> bool:
    return simplify(text) != text if _to_simplified() else not TRADITIONAL.isdisjoint(text)


def fold(text: str) -> str:
    """What is left of a text when width, case, script, blanks and punctuation do not count."""
    plain = simplify(unicodedata.normalize("NFKC", text).lower())
    return "".join(c for c in plain if c.isalnum()) or text.strip()


def skeleton(example: Example) -> str:
    """The sentence pattern: entities by name, numbers as zeros, otherwise folded."""
    parts, end = [], 0
    for match in MARKUP.finditer(example.marked):
        parts += [_bare(example.marked[end : match.start()]), f"<{match['name'] or match['long']}>"]
        end = match.end()
    return "".join([*parts, _bare(example.marked[end:])]) or example.text


def _bare(text: str) -> str:
    return re.sub(r"\d+", "0", fold(text)) if any(c.isalnum() for c in text) else ""
