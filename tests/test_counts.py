"""What a build costs, counted: what is read, converted, planned, asked, rendered and written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from newsgen.build import build
from newsgen.executors import Here
from newsgen.features import nothing_affected
from newsgen.features.registry import FEATURES
from newsgen.orders import Request

from .conftest import NOW, Story, drawn, tree
from .test_following import WHEN, report, table_difference
from .test_incremental import same_as_clean

MOST_QUERIES = 12
"""To the archive, for each page of a first build."""
HEAVY = "jinja2 markdown nh3 yaml lxml feedgen pyromark dateutil multiprocessing PIL fontTools".split()


def age(story: Story) -> None:
    """Let every file of the content look as if it had been there for long."""
    for file in (story.root / "content").rglob("*.*"):
        os.utime(file, (1_500_000_000, 1_500_000_000))


def some(story: Story, number: int = 6) -> Story:
    for one in range(number):
        story.article(f"report-{one}", f"Body {one}.", date=f"2024-0{1 + one}-10", tags=["Iraq"], summary="Said.")
    return story


def test_the_first_build_reads_converts_and_renders_everything(story: Story) -> None:
    first = report(some(story))
    assert (first.documents, first.read, first.converted, first.planned) == (6, 6, 6, "everything")
    assert first.rendered == first.written == len(story.published()) - 1  # the marker aside


def test_a_template_alone_renders_all_and_converts_nothing(story: Story) -> None:
    first = report(some(story))
    story.write("templates/base.html", '{% extends "theme/base.html" %}{% block footer %}new{% endblock %}')
    again = report(story)
    assert (again.read, again.converted, again.planned) == (0, 0, "everything")
    pages = [path for path in story.published() if path.endswith(".html")]
    assert len(pages) <= again.rendered <= first.rendered
    same_as_clean(story)


def test_a_head_alone_converts_nothing(story: Story) -> None:
    some(story)
    age(story)
    report(story)
    story.article("report-3", "Body 3.", date="2024-04-10", tags=["Iraq"], summary="Said anew.")
    again = report(story)
    assert (again.read, again.converted, again.planned) == (1, 0, "changes")
    assert again.written
    same_as_clean(story)


def test_another_engine_converts_everything_once(story: Story) -> None:
    pytest.importorskip("pyromark")
    report(some(story))
    story.site(markdown={"engine": "commonmark"})
    assert report(story).converted == 6
    assert report(story).planned == "nothing"
    same_as_clean(story)


def test_where_nothing_changed_no_file_is_read_and_nothing_is_planned(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    some(story)
    age(story)
    report(story)
    read: list[object] = []
    for name in ("read", "digest_of", "digest_or_none"):
        monkeypatch.setattr(f"newsgen.disk.{name}", lambda *given: read.append(given))
    again = report(story)
    assert (again.documents, again.read, again.converted, again.rendered, again.written) == (6, 0, 0, 0, 0)
    assert again.planned == "nothing"
    assert read == []


def test_where_nothing_changed_nothing_heavy_is_imported(story: Story) -> None:
    some(story).built()
    script = (
        "import json, sys\nfrom newsgen.cli import main\nmain(sys.argv[1:], standalone_mode=False)\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    # A moment without an offset of its own would be read by dateutil; that of the clock is not read at all.
    clock = {"SOURCE_DATE_EPOCH": str(int(WHEN.timestamp())), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", script, "build", "--site", str(story.root)],
        env=clock,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ", 0 written," in done.stdout
    assert not set(HEAVY) & set(json.loads(done.stdout.splitlines()[-1]))


def put(story: Story, one: int, body: str = "Text.", **fields: Any) -> None:
    """Write one of an archive's articles: two appear every four days, and each tag, section and author has four."""
    of = one // 4
    given = {"date": (date(2023, 1, 2) + timedelta(4 * (one // 2))).isoformat(), "summary": "Said."}
    given |= {"tags": [f"Tag {of}"], "section": f"Section {of}", "author": f"Author {of}"} | fields
    story.article(f"report-{one}", body, **given)


@pytest.fixture
def short_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists so short that those of a small archive are full, as those of a large one are."""
    monkeypatch.setattr("newsgen.features.feeds.NEWEST", 3)
    monkeypatch.setattr("newsgen.features.listings.NEWEST", 3)
    monkeypatch.setattr("newsgen.features.listings.LONGEST_LIST", 10)
    monkeypatch.setattr("newsgen.features.timeline.LONGEST_LIST", 10)
    monkeypatch.setattr("newsgen.features.events.LONGEST_LIST", 10)
    monkeypatch.setattr("newsgen.features.events.MOST_BESIDE", 5)
    monkeypatch.setattr("newsgen.features.data.MOST_ROWS", 20)


@pytest.mark.usefixtures("short_lists")
def test_what_a_change_costs_does_not_grow_with_the_archive(tmp_path: Path) -> None:
    costs: dict[str, list[tuple[int, ...]]] = {}
    asked: dict[str, list[int]] = {}
    for number in (40, 160):
        story = Story(tmp_path / f"site-{number}").site(home_articles=5)
        for one in range(number):
            put(story, one)
        age(story)
        first = report(story)
        assert first.queries <= MOST_QUERIES * first.rendered
        middle = number // 2
        noon = f"{date(2023, 1, 2) + timedelta(4 * (middle // 2))}T12:00Z"
        done = {}
        for name, body, fields in (
            ("a body", "Other.", {}),
            ("a title", "Other.", {"title": "Another title"}),
            ("a time", "Other.", {"title": "Another title", "date": noon}),
            ("a tag", "Other.", {"title": "Another title", "date": noon, "tags": ["Tag 1"]}),
        ):
            put(story, middle, body, **fields)
            done[name] = report(story)
        terms = {"tags": ["Tag 1", "Tag 2"], "section": "Section 1", "author": "Author 1"}
        day = date(2023, 1, 2) + timedelta(4 * (number // 2 - 1))
        story.article("new", date=f"{day}T23:00Z", **terms)
        done["a new one"] = report(story)
        story.remove("content/articles/new.md")
        done["one gone"] = report(story)
        assert {name: one.planned for name, one in done.items() if one.planned != "changes"} == {}
        of_data = 2  # the month of the articles that it is in, as CSV and JSON Lines
        relatives = 2 * 4  # the other articles of its two tags
        of_a_term = 2 + 2 * 3  # its page and that of the year, and what is newest and the open archive in three formats
        assert done["a new one"].written <= 18 + 4 * of_a_term + of_data + relatives
        assert table_difference(story) == set()
        for name, one in done.items():
            costs.setdefault(name, []).append((one.read, one.converted, one.rendered, one.written))
            asked.setdefault(name, []).append(one.queries)
    assert {name: both for name, both in costs.items() if both[0] != both[1]} == {}
    # A few more or less, as the answers that some pages share are at hand or not.
    assert {name: both for name, both in asked.items() if max(both) > 1.05 * min(both)} == {}


@pytest.mark.parametrize(
    "name", sorted(FEATURES.keys() - {"looks", "icons", "robots"})
)  # which depend on settings alone
def test_a_feature_that_says_too_little_of_what_a_change_touches_is_found_out(
    story: Story, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    alternates = ["markdown", "ninjs"] if name == "alternates" else []
    story.site(search=name == "search", alternates=alternates, social_cards=name == "social")
    story.write("content/articles/map.png", drawn(400, 4))
    story.article("alpha", "![a map](map.png)", tags=["Iraq"], location="Mosul")  # so that no part joins the menu
    story.article("beta", date="2024-07-18")
    story.built()
    monkeypatch.setitem(FEATURES, name, replace(FEATURES[name], affected=nothing_affected))
    story.write("content/articles/map.png", drawn(440, 4, "navy"))
    story.article(
        "gamma",
        date="2024-11-30",
        tags=["Iraq"],
        events=[{"name": "Talks", "when": "2024-07", "place": "Baghdad"}],
        corrections=[{"date": "2024-12-01", "text": "A wrong day."}],
    )
    assert report(story).planned == "changes"
    assert table_difference(story) != set()


# --- what is in the way of following ---


def test_a_failing_build_in_between_loses_no_change(story: Story) -> None:
    some(story).built()
    story.article("report-1", "Edited while the template was broken.", date="2024-02-10", tags=["Peace"])
    story.write("templates/article.html", "{{ nonsense.here }}")
    assert story.build().code == 1
    story.remove("templates/article.html")
    story.article("report-2", "---", date="2024-03-10")
    story.write("content/articles/bad.md", "---\ntitle: [\n---\n")
    for _ in range(2):
        done = story.build()
        assert done.code == 1 and "content/articles/bad.md" in done.err
    story.remove("content/articles/bad.md")
    assert report(story).planned in ("changes", "everything")
    same_as_clean(story)
    assert table_difference(story) == set()


def test_addresses_that_were_refused_to_vanish_are_refused_again_and_may_come_back(story: Story) -> None:
    for number in range(30):
        story.article(f"report-{number}", tags=["Iraq"])
    story.built()
    texts = {file: file.read_bytes() for file in (story.root / "content/articles").glob("report-1*.md")}
    texts |= {file: file.read_bytes() for file in (story.root / "content/articles").glob("report-2*.md")}
    for file in texts:
        file.unlink()
    for _ in range(2):
        assert "--allow-delete" in story.build().err
    for file, text in texts.items():
        file.write_bytes(text)
    again = report(story)
    assert (again.converted, again.written, again.deleted) == (len(texts), 0, 0)


def test_two_outputs_follow_the_same_changes_each_in_its_time(story: Story, tmp_path: Path) -> None:
    other = tmp_path / "other"
    some(story)
    for output in (story.public, other):
        report(story, output=output)
    story.article("report-1", "Edited once.", date="2024-02-10", tags=["Peace"])
    assert report(story).planned == "changes"
    story.article("report-1", "Edited twice.", date="2024-02-11")
    story.article("report-9", date="2024-02-11")
    assert report(story, output=other).planned == "changes"
    assert report(story).planned == "changes"
    assert tree(other) == story.published()
    same_as_clean(story)


def test_drafts_in_one_output_stay_out_of_the_other(story: Story, tmp_path: Path) -> None:
    some(story)
    story.article("secret", draft=True, tags=["Hidden"])
    report(story)
    before = story.published()
    report(story, output=tmp_path / "preview", drafts=True)
    again = report(story)
    assert (again.read, again.rendered, again.written, again.planned) == (0, 0, 0, "changes")
    assert story.published() == before
    assert "2024/07/17/secret/index.html" in tree(tmp_path / "preview")


def test_a_load_that_was_ended_goes_on_where_it_was(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    some(story)
    monkeypatch.setattr("newsgen.load.executor_for", lambda *_: Here(2))
    for number in range(6):
        story.article(f"deep-{number}/report", f"Deep {number}.", date=f"2023-0{1 + number}-10")

    def ended(stage: str, done: int, total: int) -> None:
        if done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(Request(site=story.root, output=story.public, now=WHEN, jobs=1), ended)
    rest = report(story)
    assert 0 < rest.read < rest.documents and rest.converted <= rest.read
    same_as_clean(story)


def test_time_may_go_forward_and_back(story: Story) -> None:
    some(story)
    story.article("later", embargo="2024-12-24", tags=["Iraq"])
    story.article("former", expires="2024-11-01", tags=["Iraq"])
    for now in (NOW, "2025-01-01", "2024-10-01"):
        story.built("--now", now)
        same_as_clean(story, "--now", now)
        assert ", 0 written," in story.built("--now", now).out


def test_an_edit_of_one_of_many_reports_of_a_disputed_event_leaves_the_others_alone(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tell(number: int, when: str = "2003-03-20", **fields: Any) -> None:
        events = [{"name": "War", "when": when, "id": "war", "role": "background"}]
        story.article(f"report-{number}", date=f"2024-07-{number + 1:02}", summary="Said.", events=events, **fields)

    for number in range(20):
        tell(number, "2003-03-21" if number == 7 else "2003-03-20")
    story.built()
    asked: list[str] = []
    pages = FEATURES["articles"].pages

    def counted(planning: Any, path: str) -> Any:
        asked.append(path)
        return pages(planning, path)

    monkeypatch.setitem(FEATURES, "articles", replace(FEATURES["articles"], pages=counted))
    tell(15, title="Another title")
    assert report(story).planned == "changes"
    assert len(set(asked)) <= 3  # it and those beside it
    asked.clear()
    tell(7, "2003-03-22")  # all say who disagrees with them
    assert report(story).planned == "changes"
    assert len(set(asked)) == 20
    assert table_difference(story) == set()
    same_as_clean(story)


def test_an_edit_of_one_of_very_many_events_of_an_article_asks_once_for_what_is_around_them(story: Story) -> None:
    def tell(number: int, first: str) -> int:
        names = [first, *(f"Event {one}" for one in range(1, number))]
        events = [{"name": name, "when": f"2024-07-{one % 28 + 1:02}"} for one, name in enumerate(names)]
        story.article("alpha", tags=["Iraq", "Drones"], thread="War", summary="Said.", events=events)
        yielded = 0
        affected = FEATURES["events"].affected

        def counted(planning: Any, change: Any) -> Any:
            nonlocal yielded
            for subject in affected(planning, change):
                yielded += 1
                yield subject

        with pytest.MonkeyPatch.context() as patched:
            patched.setitem(FEATURES, "events", replace(FEATURES["events"], affected=counted))
            report(story)
        return yielded

    tell(50, "Raid")
    few = tell(50, "War")
    tell(90, "Raid")
    assert tell(90, "War") <= few
