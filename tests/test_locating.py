"""Which page an address is, told without a plan of all pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsgen.archive import Archive
from newsgen.features import Feature, Planning, corrections, data, events, listings, periods_in, term_in, timeline
from newsgen.features.registry import FEATURES
from newsgen.inventory import Inventory
from newsgen.load import read_site
from newsgen.locating import Locator
from newsgen.media import Media
from newsgen.model import Page
from newsgen.theme import Assets, Theme

from .conftest import Story, drawn

LIMITS = [
    (corrections, "LONGEST_LIST", 3),
    (data, "MOST_ROWS", 4),
    (events, "LONGEST_LIST", 4),
    (events, "MOST_BESIDE", 2),
    (listings, "LONGEST_LIST", 4),
    (listings, "NEWEST", 2),
    (timeline, "LONGEST_LIST", 3),
]
"""So small that a few articles have every kind of page."""
MOST_CANDIDATES = 16
"""How many subjects of all features together may be asked for a page at one address."""


@pytest.fixture(scope="module")
def planning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planning]:
    """A site with every kind of page, and what a plan of it looks at."""
    story = Story(tmp_path_factory.mktemp("rich") / "site")
    given = {"languages": ["en", "fr"], "alternates": ["markdown", "ninjs"], "social_cards": True}
    story.site(base_url="https://example.org/news/", **given)
    story.article("file", url="/old/talks.html")
    story.article("traduction", language="fr", translation_of="report-1.md", tags=["Iraq"])
    story.write("content/places.yaml", "iraq: {name: Iraq, lat: 33, lon: 44}\nain: {name: Ain, within: iraq}\n")
    story.write("content/pages/about.md", "---\ntitle: About\n---\nUs.\n")
    story.write("content/articles/map.png", drawn(400, 4))
    story.write("static/.well-known/security.txt", "Contact: us\n")
    for number in range(8):
        happened = [
            {"name": f"Event {number}", "when": f"2014-06-{10 + number}", "id": f"event-{number}", "place": "ain"},
            {"name": "Day", "when": "2014-06-10"},
            {"name": "Decade", "when": "199X"},
            {"name": "Unknown", "when": "2014"},
        ]
        story.article(
            f"report-{number}",
            "![A map](map.png)",
            date="2024-07-17" if number < 5 else f"2023-0{number}-02",
            tags=["Drönes", "Iraq"],
            authors=["Ada"],
            thread="Bases",
            section="World",
            location="ain",
            sources=["Reuters"],
            events=happened,
            aliases=[f"/old/{number}/"],
            corrections=[{"date": "2024-08-01", "text": "Wrong."}],
        )
    story.article("gone", withdrawn={"date": "2024-06-03", "reason": "It was a hoax."})
    story.built()
    with pytest.MonkeyPatch.context() as patched:
        for module, name, value in LIMITS:
            patched.setattr(module, name, value)
        site, _ = read_site(story.root)
        theme = Theme(story.root)
        with closing(Archive(story.root / ".newsgen/archive.sqlite", read_only=True)) as archive:
            assets = Assets(theme.static_files())
            yield Planning(site, archive, assets, Media(site, theme, archive, Inventory(archive)))


@pytest.fixture(scope="module")
def plan(planning: Planning) -> dict[str, Page]:
    return {page.address: page for feature in FEATURES.values() for page in feature.plan(planning)}


def test_the_site_has_every_kind_of_page(plan: dict[str, Page]) -> None:
    shapes = """/ /fr/ /fr/feed/atom.xml /en/feed/rss.xml /404.html
        /tags/x/2024/07/ /tags/x/2024/07/2/ /timeline/2024/07/17/2/ /timeline/events/1990s/
        /timeline/events/2014/06/10/part-2/ /tags/x/events/ /tags/x/events/2014/06/ /corrections/2024/2/ /feed/rss.xml
        /corrections/rss.xml /places/ain/rss.xml /data/datapackage.json /data/articles-2024-07_2.csv
        /data/threads/x.json /data/events-2014-06_2.jsonl /sitemaps/2024-07.xml /threads/x/from-the-beginning/
        /events/event-1/ /old/1/
        /media/articles/map.png /about/ /.well-known/security.txt /data/events-2014-without-month.csv""".split()
    known = {re.sub("/(drönes|iraq|bases)([/.])", r"/x\2", one) for one in plan}
    assert [one for one in shapes if one not in known] == []


def test_every_planned_page_is_found_at_its_address(planning: Planning, plan: dict[str, Page]) -> None:
    locator = Locator(planning)
    assert {address: locator.find(address) for address in plan} == plan


def test_each_feature_names_the_subject_of_each_of_its_pages(planning: Planning) -> None:
    for feature in FEATURES.values():
        if feature.locate is None:
            continue
        for subject in feature.subjects(planning):
            for page in feature.pages(planning, subject):
                assert subject in [*feature.locate(planning, page.address)], page.address


PARTS = """2024 07 17 2 1990s part-2 2014 06 10 events tags iraq drönes places ain foo x.xml rss.xml 2024-07.xml
    timeline corrections threads bases from-the-beginning data articles-2024.csv articles.csv threads bases.json
    media articles map.png report-1 old 1 event-1 index.html sitemaps 2024.xml 2024-07_2.xml assets style.css
    content articles report-1.md#0 ٢٠٢٤ .. %2e events-2014-06_3.csv 404.html Report-1
    authors ada sources reuters
    fr en feed languages""".split()


@given(st.lists(st.sampled_from(PARTS), max_size=6), st.sampled_from(["", "/"]))
def test_any_other_address_is_no_page(planning: Planning, plan: dict[str, Page], parts: list[str], end: str) -> None:
    address = "/" + "/".join(parts) + (end if parts else "")
    found = Locator(planning).find(address)
    assert found == plan.get(address)
    named = [one for feature in FEATURES.values() if feature.locate for one in feature.locate(planning, address)]
    assert len(named) <= MOST_CANDIDATES


@settings(max_examples=40)
@given(st.text(max_size=30))
def test_an_address_of_any_characters_is_asked_for_without_harm(planning: Planning, text: str) -> None:
    assert Locator(planning).find(f"/{text}/") is None or text in ("", "about")


def test_a_feature_that_does_not_say_has_its_pages_listed_once(
    planning: Planning, plan: dict[str, Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def subjects(of: Planning) -> Iterator[str]:
        asked.append("subjects")
        yield from timeline.FEATURE.subjects(of)

    silent: Feature = replace(timeline.FEATURE, subjects=subjects, locate=None)
    monkeypatch.setitem(FEATURES, "timeline", silent)
    locator = Locator(planning)
    assert locator.find("/about/") == plan["/about/"] and asked == []
    for address in ("/timeline/2024/07/17/2/", "/timeline/2024/", "/timeline/1888/"):
        assert locator.find(address) == plan.get(address)
    assert asked == ["subjects"]


def test_periods_and_terms_are_read_from_addresses() -> None:
    assert [*periods_in("2024/07/17/2/")] == ["2024-07-17", "2024-07", "2024"]
    assert [*periods_in("2024/07/2/")] == ["2024-07-2", "2024-07", "2024"]
    assert [*periods_in("")] == [*periods_in("events/2024/")] == []
    assert term_in("/tags/iraq/2024/") == ("tags", "iraq", "2024/")
    assert term_in("/tags/iraq/") == ("tags", "iraq", "")
    assert term_in("/tags/") is term_in("/other/iraq/") is term_in("/tags/iraq") is None
