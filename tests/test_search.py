"""The search: what is indexed, what is kept of it, and what a reader finds in a real browser."""

from __future__ import annotations

import gzip
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import cbor2
import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsgen import bundles, indexing
from newsgen.records import language_key, plain_text, spaced, years_between
from newsgen.shelf import Shelf, places

from .conftest import Story, tree
from .test_browser import CHROMIUM, EVERY_RULE, FLAGS, objections, served
from .test_following import report, table_difference
from .test_incremental import same_as_clean

in_a_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
    pytest.mark.xdist_group("browser"),
]

SCRIPT = "//script[contains(@src, '/search.')]"
REGISTER = "iraq: {name: Iraq, kind: country}\nbaghdad: {name: Baghdad, kind: city, within: iraq}\n"


def some(story: Story) -> Story:
    """An archive of three years and three languages."""
    story.site(search=True, base_url="https://example.org/news/")
    story.write("content/places.yaml", REGISTER)
    story.write("content/sources.yaml", "ministry: {name: Ministry of Oil}\n")
    events = [{"name": "The war", "when": "2003/2011"}, {"name": "Raid", "when": "2022-05~"}]
    story.article(
        "drones",
        "Two drones were *fired* at the base<script>hidden()</script> near the river.[^1]\n\n[^1]: A remark.",
        title="Fire & smoke over a <base>",
        date="2024-07-17",
        tags=["Drones, armed", "Iraq"],
        authors=["Ada Byron"],
        location="Baghdad",
        events=events,
        sources=["Ministry of Oil"],
    )
    story.article("ships", "Three ships left the harbour.", date="2024-02-01", tags=["Ships"], authors=["Ada Byron"])
    story.article("bridge", "The bridge over the river was closed.", date="2023-03-01", tags=["Iraq"])
    story.article("harbour", "The harbour was opened, and ships came.", date="2022-01-01", tags=["Ships"])
    story.article(
        "chinese", "周一，中国国家经济发展，新闻报道。", title="经济政策研究", date="2023-05-01", language="zh-Hans"
    )
    story.article(
        "arabic",
        "قالَ المتحدِّث إنّ الهجوم والقاعدة كبيران. زار الوَزير المنطقة بعد فيضان.",
        title="طائرتان",
        date="2023-06-01",
        language="ar",
    )
    return story


def texts(folder: Path) -> str:
    """All that a folder holds, in Pagefind's files as well, however they are packed."""
    found = []
    for path, data in tree(folder).items():
        found.append(data.decode("utf-8", "replace"))
        if path.endswith(".bundle"):
            for place in places(folder / path).values():
                found.append(_opened(data[place[0] : sum(place)]))
        else:
            found.append(_opened(data))
    return "\n".join(found)


def _opened(data: bytes) -> str:
    return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8", "replace")


def fragments(story: Story) -> list[dict[str, Any]]:
    """The articles that can be found, as Pagefind has them."""
    return [
        json.loads(bundles.unpack(data))
        for path, data in sorted(story.published().items())
        if path.endswith(".pf_fragment")
    ]


# --- records ---


def test_the_text_of_a_body_has_its_words_and_no_markup() -> None:
    body = '<p>One<em>two</em> &lt;b&gt;</p><p title="a > b">three<br>four</p><!-- five --><script>six</script>'
    assert plain_text(body).split() == ["Onetwo", "<b>", "three", "four"]


@given(st.text(st.sampled_from("中国国家经济かなカ々 a，."), max_size=30))
def test_any_part_of_a_text_without_spaces_is_found(text: str) -> None:
    words = spaced(text).split()
    for run in "".join(one if spaced(one) != one else " " for one in text).split():
        assert run[-1] in words
        assert all(run[at : at + 2] in words for at in range(len(run) - 1))
    assert not [word for word in words if spaced(word[0]) != word[0] and len(word) > 2]


def test_languages_without_spaces_are_not_cut_into_words_by_pagefind() -> None:
    assert [language_key(one) for one in ("en-GB", "zh-Hant", "ja", "ar")] == ["en", "und-x-zh", "und-x-ja", "ar"]


def test_an_event_is_found_by_each_of_its_years_unless_these_are_very_many() -> None:
    assert years_between("2003-03-20", "2005-01-01") == ["2003", "2004", "2005"]
    assert years_between("1990-01-01", None) == ["1990"]
    assert years_between("1000-01-01", "1999-12-31") == ["1000", "1999"]
    assert years_between(None, None) == []


@given(st.lists(st.text(st.sampled_from("abcdé经"), min_size=1, max_size=6), unique=True, max_size=80))
def test_all_words_that_begin_alike_are_in_the_chunk_that_is_loaded_for_each(words: list[str]) -> None:
    words.sort()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(bundles, "LEAST_IN_CHUNK", 20)
        chunks = list(bundles._cut((word, cbor2.dumps([word])) for word in words))
    read = [(first, last, [one for (one,) in cbor2.loads(data)[0]]) for first, last, data in chunks]
    assert [one for *_, some in read for one in some] == words
    for word in words:
        loaded = next(some for first, last, some in read if first <= word <= last)  # as Pagefind looks for it
        shared = 1 if word[0] == "经" else 3
        assert {one for one in words if one[:shared] == word[:shared]} <= set(loaded)


# --- what is indexed ---


def test_what_is_published_can_be_found_and_nothing_else(story: Story) -> None:
    some(story)
    story.article("secret", "Nobody knows.", draft=True)
    story.article("later", "Not yet.", embargo="2025-01-01")
    story.article("former", "No more.", expires="2024-01-01", date="2023-01-01")
    story.built()
    found = {one["url"]: one for one in fragments(story)}
    assert len(found) == 6
    drones = found["/2024/07/17/drones/"]
    assert drones["content"] == "Two drones were fired at the base near the river. A remark."
    assert drones["filters"] == {
        "author": ["Ada Byron"],
        "happened": [*map(str, range(2003, 2012)), "2022"],
        "place": ["Baghdad", "Iraq"],
        "source": ["Ministry of Oil"],
        "tag": ["Drones, armed", "Iraq"],
        "year": ["2024"],
    }
    assert drones["meta"]["title"] == "Fire & smoke over a <base>"
    assert not any(word in texts(story.root / ".newsgen/search") for word in ("Nobody", "Not yet", "No more"))


def test_the_same_articles_make_the_same_index_however_often_it_is_made(story: Story, tmp_path: Path) -> None:
    some(story).built()
    same_as_clean(story)
    before = story.published()
    (story.root / ".newsgen/search/catalogue").unlink()
    assert report(story, verify=True).written == 0
    assert story.published() == before


def test_an_edit_of_one_article_makes_one_index_anew_and_touches_no_other(story: Story) -> None:
    some(story).built()
    before = story.published()
    story.article("bridge", "The bridge over the canal was closed.", date="2023-03-01", tags=["Iraq"])
    done = report(story)
    assert done.indexed == ["2023"] and done.planned == "changes"
    after = story.published()
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert {path.split("/")[1] for path in changed if path.startswith("search/")} == {"2023", "spans.json"}
    of_index = [path for path in changed if path.startswith("search/2023/")]
    fragments_of = {path for path in of_index if "/fragment/" in path}
    assert len(fragments_of) == 2  # the one that was, and the one that is
    same_as_clean(story)
    assert table_difference(story) == set()


def test_what_changes_no_record_makes_no_index_anew(story: Story) -> None:
    some(story).built()
    story.article("new", "A new one.", date="2021-01-01")
    assert report(story).indexed == ["2021"]
    story.write("templates/base.html", '{% extends "theme/base.html" %}{% block footer %}new{% endblock %}')
    assert report(story).indexed == []
    story.remove("content/articles/new.md")
    assert report(story).indexed == []
    assert not [path for path in story.published() if path.startswith("search/2021/")]
    same_as_clean(story)


def test_readers_of_each_language_have_a_search_page_that_speaks_it(story: Story) -> None:
    story.site(search=True, languages=["en", "fr"])
    story.article("bridge", date="2023-03-01")
    story.article("pont", "Le pont.", date="2023-03-02", language="fr")
    story.built()
    english, french = story.page("/search/"), story.page("/fr/search/")
    assert [one.get("lang") for one in (english, french)] == ["en", "fr"]
    assert french.xpath("//form[@role='search']/@action")[0] == "/fr/search/"
    data = json.loads(french.xpath("string(//script[@type='application/json'])"))
    assert data["locale"] == "fr" and data["base"] == "/"
    for page in (english, french):
        links = {one.get("hreflang"): one.get("href") for one in page.xpath("//link[@hreflang]")}
        assert links["fr"] == "https://example.org/fr/search/" and links["x-default"] == "https://example.org/search/"
        assert page.xpath("//nav[@class='languages']//a/@href") == ["/search/", "/fr/search/"]
    assert french.xpath("//nav//a[@aria-current='page']/@href") == ["/fr/search/", "/fr/search/"]
    for address in ("/fr/", "/2023/03/02/pont/"):
        assert story.page(address).xpath("//nav//a[.='Recherche']/@href") == ["/fr/search/"]
    assert story.page("/").xpath("//nav//a[.='Search']/@href") == ["/search/"]
    same_as_clean(story)


def test_a_term_that_goes_by_another_name_is_found_by_that(story: Story) -> None:
    some(story).built()
    story.write("content/places.yaml", REGISTER.replace("name: Iraq", "name: Republic of Iraq"))
    assert report(story).indexed == ["2024"]
    assert "Republic of Iraq" in next(one for one in fragments(story) if "drones" in one["url"])["filters"]["place"]
    same_as_clean(story)


def test_a_year_that_outgrows_its_bound_is_cut_and_the_others_stay(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsgen.spans.MOST_ARTICLES", 3)
    monkeypatch.setattr("newsgen.records.MOST_ARTICLES", 3)
    story.site(search=True)
    for number, day in enumerate(("2023-01-05", "2024-01-01", "2024-01-02", "2024-02-01")):
        story.article(f"report-{number}", date=day)
    report(story)

    def names() -> list[str]:
        return [name for name, *_ in json.loads(story.text("/search/spans.json"))["spans"]]

    assert names() == ["2024", "2023"]
    story.article("report-4", date="2024-01-02")
    assert report(story).indexed == ["2024-01", "2024-02"]
    same_as_clean(story)
    assert table_difference(story) == set()
    story.article("report-5", date="2024-01-11")
    assert report(story).indexed == ["2024-01-0x", "2024-01-1x"]
    story.article("report-6", date="2024-01-02T10:00Z")
    story.article("report-7", date="2024-01-02T11:00Z")
    report(story)
    assert names() == ["2024-02", "2024-01-1x", "2024-01-02_2", "2024-01-02", "2024-01-01", "2023"]
    same_as_clean(story)
    assert table_difference(story) == set()
    for number in range(4, 8):
        story.remove(f"content/articles/report-{number}.md")
    assert report(story).indexed == ["2024"]
    same_as_clean(story)
    assert table_difference(story) == set()


def test_addresses_that_pagefind_would_take_otherwise_are_found(story: Story) -> None:
    story.site(search=True)
    for number, address in enumerate(("/feed.txt", "/an-index.html-guide/", "/ü/ x/", "/page.html")):
        story.article(f"report-{number}", url=address)
    story.article("silent", "—", title="…", date="1999-01-01")
    story.built()
    found = {one["url"] for one in fragments(story)}
    assert found == {"/feed.txt/_.html", "/an-index%2Ehtml-guide/", "/ü/ x/", "/page.html/_.html"}
    assert json.loads(story.text("/search/spans.json"))["spans"][1][2] == {}, "a report without any word"


def test_where_no_search_is_wanted_there_is_none(story: Story) -> None:
    some(story).built()
    story.site(search=False)
    story.built()
    assert not [path for path in story.published() if path.startswith("search/")]
    assert not (story.root / ".newsgen/search").exists()
    assert not story.page("/").xpath("//nav//a[contains(@href, 'search')]")
    same_as_clean(story)


# --- what is kept ---


def test_only_its_owner_can_read_what_is_kept(story: Story) -> None:
    some(story).built()
    folder = story.root / ".newsgen/search"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("command", ["build", "check"])
def test_nothing_of_a_withdrawn_article_stays(story: Story, command: str) -> None:
    some(story).built()
    kept = story.root / ".newsgen/search"
    assert "bridge" in texts(kept) and "bridge" in texts(story.public)
    story.article("bridge", "The bridge was closed.", date="2023-03-01", withdrawn={"date": "2024-01-01"})
    if command == "check":
        story.run("check", "--site", str(story.root))
    else:
        story.built()
        assert "closed" not in texts(story.public)
    assert "closed" not in texts(kept) and "ships" in texts(kept)
    story.built()
    same_as_clean(story)


def test_a_check_indexes_nothing(story: Story) -> None:
    some(story)
    done = story.run("check", "--site", str(story.root))
    assert "search" not in done.text
    assert not (story.root / ".newsgen/search").exists()
    story.built()
    before = texts(story.root / ".newsgen/search")
    story.article("bridge", "The canal.", date="2023-03-01")
    done = story.run("check", "--site", str(story.root))
    assert "search" not in done.text
    assert texts(story.root / ".newsgen/search") == before
    assert report(story).indexed == ["2023"]


def test_a_lost_or_damaged_index_is_made_anew_and_never_published(story: Story) -> None:
    some(story).built()
    before = story.published()
    shelf = Shelf(story.root / ".newsgen")
    catalogue = shelf.catalogue()
    assert catalogue is not None
    place = shelf.place(catalogue.bundles["2023"])
    data = place.read_bytes()
    for damaged in (data[:-3] + bytes(byte ^ 1 for byte in data[-3:]), b"[" + data[1:], data[:-10], b"", None):
        if damaged is None:
            place.unlink()
        else:
            place.write_bytes(damaged)
        for path in before:
            if path.startswith("search/2023/"):
                (story.public / path).unlink()
        story.built()
        assert story.published() == before
    (shelf.folder / "catalogue").write_text("nonsense")
    assert report(story, verify=True).written == 0
    assert "中国" in texts(shelf.folder)


def test_a_build_that_was_ended_goes_on_where_it_was(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    some(story)
    put = Shelf.put

    def ended(shelf: Shelf, name: str, *given: Any) -> Any:
        if name == "2023":
            raise KeyboardInterrupt
        return put(shelf, name, *given)

    with monkeypatch.context() as patched:
        patched.setattr(Shelf, "put", ended)
        with pytest.raises(KeyboardInterrupt):
            report(story)
    assert not list((story.root / ".newsgen/search").glob("making-*"))
    assert sorted(report(story).indexed) == ["2023", "2024"]
    same_as_clean(story)


def _program(folder: Path, script: str) -> Path:
    program = folder / "pagefind"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(("script", "said"), [("kill -9 $$", "signal 9"), ("echo no room >&2; exit 3", "no room")])
def test_where_pagefind_fails_nothing_is_published(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    some(story).built()
    before = story.published()
    story.article("bridge", "The canal.", date="2023-03-01")
    with monkeypatch.context() as patched:
        patched.setattr(indexing, "find_binary", lambda: _program(tmp_path, script))
        done = story.build()
    assert done.code == 1 and said in done.err and "2023" in done.err and "search: false" in done.err
    assert story.published() == before
    assert not list((story.root / ".newsgen/search").glob("making-*"))
    story.built()
    same_as_clean(story)


def test_pagefind_gets_neither_our_environment_nor_settings_from_elsewhere(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some(story)
    story.write("pagefind.yml", "site: nowhere\n")
    told = tmp_path / "told"
    monkeypatch.setenv("PAGEFIND_SITE", "nowhere")
    script = f'env > {told}; pwd >> {told}; ls >> {told}; exec "{indexing.find_binary()}" "$@"'
    monkeypatch.setattr(indexing, "find_binary", lambda: _program(tmp_path, script))
    story.built()
    assert "nowhere" not in told.read_text() and "HOME" not in told.read_text()
    assert f"{story.root}/.newsgen/search/making-" in told.read_text()
    assert len(fragments(story)) == 6


def test_without_pagefind_the_archive_is_published_and_says_what_is_missing(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    some(story)
    with monkeypatch.context() as patched:
        patched.setattr(indexing, "find_binary", lambda: None)
        done = story.built()
        assert [line for line in done.err.splitlines() if "pip install 'newsgen[search]'" in line]
        page = story.page("/search/")
        assert not page.xpath(SCRIPT) and not page.xpath("//noscript")
        assert page.xpath("//input[@name='q']/@value") == ["site:example.org/news "]
        assert json.loads(story.text("/search/spans.json"))["spans"] == []
    story.article("ships", "Three ships left.", date="2024-02-01")
    done = story.built()
    assert "pip install" not in done.text
    assert story.page("/search/").xpath(SCRIPT)
    same_as_clean(story)


# --- in a browser ---


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Story, str]]:
    """The archive of :func:`some`, served under a path; of its spans two are searched at first."""
    story = some(Story(tmp_path_factory.mktemp("search") / "site"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("newsgen.features.search.FIRST_SPANS", 1)
        story.built()
    with served(story) as base:
        yield story, base


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def page(archive: tuple[Story, str], browser: Any) -> Iterator[Any]:
    """The search page, with every address that was asked for, and what was complained of."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en")
    found = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    found.on("request", lambda request: asked.append(request.url))
    found.on("console", lambda message: said.append(message.text))
    found.on("pageerror", lambda error: said.append(str(error)))
    found.asked = asked
    found.goto(archive[1] + "/search/")
    yield found
    assert not said
    assert all(url.startswith(archive[1]) for url in asked)
    context.close()


def results(page: Any, number: int) -> list[str]:
    """Wait for a number of results, and give their titles."""
    page.wait_for_function(f"document.querySelectorAll('.results h2').length == {number}", timeout=10_000)
    page.wait_for_selector(".results:not([aria-busy])")
    return [str(one) for one in page.locator(".results h2").all_inner_texts()]


def ask(page: Any, query: str) -> None:
    page.fill("#ng\\:query", query)
    page.press("#ng\\:query", "Enter")


def asked_in(page: Any) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


class TestInABrowser:
    pytestmark = in_a_browser

    def test_a_reader_finds_a_report_with_the_keyboard_alone(self, archive: tuple[Story, str], page: Any) -> None:
        assert not [url for url in page.asked if "pagefind" in url], "nothing is loaded before anybody searches"
        for _ in range(20):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "ng:query":
                break
        page.keyboard.type("drone")
        page.keyboard.press("Enter")
        assert results(page, 1) == ["Fire & smoke over a <base>"]
        first = page.locator(".results li").first
        assert first.locator("time").get_attribute("datetime") == "2024-07-17"
        assert first.locator(".place").inner_text() == "Baghdad, Iraq"
        assert first.locator("mark").all_inner_texts() == ["drones"]
        status = page.locator("[role=status]")
        assert status.inner_text() == "1 result"
        assert asked_in(page) == {"q": ["drone"]}
        page.keyboard.press("Escape")
        page.wait_for_function("!document.querySelector('.results li')")
        assert page.input_value("#ng\\:query") == "" and status.inner_text() == "" and asked_in(page) == {}
        page.go_back()
        results(page, 1)
        assert page.input_value("#ng\\:query") == "drone"
        first.locator("a").click()
        page.wait_for_url("**/news/2024/07/17/drones/")

    def test_older_years_are_searched_when_asked_or_where_newer_have_nothing(self, page: Any) -> None:
        ask(page, "ships")
        assert results(page, 1) == ["Ships"]
        assert page.inner_text("#ng\\:span") == "Searched: 2024."
        assert not [url for url in page.asked if "/search/2022/" in url]
        page.get_by_role("button", name="Search all years, 2022–2024").click()
        assert sorted(results(page, 2)) == ["Harbour", "Ships"]
        assert page.inner_text("#ng\\:span") == "Searched: 2022–2024."
        assert asked_in(page) == {"q": ["ships"], "years": ["all"]}
        page.select_option("#ng\\:sort", "newest")
        page.wait_for_function("location.search.includes('sort=newest')")
        assert results(page, 2) == ["Ships", "Harbour"]

    def test_where_the_newest_years_have_nothing_older_ones_are_searched(self, page: Any) -> None:
        ask(page, "bridge")
        assert results(page, 1) == ["Bridge"]
        ask(page, "nonsense-that-is-nowhere")
        page.wait_for_function("document.getElementById('ng:found').textContent == 'Nothing was found.'")

    def test_a_search_is_narrowed_down_by_what_reports_are_about(self, archive: tuple[Story, str], page: Any) -> None:
        page.goto(archive[1] + "/search/?q=river&years=all")
        results(page, 2)
        page.wait_for_selector("#ng\\:facets:not([hidden])")
        page.get_by_label("Drones, armed 1").check()
        assert results(page, 1) == ["Fire & smoke over a <base>"]
        assert asked_in(page)["tag"] == ["Drones, armed"]
        assert page.evaluate("document.activeElement.value") == "Drones, armed", "the focus stays where it was"
        page.go_back()
        results(page, 2)
        page.goto(archive[1] + "/search/?place=Iraq&source=Ministry+of+Oil&author=Ada+Byron&year=2024")
        assert results(page, 1) == ["Fire & smoke over a <base>"]
        page.get_by_role("button", name="Take all limits away").click()
        page.wait_for_function("!document.querySelector('.results li')")
        assert asked_in(page) == {}

    def test_a_search_is_narrowed_down_by_when_it_happened(self, archive: tuple[Story, str], page: Any) -> None:
        page.goto(archive[1] + "/search/?from=2010&to=2015")
        assert results(page, 1) == ["Fire & smoke over a <base>"]
        page.goto(archive[1] + "/search/?from=2012&to=2021")
        page.wait_for_function("document.getElementById('ng:found').textContent == 'Nothing was found.'")

    @pytest.mark.parametrize(
        ("language", "query", "title", "marked"),
        [
            ("zh", "经济", "经济政策研究", "经济"),
            ("zh", "家经济发", "经济政策研究", "家经济发"),
            ("zh", '"国家经济"', "经济政策研究", "国家经济"),
            ("zh", "政策", "经济政策研究", ""),
            ("ar", "قاعدة", "طائرتان", ""),
            ("ar", "وزير", "طائرتان", ""),
            ("ar", "الفيضان", "طائرتان", ""),
            ("ar", "الهجوم", "طائرتان", "الهجوم"),
            ("ar", "المتحدث", "طائرتان", "المتحدِّث"),
            ("ar", "طائرتان", "طائرتان", ""),
        ],
    )
    def test_each_language_finds_its_words(
        self, archive: tuple[Story, str], page: Any, language: str, query: str, title: str, marked: str
    ) -> None:
        key = language_key(language)
        page.goto(f"{archive[1]}/search/?lang={key}&q={quote(query)}")
        assert results(page, 1) == [title]
        item = page.locator(".results li")
        assert item.get_attribute("lang") == language
        assert "".join(item.locator("mark").all_inner_texts()) == marked
        if language == "zh":
            assert item.locator(".excerpt").inner_text() == "周一，中国国家经济发展，新闻报道。"
        offered = page.locator("#ng\\:languages option").all_inner_texts()
        assert offered[0] == "English" and sorted(offered) == ["Arabic", "Chinese", "English"]

    def test_words_that_are_not_side_by_side_are_no_phrase(self, archive: tuple[Story, str], page: Any) -> None:
        page.goto(f"{archive[1]}/search/?lang=und-x-zh&q={quote('国经')}")
        page.wait_for_function("document.getElementById('ng:found').textContent == 'Nothing was found.'")

    def test_the_first_result_takes_little_to_transfer(self, archive: tuple[Story, str], browser: Any) -> None:
        context = browser.new_context()
        page = context.new_page()
        sizes: list[int] = []
        page.on("response", lambda answer: sizes.append(len(answer.body())))
        page.goto(archive[1] + "/search/?q=drones")
        results(page, 1)
        assert sum(sizes) < 200_000
        context.close()

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_axe_finds_nothing_to_object_to(self, archive: tuple[Story, str], browser: Any, scheme: str) -> None:
        context = browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.goto(archive[1] + "/search/?q=river&years=all")
        page.wait_for_selector("#ng\\:facets:not([hidden])")
        assert not objections(page, EVERY_RULE)
        for width in (320, 390):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        context.close()

    def test_without_a_script_there_are_other_ways(self, archive: tuple[Story, str], browser: Any) -> None:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(archive[1] + "/search/?q=drones")
        assert page.locator("form:visible").count() == 1
        form = page.locator("form:visible")
        assert form.locator("input").input_value() == "site:example.org/news "
        assert urlsplit(form.get_attribute("action")).scheme == "https"
        links = [one.get_attribute("href") for one in page.locator(".ways a").all()]
        assert "/news/timeline/" in links and "/news/tags/" in links
        assert all(url.startswith(archive[1]) for url in asked)
        context.close()


def test_every_page_leads_to_the_search(archive: tuple[Story, str]) -> None:
    story, _ = archive
    for address in ("/", "/2024/07/17/drones/", "/404.html"):
        links = lxml.html.document_fromstring(story.text(address)).xpath("//a/@href")
        assert "/news/search/" in links
