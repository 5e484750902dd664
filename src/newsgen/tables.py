"""What the tables for researchers ask of the archive: the rows of one part of a table, in order, one after the other.

Rows are read while they are written, so that a part is never in memory with all that the archive knows of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from newsgen.archive import EVERYTHING, Archive, DamagedArchive, head_digest
from newsgen.happenings import happening, mark_of, term_of
from newsgen.model import EVENTS, Card, Happening, canonical, digest

NAMED = ("tags", "authors", "sections", "threads")
"""The axes whose terms stand in the row of an article, by the names that they have everywhere."""
YEARLESS = ["", *(f"{one:0{length}}" for length in (1, 2, 3) for one in range(10**length))]
"""The days by which events are filed whose year is not known: none, a millennium, a century, a decade."""


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """What tables tell of an article: its card, its metadata, and the names of its terms by axis."""

    card: Card
    meta: dict[str, Any]
    names: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source of the register on which ``count`` articles rest, and what the register says of it."""

    key: str
    name: str
    count: int
    entry: dict[str, Any]


# --- articles ---

_OF_ARTICLES = """FROM filed CROSS JOIN documents USING (path) WHERE term = ? AND filed.day >= ? AND filed.day < ?
    ORDER BY filed.day, filed.published, path LIMIT ? OFFSET ?"""
_HEADS = f"SELECT head, terms {_OF_ARTICLES}"


def article_rows(archive: Archive, period: str, most: int, skip: int) -> Iterator[ArticleRow]:
    """Give the articles of a period, the oldest first. What is not as it was stored raises DamagedArchive."""
    sql = f"SELECT documents.card, meta, terms, events, head, path {_OF_ARTICLES}"
    for *packed, head, path in archive.each(sql, EVERYTHING, period, period + "~", most, skip):
        if head_digest(*packed) != head:
            raise DamagedArchive(path)
        card, meta, terms, _ = packed
        own = json.loads(terms)
        names = {axis: tuple(_name(archive, axis, slug) for of, slug, *_ in own if of == axis) for axis in NAMED}
        yield ArticleRow(Card.unpack(card), json.loads(meta), names)


def article_rows_digest(archive: Archive, period: str, most: int, skip: int) -> bytes:
    def make() -> bytes:
        rows = archive.each(_HEADS, EVERYTHING, period, period + "~", most, skip)
        return digest(*(part for head, terms in rows for part in (head, *_names(archive, terms))))

    found: bytes = archive.once(("article rows", period, most, skip), make)
    return found


def _names(archive: Archive, terms: str) -> Iterator[str]:
    return (_name(archive, axis, slug) for axis, slug, *_ in json.loads(terms) if axis in NAMED)


def _name(archive: Archive, axis: str, slug: str) -> str:
    found: str = archive.once(("name", axis, slug), lambda: _ask_name(archive, axis, slug))
    return found


def _ask_name(archive: Archive, axis: str, slug: str) -> str:
    row = archive.row("SELECT name FROM vocabulary WHERE axis = ? AND slug = ?", axis, slug)
    return str(row[0]) if row and row[0] is not None else slug


# --- events ---

_ORDER = "ORDER BY day, published, path LIMIT ? OFFSET ?"


def event_rows(archive: Archive, period: str, coarse: int, most: int, skip: int) -> Iterator[Happening]:
    """Give the events of a period in the order of time; where ``coarse`` is not 0, those alone that are known no more
    precisely than by it (of all time: those without a year). What is not as it was filed raises DamagedArchive."""
    for key, mark in _event_marks(archive, "path, card", period, coarse, most, skip):
        if mark_of(archive, key) != mark:
            raise DamagedArchive(key)
        one = happening(archive, key)
        if one is not None:
            yield one


def event_rows_digest(archive: Archive, period: str, coarse: int, most: int, skip: int) -> bytes:
    def make() -> bytes:
        return digest(*(mark for (mark,) in _event_marks(archive, "card", period, coarse, most, skip)))

    found: bytes = archive.once(("event rows", period, coarse, most, skip), make)
    return found


def _event_marks(
    archive: Archive, columns: str, period: str, coarse: int, most: int, skip: int
) -> list[tuple[Any, ...]]:
    term = term_of(archive, EVENTS, "")
    if coarse:  # a look-up for each day that there may be, so that the other events need not be passed over
        sql = f"SELECT {columns} FROM filed WHERE term = ? AND day IN (SELECT value FROM json_each(?)) {_ORDER}"  # noqa: S608
        return archive.rows(sql, term, canonical([period] if period else YEARLESS), most, skip)
    sql = f"SELECT {columns} FROM filed WHERE term = ? AND day >= ? AND day < ? {_ORDER}"  # noqa: S608 - our own text
    return archive.rows(sql, term, period, period + "~", most, skip)


# --- sources ---

_SOURCES = """SELECT slug, name, coalesce(count, 0), entry FROM vocabulary LEFT JOIN tallies ON tallies.term =
    vocabulary.term AND period = '' WHERE axis = 'sources' AND name IS NOT NULL ORDER BY slug"""


def source_rows(archive: Archive) -> Iterator[SourceRow]:
    """Give the sources of the register on which anything shown rests, by key."""
    for slug, name, number, entry in archive.each(_SOURCES):
        yield SourceRow(slug, name, number, json.loads(entry or "{}"))


def source_rows_digest(archive: Archive) -> bytes:
    return digest(*(canonical(row) for row in archive.each(_SOURCES)))
