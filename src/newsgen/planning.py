"""Decide what is shown and plan the pages of it; stop where there are faults, or where too much would vanish.

Where little has changed since the last plan, only the subjects that the change can touch are planned anew. Anything out
of the ordinary (a fault, a clash, another template or setting) is for a plan of everything, which finds the words for
it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, replace
from datetime import datetime

from newsgen import album, publish, recent, references
from newsgen.archive import Archive, Change, stamp
from newsgen.document import shorten
from newsgen.errors import FAULT, WARNING, Fault, Faulty, Refused
from newsgen.executors import batches
from newsgen.features import Planning, social
from newsgen.features.registry import FEATURES
from newsgen.filing import Filing
from newsgen.ledger import UNCOUNTED, Clash, Ledger, Lost, Planned
from newsgen.media import Media
from newsgen.menus import menu_faults
from newsgen.model import Page
from newsgen.orders import Progress, Report, Request
from newsgen.packing import GONE
from newsgen.press import Press
from newsgen.site import SETTINGS_FILE, Site
from newsgen.theme import Assets, Theme
from newsgen.urls import address_of, fold, output_path

LONGEST_FILE_NAME = 255
MOST_LOST, MOST_LOST_SHARE = 20, 0.05
"""A build that would drop more addresses than this, and more than this share of them, stops."""
MOST_CHANGED = 500
"""How many changed documents are followed one by one."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What planning works with."""

    request: Request
    site: Site
    theme: Theme
    archive: Archive
    filing: Filing
    ledger: Ledger
    media: Media
    frame: bytes
    """A digest of all that pages depend on besides documents."""
    index: Callable[[], None] = lambda: None
    """Brings the search indexes up to date with what is shown, before their files are planned."""
    progress: Progress = lambda stage, done, total: None

    @property
    def strict(self) -> bool:
        return self.request.strict or self.site.strict


def plan(desk: Desk, faults: list[Fault], report: Report) -> tuple[Press, Planning]:
    """Decide what is shown, and plan it; faults end the build here, or with ``keep_going`` leave their files out."""
    assets = Assets(desk.theme.static_files())
    press = Press(desk.site, desk.theme, assets, desk.archive)
    changes = _followed(desk, faults)
    sides = [facts for one in changes or () for facts in (one.before, one.after) if facts is not None]
    told = sum(len(facts.events) for facts in sides)
    amended = sum(len(facts.amended) for facts in sides)
    planning = Planning(desk.site, desk.archive, assets, desk.media, len(changes or ()), told, amended)
    if changes is not None and _plan_some(desk, press, planning, changes, report):
        report.planned = "changes"
    else:
        _plan_all(desk, press, planning, faults, report)
        report.planned = "everything"
    check_lost(desk, report)
    return press, planning


# --- what has changed ---


def _followed(desk: Desk, faults: list[Fault]) -> list[Change] | None:
    """Give the changes since the last plan, where it is enough to follow these."""
    ledger, archive = desk.ledger, desk.archive
    if (
        ledger.is_new
        or not ledger.is_trusted
        or ledger.is_unfinished()
        or ledger.meta("frame") != desk.frame
        or ledger.meta("left out")
    ):
        return None
    if any(is_serious(one, desk.strict) for one in (*faults, *archive.faults())):
        return None
    changes = archive.changes_since(bytes(ledger.meta("state") or b""))
    return changes if changes is not None and len(changes) <= MOST_CHANGED else None


def _plan_some(desk: Desk, press: Press, planning: Planning, changes: list[Change], report: Report) -> bool:
    """Plan the subjects that ``changes`` can touch; False, with nothing decided, where everything must be planned."""
    archive, ledger = desk.archive, desk.ledger
    changed = {one.path for one in changes}
    linking = "SELECT DISTINCT path FROM links WHERE target = ?"
    checked = changed | {path for one in changed for (path,) in archive.rows(linking, one)}
    found = references.check(archive, False, checked)
    found += desk.media.missing(changed)
    found += album.unreadable(archive, changed)
    if any(is_serious(one, desk.strict) for one in found):
        return False
    desk.index()
    subjects = dict.fromkeys(ledger.altered_subjects())
    for change in changes:
        for feature in FEATURES.values():
            subjects |= dict.fromkeys(f"{feature.name}:{one}" for one in feature.affected(planning, change))
    ledger.begin(subjects)
    impossible: list[Fault] = []
    for subject in sorted(subjects):
        name, _, of = subject.partition(":")
        pages = _possible(FEATURES[name].pages(planning, of), impossible)
        if ledger.add([planned(press, page, subject) for page in pages]):
            return False
    if impossible or not ledger.is_clear():
        return False
    moved = [address_of(path) for path in ledger.come_and_gone()]
    rechecked = checked | {path for one in moved for (path,) in archive.rows(linking, one)} | {SETTINGS_FILE}
    found += references.unplanned_links(archive, _is_planned(ledger), rechecked)
    found += references.unplanned_settings(desk.site, _is_planned(ledger))
    found += menu_faults(desk.site, archive, _is_planned(ledger))
    found += future_dates(desk.request.now, archive)
    found += social.unfit(planning, rechecked)
    known = [Fault(*one) for one in json.loads(ledger.meta("warnings") or "[]")]
    found += [one for one in known if one.path not in rechecked]
    if any(is_serious(one, desk.strict) for one in found):
        return False
    report.warnings = sorted({*found, *archive.faults()})
    report.references = _lasting(found)
    return True


# --- everything ---


def _plan_all(desk: Desk, press: Press, planning: Planning, faults: list[Fault], report: Report) -> None:
    request, archive, ledger = desk.request, desk.archive, desk.ledger
    faults += archive.faults()
    faults += changed_ids(desk.site, ledger)
    theme_faults = press.check_templates(_TEMPLATES)
    absent: set[str] = set()
    while True:
        known = {one.path for one in faults if is_serious(one, desk.strict)} | absent
        desk.filing.withhold(request.now, request.drafts, known)
        press.forget_frames()
        found = references.check(archive, request.keep_going)
        found += desk.media.missing()
        found += album.unreadable(archive)
        found += future_dates(request.now, archive)
        if not theme_faults:
            desk.index()
            found += social.unfit(planning)
            found += _plan_pages(desk, press, planning)
            found += references.unplanned_links(archive, _is_planned(ledger))
            found += references.unplanned_settings(desk.site, _is_planned(ledger))
            found += menu_faults(desk.site, archive, _is_planned(ledger))
        serious = [one for one in found if is_serious(one, desk.strict)]
        absent |= known | {one.path for one in serious}
        if absent == known or not request.keep_going:
            break
        faults += serious
    everything = sorted({*faults, *found, *theme_faults})
    if desk.strict:
        everything = [replace(one, severity=FAULT) for one in everything]
    of_articles = {one for one in everything if one.path.startswith(("content/articles/", "content/pages/"))}
    if any(one.severity == FAULT and (one not in of_articles or not request.keep_going) for one in everything):
        raise Faulty(everything)
    report.left_out = [one for one in everything if one.severity == FAULT]
    report.warnings = [one for one in everything if one.severity != FAULT]
    report.references = _lasting(found)


def template_faults(press: Press) -> list[Fault]:
    """Give everything wrong with templates that can be known without rendering a page."""
    return sorted({*press.check_templates(_TEMPLATES), *press.compile_templates()})


def _is_planned(ledger: Ledger) -> Callable[[str], bool]:
    """Whether there is a page at an address, with or without a slash at its end."""

    def asked(address: str) -> bool:
        spellings = {address, address.rstrip("/") or "/"}
        return any(ledger.is_planned(output_path(one)) for one in spellings)

    return asked


def _lasting(found: list[Fault]) -> list[Fault]:
    """The warnings that stay while nothing changes; those of the clock and of single files are found anew."""
    return sorted({one for one in found if not one.what.startswith(FUTURE)})


def _plan_pages(desk: Desk, press: Press, planning: Planning) -> list[Fault]:
    """Plan every page, and give what is wrong with their addresses."""
    faults: list[Fault] = []
    ledger, number = desk.ledger, 0
    ledger.begin(None)
    for batch in batches(_all_pages(press, planning, faults), 500):
        faults += map(_clash_fault, ledger.add(batch))
        number += len(batch)
        desk.progress("planning", number, max(number, ledger.files()))
    faults += map(_clash_fault, ledger.clashes())
    return faults


def _all_pages(press: Press, planning: Planning, faults: list[Fault]) -> Iterator[Planned]:
    for feature in FEATURES.values():
        for of in feature.subjects(planning):
            subject = f"{feature.name}:{of}"
            for page in _possible(feature.pages(planning, of), faults):
                yield planned(press, page, subject)


def planned(press: Press, page: Page, subject: str) -> Planned:
    """Give the row of the plan for a page."""
    path = output_path(page.address)
    folded = path.lower() if path.isascii() else fold(path)
    return Planned(path, folded if folded != path else None, subject, page.kind, page.origin, press.fingerprint(page))


def is_serious(fault: Fault, strict: bool) -> bool:
    """Whether a fault stops a build: under ``strict`` warnings do too."""
    return strict or fault.severity == FAULT


_TEMPLATES = (
    "404.html article.html corrections.html data.html days.html event.html events.html home.html numbers.html "
    "on_this_day.html page.html period.html places.html redirect.html search.html story.html term.html "
    "term_period.html terms.html timeline.html tombstone.html"
).split()


def _possible(pages: Iterator[Page], faults: list[Fault]) -> Iterator[Page]:
    """Pass pages on whose files a disk can hold and an output may hold, and note the others."""
    for page in pages:
        if page.address.isascii() and len(page.address) < LONGEST_FILE_NAME and page.address[1:2] != ".":
            yield page
            continue
        parts = output_path(page.address).split("/")
        if any(len(part.encode()) > LONGEST_FILE_NAME for part in parts):
            what = f"the name {parts[-1][:40]!r}… is longer than {LONGEST_FILE_NAME} bytes when it is published"
            faults.append(Fault(page.origin, 1, 1, what, "Shorten it."))
        elif parts[0] in (publish.MARKER, publish.STAGE, ".git"):
            what = f"{page.address} can't be published: newsgen and Git keep their own files there"
            faults.append(Fault(page.origin, 1, 1, what, "Choose another name."))
        else:
            yield page


def _clash_fault(clash: Clash) -> Fault:
    ours, other = clash.origin, clash.other_origin
    claim, taken = (address_of(path) for path in (clash.path, clash.other_path))
    files = ("content/", "static/")
    if not ours.startswith(files) and other.startswith(files):
        ours, other, claim, taken = other, ours, taken, claim
    return references.clash(ours, claim, other, taken)


def changed_ids(site: Site, ledger: Ledger) -> Iterator[Fault]:
    """Give a warning where ids are minted in another name than those that are published: every subscriber would see
    every article again."""
    was = ledger.meta(AUTHORITY)
    if was and was != site.id_authority:
        what = f"ids were minted for {shorten(was)!r} so far and now are for {shorten(site.id_authority)!r}"
        remedy = f"To keep them, and not show each article to subscribers as new, add: id_authority: {was}"
        yield Fault(SETTINGS_FILE, 1, 1, what, remedy, WARNING)


AUTHORITY = "authority"
"""Who minted the ids that are published (RFC 4151)."""

FUTURE = "the date is in the future"


def future_dates(now: datetime, archive: Archive) -> Iterator[Fault]:
    """Give a warning for each article whose date is yet to come: it is published all the same."""
    for path, published in _to_come(now, archive):
        what = f"{FUTURE} ({published}); the article is published all the same"
        yield Fault(path, 1, 1, what, "Use embargo: to withhold it until then.", WARNING)


def _to_come(now: datetime, archive: Archive) -> list[tuple[str, str]]:
    moment = stamp(now)
    sql = """SELECT path, published FROM filed WHERE term = 0 AND day >= date(?1, '-2 days') AND published > ?1
        ORDER BY path"""
    return [(path, published) for path, published in archive.rows(sql, moment)]


def next_event(now: datetime, archive: Archive) -> str:
    """Give the next moment at which the same content makes another archive or other warnings, or nothing."""
    moments = [recent.next_due(archive, now) or "", *(published for _, published in _to_come(now, archive))]
    return min(filter(None, moments), default="")


def check_lost(desk: Desk, report: Report) -> None:
    """Stop where too much would vanish; otherwise note which promised addresses do."""
    ledger, allowed = desk.ledger, desk.request.allow_delete
    lost = ledger.lost()
    counted = [one for one in lost if one.kind not in UNCOUNTED]
    is_much = len(counted) > MOST_LOST and len(counted) > MOST_LOST_SHARE * ledger.addresses()
    if is_much and not allowed and not _is_burial(desk, lost):
        raise Refused(
            f"this build would take {len(counted)} of {ledger.addresses()} published addresses away, the first of them "
            f"{counted[0].address}; nothing was changed",
            "Is all of content/ there? If they are meant to go, build with --allow-delete.",
        )
    withheld = {path for path, _ in desk.archive.withheld()} if lost else set()
    left_out = {one.path for one in report.left_out}
    report.lost = [one for one in lost if one.origin not in withheld and not one.address.startswith("/sitemaps/")]
    unmeant = [one for one in report.lost if is_promised(one) and one.origin not in left_out and not allowed]
    if unmeant and desk.strict:
        raise Faulty([Fault(one.origin, 1, 1, one.what, one.remedy) for one in unmeant])


def _is_burial(desk: Desk, lost: list[Lost]) -> bool:
    """Whether articles have become tombstones and no document has lost its address: then what vanishes are the pages of
    what only those were about, and their text must not stay for the sake of these."""
    if any(map(is_promised, lost)):
        return False
    sql = "SELECT address FROM documents WHERE kind = ? AND shown"
    return any(desk.ledger.is_outdated(output_path(address)) for (address,) in desk.archive.each(sql, GONE))


def is_promised(lost: Lost) -> bool:
    """Whether an address that is gone was that of a document, or of one that has moved."""
    return lost.origin.startswith("content/") and lost.kind in ("page", "redirect")


def pack_faults(faults: list[Fault]) -> str:
    """Pack faults to keep them."""
    return json.dumps([astuple(one) for one in faults])
