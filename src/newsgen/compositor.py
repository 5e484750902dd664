"""Set social cards in type, with Pillow: a nameplate, a headline, and a line that says when and where.

The same text makes the same bytes wherever the same versions of Pillow and of what it draws with are (:func:`recipe`).
"""

from __future__ import annotations

import functools
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, features

from newsgen.pictures import CARD_SIZE
from newsgen.typefaces import Typeface

WIDTH, HEIGHT = CARD_SIZE
MARGIN = 76
PAPER, INK = (252, 251, 248), (28, 27, 25)
SHADES = 15
"""Shades from paper to ink; the accent is the sixteenth colour, so that a pixel takes half a byte."""
SOFT = 10
"""The shade of what stands beside the title."""
SIZES = (112, 100, 90, 80, 72, 64, 58, 52, 46)
"""The sizes of titles, in pixels: the largest in which all of a title stands is taken."""
_FORM = 1
"""Raised by hand when something below makes other bytes."""
_MEASURED = 100
MOST_LETTERS = 1_000
"""More of a text is not looked at: it is far more than a card has room for."""
_NAMEPLATE, _FACTS = 36, 34


@dataclass(frozen=True, slots=True)
class Line:
    """A text and the number of the typeface that it is set in."""

    text: str
    face: int


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on a social card. ``facts`` are set one after the other, with a mark between them."""

    title: Line
    facts: tuple[Line, ...]
    name: Line | None
    accent: str
    is_rtl: bool


def recipe() -> str:
    """Say what decides the bytes of a card besides what stands on it and its fonts."""
    parts = [f"{one}={features.version(one)}" for one in ("pil", "freetype2", "raqm", "harfbuzz", "fribidi", "zlib")]
    return " ".join([str(_FORM), *parts])


def shapes() -> bool:
    """Whether letters that join, or run from the right, can be set here (Pillow needs Raqm, and that FriBiDi)."""
    return bool(features.check("raqm"))


class Compositor:
    """Sets cards in some typefaces, whose numbers the lines name."""

    def __init__(self, faces: tuple[Typeface, ...]) -> None:
        self._faces = faces
        self._fonts: dict[tuple[int, bool, int], ImageFont.FreeTypeFont] = {}

    def __repr__(self) -> str:
        return "compositor"

    def card(self, card: Card) -> bytes:
        """Give a card as a PNG of :data:`WIDTH` by :data:`HEIGHT` pixels. Raises OSError for a font that is none."""
        sheet = Image.new("L", (WIDTH, HEIGHT))
        draw = ImageDraw.Draw(sheet)
        top = self._nameplate(draw, card)
        bottom = self._facts(draw, card)
        self._title(draw, card, top, bottom)
        shaded = sheet.point([round(one * (SHADES - 1) / 255) for one in range(256)])
        accent = ImageDraw.Draw(shaded)
        accent.rectangle((MARGIN, top, WIDTH - MARGIN - 1, top + 7), SHADES)
        shaded = shaded.convert("L")
        return _png(shaded, card.accent)

    def _font(self, face: int, is_title: bool, size: int) -> ImageFont.FreeTypeFont:
        key = (face, is_title, size)
        if key not in self._fonts:
            one = self._faces[face]
            file, axes = (one.titles, one.axes_of_titles) if is_title else (one.lines, one.axes_of_lines)
            self._fonts[key] = open_font(file, size, axes)
        return self._fonts[key]

    def _nameplate(self, draw: ImageDraw.ImageDraw, card: Card) -> int:
        """Set the name of the site with the rules below it; give where these begin."""
        baseline = MARGIN + 34
        if card.name is not None:
            font = self._font(card.name.face, True, _NAMEPLATE)
            text = _cut(font, card.name.text, WIDTH - 2 * MARGIN)
            _write(draw, font, text, baseline, 255, _is_rtl(text))
        top = baseline + 24 if card.name is not None else MARGIN
        draw.rectangle((MARGIN, top + 12, WIDTH - MARGIN - 1, top + 13), 255)
        return top

    def _facts(self, draw: ImageDraw.ImageDraw, card: Card) -> int:
        """Set date and place, beginning where the title does; give where the room above them ends."""
        baseline, shade = HEIGHT - MARGIN, round(SOFT * 255 / (SHADES - 1))
        room, used = WIDTH - 2 * MARGIN, 0.0
        for number, line in enumerate(card.facts):
            font = self._font(line.face, False, _FACTS)
            if number:
                gap = 22
                at = MARGIN + used + gap
                centre = WIDTH - at if card.is_rtl else at
                draw.ellipse((centre - 3, baseline - 15, centre + 3, baseline - 9), shade)
                used += 2 * gap
            text = _cut(font, line.text, room - used)
            length = font.getlength(text)
            edge = WIDTH - MARGIN - used - length if card.is_rtl else MARGIN + used
            draw.text((edge, baseline), text, shade, font, "ls", direction=_direction(text))
            used += length
        return baseline - 72

    def _title(self, draw: ImageDraw.ImageDraw, card: Card, top: int, bottom: int) -> None:
        upper, room = top + 40, WIDTH - 2 * MARGIN
        measured = self._font(card.title.face, True, _MEASURED)
        words = [(one, measured.getlength(one)) for one in pieces(card.title.text[:MOST_LETTERS])]
        leading = _leading(measured)
        for size in SIZES:
            width = room * _MEASURED / size
            most = max(1, int((bottom - upper) / (size * leading)))
            lines = wrap(words, width)
            if len(lines) <= most and all(length <= width for _, length in words):
                break
        font = self._font(card.title.face, True, size)
        if any(length > width for _, length in words):
            words = [(part, measured.getlength(part)) for one, _ in words for part in _parts(measured, one, width)]
            lines = wrap(words, width)
        if len(lines) > most:
            lines = [*lines[: most - 1], _cut(font, "".join(lines[most - 1 :]), room)]
        else:
            lines = _balanced(words, width, len(lines))
        step = size * leading
        ascent, _ = font.getmetrics()
        first = upper + min(ascent, size * leading * 0.82)
        for number, line in enumerate(lines):
            _write(draw, font, _cut(font, line.rstrip(), room), round(first + number * step), 255, card.is_rtl)


# --- lines of type ---

_WORD = re.compile(r"(?:[«‹¿¡]\s*)?\S+\s*(?:[-–—»›:;!?,.…)]+(?:\s+|$))*")
"""A word with the blanks after it, and with signs that stand alone beside it."""
_AFTER_DASH = re.compile(r"(?<=[^\W\d][-–—/])(?=\w{2})")
_NO_BREAK_BEFORE = ",.;:!?)%、。，．！？：；」』）】》〉…・ー々”’"
_NO_BREAK_AFTER = "(「『（【《〈“‘"


def pieces(text: str) -> list[str]:
    """Give the parts of a text between which a line may end, each with the blank that follows it: words, what hyphens
    and dashes divide, and single characters of scripts that write without blanks."""
    found: list[str] = []
    for word in _WORD.findall(text):
        found += _AFTER_DASH.split(word)
    split: list[str] = []
    for word in found:
        rest = ""
        for one, after in pairwise([*word, ""]):
            rest += one
            if after and _may_break(one, after):
                split.append(rest)
                rest = ""
        split.append(rest)
    return split


def _may_break(before: str, after: str) -> bool:
    if after in _NO_BREAK_BEFORE or before in _NO_BREAK_AFTER or after.isspace():
        return False
    return _is_ideograph(before) or _is_ideograph(after)


def _is_ideograph(one: str) -> bool:
    return unicodedata.east_asian_width(one) in "WF" and not "\uac00" <= one <= "\ud7a3"  # Korean has blanks


def wrap(words: list[tuple[str, float]], width: float) -> list[str]:
    """Give lines that are at most ``width`` wide, of words that have their width with them; one that is wider than that
    stands alone."""
    lines: list[str] = []
    line, used = "", 0.0
    for word, length in words:
        if line and used + length > width:
            lines.append(line)
            line, used = "", 0.0
        line += word
        used += length
    return [*lines, line] if line else lines


def _balanced(words: list[tuple[str, float]], width: float, number: int) -> list[str]:
    """Give ``number`` lines of much the same width: the narrowest in which the words still stand in so many."""
    narrow, wide = max((length for _, length in words), default=0.0), width
    for _ in range(12):
        middle = (narrow + wide) / 2
        if len(wrap(words, middle)) > number:
            narrow = middle
        else:
            wide = middle
    return wrap(words, wide)


def _parts(font: ImageFont.FreeTypeFont, word: str, width: float) -> Iterator[str]:
    """Give a word that is wider than a line in parts that are not; letters keep their marks."""
    part = ""
    for one in re.findall(r".[\u0300-\u036f\u0610-\u061a\u064b-\u065f]*", word, re.DOTALL):
        if part and font.getlength(part + one) > width:
            yield part
            part = ""
        part += one
    yield part


def _cut(font: ImageFont.FreeTypeFont, text: str, room: float) -> str:
    """Give as much of a text as there is room for, with an ellipsis where something is left out."""
    text = text[:MOST_LETTERS]
    if font.getlength(text) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if font.getlength(text[:middle].rstrip() + "…") <= room:
            low = middle
        else:
            high = middle - 1
    shorter = text[:low].rsplit(" ", 1)[0] if " " in text[:low].strip() and low < len(text) else text[:low]
    return shorter.rstrip(" ,;:–—-") + "…"


def _write(
    draw: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont, text: str, baseline: int, shade: int, is_rtl: bool
) -> None:
    edge, anchor = (WIDTH - MARGIN, "rs") if is_rtl else (MARGIN, "ls")
    draw.text((edge, baseline), text, shade, font, anchor, direction=("rtl" if is_rtl else None) and _rtl())


@functools.cache
def _rtl() -> str | None:
    return "rtl" if shapes() else None


def _is_rtl(text: str) -> bool:
    """Whether a text runs from the right, as its first letter with a direction says (UAX 9, P2)."""
    first = next((one for one in map(unicodedata.bidirectional, text) if one in ("L", "R", "AL")), "L")
    return first != "L"


def _direction(text: str) -> str | None:
    return _rtl() if _is_rtl(text) else None


def _leading(font: ImageFont.FreeTypeFont) -> float:
    """How far lines are apart, in sizes of the type: closer than in texts, further in scripts with long strokes."""
    ascent, descent = font.getmetrics()
    return min(1.36, max(1.1, 0.85 * (ascent + descent) / _MEASURED))


def open_font(file: Path, size: int, axes: tuple[tuple[str, float], ...]) -> ImageFont.FreeTypeFont:
    """Open a font in a size, a variable one with as much of the ``axes`` as it has."""
    font = ImageFont.truetype(str(file), size)
    try:
        known = font.get_variation_axes()
    except OSError:  # one that is not variable
        return font
    values: list[float] = []
    wanted = dict(axes)
    for one in known:
        name = _AXES.get(one["name"].decode("latin-1") if isinstance(one["name"], bytes) else str(one["name"]), "")
        least, most, usual = (float(one[key] or 0) for key in ("minimum", "maximum", "default"))
        values.append(min(max(wanted.get(name, usual), least), most))
    font.set_variation_by_axes(values)
    return font


_AXES = {"Weight": "wght", "Optical Size": "opsz"}
"""The axes of variable fonts by the names that FreeType has for them."""


def _png(shaded: Image.Image, accent: str) -> bytes:
    """Give an image of numbers of colours as a PNG."""
    ramp = [round(a + (b - a) * step / (SHADES - 1)) for step in range(SHADES) for a, b in zip(PAPER, INK, strict=True)]
    image = Image.frombytes("P", shaded.size, shaded.tobytes())
    image.putpalette([*ramp, *bytes.fromhex(accent.removeprefix("#"))])
    written = io.BytesIO()
    image.save(written, "PNG", bits=4, compress_level=5)
    return written.getvalue()
