"""What a site says of its social cards, the pictures that stand beside a link to an article elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsgen.branding import Named, Static, static_bytes
from newsgen.errors import Fault
from newsgen.schema import Field, Flag, Record, Shape
from newsgen.typefaces import letters_in

SOCIAL_CARDS_SHAPE: Shape = Record(
    (
        Field("made", Flag(), "Whether they are made. Default: true, where anything is said of them."),
        Field(
            "font",
            Static((".ttf", ".otf", ".ttc"), "a font in static/, in the format TrueType or OpenType"),
            "The font that they are set in, where it has the letters.",
        ),
    ),
    short="made",
)


@dataclass(frozen=True, slots=True)
class SocialCards:
    """Whether social cards are made, and the address of the font that they are set in."""

    made: bool = False
    font: str | None = None


PARTS_OF_SOCIAL_CARDS = ("made", "font")
"""What templates may read of it."""


def read_social_cards(given: dict[str, Any], root: Path, path: str) -> tuple[SocialCards, list[Fault]]:
    """Give the settings that ``given`` (as :data:`SOCIAL_CARDS_SHAPE` reads them, from the file ``path``) make for the
    site in ``root``, and a fault for a font that is not there, or none."""
    faults: list[Fault] = []
    named: Named | None = given["font"]
    made = given["made"] is not False
    if named is None:
        return SocialCards(made), faults
    data = static_bytes(named, root, path, faults)
    if data is None:
        return SocialCards(made), faults
    try:
        letters_in(data)
    except ValueError:
        what = f"static/{named.path} is no font in the format TrueType or OpenType"
        faults.append(Fault(path, *named.at, what, "Replace the file, or name another one."))
    return SocialCards(made, f"/{named.path}"), faults
