"""The archive as data, read with the tools of those who take it away."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from frictionless import Package, Resource, Schema
from hypothesis import given
from hypothesis import strategies as st

from newsgen.datapackage import license_of, name_of, schema_of
from newsgen.datasets import ARTICLES, CITATIONS, EVENTS, SOURCES, TABLES
from newsgen.features.data import KINDS
from newsgen.serialising import as_cell, clean, to_csv, to_json

from .conftest import Story, tree
from .test_following import report, table_difference
from .test_incremental import same_as_clean

ROOT = Path(__file__).parent.parent
HOSTILE = (
    "=1+1",
    "+44 20 7946 0000",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "'=1+1",
    "''=x",
    'quotes ", and ""',
    "two\nlines",
    "NULL",
    "NaN",
    "true",
    "None",
    "a, b; c",
    "أخبار \u202eabc",
    "</script><b>bold</b> & more",
    "line\u2028separator",
    "＝1+1",
)
FORMULA = re.compile("[=+@\t\r\n＝＋－＠-]")


def rows(story: Story, name: str) -> list[dict[str, str]]:
    """The rows of a CSV file, as Python's own reader has them."""
    data = (story.public / "data" / name).read_bytes().decode()
    return list(csv.DictReader(io.StringIO(data, newline="")))


def lines(story: Story, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (story.public / "data" / name).read_bytes().splitlines()]


def timeline(story: Story, address: str = "/data/timeline.json") -> dict[str, Any]:
    """A timeline, held to what TimelineJS 3 documents of its format."""
    found: dict[str, Any] = json.loads(story.text(address))
    assert set(found) <= {"scale", "title", "events", "eras"}
    assert found["scale"] == "human"
    ids = [one["unique_id"] for one in found["events"]]
    assert len(set(ids)) == len(ids)
    for slide in found["events"]:
        known = {"start_date", "end_date", "text", "group", "display_date", "autolink", "unique_id"}
        assert set(slide) <= known and "start_date" in slide
        for date in (slide["start_date"], slide.get("end_date", slide["start_date"])):
            assert set(date) <= {"year", "month", "day", "hour", "minute"}
            assert all(type(one) is int for one in date.values())
            order = ("year", "month", "day", "hour", "minute")
            assert list(date) == list(order[: len(date)]) and date.get("month", 1) in range(1, 13)
        assert set(slide["text"]) == {"headline", "text"}
        assert all(type(slide[one]) is str for one in ("display_date", "unique_id", "group") if one in slide)
    return found


def geojson(story: Story, name: str) -> list[dict[str, Any]]:
    """The features of a file, held to RFC 7946."""
    found = json.loads((story.public / "data" / name).read_bytes())
    assert set(found) == {"type", "features"} and found["type"] == "FeatureCollection"
    for one in found["features"]:
        assert set(one) == {"type", "id", "geometry", "properties"} and one["type"] == "Feature"
        if one["geometry"] is not None:
            assert one["geometry"]["type"] == "Point"
            longitude, latitude = one["geometry"]["coordinates"]
            assert -180 <= longitude <= 180 and -90 <= latitude <= 90
    features: list[dict[str, Any]] = found["features"]
    return features


def validated(public: Path) -> Package:
    """Validate the data package with the frictionless tool, and each line of JSON by the schema that it has there."""
    package = Package(str(public / "data/datapackage.json"))
    done = package.validate()
    assert done.valid, done.flatten(["name", "rowNumber", "fieldName", "type", "message"])
    listed = {one.path for one in package.resources}
    data = public / "data"
    there = {file.relative_to(data).as_posix() for file in data.rglob("*.*")} - {"datapackage.json", "index.html"}
    assert listed == there
    for one in json.loads((public / "data/datapackage.json").read_bytes())["resources"]:
        if one["format"] == "jsonl":
            lines = [json.loads(line) for line in (data / one["path"]).read_bytes().splitlines()]
            if lines:
                told = Resource(data=lines, schema=Schema.from_descriptor(one["schema"])).validate()
                assert told.valid, told.flatten(["rowNumber", "fieldName", "type", "message"])
    return package


def registers(story: Story) -> None:
    places = {
        "iraq": {"name": "Iraq", "kind": "country", "lat": 33, "lon": 44.5},
        "anbar": {"name": "Anbar", "within": "iraq", "wikidata": "Q193910"},
        "ain": {"name": "Ain al-Assad", "within": "anbar", "lat": 33.8, "lon": 42.44},
    }
    sources = {"ministry": {"name": "Ministry of Defence", "kind": "statement", "url": "https://mod.example.org/"}}
    story.write("content/places.yaml", yaml.safe_dump(places))
    story.write("content/sources.yaml", yaml.safe_dump(sources))


def told(story: Story) -> Story:
    """An archive with one of everything that data can be about."""
    registers(story)
    story.article(
        "base-is-hit",
        date="2024-07-17T09:30+03:00",
        updated="2024-07-18",
        location="ain",
        tags=["Iraq", "Drones"],
        author=["Ada Byron", "Bo"],
        section="World",
        thread="Coalition",
        summary="Two drones.",
        sources=[
            {"name": "ministry", "kind": "statement", "attribution": "on-record", "url": "https://x.example/1"},
            {"name": "a guess", "proposed": True},
            {
                "name": "a police officer",
                "kind": "person",
                "attribution": "background",
                "reason": "not permitted to speak to the media",
                "accessed": "2024-07-16",
                "checked": {"date": "2024-08-01", "status": "gone"},
            },
        ],
        events=[
            {"name": "Drones are fired", "when": "2024-07-16", "place": "ain", "sources": [1, 3], "id": "drones"},
            {"name": "Rockets", "when": "2024-01~", "place": "Anbar", "role": "background", "status": "disputed"},
            {"name": "Troops arrive", "when": "2014", "role": "background", "as_written": "in 2014"},
        ],
        corrections=[{"date": "2024-07-18", "kind": "correction", "text": "It was two."}],
    )
    story.article(
        "drones-again",
        date="2024-07-20",
        events=[{"name": "Drones", "when": "2024-07-15", "id": "drones", "role": "background"}],
    )
    return story


def test_the_tables_say_what_the_articles_say(story: Story) -> None:
    told(story).built()
    validated(story.public)
    article, other = rows(story, "articles.csv")
    assert list(article) == [column.name for column in ARTICLES.columns]
    assert article["id"] == "tag:example.org,2024-07-17:/2024/07/17/base-is-hit/"
    assert article["url"] == "https://example.org/2024/07/17/base-is-hit/"
    assert (article["published"], article["published_at"]) == ("2024-07-17", "2024-07-17T06:30:00+00:00")
    assert (article["updated"], article["updated_at"]) == ("2024-07-18", "")
    assert (article["place"], article["place_id"]) == ("Ain al-Assad, Anbar, Iraq", "ain")
    assert (article["latitude"], article["longitude"]) == ("33.8", "42.44")
    assert (article["authors"], article["tags"]) == ("Ada Byron; Bo", "Iraq; Drones")
    assert (article["section"], article["thread"], article["summary"]) == ("World", "Coalition", "Two drones.")
    assert (article["sources"], article["corrections"]) == ("2", "1")
    assert (other["place"], other["latitude"], other["authors"], other["sources"]) == ("", "", "", "0")
    first, _ = lines(story, "articles.jsonl")
    assert first["tags"] == ["Iraq", "Drones"] and first["latitude"] == 33.8 and first["updated_at"] is None


def test_one_event_is_one_row_however_many_reports_it_has(story: Story) -> None:
    told(story).built()
    events = {one["name"]: one for one in rows(story, "events.csv")}
    assert list(events) == ["Troops arrive", "Rockets", "Drones are fired"]
    drones = events["Drones are fired"]
    assert drones["id"] == "tag:example.org,1970-01-01:/events/drones/"
    assert drones["url"] == "https://example.org/events/drones/"
    assert (drones["disagreement"], drones["role"]) == ("true", "main")
    assert drones["sources"] == "Ministry of Defence; a police officer"
    assert drones["article"] == "tag:example.org,2024-07-17:/2024/07/17/base-is-hit/"
    assert (drones["when"], drones["begin"], drones["end"]) == ("2024-07-16", "2024-07-16", "2024-07-16")
    rockets = events["Rockets"]
    assert (rockets["when"], rockets["begin"], rockets["end"]) == ("2024-01~", "2024-01-01", "2024-01-31")
    assert (rockets["precision"], rockets["place_id"], rockets["latitude"]) == ("month", "anbar", "")
    page, _, anchor = rockets["url"].partition("#")
    assert story.page(page.removeprefix("https://example.org")).xpath(f"//*[@id='{anchor}']")
    assert rockets["id"] == drones["article"] + "#rockets"
    assert events["Troops arrive"]["as_written"] == "in 2014"


def test_citations_say_how_it_is_known(story: Story) -> None:
    told(story).built()
    ministry, officer = rows(story, "citations.csv")
    assert list(ministry) == [column.name for column in CITATIONS.columns]
    assert (ministry["number"], ministry["source"], ministry["source_id"]) == ("1", "Ministry of Defence", "ministry")
    assert (officer["number"], officer["source_id"], officer["accessed"]) == ("3", "", "2024-07-16")
    assert officer["reason"] == "not permitted to speak to the media"
    assert (officer["link_status"], officer["link_checked"]) == ("gone", "2024-08-01")
    (source,) = rows(story, "sources.csv")
    assert list(source) == [column.name for column in SOURCES.columns]
    assert (source["id"], source["page"]) == ("ministry", "https://example.org/sources/ministry/")
    assert (source["articles"], source["url"]) == ("1", "https://mod.example.org/")


def test_maps_have_longitude_first_and_places_without_coordinates_too(story: Story) -> None:
    told(story).built()
    places = {one["id"]: one for one in geojson(story, "places.geojson")}
    assert places["ain"]["geometry"]["coordinates"] == [42.44, 33.8]
    assert places["ain"]["properties"]["within"] == "anbar"
    assert places["anbar"]["geometry"] is None and places["anbar"]["properties"]["within"] == "iraq"
    assert places["anbar"]["properties"]["wikidata"] == "Q193910"
    assert (places["iraq"]["properties"]["within"], places["iraq"]["properties"]["articles"]) == (None, 1)
    (event,) = geojson(story, "events.geojson")
    assert event["geometry"]["coordinates"] == [42.44, 33.8]
    assert event["id"] == event["properties"]["id"] == "tag:example.org,1970-01-01:/events/drones/"


def test_timelines_are_for_timelinejs(story: Story) -> None:
    hostile = {"name": "<img src=x onerror=alert(1)>", "when": "2024-07-16T14:05/2024-07-17", "place": "a & b"}
    more = [
        {"name": "The nineties", "when": "199X"},
        {"name": "Until then", "when": "../2013-05"},
        {"name": "Long ago", "when": "Y-170000002"},
        {"name": "Before counting", "when": "-0043-03-15"},
    ]
    told(story).article("third", thread="Coalition", events=[hostile, *more], date="2024-07-21")
    story.built()
    found = {one["text"]["headline"]: one for one in timeline(story)["events"]}
    assert "Long ago" not in found
    slide = found["&lt;img src=x onerror=alert(1)&gt;"]
    assert slide["start_date"] == {"year": 2024, "month": 7, "day": 16, "hour": 14, "minute": 5}
    assert slide["end_date"] == {"year": 2024, "month": 7, "day": 17}
    assert "<p>a &amp; b</p>" in slide["text"]["text"] and "<img" not in slide["text"]["text"]
    assert found["Rockets"]["display_date"] == "about January 2024" and found["Rockets"]["group"] == "disputed"
    assert (found["The nineties"]["start_date"], found["The nineties"]["end_date"]) == ({"year": 1990}, {"year": 1999})
    assert found["Until then"]["start_date"] == {"year": 2013, "month": 5}
    assert found["Before counting"]["start_date"]["year"] == -43
    thread = timeline(story, "/data/threads/coalition.json")
    assert thread["title"]["text"]["headline"] == "Coalition"
    assert {one["unique_id"] for one in thread["events"]} <= {one["unique_id"] for one in found.values()}
    assert len(thread["events"]) == len(found)
    assert story.page("/threads/coalition/").xpath("//a[@href='/data/threads/coalition.json']")
    assert not (story.public / "data/threads/coalition-2024.json").exists()


def test_a_thread_without_events_has_no_timeline_and_an_empty_archive_is_valid(story: Story) -> None:
    story.built()
    validated(story.public)
    assert rows(story, "articles.csv") == [] and timeline(story)["events"] == []
    story.article("alpha", thread="Quiet")
    story.built()
    assert not (story.public / "data/threads/quiet.json").exists()
    assert not story.page("/threads/quiet/").xpath("//a[contains(@href, '/data/threads/')]")


# --- what values may hold ---


def test_no_value_harms_and_none_is_lost(story: Story) -> None:
    registers(story)
    everything = " ".join(HOSTILE)
    story.site(title=everything, description=everything, publisher=everything, license=everything)
    for number, text in enumerate(HOSTILE):
        story.article(
            f"a-{number:02}",
            title=text,
            summary=text,
            author=[text],
            thread=text,
            location={"name": text, "lat": -33.5, "lon": -0.25},
            sources=[{"name": text, "reason": text, "kind": "person"}],
            events=[{"name": text, "when": "2024", "place": text, "as_written": text, "sources": [1]}],
        )
    story.built()
    validated(story.public)
    for name in ("articles.csv", "events.csv", "citations.csv"):
        found = rows(story, name)
        assert len(found) == len(HOSTILE)
        for row in found:
            for column, value in row.items():
                assert column in ("latitude", "longitude") or not FORMULA.match(value)
    exact = lines(story, "articles.jsonl")
    for article, same in zip(rows(story, "articles.csv"), exact, strict=True):
        assert (article["latitude"], article["longitude"]) == ("-33.5", "-0.25")
        title = article["title"]
        assert (title[1:] if re.match("'+[=+@\t\n＝＋－＠-]", title) else title) == same["title"]
    for one in timeline(story)["events"]:
        assert "<b>" not in one["text"]["headline"] + one["text"]["text"]
    assert len((story.public / "data/articles.jsonl").read_text(encoding="utf-8").splitlines()) == len(HOSTILE)


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_any_text_comes_back_as_it_was(texts: list[str]) -> None:
    columns = SOURCES.columns[: len(texts)]
    row = dict.fromkeys((one.name for one in SOURCES.columns), None) | {
        one.name: text for one, text in zip(columns, texts, strict=True)
    }
    data = to_csv(SOURCES, [row]).decode()
    (read,) = csv.DictReader(io.StringIO(data, newline=""))
    for column, text in zip(columns, texts, strict=True):
        cell = read[column.name]
        assert not FORMULA.match(cell)
        assert (cell[1:] if re.match("'+[=+@\t\n＝＋－＠-]", cell) else cell) == clean(text)
    assert json.loads(to_json(clean(texts))) == clean(texts)
    assert len(to_json(clean(texts)).splitlines()) == 1


def test_numbers_stay_numbers_and_truth_is_told_apart() -> None:
    values = [-33.5, -1, 0, True, None, ["=a", "b"], "-1"]
    assert [as_cell(one) for one in values] == ["-33.5", "-1", "0", "true", "", "'=a; b", "'-1"]


def test_licences_are_given_to_programs_only_where_they_can_be_named() -> None:
    by_sa = {"name": "CC-BY-SA-4.0", "path": "https://creativecommons.org/licenses/by-sa/4.0/"}
    assert license_of("CC BY-SA 4.0") == license_of("cc-by-sa-4.0") == by_sa
    assert license_of("CC0") == {"name": "CC0-1.0", "path": "https://creativecommons.org/publicdomain/zero/1.0/"}
    assert license_of("https://example.org/terms") == {"path": "https://example.org/terms"}
    assert license_of("Apache-2.0") == {"name": "Apache-2.0"}
    assert license_of("All rights reserved") is None and license_of("") is None
    assert (name_of("Coalition Files"), name_of("أخبار")) == ("coalition-files", "archive")


# --- ids, and what is not there ---


def test_ids_stay_when_files_addresses_and_the_site_move(story: Story) -> None:
    told(story).built()
    before = {name: [one["id"] for one in rows(story, name)] for name in ("articles.csv", "events.csv")}
    file = story.root / "content/articles/base-is-hit.md"
    head = file.read_text().replace("---\n", f"---\nid: {before['articles.csv'][0]}\nslug: attack\n", 1)
    file.unlink()
    story.write("content/articles/old/deep/renamed.md", head)
    story.site(base_url="https://other.example.net/news/")
    story.built("--allow-delete")
    after = {name: [one["id"] for one in rows(story, name)] for name in ("articles.csv", "events.csv")}
    assert after == before
    assert rows(story, "articles.csv")[0]["url"] == "https://other.example.net/news/2024/07/17/attack/"
    assert all(one["url"].startswith("https://other.example.net/news/") for one in rows(story, "events.csv"))
    validated(story.public)


def test_nothing_is_there_of_what_is_not_published(story: Story) -> None:
    told(story)
    secret = {
        "title": "Sesame one",
        "summary": "Sesame two",
        "thread": "Sesame three",
        "location": {"name": "Sesame four", "lat": 1, "lon": 2},
        "sources": [{"name": "Sesame five", "kind": "person", "reason": "Sesame six"}],
        "events": [{"name": "Sesame seven", "when": "2024-06", "id": "sesame"}],
    }
    for number, fields in enumerate(
        ({"draft": True}, {"embargo": "2030-01-01"}, {"expires": "2024-08-01"}, {"withdrawn": "2024-08-01"}, {})
    ):
        story.article(f"hidden-{number}", **{**secret, **fields})
    story.article(
        "proposed",
        date="2024-07-22",
        location={"name": "Sesame eight", "proposed": True},
        sources=[{"name": "Sesame nine", "kind": "person", "proposed": True}],
        events=[{"name": "Sesame ten", "when": "2024", "proposed": True}],
    )
    story.built()
    assert any(b"Sesame" in content for path, content in tree(story.public / "data").items())  # of the one without mark
    story.remove("content/articles/hidden-4.md")
    story.built("--allow-delete")
    for path, content in tree(story.public).items():
        if path.startswith("data/"):
            assert b"esame" not in content, path
    assert not (story.public / "threads/sesame-three").exists()
    same_as_clean(story)
    validated(story.public)


# --- cut by the calendar ---


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsgen.features.data.MOST_ROWS", 3)


def data_files(story: Story) -> set[str]:
    found = {file.name for file in (story.public / "data").iterdir() if file.is_file()}
    return found - {"index.html", "datapackage.json"}


@pytest.mark.usefixtures("small_parts")
def test_however_vaguely_an_event_is_known_it_is_in_a_part(story: Story) -> None:
    times = ["[1200,1990]", "1XXX", "19XX", "199X", "Y17000", "[1066,2024]", "[0900,2024]", "2024"]
    story.article("alpha", events=[{"name": f"E {number}", "when": when} for number, when in enumerate(times)])
    story.built()
    parts = [file.read_text(encoding="utf-8") for file in (story.public / "data").glob("events-*.jsonl")]
    told = sorted(json.loads(line)["when"] for part in parts for line in part.splitlines())
    assert told == sorted(times)


@pytest.mark.usefixtures("small_parts")
def test_large_tables_are_cut_by_calendar_and_every_row_is_in_one_part(story: Story) -> None:
    days = ["2022-05-01", "2023-02-01", *(f"2024-01-{one:02}" for one in range(10, 17)), "2024-03-01"]
    times = ["199X", "-0500", "2021", "2022-01-01", "2024", "2024~", "2024-01-01", "2024-02", "2024-02-02", "2024-05"]
    for number, (day, when) in enumerate(zip(days, times, strict=True)):
        story.article(f"a-{number}", date=day, events=[{"name": f"E {number}", "when": when}], sources=["One", "Two"])
    story.built()
    months = ["2022", "2023", "2024-01", "2024-01_2", "2024-01_3", "2024-03"]
    articles = {f"{kind}-{part}.{end}" for part in months for kind, end in (("articles", "csv"), ("citations", "csv"))}
    articles |= {f"articles-{part}.jsonl" for part in months}
    parts = ["without-year", "2021", "2022", "2024-without-month", "2024-01", "2024-02", "2024-05"]
    events = {f"events-{part}.{end}" for part in parts for end in ("csv", "jsonl", "geojson")}
    events |= {f"timeline-{part}.json" for part in parts}
    assert data_files(story) == articles | events | {"places.geojson", "sources.csv"}
    package = validated(story.public)
    names = [one.path for one in package.resources if one.path.startswith("events") and one.path.endswith(".csv")]
    assert names == [f"events-{part}.csv" for part in parts]
    assert len({one["id"] for part in months for one in rows(story, f"articles-{part}.csv")}) == len(days)
    assert len([one for part in months for one in rows(story, f"citations-{part}.csv")]) == 2 * len(days)
    assert {one["when"] for part in parts for one in lines(story, f"events-{part}.jsonl")} == set(times)
    assert {one["when"] for one in lines(story, "events-without-year.jsonl")} == {"199X", "-0500"}
    assert {one["when"] for one in lines(story, "events-2024-without-month.jsonl")} == {"2024", "2024~"}
    assert [one["published"] for one in rows(story, "articles-2024-01_3.csv")] == ["2024-01-16"]
    assert [one["start_date"]["year"] for one in timeline(story, "/data/timeline-without-year.json")["events"]]
    links = story.page("/data/").xpath("//main//a/@href")
    assert {one.removeprefix("/data/") for one in links} == data_files(story) | {"datapackage.json"}


@pytest.mark.usefixtures("small_parts")
def test_an_edit_writes_only_the_parts_that_it_touches(story: Story) -> None:
    for number in range(12):
        story.article(f"a-{number}", date=f"20{10 + number // 2}-0{1 + number % 2}-01", summary="Said.")
    story.article("last", date="2020-01-01", events=[{"name": "E", "when": "2019", "id": "e"}], thread="T")
    story.built()
    before = tree(story.public / "data")

    def changed() -> set[str]:
        nonlocal before
        assert report(story).planned == "changes"
        was, before = before, tree(story.public / "data")
        return {path for path in was.keys() | before.keys() if was.get(path) != before.get(path)}

    story.article("a-3", "Other text.", date="2011-02-01", summary="Said.")
    assert changed() == set()
    story.article("a-3", date="2011-02-01", summary="Said otherwise.")
    assert changed() == {"articles-2011.csv", "articles-2011.jsonl"}
    story.article("last", date="2020-01-01", events=[{"name": "F", "when": "2019", "id": "e"}], thread="T")
    assert changed() == {"events.csv", "events.jsonl", "timeline.json", "threads/t.json"}
    story.remove("content/articles/a-3.md")
    assert changed() == {"articles-2011.csv", "articles-2011.jsonl"}
    assert table_difference(story) == set()


@pytest.mark.usefixtures("small_parts")
def test_coordinates_in_the_register_reach_the_events_that_lie_there(story: Story) -> None:
    told(story).built()
    text = (story.root / "content/places.yaml").read_text()
    story.write("content/places.yaml", text.replace("33.8", "33.9"))
    story.built()
    assert geojson(story, "events.geojson")[0]["geometry"]["coordinates"] == [42.44, 33.9]
    same_as_clean(story)


PLACES = (
    "ain: {name: Ain, lat: 1, lon: 2}",
    "{ain: {name: Ain, within: iq}, iq: {name: Iraq, lat: 3, lon: 4, wikidata: Q796}}",
    "{ain: {name: Ain al-Assad, lat: 1.5, lon: 2}, geneva: {name: Geneva}}",
)
REGISTERED = ("{}", "ministry: {name: The ministry}", "ministry: {name: A ministry, url: 'https://x.example/'}")


def edit(story: Story, by: random.Random) -> None:
    """Make one edit, or a few."""
    for _ in range(by.choice((1, 1, 2, 4))):
        name = f"report-{by.randrange(12)}"
        kind = by.randrange(10)
        if kind == 0:
            (story.root / f"content/articles/{name}.md").unlink(missing_ok=True)
        elif kind == 1:
            story.write("content/places.yaml", by.choice(PLACES))
        elif kind == 2:
            story.write("content/sources.yaml", by.choice(REGISTERED))
        else:
            story.article(name, by.choice(("One.", "Two.")), **fields(by))


def fields(by: random.Random) -> dict[str, Any]:
    whens = ("199X", "2023", "2024", "2024-01", "2024-01-05", "2024-02-03~", "2024-02", "-0400", "2022/..")
    events = [
        {
            "name": by.choice(("Talks", "A strike")),
            "when": by.choice(whens),
            "place": by.choice((None, "ain", "Geneva")),
            "id": by.choice((None, "talks", "strike")),
            "role": by.choice(("main", "background")),
            "sources": [1],
        }
        for _ in range(by.choice((0, 0, 1, 3)))
    ]
    return {
        "date": by.choice(("2022-05-05", "2023-01-01", "2024-01-01", "2024-01-02", "2024-01-03", "2024-02-01")),
        "title": by.choice(("One", "Another")),
        "tags": by.choice(([], ["Iraq"], ["IRAQ", "Peace"])),
        "thread": by.choice((None, "Story", "Other story")),
        "location": by.choice((None, "ain", {"name": "Geneva", "lat": by.choice((46, 47)), "lon": 6})),
        "sources": [by.choice(("ministry", "A man"))],
        "events": events or None,
        "corrections": by.choice((None, [{"date": "2024-03-01", "kind": "update", "text": "So."}])),
        **by.choice(({}, {}, {}, {"draft": True}, {"withdrawn": "2024-08-01"})),
    }


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("seed", range(2))
def test_any_edits_one_by_one_give_what_a_clean_build_gives(story: Story, seed: int) -> None:
    by = random.Random(seed)  # noqa: S311 - nothing depends on its being hard to guess
    for number in range(8):
        story.article(f"report-{number}", **fields(by))
    story.built("--allow-delete")
    planned = []
    for _ in range(8):
        edit(story, by)
        planned.append(report(story, allow_delete=True).planned)
        if seed % 2:  # with the others all edits add up
            assert table_difference(story) == set(), planned
            report(story, allow_delete=True)  # for whoever looks at a database leaves marks, and it is examined anew
    assert "changes" in planned
    assert table_difference(story) == set()
    same_as_clean(story)
    validated(story.public)


# --- this repository's own archive, and its documentation ---


@pytest.mark.skipif(not (ROOT / "content").is_dir(), reason="the archive is in the source tree only")
def test_the_archive_of_this_repository_is_a_valid_data_package(tmp_path: Path) -> None:
    story = Story(tmp_path)
    shutil.copytree(ROOT / "content", tmp_path / "content")
    story.built("--now", "2026-01-01")
    package = validated(story.public)
    assert package.name == "coalition-files" and package.licenses[0]["name"] == "CC-BY-4.0"
    events = rows(story, "events.csv")
    assert len(events) > 20 and all(one["id"].startswith("tag:newsgen.github.io,") for one in events)


@pytest.mark.skipif(not (ROOT / "docs").is_dir(), reason="the documentation is in the source tree only")
def test_every_column_and_file_is_documented() -> None:
    text = (ROOT / "docs/data.md").read_text(encoding="utf-8")
    for table in TABLES:
        section = text.split(f"### {table.title}\n", 1)[1].split("\n##", 1)[0]
        listed = re.findall(r"^\| `(\w+)` \| ([^|]+) \| (.+) \|$", section, re.MULTILINE)
        assert listed == [(one.name, one.kind, one.description) for one in table.columns]
    assert not {f"{beginning}.{end}" for beginning, end in KINDS if f"`{beginning}.{end}`" not in text}


def test_the_schemas_are_table_schemas() -> None:
    for table in TABLES:
        for as_lists in (False, True):
            assert Schema.from_descriptor(schema_of(table, as_lists)).field_names == [one.name for one in table.columns]
    assert EVENTS.key == ("id",)
