"""File what happened: one event with all the reports of it, by its day and by everything that it belongs to.

An event that several articles report is filed once, as the report puts it that is first in :data:`ORDER`: one that is
about it before one that only recalls it, then the newest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from newsgen.archive import PART, Archive, Facts
from newsgen.model import EVENTS, canonical, digest, events_of

ORDER = "ORDER BY rank, reports.published DESC, path, number"
"""The order of the reports of one event."""


@dataclass(frozen=True, slots=True)
class Filed:
    """Where an event is filed: its day and order, the terms that it has, and a mark of all that lists show of it."""

    day: str
    sort: str
    terms: tuple[tuple[str, str], ...]
    mark: bytes


def lengths_of(axis: str, day: str) -> list[int]:
    """Give the lengths of the names of the periods in which something is counted: all time, decades (of events), years
    and months, and days of whole archives. An event that is known less precisely is in the longer ones alone."""
    lengths = {"": (0, 4, 7, 10), EVENTS: (0, 3, 4, 7, 10)}.get(axis, (0, 4, 7))
    return [length for length in lengths if length <= len(day)]


def report_rows(path: str, published: str, events: str) -> Iterator[tuple[Any, ...]]:
    """Give the rows of ``reports`` for the events of one article, as the archive keeps them with it."""
    for number, (key, day, sort, terms, entry) in enumerate(json.loads(events)):
        rank = int(entry["role"] == "background") + 2 * (entry["status"] in ("disputed", "claimed"))
        yield (key, path, number, rank, published, day, sort, canonical(terms), canonical(entry))


def filed(archive: Archive, key: str) -> Filed | None:
    """Say where an event belongs, by its reports; None for one that no shown article reports."""
    sql = f"""SELECT reports.day, sort, reports.terms, entry, reports.path, substr(card_digest, 1, ?) FROM reports
        LEFT JOIN documents USING (path) WHERE key = ? {ORDER}"""  # noqa: S608 - our own text
    rows = archive.rows(sql, PART, key)
    if not rows:
        return None
    terms = {(axis, slug): None for row in rows for axis, slug, *_ in json.loads(row[2])}
    mark = digest(*(part or b"" for row in rows for part in row[3:]))
    return Filed(rows[0][0], rows[0][1], tuple(terms), mark)


def places_of(archive: Archive, key: str) -> Iterator[list[Any]]:
    """Give the terms of the places of an event, as its reports have them."""
    for (terms,) in archive.rows(f"SELECT terms FROM reports WHERE key = ? {ORDER}", key):  # noqa: S608
        yield from (one for one in json.loads(terms) if one[0] == "places")


def axes_of(terms: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """Give the axes and slugs under which an event with these terms is filed."""
    return [(EVENTS, ""), *((events_of(axis), slug) for axis, slug in terms)]


def report(archive: Archive, path: str) -> None:
    """Bring the reports of one article up to date."""
    archive.connection.execute("DELETE FROM reports WHERE path = ?", (path,))
    row = archive.row("SELECT published, events FROM documents WHERE path = ? AND shown AND kind = 'article'", path)
    if row is not None and row[1] != "[]":
        insert(archive, list(report_rows(path, *row)))


def insert(archive: Archive, rows: list[tuple[Any, ...]]) -> None:
    """Put rows into ``reports``."""
    archive.connection.executemany("INSERT INTO reports VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def keys_of(facts: Facts | None) -> set[str]:
    """Give the keys of the events of a document."""
    return {key for key, _, _ in facts.events} if facts else set()
