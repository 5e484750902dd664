"""Bring the archive up to date with the content files: read what changed, convert each body once a version."""

from __future__ import annotations

import json
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from newsgen import citing, disk
from newsgen.archive import Archive, stamp
from newsgen.disk import KINDS, Listing, digest_or_none
from newsgen.document import shorten
from newsgen.errors import FAULT, Fault
from newsgen.executors import executor_for
from newsgen.figures import address_of_picture
from newsgen.filing import Filing, registers_of
from newsgen.frontmatter import Header, decode, read_header, read_page_header, split
from newsgen.inventory import Differing, Inventory, Survey
from newsgen.marks import KIND as MARK
from newsgen.markup import MOST_IMAGES, Converter, internal_target
from newsgen.model import AXES, Link, Moment, canonical, digest
from newsgen.packing import Entry, bury, pack, seal
from newsgen.registers import Registers, read_register
from newsgen.site import SETTINGS_FILE, Site, load_site
from newsgen.urls import fold, is_document

REGISTERS = {f"{axis}.yaml": axis for axis in AXES}
LEAST_FOR_PROCESSES = 300
MOST_TOLD = 10
_NO_BODY = (b"", "", b"")


@dataclass(frozen=True, slots=True)
class Work:
    """One content file to read; with the digest of last time, and the key and the rest of its converted body."""

    path: str
    real: str
    known: str | None
    body_key: bytes | None
    body_rest: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """What reading one content file gave: its digest, and, where that is another one, what to keep of it."""

    path: str
    content: str
    converted: bool
    entry: Entry | None
    seconds: float


@dataclass(slots=True)
class Counts:
    """What a load did: content files found, files read, bodies converted, and the files whose reading took longest,
    with seconds."""

    documents: int = 0
    read: int = 0
    converted: int = 0
    slowest: list[tuple[float, str]] = field(default_factory=list)


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
    """Give a digest of all but the files that reading depends on: another one, and all must be read again. Converted
    bodies have keys of their own, and stay valid where only heads are read in another way."""
    settings = "timezone language languages id_authority authors trusted_html markdown.engine images.alt".split()
    return digest(program, site.digest_of(tuple(settings)))


def load(
    site: Site,
    archive: Archive,
    filing: Filing,
    inventory: Inventory,
    survey: Survey,
    jobs: int | None,
    progress: Callable[[str, int, int], None],
) -> tuple[Counts, list[Fault]]:
    """Bring ``archive`` up to date with the site's content, and give what was done and the faults of the walk.

    The faults of single files are kept in the archive, so that they are told as long as the files stay as they are.
    """
    faults = [*survey.faults]
    counts = Counts(survey.documents)
    _load_registers(site, archive, filing, faults)
    changed = inventory.changed(site.root, survey)
    _read_changed(site, archive, filing, inventory, changed, survey.changed, jobs, counts, progress)
    for kind in KINDS:
        for path in inventory.gone(f"content/{kind}"):
            _forget(path, filing)
    return counts, faults


def faults_of(site: Site, changed: Iterator[Differing]) -> Iterator[Fault]:
    """Give the faults of changed documents, and keep nothing of them."""
    reader = _Reader(site, Registers({}, {}))
    for listing, differing in changed:
        for name in filter(is_document, differing):
            path = f"{listing.path}/{name}"
            entry = _read_one(reader, Work(path, listing.real(name), None, None, "")).entry
            yield from (Fault(path, *one) for one in (entry.faults if entry else ()))


class Reader:
    """Reads single documents again, one after the other, without a look at the others."""

    def __init__(self, site: Site, archive: Archive) -> None:
        self._archive = archive
        self._reader = _Reader(site, registers_of(archive))

    def read(self, path: str, real: Path) -> Entry:
        """Read the document at ``path``, which is ``real`` on this disk, and give what to keep of it."""
        entry = _read_one(self._reader, Work(path, str(real), None, *_body_of(self._archive, path))).entry
        assert entry is not None  # noqa: S101 - for no digest of last time was given
        return entry


def _body_of(archive: Archive, path: str) -> tuple[bytes | None, str]:
    """Give the key and the rest of what is kept of the converted body of a document, where it is as it was stored."""
    key, rest, mark = archive.row("SELECT key, rest, digest FROM bodies WHERE path = ?", path) or _NO_BODY
    return (key, rest) if mark == digest(key, rest) else (None, "")


def _forget(path: str, filing: Filing) -> None:
    if is_document(path):
        filing.forget(path)
    else:
        filing.touch(path)


def _read_changed(
    site: Site,
    archive: Archive,
    filing: Filing,
    inventory: Inventory,
    changed: Iterator[Differing],
    total: int,
    jobs: int | None,
    counts: Counts,
    progress: Callable[[str, int, int], None],
) -> None:
    """Read the changed files folder by folder, and settle each folder when the last of it is read."""
    waiting: deque[_Folder] = deque()

    def settle(folder: _Folder) -> None:
        for name in inventory.settle(folder.listing, folder.read):
            _forget(f"{folder.listing.path}/{name}", filing)

    def work() -> Iterator[Work]:
        for listing, differing in changed:
            folder = _Folder(listing, {}, sum(map(is_document, differing)))
            for name, known in differing.items():
                if not is_document(name):
                    folder.read[name] = digest_or_none(listing.real(name)) or ""
                    if folder.read[name] != known:
                        filing.touch(f"{listing.path}/{name}")
            if not folder.left:
                settle(folder)
                continue
            waiting.append(folder)
            for name in filter(is_document, differing):
                path = f"{listing.path}/{name}"
                yield Work(path, listing.real(name), differing[name], *_body_of(archive, path))

    executor = executor_for(total, jobs, LEAST_FOR_PROCESSES)
    for batch in executor.run(_read_batch, _Reader, (site, registers_of(archive)), work()):
        filing.store(one.entry for one in batch if one.entry is not None)
        for one in batch:
            counts.read += 1
            counts.converted += one.converted
            counts.slowest.append((one.seconds, one.path))
            folder = waiting[0]
            folder.read[one.path.rpartition("/")[2]] = one.content
            folder.left -= 1
            if not folder.left:
                settle(waiting.popleft())
        counts.slowest = sorted(counts.slowest)[-MOST_TOLD:]
        archive.commit()
        progress("reading", counts.read, total)


@dataclass(slots=True)
class _Folder:
    """A folder of which documents are being read: the digests so far, and how many are to come."""

    listing: Listing
    read: dict[str, str]
    left: int


class _Reader:
    """What a process needs to read content files."""

    def __init__(self, site: Site, registers: Registers) -> None:
        self.site = site
        self.registers = registers
        self.converter = Converter(site.trusted_html, site.markdown.engine, site.images.alt)
        self.key = self.converter.key


def _read_batch(reader: _Reader, batch: list[Work]) -> list[Loaded]:
    return [_read_one(reader, one) for one in batch]


def _read_one(reader: _Reader, work: Work) -> Loaded:
    started = time.perf_counter()
    kind = KINDS[work.path.split("/")[1]]
    data, faults = disk.read(Path(work.real), work.path)
    content = disk.digest_bytes(data).hex() if not faults else ""

    def loaded(header: Header | None = None, body: _Kept | None = None) -> Loaded:
        entry = _entry(work.path, kind, header, body, faults, reader.registers)
        return Loaded(work.path, content, body is not None and body.is_new, entry, time.perf_counter() - started)

    if faults:
        return loaded()
    if content == work.known:
        return Loaded(work.path, content, False, None, time.perf_counter() - started)
    text, wrong = decode(work.path, data)
    faults += wrong
    if wrong:
        return loaded()
    parts, wrong = split(work.path, text)
    faults += wrong
    if parts is None:
        return loaded()
    read = read_header if kind == "article" else read_page_header
    header, wrong = read(work.path, parts.header, parts.header_line, reader.site)
    faults += wrong
    body = _converted(reader, work, parts.body)
    before = parts.body_line - 1
    faults += [Fault(work.path, line + before, *one) for line, *one in body.faults]
    links = [(*one[:3], one[3] + before, one[4]) for one in body.links if one[0] != MARK]
    if header is not None:
        marks = [(one[1], one[3] + before, one[4]) for one in body.links if one[0] == MARK]
        faults += citing.check(work.path, marks, header.meta.get("sources")) if marks else ()
        links += [("translation", *one) for one in header.originals]
        images = _image_links(header, faults, reader.site.images.alt)
        links += [(one.kind, one.target, one.fragment, one.line, one.column) for one in images]
    is_faulty = any(one.severity == FAULT for one in faults)
    return loaded(None if is_faulty else header, replace(body, links=links))


@dataclass(frozen=True, slots=True)
class _Kept:
    """A converted body as it is kept. Lines count from its own beginning, so that it outlasts edits of the head."""

    key: bytes
    html: bytes
    mark: bytes
    links: list[tuple[Any, ...]]
    anchors: list[str]
    opening: str
    images: list[str]
    faults: list[tuple[Any, ...]]
    rest: str
    is_new: bool


def _converted(reader: _Reader, work: Work, text: str) -> _Kept:
    """Convert a body, or take what is kept of it where it was converted in the same way before."""
    key = digest(reader.key, work.path, text)
    if key == work.body_key:
        mark, links, anchors, opening, images, faults, _ = json.loads(work.body_rest)
        told = [tuple(one) for one in links], anchors, opening, images, [tuple(one) for one in faults]
        return _Kept(key, b"", bytes.fromhex(mark), *told, work.body_rest, is_new=False)
    body = reader.converter.convert_body(work.path, text)
    html = body.html.encode()
    mark = digest(html)
    links = [(one.kind, one.target, one.fragment, one.line, one.column) for one in body.links]
    faults = [(one.line, one.column, one.what, one.remedy, one.severity) for one in body.faults]
    rest = canonical([mark.hex(), links, body.anchors, body.opening, body.images, faults, body.length])
    told = links, list(body.anchors), body.opening, list(body.images), faults
    return _Kept(key, html, mark, *told, rest, is_new=True)


def _entry(
    path: str, kind: str, header: Header | None, body: _Kept | None, faults: list[Fault], registers: Registers
) -> Entry:
    """Pack what was read of one file into what the archive keeps of it."""
    links = tuple(body.links) if body else ()
    told = _rows(faults)
    if header is None or body is None:
        return Entry(path, None, None, links, (), told, seal(path, None, links, (), told))
    card = replace(header.card, summary=header.card.summary or body.opening)
    packed = pack(card, header.meta, registers, body.mark)
    folded = fold(card.address)
    images = [*dict.fromkeys([*_images_of(header), *body.images])][:MOST_IMAGES]
    redirects = {fold(alias): alias for alias in reversed(header.aliases)}
    redirects.pop(folded, None)
    aliases = tuple((alias, folded) for folded, alias in redirects.items())
    row = {
        "kind": kind,
        "address": card.address,
        "folded": folded,
        "id": card.id,
        "day": card.published.day.isoformat(),
        "published": _utc(card.published),
        "changed": _utc(card.changed),
        "changed_day": card.changed.day.isoformat() if card.changed.day_only else None,
        "draft": int(header.draft),
        "embargo": _utc(header.embargo),
        "expires": _utc(header.expires),
        "featured": _utc(header.featured),
        "menu": header.meta.get("menu"),
        "linking": sum(one[0] == "document" for one in links),
        "showing": sum(one[0] == "media" for one in links),
        "images": canonical(images) if images else None,
        "aliases": canonical(sorted(aliases)),
        "anchors": canonical(body.anchors),
        "proposed": canonical(header.proposals) if header.proposals else None,
        "body": body.mark,
        **packed,
    }
    if header.meta.get("withdrawn"):
        return bury(path, row, aliases)
    kept = None
    if body.is_new:
        html = zlib.compress(body.html, 1)
        kept = (body.key, html, body.rest, digest(body.key, body.rest))  # which holds the digest of the HTML
    return Entry.of(path, row, kept, links, aliases, told)


def _rows(faults: list[Fault]) -> tuple[tuple[Any, ...], ...]:
    return tuple((one.line, one.column, one.what, one.remedy, one.severity) for one in dict.fromkeys(faults))


def _utc(moment: Moment | None) -> str | None:
    return stamp(moment.instant) if moment else None


def _images_of(header: Header) -> Iterator[str]:
    """Give the addresses of this site's own pictures in a header."""
    for image in header.meta["images"]:
        address = address_of_picture(*image["target"]) if image["target"] else None
        if address:
            yield address


def _image_links(header: Header, faults: list[Fault], wordless: str) -> Iterator[Link]:
    """Give the links that the images of a header are, and note in each image where it leads."""
    for image in header.meta["images"]:
        line, column = header.image_lines[image["src"]]
        image["target"] = None
        if image["alt"] is None:
            what = f"the image {shorten(image['src'])!r} has no alt: who does not see it is told nothing"
            remedy = 'Write what it shows after alt:, or alt: "" if it is mere decoration.'
            faults.append(Fault(header.card.path, line, column, what, remedy, wordless))
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


def _load_registers(site: Site, archive: Archive, filing: Filing, faults: list[Fault]) -> None:
    for name, kind in REGISTERS.items():
        path = f"content/{name}"
        data, wrong = disk.read_inside(site.content, name, path)
        content = "" if data is None else disk.digest_bytes(data).hex()
        if not wrong and (archive.meta(f"register {kind}") or "") == content:
            continue
        entries: dict[str, dict[str, Any]] = {}
        if not wrong and data is not None:
            text, wrong = decode(path, data)
            if not wrong:
                entries, wrong = read_register(path, text, kind)
        told = _rows(wrong)
        filing.store([Entry(path, None, None, (), (), told, seal(path, None, (), (), told))])
        filing.register(kind, entries)
        archive.set_meta(f"register {kind}", content)
