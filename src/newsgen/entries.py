"""What feeds may ask of the archive: the articles that changed last, those of a period, each in full; and what was
made of each for feeds, which is kept beside it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator

from newsgen.archive import Archive
from newsgen.happenings import term_of
from newsgen.model import Article, Card, Term, digest, revised_of
from newsgen.particulars import (
    NO_LINKS,
    links,
    links_digest,
    pictures,
    pictures_digest,
    terms_mark,
    terms_of,
)
from newsgen.pictures import Picture


class Entries:
    """Articles for a feed: their cards, in its order, and each in full when it is asked for."""

    __slots__ = ("_archive", "_paths", "cards")

    def __init__(self, archive: Archive, paths: Iterable[str]) -> None:
        self._archive = archive
        self._paths = frozenset(ordered := [*paths])
        self.cards = tuple(map(archive.card, ordered))

    def full(self, card: Card) -> Full:
        """Give one article with what it leads to."""
        self._check(card)
        return full(self._archive, card.path)

    def made(self, card: Card, frame: bytes) -> tuple[bytes, ...] | None:
        """Give what was made of one article for feeds in a ``frame`` (a digest of what all entries have in common);
        None where that is not kept."""
        self._check(card)
        return made(self._archive, card.path, frame)

    def _check(self, card: Card) -> None:
        if card.path not in self._paths:
            raise KeyError(card.path)


Full = tuple[Article, dict[str, str | None], dict[str, tuple[Term, ...]], dict[str, Picture]]
"""An article, the addresses of what it links to, its terms by axis, and the pictures that it shows."""


def full(archive: Archive, path: str) -> Full:
    """Give one article with what it leads to."""
    article = archive.article(path)
    return article, links(archive, path), terms_of(archive, path), pictures(archive, path)


# --- which articles a feed carries ---


def latest(archive: Archive, axis: str, slug: str, most: int) -> Entries:
    """Give the articles of a term that were published or changed last, the newest first."""
    return Entries(archive, latest_paths(archive, axis, slug, most))


def latest_paths(archive: Archive, axis: str, slug: str, most: int) -> list[str]:
    """Give the paths of the articles of a term that were published or changed last, the newest first. An old one that
    is corrected is among them again: who subscribes is to hear of it."""

    def ask() -> list[str]:
        sql = "SELECT path, published FROM filed WHERE term = ? ORDER BY day DESC, published DESC, path DESC LIMIT ?"
        found: dict[str, str] = dict(archive.rows(sql, term_of(archive, axis, slug), most))
        found |= dict(archive.rows(sql, term_of(archive, revised_of(axis), slug), most))
        return sorted(found, key=lambda path: (found[path], path), reverse=True)[:most]

    paths: list[str] = archive.once(("latest entries", axis, slug, most), ask)
    return paths


def within(archive: Archive, axis: str, slug: str, period: str, most: int, skip: int) -> Entries:
    """Give the articles of a term that were published in a period, without the oldest ``skip``, the newest first."""
    return Entries(archive, reversed(paths_within(archive, axis, slug, period, most, skip)))


def paths_within(archive: Archive, axis: str, slug: str, period: str, most: int, skip: int) -> list[str]:
    """Give the paths of :func:`within`, the oldest first."""

    def ask() -> list[str]:
        sql = """SELECT path FROM filed WHERE term = ? AND day >= ? AND day < ? ORDER BY day, published, path
            LIMIT ? OFFSET ?"""
        number = term_of(archive, axis, slug)
        return [path for (path,) in archive.rows(sql, number, period, period + "~", most, skip)]

    paths: list[str] = archive.once(("entries within", axis, slug, period, most, skip), ask)
    return paths


def position(archive: Archive, axis: str, slug: str, period: str, place: tuple[str, str, str]) -> int:
    """Give how many of what is filed under a term in a period come before a place: a day, an order and a name."""
    sql = "SELECT count(*) FROM filed WHERE term = ? AND day >= ? AND (day, published, path) < (?, ?, ?)"
    row = archive.row(sql, term_of(archive, axis, slug), period, *place)
    return int(row[0]) if row else 0


def latest_digest(archive: Archive, axis: str, slug: str, most: int) -> bytes:
    return _digest(archive, "latest_entries", axis, slug, most)


def within_digest(archive: Archive, axis: str, slug: str, period: str, most: int, skip: int) -> bytes:
    return _digest(archive, "entries", axis, slug, period, most, skip)


def _digest(archive: Archive, question: str, *arguments: str | int) -> bytes:
    """Give the digest of all that the entries are made from whose paths answer a question (:data:`PATHS`)."""

    def make() -> bytes:
        return digest(*(mark_of(archive, path) for path in PATHS[question](archive, *arguments)))

    found: bytes = archive.once(("digest of", question, *arguments), make)
    return found


PATHS: dict[str, Callable[..., list[str]]] = {"latest_entries": latest_paths, "entries": paths_within}
"""The paths that the answers to these questions hold."""


# --- what is made of each ---


def mark_of(archive: Archive, path: str) -> bytes:
    """Give a digest of all that the entry of an article is made from."""
    found: bytes = archive.once(("entry", path), lambda: _mark(archive, path))
    return found


def _mark(archive: Archive, path: str) -> bytes:
    row = archive.row("SELECT digest, linking, showing, terms FROM documents WHERE path = ?", path)
    if row is None:
        return b""
    content, linking, showing, terms = row
    shown = links_digest(archive, path) if linking else NO_LINKS, terms_mark(archive, terms)
    return digest(content, *shown, *([pictures_digest(archive, path)] if showing else ()))


def made(archive: Archive, path: str, frame: bytes) -> tuple[bytes, ...] | None:
    """Give what was made of an article for feeds in a ``frame``; None where it is not kept, or is not as it was."""
    row = archive.row("SELECT mark, made, digest FROM entries WHERE path = ?", path)
    if row is None or row[0] != digest(frame, mark_of(archive, path)):
        return None
    if not isinstance(row[1], bytes) or digest(row[1]) != row[2]:
        return None
    return tuple(zlib.decompress(row[1]).split(b"\0"))


def pack(formats: tuple[bytes, ...]) -> bytes:
    """Give what was made of an article, to be kept: none of it holds a null, which neither XML nor JSON allows."""
    return zlib.compress(b"\0".join(formats), 1)


def keep(archive: Archive, frame: bytes, packed: Iterable[tuple[str, bytes]]) -> None:
    """Keep what was made of some articles, by their paths, in a ``frame``."""
    rows = [(path, digest(frame, mark_of(archive, path)), one, digest(one)) for path, one in packed]
    archive.connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)", rows)


def outdated(archive: Archive, wanted: Iterable[str], frame: bytes) -> Iterator[str]:
    """Give those of the ``wanted`` paths, each once, of which nothing is kept that was made from them as they are."""
    execute = archive.connection.execute
    execute("CREATE TEMP TABLE IF NOT EXISTS wanted (path TEXT PRIMARY KEY) WITHOUT ROWID")
    execute("DELETE FROM wanted")
    archive.connection.executemany("INSERT OR IGNORE INTO wanted VALUES (?)", ((path,) for path in wanted))
    sql = "SELECT path, mark FROM wanted LEFT JOIN entries USING (path) WHERE path > ? ORDER BY path LIMIT ?"
    last = ""
    while rows := archive.rows(sql, last, MOST_AT_ONCE):
        last = rows[-1][0]
        yield from (path for path, mark in rows if mark != digest(frame, mark_of(archive, path)))


MOST_AT_ONCE = 1_000
