"""Decide what is shown and plan every page of it; stop where there are faults, or where too much would vanish."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from newsgen import load, publish, references
from newsgen.archive import Archive
from newsgen.errors import FAULT, WARNING, Fault, Faulty, Refused
from newsgen.features import Planning
from newsgen.features.registry import FEATURES
from newsgen.ledger import Ledger, Lost
from newsgen.model import Page
from newsgen.orders import Report, Request
from newsgen.press import Press
from newsgen.site import Site
from newsgen.theme import Assets, Theme
from newsgen.urls import output_path

LONGEST_FILE_NAME = 255
MOST_LOST, MOST_LOST_SHARE = 20, 0.05
"""A build that would drop more addresses than this, and more than this share of them, stops."""


def plan(
    request: Request, site: Site, theme: Theme, archive: Archive, ledger: Ledger, faults: list[Fault], report: Report
) -> Press:
    """Decide what is shown, and plan it; faults end the build here, or with ``keep_going`` leave their files out."""
    strict = request.strict or site.strict
    faults += archive.faults()
    absent: set[str] = set()
    while True:
        known = {one.path for one in faults if is_serious(one, strict)} | absent
        archive.withhold(request.now, request.drafts, known)
        found = references.check(archive, request.keep_going)
        found += future_dates(request.now, archive)
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
        serious = [one for one in found if is_serious(one, strict)]
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


def is_serious(fault: Fault, strict: bool) -> bool:
    """Whether a fault stops a build: under ``strict`` warnings do too."""
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


def future_dates(now: datetime, archive: Archive) -> Iterator[Fault]:
    """Give a warning for each article whose date is yet to come: it is published all the same."""
    sql = "SELECT path, published FROM terms WHERE axis = '' AND slug = '' AND shown AND published > ? ORDER BY path"
    for path, published in archive.rows(sql, now.strftime("%Y-%m-%dT%H:%M:%SZ")):
        what = f"{FUTURE} ({published}); the article is published all the same"
        yield Fault(path, 1, 1, what, "Use embargo: to withhold it until then.", WARNING)


def check_lost(request: Request, site: Site, archive: Archive, ledger: Ledger, report: Report) -> None:
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
