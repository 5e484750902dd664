"""Draw the icons of a site, with Pillow: from a picture of its own, or its first letter on its accent colour."""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass
from pathlib import Path

from PIL import IcoImagePlugin as _  # noqa: F401 # or Pillow imports every format that it has to find this one
from PIL import Image, ImageDraw

from newsgen.compositor import PAPER, open_font
from newsgen.darkroom import MOST_PIXELS

SAFE = 0.8
"""How much of a maskable icon is sure to be seen (the W3C's manifest: a circle of this diameter)."""
_ROUND = 0.16
_SAMPLES = 4
_MOST_KEPT = 64


@dataclass(frozen=True, slots=True)
class Emblem:
    """What icons show: a letter, and the font file that has it with its axes (or none: a page of a newspaper), in the
    colour of paper on the accent."""

    letter: str
    font: Path | None
    axes: tuple[tuple[str, float], ...]
    accent: str


def png(image: Image.Image) -> bytes:
    """Give an image as the bytes of a PNG."""
    written = io.BytesIO()
    image.save(written, "PNG", compress_level=6)
    return written.getvalue()


@functools.lru_cache(maxsize=_MOST_KEPT)
def drawn(emblem: Emblem, sizes: tuple[int, ...], shape: str) -> bytes:
    """Give an icon: a PNG of the one size, or an ICO with all ``sizes`` where ``shape`` is ``ico``; ``square`` fills
    its square, ``maskable`` keeps to what every mask leaves of it, and any other is rounded."""
    images = [_draw(emblem, size, shape) for size in sizes]
    return _ico(images) if shape == "ico" else png(images[0])


def made_of(file: Path, sizes: tuple[int, ...], shape: str) -> bytes:
    """Give an icon made of the PNG in ``file``; ``sizes`` and ``shape`` as :func:`drawn` has them. Raises OSError and
    what decoders raise."""
    with Image.open(file, formats=("PNG",)) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise ValueError("the picture is too large")
        whole = opened.convert("RGBA")
    whole.info = {}
    images = [_fit(whole, size, shape) for size in sizes]
    return _ico(images) if shape == "ico" else png(images[0])


def _fit(whole: Image.Image, size: int, shape: str) -> Image.Image:
    side = round(size * SAFE) if shape == "maskable" else size
    small = whole.resize((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    if shape not in ("maskable", "square"):
        return small
    corner = whole.getpixel((0, 0))
    is_opaque = isinstance(corner, tuple) and corner[3] == 255
    ground = Image.new("RGBA", (size, size), corner if is_opaque and corner is not None else (*PAPER, 255))
    ground.alpha_composite(small, ((size - side) // 2, (size - side) // 2))
    return ground.convert("RGB")


def _draw(emblem: Emblem, size: int, shape: str) -> Image.Image:
    ground = tuple(bytes.fromhex(emblem.accent.removeprefix("#")))
    image = Image.new("RGB", (size, size), ground)
    scale = SAFE * 0.85 if shape == "maskable" else 1.0
    if emblem.font is None:
        _newspaper(image, ground, scale)
    else:
        _letter(image, emblem, emblem.font, scale)
    if shape in ("square", "maskable"):
        return image
    mask = Image.new("L", (size * _SAMPLES, size * _SAMPLES))
    side = size * _SAMPLES - 1
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, side, side), side * _ROUND, 255)
    image.putalpha(mask.resize((size, size), Image.Resampling.BOX))
    return image


def _letter(image: Image.Image, emblem: Emblem, font: Path, scale: float) -> None:
    """Draw a letter as large as it can be in the middle, both ways."""
    size = image.width
    trial = open_font(font, 200, emblem.axes)
    left, top, right, bottom = trial.getbbox(emblem.letter, anchor="ls")
    fit = min(0.6 / max(1, bottom - top), 0.66 / max(1, right - left)) * size * scale * 200
    real = open_font(font, max(4, round(fit)), emblem.axes)
    left, top, right, bottom = real.getbbox(emblem.letter, anchor="ls")
    at = (size / 2 - (left + right) / 2, size / 2 - (top + bottom) / 2)
    ImageDraw.Draw(image).text(at, emblem.letter, PAPER, real, "ls")


def _newspaper(image: Image.Image, ground: tuple[int, ...], scale: float) -> None:
    """Draw a page with a headline and two columns."""
    size = image.width
    draw = ImageDraw.Draw(image)

    def box(left: float, top: float, right: float, bottom: float, colour: tuple[int, ...]) -> None:
        corners = [round(size / 2 + (one - 0.5) * size * scale) for one in (left, top, right, bottom)]
        draw.rectangle((corners[0], corners[1], corners[2] - 1, corners[3] - 1), colour)

    box(0.2, 0.16, 0.8, 0.84, PAPER)
    box(0.28, 0.25, 0.72, 0.38, ground)
    for top in (0.46, 0.57, 0.68):
        box(0.28, top, 0.47, top + 0.05, ground)
        box(0.53, top, 0.72, top + 0.05, ground)


def _ico(images: list[Image.Image]) -> bytes:
    written = io.BytesIO()
    largest = images[-1]
    sizes = [one.size for one in images]
    largest.save(written, "ICO", sizes=sizes, append_images=images[:-1], bitmap_format="png")
    return written.getvalue()
