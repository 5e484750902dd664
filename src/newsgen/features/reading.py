"""What helps the reader of an article: its contents, how long it takes to read, and how it is cited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from newsgen import bibliography, pace
from newsgen.features import Frame
from newsgen.model import Article, Card, Term

LEAST_HEADINGS = 3
"""With fewer, a long text has no contents."""
_HEADING = re.compile(r'<h([23])\b[^>]*?\sid="([^"]+)"[^>]*>(.*?)</h\1>', re.DOTALL)
_ORIGIN = re.compile(r"https?://[a-z0-9.:\[\]-]+(?=/)")
_RAISED = re.compile(r"<sup\b.*?</sup>", re.DOTALL)
_BARE = re.compile(r'<a href="(https?://[^"]*)"(?=[^>]*>\1</a>)')


def describe_reading(article: Article, body: str) -> dict[str, Any]:
    """Give the ``minutes`` that an article takes to read (0 where that need not be said), and the ``contents`` of a
    long one from its headings: empty for any other."""
    minutes = pace.minutes(*article.length)
    return {"minutes": minutes, "contents": contents(body) if minutes >= pace.LONG else []}


def contents(body: str) -> list[dict[str, Any]]:
    """Give the headings of the second and third level in some clean HTML, each with its ``id`` and its ``name``, those
    of the third as ``parts`` of the one before them; nothing where there are fewer than :data:`LEAST_HEADINGS`, or
    where the author has put contents into the text."""
    if body.count("<h2") + body.count("<h3") < LEAST_HEADINGS or '<div class="toc"' in body:
        return []
    found: list[dict[str, Any]] = []
    number = 0
    for level, anchor, inner in _HEADING.findall(body):
        name = Markup(_RAISED.sub("", inner)).striptags()  # noqa: S704 - its text, which is escaped again
        if not name:
            continue
        number += 1
        heading = {"id": Markup(anchor).unescape(), "name": name, "parts": []}  # noqa: S704 - likewise
        (found[-1]["parts"] if level == "3" and found and found[-1]["level"] == "2" else found).append(
            heading | {"level": level}
        )
    return found if number >= LEAST_HEADINGS else []


def with_bare_links(body: str) -> str:
    """Mark the links whose text is their address, so that print does not show it twice."""
    return _BARE.sub(r'<a class="bare" href="\1"', body) if ">http" in body else body


def origin(frame: Frame) -> str:
    """Give the scheme and the host of the site, before which a style sheet puts the path of a link in print; nothing
    where they hold what a style sheet would not take for text."""

    def make() -> str:
        found = _ORIGIN.match(frame.absolute("/"))
        return found[0] if found else ""

    made: str = frame.once(("origin",), make)
    return made


def cite(frame: Frame, card: Card, authors: Sequence[Term], corrections: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Give how an article is cited: ``authors`` and ``amended`` (its last correction, None without one) for words, and
    ``bibtex`` and ``ris`` for programs."""
    amended = max(corrections, key=lambda one: one["date"].instant, default=None)
    reference = bibliography.Reference(
        address=frame.absolute(card.address),
        title=card.title,
        authors=tuple(one.name for one in authors),
        archive=frame.site.title,
        publisher=frame.site.publisher.name or frame.site.title,
        day=card.published.day.isoformat(),
        amended=(amended["kind"], amended["date"].day.isoformat()) if amended else None,
        language=card.language,
    )
    return {
        "authors": reference.authors or (reference.publisher,),
        "amended": amended,
        "bibtex": bibliography.bibtex(reference),
        "ris": bibliography.ris(reference),
    }
