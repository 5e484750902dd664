"""Find everything that is wrong with a site, and all that an editor should look at, without building it.

A check goes the way of a build up to the plan, so that it refuses what a build would refuse. The archive keeps what was
read, as after any build; what is known of the output stays what it was, and nothing in the output is touched.
"""

from __future__ import annotations

import heapq
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from newsgen import disk, planning, publish, stages
from newsgen.archive import Archive
from newsgen.build import again_if_damaged, alone, is_from_elsewhere
from newsgen.errors import FAULT, NOTE, WARNING, Fault, Faulty
from newsgen.executors import end_server
from newsgen.findings import Finding, findings
from newsgen.inventory import Inventory
from newsgen.ledger import Ledger
from newsgen.load import read_site
from newsgen.orders import Progress, Report, Request
from newsgen.press import Press
from newsgen.theme import Assets, Theme


@dataclass(slots=True)
class Checked:
    """What a check did: articles and pages that there are, those that were read anew, what was found by severity, and
    how many entries are proposed in how many files."""

    documents: int = 0
    read: int = 0
    found: Counter[str] = field(default_factory=Counter)
    proposals: tuple[int, int] = (0, 0)
    seconds: float = 0.0


def check(
    request: Request, tell: Callable[[Finding], None], progress: Progress = lambda stage, done, total: None
) -> Checked:
    """Check the site once, and ``tell`` of each finding in the order of their places. Raises Refused where a build
    would refuse for another reason than a fault."""
    started = time.monotonic()
    root = disk.site_root(request.site)
    output = publish.check_output(request.output, root)
    checked = Checked()
    with alone(root):
        report, faults = again_if_damaged(root, lambda: prepare(request, root, output, progress))
        checked.documents, checked.read = report.documents, report.read
        site, wrong = read_site(root)
        strict = request.strict or site.strict
        is_readable = all(one.severity != FAULT for one in wrong)  # else how much rules count is not known
        with closing(Archive(root / ".newsgen" / "archive.sqlite")) as archive:
            faults |= set(_of_templates(root, archive)) if is_readable else set()
            told = (Finding.of(one) for one in sorted(faults))
            linted = findings(site, archive, request.drafts, request.jobs) if is_readable else iter(())
            for one in heapq.merge(told, linted):
                if strict and one.severity == WARNING:
                    one = replace(one, severity=FAULT)  # as a build has it
                checked.found[one.severity] += 1
                tell(one)
            checked.proposals = archive.proposals()
            end_server()
    checked.seconds = time.monotonic() - started
    return checked


def prepare(request: Request, root: Path, output: Path, progress: Progress) -> tuple[Report, set[Fault]]:
    """Do what a build does before it renders anything, and give what it would report, and tell. The archive is up to
    date then; the plan is forgotten again. Raises Refused as a build does."""
    state, report = root / ".newsgen", Report()
    with closing(Archive(state / "archive.sqlite")) as archive, closing(Ledger(state, output, root)) as ledger:
        inventory = Inventory(archive, is_from_elsewhere(archive))
        survey = inventory.survey(root)
        faults: set[Fault] = set()
        try:
            stages.prepare(request, root, archive, ledger, inventory, survey, report, progress, is_indexing=False)
            archive.commit()
        except Faulty as error:
            faults |= set(error.faults)
        finally:
            ledger.abandon()
    faults |= set(report.warnings)
    known = {(one.path, one.what) for one in faults}
    for one in report.lost:
        severity = WARNING if planning.is_promised(one) and not request.allow_delete else NOTE
        if (one.origin, one.what) not in known:
            faults.add(Fault(one.origin, 1, 1, one.what, one.remedy, severity))
    return report, faults


def _of_templates(root: Path, archive: Archive) -> list[Fault]:
    site, _ = read_site(root)
    theme = Theme(root)
    return planning.template_faults(Press(site, theme, Assets(theme.static_files()), archive))
