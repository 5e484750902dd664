"""Read pictures and make smaller ones of them, with Pillow: only what draws in type imports it besides.

A picture is hostile input: only the formats that browsers show are tried, its size is looked at before it is decoded,
and whatever a decoder raises is an answer. What is made holds pixels alone: no EXIF, no place, no camera, no comments.
"""

from __future__ import annotations

import io
import os
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError, features

from newsgen.model import digest
from newsgen.pictures import Rendition

MOST_PIXELS = 80_000_000
"""A picture of more is not decoded: four bytes each must fit into memory."""
WIDEST = 4_000
"""No picture is made wider (:mod:`newsgen.site` sees to that)."""
LARGEST_SIDE = 16_000
"""AVIF and WebP end near there."""
_DECODERS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP")
_HEAD = 65_536
_SWAPPED = frozenset({5, 6, 7, 8})
"""The values of EXIF's orientation that lay width and height the other way."""
_ORIENTATION, _GPS = 0x0112, 0x8825
AVIF_SCALE = 30
"""What looks alike has this much less on AVIF's scale of quality than on that of WebP and JPEG."""
_FORM = 1
"""Raised by hand when something below makes other bytes."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a file says of itself: its size as it is seen, whether smaller pictures can be made of it, and whether it
    says where it was taken; or what is wrong with it. ``size`` is that of the file, in bytes."""

    width: int = 0
    height: int = 0
    scales: bool = False
    located: bool = False
    wrong: str = ""
    size: int = 0


def measure(file: Path, name: str) -> Measured:
    """Read a picture whole, so that one that is cut off is known before anything is made of it."""
    try:
        if name.lower().endswith(".svg"):
            return replace(_measure_drawing(file), size=file.stat().st_size)
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.simplefilter("ignore", UserWarning)  # of strange but harmless metadata
            with Image.open(file, formats=_DECODERS) as image:
                return replace(_measure(image), size=file.stat().st_size)
    except Exception as error:  # a decoder of hostile bytes may raise anything
        return Measured(wrong=_reason(error))


def _measure(image: Image.Image) -> Measured:
    width, height = image.size
    if width * height > MOST_PIXELS or max(width, height) > LARGEST_SIDE:
        limits = f"at most {MOST_PIXELS // 1_000_000} million pixels, and {LARGEST_SIDE:,} on a side"
        return Measured(wrong=f"is too large ({width} × {height}; {limits})")
    moves = bool(getattr(image, "is_animated", False)) and image.format != "MPO"
    exif = image.getexif()
    is_turned = exif.get(_ORIENTATION) in _SWAPPED
    located = any(exif.get_ifd(_GPS).get(one) for one in (2, 4)) or _says_where(image.info.get("xmp"))
    image.draft("RGB", (64, 64))  # a JPEG is read to its end, but only an eighth of it is computed
    image.load()
    return Measured(height if is_turned else width, width if is_turned else height, not moves, located)


def _says_where(xmp: Any) -> bool:
    return b"GPSLatitude" in (xmp if isinstance(xmp, bytes) else str(xmp or "").encode())


def _reason(error: Exception) -> str:
    """Say in words for authors why a file can't be read."""
    if isinstance(error, UnidentifiedImageError):
        return "is no picture that browsers show, whatever its name says"
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return f"is too large (more than {MOST_PIXELS // 1_000_000} million pixels)"
    text = str(error).split("\n", 1)[0][:100]
    if "truncated" in text.lower() or isinstance(error, EOFError):
        return "is cut off: its end is missing"
    return f"can't be read ({text or type(error).__name__})"


_SVG = re.compile(rb"<(?:\w+:)?svg\b([^>]*)>", re.DOTALL)
_SIDE = re.compile(rb"""(?<![\w-])(width|height)\s*=\s*["']\s*([0-9]+(?:\.[0-9]+)?)\s*(?:px)?\s*["']""")
MOST_UNITS = 100_000
_BOX = re.compile(rb"""viewBox\s*=\s*["'][\s,]*(?:[-+\d.eE]+[\s,]+){2}([\d.]+)[\s,]+([\d.]+)[\s,]*["']""")


def _measure_drawing(file: Path) -> Measured:
    """Give the size of an SVG, as its first element has it: it is not parsed, for browsers do that in a cage."""
    with file.open("rb") as opened:
        head = opened.read(_HEAD)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.decode("utf-16", "ignore").encode()
    found = _SVG.search(re.sub(rb"<!--.*?-->", b"", head, flags=re.DOTALL))
    if found is None:
        return Measured(wrong="is no SVG: it has no element <svg> at its beginning")
    sides = {name: float(value) for name, value in _SIDE.findall(found[1])}
    width, height = sides.get(b"width", 0.0), sides.get(b"height", 0.0)
    box = _BOX.search(found[1])
    if box and float(box[1]) and float(box[2]):
        ratio = float(box[1]) / float(box[2])
        if not width:
            width = height * ratio if height else float(box[1])
        height = height or width / ratio
    if not (width and height):
        return Measured()  # it is shown, and takes what room there is
    return Measured(min(round(width), MOST_UNITS), min(round(height), MOST_UNITS))


# --- making smaller ones ---


def recipe() -> str:
    """Say what decides the bytes of a picture besides its original, format, size and quality."""
    made_with = [f"{one}={features.version(one)}" for one in ("pil", "avif", "webp", "littlecms2")]
    return " ".join([str(_FORM), *made_with])


def can_make(name: str) -> bool:
    """Whether the Pillow that is installed can make pictures of a format."""
    return bool(features.check(name))


class Darkroom:
    """Makes pictures, and keeps what it made: one that was made before in the same way is only read.

    What is kept has a digest of its own, so that a file that is damaged or somebody else's is made anew.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._recipe = recipe()
        self._opened: tuple[str, Image.Image] | None = None

    def __repr__(self) -> str:
        return "darkroom"

    def name(self, made: Rendition, quality: int) -> str:
        """Give the name under which a picture is kept, in the folder of its original."""
        return digest(self._recipe, f"{made.format} {made.width}x{made.height} {quality}").hex()[:32]

    def has(self, original: str, made: Rendition, quality: int) -> bool:
        """Whether a picture of the original with a digest is kept."""
        return (self._folder / folder_of(original) / self.name(made, quality)).is_file()

    def make(self, file: Path, original: str, made: Rendition, quality: int) -> bytes:
        """Give a picture made from ``file``, whose digest is ``original``. Raises OSError and what decoders raise."""
        kept = self._folder / folder_of(original) / self.name(made, quality)
        content = read_kept(kept, original, kept.name)
        if content is None:
            content = self._made(file, original, made, quality)
            keep(kept, content, original, kept.name)
        return content

    def _made(self, file: Path, original: str, made: Rendition, quality: int) -> bytes:
        image = self._open(file, original)
        if image.size != (made.width, made.height):
            image = image.resize((made.width, made.height), Image.Resampling.LANCZOS, reducing_gap=3.0)
        image.info = {}  # which writers would take metadata from
        written = io.BytesIO()
        if made.format == "avif":
            image.save(written, "AVIF", quality=max(1, quality - AVIF_SCALE), speed=7, max_threads=1)
        else:
            image.save(written, "WEBP", quality=quality, method=4)
        return written.getvalue()

    def _open(self, file: Path, original: str) -> Image.Image:
        """The original, upright and in the colours of the web; the last one is kept open for its other sizes."""
        if self._opened is None or self._opened[0] != original:
            self._opened = None  # two at once may be too much
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with Image.open(file, formats=_DECODERS) as image:
                    image.draft(None, (WIDEST, 1))  # a JPEG far wider than what is made is not computed whole
                    ImageOps.exif_transpose(image, in_place=True)
                    self._opened = (original, _plain(image))
        return self._opened[1]


def _plain(image: Image.Image) -> Image.Image:
    """Give the pixels of an image as RGB in the colours of the web (sRGB), with transparency where it has any."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I;16"):
        image = image.convert("I").point([one >> 8 for one in range(65_536)], "L")
    elif image.mode in ("I", "F"):
        image = image.convert("L")
    has_alpha = "A" in image.mode or "a" in image.mode or "transparency" in image.info
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = "RGB" if image.mode in ("CMYK", "L") else image.mode
            turned = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=target)
            image = turned or image
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # a profile that means nothing changes nothing
    mode = "RGBA" if has_alpha else "RGB"
    plain = image if image.mode == mode else image.convert(mode)
    plain.load()
    plain.info = {}
    return plain


_MARK = 32


def read_kept(kept: Path, *names: str) -> bytes | None:
    """Give what was kept in a file under some names; None where it is not there, damaged, or was kept under others."""
    try:
        data = kept.read_bytes()
    except OSError:
        return None
    return data[_MARK:] if data[:_MARK] == _mark(data[_MARK:], *names) else None


def keep(kept: Path, content: bytes, *names: str) -> None:
    """Keep ``content`` in a file, whole or not at all. Raises OSError."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    beside = kept.with_name(f"{kept.name}.{os.urandom(4).hex()}")
    beside.write_bytes(_mark(content, *names) + content)
    os.replace(beside, kept)


def _mark(content: bytes, *names: str) -> bytes:
    return digest(content, *names).ljust(_MARK, b"\0")[:_MARK]


def folder_of(original: str) -> str:
    """Give the name of the folder in which the pictures are kept that were made from the file with a digest."""
    return original[:32]


def sweep(folder: Path, wanted: Mapping[str, set[str]]) -> None:
    """Forget all that is kept but what was made of the originals with the ``wanted`` digests under their names."""
    if not folder.is_dir() or folder.is_symlink():
        return
    kept = {folder_of(original): names for original, names in wanted.items()}
    for entry in sorted(folder.iterdir()):
        if entry.name not in kept or entry.is_symlink() or not entry.is_dir():
            _remove(entry)
            continue
        for inner in sorted(entry.iterdir()):
            if inner.name not in kept[entry.name]:
                _remove(inner)


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        for inner in sorted(entry.iterdir()):
            _remove(inner)
        entry.rmdir()
    else:
        entry.unlink(missing_ok=True)
