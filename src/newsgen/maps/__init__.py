"""Draw maps as inline SVG: of the world, of a region, and of where one place lies.

They need no script and ask no other host. All colours come from the style sheet, through the classes ``map``,
``land``, ``borders``, ``disputed``, ``country``, ``name``, ``dot``, ``hit``, ``near`` and ``here``; nothing has an id.
A dot is a line of no length with round ends, whose width is in pixels of the screen at every size of the map. A map
whose dots are links is a group of them (``role="group"``); any other is an image (WAI-ARIA 1.2).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from newsgen.maps import atlas
from newsgen.maps.atlas import Level, Point
from newsgen.maps.lettering import Lettering
from newsgen.maps.sheets import SOUTHERNMOST, WORLD_WIDTH, Sheet, sheet_round, world_sheet

REGION_SIZE = (1200, 800)
LOCATOR_SIZE = (600, 400)
REGION_SPAN = 13.0
LOCATOR_SPAN = 10.0
WIDEST_LOCATOR = 40.0
"""Degrees of a great circle from the left of a map to its right, where it is drawn round one place."""
WIDEST_REGION = 150.0
"""Degrees of longitude; what needs more is shown on a map of the world."""
LETTERS = 34
"""Units of a map of a region: the size of letters that is reckoned with, which is the one on a phone."""
PIXEL = 2.4
"""Units of a map of a region in a pixel, between a phone and a desk."""
MOST_NAMES = 12
BIGGEST_DOT = 26
BIGGEST_OF_WORLD = 20
SMALLEST_DOT = 7
"""Pixels across."""
ONE = 7.5
"""Pixels across a dot for one thing, unless another's would then be too big."""
TARGET = 24
FOCUS = 6
"""Pixels; WCAG 2.2, 2.5.8. A target is wider than its dot, for it is the ring that shows the focus."""
LOCATOR_BYTES = 1_900
"""Bytes for the shapes of a locator map."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A place on a map, for one or many things."""

    lat: float
    lon: float
    name: str
    label: str = ""
    """What it says to those who do not see it, such as "Baghdad, 3 reports"; the name if empty."""
    href: str = ""
    """A ready link, or nothing."""
    number: int = 1
    """How many things it stands for; its area grows with them."""


def world_map(dots: Sequence[Dot], title: str) -> str:
    """Draw the world in the Equal Earth projection (Šavrič, Patterson and Jenny 2018), with ``dots`` on it.

    Antarctica is left out unless a dot lies so far south. Larger dots are drawn, and reached by the keyboard, before
    smaller ones, so that these are not covered; equal ones in the order given. Raises ``ValueError`` for a coordinate
    that is none.
    """
    _check(dots)
    sheet = world_sheet(any(dot.lat < SOUTHERNMOST for dot in dots))
    return _svg(sheet, title, [_world_shapes(sheet.window.south)], _drawn(sheet, dots, "dot"))


def region_map(
    dots: Sequence[Dot], title: str, around: Sequence[Dot] = (), countries: bool = True, language: str = "en"
) -> str:
    """Draw the part of the world that holds ``dots``, in an equirectangular projection that is true in its middle.

    Those of ``around`` that lie in it are drawn fainter. Names of dots and countries are written where there is room;
    those of countries are in ``language``, and left out unless ``countries``. Dots too far apart for one region are
    drawn on a map of the world, and without dots there is no map: then the answer is empty. The order is that of
    :func:`world_map`. Raises ``ValueError`` for a coordinate that is none.
    """
    _check([*dots, *around])
    if not dots:
        return region_map(around, title, (), countries, language) if around else ""
    sheet = sheet_round([(dot.lat, dot.lon) for dot in dots], REGION_SPAN, REGION_SIZE)
    if len(dots) > 1 and sheet.window.east - sheet.window.west > WIDEST_REGION:
        return world_map([*around, *dots], title)
    shapes = _shapes(sheet, atlas.region(), 1.5, 30)
    around = [dot for dot, at in _placed(sheet, around) if dot not in dots and _is_well_within(sheet, at)]
    placed = sorted(_placed(sheet, dots), key=lambda one: -one[0].number)
    lettering = Lettering(*REGION_SIZE, LETTERS)
    most = max(dot.number for dot in dots)
    for dot, at in placed:
        lettering.take(at, _diameter(dot.number, most) / 2 * PIXEL)
    for _, at in _placed(sheet, around):
        lettering.take(at, SMALLEST_DOT / 2 * PIXEL)
    names: list[str] = []
    written: set[str] = set()
    for dot, at in placed:
        if dot.name and dot.name not in written and len(names) < MOST_NAMES:
            found = lettering.beside(at, _diameter(dot.number, most) / 2 * PIXEL, dot.name)
            if found:
                names.append(_text("name", *found, dot.name))
                written.add(dot.name)
    if countries:
        shapes += _country_names(sheet, lettering, MOST_NAMES, language)
    marks = _drawn(sheet, around, "near") + _drawn(sheet, dots, "dot")
    return _svg(sheet, title, [*shapes, *names], marks)


@functools.lru_cache(maxsize=4_000)
def locator_map(lat: float, lon: float, name: str, title: str, countries: bool = True, language: str = "en") -> str:
    """Draw where one place lies, with its name: small, and light enough for every article.

    Names of countries are in ``language``, and left out unless ``countries``. Raises ``ValueError`` for a coordinate
    that is none.
    """
    dot = Dot(lat, lon, name)
    _check([dot])
    span, tolerance = LOCATOR_SPAN, 2.0
    sheet = sheet_round([(lat, lon)], span, LOCATOR_SIZE)
    while not _tells_something(sheet) and span < WIDEST_LOCATOR:
        span *= 2
        sheet = sheet_round([(lat, lon)], span, LOCATOR_SIZE)
    shapes = _shapes(sheet, atlas.region(), tolerance, 15) or _shapes(sheet, atlas.region(), 0, 0)
    while sum(map(len, shapes)) > LOCATOR_BYTES and tolerance < 40:
        tolerance *= 1.5
        shapes = _shapes(sheet, atlas.region(), tolerance, 15 * tolerance)
    at = sheet.at(lat, lon) or (sheet.width / 2, sheet.height / 2)
    lettering = Lettering(*LOCATOR_SIZE, LETTERS)
    lettering.take(at, 14)
    found = lettering.beside(at, 10, name) if name else None
    names = [_text("name", *found, name)] if found else []
    if countries:
        shapes += _country_names(sheet, lettering, 3, language)
    mark = f'<path class="here" d="M{_number(at[0])} {_number(at[1])}h0"/>'
    return _svg(sheet, title, [*shapes, *names, mark], [])


def _tells_something(sheet: Sheet) -> bool:
    """Whether there is a border, or some land, and not only land."""
    if atlas.lines(atlas.region().borders, sheet.window):
        return True
    areas = atlas.areas(atlas.region().land, sheet.window)
    share = sum(_area([sheet.lay(x, y) for x, y in area]) for area in areas) / (sheet.width * sheet.height)
    return 0 < share < 0.97


def _check(dots: Iterable[Dot]) -> None:
    for dot in dots:
        if not (abs(dot.lat) <= 90 and abs(dot.lon) <= 360):
            raise ValueError(f"{dot.name}: latitude {dot.lat} and longitude {dot.lon} are no place on Earth")


@functools.cache
def _world_shapes(south: float) -> str:
    return "".join(_shapes(world_sheet(south == -90), atlas.world(), 0, 0))


def _shapes(sheet: Sheet, level: Level, tolerance: float, least: float) -> list[str]:
    """Land and borders as paths, without islands of an area below ``least`` and bends below ``tolerance`` units."""
    areas = [[sheet.lay(x, y) for x, y in area] for area in atlas.areas(level.land, sheet.window)]
    land = [_simple(area, tolerance, sheet) for area in areas if _area(area) >= least]
    shapes = [_path("land", land, "z")]
    for name, sheaves in (("borders", level.borders), ("borders disputed", level.disputed)):
        parts = [[sheet.lay(x, y) for x, y in line] for line in atlas.lines(sheaves, sheet.window)]
        shapes.append(_path(name, [_simple(part, tolerance, sheet) for part in parts], ""))
    return [shape for shape in shapes if shape]


def _area(points: Sequence[Point]) -> float:
    pairs = zip(points, [*points[1:], points[0]], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


def _simple(points: list[Point], tolerance: float, sheet: Sheet) -> list[Point]:
    """Leave out bends below ``tolerance`` (Douglas and Peucker 1973), but nothing at the edge of the sheet."""
    if not tolerance or len(points) < 4:
        return points
    last = len(points) - 1
    far = max(range(len(points)), key=lambda at: math.dist(points[0], points[at]))
    kept = {0, far, last}
    kept |= {at for at, (x, y) in enumerate(points) if x in (0, sheet.width) or y in (0, sheet.height)}
    ends = sorted(kept)
    open_parts = list(pairwise(ends))
    while open_parts:
        start, end = open_parts.pop()
        (x1, y1), (x2, y2) = points[start], points[end]
        dx, dy = x2 - x1, y2 - y1
        length = math.hypot(dx, dy)
        worst, where = tolerance, -1
        for at in range(start + 1, end):
            x, y = points[at]
            off = abs(dx * (y - y1) - dy * (x - x1)) / length if length else math.hypot(x - x1, y - y1)
            if off > worst:
                worst, where = off, at
        if where >= 0:
            kept.add(where)
            open_parts += ((start, where), (where, end))
    return [points[at] for at in sorted(kept)]


def _path(name: str, parts: Iterable[Sequence[Point]], end: str) -> str:
    """A path of whole units: where each part begins, and then differences, as short as SVG allows."""
    drawn = []
    for part in parts:
        whole = [(round(x), round(y)) for x, y in part]
        steps = [(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairwise(whole) if (x1, y1) != (x2, y2)]
        if len(steps) < (2 if end else 1):
            continue
        numbers = "".join(f"{' ' if number >= 0 else ''}{number}" for step in steps for number in step)
        drawn.append(f"M{whole[0][0]} {whole[0][1]}l{numbers.lstrip()}{end}")
    return f'<path class="{name}" d="{"".join(drawn)}"/>' if drawn else ""


def _country_names(sheet: Sheet, lettering: Lettering, most: int, language: str) -> list[str]:
    """The names of the countries that have most room on a sheet."""
    found = []
    for country in atlas.countries():
        if country.is_named:
            polygons = [[sheet.lay(x, y) for x, y in area] for area in atlas.areas([country.shape], sheet.window)]
            size = sum(map(_area, polygons))
            if size:
                found.append((-size, country.name, _named(country, language), polygons))
    names: list[str] = []
    for _, _, name, polygons in sorted(found)[: 2 * most]:
        at = lettering.within(polygons, name) if name else None
        if at and len(names) < most:
            names.append(_text("country", at, "middle", name))
    return names


def _named(country: atlas.Country, language: str) -> str:
    """The name of a country in a language, by CLDR; nothing where it has none there."""
    if language.partition("-")[0].lower() == "en":
        return country.name
    return next((name for code in country.also if (name := _territories(language).get(code))), "")


@functools.lru_cache(maxsize=10)
def _territories(language: str) -> Mapping[str, str]:
    from babel import Locale, UnknownLocaleError  # here, because English needs none of it

    try:
        return Locale.parse(language, sep="-").territories
    except (UnknownLocaleError, ValueError):
        return {}


def _text(kind: str, at: Point, anchor: str, text: str) -> str:
    anchored = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text class="{kind}" x="{round(at[0])}" y="{round(at[1])}"{anchored}>{escape(text)}</text>'


def _placed(sheet: Sheet, dots: Iterable[Dot]) -> list[tuple[Dot, Point]]:
    return [(dot, at) for dot in dots for at in [sheet.at(dot.lat, dot.lon)] if at]


def _is_well_within(sheet: Sheet, at: Point) -> bool:
    edge = SMALLEST_DOT * PIXEL
    return edge < at[0] < sheet.width - edge and edge < at[1] < sheet.height - edge


def _diameter(number: int, most: int, biggest: float = BIGGEST_DOT) -> float:
    """Pixels: the area grows with the number, up to that of the greatest."""
    unit = min(ONE, biggest / math.sqrt(max(most, 1)))
    return max(SMALLEST_DOT, unit * math.sqrt(max(number, 0)))


def _drawn(sheet: Sheet, dots: Sequence[Dot], kind: str) -> list[str]:
    """The dots on a sheet, the larger first. Where one is near, a target gives way, so that what is seen is hit."""
    placed = sorted(_placed(sheet, dots), key=lambda one: -one[0].number)
    most = max((dot.number for dot in dots), default=1)
    biggest = BIGGEST_OF_WORLD if sheet.width == WORLD_WIDTH else BIGGEST_DOT
    drawn: list[str] = []
    before: list[tuple[Point, float]] = []
    for dot, at in placed:
        wide = _diameter(dot.number, most, biggest) if kind == "dot" else SMALLEST_DOT
        target = max(wide + FOCUS, TARGET)
        if dot.href:
            for other, size in before:
                apart = math.dist(at, other) * 2 * 360 / sheet.width
                if apart < target + size:
                    target = max(wide + FOCUS, apart - size)
            before.append((at, wide))
        place = f"M{_number(at[0])} {_number(at[1])}h0"
        mark = f'<path class="{kind}" d="{place}" stroke-width="{_number(wide)}"/>'
        said = escape(dot.label or dot.name)
        if dot.href:
            hit = f'<path class="hit" d="{place}" stroke-width="{_number(target)}"/>'
            drawn.append(f'<a href="{escape(dot.href)}" aria-label="{said}"><title>{said}</title>{hit}{mark}</a>')
        else:
            drawn.append(f"<g><title>{said}</title>{mark}</g>")
    return drawn


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _svg(sheet: Sheet, title: str, shapes: Sequence[str], dots: Sequence[str]) -> str:
    """The map: a group, if a dot is a link, of which only the dots are for those who do not see it."""
    ground, marks = "".join(shapes), "".join(dots)
    role = "img"
    if "<a href" in marks:
        role, ground = "group", f'<g aria-hidden="true">{ground}</g>'
        marks = marks.replace("<g>", '<g role="img">')
    kind = {WORLD_WIDTH: "world", REGION_SIZE[0]: "region", LOCATOR_SIZE[0]: "locator"}[sheet.width]
    return (
        f'<svg class="map {kind}" role="{role}" aria-label="{escape(title)}" '
        f'viewBox="0 0 {sheet.width} {sheet.height}" direction="ltr">{ground}{marks}</svg>'
    )
