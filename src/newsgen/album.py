"""What is known of the pictures that documents show: each measured once a version of its file, and kept in the archive.

Pillow is imported only where there is something to measure or to forget.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple
from importlib.metadata import version
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from newsgen.archive import Archive
from newsgen.document import shorten
from newsgen.errors import Fault, Refused
from newsgen.executors import executor_for
from newsgen.filing import UNSWEPT
from newsgen.media import Media
from newsgen.model import canonical
from newsgen.pictures import Picture, renditions
from newsgen.site import Site

if TYPE_CHECKING:
    from newsgen.darkroom import Measured

LEAST_FOR_PROCESSES = 100
FORM = 2
"""Raised by hand when what is measured comes to mean something else."""


def bring_up_to_date(site: Site, archive: Archive, media: Media, jobs: int | None) -> None:
    """Measure the pictures whose files have changed since they were, and forget what was made of those that are gone.

    Raises Refused where pictures are wanted in a format that the installed Pillow can't make.
    """
    reader = f"{FORM} {version('pillow')}"
    work: list[tuple[str, str, str]] = []
    for path, digest, read_by in archive.rows("SELECT path, digest, reader FROM pictures WHERE NOT fresh"):
        found = media.content_file(path)
        if found is None:
            _note(archive, path, "", "", (0, 0, False, False, "", 0))
        elif (digest, read_by) == (found[1], reader):
            archive.connection.execute("UPDATE pictures SET fresh = 1 WHERE path = ?", (path,))
        else:
            work.append((path, str(found[0].real), found[1]))
            archive.set_meta(UNSWEPT, 1)  # what was made of the version before
    executor = executor_for(len(work), jobs, LEAST_FOR_PROCESSES)
    for batch in executor.run(_measure_batch, _nothing, (), work):
        for path, digest, measured in batch:
            _note(archive, path, digest, reader, astuple(measured))
    _sweep(site, archive, reader)


def _nothing() -> None:
    """What a process needs to measure pictures."""


def _measure_batch(state: None, batch: list[tuple[str, str, str]]) -> list[tuple[str, str, Measured]]:
    from newsgen.darkroom import measure  # here, because only pictures need it

    return [(path, digest, measure(Path(real), path)) for path, real, digest in batch]


def _note(
    archive: Archive, path: str, digest: str, reader: str, measured: tuple[int, int, bool, bool, str, int]
) -> None:
    sql = """UPDATE pictures SET digest = ?, reader = ?, width = ?, height = ?, scales = ?, located = ?, wrong = ?,
        size = ?, fresh = 1 WHERE path = ?"""
    archive.connection.execute(sql, (digest, reader, *measured, path))


def _sweep(site: Site, archive: Archive, reader: str) -> None:
    """Forget the pictures that were made from files that nothing shows any more, from other versions of files, or by
    other settings. What is left of a withdrawn article here would be left of it for good."""
    settings = canonical([reader, *(list(one) if isinstance(one, tuple) else one for one in astuple(site.images))])
    if not archive.meta(UNSWEPT) and archive.meta("swept") == settings:
        return
    known = archive.row("SELECT 1 FROM pictures LIMIT 1") is not None
    folder = made_in(site.state)
    if known or folder.exists():
        from newsgen import darkroom

        for name in site.images.formats if known else ():
            if not darkroom.can_make(name):
                what = f"the Pillow that is installed can't make pictures in {name}"
                raise Refused(what, "Install one from PyPI, or name other formats in images: in content/site.yaml.")
        room = darkroom.Darkroom(folder)
        wanted: dict[str, set[str]] = {}
        for picture in pictures(archive):
            names = {room.name(one, site.images.quality) for one in renditions(picture, site.images)}
            wanted.setdefault(picture.digest, set()).update(names)
        darkroom.sweep(folder, wanted)
    archive.set_meta("swept", settings)
    archive.set_meta(UNSWEPT, 0)


def made_in(state: Path) -> Path:
    """Give the folder of the state folder in which the pictures are kept that were made."""
    return state / "images"


def pictures(archive: Archive) -> Iterator[Picture]:
    """Give every picture that any document shows, and that can be shown."""
    sql = "SELECT path, width, height, digest, scales, size FROM pictures WHERE wrong = '' AND width > 0 ORDER BY path"
    return (Picture.unpack(row) for row in archive.rows(sql))


def picture(archive: Archive, path: str) -> Picture | None:
    """Give one picture, or None for a file that is none or can't be shown."""
    sql = "SELECT path, width, height, digest, scales, size FROM pictures WHERE path = ? AND wrong = '' AND width > 0"
    row = archive.row(sql, path)
    return Picture.unpack(row) if row else None


def unreadable(archive: Archive, only: set[str] | None = None) -> Iterator[Fault]:
    """Give a fault for each place that shows a picture which can't be read: of all documents and pictures, or of some
    alone."""
    sql = """SELECT target, wrong, links.path, line, col FROM pictures CROSS JOIN links ON target = pictures.path
        LEFT JOIN documents ON documents.path = links.path WHERE wrong != '' AND links.kind = 'media'
        AND shown IS NOT 0 {} ORDER BY target, links.path, line, col"""
    if only is None:
        rows = archive.rows(sql.format(""))
    else:
        some = "IN (SELECT value FROM json_each(?1))"
        rows = archive.rows(sql.format(f"AND (links.path {some} OR target {some})"), canonical(sorted(only)))
    for (target, wrong), uses in groupby(rows, key=itemgetter(0, 1)):
        for _, _, path, line, column in uses:
            yield Fault(path, line, column, f"the image {shorten(target, 200)!r} {wrong}", "Replace the file.")
