"""Smaller pictures, made from those that documents show, at addresses beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsgen.album import made_in, picture
from newsgen.archive import Change
from newsgen.errors import Fault, Faulty
from newsgen.executors import executor_for
from newsgen.features import Feature, Frame, Planning
from newsgen.model import Output, Page
from newsgen.pictures import Rendition, rendition_address, renditions
from newsgen.questions import Reads
from newsgen.urls import media_address

if TYPE_CHECKING:
    from newsgen.darkroom import Darkroom

LEAST_FOR_PROCESSES = 4
"""Pictures from which on they are made in several processes: each takes about a second."""


def _subjects(planning: Planning) -> Iterator[str]:
    """The files of pictures that shown documents show."""
    sql = """SELECT DISTINCT target FROM pictures CROSS JOIN links ON target = pictures.path JOIN documents
        ON documents.path = links.path WHERE scales AND links.kind = 'media' AND shown ORDER BY target"""
    yield from (path for (path,) in planning.archive.rows(sql))


def _pages(planning: Planning, path: str) -> Iterator[Page]:
    shown = picture(planning.archive, path)
    file = planning.files.find(media_address(path)) if shown is not None else None
    if shown is None or file is None:
        return
    recipe = planning.archive.once(("recipe",), _recipe)
    material = (str(file[0].real), str(made_in(planning.site.state)))
    for one in renditions(shown, planning.site.images):
        facts = {"digest": file[1], "recipe": recipe, "quality": planning.site.images.quality}
        facts |= {"format": one.format, "width": one.width, "height": one.height}
        yield Page(rendition_address(path, one), "images", path, facts=facts, kind="asset", material=material)


def _recipe() -> str:
    from newsgen.darkroom import recipe  # here, because only pictures need Pillow

    return recipe()


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    yield change.path  # where the file itself has changed
    for facts in (change.before, change.after):
        yield from facts.media if facts else ()


def _render(page: Page, reads: Reads, frame: Frame) -> Output:
    return Output(_made(frame.once(("darkroom",), lambda: _darkroom(page)), page))


def _darkroom(page: Page) -> Darkroom:
    from newsgen.darkroom import Darkroom

    assert page.material is not None  # noqa: S101 - every page of this kind has it
    return Darkroom(Path(page.material[1]))


def _made(room: Darkroom, page: Page) -> bytes:
    facts: dict[str, Any] = page.facts
    assert page.material is not None  # noqa: S101
    made = Rendition(facts["format"], facts["width"], facts["height"])
    try:
        return room.make(Path(page.material[0]), facts["digest"], made, facts["quality"])
    except Exception as error:  # a decoder of hostile bytes may raise anything, and a disk may be full
        what = f"no smaller picture can be made of it ({str(error) or type(error).__name__})"
        raise Faulty([Fault(page.origin, 1, 1, what, "Replace the file.")]) from error


def develop(planning: Planning, subjects: list[str], jobs: int | None) -> None:
    """Make what is not kept yet of the pictures of some subjects, in several processes where that is worthwhile;
    rendering then only reads it. What can't be made is told there."""
    if not subjects:
        return
    pages = [[*_pages(planning, one)] for one in subjects]
    room = _darkroom(next(filter(None, pages))[0]) if any(pages) else None
    work = [family for family in pages if room is not None and not all(_is_kept(room, one) for one in family)]
    executor = executor_for(len(work), jobs, LEAST_FOR_PROCESSES)
    for _ in executor.run(_develop_batch, _nothing, (), work):
        pass


def _is_kept(room: Darkroom, page: Page) -> bool:
    facts = page.facts
    made = Rendition(facts["format"], facts["width"], facts["height"])
    return room.has(facts["digest"], made, facts["quality"])


def _nothing() -> None:
    """What a process needs to make pictures."""


def _develop_batch(state: None, batch: list[list[Page]]) -> None:
    for family in batch:
        room = _darkroom(family[0])
        for page in family:
            try:
                _made(room, page)
            except Faulty:
                break  # who renders it says so


def _locate(planning: Planning, address: str) -> Iterator[str]:
    """The picture in whose address the mark of a rendition is (:func:`newsgen.pictures.rendition_address`)."""
    shown = _RENDITION.sub("", address)
    if shown != address:
        found = planning.files.find(shown)
        if found is not None and found[0].path.startswith("content/"):
            yield found[0].path


_RENDITION = re.compile(r"-[0-9]+\.[a-z]+$")

FEATURE = Feature("images", _subjects, _pages, _affected, render=_render, locate=_locate)
