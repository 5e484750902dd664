"""What a page may ask of the archive about its days, its front page and its numbers."""

from __future__ import annotations

import json
from bisect import bisect_left
from typing import Any

from newsgen.archive import EVERYTHING, Archive
from newsgen.happenings import WHOLE, happenings, term_of
from newsgen.model import AXES, CORRECTIONS, EVENTS, Card, Happening, Period, Term, canonical, digest
from newsgen.pictures import Picture

YEAR = 4
Anniversary = tuple[Period, tuple[Card, ...] | tuple[Happening, ...]]
"""One day of one year: its name with how much there is of it, and the first of that."""


# --- the days of the year ---


def day_names(archive: Archive) -> tuple[str, ...]:
    """Give the days of the year (``07-17``) on which anything was published or happened, in order."""

    def make() -> tuple[str, ...]:
        sql = f"SELECT DISTINCT substr(period, 6) FROM tallies WHERE term = ? AND {_IS_A_DAY}"  # noqa: S608 - our own
        return tuple(
            sorted({name for axis in ("", EVENTS) for (name,) in archive.rows(sql, term_of(archive, axis, ""))})
        )

    names: tuple[str, ...] = archive.once(("days of the year",), make)
    return names


_IS_A_DAY = "length(period) = 10 AND period BETWEEN '0001-' AND '9999~'"
"""A day of a year that has a number; those before the year 1 have none to stand under."""


def _days_of(archive: Archive, axis: str, name: str) -> list[Period]:
    """Give the days of single years on which something was published or happened on a day of the year, the latest
    first."""

    def make() -> str:
        sql = "SELECT period FROM tallies WHERE term = ? AND length(period) = ? AND period BETWEEN '0001' AND '9999'"
        return canonical([year for (year,) in archive.rows(sql, term_of(archive, axis, ""), YEAR)])

    years = archive.once(("years", axis), make)
    sql = """SELECT period, count FROM tallies WHERE term = ? AND period IN (SELECT value || '-' || ? FROM json_each(?))
        ORDER BY period DESC"""
    return [Period(*row) for row in archive.rows(sql, term_of(archive, axis, ""), name, years)]


def days_beside(archive: Archive, name: str) -> tuple[str | None, str | None]:
    """Give the days before and after one that have anything, around the year; None where there is no other."""
    others = [one for one in day_names(archive) if one != name]
    if not others:
        return None, None
    at = bisect_left(others, name)
    return others[at - 1], others[at % len(others)]


def anniversaries(archive: Archive, axis: str, name: str, years: int, most: int) -> tuple[Anniversary, ...]:
    """Give what was published (``axis`` empty) or happened (``events``) on a day of the year in each of the latest
    ``years`` that have anything, the latest first: of each the first that ``most`` allows. Of years before these
    only the days and numbers."""
    found: list[Anniversary] = []
    for number, day in enumerate(_days_of(archive, axis, name)):
        if number >= years:
            found.append((day, ()))
        elif axis:
            found.append((day, happenings(archive, axis, "", day.name, WHOLE, most, 0)))
        else:
            rows = archive.rows(_ON_A_DAY.format("path"), EVERYTHING, day.name, most)
            found.append((day, tuple(archive.card(path) for (path,) in rows)))
    return tuple(found)


_ON_A_DAY = "SELECT {} FROM filed WHERE term = ? AND day = ? ORDER BY published, path LIMIT ?"


def anniversaries_digest(archive: Archive, axis: str, name: str, years: int, most: int) -> bytes:
    found = _days_of(archive, axis, name)
    term = term_of(archive, axis, "")
    marks = [mark for day in found[:years] for (mark,) in archive.rows(_ON_A_DAY.format("card"), term, day.name, most)]
    return digest(canonical([[one.name, one.count] for one in found]), *marks)


def latest_days(archive: Archive, axis: str, slug: str, most: int) -> tuple[Period, ...]:
    """Give the latest days on which something was published under a term, the latest first."""
    sql = "SELECT day, count(*) FROM filed WHERE term = ? GROUP BY day ORDER BY day DESC LIMIT ?"
    return tuple(Period(*row) for row in archive.rows(sql, term_of(archive, axis, slug), most))


def latest_days_digest(*arguments: Any) -> bytes:
    return digest(canonical([[one.name, one.count] for one in latest_days(*arguments)]))


# --- the front page ---


def lead(archive: Archive, axis: str, slug: str) -> tuple[Card, dict[str, Any] | None, Picture | None] | None:
    """Give the article of a term that leads the front page with its first image, if it has one, and what is known of
    that picture: the newest of those whose ``featured`` has not passed, else the newest of all; None where nothing is
    published."""
    path = _lead_path(archive, axis, slug)
    if path is None:
        return None
    card, meta, _ = archive.head(path)
    image = meta["images"][0] if meta["images"] else None
    return card, image, _picture(archive, image)


def _picture(archive: Archive, image: dict[str, Any] | None) -> Picture | None:
    kind, target = (image and image["target"]) or ("", "")
    sql = "SELECT path, width, height, digest, scales, size FROM pictures WHERE path = ? AND wrong = '' AND width > 0"
    row = archive.row(sql, target) if kind == "media" else None
    return Picture.unpack(row) if row else None


def _lead_path(archive: Archive, axis: str, slug: str) -> str | None:
    featured = """SELECT path FROM documents WHERE leads = 1 AND featured IS NOT NULL AND shown AND kind = 'article'
        AND EXISTS (SELECT 1 FROM filed WHERE term = ? AND day = documents.day AND published = documents.published
        AND path = documents.path) ORDER BY day DESC, published DESC, path DESC LIMIT 1"""
    newest = "SELECT path FROM filed WHERE term = ? ORDER BY day DESC, published DESC, path DESC LIMIT 1"
    term = term_of(archive, axis, slug)
    row = archive.row(featured, term) or archive.row(newest, term)
    return row[0] if row else None


def lead_digest(archive: Archive, axis: str, slug: str) -> bytes:
    path = _lead_path(archive, axis, slug)
    row = archive.row("SELECT head FROM documents WHERE path = ?", path) if path else None
    found = lead(archive, axis, slug)
    return digest(path or "", row[0] if row else b"", repr(found[2]) if found else "")


def stories(archive: Archive, axis: str, slug: str, within: int, most: int) -> tuple[tuple[Term, Card], ...]:
    """Give the running stories of which the newest ``within`` articles of a term tell, the one with the newest report
    first: each with how many reports it has, and the newest of them."""
    found = []
    for story, path in _stories(archive, term_of(archive, axis, slug), within, most):
        sql = """SELECT name, description, coalesce(count, 0) FROM vocabulary LEFT JOIN tallies ON tallies.term =
            vocabulary.term AND period = '' WHERE axis = 'threads' AND slug = ?"""
        row = archive.row(sql, story)
        if row is not None:
            found.append((Term("threads", story, *row), archive.card(path)))
    return tuple(found)


def _stories(archive: Archive, term: int, within: int, most: int) -> list[tuple[str, str]]:
    sql = """SELECT path, documents.terms FROM (SELECT path, day, published FROM filed WHERE term = ?
        ORDER BY day DESC, published DESC, path DESC LIMIT ?) AS newest JOIN documents USING (path)
        WHERE documents.terms LIKE '%"threads"%' ORDER BY newest.day DESC, newest.published DESC, path DESC"""
    found: dict[str, str] = {}
    for path, terms in archive.rows(sql, term, within):
        for axis, slug, *_ in json.loads(terms):
            if axis == "threads" and len(found) < most:
                found.setdefault(slug, path)
    return [*found.items()]


def stories_digest(*arguments: Any) -> bytes:
    return digest(*(part for term, card in stories(*arguments) for part in (term.pack(), card.pack())))


# --- the numbers ---


def frequent(archive: Archive, axis: str, most: int) -> tuple[Term, ...]:
    """Give the terms of an axis that most articles carry, each with how many."""
    sql = """SELECT slug, name, description, count FROM vocabulary JOIN tallies ON tallies.term = vocabulary.term
        AND period = '' WHERE axis = ? AND name IS NOT NULL ORDER BY count DESC, slug LIMIT ?"""
    return tuple(Term(axis, *row) for row in archive.rows(sql, axis, most))


def frequent_digest(archive: Archive, axis: str, most: int) -> bytes:
    return digest(*(one.pack() for one in frequent(archive, axis, most)))


def corrected(archive: Archive) -> tuple[Period, ...]:
    """Give how many articles of each year of publication have a correction, years without one left out."""
    sql = """SELECT substr(day, 1, 4), count(*) FROM documents WHERE shown AND kind = 'article' AND amended != '[]'
        GROUP BY 1 ORDER BY 1"""
    return tuple(Period(*row) for row in archive.rows(sql))


def corrected_digest(archive: Archive) -> bytes:
    return digest(canonical([[one.name, one.count] for one in corrected(archive)]))


def extent(archive: Archive) -> dict[str, Any]:
    """Give how much there is: ``first`` and ``last`` day of publication, and how many ``articles``, ``events``,
    ``corrections`` and terms of each axis."""
    first, last = (
        archive.row(f"SELECT day FROM filed WHERE term = 0 ORDER BY day {order} LIMIT 1")  # noqa: S608 - our own words
        for order in ("", "DESC")
    )
    total = "SELECT count FROM tallies WHERE term = ? AND period = ''"
    found: dict[str, Any] = {"first": first[0] if first else None, "last": last[0] if last else None}
    for name, axis in (("articles", ""), ("events", EVENTS), ("corrections", CORRECTIONS)):
        row = archive.row(total, term_of(archive, axis, ""))
        found[name] = row[0] if row else 0
    named = "SELECT axis, count(*) FROM vocabulary WHERE name IS NOT NULL GROUP BY axis"
    numbers = dict(archive.rows(named))
    return found | {axis: numbers.get(axis, 0) for axis in AXES}


def extent_digest(archive: Archive) -> bytes:
    return digest(canonical(extent(archive)))
