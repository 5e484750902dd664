"""Files that are published as they are, and theme assets under names that hold their digest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from newsgen.archive import Change
from newsgen.features import Feature, Frame, Planning
from newsgen.model import Output, Page
from newsgen.questions import Reads
from newsgen.theme import ASSETS
from newsgen.urls import media_address


def _subjects(planning: Planning) -> Iterator[str]:
    yield from planning.files.addresses()
    yield "assets"


def _pages(planning: Planning, subject: str) -> Iterator[Page]:
    if subject == "assets":
        for path in planning.assets:
            yield Page(planning.assets.content(path)[0], "files", f"static/{path}", facts={"asset": path}, kind="asset")
        return
    file = planning.files.find(subject)
    if file is not None:
        found, digest = file
        yield Page(subject, "files", found.path, facts={"digest": digest}, kind="file", source=str(found.real))


def _locate(planning: Planning, address: str) -> Iterator[str]:
    yield "assets" if address.startswith(f"/{ASSETS}") else address


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    yield media_address(change.path)  # where the file itself has changed
    for facts in (change.before, change.after):
        yield from map(media_address, facts.media if facts else ())


def _render(page: Page, reads: Reads, frame: Frame) -> Output:
    if page.source is not None:
        return Output(Path(page.source))
    return frame.asset_content(page.facts["asset"])


FEATURE = Feature("files", _subjects, _pages, _affected, render=_render, locate=_locate)
