"""Every correction in one place: a page of the newest, and a page for each year once they are many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from newsgen.archive import Archive, Change
from newsgen.features import CORRECTIONS_ADDRESS, Feature, Frame, Planning, describing, has_been_retold, periods_in
from newsgen.features.articles import linking_to, view_of_document
from newsgen.model import CORRECTIONS, Page, Read
from newsgen.questions import YEAR, Reads, count, periods

LONGEST_LIST = 100
"""How many corrections one page lists; the address of a year is that of its newest."""
ROOT = CORRECTIONS_ADDRESS


def _subjects(planning: Planning) -> Iterator[str]:
    yield ""
    if count(planning.archive, CORRECTIONS, "") > LONGEST_LIST:
        yield from (one.name for one in periods(planning.archive, CORRECTIONS, "", "", YEAR))


def _pages(planning: Planning, subject: str) -> Iterator[Page]:
    archive = planning.archive
    total = count(archive, CORRECTIONS, "")
    if not subject:
        reads = {"amendments": Read("amendments", ("", LONGEST_LIST, 0))}
        if total > LONGEST_LIST:
            reads["years"] = Read("period_names", (CORRECTIONS, "", "", YEAR))
        policy = _policy(archive)
        if policy is not None:
            reads["article"] = Read("article", (policy,))
            reads["links"] = Read("links", (policy,))
        yield Page(ROOT, "corrections", policy or "the corrections", "corrections.html", reads)
    elif total > LONGEST_LIST and (number := count(archive, CORRECTIONS, "", subject)):
        for part in range(-(-number // LONGEST_LIST)):
            reads = {"amendments": Read("amendments", (subject, LONGEST_LIST, part * LONGEST_LIST))}
            address = f"{ROOT}{subject}/" + (f"{part + 1}/" if part else "")
            facts = {"period": subject, "part": part + 1, "last": (part + 1) * LONGEST_LIST >= number}
            origin = f"the corrections of {subject}"
            yield Page(address, "corrections", origin, "corrections.html", reads, facts, "listing")


def _locate(planning: Planning, address: str) -> Iterator[str]:
    rest = address.removeprefix(ROOT)
    if address == ROOT:
        yield ""
    elif address.startswith(ROOT):
        yield from (one for one in periods_in(rest) if len(one) == YEAR)


def _policy(archive: Archive) -> str | None:
    """Give the page of the content that stands at the head of the list, where there is one."""
    row = archive.row("SELECT path FROM documents WHERE folded = ? AND kind = 'page' AND shown ORDER BY path", ROOT)
    return row[0] if row else None


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    """The page where an article that was or is corrected changes, and its years; every year when they
    have just outgrown one page, or shrunk to it; and the page where what stands at its head changes."""
    policy = _policy(planning.archive)
    was_there = any(facts is not None and facts.address == ROOT for facts in (change.before, change.after))
    if was_there or policy in {*linking_to(planning.archive, change)}:
        yield ""
    days = {day for facts in (change.before, change.after) if facts is not None for day in facts.amended}
    if not days or not has_been_retold(change):
        return
    yield ""
    yield from {day[:YEAR] for day in days}
    if abs(count(planning.archive, CORRECTIONS, "") - LONGEST_LIST) <= planning.amended:
        yield from (one.name for one in periods(planning.archive, CORRECTIONS, "", "", YEAR))


def _view(page: Page, reads: Reads, frame: Frame) -> dict[str, Any]:
    view: dict[str, Any] = {"years": (), "period": None, "part": None, "last": True, **page.facts}
    view |= {name: getattr(reads, name) for name in page.reads if name not in ("article", "links")}
    if "article" in page.reads:
        view |= view_of_document(page, reads, frame)
    return view | {"structured": _described(page, view, frame)}


def _described(page: Page, view: dict[str, Any], frame: Frame) -> Markup:
    root = describing.index_step(frame, ROOT)
    items = describing.amended(frame, view["amendments"])
    period = view["period"]
    if not period:
        return describing.describe_list(frame, (), root, items)
    name = describing.spelt(frame, period) + (f" ({view['part']})" if view["part"] > 1 else "")
    return describing.describe_list(frame, (root,), (page.address, name), items)


FEATURE = Feature("corrections", _subjects, _pages, _affected, _view, settings=describing.SETTINGS, locate=_locate)
