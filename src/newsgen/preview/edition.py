"""One warm state of a site: finds, renders and marks single pages, and takes in edits of single files."""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from newsgen import album, disk, load, references
from newsgen.archive import Archive, stamp
from newsgen.database import settle_writes
from newsgen.errors import FAULT, Fault, Faulty
from newsgen.features import Planning
from newsgen.filing import Filing
from newsgen.inventory import Inventory
from newsgen.load import Reader
from newsgen.locating import Locator
from newsgen.media import Media
from newsgen.model import Page, canonical, digest
from newsgen.packing import GONE, Entry
from newsgen.planning import template_faults
from newsgen.press import Press, program_digest
from newsgen.preview.edits import Edits
from newsgen.preview.opening import EDITED, Opened, edited, serious
from newsgen.site import SETTINGS_FILE, Site
from newsgen.theme import Assets, Theme
from newsgen.urls import is_document, media_address

MOST_KEPT = 200
"""How many pages are kept as they were last rendered well, to stand below the faults of a template."""
MOST_FAULTS = 100
MOST_HELD = 1_000
"""How many drafts and embargoed articles are marked in lists."""
SECONDS_TO_SETTLE = 0.1
"""An editor may save a file in several steps: what is gone or faulty is looked at once more after this time."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The answer for one address: bytes, or the file that holds them; None where the page has faults and no good
    version is known. ``page`` tells what it is of, ``mark`` which version; ``notes`` say why it is not public."""

    page: Page | None
    status: int
    content: bytes | Path | None
    mark: str
    notes: tuple[str, ...] = ()


class Edition:
    """The state of a site that a preview serves. It belongs to the thread that made it, as its database does."""

    def __init__(self, root: Path, opened: Opened, clock: Callable[[], datetime]) -> None:
        self._root = root
        self._clock = clock
        self.archive = Archive(opened.path)
        folders = [one for one in opened.faults if one.path != SETTINGS_FILE]  # which are read again below
        self._faults = {"folders": folders, "references": opened.references}
        self._held: dict[str, list[Fault]] = {}  # the faults of documents that are shown as they last were
        self._broken: dict[str, list[Fault]] = {}  # those of rendering, by address
        self._good: dict[str, bytes] = {}
        site, faults = load.read_site(root)
        self._faults["settings"] = serious(faults)
        self._is_dressed = False
        self._dress(site)

    def close(self) -> None:
        self.archive.close()

    # --- what changes ---

    def reads_otherwise(self) -> bool:
        """Whether the settings are such that all must be read again."""
        site, faults = load.read_site(self._root)
        return not serious(faults) and load.reading_key(site, program_digest()) != self.archive.meta("key")

    def known_below(self, folder: str) -> list[str]:
        """Name the files of the content that are known to lie below a folder."""
        sql = """SELECT path FROM seals WHERE path > ?1 || '/' AND path < ?1 || '0' UNION SELECT target FROM links
            WHERE kind = 'media' AND target > ?1 || '/' AND target < ?1 || '0'"""
        return [path for (path,) in self.archive.rows(sql, folder)]

    def take(self, edits: Edits) -> list[str]:
        """Take in what has changed, and give the addresses of the files that did."""
        files = self._take_content(edits) if edits.documents or edits.files else []
        site = self.site
        if edits.settings:
            read, faults = load.read_site(self._root)
            self._faults["settings"] = serious(faults)
            site = site if self._faults["settings"] else read
        if edits.theme or edits.settings:
            self._dress(site)
        return [*map(media_address, files), *("/" + one.removeprefix("static/") for one in sorted(edits.static))]

    def _take_content(self, edits: Edits) -> list[str]:
        """Take in documents and their files, and name those of the files that have changed."""
        archive, state, burials = self.archive, self.archive.state, self.archive.burials
        filing = Filing(archive)
        gone, entries = self._read(edits.documents)
        kept = []
        for entry in entries:
            if entry.row is None and archive.row("SELECT 1 FROM documents WHERE path = ?", entry.path):
                self._held[entry.path] = [Fault(entry.path, *one) for one in entry.faults]
            else:
                self._held.pop(entry.path, None)
                kept.append(entry)
        filing.store(kept)
        for path in gone:
            self._held.pop(path, None)
            filing.forget(path)
        files = self._settle_files(edits.files)
        for path in files:
            filing.touch(path)
        known = edited(archive)
        if not known.issuperset(edits.documents):
            archive.set_meta(EDITED, json.dumps(sorted(known | edits.documents.keys())))
        filing.withhold(self._clock(), True, (), early=True)
        album.bring_up_to_date(self.site, archive, self._media, 1)
        changes = archive.changes_since(state)
        filing.forget_buried()
        archive.commit()
        if archive.burials != burials:
            settle_writes(archive.connection)
        self._press.forget_frames()
        self._check(None if changes is None else {one.path for one in changes} | edits.documents.keys())
        return files

    def _read(self, documents: dict[str, Path]) -> tuple[list[str], list[Entry]]:
        """Read documents, and give those that are gone, and what to keep of the others."""
        again = {path: real for path, real in documents.items() if not self._is_file(real)}
        entries = []
        for path, real in documents.items():
            if path not in again:
                entry = self._reader.read(path, real)
                if entry.row is None and path not in self._held:
                    again[path] = real
                else:
                    entries.append(entry)
        if again:
            time.sleep(SECONDS_TO_SETTLE)
        gone = [path for path, real in again.items() if not self._is_file(real)]
        entries += [self._reader.read(path, real) for path, real in again.items() if path not in gone]
        return gone, entries

    def _is_file(self, path: Path) -> bool:
        """Whether there is a regular file at a path, inside the content."""
        boundary = os.path.realpath(self._root / "content")
        try:
            real = os.path.realpath(path)
            return real.startswith(boundary + os.sep) and stat.S_ISREG(os.stat(real).st_mode)
        except (OSError, ValueError):
            return False

    def _settle_files(self, files: Iterable[str]) -> list[str]:
        """Note the files that documents show as they are now, and name those that have changed."""
        changed = []
        for folder in sorted({path.rpartition("/")[0] for path in files}):
            below = folder.removeprefix("content/")
            for found in disk.folders(self._root / "content", below, [], deep=False):
                listing = replace(found, path=folder)
                differing = self._inventory.differing(listing) or {}
                read = {name: disk.digest_or_none(listing.real(name)) for name in differing if not is_document(name)}
                changed += [f"{folder}/{name}" for name in read]
                names = self._inventory.settle(listing, read)
                changed += [f"{folder}/{name}" for name in names if not is_document(name)]
                unread = {f"{folder}/{name}" for name in differing if is_document(name)}
                self._inventory.distrust(unread)
        return changed

    def _check(self, changed: set[str] | None) -> None:
        """Check what changed documents say of others and others of them; of all, where too many have changed."""
        archive = self.archive
        if changed is None:
            found = [*references.check(archive, False), *self._media.missing()]
        else:
            known = {one.path for one in self._faults["references"]}
            linking = "SELECT path FROM links WHERE target IN (SELECT value FROM json_each(?))"
            some = changed | known | {path for (path,) in archive.rows(linking, canonical(sorted(changed)))}
            found = [*references.check(archive, False, some), *self._media.missing(some)]
        self._faults["references"] = serious(found)

    def _dress(self, site: Site) -> None:
        """Take the theme as it is now, unless it has faults and another one is at hand."""
        theme = Theme(self._root)
        inventory = Inventory(self.archive)
        for listing in disk.theme_folders(self._root, []):
            differing = inventory.differing(listing)
            if differing is not None:
                inventory.settle(listing, {name: disk.digest_or_none(listing.real(name)) for name in differing})
        self.archive.commit()
        assets = Assets(theme.static_files())
        press = Press(site, theme, assets, self.archive)
        self._faults["theme"] = serious(template_faults(press))
        self._broken.clear()
        if self._faults["theme"] and self._is_dressed:
            return
        self.site, self._press, self._inventory = site, press, inventory
        self._media = Media(site, theme, self.archive, inventory)
        self._locator = Locator(Planning(site, self.archive, assets, self._media))
        self._reader = Reader(site, self.archive)
        self._is_dressed = not self._faults["theme"]

    # --- what is shown ---

    def find(self, address: str) -> Page | None:
        """Give the page at an address, or None where there is none."""
        return self._locator.find(address)

    def mark(self, address: str) -> str:
        """Give what tells the version of the page at an address from others: by its fingerprint, so that it is another
        one only if the page would be."""
        page = self.find(address)
        prefix, page = ("", page) if page else ("missing-", self.find("/404.html"))
        return prefix + (self._mark(page) if page else "")

    def _mark(self, page: Page) -> str:
        try:
            fingerprint = self._press.fingerprint(page)
        except Faulty:
            fingerprint = b""
        notes = self._notes(page) if page.feature == "articles" else [f"{one}" for one in self.held()]
        return digest(fingerprint, *notes).hex()

    def show(self, address: str) -> Shown:
        """Render the page at an address, or that for what is not found. Of one that has faults, give the last version
        that had none."""
        page = self.find(address)
        status = 200 if page else 404
        page = page or self.find("/404.html")
        if page is None:
            return Shown(None, 404, None, "missing-")
        mark, notes = self.mark(address), self._notes(page)
        try:
            content = self._press.render(page).content
        except Faulty as error:
            self._broken[page.address] = list(error.faults)
            return Shown(page, status, self._good.get(page.address), mark, notes)
        self._broken.pop(page.address, None)
        if page.template is not None and isinstance(content, bytes):
            self._good.pop(page.address, None)
            self._good[page.address] = content
            while len(self._good) > MOST_KEPT:
                del self._good[next(iter(self._good))]
        return Shown(page, status, content, mark, notes)

    def is_broken(self, address: str) -> bool:
        """Whether the page at an address could not be rendered when that was last tried."""
        page = self.find(address)
        return (page.address if page else "/404.html") in self._broken

    def faults(self, address: str) -> list[Fault]:
        """Give everything that would stop a build, as far as it is known: of the site, and of the page at an address.
        Not more than :data:`MOST_FAULTS` of the files are told."""
        sql = """SELECT path, line, col, what, remedy, severity FROM faults WHERE severity = ?
            ORDER BY path, line, col LIMIT ?"""
        found = {Fault(*row) for row in self.archive.rows(sql, FAULT, MOST_FAULTS)}
        for some in (*self._faults.values(), *self._held.values()):
            found |= set(some)
        page = self.find(address)
        return sorted({*serious([*found]), *self._broken.get(page.address if page else "/404.html", ())})

    def _notes(self, page: Page) -> tuple[str, ...]:
        """Say why an article is not public, or not in whole."""
        if page.feature != "articles":
            return ()
        sql = "SELECT draft, embargo, kind, withheld FROM documents WHERE path = ?"
        draft, embargo, kind, withheld = self.archive.row(sql, page.origin) or (0, None, "", None)
        notes = []
        if draft:
            notes.append("Draft: it is not published before draft: is removed.")
        if embargo and embargo > stamp(self._clock()):
            notes.append(f"Embargo: it is withheld until {embargo}.")
        if kind == GONE and withheld != "withdrawn":
            notes.append(f"Withheld ({withheld}): only this note of it is published.")
        return tuple(notes)

    def held(self) -> list[tuple[str, str]]:
        """Give the addresses of the articles that are shown here alone, each with a word for why."""
        sql = """SELECT address, draft FROM documents WHERE held AND shown AND kind != ? AND (draft OR embargo > ?)
            ORDER BY path LIMIT ?"""
        rows = self.archive.rows(sql, GONE, stamp(self._clock()), MOST_HELD)
        return [(address, "draft" if draft else "embargo") for address, draft in rows]
