"""Marks in a text that refer to the sources in its head: ``[^source:1]``, taken out before Markdown reads the text and
put into the HTML that it makes.

A mark goes through the Markdown engine as a run of punctuation that the text does not hold, so that both engines treat
it as they treat a bracket (it ends emphasis, it is no part of the id of a heading, it is kept in code and in addresses)
and none looks for links or emphasis in it. What it means is not known here: heads change without the text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote

from newsgen.errors import WARNING
from newsgen.model import Link, digest
from newsgen.notes import CLOSE, OPEN, Notes, without_code

SIGN = "[^source:"
"""What a mark begins with. A text without it costs nothing more."""

KIND = "source"
"""The kind of the placeholders of marks, and of the links that they are."""

LONGEST_LABEL = 200
MOST_TOLD = 20
"""Of how many that can't be marks one text is warned about."""

_MARK = re.compile(rf"\[\^source:([^\[\]`<>\\\n]{{1,{LONGEST_LABEL}}})\]")
_FOOTNOTE = re.compile(r"^(?:[ \t>]|[-*+:][ \t]|[0-9]{1,9}[.)][ \t])*\[\^(source:[^\]\n]*)\]:", re.MULTILINE)
_LIKE_A_MARK = re.compile(r"\[\^(source:[^\[\]\n]*)")
_TOKEN = re.compile(r"<!--.*?-->|<(/?)([a-zA-Z][\w-]*)((?:[^\"'<>]|\"[^\"]*\"|'[^']*')*)>", re.DOTALL)
_CONTENTS = re.compile(r'<div class="toc">.*?</div>', re.DOTALL)
_PLACEHOLDER = re.compile(f"{OPEN}{KIND}:[^{CLOSE}]*{CLOSE}")
_VERBATIM = frozenset("code pre kbd samp script style textarea template".split())
_UNESCAPED = frozenset(("script", "style"))


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark as it is written: all of it, the label in it, and where in the text it begins."""

    written: str
    label: str
    at: int


class Marks:
    """The marks that were taken out of one text."""

    def __init__(self, marks: list[Mark], salt: str) -> None:
        self._marks = marks
        self._stand_in = re.compile(f"={salt}=([,;]+)=")

    def written(self, text: str) -> str:
        """Give ``text`` (no HTML) with its marks as they were written."""
        return self._stand_in.sub(lambda found: self._of(found).written, text)

    def placed(self, markup: str, notes: Notes) -> str:
        """Give clean HTML with a placeholder for each mark, and note each as a link.

        In code and in attributes a mark is text. One within a link stands behind it, for a link can't hold another;
        the blanks before one go, so that nothing is left where it stands for nothing.
        """
        if '<div class="toc">' in markup:  # which repeats the headings
            markup = _CONTENTS.sub(lambda found: self._with(lambda _: "", found[0]), markup)
        parts: list[str] = []
        behind: list[str] = []  # the placeholders that wait for the end of a link
        within, depth, is_link = "", 0, False
        noted: set[int] = set()

        def put(mark: Mark) -> str:
            if mark.at not in noted:
                noted.add(mark.at)
                notes.links.append(Link(KIND, mark.label, "", *notes.place(mark.at)))
            placeholder = f"{OPEN}{KIND}:{quote(mark.label, safe='')}{CLOSE}"
            if is_link:
                behind.append(placeholder)
                return ""
            return placeholder

        def text(piece: str) -> str:
            if "=" not in piece:
                return piece
            if within:
                return self.written(piece) if within in _UNESCAPED else self._escaped(piece)
            return self._with(put, piece)

        at = 0
        for token in _TOKEN.finditer(markup):
            parts.append(text(markup[at : token.start()]))
            at = token.end()
            closes, name = token[1], (token[2] or "").lower()
            if not name:
                parts.append(self.written(token[0]))
                continue
            parts.append(self._escaped(token[0]))
            if within or name in _VERBATIM:
                within = within or name
                depth += (-1 if closes else 1) * (name == within)
                within = within if depth > 0 else ""
                depth = max(depth, 0)
            elif name == "a":
                is_link = not closes
                parts += behind
                behind.clear()
        return "".join([*parts, text(markup[at:]), *behind])

    def _with(self, put: Callable[[Mark], str], piece: str) -> str:
        """``piece`` with what ``put`` gives in the place of each mark and the blanks before it."""
        parts: list[str] = []
        at = 0
        for found in self._stand_in.finditer(piece):
            parts += (piece[at : found.start()].rstrip(), put(self._of(found)))
            at = found.end()
        return "".join([*parts, piece[at:]])

    def _escaped(self, piece: str) -> str:
        return self._stand_in.sub(lambda found: html.escape(self._of(found).written), piece)

    def _of(self, found: re.Match[str]) -> Mark:
        return self._marks[int("1" + found[1].replace(",", "0").replace(";", "1"), 2) - 2]


def take_out(notes: Notes) -> tuple[str, Marks | None]:
    """Give the text of ``notes`` with a run of punctuation in the place of each mark, and the marks; None where it has
    none. What looks like one and can't be is a warning.

    No mark is what a backslash escapes, and a footnote of that name that the text holds itself.
    """
    body = notes.body
    footnotes = set(_FOOTNOTE.findall(without_code(body)))
    marks = [
        Mark(found[0], found[1].strip(), found.start())
        for found in _MARK.finditer(body)
        if found[1].strip() and f"source:{found[1]}" not in footnotes and not _is_escaped(body, found.start())
    ]
    if body.count(SIGN) > len(marks):
        _tell_of_broken(notes, {mark.at for mark in marks}, footnotes)
    if not marks:
        return body, None
    salt = _salt(body)
    parts: list[str] = []
    at = 0
    for number, mark in enumerate(marks):
        parts += (body[at : mark.at], f"={salt}={_punctuation(number + 2)[1:]}=")
        at = mark.at + len(mark.written)
    return "".join([*parts, body[at:]]), Marks(marks, salt)


def without_marks(markup: str) -> str:
    """Give HTML without the placeholders of marks."""
    return _PLACEHOLDER.sub("", markup) if OPEN in markup else markup


def _punctuation(number: int) -> str:
    return f"{number:b}".replace("0", ",").replace("1", ";")


def _salt(body: str) -> str:
    """A run of signs that ``body`` does not hold, however it is written. What comes from the digest of the text can't
    be foreseen by who writes it."""
    plain = html.unescape(body)
    attempt = 0
    while True:
        salt = _punctuation((1 << 32) | int.from_bytes(digest(body, str(attempt))[:4]))
        if salt not in plain:
            return salt
        attempt += 1


def _is_escaped(body: str, at: int) -> bool:
    before = at
    while before and body[before - 1] == "\\":
        before -= 1
    return bool((at - before) % 2)


def _tell_of_broken(notes: Notes, known: set[int], footnotes: set[str]) -> None:
    plain = without_code(notes.body)
    broken = (
        found.start()
        for found in _LIKE_A_MARK.finditer(plain)
        if found.start() not in known and found[1] not in footnotes and not _is_escaped(plain, found.start())
    )
    for at in islice(broken, MOST_TOLD):
        what = "what begins with [^source: is no mark of a source, and stays text"
        remedy = (
            "Write [^source:1] or [^source:its name] on one line, without <, >, ` or backslash in it; or "
            r"\[^source: if text is meant."
        )
        notes.add_at(notes.place(at), WARNING, what, remedy)
