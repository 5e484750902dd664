"""Figures and galleries, made of paragraphs that hold nothing but pictures; and which pictures lack words.

Both work on HTML, so that they mean the same whichever engine read the Markdown:

- a picture alone in a paragraph, with a title, is a figure, and the title its caption;
- several pictures in one paragraph are a gallery, and each leads to itself at full size.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import unquote

from newsgen.embeds import attributes, is_remote
from newsgen.notes import CLOSE, OPEN
from newsgen.pictures import is_picture
from newsgen.urls import media_address

_ATTRIBUTES = r"(?:[^\"'<>]|\"[^\"]*\"|'[^']*')*"
IMAGE = re.compile(rf"<img\b({_ATTRIBUTES})>", re.IGNORECASE)
_ITEM = rf"(?:<a\b{_ATTRIBUTES}>\s*<img\b{_ATTRIBUTES}>\s*</a>|<img\b{_ATTRIBUTES}>)"
_BETWEEN = r"(?:\s|<br ?/?>)*"
_PARAGRAPH = re.compile(rf"<p>\s*({_ITEM}(?:{_BETWEEN}{_ITEM})*){_BETWEEN}</p>", re.IGNORECASE)
_ONE = re.compile(_ITEM, re.IGNORECASE)
_TITLE = re.compile(r"\stitle\s*=\s*(\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_SOURCE = re.compile(r"\ssrc\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'<>]+)", re.IGNORECASE)

_OWN = re.compile(f"{OPEN}(media|address):([^{CLOSE}#]*)")


def with_figures(cleaned: str) -> str:
    """Give the HTML of a body with its figures and galleries."""
    return _PARAGRAPH.sub(_arranged, cleaned)


def _arranged(paragraph: re.Match[str]) -> str:
    items = _ONE.findall(paragraph[1])
    if len(items) == 1:
        return _figure(items[0]) if _TITLE.search(_tag(items[0])) else paragraph[0]
    return f'<div class="gallery">\n{"".join(_figure(_leading(one)) + chr(10) for one in items)}</div>'


def _tag(item: str) -> str:
    """The tag of the picture in an item, which may stand in a link."""
    found = IMAGE.search(item)
    return found[0] if found else ""


def _figure(item: str) -> str:
    """One picture with its caption below it."""
    tag = _tag(item)
    title = _TITLE.search(tag)
    if title is None:
        return f"<figure>{item}</figure>"
    picture = item.replace(tag, tag.replace(title[0], "", 1), 1)
    caption = html.escape(" ".join(html.unescape(title[1][1:-1]).split()), quote=False)
    return f"<figure>{picture}<figcaption>{caption}</figcaption></figure>" if caption else f"<figure>{picture}</figure>"


def _leading(item: str) -> str:
    """A picture as a link to itself, unless it leads somewhere already or is at another host."""
    source = _SOURCE.search(item)
    if item.lower().startswith("<a") or source is None or is_remote(source[1].strip("\"'")):
        return item
    return f"<a href={source[1]}>{item}</a>"


def wordless(cleaned: str) -> Iterator[str]:
    """Give the ``src`` of each picture in HTML that has no words for those who do not see it."""
    for image in IMAGE.finditer(cleaned):
        given = attributes(image[1])
        if not given.get("alt", "").strip():
            yield given.get("src", "").strip()


def shown(body: str) -> Iterator[str]:
    """Give the addresses of the pictures of this site that the HTML of a body shows, its links still placeholders: each
    once, in their order."""
    sources = (_OWN.match(attributes(image[1]).get("src", "").strip()) for image in IMAGE.finditer(body))
    found = (address_of_picture(one[1], unquote(one[2])) for one in sources if one)
    yield from dict.fromkeys(one for one in found if one)


def address_of_picture(kind: str, target: str) -> str | None:
    """Give the address of a picture that a link (:class:`newsgen.model.Link`) leads to; None where it is none of this
    site."""
    if kind not in ("media", "address") or not is_picture(target):
        return None
    return media_address(target) if kind == "media" else target


def decoration(written: str) -> Counter[str]:
    """Count the pictures that somebody wrote as HTML with an ``alt`` that is empty, by their ``src``: it says that they
    are mere decoration, which Markdown has no way to say."""
    found = (attributes(image[1]) for image in IMAGE.finditer(written))
    return Counter(unquote(one.get("src", "").strip()) for one in found if "alt" in one and not one["alt"].strip())
