"""What is known of a picture, in which sizes and formats it is published, and at which addresses.

Nothing here reads a picture; :mod:`newsgen.darkroom` does, and is imported only where one must be read or made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from newsgen.urls import media_address

FORMATS = ("avif", "webp")
"""The formats that pictures can be made in, those first that browsers are to prefer."""

_TYPES = {
    **dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif"), "image/jpeg"),
    **{f".{name}": f"image/{name}" for name in ("png", "gif", "webp", "avif", "bmp")},
    ".svg": "image/svg+xml",
}
SUFFIXES = tuple(_TYPES)
"""The names of pictures that browsers show end with one of these."""

CARD_SIZE = (1200, 630)
"""Width and height of social cards, in pixels: what the services that show them ask for."""

WIDTHS = (320, 640, 960, 1280, 1920)
QUALITY = 75
ALIKE = 1.1
"""A width that is so little below another is not worth a picture of its own."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is seen, upright: its size in pixels of CSS, the digest of its file, whether smaller ones can be
    made of it, and how many bytes the file has. Drawings (SVG) and what moves are published as they are."""

    path: str
    width: int
    height: int
    digest: str
    scales: bool
    size: int = 0

    @classmethod
    def unpack(cls, row: tuple[Any, ...]) -> Picture:
        """Give a picture from its row in the archive."""
        path, width, height, digest, scales, size = row
        return cls(path, width, height, digest, bool(scales), size or 0)


@dataclass(frozen=True, slots=True)
class Images:
    """How pictures are published: in which formats and widths, and how well; and what a picture without alt is."""

    formats: tuple[str, ...] = FORMATS
    widths: tuple[int, ...] = WIDTHS
    quality: int = QUALITY
    alt: str = "fault"


@dataclass(frozen=True, slots=True)
class Rendition:
    """One picture made from another: its format and its size."""

    format: str
    width: int
    height: int


def is_picture(path: str) -> bool:
    """Whether a file of the content is a picture, by its name."""
    return path.lower().endswith(SUFFIXES)


def media_type(name: str) -> str | None:
    """Give the media type of a picture by the name of its file, or by its URL; None where that does not tell it."""
    if "://" in name:  # in the name of a file they may stand as any other character
        name = name.partition("?")[0].partition("#")[0]
    found = _SUFFIX.search(name.lower())
    return _TYPES.get(found[0]) if found else None


_SUFFIX = re.compile(r"\.[a-z]+$")


def renditions(picture: Picture, images: Images) -> Iterator[Rendition]:
    """Give what is made from a picture: each format in every width below its own, and in its own unless that is beyond
    all; a picture that is no wider than the smallest is small enough as it is."""
    if not (picture.scales and images.formats and picture.width > min(images.widths)):
        return
    is_within = picture.width <= max(images.widths)
    widths = [one for one in images.widths if one < picture.width / (ALIKE if is_within else 1)]
    if is_within:
        widths.append(picture.width)
    for name in FORMATS:
        for width in widths if name in images.formats else ():
            yield Rendition(name, width, max(1, round(picture.height * width / picture.width)))


def rendition_address(path: str, made: Rendition) -> str:
    """Give the address of what is made from the content file ``path``: ``/media/articles/base.jpg-640.webp``. The
    whole name stays in it, so that ``base.jpg`` and ``base.png`` in one folder do not clash."""
    return f"{media_address(path)}-{made.width}.{made.format}"
