"""What script and language a text is in, and the one spelling that classifiers see.

Pure functions.  Two views of a text exist: `fold` keeps a map back to the raw text (entities need offsets),
`normalise` rewrites whole phrases (classifiers need one spelling) and keeps none.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from opencc import OpenCC

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]+(?:'[A-Za-z]+)?(?![0-9A-Za-z])")
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+|https?://\S+")
#: Said in Chinese conversations too, so they do not tell that somebody has changed to English.
_EVERYWHERE = frozenset(
    "ok okay hi hello hey bye yes no thx pls app tv usb wifi vip pad pro max mini plus".split()
)
_BLANK = re.compile(r"\s+")
_INVISIBLE = {"Cf", "Cc", "Cs", "Co", "Cn"}

#: Order numbers and the like tell the classifier that there is one, never which one.
#: A model name such as X100 is neither.
_MASKS = (
    (re.compile(r"[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+"), " emailaddress "),
    (re.compile(r"(?<![a-z0-9])kt[ -]?\d{6,}"), " ordernumber "),
    (re.compile(r"(?<![a-z0-9])t\d{6}-?\d{4,}"), " ticketnumber "),
    (re.compile(r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"), " phonenumber "),
)


@dataclass(frozen=True)
class Language:
    """language: zh, en, or None where no letter says so; not certain: a known language should win over it.

    script: Hans, Hant, or None where nothing tells them apart.  mixed: both languages occur.
    """

    language: str | None
    script: str | None
    mixed: bool
    certain: bool


@dataclass(frozen=True)
class Folded:
    """A text in one width and in Simplified characters; source[i] is the raw offset of text[i], and one more
    at the end.
    """

    text: str
    source: list[int]


@cache
def _converter(name: str) -> OpenCC:
    return OpenCC(name)


@lru_cache(maxsize=20_000)
def _simplified(char: str) -> str:
    return str(_converter("t2s").convert(char))


@lru_cache(maxsize=20_000)
def _traditional(char: str) -> str:
    return str(_converter("s2t").convert(char))


def detect(text: str) -> Language:
    """Han characters against Latin words decide; a model name inside a Chinese sentence leaves it Chinese."""
    han = _HAN.findall(text)
    words = _WORD.findall(_ADDRESS.sub(" ", text))
    if not han:
        certain = any(word.lower() not in _EVERYWHERE for word in words)
        return Language("en" if words else None, None, False, certain)
    language = "zh" if len(han) >= len(words) else "en"
    script = script_of(han) if language == "zh" else None
    return Language(language, script, bool(words), True)


def script_of(han: list[str]) -> str | None:
    """Whichever script has more characters that the other lacks; None when nothing tells them apart."""
    hant = sum(_simplified(c) != c for c in han)
    hans = sum(_simplified(c) == c and _traditional(c) != c for c in han)
    if hant == hans == 0:
        return None
    return "Hant" if hant >= hans else "Hans"


def fold(text: str) -> Folded:
    """One width, Simplified, nothing invisible.  Character by character, so that offsets survive."""
    chars: list[str] = []
    source: list[int] = []
    for offset, raw in enumerate(text):
        if raw not in "\n\t" and unicodedata.category(raw) in _INVISIBLE:
            continue
        for char in unicodedata.normalize("NFKC", raw):
            chars.append(_simplified(char))
            source.append(offset)
    source.append(len(text))
    return Folded("".join(chars), source)


def clean(text: str) -> str:
    """NFKC, no invisible characters, single blanks, mainland words for Taiwanese ones.  Case is kept."""
    visible = "".join(c if c in "\n\t" or unicodedata.category(c) not in _INVISIBLE else "" for c in text)
    wide = unicodedata.normalize("NFKC", visible)
    return _BLANK.sub(" ", str(_converter("tw2sp").convert(wide))).strip()


def normalise(text: str) -> str:
    """The one spelling that classifiers learn and read: clean, lower case, numbers masked by their kind."""
    text = clean(text).lower()
    for pattern, name in _MASKS:
        text = pattern.sub(name, text)
    return _BLANK.sub(" ", text).strip()


#: Words of shops that OpenCC leaves as they are, or takes for another.
_TAIWANESE = {"稽核": "審核", "門店": "門市", "投影儀": "投影機", "郵箱": "信箱", "保修": "保固"}


def traditional(text: str) -> str:
    """For readers of Traditional characters: Taiwan standard with Taiwanese words."""
    converted = str(_converter("s2twp").convert(text))
    for word, ours in _TAIWANESE.items():
        converted = converted.replace(word, ours)
    return converted
