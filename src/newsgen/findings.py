"""Apply the rules of the lint to an archive, and say on which line each finding stands.

What is kept of the heads says which articles have anything to find. Only the files of those are read again, for the
archive keeps no lines.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yaml.nodes import MappingNode, Node

from newsgen import disk
from newsgen.archive import Archive
from newsgen.document import Document, shorten
from newsgen.errors import Fault
from newsgen.executors import Here, executor_for
from newsgen.filing import registers_of
from newsgen.frontmatter import decode, items_of, split, value_of
from newsgen.lint import HEAD_RULES, LEAST_QUOTATIONS, QUOTES, REGISTER_RULES, Names, Spot, may_quote, quotations
from newsgen.model import canonical
from newsgen.site import Site
from newsgen.urls import cut_slug, slugify

PHOTO = "photo-location"
"""The rule of pictures: it goes by the archive, not by heads."""

BUILD, PROPOSED = "build", "proposed"
"""What stands in the place of a rule: for what a build tells too, and for what is yet to be confirmed."""

LEAST_FOR_PROCESSES = 5_000
"""Articles from which on the rules are applied in several processes."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing at one place, as :class:`newsgen.errors.Fault` has it, and the rule that found it."""

    path: str
    line: int
    column: int
    what: str
    remedy: str
    severity: str
    rule: str

    @classmethod
    def of(cls, fault: Fault, rule: str = BUILD) -> Finding:
        """Give the finding that a fault is."""
        return cls(fault.path, fault.line, fault.column, fault.what, fault.remedy, fault.severity, rule)


def findings(site: Site, archive: Archive, drafts: bool, jobs: int | None) -> Iterator[Finding]:
    """Give what the rules find in all articles and registers, and every proposed entry, in the order of their places.

    Drafts are held to the rules only where they are published too (``drafts``); what is proposed in them is told in any
    case. What is stored in ``archive`` must be committed, for other processes may read it.
    """
    row = archive.row("SELECT count(*) FROM documents WHERE kind = 'article'")
    executor = executor_for(row[0] if row else 0, jobs, LEAST_FOR_PROCESSES)
    here = (archive,) if isinstance(executor, Here) else ()
    for batch in executor.run(_examine_batch, _Examiner, (site, drafts, *here), _articles(archive)):
        yield from batch
    standing = [path for (path,) in archive.rows("SELECT path FROM documents WHERE kind = 'page' AND showing")]
    for _, located in sorted(_located(site, archive, drafts, canonical(standing)).items()):
        yield from sorted(located)
    for kind in ("places", "sources"):
        yield from _of_register(site, archive, kind)


def _articles(archive: Archive) -> Iterator[str]:
    """Give the paths of all articles. No query stays open between two of them."""
    last = ""
    while rows := archive.rows(
        "SELECT path FROM documents WHERE kind = 'article' AND path > ? ORDER BY path LIMIT 5000", last
    ):
        yield from (path for (path,) in rows)
        last = rows[-1][0]


class _Examiner:
    """What a process needs to examine articles."""

    def __init__(self, site: Site, drafts: bool, archive: Archive | None = None) -> None:
        self.site = site
        self.drafts = drafts
        self.archive = archive or Archive(site.state / "archive.sqlite", read_only=True)
        self.names = Names(registers_of(self.archive))
        self.rules = {name: rule for name, rule in HEAD_RULES.items() if site.lint[name] != "off"}


def _examine_batch(examiner: _Examiner, paths: list[str]) -> list[Finding]:
    sql = """SELECT path, meta, draft, proposed FROM documents WHERE path IN (SELECT value FROM json_each(?))
        ORDER BY path"""
    found: list[Finding] = []
    some = canonical(paths)
    located = _located(examiner.site, examiner.archive, examiner.drafts, some)
    for path, meta, draft, proposed in examiner.archive.rows(sql, some):
        own = _examine(examiner, path, json.loads(meta), json.loads(proposed or "[]"), bool(draft))
        found += sorted([*own, *located.get(path, ())]) if path in located else own
    return found


def _located(site: Site, archive: Archive, drafts: bool, some: str) -> dict[str, list[Finding]]:
    """Give the pictures whose files say where they were taken, by the documents that show them. Pages have none of it;
    but the files themselves are published too."""
    level = site.lint[PHOTO]
    found: dict[str, list[Finding]] = {}
    if level == "off":
        return found
    sql = """SELECT links.path, line, col, target FROM links JOIN pictures ON pictures.path = target JOIN documents
        ON documents.path = links.path WHERE links.path IN (SELECT value FROM json_each(?1)) AND links.kind = 'media'
        AND located AND (NOT draft OR ?2)"""
    for path, line, column, target in archive.rows(sql, some, int(drafts)):
        what = f"the file {shorten(target, 200)!r} says where it was taken, and is published with that"
        remedy = "Where that may endanger anybody, remove its metadata (exiftool -gps:all= FILE)."
        found.setdefault(path, []).append(Finding(path, line, column, what, remedy, level, PHOTO))
    return found


def _examine(
    examiner: _Examiner, path: str, meta: dict[str, Any], proposed: list[Any], is_draft: bool
) -> list[Finding]:
    """Give what is found in one article."""
    levels = examiner.site.lint
    is_held = is_draft and not examiner.drafts
    rules = () if is_held else examiner.rules.items()
    remarks = [(name, one) for name, rule in rules for one in rule(meta, examiner.names)]
    has_source = any(not one["proposed"] for one in meta["sources"])
    may_lack_one = not (is_held or has_source or levels[QUOTES] == "off") and may_quote(_html(examiner.archive, path))
    if not (remarks or proposed or may_lack_one):
        return []
    file = _File(examiner.site, path)
    found = []
    for name, remark in remarks:
        found.append(Finding(path, *file.place(remark.spot), remark.what, remark.remedy, levels[name], name))
    for line, what in proposed:
        remedy = "Remove proposed: to publish it, or the entry."
        found.append(
            Finding(path, line, file.column(line), f"{what} is proposed and omitted", remedy, "note", PROPOSED)
        )
    quoted = quotations(file.body) if may_lack_one else []
    if len(quoted) >= LEAST_QUOTATIONS:
        what = f"the text has {len(quoted)} quotations, and the head names no source"
        remedy = "Say in sources: who is quoted, or where that was read."
        found.append(Finding(path, *file.place_in_body(quoted[0]), what, remedy, levels[QUOTES], QUOTES))
    return sorted(found)


def _html(archive: Archive, path: str) -> str:
    row = archive.row("SELECT html FROM bodies WHERE path = ?", path)
    return zlib.decompress(row[0]).decode() if row else ""


class _File:
    """One article as it is on the disk, for the places of things in it. Where that is no longer what was read, all is
    at its beginning."""

    def __init__(self, site: Site, path: str) -> None:
        self.body, self._body_line = "", 1
        self._document, self._root = Document(path, ""), MappingNode("", [])
        parts, _ = split(path, _text(site, path))
        if parts is not None:
            self.body, self._body_line = parts.body, parts.body_line
            self._document = Document(path, parts.header, parts.header_line)
            self._root = self._document.compose() or self._root

    def place(self, spot: Spot) -> tuple[int, int]:
        """Give line and column of a part of the head."""
        items = items_of(value_of(self._root, spot.field))
        if spot.field != "sources":
            items = [one for one in items if not _is_proposed(one)]
        if spot.number >= len(items):
            return 1, 1
        item = items[spot.number]
        return _place(self._document, next(filter(None, (value_of(item, key) for key in spot.keys)), item))

    def column(self, line: int) -> int:
        """Give the column in which the entry of some field begins that is on a line."""
        for field in ("location", "places", "sources", "events"):
            for item in items_of(value_of(self._root, field)):
                if self._document.line_of(item) == line and _is_proposed(item):
                    return item.start_mark.column + 1
        return 1

    def place_in_body(self, at: int) -> tuple[int, int]:
        """Give line and column of a character of the body."""
        before = self.body[:at]
        return self._body_line + before.count("\n"), at - before.rfind("\n")


def _text(site: Site, path: str) -> str:
    """Give the text of a file of the content, or none where it can't be read any more."""
    data, faults = disk.read_inside(site.content, path.removeprefix("content/"), path)
    if data is None:  # its name may be spelt in another Unicode form
        folder, _, name = path.rpartition("/")
        listing = next(iter(disk.folders(site.root, folder, [], deep=False)), None)
        real = listing.real(name) if listing and name in listing.files else ""
        data, faults = disk.read(Path(real), path) if real else (b"", [])
    text, wrong = decode(path, data)
    return "" if faults or wrong else text


def _is_proposed(item: Node) -> bool:
    value = value_of(item, "proposed")
    return str(getattr(value, "value", "")).strip().lower() in ("true", "yes", "on")


def _place(document: Document, node: Node) -> tuple[int, int]:
    return document.line_of(node), node.start_mark.column + 1


def _of_register(site: Site, archive: Archive, kind: str) -> Iterator[Finding]:
    """Give what is found in one register."""
    rules = {name: rule for name, (of, rule) in REGISTER_RULES.items() if of == kind and site.lint[name] != "off"}
    registers = registers_of(archive)
    entries = getattr(registers, kind)
    remarks = [
        (name, one) for key in entries for name, rule in rules.items() if (one := rule(key, entries[key], registers))
    ]
    if not remarks:
        return
    path = f"content/{kind}.yaml"
    document = Document(path, _text(site, path))
    nodes = _by_key(document.compose())
    found = []
    for name, remark in remarks:
        entry = nodes.get(remark.spot.field)
        node = next(filter(None, (value_of(entry, key) for key in remark.spot.keys)), entry) if entry else None
        place = _place(document, node) if node else (1, 1)
        found.append(Finding(path, *place, remark.what, remark.remedy, site.lint[name], name))
    yield from sorted(found)


def _by_key(root: MappingNode | None) -> dict[str, Node]:
    pairs: Iterable[tuple[Node, Node]] = root.value if root else ()
    found: dict[str, Node] = {}
    for key, value in pairs:
        found.setdefault(cut_slug(slugify(str(key.value))), value)
    return found
