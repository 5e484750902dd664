"""Structured data: every page tells programs, in the words of schema.org, what it tells people, and nothing else."""

from __future__ import annotations

import json
import string
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsgen.policies import POLICIES
from newsgen.site import Publisher, load_site
from newsgen.structured import citation, dates, geo, item_list, license_of, script, thing
from tests.conftest import Story, drawn

BASE = "https://example.org/news/"

KNOWN = {
    "BreadcrumbList": "itemListElement",
    "CorrectionComment": "datePublished text",
    "CreativeWork": "alternateName archivedAt creditText description name url",
    "CreativeWorkSeries": "description isPartOf name publisher url",
    "Dataset": "alternateName archivedAt description name url",
    "Event": "endDate location name startDate subjectOf url",
    "GeoCoordinates": "latitude longitude",
    "ImageObject": "caption contentUrl creditText url",
    "ItemList": "itemListElement name numberOfItems",
    "ListItem": "item name position url",
    "NewsArticle": "about articleSection author citation contentLocation copyrightHolder correction dateModified "
    "datePublished dateline description headline image inLanguage isPartOf keywords license mainEntityOfPage mentions "
    "publisher timeRequired url wordCount",
    "NewsMediaOrganization": "actionableFeedbackPolicy correctionsPolicy description diversityPolicy ethicsPolicy logo "
    "masthead missionCoveragePrioritiesPolicy name noBylinesPolicy ownershipFundingInfo publishingPrinciples sameAs "
    "unnamedSourcesPolicy url verificationFactCheckingPolicy",
    "Person": "description name sameAs url",
    "Place": "alternateName containedInPlace description geo name sameAs url",
    "ProfilePage": "mainEntity url",
    "WebPage": "dateModified description inLanguage isPartOf name publisher url",
    "WebSite": "description inLanguage license name publisher url",
}
"""The types of schema.org that newsgen uses and the properties that each may have there, its own and those of the types
above it; of these the ones that newsgen uses. Checked against the published vocabulary (schemaorg/schemaorg,
cc71c8e06485)."""

VALUES = {
    **dict.fromkeys("about mentions".split(), "Event"),
    **dict.fromkeys("contentLocation containedInPlace location".split(), "Place"),
    **dict.fromkeys("image logo".split(), "ImageObject URL"),
    **dict.fromkeys("isPartOf".split(), "WebSite CreativeWorkSeries"),
    "author": "Person NewsMediaOrganization",
    "publisher": "NewsMediaOrganization",
    "citation": "CreativeWork Dataset Text",
    "correction": "CorrectionComment",
    "geo": "GeoCoordinates",
    "subjectOf": "NewsArticle",
    "itemListElement": "ListItem",
    "license": "URL CreativeWork",
    "mainEntity": "Person NewsMediaOrganization",
    **dict.fromkeys("datePublished dateModified startDate endDate".split(), "Date"),
    **dict.fromkeys("latitude longitude position numberOfItems wordCount".split(), "Number"),
    **dict.fromkeys("url item sameAs archivedAt contentUrl mainEntityOfPage".split(), "URL"),
    **dict.fromkeys((one for one, _ in POLICIES.values()), "URL"),
}
"""What the values of a property may be, of what schema.org allows; those of others are text."""


def things_of(text: bytes | str) -> list[dict[str, Any]]:
    """The things that a page describes, as a real parser of HTML and one of JSON read them."""
    found = []
    for element in lxml.html.document_fromstring(text).xpath("//script[not(@src)]"):
        assert element.get("type") == "application/ld+json" and not len(element)
        data = json.loads(element.text)
        assert data.pop("@context") == "https://schema.org"
        found += data.get("@graph", [data])
    return found


def within(value: Any) -> Iterator[dict[str, Any]]:
    """Every thing in a value, with those inside it."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from within(one)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def kind_of(value: Any, name: str) -> str:
    """The type of the value of a property."""
    if isinstance(value, dict):
        return str(value["@type"])
    if isinstance(value, int | float):
        return "Number"
    if value.startswith(("https://", "http://")):
        return "URL"
    return "Date" if name.endswith("Date") or (name.startswith("date") and name != "dateline") else "Text"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A site with every kind of page that there is."""
    policies = dict.fromkeys(POLICIES, "/about/")
    policies |= {"corrections": "/about/#mistakes", "ethics": "https://ethics.example/?a=1&b=2"}
    story = Story(tmp_path_factory.mktemp("structured")).site(
        base_url=BASE,
        description="What happened.",
        license="CC-BY-NC-4.0",
        publisher={"name": "The Desk", "url": "https://desk.example/", "logo": "/logo.png", "policies": policies},
    )
    story.write("static/logo.png", b"\x89PNG")
    story.write("content/articles/photo.png", drawn())
    story.write("content/pages/about.md", "---\ntitle: About\nmenu: 1\n---\n\nText.\n\n## Mistakes\n\nMore.\n")
    story.write(
        "content/places.yaml",
        "iraq: {name: Iraq, kind: country, lat: 33, lon: 44}\n"
        "anbar: {name: Anbar, within: iraq, wikidata: Q20187, aliases: [al-Anbar], links: ['https://anbar.example/']}\n"
        "base: {name: Ain al-Assad, within: anbar, lat: 33.8, lon: 42.44}\n",
    )
    story.write(
        "content/sources.yaml",
        "letter: {name: A letter, kind: document, url: 'https://undocs.example/1', archived: 'https://kept.example/1'}\n"
        "agency: {name: An agency, kind: wire}\n",
    )
    story.write("content/authors.yaml", "ann-lee: {name: Ann Lee, links: ['https://ann.example/']}\n")
    story.article(
        "two-drones",
        title='Two </script><script>alert("1")</script> & <!-- drones\u2028',
        date="2024-07-17T09:30+03:00",
        updated="2024-07-24",
        summary="A summary & more.",
        location="base",
        places=["Elsewhere, Atlantis"],
        dateline="BAGHDAD",
        authors=["Ann Lee", "The Desk"],
        tags=["Drones", "Iraq"],
        section="World",
        thread="The coalition",
        sources=[
            {"name": "An officer", "kind": "person", "attribution": "background", "reason": "not permitted"},
            {"name": "letter"},
            {"name": "Figures", "kind": "dataset", "archived": "https://kept.example/2"},
            {"name": "agency", "url": "https://wire.example/3"},
            {"name": "A guess", "url": "https://guess.example/", "proposed": True},
        ],
        events=[
            {"name": "Drones fired", "when": "2024-07-16", "place": "base", "id": "drones", "sources": [1, 2]},
            {"name": "A long siege", "when": "2014-06/2017-07-10", "place": "Somewhere"},
            {"name": "Before that", "when": "2014", "role": "background"},
            {"name": "Nobody knows when", "when": "2004~", "id": "unknown"},
        ],
        corrections=[
            {"date": "2024-07-24", "kind": "correction", "text": "It was six days."},
            {"date": "2024-07-25T08:00+03:00", "kind": "update", "text": "More is known."},
        ],
        images=[{"src": "photo.png", "alt": "A photo", "caption": "A caption", "credit": "Ann Lee"}],
    )
    story.article("gone", date="2024-01-05", withdrawn={"date": "2024-02-01", "reason": "It was wrong."})
    for number in range(101):
        story.article(
            f"day-{number}",
            date="2023-03-05",
            tags=["Many"],
            thread="The long story",
            events=[{"name": f"Event {number}", "when": "1999-05-06", "place": "anbar"}],
            corrections=[{"date": "2023-04-01", "kind": "clarification", "text": f"Number {number}."}],
        )
    story.article("moved", date="2023-05-05", aliases=["/old/"])
    run = story.built()
    assert "site.yaml" not in run.text
    return story


TWO_DRONES = "/2024/07/17/two-drones/"


def the(story: Story, address: str, kind: str) -> dict[str, Any]:
    """The one thing of a type that a page describes."""
    (found,) = [one for one in things_of(story.text(address).encode()) if one["@type"] == kind]
    return found


def test_every_page_uses_the_types_and_properties_of_schema_org(archive: Story) -> None:
    seen: Counter[str] = Counter()
    for path, content in archive.published().items():
        if not path.endswith(".html"):
            continue
        assert b"itemscope" not in content and b"itemprop" not in content
        for one in within(things_of(content)):
            if set(one) == {"@id"}:
                continue
            kind = one["@type"]
            assert next(iter(one)) == "@type", path
            seen[kind] += 1
            for name, value in one.items():
                if name.startswith("@"):
                    continue
                assert name in KNOWN[kind].split(), f"{path}: {kind} has no {name}"
                assert value is not None and value not in ("", [], {}), f"{path}: {kind}.{name} is empty"
                for each in listed(value):
                    if not (isinstance(each, dict) and set(each) == {"@id"}):
                        assert kind_of(each, name) in VALUES.get(name, "Text").split(), (path, kind, name, each)
    assert set(seen) == set(KNOWN)


def test_every_address_is_whole_and_leads_to_what_is_published(archive: Story) -> None:
    published = archive.published()
    ids: dict[str, set[str]] = {}
    for path, content in published.items():
        if path.endswith(".html"):
            page = lxml.html.document_fromstring(content)
            ids[path] = {*page.xpath("//@id"), *(["publisher"] if path == "index.html" else [])}
    checked = 0
    for path in ids:
        for one in within(things_of(published[path])):
            for name, value in one.items():
                if name != "@id" and "URL" not in VALUES.get(name, ""):
                    continue
                for each in listed(value):
                    if not isinstance(each, str) or not each.startswith(BASE):
                        assert isinstance(each, dict) or each.startswith("https://"), (path, name, each)
                        continue
                    address, _, fragment = each.removeprefix(BASE).partition("#")
                    file = unquote(address) + ("index.html" if not address or address.endswith("/") else "")
                    assert file in published, (path, name, each)
                    assert not fragment or unquote(fragment) in ids[file], (path, name, each)
                    checked += 1
    assert checked > 1000


def test_every_kind_of_page_has_its_part(archive: Story) -> None:
    def kinds(address: str) -> list[str]:
        return [one["@type"] for one in things_of(archive.text(address).encode())]

    assert kinds("/") == ["WebSite", "ItemList"]
    assert kinds(TWO_DRONES) == ["NewsArticle", "BreadcrumbList"]
    assert kinds("/about/") == ["WebPage"]
    assert kinds("/events/drones/") == ["Event", "BreadcrumbList"]
    assert kinds("/places/base/") == ["Place", "BreadcrumbList", "ItemList"]
    assert kinds("/threads/the-coalition/") == ["CreativeWorkSeries", "BreadcrumbList", "ItemList"]
    assert kinds("/authors/ann-lee/") == ["ProfilePage", "BreadcrumbList", "ItemList"]
    assert kinds("/sources/letter/") == ["CreativeWork", "BreadcrumbList", "ItemList"]
    assert kinds("/sources/agency/") == kinds("/tags/drones/") == ["BreadcrumbList", "ItemList"]
    for index in ("timeline", "tags", "authors", "sections", "threads", "places", "sources", "corrections"):
        assert kinds(f"/{index}/") == ["ItemList"]
    for listing in (
        *("/timeline/2024/", "/timeline/2023/", "/timeline/2023/03/05/", "/timeline/2023/03/05/1/"),
        *("/tags/many/2023/", "/tags/many/2023/03/", "/tags/many/2023/03/2/", "/corrections/2023/"),
        *("/timeline/events/", "/timeline/events/1990s/", "/timeline/events/1999/05/06/"),
        *("/timeline/events/1999/05/06/part-1/", "/places/anbar/events/", "/places/anbar/events/1999/"),
        *("/threads/the-long-story/from-the-beginning/", "/timeline/2024/07/17/"),
    ):
        assert kinds(listing) == ["BreadcrumbList", "ItemList"], listing
    for silent in ("/404.html", "/2024/01/05/gone/", "/old/"):
        assert kinds(silent) == []


def test_an_article_tells_where_when_and_on_what_it_rests(archive: Story) -> None:
    article = the(archive, TWO_DRONES, "NewsArticle")
    url = BASE + TWO_DRONES.lstrip("/")
    assert article["@id"] == article["url"] == article["mainEntityOfPage"] == url
    assert article["headline"].startswith('Two </script><script>alert("1")</script> & <!-- drones')
    assert article["datePublished"] == "2024-07-17T06:30:00+00:00"
    assert article["dateModified"] == "2024-07-25T05:00:00+00:00"  # that of the last correction
    assert (article["dateline"], article["inLanguage"], article["articleSection"]) == ("BAGHDAD", "en", "World")
    assert (article["keywords"], article["description"]) == (["Drones", "Iraq"], "A summary & more.")
    person, desk = article["author"]
    assert person == {"@type": "Person", "@id": BASE + "authors/ann-lee/", "name": "Ann Lee", "url": person["@id"]}
    assert desk == {"@type": "NewsMediaOrganization", "@id": BASE + "#publisher", "name": "The Desk"}
    assert [one["@id"] for one in article["isPartOf"]] == [BASE, BASE + "threads/the-coalition/"]
    assert article["license"] == "https://creativecommons.org/licenses/by-nc/4.0/"
    assert article["copyrightHolder"] == {"@id": BASE + "#publisher"}
    assert article["image"]["contentUrl"] == BASE + "media/articles/photo.png"
    assert (article["image"]["caption"], article["image"]["creditText"]) == ("A caption", "Ann Lee")
    assert [one["text"] for one in article["correction"]] == ["It was six days.", "More is known."]
    assert article["correction"][0]["datePublished"] == "2024-07-24"


def test_an_article_names_its_places_from_the_inside(archive: Story) -> None:
    base, elsewhere = the(archive, TWO_DRONES, "NewsArticle")["contentLocation"]
    assert (base["@id"], base["name"]) == (BASE + "places/base/", "Ain al-Assad")
    assert base["geo"] == {"@type": "GeoCoordinates", "latitude": 33.8, "longitude": 42.44}
    assert base["containedInPlace"]["@id"] == BASE + "places/anbar/"
    assert base["containedInPlace"]["containedInPlace"]["@id"] == BASE + "places/iraq/"
    assert elsewhere["name"] == "Elsewhere" and elsewhere["containedInPlace"]["name"] == "Atlantis"
    assert "geo" not in elsewhere


def test_an_article_is_about_its_events_and_mentions_the_background(archive: Story) -> None:
    article = the(archive, TWO_DRONES, "NewsArticle")
    siege, drones = sorted(article["about"], key=lambda one: str(one["startDate"]))
    assert (drones["@id"], drones["startDate"]) == (BASE + "events/drones/", "2024-07-16")
    assert "endDate" not in drones and drones["location"]["@id"] == BASE + "places/base/"
    assert (siege["startDate"], siege["endDate"]) == ("2014-06", "2017-07-10")
    assert siege["@id"] == BASE + "2024/07/17/two-drones/#ng:event-a-long-siege"
    assert siege["location"]["name"] == "Somewhere"
    assert (article["mentions"]["name"], article["mentions"]["startDate"]) == ("Before that", "2014")
    told = the(archive, "/events/unknown/", "Event")
    assert told["name"] == "Nobody knows when" and "startDate" not in told  # whose page is all that tells of it


def test_a_source_that_is_a_work_is_cited_as_one_and_one_who_speaks_as_text(archive: Story) -> None:
    officer, letter, figures, wire = the(archive, TWO_DRONES, "NewsArticle")["citation"]
    assert officer == "An officer"
    assert letter == {"@type": "CreativeWork", "@id": BASE + "sources/letter/", "name": "A letter"}
    assert figures == {"@type": "Dataset", "name": "Figures", "archivedAt": "https://kept.example/2"}
    assert wire == {"@type": "CreativeWork", "creditText": "An agency", "url": "https://wire.example/3"}
    told = the(archive, "/sources/letter/", "CreativeWork")
    assert (told["@id"], told["url"]) == (letter["@id"], "https://undocs.example/1")
    assert told["archivedAt"] == "https://kept.example/1"


def test_the_publisher_names_its_policies(archive: Story) -> None:
    publisher = the(archive, TWO_DRONES, "NewsArticle")["publisher"]
    assert publisher == the(archive, "/", "WebSite")["publisher"]
    assert (publisher["name"], publisher["url"]) == ("The Desk", "https://desk.example/")
    assert publisher["logo"]["url"] == BASE + "logo.png"
    assert publisher["correctionsPolicy"] == BASE + "about/#mistakes"
    assert publisher["ethicsPolicy"] == "https://ethics.example/?a=1&b=2"
    assert {name for name, _ in POLICIES.values()} <= set(publisher)


def test_a_place_an_author_and_an_event_are_described_where_they_have_pages(archive: Story) -> None:
    anbar = the(archive, "/places/anbar/", "Place")
    assert (anbar["@id"], anbar["alternateName"]) == (BASE + "places/anbar/", ["al-Anbar"])
    assert anbar["sameAs"] == ["https://www.wikidata.org/wiki/Q20187", "https://anbar.example/"]
    assert anbar["containedInPlace"]["@id"] == BASE + "places/iraq/" and "geo" not in anbar
    assert the(archive, "/places/base/", "Place")["geo"]["longitude"] == 42.44
    ann = the(archive, "/authors/ann-lee/", "ProfilePage")["mainEntity"]
    assert (ann["@type"], ann["sameAs"]) == ("Person", ["https://ann.example/"])
    assert the(archive, "/authors/the-desk/", "ProfilePage")["mainEntity"]["@type"] == "NewsMediaOrganization"
    assert the(archive, "/events/drones/", "Event")["subjectOf"]["url"] == BASE + TWO_DRONES.lstrip("/")


def test_the_steps_to_a_page_are_those_that_readers_see(archive: Story) -> None:
    compared = 0
    for path, content in archive.published().items():
        page = lxml.html.document_fromstring(content) if path.endswith(".html") else None
        shown = page.xpath("//nav[@class='crumbs']//a") if page is not None else []
        if not shown:
            continue
        (crumbs,) = [one for one in things_of(content) if one["@type"] == "BreadcrumbList"]
        steps = crumbs["itemListElement"]
        assert [one["position"] for one in steps] == list(range(1, len(steps) + 1))
        assert [("/news/" + one["item"].removeprefix(BASE), one["name"]) for one in steps[:-1]] == [
            (one.get("href"), one.text_content()) for one in shown
        ], path
        (own,) = page.xpath("//link[@rel='canonical']/@href")
        assert steps[-1]["item"] == own
        compared += 1
    assert compared > 20
    steps = the(archive, TWO_DRONES, "BreadcrumbList")["itemListElement"]
    assert steps[0]["item"] == BASE + "sections/world/"
    assert [one["name"] for one in the(archive, "/2023/05/05/moved/", "BreadcrumbList")["itemListElement"]] == [
        *("Timeline", "2023", "Moved")
    ]


def test_a_list_tells_what_readers_see_in_it_in_that_order(archive: Story) -> None:
    for address in ("/", "/tags/drones/", "/timeline/2023/03/05/1/", "/threads/the-long-story/from-the-beginning/"):
        items = the(archive, address, "ItemList")
        shown = archive.page(address).xpath("//article[contains(@class, 'card')]//a")
        assert items["numberOfItems"] == len(shown) == len(items["itemListElement"]) > 0
        assert [one["url"] for one in items["itemListElement"]] == [
            BASE + one.get("href").removeprefix("/news/") for one in shown
        ]
    corrected = the(archive, "/corrections/", "ItemList")["itemListElement"]
    assert corrected[0]["url"] == BASE + "2024/07/17/two-drones/#ng:corrections"
    happened = the(archive, "/timeline/events/1999/05/06/part-1/", "ItemList")
    assert happened["itemListElement"][0]["url"].startswith(BASE + "2023/03/05/day-")


def test_a_site_in_another_language_gets_no_english_words(story: Story) -> None:
    story.site(language="de", title="Le Registre")
    story.article("un", date="2024-07-17", events=[{"name": "Un", "when": "1994-05"}])
    story.built()
    told = [story.text(one) for one in ("/2024/07/17/un/", "/timeline/2024/07/", "/timeline/events/1990s/")]
    names = [one["name"] for text in told for one in within(things_of(text.encode())) if one["@type"] == "ListItem"]
    assert names == ["2024", "Un", "2024", "2024-07", "Un", "1990–1999", "Un"]


def test_another_policy_is_told_by_the_next_build(story: Story) -> None:
    story.article("two-drones")
    story.built()
    publisher = the(story, TWO_DRONES, "NewsArticle")["publisher"]
    assert publisher["correctionsPolicy"] == "https://example.org/corrections/"
    assert [one for one in publisher if one.endswith("Policy")] == ["correctionsPolicy"]
    story.site(publisher={"name": "The Record", "policies": {"masthead": "/about/", "ethics": "https://a.example/"}})
    run = story.built()
    assert "content/site.yaml:1:1: warning: nothing is published at /about/" in run.text
    publisher = the(story, TWO_DRONES, "NewsArticle")["publisher"]
    assert (publisher["masthead"], publisher["ethicsPolicy"]) == ("https://example.org/about/", "https://a.example/")
    story.write("content/pages/about.md", "---\ntitle: About\n---\n\nText.\n")
    assert "nothing is published" not in story.built().text
    story.remove("content/pages/about.md")
    assert "nothing is published at /about/" in story.built("--allow-delete").text


@pytest.mark.parametrize(
    "given_,wrong",
    [
        ("/about", None),
        ("/about/#ethics", None),
        ("https://example.org/ethics", None),
        ("about/", "is not a web address"),
        ("javascript:alert(1)", "is not a web address"),
        ("//evil.example/", "can't be an address"),
        ("/a/../b/", "can't be an address"),
        ("/a?b", "can't be an address"),
    ],
)
def test_a_policy_is_an_address_of_the_site_or_of_the_web(given_: str, wrong: str | None) -> None:
    text = f"title: x\nbase_url: https://example.org/\npublisher: {{name: a, policies: {{ethics: '{given_}'}}}}\n"
    site, faults = load_site(Path("/site"), text)
    if wrong:
        assert wrong in faults[0].what and (faults[0].line, faults[0].column) == (3, 41)
    else:
        expected = "/about/" if given_ == "/about" else given_
        assert not faults and site.publisher == Publisher("a", policies=(("ethics", expected),))


@pytest.mark.parametrize(
    "when,start,end",
    [
        ("2024-07-16", "2024-07-16", None),
        ("2024-07", "2024-07", None),
        ("2014", "2014", None),
        ("2024-07-16T23:30+03:00", "2024-07-16T23:30+03:00", None),
        ("2024-07-16T23:30:05Z", "2024-07-16T23:30:05Z", None),
        ("2024-07-16T23:30", "2024-07-16T23:30", None),
        ("2014-06/2017-07-10", "2014-06", "2017-07-10"),
        ("2014/..", "2014", None),
        ("2014/", "2014", None),
        ("../2014", None, "2014"),
        ("2004-21", "2004", None),  # spring: no day of the calendar begins it
        ("2004-XX", "2004", None),
        ("2004-06-~11", "2004-06", None),
        ("2004?-06-11", None, None),
        ("2004~", None, None),
        ("2014~/2017", None, "2017"),
        ("199X", None, None),  # that it lasted ten years is not said
        ("[2004-05,2004-06]", "2004", None),
        ("[2004,2009]", None, None),
        ("{2004,2009}", "2004", "2009"),
        ("-0043", None, None),
        ("no time", None, None),
    ],
)
def test_a_date_is_told_no_more_exactly_than_it_is_known(when: str, start: str | None, end: str | None) -> None:
    assert dates(when) == (start, end)


def test_a_licence_is_an_address_where_it_has_one() -> None:
    assert license_of("CC BY-SA 4.0") == "https://creativecommons.org/licenses/by-sa/4.0/"
    assert license_of("CC0-1.0") == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert license_of("https://example.org/terms") == "https://example.org/terms"
    assert license_of("All rights reserved") == {"@type": "CreativeWork", "name": "All rights reserved"}
    assert license_of("") is None


def test_nothing_is_left_out_that_is_nought() -> None:
    assert geo((0.0, 0)) == {"@type": "GeoCoordinates", "latitude": 0.0, "longitude": 0}
    assert thing("Place", {"name": "", "geo": None, "sameAs": []}) == {"@type": "Place"}


def test_a_long_list_says_how_long_it_is_and_begins() -> None:
    told = item_list("x", [(f"https://example.org/{number}", str(number)) for number in range(250)])
    assert told["numberOfItems"] == 250 and len(told["itemListElement"]) == 100
    assert script() == ""


@pytest.mark.parametrize("kind", ["person", "wire", "media"])
def test_who_speaks_is_credited_and_not_the_name_of_what_is_said(kind: str) -> None:
    source = {"shown": "Ann", "kind_shown": kind, "key": "ann", "url": "https://a.example/", "archived": None}
    told = citation("https://example.org".__add__, source)
    assert told == {"@type": "CreativeWork", "creditText": "Ann", "url": "https://a.example/"}
    assert citation("https://example.org".__add__, {**source, "url": None}) == "Ann"


NASTY = st.sampled_from(
    ["</script>", "</SCRIPT ", "<!--", "<script", "-->", "]]>", "&lt;", "\u2028", "\u2029", '"', "\\", "\\u003c", "\0"]
)
TEXT = st.lists(st.text() | NASTY | st.text(string.printable), max_size=6).map("".join)
VALUE = st.recursive(
    TEXT | st.booleans() | st.integers(-(2**50), 2**50),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(TEXT, VALUE, min_size=1, max_size=4), min_size=2, max_size=3))
def test_no_text_leaves_the_script_and_all_of_it_arrives(things: list[dict[str, Any]]) -> None:
    made = script(*things)
    inner = made.removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    assert not {*"<>&\u2028\u2029\n\r\0"} & {*inner}
    page = lxml.html.document_fromstring(f"<!DOCTYPE html><html><head>{made}</head><body><p>after</p></body></html>")
    (element,) = page.xpath("//script")
    assert json.loads(element.text) == {"@context": "https://schema.org", "@graph": things}
    assert page.xpath("string(//body/p)") == "after" and len(page.xpath("//head/*")) == 1
