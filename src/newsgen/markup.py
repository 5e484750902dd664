"""Markdown to safe HTML, summary, anchors and links: text in, value out.

Internal links leave here as placeholders between two characters that no text can hold (Unicode noncharacters), because
the address of what they lead to is not known yet and must not be remembered: :func:`resolve` puts addresses in.
"""

from __future__ import annotations

import html
import posixpath
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

import markdown
import nh3

from newsgen.document import shorten, without_controls
from newsgen.errors import FAULT, WARNING, Fault
from newsgen.model import Link
from newsgen.urls import clean_address, slugify, why_not_an_address

OPEN, CLOSE = "\ufdd0", "\ufdd1"
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
DOCUMENT_SUFFIXES = (".md", ".markdown")
DEEPEST_HTML = 400
SUMMARY_LENGTH = 240

_TAGS = frozenset(
    """a abbr aside b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption
    figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp section small span strong sub summary
    sup table tbody td tfoot th thead time tr u ul var wbr""".split()
)
_ATTRIBUTES = {
    "*": {"id", "class", "lang", "dir", "title"},
    "a": {"href", "hreflang"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"datetime"},
    "details": {"open"},
    "img": {"src", "alt", "width", "height"},
    "ins": {"datetime"},
    "li": {"value"},
    "ol": {"start", "reversed", "type"},
    "td": {"colspan", "rowspan", "style", "headers"},
    "th": {"colspan", "rowspan", "style", "scope", "headers"},
    "time": {"datetime"},
}
_DROPPED_WITH_CONTENT = {"script", "style", "iframe", "object", "template", "noscript", "svg", "math"}

_TAG = re.compile(r"<([a-zA-Z][\w-]*)((?:[^\"'<>]|\"[^\"]*\"|'[^']*')*)>")
_ADDRESS_ATTRIBUTE = re.compile(r"(?<![\w-])(href|src|cite)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)", re.IGNORECASE)
_ACTIVE = re.compile(
    r"<(script|iframe|object|embed|form|input|button|style|svg|math|link|meta|base|video|audio)\b", re.IGNORECASE
)
_UNNESTED = re.compile(r"</?(?:p|li|dt|dd|tr|td|th|br|img|hr|wbr|col|input|source)\b", re.IGNORECASE)
_PLACEHOLDER = re.compile(f"{OPEN}([a-z]+):([^{CLOSE}#]*)(#[^{CLOSE}]*)?{CLOSE}")
_LINKED_NOWHERE = re.compile(r"<a>(.*?)</a>", re.DOTALL)
_IMAGE_OF_NOTHING = re.compile(r"<img(?![^>]*\ssrc=)([^>]*)>")


class _TooSlow(BaseException):
    """Raised by the timer. Not an Exception, so that no library swallows it."""


@dataclass(frozen=True, slots=True)
class Body:
    """A converted body: safe HTML with placeholders, the internal links in it, the ids that fragments may name, and
    the first sentences of its text."""

    html: str
    links: tuple[Link, ...]
    anchors: tuple[str, ...]
    opening: str
    faults: tuple[Fault, ...]


class Converter:
    """Python-Markdown with the ``extra`` set and heading anchors, and nh3 behind it. Made once, used often."""

    def __init__(self, trusted_html: bool = False) -> None:
        self._trusted = trusted_html
        self._markdown = markdown.Markdown(
            extensions=["extra", "toc"],
            extension_configs={"toc": {"slugify": lambda text, _: slugify(text) or "section", "permalink": False}},
            output_format="html",
        )

    def convert(self, path: str, body: str, first_line: int) -> Body:
        """Convert the body of the content file ``path``, which begins on ``first_line`` of it."""
        notes = _Notes(path, without_controls(body), first_line)
        try:
            with _limited(min(8.0, 2 + len(body) / 50_000)):
                raw = self._markdown.reset().convert(notes.body)
        except _TooSlow:
            notes.add(
                FAULT,
                None,
                "the text takes too long to convert",
                "Look for long runs of [, <, * or _ and break them up.",
            )
            return Body("", (), (), "", tuple(notes.faults))
        except RecursionError:
            line = max(range(len(notes.lines)), key=lambda i: _indent(notes.lines[i]), default=0)
            where = (first_line + line, 1)
            notes.faults.append(Fault(path, *where, "lists or quotations are nested too deeply", "Write them flatter."))
            return Body("", (), (), "", tuple(notes.faults))
        finally:
            self._markdown.reset()
        if len(raw) > 50_000 and _html_depth(raw) > DEEPEST_HTML:
            notes.add(FAULT, None, f"HTML is nested more than {DEEPEST_HTML} levels deep", "Close what is opened.")
            return Body("", (), (), "", tuple(notes.faults))
        notes.refuse_schemes(raw)
        if self._trusted:
            safe = _TAG.sub(lambda tag: _rewritten(tag, notes), raw)
        else:
            notes.tell_of_active(raw)
            safe = _clean(raw, notes)
        safe = _LINKED_NOWHERE.sub(r"\1", safe) if "<a>" in safe else safe
        safe = _IMAGE_OF_NOTHING.sub(_alt_text, safe) if "<img" in safe else safe
        if "<h1" in safe:
            safe = re.sub(r"(</?)h1\b", r"\1h2", safe)
        kept = html.unescape(safe) if notes.links else ""
        links = tuple(one for one, placeholder in notes.links if placeholder in kept)
        anchors = tuple(dict.fromkeys(map(html.unescape, re.findall(r'\sid="([^"]*)"', safe))))
        for fragment in notes.fragments:
            if fragment not in anchors and fragment:
                notes.add(
                    WARNING, "#" + fragment, f"nothing in this article is called #{fragment}", "Correct the link."
                )
        return Body(safe, links, anchors, _opening(safe), tuple(sorted(set(notes.faults))))


def resolve(body: str, addresses: Callable[[str, str], str | None], own: str = "") -> str:
    """Put addresses in the place of the placeholders in ``body``.

    ``addresses(kind, target)`` gives the href of a target, escaped for an attribute, or None where it is withheld: the
    link is then left without one. Links within the article get ``own`` before their fragment.
    """
    if OPEN not in body:
        return body

    def put(found: re.Match[str]) -> str:
        kind, target, fragment = found[1], found[2], found[3] or ""
        if kind == "self":
            return own + fragment
        where = addresses(kind, unquote(target))
        return CLOSE if where is None else where + fragment

    resolved = _PLACEHOLDER.sub(put, body)
    if CLOSE in resolved:
        resolved = re.sub(rf"<img[^>]*src=[\"']?{CLOSE}[^>]*>", _alt_text, resolved)
        resolved = re.sub(rf"\s[\w:-]+=[\"']?{CLOSE}[\"']?", "", resolved)
    return resolved


def with_reachable_tables(body: str) -> str:
    """Put each table of a cleaned body into a region that scrolls, and that the keyboard can reach (WCAG 2.1.1)."""
    if "<table" not in body:
        return body
    region = '<div class="table" role="region" aria-label="Table" tabindex="0">'
    return re.sub(r"(</table>)", r"\1</div>", re.sub(r"<table\b", f"{region}<table", body))


def internal_target(path: str, link: str) -> tuple[str, str]:
    """Give the kind and target (see :class:`newsgen.model.Link`) of a link in the content file ``path`` that names no
    scheme and no host. Raises ValueError with what is wrong with it."""
    if link.startswith("/"):
        address = clean_address(link)
        wrong = "it holds a control character" if without_controls(address) != address else why_not_an_address(address)
        if wrong:
            raise ValueError(f"can't be followed: {wrong}")
        return "address", address
    plain = unquote(link)
    if without_controls(plain) != plain:
        raise ValueError("holds a control character")
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), plain))
    if not target.startswith("content/"):
        raise ValueError("leads out of content/")
    return ("document" if target.lower().endswith(DOCUMENT_SUFFIXES) else "media"), target


class _Notes:
    """What is noticed while one body is converted."""

    def __init__(self, path: str, body: str, first_line: int) -> None:
        self.path = path
        self.body = body
        self.lines = body.split("\n")
        self.first_line = first_line
        self.faults: list[Fault] = []
        self.links: list[tuple[Link, str]] = []
        self.fragments: list[str] = []
        self._searchable: str | None = None
        self._from: dict[str, int] = {}

    def add(self, severity: str, text: str | None, what: str, remedy: str = "") -> None:
        line, column = self.locate(text) if text else (self.first_line, 1)
        self.faults.append(Fault(self.path, line, column, what, remedy, severity))

    def locate(self, text: str) -> tuple[int, int]:
        """Where the source says ``text`` (the next time, if asked again), from 1; the body's first line if nowhere."""
        if self._searchable is None:
            self._searchable = _without_code(self.body)
        source = self._searchable
        for spelt in (f"]({text}", f"](<{text}", f"]: {text}", f"<{text}>", f'"{text}"', f"'{text}'", text):
            at = source.find(spelt, self._from.get(text, 0))
            if at >= 0:
                self._from[text] = at + len(spelt)
                at += spelt.find(text)
                return self.first_line + source.count("\n", 0, at), at - source.rfind("\n", 0, at)
        if text in self._from:
            del self._from[text]
            return self.locate(text)
        return self.first_line, 1

    def refuse_schemes(self, raw: str) -> None:
        for tag in _TAG.finditer(raw):
            for attribute in _ADDRESS_ATTRIBUTE.finditer(tag[2]) if "=" in tag[2] else ():
                value = html.unescape(attribute[2].strip("\"'"))
                squeezed = re.sub(r"[\x00-\x20\x7f-\x9f]", "", value)
                scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*(?=:)", squeezed)
                if scheme and scheme[0].lower() not in SCHEMES:
                    self.add(
                        FAULT,
                        value.strip(),
                        f"the link {shorten(value)!r} uses {scheme[0].lower()}:",
                        "Links use http, https, mailto or tel.",
                    )

    def tell_of_active(self, raw: str) -> None:
        for tag in {name.lower() for name in _ACTIVE.findall(raw)}:
            self.add(WARNING, f"<{tag}", f"<{tag}> is left out: articles are text", "Remove it.")

    def link(self, value: str) -> str | None:
        """Give the placeholder for a relative link, or None for one that leads nowhere."""
        value = without_controls(value).strip()  # a character reference may have made one
        if value.startswith("#"):
            self.fragments.append(unquote(value[1:]))
            return f"{OPEN}self:{value}{CLOSE}"
        if value.startswith("//"):
            return "https:" + value
        if "{{" in value or "{%" in value:
            what = "the link holds template syntax of another tool, which is only text here; it is left out"
            self.add(WARNING, value, what, "Write where it leads.")
            return None
        target, _, fragment = value.partition("#")
        target = target.partition("?")[0]
        if not target:
            self.add(WARNING, value or "]()", "a link leads nowhere", "Write where it leads.")
            return None
        try:
            kind, target = internal_target(self.path, target)
        except ValueError as error:
            self.add(FAULT, value, f"the link {shorten(value)!r} {error}", "Correct it.")
            return None
        placeholder = f"{OPEN}{kind}:{quote(target)}{'#' + fragment if fragment else ''}{CLOSE}"
        self.links.append((Link(kind, target, unquote(fragment), *self.locate(value)), placeholder))
        return placeholder


def _clean(raw: str, notes: _Notes) -> str:
    return nh3.clean(
        _REFERENCE.sub(_without_noncharacter, raw),
        tags=set(_TAGS),
        clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        url_schemes=set(SCHEMES),
        url_relative=notes.link,
        link_rel=None,
        filter_style_properties={"text-align"},
    )


_REFERENCE = re.compile(r"&#(?:x([0-9a-f]+)|([0-9]+))(?:;|(?![0-9a-f]))", re.IGNORECASE)


def _without_noncharacter(reference: re.Match[str]) -> str:
    """A character reference, unless it stands for a character that no text may hold (our placeholders' among them)."""
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    return "\ufffd" if number < 0x110000 and without_controls(chr(number)) == "" else reference[0]


def _rewritten(tag: re.Match[str], notes: _Notes) -> str:
    """A tag of trusted HTML, its relative links made placeholders."""

    def put(attribute: re.Match[str]) -> str:
        value = html.unescape(attribute[2].strip("\"'"))
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", value.strip()):
            return attribute[0]
        place = notes.link(value)
        return "" if place is None else f'{attribute[1]}="{html.escape(place)}"'

    return f"<{tag[1]}{_ADDRESS_ATTRIBUTE.sub(put, tag[2])}>" if "=" in tag[2] else tag[0]


def _alt_text(found: re.Match[str]) -> str:
    alt = re.search(r'\salt="([^"]*)"', found[0])
    return f'<span class="missing">{alt[1]}</span>' if alt and alt[1] else ""


def _opening(safe: str) -> str:
    """The text of the first paragraph, cut after a word."""
    paragraph = re.search(r"<p\b[^>]*>(.*?)</p>", safe, re.DOTALL)
    if not paragraph:
        return ""
    text = re.sub(r"<sup\b.*?</sup>", "", paragraph[1], flags=re.DOTALL)
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", "", text)).split())
    if len(text) <= SUMMARY_LENGTH:
        return text
    cut = text[:SUMMARY_LENGTH]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:—–-") + "…"


def _html_depth(raw: str) -> int:
    depth = deepest = 0
    for tag in re.finditer(r"<(/?)[a-zA-Z]", raw):
        if _UNNESTED.match(raw, tag.start()):
            continue
        depth += -1 if tag[1] else 1
        deepest = max(deepest, depth)
    return deepest


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t>"))


def _without_code(body: str) -> str:
    """The body with its code blanked out, every other character where it was."""

    def blank(found: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", found[0])

    body = re.sub(r"^(```+|~~~+)[^\n]*\n.*?^\1[^\n]*$", blank, body, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(?<!`)`[^`\n]+`(?!`)", blank, body)


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise :class:`_TooSlow` in the block after ``seconds`` of this process's own time (main thread, POSIX)."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_: Any) -> None:
        raise _TooSlow

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
