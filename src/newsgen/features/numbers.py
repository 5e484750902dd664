"""The archive in numbers: how much was published when, what about, from where, on whose word, and how much of it was
corrected. It changes with each article, and is the one page of its kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from newsgen.archive import Archive, Change
from newsgen.features import NUMBERS_ADDRESS, Feature, Frame, Planning, days_of, describing, has_been_retold
from newsgen.features.articles import linking_to, view_of_document
from newsgen.features.charting import chart
from newsgen.model import Page, Period, Read
from newsgen.questions import YEAR, Reads

ROOT = NUMBERS_ADDRESS
MOST_FREQUENT = 20
FREQUENT = ("tags", "places", "sources")
"""The axes whose most frequent terms are listed."""


def _subjects(planning: Planning) -> Iterator[str]:
    yield ""


def _pages(planning: Planning, subject: str) -> Iterator[Page]:
    reads = {
        "years": Read("periods", ("", "", "", YEAR)),
        "corrected": Read("corrected"),
        "extent": Read("extent"),
        **{axis: Read("frequent", (axis, MOST_FREQUENT)) for axis in FREQUENT},
    }
    head = _head(planning.archive)
    if head is not None:
        reads |= {"article": Read("article", (head,)), "links": Read("links", (head,))}
    yield Page(ROOT, "numbers", head or "the archive in numbers", "numbers.html", reads)


def _head(archive: Archive) -> str | None:
    """Give the page of the content that stands above the numbers, where there is one."""
    row = archive.row("SELECT path FROM documents WHERE folded = ? AND kind = 'page' AND shown ORDER BY path", ROOT)
    return row[0] if row else None


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    """The page, for each article that is told otherwise, and where what stands above the numbers changes."""
    was_there = any(facts is not None and facts.address == ROOT for facts in (change.before, change.after))
    is_told = bool(days_of(change)) and has_been_retold(change)
    if is_told or was_there or _head(planning.archive) in {*linking_to(planning.archive, change)}:
        yield ""


def _view(page: Page, reads: Reads, frame: Frame) -> dict[str, Any]:
    years: tuple[Period, ...] = reads.years
    corrected = {one.name: one.count for one in reads.corrected}
    total, wrong = reads.extent["articles"], sum(corrected.values())
    view: dict[str, Any] = {
        "years": [
            {"name": one.name, "count": one.count, "corrected": (number := corrected.get(one.name, 0))}
            | {"share": share(number, one.count)}
            for one in reversed(years)
        ],
        "bars": chart(years, "", lambda name: frame.href(f"/timeline/{name}/")),
        "extent": reads.extent,
        "corrected": wrong,
        "share": share(wrong, total),
        "frequent": [(axis, found) for axis in FREQUENT if (found := getattr(reads, axis))],
    }
    if "article" in page.reads:
        view |= view_of_document(page, reads, frame)
    step = describing.index_step(frame, ROOT)
    items = describing.links(frame, [(f"/timeline/{one.name}/", one.name) for one in years])
    return view | {"structured": describing.describe_list(frame, (), step, items)}


def share(part: int, whole: int) -> str:
    """Give a share in hundredths with one decimal, as ``1.5``: rounded half up, but never to nothing or to all what is
    neither."""
    if not whole:
        return "0.0"
    tenths = (2000 * part + whole) // (2 * whole)
    if 0 < part < whole:
        tenths = min(max(tenths, 1), 999)
    return f"{tenths // 10}.{tenths % 10}"


def _locate(planning: Planning, address: str) -> Iterator[str]:
    if address == ROOT:
        yield ""


FEATURE = Feature("numbers", _subjects, _pages, _affected, _view, settings=describing.SETTINGS, locate=_locate)
