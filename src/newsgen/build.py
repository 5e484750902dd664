"""Load, plan, render, publish: from a folder of articles to a published archive, one way through."""

from __future__ import annotations

import json
import time
from dataclasses import astuple
from pathlib import Path

from newsgen import disk, load, publish
from newsgen.archive import Archive, DamagedArchive, discard
from newsgen.errors import Fault, Faulty, Refused
from newsgen.executors import Here, executor_for
from newsgen.ledger import Ledger, Lock, Written
from newsgen.model import Page, canonical, digest
from newsgen.orders import Progress, Report, Request
from newsgen.planning import FUTURE, check_lost, future_dates, is_serious, plan
from newsgen.press import WHILE, Press, program_digest
from newsgen.site import Site
from newsgen.theme import Assets, Theme
from newsgen.urls import output_path

LEAST_FOR_PROCESSES = 600


def build(request: Request, progress: Progress = lambda stage, done, total: None) -> Report:
    """Build the site once. Raises Faulty or Refused, and then nothing that was published has changed."""
    started = time.monotonic()
    root = disk.site_root(request.site)
    output = publish.check_output(request.output, root)
    state = root / ".newsgen"
    _make_state(state)
    lock = Lock(state / "lock", "this site")
    try:
        report = _build(request, root, output, progress)
    except DamagedArchive:
        discard(state / "archive.sqlite")
        report = _build(request, root, output, progress)
    finally:
        lock.release()
    report.seconds = time.monotonic() - started
    return report


def _make_state(state: Path) -> None:
    if state.is_symlink():
        raise Refused(".newsgen is a link", "Remove it: builds keep what they know there.")
    state.mkdir(exist_ok=True)
    ignore = state / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")


def _build(request: Request, root: Path, output: Path, progress: Progress) -> Report:
    site, faults = load.read_site(root)
    theme = Theme(root)
    archive = Archive(site.state / "archive.sqlite", load.reading_key(site, program_digest()))
    ledger = Ledger(site.state, output, root)
    try:
        report = Report()
        counts, walk_faults = load.load(site, archive, request.jobs, progress)
        report.documents, report.read, report.converted = counts.documents, counts.read, counts.converted
        faults += walk_faults
        faulty = {one.path for one in archive.faults() if is_serious(one, request.strict or site.strict)}
        archive.withhold(request.now, request.drafts, faulty)
        mark = _mark(request, site, theme, archive)  # of what was there before any of it was used
        if faults or faulty or not _is_settled(request, site, output, archive, ledger, mark, report):
            press = plan(request, site, theme, archive, ledger, faults, report)
            check_lost(request, site, archive, ledger, report)
            _publish(request, site, output, archive, ledger, press, report, progress)
            if not report.left_out:
                ledger.settle(mark, _told(report.warnings))
        _survey(request, output, ledger, report)
        report.withheld = archive.withheld()
        return report
    finally:
        archive.close()
        ledger.close()


def _is_settled(
    request: Request, site: Site, output: Path, archive: Archive, ledger: Ledger, mark: bytes, report: Report
) -> bool:
    """Whether the output is the result of exactly the inputs of ``mark``, so that there is nothing to plan; tell it
    then."""
    settled, told = ledger.settled()
    if settled != mark or ledger.is_unfinished() or ledger.find_altered(output):
        return False
    kept = [Fault(*one) for one in json.loads(told)]
    future = [*future_dates(request.now, archive)]
    if any(is_serious(one, request.strict or site.strict) for one in future):
        return False
    report.warnings = sorted([*kept, *future])
    report.due = archive.next_due(request.now)
    publish.claim(output)
    return True


def _survey(request: Request, output: Path, ledger: Ledger, report: Report) -> None:
    """Count what is published, and find what in the output is not ours."""
    publication = publish.Publication(output)
    report.unchanged = sum(1 for _ in ledger.published()) - report.written
    report.unknown = publication.unknown(ledger.published())
    if request.prune:
        publication.prune(report.unknown)


def _mark(request: Request, site: Site, theme: Theme, archive: Archive) -> bytes:
    """Give a digest of all that a build's result depends on."""
    media = load.published_files(site, theme, archive, [])
    files = [f"{address}={mark.hex()}" for address, (_, mark) in sorted(media.items())]
    options = f"{request.drafts}{request.strict}{request.keep_going}"
    theme_mark = load.theme_digest(theme, archive)
    return digest(program_digest(), site.digest(), theme_mark, archive.state, options, *files)


def _told(warnings: list[Fault]) -> str:
    """Pack the warnings that a build gives again while nothing changes; those of the clock are found anew."""
    return canonical([astuple(one) for one in warnings if not one.what.startswith(FUTURE)])


class _Station:
    """What a process needs to render pages and stage them."""

    def __init__(self, site: Site, stage: Path, press: Press | None = None) -> None:
        self.stage = stage
        if press is None:
            theme = Theme(site.root)
            archive = Archive(site.state / "archive.sqlite", b"", read_only=True)
            press = Press(site, theme, Assets(theme.static_files()), archive)
        self.press = press


def _render_batch(
    station: _Station, batch: list[tuple[Page, bytes | None]]
) -> tuple[list[tuple[str, bytes, bool]], list[Fault]]:
    """Render and stage pages; give path, digest and whether it was staged of each, and the faults of the others."""
    done: list[tuple[str, bytes, bool]] = []
    faults: list[Fault] = []
    for page, known in batch:
        path = output_path(page.address)
        try:
            content = station.press.render(page)
        except Faulty as error:
            faults += error.faults
            continue
        digest = bytes.fromhex(page.facts["digest"]) if page.source else None
        done.append((path, *publish.stage(station.stage, path, content, known, digest)))
    return done, faults


def _publish(
    request: Request,
    site: Site,
    output: Path,
    archive: Archive,
    ledger: Ledger,
    press: Press,
    report: Report,
    progress: Progress,
) -> None:
    ledger.find_altered(output)
    work = ledger.outdated()
    orphans = ledger.orphans()
    publication = publish.Publication(output)
    report.due = archive.next_due(request.now)
    archive.commit()
    publish.claim(output)
    unsure = [] if ledger.is_new else [output_path(page.address) for page, known in work if known is None]
    foreign = {path for path in publication.conflicts(unsure) if not ledger.knows(path)}
    staged: dict[str, bytes] = {}
    kept: dict[str, bytes] = {}
    faults: list[Fault] = []
    try:
        stage = publish.new_stage(output)
        if work:
            executor = executor_for(len(work), request.jobs, LEAST_FOR_PROCESSES)
            here = (press,) if isinstance(executor, Here) else ()
            for done, wrong in executor.run(_render_batch, _Station, (site, stage, *here), work):
                faults += wrong
                for path, digest, is_staged in done:
                    (staged if is_staged else kept)[path] = digest
                progress("rendering", len(staged) + len(kept), len(work))
        if faults:
            raise Faulty([*report.warnings, *_once(faults)])
        _refuse_foreign(output, foreign, staged, kept)
        both = staged | kept
        ledger.intend(both)
        written = [
            Written(path, both[path], stat) for path, stat in publication.put(stage, [*staged], [*kept], orphans)
        ]
        ledger.record(written, orphans, report.due)
    finally:
        publish.clear_stage(output)
    report.rendered, report.written, report.deleted = len(work), len(staged), len(orphans)


def _once(faults: list[Fault]) -> list[Fault]:
    """Of the faults that one line of a template makes in many pages, only the first."""
    first = {(one.path, one.line, one.what.partition(WHILE)[0]): one for one in reversed(faults)}
    return [*first.values()]


def _refuse_foreign(output: Path, foreign: set[str], staged: dict[str, bytes], kept: dict[str, bytes]) -> None:
    """Take over what stands in the way with equal bytes; refuse to overwrite anything else that is not ours."""
    for path in sorted(foreign & staged.keys()):
        real = output / path
        if not real.is_symlink() and real.is_file() and disk.digest_of(real) == staged[path]:
            kept[path] = staged.pop(path)
        else:
            raise Refused(
                f"{path} in the output was not made by newsgen, and a page is to be published there",
                "Move it away (files to publish belong into static/), and build again.",
            )
