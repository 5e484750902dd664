"""Every document's metadata, ordered and queryable, on disk and without bodies in memory.

The archive is a cache of what the content files say: one SQLite file that is made anew when it is damaged, foreign, or
of another program version. It knows nothing of output; what pages ask of it is in :mod:`newsgen.questions`, and
:mod:`newsgen.filing` writes it.
"""

from __future__ import annotations

import json
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from newsgen import database
from newsgen.database import Condition
from newsgen.errors import Fault
from newsgen.model import Article, Card, canonical, digest

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE folders (path TEXT PRIMARY KEY, stats TEXT, digests TEXT, documents INTEGER);
CREATE TABLE documents (path TEXT PRIMARY KEY, kind TEXT, shown INTEGER, withheld TEXT, address TEXT, folded TEXT,
    id TEXT, day TEXT, published TEXT, changed TEXT, changed_day TEXT, draft INTEGER, embargo TEXT, expires TEXT,
    featured TEXT, location TEXT, menu INTEGER, held INTEGER, leads INTEGER DEFAULT 0, linking INTEGER,
    showing INTEGER, images TEXT, terms TEXT, aliases TEXT, card TEXT, meta TEXT, anchors TEXT, events TEXT,
    amended TEXT, proposed TEXT, body BLOB, card_digest BLOB, head BLOB, digest BLOB);
CREATE INDEX documents_folded ON documents (folded) WHERE shown;
CREATE INDEX documents_id ON documents (id) WHERE shown;
CREATE INDEX documents_pages ON documents (kind, menu) WHERE kind != 'article';
CREATE INDEX documents_proposed ON documents (path) WHERE proposed IS NOT NULL;
CREATE INDEX documents_held ON documents (path) WHERE held;
CREATE INDEX documents_featured ON documents (leads, featured) WHERE featured IS NOT NULL;
CREATE INDEX documents_amended ON documents (day) WHERE shown AND kind = 'article' AND amended != '[]';
CREATE TABLE bodies (path TEXT PRIMARY KEY, key BLOB, html BLOB, rest TEXT, digest BLOB);
CREATE TABLE entries (path TEXT PRIMARY KEY, mark BLOB, made BLOB, digest BLOB);
CREATE TABLE vocabulary (term INTEGER PRIMARY KEY, axis TEXT, slug TEXT, name TEXT, description TEXT, entry TEXT,
    UNIQUE (axis, slug));
CREATE TABLE filed (term INTEGER, day TEXT, published TEXT, path TEXT, card BLOB,
    PRIMARY KEY (term, day, published, path)) WITHOUT ROWID;
CREATE TABLE tallies (term INTEGER, period TEXT, count INTEGER, PRIMARY KEY (term, period)) WITHOUT ROWID;
CREATE TABLE reports (key TEXT, path TEXT, number INTEGER, rank INTEGER, published TEXT, day TEXT, sort TEXT,
    terms TEXT, entry TEXT, PRIMARY KEY (key, rank, published, path, number)) WITHOUT ROWID;
CREATE INDEX reports_path ON reports (path);
CREATE TABLE together (term INTEGER, other INTEGER, count INTEGER, PRIMARY KEY (term, other)) WITHOUT ROWID;
CREATE TABLE months (month TEXT PRIMARY KEY, last TEXT, images INTEGER, octets INTEGER) WITHOUT ROWID;
CREATE TABLE links (path TEXT, kind TEXT, target TEXT, fragment TEXT, line INTEGER, col INTEGER);
CREATE INDEX links_path ON links (path);
CREATE INDEX links_target ON links (target);
CREATE TABLE pictures (path TEXT PRIMARY KEY, digest TEXT, reader TEXT, width INTEGER, height INTEGER, scales INTEGER,
    size INTEGER, located INTEGER, wrong TEXT, fresh INTEGER) WITHOUT ROWID;
CREATE INDEX pictures_unread ON pictures (path) WHERE NOT fresh;
CREATE INDEX pictures_wrong ON pictures (path) WHERE wrong != '';
CREATE TABLE aliases (path TEXT, alias TEXT, folded TEXT);
CREATE INDEX aliases_folded ON aliases (folded);
CREATE INDEX aliases_path ON aliases (path);
CREATE TABLE faults (path TEXT, line INTEGER, col INTEGER, what TEXT, remedy TEXT, severity TEXT);
CREATE INDEX faults_path ON faults (path);
CREATE TABLE seals (path TEXT PRIMARY KEY, seal BLOB) WITHOUT ROWID;
CREATE TABLE registers (kind TEXT, key TEXT, entry TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE changes (sequence INTEGER PRIMARY KEY, path TEXT, before TEXT, after TEXT);
"""
LAST_CHANGE = "changed || coalesce(' ' || changed_day, '')"
"""When a document last changed, in the order of time, and after it the day where no more than that is known."""

PART = 8
"""Bytes of the digest of a card that are kept wherever it is filed, so that a list's digest needs no other table."""
MOST_ANSWERS = 50_000
"""How many answers are kept in memory before they are asked anew."""

EVERYTHING = 0
"""The term under which every article is filed, so that the whole archive is a listing like any other."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a shown document pages depend on: ``card``, ``head`` (card, metadata, terms and events) and ``whole`` are
    digests. ``events`` are the keys of its events, with the day and the terms that each is filed under, its rank among
    the reports and a digest of its date and place; ``amended`` are the moments of its corrections. ``leads`` says
    whether it may lead the front page."""

    kind: str
    address: str
    day: str
    published: str
    terms: tuple[tuple[str, str], ...]
    card: str
    changed: str
    media: tuple[str, ...]
    whole: str
    aliases: str
    head: str
    events: tuple[tuple[str, str, tuple[tuple[str, str], ...], int, str], ...]
    amended: tuple[str, ...]
    leads: bool

    def pack(self) -> str:
        return canonical(list(astuple(self)))

    @classmethod
    def unpack(cls, packed: str) -> Facts:
        kind, address, day, published, terms, card, changed, media, whole, aliases, head, told_of, *rest = json.loads(
            packed
        )
        amended, leads = rest
        named = tuple((axis, slug) for axis, slug in terms)
        events = tuple((key, when, tuple((axis, slug) for axis, slug in of), *told) for key, when, of, *told in told_of)
        return cls(
            kind,
            address,
            day,
            published,
            named,
            card,
            changed,
            tuple(media),
            whole,
            aliases,
            head,
            events,
            tuple(amended),
            bool(leads),
        )


@dataclass(frozen=True, slots=True)
class Change:
    """One document as it was shown and as it is; None where it is not shown."""

    path: str
    before: Facts | None
    after: Facts | None


class Archive:
    """The archive in one file, opened to read and, by the load alone, to write."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open the archive at ``path``. One that is damaged or of another version is made anew; converted bodies are
        kept where they are whole."""
        self.path = path
        self.queries = 0
        self._answers: dict[tuple[Any, ...], Any] = {}
        self._is_read_only = read_only
        self.condition = Condition.KEPT
        if read_only:
            self.connection = database.read_database(path)
            return
        self.connection, self.condition = database.open_database(path, _SCHEMA, "NORMAL", "bodies")
        if self.condition is Condition.NEW:
            self.clear()

    def close(self) -> None:
        if self._is_read_only:
            self.connection.close()
        else:
            database.close_database(self.connection, self.path)

    def clear(self) -> None:
        """Forget everything but the converted bodies, and what was measured of pictures."""
        tables = [
            row[0] for row in self.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'bodies'")
        ]
        is_ours = self.condition is Condition.KEPT
        for table in tables:
            if table != "pictures" or not is_ours:  # these have no digest of their own
                self.connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        self.connection.execute("UPDATE pictures SET fresh = 0")
        self.set_meta("epoch", os.urandom(16))
        self.connection.execute("INSERT INTO vocabulary VALUES (0, '', '', '', '', '')")
        self._answers.clear()

    def commit(self) -> None:
        self.connection.commit()

    def meta(self, key: str) -> Any:
        row = self.row("SELECT value FROM meta WHERE key = ?", key)
        return row[0] if row else None

    def set_meta(self, key: str, value: Any) -> None:
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    @property
    def burials(self) -> int:
        """How often an article that was kept was taken back for good."""
        return int(self.meta(database.BURIALS) or 0)

    def note_burial(self) -> None:
        """Note that an article that was kept is taken back for good: nothing of it may be left in the file."""
        self.set_meta(database.BURIALS, self.burials + 1)

    @property
    def revision(self) -> int:
        """A number that grows whenever anything is put into the archive."""
        return int(self.meta("revision") or 0)

    def revise(self) -> None:
        self.set_meta("revision", self.revision + 1)

    @property
    def state(self) -> bytes:
        """A mark that is another one whenever the documents, or which of them are shown, have changed."""
        epoch = self.meta("epoch") or b""
        return bytes(epoch) + b":%d" % self.sequence

    @property
    def sequence(self) -> int:
        """The number of the last change."""
        row = self.row("SELECT max(sequence) FROM changes")
        return int((row and row[0]) or self.meta("floor") or 0)

    def changes_since(self, state: bytes) -> list[Change] | None:
        """Give what has changed since the archive was in a ``state``, each document once; None where that is too long
        ago to be known."""
        epoch, _, number = state.rpartition(b":")
        if epoch != self.meta("epoch") or not number.isdigit() or int(number) < int(self.meta("floor") or 0):
            return None
        found: dict[str, tuple[str | None, str | None]] = {}
        for path, before, after in self.each(
            "SELECT path, before, after FROM changes WHERE sequence > ? ORDER BY sequence", int(number)
        ):
            found[path] = (found[path][0] if path in found else before, after)
        return [
            Change(path, Facts.unpack(before) if before else None, Facts.unpack(after) if after else None)
            for path, (before, after) in found.items()
        ]

    def rows(self, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """Give the rows of a query."""
        self.queries += 1
        return self.connection.execute(sql, arguments).fetchall()

    def each(self, sql: str, *arguments: Any) -> Iterator[tuple[Any, ...]]:
        """Give the rows of a query one by one, without holding them all."""
        self.queries += 1
        return iter(self.connection.execute(sql, arguments))

    def row(self, sql: str, *arguments: Any) -> tuple[Any, ...] | None:
        """Give the first row of a query, or None."""
        self.queries += 1
        found: tuple[Any, ...] | None = self.connection.execute(sql, arguments).fetchone()
        return found

    def once(self, key: tuple[Any, ...], answer: Callable[[], Any]) -> Any:
        """Give ``answer()``, asked only once for each ``key`` until documents change: for what many pages ask."""
        try:
            return self._answers[key]
        except KeyError:
            return self.prime(key, answer())

    def prime(self, key: tuple[Any, ...], answer: Any) -> Any:
        """Note an ``answer`` that is known before it is asked for."""
        if len(self._answers) >= MOST_ANSWERS:
            self._answers.clear()
        self._answers[key] = answer
        return answer

    def forget_answers(self) -> None:
        self._answers.clear()

    # --- what is known of single documents ---

    def faults(self) -> list[Fault]:
        """Give everything that is wrong with the files as they are."""
        return [Fault(*row) for row in self.each("SELECT path, line, col, what, remedy, severity FROM faults")]

    def withheld(self) -> list[tuple[str, str]]:
        """Give the documents that are not shown although nothing is wrong with them, each with its reason."""
        sql = "SELECT path, withheld FROM documents WHERE held AND withheld != 'faulty' ORDER BY path"
        return [(path, why) for path, why in self.each(sql)]

    def each_proposed(self) -> Iterator[tuple[str, list[tuple[int, str]]]]:
        """Give the documents with entries that were proposed and are yet to be confirmed, each with the lines of these
        and what they are."""
        sql = "SELECT path, proposed FROM documents WHERE proposed IS NOT NULL ORDER BY path"
        for path, proposed in self.each(sql):
            yield path, [(line, what) for line, what in json.loads(proposed)]

    def proposed(self, most: int) -> list[tuple[str, dict[str, int]]]:
        """Give the first documents with proposed entries, each with how many of them are events, places, sources."""
        found = []
        for path, entries in islice(self.each_proposed(), most):
            kinds = Counter(what.split(" ", 2)[1] for _, what in entries)
            found.append((path, dict(sorted(kinds.items()))))
        return found

    def proposals(self) -> tuple[int, int]:
        """Give how many proposed entries there are, and in how many documents."""
        sql = "SELECT sum(json_array_length(proposed)), count(*) FROM documents WHERE proposed IS NOT NULL"
        entries, documents = self.row(sql) or (0, 0)
        return int(entries or 0), int(documents)

    def next_due(self, now: datetime) -> str | None:
        """Give the next moment (RFC 3339, UTC) at which an embargo ends, an article expires or leads no more."""
        moment = stamp(now)
        row = self.row(
            "SELECT min(due) FROM (SELECT embargo AS due FROM documents WHERE held AND embargo > ?1 "
            "UNION ALL SELECT expires FROM documents WHERE held AND expires > ?1 "
            "UNION ALL SELECT featured FROM documents WHERE leads = 1 AND featured > ?1 AND shown)",
            moment,
        )
        return row[0] if row else None

    def card(self, path: str) -> Card:
        """Give the card of one document; what is not as it was stored raises DamagedArchive."""
        found: Card = self.once(("card", path), lambda: self._card(path))
        return found

    def _card(self, path: str) -> Card:
        row = self.row("SELECT card, card_digest FROM documents WHERE path = ?", path)
        if row is None or digest(row[0]) != row[1]:
            raise DamagedArchive(path)
        return Card.unpack(row[0])

    def head(self, path: str) -> tuple[Card, dict[str, Any], list[Any]]:
        """Give the card, the metadata and the terms of one document; what is not as it was stored raises
        DamagedArchive."""
        row = self.row("SELECT card, meta, terms, events, head FROM documents WHERE path = ?", path)
        if row is None or head_digest(*row[:4]) != row[4]:
            raise DamagedArchive(path)
        return Card.unpack(row[0]), json.loads(row[1]), json.loads(row[2])

    def article(self, path: str) -> Article:
        """Give one document with its body; what is not as it was stored raises DamagedArchive."""
        row = self.row(
            "SELECT card, meta, documents.digest, html, terms, linking, key, rest, bodies.digest FROM documents "
            "JOIN bodies USING (path) WHERE path = ?",
            path,
        )
        try:
            html = zlib.decompress(row[3]) if row else b""
        except (zlib.error, TypeError) as error:
            raise DamagedArchive(path) from error
        if row is None or article_digest(row[0], row[1], digest(html)) != row[2]:
            raise DamagedArchive(path)
        self.prime(("own terms", path), row[4])  # what is shown beside an article is asked for next
        self.prime(("linking", path), row[5])
        return Article(Card.unpack(row[0]), json.loads(row[1]), html.decode(), _length(path, *row[6:]))


def _length(path: str, key: bytes, rest: str, mark: bytes) -> tuple[int, int]:
    """Give how long a body is, from the rest of what is kept of it: nothing of one that is buried."""
    if not rest:
        return 0, 0
    if digest(key, rest) != mark:
        raise DamagedArchive(path)
    words, characters = json.loads(rest)[-1]
    return words, characters


def head_digest(card: str, meta: str, terms: str, events: str) -> bytes:
    """Give the digest of all of a document but its body, packed as it is kept. Its events are a part of it: what the
    registers say of their places and sources shows in nothing else."""
    return digest(card, meta, terms, events)


def article_digest(card: str, meta: str, body: bytes) -> bytes:
    """Give the digest of a document from its packed card and metadata, and the digest of its body's HTML."""
    return digest(card, meta, body)


def stamp(moment: datetime) -> str:
    """Give a moment as the archive keeps it (RFC 3339, UTC, whole seconds): such texts are ordered as time is."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class DamagedArchive(Exception):
    """The archive does not hold what was put into it; it must be made anew."""


DatabaseError = database.DatabaseError
