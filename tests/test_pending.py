"""What is not published is listed, and the next moment at which the site must be built is told, without a build."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import NOW, Run, Story, tree

LATER = "2025-01-15T00:00:00Z"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """An archive that was never built."""
    story = Story(tmp_path_factory.mktemp("pending") / "site").site()
    story.article("shown", embargo="2024-07-18")
    story.article("draft", draft=True)
    story.article("both", draft=True, embargo="2025-02-01")
    story.article("embargoed", embargo="2025-01-15")
    story.article("gone", expires="2024-08-01")
    story.article("leaving", expires="2025-03-01T12:00+03:00")
    story.article("taken-back", withdrawn={"date": "2024-09-01"})
    story.article("guess", events=[{"name": "A raid", "when": "2024-07", "proposed": True}])
    story.article("faulty", date="soon")
    story.write("content/pages/about.md", "---\ntitle: About\ndraft: true\n---\nText.\n")
    yield story


def ask(story: Story, *arguments: str, now: str = NOW) -> Run:
    return story.run(*arguments, "--site", str(story.root), "--now", now, "--jobs", "1")


def rows(story: Story, kind: str, now: str = NOW) -> list[tuple[str, ...]]:
    done = ask(story, "list", kind, now=now)
    assert done.code == 0, done.text
    found = [tuple(line.split("\t")) for line in done.out.splitlines()]
    assert all(len(one) == 3 for one in found)
    return [(Path(path).stem, date, reason) for path, date, reason in found]


def test_each_list_has_its_files_with_date_and_reason(desk: Story) -> None:
    both = "draft, embargo until 2025-02-01T00:00:00Z"
    day = "2024-07-17"
    assert rows(desk, "drafts") == [("both", day, both), ("draft", day, "draft"), ("about", "-", "draft")]
    assert rows(desk, "embargoed") == [("both", day, both), ("embargoed", day, f"embargo until {LATER}")]
    assert rows(desk, "expired") == [("gone", day, "expired 2024-08-01T00:00:00Z")]
    ((name, date, reason),) = rows(desk, "proposed")
    assert (name, date) == ("guess", day) and "A raid" in reason and "line 5" in reason
    withheld = {name for name, *_ in rows(desk, "withheld")}
    assert withheld == {"draft", "both", "embargoed", "gone", "taken-back", "about"}


def test_programs_get_json(desk: Story) -> None:
    listed = json.loads(ask(desk, "list", "drafts", "--format", "json").out)
    assert [one["path"] for one in listed] == [
        "content/articles/both.md",
        "content/articles/draft.md",
        "content/pages/about.md",
    ]
    assert [one["date"] for one in listed] == ["2024-07-17", "2024-07-17", None]
    assert json.loads(ask(desk, "list", "embargoed", "--format", "json", now="2026-01-01T00:00Z").out) == []


def test_the_next_moment_is_told_with_its_reason(desk: Story) -> None:
    assert ask(desk, "next-due").out == f"{LATER}\n"
    due = json.loads(ask(desk, "next-due", "--format", "json").out)
    assert due == {
        "due": LATER,
        "reasons": [{"path": "content/articles/embargoed.md", "what": "its embargo ends"}],
    }
    due = json.loads(ask(desk, "next-due", "--format", "json", now="2025-02-10T00:00Z").out)
    assert due["due"] == "2025-03-01T09:00:00Z"
    assert due["reasons"] == [{"path": "content/articles/leaving.md", "what": "it expires"}]


def test_where_nothing_is_to_come_the_answer_is_never(story: Story) -> None:
    story.article("alpha")
    done = ask(story, "next-due")
    assert (done.code, done.out) == (0, "never\n")
    assert json.loads(ask(story, "next-due", "--format", "json").out) == {"due": None, "reasons": []}


def test_nothing_is_published_and_the_next_build_has_nothing_more_to_do(story: Story) -> None:
    story.article("alpha")
    assert ask(story, "list", "drafts").code == 0 and not story.public.exists()
    story.built()
    before = tree(story.public)
    story.article("beta", draft=True)
    assert [name for name, *_ in rows(story, "drafts")] == ["beta"]
    assert tree(story.public) == before
    assert " 0 written," in story.built().out
    assert tree(story.public) == before


def test_settings_that_can_not_be_read_are_told_and_wrong_kinds_are_refused(story: Story) -> None:
    assert ask(story, "list", "everything").code == 2
    story.write("content/site.yaml", "title: [\n")
    for command in (("list", "drafts"), ("next-due",)):
        done = ask(story, *command)
        assert done.code == 1 and "content/site.yaml:" in done.err and not done.out


def test_lines_hold_no_control_characters(story: Story) -> None:
    story.article("a\x1b[31mb", draft=True)
    done = ask(story, "list", "drafts")
    assert done.code == 0 and len(done.out.splitlines()) == 1 and "\x1b" not in done.out
