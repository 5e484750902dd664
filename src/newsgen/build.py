"""Build a site, unless it is built already.

What the file system says of the content, the theme, the program and the output is compared with what was noted. Where
all is as it was, that is the whole build, and nothing heavy is imported; else :mod:`newsgen.stages` does the work.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import TypeVar

from newsgen import disk, publish
from newsgen.archive import Archive, DamagedArchive, stamp
from newsgen.database import Condition, DatabaseError, discard, discard_damaged, distrust, is_damage
from newsgen.errors import Fault, Refused
from newsgen.inventory import Inventory, Survey
from newsgen.ledger import Ledger, Lock
from newsgen.model import digest
from newsgen.orders import Progress, Report, Request
from newsgen.shelf import DamagedIndex, Shelf

Result = TypeVar("Result")

MOST_LOOKED_THROUGH = 5_000
"""Published files up to which every folder of the output is looked through for files that are not ours."""


def build(request: Request, progress: Progress = lambda stage, done, total: None) -> Report:
    """Build the site once. Raises Faulty or Refused, and then nothing that was published has changed."""
    started = time.monotonic()
    root = disk.site_root(request.site)
    output = publish.check_output(request.output, root)
    with alone(root):
        report = again_if_damaged(root, lambda: _build(request, root, output, progress))
    report.seconds = time.monotonic() - started
    return report


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Keep others from working on the state of the site in ``root`` for as long as a block runs. Raises Refused where
    one does."""
    state = root / ".newsgen"
    make_state(state)
    lock = Lock(state / "lock", "this site")
    try:
        yield
    finally:
        lock.release()


def again_if_damaged(root: Path, work: Callable[[], Result]) -> Result:
    """Do some work, and again where it finds that what builds keep is damaged."""
    state = root / ".newsgen"
    try:
        return work()
    except DamagedArchive:
        discard(state / "archive.sqlite")
    except DamagedIndex:
        Shelf(state).clear()
    except DatabaseError as error:
        if not is_damage(error):
            raise
        distrust(state)
        try:
            return work()
        except DatabaseError as again:  # it can't be told from its tables
            if not is_damage(again):
                raise
            discard_damaged(state)
    return work()


def make_state(state: Path) -> None:
    """Make the folder in which a site's builds keep what they know. Raises Refused where it is a link."""
    if state.is_symlink():
        raise Refused(".newsgen is a link", "Remove it: builds keep what they know there.")
    state.mkdir(exist_ok=True)
    ignore = state / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")


def _build(request: Request, root: Path, output: Path, progress: Progress) -> Report:
    state = root / ".newsgen"
    report = Report()
    with closing(Archive(state / "archive.sqlite")) as archive, closing(Ledger(state, output, root)) as ledger:
        verify = request.verify or is_from_elsewhere(archive)
        inventory = Inventory(archive, verify)
        with report.profile.stage("looking"):
            ledger.look()
            survey = inventory.survey(root)
            ledger.find_altered(verify)
        if _is_settled(request, output, archive, ledger, survey):
            _tell_again(ledger, survey, report)
        else:
            from newsgen.stages import run

            run(request, root, output, archive, ledger, inventory, survey, report, progress)
            if not report.left_out:
                ledger.settle(_mark(request, archive, survey), _told(request, report, ledger))
        note_machine(archive)
        archive.commit()
        _survey_output(request, output, ledger, report)
        report.queries += archive.queries
        return report


def _is_settled(request: Request, output: Path, archive: Archive, ledger: Ledger, survey: Survey) -> bool:
    """Whether the output is the result of exactly what there is now."""
    settled, told = ledger.settled()
    now = stamp(request.now)
    return (
        survey.is_same
        and archive.condition is Condition.KEPT
        and settled == _mark(request, archive, survey)
        and told["since"] <= now
        and (not told["until"] or now < told["until"])
        and ledger.is_trusted
        and not ledger.has_altered()
        and not ledger.is_unfinished()
        and not request.explain
        and publish.is_claimed(output)
    )


def _mark(request: Request, archive: Archive, survey: Survey) -> bytes:
    """Give a digest of all that a build's result depends on."""
    options = f"{request.drafts} {request.strict} {request.keep_going} {archive.revision}"
    return digest(_program(), archive.state, survey.theme_mark, options)


def _program() -> str:
    """What tells, without reading it, that this program and the libraries that it uses are as they were."""
    package = Path(__file__).parent
    found = [sys.version]
    folders = sorted(entry.path for entry in os.scandir(package) if entry.is_dir() and not entry.name.startswith("_"))
    for folder in (str(package), *folders):
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            if entry.name.endswith((".py", ".po")):
                status = entry.stat()
                found.append(f"{entry.name} {status.st_size} {status.st_mtime_ns}")
    for path in sys.path:
        if path.endswith(("site-packages", "dist-packages")) and os.path.isdir(path):
            found.append(f"{os.stat(path).st_mtime_ns}")
    return "\n".join(found)


def is_from_elsewhere(archive: Archive) -> bool:
    """Whether an archive was last used on another machine, so that what it notes of files can't be trusted."""
    return archive.meta("machine") not in (None, _machine())


def note_machine(archive: Archive) -> None:
    """Note that an archive was used on this machine."""
    archive.set_meta("machine", _machine())


def _machine() -> bytes:
    """What tells this machine from others: what another one noted of files means nothing here."""
    name = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    try:
        identity = Path("/etc/machine-id").read_bytes()
    except OSError:
        identity = b""
    return digest(name, identity)


def _told(request: Request, report: Report, ledger: Ledger) -> dict[str, object]:
    return {
        "since": stamp(request.now),
        "until": ledger.meta("until"),
        "due": report.due,
        "warnings": [astuple(one) for one in report.warnings],
        "withheld": report.withheld,
        "proposed": [report.proposed, report.proposals],
    }


def _tell_again(ledger: Ledger, survey: Survey, report: Report) -> None:
    """Report what was told of the build of which the output is the result."""
    _, told = ledger.settled()
    report.documents = survey.documents
    report.warnings = [Fault(*one) for one in told["warnings"]]
    report.withheld = [(path, why) for path, why in told["withheld"]]
    report.due = told["due"]
    proposed, (entries, documents) = told["proposed"]
    report.proposed = [(path, kinds) for path, kinds in proposed]
    report.proposals = (entries, documents)


def _survey_output(request: Request, output: Path, ledger: Ledger, report: Report) -> None:
    """Count what is published, and find what in the output is not ours."""
    publication = publish.Publication(output)
    files = ledger.files()
    report.unchanged = files - report.written
    if files <= MOST_LOOKED_THROUGH or request.prune or request.verify:
        report.unknown = publication.unknown(ledger.published())
    else:
        report.unknown = publication.unknown_at_top(ledger.is_at_top)
    if request.prune:
        publication.prune(report.unknown)
