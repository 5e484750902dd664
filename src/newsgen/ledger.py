"""What was published in one output folder, and so what is outdated, altered or orphaned.

There is one ledger for each output folder. It holds the plan of the running build beside what earlier builds
published, so that the questions of a build are comparisons of two tables.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from newsgen.archive import discard
from newsgen.disk import Stat, digest_of
from newsgen.errors import Refused
from newsgen.model import Page, digest
from newsgen.urls import fold, output_path

FORMAT = b"2"

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE published (path TEXT PRIMARY KEY, address TEXT, kind TEXT, origin TEXT, fingerprint BLOB, digest BLOB,
    size INTEGER, mtime INTEGER, inode INTEGER, ctime INTEGER, page TEXT) WITHOUT ROWID;
CREATE TABLE intended (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE plan (path TEXT PRIMARY KEY, folded TEXT UNIQUE, kind TEXT, origin TEXT, fingerprint BLOB, page TEXT)
    WITHOUT ROWID;
CREATE TABLE altered (path TEXT PRIMARY KEY) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Clash:
    """Two claims to one address: the page that came second, and who had it."""

    page: Page
    other_origin: str
    other_address: str


@dataclass(frozen=True, slots=True)
class Written:
    """One output as it now is in the output folder."""

    path: str
    digest: bytes
    stat: Stat


@dataclass(frozen=True, slots=True)
class Lost:
    """An address that was published and is no longer planned."""

    address: str
    kind: str
    origin: str


class Ledger:
    """The record of one output folder, in one SQLite file."""

    def __init__(self, state: Path, output: Path, site_root: Path) -> None:
        """Open the ledger that ``state`` keeps for ``output``. One that is damaged or foreign is made anew: then no
        file in the output is known to be ours, and all of it is rendered again."""
        try:
            name = b"in:" + os.fsencode(output.relative_to(site_root))
        except ValueError:
            name = b"at:" + os.fsencode(output)
        self.path = state / f"ledger-{digest(name).hex()[:16]}.sqlite"
        self._exists = self.path.exists()
        self._connection = self._open()

    def _open(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = None
        try:
            connection = sqlite3.connect(self.path)
            connection.execute("PRAGMA trusted_schema = OFF")
            if self._exists and _is_ours(connection):
                return _prepared(connection)
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise
        except sqlite3.DatabaseError:
            pass
        if connection is not None:
            connection.close()
        discard(self.path)
        connection = _prepared(sqlite3.connect(self.path))
        connection.executescript(_SCHEMA)
        connection.execute("INSERT INTO meta VALUES ('format', ?)", (FORMAT,))
        connection.commit()
        return connection

    @property
    def is_new(self) -> bool:
        """Whether no build was ever recorded here: what is in the output may then be ours without being known."""
        return self._connection.execute("SELECT 1 FROM meta WHERE key = 'complete'").fetchone() is None

    def close(self) -> None:
        self._connection.close()

    # --- planning ---

    def plan(self, pages: Iterable[tuple[Page, bytes]]) -> list[Clash]:
        """Put ``pages`` with their fingerprints in the place of the last plan, and give the clashes among them."""
        execute = self._connection.execute
        execute("DELETE FROM plan")
        execute("DELETE FROM meta WHERE key = 'settled'")
        clashes = []
        for page, fingerprint in pages:
            path = output_path(page.address)
            row = (path, fold(path), page.kind, page.origin, fingerprint, page.pack())
            done = execute("INSERT OR IGNORE INTO plan VALUES (?, ?, ?, ?, ?, ?)", row)
            if not done.rowcount:
                origin, packed = execute("SELECT origin, page FROM plan WHERE folded = ?", (fold(path),)).fetchone()
                clashes.append(Clash(page, origin, Page.unpack(packed).address))
        for path, packed in execute(
            "SELECT folded, page FROM plan WHERE path NOT LIKE '%/index.html' OR page LIKE '%index.html%'"
        ).fetchall():
            inside = execute(
                "SELECT page FROM plan WHERE folded > ? AND folded < ? LIMIT 1", (path + "/", path + "0")
            ).fetchone()
            if inside:
                file, other = Page.unpack(packed), Page.unpack(inside[0])
                clashes.append(Clash(other, file.origin, file.address))
        self._connection.commit()
        return clashes

    def is_planned(self, address: str) -> bool:
        """Whether the plan has a page at ``address``, with or without a slash at its end."""
        for spelt in (address, address.rstrip("/") if address != "/" else address):
            sql = "SELECT 1 FROM plan WHERE path = ?"
            if self._connection.execute(sql, (output_path(spelt),)).fetchone():
                return True
        return False

    def find_altered(self, output: Path, verify: bool = False) -> int:
        """Note every published file that is missing or is not as we wrote it, and give how many there are."""
        execute = self._connection.execute
        execute("DELETE FROM altered")
        folder = os.fspath(output)
        altered, touched = [], []
        for path, known, *noted in execute("SELECT path, digest, size, mtime, inode, ctime FROM published"):
            now = _stat_of(f"{folder}/{path}")
            if now is None:
                altered.append((path,))
            elif verify or now != Stat(*noted):
                if _digest_or_none(Path(folder, path)) == known:
                    touched.append((now.size, now.mtime_ns, now.inode, now.ctime_ns, path))
                else:
                    altered.append((path,))
        self._connection.executemany("INSERT OR IGNORE INTO altered VALUES (?)", altered)
        self._connection.executemany(
            "UPDATE published SET size = ?, mtime = ?, inode = ?, ctime = ? WHERE path = ?", touched
        )
        self._connection.commit()
        return len(altered)

    def outdated(self) -> list[tuple[Page, bytes | None]]:
        """Give the planned pages that must be rendered, each with the digest of what is published at its address
        (None where nothing whole is)."""
        rows = self._connection.execute(
            "SELECT plan.page, CASE WHEN altered.path IS NULL THEN published.digest END FROM plan "
            "LEFT JOIN published USING (path) LEFT JOIN altered USING (path) "
            "WHERE published.fingerprint IS NOT plan.fingerprint OR altered.path IS NOT NULL ORDER BY plan.path"
        )
        return [(Page.unpack(packed), known) for packed, known in rows]

    def orphans(self) -> list[str]:
        """Give the paths that we wrote, or meant to write, and that no page claims any more."""
        rows = self._connection.execute(
            "SELECT path FROM (SELECT path FROM published UNION SELECT path FROM intended) WHERE path NOT IN "
            "(SELECT path FROM plan) ORDER BY path"
        )
        return [row[0] for row in rows]

    def lost(self) -> list[Lost]:
        """Give every published address, theme assets aside, that no page claims any more."""
        rows = self._connection.execute(
            "SELECT address, kind, origin FROM published WHERE kind != 'asset' AND path NOT IN (SELECT path FROM plan) "
            "ORDER BY address"
        )
        return [Lost(*row) for row in rows]

    def addresses(self) -> int:
        """Give the number of published addresses, theme assets aside."""
        return int(self._connection.execute("SELECT count(*) FROM published WHERE kind != 'asset'").fetchone()[0])

    def knows(self, path: str) -> bool:
        """Whether ``path`` is a file that we wrote or meant to write."""
        sql = "SELECT 1 FROM published WHERE path = ?1 UNION SELECT 1 FROM intended WHERE path = ?1"
        return self._connection.execute(sql, (path,)).fetchone() is not None

    def settled(self) -> tuple[bytes, str]:
        """Give the mark of the inputs of which the output is the whole result, and what was told of them."""
        rows = dict(self._connection.execute("SELECT key, value FROM meta WHERE key IN ('settled', 'told')"))
        return rows.get("settled", b""), rows.get("told", "")

    def is_unfinished(self) -> bool:
        """Whether a build was ended between its first output and its last note."""
        return self._connection.execute("SELECT 1 FROM intended LIMIT 1").fetchone() is not None

    def settle(self, mark: bytes, told: str) -> None:
        """Note that the output is the whole result of the inputs that ``mark`` stands for."""
        rows = [("settled", mark), ("told", told)]
        self._connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)
        self._connection.commit()

    # --- publishing ---

    def intend(self, paths: Iterable[str]) -> None:
        """Note, before anything is handed out, what the build is going to write."""
        self._connection.executemany("INSERT OR IGNORE INTO intended VALUES (?)", ((path,) for path in paths))
        self._connection.commit()

    def record(self, written: Iterable[Written], deleted: Iterable[str], due: str | None) -> None:
        """Make the plan what is published: ``written`` are the outputs rendered for it, ``deleted`` the orphans."""
        execute, many = self._connection.execute, self._connection.executemany
        many("DELETE FROM published WHERE path = ?", ((path,) for path in deleted))
        many(
            "INSERT OR REPLACE INTO published (path, digest, size, mtime, inode, ctime) VALUES (?, ?, ?, ?, ?, ?)",
            (
                (one.path, one.digest, one.stat.size, one.stat.mtime_ns, one.stat.inode, one.stat.ctime_ns)
                for one in written
            ),
        )
        execute(
            "UPDATE published SET address = json_extract(plan.page, '$[0]'), kind = plan.kind, origin = plan.origin, "
            "fingerprint = plan.fingerprint, page = plan.page FROM plan WHERE plan.path = published.path AND "
            "(published.fingerprint IS NOT plan.fingerprint OR published.page IS NOT plan.page)"
        )
        execute("DELETE FROM intended")
        execute("DELETE FROM plan")
        execute("DELETE FROM altered")
        many("INSERT OR REPLACE INTO meta VALUES (?, ?)", [("due", due), ("complete", 1)])
        self._connection.commit()

    def published(self) -> Iterator[str]:
        return (row[0] for row in self._connection.execute("SELECT path FROM published"))


class Lock:
    """Held while a build runs, so that a second one says so and ends. It goes with the process, however that ends."""

    def __init__(self, path: Path, what: str) -> None:
        self._connection = sqlite3.connect(path, timeout=0, isolation_level=None)
        try:
            self._connection.execute("PRAGMA journal_mode = DELETE")
            self._connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            self._connection.close()
            if "locked" not in str(error):
                raise
            raise Refused(f"another build of {what} is running", "Wait for it to end.") from error
        except sqlite3.DatabaseError:
            self._connection.close()
            discard(path)
            self._connection = sqlite3.connect(path, timeout=0, isolation_level=None)
            self._connection.execute("BEGIN EXCLUSIVE")

    def release(self) -> None:
        self._connection.close()


def _prepared(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _is_ours(connection: sqlite3.Connection) -> bool:
    blank = sqlite3.connect(":memory:")
    blank.executescript(_SCHEMA)
    sql = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
    same = blank.execute(sql).fetchall() == connection.execute(sql).fetchall()
    blank.close()
    if not same or connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        return False
    row = connection.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
    return row is not None and row[0] == FORMAT


def _stat_of(path: str) -> Stat | None:
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return Stat.of(status) if stat.S_ISREG(status.st_mode) else None


def _digest_or_none(path: Path) -> bytes | None:
    try:
        return None if path.is_symlink() else digest_of(path)
    except OSError:
        return None
