"""Feeds as a subscriber's client sees them."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import lxml.html
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from newsgen.jsonfeed import entry_as_json
from newsgen.syndication import ATOM as ATOM_SPACE
from newsgen.syndication import NAMESPACES, Entry, entry_as_xml

from .conftest import Story, drawn

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"


def links_of(html: str) -> list[str]:
    if not html.strip():
        return []
    tree = lxml.html.fragment_fromstring(html, create_parent="div")
    return [value for _, attribute, value, _ in tree.iterlinks() if attribute in ("href", "src", "cite")]


@pytest.mark.parametrize("base", ["https://example.org/", "https://example.org/news/"])
def test_every_link_and_id_is_absolute(story: Story, base: str) -> None:
    story.site(base_url=base)
    story.write("content/articles/map.png", drawn())
    body = "[b](beta.md#part) ![m](map.png) [home](/) [here](#fn:1) note[^1]\n\n[^1]: Foot.\n\n## Here"
    story.article("alpha", body, tags=["Iraq"], section="World", author="Ada", summary="5 < 6 & <b>bold</b>")
    story.article("beta", "## Part")
    story.built()
    for address in ("/feed/", "/tags/iraq/", "/sections/world/", "/authors/ada/"):
        for name in ("rss.xml", "atom.xml"):
            feed = story.feed(address + name)
            for entry in feed.entries:
                assert urlsplit(entry.link).scheme == "https"
                assert entry.id.startswith("tag:example.org,2024-07-17:/2024/07/17/")
                for link in links_of(entry.content[0].value):
                    assert link.startswith(base), link
    links = links_of(story.feed("/tags/iraq/atom.xml").entries[0].content[0].value)
    assert f"{base}2024/07/17/beta/#part" in links
    assert f"{base}media/articles/map.png" in links
    assert f"{base}2024/07/17/alpha/#fn:1" in links


def test_rss_meets_the_rules(story: Story) -> None:
    story.site(description="What happened.", language="en", license="CC BY 4.0")
    story.article("alpha", date="2024-07-17T09:30+03:00", tags=["Iraq", "Drones"], author="Ada Byron")
    story.built()
    channel = story.xml("/feed/rss.xml").find("channel")
    assert channel.findtext("link") == "https://example.org/"
    assert channel.findtext("description") == "What happened."
    own = channel.find(f"{ATOM}link")
    assert (own.get("rel"), own.get("href")) == ("self", "https://example.org/feed/rss.xml")
    item = channel.find("item")
    assert item.find("guid").get("isPermaLink") == "false"
    assert item.findtext("pubDate") == "Wed, 17 Jul 2024 06:30:00 +0000"
    assert [one.text for one in item.findall("category")] == ["Iraq", "Drones"]
    assert item.findtext("{http://purl.org/dc/elements/1.1/}creator") == "Ada Byron"
    assert not item.findall("author")
    assert item.findtext(CONTENT).strip() == "<p>Text.</p>"


def test_atom_meets_the_rules(story: Story) -> None:
    story.article("alpha", tags=["Iraq"], author="Ada")
    story.article("beta", date="2024-07-16", updated="2024-07-18T10:00Z")
    story.built()
    feed = story.xml("/feed/atom.xml")
    assert feed.findtext(f"{ATOM}updated") == "2024-07-18T10:00:00+00:00"
    assert {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")} == {
        "self": "https://example.org/feed/atom.xml",
        "alternate": "https://example.org/",
        "prev-archive": "https://example.org/feed/archive/2024/07/atom.xml",
    }
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    for entry in feed.findall(f"{ATOM}entry"):
        for name in ("id", "title", "updated", "published", "content"):
            assert entry.find(f"{ATOM}{name}") is not None, name
    ids = [one.text for one in feed.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))


def test_feeds_of_different_terms_have_ids_of_their_own(story: Story) -> None:
    story.article("alpha", tags=["Iraq", "Drones"])
    story.built()
    ids = {story.xml(f"{base}atom.xml").findtext(f"{ATOM}id") for base in ("/feed/", "/tags/iraq/", "/tags/drones/")}
    assert len(ids) == 3


def test_a_feed_carries_the_newest_fifty_newest_first(story: Story) -> None:
    for number in range(53):
        story.article(f"report-{number:02}", date=f"2024-{1 + number // 28:02}-{1 + number % 28:02}")
    story.built()
    titles = [entry.title for entry in story.feed("/feed/atom.xml").entries]
    assert len(titles) == 50
    assert titles[0] == "Report 52" and titles[-1] == "Report 03"


def test_an_archive_without_articles_has_valid_feeds(story: Story) -> None:
    (story.root / "content/articles").mkdir()
    story.built()
    assert story.feed("/feed/atom.xml").feed.updated == "1970-01-01T00:00:00+00:00"
    assert not story.feed("/feed/rss.xml").entries


def test_pages_name_their_feeds(story: Story) -> None:
    story.article("alpha", tags=["Iraq"])
    story.built()
    for address, feed in (("/", "/feed/"), ("/2024/07/17/alpha/", "/feed/"), ("/tags/iraq/", "/tags/iraq/")):
        found = {
            (link.get("type"), link.get("href"))
            for link in story.page(address).xpath("//link[contains(@rel, 'alternate')]")
        }
        base = "https://example.org" if any(href.startswith("https") for _, href in found) else ""
        assert ("application/rss+xml", f"{base}{feed}rss.xml") in found
        assert ("application/atom+xml", f"{base}{feed}atom.xml") in found


def test_an_id_survives_a_move_with_an_alias(story: Story) -> None:
    story.article("alpha")
    story.built()
    before = story.feed("/feed/atom.xml").entries[0].id
    story.remove("content/articles/alpha.md")
    story.article("omega", aliases=["/2024/07/17/alpha/"])
    story.built()
    entry = story.feed("/feed/atom.xml").entries[0]
    assert entry.id == before
    assert entry.link.endswith("/2024/07/17/omega/")


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(title=st.text(min_size=1, max_size=40), summary=st.text(max_size=60), body=st.text(max_size=200))
def test_any_text_makes_well_formed_feeds(
    tmp_path_factory: pytest.TempPathFactory, title: str, summary: str, body: str
) -> None:
    story = Story(tmp_path_factory.mktemp("feeds")).site()
    quoted = [re.sub("[\x00-\x1f\x7f-\x9f\ufeff\ud800-\udfff\ufffe\uffff]", " ", part) for part in (title, summary)]
    clean_body = re.sub("[\x00\ud800-\udfff]", "", body)
    story.article("alpha", clean_body, title=quoted[0].strip() or "x", summary=quoted[1])
    story.build("--keep-going")
    for name in ("rss.xml", "atom.xml"):
        etree.fromstring(story.text(f"/feed/{name}").encode())
        story.feed(f"/feed/{name}")


@settings(deadline=None)
@given(text=st.text() | st.text(alphabet="<>&\"'\r\n\t]\x00\x0b\x1f\x85\ud800\ufffe\uffff\U0001f4f0a"))
def test_any_text_is_read_back_without_what_xml_does_not_allow(text: str) -> None:
    allowed = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)
    when = datetime(2024, 7, 17, tzinfo=UTC)
    entry = Entry("tag:x", "https://example.org/", f"T{text}", when, when, f"S{text}", f"C{text}", "en")
    around = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in {**NAMESPACES, "atom": ATOM_SPACE}.items())
    item, atom = (etree.fromstring(b"<r%b>%b</r>" % (around.encode(), one))[0] for one in entry_as_xml(entry))
    plain = json.loads(entry_as_json(entry))
    assert item.findtext("title") == atom.findtext("title") == plain["title"] == f"T{allowed}"
    assert item.findtext(CONTENT) == atom.findtext("content") == plain["content_html"] == f"C{allowed}"
    assert html.unescape(item.findtext("description")) == atom.findtext("summary") == plain["summary"] == f"S{allowed}"


def test_an_entry_holds_what_the_article_says_in_the_order_that_readers_know(story: Story) -> None:
    fields = {"title": 'A & "B" <c>', "summary": "5 < 6 & 7", "tags": ["R&D", 'q"q'], "author": ["Ada", "B & C"]}
    story.article("alpha", "Text & `<code>`.", date="2024-07-17T09:30Z", updated="2024-07-18T10:00Z", **fields)
    story.built()
    item = story.xml("/feed/rss.xml").find("channel/item")
    assert [etree.QName(one).localname for one in item] == (
        "title link description encoded guid category category pubDate creator creator language updated".split()
    )
    assert item.findtext("title") == 'A & "B" <c>'
    assert item.findtext("description") == "5 &lt; 6 &amp; 7"
    entry = story.xml("/feed/atom.xml").find(f"{ATOM}entry")
    assert [etree.QName(one).localname for one in entry] == (
        "id title updated author author content link summary category category published".split()
    )
    assert entry.findtext(f"{ATOM}summary") == "5 < 6 & 7"
    assert entry.findtext(f"{ATOM}content").strip() == "<p>Text &amp; <code>&lt;code&gt;</code>.</p>"
    assert [one.get("term") for one in entry.iter(f"{ATOM}category")] == ["R&D", 'q"q']
    assert [one.findtext(f"{ATOM}name") for one in entry.iter(f"{ATOM}author")] == ["Ada", "B & C"]
    assert (entry.findtext(f"{ATOM}published"), entry.findtext(f"{ATOM}updated")) == (
        "2024-07-17T09:30:00+00:00",
        "2024-07-18T10:00:00+00:00",
    )
