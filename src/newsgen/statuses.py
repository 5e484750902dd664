"""How the published files were left, and which of them are so no more.

The status of each file is kept in the ledger's table ``folders``, one row for the files of one folder and of the
folders of pages in it: what changes together is kept together.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from newsgen.database import Connection
from newsgen.forks import Beside

LEAST_FOR_TWO = 20_000
"""Published files from which on they are looked at beside this process."""
MOST_HELD = 50_000

Suspect = tuple[str, str | None]
"""A path whose file is not as it was left, and its status now; None for a missing one."""


class Statuses:
    """The statuses of the files in one output folder."""

    def __init__(self, connection: Connection, output: str) -> None:
        self._connection = connection
        self._output = output
        self._looking: Beside | None = None

    def look(self, files: int) -> None:
        """Begin to look at the ``files`` that are published, beside this process where they are many."""
        if files >= LEAST_FOR_TWO:
            rows = self._connection.execute("SELECT path, stats FROM folders ORDER BY path").fetchall()
            self._looking = Beside(_suspects, self._output, rows)

    def suspects(self) -> list[Suspect]:
        """Give the files that are not as they were left."""
        if self._looking is not None:
            found, self._looking = self._looking.result(), None
            return found
        return _suspects(self._output, self._connection.execute("SELECT path, stats FROM folders"))

    def note(self, left: Iterable[tuple[str, str]], deleted: Iterable[str] = ()) -> None:
        """Note paths with the status in which their files were left, and the paths of those that are deleted."""
        new: dict[str, dict[str, str | None]] = {}
        for path in deleted:
            folder, name = _folder(path)
            new.setdefault(folder, {})[name] = None
        for number, (path, status) in enumerate(left):
            folder, name = _folder(path)
            new.setdefault(folder, {})[name] = status
            if number % MOST_HELD == MOST_HELD - 1:
                self._merge(new)
                new = {}
        self._merge(new)

    def _merge(self, new: dict[str, dict[str, str | None]]) -> None:
        execute = self._connection.execute
        for folder, statuses in new.items():
            row = execute("SELECT stats FROM folders WHERE path = ?", (folder,)).fetchone()
            merged: dict[str, str | None] = {**(dict(_pairs(row[0])) if row else {}), **statuses}
            text = "\0".join([f"{name}\0{status}" for name, status in sorted(merged.items()) if status is not None])
            if text:
                execute("INSERT OR REPLACE INTO folders VALUES (?, ?)", (folder, text))
            else:
                execute("DELETE FROM folders WHERE path = ?", (folder,))


def _folder(path: str) -> tuple[str, str]:
    """Cut a path where the folder of its page's folder ends."""
    parts = path.rsplit("/", 2)
    return ("", path) if len(parts) < 3 else (parts[0], f"{parts[1]}/{parts[2]}")


def _pairs(statuses: str) -> Iterator[tuple[str, str]]:
    parts = iter(statuses.split("\0"))  # which no path holds
    return zip(parts, parts, strict=False)


def _suspects(output: str, folders: Iterable[tuple[str, str]]) -> list[Suspect]:
    found: list[Suspect] = []
    lstat = os.lstat
    for folder, statuses in folders:
        prefix = f"{output}/{folder}/" if folder else f"{output}/"
        for name, known in _pairs(statuses):
            try:
                now = lstat(prefix + name)
            except OSError:
                found.append((f"{folder}/{name}" if folder else name, None))
                continue
            status = f"{now.st_size} {now.st_mtime_ns} {now.st_ino} {now.st_ctime_ns}"
            if status != known:
                found.append((f"{folder}/{name}" if folder else name, status))
    return found
