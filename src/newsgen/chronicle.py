"""File what happened: one event with all the reports of it, by its day and by everything that it belongs to.

An event that several articles report is filed once, as the report puts it that is first in :data:`ORDER`: one that is
about it before one that only recalls it, then the oldest; those of translations after all others. So a later report
leaves alone what was told before, unless it disagrees; and of an event that very many recall the first thousand
reports decide.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from newsgen.archive import PART, Archive, Facts
from newsgen.model import EVENTS, canonical, digest, events_of

ORDER = "ORDER BY rank, reports.published, path, number"
"""The order of the reports of one event."""
MOST_REPORTS = 1_000
"""How many reports of one event decide where it belongs and who disagrees, and are told on its page."""
MOST_LISTED = 3
"""How many reports of one event lists tell of."""


@dataclass(frozen=True, slots=True)
class Report:
    """One event as one article reports it: ``entry`` is what is kept of it, ``mark`` stands for it and the card."""

    path: str
    rank: int
    published: str
    day: str
    sort: str
    terms: list[list[Any]]
    entry: dict[str, Any]
    mark: bytes

    @property
    def account(self) -> str:
        """What stands for its date and place."""
        return account_of(self.entry)


@dataclass(frozen=True, slots=True)
class Filed:
    """Where an event is filed: its day and order, the terms that it has, and a mark of all that lists show of it; with
    its first reports, and those of them that disagree."""

    day: str
    sort: str
    terms: tuple[tuple[str, str], ...]
    mark: bytes
    reports: tuple[Report, ...]
    differing: tuple[Report, ...]


def lengths_of(axis: str, day: str) -> list[int]:
    """Give the lengths of the names of the periods in which something is counted: all time, decades (of events), years
    and months, and days of whole archives. An event that is known less precisely is in the longer ones alone."""
    lengths = {"": (0, 4, 7, 10), EVENTS: (0, 3, 4, 7, 10)}.get(axis, (0, 4, 7))
    return [length for length in lengths if length <= len(day)]


def report_rows(path: str, published: str, events: str) -> Iterator[tuple[Any, ...]]:
    """Give the rows of ``reports`` for the events of one article, as the archive keeps them with it."""
    for number, (key, day, sort, terms, entry) in enumerate(json.loads(events)):
        yield (key, path, number, rank_of(entry), published, day, sort, canonical(terms), canonical(entry))


def rank_of(entry: dict[str, Any]) -> int:
    """Give how far back among the reports of an event one stands, before its age counts."""
    is_unsure = entry["status"] in ("disputed", "claimed")
    return int(entry["role"] == "background") + 2 * is_unsure + 4 * ("translated" in entry)


def account_of(entry: dict[str, Any]) -> str:
    """Give what stands for the date and the place of an event as one article reports it."""
    return digest(entry["when"], entry["place_key"] or entry["place"] or "").hex()[: 2 * PART]


def reports_of(archive: Archive, key: str, most: int = MOST_REPORTS) -> list[Report]:
    """Give the first reports of an event."""
    sql = f"""SELECT reports.path, rank, reports.published, reports.day, sort, reports.terms, entry,
        substr(card_digest, 1, ?) FROM reports LEFT JOIN documents USING (path) WHERE key = ? {ORDER} LIMIT ?"""  # noqa: S608 - our own text
    return [
        Report(path, rank, published, day, sort, json.loads(terms), json.loads(entry), digest(entry, path, card or b""))
        for path, rank, published, day, sort, terms, entry, card in archive.rows(sql, PART, key, most)
    ]


def filed(archive: Archive, key: str) -> Filed | None:
    """Say where an event belongs, by its reports; None for one that no shown article reports."""
    reports = reports_of(archive, key)
    if not reports:
        return None
    terms = {(axis, slug): None for one in reports for axis, slug, *_ in one.terms}
    differing = _differing(reports)
    more = str(len(reports) > MOST_LISTED)
    mark = digest(more, *(one.mark for one in reports[:MOST_LISTED]), b"", *(one.mark for one in differing))
    return Filed(reports[0].day, reports[0].sort, tuple(terms), mark, tuple(reports), differing)


def _differing(reports: list[Report]) -> tuple[Report, ...]:
    """Give the oldest reports of each date and place, where any two of these can't both be right: one that only says
    less precisely what another says does not disagree."""
    firsts: dict[str, Report] = {}
    for one in reports:
        firsts.setdefault(one.account, one)
    distinct = list(firsts.values())[:MOST_DIFFERING]
    if all(_agree(one.entry, other.entry) for one in distinct for other in distinct):
        return ()
    return tuple(distinct)


MOST_DIFFERING = 50


def _agree(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return _same_time(one, other) and _same_place(one, other)


def _same_time(one: dict[str, Any], other: dict[str, Any]) -> bool:
    if one["when"] == other["when"]:
        return True
    (first, last), (begin, end) = [(entry["first"] or "", entry["last"] or "~") for entry in (one, other)]
    return (first <= begin and end <= last) or (begin <= first and last <= end)


def _same_place(one: dict[str, Any], other: dict[str, Any]) -> bool:
    if not one["place"] or not other["place"] or one["place"] == other["place"]:
        return True
    return one["place_key"] in other["chain"] or other["place_key"] in one["chain"]


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
    return {key for key, *_ in facts.events} if facts else set()
