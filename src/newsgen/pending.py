"""List what is not published or not confirmed, and say when the next of it makes another archive.

Both read what has changed, as a check does: nothing is published, and what is known of the output stays as it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from newsgen import checking, disk, publish, recent
from newsgen.archive import Archive, stamp
from newsgen.build import again_if_damaged, alone
from newsgen.errors import FAULT, Faulty, printable
from newsgen.executors import end_server
from newsgen.load import read_site
from newsgen.moments import read_moment
from newsgen.orders import Request
from newsgen.packing import GONE

Result = TypeVar("Result")

DRAFTS, EMBARGOED, EXPIRED, PROPOSED, WITHHELD = "drafts", "embargoed", "expired", "proposed", "withheld"
KINDS = (DRAFTS, EMBARGOED, EXPIRED, PROPOSED, WITHHELD)
"""What can be listed: ``withheld`` is all that is not shown, withdrawn articles among it, and ``proposed`` the files
with entries that are yet to be confirmed."""

UNDATED = "content/pages/"


@dataclass(frozen=True, slots=True)
class Pending:
    """One document in a list: its path, the day of its date (empty for a page without one), and why it is there."""

    path: str
    date: str
    reason: str


@dataclass(frozen=True, slots=True)
class Due:
    """The next moment (RFC 3339, UTC) at which the same content makes another archive; the paths of what does, as far
    as they are known, each with what happens to it."""

    at: str
    reasons: tuple[tuple[str, str], ...]


def look_up(request: Request, ask: Callable[[Archive], Result]) -> Result:
    """Give what ``ask`` finds in the archive of a site once it is up to date. Raises Faulty where the settings can't be
    read; the faults of articles are for builds and checks. Raises Refused as a build does."""
    root = disk.site_root(request.site)
    output = publish.check_output(request.output, root)
    with alone(root):
        _, faults = again_if_damaged(root, lambda: checking.prepare(request, root, output, lambda *_: None))
        end_server()
        _, wrong = read_site(root)
        if any(one.severity == FAULT for one in wrong):
            raise Faulty(sorted({*faults, *wrong}))
        with closing(Archive(_archive_of(root))) as archive:
            return ask(archive)


def _archive_of(root: Path) -> Path:
    return root / ".newsgen" / "archive.sqlite"


def list_pending(archive: Archive, kind: str, now: datetime) -> Iterator[Pending]:
    """Give the documents of one of the :data:`KINDS`, by path. What is withheld for several reasons is in the list of
    each."""
    if kind == PROPOSED:
        for path, entries in archive.each_proposed():
            row = archive.row("SELECT day FROM documents WHERE path = ?", path)
            lines = ", ".join(str(line) for line, _ in entries)
            yield Pending(
                path, _date(path, row[0] if row else ""), f"{'; '.join(what for _, what in entries)} (line {lines})"
            )
        return
    sql = "SELECT path, day, draft, embargo, expires, kind FROM documents WHERE held ORDER BY path"
    moment = stamp(now)
    for path, day, draft, embargo, expires, sort in archive.rows(sql):
        reasons = {
            DRAFTS: "draft" if draft else None,
            EMBARGOED: f"embargo until {embargo}" if embargo and embargo > moment else None,
            EXPIRED: f"expired {expires}" if expires and expires <= moment else None,
        }
        given = [one for one in reasons.values() if one]
        if kind == WITHHELD and (given or sort == GONE):
            yield Pending(path, _date(path, day), ", ".join(given) or "withdrawn")
        elif reasons.get(kind):
            yield Pending(path, _date(path, day), ", ".join(given))


def _date(path: str, day: str) -> str:
    return "" if path.startswith(UNDATED) else day


def next_due(archive: Archive, now: datetime) -> Due | None:
    """Give when the site must be built next although nothing is edited, or None where nothing is to come."""
    at = recent.next_due(archive, now)
    if at is None:
        return None
    sql = """SELECT path, 'its embargo ends' FROM documents WHERE held AND embargo = ?1
        UNION ALL SELECT path, 'it expires' FROM documents WHERE held AND expires = ?1 ORDER BY 1, 2"""
    found = [*archive.rows(sql, at), *_no_longer_featured(archive, at), *recent.reasons(archive, now, at)]
    return Due(at, tuple((path, why) for path, why in found))


def _no_longer_featured(archive: Archive, at: str) -> Iterator[tuple[str, str]]:
    sql = """SELECT path, json_extract(meta, '$.featured') FROM documents
        WHERE kind = 'article' AND shown AND json_extract(meta, '$.featured') IS NOT NULL ORDER BY path"""
    for path, until in archive.each(sql):
        if isinstance(until, str) and stamp(read_moment(until, UTC).instant) == at:
            yield path, "it leads the front page no longer"


# --- how it is written ---


def list_as_text(found: Iterator[Pending]) -> Iterator[str]:
    """Give one line for each: path, date and reason, parted by tabs; ``-`` for no date."""
    for one in found:
        yield "\t".join(printable(part) for part in (one.path, one.date or "-", one.reason))


def list_as_json(found: Iterator[Pending]) -> str:
    """Give a JSON list of objects with ``path``, ``date`` (null for none) and ``reason``, in ASCII."""
    rows = [json.dumps({**asdict(one), "date": one.date or None}) for one in found]
    return "[" + ",".join(f"\n  {row}" for row in rows) + ("\n]" if rows else "]")


def due_as_text(due: Due | None) -> str:
    """Give the moment alone, or ``never``."""
    return due.at if due else "never"


def due_as_json(due: Due | None) -> str:
    """Give a JSON object: ``due`` (null for never) and ``reasons``, each with ``path`` and ``what``."""
    reasons = [{"path": path, "what": what} for path, what in (due.reasons if due else ())]
    return json.dumps({"due": due.at if due else None, "reasons": reasons})
