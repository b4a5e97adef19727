"""How somebody can be reached: whether what was written holds a phone number or an e-mail address."""

from __future__ import annotations

import re
import unicodedata

_EMAIL = re.compile(r"[^\s@<>(),;:]+@[^\s@<>(),;:]+\.[^\W\d_]{2,}")
#: Digits as people group them; a phone number has 7 (a town's own) to 15 (E.164).
_DIGITS = re.compile(r"\d(?:[ ()./-]{0,2}\d)*")


def is_contact(text: str) -> bool:
    """Words around it do no harm: "Wang, 138 0013 8000, after six"."""
    plain = unicodedata.normalize("NFKC", text)
    if _EMAIL.search(plain):
        return True
    return any(7 <= sum(map(str.isdigit, run)) <= 15 for run in _DIGITS.findall(plain))
