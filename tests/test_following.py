"""What a build does again and what it leaves out, after edits that once led it astray."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from newsgen import database, disk
from newsgen.build import build
from newsgen.errors import Fault
from newsgen.orders import Report, Request

from .conftest import Run, Story
from .test_incremental import same_as_clean, tables

WHEN = datetime(2024, 12, 1, 12, tzinfo=UTC)


def report(story: Story, **options: Any) -> Report:
    """Build, and give what the build counted."""
    given = {"output": story.public, "now": WHEN, "jobs": 1} | options
    return build(Request(site=story.root, **given))


def clean(story: Story, folder: Path, *options: str) -> Run:
    """Build the same content elsewhere, from nothing."""
    copy = Story(folder / "clean")
    ignored = shutil.ignore_patterns("public", ".newsgen")
    shutil.copytree(story.root, copy.root, symlinks=True, ignore=ignored)
    return copy.build(*options)


def table_difference(story: Story) -> set[str]:
    """The paths that are published otherwise than a plan of everything would have it."""
    found, wanted = tables(story)
    return {path for path in found.keys() | wanted.keys() if found.get(path) != wanted.get(path)}


def test_more_changes_than_are_noted_are_followed_time_and_again(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsgen.filing.MOST_NOTED", 3)
    for number in range(6):
        story.article(f"report-{number}")
    story.built()
    for number in range(4):
        story.article(f"report-{number}", "One by one.")
        story.built()
    for number in range(6):
        story.article(f"report-{number}", "All at once.")
    story.built()
    same_as_clean(story)


def test_a_term_whose_oldest_articles_leave_it_together_gets_the_name_of_the_next(story: Story) -> None:
    story.article("first", tags=["IRAQ"], date="2024-01-01")
    story.article("second", tags=["iraq"], date="2024-01-02")
    story.article("third", tags=["Iraq"], date="2024-01-03")
    story.built()
    assert story.page("/tags/iraq/").xpath("string(//h1)").strip().endswith("IRAQ")
    story.article("second", date="2024-01-02")
    story.article("first", date="2024-01-01")
    story.built()
    assert story.page("/tags/iraq/").xpath("string(//h1)").strip().endswith("Iraq")
    same_as_clean(story)


def test_a_menu_without_a_page_that_was_left_out_gets_it_back(story: Story) -> None:
    story.article("alpha")
    story.write("content/pages/about.md", "---\ntitle: About\nmenu: 1\n---\n[x](../articles/beta.md)\n")
    story.article("beta")
    story.built()
    story.write("content/articles/beta.md", "---\ntitle: [\n---\n")
    assert story.build("--keep-going").code == 3
    assert "About" not in story.text("/404.html")
    story.article("beta")
    story.built()
    assert "About" in story.text("/404.html")
    same_as_clean(story)


@pytest.mark.parametrize("folder", ["static/sub", "static", "templates"])
def test_a_folder_of_the_theme_that_is_gone_is_forgotten(story: Story, folder: str) -> None:
    story.article("alpha")
    story.write("static/sub/a.txt", "x")
    story.write("templates/home.html", '{% extends "theme/home.html" %}')
    story.built()
    shutil.rmtree(story.root / folder)
    story.built()
    assert report(story).planned == "nothing"


def test_a_fault_that_comes_into_a_folder_of_the_theme_is_told(story: Story, tmp_path: Path) -> None:
    story.article("alpha")
    story.write("static/a.txt", "x")
    story.built()
    for link in ("static/evil", "content/tags.yaml"):
        (story.root / link).symlink_to("/etc/hostname")
        for _ in range(2):
            done = story.build()
            assert done.code == 1
            assert f"{link}:1:1: this is a link that leads out of its folder" in done.err
        story.remove(link)
        story.built()


def test_a_file_that_could_not_be_read_once_is_read_again(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    story.article("alpha")
    story.built()
    story.article("alpha", "Other.")
    with monkeypatch.context() as patched:
        wrong = [Fault("content/articles/alpha.md", 1, 1, "the file can't be read: so", "Correct its permissions.")]
        patched.setattr(disk, "read", lambda path, shown: (b"", wrong))
        assert story.build().code == 1
    story.article("alpha")  # as it was when it was last read
    story.built()
    same_as_clean(story)


def test_a_folder_named_like_a_page_in_capitals_is_a_clash_that_is_told(story: Story) -> None:
    story.article("alpha")
    story.write("static/INDEX.HTML/a.txt", "x")
    done = story.build()
    assert done.code == 1
    assert "static/INDEX.HTML/a.txt:1:1: the address /INDEX.HTML/a.txt is taken by the front page" in done.err


def test_a_warning_moves_with_its_line(story: Story) -> None:
    text = "title: A\ndate: 2024-07-17\n---\n[x](/nowhere/)\n"
    story.write("content/articles/alpha.md", f"---\n{text}")
    assert "alpha.md:5:5: warning: nothing is published at /nowhere/" in story.built().err
    story.write("content/articles/alpha.md", f"---\n# a remark\n{text}")
    assert "alpha.md:6:5: warning: nothing is published at /nowhere/" in story.built().err


def test_a_conversion_that_somebody_altered_is_not_used(story: Story) -> None:
    story.article("alpha", "Honest words.")
    story.built()
    with sqlite3.connect(story.root / ".newsgen/archive.sqlite") as archive:
        archive.execute("UPDATE bodies SET rest = replace(rest, 'Honest', 'Wicked')")
    story.article("alpha", "Honest words.", title="A new title")
    story.built()
    assert not [path for path, content in story.published().items() if b"Wicked" in content]
    same_as_clean(story)


def test_conversions_of_files_that_went_with_the_archive_s_old_version_are_forgotten(story: Story) -> None:
    for number in range(4):
        story.article(f"report-{number}")
    story.built()
    with sqlite3.connect(story.root / ".newsgen/archive.sqlite") as archive:
        archive.execute("ALTER TABLE links ADD COLUMN more")
    story.remove("content/articles/report-3.md")
    after = report(story)
    assert (after.read, after.converted) == (3, 0)
    with sqlite3.connect(story.root / ".newsgen/archive.sqlite") as archive:
        assert archive.execute("SELECT count(*) FROM bodies").fetchone() == (3,)


def test_settings_that_can_not_be_read_cost_no_conversion(story: Story) -> None:
    story.site(trusted_html=True, timezone="Asia/Tokyo")
    for number in range(4):
        story.article(f"report-{number}")
    assert report(story).converted == 4
    story.write("content/site.yaml", "title: [\n")
    assert story.build().code == 1
    story.site(trusted_html=True, timezone="Asia/Tokyo")
    after = report(story)
    assert (after.read, after.converted, after.written) == (0, 0, 0)


@pytest.mark.parametrize("name", ["archive.sqlite", "ledger-*.sqlite"])
def test_damage_that_the_file_system_does_not_show_costs_time_only(story: Story, name: str) -> None:
    for number in range(30):
        story.article(f"report-{number}", f"Text {number}. " * 300)
    story.built()
    file = next((story.root / ".newsgen").glob(name))
    data = bytearray(file.read_bytes())
    for at in range(3 * 4096, len(data), 4096):
        data[at : at + 200] = b"\xff" * 200
    file.write_bytes(data)
    database._note(file).write_text(f'"{database._status(file)}"')
    story.article("report-0", "Edited.")
    story.built()
    same_as_clean(story)


def test_a_folder_cleaned_of_all_but_other_people_s_files_can_be_built_into_again(story: Story) -> None:
    story.article("alpha")
    story.built()
    story.write("public/CNAME", "example.org")
    done = story.run("clean", "--site", str(story.root), "--published")
    assert done.code == 0 and "published files" in done.out
    assert sorted(story.published()) == [".newsgen-output", "CNAME"]
    story.built()
    story.remove("public/CNAME")
    story.run("clean", "--site", str(story.root), "--published")
    assert not story.published()


def test_one_article_with_many_events_may_outgrow_a_page_at_once(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsgen.features.events.LONGEST_LIST", 3)
    story.article("alpha", events=[{"name": "One", "when": "2024-01-01"}, {"name": "Two", "when": "2024-02-01"}])
    story.built()
    more = [{"name": f"Event {number}", "when": f"2024-03-0{number}"} for number in range(1, 5)]
    story.article("beta", events=more)
    assert report(story).planned == "changes"
    assert (story.public / "timeline/events/2024/01/index.html").exists()
    assert table_difference(story) == set()
    same_as_clean(story)


def test_a_place_that_is_known_for_an_event_alone_has_its_feeds(story: Story) -> None:
    story.article("alpha", location="Bern")  # without any place before, the menu would be another one
    story.built()
    background = {"name": "Talks", "when": "2024", "place": "Geneva", "role": "background"}
    story.article("alpha", location="Bern", events=[background])
    assert report(story).planned == "changes"
    assert (story.public / "places/geneva/atom.xml").exists()
    assert table_difference(story) == set()
    same_as_clean(story)


def test_a_place_counts_what_is_told_of_those_that_other_articles_say_lie_in_it(story: Story) -> None:
    story.article("alpha", location="Rutba, Iraq", date="2024-07-01")
    story.article("beta", location="Baghdad, Iraq")
    story.built()
    story.article("gamma", location="Rutba-Iraq")
    assert report(story).planned == "changes"
    assert "2 reports" in story.page("/places/iraq/").xpath("string(//a[@href='/places/rutba-iraq/']/..)")
    assert table_difference(story) == set()
    same_as_clean(story)


def test_the_places_and_sources_of_events_go_by_their_names_of_today_on_the_page_of_the_article(story: Story) -> None:
    event = {"name": "Talks", "when": "2024", "place": "ain", "role": "background", "sources": ["wire"]}
    story.article("alpha", events=[event], sources=["wire"])
    for name in ("Ain", "Ain al-Assad"):
        story.write("content/places.yaml", f"ain: {name}\n")
        story.built()
        told = story.page("/2024/07/17/alpha/").xpath("string(//section[@class='told'])")
        assert name in " ".join(told.split())
        same_as_clean(story)


def test_a_register_that_takes_names_over_leaves_nothing_filed_under_them(story: Story) -> None:
    registers = ["{}", "ch: {name: Switzerland, aliases: [Geneva, Basel, Bern]}", "geneva: {name: Geneva}"]
    for number, place in enumerate(["Geneva", "Basel", "Bern", "Geneva"]):
        story.article(f"report-{number}", location=place, date=f"2024-07-0{number + 1}")
    for number in (0, 1, 0, 2, 1, 0):
        story.write("content/places.yaml", registers[number])
        story.built("--allow-delete")
        with sqlite3.connect(story.root / ".newsgen/archive.sqlite") as archive:
            for table in ("filed", "tallies"):
                left = f"SELECT * FROM {table} WHERE term NOT IN (SELECT term FROM vocabulary)"  # noqa: S608 - our own names
                assert archive.execute(left).fetchall() == []
        same_as_clean(story)
