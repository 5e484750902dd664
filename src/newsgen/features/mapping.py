"""The maps of places: of the whole world, of one place with what lies in it, and of where an article is about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from newsgen import maps
from newsgen.features import Frame
from newsgen.maps import Dot
from newsgen.model import Account, Place

MOST_DOTS = 500
"""How many places a map shows: those with most articles."""


def map_of_world(frame: Frame, places: tuple[Place, ...]) -> Markup | None:
    """Give the map of all places that have coordinates, dots as large as there are articles; None without any."""
    dots = _dots(frame, [leaf for one in places for leaf in _leaves(one)])
    return Markup(maps.world_map(dots, "")) if dots else None  # noqa: S704 - made of numbers, and of escaped names


def map_of_place(frame: Frame, place: Place) -> Markup | None:
    """Give the map of a place and of those in it; None where none has coordinates."""
    inner = [leaf for one in place.inner for leaf in _leaves(one)]
    dots = _dots(frame, inner) if inner else [Dot(*place.at, place.name)] if place.at else []
    drawn = maps.region_map(dots, place.name, language=frame.language)
    return Markup(drawn) if drawn else None  # noqa: S704


def map_of_article(frame: Frame, location: dict[str, Any] | None) -> Markup | None:
    """Give the small map of where an article is about; None where that is not known."""
    if not location or not location["at"]:
        return None
    name = location["shown"].partition(",")[0]
    drawn = maps.locator_map(*location["at"], name, location["shown"], language=frame.language)
    return Markup(drawn)  # noqa: S704


def map_of_event(frame: Frame, account: Account) -> Markup | None:
    """Give the small map of where an event was; None where that is not known."""
    if not account.at or not account.place:
        return None
    drawn = maps.locator_map(*account.at, account.place.partition(",")[0], account.place, language=frame.language)
    return Markup(drawn)  # noqa: S704


def _leaves(place: Place) -> Iterator[Place]:
    """Give the places with coordinates in a place, itself where there is none: what is told of a city would else be
    shown again in the middle of its country."""
    found = [leaf for one in place.inner for leaf in _leaves(one)]
    if found:
        yield from found
    elif place.at:
        yield place


def _dots(frame: Frame, places: list[Place]) -> list[Dot]:
    most = sorted(places, key=lambda one: -one.count)[:MOST_DOTS]
    return [
        Dot(
            *one.at,
            one.name,
            f"{one.name}: {one.count}" if one.count else one.name,
            frame.href(one.address),
            max(1, one.count),
        )
        for one in most
        if one.at
    ]
