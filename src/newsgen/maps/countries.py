"""Whether a place can lie in the country that is named with it."""

from __future__ import annotations

import functools
import math
import unicodedata
from itertools import pairwise

from newsgen.maps.atlas import Country, Outline, Point, countries

NEAR = 0.6
"""Degrees of a great circle, 67 km: half a degree, and what the shapes were made simpler by."""
PLAIN = 0.1
"""Degrees; what would lie no farther from the country with a slip of the pen undone plainly belongs to it."""
WATERS = 3.5
"""Degrees, a little more than the 200 nautical miles of an exclusive economic zone (UNCLOS, article 57): what happens
at sea is often given to the country whose waters they are."""

_WITH_ARTICLE = frozenset(
    "Bahamas,Central African Republic,Cook Islands,Cayman Islands,Comoros,Dominican Republic,Falkland Islands,"
    "Faroe Islands,Gambia,Maldives,Marshall Islands,Netherlands,Philippines,Republic of the Congo,Solomon Islands,"
    "Turks and Caicos Islands,United Arab Emirates,United Kingdom,United States,British Virgin Islands,"
    "United States Virgin Islands,Northern Mariana Islands,Pitcairn Islands,DR Congo".split(",")
)


def is_country(name: str) -> bool:
    """Whether ``name`` is that of a country, or a code of one, as :func:`suspicion` takes them."""
    return _key(name) in _named()


def suspicion(lat: float, lon: float, country: str) -> str | None:
    """Say in half a sentence why the place at ``lat`` and ``lon`` cannot well lie in ``country``, or give None.

    ``country`` is an English name, another one that is common, or a code of ISO 3166-1 alpha-2 or alpha-3, in any
    case; nothing is suspected of a country that is not known. What lies in it, near it, in its waters, in its parts
    overseas or in a land that it disputes is not suspected either.
    """
    named = _named().get(_key(country))
    if named is None or not (abs(lat) <= 90 and abs(lon) <= 180):
        return None
    lands = (named, *(_named()[_key(part)] for part in named.parts))
    if _is_near(lat, lon, lands, NEAR):
        return None
    there = _holder(lat, lon)
    if there is None and _is_near(lat, lon, lands, WATERS):
        return None
    said = f"lies outside {_spoken(named)}"
    for slip, other_lat, other_lon, candidates in (
        ("latitude and longitude swapped", lon, lat, lands),
        ("the other sign of the longitude", lat, -lon, lands[:1]),
        ("the other sign of the latitude", -lat, lon, lands[:1]),
    ):
        if abs(other_lat) <= 90 and _is_near(other_lat, other_lon, candidates, PLAIN):
            return f"{said}; with {slip} it would lie in it"
    return f"{said} (it is at sea)" if there is None else f"{said} (it is in {_spoken(there)})"


def _spoken(country: Country) -> str:
    return f"the {country.name}" if country.name in _WITH_ARTICLE else country.name


@functools.cache
def _named() -> dict[str, Country]:
    """Every country by each of its names and codes."""
    return {_key(name): country for country in countries() for name in (*country.also, country.name)}


def _key(name: str) -> str:
    """The form in which names are compared: without case, accents, points and ``the``."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " if c not in ".'’" else "" for c in plain.replace("&", " and ")).split()
    words = ["saint" if word == "st" else word for word in words]
    return " ".join(words[1:] if words[:1] == ["the"] else words)


def _holder(lat: float, lon: float) -> Country | None:
    """The country that a place lies in."""
    for country in countries():
        if any(_is_in((x, lat), country) for x in (lon, lon + 360, lon - 360)):
            return country
    return None


def _is_near(lat: float, lon: float, lands: tuple[Country, ...], near: float) -> bool:
    """Whether a place lies in one of ``lands``, or no farther from it than ``near``."""
    return any(
        _is_in((x, lat), land) or any(_is_by((x, lat), outline, near) for outline in land.shape.outlines)
        for land in lands
        for x in (lon, lon + 360, lon - 360)
    )


def _is_in(point: Point, country: Country) -> bool:
    """Whether an odd number of edges lies east of a point."""
    x, y = point
    odd = False
    for outline in country.shape.outlines:
        west, south, east, north = outline.box
        if not (west <= x <= east and south <= y <= north):
            continue
        for box, piece in outline.pieces:
            if box.south > y or box.north < y or box.east < x:
                continue
            for (x1, y1), (x2, y2) in pairwise(piece):
                if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                    odd = not odd
    return odd


def _is_by(point: Point, outline: Outline, near: float) -> bool:
    """Whether a line passes a point no farther than ``near``."""
    x, y = point
    shrink = max(math.cos(math.radians(y)), 0.02)
    wide = near / shrink
    for box, piece in ((outline.box, None), *outline.pieces):
        if box.west - wide > x or box.east + wide < x or box.south - near > y or box.north + near < y:
            if piece is None:
                return False
            continue
        for (x1, y1), (x2, y2) in pairwise(piece or ()):
            dx, dy = (x2 - x1) * shrink, y2 - y1
            px, py = (x - x1) * shrink, y - y1
            length = dx * dx + dy * dy
            share = min(1.0, max(0.0, (px * dx + py * dy) / length)) if length else 0.0
            if math.hypot(px - share * dx, py - share * dy) <= near:
                return True
    return False
