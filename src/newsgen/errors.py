"""What went wrong, where, and what to do.

::

    NewsgenError        anything that ends a build on purpose, told without a traceback
     +-- Faulty         faults in content, settings or templates: every one of them, with its place
     +-- Refused        newsgen will not do what was asked (an output that is not ours, a second build)
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

FAULT = "fault"
WARNING = "warning"
NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong at one place, and its remedy.

    ``path`` is relative to the site; ``line`` and ``column`` count from 1. ``severity`` is ``fault`` (stops the
    build), ``warning`` or ``note``.
    """

    path: str
    line: int
    column: int
    what: str
    remedy: str = ""
    severity: str = FAULT

    def __str__(self) -> str:
        word = "" if self.severity == FAULT else f"{self.severity}: "
        remedy = f" {self.remedy}" if self.remedy else ""
        return printable(f"{self.path}:{self.line}:{self.column}: {word}{self.what}.{remedy}")


class NewsgenError(Exception):
    """The root of every expected end of a build."""


class Faulty(NewsgenError):
    """Faults were found, and nothing was published."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(map(str, self.faults)))


class Refused(NewsgenError):
    """Something newsgen will not do; the message says why and what would be right."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(printable(f"{what}. {remedy}".strip() if remedy else what))


def printable(text: str) -> str:
    """Give ``text`` with control and bidirectional-override characters spelt out, so that no file name or title can
    drive a terminal or a log."""
    return "".join(
        character
        if character in "\u200c\u200d" or unicodedata.category(character) not in ("Cc", "Cf", "Cs")
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )
