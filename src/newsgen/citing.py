"""Which of its head's sources a mark in an article means, what is wrong with one that means none, and how marks look.

Sources are numbered from 1 in the order of the head, those that are only proposed too: a number never shifts because a
person confirms or hides another source.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from newsgen.document import shorten
from newsgen.errors import FAULT, WARNING, Fault
from newsgen.schema import nearest
from newsgen.urls import slugify

MOST_BACKLINKS = 100
"""To how many of its marks a source leads back."""


MOST_DIGITS = 9
"""How long the number of a source may be."""


class Sources:
    """The sources of one head, found by number or by name."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self._numbers: dict[str, list[int]] = {}
        for number, name in enumerate(self.names, 1):
            self._numbers.setdefault(slugify(name), []).append(number)
        self._numbers.pop("", None)

    def called(self, name: str) -> list[int]:
        """Give the numbers of the sources with that name; names with equal slugs are equal."""
        return self._numbers.get(slugify(name), [])

    def number(self, label: str) -> int | None:
        """Give the number of the source that ``label`` means, which is a number (in the digits of any script) or a
        name; of several with that name the first."""
        label = label.strip()
        if label.isdecimal() and len(label) <= MOST_DIGITS and 1 <= int(label) <= len(self.names):
            return int(label)
        return next(iter(self.called(label)), None)

    def meant(self, label: str) -> tuple[list[int], list[str]]:
        """Give the numbers of all sources that ``label`` means, each once: one, or several between commas; and what
        in it means none. A name may hold commas."""
        whole = self.number(label)
        if whole is not None:
            return [whole], []
        parts = [part.strip() for part in label.split(",")]
        found = {part: self.number(part) for part in parts}
        numbers = list(dict.fromkeys(number for number in found.values() if number is not None))
        if not numbers and not any(part.isdecimal() for part in parts):
            return [], [label]
        return numbers, [part for part, number in found.items() if number is None]

    def like(self, label: str) -> str | None:
        """Give the name that ``label`` may be a misspelling of, or a part of."""
        slug = slugify(label)
        near = nearest(slug, tuple(self._numbers))
        if near is None and slug:
            near = next((one for one in self._numbers if f"-{slug}-" in f"-{one}-"), None)
        return self.names[self._numbers[near][0] - 1] if near else None


def check(
    path: str, marks: Iterable[tuple[str, int, int]], sources: Sequence[Mapping[str, Any]] | None
) -> Iterator[Fault]:
    """Give what is wrong with marks (label, line, column) of the file ``path``, whose head has ``sources``; None for a
    page, which can't have any.

    A mark without its source is a fault, as a link to a file that is not there is: the text says that somebody else
    vouches for it, and no reader could find who.
    """
    known = Sources(one["name"] for one in sources or ())
    count = len(known.names)
    for label, line, column in marks:
        numbers, unknown = known.meant(label)
        for part in unknown:
            if sources is None:
                what = f"[^source:{shorten(part)}] refers to a source, and pages without a date have none"
                yield Fault(path, line, column, what, r"Remove it, or write \[^source: if text is meant.", FAULT)
            elif part.isdecimal():
                has = f"this article has {count}" if count else "this article has none"
                remedy = "Correct the number, or add the source to sources:."
                yield Fault(path, line, column, f"there is no source {shorten(part)}; {has}", remedy, FAULT)
            else:
                like = known.like(part)
                remedy = f"Did you mean {shorten(like)}? " if like else ""
                remedy += "Write a name, or a number from 1, of sources:."
                yield Fault(path, line, column, f"no source is called {shorten(part)!r}", remedy, FAULT)
        for number in numbers:
            twice = known.called(known.names[number - 1])
            if len(twice) > 1 and not all(part.strip().isdecimal() for part in label.split(",")):
                what = f"sources {' and '.join(map(str, twice))} have one name; the first is meant"
                yield Fault(path, line, column, what, "Write its number.", WARNING)


class Citations:
    """The marks of one article as readers see them, numbered in the order in which they are asked for.

    ``own`` is the address before the fragment, for texts that are read elsewhere (feeds); marks have ids and a role
    only where it is empty, for readers of feeds take roles away, and the W3C's validator warns of them.
    """

    def __init__(self, sources: Sequence[Mapping[str, Any]], own: str = "") -> None:
        self._all = sources
        self._known: Sources | None = None  # most articles have no mark
        self._own = own
        self._cited: dict[int, int] = {}

    def mark(self, label: str) -> str:
        """Give the HTML of a mark: nothing for a source that is only proposed, or that there is not.

        It is a number in brackets, because the list of sources is numbered, and a footnote has none; the role is that
        of DPUB-ARIA 1.1, which screen readers say in the words of their user's language.
        """
        if self._known is None:
            self._known = Sources(one["name"] for one in self._all)
        return "".join(self._one(number) for number in self._known.meant(label)[0])

    def _one(self, number: int) -> str:
        source = self._all[number - 1]
        if source["proposed"]:
            return ""
        nth = self._cited[number] = self._cited.get(number, 0) + 1
        id_, role = ("", "") if self._own else (f' id="{_mention(number, nth)}"', ' role="doc-biblioref"')
        return (
            f'<sup class="cited"><a{id_} href="{self._own}#{_anchor(number)}"{role} '
            f'title="{html.escape(source.get("shown") or source["name"])}">[{number}]</a></sup>'
        )

    def listed(self) -> list[dict[str, Any]]:
        """Give the sources that readers see, each with its ``number``, its ``anchor``, and in ``cited`` the ids of the
        marks that refer to it, of those that were asked for."""
        return [
            {
                **one,
                "number": number,
                "anchor": _anchor(number),
                "cited": [
                    _mention(number, nth) for nth in range(1, min(self._cited.get(number, 0), MOST_BACKLINKS) + 1)
                ],
            }
            for number, one in enumerate(self._all, 1)
            if not one["proposed"]
        ]


def _anchor(number: int) -> str:
    return f"ng:source-{number}"


def _mention(number: int, nth: int) -> str:
    return f"ng:cited-{number}-{nth}"
