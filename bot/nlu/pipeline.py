"""The spaCy pipeline that finds entities, built from the project's own data and saved with the model.

A blank Chinese pipeline (segmented by jieba) and a blank English one: no language model is downloaded, and
none with vectors exists for both.  Names of things and places come from the training data; numbers, addresses
and dates from `patterns`.
"""

# ruff: noqa: I002 - no postponed annotations here: spaCy reads those of a factory as they stand
import re
from collections.abc import Iterable, Mapping
from re import Pattern
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from bot.nlu.patterns import PATTERNS

_RULER = "entity_ruler"
_EXPRESSIONS = "keting_expressions"


class Expressions:
    """Entities whose form says what they are.

    Longer matches win; what the ruler found is kept where free.
    """

    def __init__(self) -> None:
        self._patterns: list[tuple[str, Pattern[str]]] = [
            (label, re.compile(pattern, re.IGNORECASE)) for label, pattern in PATTERNS
        ]

    def __call__(self, doc: Doc) -> Doc:
        found = [
            span
            for label, pattern in self._patterns
            for match in pattern.finditer(doc.text)
            for span in [doc.char_span(*match.span(), label=label, alignment_mode="expand")]
            if span is not None
        ]
        doc.set_ents(_first_come(found, list(doc.ents)))
        return doc


@Language.factory(_EXPRESSIONS)
def _expressions(nlp: Language, name: str) -> Expressions:
    return Expressions()


def _first_come(strong: list[Span], weak: list[Span]) -> list[Span]:
    kept = filter_spans(strong)
    taken = {token.i for span in kept for token in span}
    return kept + [span for span in weak if not any(token.i in taken for token in span)]


def build(language: str, names: Mapping[str, Iterable[str]]) -> Language:
    """A pipeline of `zh` or `en` that knows these names of each entity, however they are capitalised."""
    if language == "zh":
        nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"segmenter": "jieba"}}})
    else:
        nlp = spacy.blank("en")
    ruler = nlp.add_pipe(_RULER, config={"phrase_matcher_attr": "LOWER", "overwrite_ents": True})
    patterns: list[dict[str, Any]] = [
        {"label": entity, "pattern": name} for entity, known in names.items() for name in sorted(set(known))
    ]
    ruler.add_patterns(patterns)  # type: ignore[attr-defined]
    nlp.add_pipe(_EXPRESSIONS)
    return nlp
