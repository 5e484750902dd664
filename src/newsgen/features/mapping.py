"""The maps of places: of the whole world, of one place with what lies in it, and of where an article is about."""

from __future__ import annotations

from markupsafe import Markup

from newsgen.features import Frame
from newsgen.model import Place


def map_of_world(frame: Frame, places: tuple[Place, ...]) -> Markup | None:
    """Give the map of all places that have coordinates, dots as large as there are articles; None without any."""
    return None


def map_of_place(frame: Frame, place: Place) -> Markup | None:
    """Give the map of a place and of those in it; None where none has coordinates."""
    return None


def map_of_article(at: tuple[float, float] | None, name: str) -> Markup | None:
    """Give the small map of where an article is about; None where that is not known."""
    return None
