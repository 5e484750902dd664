"""Colours as people write them, and how well one can be read on another (WCAG 2.2)."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterable

LEAST_CONTRAST = 4.5
"""What WCAG 2.2 asks of text of any size at level AA (success criterion 1.4.3)."""
LATEST_NAME = ("rebeccapurple", "#663399")
"""The one name that CSS has got since those that the library knows (CSS Color 4)."""
_STEPS = 1000
"""Into how many steps lightness is cut where another one is looked for."""


def read_colour(text: str) -> str:
    """Give a colour as ``#rrggbb``: it may be written ``#rgb``, ``#rrggbb``, or as one of the names of CSS.

    Raises ValueError for what is none.
    """
    text = text.strip().lower()
    if re.fullmatch("#[0-9a-f]{3}", text):
        return "#" + "".join(digit * 2 for digit in text[1:])
    if re.fullmatch("#[0-9a-f]{6}", text):
        return text
    if text == LATEST_NAME[0]:
        return LATEST_NAME[1]
    import webcolors  # here, because most archives name no colour

    try:
        return str(webcolors.name_to_hex(text))
    except ValueError:
        raise ValueError(f"{text!r} is no colour") from None


def luminance(colour: str) -> float:
    """Give the relative luminance of ``#rrggbb``, as WCAG 2.2 defines it: from 0 (black) to 1 (white)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts_of(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Give the contrast ratio of two colours, as WCAG 2.2 defines it: from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def least_contrast(colour: str, grounds: Iterable[str]) -> float:
    """Give the contrast ratio of a colour with that of some grounds on which it is read worst."""
    return min(contrast(colour, ground) for ground in grounds)


def nearest_readable(colour: str, grounds: tuple[str, ...]) -> str:
    """Give the colour nearest to one that has :data:`LEAST_CONTRAST` with each of the ``grounds``: of the same hue,
    and no lighter or darker than it must be. The answer follows from the arguments alone."""
    if least_contrast(colour, grounds) >= LEAST_CONTRAST:
        return colour
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts_of(colour))
    start = round(lightness * _STEPS)
    nearness = sorted(range(_STEPS + 1), key=lambda step: (abs(step - start), step))
    candidates = (_written(colorsys.hls_to_rgb(hue, step / _STEPS, saturation)) for step in nearness)
    return next(one for one in candidates if least_contrast(one, grounds) >= LEAST_CONTRAST)


def _parts_of(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _written(parts: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)
