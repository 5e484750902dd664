"""Feeds of a site that has everything, and of one that is hostile, as rules and independent clients see them."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from .conftest import Story, drawn
from .feed_rules import RULES, WARNING, Finding, findings
from .json_feed_rules import faults
from .subscribers import FILES, Item, all_feeds, by_fastfeedparser, by_feedparser, by_json, path_of

WHEN = datetime(2024, 12, 1, 12, tzinfo=UTC)

EXPLAINED = {
    "ArchiveIncomplete": ("", "an archive of one document has none before or after it"),
    "DuplicateUpdated": ("", "articles of one day have its date where nobody knows the hour"),
    "ImplausibleDate": ("", "archives begin before 1990; a feed without entries has no date of its own"),
    "ContainsUndeclaredHtml": ("", "a text may speak of HTML, and Atom says that it is plain"),
    "ContainsHtml": ("", "the same in RSS, whose titles and names are plain"),
    "CharacterData": ("", "the same"),
    "SecurityRisk": ("<bdo>$", "it says in which direction a text runs, and does nothing"),
}
"""The warnings that stay: where, and the reason (docs/feeds.md)."""

PLACES = """
iraq: {name: Iraq, kind: country}
ain: {name: Ain al-Assad, kind: site, within: iraq, lat: 33.8, lon: 42.4}
"""


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What is published of a site that uses all that feeds can tell."""
    story = Story(tmp_path_factory.mktemp("full") / "site").site(
        title="The R&D Record",
        description="What happened & <why>.",
        languages=["en", "fr", "ar"],
        publisher={"name": "Ada & Grace", "email": "desk@example.org"},
        license="CC BY 4.0",
        feeds={"hub": "https://hub.example.org/"},
    )
    story.write("content/places.yaml", PLACES)
    story.write("content/sources.yaml", "reuters: {name: Reuters}")
    story.write("content/tags.yaml", "drones: {name: Drones, description: 'What flies, & <b>who</b>.'}")
    for name in ("map", "base"):
        story.write(f"content/articles/{name}.png", drawn(40, 30))
    body = """Two drones.[^source:1] [The base](beta.md#part), ![a map](map.png "A map") and [home](/).

| a | b |
|:--|--:|
| 1 | 2 |

A note.[^1] <bdo dir="rtl">abc</bdo>

[^1]: Foot.
"""
    story.article(
        "alpha",
        body,
        title="Drones & a base",
        date="2024-07-17T09:30+03:00",
        updated="2024-07-18T10:00Z",
        summary="Two drones & 5 < 6.",
        tags=["Drones", "R&D"],
        author=["Ada", "Grace"],
        section="World",
        thread="Withdrawal",
        location="ain",
        sources=[{"name": "Reuters", "url": "https://example.com/a?b=1&c=2"}],
        images=[{"src": "base.png", "alt": "A base", "credit": "Bob & Co"}],
        corrections=[{"date": "2024-07-19T10:00Z", "text": "A wrong <day> & hour."}],
        events=[{"name": "Attack", "when": "2024-07-16", "place": "ain"}],
    )
    story.article("beta", "## Part\n\nText.", date="2024-07-16T08:00Z", language="fr", tags=["Drones"], author="Ada")
    story.article("gamma", "نص.", date="2023-02-01T08:00Z", language="ar", title="خبر", tags=["عراق"], location="Mosul")
    story.article("plain", date="2022-01-01T08:00Z")
    story.built()
    return story.published()


HOSTILE = [
    "</title><x>",
    "]]>",
    "<b>bold</b>",
    "&amp;",
    "&#60;script&#62;",
    "\"'",
    "\u202e",
    "a\u00a0b",
    "🜚",
    "%41 %zz",
    "<!--",
]

IDS = [
    "tag:example.org,2024:a#b",
    "urn:uuid:5b1c3d52-6f0a-4a58-9c06-3f0d8f3a1c27",
    "https://example.org/ä",
    "mailto:desk@example.org",
]
"""Ids of articles that have a correction each, which has an id as well; a fragment is no part of all of them."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    story = Story(tmp_path_factory.mktemp("hostile") / "site").site(
        title="<R>&amp;D", description="]]> </description>", license='"<©>', publisher={"name": "<b>&"}
    )
    for number, text in enumerate(HOSTILE):
        story.article(
            f"report-{number}",
            f"# {text}\n\n{text} <p><b>open <i>crossed</b></i> <a href='/x?a=1&b=2' onclick=x()>y</a>\n\n"
            f"`{text}` <script>1</script><td>cell <svg><path/></svg>",
            title=f"{text} title",
            summary=f"{text} summary",
            tags=[f"{text} tag", "common"],
            author=f"{text} author",
            id=IDS[number] if number < len(IDS) else f"{number} {text}",
            date=f"19{70 + number}-01-0{1 + number % 9}T00:00Z",
            corrections=[{"date": f"2024-01-{1 + number:02}", "text": text}],
            location={"name": f"{text} place", "lat": -90, "lon": 180},
        )
    story.article("long", "Text.", title="x" * 500, summary="y" * 3000, tags=["common"])
    story.built()
    return story.published()


def found_in(published: Mapping[str, bytes]) -> list[Finding]:
    """What the rules find in the feeds of a site, each once with the first place where it is."""
    found: dict[tuple[str, str], Finding] = {}
    for address in all_feeds(published):
        data = published[path_of(address)]
        if address.endswith(".json"):
            assert faults(data, address) == [], address
        else:
            for one in findings(data, address, WHEN):
                found.setdefault((one.rule, one.where), replace(one, where=f"{address} {one.where}"))
    return [*found.values()]


def unexplained(found: list[Finding]) -> list[str]:
    return [str(one) for one in found if not re.search(EXPLAINED.get(one.rule, ("(?!)",))[0], one.where)]


def test_feeds_keep_the_rules_and_each_warning_that_stays_is_explained(full: dict[str, bytes]) -> None:
    assert unexplained(found_in(full)) == []
    assert {RULES[name][0] for name in EXPLAINED} == {WARNING}


def test_feeds_of_hostile_texts_keep_the_rules(hostile: dict[str, bytes]) -> None:
    assert unexplained(found_in(hostile)) == []


def test_feeds_without_an_entry_keep_the_rules(story: Story) -> None:
    (story.root / "content/articles").mkdir()
    story.built()
    assert {one.rule for one in found_in(story.published())} <= {"ImplausibleDate"}


@pytest.mark.parametrize("site", ["full", "hostile"])
def test_every_client_reads_the_same_entries_from_every_format(site: str, request: pytest.FixtureRequest) -> None:
    published: dict[str, bytes] = request.getfixturevalue(site)
    for base in sorted({path.removesuffix("rss.xml") for path in published if path.endswith("rss.xml")}):
        rss, atom, json_ = (published[base + file] for file in FILES)
        wanted = by_json(json_)
        assert wanted and len({one.id for one in wanted}) == len(wanted)
        assert by_feedparser(atom) == wanted
        assert by_fastfeedparser(json_) == by_fastfeedparser(atom) == wanted
        of_rss = [replace(one, enclosures=one.enclosures[:1]) for one in wanted]  # for which RSS has room for one
        assert [*map(summary_as_text, by_feedparser(rss))] == of_rss
        assert [*map(summary_as_text, by_fastfeedparser(rss))] == of_rss


def summary_as_text(one: Item) -> Item:
    """An entry of RSS with its summary, which is HTML there, as the text that it is elsewhere."""
    return replace(one, summary=html.unescape(one.summary))
