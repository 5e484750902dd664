"""Bring an archive of the preview's own up to date with the content, beginning with what the last build has read."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from newsgen import references, stages
from newsgen.archive import Archive, DamagedArchive
from newsgen.build import is_from_elsewhere, note_machine
from newsgen.database import DatabaseError, copy_database, discard
from newsgen.errors import FAULT, Fault
from newsgen.executors import end_server
from newsgen.inventory import Inventory
from newsgen.orders import Progress, Report, Request

EDITED = "edited"
"""The mark under which an archive keeps the paths that were read since the last survey of all files."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An archive that is up to date, and what is wrong that it does not keep: with settings, registers and folders, and
    between documents."""

    path: Path
    faults: list[Fault]
    references: list[Fault]
    documents: int


def open_archive(
    root: Path, path: Path, own: Path | None, clock: Callable[[], datetime], jobs: int | None, tell: Progress
) -> Opened:
    """Bring the archive at ``path`` up to date with the site in ``root``. Where there is none, begin with a copy of
    ``own``, which is being served, or of that of the last build. Raises Faulty."""
    try:
        if not path.exists() and not (own and copy_database(own, path, is_own=True)):
            copy_database(root / ".newsgen" / "archive.sqlite", path)
        return _open(root, path, clock, jobs, tell)
    except (DamagedArchive, DatabaseError):
        discard(path)
        return _open(root, path, clock, jobs, tell)
    finally:
        end_server()


def _open(root: Path, path: Path, clock: Callable[[], datetime], jobs: int | None, tell: Progress) -> Opened:
    request = Request(root, root, clock(), drafts=True, early=True, jobs=jobs)
    with closing(Archive(path)) as archive:
        inventory = Inventory(archive, is_from_elsewhere(archive))
        inventory.distrust(edited(archive))
        tell("looking", 0, 0)
        survey = inventory.survey(root)
        report = Report()
        gathered = stages.gather(request, root, archive, inventory, survey, report, tell)
        gathered.filing.withhold(request.now, True, (), early=True)  # nothing is absent for a warning, even if strict
        gathered.filing.forget_buried()
        archive.set_meta(EDITED, "[]")
        note_machine(archive)
        archive.commit()
        tell("checking", 0, 0)
        found = serious([*references.check(archive, False), *gathered.media.missing()])
        return Opened(path, serious(gathered.faults), found, report.documents)


def edited(archive: Archive) -> set[str]:
    """Give the paths that were read since all files were last looked at."""
    return set(json.loads(archive.meta(EDITED) or "[]"))


def serious(faults: list[Fault]) -> list[Fault]:
    """Of faults and warnings, give those that stop a build."""
    return sorted({one for one in faults if one.severity == FAULT})
