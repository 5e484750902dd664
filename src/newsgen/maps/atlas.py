"""The shapes of the world's land, countries and borders, and the part of them that lies in a window.

They are in ``atlas.json``, which ``tests/make_atlas.py`` makes of Natural Earth's data (docs/maps.md). It is read when
the first map is drawn, or the first country asked for, and never before; of the shapes only those are decoded that a
map comes near, for an edited article needs one map, and all shapes would take longer than the rest of its page.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, NamedTuple

ATLAS_DIGEST = "6021b64aa2cf91a5847ba74f35ca409b9129f73b0816256ca5a5c83677bd661a"
"""SHA-256 of ``atlas.json``: as it is written here, a change of the shapes is a change of the program's sources."""

PIECE = 24
"""Points in one piece of an outline; a piece that lies beyond a window costs no more than a point."""

BEYOND_POLE = 1.0
SHEAF = 15
"""Degrees."""

Point = tuple[float, float]
"""Longitude and latitude in degrees, or x and y."""


class Window(NamedTuple):
    """A part of the world in degrees. ``east`` is beyond 180 where the window crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class Outline:
    """A ring or a line, whose longitudes run on beyond 180 where it crosses the antimeridian."""

    box: Window
    make: Callable[[], list[Point]]

    @functools.cached_property
    def pieces(self) -> tuple[tuple[Window, tuple[Point, ...]], ...]:
        """Its points, cut into pieces, each with its box."""
        points = self.make()
        cuts = [tuple(points[at : at + PIECE + 1]) for at in range(0, max(1, len(points) - 1), PIECE)]
        return tuple((box_of(piece), piece) for piece in cuts)


@dataclass(frozen=True, slots=True)
class Sheaf:
    """Outlines that lie near one another: most windows are far from nearly all sheaves."""

    box: Window
    outlines: tuple[Outline, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """The world at one scale: its land, the borders on it, and those that are disputed."""

    land: tuple[Sheaf, ...]
    borders: tuple[Sheaf, ...]
    disputed: tuple[Sheaf, ...]


@dataclass(frozen=True, slots=True)
class Country:
    """A country, or a part of one that has a shape of its own."""

    name: str
    also: tuple[str, ...]
    """Other names and the codes of ISO 3166-1."""
    parts: tuple[str, ...]
    """Names of other shapes that places in this country may lie in."""
    is_named: bool
    """Whether its name is written on maps."""
    shape: Sheaf


@functools.cache
def world() -> Level:
    """Give the shapes for a map of the world, of 1:110 million."""
    return _level("world")


@functools.cache
def region() -> Level:
    """Give the shapes for maps of a part of it, of 1:50 million."""
    return _level("region")


@functools.cache
def countries() -> tuple[Country, ...]:
    """Give all countries, in the order of their names, with the outlines of :func:`region`."""
    return tuple(
        Country(
            name=one["name"],
            also=tuple(one.get("also", ())),
            parts=tuple(one.get("parts", ())),
            is_named=not one.get("unnamed", False),
            shape=_sheaf(_outline_of_ring("region", numbers) for numbers in one["rings"]),
        )
        for one in _data()["countries"]
    )


@functools.cache
def _data() -> Any:
    return json.loads(Path(__file__).with_name("atlas.json").read_text(encoding="utf-8"))


@functools.cache
def _arc(name: str, number: int) -> list[Point]:
    return _decoded(_data()[name]["arcs"][number])


def _level(name: str) -> Level:
    data = _data()[name]
    return Level(
        land=_sheaves(_outline_of_ring(name, numbers) for numbers in data["land"]),
        borders=_sheaves(_outline_of_arc(name, number) for number in data["borders"]),
        disputed=_sheaves(_outline_of_arc(name, number) for number in data["disputed"]),
    )


def _outline_of_arc(name: str, number: int) -> Outline:
    return Outline(_box_of_arc(name, number), functools.partial(_arc, name, number))


def _outline_of_ring(name: str, numbers: list[int]) -> Outline:
    """Make the outline of a ring. Where its arcs lie within half a turn, none crosses the antimeridian, and it has the
    box of all of them; else only its points tell."""
    boxes = [_box_of_arc(name, number if number >= 0 else ~number) for number in numbers]
    box = box_of([corner for one in boxes for corner in (one[:2], one[2:])])
    make = functools.partial(_ring, name, numbers)
    return Outline(box if box.east - box.west < 180 else box_of(make()), make)


def _box_of_arc(name: str, number: int) -> Window:
    return Window(*_corners(name)[2 * number], *_corners(name)[2 * number + 1])


@functools.cache
def _corners(name: str) -> list[Point]:
    """The south-western and the north-eastern corner of each arc."""
    return _decoded(_data()[name]["boxes"])


def _decoded(text: str) -> list[Point]:
    """Read an encoded polyline (the format of Google Maps) of hundredths of a degree, longitude first."""
    steps: list[int] = []
    value = shift = 0
    for byte in text.encode("ascii"):
        byte -= 63
        value |= (byte & 0x1F) << shift
        if byte & 0x20:
            shift += 5
        else:
            steps.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    xs, ys = accumulate(steps[::2]), accumulate(steps[1::2])
    return [(x / 100, y / 100) for x, y in zip(xs, ys, strict=True)]


def _ring(name: str, numbers: list[int]) -> list[Point]:
    """Join arcs to a ring (TopoJSON: ``~n`` is arc n backwards) and let its longitudes run on beyond 180.

    A ring round a pole does not come back to where it began: it is closed a little beyond the pole, so that a map may
    show what lies right at it.
    """
    ring: list[Point] = []
    turn = 0.0
    for number in numbers:
        arc = _arc(name, number) if number >= 0 else _arc(name, ~number)[::-1]
        for x, y in arc[1:] if ring else arc:
            if ring and abs(x + turn - ring[-1][0]) > 180:
                turn += 360 if x + turn < ring[-1][0] else -360
            ring.append((x + turn, y))
    if abs(ring[-1][0] - ring[0][0]) > 180:
        pole = math.copysign(90 + BEYOND_POLE, ring[0][1])
        ring += [(ring[-1][0], pole), (ring[0][0], pole), ring[0]]
    return ring


def _sheaf(outlines: Iterable[Outline]) -> Sheaf:
    bound = tuple(outlines)
    return Sheaf(box_of([corner for one in bound for corner in (one.box[:2], one.box[2:])]), bound)


def _sheaves(outlines: Iterable[Outline]) -> tuple[Sheaf, ...]:
    """Bind outlines by where they begin and how large they are."""
    bound: dict[tuple[int, int, bool], list[Outline]] = {}
    for one in outlines:
        west, south, east, north = one.box
        cell = (int(west // SHEAF), int(south // SHEAF), max(east - west, north - south) > SHEAF)
        bound.setdefault(cell, []).append(one)
    return tuple(_sheaf(bound[cell]) for cell in sorted(bound))


def box_of(points: Sequence[Point]) -> Window:
    """Give the least window that holds all of ``points``."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Window(min(xs), min(ys), max(xs), max(ys))


def areas(sheaves: Iterable[Sheaf], window: Window) -> list[list[Point]]:
    """Give the polygons that are the part of the areas within the outlines of ``sheaves`` that lies in ``window``.

    They are cut at its edges (Sutherland and Hodgman 1974), and so may run along an edge and back. Longitudes are
    those of the window.
    """
    found = []
    for outline in _met(sheaves, window):
        for turn, here in _turns(outline.box, window):
            points: list[Point] = []
            for box, piece in outline.pieces:
                if _is_beyond(box, here):  # whatever it does there, only where it leaves to matters
                    points += (piece[0], piece[-1])
                else:
                    points += piece
            if not _is_held(outline.box, here):
                for axis, bound, sign in (
                    (0, here.west, 1),
                    (0, here.east, -1),
                    (1, here.south, 1),
                    (1, here.north, -1),
                ):
                    points = _cut(points, axis, bound, sign)
            if len(points) > 2:
                found.append([(x + turn, y) for x, y in points] if turn else points)
    return found


def lines(sheaves: Iterable[Sheaf], window: Window) -> list[list[Point]]:
    """Give the parts of the lines of ``sheaves`` that lie in ``window``, cut at its edges (Liang and Barsky 1984)."""
    found: list[list[Point]] = []
    for outline in _met(sheaves, window):
        for turn, here in _turns(outline.box, window):
            for box, piece in outline.pieces:
                if _is_beyond(box, here):
                    continue
                for start, end in pairwise(piece):
                    part = _segment(start, end, here)
                    if part is None:
                        continue
                    one, other = ((x + turn, y) for x, y in part)
                    if found and found[-1][-1] == one:
                        found[-1].append(other)
                    else:
                        found.append([one, other])
    return found


def _met(sheaves: Iterable[Sheaf], window: Window) -> Iterator[Outline]:
    """The outlines of all sheaves that a window meets."""
    for sheaf in sheaves:
        if _turns(sheaf.box, window):
            yield from sheaf.outlines


def _turns(box: Window, window: Window) -> list[tuple[float, Window]]:
    """The turns of the globe at which a box and a window meet, and for each the window turned back."""
    west, south, east, north = window
    if box.north < south or box.south > north:
        return []
    return [
        (turn, Window(west - turn, south, east - turn, north))
        for turn in (-360.0, 0.0, 360.0)
        if box.west <= east - turn and box.east >= west - turn
    ]


def _is_beyond(box: Window, window: Window) -> bool:
    """Whether a box lies wholly beyond one edge of a window."""
    return box.east < window.west or box.west > window.east or box.north < window.south or box.south > window.north


def _is_held(box: Window, window: Window) -> bool:
    starts = window.west <= box.west and window.south <= box.south
    return starts and box.east <= window.east and box.north <= window.north


def _cut(points: list[Point], axis: int, bound: float, sign: int) -> list[Point]:
    """Cut a polygon along one edge: what is kept has ``sign * coordinate >= sign * bound``."""
    kept: list[Point] = []
    if not points:
        return kept
    last = points[-1]
    was_in = sign * (last[axis] - bound) >= 0
    for point in points:
        is_in = sign * (point[axis] - bound) >= 0
        if is_in != was_in:
            share = (bound - last[axis]) / (point[axis] - last[axis])
            other = last[1 - axis] + share * (point[1 - axis] - last[1 - axis])
            kept.append((bound, other) if axis == 0 else (other, bound))
        if is_in:
            kept.append(point)
        last, was_in = point, is_in
    return kept


def _segment(start: Point, end: Point, window: Window) -> tuple[Point, Point] | None:
    """The part of a segment that lies in a window."""
    (x, y), (dx, dy) = start, (end[0] - start[0], end[1] - start[1])
    enters, leaves = 0.0, 1.0
    for step, room in ((-dx, x - window.west), (dx, window.east - x), (-dy, y - window.south), (dy, window.north - y)):
        if step == 0:
            if room < 0:
                return None
        elif step < 0:
            enters = max(enters, room / step)
        else:
            leaves = min(leaves, room / step)
    if enters >= leaves:
        return None
    first = start if enters == 0 else (x + enters * dx, y + enters * dy)
    last = end if leaves == 1 else (x + leaves * dx, y + leaves * dy)
    return first, last
