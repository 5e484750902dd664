"""Everything that a page may ask of the archive: each question has an answer, and a digest that changes with it.

A page names its questions when it is planned (:class:`newsgen.model.Read`). The digests of the answers make its
fingerprint, and only the answers to these questions reach its template, so nothing can be shown that does not count.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from newsgen.archive import EVERYTHING, Archive, DamagedArchive
from newsgen.errors import Refused
from newsgen.model import AXES, Article, Card, Page, Period, Read, Term, canonical, digest
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


def _article_digest(archive: Archive, path: str) -> bytes:
    row = archive.row("SELECT digest FROM documents WHERE path = ?", path)
    return bytes(row[0]) if row else b""


def _links(archive: Archive, path: str) -> dict[str, str | None]:
    """The address of each document that a document links to; None for one that is not shown."""
    rows = archive.rows(
        "SELECT DISTINCT target, CASE WHEN shown THEN address END FROM links LEFT JOIN documents ON documents.path = "
        "target WHERE links.path = ? AND links.kind = 'document' ORDER BY target",
        path,
    )
    return dict(rows)


def _links_digest(archive: Archive, path: str) -> bytes:
    found: bytes = archive.once(("links", path), lambda: digest(canonical(_links(archive, path))))
    return found


def _neighbours(archive: Archive, path: str) -> tuple[Card | None, Card | None]:
    older, newer = _neighbour_paths(archive, path)
    return (archive.card(older) if older else None), (archive.card(newer) if newer else None)


def _neighbour_paths(archive: Archive, path: str) -> list[str | None]:
    found: list[str | None] = []
    for compare, order in (("<", "DESC"), (">", "ASC")):
        row = archive.row(
            f"SELECT path FROM terms WHERE axis = '' AND slug = '' AND shown AND (published, path) {compare} "  # noqa: S608
            f"(SELECT published, path FROM documents WHERE path = ?) ORDER BY published {order}, path {order} LIMIT 1",
            path,
        )
        found.append(row[0] if row else None)
    return found


def _neighbours_digest(archive: Archive, path: str) -> bytes:
    return digest(*(_card_digest(archive, one) if one else b"" for one in _neighbour_paths(archive, path)))


def _card_digest(archive: Archive, path: str) -> bytes:
    row = archive.row("SELECT card_digest FROM documents WHERE path = ?", path)
    return bytes(row[0]) if row else b""


# --- listings ---

_NEWEST = """SELECT {} FROM terms JOIN documents USING (path) WHERE axis = ? AND slug = ? AND terms.shown
    ORDER BY terms.published DESC, path DESC LIMIT ?"""
_WITHIN = """SELECT {} FROM terms JOIN documents USING (path) WHERE axis = ? AND slug = ? AND terms.shown
    AND terms.day >= ? AND terms.day < ? ORDER BY terms.published, path LIMIT ? OFFSET ?"""


def _cards(rows: Iterable[tuple[Any, ...]]) -> tuple[Card, ...]:
    cards = []
    for packed, stored in rows:
        if digest(packed) != stored:
            raise DamagedArchive("card")
        cards.append(Card.unpack(packed))
    return tuple(cards)


def _newest(archive: Archive, axis: str, slug: str, most: int) -> tuple[Card, ...]:
    return _cards(archive.rows(_NEWEST.format("card, card_digest"), axis, slug, most))


def _newest_digest(archive: Archive, axis: str, slug: str, most: int) -> bytes:
    return digest(*(row[0] for row in archive.rows(_NEWEST.format("card_digest"), axis, slug, most)))


def _range(period: str) -> tuple[str, str]:
    return period, period + "~"


def _within(archive: Archive, axis: str, slug: str, period: str, most: int, skip: int) -> tuple[Card, ...]:
    sql = _WITHIN.format("card, card_digest")
    return _cards(archive.rows(sql, axis, slug, *_range(period), most, skip))


def _within_digest(archive: Archive, axis: str, slug: str, period: str, most: int, skip: int) -> bytes:
    sql = _WITHIN.format("card_digest")
    return digest(*(row[0] for row in archive.rows(sql, axis, slug, *_range(period), most, skip)))


class Entries:
    """The newest articles for a feed: their cards, and each in full when it is asked for."""

    __slots__ = ("_archive", "cards")

    def __init__(self, archive: Archive, cards: tuple[Card, ...]) -> None:
        self._archive = archive
        self.cards = cards

    def full(self, card: Card) -> tuple[Article, dict[str, str | None], dict[str, tuple[Term, ...]]]:
        """Give one article, the addresses of what it links to, and its terms by axis."""
        if card not in self.cards:
            raise KeyError(card.path)
        return self._archive.article(card.path), _links(self._archive, card.path), _terms_of(self._archive, card.path)


def _entries(archive: Archive, axis: str, slug: str, most: int) -> Entries:
    return Entries(archive, _newest(archive, axis, slug, most))


def _entries_digest(archive: Archive, axis: str, slug: str, most: int) -> bytes:
    rows = archive.rows(_NEWEST.format("path, documents.digest"), axis, slug, most)
    parts = ((content, _links_digest(archive, path), _terms_of_digest(archive, path)) for path, content in rows)
    return digest(*(digest(*part) for part in parts))


# --- the calendar ---


def periods(archive: Archive, axis: str, slug: str, within: str, length: int) -> tuple[Period, ...]:
    """Give the periods whose names have ``length`` characters and begin with ``within``, in order."""
    rows = archive.rows(
        "SELECT substr(day, 1, ?), count(*), max(published) FROM terms WHERE axis = ? AND slug = ? AND shown "
        "AND day >= ? AND day < ? GROUP BY 1 ORDER BY 1",
        length,
        axis,
        slug,
        *_range(within),
    )
    return tuple(Period(*row) for row in rows)


def _periods_digest(*arguments: Any) -> bytes:
    return digest(canonical([[one.name, one.count] for one in periods(*arguments)]))


def _period_names(archive: Archive, axis: str, slug: str, within: str, length: int) -> tuple[str, ...]:
    return tuple(one.name for one in periods(archive, axis, slug, within, length))


def _beside(archive: Archive, period: str) -> tuple[str | None, str | None]:
    """The nearest earlier and later period of the same length that holds articles."""
    start, end = _range(period)
    sql = "SELECT day FROM terms WHERE axis = '' AND slug = '' AND shown AND day {} ? ORDER BY day {} LIMIT 1"
    earlier = archive.row(sql.format("<", "DESC"), start)
    later = archive.row(sql.format(">=", "ASC"), end)
    return (earlier[0][: len(period)] if earlier else None), (later[0][: len(period)] if later else None)


def count(archive: Archive, axis: str, slug: str, period: str = "") -> int:
    """Give the number of articles filed under a term in a period."""
    sql = "SELECT count(*) FROM terms WHERE axis = ? AND slug = ? AND shown AND day >= ? AND day < ?"
    row = archive.row(sql, axis, slug, *_range(period))
    return int(row[0]) if row else 0


# --- terms ---


def terms(archive: Archive, axis: str) -> tuple[Term, ...]:
    """Give every term of an axis that a published article carries, by name."""
    slugs = archive.rows("SELECT slug, count(*) FROM terms WHERE axis = ? AND shown GROUP BY slug", axis)
    found = [replace(_named(archive, axis, slug), count=number) for slug, number in slugs]
    return tuple(sorted(found, key=lambda one: (slugify(one.name), one.slug)))


def _named(archive: Archive, axis: str, slug: str) -> Term:
    """One term, without its number of articles, by the name that it has everywhere."""
    term: Term = archive.once(("term", axis, slug), lambda: _ask_name(archive, axis, slug))
    return term


def _ask_name(archive: Archive, axis: str, slug: str) -> Term:
    row = archive.row("SELECT entry FROM registers WHERE kind = ? AND key = ?", axis, slug)
    if row:
        entry = json.loads(row[0])
        return Term(axis, slug, entry["name"], entry.get("description") or "")
    oldest = archive.row(
        "SELECT name FROM terms WHERE axis = ? AND slug = ? AND shown ORDER BY published, path LIMIT 1", axis, slug
    )
    return Term(axis, slug, oldest[0] if oldest else slug)


def _term_digest(archive: Archive, axis: str, slug: str) -> bytes:
    return digest(_named(archive, axis, slug).pack())


def _terms_digest(archive: Archive, axis: str) -> bytes:
    return digest(*(one.pack() for one in terms(archive, axis)))


def _names(archive: Archive, axis: str) -> tuple[Term, ...]:
    return tuple(Term(one.axis, one.slug, one.name, one.description) for one in terms(archive, axis))


def _names_digest(archive: Archive, axis: str) -> bytes:
    return digest(*(one.pack() for one in _names(archive, axis)))


def _terms_of(archive: Archive, path: str) -> dict[str, tuple[Term, ...]]:
    """The terms of one document by axis, in its own order."""
    row = archive.row("SELECT meta FROM documents WHERE path = ?", path)
    meta = json.loads(row[0]) if row else {}
    return {axis: tuple(_named(archive, axis, slug) for slug, _ in meta.get(axis, ())) for axis in AXES}


def _terms_of_digest(archive: Archive, path: str) -> bytes:
    def make() -> bytes:
        terms = _terms_of(archive, path)
        return digest(*(one.pack() for axis in AXES for one in terms[axis]))

    found: bytes = archive.once(("terms of", path), make)
    return found


# --- the site as a whole ---


def _menu(archive: Archive) -> tuple[Card, ...]:
    """The undated pages that ask to be in the menu, in their order."""
    sql = "SELECT card, card_digest FROM documents WHERE menu IS NOT NULL AND shown ORDER BY menu, path"
    cards: tuple[Card, ...] = archive.once(("menu",), lambda: _cards(archive.rows(sql)))
    return cards


def _menu_digest(archive: Archive) -> bytes:
    return digest(*(one.pack() for one in _menu(archive)))


def _changes(archive: Archive, month: str, most: int, skip: int) -> tuple[tuple[str, str], ...]:
    """The addresses of a month's articles, each with its last change: for sitemaps."""
    rows = archive.rows(
        "SELECT address, changed FROM terms JOIN documents USING (path) WHERE axis = '' AND slug = '' AND terms.shown "
        "AND terms.day >= ? AND terms.day < ? ORDER BY terms.published, path LIMIT ? OFFSET ?",
        *_range(month),
        most,
        skip,
    )
    return tuple(rows)


def _changes_digest(*arguments: Any) -> bytes:
    return digest(canonical(_changes(*arguments)))


def _last_changes(archive: Archive) -> tuple[tuple[str, int, str], ...]:
    """Each month with its number of articles and the last change of any: for the index of sitemaps."""
    return tuple(
        archive.rows(
            "SELECT substr(terms.day, 1, 7), count(*), max(changed) FROM terms JOIN documents USING (path) "
            "WHERE axis = '' AND slug = '' AND terms.shown GROUP BY 1 ORDER BY 1"
        )
    )


def _last_changes_digest(archive: Archive) -> bytes:
    return digest(canonical(_last_changes(archive)))


def _standing(archive: Archive) -> tuple[str, ...]:
    """The addresses of undated pages."""
    rows = archive.rows("SELECT address FROM documents WHERE kind = 'page' AND shown ORDER BY address")
    return tuple(row[0] for row in rows)


def _standing_digest(archive: Archive) -> bytes:
    return digest(*_standing(archive))


QUESTIONS = {
    "article": Question(lambda archive, path: archive.article(path), _article_digest),
    "links": Question(_links, _links_digest),
    "neighbours": Question(_neighbours, _neighbours_digest),
    "newest": Question(_newest, _newest_digest),
    "within": Question(_within, _within_digest),
    "entries": Question(_entries, _entries_digest),
    "periods": Question(periods, _periods_digest),
    "period_names": Question(_period_names, lambda *arguments: digest(*_period_names(*arguments))),
    "beside": Question(_beside, lambda *arguments: digest(canonical(_beside(*arguments)))),
    "term": Question(_named, _term_digest),
    "terms": Question(terms, _terms_digest),
    "names": Question(_names, _names_digest),
    "terms_of": Question(_terms_of, _terms_of_digest),
    "menu": Question(_menu, _menu_digest),
    "changes": Question(_changes, _changes_digest),
    "last_changes": Question(_last_changes, _last_changes_digest),
    "standing": Question(_standing, _standing_digest),
}

__all__ = ["DAY", "EVERYTHING", "MONTH", "QUESTIONS", "YEAR", "Question", "Reads", "UndeclaredRead", "ask", "count"]
