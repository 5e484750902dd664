"""Notice which files changed since they were last read, by what the file system says of them.

For each folder the archive keeps the status and the digest of every file. A file whose status is equal was not touched;
one that was written so shortly before it was seen that the clock could not tell a second change apart is noted without
a status, and is read again. Reading decides: an equal digest is no change.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from newsgen import disk
from newsgen.archive import Archive
from newsgen.disk import CLOCK_RESOLUTION_NS, Listing
from newsgen.errors import Fault
from newsgen.model import digest
from newsgen.urls import is_document

YOUNG = "-"
"""In the place of a status, for a file that must be read again."""

MOST_HELD = 5_000
"""How many changed files are remembered between the survey and their reading."""
FEW = 200
"""How many files of a folder are read at once to see whether they have changed at all."""

Differing = tuple[Listing, dict[str, str | None]]
"""A folder, and those of its files that must be read, each with its digest of last time."""


@dataclass(slots=True)
class Survey:
    """What was found of a site's files: how many documents there are, and how many of them must be read; the folders
    with anything that must be read or is gone, unless that is too much to remember; the faults of the walk; whether
    all documents are as they were; and a digest of templates, static files, settings and registers."""

    documents: int = 0
    changed: int = 0
    folders: list[Differing] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    is_whole: bool = True
    is_same: bool = True
    theme_mark: bytes = b""


class Inventory:
    """What is known of the files of one site. ``verify`` takes no status on trust."""

    def __init__(self, archive: Archive, verify: bool = False) -> None:
        self._archive = archive
        self._verify = verify
        self._seen = time.time_ns()
        self._visited: set[str] = set()
        self._documents = 0  # in the folder that was looked at last
        self._parsed: tuple[str, dict[str, str]] = ("", {})

    def survey(self, root: Path) -> Survey:
        """Look at every file that a build reads."""
        found = Survey()
        marks: list[bytes | str] = []
        refused: list[Fault] = []
        for listing in (*disk.folders(root, "content", refused, deep=False), *disk.theme_folders(root, refused)):
            differing = self.differing(listing)
            if differing is not None:
                self.settle(listing, {name: disk.digest_or_none(listing.real(name)) for name in differing})
            marks += [listing.path, repr(sorted(self.digests(listing.path).items()))]
        found.theme_mark = digest(*marks, *map(repr, refused))  # who reads these files tells the faults
        for folder in ("templates", "static", "theme:templates", "theme:static"):
            self.gone(folder)
        for listing in disk.content_folders(root, found.faults):
            differing = self.differing(listing)
            found.documents += self._documents
            if differing is None or self._is_same(listing, differing):
                continue
            found.changed += sum(map(is_document, differing))
            if found.changed <= MOST_HELD:
                found.folders.append((listing, differing))
        found.is_whole = found.changed <= MOST_HELD
        gone = any(path not in self._visited for (path,) in self._archive.each("SELECT path FROM folders"))
        found.is_same &= not (gone or found.folders or found.changed or found.faults)
        return found

    def _is_same(self, listing: Listing, differing: dict[str, str | None]) -> bool:
        """Whether a few files that look changed are not; then they are noted as they are."""
        if len(differing) > FEW or self.digests(listing.path).keys() != listing.files.keys():
            return False
        read = {name: disk.digest_or_none(listing.real(name)) for name in differing}
        if any(read[name] is None or read[name] != known for name, known in differing.items()):
            return False
        self.settle(listing, differing)
        return True

    def changed(self, root: Path, survey: Survey) -> Iterator[Differing]:
        """Give the folders of documents in which something must be read or is gone."""
        if survey.is_whole:
            yield from survey.folders
            return
        for listing in disk.content_folders(root, []):
            differing = self.differing(listing)
            if differing is not None:
                yield listing, differing

    def differing(self, listing: Listing) -> dict[str, str | None] | None:
        """Give the files of a folder that must be read, each with its digest of last time; None where all is as it
        was."""
        self._visited.add(listing.path)
        row = self._archive.row("SELECT stats, documents FROM folders WHERE path = ?", listing.path)
        if row and not self._verify and row[0] == _joined(listing.files):
            self._documents = row[1]
            return None
        self._documents = sum(map(is_document, listing.files))
        known = parse(row[0]) if row else {}
        digests = self.digests(listing.path) if row else {}
        return {
            name: digests.get(name)
            for name, status in sorted(listing.files.items())
            if self._verify or known.get(name) != status
        }

    def digests(self, folder: str) -> dict[str, str]:
        """Give the digest of each file of a folder, as it was last read."""
        if self._parsed[0] != folder:
            row = self._archive.row("SELECT digests FROM folders WHERE path = ?", folder)
            self._parsed = (folder, parse(row[0]) if row else {})
        return self._parsed[1]

    def settle(self, listing: Listing, read: Mapping[str, str | None]) -> list[str]:
        """Note a folder as it was listed, with the digests of the files that were ``read``, and give the names of those
        that are gone from it."""
        before = self.digests(listing.path)
        digests = {name: (read if name in read else before).get(name) or "" for name in listing.files}
        limit = self._seen - CLOCK_RESOLUTION_NS
        statuses = {
            name: status if int(status.split(" ", 2)[1]) < limit else YOUNG for name, status in listing.files.items()
        }
        self._archive.connection.execute(
            "INSERT OR REPLACE INTO folders VALUES (?, ?, ?, ?)",
            (listing.path, _joined(statuses), _joined(digests), sum(map(is_document, listing.files))),
        )
        self._parsed = ("", {})
        return sorted(before.keys() - digests.keys())

    def distrust(self, paths: set[str]) -> None:
        """Have some files read again, whatever is known of them."""
        for folder in {path.rpartition("/")[0] for path in paths}:
            row = self._archive.row("SELECT stats, digests FROM folders WHERE path = ?", folder)
            statuses, digests = (parse(one) for one in row) if row else ({}, {})
            for name in [one for one in digests if f"{folder}/{one}" in paths]:
                statuses[name], digests[name] = YOUNG, ""
            sql = "UPDATE folders SET stats = ?, digests = ? WHERE path = ?"
            self._archive.connection.execute(sql, (_joined(statuses), _joined(digests), folder))
        self._parsed = ("", {})

    def gone(self, below: str) -> list[str]:
        """Forget the folders below one that are no more, and give the files that were in them."""
        found = []
        for folder, digests in self._archive.rows(
            "SELECT path, digests FROM folders WHERE path = ?1 OR (path > ?1 || '/' AND path < ?1 || '0')", below
        ):
            if folder not in self._visited:
                found += [f"{folder}/{name}" for name in parse(digests)]
                self._archive.connection.execute("DELETE FROM folders WHERE path = ?", (folder,))
        return found


def parse(text: str) -> dict[str, str]:
    """Give what :meth:`Inventory.settle` noted of each file of a folder: its status, or its digest."""
    parts = text.split("/")  # which no file's name holds
    return dict(zip(parts[::2], parts[1::2], strict=False)) if text else {}


def _joined(values: dict[str, str]) -> str:
    """Give what is kept of the files of a folder, in the order in which they were listed."""
    return "/".join([f"{name}/{value}" for name, value in values.items()])
