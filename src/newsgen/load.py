"""Bring the archive up to date with the content files: read what changed, convert each body once a version."""

from __future__ import annotations

import os
import stat
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from newsgen import disk
from newsgen.archive import Archive
from newsgen.disk import Found
from newsgen.document import shorten
from newsgen.errors import FAULT, Fault
from newsgen.executors import executor_for
from newsgen.frontmatter import Header, decode, read_header, read_page_header, read_register, split
from newsgen.markup import DOCUMENT_SUFFIXES, Body, Converter, internal_target
from newsgen.model import AXES, Link, digest
from newsgen.site import SETTINGS_FILE, Site, load_site
from newsgen.theme import ASSETS, Theme
from newsgen.urls import media_address

REGISTERS = {
    **{f"content/{axis}.yaml": axis for axis in AXES},
    "content/places.yaml": "places",
}
_KINDS = {"articles": "article", "pages": "page"}
LEAST_FOR_PROCESSES = 300


@dataclass(frozen=True, slots=True)
class Loaded:
    """What reading one content file gave; ``header`` and ``body`` are None where it can't be published."""

    found: Found
    kind: str
    content: bytes
    seen: int
    unchanged: bool
    header: Header | None
    body: Body | None
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """What a load did: content files found, files read, bodies converted."""

    documents: int
    read: int
    converted: int


def read_site(root: Path) -> tuple[Site, list[Fault]]:
    """Read the settings of the site in ``root``, and everything wrong with them."""
    data, faults = disk.read_inside(root / "content", "site.yaml", SETTINGS_FILE)
    if data is None or faults:
        site, missing = load_site(root, None)
        return site, faults or missing
    text, faults = decode(SETTINGS_FILE, data)
    if faults:
        return load_site(root, "title: Untitled\nbase_url: https://example.org/")[0], faults
    return load_site(root, text)


def reading_key(site: Site, program: bytes) -> bytes:
    """Give a digest of all but the files that reading them depends on: another one, and all must be read again."""
    return digest(
        program, site.digest_of(("timezone", "language", "id_authority", "authors", "trusted_html", "markdown.engine"))
    )


def load(
    site: Site, archive: Archive, jobs: int | None, progress: Callable[[str, int, int], None]
) -> tuple[Counts, list[Fault]]:
    """Bring ``archive`` up to date with the site's content, and give what was done and the faults of the walk.

    The faults of single files are kept in the archive, so that they are told as long as the files stay as they are.
    """
    faults: list[Fault] = []
    present = _content_files(site, faults)
    archive.forget_all_but([*present, *REGISTERS])
    _load_registers(site, archive, faults)
    changed = [
        (found, archive.known(path)) for path, found in sorted(present.items()) if not archive.is_unchanged(found)
    ]
    work = [(found, known[2] if known else None) for found, known in changed]
    converted = 0
    done = 0
    executor = executor_for(len(work), jobs, LEAST_FOR_PROCESSES)
    for batch in executor.run(_read_batch, _Reader, (site,), work):
        for one in batch:
            done += 1
            archive.remember(one.found, one.seen, one.content)
            if not one.unchanged:
                converted += one.body is not None
                archive.store(one.found.path, one.kind, one.header, one.body, one.faults)
        progress("reading", done, len(work))
    archive.commit()
    return Counts(len(present), len(work), converted), faults


class _Reader:
    """What a process needs to read content files."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.converter = Converter(site.trusted_html, site.markdown.engine)


def _read_batch(reader: _Reader, batch: list[tuple[Found, bytes | None]]) -> list[Loaded]:
    return [_read_one(reader, found, known) for found, known in batch]


def _read_one(reader: _Reader, found: Found, known: bytes | None) -> Loaded:
    seen = time.time_ns()
    kind = _KINDS[found.path.split("/")[1]]
    data, faults = disk.read(found.real, found.path)
    content = disk.digest_bytes(data)

    def loaded(header: Header | None, body: Body | None, unchanged: bool = False) -> Loaded:
        return Loaded(found, kind, content, seen, unchanged, header, body, tuple(faults))

    if faults:
        return loaded(None, None)
    if content == known:
        return loaded(None, None, unchanged=True)
    text, wrong = decode(found.path, data)
    faults += wrong
    if wrong:
        return loaded(None, None)
    parts, wrong = split(found.path, text)
    faults += wrong
    if parts is None:
        return loaded(None, None)
    read = read_header if kind == "article" else read_page_header
    header, wrong = read(found.path, parts.header, parts.header_line, reader.site)
    faults += wrong
    body = reader.converter.convert(found.path, parts.body, parts.body_line)
    faults += body.faults
    if header is not None:
        body = replace(body, links=(*body.links, *_image_links(header, faults)))
    return loaded(None if any(one.severity == FAULT for one in faults) else header, body)


def _image_links(header: Header, faults: list[Fault]) -> Iterator[Link]:
    """Give the links that the images of a header are, and note in each image where it leads."""
    for image in header.meta["images"]:
        line, column = header.image_lines[image["src"]]
        image["target"] = None
        if image["src"].lower().startswith(("https://", "http://")):
            continue
        try:
            kind, target = internal_target(header.card.path, image["src"])
        except ValueError as error:
            what = f"the image {shorten(image['src'])!r} {error}"
            faults.append(Fault(header.card.path, line, column, what, "Correct its src."))
            continue
        image["target"] = [kind, target]
        yield Link(kind, target, "", line, column)


def _content_files(site: Site, faults: list[Fault]) -> dict[str, Found]:
    """Every article and page by its path. Two files whose names are equal in NFC are a fault."""
    present: dict[str, Found] = {}
    walked: list[Fault] = []
    for folder in _KINDS:
        for found in disk.walk(site.content, folder, walked):
            if not found.path.lower().endswith(DOCUMENT_SUFFIXES):
                continue
            path = f"content/{found.path}"
            if path in present:
                what = "two files have this name, spelt in different Unicode forms"
                faults.append(Fault(path, 1, 1, what, "Rename one of them."))
            present[path] = Found(path, found.real, found.stat)
    faults += [replace(one, path=f"content/{one.path}") for one in walked]
    return present


def _load_registers(site: Site, archive: Archive, faults: list[Fault]) -> None:
    for path, kind in REGISTERS.items():
        real = site.root / path
        if not os.path.lexists(real):
            if archive.known(path):
                archive.forget_file(path)
                archive.register(kind, {})
            continue
        data, wrong = disk.read_inside(site.content, path.removeprefix("content/"), path)
        content = disk.digest_bytes(data or b"")
        known = archive.known(path)
        if not wrong and known and known[2] == content:
            continue
        entries: dict[str, dict[str, Any]] = {}
        if not wrong:
            text, wrong = decode(path, data or b"")
        if not wrong:
            entries, wrong = read_register(path, text, kind)
        archive.store(path, "register", None, None, wrong)
        archive.remember(Found(path, real, disk.Stat(len(data or b""), 0, 0, 0)), 0, content)
        archive.register(kind, entries)


def published_files(site: Site, theme: Theme, archive: Archive, faults: list[Fault]) -> dict[str, tuple[Found, bytes]]:
    """Give every file that is published as it is, by address, with its digest: the static files, theme assets aside,
    and the content files that shown documents show."""
    files: dict[str, tuple[Found, bytes]] = {}
    for path, found in sorted(theme.static_files().items()):
        if not path.startswith(ASSETS):
            files["/" + path] = _digested(Found(f"static/{path}", found.real, found.stat), archive)
    for found in _media_files(site, archive, faults):
        files[media_address(found.path)] = _digested(found, archive)
    archive.commit()
    return files


def theme_digest(theme: Theme, archive: Archive) -> bytes:
    """Give a digest of every template and static file."""
    return digest(*(part for one in theme.files() for part in (one.path, _digested(one, archive)[1])))


def _media_files(site: Site, archive: Archive, faults: list[Fault]) -> Iterator[Found]:
    """Give each content file that is shown, and note every link to one that does not exist."""
    sql = """SELECT target, path, line, col, shown FROM links LEFT JOIN documents USING (path)
        WHERE links.kind = 'media' AND shown IS NOT 0 ORDER BY target, path, line, col"""
    for target, rows in groupby(archive.rows(sql), key=itemgetter(0)):
        found = _regular_file(site, target)
        uses = list(rows)
        if found is None:
            what = f"there is no file {shorten(target, 200)!r}"
            faults += [Fault(use[1], use[2], use[3], what, "Correct the link, or add the file.") for use in uses]
        elif any(use[4] for use in uses):
            yield found


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


def _digested(found: Found, archive: Archive) -> tuple[Found, bytes]:
    known = archive.is_unchanged(found)
    if known is not None:
        return found, known
    seen = time.time_ns()
    content = disk.digest_of(found.real)
    archive.remember(found, seen, content, "file")
    return found, content
