"""The files that are published as they are: static files, assets aside, and content files that documents show."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from newsgen import disk
from newsgen.archive import Archive
from newsgen.disk import Found
from newsgen.document import shorten
from newsgen.errors import Fault
from newsgen.inventory import Inventory
from newsgen.model import canonical
from newsgen.site import Site
from newsgen.theme import ASSETS, Theme
from newsgen.urls import media_address

MEDIA = "/media/"


class Media:
    """See :class:`newsgen.features.Files`."""

    def __init__(self, site: Site, theme: Theme, archive: Archive, inventory: Inventory) -> None:
        self._site = site
        self._archive = archive
        self._inventory = inventory
        marks: dict[str, str] = {}
        for listing in disk.theme_folders(site.root, []):
            marks |= {f"{listing.path}/{name}": one for name, one in inventory.digests(listing.path).items()}
        self._static: dict[str, tuple[Found, str]] = {}
        for path, found in sorted(theme.static_files().items()):
            if not path.startswith(ASSETS):
                mark = marks.get(f"static/{path}") or marks.get(f"theme:static/{path}", "")
                self._static["/" + path] = (Found(f"static/{path}", found.real, found.stat), mark)

    def addresses(self) -> Iterator[str]:
        """Give the address of every file; one that is shown but not there has none."""
        yield from self._static
        sql = """SELECT DISTINCT target FROM links JOIN documents USING (path) WHERE links.kind = 'media' AND shown
            ORDER BY target"""
        for (target,) in self._archive.rows(sql):
            yield media_address(target)

    def find(self, address: str) -> tuple[Found, str] | None:
        """Give the file at an address, with its digest, or None where there is none."""
        if address in self._static:
            return self._static[address]
        if not address.startswith(MEDIA):
            return None
        target = "content/" + address.removeprefix(MEDIA)
        sql = """SELECT 1 FROM links JOIN documents USING (path) WHERE target = ? AND links.kind = 'media' AND shown
            LIMIT 1"""
        return self.content_file(target) if self._archive.row(sql, target) else None

    def content_file(self, target: str) -> tuple[Found, str] | None:
        """Give a file of the content, shown or not, with its digest; None where there is none."""
        found = _regular_file(self._site, target)
        if found is None:
            return None
        folder, _, name = target.rpartition("/")
        return found, self._inventory.digests(folder).get(name) or disk.digest_of(found.real).hex()

    def missing(self, only: set[str] | None = None) -> Iterator[Fault]:
        """Give every link to a file that is not there, or those of some documents and to some files alone."""
        sql = """SELECT target, path, line, col FROM links LEFT JOIN documents USING (path)
            WHERE links.kind = 'media' AND shown IS NOT 0 {} ORDER BY target, path, line, col"""
        if only is None:
            rows = self._archive.rows(sql.format(""))
        else:
            some = canonical(sorted(only))
            of_some = "AND (path IN (SELECT value FROM json_each(?1)) OR target IN (SELECT value FROM json_each(?1)))"
            rows = self._archive.rows(sql.format(of_some), some)
        for target, uses in groupby(rows, key=itemgetter(0)):
            if _regular_file(self._site, target) is None:
                what = f"there is no file {shorten(target, 200)!r}"
                for _, path, line, column in uses:
                    yield Fault(path, line, column, what, "Correct the link, or add the file.")


def _regular_file(site: Site, path: str) -> Found | None:
    spellings = (path, unicodedata.normalize("NFD", path))
    there = next((one for one in spellings if os.path.lexists(site.root / one)), path)
    real = os.path.realpath(site.root / there)
    try:
        status = os.stat(real)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(status.st_mode) or not real.startswith(f"{os.path.realpath(site.content)}{os.sep}"):
        return None
    return Found(path, Path(real), disk.Stat.of(status))
