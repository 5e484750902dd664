"""What helps the reader of an article: contents, reading time, the course of its story, what is related, citations, and
the printed page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import bibtexparser
import pytest
import rispy
from bibtexparser.middlewares import LatexDecodingMiddleware, SeparateCoAuthors
from hypothesis import given
from hypothesis import strategies as st

from newsgen import bibliography, pace, relating
from newsgen.archive import Archive
from newsgen.bibliography import Reference
from newsgen.features.reading import contents
from newsgen.markup import Converter, resolve

from .conftest import Story, drawn
from .test_browser import CHROMIUM, browser, served
from .test_counts import put
from .test_following import report, table_difference
from .test_incremental import changed, same_as_clean

__all__ = ["browser"]

in_a_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
    pytest.mark.xdist_group("browser"),
]
TITLE = "Talks & 100 % of {all} bases_ends ~ #1"
LONG = "/2024/07/14/long/"
WORDS = "The talks began in January and were to decide how long the troops would stay. "
TEXT = f"""\
## What was *agreed*

{WORDS * 20} [inside](short.md) and [outside](https://example.com/a?b=c&d=e) and <https://example.com/bare>.[^1]

## Who must agree[^source:1]

{WORDS * 15}[^1]

### The parliament

{WORDS * 15}

## What came before

{WORDS * 15}[^two] See [the top](#what-was-agreed).

[^1]: About 2,500 troops were there.

[^two]: So said [the ministry](https://example.org/statement).
"""
CORRECTED = [{"date": "2024-07-18", "text": "A wrong day."}, {"date": "2024-07-16", "text": "A wrong name."}]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A site with a long article in the middle of a running story, and short ones around it."""
    story = Story(tmp_path_factory.mktemp("reading") / "site").site(base_url="https://example.org/news/")
    for number in range(10):
        story.article(f"round-{number}", date=f"2024-07-{10 + number}", thread="Withdrawal", tags=["Talks"])
    sources = [{"name": "A statement", "url": "https://example.org/s"}]
    about = {"thread": "Withdrawal", "tags": ["Talks", "Drones"], "sources": sources, "corrections": CORRECTED}
    names = ["Ada Lovelace", "The archive desk", "Smith & Sons"]
    story.article("long", TEXT, title=TITLE, date="2024-07-14T09:30Z", updated="2024-07-20", authors=names, **about)
    story.article("short", "## One\n\n## Two\n\n## Three\n\nBut few words.", date="2024-01-05", tags=["Drones"])
    story.article("zh", "## 一\n\n## 二\n\n### 三\n\n" + "谈判" * 600, date="2024-01-06", language="zh", title="谈判")
    story.article("ar", "![خريطة](map.png) [رابط](short.md)", date="2024-01-07", language="ar", title="محادثات")
    story.write("content/articles/map.png", drawn())
    story.built()
    return story


def data_of(story: Story, address: str) -> dict[str, Any]:
    """What the page of an article says of it to programs."""
    found = json.loads(story.page(address).xpath("string(//script[@type='application/ld+json'])"))
    return next(one for one in found.get("@graph", [found]) if one["@type"] == "NewsArticle")


# --- contents and reading time ---


def test_a_long_text_has_contents_that_lead_to_its_headings(archive: Story) -> None:
    page = archive.page(LONG)
    (outline,) = page.xpath("//nav[@class='outline']")
    links = outline.xpath(".//a")
    assert [one.text_content() for one in links] == [
        "What was agreed",
        "Who must agree",
        "The parliament",
        "What came before",
    ]
    for one in links:
        (heading,) = page.xpath(f"//*[@id={one.get('href')[1:]!r}]")
        assert heading.text_content().startswith(one.text_content())
    assert outline.xpath("./details/ol/li/ol/li/a[.='The parliament']")
    assert outline.xpath(f"//*[@id='{outline.get('aria-labelledby')}'][.='Contents']")


def test_a_short_text_has_neither_contents_nor_a_time(archive: Story) -> None:
    text = archive.text("/2024/01/05/short/")
    assert 'class="outline"' not in text and "Reading time" not in text
    assert data_of(archive, "/2024/01/05/short/")["wordCount"] == 6
    assert "timeRequired" not in data_of(archive, "/2024/01/05/short/")


def test_the_time_is_said_to_people_and_programs(archive: Story) -> None:
    data = data_of(archive, LONG)
    words = len(re.findall(r"\w\S*", archive.page(LONG).xpath("string(//div[contains(@class, 'e-content')])")))
    assert abs(data["wordCount"] - words) <= 5  # the marks of sources are not the author's words
    minutes = round(data["wordCount"] / pace.WORDS)
    assert data["timeRequired"] == f"PT{minutes}M"
    assert archive.page(LONG).xpath("string(//p[@class='pace'])").split() == ["Reading", "time", str(minutes), "min"]


def test_chinese_is_measured_by_its_characters(archive: Story) -> None:
    assert data_of(archive, "/2024/01/06/zh/")["wordCount"] == 1203
    assert archive.page("/2024/01/06/zh/").xpath("//p[@class='pace'][contains(., '4')]")
    assert len(archive.page("/2024/01/06/zh/").xpath("//nav[@class='outline']//a")) == 3


@pytest.mark.parametrize("engine", ["python-markdown", "commonmark"])
def test_both_engines_give_the_same_contents_and_footnotes_that_lead_back(engine: str) -> None:
    if engine == "commonmark":
        pytest.importorskip("pyromark")
    body = Converter(engine=engine).convert_body("content/articles/long.md", TEXT)
    found = [
        (one["id"], one["name"], [part["id"] for part in one["parts"]])
        for one in contents(resolve(body.html, lambda *_: "x"))
    ]
    assert found == [
        ("what-was-agreed", "What was agreed", []),
        ("who-must-agree", "Who must agree", ["the-parliament"]),
        ("what-came-before", "What came before", []),
    ]
    assert 820 < sum(body.length) < 1100
    assert contents('<div class="toc">…</div>' + body.html) == []  # whose author has put [TOC] there
    ids = re.findall(r'id="([^"]+)"', body.html)
    targets = re.findall(r"self:#([^\ufdd1\"]+)", body.html)
    assert {one for one in targets if one.startswith("fn")} == {one for one in ids if one.startswith("fn")}


PIECES = ['<h2 id="', "<h2 ", "<h3 ", 'id="x"', '">', "</h2>", "</h3>", "<sup>", "</sup>", "&amp;", "a", " ", "\n"]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_contents_of_anything_are_text(html: str) -> None:
    found = contents('<h2 id="a">A</h2>' * 3 + html)
    for one in (*found, *(part for above in found for part in above["parts"])):
        assert one["name"] and one["id"] and type(one["name"]) is str


def test_an_edit_of_the_head_keeps_the_measure_of_the_body(story: Story) -> None:
    story.article("alpha", WORDS * 40)
    story.built()
    before = data_of(story, "/2024/07/17/alpha/")
    story.article("alpha", WORDS * 40, title="Another")
    assert report(story).converted == 0
    after = data_of(story, "/2024/07/17/alpha/")
    assert after["wordCount"] == before["wordCount"] == 600 and after["headline"] == "Another"


# --- citations ---


def entry_of(text: str) -> dict[str, Any]:
    """The only entry of a BibTeX file, its fields as TeX shows them."""
    library = bibtexparser.parse_string(text, append_middleware=[SeparateCoAuthors(), LatexDecodingMiddleware()])
    assert not library.failed_blocks and len(library.entries) == 1
    entry = library.entries[0]
    return {"key": entry.key, "kind": entry.entry_type} | {one.key: one.value for one in entry.fields}


def test_a_citation_is_read_by_the_programs_that_keep_them(archive: Story) -> None:
    page = archive.page(LONG)
    bibtex, ris = (one.text_content() for one in page.xpath("//section[@class='cite']//pre"))
    entry = entry_of(bibtex)
    assert entry["title"].strip("{}") == TITLE
    assert entry["key"] == "long-2024-07-14" and entry["date"] == "2024-07-14" and entry["year"] == "2024"
    assert entry["url"] == "https://example.org/news/2024/07/14/long/"
    assert entry["note"] == "Correction, 2024-07-18"
    assert "author = {Ada Lovelace and {The archive desk} and {Smith \\& Sons}}," in bibtex
    (record,) = rispy.loads(ris)
    assert record["type_of_reference"] == "NEWS" and record["title"] == TITLE
    assert record["authors"] == ["Ada Lovelace", "The archive desk", "Smith & Sons"]
    assert (record["date"], record["year"], record["id"]) == ("2024/07/14", "2024", "long-2024-07-14")
    assert record["urls"] == ["https://example.org/news/2024/07/14/long/"]


def test_the_plain_citation_names_who_what_where_when_and_which_version(archive: Story) -> None:
    said = " ".join(archive.page(LONG).xpath("string(//p[@class='reference'])").split())
    assert said == (
        f"Ada Lovelace, The archive desk, Smith & Sons: {TITLE}. The Record, 14 July 2024 (updated 20 July 2024; "
        "corrected 18 July 2024). https://example.org/news/2024/07/14/long/"
    )
    assert archive.page("/2024/01/05/short/").xpath("string(//p[@class='reference'])").strip() == (
        "Short. The Record, 5 January 2024. https://example.org/news/2024/01/05/short/"
    )


LINES = st.text(st.characters(exclude_categories=("C", "Z")) | st.sampled_from(" {}\\%&$#_~^-'`,<>?!@=\""), min_size=1)
SAID = LINES.map(lambda text: " ".join(text.split())).filter(bool)


def reference(title: str = "Talks", **given: Any) -> Reference:
    """A reference of which a test says only what it is about."""
    address = given.pop("address", "https://example.org/2024/07/14/talks/")
    values = {"authors": (), "archive": "The Record", "publisher": "The Record", "amended": None, "language": "en"}
    return Reference(address, title, day="2024-07-14", **values | given)


@given(SAID, st.lists(SAID, max_size=3), SAID)
def test_any_title_and_any_name_come_through_both_formats(title: str, authors: list[str], archive: str) -> None:
    one = reference(title, authors=tuple(authors), archive=archive)
    (record,) = rispy.loads(bibliography.ris(one) + "\n")
    assert record["title"] == title and record.get("authors") == (authors or ["The Record"])
    text = bibliography.bibtex(one)
    library = bibtexparser.parse_string(text)
    assert not library.failed_blocks and [entry.key for entry in library.entries] == ["talks-2024-07-14"]
    fields = library.entries[0].fields_dict
    assert set(fields) == {"author", "title", "howpublished", "date", "year", "month", "url"}
    assert text.count("{") == text.count("}")
    for name, value in (("title", title), ("howpublished", archive)):
        assert fields[name].value == "{" + bibliography.tex(value) + "}"


@given(st.text(st.sampled_from("abc XY{}\\%&$#_~^-'`é谈"), min_size=1))
def test_tex_shows_what_was_written(title: str) -> None:
    from pylatexenc.latex2text import LatexNodes2Text

    written = bibliography.tex(title)
    for sign, name in (("{", r"\textbraceleft{}"), ("}", r"\textbraceright{}"), ("^", r"\textasciicircum{}")):
        written = written.replace(name, "\\" + sign if sign != "^" else r"\char94{}")  # which this reader knows
    shown = LatexNodes2Text().latex_to_text(written.replace(r"\char94{}", "^"))
    assert shown == " ".join(title.split())


@given(
    st.lists(
        st.tuples(st.sampled_from(["talks", "Talks", "été", "et", "a.html", "谈判"]), st.integers(1, 3)), unique=True
    )
)
def test_keys_differ_where_addresses_do(pages: list[tuple[str, int]]) -> None:
    keys = {
        bibliography.key(reference(address=f"https://example.org/{'2024/07/14/' * (of == 1)}{'x/' * of}{slug}/"))
        for slug, of in pages
    }
    assert len(keys) == len(pages)
    assert all(re.fullmatch(r"[a-z0-9-]+", one) for one in keys)


@pytest.mark.parametrize(
    ("name", "is_body"),
    [
        *(("Ada Lovelace", False), ("Lovelace, Ada", False), ("J. R. Smith", False), ("Anne-Marie O’Neil", False)),
        *(("The Record", True), ("Reuters", True), ("Smith and Sons", True), ("Record Staff", True)),
        *(("archive desk", True), ("谈判", True), ("Smith, Inc.", True), ("Desk 7", True)),
    ],
)
def test_organisations_are_told_from_people(name: str, is_body: bool) -> None:
    assert bibliography.is_body(name, reference()) is is_body


# --- the course of a story, and what is related ---


def links_of(story: Story, address: str, kind: str) -> list[str]:
    """The names of the articles to which a part of a page leads."""
    found = story.page(address).xpath(f"//nav[@class='{kind}']//li//a/@href")
    return [one.strip("/").rpartition("/")[2] for one in found]


def test_a_report_shows_what_its_story_told_before_and_after_it(archive: Story) -> None:
    around = ["round-2", "round-3", "round-4", "round-5", "round-6", "round-7"]
    assert links_of(archive, LONG, "developed") == ["from-the-beginning", *around, "withdrawal"]
    first = links_of(archive, "/2024/07/10/round-0/", "developed")
    assert first == ["round-1", "round-2", "round-3", "withdrawal"]
    here = archive.page(LONG).xpath("//nav[@class='developed']//*[@aria-current]")
    assert [one.text_content() for one in here] == [TITLE]
    assert not archive.page("/2024/01/05/short/").xpath("//nav[@class='developed']")


def test_what_is_related_shares_most_and_stands_nowhere_else_on_the_page(archive: Story) -> None:
    assert links_of(archive, LONG, "related") == ["short"]  # and nothing of its own story
    assert links_of(archive, "/2024/01/05/short/", "related") == ["long"]
    assert not archive.page("/2024/01/06/zh/").xpath("//nav[@class='related']")


def test_a_rare_tag_binds_more_than_a_common_one_and_a_common_source_alone_does_not(story: Story) -> None:
    wire = {"sources": ["Reuters"]}
    for number in range(40):
        day = (date(2024, 1, 1) + timedelta(number)).isoformat()
        story.article(f"daily-{number}", date=day, tags=["Iraq"] if number % 2 else ["Iran"], **wire)
    story.article("attack", date="2024-02-01", tags=["Iraq", "Ain al-Assad"])
    story.article("attack-of-old", date="2020-01-08", tags=["Ain al-Assad"])
    story.article("alone", date="2024-01-20T12:00Z", **wire)
    story.built()
    related = links_of(story, "/2024/02/01/attack/", "related")
    assert related[0] == "attack-of-old" and len(related) == relating.MOST_RELATED
    assert {one.partition("-")[0] for one in related[1:]} == {"daily"}
    assert links_of(story, "/2024/01/20/alone/", "related") == []


def test_a_new_report_of_a_story_touches_only_the_last_of_it(story: Story) -> None:
    for number in range(12):
        story.article(f"part-{number}", date=f"2024-07-{10 + number}", thread="War", summary="Said.")
    story.built()
    before = story.published()
    story.article("part-12", date="2024-07-22", thread="War", summary="Said.")
    assert report(story).planned == "changes"
    pages = {one.split("/")[3] for one in changed(story, before) if one.startswith("2024/")}
    assert pages == {f"part-{number}" for number in (8, 9, 10, 11, 12)}  # the eighth says that there are more after it
    same_as_clean(story)


def test_an_article_touches_only_those_that_it_is_truly_related_to(tmp_path: Path) -> None:
    touched = []
    for number in (40, 120):
        story = Story(tmp_path / str(number)).site()
        for one in range(number):
            put(story, one, location=f"Place {one % 2}", tags=[f"Tag {one // 4}", "All"])
        story.built()
        before = story.published()
        day = date(2023, 1, 2) + timedelta(4 * 10)
        story.article("new", date=f"{day}T01:00Z", tags=["Tag 3", "All"], location="Place 0", summary="Said.")
        assert report(story).planned == "changes"
        pages = {one for one in changed(story, before) if re.match(r"2\d{3}/\d\d/\d\d/", one)}
        touched.append(len(pages))
        assert table_difference(story) == set()
    assert touched[0] == touched[1] <= 3 + 2 * relating.REACH  # it, its neighbours, and what shares most with it


def test_step_by_step_is_the_same_as_at_once_where_reach_ends(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relating, "REACH", 2)
    monkeypatch.setattr(relating, "BESIDE", 1)
    monkeypatch.setattr("newsgen.features.articles.MOST_AT_ONCE", 5)  # so that windows reach over the edges

    def tell(number: int, **fields: Any) -> None:
        given = {
            "date": f"2024-{1 + number // 10:02}-{1 + number % 10 * 2:02}",
            "tags": [f"Tag {number % 3}", f"Rare {number // 5}", "All"],
            "thread": f"Story {number % 2}",
            "location": f"Place {number % 4}",
            "sources": ["Reuters"] if number % 3 else ["A ministry"],
        }
        story.article(f"report-{number}", **given | fields)

    for number in range(24):
        tell(number)
    story.built()
    for steps in (
        lambda: tell(12, title="Another"),
        lambda: tell(12, date="2024-01-02", tags=["All", "Tag 1"]),
        lambda: tell(30, date="2024-02-06", tags=["Rare 2", "Tag 0"]),
        lambda: (story.remove("content/articles/report-12.md"), tell(5, thread=None), tell(31, date="2024-02-05")),
        lambda: (tell(3, withdrawn="2024-08-01"), tell(8, tags=[])),
    ):
        steps()
        assert report(story).planned == "changes"
        assert table_difference(story) == set()
    same_as_clean(story)


def test_what_is_found_for_many_at_once_is_what_each_asks_for(archive: Story) -> None:
    sql = """SELECT filed.day, filed.published, path, filed.card, documents.terms FROM filed JOIN documents USING (path)
        WHERE term = 0 ORDER BY filed.day, filed.published, path"""
    with closing(Archive(archive.root / ".newsgen/archive.sqlite", read_only=True)) as kept:
        rows = kept.rows(sql)
        paths = ["", *(row[2] for row in rows), ""]
        for size in (1, 4, len(rows)):
            for at in range(0, len(rows), size):
                some = rows[at : at + size]
                found = relating.find(kept, some, paths[at], paths[at + len(some) + 1])
                assert found == {row[2]: relating._ask_around(kept, row[2]) for row in some}


# --- in a browser, and on paper ---


@pytest.fixture(scope="module")
def base(archive: Story) -> Iterator[str]:
    with served(archive) as address:
        yield address


@pytest.fixture
def page(base: str, browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, permissions=["clipboard-read"])
    yield context.new_page()
    context.close()


class TestInABrowser:
    pytestmark = in_a_browser

    def test_each_form_of_the_citation_is_copied_by_its_button(self, base: str, page: Any) -> None:
        page.goto(base + LONG)
        for form in page.locator(".cite summary").all():
            form.click()
        copied = []
        for button in page.locator(".cite button").all():
            button.click()
            page.locator(".cite [role=status]", has_text="Copied").wait_for()
            copied.append(page.evaluate("navigator.clipboard.readText()"))
        plain, bibtex, ris = copied
        assert plain.startswith("Ada Lovelace, The archive desk") and "\n" not in plain
        assert entry_of(bibtex)["key"] == "long-2024-07-14"
        assert rispy.loads(ris)[0]["title"] == TITLE and ris.replace("\r\n", "\n").endswith("\nER  - \n")

    def test_contents_are_open_beside_the_text_and_closed_above_it(self, base: str, page: Any) -> None:
        page.goto(base + LONG)
        link = page.locator(".outline a", has_text="What came before")
        assert link.is_visible()
        text = page.locator(".body").bounding_box()
        assert link.bounding_box()["x"] + link.bounding_box()["width"] < text["x"]
        link.click()
        assert page.url.endswith("#what-came-before")
        page.set_viewport_size({"width": 390, "height": 800})
        assert not link.is_visible()
        page.locator(".outline summary").click()
        assert link.is_visible()

    @pytest.mark.parametrize("address", [LONG, "/2024/01/07/ar/"])
    def test_axe_finds_nothing_to_object_to(self, base: str, page: Any, address: str) -> None:
        from axe_core_python.sync_playwright import Axe

        page.goto(base + address)
        for form in page.locator(".cite summary").all():
            form.click()
        found = Axe().run(page)["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []

    def test_on_paper_links_show_where_they_lead(self, base: str, page: Any) -> None:
        page.goto(base + LONG)
        page.emulate_media(media="print")
        after = """names => Object.fromEntries(names.map(name => [name, getComputedStyle(
            [...document.querySelectorAll('.body a, .sources a')].find(link => link.textContent == name), '::after'
        ).content]))"""
        shown = page.evaluate(after, ["inside", "outside", "https://example.com/bare", "the top", "A statement", "1"])
        assert "https://example.org" in shown["inside"] and "/news/2024/01/05/short/" in shown["inside"]
        assert "https://example.com/a?b=c&d=e" in shown["outside"]
        assert "https://example.org/s" in shown["A statement"]
        assert [shown[one] for one in ("https://example.com/bare", "the top", "1")] == ["none"] * 3
        for gone in (".masthead nav", ".outline", ".developed", ".related", ".neighbours", ".cite button", ".cite pre"):
            assert not page.locator(gone).first.is_visible(), gone
        assert page.locator(".cite .reference").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
