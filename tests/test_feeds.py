"""Feeds as a subscriber's client sees them."""

from __future__ import annotations

import html
import json
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from urllib.parse import urlsplit

import lxml.html
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from newsgen.archive import Archive
from newsgen.features import Frame, feeds
from newsgen.jsonfeed import entry_as_json
from newsgen.syndication import ATOM as ATOM_SPACE
from newsgen.syndication import NAMESPACES, Entry, entry_as_xml

from .conftest import Story, drawn
from .test_incremental import same_as_clean

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


def test_ids_survive_another_base_url_and_a_build_that_changes_them_says_so(story: Story) -> None:
    def ids() -> set[str]:
        addresses = ("/feed/atom.xml", "/feed/rss.xml", "/tags/iraq/atom.xml", "/corrections/atom.xml")
        feeds = [story.feed(address) for address in addresses]
        return {one.id for feed in feeds for one in feed.entries} | {feed.feed.get("id", "") for feed in feeds}

    story.site(id_authority=None)
    story.article("alpha", tags=["Iraq"], corrections=[{"date": "2024-07-18", "text": "Wrong."}])
    story.built()
    before = ids()
    story.site(base_url="https://news.example.net/archive/", id_authority=None)
    done = story.build("--strict")
    assert done.code == 1
    assert "content/site.yaml:1:1: ids were minted for 'example.org'" in done.err
    assert "add: id_authority: example.org" in done.err
    story.site(base_url="https://news.example.net/archive/", id_authority="example.org")
    done = story.built("--strict")
    assert ids() == before
    assert story.feed("/feed/atom.xml").entries[0].link.startswith("https://news.example.net/archive/2024/")
    story.site(base_url="https://news.example.net/archive/", id_authority=None)
    assert "ids were minted" in story.built().err
    assert ids() != before
    story.article("beta")
    assert "ids were minted" not in story.built().err


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


FILES = ("rss.xml", "atom.xml", "feed.json")
MEDIA = "{http://search.yahoo.com/mrss/}"
GEORSS = "{http://www.georss.org/georss}"


def test_what_an_article_shows_and_where_it_is_about_is_in_each_format(story: Story) -> None:
    story.write("content/places.yaml", "anbar: {name: Anbar, kind: province, lat: 33.5, lon: 42.000001}")
    story.write("content/articles/base.png", drawn())
    story.write("content/articles/map.png", drawn())
    size = (story.root / "content/articles/map.png").stat().st_size
    images = [
        {"src": "https://elsewhere.example/a%20b.jpg?w=1", "alt": "Seen & <taken>"},
        {"src": "base.png", "alt": "The base", "credit": "Ada"},
    ]
    story.article("alpha", "![A map](map.png) ![The base again](base.png)", images=images, location="anbar")
    story.article("beta", date="2024-07-16")
    story.built()
    own = [f"https://example.org/media/articles/{name}.png" for name in ("base", "map")]
    urls = ["https://elsewhere.example/a%20b.jpg?w=1", *own]
    entry = story.xml("/feed/atom.xml").find(f"{ATOM}entry")
    enclosures = [one for one in entry.iter(f"{ATOM}link") if one.get("rel") == "enclosure"]
    assert [(one.get("href"), one.get("type"), one.get("length")) for one in enclosures] == [
        (urls[0], "image/jpeg", None),
        (urls[1], "image/png", str(size)),
        (urls[2], "image/png", str(size)),
    ]
    item = story.xml("/feed/rss.xml").find("channel/item")
    (enclosure,) = item.findall("enclosure")  # one, and only of known length, for that is what RSS allows
    assert dict(enclosure.attrib) == {"url": urls[1], "type": "image/png", "length": str(size)}
    for found in (entry, item):
        assert (found.findtext(f"{GEORSS}point"), found.findtext(f"{GEORSS}featureName")) == ("33.5 42.000001", "Anbar")
        media = found.findall(f"{MEDIA}content")
        assert [one.get("url") for one in media] == urls
        assert dict(media[1].attrib) | {"width": "", "height": ""} == {
            **{"url": urls[1], "type": "image/png", "medium": "image", "fileSize": str(size), "width": "", "height": ""}
        }
        assert int(media[1].get("width")) > 0 and int(media[1].get("height")) > 0
        assert [one.findtext(f"{MEDIA}description") for one in media] == ["Seen & <taken>", "The base", None]
        assert [one.findtext(f"{MEDIA}credit") for one in media] == [None, "Ada", None]
    plain = json.loads(story.text("/feed/feed.json"))["items"]
    assert plain[0]["image"] == urls[0] and plain[0]["_georss"]["point"] == "33.5 42.000001"
    assert [one["url"] for one in plain[0]["attachments"]] == urls
    assert [one.get("size_in_bytes") for one in plain[0]["attachments"]] == [None, size, size]
    assert not {"attachments", "image", "_georss"} & set(plain[1])
    story.write("content/articles/map.png", drawn(200, 100))
    story.built()  # another picture of the same name
    changed = json.loads(story.text("/feed/feed.json"))["items"][0]["attachments"]
    assert changed[2]["size_in_bytes"] == (story.root / "content/articles/map.png").stat().st_size != size


def test_a_correction_brings_an_old_article_back_once_and_a_typo_does_not(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsgen.features.feeds.NEWEST", 3)
    for number in range(1, 7):
        story.article(f"report-{number}", date=f"2024-07-0{number}", tags=["Iraq"])
    story.built()

    def titles(address: str = "/tags/iraq/atom.xml") -> list[str]:
        return [one.title for one in story.feed(address).entries]

    assert titles() == ["Report 6", "Report 5", "Report 4"]
    before = story.published()
    story.article("report-1", "Text with fewer tpyos.", date="2024-07-01", tags=["Iraq"])
    story.built()
    assert titles() == ["Report 6", "Report 5", "Report 4"]
    assert changed_feeds(story, before) == {
        f"{at}archive/2024{month}/{file}" for at, month in HISTORY for file in FILES
    }
    correction = [{"date": "2024-07-20T10:00Z", "text": "It was Tuesday."}]
    story.article("report-1", date="2024-07-01", tags=["Iraq"], corrections=correction)
    story.built()
    for address in ("/tags/iraq/atom.xml", "/feed/atom.xml", "/feed/rss.xml"):
        assert titles(address) == ["Report 1", "Report 6", "Report 5"]
        assert story.feed(address).entries[0].updated == "2024-07-20T10:00:00+00:00"
    before = story.published()
    story.article("report-1", "Another typo.", date="2024-07-01", tags=["Iraq"], corrections=correction)
    story.built()
    assert titles() == ["Report 1", "Report 6", "Report 5"]
    assert story.feed("/feed/atom.xml").feed.updated == "2024-07-20T10:00:00+00:00"
    assert not any(path.startswith("corrections/") for path in changed_feeds(story, before))
    story.article("report-1", date="2024-07-01", tags=["Iraq"])
    story.built()  # there was nothing to correct
    assert titles() == ["Report 6", "Report 5", "Report 4"]
    same_as_clean(story)


HISTORY = (("feed/", "/07"), ("tags/iraq/", ""))


def changed_feeds(story: Story, before: dict[str, bytes]) -> set[str]:
    now = story.published()
    return {path for path in before.keys() | now.keys() if path.endswith(FILES) and before.get(path) != now.get(path)}


def test_a_site_chooses_its_formats_and_how_small_a_term_may_be(story: Story) -> None:
    story.article("alpha", tags=["Iraq", "Drones"])
    story.article("beta", date="2024-07-16", tags=["Iraq"])
    story.built()
    everything = {path for path in story.published() if path.endswith(FILES)}
    assert {"tags/iraq/feed.json", "tags/drones/rss.xml", "tags/drones/archive/2024/atom.xml"} <= everything
    story.site(feeds={"formats": ["json", "atom"], "min_articles": 2, "history": "site"})
    story.built()
    left = {path for path in story.published() if path.endswith(FILES)}
    assert left == {
        *(f"{base}{file}" for base in ("feed/", "tags/iraq/", "corrections/") for file in ("atom.xml", "feed.json")),
        *(f"feed/archive/2024/07/{file}" for file in ("atom.xml", "feed.json")),
    }
    assert "prev-archive" not in story.text("/tags/iraq/atom.xml") and "prev-archive" in story.text("/feed/atom.xml")
    story.site(feeds={"min_articles": 2})
    story.built()
    assert not (story.public / "tags/drones/rss.xml").exists()
    story.article("gamma", date="2023-01-02", tags=["Drones"])
    story.built()  # which gives its term feeds, with all that it had before
    drones = {path for path in story.published() if path.endswith(FILES) and path.startswith("tags/drones/")}
    assert drones == {f"tags/drones/{at}{file}" for at in ("", "archive/2023/", "archive/2024/") for file in FILES}
    same_as_clean(story)
    story.site(feeds={"formats": ["rss"], "history": "never", "hub": "ftp://hub.example/", "min_articles": -1})
    done = story.build()
    assert done.code == 1 and [line.split(":")[1] for line in done.err.splitlines()[:-1]] == ["5", "6", "7"]


def test_each_entry_is_made_once_for_all_feeds_that_carry_it_and_kept(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 7):
        story.article(f"report-{number}", date=f"2024-07-0{number}", tags=["Iraq", "Drones"], author=["Ada", "Bo"])
    made: list[str] = []
    own = feeds.compose

    def compose(frame: Frame, archive: Archive, path: str) -> bytes:
        made.append(path)
        return own(frame, archive, path)

    monkeypatch.setattr(feeds, "compose", compose)
    story.built("--jobs", "1")
    assert sorted(made) == [f"content/articles/report-{number}.md" for number in range(1, 7)]
    made.clear()
    story.article("new", date="2024-07-08", tags=["Iraq"])
    story.built("--jobs", "1")
    assert made == ["content/articles/new.md"]
    made.clear()
    story.article("new", "Other.", date="2024-07-08", tags=["Iraq"], withdrawn="2024-08-01")
    story.built("--jobs", "1")
    assert made == []
    with closing(sqlite3.connect(story.root / ".newsgen/archive.sqlite")) as archive:
        assert archive.execute("SELECT count(*) FROM entries").fetchone() == (6,)
        archive.execute("UPDATE entries SET made = x'00' WHERE path LIKE '%report-1%'")  # which somebody else did
        archive.commit()
        archive.execute("UPDATE entries SET made = NULL WHERE path LIKE '%report-3%'")
        archive.commit()
    story.article("report-2", date="2024-07-02", tags=["Iraq", "Drones"], author=["Ada", "Bo"], title="Other")
    story.built("--jobs", "1")
    same_as_clean(story)


def test_addresses_of_other_hosts_are_uris(story: Story) -> None:
    given = ["https://bücher.example/bild ä.jpg?von=Jürgen&x=%20", "https://example.net/a?file=b.png"]
    story.site(feeds={"hub": "https://bücher.example/ä"})
    story.article("alpha", images=[{"src": one, "alt": "A picture"} for one in given])
    story.built()
    found = [
        "https://xn--bcher-kva.example/bild%20%C3%A4.jpg?von=J%C3%BCrgen&x=%20"
    ]  # of the other nobody knows a type
    atom, rss = story.feed("/feed/atom.xml"), story.feed("/feed/rss.xml")
    assert [one.href for one in atom.entries[0].enclosures] == found
    assert [one["url"] for one in rss.entries[0].media_content] == found
    item = json.loads(story.text("/feed/feed.json"))
    assert [one["url"] for one in item["items"][0]["attachments"]] == found
    hub = "https://xn--bcher-kva.example/%C3%A4"
    assert [one.href for one in atom.feed.links if one.rel == "hub"] == [hub] == [one["url"] for one in item["hubs"]]


def test_trusted_html_is_cleaned_in_feeds_and_frames_are_links(story: Story) -> None:
    story.site(trusted_html=True)
    frame = '<iframe src="https://www.youtube.com/embed/abcdef" title="The film"></iframe>'
    story.article("alpha", f"Words <b onclick='x()'>here</b> [b](beta.md).\n\n<script>run()</script>\n\n{frame}")
    story.article("beta", date="2024-07-16")
    story.built()
    assert "run()" in story.text("/2024/07/17/alpha/")
    content = json.loads(story.text("/feed/feed.json"))["items"][0]["content_html"]
    assert 'Words <b>here</b> <a href="https://example.org/2024/07/16/beta/">b</a>.' in content
    assert 'href="https://www.youtube.com/watch?v=abcdef"' in content and ">The film</a>" in content
    assert not re.search("run|onclick|<iframe", content)
    story.site()
    story.built()
    same_as_clean(story)


def test_a_picture_may_have_any_character_in_its_name(story: Story) -> None:
    story.write("content/articles/who? #1.png", drawn())
    story.site(social_cards=True)
    story.article("alpha", "![What it shows](who%3F%20%231.png)")
    story.article("beta", images=[{"src": "who%3F%20%231.png", "alt": "A picture"}])
    story.built()
    found = [[part.href for part in one.enclosures] for one in story.feed("/feed/atom.xml").entries]
    assert found == [["https://example.org/media/articles/who%3F%20%231.png"]] * 2
    assert not (story.public / "2024/07/17/beta/card.png").exists()  # for it has one of its own


def test_two_corrections_of_one_time_have_ids_of_their_own(story: Story) -> None:
    both = [{"date": "2024-07-18", "text": "One."}, {"date": "2024-07-18", "text": "Two."}]
    story.article("alpha", corrections=both)
    story.built()
    ids = [one.id for one in story.feed("/corrections/atom.xml").entries]
    assert len(set(ids)) == 2
    assert [one["id"] for one in json.loads(story.text("/corrections/archive/2024/feed.json"))["items"]] == ids


def test_a_correction_is_told_above_the_text_in_the_language_of_its_article(story: Story) -> None:
    story.site(languages=["en", "fr"])
    wrong = {"date": "2024-07-18", "kind": "clarification", "text": "5 < 6 & <b>not</b> 7"}
    story.article("alpha", "First.", corrections=[wrong])
    story.article("beta", "Premier.", date="2024-07-16", language="fr", corrections=[wrong])
    story.built()
    for address in ("/feed/atom.xml", "/en/feed/atom.xml", "/fr/feed/atom.xml"):
        for entry in story.feed(address).entries:
            french = entry.title == "Beta"
            note, text = lxml.html.fragments_fromstring(entry.content[0].value)[:2]
            assert note.tag == "aside" and text.text == ("Premier." if french else "First.")
            assert note.findtext(".//strong") == ("Précision" if french else "Clarification")
            assert note.find(".//time").get("datetime") == "2024-07-18"
            assert note.findtext(".//time") == ("18 juillet 2024" if french else "18 July 2024")
            assert note.find(".//br").tail == "5 < 6 & <b>not</b> 7" and not note.findall(".//b")
    titles = {one.title for one in story.feed("/corrections/atom.xml").entries}
    assert titles == {"Clarification: Alpha", "Précision: Beta"}
    same_as_clean(story)
