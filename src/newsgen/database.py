"""SQLite files of our own: opened only when they are ours and whole, else made anew.

A file that was closed in order, and that nobody has touched since, is trusted; its status is noted beside it. Any other
is examined: one whose tables are not exactly ours (a trigger, a view, another version) or that SQLite finds damaged is
set aside, and one that somebody else may have written is for its owner to verify.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing, suppress
from enum import Enum
from pathlib import Path

from newsgen.disk import stat_text

DatabaseError = sqlite3.DatabaseError
Connection = sqlite3.Connection


LEAST_TO_COMPACT = 2_000
"""Free pages from which on it is worthwhile to make a database smaller."""


class Condition(Enum):
    """What was found where a database should be."""

    NEW = "made anew"
    TOUCHED = "whole, but not as we left it"
    KEPT = "as we left it"


def open_database(path: Path, schema: str, synchronous: str, heirloom: str = "") -> tuple[Connection, Condition]:
    """Open the database at ``path`` to write, making it anew where it is not one of ours.

    Of a whole one that is of another version, the table ``heirloom`` is kept if it is the same in both.
    """
    kept = is_untouched(path)
    if kept:
        with suppress(OSError):
            os.unlink(_note(path))  # while it is open it is not as it was closed
    connection: Connection | None = None
    try:
        if path.exists():
            connection = sqlite3.connect(path)
            _prepare(connection, synchronous)
            if kept or connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",):
                if _is_ours(connection, schema):
                    return connection, Condition.KEPT if kept else Condition.TOUCHED
                if heirloom and _clear(connection, schema, heirloom):
                    return connection, Condition.NEW
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            raise
    except UnicodeDecodeError:  # what SQLite says of a damaged one names its damaged text
        pass
    if connection is not None:
        connection.close()
    discard(path)
    connection = sqlite3.connect(path)
    _prepare(connection, synchronous)
    connection.executescript(schema)
    connection.commit()
    return connection, Condition.NEW


def read_database(path: Path) -> Connection:
    """Open a database to read alone; nothing is examined."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cache_size = -32768")
    return connection


def copy_database(source: Path, target: Path, *, is_own: bool = False) -> bool:
    """Put a copy of the database ``source`` in the place of ``target``; whether there is one to copy. One that is open
    in this process (``is_own``) is trusted as it is.

    One that was closed in order is copied as a file, and not opened, so that it stays as it was closed. One that
    another process writes is copied as that last committed it.
    """
    discard(target)
    if not source.is_file():
        return False
    if is_untouched(source):
        status = _status(source)
        shutil.copyfile(source, target)
        if is_untouched(source) and status == _status(source):
            _note(target).write_text(json.dumps(_status(target)), encoding="utf-8")
            return True
        discard(target)
    try:
        with closing(read_database(source)) as opened, closing(sqlite3.connect(target)) as made:
            opened.backup(made)
            made.execute("PRAGMA journal_mode = WAL")
    except sqlite3.DatabaseError:
        discard(target)
        return False
    if is_own:
        _note(target).write_text(json.dumps(_status(target)), encoding="utf-8")
    return True


def move_database(source: Path, target: Path) -> None:
    """Put the database ``source``, which is closed, in the place of ``target``."""
    kept = is_untouched(source)
    discard(target)
    os.replace(source, target)
    discard(source)
    if kept:
        _note(target).write_text(json.dumps(_status(target)), encoding="utf-8")


BURIALS, COMPACTED = "burials", "compacted"
"""Marks in the table ``meta``: how often something was taken back for good, and at which of these times the file was
last made anew. SQLite overwrites what is deleted (``secure_delete``), but not every copy that it made to move a row."""


def close_database(connection: Connection, path: Path) -> None:
    """Close a database, and note how it was left. One that is mostly empty, or in which something was taken back for
    good, is made anew first."""
    sql = "SELECT key, value FROM meta WHERE key IN (?, ?)"
    try:
        marks = dict(connection.execute(sql, (BURIALS, COMPACTED)).fetchall())
    except sqlite3.DatabaseError:  # a damaged one is not as it was closed, and is examined when it is opened
        marks = {}
    burials = marks.get(BURIALS) or 0
    (pages,), (free,) = (connection.execute(f"PRAGMA {what}").fetchone() for what in ("page_count", "freelist_count"))
    is_disturbed = burials != (marks.get(COMPACTED) or 0)
    if (is_disturbed or (free > LEAST_TO_COMPACT and free > pages // 2)) and not connection.in_transaction:
        connection.execute("VACUUM")
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (COMPACTED, burials))
        connection.commit()
    connection.close()
    if path.with_name(path.name + "-wal").exists():
        return  # another process reads it still, so what was written may yet be moved
    with suppress(OSError):
        _note(path).write_text(json.dumps(_status(path)), encoding="utf-8")


def settle_writes(connection: Connection) -> None:
    """Write what was committed into the database itself, and empty the log of it, in which what was taken back for good
    may stand still. Where another process reads it, as much as that allows."""
    with suppress(sqlite3.DatabaseError):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def is_untouched(path: Path) -> bool:
    """Whether a database is as it was closed, by us and in order."""
    try:
        return not path.with_name(path.name + "-wal").exists() and bool(
            json.loads(_note(path).read_bytes()) == _status(path)
        )
    except (OSError, ValueError):
        return False


def discard(path: Path) -> None:
    """Remove a database file and what is kept beside it."""
    for suffix in ("", "-journal", "-wal", "-shm", _NOTE):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def distrust(folder: Path) -> None:
    """Have every database in a folder examined when it is opened next, because one was found damaged in use."""
    for note in folder.glob(f"*{_NOTE}"):
        note.unlink()


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether an error is one of what a database holds, rather than of the disk that it is on or of who else uses it:
    text that is no UTF-8 passes SQLite's own check, and is an error of another kind."""
    return not isinstance(error, sqlite3.OperationalError) or "decode to UTF-8" in str(error)


def discard_damaged(folder: Path) -> None:
    """Remove every database in a folder that can't be read to its end."""
    for path in sorted(folder.glob("*.sqlite")):
        try:
            with closing(sqlite3.connect(path)) as connection:
                whole = connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
                for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                    quoted = name.replace('"', '""')
                    for _ in connection.execute(f'SELECT * FROM "{quoted}"'):  # noqa: S608 - which decodes all text
                        pass
        except UnicodeDecodeError:
            whole = False
        except sqlite3.DatabaseError as error:
            whole = not is_damage(error)
        if not whole:
            discard(path)


_NOTE = "-closed"


def _note(path: Path) -> Path:
    return path.with_name(path.name + _NOTE)


def _status(path: Path) -> str:
    return stat_text(os.lstat(path))


def _prepare(connection: Connection, synchronous: str) -> None:
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("PRAGMA cache_size = -65536")
    connection.execute("PRAGMA temp_store = FILE")
    connection.execute("PRAGMA secure_delete = ON")  # what is withdrawn leaves no trace


def _is_ours(connection: Connection, schema: str) -> bool:
    """Whether a database has exactly our tables."""
    return _tables(connection) == _wanted(schema)


def _clear(connection: Connection, schema: str, heirloom: str) -> bool:
    """Make a database one of ours with nothing in it but the table ``heirloom``, if it has that as we have it."""
    kept = ("table", heirloom, next(sql for _, name, sql in _wanted(schema) if name == heirloom))
    found = _tables(connection)
    if kept not in found:
        return False
    for kind, name, _ in sorted(
        found, key=lambda one: one[0] == "table"
    ):  # indexes and triggers go before their tables
        if name != heirloom:
            quoted = name.replace('"', '""')
            connection.execute(f'DROP {kind} IF EXISTS "{quoted}"')
    rest = [one for one in schema.split(";") if one.strip() and one.strip() != kept[2]]
    connection.executescript(";".join(rest))
    connection.commit()
    return _is_ours(connection, schema)


def _wanted(schema: str) -> list[tuple[str, str, str]]:
    blank = sqlite3.connect(":memory:")
    blank.executescript(schema)
    tables = _tables(blank)
    blank.close()
    return tables


def _tables(connection: Connection) -> list[tuple[str, str, str]]:
    sql = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
    return connection.execute(sql).fetchall()


class Locked(Exception):
    """Another process holds the lock."""


def lock(path: Path) -> Connection:
    """Give a connection that keeps others from locking ``path`` until it is closed. Raises Locked."""
    for last in (False, True):
        connection = sqlite3.connect(path, timeout=0, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            connection.close()
            if "locked" in str(error):
                raise Locked from error
            if last or isinstance(error, sqlite3.OperationalError):
                raise
            discard(path)
        else:
            return connection
    raise AssertionError(path)
