"""What search engines read: schema.org as JSON-LD."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.help.words import TAGS
from core.texts import Script

CONTEXT = "https://schema.org"


def site(brand: str, url: str, search_url: str, script: Script) -> dict[str, Any]:
    """The help centre.  search_url ends where the query goes."""
    return {
        "@context": CONTEXT,
        "@type": "WebSite",
        "name": brand,
        "url": url,
        "inLanguage": TAGS[script],
        "potentialAction": {
            "@type": "SearchAction",
            "target": f"{search_url}&q={{search_term_string}}",
            "query-input": "required name=search_term_string",
        },
    }


def trail(steps: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The way from the first page here: (name, url) a step."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": url}
            for place, (name, url) in enumerate(steps, start=1)
        ],
    }


def article(
    shown: Mapping[str, Any], script: Script, *, url: str, description: str, brand: str, home: str
) -> list[dict[str, Any]]:
    """shown: knowledge.shapes.page.  An article, and the question with its answer."""
    language = TAGS[script]
    return [
        {
            "@type": "Article",
            "headline": shown["question"][:110],
            "description": description,
            "inLanguage": language,
            "dateModified": shown["updated_at"],
            "mainEntityOfPage": url,
            "publisher": {"@type": "Organization", "name": brand, "url": home},
        },
        {
            "@type": "FAQPage",
            "inLanguage": language,
            "url": url,
            "mainEntity": [
                {
                    "@type": "Question",
                    "name": shown["question"],
                    "acceptedAnswer": {"@type": "Answer", "text": shown["html"]},
                }
            ],
        },
    ]


def graph(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"@context": CONTEXT, "@graph": list(parts)}
