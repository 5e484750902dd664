"""The paper of a map, and how a place on Earth comes to lie on it."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from newsgen.maps.atlas import BEYOND_POLE, Point, Window

WORLD_WIDTH = 2000
WORLD_WEST = -169.0
"""The map of the world is cut in the Bering Strait, where it cuts no land."""
MARGIN = 1.3
"""A map has this many times the extent of what it holds."""
FLATTEST = 0.17
"""The least that a degree of longitude is reckoned with: its length at 80 degrees of latitude."""
SOUTHERNMOST = -56.5
"""Where a map of the world without Antarctica ends."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The paper of a map, and how a place comes to lie on it."""

    window: Window
    width: int
    height: int
    lay: Callable[[float, float], Point]
    """From longitude, in the window, and latitude to x and y."""

    def at(self, lat: float, lon: float) -> Point | None:
        """Give where a place lies, if it lies on the sheet."""
        west, south, east, north = self.window
        lon = west + (lon - west) % 360 % 360
        if lon > east or not south <= lat <= north:
            return None
        return self.lay(lon, lat)


def sheet_round(places: Sequence[tuple[float, float]], span: float, size: tuple[int, int]) -> Sheet:
    """Give the sheet of ``size`` that holds all ``places`` (latitude, longitude) with a margin, across the antimeridian
    where that is less, and is at least ``span`` degrees of a great circle wide: equirectangular, true in its middle."""
    # % gives 360.0 itself where a longitude lies below 0 by less than can be told
    west, width = _least_arc([lon % 360 % 360 for _, lon in places])
    south, north = min(lat for lat, _ in places), max(lat for lat, _ in places)
    shrink = max(math.cos(math.radians((south + north) / 2)), FLATTEST)
    aspect = size[0] / size[1]
    across = max(span, width * shrink * MARGIN, (north - south) * aspect * MARGIN)
    wide, high = across / shrink, across / aspect
    left = west + width / 2 - wide / 2
    left -= 360 * math.floor((left + 180) / 360)
    pole = 90 + min(high / 16, BEYOND_POLE)
    bottom = max(min((south + north) / 2 - high / 2, pole - high), -pole)
    window = Window(left, bottom, left + wide, bottom + high)

    def lay(lon: float, lat: float) -> Point:
        return (lon - left) / wide * size[0], (window.north - lat) / high * size[1]

    return Sheet(window, *size, lay)


def _least_arc(longitudes: Iterable[float]) -> tuple[float, float]:
    """Where the least stretch of the circle begins that holds all of ``longitudes``, and how long it is."""
    ordered = sorted(set(longitudes))
    gaps = [
        ((after - before) % 360 or 360, after)
        for before, after in zip(ordered, [*ordered[1:], ordered[0]], strict=True)
    ]
    gap, begin = max(gaps)
    return begin, 360 - gap


@functools.cache
def world_sheet(is_whole: bool) -> Sheet:
    """Give the sheet for the world in the Equal Earth projection, with Antarctica if it is to be whole."""
    west, north, south = WORLD_WEST, 84.0, -90.0 if is_whole else SOUTHERNMOST
    scale = WORLD_WIDTH / (2 * equal_earth(math.pi, 0)[0])
    top = equal_earth(0, math.radians(north))[1]

    def lay(lon: float, lat: float) -> Point:
        x, y = equal_earth(math.radians(lon - west - 180), math.radians(min(lat, north)))
        return WORLD_WIDTH / 2 + x * scale, (top - y) * scale

    height = math.ceil((top - equal_earth(0, math.radians(south))[1]) * scale)
    return Sheet(Window(west, south, west + 360, 90.0), WORLD_WIDTH, height, lay)


def equal_earth(lon: float, lat: float) -> Point:
    """Project radians to the unit sphere: the polynomial of Šavrič, Patterson and Jenny (2018)."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    theta = math.asin(math.sqrt(3) / 2 * math.sin(lat))
    square = theta * theta
    sixth = square**3
    x = 2 * math.sqrt(3) * lon * math.cos(theta) / (3 * (a1 + 3 * a2 * square + sixth * (7 * a3 + 9 * a4 * square)))
    return x, theta * (a1 + a2 * square + sixth * (a3 + a4 * square))
