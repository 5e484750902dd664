"""The programs that turn Markdown into HTML: Python-Markdown, and pulldown-cmark behind the same face.

What they give is not yet safe: it is cleaned, whichever made it.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from html import unescape
from typing import Any, Protocol

import markdown

from newsgen.document import without_controls
from newsgen.swift import SwiftMarkdown
from newsgen.urls import slugify

PYTHON_MARKDOWN = "python-markdown"
COMMONMARK = "commonmark"
ENGINES = (PYTHON_MARKDOWN, COMMONMARK)

_NAMELESS = "section"
"""The id of a heading without letters or digits."""


class Engine(Protocol):
    """What turns Markdown into HTML. Made once, used often."""

    name: str
    version: str
    nests_freely: bool
    """Whether what it makes may be nested as deeply as the text asks for."""
    encodes: bool
    """Whether it percent-encodes addresses."""

    def convert(self, text: str) -> str:
        """Give the HTML of ``text``, its headings with ids."""

    def restart(self) -> None:
        """Forget everything: a conversion was interrupted."""

    def unknown(self, text: str) -> Iterator[tuple[int, str]]:
        """Give what ``text`` (with its code blanked out) asks for and this engine does not know, and where."""


def is_installed(engine: str) -> bool:
    """Whether the program behind ``engine`` is there."""
    try:
        return engine != COMMONMARK or bool(importlib.import_module("pyromark"))
    except ImportError:
        return False


def engine_of(name: str) -> Engine:
    """Make the engine called ``name``. Raises ImportError where its program is not installed."""
    return CommonMark() if name == COMMONMARK else PythonMarkdown()


class PythonMarkdown:
    """Python-Markdown with the ``extra`` set and heading anchors."""

    name = PYTHON_MARKDOWN
    version = markdown.__version__
    nests_freely = False
    encodes = False

    def __init__(self) -> None:
        self.restart()

    def convert(self, text: str) -> str:
        return self._markdown.reset().convert(text)

    def restart(self) -> None:
        self._markdown = SwiftMarkdown(
            extensions=["extra", "toc"],
            extension_configs={"toc": {"slugify": lambda text, _: slugify(text) or _NAMELESS, "permalink": False}},
            output_format="html",
        )

    def unknown(self, text: str) -> Iterator[tuple[int, str]]:
        return iter(())


class CommonMark:
    """pulldown-cmark: CommonMark with tables, footnotes, definition lists and attributes of headings."""

    name = COMMONMARK
    nests_freely = True
    encodes = True

    def __init__(self) -> None:
        pyromark: Any = importlib.import_module("pyromark")
        options = pyromark.Options
        self.version = str(pyromark.__version__)
        self._markdown = pyromark.Markdown(
            options=options.ENABLE_TABLES
            | options.ENABLE_FOOTNOTES
            | options.ENABLE_HEADING_ATTRIBUTES
            | options.ENABLE_DEFINITION_LIST
        )

    def convert(self, text: str) -> str:
        html: str = self._markdown.html(text).strip()
        if "&#" in text:  # it writes the characters that references stand for, also those that no text may hold
            html = without_controls(html)
        if "[^" in text:
            html = _with_footnotes(html)
        if "<h" not in html:
            return html
        written = _WRITTEN_HEADING.search(text) is not None
        return _with_anchors(html, self._headings(text) if written else None)

    def restart(self) -> None:
        """It remembers nothing."""

    def unknown(self, text: str) -> Iterator[tuple[int, str]]:
        for sign, pattern, what in _UNKNOWN:
            if sign in text:
                for found in pattern.finditer(text):
                    yield found.start(), what

    def _headings(self, text: str) -> Iterator[bool]:
        """Say of each tag in the HTML of ``text`` that begins a heading whether Markdown made it, or HTML in the text
        is it."""
        images = 0
        for event in self._markdown.events(text):
            if not isinstance(event, dict):
                continue
            ((kind, value),) = event.items()
            if kind in ("Start", "End"):
                name = value if isinstance(value, str) else next(iter(value))
                images += (name == "Image") * (1 if kind == "Start" else -1)
                if kind == "Start" and name == "Heading":
                    yield True
            elif kind in ("Html", "InlineHtml") and not images:  # within the text of an image it is only text
                yield from (False for _ in _HEADING.finditer(value))


_HEADING = re.compile(r"<h([1-6])( [^<>\n]*)?>")
_ID = re.compile(r'id="(?<=\sid=")([^"]*)"')
_WRITTEN_HEADING = re.compile(r"<h[1-6]", re.IGNORECASE)
_REFERENCE = re.compile(r'<sup class="footnote-reference"><a href="#([^"]*)">([0-9]+)</a></sup>')
_DEFINITION = re.compile(
    r'<div class="footnote-definition" id="([^"]*)"><sup class="footnote-definition-label">([0-9]+)</sup>(\n<p>)?'
)
_MARK = re.compile(r'<sup id="fnref[0-9]*:[^"]*"><a class="footnote-ref"[^>]*>[0-9]+</a></sup>')
_UNKNOWN = (
    ("[TOC]", re.compile(r"^\[TOC\][ \t]*$", re.MULTILINE), "no tables of contents ([TOC])"),
    ("*[", re.compile(r"^\*\[[^\]\n]+\] ?:", re.MULTILINE), "no abbreviations (*[…]:)"),
    ("{:", re.compile(r"\{:[^{}\n]*\}"), "no attribute lists ({: …}) but those of headings ({#id .class})"),
    ("markdown", re.compile(r"<[a-zA-Z][^<>]*?\smarkdown\s*="), "no markdown= in HTML"),
)


def _with_footnotes(html: str) -> str:
    """Give the marks and the texts of footnotes the ids and links that Python-Markdown gives them. A text stays where
    it is written; the number before it leads back to the mark, and an arrow to each further one."""
    marks: dict[str, int] = {}

    def mark(found: re.Match[str]) -> str:
        name, number = found[1], found[2]
        marks[name] = count = marks.get(name, 0) + 1
        return (
            f'<sup id="fnref{count if count > 1 else ""}:{name}">'
            f'<a class="footnote-ref" href="#fn:{name}">{number}</a></sup>'
        )

    def text(found: re.Match[str]) -> str:
        name, number, paragraph = found[1], found[2], found[3] or ""
        title = f"Jump back to footnote {number} in the text"
        back = "".join(
            f'<a class="footnote-backref" href="#fnref{count if count > 1 else ""}:{name}" title="{title}">'
            f"{'↩' if count > 1 else number}</a>"
            for count in range(1, min(marks.get(name, 0), MOST_BACKLINKS) + 1)
        )
        return f'<div class="footnote" id="fn:{name}">{paragraph}<sup>{back or number}</sup> '

    return _DEFINITION.sub(text, _REFERENCE.sub(mark, html))


MOST_BACKLINKS = 100
"""To how many of its marks a footnote leads back."""


def _with_anchors(html: str, made: Iterator[bool] | None) -> str:
    """Give each heading that has no id one, made from its text; only those that Markdown ``made``, if not all are."""
    taken = set(_ID.findall(html)) if "id=" in html else set()
    counts: dict[str, int] = {}
    parts: list[str] = []
    at = 0
    for tag in _HEADING.finditer(html):
        if made is not None and not next(made, False):
            continue
        if tag[2] and ' id="' in tag[2]:
            continue
        inner = html[tag.end() : html.find(f"</h{tag[1]}>", tag.end())]
        name = _free(_slug(inner), taken, counts)
        parts += (html[at : tag.start()], f'<h{tag[1]} id="{name}"{tag[2] or ""}>')
        at = tag.end()
    return "".join([*parts, html[at:]])


def _slug(inner: str) -> str:
    if "<" in inner:
        inner = re.sub(r"<[^>]*>", "", _MARK.sub("", inner))
    return slugify(unescape(inner)) or _NAMELESS


def _free(name: str, taken: set[str], counts: dict[str, int]) -> str:
    """Give ``name``, or the first of ``name_1``, ``name_2`` … that is not taken, and take it."""
    free = name
    while free in taken:
        counts[name] = counts.get(name, 0) + 1
        free = f"{name}_{counts[name]}"
    taken.add(free)
    return free
