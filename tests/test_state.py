"""What builds keep in ``.newsgen/``: trusted while nobody touched it, and worth nothing but time when it is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from newsgen import build as building
from newsgen import disk
from newsgen.ledger import Ledger
from newsgen.telling import ProgressBar

from .conftest import Story
from .test_following import report
from .test_incremental import same_as_clean


@pytest.fixture
def four(story: Story) -> Story:
    """A site of four articles, built."""
    for number in range(1, 5):
        story.article(f"report-{number}", f"Body {number}.", date=f"2024-0{number}-10", tags=["Iraq"])
    story.built()
    return story


def archive(story: Story) -> Path:
    return story.root / ".newsgen/archive.sqlite"


def test_on_another_machine_every_file_is_hashed_and_none_is_converted(
    four: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Story(tmp_path / "copy")
    shutil.copytree(four.root, copy.root)
    hashed: set[str] = set()

    def counting(path: str | Path) -> str | None:
        hashed.add(Path(path).name)
        return original(path)

    original = disk.digest_or_none
    monkeypatch.setattr(disk, "digest_or_none", counting)
    there = report(copy)
    assert hashed >= {f"report-{number}.md" for number in range(1, 5)}
    assert (there.converted, there.rendered, there.written, there.deleted) == (0, 0, 0, 0)
    assert copy.published() == four.published()
    assert report(copy).planned == "nothing"


def test_without_its_output_a_state_converts_nothing(four: Story, tmp_path: Path) -> None:
    copy = Story(tmp_path / "copy")
    shutil.copytree(four.root, copy.root, ignore=shutil.ignore_patterns("public"))
    there = report(copy)
    assert (there.converted, there.written) == (0, len(four.published()) - 1)
    assert copy.published() == four.published()


ALTERATIONS = {
    "a trigger": "CREATE TRIGGER evil AFTER INSERT ON documents BEGIN DELETE FROM links; END",
    "a view": "CREATE VIEW evil AS SELECT * FROM documents",
    "another version": "ALTER TABLE documents ADD COLUMN more",
    "other words": "UPDATE documents SET card = replace(card, 'Report', 'Rumour')",
    "other links": "INSERT INTO links VALUES ('content/articles/report-1.md', 'document', 'nowhere.md', '', 1, 1)",
    "one less": "DELETE FROM documents WHERE path LIKE '%report-2.md'",
}


@pytest.mark.parametrize("name", ALTERATIONS)
def test_an_archive_that_somebody_altered_is_read_anew_and_keeps_its_conversions(four: Story, name: str) -> None:
    with closing(sqlite3.connect(archive(four))) as database:
        database.execute(ALTERATIONS[name])
        database.commit()
    after = report(four)
    assert (after.converted, after.written, after.deleted) == (0, 0, 0)
    assert after.read == 4
    with closing(sqlite3.connect(archive(four))) as database:
        assert not database.execute("SELECT name FROM sqlite_master WHERE name = 'evil'").fetchall()
    same_as_clean(four)


@pytest.mark.parametrize("lost", ["*-closed", "archive.sqlite", "*.sqlite", "lock", "*"])
def test_whatever_is_lost_of_the_state_no_byte_changes(four: Story, lost: str) -> None:
    before = four.stats()
    for file in (four.root / ".newsgen").glob(lost):
        file.unlink()
    after = report(four)
    assert (after.written, after.deleted) == (0, 0)
    assert after.converted == (4 if lost in ("archive.sqlite", "*.sqlite", "*") else 0)
    assert four.stats() == before
    assert report(four).planned == "nothing"


@pytest.mark.parametrize("change", ["fingerprint = x'00'", "subject = 'nonsense:x'", "digest = x'00'"])
def test_what_somebody_wrote_into_a_ledger_costs_time_only(four: Story, change: str) -> None:
    before = four.published()
    with closing(sqlite3.connect(next((four.root / ".newsgen").glob("ledger-*.sqlite")))) as database:
        database.execute(f"UPDATE published SET {change} WHERE path = 'index.html'")  # noqa: S608 - our own text
        database.commit()
    (four.public / "index.html").write_text("altered")
    assert report(four).planned == "everything"
    assert four.published() == before
    assert report(four).planned == "nothing"


def test_a_database_that_is_none_costs_time_only(four: Story) -> None:
    for file in (four.root / ".newsgen").glob("*.sqlite"):
        file.write_bytes(b"no database at all")
    after = report(four)
    assert (after.converted, after.written) == (4, 0)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("ledger-*.sqlite", "UPDATE folders SET stats = CAST(x'ff' || CAST(stats AS BLOB) AS TEXT)"),
        ("archive.sqlite", "UPDATE documents SET kind = CAST(x'c641' AS TEXT)"),
        ("archive.sqlite", "UPDATE documents SET meta = CAST(x'ff' AS TEXT)"),
        ("archive.sqlite", "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = CAST(x'43c6' AS TEXT)"),
    ],
)
def test_text_that_is_none_in_a_database_costs_time_only(four: Story, name: str, change: str) -> None:
    before = four.published()
    with closing(sqlite3.connect(next((four.root / ".newsgen").glob(name)))) as database:
        database.executescript(change)
        database.commit()
    report(four)
    assert four.published() == before
    assert report(four).planned == "nothing"


# --- which files are looked at ---


def silent_edit(story: Story, old: str, new: str) -> None:
    """Edit an article so that neither its size nor its time of change shows it."""
    file = story.root / "content/articles/report-1.md"
    status = file.stat()
    file.write_text(file.read_text().replace(old, new))
    os.utime(file, ns=(status.st_mtime_ns, status.st_mtime_ns))


def test_what_the_file_system_does_not_show_is_found_by_verify(four: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "stat_text", lambda status: f"{status.st_size} {status.st_mtime_ns} 0 0")
    file = four.root / "content/articles/report-1.md"
    os.utime(file, (1_500_000_000, 1_500_000_000))
    four.built()
    silent_edit(four, "Body 1.", "BODY 1.")
    assert report(four).planned == "nothing"
    after = report(four, verify=True)
    assert (after.read, after.converted) == (4, 1)
    same_as_clean(four)
    (four.public / "index.html").write_bytes(four.published()["index.html"])
    assert report(four, verify=True).written == 0


def test_a_file_written_as_the_last_build_ran_is_hashed(four: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "stat_text", lambda status: f"{status.st_size} {status.st_mtime_ns} 0 0")
    four.article("report-1", "Body 1.", date="2024-01-10", tags=["Iraq"])
    four.built()
    silent_edit(four, "Body 1.", "BODY 1.")
    assert report(four).converted == 1
    assert "BODY 1." in four.text("/2024/01/10/report-1/")


def test_two_processes_find_the_same_files_altered(four: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, path in enumerate(sorted(four.published())):
        if number % 3 == 0 and path != ".newsgen-output":
            (four.public / path).unlink()
        elif number % 3 == 1 and path != ".newsgen-output":
            (four.public / path).write_text("altered")
    found = []
    for least in (10**9, 1):
        monkeypatch.setattr("newsgen.statuses.LEAST_FOR_TWO", least)
        monkeypatch.setattr("newsgen.forks.processors", lambda: 2)
        with closing(Ledger(four.root.resolve() / ".newsgen", four.public.resolve(), four.root.resolve())) as ledger:
            ledger.find_altered()
            found.append(ledger._connection.execute("SELECT path FROM altered ORDER BY path").fetchall())
    assert found[0] == found[1] != []
    four.built()
    same_as_clean(four)


def test_in_a_large_output_only_the_top_is_looked_through(four: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    four.write("public/tags/deep.txt", "x")
    four.write("public/foreign/deep.txt", "x")
    four.write("public/CNAME", "x")
    assert report(four).unknown == ["CNAME", "foreign/deep.txt", "tags/deep.txt"]
    monkeypatch.setattr(building, "MOST_LOOKED_THROUGH", 1)
    assert report(four).unknown == ["CNAME", "foreign/"]
    assert report(four, verify=True).unknown == ["CNAME", "foreign/deep.txt", "tags/deep.txt"]


# --- clean ---


def test_clean_forgets_what_was_read_and_leaves_what_is_published(four: Story) -> None:
    before = four.stats()
    for name in ("images", "search"):  # which hold something of the content too
        four.write(f".newsgen/{name}/kept", "something")
    done = four.run("clean", "--site", str(four.root))
    assert done.code == 0 and "Forgot what was read of the content" in done.out
    assert not archive(four).exists()
    assert not [name for name in ("images", "search") if (four.root / ".newsgen" / name).exists()]
    after = report(four)
    assert (after.converted, after.written) == (4, 0)
    assert four.stats() == before
    four.run("clean", "--site", str(four.root), "--published")
    assert not four.published()
    assert report(four).written == len(four.published()) - 1


def test_clean_of_a_site_that_was_never_built_says_so(story: Story) -> None:
    done = story.run("clean", "--site", str(story.root))
    assert (done.code, done.out) == (0, "There is nothing to forget.\n")


# --- what a build tells ---


def test_explain_names_the_input_that_changed(four: Story) -> None:
    address = "/2024/02/10/report-2/"

    def line(*options: str) -> list[str]:
        return [one for one in four.built("--explain", address, *options).out.splitlines() if "Built" not in one]

    assert line()[0] == f"{address} (articles:content/articles/report-2.md): not rendered, " + (
        "for none of its inputs has changed."
    )
    four.write("templates/article.html", '{% extends "theme/article.html" %}{% block footer %}x{% endblock %}')
    assert [one.strip() for one in line() if "changed:" in one] == ["changed: its template"]
    four.article("report-3", "Body 3.", title="Another title", date="2024-03-10", tags=["Iraq"])
    told = [one.strip() for one in line() if "changed:" in one]
    assert told == ["changed: neighbours: neighbours(content/articles/report-2.md)"]
    (four.public / "2024/02/10/report-2/index.html").write_text("altered")
    assert "rendered, for its file was missing or altered" in line()[0]
    four.remove("content/articles/report-2.md")
    assert line()[0].endswith("it is deleted, for nothing claims it any more.")
    assert line() == [f"{address}: nothing is published or planned there."]
    four.article("report-2", "Body 2.", date="2024-02-10")
    assert "rendered, for it is new." in line()[0]


def test_profile_tells_stages_counts_templates_files_and_memory(four: Story) -> None:
    four.article("report-1", "Edited.", date="2024-01-10", tags=["Iraq"])
    out = four.built("--profile").out
    for stage in ("looking", "loading", "filing", "planning", "rendering", "publishing"):
        assert f"\n  {stage}" in out
    assert "1 converted" in out and "(changes planned)" in out and " queries." in out
    assert "article.html" in out and "content/articles/report-1.md" in out and "Memory at most" in out
    again = four.built("--profile").out
    assert "Counts: 0 read, 0 converted, 0 rendered (nothing planned), 0 written" in again


@pytest.mark.parametrize("automatic", [True, False])
def test_progress_is_told_on_a_terminal_and_not_in_ci(
    automatic: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CI", raising=False)
    if automatic:
        monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    moments = iter(range(0, 1000, 10))
    monkeypatch.setattr("time.monotonic", lambda: float(next(moments)))
    with ProgressBar() as bar:
        for done in (0, 50, 100):
            bar.update("rendering", done, 100)
    told = capsys.readouterr().err
    assert told == "" if automatic else "rendering" in told and "50 of 100" in told and "left" in told
