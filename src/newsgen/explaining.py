"""Say why a page is rendered or not: which of its inputs is another one than when it was published."""

from __future__ import annotations

from newsgen.features import Planning
from newsgen.features.registry import FEATURES
from newsgen.model import Page
from newsgen.planning import Desk
from newsgen.press import PARTS_OF_FRAME, Press
from newsgen.urls import clean_address, output_path


def explain(desk: Desk, press: Press, planning: Planning) -> list[str]:
    """Give the lines that explain what happens to the page at the address that was asked about."""
    asked = desk.request.explain
    address = clean_address(asked if asked.startswith("/") else f"/{asked}")
    path = output_path(address)
    published = desk.ledger.published_as(path)
    subject = desk.ledger.planned_subject(path) or (published[0] if published else None)
    if subject is None:
        return [f"{address}: nothing is published or planned there."]
    name, _, of = subject.partition(":")
    page = next((one for one in FEATURES[name].pages(planning, of) if output_path(one.address) == path), None)
    head = f"{address} ({subject})"
    if page is None:
        return [f"{head}: it is deleted, for nothing claims it any more."]
    inputs = _inputs(page)
    now = press.fingerprint(page)
    if published is None:
        return [f"{head}: rendered, for it is new.", *(f"  reads {one}" for one in inputs)]
    if desk.ledger.is_altered(path):
        return [f"{head}: rendered, for its file was missing or altered in the output."]
    was = published[1]
    if was == now:
        return [f"{head}: not rendered, for none of its inputs has changed.", *(f"  same: {one}" for one in inputs)]
    if len(was) != len(now):
        return [f"{head}: rendered, for it reads other things than before.", *(f"  reads {one}" for one in inputs)]
    size = len(now) // len(inputs)
    marks = [
        ("changed" if was[at * size : (at + 1) * size] != now[at * size : (at + 1) * size] else "same", one)
        for at, one in enumerate(inputs)
    ]
    return [f"{head}: rendered.", *(f"  {mark}: {one}" for mark, one in marks)]


def _inputs(page: Page) -> list[str]:
    """Name the inputs of a page, in the order of its fingerprint."""
    reads = [
        f"{name}: {read.question}({', '.join(map(str, read.arguments))})" for name, read in sorted(page.reads.items())
    ]
    return [*PARTS_OF_FRAME, "its address and what was known when it was planned", *reads]
