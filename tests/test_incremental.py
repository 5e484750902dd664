"""Any sequence of edits, built step by step, gives byte for byte what a clean build gives."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from .conftest import NOW, Story, drawn, tree

NAMES = st.sampled_from(["alpha", "beta", "gamma", "delta", "epsilon"])
TAGS = st.lists(st.sampled_from(["Iraq", "IRAQ", "Drones", "Peace talks"]), max_size=3, unique=True)
DAYS = st.sampled_from(["2023-12-31", "2024-01-01", "2024-07-16", "2024-07-17", "2024-07-17T09:30+03:00"])
BODIES = st.sampled_from(
    ["Text.", "Other text.", "[to alpha](alpha.md)", "[to beta](beta.md#part)", "# Part\n\nA part.", "![x](map.png)"]
)
EVENTS = st.sampled_from(
    [
        None,
        [{"name": "Attack", "when": "2024-07-16", "id": "attack", "place": "ain", "role": "main"}],
        [{"name": "Attack", "when": "2024-07-15", "id": "attack", "place": "Geneva", "role": "background"}],
        [{"name": "Attack at night", "when": "2024-07", "id": "attack"}, {"name": "War", "when": "2014"}],
        [{"name": "War", "when": "2014/2017", "place": "Iraq"}, {"name": "War", "when": "199X"}],
    ]
)
SOURCES = st.sampled_from([None, ["Reuters"], ["reuters", {"name": "An officer", "kind": "person"}]])


def same_as_clean(story: Story, *options: str) -> None:
    """Build the same content into another folder, from nothing, and compare every byte."""
    with tempfile.TemporaryDirectory() as folder:
        clean = Story(Path(folder) / "site")
        shutil.copytree(story.root, clean.root, ignore=shutil.ignore_patterns("public", ".newsgen"))
        done = clean.build(*options)
        expected, found = clean.published(), story.published()
        assert done.code in (0, 3), done.text
        assert sorted(found) == sorted(expected)
        for path, content in expected.items():
            assert found[path] == content, path


@contextmanager
def copied(folder: Path) -> Iterator[Path]:
    """A copy of a folder, for a while."""
    with tempfile.TemporaryDirectory() as place:
        yield Path(shutil.copytree(folder, Path(place) / "copy"))


def tables(story: Story) -> tuple[dict[str, tuple[object, ...]], dict[str, tuple[object, ...]]]:
    """What is published, by path, and what a plan of everything would publish, each with its fingerprint."""
    from contextlib import closing

    from newsgen.archive import Archive
    from newsgen.features import Planning
    from newsgen.inventory import Inventory
    from newsgen.ledger import Ledger
    from newsgen.load import read_site
    from newsgen.media import Media
    from newsgen.planning import _all_pages
    from newsgen.press import Press
    from newsgen.theme import Assets, Theme

    root = story.root.resolve()
    site, _ = read_site(root)
    theme = Theme(root)
    with (
        copied(root / ".newsgen") as state,  # for one that is opened is not as its build left it
        closing(Archive(state / "archive.sqlite", read_only=True)) as archive,
        closing(Ledger(state, root / "public", root)) as ledger,
    ):
        assets = Assets(theme.static_files())
        planning = Planning(site, archive, assets, Media(site, theme, archive, Inventory(archive)))
        rows = _all_pages(Press(site, theme, assets, archive), planning, [])
        wanted = {one.path: (one.folded, one.subject, one.kind, one.origin, one.fingerprint) for one in rows}
        sql = "SELECT path, folded, subject, kind, origin, fingerprint FROM published"
        found = {path: tuple(rest) for path, *rest in ledger._connection.execute(sql)}
        return found, wanted


class Edits(RuleBasedStateMachine):
    """Edits of articles, templates, settings and static files, each followed by a build with ``--keep-going``."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.story = Story(Path(self.folder.name) / "site").site(social_cards=True)
        self.story.article("alpha", tags=["Iraq"])
        self.story.write("content/articles/map.png", drawn())
        self.looks_first: list[str] | None = None
        self.now = NOW

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule(
        name=NAMES,
        day=DAYS,
        tags=TAGS,
        body=BODIES,
        section=st.sampled_from([None, "World"]),
        author=st.sampled_from([None, "Ada"]),
        location=st.sampled_from([None, "Geneva", "ain", "Ain, Iraq", {"name": "Ain", "lat": 33.8, "lon": 42.4}]),
        thread=st.sampled_from([None, "Withdrawal", "withdrawal"]),
        events=EVENTS,
        sources=SOURCES,
        corrections=st.sampled_from([None, [{"date": "2024-08-01", "text": "A wrong day."}]]),
        featured=st.sampled_from([None, "2024-08-01", "2030-01-01"]),
    )
    def put(self, name: str, day: str, tags: list[str], body: str, **fields: object) -> None:
        self.story.article(name, body, date=day, tags=tags, **fields)

    @rule(name=NAMES, events=EVENTS, sources=SOURCES)
    def tell_otherwise(self, name: str, events: object, sources: object) -> None:
        self.story.article(name, events=events, sources=sources)

    @rule(name=NAMES, title=st.sampled_from(["One title", "Another <title> & more"]))
    def retitle(self, name: str, title: str) -> None:
        self.story.article(name, title=title)

    @rule(
        name=NAMES,
        language=st.sampled_from([None, "fr", "ar", "de"]),
        original=st.sampled_from(
            [None, "alpha.md", "beta.md", "gamma", "tag:example.org,2024-07-17:/2024/07/17/beta/"]
        ),
    )
    def translate(self, name: str, language: str | None, original: str | None) -> None:
        self.story.article(name, language=language, translation_of=original)

    @rule(languages=st.sampled_from([["en"], ["en", "fr"], ["ar", "en", "fr"]]))
    def speak(self, languages: list[str]) -> None:
        self.story.site(languages=languages)

    @rule(text=st.sampled_from([None, 'msgid "Reports"\nmsgstr "Papiers"\n']))
    def set_words(self, text: str | None) -> None:
        if text is None:
            (self.story.root / "templates/locales/fr.po").unlink(missing_ok=True)
        else:
            self.story.write("templates/locales/fr.po", text)

    @rule(picture=st.sampled_from([drawn(), drawn(360, 4), drawn(360, 8, "navy"), b"no picture"]))
    def repaint(self, picture: bytes) -> None:
        self.story.write("content/articles/map.png", picture)

    @rule(name=NAMES)
    def remove(self, name: str) -> None:
        (self.story.root / f"content/articles/{name}.md").unlink(missing_ok=True)

    @rule(
        name=NAMES,
        fields=st.sampled_from(
            [{"draft": True}, {"embargo": "2030-01-01"}, {"expires": "2024-08-01"}, {"withdrawn": "2024-08-01"}]
        ),
    )
    def withhold(self, name: str, fields: dict[str, object]) -> None:
        self.story.article(name, **fields)

    @rule(name=NAMES, alias=st.sampled_from(["/old/", "/2024/07/17/alpha/", "/tags/"]))
    def alias(self, name: str, alias: str) -> None:
        self.story.article(name, aliases=[alias])

    @rule(name=NAMES)
    def break_it(self, name: str) -> None:
        self.story.write(f"content/articles/{name}.md", "---\ntitle: [\n---\n")

    @rule(
        title=st.sampled_from(["The Record", "The Other Record"]),
        base=st.sampled_from(["/", "/news/"]),
        cards=st.booleans(),
    )
    def set_settings(self, title: str, base: str, cards: bool) -> None:
        self.story.site(title=title, base_url=f"https://example.org{base}", home_sections=["World"], social_cards=cards)

    @rule(forms=st.sampled_from([["ninjs"], ["markdown", "ninjs"]]))
    def publish_other_forms(self, forms: list[str]) -> None:
        self.story.site(alternates=forms)

    @rule(zone=st.sampled_from(["UTC", "Pacific/Auckland"]))
    def set_zone(self, zone: str) -> None:
        self.story.site(timezone=zone)

    @rule(text=st.sampled_from(["", "A footer of its own.", "{{ site.publisher.name }}"]))
    def set_template(self, text: str) -> None:
        template = '{% extends "theme/article.html" %}{% block footer %}' + text + "{% endblock %}\n"
        self.story.write("templates/article.html", template)

    @rule()
    def remove_template(self) -> None:
        (self.story.root / "templates/article.html").unlink(missing_ok=True)

    @rule(name=st.sampled_from(["a.txt", "sub/.hidden", "assets/style.css"]), text=st.sampled_from(["x", "y {}"]))
    def put_static(self, name: str, text: str) -> None:
        self.story.write(f"static/{name}", text)

    @rule(name=st.sampled_from(["a.txt", "sub/.hidden", "assets/style.css"]))
    def remove_static(self, name: str) -> None:
        (self.story.root / f"static/{name}").unlink(missing_ok=True)

    @rule(
        robots=st.sampled_from(["allow", {"disallow": ["/media/"], "crawlers": {"GPTBot": "disallow"}}]),
        own=st.booleans(),
    )
    def set_robots(self, robots: object, own: bool) -> None:
        self.story.site(robots=robots)
        (self.story.root / "static/robots.txt").unlink(missing_ok=True)
        if own:
            self.story.write("static/robots.txt", "User-agent: *\nDisallow: /\n")

    @rule(text=st.sampled_from(["{}", "iraq: {name: Irak}", "iraq: {name: Iraq, description: A country.}"]))
    def set_tags(self, text: str) -> None:
        self.story.write("content/tags.yaml", text)

    @rule(
        text=st.sampled_from(
            [
                "{}",
                "ain: {name: Ain}",
                "{ain: {name: Ain, within: iq}, iq: {name: Iraq}}",
                "{ain: {name: Ain al-Assad, within: iq, lat: 33.8, lon: 42.4, aliases: [Geneva]}, iq: {name: Iraq}}",
            ]
        )
    )
    def set_places(self, text: str) -> None:
        self.story.write("content/places.yaml", text)

    @rule(
        text=st.sampled_from(["{}", "reuters: {name: Reuters, kind: wire}", "wire: {name: A wire, aliases: [Reuters]}"])
    )
    def set_sources(self, text: str) -> None:
        self.story.write("content/sources.yaml", text)

    @rule(menu=st.sampled_from([None, 1]))
    def put_page(self, menu: int | None) -> None:
        head = "title: About\n" + (f"menu: {menu}\n" if menu else "")
        self.story.write("content/pages/about.md", f"---\n{head}---\nUs. [alpha](../articles/alpha.md)\n")

    @rule()
    def damage_the_output(self) -> None:
        for file in sorted(self.story.public.rglob("*.html"))[:2]:
            file.write_text("not ours")

    @precondition(lambda self: (self.story.root / ".newsgen/archive.sqlite").exists())
    @rule()
    def damage_the_cache(self) -> None:
        file = self.story.root / ".newsgen/archive.sqlite"
        data = bytearray(file.read_bytes())
        data[len(data) // 2 : len(data) // 2 + 200] = b"\xff" * 200
        file.write_bytes(data)

    @rule(options=st.sampled_from([None, [], ["--drafts"], ["--strict", "--now", "2040-01-01"]]))
    def check_before_each_build(self, options: list[str] | None) -> None:
        self.looks_first = options

    @rule(now=st.sampled_from(["2024-01-02", "2024-07-18T12:00Z", "2024-07-19", "2030-01-01"]))
    def move_the_clock(self, now: str) -> None:
        self.now = now

    @invariant()
    def incremental_equals_clean(self) -> None:
        clock = ("--now", self.now)
        if self.looks_first is not None:
            self.story.run("check", "--site", str(self.story.root), "--jobs", "1", "--now", NOW, *self.looks_first)
        done = self.story.build("--keep-going", "--allow-delete", *clock)
        assert done.code in (0, 3), done.text
        same_as_clean(self.story, "--keep-going", *clock)
        if done.code == 0:
            found, wanted = tables(self.story)
            assert found == wanted
        before = self.story.stats()
        again = self.story.build("--keep-going", "--allow-delete", *clock)
        assert ", 0 written," in again.out
        assert self.story.stats() == before


Edits.TestCase.settings = settings(
    max_examples=int(os.environ.get("NEWSGEN_EXAMPLES", "3")),
    stateful_step_count=8,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestEdits = pytest.mark.filterwarnings("ignore")(Edits.TestCase)


def counts(out: str) -> dict[str, int]:
    """The numbers of the last line of a build."""
    words = out.split(": ", 1)[1].replace(",", "").split()
    return {"written": int(words[words.index("written") - 1]), "deleted": int(words[words.index("deleted") - 1])}


def seven(story: Story) -> Story:
    for number in range(1, 8):
        story.article(f"report-{number}", f"Body {number}.", date=f"2024-0{number}-10", tags=[f"Tag {number}"])
    story.built()
    return story


def changed(story: Story, before: dict[str, bytes]) -> set[str]:
    after = story.published()
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def test_nothing_is_rendered_or_touched_when_nothing_changed(story: Story) -> None:
    seven(story)
    before = story.stats()
    done = story.built()
    assert "0 written" in done.out and "0 deleted" in done.out
    assert story.stats() == before


def test_a_body_edit_renders_the_article_and_the_feeds_that_carry_it(story: Story) -> None:
    seven(story)
    before = story.published()
    story.article("report-4", "Body four, edited.", date="2024-04-10", tags=["Tag 4"], summary=None)
    story.built()
    own = "2024/04/10/report-4/index.html"
    feeds = {"feed/rss.xml", "feed/atom.xml", "tags/tag-4/rss.xml", "tags/tag-4/atom.xml"}
    listings = {
        path
        for path in changed(story, before) - feeds - {own}
        if "Body four, edited." not in story.published()[path].decode()
    }
    assert own in changed(story, before)
    assert feeds <= changed(story, before)
    assert listings <= {"2024/03/10/report-3/index.html", "2024/05/10/report-5/index.html"}


def test_a_body_edit_that_no_list_shows_leaves_every_list_alone(story: Story) -> None:
    for number in range(1, 8):
        story.article(f"report-{number}", "First.", date=f"2024-0{number}-10", summary="Said before.")
    story.built()
    before = story.published()
    story.article("report-4", "Second.", date="2024-04-10", summary="Said before.")
    done = story.built()
    feeds = {f"feed/{at}{name}" for at in ("", "archive/2024/04/") for name in ("rss.xml", "atom.xml", "feed.json")}
    assert changed(story, before) == {"2024/04/10/report-4/index.html", *feeds}
    assert counts(done.out)["written"] == 7


def test_a_setting_that_no_page_shows_renders_only_the_feeds(story: Story) -> None:
    seven(story)
    before = story.published()
    story.site(publisher={"name": "The Record", "email": "desk@example.org"})
    story.built()
    assert all(path.endswith((".xml", "feed.json")) for path in changed(story, before))


def test_publishing_one_article_writes_few_files(story: Story) -> None:
    for number in range(60):
        day = f"2024-0{1 + number // 20}-{1 + number % 20:02}"
        story.article(f"old-{number}", date=day, tags=["Iraq"], section="World", author="Ada")
    story.built()
    story.article("new", date="2024-04-01", tags=["Iraq"], section="World", author="Ada")
    done = story.built()
    of_data = 2  # the table of articles, as CSV and JSON Lines
    of_the_day = 4  # its day of the year, the list of these, and the two beside it: there was nothing on 1 April before
    assert counts(done.out)["written"] <= 18 + 8 * 3 + 3 + of_data + of_the_day + 1  # the archive in numbers


def test_a_renamed_target_changes_the_pages_that_link_to_it(story: Story) -> None:
    story.article("alpha", "[b](beta.md)")
    story.article("beta", date="2024-01-01")
    story.built()
    assert story.page("/2024/07/17/alpha/").xpath("//a[@href='/2024/01/01/beta/']")
    story.article("beta", date="2024-01-02")
    story.built()
    assert story.page("/2024/07/17/alpha/").xpath("//a[@href='/2024/01/02/beta/']")
    same_as_clean(story)


def test_a_missing_or_altered_output_file_is_restored(story: Story) -> None:
    seven(story)
    before = story.published()
    (story.public / "index.html").write_text("somebody else's words")
    (story.public / "tags/tag-1/rss.xml").unlink()
    done = story.built()
    assert counts(done.out)["written"] == 2
    assert story.published() == before


def test_an_embargo_ends_when_its_time_comes(story: Story) -> None:
    story.article("alpha")
    story.article("beta", embargo="2024-12-24T08:00Z")
    done = story.built("--now", "2024-12-24T07:59Z")
    assert "beta.md (embargo until 2024-12-24T08:00:00Z)" in done.err
    assert "due at 2024-12-24T08:00:00Z" in done.out
    assert not (story.public / "2024/07/17/beta").exists()
    story.built("--now", "2024-12-24T08:00Z")
    assert (story.public / "2024/07/17/beta/index.html").exists()
    same_as_clean(story, "--now", "2024-12-24T08:00Z")


def test_a_foreign_database_in_place_of_the_cache_costs_time_only(story: Story) -> None:
    seven(story)
    before = story.published()
    for name in sorted((story.root / ".newsgen").glob("*.sqlite")):
        name.unlink()
        with sqlite3.connect(name) as foreign:
            foreign.execute("CREATE TABLE documents (path TEXT, card TEXT)")
            foreign.execute("INSERT INTO documents VALUES ('content/articles/evil.md', 'x')")
    story.built()
    assert story.published() == before


def test_a_damaged_body_in_the_cache_is_never_published(story: Story) -> None:
    seven(story)
    with sqlite3.connect(story.root / ".newsgen/archive.sqlite") as cache:
        cache.execute("UPDATE bodies SET html = (SELECT html FROM bodies LIMIT 1)")
        cache.execute("UPDATE documents SET card = replace(card, 'Report', 'Rumour')")
    story.write("templates/article.html", '{% extends "theme/article.html" %}{% block footer %}new{% endblock %}')
    story.built()
    same_as_clean(story)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_number_of_processes_changes_no_byte(story: Story, jobs: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsgen.load.LEAST_FOR_PROCESSES", 2)
    monkeypatch.setattr("newsgen.stages.LEAST_FOR_PROCESSES", 2)
    for number in range(1, 8):
        story.article(f"report-{number}", f"Body {number}.", date=f"2024-0{number}-10", tags=["Iraq"])
    story.built("--jobs", jobs)
    same_as_clean(story)


def test_output_holds_no_path_of_the_machine(story: Story) -> None:
    seven(story)
    assert all(str(story.root).encode() not in content for content in tree(story.public).values())


def test_a_template_that_is_edited_while_a_build_runs_is_seen_by_the_next(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    from newsgen.ledger import Ledger

    story.article("alpha")
    story.write("templates/article.html", '{% extends "theme/article.html" %}{% block footer %}old{% endblock %}')
    record = Ledger.record

    def edited_meanwhile(ledger: Ledger, *arguments: object) -> None:
        story.write("templates/article.html", '{% extends "theme/article.html" %}{% block footer %}new{% endblock %}')
        record(ledger, *arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "record", edited_meanwhile)
        story.built()
    story.built()
    same_as_clean(story)


def test_an_article_of_a_section_concerns_the_front_pages_of_all_languages(story: Story) -> None:
    story.site(languages=["en", "fr"], home_sections=["World"])
    for number in range(1, 8):
        language = "fr" if number < 3 else "en"
        story.article(f"report-{number}", date=f"2024-0{number}-10", section="World", language=language)
    story.built()
    story.article("new", date="2024-08-10", section="World", language="en")
    story.built()
    found, wanted = tables(story)
    assert found == wanted
