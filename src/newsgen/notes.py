"""What is noticed while one body is converted: faults with their places, and the links that must lead somewhere.

Lines count from the first of the body, so that what was noticed stays true when the head above it grows or shrinks.
"""

from __future__ import annotations

import html
import posixpath
import re
import unicodedata
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from urllib.parse import quote, unquote

from newsgen.document import shorten, without_controls
from newsgen.errors import FAULT, WARNING, Fault
from newsgen.model import Link
from newsgen.urls import clean_address, is_document, why_not_an_address

OPEN, CLOSE = "\ufdd0", "\ufdd1"
"""The characters (Unicode noncharacters, which no text holds) between which an internal link stands for its target."""


_SAFE_IN_FRAGMENT = "-._~!$()*+,;=:@/?"
MOST_SEARCHES = 100
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_SIGNS_OF_CODE = ("`", "\t", "~~~", "    ")
_DESTINATIONS = (
    (("](",), r"\]\(\s*<([^>\n]*)>|\]\(\s*([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)"),
    (("]:",), r"^ {0,3}\[[^\]\n]+\]:\s*<?([^\s>]+)"),
    (("<",), r"<([a-zA-Z][\w+.-]*:[^\s<>]*)>"),
    (("href", "src"), r"\b(?:href|src)\s*=\s*\"([^\"]*)\"|\b(?:href|src)\s*=\s*'([^']*)'"),
    (("href", "src"), r"\b(?:href|src)\s*=\s*([^\s\"'>]+)"),
)
"""How a text may say where a link leads, each after what it cannot do without: the fewer are looked for, the faster."""


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


class Notes:
    """What is noticed while one body is converted. ``encoded`` says that addresses were percent-encoded since they
    were written."""

    def __init__(self, path: str, body: str, encoded: bool = False) -> None:
        self.path = path
        self._encoded = encoded
        self.body = body
        self.faults: list[Fault] = []
        self.links: list[Link] = []
        self.fragments: list[str] = []
        self._places: dict[str, deque[int]] | None = None
        self._line_starts: list[int] = []
        self._searches = 0
        blank = len(body) - len(body.lstrip("\n"))
        self.beginning = (blank + 1 if blank < len(body) else 1, 1)

    def add(self, severity: str, text: str | None, what: str, remedy: str = "") -> None:
        self.add_at(self.locate(text) if text else self.beginning, severity, what, remedy)

    def add_at(self, place: tuple[int, int], severity: str, what: str, remedy: str) -> None:
        self.faults.append(Fault(self.path, *place, what, remedy, severity))

    def add_deepest(self, what: str, remedy: str) -> None:
        """Add a fault on the line that is indented most."""
        lines = self.body.split("\n")
        line = max(range(len(lines)), key=lambda i: len(lines[i]) - len(lines[i].lstrip(" \t>")), default=0)
        self.add_at((line + 1, 1), FAULT, what, remedy)

    def locate(self, text: str) -> tuple[int, int]:
        """Where the source links to ``text`` (the next time, if asked again), from 1; else the body's first line."""
        if self._places is None:
            self._places = {}
            for found in _destinations(without_code(self.body)):
                number = found.lastindex or 0
                written = html.unescape(found[number])
                if self._encoded:
                    written = unquote(_ESCAPED.sub(r"\1", written))
                self._places.setdefault(written, deque()).append(found.start(number))
        places = self._places.get(unquote(text) if self._encoded else text)
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
        return line + 1, at - self._line_starts[line] + 1

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
        written = unquote(value) if self._encoded else value
        if "{{" in written or "{%" in written:
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


def _destinations(body: str) -> Iterator[re.Match[str]]:
    patterns = [pattern for signs, pattern in _DESTINATIONS if any(sign in body for sign in signs)]
    return re.finditer("|".join(patterns), body, re.MULTILINE) if patterns else iter(())


def without_code(body: str) -> str:
    """The body with its code blanked out, every other character where it was."""

    def blank(found: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", found[0])

    if not any(sign in body for sign in _SIGNS_OF_CODE):
        return body
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
