"""Everything that a page may ask of the archive: each question has an answer, and a digest that changes with it.

A page names its questions when it is planned (:class:`newsgen.model.Read`). The digests of the answers make its
fingerprint, and only the answers to these questions reach its template, so nothing can be shown that does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from newsgen import almanac, entries, recent, relating, tables, translations
from newsgen import happenings as told
from newsgen.archive import EVERYTHING, LAST_CHANGE, PART, Archive
from newsgen.errors import Refused
from newsgen.happenings import term_of
from newsgen.model import Card, Page, Period, Read, Term, canonical, digest, events_of
from newsgen.particulars import (
    article_digest,
    links,
    links_digest,
    pictures,
    pictures_digest,
    term,
    term_digest,
    terms_of,
    terms_of_digest,
)
from newsgen.urls import slugify

YEAR, MONTH, DAY = 4, 7, 10
"""The length of the names of periods (ISO 8601): ``2024``, ``2024-07``, ``2024-07-17``."""


@dataclass(frozen=True, slots=True)
class Question:
    """How a question is answered, and how the digest of its answer is got, more cheaply where that can be."""

    answer: Callable[..., Any]
    digest: Callable[..., bytes]


def ask(archive: Archive, read: Read) -> Any:
    """Answer one question."""
    return QUESTIONS[read.question].answer(archive, *read.arguments)


def digest_of(archive: Archive, read: Read) -> bytes:
    """Give the digest of the answer to one question."""
    return QUESTIONS[read.question].digest(archive, *read.arguments)


class UndeclaredRead(Refused):
    """A page asked for what it did not declare when it was planned: its fingerprint would be wrong."""

    def __init__(self, page: Page, name: str) -> None:
        super().__init__(
            f"the page {page.address} of the feature {page.feature} reads {name!r} without having declared it",
            "Declare it in the feature's plan(): what a page may show is what its fingerprint covers.",
        )


class Reads:
    """The answers to the questions that one page declared, by their names, asked when they are needed."""

    __slots__ = ("_answers", "_archive", "_page")

    def __init__(self, archive: Archive, page: Page) -> None:
        self._archive = archive
        self._page = page
        self._answers: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in self._answers:
            read = self._page.reads.get(name)
            if read is None:
                raise UndeclaredRead(self._page, name)
            self._answers[name] = ask(self._archive, read)
        return self._answers[name]


# --- single documents ---


def _neighbours(archive: Archive, path: str) -> tuple[Card | None, Card | None]:
    older, newer = neighbour_paths(archive, path)
    return (archive.card(older) if older else None), (archive.card(newer) if newer else None)


def neighbour_paths(archive: Archive, path: str) -> tuple[str | None, str | None]:
    """Give the articles before and after one in the order of publication."""
    found: tuple[str | None, str | None] = archive.once(("beside", path), lambda: _ask_beside(archive, path))
    return found


def _ask_beside(archive: Archive, path: str) -> tuple[str | None, str | None]:
    row = archive.row("SELECT day, published FROM documents WHERE path = ?", path)
    return beside(archive, row[0], row[1], path) if row else (None, None)


def find_neighbours(archive: Archive, paths: list[str]) -> None:
    """Find the neighbours of many articles at once, where they lie close together in time."""
    some = canonical(paths)
    sql = "SELECT min(day), max(day), count(*) FROM documents WHERE path IN (SELECT value FROM json_each(?))"
    row = archive.row(sql, some)
    if row is None or row[0] is None:
        return
    most = 3 * row[2] + 50
    rows = archive.rows(
        "SELECT filed.day, filed.published, path, filed.card, documents.terms FROM filed JOIN documents USING (path) "  # noqa: S608 - a number
        f"WHERE term = {EVERYTHING} AND filed.day >= ? AND filed.day <= ? "
        "ORDER BY filed.day, filed.published, path LIMIT ?",
        row[0],
        row[1],
        most,
    )
    if 2 < len(rows) < most:
        for older, here, newer in zip(rows, rows[1:], rows[2:], strict=False):
            archive.prime(("beside", here[2]), (older[2], newer[2]))
        relating.prime(archive, relating.find(archive, rows[1:-1], rows[0][2], rows[-1][2]))


def beside(archive: Archive, day: str, published: str, path: str) -> tuple[str | None, str | None]:
    """Give the articles before and after a place in the order of publication, whether there is one at it or not."""
    found: list[str | None] = []
    for compare, order in (("<", "DESC"), (">", "ASC")):
        row = archive.row(
            f"SELECT path FROM filed WHERE term = {EVERYTHING} AND (day, published, path) {compare} (?, ?, ?) "  # noqa: S608
            f"ORDER BY day {order}, published {order}, path {order} LIMIT 1",
            day,
            published,
            path,
        )
        found.append(row[0] if row else None)
    return found[0], found[1]


def _neighbours_digest(archive: Archive, path: str) -> bytes:
    found: bytes = archive.once(
        ("neighbours", path),
        lambda: neighbours_mark(*(_card_part(archive, one) if one else b"" for one in neighbour_paths(archive, path))),
    )
    return found


def neighbours_mark(older: bytes, newer: bytes) -> bytes:
    """Give the digest of two neighbours from what is filed of the digests of their cards (empty for none)."""
    return digest(older, newer)


def _card_part(archive: Archive, path: str) -> bytes:
    row = archive.row("SELECT substr(card_digest, 1, ?) FROM documents WHERE path = ?", PART, path)
    return bytes(row[0]) if row else b""


# --- listings ---

_WITHIN = """SELECT {} FROM filed WHERE term = ? AND day >= ? AND day < ? ORDER BY day, published, path
    LIMIT ? OFFSET ?"""


def _cards(archive: Archive, rows: Iterable[tuple[Any, ...]]) -> tuple[Card, ...]:
    return tuple(archive.card(path) for (path,) in rows)


def _newest(archive: Archive, axis: str, slug: str, most: int) -> tuple[Card, ...]:
    sql = "SELECT path FROM filed WHERE term = ? ORDER BY day DESC, published DESC, path DESC LIMIT ?"
    return _cards(archive, archive.rows(sql, term_of(archive, axis, slug), most))


def _newest_digest(archive: Archive, axis: str, slug: str, most: int) -> bytes:
    sql = "SELECT card FROM filed WHERE term = ? ORDER BY day DESC, published DESC, path DESC LIMIT ?"
    return digest(*(row[0] for row in archive.rows(sql, term_of(archive, axis, slug), most)))


def _range(period: str) -> tuple[str, str]:
    return period, period + "~"


def _within(archive: Archive, axis: str, slug: str, period: str, most: int, skip: int) -> tuple[Card, ...]:
    sql = _WITHIN.format("path")
    return _cards(archive, archive.rows(sql, term_of(archive, axis, slug), *_range(period), most, skip))


def _within_digest(archive: Archive, axis: str, slug: str, period: str, most: int, skip: int) -> bytes:
    sql = _WITHIN.format("card")
    rows = archive.rows(sql, term_of(archive, axis, slug), *_range(period), most, skip)
    return digest(*(row[0] for row in rows))


# --- the calendar ---


def periods(archive: Archive, axis: str, slug: str, within: str, length: int) -> tuple[Period, ...]:
    """Give the periods whose names have ``length`` characters and begin with ``within``, in order."""
    rows = archive.rows(
        "SELECT period, count FROM tallies WHERE term = ? AND period >= ? AND period < ? AND length(period) = ? "
        "ORDER BY period",
        term_of(archive, axis, slug),
        *_range(within),
        length,
    )
    return tuple(Period(*row) for row in rows)


def _periods_digest(*arguments: Any) -> bytes:
    return digest(canonical([[one.name, one.count] for one in periods(*arguments)]))


def _period_names(archive: Archive, axis: str, slug: str, within: str, length: int) -> tuple[str, ...]:
    return tuple(one.name for one in periods(archive, axis, slug, within, length))


def _beside(archive: Archive, period: str, axis: str = "", slug: str = "") -> tuple[str | None, str | None]:
    """The nearest earlier and later period of the same length that holds anything."""
    start, end = _range(period)
    at_least = f"AND length(day) >= {len(period)}"
    sql = f"SELECT day FROM filed WHERE term = ? AND day {{}} ? {at_least} ORDER BY day {{}} LIMIT 1"  # noqa: S608
    term = term_of(archive, axis, slug)
    earlier = archive.row(sql.format("<", "DESC"), term, start)
    later = archive.row(sql.format(">=", "ASC"), term, end)
    return (earlier[0][: len(period)] if earlier else None), (later[0][: len(period)] if later else None)


def newest_period(archive: Archive, axis: str, slug: str, length: int) -> str | None:
    """Give the newest period of a term whose name has ``length`` characters; None where nothing is filed under it."""
    sql = "SELECT max(period) FROM tallies WHERE term = ? AND length(period) = ?"
    row = archive.row(sql, term_of(archive, axis, slug), length)
    return row[0] if row else None


def count(archive: Archive, axis: str, slug: str, period: str = "") -> int:
    """Give the number of articles filed under a term in a period."""
    found: int = archive.once(("count", axis, slug, period), lambda: _ask_count(archive, axis, slug, period))
    return found


def is_used(archive: Archive, axis: str, slug: str) -> bool:
    """Whether anything shown carries a term: an article, or an event."""
    return bool(count(archive, axis, slug) or count(archive, events_of(axis), slug))


def _ask_count(archive: Archive, axis: str, slug: str, period: str) -> int:
    sql = "SELECT count FROM tallies WHERE term = ? AND period = ?"
    row = archive.row(sql, term_of(archive, axis, slug), period)
    return int(row[0]) if row else 0


# --- terms ---

_NAMED = """SELECT slug, name, description, coalesce(count, 0) FROM vocabulary LEFT JOIN tallies ON tallies.term =
    vocabulary.term AND period = '' WHERE axis = ? AND name IS NOT NULL"""


def terms(archive: Archive, axis: str) -> tuple[Term, ...]:
    """Give every term of an axis that a published article carries, by name."""
    found = [Term(axis, *row) for row in archive.rows(_NAMED, axis)]
    return tuple(sorted(found, key=lambda one: (slugify(one.name), one.slug)))


def _terms_digest(archive: Archive, axis: str) -> bytes:
    return digest(canonical(sorted(archive.rows(_NAMED, axis))))


def _names(archive: Archive, axis: str) -> tuple[Term, ...]:
    return tuple(Term(one.axis, one.slug, one.name, one.description) for one in terms(archive, axis))


def _names_digest(archive: Archive, axis: str) -> bytes:
    def make() -> bytes:
        return digest(canonical(sorted(row[:3] for row in archive.rows(_NAMED, axis))))

    found: bytes = archive.once(("names", axis), make)
    return found


def _by_first_use(archive: Archive, axis: str, most: int, skip: int) -> tuple[str, ...]:
    """The slugs of the terms of an axis in the order in which articles first carried them: for sitemaps, whose older
    parts are then left alone by new terms."""
    first = "SELECT day FROM filed WHERE filed.term = vocabulary.term ORDER BY day LIMIT 1"
    sql = f"""SELECT slug FROM vocabulary WHERE axis = ? AND name IS NOT NULL
        ORDER BY coalesce(({first}), '~'), slug LIMIT ? OFFSET ?"""  # noqa: S608 - our own words
    return tuple(slug for (slug,) in archive.rows(sql, axis, most, skip))


# --- the site as a whole ---


def _menu(archive: Archive) -> tuple[Card, ...]:
    """The undated pages that ask to be in the menu, in their order."""
    sql = "SELECT path FROM documents WHERE kind != 'article' AND menu IS NOT NULL AND shown ORDER BY menu, path"
    cards: tuple[Card, ...] = archive.once(("menu",), lambda: _cards(archive, archive.rows(sql)))
    return cards


def menu_digest(archive: Archive) -> bytes:
    """Give a digest of what is in the menu."""
    return digest(*(one.pack() for one in _menu(archive)))


_CHANGES = f"""FROM filed JOIN documents USING (path) WHERE term = {EVERYTHING} AND filed.day >= ? AND filed.day < ?"""


def _changes(archive: Archive, month: str, most: int, skip: int) -> tuple[tuple[str, str, str | None], ...]:
    """The addresses of a month's articles, each with its last change and its images (a JSON list, or nothing): for
    sitemaps."""
    order = "ORDER BY filed.day, filed.published, path LIMIT ? OFFSET ?"
    rows = archive.rows(f"SELECT address, {LAST_CHANGE}, images {_CHANGES} {order}", *_range(month), most, skip)
    return tuple(rows)


def _changes_digest(*arguments: Any) -> bytes:
    return digest(canonical(_changes(*arguments)))


def _last_changes(archive: Archive) -> tuple[tuple[str, int, str], ...]:
    """Each month with its number of articles and the last change of any: for the index of sitemaps."""
    sql = """SELECT period, count, last FROM tallies LEFT JOIN months ON month = period
        WHERE term = ? AND length(period) = ? ORDER BY period"""
    return tuple((month, number, last or "") for month, number, last in archive.rows(sql, EVERYTHING, MONTH))


def _last_changes_digest(archive: Archive) -> bytes:
    return digest(canonical(_last_changes(archive)))


def _standing(archive: Archive) -> tuple[str, ...]:
    """The addresses of undated pages."""
    # What is no article has an index, which SQLite takes only where the query says so in the same words.
    sql = "SELECT address FROM documents WHERE kind != 'article' AND kind = 'page' AND shown ORDER BY address"
    return tuple(address for (address,) in archive.rows(sql))


def _standing_digest(archive: Archive) -> bytes:
    return digest(*_standing(archive))


QUESTIONS = {
    "article": Question(lambda archive, path: archive.article(path), article_digest),
    "links": Question(links, links_digest),
    "pictures": Question(pictures, pictures_digest),
    "neighbours": Question(_neighbours, _neighbours_digest),
    "course": Question(relating.course, relating.course_digest),
    "related": Question(relating.related, relating.related_digest),
    "newest": Question(_newest, _newest_digest),
    "within": Question(_within, _within_digest),
    "latest_entries": Question(entries.latest, entries.latest_digest),
    "entries": Question(entries.within, entries.within_digest),
    "periods": Question(periods, _periods_digest),
    "period_names": Question(_period_names, lambda *arguments: digest(*_period_names(*arguments))),
    "beside": Question(_beside, lambda *arguments: digest(canonical(_beside(*arguments)))),
    "term": Question(term, term_digest),
    "terms": Question(terms, _terms_digest),
    "names": Question(_names, _names_digest),
    "by_first_use": Question(_by_first_use, lambda *arguments: digest(*_by_first_use(*arguments))),
    "terms_of": Question(terms_of, terms_of_digest),
    "menu": Question(_menu, menu_digest),
    "changes": Question(_changes, _changes_digest),
    "last_changes": Question(_last_changes, _last_changes_digest),
    "news": Question(recent.news, recent.news_digest),
    "last_news": Question(recent.last_news, recent.last_news_digest),
    "standing": Question(_standing, _standing_digest),
    "happenings": Question(told.happenings, told.happenings_digest),
    "latest": Question(told.latest, told.latest_digest),
    "event": Question(told.whole_event, told.whole_event_digest),
    "event_keys": Question(told.event_keys, told.event_keys_digest),
    "own_events": Question(told.own_events, told.own_events_digest),
    "place": Question(told.place, told.place_digest),
    "places": Question(told.places, told.places_digest),
    "entry": Question(told.entry, told.entry_digest),
    "items_of": Question(told.items_of, told.items_of_digest),
    "together": Question(told.together, told.together_digest),
    "amendments": Question(told.amendments, told.amendments_digest),
    "amended": Question(told.amended, told.amended_digest),
    "translations": Question(translations.translations, translations.translations_digest),
    "day_names": Question(almanac.day_names, lambda archive: digest(*almanac.day_names(archive))),
    "anniversaries": Question(almanac.anniversaries, almanac.anniversaries_digest),
    "latest_days": Question(almanac.latest_days, almanac.latest_days_digest),
    "lead": Question(almanac.lead, almanac.lead_digest),
    "stories": Question(almanac.stories, almanac.stories_digest),
    "frequent": Question(almanac.frequent, almanac.frequent_digest),
    "corrected": Question(almanac.corrected, almanac.corrected_digest),
    "extent": Question(almanac.extent, almanac.extent_digest),
    "article_rows": Question(tables.article_rows, tables.article_rows_digest),
    "event_rows": Question(tables.event_rows, tables.event_rows_digest),
    "source_rows": Question(tables.source_rows, tables.source_rows_digest),
}

__all__ = ["DAY", "EVERYTHING", "MONTH", "QUESTIONS", "YEAR", "Question", "Reads", "UndeclaredRead", "ask", "count"]
