"""Check what documents say of each other: one id and one address each, and links that lead somewhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from newsgen.archive import Archive
from newsgen.catalogues import normal
from newsgen.errors import FAULT, WARNING, Fault
from newsgen.model import TRANSLATIONS, canonical
from newsgen.site import SETTINGS_FILE, Site
from newsgen.translations import are_any, around, group, original_of
from newsgen.urls import clean_address


def check(archive: Archive, faulty_are_absent: bool, only: set[str] | None = None) -> list[Fault]:
    """Give every fault and warning between the shown documents, or those of some documents. Where two claim one thing,
    the fault is on the later one and names the earlier.

    A link to a file that has faults of its own is a fault only where ``faulty_are_absent``; else those faults are
    enough.
    """
    some = None if only is None else canonical(sorted(only))
    return [
        *_shared_ids(archive, some),
        *_shared_addresses(archive, some),
        *_links(archive, faulty_are_absent, some),
        *_translations(archive, faulty_are_absent, only),
    ]


_SOME = "IN (SELECT value FROM json_each(?))"


def _shared_ids(archive: Archive, some: str | None) -> Iterator[Fault]:
    of = f"AND id IN (SELECT id FROM documents WHERE path {_SOME})" if some else ""  # noqa: S608 - our own text
    shared = f"SELECT id FROM documents WHERE shown {of} GROUP BY id HAVING count(*) > 1 ORDER BY id"  # noqa: S608
    for (id_,) in archive.rows(shared, *([some] if some else [])):
        rows = archive.rows("SELECT path FROM documents WHERE shown AND id = ? ORDER BY published, path", id_)
        for (path,) in rows[1:]:
            what = f"the id {id_!r} is that of {rows[0][0]} too"
            yield Fault(path, 1, 1, what, "Give it an id of its own; ids are for ever, so keep the older one.")


_CLAIMS = """SELECT folded, path, address AS claim, published, 0 AS alias FROM documents WHERE shown
    UNION ALL SELECT aliases.folded, path, alias, published, 1 FROM aliases JOIN documents USING (path) WHERE shown"""


def _shared_addresses(archive: Archive, some: str | None) -> Iterator[Fault]:
    if some:
        mine = f"SELECT folded FROM {{}} WHERE path {_SOME}"  # noqa: S608 - our own text
        sql = f"{mine.format('documents')} UNION {mine.format('aliases')} ORDER BY 1"
        shared = archive.rows(sql, some, some)
    else:
        shared = archive.rows(f"SELECT folded FROM ({_CLAIMS}) GROUP BY 1 HAVING count(*) > 1 ORDER BY 1")  # noqa: S608
    for (folded,) in shared:
        rows = archive.rows(
            f"SELECT path, claim, alias FROM ({_CLAIMS}) WHERE folded = ? ORDER BY alias, published, path",  # noqa: S608
            folded,
        )
        for path, claim, alias in rows[1:]:
            yield clash(path, claim, rows[0][0], rows[0][1], bool(alias))


def clash(path: str, claim: str, other: str, other_claim: str, alias: bool = False) -> Fault:
    """Give the fault of two claims to one address."""
    same = (
        ""
        if claim == other_claim
        else f" (as {other_claim}, which differs only in case, Unicode form or a file below it)"
    )
    what = f"the {'alias' if alias else 'address'} {claim} is taken by {other}{same}"
    if path.startswith("content/"):
        return Fault(path, 1, 1, what, "Change the slug:, url: or aliases: of one of them, or rename the file.")
    return Fault(path, 1, 1, what, "Rename or remove the file: this address is made by newsgen, or by another file.")


def _links(archive: Archive, faulty_are_absent: bool, some: str | None) -> Iterator[Fault]:
    of = f"AND links.path {_SOME}" if some else ""
    sql = f"""SELECT links.path, line, col, target, fragment, seals.path IS NULL, other.shown, other.withheld,
        other.anchors FROM links LEFT JOIN documents AS own ON own.path = links.path
        LEFT JOIN documents AS other ON other.path = links.target LEFT JOIN seals ON seals.path = links.target
        WHERE own.shown IS NOT 0 AND links.kind = 'document' {of}
        AND (other.shown IS NOT 1 OR fragment != '')"""  # noqa: S608 - our own text
    arguments = [some] if some else []
    for path, line, column, target, fragment, missing, shown, withheld, anchors in archive.each(sql, *arguments):
        if missing:
            what = f"the link leads to {target}, which does not exist"
            yield Fault(path, line, column, what, "Correct the link.", FAULT)
        elif shown is None or withheld == "faulty":
            if faulty_are_absent:
                what = f"the link leads to {target}, which is left out for its faults"
                yield Fault(path, line, column, what, "Mend that file.", FAULT)
        elif not shown:
            what = f"the link leads to {target}, which is withheld ({withheld}); its text is shown without the link"
            yield Fault(path, line, column, what, "", WARNING)
        elif fragment not in json.loads(anchors):
            what = f"nothing in {target} is called #{fragment}"
            yield Fault(path, line, column, what, "Correct the part after the #.", WARNING)


def _translations(archive: Archive, faulty_are_absent: bool, only: set[str] | None) -> Iterator[Fault]:
    """Give what is wrong with the originals that shown translations name."""
    if not are_any(archive):
        return
    sql = "SELECT DISTINCT path FROM filed JOIN vocabulary USING (term) WHERE axis = ? ORDER BY path"
    paths = [path for (path,) in archive.each(sql, TRANSLATIONS)]
    if only is not None:
        near = {one for path in only for one in around(archive, path, set())}
        paths = [path for path in paths if path in near]
    for path in paths:
        sql = "SELECT target, fragment, line, col FROM links WHERE path = ? AND kind = 'translation' ORDER BY rowid"
        named = archive.rows(sql, path)
        if not named:
            continue
        line, column = named[0][2:]
        for what, remedy in _wrong_original(archive, path, [row[0] for row in named], faulty_are_absent):
            if not (named[0][1] and what.startswith(ABSENT)):
                yield Fault(path, line, column, what, remedy)


ABSENT = "there is no article "


def _wrong_original(
    archive: Archive, path: str, named: list[str], faulty_are_absent: bool
) -> Iterator[tuple[str, str]]:
    original = original_of(archive, path) or ""
    row = archive.row("SELECT card, kind FROM documents WHERE path = ?", original)
    if row is None:
        hidden = archive.row("SELECT 1 FROM documents WHERE id = ?", named[0])
        read = [one for one in named if archive.row("SELECT 1 FROM seals WHERE path = ?", one)]
        if read and faulty_are_absent:
            yield f"its original, {read[0]}, is left out for its faults", "Mend that file."
        elif not read and not hidden:
            yield f"{ABSENT}{named[-1]}", "Write the path of the original below content/articles/, or its id."
        return
    if original == path:
        yield "it is a translation of itself", "Name the article that it translates."
        return
    further = original_of(archive, original)
    if further is not None:
        of = "this article: they name each other" if further == path else further
        yield f"{original}, which it translates, is a translation itself, of {of}", "Name the first original of all."
        return
    own = archive.card(path).language
    others = [one for one in group(archive, path) if one != path and (one < path or one == original)]
    same = [one for one in others if normal(archive.card(one).language) == normal(own)]
    if normal(json.loads(row[0])[7]) == normal(own):
        yield f"it is in the same language ({own}) as {original}, which it translates", "Give it its language:."
    elif same:
        what = f"there are two translations of {original} into {own}: {same[0]} is the other"
        yield what, "Correct the language: or the translation_of: of one of them."


def unplanned_links(
    archive: Archive, is_planned: Callable[[str], bool], only: set[str] | None = None
) -> Iterator[Fault]:
    """Give a warning for each link to an address of the site at which no page is planned: of all documents, or of
    ``only`` some."""
    sql = """SELECT links.path, line, col, target FROM links JOIN documents ON documents.path = links.path AND shown
        WHERE links.kind = 'address'"""
    of = "" if only is None else f" AND links.path {_SOME}"
    rows = archive.rows(sql + of, *([] if only is None else [canonical(sorted(only))]))
    for path, line, column, target in rows:
        if not is_planned(clean_address(target)) and not is_planned(target):
            yield Fault(path, line, column, f"nothing is published at {target}", "Correct the link.", WARNING)


def unplanned_settings(site: Site, is_planned: Callable[[str], bool]) -> Iterator[Fault]:
    """Give a warning for each address of the site that the publisher names and at which no page is planned."""
    own = site.publisher
    for name, address in (("logo", own.logo), *((f"policies: {name}", address) for name, address in own.policies)):
        if address and address.startswith("/") and not is_planned(address.partition("#")[0]):
            what = f"nothing is published at {address}, which publisher: {name} names"
            yield Fault(SETTINGS_FILE, 1, 1, what, "Correct the address, or make that page.", WARNING)
