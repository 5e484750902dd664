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
import unicodedata
from bisect import bisect_right
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

import markdown
import nh3

from newsgen.disk import is_document
from newsgen.document import shorten, without_controls
from newsgen.errors import FAULT, WARNING, Fault
from newsgen.model import Link, digest
from newsgen.urls import clean_address, slugify, why_not_an_address

OPEN, CLOSE = "\ufdd0", "\ufdd1"
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
DEEPEST_HTML = 400
MOST_FORMATTING = 50
"""How many formatting elements (<b>, <i> …) may be open at once: HTML repeats all of them in every paragraph."""

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
_NUMBERED = re.compile(f"{OPEN}([0-9]+){CLOSE}")
_DEAD_IMAGE = re.compile(rf"<img(?:[^\"'<>]|\"[^\"]*\"|'[^']*')*?src=[\"']?{CLOSE}(?:[^\"'<>]|\"[^\"]*\"|'[^']*')*>")
_IMAGE_OF_NOTHING = re.compile(r"<img(?![^>]*\ssrc=)([^>]*)>")


_SAFE_IN_FRAGMENT = "-._~!$()*+,;=:@/?"
MOST_SEARCHES = 100
_DESTINATION = re.compile(
    r"\]\(\s*<([^>\n]*)>|\]\(\s*([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)|^ {0,3}\[[^\]\n]+\]:\s*<?([^\s>]+)"
    r"|<([a-zA-Z][\w+.-]*:[^\s<>]*)>|\b(?:href|src)\s*=\s*\"([^\"]*)\"|\b(?:href|src)\s*=\s*'([^']*)'"
    r"|\b(?:href|src)\s*=\s*([^\s\"'>]+)",
    re.MULTILINE,
)


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
        self.key = digest(str(trusted_html))
        self._markdown = _markdown()
        self._addresses: list[str] = []
        self._cleaner = nh3.Cleaner(
            tags=set(_TAGS),
            clean_content_tags=_DROPPED_WITH_CONTENT,
            attributes=_ATTRIBUTES,
            url_schemes=set(SCHEMES),
            url_relative=self._number,
            link_rel=None,
            filter_style_properties={"text-align"},
        )

    def _number(self, address: str) -> str:
        """Keep a relative address that the cleaner met, and put its number into the HTML."""
        self._addresses.append(address)
        return f"{OPEN}{len(self._addresses) - 1}{CLOSE}"

    def convert(self, path: str, body: str, first_line: int) -> Body:
        """Convert the body of the content file ``path``, which begins on ``first_line`` of it."""
        notes = _Notes(path, without_controls(body), first_line)
        try:
            with _limited(min(8.0, 2 + len(body) / 50_000)):
                return self._converted(notes)
        except _TooSlow:
            remedy = "Look for long runs of [, <, * or _ and break them up."
            notes.add(FAULT, None, "the text takes too long to convert", remedy)
        except RecursionError:
            line = max(range(len(notes.lines)), key=lambda i: _indent(notes.lines[i]), default=0)
            what = "lists or quotations are nested too deeply"
            notes.faults.append(Fault(path, first_line + line, 1, what, "Write them flatter."))
        self._markdown = _markdown()  # one that was interrupted remembers where it was
        return Body("", (), (), "", tuple(notes.faults))

    def _converted(self, notes: _Notes) -> Body:
        raw = self._markdown.reset().convert(notes.body)
        if notes.body.count("<") > MOST_FORMATTING and _is_too_deep(raw):
            what = f"HTML is nested more than {DEEPEST_HTML} levels deep, or {MOST_FORMATTING} of <b>, <i> and the like"
            notes.add(FAULT, None, what, "Close what is opened.")
            return Body("", (), (), "", tuple(notes.faults))
        notes.refuse_schemes(raw)
        self._addresses.clear()
        if self._trusted:
            numbered = _TAG.sub(lambda tag: _numbered(tag, self._number), raw)
        else:
            notes.tell_of_active(raw)
            numbered = self._cleaner.clean(_REFERENCE.sub(_without_noncharacter, raw))
        linked = _NUMBERED.sub(lambda found: notes.link(self._addresses[int(found[1])]) or CLOSE, numbered)
        safe = _without_dead_links(linked)
        if "<h1" in safe:
            safe = re.sub(r"(</?)h1\b", r"\1h2", safe)
        safe = _with_single_ids(safe)
        anchors = tuple(dict.fromkeys(map(html.unescape, re.findall(r'\sid="([^"]*)"', safe))))
        for fragment in notes.fragments:
            if fragment not in anchors and fragment:
                what = f"nothing in this article is called #{fragment}"
                notes.add(WARNING, "#" + fragment, what, "Correct the link.")
        return Body(safe, tuple(notes.links), anchors, _opening(safe), tuple(sorted(set(notes.faults))))


def _markdown() -> markdown.Markdown:
    return markdown.Markdown(
        extensions=["extra", "toc"],
        extension_configs={"toc": {"slugify": lambda text, _: slugify(text) or "section", "permalink": False}},
        output_format="html",
    )


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

    return _without_dead_links(_PLACEHOLDER.sub(put, body))


def _without_dead_links(text: str) -> str:
    """Take the attributes that hold a lone closing mark, and images and links of nothing, out of HTML."""
    if CLOSE in text:
        text = _DEAD_IMAGE.sub(_alt_text, text)
        text = re.sub(rf"\s[\w:-]+=(?:\"{CLOSE}\"|'{CLOSE}'|{CLOSE}(?![^{OPEN}>]*{CLOSE}))", "", text)
    if "<a>" in text:
        text = _LINKED_NOWHERE.sub(r"\1", text)
    return _IMAGE_OF_NOTHING.sub(_alt_text, text) if "<img" in text else text


def with_reachable_tables(body: str) -> str:
    """Put each table of a cleaned body into a region that scrolls, and that the keyboard can reach (WCAG 2.1.1)."""
    if "<table" not in body:
        return body
    region = '<div class="table" role="group" tabindex="0">'
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
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), unicodedata.normalize("NFC", plain)))
    if not target.startswith(("content/articles/", "content/pages/")):
        raise ValueError("leads out of content/articles/ and content/pages/")
    return ("document" if is_document(target) else "media"), target


class _Notes:
    """What is noticed while one body is converted."""

    def __init__(self, path: str, body: str, first_line: int) -> None:
        self.path = path
        self.body = body
        self.lines = body.split("\n")
        self.first_line = first_line
        self.faults: list[Fault] = []
        self.links: list[Link] = []
        self.fragments: list[str] = []
        self._places: dict[str, deque[int]] | None = None
        self._line_starts: list[int] = []
        self._searches = 0
        blank = len(body) - len(body.lstrip("\n"))
        self.beginning = (first_line + (blank if blank < len(body) else 0), 1)

    def add(self, severity: str, text: str | None, what: str, remedy: str = "") -> None:
        line, column = self.locate(text) if text else self.beginning
        self.faults.append(Fault(self.path, line, column, what, remedy, severity))

    def locate(self, text: str) -> tuple[int, int]:
        """Where the source links to ``text`` (the next time, if asked again), from 1; else the body's first line."""
        if self._places is None:
            self._places = {}
            for found in _DESTINATION.finditer(_without_code(self.body)):
                number = found.lastindex or 0
                self._places.setdefault(html.unescape(found[number]), deque()).append(found.start(number))
        places = self._places.get(text)
        if places is None:
            self._searches += 1
            at = self.body.find(text) if self._searches <= MOST_SEARCHES else -1
        else:
            at = places.popleft() if len(places) > 1 else places[0]
        return self.place(at) if at >= 0 else self.beginning

    def place(self, at: int) -> tuple[int, int]:
        """The line and column of the character ``at`` of the body."""
        if not self._line_starts:
            self._line_starts = [0, *(found.end() for found in re.finditer("\n", self.body))]
        line = bisect_right(self._line_starts, at) - 1
        return self.first_line + line, at - self._line_starts[line] + 1

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
            fragment = unquote(value[1:])
            if not fragment.startswith("fn"):  # footnotes make their own, both ways
                self.fragments.append(fragment)
            return f"{OPEN}self:#{quote(fragment, safe=_SAFE_IN_FRAGMENT)}{CLOSE}"
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
        self.links.append(Link(kind, target, unquote(fragment), *self.locate(value)))
        part = "#" + quote(unquote(fragment), safe=_SAFE_IN_FRAGMENT) if fragment else ""
        return f"{OPEN}{kind}:{quote(target)}{part}{CLOSE}"


_REFERENCE = re.compile(r"&#(?:x([0-9a-f]+)|([0-9]+))(?:;|(?![0-9a-f]))", re.IGNORECASE)


def _without_noncharacter(reference: re.Match[str]) -> str:
    """A character reference, unless it stands for a character that no text may hold (our placeholders' among them)."""
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    return "\ufffd" if number < 0x110000 and without_controls(chr(number)) == "" else reference[0]


def _numbered(tag: re.Match[str], number: Callable[[str], str]) -> str:
    """A tag of trusted HTML, each relative address in it as its number."""

    def put(attribute: re.Match[str]) -> str:
        value = html.unescape(attribute[2].strip("\"'"))
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", value.strip()):
            return attribute[0]
        return f'{attribute[1]}="{number(value)}"'

    return f"<{tag[1]}{_ADDRESS_ATTRIBUTE.sub(put, tag[2])}>" if "=" in tag[2] else tag[0]


def _with_single_ids(text: str) -> str:
    """Take from HTML the ids that an element before has, and those that belong to the page around it."""
    ids = re.findall(r'\sid="([^"]*)"', text)
    if len(ids) == len(set(ids)) and not any(one.startswith("ng:") for one in ids):
        return text
    seen: set[str] = set()

    def put(tag: re.Match[str]) -> str:
        found = re.search(r'\sid="([^"]*)"', tag[2])
        if not found or (found[1] not in seen and not found[1].startswith("ng:")):
            seen.update([found[1]] if found else [])
            return tag[0]
        return f"<{tag[1]}{tag[2][: found.start()]}{tag[2][found.end() :]}>"

    return _TAG.sub(put, text)


def _alt_text(found: re.Match[str]) -> str:
    alt = re.search(r"""\salt=(?:"([^"]*)"|'([^']*)')""", found[0])
    text = (alt[1] or alt[2]) if alt else ""
    return f'<span class="missing">{text}</span>' if text else ""


def _opening(safe: str) -> str:
    """The text of the first paragraph that has any, cut after a word."""
    for paragraph in re.finditer(r"<p\b[^>]*>(.*?)</p>", safe, re.DOTALL):
        text = re.sub(r"<(sup|script|style)\b.*?</\1>", "", paragraph[1], flags=re.DOTALL | re.IGNORECASE)
        text = without_controls(" ".join(html.unescape(re.sub(r"<[^>]*>", "", text)).split()))
        if len(text) > SUMMARY_LENGTH:
            cut = text[:SUMMARY_LENGTH]
            return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:—–-") + "…"
        if text:
            return text
    return ""


_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())


def _is_too_deep(raw: str) -> bool:
    """Whether elements, or formatting elements among them, are open so many at once that cleaning would take long."""
    depth = 0
    opened: Counter[str] = Counter()
    for tag in re.finditer(r"<(/?)([a-zA-Z][\w-]*)", raw):
        name = tag[2].lower()
        if _UNNESTED.match(raw, tag.start()):
            continue
        if tag[1]:
            if opened[name]:
                opened[name] -= 1
                depth -= 1
            continue
        opened[name] += 1
        depth += 1
        if depth > DEEPEST_HTML or (name in _FORMATTING and sum(opened[one] for one in _FORMATTING) > MOST_FORMATTING):
            return True
    return False


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t>"))


def _without_code(body: str) -> str:
    """The body with its code blanked out, every other character where it was."""

    def blank(found: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", found[0])

    lines = body.split("\n")
    after_blank, in_list = True, False
    for number, line in enumerate(lines):
        indented = line.startswith(("    ", "\t"))
        if line.strip() and not indented:
            in_list = bool(re.match(r" {0,3}(?:[-*+:]|\d+[.)]|\[\^)", line))
        elif line.strip() and after_blank and not in_list:
            lines[number] = " " * len(line)
            continue
        after_blank = not line.strip()
    body = "\n".join(lines)
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

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
