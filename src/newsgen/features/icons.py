"""The icons of a site, and its web app manifest (W3C), which names them.

A file in ``static/`` at the address of one of them stands in its place.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsgen.branding import ACCENT, GROUNDS, png_size
from newsgen.errors import Fault, Faulty
from newsgen.features import Feature, Frame, Planning
from newsgen.model import Output, Page
from newsgen.questions import Reads
from newsgen.spelling import direction
from newsgen.typefaces import Typeface, choose, typefaces

MANIFEST = "/site.webmanifest"
LARGE = "/icon-512.png"
"""What stands for a page that has no picture of its own."""


@dataclass(frozen=True, slots=True)
class Icon:
    """One icon: its sizes in pixels, its shape, and what the manifest says it is for, where it names it."""

    sizes: tuple[int, ...]
    shape: str = "round"
    purpose: str | None = None


ICONS = {
    "/favicon.ico": Icon((16, 32, 48), "ico"),
    "/apple-touch-icon.png": Icon((180,), "square"),
    "/icon-192.png": Icon((192,), purpose="any"),
    LARGE: Icon((512,), purpose="any"),
    "/icon-maskable-512.png": Icon((512,), "maskable", "maskable"),
}
LONGEST_SHORT_NAME = 12
"""What most devices show of a name below an icon."""


def _subjects(planning: Planning) -> Iterator[str]:
    yield "all"


def _pages(planning: Planning, subject: str) -> Iterator[Page]:
    taken = {one: planning.files.find(one) for one in (*ICONS, MANIFEST)}
    shown: dict[str, Any] | None = None
    material: tuple[str, str] | None = None
    listed = []
    for address, icon in ICONS.items():
        size: tuple[int, int] | None = (icon.sizes[0], icon.sizes[0])
        file = taken[address]
        if file is None:
            if shown is None:
                shown, material = _shown(planning)
            facts = {**shown, "icon": address}
            yield Page(address, "icons", "the icons of the site", facts=facts, kind="file", material=material)
        elif icon.purpose:
            size = _size(file[0].real)
        if icon.purpose and size:
            listed.append([address, *size, icon.purpose])
    if taken[MANIFEST] is None:
        yield Page(MANIFEST, "icons", "the manifest of the settings", facts={"icons": listed}, kind="file")


def _shown(planning: Planning) -> tuple[dict[str, Any], tuple[str, str] | None]:
    """Give what the icons show: the picture that the settings name, or a letter."""
    look = planning.site.theme
    file = planning.files.find(look.icon) if look.icon else None
    if file is not None:
        return {"picture": file[1]}, (str(file[0].real), "")
    font = planning.site.social_cards.font
    own = planning.files.find(font) if font else None
    letter, face = _letter_of(planning.site.title, own[0].real if own else None)
    return {"letter": letter, "accent": look.accent["light"] if look.accent else ACCENT, "font": face and face.mark}, (
        (str(face.titles), "") if face else None
    )


def _letter_of(title: str, own: Path | None) -> tuple[str, Typeface | None]:
    """Give the first letter or digit of a title, a capital where there is one, and a typeface that has it."""
    found = next((one for one in title if unicodedata.category(one)[0] in "LN"), "")
    letter = found.upper() if len(found.upper()) == 1 else found
    faces = typefaces(own)
    if letter.isascii() and letter and own is None and faces:
        return letter, faces[0]  # which has those of English, as need not be looked up
    number, _, _ = choose(letter, faces, True, True) if letter else (None, "", ())
    return (letter, faces[number]) if number is not None else ("", None)


def _size(file: Path) -> tuple[int, int] | None:
    """Give the size of a file in ``static/`` that stands in the place of an icon; None for what is no PNG."""
    with file.open("rb") as opened:
        return png_size(opened.read(64))


def _render(page: Page, reads: Reads, frame: Frame) -> Output:
    if page.address == MANIFEST:
        return Output(_manifest(page, frame).encode())
    from newsgen.emblems import Emblem, drawn, made_of  # here, because only icons need Pillow

    icon, facts = ICONS[page.facts["icon"]], page.facts
    file = Path(page.material[0]) if page.material else None
    if "picture" in facts and file is not None:
        try:
            return Output(made_of(file, icon.sizes, icon.shape))
        except Exception as error:  # a decoder of hostile bytes may raise anything
            what = f"no icon can be made of {frame.site.theme.icon} ({str(error) or type(error).__name__})"
            raise Faulty([Fault("content/site.yaml", 1, 1, what, "Name another PNG as icon: in theme:.")]) from error
    # letters that are a few pixels high need the sturdier forms of small type
    axes = (("opsz", 8.0 if icon.shape == "ico" else 60.0), ("wght", 700.0))
    return Output(drawn(Emblem(facts["letter"], file, axes, facts["accent"]), icon.sizes, icon.shape))


def _manifest(page: Page, frame: Frame) -> str:
    """Give the manifest: its addresses are seen from where it stands, so that it is the same under any base_url."""
    site = frame.site
    values: dict[str, Any] = {
        "name": site.title,
        "short_name": short_name(site.title),
        "description": site.description or None,
        "lang": site.language,
        "dir": direction(site.language),
        "start_url": "./",
        "scope": "./",
        "display": "browser",
        "background_color": GROUNDS["light"][0],
        "theme_color": GROUNDS["light"][0],
        "categories": ["news"],
        "icons": [
            {"src": address.lstrip("/"), "sizes": f"{width}x{height}", "type": "image/png", "purpose": purpose}
            for address, width, height, purpose in page.facts["icons"]
        ],
    }
    kept = {name: value for name, value in values.items() if value is not None}
    return json.dumps(kept, ensure_ascii=False, indent=2) + "\n"


def short_name(title: str) -> str:
    """Give the beginning of a title, in whole words, that has room below an icon; at least one word."""
    if len(title) <= LONGEST_SHORT_NAME:
        return title
    words = title.split()
    short = words[0]
    for word in words[1:]:
        if len(short) + 1 + len(word) > LONGEST_SHORT_NAME:
            break
        short += f" {word}"
    return short


SETTINGS = ("title", "description", "language", "theme.icon")

FEATURE = Feature("icons", _subjects, _pages, render=_render, settings=SETTINGS)
