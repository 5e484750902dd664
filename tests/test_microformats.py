"""What pages say in microformats (microformats.org/wiki/microformats2), as mf2py reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mf2py
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsgen.cleaning import Cleaner

from .conftest import Story, drawn

PLACES = """
iraq: {name: Iraq, kind: country}
anbar: {name: Anbar, kind: province, within: iraq, lat: 32.5, lon: 41.9}
base: {name: Ain al-Assad, within: anbar, lat: 33.786, lon: 42.441, wikidata: Q404739}
"""
ADDRESS = "/2024/07/17/drones/"
URL = f"https://example.org{ADDRESS}"


def microformats(story: Story, address: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = mf2py.parse(doc=story.text(address), url=f"https://example.org{address}")["items"]
    return items


def every(items: list[dict[str, Any]], kind: str) -> Iterator[dict[str, Any]]:
    """All items of a type, however deep."""
    for item in items:
        if kind in item["type"]:
            yield item
        yield from every(item.get("children", []), kind)
        for values in item["properties"].values():
            yield from every([one for one in values if isinstance(one, dict) and "type" in one], kind)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Story:
    story = Story(tmp_path_factory.mktemp("microformats")).site(
        publisher={"name": "The Desk", "url": "https://desk.example/"}, license="CC-BY-4.0", home_sections=["World"]
    )
    story.write("content/places.yaml", PLACES)
    story.write("content/articles/base.png", drawn(400, 300))
    story.article(
        "drones",
        'Nobody was hurt.\n\n<div class="h-entry mine"><a class="u-url p-name" href="https://evil.example/">Forged</a> '
        '<span class="p-author h-card">Mallory</span> <time class="dt-published" datetime="1999-01-01">then</time>'
        '</div>\n\n<p class="vcard"><span class="fn">Eve</span></p>\n\nOn [Monday](other.md){.u-in-reply-to}.',
        title="Drones <fired> at a base",
        date="2024-07-17T09:30+03:00",
        updated="2024-07-18",
        summary="One was shot down.",
        authors=["Ada Ray", "Bo Lee"],
        tags=["Iraq", "Drones & more"],
        section="World",
        location="base",
        places=["Somewhere"],
        images=[{"src": "base.png", "alt": "The base."}, {"src": "https://far.example/a.png", "alt": "Far."}],
        sources=[{"name": "A guard", "kind": "person"}],
        corrections=[{"date": "2024-07-18", "text": "The day was wrong."}],
    )
    story.article("other", date="2024-07-17", title="Other", thread="Base", section="World", location="Basra")
    story.built()
    return story


def test_an_article_is_one_entry_that_says_what_its_readers_see(archive: Story) -> None:
    items = microformats(archive, ADDRESS)
    entry, publisher = items
    assert entry["type"] == ["h-entry"]
    said = entry["properties"]
    assert said["name"] == ["Drones <fired> at a base"]
    assert said["url"] == [URL]
    assert said["uid"] == ["tag:example.org,2024-07-17:/2024/07/17/drones/"]
    assert said["published"] == ["2024-07-17T06:30:00+0000"]
    assert said["updated"] == ["2024-07-18"]  # only the day is known
    assert said["summary"] == ["One was shot down."]
    assert said["category"] == ["Iraq", "Drones & more"]
    authors = [(one["type"], one["properties"]["name"], one["properties"]["url"]) for one in said["author"]]
    assert authors == [
        (["h-card"], ["Ada Ray"], ["https://example.org/authors/ada-ray/"]),
        (["h-card"], ["Bo Lee"], ["https://example.org/authors/bo-lee/"]),
    ]
    assert [one["alt"] if isinstance(one, dict) else one for one in said["photo"]] == [
        "The base.",
        "https://far.example/a.png",
    ]
    assert said["featured"][0]["value"] == "https://example.org/media/articles/base.png"
    assert said["content"][0]["value"].startswith("Nobody was hurt.")
    assert publisher["type"] == ["h-card"]
    assert publisher["properties"]["name"] == ["The Desk"]
    assert publisher["properties"]["url"] == ["https://desk.example/"]


def test_places_have_their_coordinates_where_they_are_known(archive: Story) -> None:
    known, unknown = microformats(archive, ADDRESS)[0]["properties"]["location"]
    assert known["type"] == unknown["type"] == ["h-adr"]
    assert known["properties"]["name"] == ["Ain al-Assad"]
    assert known["properties"]["url"] == ["https://example.org/places/base/"]
    (at,) = known["properties"]["geo"]
    assert at["type"] == ["h-geo"]
    assert at["properties"] == {"latitude": ["33.786"], "longitude": ["42.441"]}
    assert unknown["properties"]["name"] == ["Somewhere"] and "geo" not in unknown["properties"]


def test_the_text_of_an_article_can_say_nothing_in_its_name(archive: Story) -> None:
    assert 'class="mine"' in archive.text(ADDRESS)
    entry, *_ = items = microformats(archive, ADDRESS)
    assert len([*every(items, "h-entry")]) == 1 and "children" not in entry
    for name in ("url", "name", "published", "author", "content"):
        assert "evil" not in str([one for one in entry["properties"][name] if name != "content"])
    assert "in-reply-to" not in entry["properties"]
    assert [one["properties"]["name"] for one in every(items, "h-card")] == [["Ada Ray"], ["Bo Lee"], ["The Desk"]]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/", "The Record"),
        ("/tags/iraq/", "Iraq – The Record"),
        ("/authors/ada-ray/", "Ada Ray – The Record"),
        ("/places/iraq/", "Iraq – The Record"),
        ("/threads/base/", "Base – The Record"),
        ("/threads/base/from-the-beginning/", None),
        ("/timeline/2024/07/17/", None),
        ("/timeline/2024/07/", None),
        ("/on-this-day/07-17/", None),
    ],
)
def test_a_list_is_a_feed_of_entries(archive: Story, address: str, name: str | None) -> None:
    (feed,) = microformats(archive, address)
    assert feed["type"] == ["h-feed"]
    assert feed["properties"]["url"] == [f"https://example.org{address}"]
    assert name is None or feed["properties"]["name"] == [name]
    assert [one["properties"]["name"] for one in feed["properties"]["author"]] == [["The Desk"]]
    entries = [one for one in feed["children"] if one["type"] == ["h-entry"]]
    assert entries and len(entries) == len(feed["children"])
    for entry in entries:
        said = entry["properties"]
        assert said["name"][0] in ("Drones <fired> at a base", "Other")
        (published,) = said["published"]
        assert published == ("2024-07-17T06:30:00+0000" if said["url"] == [URL] else "2024-07-17")


def test_pages_that_list_no_articles_are_no_feeds(archive: Story) -> None:
    for address in ("/tags/", "/corrections/", "/404.html", "/timeline/events/"):
        if (archive.public / Path(address.lstrip("/")) / "index.html").is_file():
            assert not [*every(microformats(archive, address), "h-entry")]


CLASSES = st.lists(st.sampled_from(["h-entry", "p-name", "u-url", "dt-start", "e-content", "h-x-y", "vcard", "mine"]))


@settings(max_examples=40)
@given(CLASSES, st.sampled_from(" \n\t\f\u00a0\u2003"), st.sampled_from(["x", "x class=", " class=&quot;h-feed"]))
def test_no_cleaned_html_has_microformats(names: list[str], space: str, title: str) -> None:
    raw = f'<p title="{title}" class="{space.join(names)}">a <b class="{space.join(names[::-1])}">b</b></p>'
    cleaned = Cleaner().clean(raw)
    assert mf2py.parse(doc=cleaned)["items"] == []
    assert ("mine" in names) == ('class="mine' in cleaned)


def test_only_classes_are_looked_at() -> None:
    raw = '<pre> class="h-entry"</pre><p title="x class=" id="h-entry">a</p>'
    assert Cleaner().clean(raw) == raw


# --- the head: for reference managers, and the licence ---


def metas(story: Story, address: str) -> list[tuple[str, str]]:
    found = story.page(address).xpath("//head/meta[starts-with(@name, 'citation_') or starts-with(@name, 'DC.')]")
    return [(one.get("name"), one.get("content")) for one in found]


def test_the_head_of_an_article_names_it_as_reference_managers_look_for_it(archive: Story) -> None:
    assert metas(archive, ADDRESS) == [
        ("citation_title", "Drones <fired> at a base"),
        ("citation_author", "Ada Ray"),
        ("citation_author", "Bo Lee"),
        ("citation_publication_date", "2024/07/17"),
        ("citation_publisher", "The Desk"),
        ("citation_language", "en"),
        ("citation_keywords", "Iraq"),
        ("citation_keywords", "Drones & more"),
        ("citation_public_url", URL),
        ("citation_fulltext_html_url", URL),
        ("DC.type", "newspaperArticle"),
    ]
    assert archive.page(ADDRESS).xpath("string(//meta[@property='og:site_name']/@content)") == "The Record"
    assert not metas(archive, "/") and not metas(archive, "/tags/iraq/")


def test_the_canonical_address_the_authors_and_the_licence_are_linked(archive: Story, story: Story) -> None:
    page = archive.page(ADDRESS)
    assert page.xpath("//link[@rel='canonical']/@href") == [URL]
    assert page.xpath("//a[@rel='author']/@href") == ["/authors/ada-ray/", "/authors/bo-lee/"]
    assert page.xpath("//link[@rel='license']/@href") == ["https://creativecommons.org/licenses/by/4.0/"]
    story.site(license="All rights reserved").article("alpha")
    story.built()
    assert not story.page("/2024/07/17/alpha/").xpath("//link[@rel='license']")
