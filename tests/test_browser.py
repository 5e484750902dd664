"""Every kind of page as a reader's browser sees it: accessible, fitting, silent, and valid."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from newsgen.serve import make_server

from .conftest import Story

ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync""".split()
HERE = "http://127.0.0.1:"

if CHROMIUM is None and os.environ.get("CI") == "true":
    raise RuntimeError("under CI the browser tests must run, and there is no Chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
    pytest.mark.xdist_group("browser"),
]

KINDS = {
    "home": "/",
    "home of a language": "/ar/",
    "article": "/2024/07/17/drones/",
    "article with events alone": "/2022/06/01/chronicle-0/",
    "page": "/about/",
    "topics": "/tags/",
    "topic": "/tags/iraq/",
    "topic of a year": "/tags/iraq/2023/",
    "authors": "/authors/",
    "timeline": "/timeline/",
    "year": "/timeline/2024/",
    "month": "/timeline/2023/03/",
    "day": "/timeline/2024/07/17/",
    "what happened": "/timeline/events/",
    "what happened in a decade": "/timeline/events/2020s/",
    "what happened in a year": "/timeline/events/2024/",
    "what happened in a crowded year": "/timeline/events/2022/",
    "what happened in a month": "/timeline/events/2022/05/",
    "event": "/events/drones-2024/",
    "places": "/places/",
    "place": "/places/iraq/",
    "small place": "/places/ain-al-assad/",
    "events of a place": "/places/iraq/events/",
    "running stories": "/threads/",
    "running story": "/threads/bases/",
    "running story from its beginning": "/threads/bases/from-the-beginning/",
    "sources": "/sources/",
    "source": "/sources/ministry/",
    "corrections": "/corrections/",
    "days of the year": "/on-this-day/",
    "day of the year": "/on-this-day/07-17/",
    "numbers": "/about/archive/",
    "all feeds": "/feeds/",
    "withdrawn": "/2024/06/01/withdrawn/",
    "not found": "/404.html",
}

PLACES = """\
iraq: {name: Iraq, kind: country, lat: 33, lon: 44}
anbar: {name: Anbar, kind: province, within: iraq}
ain-al-assad: {name: Ain al-Assad, kind: base, within: anbar, lat: 33.8, lon: 42.4, aliases: [Ain al-Asad, Al Asad]}
baghdad: {name: Baghdad, kind: city, within: iraq, lat: 33.3, lon: 44.4}
washington: {name: Washington, kind: city, lat: 38.9, lon: -77}
"""

SOURCES = """\
ministry:
  name: Ministry
  kind: statement
  url: https://example.org/ministry
  archived: https://web.archive.org/web/20240717/https://example.org/ministry
  accessed: 2024-07-17
  description: What the ministry says.
"""

EVENTS = [
    {
        "name": "Two drones are fired at the base",
        "when": "2024-07-16~",
        "as_written": "Tuesday night",
        "place": "ain-al-assad",
        "status": "disputed",
        "sources": [1, 2],
        "id": "drones-2024",
    },
    {"name": "The war", "when": "2003/2011", "place": "iraq", "role": "background"},
    {"name": "Talks begin", "when": "2024-01", "place": "washington", "role": "background", "sources": ["Ministry"]},
    {"name": "Nobody knows when", "when": "199X", "role": "background", "status": "reported"},
]

BODY = """\
Two drones were fired at [the base](report-1.md),[^source:1,2] a long-winded-address says
<https://example.org/a/very/long/address/that/does/not/break/anywhere/because/it/has/no/blanks/in/it.html>.[^1]

## What is known

| Date | Event | Place | Source | Remark |
|------|:-----:|------:|--------|--------|
| 16 July | Drones | Anbar | A police officer in the province | Unconfirmed at the time of writing |

> A quotation.

1. One
2. Two

```
a line of code that is much longer than any screen of a telephone could possibly show without scrolling sideways
```

Term
:   Definition

[^1]: A note.
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Story, str]]:
    """An archive with every kind of page, served under a path."""
    story = Story(tmp_path_factory.mktemp("browser") / "site")
    story.site(
        base_url="https://example.org/news/",
        description="What happened, where, and how we know.",
        license="CC0",
        home_sections=["World"],
        languages=["en", "ar"],
    )
    story.write("content/pages/about.md", "---\ntitle: About\nmenu: 1\nsummary: Who we are.\n---\n## Us\n\nText.\n")
    story.write("content/places.yaml", PLACES)
    story.write("content/sources.yaml", SOURCES)
    story.write("content/threads.yaml", "bases: {name: The bases, description: Attacks on bases since 2022.}\n")
    story.write(
        "content/articles/map.svg",
        '<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="900"><rect width="1600" height="900"/></svg>',
    )
    story.article(
        "drones",
        BODY,
        title="Two drones fired at a base that hosts coalition troops",
        date="2024-07-17T09:30+03:00",
        updated="2024-07-18",
        summary="Nobody was hurt.",
        location="Ain al-Assad, Anbar, Iraq",
        thread="bases",
        events=EVENTS,
        dateline="BAGHDAD",
        authors=["Ada Byron", "Charles Babbage"],
        tags=["Iraq", "Drones"],
        section="World",
        sources=[
            {"name": "An officer", "attribution": "background", "reason": "not permitted to speak"},
            {"name": "Ministry", "kind": "statement", "url": "https://example.org/s", "accessed": "2024-07-17"},
            {
                "name": "A letter",
                "kind": "document",
                "url": "https://example.org/l",
                "archived": "https://example.net/l",
            },
        ],
        corrections=[{"date": "2024-07-18", "text": "The day was wrong.", "kind": "correction"}],
        images=[{"src": "map.svg", "alt": "A map", "caption": "Where it is", "credit": "Us"}],
    )
    for number in range(60):
        day = f"2023-{1 + number // 12:02}-{1 + number % 12:02}"
        fields = {"tags": ["Iraq"], "section": "World", "location": "Baghdad", "summary": f"Summary {number}."}
        story.article(f"report-{number}", date=day, **fields)
    for number in range(12):
        events = [
            {
                "name": f"Event {one} of {number}",
                "when": f"2022-05-{1 + one:02}",
                "place": ("baghdad", "anbar")[one % 2],
            }
            for one in range(12)
        ]
        story.article(f"chronicle-{number}", date=f"2022-06-{1 + number:02}", thread="bases", events=events)
    differing = {
        "name": "Two drones",
        "when": "2024-07-15",
        "place": "baghdad",
        "status": "claimed",
        "id": "drones-2024",
    }
    story.article(
        "second", date="2024-07-18", sources=["Ministry"], events=[differing | {"sources": [1]}], thread="bases"
    )
    story.article("withdrawn", date="2024-06-01", withdrawn={"date": "2024-06-03", "reason": "It was a hoax."})
    story.built()
    with served(story) as base:
        yield story, base


@contextmanager
def served(story: Story) -> Iterator[str]:
    """Serve a site below ``/news/``, and give its address."""
    server = make_server(story.public, "/news/", 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"{HERE}{server.server_address[1]}/news"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


EVERY_RULE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def objections(page: Any, rules: list[str]) -> list[tuple[str, list[str]]]:
    """What axe objects to on an open page; that which is in order it does not describe, which takes it the longest."""
    from axe_core_python.sync_playwright import Axe

    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    run = "options => axe.run(options).then(found => found.violations)"
    found = page.evaluate(run, {"runOnly": rules, "resultTypes": ["violations"]})
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def test_axe_finds_nothing_to_object_to(archive: tuple[Story, str], browser: Any) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    for kind, address in KINDS.items():
        page.goto(archive[1] + address)
        page.emulate_media(color_scheme="light")
        assert not objections(page, EVERY_RULE), kind
        if " of a" not in kind and " in a" not in kind:  # nothing but the colours is another, and these have no more
            page.emulate_media(color_scheme="dark")
            assert not objections(page, ["color-contrast"]), (kind, "dark")
    context.close()


def test_axe_objects_to_what_is_wrong(browser: Any) -> None:
    page = browser.new_page()
    page.set_content("<html><body><p style='color: #ccc; background: #ddd'>Pale</p><img src='/x.png'></body></html>")
    assert {"color-contrast", "image-alt", "html-has-lang"} <= {rule for rule, _ in objections(page, EVERY_RULE)}
    page.close()


def test_no_page_is_wider_than_the_screen(archive: tuple[Story, str], browser: Any) -> None:
    page = browser.new_page()
    for kind, address in KINDS.items():
        page.goto(archive[1] + address)
        for width in (320, 2000):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (kind, width)
    page.close()


@pytest.mark.parametrize("kind", ["what happened", "what happened in a crowded year", "place", "places"])
def test_the_keyboard_reaches_each_bar_and_each_dot(archive: tuple[Story, str], browser: Any, kind: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(archive[1] + KINDS[kind])
    names = "[...document.querySelectorAll('svg a')].map(link => link.getAttribute('aria-label'))"
    links = page.evaluate(names)
    assert links and all(links)
    reached = []
    for _ in range(page.locator("a").count()):
        page.keyboard.press("Tab")
        if page.evaluate("Boolean(document.activeElement.closest('svg'))"):
            reached.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
            shown = "document.activeElement.querySelector('.room, .hit')"
            assert page.evaluate(f"getComputedStyle({shown}).stroke").startswith("rgb("), "the focus can't be seen"
    assert reached == links
    page.close()


def test_each_bar_leads_to_what_it_counts(archive: tuple[Story, str], browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    for kind in ("what happened", "what happened in a year", "what happened in a crowded year", "running story"):
        page.goto(archive[1] + KINDS[kind])
        for link in page.evaluate("[...document.querySelectorAll('.chart a')].map(one => one.href.baseVal)"):
            if link.startswith("#"):
                assert page.evaluate("id => Boolean(document.getElementById(id))", link[1:]), (kind, link)
            else:
                answer = page.request.get(archive[1].removesuffix("/news") + link)
                assert answer.ok, (kind, link)
    page.close()


def test_sources_stand_beside_the_text_where_there_is_room(archive: tuple[Story, str], browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(archive[1] + KINDS["article"])
    text, sources, events = (
        page.locator(one).bounding_box() for one in (".story", ".article > .evidence", ".article > .told")
    )
    assert sources["x"] >= text["x"] + text["width"] and abs(sources["y"] - text["y"]) < 2
    assert 0 <= events["y"] - (text["y"] + text["height"]) < 100, "there is a gap in the column of the text"
    page.set_viewport_size({"width": 390, "height": 800})
    text, sources = (page.locator(one).bounding_box() for one in (".story", ".article > .evidence"))
    assert sources["y"] >= text["y"] + text["height"]
    page.close()


def test_no_page_needs_a_script_or_asks_another_host(archive: tuple[Story, str], browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    answers = []
    page.on("response", lambda response: answers.append((response.status, response.url)))
    for address in KINDS.values():
        page.goto(archive[1] + address)
        assert not page.locator("script:not([type='application/ld+json'], [src^='/news/assets/'])").count()
    assert asked and all(url.startswith(archive[1].removesuffix("/news")) for url in asked)
    assert not [answer for answer in answers if answer[0] >= 400]
    assert not said
    context.close()


def test_an_article_without_images_weighs_less_than_30_kb(archive: tuple[Story, str]) -> None:
    assert len(archive[0].text("/2023/01/01/report-0/").encode()) < 30_000
    assert len(archive[0].text("/2024/07/17/drones/").encode()) < 30_000


def test_a_redirect_leads_to_the_article(archive: tuple[Story, str], browser: Any) -> None:
    story, base = archive
    story.article("moved", aliases=["/old/place/"])
    story.built()
    page = browser.new_page()
    page.goto(base + "/old/place/")
    page.wait_for_url("**/2024/07/17/moved/")
    page.close()


def test_a_right_to_left_page_reads_from_the_right(archive: tuple[Story, str], browser: Any) -> None:
    story, base = archive
    story.article("arabic", "نص المقال.", title="طائرتان مسيرتان", language="ar")
    story.built()
    page = browser.new_page()
    page.goto(base + "/2024/07/17/arabic/")
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).direction") == "rtl"
    page.close()


def test_a_chart_of_a_right_to_left_site_begins_at_the_right(tmp_path: Path, browser: Any) -> None:
    story = Story(tmp_path / "site").site(base_url="https://example.org/news/", language="ar", title="ملفات")
    story.write("content/places.yaml", "ain: {name: عين الأسد, lat: 33.8, lon: 42.4}\n")
    events = [{"name": "طائرتان", "when": "2024-07-16", "place": "ain"}, {"name": "التحالف", "when": "2014"}]
    story.article("drones", "نص.", title="طائرتان مسيرتان", location="ain", events=events)
    story.built()
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    with served(story) as base:
        page.goto(base + "/timeline/events/")
        first, last = (one.bounding_box()["x"] for one in page.locator(".chart a").all())
        assert first > last
        dates = page.locator(".event .when").first.bounding_box()["x"]
        assert dates > page.locator(".event .what").first.bounding_box()["x"]
        page.set_viewport_size({"width": 320, "height": 800})
        for address in ("/timeline/events/", "/places/", "/places/ain/", "/2024/07/17/drones/"):
            page.goto(base + address)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
    page.close()


def test_the_timeline_is_walked_with_keys(archive: tuple[Story, str], browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    base = archive[1]
    at = "document.activeElement.getAttribute('href')"
    page.goto(base + "/timeline/2023/03/")
    entries = page.evaluate("[...document.querySelectorAll('main .card h3 a')].map(one => one.getAttribute('href'))")
    assert len(entries) > 3
    page.keyboard.press("ArrowDown")  # scrolls, as ever, until an entry has the focus
    assert page.evaluate(at) is None
    for key, expected in (("j", 0), ("j", 1), ("ArrowDown", 2), ("k", 1), ("ArrowUp", 0), ("End", -1), ("Home", 0)):
        page.keyboard.press(key)
        assert page.evaluate(at) == entries[expected], key
    page.keyboard.press("Control+j")
    assert page.evaluate(at) == entries[0]
    days = page.locator(".month td a")
    days.first.focus()
    assert days.count() > 8
    for key, expected in (("ArrowRight", 1), ("ArrowDown", 8), ("ArrowUp", 1), ("ArrowLeft", 0)):
        page.keyboard.press(key)
        assert page.evaluate(at) == days.nth(expected).get_attribute("href"), key
    for key, address in (("]", "/timeline/2023/04/"), ("[", "/timeline/2023/03/"), ("n", "/timeline/2023/04/")):
        page.keyboard.press(key)
        page.wait_for_url("**" + address)
    page.locator(".keys summary").click()
    assert page.locator(".keys kbd").first.is_visible()
    page.locator(".keys input").uncheck()
    page.goto(base + "/timeline/2023/03/")
    page.keyboard.press("j")
    assert page.evaluate(at) is None and not page.locator(".keys input").is_checked()
    page.close()


def test_a_date_leads_to_its_month_or_to_the_nearest(archive: tuple[Story, str], browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(archive[1] + "/timeline/")
    page.locator("#ng\\:date").fill("2023-09-20")
    page.keyboard.press("j")  # in a field it is a letter
    assert page.evaluate("document.activeElement.id") == "ng:date"
    page.get_by_role("button", name="Go").click()
    assert page.evaluate("document.activeElement.dataset.period") == "2023-05"
    assert "May 2023" in page.locator(".jump output").inner_text()
    page.locator("#ng\\:date").fill("2023-03-02")
    page.get_by_role("button", name="Go").click()
    page.wait_for_url("**/timeline/2023/03/#ng:day-2023-03-02")
    assert page.evaluate("document.querySelector('td:target').textContent").startswith("2")
    page.close()


def test_the_nu_checker_finds_no_error(archive: tuple[Story, str]) -> None:
    jar = os.environ.get("NEWSGEN_VNU")
    java = shutil.which("java")
    if not jar or not java:
        pytest.skip("set NEWSGEN_VNU to the Nu checker's vnu.jar, and install Java")
    pages = [
        str(archive[0].public / (address.lstrip("/") + ("index.html" if address.endswith("/") else "")))
        for address in KINDS.values()
    ]
    done = subprocess.run([java, "-jar", jar, "--errors-only", *pages], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_this_repositorys_own_archive_is_sound(tmp_path: Path) -> None:
    if not (ROOT / "content").is_dir():
        pytest.skip("the archive is in the source tree only")
    from .test_build import assert_links_resolve

    story = Story(tmp_path / "copy")
    for name in ("content", "templates", "static"):
        shutil.copytree(ROOT / name, story.root / name)
    done = story.built("--strict")
    assert done.err == ""
    assert_links_resolve(story.public, "https://newsgen.github.io/newsgen/")
    articles = [path for path in story.published() if path[:2] == "20" and path.endswith("index.html")]
    assert len(articles) >= 12
