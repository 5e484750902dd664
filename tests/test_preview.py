"""The authors' preview: pages on demand, edits shown at once, faults above the last good version, nothing published."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import lxml.html
import pytest

from newsgen.preview.app import Preview
from newsgen.preview.pages import add_to_page
from newsgen.preview.running import own_state
from newsgen.serve import Guard, Server
from newsgen.urls import address_of, encode

from .conftest import Story, drawn, tree

WHEN = datetime(2024, 12, 1, 12, tzinfo=UTC)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ADDED = re.compile(rb'<link rel="stylesheet" href="[^"]*__newsgen__/preview.css"><script [^>]*></script>')


class Live(Preview):
    """A preview whose loop can be reached from a test, and which is told of edits rather than watching for them."""

    async def start(self) -> None:
        self.loop = asyncio.get_running_loop()
        await super().start()


class Author:
    """Somebody who edits a site and looks at its preview."""

    def __init__(self, story: Story, app: Live, server: Server) -> None:
        self.story, self.app, self.server = story, app, server
        self.base = app._base_path

    def ask(self, address: str, method: str = "GET", **headers: str) -> tuple[int, bytes, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_address[1], timeout=20)
        connection.request(method, self.base + encode(address).lstrip("/"), headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body, answer.headers

    def page(self, address: str) -> Any:
        return lxml.html.document_fromstring(self.ask(address)[1])

    def title(self, address: str) -> str:
        return str(self.page(address).findtext(".//main//h1"))

    def saved(self, *paths: str) -> None:
        """Tell the preview that files were saved, and wait until it has taken that in."""
        given = {self.story.root.resolve() / one for one in paths}
        asyncio.run_coroutine_threadsafe(self.app.changed(given), self.app.loop).result(20)
        self.ready()

    def ready(self) -> None:
        asyncio.run_coroutine_threadsafe(self.app.ready(), self.app.loop).result(20)

    def article(self, name: str, body: str = "Text.", **fields: Any) -> None:
        self.story.article(name, body, **fields)
        self.saved(f"content/articles/{name}.md")

    @contextmanager
    def open(self, address: str) -> Iterator[Events]:
        """Have a page open, as a browser has, whose events are heard."""
        script = self.page(address).xpath("//script/@data-preview")[0]
        mark = json.loads(script)["mark"]
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_address[1], timeout=20)
        path = f"{self.base}__newsgen__/events?address={quote(address)}&mark={mark}"
        connection.request("GET", path, headers={"Origin": f"http://127.0.0.1:{self.server.server_address[1]}"})
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        events = Events(answer)
        name, events.told = events.next()
        assert name == "faults"
        try:
            yield events
        finally:
            answer.close()
            connection.close()


class Events:
    """The events that an open page hears."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self._answer = answer
        self.told: Any = None

    def next(self) -> tuple[str, Any]:
        name = ""
        while line := self._answer.readline().decode().strip("\n"):
            if line.startswith("retry:"):
                self._answer.readline()
                continue
            key, _, value = line.partition(": ")
            if key == "data":
                self._answer.readline()
                return name, json.loads(value)
            name = value
        raise EOFError


@contextmanager
def previewed(story: Story, *, watching: bool = False, base: str = "/news/") -> Iterator[Author]:
    with own_state(story.root.resolve()) as folder:
        app = Live(story.root.resolve(), base, folder, lambda: WHEN, jobs=1, watching=watching)
        server = Server(Guard(app), 0, ending=app.end)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        author = Author(story, app, server)
        try:
            while not hasattr(app, "loop"):
                threading.Event().wait(0.01)
            author.ready()
            yield author
        finally:
            server.shutdown()
            thread.join()


def rich(story: Story) -> Story:
    story.site(base_url="https://example.org/news/", description="What happened.", social_cards=True)
    story.write("content/pages/about.md", "---\ntitle: About\nmenu: 1\n---\nUs.\n")
    story.write("content/places.yaml", "iraq: {name: Iraq, lat: 33, lon: 44}\nain: {name: Ain, within: iraq}\n")
    story.write("content/articles/map.png", drawn())
    story.write("static/robots.png", b"static")
    for number in range(4):
        told = [{"name": f"Event {number}", "when": "2014-06-10", "id": f"event-{number}", "place": "ain"}]
        body = f"Body {number}. [Another](report-0.md)\n\n![A map](map.png)"
        fields = {"tags": ["Iraq", "Drönes"], "thread": "Bases", "location": "ain", "sources": ["Reuters"]}
        story.article(
            f"report-{number}", body, date=f"2024-0{number + 1}-02", events=told, aliases=[f"/old/{number}/"], **fields
        )
    story.article("gone", withdrawn={"date": "2024-06-03", "reason": "It was a hoax."})
    return story


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Story:
    story = rich(Story(tmp_path_factory.mktemp("preview") / "site"))
    story.built()
    return story


@pytest.fixture(scope="module")
def author(site: Story) -> Iterator[Author]:
    """Somebody who only reads: of one site, previewed for all the tests that change nothing."""
    with previewed(site) as reading:
        yield reading


# --- what is shown ---


def test_the_preview_shows_the_bytes_of_a_build(author: Author) -> None:
    for path, published in author.story.published().items():
        if path == ".newsgen-output":
            continue
        status, body, _ = author.ask(address_of(path))
        assert status == (404 if path == "404.html" else 200) or path == "404.html", path
        assert ADDED.sub(b"", body) == published, path
        assert (body != published) == path.endswith(".html"), path


def test_types_addresses_and_redirects_are_those_of_a_host(author: Author) -> None:
    for address, kind in (
        ("/feed/atom.xml", "application/xml; charset=utf-8"),
        ("/data/articles.csv", "text/csv; charset=utf-8"),
        ("/media/articles/map.png", "image/png"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/", "text/html; charset=utf-8"),
    ):
        status, _, headers = author.ask(address)
        assert (status, headers["Content-Type"], headers["Cache-Control"]) == (200, kind, "no-store"), address
        assert author.ask(address, "HEAD")[:2] == (200, b"")
    assert author.ask("/tags/iraq")[2]["Location"] == "/news/tags/iraq/"
    assert author.ask("/about/index.html")[1] == author.ask("/about/")[1]
    status, body, _ = author.ask("/nothing/here/")
    assert status == 404 and b'"address&quot;: &quot;/nothing/here/' in body.replace(b"&quot;address", b'"address')


def test_the_preview_answers_only_to_this_machine_and_leaves_no_folder(author: Author) -> None:
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80"):
        assert author.ask("/", Host=host)[0] == 421
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert author.ask("/", method)[0] == 405
    for path in ("../content/site.yaml", "%2e%2e/content/site.yaml", "..%2fcontent/site.yaml", "..%5cx", "%00", "%ff"):
        connection = http.client.HTTPConnection("127.0.0.1", author.server.server_address[1])
        connection.request("GET", f"/news/{path}")
        answer = connection.getresponse()
        assert answer.status in (400, 404) and b"base_url" not in answer.read(), path
        connection.close()
    for address in ("/content/site.yaml", "/media/site.yaml", "/media/articles/report-0.md", "/.newsgen/preview/lock"):
        assert author.ask(address)[0] == 404, address
    for address in ("/__newsgen__/", "/__newsgen__/app.py", "/__newsgen__/../app.py", "/__newsgen__/preview.js/"):
        assert author.ask(address)[0] == 404, address


def test_pages_of_others_hear_no_events(author: Author) -> None:
    events = "/__newsgen__/events"
    assert author.ask(events, Origin="https://evil.example")[0] == 403
    assert author.ask(events, Origin="null")[0] == 403
    assert author.ask(events, **{"Sec-Fetch-Site": "cross-site"})[0] == 403
    assert author.ask("/", **{"Sec-Fetch-Site": "cross-site"})[2]["Cross-Origin-Resource-Policy"] == "same-origin"


def test_what_is_added_to_a_page_is_escaped_and_at_its_place() -> None:
    page = b"<html><HEAD><title>a</title></HEAD ><body class=\"a>b\" id='x'>text</body></html>"
    made = add_to_page(page, "/n/", '/"><script>/', "m", ["Draft: <b>"], [("/n/a", "draft")])
    assert b"<script>/" not in made and b"Draft: &lt;b&gt;" in made
    assert made.index(b"preview.js") < made.index(b"</HEAD >") < made.index(b"id='x'><aside") < made.index(b">text<")
    assert add_to_page(b"text", "/", "/", "m", (), ()).startswith(b"text<link")


# --- edits ---


def test_an_edit_is_told_to_the_pages_that_it_changes(story: Story) -> None:
    rich(story)
    with previewed(story) as author:
        address = "/2024/02/02/report-1/"
        with author.open(address) as own, author.open("/") as home, author.open("/2024/04/02/report-3/") as other:
            author.article("report-1", "Other words.", date="2024-02-02", title="Changed")
            assert own.next() == ("reload", {}) and home.next() == ("reload", {})
            author.article("report-3", "Its own.", date="2024-04-02")
            assert other.next() == ("reload", {})  # its first: the edit before did not touch it
        assert author.title(address) == "Changed"
        assert "Other words." in author.page(address).text_content()
        assert not story.public.exists()


def test_files_that_come_move_and_go_are_followed(story: Story) -> None:
    rich(story)
    with previewed(story) as author:
        with author.open("/2024/07/17/fresh/") as waiting:
            author.article("fresh", "New.")
            assert waiting.next() == ("reload", {})
        articles = story.root / "content/articles"
        (articles / "deep/er").mkdir(parents=True)
        (articles / "fresh.md").rename(articles / "deep/er/moved.md")
        author.saved("content/articles/fresh.md", "content/articles/deep")
        assert author.ask("/2024/07/17/fresh/")[0] == 404 and author.title("/2024/07/17/moved/") == "Fresh"
        shutil.rmtree(articles / "deep")
        author.saved("content/articles/deep")
        assert author.ask("/2024/07/17/moved/")[0] == 404
        with author.open("/2024/01/02/report-0/") as page:
            story.write("content/articles/map.png", drawn(9))
            author.saved("content/articles/map.png")
            assert page.next() == ("reload", {})
        assert author.ask("/media/articles/map.png")[1] == drawn(9)


def test_what_is_previewed_after_edits_is_what_a_build_makes(story: Story) -> None:
    rich(story)
    with previewed(story) as author:
        author.article("report-1", "[To it](report-2.md) and ![a](map.png)", date="2024-03-05", tags=["Peace"])
        author.article("new", date="2024-03-05", location="Baghdad", events=[{"name": "X", "when": "2014-06"}])
        story.remove("content/articles/report-0.md")
        author.saved("content/articles/report-0.md")
        for number in (2, 3):
            author.article(f"report-{number}", "Nothing linked.", date=f"2024-0{number}-09")
        story.built()
        for path, published in story.published().items():
            if path.endswith(".html"):
                assert ADDED.sub(b"", author.ask(address_of(path))[1]) == published, path


def test_settings_registers_and_the_theme_are_followed(story: Story) -> None:
    rich(story)
    with previewed(story) as author:
        with author.open("/about/") as page:
            story.site(base_url="https://example.org/news/", title="The Herald")
            author.saved("content/site.yaml")
            assert page.next() == ("reload", {})
            story.write("templates/page.html", '{% extends "theme/page.html" %}{% block title %}Mine{% endblock %}')
            author.saved("templates")
            assert page.next() == ("reload", {})
        assert author.page("/about/").findtext(".//title") == "Mine" and "The Herald" in author.page("/").text_content()
        with author.open("/places/ain/") as page:
            story.write("content/places.yaml", "iraq: {name: Iraq}\nain: {name: Ain al-Assad, within: iraq}\n")
            author.saved("content/places.yaml")
            assert page.next() == ("reload", {})
        assert author.title("/places/ain/") == "Ain al-Assad"
        story.site(base_url="https://example.org/news/", timezone="Asia/Baghdad")
        author.saved("content/site.yaml")
        author.article("after", "Still read.")
        assert author.title("/2024/07/17/after/") == "After"


# --- drafts, faults ---


def test_drafts_and_embargoed_articles_are_marked_and_never_published(story: Story) -> None:
    rich(story)
    story.article("secret", draft=True)
    story.article("later", embargo="2030-01-01T00:00Z")
    story.article("late", expires="2024-08-01", summary="Expired words.")
    with previewed(story) as author:
        notes = {
            name: author.page(f"/2024/07/17/{name}/").xpath("string(//aside[@class='newsgen-preview-note'])")
            for name in ("secret", "later", "late")
        }
        assert notes["secret"].startswith("Draft:") and "2030-01-01" in notes["later"] and "expired" in notes["late"]
        assert b"Expired words" not in author.ask("/2024/07/17/late/")[1]
        assert author.ask("/2024/07/17/secret/card.png")[1].startswith(b"\x89PNG")
        assert not (story.root / ".newsgen/cards").exists()  # nothing of a draft is kept
        held = json.loads(author.page("/").xpath("//script/@data-preview")[0])["held"]
        assert held == {"/news/2024/07/17/secret/": "draft", "/news/2024/07/17/later/": "embargo"}
        story.built()  # while it is previewed
        with author.open("/2024/07/17/secret/") as page:
            author.article("secret")
            assert page.next() == ("reload", {})
        assert not author.page("/2024/07/17/secret/").find_class("newsgen-preview-note")
    published = story.published()
    assert not any("secret" in path or "later" in path for path in published)
    everything = b"".join(published.values())
    assert b"127.0.0.1" not in everything and b"localhost" not in everything and b"__newsgen__" not in everything


def test_a_fault_stands_above_the_last_good_version_until_it_is_mended(story: Story) -> None:
    rich(story)
    with previewed(story) as author:
        address = "/2024/02/02/report-1/"
        good = author.ask(address)[1]
        with author.open(address) as page, author.open("/about/") as other:
            story.write("content/articles/report-1.md", "---\ntitle: A\ndate: <script>alert(1)</script>\n---\nText.\n")
            author.saved("content/articles/report-1.md")
            name, told = page.next()
            fault = told["faults"][0]
            assert (name, fault["path"], fault["line"]) == ("faults", "content/articles/report-1.md", 3)
            assert [3, "date: <script>alert(1)</script>"] in fault["excerpt"] and fault["remedy"]
            assert other.next() == ("faults", told)
            assert author.ask(address)[1] == good and author.ask("/")[0] == 200
            story.write("content/articles/bad.md", "no head")
            author.saved("content/articles/bad.md")
            assert [one["path"] for one in page.next()[1]["faults"]] == [
                "content/articles/bad.md",
                "content/articles/report-1.md",
            ]
            story.remove("content/articles/bad.md")
            author.saved("content/articles/bad.md")
            assert len(page.next()[1]["faults"]) == 1
            author.article("report-1", "Mended.", date="2024-02-02")
            assert page.next() == ("faults", {"faults": [], "more": 0}) and page.next() == ("reload", {})
        assert "Mended." in author.page(address).text_content()


def test_what_documents_say_of_each_other_is_checked_and_mended(story: Story) -> None:
    rich(story)
    with previewed(story) as author, author.open("/about/") as page:
        author.article("report-3", "[Nowhere](none.md)", date="2024-04-02")
        assert "content/articles/none.md" in page.next()[1]["faults"][0]["what"]
        author.article("none", date="2024-01-02")
        assert page.next()[1]["faults"] == []
        author.article("clash", date="2024-01-02", slug="none")
        assert "is taken by" in page.next()[1]["faults"][0]["what"]
        author.article("none", date="2024-01-02", slug="other")  # mended in the other file
        assert page.next()[1]["faults"] == []


def test_faults_of_templates_and_settings_leave_pages_as_they_were(story: Story) -> None:
    rich(story)
    with previewed(story) as author:
        good = author.ask("/about/")[1]
        with author.open("/about/") as page:
            for text, line in (("{% extends 'theme/page.html' %}\n{% block %}", 2), ("one\n{{ page.none.more }}", 2)):
                story.write("templates/page.html", text)
                author.saved("templates/page.html")
                fault = page.next()[1]["faults"][0]
                assert (fault["path"], fault["line"]) == ("templates/page.html", line), fault
                assert fault["excerpt"][1][1] == text.splitlines()[1]
                assert ADDED.sub(b"", author.ask("/about/")[1]) == ADDED.sub(b"", good)
            story.remove("templates/page.html")
            author.saved("templates/page.html")
            assert page.next()[1]["faults"] == []
        assert author.ask("/about/")[1] == good
        with author.open("/about/") as page:
            story.write("content/site.yaml", "title: [")
            author.saved("content/site.yaml")
            assert page.next()[1]["faults"][0]["path"] == "content/site.yaml"
            assert author.ask("/about/")[1] == good
            story.site(base_url="https://example.org/news/", description="What happened.")
            author.saved("content/site.yaml")
            assert page.next()[1]["faults"] == []


def test_a_page_that_was_never_good_says_what_is_wrong(story: Story) -> None:
    rich(story)
    story.write("templates/page.html", "{{ page.none.more }}")
    with previewed(story) as author:
        status, body, _ = author.ask("/about/")
        assert status == 500 and b"templates/page.html:1" in body and b"preview.js" in body
        assert author.ask("/")[0] == 200


def test_a_file_that_is_saved_in_steps_is_never_seen_half(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    rich(story)
    address, path = "/2024/02/02/report-1/", "content/articles/report-1.md"
    whole = (story.root / path).read_text(encoding="utf-8")
    with previewed(story) as author, author.open(address) as page:
        for number, first in enumerate(("", "---\ntitle: Half", None)):
            text = whole.replace("Body 1.", f"Step {number}.")
            monkeypatch.setattr("newsgen.preview.edition.time.sleep", lambda seconds, all=text: story.write(path, all))
            if first is None:
                story.remove(path)  # as an editor does that moves another file there
            else:
                story.write(path, first)
            author.saved(path)
            assert page.next() == ("reload", {}) and f"Step {number}." in author.page(address).text_content()


# --- its own state ---


def test_while_the_archive_is_read_pages_say_so_and_then_are_served_from_the_one_before(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    from newsgen.preview import app as module

    rich(story)
    began, go_on = threading.Event(), threading.Event()
    kept = module.open_archive

    def held_up(*arguments: Any) -> Any:
        arguments[-1]("reading", 30, 400)
        began.set()
        go_on.wait(20)
        return kept(*arguments)

    monkeypatch.setattr(module, "open_archive", held_up)
    monkeypatch.setattr(Author, "ready", lambda self: None)
    with previewed(story) as author:
        assert began.wait(20)
        status, body, headers = author.ask("/about/")
        page = lxml.html.document_fromstring(body)
        assert status == 503 and headers["Retry-After"] and "30 of 400" in page.text_content()
        assert page.xpath("//meta[@http-equiv='refresh']") and page.find(".//progress").get("value") == "30"
        go_on.set()
        asyncio.run_coroutine_threadsafe(author.app.ready(), author.app.loop).result(20)
        assert author.title("/places/ain/") == "Ain"
        began.clear()
        go_on.clear()
        story.write("content/places.yaml", "iraq: {name: Iraq}\nain: {name: Ain al-Assad, within: iraq}\n")
        author.saved("content/places.yaml")
        assert began.wait(20) and author.title("/places/ain/") == "Ain"
        author.article("meanwhile")  # is in what is served, and in what takes its place
        assert author.title("/2024/07/17/meanwhile/") == "Meanwhile"
        go_on.set()
        asyncio.run_coroutine_threadsafe(author.app.ready(), author.app.loop).result(20)
        assert author.title("/places/ain/") == "Ain al-Assad"
        assert author.title("/2024/07/17/meanwhile/") == "Meanwhile"


def test_where_it_listens_decides_to_which_names_it_answers() -> None:
    app = Preview(Path(), "/", Path(), lambda: WHEN)
    own = ("localhost", "localhost:8000", "127.0.0.1:1", "[::1]:8000", "[::1]", "LOCALHOST")
    assert all(map(Guard(app).is_own, own))
    foreign = ("evil.example", "192.168.0.2", "localhost.evil.example", "127.0.0.1.evil.example:80", "", ":80", "[::2]")
    assert not any(map(Guard(app).is_own, foreign))
    anywhere = Guard(app, "0.0.0.0")  # noqa: S104 - as somebody may ask for
    assert anywhere.is_own("192.168.0.2:8000") and anywhere.is_own("[fe80::1]:8000")
    assert not anywhere.is_own("evil.example:8000")
    assert Guard(app, "desk.example").is_own("desk.example:8000")


def test_nothing_that_a_build_has_read_is_read_again(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    from newsgen import load

    rich(story)
    for file in (story.root / "content").rglob("*.*"):
        os.utime(file, (1_500_000_000, 1_500_000_000))
    story.built()
    archive = story.root / ".newsgen/archive.sqlite"
    before = tree(story.root / ".newsgen")
    read: list[str] = []
    kept = load._read_one
    monkeypatch.setattr(load, "_read_one", lambda reader, work: (read.append(work.path), kept(reader, work))[1])
    with previewed(story) as author:
        assert author.title("/about/") == "About" and read == []
        author.article("report-1", "Edited.", date="2024-02-02")
        assert read == ["content/articles/report-1.md"]
    assert {path: data for path, data in tree(story.root / ".newsgen").items() if "preview" not in path} == before
    story.article("report-1", "Body 1. [Another](report-0.md)\n\n![A map](map.png)", date="2024-02-02")  # as it was
    read.clear()
    with previewed(story) as author:
        assert read == ["content/articles/report-1.md"]
        assert "Body 1." in author.page("/2024/02/02/report-1/").text_content()
    assert archive.is_file()


def test_a_build_that_buries_an_article_has_the_preview_forget_it(story: Story) -> None:
    story.article("alpha", "Unforgettable words.")
    story.built()
    with previewed(story):
        pass
    kept = story.root / ".newsgen/preview/archive.sqlite"
    assert kept.is_file()
    story.article("alpha", withdrawn={"date": "2024-08-03", "reason": "Wrong."})
    story.built()
    assert not kept.exists()
    with previewed(story):
        pass
    assert kept.is_file()
    assert story.run("clean", "--site", str(story.root)).code == 0
    assert not kept.exists()


def test_settings_that_cannot_be_read_are_told_until_they_can(story: Story) -> None:
    story.article("alpha")
    story.write("content/site.yaml", "title: [")
    with previewed(story, base="/") as author, author.open("/") as page:
        assert page.told["faults"][0]["path"] == "content/site.yaml"
        story.site(title="The Herald")
        author.saved("content/site.yaml")
        assert page.next() == ("faults", {"faults": [], "more": 0})
        assert "The Herald" in author.page("/").text_content()
        story.site(base_url="https://example.org/news/")
        author.saved("content/site.yaml")
        assert author.ask("/")[2]["Location"] == "/news/"
        story.write("content/site.yaml", "title: [")
    with previewed(story) as author:  # of what is known nothing can be read in the way of other settings
        status, body, _ = author.ask("/")
        assert status == 500 and b"content/site.yaml:" in body


# --- the whole of it ---


@contextmanager
def process(story: Story, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "newsgen", "serve", "--site", str(story.root), "--port", "0", *options]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        found = None
        while found is None:
            line = running.stdout.readline()
            assert line, "it ended"
            found = re.search(r"http://\S+", line)
        yield running, found[0]
    finally:
        running.kill()
        running.communicate()


def test_a_process_watches_tells_and_ends_cleanly(story: Story) -> None:
    story.article("alpha")
    with process(story) as (running, url), process(story) as (second, _):
        assert running.stdout is not None and second.stdout is not None
        assert "ready" in running.stdout.readline()
        parts = urlsplit(url)
        connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=20)
        connection.request("GET", "/__newsgen__/events?address=/2024/07/17/alpha/&mark=")
        events = Events(connection.getresponse())
        assert [events.next()[0], events.next()[0]] == ["faults", "reload"]
        beside = story.write("content/articles/alpha.md.new", "---\ntitle: Renamed\ndate: 2024-07-17\n---\nSaved.\n")
        beside.rename(story.root / "content/articles/alpha.md")
        assert events.next()[0] == "reload"
        story.write("templates/page.html", "{% nonsense %}")  # a folder that was not there
        assert events.next()[1]["faults"][0]["path"] == "templates/page.html"
        for one, number in ((running, signal.SIGINT), (second, signal.SIGTERM)):
            one.send_signal(number)
            out, err = one.communicate(timeout=10)
            assert (one.returncode, err) == (0, ""), (out, err)
        connection.close()
    assert not story.public.exists()


def test_a_port_that_is_taken_is_told_in_one_line(story: Story) -> None:
    story.article("alpha")
    taken = Server(Guard(Preview(story.root, "/", story.root, lambda: WHEN)), 0)
    port = taken.server_address[1]
    done = story.run("serve", "--site", str(story.root), "--port", str(port))
    assert done.code == 1 and done.err.count("\n") == 1 and f"port {port}" in done.err and "--port" in done.err
    taken.server_close()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
@pytest.mark.xdist_group("browser")
def test_a_browser_shows_edits_and_faults(story: Story) -> None:
    from playwright.sync_api import sync_playwright

    from .test_browser import FLAGS

    story.site(base_url="https://example.org/news/")
    story.article("alpha", "First words.")
    story.article("beta", draft=True)
    address = "2024/07/17/alpha/"
    with previewed(story, watching=True) as author, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 390, "height": 800})
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        url = f"http://127.0.0.1:{author.server.server_address[1]}/news/"
        page.goto(url)
        marked = page.locator("a.newsgen-preview-held").first
        assert marked.get_attribute("href") == "/news/2024/07/17/beta/"
        page.goto(url + address)
        page.wait_for_timeout(300)
        story.article("alpha", "Second words.")
        page.get_by_text("Second words.").wait_for()
        page.wait_for_timeout(300)
        before = page.evaluate("[scrollY, getComputedStyle(document.querySelector('header li')).borderTopWidth]")
        story.write("content/articles/alpha.md", "---\ntitle: A\ndate: <img src=x onerror=alert(1)>\n---\nThird.\n")
        alert = page.get_by_role("alert")
        alert.wait_for()
        assert "content/articles/alpha.md:3:" in alert.inner_text() and "<img src=x" in alert.inner_text()
        assert page.get_by_text("Second words.").is_visible()
        now = page.evaluate("[scrollY, getComputedStyle(document.querySelector('header li')).borderTopWidth]")
        assert now == before  # nothing of the page moves or looks otherwise
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.get_by_role("button", name="Hide").click()
        alert.wait_for(state="hidden")
        page.get_by_role("button", name="1 fault").click()
        alert.wait_for()
        story.article("alpha", "Second words.")
        alert.wait_for(state="detached")
        assert wrong == []
        browser.close()


def test_what_is_taken_back_while_a_preview_runs_stays_nowhere_in_its_state(story: Story) -> None:
    story.article("alpha", "The zyzzyva.", title="Zyzzyva", tags=["Zyzzyva"])
    story.built()
    own = story.root / ".newsgen/preview"
    with previewed(story, base="/") as author:
        author.ready()
        assert author.title("/2024/07/17/alpha/") == "Zyzzyva"
        author.article("alpha", withdrawn={"date": "2024-08-03", "reason": "Wrong."})
        story.built("--allow-delete")
        assert not [file for file, content in tree(own).items() if b"zyzzyva" in content.lower()]
        assert (own / "buried").exists()
        killed = shutil.copytree(own, story.root / "killed")
    shutil.rmtree(own)
    killed.rename(own)  # as a preview that was killed leaves it
    story.article("beta")
    story.built()
    assert not [*own.glob("*.sqlite"), *own.glob("buried")]
