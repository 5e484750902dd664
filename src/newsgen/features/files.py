"""Files that are published as they are, and theme assets under names that hold their digest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from newsgen.features import Feature, Frame, Planning
from newsgen.model import Output, Page
from newsgen.questions import Reads


def _plan(planning: Planning) -> Iterator[Page]:
    for address, (found, digest) in sorted(planning.files.items()):
        facts = {"digest": digest.hex()}
        yield Page(address, "files", found.path, facts=facts, kind="file", source=str(found.real))
    for path in planning.assets:
        yield Page(planning.assets.content(path)[0], "files", f"static/{path}", facts={"asset": path}, kind="asset")


def _render(page: Page, reads: Reads, frame: Frame) -> Output:
    if page.source is not None:
        return Output(Path(page.source))
    return frame.asset_content(page.facts["asset"])


FEATURE = Feature("files", _plan, render=_render)
