"""Web pages and Word documents: as Markdown, one article a heading."""

from __future__ import annotations

import io
import re
from typing import Any

from core.errors import Invalid
from knowledge.transfer.archives import check_archive
from knowledge.transfer.markdown import sections
from knowledge.transfer.records import Read

#: What is around the words of a page.
_AROUND = "script style noscript template nav header footer aside form button iframe svg".split()
#: Where a page has its words, the most telling first.
_INSIDE = ("main", "article", "[role=main]", "#content", ".content", "body")


def read_docx(data: bytes) -> list[Read]:
    """Raises Invalid, TooLarge."""
    check_archive(data)
    import mammoth

    try:
        html: str = mammoth.convert_to_html(
            io.BytesIO(data), convert_image=mammoth.images.img_element(_none)
        ).value
    except Exception:  # whatever a broken file makes of it
        raise Invalid("invalid", field="file") from None
    return sections(to_markdown(html))


def _none(image: Any) -> dict[str, str]:
    """Pictures are not taken over: they would have to be uploaded."""
    return {}


def read_html(html: str) -> list[Read]:
    """A page's main part; without headings the page is one article, its title the question.  Raises
    Invalid."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(html, "html.parser")
    title = soup.title.get_text(" ", strip=True) if soup.title else ""
    for name in _AROUND:
        for found in soup.find_all(name):
            found.decompose()
    inside = next((part for name in _INSIDE if (part := soup.select_one(name)) is not None), soup)
    markdown = to_markdown(str(inside))
    try:
        return sections(markdown)
    except Invalid:
        return sections(f"# {title}\n\n{markdown}")


def to_markdown(html: str) -> str:
    from markdownify import markdownify

    text: str = markdownify(html, heading_style="ATX", bullets="-", strip=["img"])
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)).strip()
