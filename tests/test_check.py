"""``newsgen check`` finds what a build would refuse, and publishes nothing; what is proposed is counted and omitted."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from newsgen import build as building
from newsgen.findings import Finding
from newsgen.formats import as_github, as_text
from newsgen.orders import Report

from .conftest import NOW, Run, Story, tree
from .test_following import report
from .test_incremental import same_as_clean, tables


def check(story: Story, *options: str) -> Run:
    given = [*options]
    for name, value in (("--now", NOW), ("--jobs", "1")):
        if name not in given:
            given += [name, value]
    return story.run("check", "--site", str(story.root), *given)


def found(story: Story, *options: str) -> list[dict[str, Any]]:
    parsed: list[dict[str, Any]] = json.loads(check(story, "--format", "json", *options).out)
    return parsed


def test_a_site_in_order_is_well(story: Story) -> None:
    story.article("alpha")
    done = check(story)
    assert done.code == 0 and done.err == ""
    assert done.out.startswith("Checked in ") and done.out.count("\n") == 1
    assert done.out.endswith("1 read (1 anew), 0 faults, 0 warnings, 0 notes, 0 proposed.\n")
    assert "1 read (0 anew)" in check(story).out
    assert found(story) == []


def test_a_check_before_the_first_build_touches_nothing_but_the_state(story: Story) -> None:
    story.article("alpha")
    before = tree(story.root)
    check(story)
    assert {path for path in tree(story.root) if not path.startswith(".newsgen/")} == set(before)
    assert not story.public.exists()
    story.built()
    same_as_clean(story)


def faulty(story: Story) -> None:
    """A site with one of everything that a build refuses or warns of."""
    story.article("alpha", "[gone](gone.md) and [nothing](/nowhere/)", aliases=["/taken/"])
    story.article("beta", "Text.", aliases=["/taken/"], foo="x")
    story.article("gamma", date="2031-01-01", id="one")
    story.article("delta", id="one")
    story.article("epsilon", "![x](none.png)", date="yesterday")
    story.write("content/places.yaml", "a: {name: A, within: b}\n")
    story.write("content/tags.yaml", "a: [\n")
    story.write("templates/article.html", "{% extends 'theme/article.html' %}\n{{ site.colour }}\n")
    story.write("templates/home.html", "{% if %}\n")


def test_everything_that_a_build_tells_a_check_tells_too(story: Story) -> None:
    faulty(story)
    checked, built = check(story), story.build()
    assert checked.code == built.code == 1
    told = {line for line in built.err.splitlines() if line.startswith(("content/", "templates/"))}
    assert len(told) >= 9
    assert told <= set(checked.out.splitlines())
    assert {one["path"] for one in found(story)} >= {"content/tags.yaml", "templates/home.html", "content/places.yaml"}


@pytest.mark.parametrize("options", [[], ["--strict"]])
def test_a_check_never_accepts_what_a_build_rejects(story: Story, options: list[str]) -> None:
    faulty(story)
    mends = [
        lambda: story.write("content/tags.yaml", "a: A\n"),
        lambda: story.write("templates/home.html", "{% extends 'theme/home.html' %}\n"),
        lambda: story.write("templates/article.html", "{% extends 'theme/article.html' %}\n"),
        lambda: story.write("content/places.yaml", "a: {name: A}\n"),
        lambda: story.article("epsilon"),
        lambda: story.article("delta"),
        lambda: story.article("beta", aliases=["/other/"], foo="x"),
        lambda: story.article("alpha", "[nothing](/nowhere/)"),
        lambda: story.article("gamma"),
        lambda: story.article("beta"),
        lambda: story.article("alpha"),
    ]
    for mend in mends:
        mend()
        assert check(story, *options).code == story.build(*options).code
    assert story.build(*options).code == 0
    (story.root / "content/articles/beta.md").unlink()
    assert check(story, *options).code == story.build(*options).code == len(options)


def test_broken_settings_are_told_with_the_faults_of_articles(story: Story) -> None:
    story.article("alpha")
    for when in ("before the first build", "after it"):
        story.write("content/site.yaml", "title: x\nbase_url: nowhere\n")
        story.article("beta", date="yesterday", events=[{"name": "E", "when": "2014"}])
        done = check(story)
        assert done.code == 1, when
        assert "content/site.yaml:2:11: 'nowhere' is not" in done.out and "content/articles/beta.md:3:" in done.out
        assert done.out.count("[") == 0  # how much the rules count is not known
        story.remove("content/articles/beta.md")
        story.site().built()


def test_a_filter_that_there_is_not_is_found_without_rendering(story: Story) -> None:
    story.article("alpha")
    story.write(
        "templates/article.html",
        '{% extends "theme/article.html" %}\n{% block footer %}\n{{ 1|nofilter }}{% endblock %}',
    )
    done = check(story)
    assert done.code == 1
    assert "templates/article.html:3:1: " in done.out and "nofilter" in done.out
    assert story.build().code == 1


def test_addresses_that_would_vanish_are_told(story: Story) -> None:
    story.article("alpha", tags=["Iraq"])
    story.article("beta")
    story.built()
    story.remove("content/articles/alpha.md")
    levels = {one["what"].split()[3]: one["severity"] for one in found(story) if "is gone" in one["what"]}
    assert levels["/2024/07/17/alpha/"] == "warning" and levels["/tags/iraq/"] == "note"
    assert check(story).code == 0 and check(story, "--strict").code == 1
    assert check(story, "--strict", "--allow-delete").code == 0
    before = story.published()
    assert before and story.published() == before


def test_a_check_refuses_where_a_build_would(story: Story, tmp_path: Path) -> None:
    for number in range(40):
        story.article(f"a{number}")
    story.built()
    for number in range(1, 40):
        story.remove(f"content/articles/a{number}.md")
    done = check(story, "--format", "json")
    assert done.code == 1 and done.out == "" and "published addresses away" in done.err
    (tmp_path / "other").mkdir()
    (tmp_path / "other/x").write_text("mine")
    done = check(story, "--output", str(tmp_path / "other"))
    assert done.code == 1 and "can't be the output" in done.err
    assert story.run("check", "--site", str(tmp_path / "none")).code == 1


def test_a_check_waits_for_no_build_and_lets_none_in(story: Story) -> None:
    story.article("alpha")
    with building.alone(story.root):
        done = check(story)
    assert done.code == 1 and "another build of this site is running" in done.err


# --- a check leaves no trace in what is built ---


def test_a_check_of_what_is_built_costs_the_next_build_nothing(story: Story) -> None:
    story.article("alpha")
    story.built()
    before = story.stats()
    check(story)
    check(story, "--strict")
    done: Report = report(story)
    assert (done.planned, done.read, done.rendered) == ("nothing", 0, 0)
    assert story.stats() == before


def test_a_build_after_a_check_after_an_edit_follows_the_edit(story: Story) -> None:
    for number in range(1, 6):
        story.article(f"a{number}", date=f"2024-0{number}-10", tags=[f"T{number}"], location="ain")
    story.write("content/places.yaml", "ain: Ain\n")
    story.built()
    edits = [
        lambda: story.article("a1", "Another text.", date="2024-01-10", tags=["T1"]),
        lambda: story.article("a2", date="2024-02-11", tags=["T1", "New"], location="Elsewhere"),
        lambda: story.article("a3", date="2024-03-10", expires="2024-11-01", events=[{"name": "E", "when": "2014"}]),
        lambda: story.remove("content/articles/a4.md"),
        lambda: story.write("content/places.yaml", "ain: Ain al-Assad\n"),
        lambda: story.write("content/tags.yaml", "t1: {name: Tee One}\n"),
        lambda: story.site(title="The Other Record"),
        lambda: story.write("static/new.txt", "x"),
        lambda: story.write(
            "templates/article.html", '{% extends "theme/article.html" %}{% block footer %}x{% endblock %}'
        ),
    ]
    for number, edit in enumerate(edits):
        edit()
        options = (["--drafts"], ["--now", "2024-10-01T00:00Z"], ["--now", "2040-01-01T00:00Z"], [])[number % 4]
        assert check(story, *options).code == 0
        story.built()
        assert report(story).planned == "nothing", number
        same_as_clean(story)
        have, wanted = tables(story)
        assert have == wanted, number


def test_a_build_after_a_check_follows_what_the_check_has_read(story: Story) -> None:
    for number in range(1, 6):
        story.article(f"a{number}", date=f"2024-0{number}-10", summary="Said before.")
    story.built()
    story.article("a3", "Another text.", date="2024-03-10", summary="Said before.")
    check(story)
    done: Report = report(story)
    assert (done.planned, done.converted, done.written) == (
        "changes",
        0,
        7,
    )  # its page, and two documents of the feed in three formats
    same_as_clean(story)


def test_what_a_check_refuses_leaves_the_next_build_as_it_was(story: Story) -> None:
    story.article("alpha")
    story.article("beta")
    story.built()
    before = story.stats()
    story.article("beta", "[gone](gone.md)", date="yesterday")
    assert check(story).code == 1
    story.article("beta")
    assert check(story).code == 0
    story.built()
    assert story.stats() == before
    story.article("beta", "[gone](gone.md)")
    assert check(story).code == story.build().code == 1
    story.article("beta", "Other.")
    story.built()
    same_as_clean(story)
    have, wanted = tables(story)
    assert have == wanted


def test_a_damaged_state_is_made_anew_and_a_touched_ledger_stays_distrusted(story: Story) -> None:
    story.article("alpha")
    story.built()
    for ledger in (story.root / ".newsgen").glob("ledger-*.sqlite"):
        with sqlite3.connect(ledger) as connection:
            connection.execute("UPDATE published SET fingerprint = x'00'")
    archive = story.root / ".newsgen/archive.sqlite"
    archive.write_bytes(b"no database")
    assert check(story).code == 0
    done: Report = report(story)
    assert done.planned == "everything"
    same_as_clean(story)


def test_another_machine_s_state_is_still_verified_by_the_build(story: Story) -> None:
    story.article("alpha")
    story.built()
    with sqlite3.connect(story.root / ".newsgen/archive.sqlite") as archive:
        archive.execute("UPDATE meta SET value = x'00' WHERE key = 'machine'")
    check(story)
    with sqlite3.connect(story.root / ".newsgen/archive.sqlite") as archive:
        assert archive.execute("SELECT value FROM meta WHERE key = 'machine'").fetchone() == (b"\0",)


# --- how findings are written ---


def many(story: Story) -> None:
    for number in range(12):
        story.article(f"a{number:02}", events=[{"name": "One", "when": "2014"}, {"name": "Two", "when": "2015"}])
    story.write("content/pages/about.md", "---\ntitle: About\nfoo: x\n---\nUs. [x](/nowhere/)\n")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_findings_are_told_in_the_order_of_their_places(
    story: Story, jobs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsgen.findings.LEAST_FOR_PROCESSES", 2)
    many(story)
    told = found(story, "--jobs", jobs)
    assert len(told) == 26
    places = [(one["path"], one["line"], one["column"]) for one in told]
    assert places == sorted(places)
    assert {one["rule"] for one in told} == {"event-without-source", "build"}
    assert list(told[0]) == ["path", "line", "column", "severity", "rule", "what", "remedy"]
    lines = check(story, "--jobs", jobs).out.splitlines()
    assert len(lines) == 27
    for line, one in zip(lines, told, strict=False):
        assert line.startswith(f"{one['path']}:{one['line']}:{one['column']}: warning: {one['what']}.")


HOSTILE = "Evil \x1b[31m\u202e%0A::error::, name\u009b"


def test_nothing_that_is_printed_drives_a_terminal_or_a_log(story: Story) -> None:
    story.write("content/places.yaml", "iraq: Iraq\n")
    name = '"Evil \\e[31m\\u202e %0A::error::, name\\nnext\\x9b"'
    text = (
        f"---\ntitle: {name}\ndate: 2024-07-17\nlocation: {name}\nevents: [{{name: {name}, when: 2014}}]\n---\nText.\n"
    )
    story.write("content/articles/a,b%:c.md", text)
    for form in ("text", "json", "github"):
        done = check(story, "--format", form)
        assert done.code == 0
        assert not set(done.text) & {"\x1b", "\u202e", "\x9b", "\r"}, form
    commands = check(story, "--format", "github").out.splitlines()
    assert len(commands) == 2 and all(line.startswith("::warning file=") for line in commands)
    assert all("a%2Cb%25%3Ac.md,line=" in line for line in commands)
    assert all("%250A" in line for line in commands)
    assert {one["path"] for one in found(story)} == {"content/articles/a,b%:c.md"}


def test_commands_name_files_as_they_are_in_the_repository(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    story.article("alpha", events=[{"name": "E", "when": "2014"}])
    monkeypatch.chdir(story.root.parent)
    done = story.run("check", "--site", "site", "--now", NOW, "--format", "github")
    assert done.out.startswith(
        "::warning file=site/content/articles/alpha.md,line=5,col=3::the event 'E' has no source"
    )
    monkeypatch.chdir(story.root)
    assert "file=content/articles/" in story.run("check", "--now", NOW, "--format", "github").out
    assert done.err.startswith("Checked in ")


def test_severities_have_their_words() -> None:
    one = Finding("content/articles/a.md", 2, 3, "it is so", "Mend it.", "fault", "unknown-place")
    assert as_text(one) == "content/articles/a.md:2:3: it is so. Mend it. [unknown-place]"
    assert as_github(one) == "::error file=content/articles/a.md,line=2,col=3::it is so. Mend it. [unknown-place]"
    one = Finding("content/articles/a.md", 2, 3, "it is so", "", "note", "build")
    assert as_text(one) == "content/articles/a.md:2:3: note: it is so."
    assert as_github(one) == "::notice file=content/articles/a.md,line=2,col=3::it is so."


def test_an_unknown_format_is_wrong_usage(story: Story) -> None:
    assert check(story, "--format", "xml").code == 2


# --- what is proposed ---

PROPOSED = """\
---
title: Drones over the base
date: 2024-07-17
location: {name: Guessed Location, proposed: true}
places:
  - {name: Guessed Place, country: Guessland, lat: 1.5, lon: 2.5, proposed: true}
  - Anbar
sources:
  - {name: A guessed source, kind: person, attribution: background, url: 'https://guess.example/', proposed: true}
  - name: A letter
  - name: Another guessed source
    proposed: yes
events:
  - {name: Guessed event, when: 1999-03, place: Guessed Venue, as_written: guessed words, proposed: true}
  - {name: A true event, when: 2014, sources: [1, A letter]}
---

Two drones came.[^source:1] A letter says so.[^source:2] So they say.[^source:1,2,3]
"""


def test_what_is_proposed_is_omitted_everywhere(story: Story) -> None:
    story.write("content/articles/drones.md", PROPOSED)
    story.write("content/sources.yaml", "a-guessed-source: A guessed source\na-letter: A letter\n")
    story.built()
    for path, content in story.published().items():
        text = content.decode("utf-8", "replace").lower()
        for word in ("guess", "1999"):
            assert word not in text and word not in path, (path, word)
    page = story.page("/2024/07/17/drones/")
    assert [one.text for one in page.xpath("//sup[@class='cited']/a")] == ["[2]", "[2]"]
    assert page.xpath("//*[@id='ng:source-2']") and not page.xpath("//*[@id='ng:source-1']")
    assert "A letter" in page.text_content() and "Anbar" in page.text_content()
    confirmed = PROPOSED.replace(", proposed: true", "").replace("    proposed: yes\n", "")
    story.write("content/articles/drones.md", confirmed)
    story.built()
    page = story.page("/2024/07/17/drones/")
    assert [one.text for one in page.xpath("//sup[@class='cited']/a")] == ["[1]", "[2]", "[1]", "[2]", "[3]"]
    assert "Guessed event" in story.text("/2024/07/17/drones/")
    same_as_clean(story)


def test_builds_count_and_name_what_is_proposed_again_and_again(story: Story) -> None:
    story.write("content/articles/drones.md", PROPOSED)
    story.article("draft", draft=True, sources=[{"name": "X", "proposed": True}])
    for _ in range(2):
        done = story.built()
        assert "proposed: content/articles/drones.md (1 event, 2 places, 2 sources)\n" in done.err
        assert "proposed: content/articles/draft.md (1 source)\n" in done.err
        assert done.out.rstrip().endswith(", 1 withheld (1 draft), 6 proposed in 2 files.")
    story.article("draft", draft=True)
    story.write("content/articles/drones.md", PROPOSED.replace(", proposed: true", ""))
    assert story.built().out.rstrip().endswith(", 1 proposed in 1 file.")
    story.remove("content/articles/drones.md")
    done = story.built("--allow-delete")
    assert "proposed" not in done.text


def test_a_check_names_each_proposed_entry_with_its_line(story: Story) -> None:
    story.write("content/articles/drones.md", PROPOSED.replace("2024-07-17\n", "2024-07-17\ndraft: true\n"))
    told = [one for one in found(story) if one["rule"] == "proposed"]
    assert [(one["line"], one["column"]) for one in told] == [(5, 11), (7, 5), (10, 5), (12, 5), (15, 5)]
    assert {one["severity"] for one in told} == {"note"}
    assert told[3]["what"] == "the source 'Another guessed source' is proposed and omitted"
    done = check(story, "--strict")
    assert done.code == 0 and "5 notes, 5 proposed in 1 file." in done.out


def test_a_long_list_of_proposals_is_cut_and_counted(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsgen.stages.MOST_NAMED", 2)
    for number in range(5):
        story.article(f"a{number}", sources=[{"name": "X", "proposed": True}])
    for _ in range(2):
        done = story.built()
        assert done.err.count("proposed: ") == 2
        assert "… and 3 more files with proposed entries" in done.err
        assert "5 proposed in 5 files." in done.out


# --- our own archive ---


def test_our_own_archive_is_in_order(tmp_path: Path) -> None:
    root = Path(__file__).parent.parent
    if not (root / "content").is_dir():
        pytest.skip("our own archive is in the source tree only")
    own = Story(tmp_path / "own")
    for name in ("content", "templates", "static"):
        shutil.copytree(root / name, own.root / name)
    assert not [one for one in found(own, "--strict") if one["severity"] != "note"]
