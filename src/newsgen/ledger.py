"""What was published in one output folder, and so what is outdated, altered or orphaned.

There is one ledger for each output folder. It holds the plan of the running build beside what earlier builds
published, so that the questions of a build are comparisons of two tables. A plan may be of everything, or of some
subjects alone, and then says nothing of the others.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from newsgen import database
from newsgen.database import Condition
from newsgen.disk import digest_of, stat_text
from newsgen.errors import Refused
from newsgen.model import digest
from newsgen.statuses import Statuses
from newsgen.urls import address_of

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE published (path TEXT PRIMARY KEY, folded TEXT, subject TEXT, kind TEXT, origin TEXT, fingerprint BLOB,
    digest BLOB) WITHOUT ROWID;
CREATE INDEX published_subject ON published (subject);
CREATE INDEX published_folded ON published (folded) WHERE folded IS NOT NULL;
CREATE TABLE folders (path TEXT PRIMARY KEY, stats TEXT);
CREATE TABLE intended (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE plan (path TEXT PRIMARY KEY, folded TEXT, subject TEXT, kind TEXT, origin TEXT, fingerprint BLOB)
    WITHOUT ROWID;
CREATE UNIQUE INDEX plan_folded ON plan (folded) WHERE folded IS NOT NULL;
CREATE TABLE subjects (subject TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE altered (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE made (path TEXT PRIMARY KEY, digest BLOB, staged INTEGER, stat TEXT) WITHOUT ROWID;
"""
MOST_AT_ONCE = 5_000
"""How many rows are held in memory, or written in one transaction."""


UNCOUNTED = ("asset", "feed", "archive")
"""Kinds of pages that say nothing of how much of an archive there is: each goes with another page, or follows it."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One row of the plan: ``folded`` is the path as a careless disk takes it, where that differs."""

    path: str
    folded: str | None
    subject: str
    kind: str
    origin: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Clash:
    """Two claims to one path: who came second and who had it, each with the path that it claims."""

    origin: str
    path: str
    other_origin: str
    other_path: str


@dataclass(frozen=True, slots=True)
class Outdated:
    """Pages of one subject that must be rendered: their paths, each with the digest of what is published there (None
    where nothing whole is)."""

    subject: str
    paths: dict[str, bytes | None]


@dataclass(frozen=True, slots=True)
class Made:
    """One output as it was rendered; ``stat`` is empty where it is yet to be put into its place."""

    path: str
    digest: bytes
    staged: bool
    stat: str = ""


@dataclass(frozen=True, slots=True)
class Lost:
    """A path that was published and is no longer planned."""

    path: str
    kind: str
    origin: str

    @property
    def address(self) -> str:
        """The address at which it was found."""
        return address_of(self.path)

    @property
    def what(self) -> str:
        return f"the published address {self.address} is gone ({self.origin})"

    @property
    def remedy(self) -> str:
        """How the address can be kept."""
        if self.kind not in ("page", "redirect"):
            return ""
        how = "put this into the front matter of the article that takes its place"
        return f"To keep it, {how}: aliases: [{self.address}]"


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
        self._output = os.fspath(output)
        self._uncommitted = 0
        self._connection, condition = database.open_database(self.path, _SCHEMA, "FULL")
        self.is_trusted = condition is Condition.KEPT
        self._statuses = Statuses(self._connection, self._output)
        """Whether it is as we left it: else everything is planned, and what it says of pages is compared with that."""

    @property
    def is_new(self) -> bool:
        """Whether no build was ever recorded here: what is in the output may then be ours without being known."""
        return self.meta("complete") is None

    def close(self) -> None:
        """Close it. One that was not as we left it, and has followed no build since, is trusted no more than before."""
        if self.is_trusted or self.is_new:
            database.close_database(self._connection, self.path)
        else:
            self._connection.close()

    def meta(self, key: str) -> Any:
        row = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    # --- planning ---

    def begin(self, subjects: Iterable[str] | None) -> None:
        """Begin a plan of everything (None), or of some subjects."""
        execute = self._connection.execute
        for table in ("plan", "subjects", "made"):
            execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        execute("DELETE FROM meta WHERE key IN ('settled', 'whole')")
        if subjects is None:
            execute("INSERT INTO meta VALUES ('whole', 1)")
        else:
            self._connection.executemany("INSERT OR IGNORE INTO subjects VALUES (?)", ((one,) for one in subjects))

    def add(self, rows: list[Planned]) -> list[Clash]:
        """Add pages to the plan, and give those whose path is taken."""
        values = [(one.path, one.folded, one.subject, one.kind, one.origin, one.fingerprint) for one in rows]
        done = self._connection.executemany("INSERT OR IGNORE INTO plan VALUES (?, ?, ?, ?, ?, ?)", values)
        if done.rowcount == len(rows):
            return []
        clashes, seen = [], set()
        for one in rows:
            sql = "SELECT subject, origin, path FROM plan WHERE path = ?1 OR folded = ?2"
            for subject, origin, path in self._connection.execute(sql, (one.path, one.folded)):
                if (subject, path) != (one.subject, one.path) or path in seen:
                    clashes.append(Clash(one.origin, one.path, origin, path))
            seen.add(one.path)
        return clashes

    def abandon(self) -> None:
        """Undo what was planned and not recorded: what is known of the output stays what it was."""
        self._connection.rollback()

    def clashes(self) -> Iterator[Clash]:
        """Give the pages of the plan that a careless disk takes for one, and files where others have folders."""
        execute = self._connection.execute
        yield from (
            Clash(*row)
            for row in execute(
                "SELECT one.origin, one.path, other.origin, other.path FROM plan AS one JOIN plan AS other "
                "ON one.folded = other.path"
            ).fetchall()
        )
        files = execute("SELECT path, folded, origin FROM plan WHERE path NOT GLOB '*/index.html'").fetchall()
        inside = execute("SELECT path FROM plan WHERE path GLOB '*index.html/*'").fetchall()
        for (path,) in inside:  # pages are folders, so nothing is below a page's own file: but somebody may claim it
            cut = path.index("index.html/") + len("index.html")
            files += execute("SELECT path, folded, origin FROM plan WHERE path = ?", (path[:cut],)).fetchall()
        for path, folded, origin in files:
            below = (folded or path) + "/", (folded or path) + "0"
            found = execute(
                "SELECT origin, path FROM plan WHERE path > ?1 AND path < ?2 UNION ALL "
                "SELECT origin, path FROM plan WHERE folded > ?1 AND folded < ?2 LIMIT 1",
                below,
            ).fetchone()
            if found:
                yield Clash(found[0], found[1], origin, path)

    def is_clear(self) -> bool:
        """Whether a plan of some subjects stands well beside what the others have published."""
        execute = self._connection.execute
        taken = """SELECT 1 FROM plan CROSS JOIN published AS other ON {}
            WHERE other.subject NOT IN (SELECT subject FROM subjects) LIMIT 1"""
        for condition in (
            "other.path = plan.path",
            "other.path = plan.folded",
            "other.folded = plan.path",
            "other.folded = plan.folded",
        ):
            if execute(taken.format(condition)).fetchone():
                return False
        fresh = "SELECT plan.path, plan.folded FROM plan LEFT JOIN published USING (path) WHERE published.path IS NULL"
        for path, folded in execute(fresh).fetchall():
            if folded is not None:
                return False
            sql = "SELECT 1 FROM published WHERE path > ? AND path < ? LIMIT 1"
            if not path.endswith("/index.html") and execute(sql, (path + "/", path + "0")).fetchone():
                return False
            above = path
            while above := above.rpartition("/")[0]:
                if execute("SELECT 1 FROM published WHERE path = ?1 OR folded = ?1", (above,)).fetchone():
                    return False
        return next(self.clashes(), None) is None

    def is_planned(self, path: str) -> bool:
        """Whether a page is planned at ``path``, or published there by a subject that is not planned anew."""
        sql = "SELECT 1 FROM plan WHERE path = ?"
        if self._connection.execute(sql, (path,)).fetchone():
            return True
        if self.meta("whole"):
            return False
        sql = "SELECT 1 FROM published WHERE path = ? AND subject NOT IN (SELECT subject FROM subjects)"
        return self._connection.execute(sql, (path,)).fetchone() is not None

    def come_and_gone(self) -> Iterator[str]:
        """Give the paths that the plan adds to what is published, and those that it takes away."""
        rows = self._connection.execute("SELECT path FROM plan WHERE path NOT IN (SELECT path FROM published)")
        yield from (row[0] for row in rows.fetchall())
        yield from self.orphans()

    def is_outdated(self, path: str) -> bool:
        """Whether what is published at a path is to be replaced."""
        return self._connection.execute(f"SELECT 1 {_OUTDATED} AND plan.path = ?", (path,)).fetchone() is not None

    def count_outdated(self) -> int:
        """Give how many planned pages must be rendered."""
        return int(self._connection.execute(f"SELECT count(*) {_OUTDATED}").fetchone()[0])

    def outdated_subjects(self, feature: str) -> list[str]:
        """Give the subjects of one feature of which any page must be rendered, without its name."""
        sql = f"SELECT DISTINCT plan.subject {_OUTDATED} AND plan.subject > ? AND plan.subject < ? ORDER BY 1"
        rows = self._connection.execute(sql, (f"{feature}:", f"{feature};")).fetchall()
        return [subject.removeprefix(f"{feature}:") for (subject,) in rows]

    def outdated(self) -> Iterator[Outdated]:
        """Give the planned pages that must be rendered. No query stays open between two of them."""
        sql = (
            "SELECT plan.subject, plan.path, CASE WHEN altered.path IS NULL THEN published.digest END "
            f"{_OUTDATED} AND plan.path > ? ORDER BY plan.path LIMIT ?"
        )
        last = ""
        while rows := self._connection.execute(sql, (last, MOST_AT_ONCE)).fetchall():
            for subject, group in groupby(rows, key=itemgetter(0)):
                yield Outdated(subject, {path: known for _, path, known in group})
            last = rows[-1][1]

    def _gone(self) -> str:
        """The published paths that no page claims any more, as a query."""
        planned = "" if self.meta("whole") else " AND subject IN (SELECT subject FROM subjects)"
        return f"FROM published WHERE path NOT IN (SELECT path FROM plan){planned}"  # noqa: S608 - our own text

    def orphans(self) -> list[str]:
        """Give the paths that we wrote, or meant to write, and that no page claims any more."""
        rows = self._connection.execute(f"SELECT path {self._gone()}").fetchall()
        found = {row[0] for row in rows}
        if self.meta("whole"):
            sql = "SELECT path FROM intended WHERE path NOT IN (SELECT path FROM plan)"
            found.update(row[0] for row in self._connection.execute(sql))
        return sorted(found)

    def lost(self) -> list[Lost]:
        """Give every published path, theme assets aside, that no page claims any more."""
        sql = f"SELECT path, kind, origin {self._gone()} AND kind != 'asset' ORDER BY path"
        return [Lost(*row) for row in self._connection.execute(sql)]

    def addresses(self) -> int:
        """Give the number of published addresses, those of :data:`UNCOUNTED` kinds aside."""
        return int(self.meta("addresses") or 0)

    def files(self) -> int:
        """Give the number of published files."""
        return int(self.meta("files") or 0)

    def planned_subject(self, path: str) -> str | None:
        """Give the subject of the page that is planned at a path."""
        row = self._connection.execute("SELECT subject FROM plan WHERE path = ?", (path,)).fetchone()
        return row[0] if row else None

    def is_altered(self, path: str) -> bool:
        """Whether a published file was found missing or altered."""
        return self._connection.execute("SELECT 1 FROM altered WHERE path = ?", (path,)).fetchone() is not None

    def published_as(self, path: str) -> tuple[str, bytes] | None:
        """Give the subject and the fingerprint of what is published at a path."""
        found: tuple[str, bytes] | None = self._connection.execute(
            "SELECT subject, fingerprint FROM published WHERE path = ?", (path,)
        ).fetchone()
        return found

    def published_of(self, kind: str) -> dict[str, bytes]:
        """Give the paths of what is published of one kind, each with the digest of its bytes."""
        return dict(
            self._connection.execute("SELECT path, digest FROM published WHERE kind = ? ORDER BY path", (kind,))
        )

    # --- what became of what was published ---

    def look(self) -> None:
        """Begin to look at the published files."""
        self._statuses.look(self.files())

    def find_altered(self, verify: bool = False) -> int:
        """Note every published file that is missing or is not as we wrote it, and give how many there are. Only files
        whose status is another one are read, or with ``verify`` all."""
        suspects = self._statuses.suspects()
        if verify:
            suspects = [(path, None) for path in self.published()]
        altered: list[tuple[str]] = []
        touched: list[tuple[str, str]] = []
        for path, status in suspects:
            row = self._connection.execute("SELECT digest FROM published WHERE path = ?", (path,)).fetchone()
            if row is None or _digest_or_none(f"{self._output}/{path}") != row[0]:
                altered.append((path,))
            elif status is not None:
                touched.append((path, status))
        self._connection.execute("DELETE FROM altered")
        self._connection.executemany("INSERT OR IGNORE INTO altered VALUES (?)", altered)
        self._statuses.note(touched)
        self._connection.commit()
        return len(altered)

    def has_altered(self) -> bool:
        """Whether any published file was found missing or altered."""
        return self._connection.execute("SELECT 1 FROM altered LIMIT 1").fetchone() is not None

    def is_at_top(self, name: str) -> bool:
        """Whether a file or folder at the top of the output holds anything that is published."""
        sql = "SELECT 1 FROM published WHERE path = ?1 OR (path > ?1 || '/' AND path < ?1 || '0') LIMIT 1"
        return self._connection.execute(sql, (name,)).fetchone() is not None

    def altered_subjects(self) -> list[str]:
        """Give the subjects of which a published file is missing or altered."""
        sql = "SELECT DISTINCT subject FROM altered CROSS JOIN published USING (path) ORDER BY subject"
        return [row[0] for row in self._connection.execute(sql)]

    def settled(self) -> tuple[bytes, dict[str, Any]]:
        """Give the mark of the inputs of which the output is the whole result, and what was told of them."""
        return self.meta("settled") or b"", json.loads(self.meta("told") or "{}")

    def is_unfinished(self) -> bool:
        """Whether a build was ended between its first output and its last note."""
        return self._connection.execute("SELECT 1 FROM intended LIMIT 1").fetchone() is not None

    def settle(self, mark: bytes, told: dict[str, Any]) -> None:
        """Note that the output is the whole result of the inputs that ``mark`` stands for, and what to tell of it."""
        rows = [("settled", mark), ("told", json.dumps(told, sort_keys=True))]
        self._connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)
        self._connection.commit()

    # --- publishing ---

    def made(self, outputs: list[Made]) -> None:
        """Note outputs that were rendered."""
        self._uncommitted += len(outputs)
        if self._uncommitted > MOST_AT_ONCE:
            self._connection.commit()
            self._uncommitted = 0
        self._connection.executemany(
            "INSERT OR REPLACE INTO made VALUES (?, ?, ?, ?)",
            ((one.path, one.digest, int(one.staged), one.stat) for one in outputs),
        )

    def staged(self) -> Iterator[str]:
        """Give the paths of what is staged, in order. No query stays open between two of them."""
        sql = "SELECT path FROM made WHERE staged AND path > ? ORDER BY path LIMIT ?"
        last = ""
        while rows := self._connection.execute(sql, (last, MOST_AT_ONCE)).fetchall():
            yield from (row[0] for row in rows)
            last = rows[-1][0]

    def strange(self) -> list[tuple[str, bytes]]:
        """Give what is staged for paths at which we never wrote anything, with its digest."""
        return self._connection.execute(
            "SELECT path, digest FROM made WHERE staged AND path NOT IN (SELECT path FROM published) "
            "AND path NOT IN (SELECT path FROM intended) ORDER BY path"
        ).fetchall()

    def keep(self, path: str) -> None:
        """Note that the right bytes are at a path already."""
        self._connection.execute("UPDATE made SET staged = 0 WHERE path = ?", (path,))

    def count_staged(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM made WHERE staged").fetchone()[0])

    def intend(self) -> None:
        """Note, before anything is handed out, what the build is going to write."""
        self._connection.execute("INSERT OR IGNORE INTO intended SELECT path FROM made")
        self._connection.commit()

    def record(self, deleted: list[str], meta: dict[str, Any]) -> None:
        """Make the plan what is published; everything made is in its place, and ``deleted`` is gone."""
        execute, many = self._connection.execute, self._connection.executemany
        numbers = [self.files(), self.addresses()]
        come = "SELECT kind FROM plan JOIN made USING (path) WHERE path NOT IN (SELECT path FROM published)"
        for (kind,) in execute(come):
            numbers = [numbers[0] + 1, numbers[1] + (kind not in UNCOUNTED)]
        for path in deleted:
            for (kind,) in execute("SELECT kind FROM published WHERE path = ?", (path,)).fetchall():
                numbers = [numbers[0] - 1, numbers[1] - (kind not in UNCOUNTED)]
        many("DELETE FROM published WHERE path = ?", ((path,) for path in deleted))
        execute(
            "INSERT OR REPLACE INTO published SELECT path, folded, subject, kind, origin, fingerprint, made.digest "
            "FROM plan JOIN made USING (path) ORDER BY path"
        )
        made = execute("SELECT path, stat FROM made ORDER BY path")
        self._statuses.note(
            ((path, status or stat_text(os.lstat(f"{self._output}/{path}"))) for path, status in made), deleted
        )
        for table in ("intended", "altered", "plan", "subjects", "made"):
            execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        rows = {**meta, "complete": 1, "files": numbers[0], "addresses": numbers[1]}
        many("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows.items())
        self._connection.commit()
        self.is_trusted = True

    def published(self) -> Iterator[str]:
        return (row[0] for row in self._connection.execute("SELECT path FROM published ORDER BY path"))


_OUTDATED = """FROM plan LEFT JOIN published USING (path) LEFT JOIN altered USING (path)
    WHERE (published.fingerprint IS NOT plan.fingerprint OR altered.path IS NOT NULL)"""


def _digest_or_none(path: str) -> bytes | None:
    try:
        return None if os.path.islink(path) or not os.path.isfile(path) else digest_of(Path(path))
    except OSError:
        return None


class Lock:
    """Held while a build runs, so that a second one says so and ends. It goes with the process, however that ends."""

    def __init__(self, path: Path, what: str) -> None:
        try:
            self._connection = database.lock(path)
        except database.Locked as error:
            raise Refused(f"another build of {what} is running", "Wait for it to end.") from error

    def release(self) -> None:
        self._connection.close()
