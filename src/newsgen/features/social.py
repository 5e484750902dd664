"""Social cards: a picture beside each article that has none of its own, with its title, date and place, for links to it
elsewhere. Made only where ``site.yaml`` asks for them."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsgen.archive import Archive, Change
from newsgen.branding import ACCENT
from newsgen.catalogues import Catalogue, best
from newsgen.document import shorten
from newsgen.errors import WARNING, Fault, Faulty
from newsgen.executors import executor_for
from newsgen.features import Feature, Frame, Planning, documents_beside
from newsgen.model import Card, Output, Page, canonical, digest
from newsgen.pictures import media_type
from newsgen.questions import Reads
from newsgen.site import Site
from newsgen.spelling import Spelling, direction
from newsgen.typefaces import COMPLEX, Typeface, choose, typefaces
from newsgen.urls import beside

if TYPE_CHECKING:
    from newsgen.compositor import Compositor

NAME = "card.png"
"""What the file is called, below the address of its article."""
LEAST_FOR_PROCESSES = 100
"""Cards from which on they are made in several processes: each takes about a hundredth of a second."""
MOST_NAMED = 8
"""How many letters a warning names."""
_KEPT_TO = "cards swept"
"""The state of the archive up to which cards that are wanted no more were forgotten (a key of its table ``meta``)."""
_ARTICLE = """SELECT card, json_extract(meta, '$.images[0].target[1]') FROM documents
    WHERE path = ? AND shown AND kind = 'article'"""


def address_of_card(address: str) -> str:
    """Give the address of the card of the article at ``address``."""
    return beside(address, NAME)


def type_of(target: str) -> str | None:
    """Give the media type of a picture by its name; None for one that services which show links can't show,
    such as a drawing (SVG)."""
    found = media_type(target)
    return None if found in ("image/svg+xml", "image/bmp") else found


def has_card(planning: Planning, path: str) -> bool:
    """Whether an article has a card."""
    return "title" in _facts(planning, path)


def _facts(planning: Planning, path: str) -> dict[str, Any]:
    """Give what the card of an article shows, and all else that its bytes depend on; the letters that ``lacks`` where
    it can't be set; nothing where none is wanted."""
    if not planning.site.social_cards.made:
        return {}
    found: dict[str, Any] = planning.archive.once(("social card", path), lambda: _find(planning, path))
    return found


def _find(planning: Planning, path: str) -> dict[str, Any]:
    row = planning.archive.row(_ARTICLE, path)
    if row is None or (row[1] and type_of(row[1])):
        return {}
    card, site = Card.unpack(row[0]), planning.site
    language = best(card.language, site.languages) or site.language
    spelling: Spelling = planning.archive.once(
        ("spelling of cards", language), lambda: Spelling(Catalogue(language, site.root))
    )
    common: dict[str, Any] = planning.archive.once(("common to cards",), lambda: _common(planning))
    faces: tuple[Typeface, ...] = planning.archive.once(("typefaces of cards",), lambda: _typefaces(planning))
    shapes = common["shapes"]
    title, lacking = _set(card.title, faces, True, shapes)
    facts = [_set(one, faces, False, shapes) for one in (spelling.date(card.published), card.place) if one]
    lacks = sorted({*lacking, *(letter for _, more in facts for letter in more)})
    if lacks:
        return {"lacks": lacks}
    lines = {"title": title, "facts": [one for one, _ in facts], "rtl": direction(card.language) == "rtl"}
    return {**common, **lines, "address": card.address}


def _set(text: str, faces: tuple[Typeface, ...], is_title: bool, shapes: bool) -> tuple[list[Any], tuple[str, ...]]:
    number, plain, lacking = choose(text, faces, is_title, shapes)
    return [plain, number], lacking


def _typefaces(planning: Planning) -> tuple[Typeface, ...]:
    font = planning.site.social_cards.font
    file = planning.files.find(font) if font else None
    return typefaces(file[0].real if file else None)


def _common(planning: Planning) -> dict[str, Any]:
    """What all cards of a build have in common. A name that can't be set is left out."""
    from newsgen import compositor  # here, because only cards need Pillow

    faces, accent = _typefaces(planning), planning.site.theme.accent
    name, lacking = _set(planning.site.title, faces, True, compositor.shapes())
    return {
        "name": None if lacking else name,
        "accent": accent["light"] if accent else ACCENT,
        "fonts": digest(*(one.mark for one in faces)).hex(),
        "recipe": compositor.recipe(),
        "shapes": compositor.shapes(),
    }


# --- the feature ---


def _subjects(planning: Planning) -> Iterator[str]:
    if planning.site.social_cards.made:
        sql = "SELECT path FROM documents WHERE shown AND kind = 'article' ORDER BY path"
        yield from (path for (path,) in planning.archive.rows(sql))


def _pages(planning: Planning, path: str) -> Iterator[Page]:
    facts = _facts(planning, path)
    if "title" in facts:
        file = planning.files.find(planning.site.social_cards.font or "/")
        material = (str(kept_in(planning.site.state)), str(file[0].real) if file else "")
        shown = {name: value for name, value in facts.items() if name != "address"}
        yield Page(address_of_card(facts["address"]), "social", path, facts=shown, kind="asset", material=material)


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    yield change.path


def _locate(planning: Planning, address: str) -> Iterator[str]:
    yield from documents_beside(planning.archive, address, NAME)


def _render(page: Page, reads: Reads, frame: Frame) -> Output:
    """Give what is kept, or set it: what a preview shows is not kept, for it may be a draft."""
    from newsgen.darkroom import read_kept

    content = read_kept(_kept(page), _key(page))
    if content is None:
        content = _made(page, frame.once(("compositor",), lambda: _compositor(page)))
    return Output(content)


def _made(page: Page, compositor: Compositor) -> bytes:
    from newsgen.compositor import Card as Shown
    from newsgen.compositor import Line

    facts = page.facts
    name = Line(*facts["name"]) if facts["name"] else None
    lines = tuple(Line(*one) for one in facts["facts"])
    try:
        return compositor.card(Shown(Line(*facts["title"]), lines, name, facts["accent"], facts["rtl"]))
    except Exception as error:  # a font may be anything
        what = f"no social card can be set of it ({str(error) or type(error).__name__})"
        raise Faulty([Fault(page.origin, 1, 1, what, "Name another font in social_cards: in site.yaml.")]) from error


def _compositor(page: Page) -> Compositor:
    from newsgen.compositor import Compositor

    assert page.material is not None  # noqa: S101 - every page of this kind has it
    return Compositor(typefaces(Path(page.material[1]) if page.material[1] else None))


# --- what is kept ---


def kept_in(state: Path) -> Path:
    """Give the folder of the state folder in which the cards are kept that were made, one file an article."""
    return state / "cards"


def _kept(page: Page) -> Path:
    assert page.material is not None  # noqa: S101
    return Path(page.material[0]) / _name(page.origin)


def _name(path: str) -> str:
    return digest(path).hex()


def _key(page: Page) -> str:
    return digest(canonical(page.facts)).hex()


def develop(planning: Planning, subjects: list[str], jobs: int | None) -> None:
    """Make the cards of some articles that are not kept yet, in several processes where that is worthwhile, and keep
    them; rendering then only reads. What can't be made is told there."""
    if not subjects:
        return
    from newsgen.darkroom import read_kept

    pages = [page for one in subjects for page in _pages(planning, one)]
    work = [one for one in pages if read_kept(_kept(one), _key(one)) is None]
    if work and not kept_in(planning.site.state).is_symlink():
        executor = executor_for(len(work), jobs, LEAST_FOR_PROCESSES)
        for _ in executor.run(_develop_batch, _compositor, (work[0],), work):
            pass


def _develop_batch(compositor: Compositor, batch: list[Page]) -> None:
    from newsgen.darkroom import keep

    for page in batch:
        try:
            keep(_kept(page), _made(page, compositor), _key(page))
        except (Faulty, OSError):
            continue  # who renders it says so, or makes it again


def sweep(site: Site, archive: Archive) -> None:
    """Forget the cards of articles that are not shown any more, and those that show what an article was. What is left
    of a withdrawn article here would be left of it for good."""
    folder = kept_in(site.state)
    if folder.is_symlink() or not folder.is_dir():
        return
    if not site.social_cards.made:
        shutil.rmtree(folder)
        return
    changes = archive.changes_since(bytes(archive.meta(_KEPT_TO) or b""))
    if changes is None:
        sql = "SELECT path FROM documents WHERE shown AND kind = 'article'"
        wanted = {_name(path) for (path,) in archive.rows(sql)}
        _forget(one for one in folder.iterdir() if one.name not in wanted)
    else:
        gone = [one.path for one in changes if one.after is None or not one.before or one.before.card != one.after.card]
        _forget(folder / _name(one) for one in gone)
    archive.set_meta(_KEPT_TO, archive.state)


def _forget(files: Iterable[Path]) -> None:
    for one in files:
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)  # which is not ours
        else:
            one.unlink(missing_ok=True)


# --- what can't be set ---


def unfit(planning: Planning, only: Iterable[str] | None = None) -> Iterator[Fault]:
    """Give a warning for each article whose card can't be set because no font has its letters: of all articles, or of
    some alone."""
    for path in _subjects(planning) if only is None else only:
        lacks = _facts(planning, path).get("lacks")
        if lacks:
            named = " ".join(lacks[:MOST_NAMED]) + (" …" if len(lacks) > MOST_NAMED else "")
            if all(unicodedata.bidirectional(one) in COMPLEX for one in lacks) and not _shapes(planning):
                what = f"letters that join can't be set here ({shorten(named, 200)}), so it has no social card"
                remedy = "Install FriBiDi (Debian: apt-get install libfribidi0), which Pillow needs for them."
                yield Fault(path, 1, 1, what, remedy, WARNING)
                continue
            what = f"no font has all letters of its social card ({shorten(named, 200)} missing), so it has none"
            remedy = "Name a font in static/ that has them: social_cards: {font: fonts/name.ttf}, in content/site.yaml."
            yield Fault(path, 1, 1, what, remedy, WARNING)


def _shapes(planning: Planning) -> bool:
    return bool(planning.archive.once(("common to cards",), lambda: _common(planning))["shapes"])


FEATURE = Feature("social", _subjects, _pages, _affected, render=_render, locate=_locate)
