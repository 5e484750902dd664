"""All feeds on one page and in OPML, named on the pages that they belong to, and how they look in a browser."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import listparser
import pytest
from lxml import etree

from newsgen.features import subscriptions
from newsgen.features.subscriptions import _css_text
from newsgen.serve import make_server
from newsgen.subscribing import FORMATS

from .conftest import Story
from .test_browser import CHROMIUM, FLAGS
from .test_incremental import same_as_clean, tables

LISTS = ("feeds/index.html", "feeds/feeds.opml", "feeds/tags.opml", "feeds/places.opml")
TITLE = 'The "Record" <of> it & all'


def told(story: Story, name: str, **fields: Any) -> None:
    story.article(
        name,
        **{"tags": ["Iraq"], "section": "World", "thread": "Bases", "location": "baghdad", "authors": ["Ada"]}
        | {"sources": ["Reuters"]}
        | fields,
    )


def fill(story: Story) -> Story:
    story.write(
        "content/places.yaml", "iraq: {name: Iraq}\nbaghdad: {name: Baghdad, within: iraq}\ngeneva: {name: Geneva}\n"
    )
    story.write("content/sources.yaml", "reuters: {name: Reuters, description: An <agency> & more.}\n")
    told(story, "first", corrections=[{"date": "2024-07-18", "text": "Wrong."}])
    told(story, "second", tags=["Iraq", "Drones & co"], language="fr")
    story.article("third", events=[{"name": "Talks", "when": "2024", "place": "geneva"}])
    return story


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A site of two languages that nobody changes."""
    story = fill(Story(tmp_path_factory.mktemp("feeds") / "site").site(title=TITLE, languages=["en", "fr"]))
    story.built()
    return story


def published_feeds(story: Story, name: str) -> set[str]:
    """The addresses of all feeds of one format, those that lead back aside."""
    found = {"/" + file.relative_to(story.public).as_posix() for file in story.public.rglob(name)}
    return {address for address in found if "/archive/" not in address}


def named(story: Story, address: str) -> list[tuple[str, str]]:
    """The feeds that a page names to programs, with their titles, in its order."""
    links = story.page(address).xpath(
        "//head/link[@rel='alternate'][contains(@type, 'rss') or contains(@type, 'atom')"
        " or contains(@type, 'feed+json')]"
    )
    return [(link.get("href"), link.get("title")) for link in links]


# --- the page and the lists ---


def test_the_templates_name_the_formats_as_the_program_does() -> None:
    text = (Path(__file__).parent.parent / "templates/_feeds.html").read_text(encoding="utf-8")
    rows = re.findall(r'"(\w+)": \{"file": "([^"]+)", "type": "([^"]+)", "name": "([^"]+)"\}', text)
    assert rows == [(key, one.file, one.type, one.name) for key, one in FORMATS.items()]


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml"])
def test_every_feed_there_is_and_no_other_is_on_the_page_once(built: Story, name: str) -> None:
    links = [
        link
        for link in built.page("/feeds/").xpath("//div[@class='subscriptions']//li//a/@href")
        if link.endswith(name)
    ]
    assert len(links) == len(set(links))
    assert set(links) == published_feeds(built, name)
    assert {"/feed/" + name, "/fr/feed/" + name, "/corrections/" + name, "/places/iraq/" + name} < set(links)


def test_every_feed_is_in_opml_once_as_an_independent_reader_sees_it(built: Story) -> None:
    data = built.text("/feeds/feeds.opml").encode()
    read = listparser.parse(data)
    assert not read.bozo
    assert read.meta.title == TITLE
    urls = [one.url for one in read.feeds]
    assert len(urls) == len(set(urls))
    assert set(urls) == {f"https://example.org{address}" for address in published_feeds(built, "atom.xml")}
    by_url = {one.url: one for one in read.feeds}
    assert by_url["https://example.org/tags/drones-co/atom.xml"].title == "Drones & co"
    assert by_url["https://example.org/tags/drones-co/atom.xml"].tags == [f"{TITLE} – Topics"]
    assert by_url["https://example.org/fr/feed/atom.xml"].title == "Français"


def test_the_titles_in_opml_are_those_of_the_feeds(built: Story) -> None:
    for outline in etree.fromstring(built.text("/feeds/feeds.opml").encode()).iter("outline"):
        if outline.get("type"):
            feed = built.feed(outline.get("xmlUrl").removeprefix("https://example.org"))
            assert outline.get("title") == feed.feed.title
            assert outline.get("language") == feed.feed.language
            assert outline.get("htmlUrl") == feed.feed.link


def test_opml_says_what_its_specification_asks_for(built: Story) -> None:
    root = etree.fromstring(built.text("/feeds/feeds.opml").encode())
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert [part.tag for part in root] == ["head", "body"]
    assert root.find("head/dateModified") is None  # no moment follows from the content
    groups = [one.get("text") for one in root.iterfind("body/outline") if not one.get("type")]
    axes = ["Sections", "Running stories", "Topics", "Places", "Authors", "Sources"]
    assert groups == [f"{TITLE} – {axis}" for axis in axes]
    for outline in root.iter("outline"):
        assert outline.get("text")
        if outline.get("type"):
            assert outline.get("type") == "rss" and outline.get("xmlUrl") and "version" not in outline.attrib
    (reuters,) = root.xpath("//outline[@text='Reuters']")
    assert reuters.get("description") == "An <agency> & more."
    alone = etree.fromstring(built.text("/feeds/sources.opml").encode())
    assert [one.get("text") for one in alone.iter("outline")] == [f"{TITLE} – Sources", "Reuters"]


def test_each_language_is_listed_by_its_own_name(built: Story) -> None:
    rows = built.page("/feeds/").xpath("//section[@aria-labelledby='ng:site']//li/a")
    assert [(row.text, row.get("lang")) for row in rows] == [
        ("Everything that is published", None),
        ("English", "en"),
        ("Français", "fr"),
        ("Corrections", None),
    ]


def test_every_page_leads_to_the_page_of_all_feeds(built: Story) -> None:
    for address in ("/", "/fr/", "/2024/07/17/first/", "/404.html", "/tags/iraq/"):
        links = built.page(address).xpath("//footer//a[@href='/feeds/']")
        assert len(links) == 1 and links[0].text == ("Tous les flux" if address == "/fr/" else "All feeds")
    assert "<loc>https://example.org/feeds/</loc>" in built.text("/sitemaps/pages.xml")


def test_a_foot_with_a_menu_of_its_own_leads_to_the_page_of_all_feeds_too(story: Story) -> None:
    fill(story.site(theme={"footer": [{"title": "Dates", "url": "/timeline/"}]})).built()
    assert story.page("/").xpath("//footer//a[@href='/feeds/']/text()") == ["All feeds"]


def test_a_site_of_one_format_names_that_one_alone(story: Story) -> None:
    fill(story.site(feeds={"formats": ["rss"]})).built()
    assert listparser.parse(story.text("/feeds/feeds.opml").encode()).feeds[0].url == "https://example.org/feed/rss.xml"
    assert 'version="RSS"' in story.text("/feeds/feeds.opml")
    for address in ("/", "/feeds/", "/tags/iraq/", "/2024/07/17/first/", "/corrections/"):
        assert named(story, address)
        assert not re.search(r"atom\.xml|feed\.json|JSON Feed", story.text(address)), address
    story.site(feeds={"formats": ["json"]}).built()
    assert 'xmlUrl="https://example.org/tags/iraq/feed.json"' in story.text("/feeds/feeds.opml")


# --- what changes them ---


def lists(story: Story) -> dict[str, tuple[int, int]]:
    return {path: status for path, status in story.stats().items() if path in LISTS}


def test_another_article_of_known_terms_leaves_page_and_lists_alone_and_one_of_a_new_term_does_not(
    story: Story,
) -> None:
    fill(story).built()
    before = lists(story)
    assert len(before) == len(LISTS)
    told(story, "fourth", title="Another")
    told(story, "first", title="Said otherwise")
    story.built()
    assert lists(story) == before
    told(story, "fifth", tags=["Peace"])
    story.built()
    changed = {path for path, status in lists(story).items() if status != before[path]}
    assert changed == {"feeds/index.html", "feeds/feeds.opml", "feeds/tags.opml"}
    assert "/tags/peace/rss.xml" in story.text("/feeds/")
    same_as_clean(story)
    story.remove("content/articles/fifth.md")
    story.built("--allow-delete")
    assert "/tags/peace/" not in story.text("/feeds/") + story.text("/feeds/feeds.opml") + story.text(
        "/feeds/tags.opml"
    )
    same_as_clean(story)


def test_a_term_that_reaches_the_threshold_gets_its_feeds_named_everywhere_and_loses_them_again(story: Story) -> None:
    fill(story.site(feeds={"min_articles": 3})).built()
    places = ("/tags/iraq/", "/threads/bases/", "/threads/bases/from-the-beginning/")
    for address in places:
        assert not [href for href, _ in named(story, address) if not href.startswith("/feed/")], address
        assert not story.page(address).xpath("//main//p[@class='feeds']"), address
    assert "/tags/iraq/rss.xml" not in story.text("/feeds/") + story.text("/feeds/feeds.opml")
    assert "once they have 3 reports" in story.text("/feeds/")
    told(story, "fourth")
    story.built()
    for address in places:
        base = re.sub("from-the-beginning/$", "", address)
        assert named(story, address)[0][0] == f"{base}rss.xml", address
        assert story.page(address).xpath("//main//p[@class='feeds']//a/@href")[:2] == [
            f"{base}rss.xml",
            f"{base}atom.xml",
        ]
    assert "/tags/iraq/rss.xml" in story.text("/feeds/")
    assert "/tags/iraq/atom.xml" in story.text("/feeds/feeds.opml")
    found, wanted = tables(story)
    assert found == wanted
    story.remove("content/articles/fourth.md")
    story.built("--allow-delete")
    assert "/tags/iraq/rss.xml" not in story.text("/feeds/") + story.text("/tags/iraq/")
    found, wanted = tables(story)
    assert found == wanted


def test_the_years_of_a_term_follow_it_over_a_threshold_that_is_high(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsgen.features.listings.NEWEST", 2)
    story.site(feeds={"min_articles": 5})
    for number in range(4):
        story.article(f"report-{number}", date=f"202{number}-01-02", tags=["Iraq"])
    story.built()
    assert len(named(story, "/tags/iraq/2020/")) == 3
    story.article("report-4", date="2024-01-02", tags=["Iraq"])
    story.built()
    assert [href for href, _ in named(story, "/tags/iraq/2020/")][:2] == ["/tags/iraq/rss.xml", "/tags/iraq/atom.xml"]
    found, wanted = tables(story)
    assert found == wanted


def test_an_axis_of_many_terms_has_pages_by_the_character_that_they_begin_with(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "LONGEST_LIST", 3)
    story.article("first", tags=["Iraq", "Iran", "Élysée"])
    story.built()
    assert story.page("/feeds/").xpath("//a[@href='/tags/iran/atom.xml']")
    assert not (story.public / "feeds/tags").exists()
    story.article("second", tags=["عراق"])
    story.built()
    letters = story.page("/feeds/").xpath("//ul[@class='letters']//a")
    assert [(one.text, one.get("href")) for one in letters] == [
        ("I", "/feeds/tags/i/"),
        ("É", "/feeds/tags/%C3%A9/"),
        ("ع", "/feeds/tags/%D8%B9/"),
    ]
    assert not story.page("/feeds/").xpath("//a[@href='/tags/iran/atom.xml']")
    page = story.page("/feeds/tags/i/")
    assert page.xpath("//a[@data-feed]/@href") == ["/tags/iran/atom.xml", "/tags/iraq/atom.xml"]
    assert page.xpath("//ul[@class='letters']//a[@aria-current]/@href") == ["/feeds/tags/i/"]
    assert len(listparser.parse(story.text("/feeds/tags.opml").encode()).feeds) == 4
    found, wanted = tables(story)
    assert found == wanted
    story.remove("content/articles/second.md")
    story.built("--allow-delete")
    assert story.page("/feeds/").xpath("//a[@href='/tags/iran/atom.xml']")
    found, wanted = tables(story)
    assert found == wanted


# --- autodiscovery ---


def test_a_page_names_first_its_own_feeds_then_those_of_its_language_then_those_of_the_site(built: Story) -> None:
    ends = [("rss.xml", "RSS"), ("atom.xml", "Atom"), ("feed.json", "JSON Feed")]

    def feeds(base: str, title: str) -> list[tuple[str, str]]:
        return [(base + file, f"{title} ({form})") for file, form in ends]

    site = feeds("/feed/", TITLE)
    english, french = feeds("/en/feed/", f"{TITLE} – English"), feeds("/fr/feed/", f"{TITLE} – Français")
    assert named(built, "/") == english + site
    assert named(built, "/fr/") == french + site
    assert named(built, "/timeline/") == english + site
    assert named(built, "/tags/drones-co/") == feeds("/tags/drones-co/", f"Drones & co – {TITLE}") + english + site
    assert named(built, "/corrections/") == feeds("/corrections/", f"Corrections – {TITLE}") + english + site
    own = feeds("/threads/bases/", f"Bases – {TITLE}")
    assert named(built, "/threads/bases/from-the-beginning/") == own + english + site
    of_article = own + feeds("/sections/world/", f"World – {TITLE}")
    assert named(built, "/2024/07/17/first/") == of_article + english + site
    assert named(built, "/2024/07/17/second/") == of_article + french + site
    assert named(built, "/2024/07/17/third/") == english + site


def test_feeds_that_pages_name_are_there(built: Story) -> None:
    for file in built.public.rglob("*.html"):
        address = "/" + file.relative_to(built.public).as_posix().removesuffix("index.html")
        for href, _ in named(built, address):
            assert href.endswith("feed.json") or (built.public / href[1:]).is_file(), (address, href)


# --- in a browser ---


def test_each_language_has_a_sheet_at_an_address_that_stays(built: Story) -> None:
    english, french = built.text("/feeds/feed.css"), built.text("/feeds/feed-fr.css")
    assert "This page is a feed" in english and "Cette page est un flux" in french
    assert "https://example.org/feeds/" in english
    assert not (built.public / "feeds/feed-en.css").exists()


def test_words_can_not_leave_their_string_in_a_sheet() -> None:
    assert _css_text('a"b\\c\nd</style>') == '"a\\22 b\\5c c\\a d\\3c /style>"'


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def served(built: Story) -> Iterator[str]:
    server = make_server(built.public, "/", 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


IN_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
    pytest.mark.xdist_group("browser"),
]
LOOK = """() => {
  const shown = [...document.querySelectorAll("*")].filter((one) => {
    const box = one.getBoundingClientRect();
    return getComputedStyle(one).display !== "none" && box.width && box.height && !one.children.length;
  });
  return {
    note: getComputedStyle(document.documentElement, "::before").content,
    shown: [...new Set(shown.map((one) => one.localName))].sort(),
    wide: document.documentElement.scrollWidth,
    titles: shown.filter((one) => one.localName === "title").map((one) => one.textContent),
  };
}"""


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml"])
class TestInABrowser:
    pytestmark = IN_BROWSER

    def test_a_feed_is_laid_out_for_people(self, served: str, browser: Any, name: str) -> None:
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.goto(f"{served}/feed/{name}")
        look = page.evaluate(LOOK)
        page.close()
        assert "This page is a feed" in look["note"] and "https://example.org/feeds/" in look["note"]
        assert look["titles"] == [TITLE, "First", "Third", "Second"]  # the first was corrected last
        wanted = {
            "rss.xml": ["description", "link", "pubDate", "title"],
            "atom.xml": ["link", "published", "summary", "title"],
        }
        assert set(look["shown"]) <= {*wanted[name], "subtitle"} and {"title", "link"} <= set(look["shown"])
        assert look["wide"] <= 390


class TestThePageInABrowser:
    pytestmark = IN_BROWSER

    def test_a_button_copies_the_whole_address_of_a_feed(self, served: str, browser: Any) -> None:
        context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.goto(f"{served}/feeds/")
        page.get_by_role("button", name="Copy address: Baghdad").click()
        page.wait_for_function("document.querySelector('.subscriptions [role=status]').textContent === 'Copied'")
        assert page.evaluate("navigator.clipboard.readText()") == f"{served}/places/baghdad/atom.xml"
        context.close()
