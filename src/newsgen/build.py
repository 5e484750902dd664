"""Load, plan, render, publish: from a folder of articles to a published archive, one way through."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from newsgen import disk, load, publish, references
from newsgen.archive import Archive, DamagedArchive, discard
from newsgen.errors import FAULT, WARNING, Fault, Faulty, Refused
from newsgen.executors import Here, executor_for
from newsgen.features import Planning
from newsgen.features.registry import FEATURES
from newsgen.ledger import Ledger, Lock, Lost, Written
from newsgen.model import Page, canonical, digest
from newsgen.press import WHILE, Press, program_digest
from newsgen.site import Site
from newsgen.theme import Assets, Theme
from newsgen.urls import output_path

LEAST_FOR_PROCESSES = 600
LONGEST_FILE_NAME = 255
MOST_LOST, MOST_LOST_SHARE = 20, 0.05
"""A build that would drop more addresses than this, and more than this share of them, stops."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a build is asked to do. ``now`` decides what is embargoed or expired, and nothing else."""

    site: Path
    output: Path
    now: datetime
    drafts: bool = False
    strict: bool = False
    keep_going: bool = False
    allow_delete: bool = False
    prune: bool = False
    jobs: int | None = None


@dataclass(slots=True)
class Report:
    """What a build did: numbers of files, and everything worth telling about it."""

    documents: int = 0
    read: int = 0
    converted: int = 0
    rendered: int = 0
    written: int = 0
    unchanged: int = 0
    deleted: int = 0
    withheld: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    left_out: list[Fault] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    due: str | None = None
    seconds: float = 0.0


Progress = Callable[[str, int, int], None]


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
        if faults or not _is_settled(request, site, output, theme, archive, ledger, report):
            press = _plan(request, site, theme, archive, ledger, faults, report)
            _check_lost(request, site, archive, ledger, report)
            _publish(request, site, output, archive, ledger, press, report, progress)
            if not report.left_out:
                ledger.settle(_mark(request, site, theme, archive), _told(report.warnings))
        report.withheld = archive.withheld()
        return report
    finally:
        archive.close()
        ledger.close()


def _is_settled(
    request: Request, site: Site, output: Path, theme: Theme, archive: Archive, ledger: Ledger, report: Report
) -> bool:
    """Whether the output is the result of exactly these inputs, so that there is nothing to plan; tell it then."""
    faulty = {one.path for one in archive.faults() if _is_serious(one, request.strict or site.strict)}
    archive.withhold(request.now, request.drafts, faulty)
    mark, told = ledger.settled()
    if faulty or mark != _mark(request, site, theme, archive) or ledger.is_unfinished() or ledger.find_altered(output):
        return False
    kept = [Fault(*one) for one in json.loads(told)]
    future = [*_future_dates(request.now, archive)]
    if any(_is_serious(one, request.strict or site.strict) for one in future):
        return False
    report.warnings = sorted([*kept, *future])
    report.due = archive.next_due(request.now)
    publication = publish.Publication(output)
    publish.claim(output)
    report.unchanged = sum(1 for _ in ledger.published())
    report.unknown = publication.unknown(ledger.published())
    if request.prune and report.unknown:
        publication.prune(report.unknown)
    archive.commit()
    return True


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


def _plan(
    request: Request, site: Site, theme: Theme, archive: Archive, ledger: Ledger, faults: list[Fault], report: Report
) -> Press:
    """Decide what is shown, and plan it; faults end the build here, or with ``keep_going`` leave their files out."""
    strict = request.strict or site.strict
    faults += archive.faults()
    absent: set[str] = set()
    while True:
        known = {one.path for one in faults if _is_serious(one, strict)} | absent
        archive.withhold(request.now, request.drafts, known)
        found = references.check(archive, request.keep_going)
        found += _future_dates(request.now, archive)
        files = load.published_files(site, theme, archive, found)
        assets = Assets(theme.static_files())
        press = Press(site, theme, assets, archive)
        theme_faults = press.check_templates(_TEMPLATES)
        if not theme_faults:
            planning = Planning(site, archive, assets, files)
            pages = _possible(_pages(planning), found)
            clashes = ledger.plan((page, press.fingerprint(page)) for page in pages)
            found += [_clash_fault(one.page, one.other_origin, one.other_address) for one in clashes]
            found += references.unplanned_links(archive, ledger.is_planned)
        serious = [one for one in found if _is_serious(one, strict)]
        absent |= known | {one.path for one in serious}
        if absent == known or not request.keep_going:
            break
        faults += serious
    everything = sorted({*faults, *found, *theme_faults})
    if strict:
        everything = [replace(one, severity=FAULT) for one in everything]
    of_articles = {one for one in everything if one.path.startswith(("content/articles/", "content/pages/"))}
    if any(one.severity == FAULT and (one not in of_articles or not request.keep_going) for one in everything):
        raise Faulty(everything)
    report.left_out = [one for one in everything if one.severity == FAULT]
    report.warnings = [one for one in everything if one.severity != FAULT]
    return press


def _is_serious(fault: Fault, strict: bool) -> bool:
    return strict or fault.severity == FAULT


_TEMPLATES = (
    "404.html article.html home.html page.html period.html redirect.html term.html term_period.html terms.html "
    "timeline.html"
).split()


def _pages(planning: Planning) -> Iterator[Page]:
    for feature in FEATURES.values():
        yield from feature.plan(planning)


def _possible(pages: Iterator[Page], faults: list[Fault]) -> Iterator[Page]:
    """Pass pages on whose files a disk can hold and an output may hold, and note the others."""
    for page in pages:
        parts = output_path(page.address).split("/")
        if any(len(part.encode()) > LONGEST_FILE_NAME for part in parts):
            what = f"the name {parts[-1][:40]!r}… is longer than {LONGEST_FILE_NAME} bytes when it is published"
            faults.append(Fault(page.origin, 1, 1, what, "Shorten it."))
        elif parts[0] in (publish.MARKER, publish.STAGE, ".git"):
            what = f"{page.address} can't be published: newsgen and Git keep their own files there"
            faults.append(Fault(page.origin, 1, 1, what, "Choose another name."))
        else:
            yield page


def _clash_fault(page: Page, other_origin: str, other_address: str) -> Fault:
    ours, other, claim, taken = page.origin, other_origin, page.address, other_address
    if not ours.startswith("content/") and other.startswith("content/"):
        ours, other, claim, taken = other, ours, taken, claim
    return references.clash(ours, claim, other, taken)


FUTURE = "the date is in the future"


def _future_dates(now: datetime, archive: Archive) -> Iterator[Fault]:
    sql = "SELECT path, published FROM terms WHERE axis = '' AND slug = '' AND shown AND published > ? ORDER BY path"
    for path, published in archive.rows(sql, now.strftime("%Y-%m-%dT%H:%M:%SZ")):
        what = f"{FUTURE} ({published}); the article is published all the same"
        yield Fault(path, 1, 1, what, "Use embargo: to withhold it until then.", WARNING)


def _check_lost(request: Request, site: Site, archive: Archive, ledger: Ledger, report: Report) -> None:
    """Stop where too much would vanish; otherwise note which promised addresses do."""
    lost = ledger.lost()
    if len(lost) > MOST_LOST and len(lost) > MOST_LOST_SHARE * ledger.addresses() and not request.allow_delete:
        raise Refused(
            f"this build would take {len(lost)} of {ledger.addresses()} published addresses away, the first of them "
            f"{lost[0].address}; nothing was changed",
            "Is all of content/ there? If they are meant to go, build with --allow-delete.",
        )
    withheld = {path for path, _ in archive.withheld()}
    left_out = {one.path for one in report.left_out}
    report.lost = [one for one in lost if one.origin not in withheld and not one.address.startswith("/sitemaps/")]
    unmeant = [one for one in report.lost if one.origin.startswith("content/") and one.origin not in left_out]
    unmeant = [one for one in unmeant if one.kind in ("page", "redirect") and not request.allow_delete]
    if unmeant and (request.strict or site.strict):
        raise Faulty([Fault(one.origin, 1, 1, what_is_lost(one), remedy_for(one)) for one in unmeant])


def what_is_lost(lost: Lost) -> str:
    """Say that a published address is gone."""
    return f"the published address {lost.address} is gone ({lost.origin})"


def remedy_for(lost: Lost) -> str:
    """Say how an address that is gone can be kept."""
    if lost.kind not in ("page", "redirect"):
        return ""
    return f"To keep it, put this into the front matter of the article that takes its place: aliases: [{lost.address}]"


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
    report.unchanged = sum(1 for _ in ledger.published()) - len(staged)
    report.unknown = publication.unknown(ledger.published())
    if request.prune and report.unknown:
        publication.prune(report.unknown)


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
