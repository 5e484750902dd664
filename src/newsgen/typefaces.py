"""Which typeface a line of type can be set in: the site's own, those that come with newsgen, and what each lacks.

Nothing here draws; :mod:`newsgen.compositor` does. The fonts are packages of their own (SIL Open Font License), and
fontTools reads which letters they have; both are looked at only where something is to be set.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from newsgen.disk import digest_of


@dataclass(frozen=True, slots=True)
class Typeface:
    """A font file, or two: one for ``titles`` and one for ``lines``, each with the axes of a variable font set for it.
    ``mark`` stands for their content."""

    titles: Path
    lines: Path
    axes_of_titles: tuple[tuple[str, float], ...] = ()
    axes_of_lines: tuple[tuple[str, float], ...] = ()
    mark: str = ""


_SERIF = ("fontpkg_source_serif_4", "SourceSerif4[opsz,wght].ttf", "SourceSerif4[opsz,wght].ttf")
_NASKH = ("fontpkg_amiri", "Amiri-Bold.ttf", "Amiri-Regular.ttf")
_TITLES = (("opsz", 60.0), ("wght", 700.0))
_LINES = (("opsz", 18.0), ("wght", 400.0))
COMPLEX = frozenset({"R", "AL"})
"""The directions (of Unicode) of letters that only a shaping engine sets right."""


def typefaces(own: Path | None = None) -> tuple[Typeface, ...]:
    """Give the typefaces to try, in this order: the site's ``own`` font file, then one for Latin, Greek and Cyrillic
    (Source Serif 4) and one for Arabic and Latin (Amiri), as far as these are installed."""
    found = [_packaged(*one) for one in (_SERIF, _NASKH)]
    given = [] if own is None else [_of_files(own, own)]
    return (*given, *(one for one in found if one is not None))


@functools.cache
def _packaged(package: str, titles: str, lines: str) -> Typeface | None:
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        files = [Path(folder) / "files" / one for one in (titles, lines)]
        if all(one.is_file() for one in files):
            return _of_files(*files)
    return None


def _of_files(titles: Path, lines: Path) -> Typeface:
    mark = "".join(digest_of(one).hex() for one in dict.fromkeys((titles, lines)))
    return Typeface(titles, lines, _TITLES, _LINES, mark)


@functools.lru_cache(maxsize=16)
def letters_of(file: Path, mark: str) -> frozenset[int]:
    """Give the code points that a font file has letters for; ``mark`` stands for its content. Raises ValueError for
    what is no font."""
    return letters_in(file.read_bytes())


def letters_in(data: bytes) -> frozenset[int]:
    """Give the code points that a font has letters for. Raises ValueError for what is no font."""
    from fontTools.ttLib import TTFont  # here, for it takes its time

    try:
        with TTFont(BytesIO(data), lazy=True, fontNumber=0) as font:
            return frozenset(font.getBestCmap() or ())
    except Exception as error:  # what reads a hostile file may raise anything
        raise ValueError(str(error) or type(error).__name__) from error


def missing(text: str, face: Typeface, is_title: bool, shapes: bool) -> set[str]:
    """Give the letters of a text that a typeface lacks, or that can't be set because nothing ``shapes`` them. What is
    invisible counts nowhere."""
    known = letters_of(face.titles if is_title else face.lines, face.mark)
    letters = set(text)
    found = {one for one in letters if ord(one) not in known}
    if not shapes:
        found |= {one for one in letters if unicodedata.bidirectional(one) in COMPLEX}
    return {one for one in found if not (one.isspace() or unicodedata.category(one) in _INVISIBLE)}


_INVISIBLE = frozenset({"Cf", "Cc", "Mn"})
"""What shows nothing of its own: controls, and marks that a font may have only as a part of letters."""
_SYMBOLS = frozenset({"So", "Sk", "Cn", "Co"})
"""What a line can do without: emoji, and signs of no meaning in common."""


def choose(
    text: str, faces: Sequence[Typeface], is_title: bool, shapes: bool
) -> tuple[int | None, str, tuple[str, ...]]:
    """Give the typeface (by its number) in which a text can be set, and the text as it then stands: without the emoji
    that the typeface lacks. Where there is none, give None, the text, and the letters that the best of them lacks."""
    least: set[str] | None = None
    for number, face in enumerate(faces):
        lacking = missing(text, face, is_title, shapes)
        plain = text
        if lacking and all(unicodedata.category(one) in _SYMBOLS for one in lacking):
            plain = without(text, lacking)
            lacking = set() if plain else lacking
        if not lacking:
            return number, plain, ()
        if least is None or len(lacking) < len(least):
            least = lacking
    return None, text, tuple(sorted(least or set(text)))


def without(text: str, letters: Iterable[str]) -> str:
    """Give a text without some of its letters, and without what only joined or coloured them."""
    gone = {*letters, "\u200d", "\ufe0e", "\ufe0f", "\u20e3", *map(chr, range(0x1F3FB, 0x1F400))}
    return " ".join("".join(one for one in text if one not in gone).split())
