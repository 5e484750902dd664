"""Maps show every dot where it lies, whole and light, and a place outside of its country is doubted."""

from __future__ import annotations

import hashlib
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from newsgen.maps import Dot, atlas, locator_map, region_map, world_map
from newsgen.maps.countries import country_names, suspicion

CITIES = """
Baghdad|33.31|44.36|Iraq; Basra|30.50|47.82|Iraq; Tehran|35.70|51.42|Iran; Damascus|33.51|36.29|Syria
Gaza City|31.50|34.46|Palestine; Jerusalem|31.78|35.22|Israel; Beirut|33.89|35.50|Lebanon; Manama|26.22|50.58|Bahrain
Doha|25.29|51.53|Qatar; Aden|12.80|45.03|Yemen; Istanbul|41.01|28.97|Türkiye; Kabul|34.53|69.17|Afghanistan
Delhi|28.61|77.21|India; Malé|4.17|73.51|Maldives; Dhaka|23.71|90.41|Bangladesh; Yangon|16.87|96.20|Burma
Singapore|1.35|103.82|Singapore; Jakarta|-6.21|106.85|Indonesia; Manila|14.60|120.98|Philippines
Tokyo|35.68|139.69|Japan; Seoul|37.57|126.98|South Korea; Pyongyang|39.03|125.75|North Korea
Hong Kong|22.32|114.17|China; Urumqi|43.83|87.62|PRC; Vladivostok|43.12|131.90|Russia; Anadyr|64.73|177.51|Russia
Sydney|-33.87|151.21|Australia; Hobart|-42.88|147.33|AUS; Auckland|-36.85|174.76|New Zealand
Suva|-18.14|178.44|Fiji
Apia|-13.83|-171.77|Samoa; Funafuti|-8.52|179.20|Tuvalu; Tarawa|1.33|172.98|Kiribati
Honiara|-9.43|159.95|Solomon Islands
Cairo|30.04|31.24|Egypt; Lagos|6.52|3.38|Nigeria; Nairobi|-1.29|36.82|Kenya; Cape Town|-33.92|18.42|South Africa
Kinshasa|-4.32|15.31|DR Congo; Brazzaville|-4.26|15.24|Congo; Laayoune|27.15|-13.20|Western Sahara
Dakar|14.72|-17.47|Senegal; Praia|14.93|-23.51|Cape Verde; Port Louis|-20.16|57.50|Mauritius
Hargeisa|9.56|44.07|Somalia
Abidjan|5.36|-4.01|Ivory Coast; Maseru|-29.31|27.48|Lesotho; Mbabane|-26.33|31.13|Swaziland
Asmara|15.34|38.93|Eritrea
London|51.51|-0.13|UK; Belfast|54.60|-5.93|United Kingdom; Dublin|53.35|-6.26|Ireland; Paris|48.86|2.35|France
Cayenne|4.92|-52.33|France; Saint-Denis|-20.88|55.45|FRA; Nouméa|-22.26|166.45|France; Brest|48.39|-4.49|France
Valletta|35.90|14.51|Malta; Monaco|43.73|7.42|Monaco; Vatican|41.90|12.45|Holy See; Prague|50.08|14.44|Czech Republic
Skopje|42.00|21.43|Macedonia; Pristina|42.66|21.17|Kosovo; Pristina|42.66|21.17|Serbia; Nicosia|35.17|33.36|Cyprus
Kyrenia|35.34|33.32|Cyprus; Kyiv|50.45|30.52|Ukraine; Simferopol|44.95|34.10|Ukraine; Kaliningrad|54.71|20.51|Russia
Reykjavík|64.15|-21.94|Iceland; Longyearbyen|78.22|15.65|Norway; Tromsø|69.65|18.96|NO; Nuuk|64.18|-51.72|Denmark
Ponta Delgada|37.74|-25.67|Portugal; Las Palmas|28.12|-15.43|Spain; Athens|37.98|23.73|GRC; Rhodes|36.44|28.22|Greece
Washington|38.91|-77.04|USA
Honolulu|21.31|-157.86|United States; Anchorage|61.22|-149.90|US; San Juan|18.47|-66.11|USA
Attu|52.90|172.90|United States of America
Key West|24.56|-81.78|U.S.; Toronto|43.65|-79.38|Canada
Iqaluit|63.75|-68.52|Canada
Mexico City|19.43|-99.13|Mexico; Havana|23.11|-82.37|Cuba; Port-au-Prince|18.54|-72.34|Haiti
Nassau|25.05|-77.35|The Bahamas
Bridgetown|13.10|-59.61|Barbados; Bogotá|4.71|-74.07|Colombia; Quito|-0.18|-78.47|Ecuador
San Cristóbal|-0.90|-89.60|Ecuador
Lima|-12.05|-77.04|Peru; La Paz|-16.49|-68.12|Bolivia; Santiago|-33.45|-70.67|Chile; Hanga Roa|-27.15|-109.43|Chile
Ushuaia|-54.80|-68.30|Argentina; São Paulo|-23.55|-46.63|Brazil; Stanley|-51.69|-57.86|United Kingdom
McMurdo|-77.85|166.67|Antarctica; South Pole|-90|0|Antarctica; Ain al-Asad|33.79|42.44|Iraq; Anbar|32.56|41.92|IRQ
"""
PLACES = [
    (name, float(lat), float(lon), country)
    for one in re.split(r";|\n", CITIES.strip())
    for name, lat, lon, country in [one.strip().split("|")]
]
IRAQ = [
    Dot(33.31, 44.36, "Baghdad", "Baghdad, 12 reports", "/places/baghdad/", 12),
    Dot(36.34, 43.13, "Mosul", "Mosul, 3 reports", "/places/mosul/", 3),
    Dot(33.04, 40.28, "Rutba", "Rutba, 1 report", "/places/rutba/"),
]

coordinates = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


def parsed(svg: str) -> Any:
    return etree.fromstring(svg.encode())


def size_of(svg: str) -> tuple[float, float]:
    return tuple(map(float, parsed(svg).get("viewBox").split()))[2:]  # type: ignore[return-value]


def strokes(path: str) -> list[list[tuple[float, float]]]:
    """The points of every part of a path of M, l, h0 and z."""
    parts = []
    for part in filter(None, path.split("M")):
        start, _, steps = part.rstrip("z").removesuffix("h0").partition("l")
        points = [tuple(map(float, start.split()))]
        numbers = [int(one) for one in re.findall(r"-?\d+", steps)]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            points.append((points[-1][0] + dx, points[-1][1] + dy))
        parts.append(points)
    return parts  # type: ignore[return-value]


def drawn(svg: str, kind: str) -> list[list[tuple[float, float]]]:
    return [part for path in parsed(svg).iter("path") if path.get("class") == kind for part in strokes(path.get("d"))]


def insist_it_is_whole(svg: str) -> None:
    """Nothing lies beyond the paper, nothing has a style or an id of its own, and nothing is asked of anyone."""
    width, height = size_of(svg)
    for element in parsed(svg).iter():
        assert not {"style", "id", "fill", "stroke", "onload"} & set(element.attrib)
        assert element.tag in {"svg", "g", "a", "title", "path", "text"}
        if element.tag == "path":
            for x, y in (point for part in strokes(element.get("d")) for point in part):
                assert 0 <= x <= width and 0 <= y <= height
        if element.tag == "text":
            assert 0 <= float(element.get("x")) <= width and 0 <= float(element.get("y")) <= height


def covered(svg: str, at: tuple[float, float]) -> bool:
    """Whether there is land at a point of the paper."""
    x, y = at
    odd = False
    for ring in drawn(svg, "land"):
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                odd = not odd
    return odd


def test_a_map_of_links_is_a_group_in_which_each_link_says_what_it_leads_to() -> None:
    for svg in (world_map(IRAQ, "Places"), region_map(IRAQ, "Places")):
        insist_it_is_whole(svg)
        root = parsed(svg)
        assert (root.get("role"), root.get("aria-label")) == ("group", "Places")
        links = list(root.iter("a"))
        assert [link.get("href") for link in links] == ["/places/baghdad/", "/places/mosul/", "/places/rutba/"]
        assert [link.get("aria-label") for link in links] == [dot.label for dot in IRAQ]
        assert [link.findtext("title") for link in links] == [dot.label for dot in IRAQ]
        assert [element.get("aria-hidden") for element in root] == ["true", None, None, None]


def test_a_map_without_links_is_an_image() -> None:
    for svg in (world_map([], "Places"), region_map([Dot(33, 44, "X")], "Places"), locator_map(33, 44, "X", "Places")):
        insist_it_is_whole(svg)
        assert (parsed(svg).get("role"), parsed(svg).get("aria-label")) == ("img", "Places")
        assert not list(parsed(svg).iter("a"))


def test_larger_dots_come_first_and_their_area_grows_with_the_number() -> None:
    dots = [Dot(10, 10, "one", number=4), Dot(12, 12, "two", number=16), Dot(14, 14, "three", number=4)]
    root = parsed(region_map(dots, ""))
    assert [group.findtext("title") for group in root.iter("g")] == ["two", "one", "three"]
    widths = [float(path.get("stroke-width")) for path in root.iter("path") if path.get("class") == "dot"]
    assert math.isclose(widths[0] / widths[1], 2, rel_tol=0.05) and widths[1] == widths[2]
    many = parsed(region_map([Dot(i / 10, i / 10, "", number=10**i) for i in range(9)], ""))
    assert all(5 <= float(path.get("stroke-width")) <= 26 for path in many.iter("path") if path.get("class") == "dot")


def test_a_target_is_24_pixels_and_gives_way_only_to_a_dot_that_it_would_cover() -> None:
    def targets(dots: list[Dot]) -> list[float]:
        root = parsed(region_map(dots, ""))
        return [float(path.get("stroke-width")) for path in root.iter("path") if path.get("class") == "hit"]

    assert targets([Dot(33, 44, "a", href="/a/"), Dot(36, 40, "b", href="/b/")]) == [24, 24]
    first, second = targets([Dot(33, 44, "a", href="/a/", number=9), Dot(33.2, 44, "b", href="/b/")])
    assert first >= 24 > second


def test_a_region_names_dots_and_countries_once_and_other_languages_can_do_without() -> None:
    texts = [(text.get("class"), text.text) for text in parsed(region_map(IRAQ, "")).iter("text")]
    assert {("name", "Baghdad"), ("name", "Mosul"), ("name", "Rutba"), ("country", "Iraq"), ("country", "Iran")} <= set(
        texts
    )
    assert len(texts) == len(set(texts))
    assert not [
        text for text in parsed(region_map(IRAQ, "", countries=False)).iter("text") if text.get("class") == "country"
    ]


def test_what_lies_around_is_drawn_fainter_and_does_not_stretch_the_map() -> None:
    alone = region_map(IRAQ, "")
    svg = region_map(IRAQ, "", [Dot(32, 44.3, "Najaf"), Dot(48, 2, "Paris"), IRAQ[0]])
    assert len(drawn(svg, "near")) == 1
    assert drawn(svg, "land") == drawn(alone, "land")
    assert region_map([], "") == ""
    assert drawn(region_map([], "", IRAQ), "dot") == drawn(alone, "dot")


def test_fiji_and_samoa_are_neighbours() -> None:
    svg = region_map([Dot(-17.7, 178, "Nadi"), Dot(-13.8, -172, "Apia")], "")
    insist_it_is_whole(svg)
    ((nadi,), (apia,)) = drawn(svg, "dot")
    width, _ = size_of(svg)
    assert 0 < nadi[0] < apia[0] < width and apia[0] - nadi[0] > width / 3
    assert "region" in parsed(svg).get("class")


def test_dots_all_over_the_world_are_shown_on_a_map_of_it() -> None:
    svg = region_map([Dot(0, lon, str(lon)) for lon in range(-180, 180, 30)], "")
    assert "world" in parsed(svg).get("class") and len(drawn(svg, "dot")) == 12


def test_antarctica_is_shown_when_something_happened_there() -> None:
    short, long = world_map([Dot(-55, 0, "")], ""), world_map([Dot(-77.85, 166.67, "McMurdo")], "")
    insist_it_is_whole(long)
    assert size_of(short)[1] < size_of(long)[1]


@pytest.mark.parametrize(
    "svg", [world_map([], ""), world_map([Dot(-80, 0, "")], ""), region_map([Dot(66, 180, "")], "")]
)
def test_no_streak_runs_over_a_map(svg: str) -> None:
    width, height = size_of(svg)
    for part in [*drawn(svg, "land"), *drawn(svg, "borders")]:
        for one, other in zip(part, [*part[1:], part[0]], strict=True):
            on_the_edge = any(a == b and a in (0, most) for a, b, most in zip(one, other, (width, height), strict=True))
            assert on_the_edge or math.dist(one, other) < 0.2 * width or max(one[1], other[1]) > 0.97 * height


@settings(max_examples=150, deadline=None)
@given(st.lists(coordinates, min_size=1, max_size=8))
@example([(0.0, 0.0)])
@example([(90.0, 0.0)])
@example([(-90.0, 180.0), (-90.0, -180.0)])
@example([(0.0, 0.0), (0.0, 7.0), (0.0, -2e-156)])
@example([(33.3, 44.4)] * 5)
@example([(90.0, 10.0), (-90.0, 10.0)])
def test_every_dot_is_on_every_map(places: list[tuple[float, float]]) -> None:
    dots = [Dot(lat, lon, f"P{number}") for number, (lat, lon) in enumerate(places)]
    for svg in (world_map(dots, ""), region_map(dots, "")):
        insist_it_is_whole(svg)
        assert len(drawn(svg, "dot")) == len(dots)
    lat, lon = places[0]
    insist_it_is_whole(locator_map(lat, lon, "here", ""))


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(blacklist_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=40))
@example("<script>alert('&amp;\"')</script>")
def test_texts_stay_texts(text: str) -> None:
    root = parsed(region_map([Dot(33, 44, text, text, text)], text))
    link = root.find("a")
    assert root.get("aria-label") == link.get("aria-label") == link.findtext("title") == link.get("href") == text
    assert {element.text for element in root.iter("text") if element.get("class") == "name"} <= {text}
    assert parsed(locator_map(33, 44, text, text)).get("aria-label") == text
    insist_it_is_whole(region_map([Dot(33, 44, text, text, text)], text))


def test_hundreds_of_dots_make_one_map() -> None:
    dots = [Dot(5 + i * 0.7 % 9, 5 + i * 1.3 % 9, f"D{i}", href=f"/{i}/") for i in range(400)]
    svg = region_map(dots, "")
    insist_it_is_whole(svg)
    assert len(list(parsed(svg).iter("a"))) == 400


def test_what_is_no_coordinate_is_refused() -> None:
    for lat, lon in ((91, 0), (math.nan, 0), (0, math.inf)):
        with pytest.raises(ValueError, match="no place on Earth"):
            world_map([Dot(lat, lon, "X")], "")


def test_a_locator_is_light_and_its_place_is_in_it() -> None:
    for name, lat, lon, _ in PLACES:
        svg = locator_map(lat, lon, name, f"Where {name} is")
        insist_it_is_whole(svg)
        assert len(svg.encode()) <= 3_000, name
        assert len(drawn(svg, "here")) == 1 and drawn(svg, "land"), name
        assert name in [text.text for text in parsed(svg).iter("text")]


def test_the_land_is_where_it_is() -> None:
    for name, lat, lon, _ in PLACES:
        if name in ("Baghdad", "Delhi", "Paris", "Washington", "La Paz", "Nairobi", "Urumqi", "Attu", "South Pole"):
            svg = locator_map(lat, lon, name, "")
            (((x, y),),) = drawn(svg, "here")
            near = [(x + dx, y + dy) for dx in (-9, 0, 9) for dy in (-9, 0, 9)]
            assert any(covered(svg, one) for one in near), name
    for lat, lon in ((35, 18), (0, -30), (40, -160), (42, 51)):
        ((at,),) = drawn(region_map([Dot(lat, lon, "sea")], ""), "dot")
        assert not covered(region_map([Dot(lat, lon, "sea")], ""), at)


def test_maps_are_the_same_every_time_and_light() -> None:
    first = world_map(IRAQ, "")
    assert first == world_map(IRAQ, "") and len(first) < 32_000
    assert len(region_map(IRAQ, "")) < 6_000


def test_a_place_in_its_country_is_not_suspected() -> None:
    for name, lat, lon, country in PLACES:
        assert suspicion(lat, lon, country) is None, name


def test_a_place_with_its_coordinates_swapped_is_suspected() -> None:
    missed = []
    for name, lat, lon, country in PLACES:
        if abs(lon) <= 90 and math.dist((lat, lon), (lon, lat)) > 12 and not country.startswith("Antarctica"):
            said = suspicion(lon, lat, country)
            if said is None or "with latitude and longitude swapped it would lie in it" not in said:
                missed.append((name, said))
    # overseas parts and coast towns: they are told, though not why
    assert not [name for name, said in missed if said is None]
    assert {name for name, _ in missed} <= {"Key West", "Attu"}


@pytest.mark.parametrize(
    ("lat", "lon", "country", "said"),
    [
        (44.36, 33.31, "Iraq", "lies outside Iraq; with latitude and longitude swapped it would lie in it"),
        (35.70, 51.42, "Iraq", "lies outside Iraq (it is in Iran)"),
        (-10, -20, "Iraq", "lies outside Iraq (it is at sea)"),
        (33.31, -44.36, "iraq", "lies outside Iraq; with the other sign of the longitude it would lie in it"),
        (
            4.3,
            15.3,
            "the D.R. Congo",
            "lies outside the DR Congo; with the other sign of the latitude it would lie in it",
        ),
        (48.86, 2.35, "UK", "lies outside the United Kingdom (it is in France)"),
        (52.52, 13.40, "usa", "lies outside the United States (it is in Germany)"),
        (33.31, 44.36, "Atlantis", None),
        (33.31, 44.36, "", None),
        (99, 44.36, "Iraq", None),
        (27.0, 51.5, "Iran", None),
        (12.6, 43.2, "Yemen", None),
    ],
)
def test_what_is_said_of_a_place(lat: float, lon: float, country: str, said: str | None) -> None:
    assert suspicion(lat, lon, country) == said


def test_countries_have_one_name_each_and_no_name_two_countries() -> None:
    names = country_names()
    assert len(names) == len(set(names)) > 200 and list(names) == sorted(names)
    assert {"Iraq", "DR Congo", "North Macedonia", "Côte d’Ivoire", "Kosovo"} <= set(names)
    known: dict[str, str] = {}
    for country in atlas.countries():
        for name in (country.name, *country.also):
            assert known.setdefault(name.casefold(), country.name) == country.name


def test_the_shapes_are_those_that_the_program_names_and_say_where_they_are_from() -> None:
    data = Path(atlas.__file__).with_name("atlas.json").read_bytes()
    assert hashlib.sha256(data).hexdigest() == atlas.ATLAS_DIGEST
    assert len(data) <= 250_000 and b"Natural Earth" in data[:200]


def test_the_shapes_are_not_read_before_a_map_is_drawn() -> None:
    script = (
        "import newsgen.maps, newsgen.maps.countries, newsgen.maps.atlas as a; print(a._data.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
