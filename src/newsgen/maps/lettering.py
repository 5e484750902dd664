"""Where the names on a map have room: beside dots, within countries, and never over one another."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from newsgen.maps.atlas import Point

ROWS = 7
"""Heights in a country at which its name is tried."""


class Box(NamedTuple):
    """A rectangle on the paper; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float


class Lettering:
    """The paper of one map, and what of it is taken."""

    def __init__(self, width: float, height: float, size: float) -> None:
        """Names are written in letters of ``size`` units on ``width`` times ``height`` units."""
        self._paper = Box(size / 3, size / 3, width - size / 3, height - size / 3)
        self._size = size
        self._taken: list[Box] = []

    def take(self, at: Point, reach: float) -> None:
        """Keep names off the square that reaches ``reach`` units from a point to each side."""
        x, y = at
        self._taken.append(Box(x - reach, y - reach, x + reach, y + reach))

    def beside(self, at: Point, reach: float, name: str) -> tuple[Point, str] | None:
        """Find room for a name beside a dot that reaches ``reach`` units, and take it.

        Give where its baseline begins, is centred or ends, and which (``start``, ``middle``, ``end``).
        """
        x, y = at
        wide, high = self.width(name), self._size
        gap = reach + high / 5
        for left, middle, anchor in (
            (x + gap, y, "start"),
            (x - gap - wide, y, "end"),
            (x - wide / 2, y - gap - high / 2, "middle"),
            (x - wide / 2, y + gap + high / 2, "middle"),
        ):
            box = Box(left, middle - high / 2, left + wide, middle + high / 2)
            if self._is_free(box):
                self._taken.append(box)
                start = {"start": left, "middle": x, "end": left + wide}[anchor]
                return (start, middle + high * 0.35), anchor
        return None

    def within(self, polygons: Sequence[Sequence[Point]], name: str) -> Point | None:
        """Find room for a name within polygons, where these are widest, and take it: give its baseline’s middle."""
        points = [point for polygon in polygons for point in polygon]
        wide, high = self.width(name), self._size
        top, bottom = min(y for _, y in points) + high / 2, max(y for _, y in points) - high / 2
        found: list[tuple[float, Box]] = []
        for row in range(ROWS if bottom > top else 0):
            middle = top + (bottom - top) * (row + 0.5) / ROWS
            for left, right in _common(_spans(polygons, middle + high * off) for off in (-0.5, 0, 0.5)):
                if right - left > wide + high / 2:
                    centre = (left + right) / 2
                    slack = (right - left - wide) - abs(middle - (top + bottom) / 2) * 0.7
                    for shift in (0.0, -0.25, 0.25, -0.5, 0.5):
                        x = centre + shift * (right - left - wide)
                        box = Box(x - wide / 2, middle - high / 2, x + wide / 2, middle + high / 2)
                        found.append((slack - abs(shift) * (right - left), box))
        for _, box in sorted(found, key=lambda one: (-one[0], one[1])):
            if self._is_free(box, high):
                self._taken.append(box)
                return ((box.left + box.right) / 2, box.bottom - high * 0.15)
        return None

    def width(self, name: str) -> float:
        """Give about how wide a name is: what is wide in East Asia is as wide as high."""
        ems = sum(
            0.0 if unicodedata.combining(c) else 1.0 if unicodedata.east_asian_width(c) in "WF" else 0.56 for c in name
        )
        return ems * self._size

    def _is_free(self, box: Box, apart: float = 0) -> bool:
        """Whether a box is on the paper, and ``apart`` from all that is taken, so that two names do not read as one."""
        paper = self._paper
        if box.left < paper.left or box.right > paper.right or box.top < paper.top or box.bottom > paper.bottom:
            return False
        left, top, right, bottom = box.left - apart, box.top - apart / 2, box.right + apart, box.bottom + apart / 2
        return not any(
            left < other.right and other.left < right and top < other.bottom and other.top < bottom
            for other in self._taken
        )


def _spans(polygons: Sequence[Sequence[Point]], y: float) -> list[tuple[float, float]]:
    """The stretches of a row that lie in the polygons."""
    crossings = []
    for polygon in polygons:
        x1, y1 = polygon[-1]
        for x2, y2 in polygon:
            if (y1 > y) != (y2 > y):
                crossings.append(x1 + (y - y1) * (x2 - x1) / (y2 - y1))
            x1, y1 = x2, y2
    crossings.sort()
    return list(zip(crossings[::2], crossings[1::2], strict=False))


def _common(rows: Iterable[list[tuple[float, float]]]) -> list[tuple[float, float]]:
    """The stretches that all rows have in common."""
    first, *others = rows
    for other in others:
        first = [
            (max(left, a), min(right, b)) for left, right in first for a, b in other if max(left, a) < min(right, b)
        ]
    return first
