"""Markdown to safe HTML, summary, anchors and links: text in, value out.

Internal links leave here as placeholders between two characters that no text can hold (Unicode noncharacters), because
the address of what they lead to is not known yet and must not be remembered: :func:`resolve` puts addresses in. So do
marks that refer to the sources in the head (:mod:`newsgen.marks`), because a head may change while its text does not.
"""

from __future__ import annotations

import html
import re
import signal
import sys
import threading
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from newsgen import embeds
from newsgen.cleaning import (
    DEEPEST_HTML,
    MOST_FORMATTING,
    Cleaner,
    active,
    is_too_deep,
    may_be_too_deep,
    refused,
    with_single_ids,
    without_dead_links,
)
from newsgen.document import shorten, without_controls
from newsgen.engines import PYTHON_MARKDOWN, Engine, engine_of
from newsgen.errors import FAULT, WARNING, Fault
from newsgen.figures import decoration, shown, with_figures, wordless
from newsgen.marks import KIND, SIGN, take_out, without_marks
from newsgen.model import Link, canonical, digest
from newsgen.notes import CLOSE, OPEN, Notes, internal_target, without_code
from newsgen.pace import measure

__all__ = [
    "Body",
    "Converter",
    "conversion_key",
    "internal_target",
    "resolve",
    "with_reachable_tables",
]

FORMAT = 1
"""Raised by hand when a conversion comes to mean something else without a change in the modules below."""

SUMMARY_LENGTH = 240
MOST_IMAGES = 1_000
"""How many images of a page sitemaps may name."""
MOST_HTML = 16 * 1024 * 1024
"""Characters of HTML that one body may become."""

_MODULES = (
    "cleaning",
    "document",
    "embeds",
    "engines",
    "errors",
    "figures",
    "marks",
    "markup",
    "model",
    "notes",
    "outline",
    "pace",
    "pictures",
    "swift",
    "urls",
)
"""The modules whose source decides what a conversion gives."""

_PLACEHOLDER = re.compile(f"{OPEN}([a-z]+):([^{CLOSE}#]*)(#[^{CLOSE}]*)?{CLOSE}")
_NUMBERED = re.compile(f"{OPEN}([0-9]+){CLOSE}")


class _TooSlow(BaseException):
    """Raised by the timer. Not an Exception, so that no library swallows it."""


@dataclass(frozen=True, slots=True)
class Body:
    """A converted body: safe HTML with placeholders, the internal links in it, the ids that fragments may name, the
    first sentences of its text, the addresses of this site's own pictures that it shows, how many words and characters
    that are none it has (:mod:`newsgen.pace`), and what is wrong with it."""

    html: str
    links: tuple[Link, ...]
    anchors: tuple[str, ...]
    opening: str
    images: tuple[str, ...]
    length: tuple[int, int]
    faults: tuple[Fault, ...]

    def at(self, first_line: int) -> Body:
        """Give this body, whose lines count from 1, as it stands in a file that it begins on ``first_line`` of."""
        if first_line == 1 or not (self.links or self.faults):
            return self
        by = first_line - 1
        return replace(
            self,
            links=tuple(replace(one, line=one.line + by) for one in self.links),
            faults=tuple(replace(one, line=one.line + by) for one in self.faults),
        )


def conversion_key(engine: Engine, trusted_html: bool, wordless: str = FAULT) -> bytes:
    """Give a digest of all but its path and its text that decides what becomes of a body."""
    here = Path(__file__)
    try:
        sources = [here.with_name(f"{name}.py").read_bytes() for name in _MODULES]
    except OSError:  # installed without its source: FORMAT must do
        sources = []
    python = (*sys.version_info[:3], unicodedata.unidata_version)
    return digest(
        canonical([FORMAT, engine.name, engine.version, version("nh3"), python, trusted_html, wordless]), *sources
    )


class Converter:
    """A Markdown engine, and nh3 behind it. Made once, used often.

    ``engine`` is one of :data:`newsgen.engines.ENGINES`; ImportError is raised where its program is not installed.
    ``wordless`` is the severity of a picture without alt.
    """

    def __init__(self, trusted_html: bool = False, engine: str = PYTHON_MARKDOWN, wordless: str = FAULT) -> None:
        self._trusted = trusted_html
        self._wordless = wordless
        self._engine = engine_of(engine)
        self._cleaner = Cleaner()

    @property
    def key(self) -> bytes:
        """See :func:`conversion_key`. It is worked out at each call."""
        return conversion_key(self._engine, self._trusted, self._wordless)

    def convert(self, path: str, body: str, first_line: int) -> Body:
        """Convert the body of the content file ``path``, which begins on ``first_line`` of it."""
        return self.convert_body(path, body).at(first_line)

    def convert_body(self, path: str, body: str) -> Body:
        """Convert the body of the content file ``path``; lines count from the first of the body, so that the result
        holds wherever it begins."""
        notes = Notes(path, without_controls(body), self._engine.encodes)
        try:
            with _limited(min(8.0, 2 + len(body) / 50_000)):
                return self._converted(notes)
        except _TooSlow:
            remedy = "Look for long runs of [, <, * or _ and break them up."
            notes.add(FAULT, None, "the text takes too long to convert", remedy)
        except MemoryError:
            notes.add(FAULT, None, "the text takes too much memory to convert", "Part it.")
        except RecursionError:
            notes.add_deepest("lists or quotations are nested too deeply", "Write them flatter.")
        self._engine.restart()  # one that was interrupted remembers where it was
        return _nothing(notes)

    def _converted(self, notes: Notes) -> Body:
        text, marks = take_out(notes) if SIGN in notes.body else (notes.body, None)
        raw = self._engine.convert(text)
        if len(raw) > MOST_HTML:
            notes.add(FAULT, None, f"the text becomes more than {MOST_HTML >> 20} MiB of HTML", "Part it.")
            return _nothing(notes)
        written = notes.body.count("<")
        if (written > MOST_FORMATTING or (self._engine.nests_freely and may_be_too_deep(raw))) and is_too_deep(raw):
            limits = f"more than {DEEPEST_HTML} levels deep, or {MOST_FORMATTING} of <b>, <i> and the like"
            if written > MOST_FORMATTING:
                notes.add(FAULT, None, f"HTML is nested {limits}", "Close what is opened.")
            else:
                notes.add_deepest(f"lists, quotations or emphasis are nested {limits}", "Write them flatter.")
            return _nothing(notes)
        for address, scheme in refused(raw):
            value = marks.written(address) if marks else address
            remedy = "Links use http, https, mailto or tel."
            notes.add(FAULT, value, f"the link {shorten(value)!r} uses {scheme}:", remedy)
        cards: list[embeds.Card] = []
        if self._trusted:
            numbered = self._cleaner.number(raw)
        else:
            raw, cards = embeds.take_out(raw) if written else (raw, [])
            for tag in active(raw) if written else ():
                notes.add(WARNING, f"<{tag}", f"<{tag}> is left out: articles are text", "Remove it.")
            numbered = self._cleaner.clean(raw)
        self._tell_of_unknown(notes)
        if marks:
            numbered = marks.placed(numbered, notes)
            self._cleaner.addresses[:] = map(marks.written, self._cleaner.addresses)
        safe = self._linked(numbered, notes)
        if "<h1" in safe:
            safe = re.sub(r"(</?)h1\b", r"\1h2", safe)
        safe, ids = with_single_ids(safe)
        anchors = dict.fromkeys(map(html.unescape, ids))
        for fragment in notes.fragments:
            if fragment not in anchors and fragment:
                what = f"nothing in this article is called #{fragment}"
                notes.add(WARNING, "#" + fragment, what, "Correct the link.")
        told = embeds.without_tokens(safe)  # what cards say is no part of the text
        opening, length = _opening(told), measure(without_marks(told) if marks else told)
        if "<img" in safe:
            safe = with_figures(safe)
            safe = safe if self._trusted else embeds.without_remote_pictures(safe)
        safe = embeds.put_back(safe, cards) if cards else safe
        images = tuple(islice(shown(safe), MOST_IMAGES)) if "<img" in safe else ()
        faults = tuple(sorted(set(notes.faults)))
        return Body(safe, tuple(notes.links), tuple(anchors), opening, images, length, faults)

    def _linked(self, numbered: str, notes: Notes) -> str:
        """The HTML with a placeholder in the place of each numbered address, and without links that lead nowhere."""
        addresses = self._cleaner.addresses
        shown = [*wordless(numbered)] if "<img" in numbered else []
        if not addresses:
            self._tell_of_wordless(shown, {}, notes)
            return without_dead_links(numbered)
        dead = False
        places: dict[str, tuple[int, int]] = {}

        def put(found: re.Match[str]) -> str:
            nonlocal dead
            before = len(notes.links)
            placeholder = notes.link(addresses[int(found[1])])
            if shown and len(notes.links) > before:
                places[found[0]] = (notes.links[-1].line, notes.links[-1].column)
            dead = dead or not placeholder
            return placeholder or CLOSE

        linked = _NUMBERED.sub(put, numbered)
        self._tell_of_wordless(shown, places, notes)
        return without_dead_links(linked) if dead or "<a>" in linked or "<img" in linked else linked

    def _tell_of_wordless(self, shown: list[str], places: dict[str, tuple[int, int]], notes: Notes) -> None:
        """Tell of pictures without alt (``shown``, by their ``src`` in the HTML), unless they are decoration."""
        if not shown:
            return
        meant = decoration(without_code(notes.body)) if "<" in notes.body else Counter()
        for source in shown:
            number = _NUMBERED.fullmatch(source)
            written = self._cleaner.addresses[int(number[1])] if number else source
            if meant[unquote(written)] > 0:
                meant[unquote(written)] -= 1
            elif source in places or (not number and source):
                what = f"the image {shorten(written)!r} has no alt: who does not see it is told nothing"
                remedy = f'Write ![what it shows]({shorten(written)}); mere decoration is HTML with alt="".'
                notes.add_at(places.get(source) or notes.locate(written), self._wordless, what, remedy)

    def _tell_of_unknown(self, notes: Notes) -> None:
        if next(self._engine.unknown(notes.body), None) is None:
            return
        for at, what in self._engine.unknown(without_code(notes.body)):
            remedy = "Write it otherwise, or set engine: python-markdown in content/site.yaml."
            place = notes.place(at)
            notes.add_at(place, WARNING, f"the Markdown engine {self._engine.name} knows {what}: it stays text", remedy)


def _nothing(notes: Notes) -> Body:
    return Body("", (), (), "", (), (0, 0), tuple(sorted(set(notes.faults))))


def resolve(
    body: str,
    addresses: Callable[[str, str], str | None],
    own: str = "",
    mark: Callable[[str], str] | None = None,
) -> str:
    """Put addresses and marks in the place of the placeholders in ``body``.

    ``addresses(kind, target)`` gives the href of a target, escaped for an attribute, or None where it is withheld: the
    link is then left without one. Links within the article get ``own`` before their fragment. ``mark(label)`` gives the
    HTML of a mark that refers to a source, and is asked in the order of the text; without it there are none.
    """
    if OPEN not in body:
        return body

    def put(found: re.Match[str]) -> str:
        kind, target, fragment = found[1], found[2], found[3] or ""
        if kind == "self":
            return own + fragment
        if kind == KIND:
            return mark(unquote(target)) if mark else ""
        where = addresses(kind, unquote(target))
        return CLOSE if where is None else where + fragment

    return without_dead_links(_PLACEHOLDER.sub(put, body))


def with_reachable_tables(body: str) -> str:
    """Put each table of a cleaned body into a region that scrolls, and that the keyboard can reach (WCAG 2.1.1)."""
    if "<table" not in body:
        return body
    region = '<div class="table" role="group" tabindex="0">'
    return re.sub(r"(</table>)", r"\1</div>", re.sub(r"<table\b", f"{region}<table", body))


def _opening(safe: str) -> str:
    """The text of the first paragraph that has any, cut after a word."""
    for paragraph in _PARAGRAPH.finditer(safe):
        text = without_marks(paragraph[1])
        if "<" in text:
            text = re.sub(r"<(sup|script|style)\b.*?</\1>", "", text, flags=re.DOTALL | re.IGNORECASE)
            text = re.sub(r"<[^>]*>", "", text)
        text = " ".join(html.unescape(text).split())
        if not text.isprintable():
            text = without_controls(text)
        if len(text) > SUMMARY_LENGTH:
            cut = text[:SUMMARY_LENGTH]
            return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:—–-") + "…"
        if text:
            return text
    return ""


_PARAGRAPH = re.compile(r"<p\b[^>]*>(.*?)</p>", re.DOTALL)


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise :class:`_TooSlow` in the block after ``seconds`` of this process's own time (main thread, POSIX)."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_: Any) -> None:
        raise _TooSlow

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
