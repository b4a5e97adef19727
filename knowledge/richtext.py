"""Answers are Markdown.  Here it becomes HTML that is safe to show, or plain text for channels without
markup.

Images are files of ours: ![what it shows](blob:<id>).  An image from elsewhere would tell its server who
reads the article, so it becomes a link.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

_BLOB = re.compile(r"blob:([0-9a-fA-F-]{36})")
_TAGS = frozenset(
    "a blockquote br code del em h2 h3 h4 hr img li ol p pre s strong table tbody td th thead tr ul".split()
)
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}, "code": {"class"}}
_SCHEMES = {"http", "https", "mailto", "tel"}

#: The address of a file by its id.
Address = Callable[[str], str]


def blob_ids(markdown: str) -> list[str]:
    """Files that an answer shows, in order."""
    return _BLOB.findall(markdown)


def to_html(markdown: str, address: Address) -> str:
    """Sanitised HTML.  address gives a path on this service, which is the only source of images."""
    import nh3

    tokens = _parser().parse(markdown)
    for token in tokens:
        _lower_heading(token)
        for child in token.children or ():
            if child.type == "image":
                _place_image(child, address)
    html = _parser().renderer.render(tokens, _parser().options, {})
    return nh3.clean(
        html,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


@functools.cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    parser.validateLink = lambda url: bool(_BLOB.fullmatch(url)) or _is_linkable(url)  # type: ignore[method-assign]
    return parser


def _is_linkable(url: str) -> bool:
    scheme, colon, _ = url.partition(":")
    return bool(colon) and scheme.strip().lower() in _SCHEMES


def _lower_heading(token: Token) -> None:
    """The page's own title is its only first heading."""
    if token.type in ("heading_open", "heading_close"):
        token.tag = f"h{min(max(int(token.tag[1]), 2), 4)}"


def _place_image(image: Token, address: Address) -> None:
    source = str(image.attrGet("src") or "")
    found = _BLOB.fullmatch(source)
    if found:
        image.attrSet("src", address(found[1]))
        return
    image.type, image.tag = "html_inline", ""
    image.content = f'<a href="{escape(source)}">{escape(image.content or source)}</a>'


def to_text(markdown: str) -> str:
    """What an answer says, for channels and programs that know no markup; links keep their addresses."""
    lines: list[str] = []
    numbers: list[int | None] = []
    for token in _parser().parse(markdown):
        match token.type:
            case "bullet_list_open":
                numbers.append(None)
            case "ordered_list_open":
                numbers.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                numbers.pop()
            case "list_item_open":
                lines.append(_bullet(numbers))
            case "inline":
                _append(lines, _inline(token.children or []))
            case "fence" | "code_block":
                _append(lines, token.content.rstrip("\n"))
            case "paragraph_close" | "heading_close" | "tr_close" if lines and not token.hidden:
                lines.append("")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def _bullet(numbers: list[int | None]) -> str:
    number = numbers[-1]
    if number is None:
        mark = "- "
    else:
        mark, numbers[-1] = f"{number}. ", number + 1
    return "  " * (len(numbers) - 1) + mark


def _append(lines: list[str], text: str) -> None:
    """After the bullet that waits for it, or as a line of its own."""
    if lines and re.fullmatch(r" *(?:-|\d+\.) ", lines[-1]):
        lines[-1] += text
    else:
        lines.append(text)


def _inline(tokens: list[Token]) -> str:
    parts: list[str] = []
    links: list[tuple[str, int]] = []
    for token in tokens:
        match token.type:
            case "text" | "code_inline":
                parts.append(token.content)
            case "softbreak" | "hardbreak":
                parts.append("\n")
            case "image":
                parts.append(f"[{token.content}]" if token.content else "")
            case "link_open":
                links.append((str(token.attrGet("href") or ""), len(parts)))
            case "link_close":
                href, start = links.pop()
                if href not in "".join(parts[start:]):
                    parts.append(f" ({href})")
    return "".join(parts)


def excerpt(markdown: str, longest: int = 120) -> str:
    """The beginning of an answer on one line."""
    text = " ".join(to_text(markdown).split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
