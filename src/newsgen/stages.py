"""Load, plan, render, publish: from a folder of articles to a published archive, one way through."""

from __future__ import annotations

import time
from dataclasses import dataclass
from heapq import nlargest
from pathlib import Path

from newsgen import album, disk, entries, load, publish, recent, refiling
from newsgen.archive import Archive
from newsgen.database import BURIALS, Condition, discard
from newsgen.errors import FAULT, Fault, Faulty, Refused
from newsgen.executors import Here, batches, end_server, executor_for
from newsgen.explaining import explain
from newsgen.features import Planning, feeds, images, social
from newsgen.features.registry import FEATURES
from newsgen.filing import Filing
from newsgen.indexing import NOT_INSTALLED, Index
from newsgen.inventory import Inventory, Survey
from newsgen.ledger import Ledger, Lock, Made, Outdated
from newsgen.media import Media
from newsgen.menus import menus_of
from newsgen.model import digest
from newsgen.orders import MOST_NAMED, Progress, Report, Request
from newsgen.planning import AUTHORITY, Desk, is_serious, next_event, pack_faults, plan
from newsgen.press import WHILE, Press, program_digest
from newsgen.questions import find_neighbours
from newsgen.site import Site
from newsgen.theme import Assets, Theme
from newsgen.urls import output_path

LEAST_FOR_PROCESSES = 600
MOST_COMPOSED = 20_000
"""How many entries of feeds are made before what is made of them is committed."""
LEAST_TO_FIND = 10
"""Articles in a batch from which on their neighbours are found together."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that is known before anything is rendered: the plan is in the ledger of the desk."""

    desk: Desk
    press: Press
    planning: Planning


def run(
    request: Request,
    root: Path,
    output: Path,
    archive: Archive,
    ledger: Ledger,
    inventory: Inventory,
    survey: Survey,
    report: Report,
    progress: Progress,
) -> None:
    """Bring the archive, the plan and the output up to date, and report what was done."""
    prepared = prepare(request, root, archive, ledger, inventory, survey, report, progress)
    if request.explain:
        report.explained = explain(prepared.desk, prepared.press, prepared.planning)
    _publish(prepared, output, report, progress)
    end_server()


def prepare(
    request: Request,
    root: Path,
    archive: Archive,
    ledger: Ledger,
    inventory: Inventory,
    survey: Survey,
    report: Report,
    progress: Progress,
    is_indexing: bool = True,
) -> Prepared:
    """Bring the archive, the search indexes if ``is_indexing``, and the plan up to date, and nothing of the output.
    Raises Faulty and Refused as a build does."""
    gathered = gather(request, root, archive, inventory, survey, report, progress)
    site, filed, faults = gathered.site, gathered.filing, gathered.faults
    index = Index(site.state, site.search, program_digest())
    frame = digest(program_digest(), site.digest(), survey.theme_mark, menus_of(site, archive).digest(), index.key)

    def bring_up_to_date() -> None:
        if is_indexing:
            with report.profile.stage("indexing", "planning"):
                index.update(archive, request.jobs, progress)

    desk = Desk(
        request, site, gathered.theme, archive, filed, ledger, gathered.media, frame, bring_up_to_date, progress
    )
    with report.profile.stage("planning"):
        press, planning = plan(desk, faults, report)
        if not is_indexing:
            index.forget_buried(archive)
        filed.forget_buried()
        archive.commit()
        if is_indexing:
            index.settle(archive)
            report.indexed = index.indexed
            report.notes += [NOT_INSTALLED] if index.is_missing else []
        report.due = recent.next_due(archive, request.now)
        report.withheld = archive.withheld()
        report.proposed, report.proposals = archive.proposed(MOST_NAMED), archive.proposals()
    return Prepared(desk, press, planning)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is known when all that changed is read and filed: the settings, the theme, the files that are published as
    they are, and the faults that the archive does not keep."""

    site: Site
    theme: Theme
    filing: Filing
    media: Media
    faults: list[Fault]


def gather(
    request: Request,
    root: Path,
    archive: Archive,
    inventory: Inventory,
    survey: Survey,
    report: Report,
    progress: Progress,
) -> Gathered:
    """Bring the archive up to date. Raises Faulty where the settings can't be read."""
    stage, burials = report.profile.stage, archive.burials
    with stage("loading"):
        site, faults = load.read_site(root)
        theme = Theme(root)
        if archive.meta("key") and any(one.severity == FAULT for one in faults):
            # Settings that can't be read would have everything read and converted by others, for this one build.
            found = load.faults_of(site, inventory.changed(root, survey))
            raise Faulty(sorted({*faults, *archive.faults(), *survey.faults, *found}))
        filed = Filing(archive)
        is_kept = _prepare(archive, load.reading_key(site, program_digest()))
        revived = filed.revive(request.now)
        if revived or not is_kept:
            inventory.distrust(revived)
            survey = inventory.survey(root)
        counts, walk_faults = load.load(site, archive, filed, inventory, survey, request.jobs, progress)
        faults += walk_faults
        report.documents, report.read, report.converted = counts.documents, counts.read, counts.converted
        report.profile.slowest_files = counts.slowest
    with stage("filing"):
        faulty = {one.path for one in archive.faults() if is_serious(one, request.strict or site.strict)}
        filed.withhold(request.now, request.drafts, faulty, request.early)
        media = Media(site, theme, archive, inventory)
        archive.commit()
    with report.profile.stage("pictures"):
        album.bring_up_to_date(site, archive, media, request.jobs)
        social.sweep(site, archive)
        archive.commit()
    if archive.burials != burials or (root / BURIED).exists():
        forget_preview(root)  # which may keep the text of what was taken back
    return Gathered(site, theme, filed, media, faults)


BURIED = ".newsgen/preview/buried"
"""Says that something was taken back while a preview was running: it follows the content, and makes its archive anew
when it ends in order, but one that was killed leaves it to the next build to forget that."""


def forget_preview(root: Path) -> None:
    """Forget what the preview of the site in ``root`` keeps, or leave a mark to do so beside one that is running."""
    mark = root / BURIED
    folder = mark.parent
    if folder.is_symlink() or not folder.is_dir():
        return
    try:
        lock = Lock(folder / "lock", "this preview")
    except Refused:
        mark.touch()
        return
    for path in sorted(folder.glob("*.sqlite")):
        discard(path)
    mark.unlink(missing_ok=True)
    lock.release()


def _prepare(archive: Archive, key: bytes) -> bool:
    """Make sure of an archive that others may have written or that was read otherwise; whether it is as it was."""
    if archive.condition is Condition.TOUCHED and not refiling.repair(archive):
        archive.clear()
    if archive.meta("key") == key:
        return archive.condition is Condition.KEPT
    archive.clear()
    archive.set_meta("key", key)
    return False


@dataclass(slots=True)
class _Rendered:
    """What became of a batch: the outputs made, the faults of the others, and what it cost."""

    made: list[Made]
    faults: list[Fault]
    queries: int
    templates: dict[str, tuple[int, float]]
    slowest: list[tuple[float, str]]


class _Station:
    """What a process needs to render pages and stage them."""

    def __init__(
        self, site: Site, stage: publish.Stage | None, press: Press | None = None, planning: Planning | None = None
    ) -> None:
        self.stage = stage
        if press is None or planning is None:
            theme = Theme(site.root)
            archive = Archive(site.state / "archive.sqlite", read_only=True)
            assets = Assets(theme.static_files())
            press = Press(site, theme, assets, archive)
            planning = Planning(site, archive, assets, Media(site, theme, archive, Inventory(archive)))
        self.press = press
        self.planning = planning


def _render_batch(station: _Station, batch: list[Outdated]) -> _Rendered:
    """Render and stage the outdated pages of some subjects."""
    press, queries, stage = station.press, station.planning.archive.queries, station.stage
    assert stage is not None  # noqa: S101 - only those who compose have none
    press.timings.clear()
    done = _Rendered([], [], 0, {}, [])
    articles = [one.subject.partition(":")[2] for one in batch if one.subject.startswith("articles:")]
    if len(articles) > LEAST_TO_FIND:
        find_neighbours(station.planning.archive, articles)
    for outdated in batch:
        name, _, subject = outdated.subject.partition(":")
        for page in FEATURES[name].pages(station.planning, subject):
            path = output_path(page.address)
            if path not in outdated.paths:
                continue
            started = time.perf_counter()
            try:
                content = press.render(page)
            except Faulty as error:
                done.faults += error.faults
                continue
            done.slowest.append((time.perf_counter() - started, page.address))
            known = bytes.fromhex(page.facts["digest"]) if page.source else None
            done.made.append(stage.put(path, content, outdated.paths[path], known))
    done.queries = station.planning.archive.queries - queries
    done.slowest = nlargest(load.MOST_TOLD, done.slowest)
    done.templates = {name: (int(count), seconds) for name, (count, seconds) in press.timings.items()}
    return done


def _compose(prepared: Prepared, jobs: int | None) -> None:
    """Make what is outdated of articles for feeds, each once for all feeds that carry it, and keep it."""
    desk, press, archive = prepared.desk, prepared.press, prepared.desk.archive
    subjects = desk.ledger.outdated_subjects(feeds.FEATURE.name)
    if not subjects:
        return
    mark = press.frame_of(feeds.FEATURE.name).mark
    for work in batches(entries.outdated(archive, feeds.wanted(prepared.planning, subjects), mark), MOST_COMPOSED):
        executor = executor_for(len(work), jobs, LEAST_FOR_PROCESSES)
        here = (press, prepared.planning) if isinstance(executor, Here) else ()
        for done in executor.run(_compose_batch, _Station, (desk.site, None, *here), work):
            entries.keep(archive, mark, done)
        archive.commit()


def _compose_batch(station: _Station, batch: list[str]) -> list[tuple[str, bytes]]:
    frame = station.press.frame_of(feeds.FEATURE.name)
    return [(path, feeds.compose(frame, station.planning.archive, path)) for path in batch]


def _publish(prepared: Prepared, output: Path, report: Report, progress: Progress) -> None:
    desk = prepared.desk
    request, ledger = desk.request, desk.ledger
    total = ledger.count_outdated()
    orphans = ledger.orphans()
    publication = publish.Publication(output)
    is_fresh = publish.claim(output)
    faults: list[Fault] = []
    try:
        stage = publish.Stage(publish.new_stage(output), whole=is_fresh)
        with report.profile.stage("pictures"):
            images.develop(prepared.planning, ledger.outdated_subjects("images"), request.jobs)
            social.develop(prepared.planning, ledger.outdated_subjects("social"), request.jobs)
        with report.profile.stage("feeds"):
            _compose(prepared, request.jobs)
        with report.profile.stage("rendering"):
            executor = executor_for(total, request.jobs, LEAST_FOR_PROCESSES)
            here = (prepared.press, prepared.planning) if isinstance(executor, Here) else ()
            for done in executor.run(_render_batch, _Station, (desk.site, stage, *here), ledger.outdated()):
                ledger.made(done.made)
                faults += done.faults
                report.rendered += len(done.made)
                report.queries += done.queries
                report.profile.add(done.templates, done.slowest)
                progress("rendering", report.rendered, total)
        if faults:
            raise Faulty([*report.warnings, *_once(faults)])
        with report.profile.stage("publishing"):
            if not is_fresh:
                _refuse_foreign(output, ledger)
            report.written, report.deleted = ledger.count_staged(), len(orphans)
            ledger.intend()
            if is_fresh:
                stage.publish_whole(output)
            else:
                publication.put(stage, ledger.staged, orphans)
            ledger.record(orphans, _meta(desk, report))
    finally:
        publish.clear_stage(output)


def _meta(desk: Desk, report: Report) -> dict[str, str | bytes | int]:
    """What the next build must know of the plan that is recorded."""
    return {
        "frame": desk.frame,
        "state": desk.archive.state,
        BURIALS: desk.archive.burials,
        AUTHORITY: desk.site.id_authority,
        "left out": len(report.left_out),
        "warnings": pack_faults(report.references),
        "until": next_event(desk.request.now, desk.archive),
    }


def _once(faults: list[Fault]) -> list[Fault]:
    """Of the faults that one line of a template makes in many pages, only the first."""
    first = {(one.path, one.line, one.what.partition(WHILE)[0]): one for one in reversed(faults)}
    return [*first.values()]


def _refuse_foreign(output: Path, ledger: Ledger) -> None:
    """Take over what stands in the way with equal bytes; refuse to overwrite anything else that is not ours. Where no
    build was ever recorded, what is there may be ours."""
    for path, mark in ledger.strange():
        if not publish.is_in_the_way(output, path):
            continue
        real = output / path
        if not real.is_symlink() and real.is_file() and disk.digest_of(real) == mark:
            ledger.keep(path)
        elif not ledger.is_new:
            raise Refused(
                f"{path} in the output was not made by newsgen, and a page is to be published there",
                "Move it away (files to publish belong into static/), and build again.",
            )
