"""Every document's metadata, ordered and queryable, on disk and without bodies in memory.

The archive is a cache of what the content files say: one SQLite file that is made anew when it is damaged, foreign, or
of another program version. It knows nothing of output; what pages ask of it is in :mod:`newsgen.questions`.
"""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from newsgen.disk import CLOCK_RESOLUTION_NS, Found, Stat
from newsgen.errors import Fault
from newsgen.frontmatter import Header, place_name
from newsgen.markup import Body
from newsgen.model import AXES, Article, Card, Moment, canonical, digest
from newsgen.urls import fold

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE files (path TEXT PRIMARY KEY, size INTEGER, mtime INTEGER, inode INTEGER, ctime INTEGER,
    seen INTEGER, digest BLOB, seen_as TEXT) WITHOUT ROWID;
CREATE TABLE documents (path TEXT PRIMARY KEY, kind TEXT, shown INTEGER, withheld TEXT, address TEXT, folded TEXT,
    id TEXT, day TEXT, published TEXT, changed TEXT, draft INTEGER, embargo TEXT, expires TEXT, location TEXT,
    menu INTEGER, card TEXT, meta TEXT, anchors TEXT, card_digest BLOB, digest BLOB);
CREATE INDEX documents_folded ON documents (folded);
CREATE INDEX documents_id ON documents (id);
CREATE INDEX documents_location ON documents (location) WHERE location IS NOT NULL;
CREATE INDEX documents_menu ON documents (menu) WHERE menu IS NOT NULL;
CREATE TABLE bodies (path TEXT PRIMARY KEY, html BLOB);
CREATE TABLE terms (axis TEXT, slug TEXT, published TEXT, path TEXT, shown INTEGER, day TEXT, name TEXT,
    PRIMARY KEY (axis, slug, published, path)) WITHOUT ROWID;
CREATE INDEX terms_path ON terms (path);
CREATE INDEX terms_day ON terms (axis, slug, day, shown);
CREATE TABLE links (path TEXT, kind TEXT, target TEXT, fragment TEXT, line INTEGER, col INTEGER);
CREATE INDEX links_path ON links (path);
CREATE INDEX links_target ON links (target);
CREATE TABLE aliases (path TEXT, alias TEXT, folded TEXT);
CREATE INDEX aliases_folded ON aliases (folded);
CREATE INDEX aliases_path ON aliases (path);
CREATE TABLE faults (path TEXT, line INTEGER, col INTEGER, what TEXT, remedy TEXT, severity TEXT);
CREATE INDEX faults_path ON faults (path);
CREATE TABLE registers (kind TEXT, key TEXT, entry TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID;
"""
_OF_A_PATH = ("documents", "bodies", "terms", "links", "aliases", "faults")

MOST_ANSWERS = 50_000
"""How many answers are kept in memory before they are asked anew."""

EVERYTHING = ("", "")
"""The axis and slug under which every article is filed, so that the whole archive is a listing like any other."""


class Archive:
    """The archive in one file, opened to read and, by the load alone, to write."""

    def __init__(self, path: Path, key: bytes, *, read_only: bool = False) -> None:
        """Open the archive at ``path``; one that was not made under ``key`` (program version and the settings that
        reading depends on), or that is damaged, is made anew."""
        self.path = path
        self.key = key
        self._connection = _open(path, key, read_only)
        self._answers: dict[tuple[Any, ...], Any] = {}
        self._is_changed = False

    def close(self) -> None:
        self._connection.close()

    def commit(self) -> None:
        if self._is_changed:
            mark = (os.urandom(16),)
            self._connection.execute("INSERT OR REPLACE INTO meta VALUES ('state', ?)", mark)
            self._is_changed = False
        self._connection.commit()

    @property
    def state(self) -> bytes:
        """A mark that is another one whenever the documents, or which of them are shown, have changed."""
        self.commit()
        row = self.row("SELECT value FROM meta WHERE key = 'state'")
        return bytes(row[0]) if row else b""

    def _change(self) -> None:
        self._is_changed = True
        self._answers.clear()

    def rows(self, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """Give the rows of a query."""
        return self._connection.execute(sql, arguments).fetchall()

    def each(self, sql: str, *arguments: Any) -> Iterator[tuple[Any, ...]]:
        """Give the rows of a query one by one, without holding them all."""
        return iter(self._connection.execute(sql, arguments))

    def row(self, sql: str, *arguments: Any) -> tuple[Any, ...] | None:
        """Give the first row of a query, or None."""
        found: tuple[Any, ...] | None = self._connection.execute(sql, arguments).fetchone()
        return found

    def once(self, key: tuple[Any, ...], answer: Callable[[], Any]) -> Any:
        """Give ``answer()``, asked only once for each ``key`` until documents change: for what many pages ask."""
        if key not in self._answers:
            if len(self._answers) >= MOST_ANSWERS:
                self._answers.clear()
            self._answers[key] = answer()
        return self._answers[key]

    # --- what the load writes ---

    def known(self, path: str) -> tuple[Stat, int, bytes] | None:
        """Give the status and digest under which a file was last read, and when that was (ns)."""
        row = self.row("SELECT size, mtime, inode, ctime, seen, digest FROM files WHERE path = ?", path)
        return (Stat(*row[:4]), row[4], row[5]) if row else None

    def is_unchanged(self, found: Found) -> bytes | None:
        """Give the digest of a file that needs no reading, or None."""
        known = self.known(found.path)
        if known and known[0] == found.stat and found.stat.mtime_ns < known[1] - CLOCK_RESOLUTION_NS:
            return known[2]
        return None

    def remember(self, found: Found, seen: int, content: bytes, seen_as: str = "document") -> None:
        """Note that a file was read at ``seen`` (ns), has the digest ``content``, and was read as a ``document`` or as
        a ``file``."""
        self._connection.execute(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (found.path, *astuple(found.stat), seen, content, seen_as),
        )

    def forget_all_but(self, paths: Iterable[str]) -> None:
        """Forget every document that is not among ``paths``."""
        execute = self._connection.execute
        execute("CREATE TEMP TABLE present (path TEXT PRIMARY KEY) WITHOUT ROWID")
        self._connection.executemany("INSERT OR IGNORE INTO present VALUES (?)", ((path,) for path in paths))
        gone = [row[0] for row in execute("SELECT path FROM files WHERE seen_as = 'document' AND path NOT IN present")]
        execute("DROP TABLE present")
        for path in gone:
            self.forget_file(path)

    def forget_file(self, path: str) -> None:
        """Forget one file and everything read from it."""
        self._forget(path)
        self._connection.execute("DELETE FROM files WHERE path = ?", (path,))

    def _forget(self, path: str) -> None:
        self._change()
        for table in _OF_A_PATH:
            self._connection.execute(f"DELETE FROM {table} WHERE path = ?", (path,))  # noqa: S608 - our own names

    def store(self, path: str, kind: str, header: Header | None, body: Body | None, faults: Iterable[Fault]) -> None:
        """Put what was read of one content file in the place of what was known of it.

        Of a faulty file (no ``header``) only its faults and links are kept, so that all its faults are told at once.
        """
        execute, many = self._connection.execute, self._connection.executemany
        self._forget(path)
        many(
            "INSERT INTO faults VALUES (?, ?, ?, ?, ?, ?)",
            [(one.path, one.line, one.column, one.what, one.remedy, one.severity) for one in faults],
        )
        if body is not None:
            many(
                "INSERT INTO links VALUES (?, ?, ?, ?, ?, ?)",
                [(path, one.kind, one.target, one.fragment, one.line, one.column) for one in body.links],
            )
        if header is None or body is None:
            return
        card, meta = header.card, header.meta
        html = body.html.encode()
        summary = card.summary or body.opening
        location = (meta.get("location") or {}).get("name")
        card = _changed(card, summary=summary, place=self._label(location) or card.place)
        packed, meta_text = card.pack(), canonical(meta)
        published = _utc(card.published)
        day = card.published.day.isoformat()
        execute(
            "INSERT INTO documents VALUES (?, ?, 0, 'unread', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                path,
                kind,
                card.address,
                fold(card.address),
                card.id,
                day,
                published,
                _utc(card.changed),
                int(header.draft),
                _utc(header.embargo),
                _utc(header.expires),
                location,
                meta.get("menu"),
                packed,
                meta_text,
                canonical(list(body.anchors)),
                digest(packed),
                digest(packed, meta_text, html),
            ),
        )
        execute("INSERT INTO bodies VALUES (?, ?)", (path, zlib.compress(html, 3)))
        if kind == "article":
            filed = [(axis, slug, name) for axis in AXES for slug, name in meta[axis]]
            many(
                "INSERT INTO terms VALUES (?, ?, ?, ?, 0, ?, ?)",
                [(axis, slug, published, path, day, name) for axis, slug, name in [(*EVERYTHING, ""), *filed]],
            )
        redirects = {fold(alias): alias for alias in reversed(header.aliases) if fold(alias) != fold(card.address)}
        many("INSERT INTO aliases VALUES (?, ?, ?)", [(path, alias, folded) for folded, alias in redirects.items()])

    def register(self, kind: str, entries: dict[str, dict[str, Any]]) -> None:
        """Put ``entries`` in the place of the register ``kind`` (an axis, or ``places``)."""
        self._change()
        self._connection.execute("DELETE FROM registers WHERE kind = ?", (kind,))
        self._connection.executemany(
            "INSERT INTO registers VALUES (?, ?, ?)", [(kind, key, canonical(entry)) for key, entry in entries.items()]
        )
        if kind == "places":
            self._relabel()

    def _label(self, location: str | None) -> str | None:
        """The name of a place of the register with those it lies in, or None."""
        names: list[str] = []
        key: str | None = location
        while key is not None and len(names) < 10:
            row = self.row("SELECT entry FROM registers WHERE kind = 'places' AND key = ?", key)
            if row is None:
                break
            entry = json.loads(row[0])
            names.append(entry["name"])
            key = entry["within"]
        return ", ".join(dict.fromkeys(names)) or None

    def _relabel(self) -> None:
        """Bring the place names on cards up to date with the register of places."""
        for (location,) in self.rows("SELECT DISTINCT location FROM documents WHERE location IS NOT NULL"):
            label = self._label(location)
            for path, packed, meta_text in self.rows(
                "SELECT path, card, meta FROM documents WHERE location = ?", location
            ):
                card = Card.unpack(packed)
                place = label or place_name(json.loads(meta_text)["location"])
                if card.place != place:
                    changed = _changed(card, place=place).pack()
                    html = self._html(path)
                    self._connection.execute(
                        "UPDATE documents SET card = ?, card_digest = ?, digest = ? WHERE path = ?",
                        (changed, digest(changed), digest(changed, meta_text, html), path),
                    )

    def withhold(self, now: datetime, drafts: bool, absent: Iterable[str]) -> None:
        """Decide which documents are shown: not drafts (unless wanted), not before their embargo or after they expire
        at ``now``, and not those ``absent`` for their faults."""
        moment = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        execute = self._connection.execute
        execute("CREATE TEMP TABLE IF NOT EXISTS absent (path TEXT PRIMARY KEY) WITHOUT ROWID")
        execute("DELETE FROM absent")
        self._connection.executemany("INSERT OR IGNORE INTO absent VALUES (?)", ((path,) for path in absent))
        reason = """CASE WHEN path IN absent THEN 'faulty' WHEN draft AND NOT ?1 THEN 'draft'
            WHEN embargo > ?2 THEN 'embargo until ' || embargo WHEN expires <= ?2 THEN 'expired ' || expires END"""
        changed = execute(
            f"SELECT path, {reason} AS now FROM documents WHERE withheld IS NOT now",  # noqa: S608 - our own text
            (int(drafts), moment),
        ).fetchall()
        if changed:
            self._change()
        for path, why in changed:
            execute("UPDATE documents SET withheld = ?, shown = ? WHERE path = ?", (why, int(why is None), path))
            execute("UPDATE terms SET shown = ? WHERE path = ?", (int(why is None), path))

    # --- what is known of single documents ---

    def faults(self) -> list[Fault]:
        """Give everything that is wrong with the files as they are."""
        return [Fault(*row) for row in self.each("SELECT path, line, col, what, remedy, severity FROM faults")]

    def withheld(self) -> list[tuple[str, str]]:
        """Give the documents that are not shown although nothing is wrong with them, each with its reason."""
        sql = "SELECT path, withheld FROM documents WHERE NOT shown AND withheld != 'faulty' ORDER BY path"
        return [(path, why) for path, why in self.each(sql)]

    def next_due(self, now: datetime) -> str | None:
        """Give the next moment (RFC 3339, UTC) at which an embargo ends or an article expires."""
        moment = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        row = self.row(
            "SELECT min(due) FROM (SELECT embargo AS due FROM documents WHERE embargo > ?1 "
            "UNION ALL SELECT expires FROM documents WHERE expires > ?1)",
            moment,
        )
        return row[0] if row else None

    def card(self, path: str) -> Card:
        row = self.row("SELECT card, card_digest FROM documents WHERE path = ?", path)
        if row is None or digest(row[0]) != row[1]:
            raise DamagedArchive(path)
        return Card.unpack(row[0])

    def article(self, path: str) -> Article:
        """Give one document with its body; what is not as it was stored raises DamagedArchive."""
        row = self.row("SELECT card, meta, digest FROM documents WHERE path = ?", path)
        html = self._html(path)
        if row is None or digest(row[0], row[1], html) != row[2]:
            raise DamagedArchive(path)
        return Article(Card.unpack(row[0]), json.loads(row[1]), html.decode())

    def _html(self, path: str) -> bytes:
        row = self.row("SELECT html FROM bodies WHERE path = ?", path)
        try:
            return zlib.decompress(row[0]) if row else b""
        except zlib.error as error:
            raise DamagedArchive(path) from error


class DamagedArchive(Exception):
    """The archive does not hold what was put into it; it must be made anew."""


DatabaseError = sqlite3.DatabaseError


def _changed(card: Card, *, place: str | None, summary: str | None = None) -> Card:
    return replace(card, place=place, summary=card.summary if summary is None else summary)


def _utc(moment: Moment | None) -> str | None:
    return moment.instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def _open(path: Path, key: bytes, read_only: bool) -> sqlite3.Connection:
    if read_only:
        reader = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        reader.execute("PRAGMA trusted_schema = OFF")
        return reader
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(path)
        if _is_ours(connection, key):
            return _prepared(connection)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "database is locked" in str(error):
            raise
    if connection is not None:
        connection.close()
    discard(path)
    connection = _prepared(sqlite3.connect(path))
    connection.executescript(_SCHEMA)
    connection.execute("INSERT INTO meta VALUES ('key', ?)", (key,))
    connection.commit()
    return connection


def discard(path: Path) -> None:
    """Remove a database file and what SQLite keeps beside it."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _prepared(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def _is_ours(connection: sqlite3.Connection, key: bytes) -> bool:
    """Whether a database has exactly our tables (no trigger, no view) and was made under ``key``."""
    connection.execute("PRAGMA trusted_schema = OFF")
    blank = sqlite3.connect(":memory:")
    blank.executescript(_SCHEMA)
    wanted, found = (
        one.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2").fetchall()
        for one in (blank, connection)
    )
    blank.close()
    if wanted != found or connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        return False
    row = connection.execute("SELECT value FROM meta WHERE key = 'key'").fetchone()
    return row is not None and row[0] == key
