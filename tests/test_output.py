"""What a build may write and delete, and what it leaves as it was when it can't go on."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import NOW, Story, tree


@pytest.mark.parametrize(
    "output", ["/", "~", ".", "..", "content", "content/articles/x", "templates", "static", ".git", ".newsgen"]
)
def test_a_folder_that_must_not_be_the_output_is_refused_untouched(
    story: Story, output: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    story.article("alpha")
    story.write("templates/x.txt", "")
    story.write("static/x.txt", "")
    story.write(".git/config", "")
    before = tree(story.root)
    folder = Path(os.path.expanduser(output)) if output in ("/", "~") else story.root / output
    done = story.build("--output", str(folder))
    assert done.code == 1
    assert "can't be the output" in done.err
    assert tree(story.root) == before
    assert not any(home.iterdir())


def test_a_folder_with_foreign_files_is_refused_untouched(story: Story) -> None:
    story.article("alpha")
    story.write("public/thesis.txt", "years of work")
    done = story.build()
    assert done.code == 1
    assert "thesis.txt" in done.err and "newsgen did not make" in done.err
    assert tree(story.public) == {"thesis.txt": b"years of work"}


def test_unknown_files_in_our_output_are_kept_and_listed_until_pruned(story: Story) -> None:
    story.article("alpha")
    story.built()
    story.write("public/CNAME", "example.org")
    done = story.built()
    assert "kept, not ours: CNAME" in done.err
    assert (story.public / "CNAME").read_text() == "example.org"
    done = story.built("--prune")
    assert "deleted, not ours: CNAME" in done.err
    assert not (story.public / "CNAME").exists()
    assert (story.public / "index.html").exists()


def test_a_file_that_is_not_ours_is_never_overwritten(story: Story) -> None:
    story.article("alpha")
    story.built()
    story.write("public/2024/07/17/beta/index.html", "by hand")
    story.article("beta")
    for _ in range(2):
        done = story.build()
        assert done.code == 1
        assert "2024/07/17/beta/index.html" in done.err
        assert story.text("/2024/07/17/beta/") == "by hand"
    assert not story.page("/").xpath("//a[contains(@href, 'beta')]")


def test_orphans_go_with_their_empty_folders(story: Story) -> None:
    story.article("alpha")
    story.article("beta", date="2020-02-02", tags=["Rare"])
    story.built()
    story.remove("content/articles/beta.md")
    done = story.built()
    assert not (story.public / "2020").exists()
    assert not (story.public / "tags/rare").exists()
    assert "/2020/02/02/beta/ is gone" in done.err
    assert "aliases: [/2020/02/02/beta/]" in done.err
    assert "/tags/rare/ is gone" in done.err


def test_a_lost_address_is_a_fault_under_strict_and_an_alias_mends_it(story: Story) -> None:
    story.article("alpha", tags=["Iraq"])
    story.built()
    (story.root / "content/articles/alpha.md").rename(story.root / "content/articles/omega.md")
    before = story.published()
    done = story.build("--strict")
    assert done.code == 1
    assert "aliases: [/2024/07/17/alpha/]" in done.err
    assert story.published() == before
    story.remove("content/articles/omega.md")
    story.article("omega", tags=["Iraq"], aliases=["/2024/07/17/alpha/"])
    story.built("--strict")
    redirect = story.page("/2024/07/17/alpha/")
    assert redirect.xpath("//meta[@http-equiv='refresh']/@content")[0].endswith("/2024/07/17/omega/")


def test_an_unmounted_content_folder_does_not_erase_an_archive(story: Story) -> None:
    for number in range(30):
        story.article(f"report-{number}")
    story.built()
    before = story.published()
    for number in range(1, 30):
        story.remove(f"content/articles/report-{number}.md")
    done = story.build()
    assert done.code == 1
    assert "--allow-delete" in done.err
    assert story.published() == before
    story.built("--allow-delete")
    assert (story.public / "2024/07/17/report-0/index.html").exists()
    assert not (story.public / "2024/07/17/report-1").exists()


def test_a_fault_in_the_last_page_publishes_nothing(story: Story) -> None:
    story.article("alpha", tags=["a"])
    story.built()
    before = story.stats()
    story.article("zulu", tags=["z"])
    story.write(
        "templates/terms.html",
        "{% extends 'theme/terms.html' %}\n{% block footer %}\n{{ nonsense.here }}\n{% endblock %}\n",
    )
    done = story.build()
    assert done.code == 1
    assert "templates/terms.html:3:1: 'nonsense' is undefined (while rendering /" in done.err
    assert story.stats() == before
    assert not (story.public / ".newsgen-stage").exists()


def test_a_link_in_the_output_is_not_followed_out_of_it(story: Story, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    story.article("alpha")
    story.built()
    (story.public / "2031").symlink_to(outside)
    story.article("beta", date="2031-01-01")
    done = story.build()
    assert done.code == 1
    assert "2031" in done.err
    assert not any(outside.iterdir())


def test_a_malicious_ledger_deletes_nothing_outside_the_output(story: Story) -> None:
    story.article("alpha")
    story.built()
    precious = story.write("precious.txt", "mine")
    ledger = next((story.root / ".newsgen").glob("ledger-*.sqlite"))
    with sqlite3.connect(ledger) as database:
        database.execute("INSERT INTO intended VALUES ('../precious.txt')")
        database.execute("INSERT INTO intended VALUES (?)", (str(precious),))
    story.built()
    assert precious.read_text() == "mine"


def test_two_builds_at_once_the_second_says_so_and_ends(story: Story) -> None:
    from newsgen.ledger import Lock

    story.article("alpha")
    story.built()
    before = story.stats()
    lock = Lock(story.root / ".newsgen/lock", "this site")
    done = story.build()
    lock.release()
    assert done.code == 1
    assert "another build" in done.err
    assert story.stats() == before
    story.built()


def command(story: Story) -> list[str]:
    options = ["--site", str(story.root), "--now", NOW, "--jobs", "1"]
    return [sys.executable, "-m", "newsgen", "build", *options]


def test_a_build_killed_at_any_moment_leaves_whole_files_and_the_next_one_repairs(story: Story) -> None:
    for number in range(40):
        story.article(f"report-{number}", "Old text. " * 50, tags=[f"tag {number % 7}"])
    story.built()
    old = story.published()
    for number in range(40):
        story.article(f"report-{number}", "New text. " * 50, tags=[f"tag {number % 5}"])
    story.write("templates/home.html", '{% extends "theme/home.html" %}{% block footer %}new{% endblock %}')
    clean = Story(story.root.parent / "clean")
    clean.root.mkdir()
    for path, content in tree(story.root).items():
        if not path.startswith(("public/", ".newsgen/")):
            clean.write(path, content)
    clean.built("--allow-delete")
    new = clean.published()
    for delay in (0.3, 0.45, 0.55, 0.65, 0.8):
        process = subprocess.Popen([*command(story), "--allow-delete"], stderr=subprocess.PIPE, stdout=subprocess.PIPE)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        for path, content in story.published().items():
            if not path.startswith(".newsgen-stage/"):
                assert content in (old.get(path), new.get(path)), path
    story.built("--allow-delete")
    assert story.published() == new


def test_a_kill_between_renaming_and_recording_leaves_no_orphan(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    story.article("alpha")
    story.built()
    story.article("beta", date="2020-01-01")
    with monkeypatch.context() as patched:
        patched.setattr("newsgen.ledger.Ledger.record", killed)
        with pytest.raises(Killed):
            story.build()
    assert (story.public / "2020/01/01/beta/index.html").exists()
    story.remove("content/articles/beta.md")
    story.built()
    assert not (story.public / "2020").exists()


def limited(limit: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


@pytest.mark.parametrize("limit", [0, 20_000, 60_000, 200_000])
def test_a_full_disk_gets_one_message_and_loses_nothing(story: Story, limit: int) -> None:
    story.article("alpha")
    story.built()
    before = story.stats()
    story.article("beta", "Long text. " * 30_000)
    done = subprocess.run(
        command(story), capture_output=True, text=True, preexec_fn=lambda: limited(limit), check=False
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("newsgen: ")
    assert story.stats() == before
    story.built()
    assert (story.public / "2024/07/17/beta/index.html").exists()


def test_each_output_folder_has_a_ledger_of_its_own(story: Story) -> None:
    story.article("alpha")
    story.built()
    other = story.root.parent / "other"
    story.built("--output", str(other))
    assert tree(other) == story.published()
    story.article("beta")
    story.built()
    story.remove("content/articles/beta.md")
    story.built("--output", str(other))
    assert not (other / "2024/07/17/beta").exists()
    assert (story.public / "2024/07/17/beta").exists()


def test_a_file_may_become_a_folder_and_back(story: Story) -> None:
    story.write("static/given", "a file")
    story.article("alpha")
    story.built()
    story.remove("static/given")
    story.write("static/given/more.txt", "below it")
    story.built()
    assert (story.public / "given/more.txt").read_text() == "below it"
    story.remove("static/given/more.txt")
    (story.root / "static/given").rmdir()
    story.write("static/given", "a file again")
    story.built()
    assert (story.public / "given").read_text() == "a file again"


def test_lost_state_and_then_a_fault_do_not_lock_the_output(story: Story) -> None:
    story.article("alpha")
    story.built()
    for file in (story.root / ".newsgen").iterdir():
        file.unlink()
    story.write("content/articles/bad.md", "---\ntitle: Bad\n---\n")
    assert story.build().code == 1
    story.remove("content/articles/bad.md")
    story.article("alpha", "Edited.")
    story.built()
    assert "Edited." in story.text("/2024/07/17/alpha/")


def test_a_file_put_where_a_failed_build_meant_to_write_is_kept(story: Story) -> None:
    story.article("alpha")
    story.built()
    story.article("beta", url="/own/")
    story.write("templates/404.html", "{{ nonsense }}")
    assert story.build().code == 1
    story.remove("templates/404.html")
    story.remove("content/articles/beta.md")
    story.write("public/own/index.html", "by hand")
    assert "kept, not ours: own/index.html" in story.built().err
    assert (story.public / "own/index.html").read_text() == "by hand"


def test_an_edit_of_the_same_size_and_time_is_seen(story: Story) -> None:
    file = story.article("alpha", "body 1")
    os.utime(file, (1_500_000_000, 1_500_000_000))
    story.built()
    story.built()
    file.write_text(file.read_text().replace("body 1", "BODY 1"))
    os.utime(file, (1_500_000_000, 1_500_000_000))
    story.built()
    assert "BODY 1" in story.text("/2024/07/17/alpha/")


def test_a_pipe_in_the_output_is_replaced_and_not_waited_for(story: Story) -> None:
    story.article("alpha")
    story.built()
    (story.public / "index.html").unlink()
    os.mkfifo(story.public / "index.html")
    story.built()
    assert story.page("/").xpath("//h1")


@pytest.mark.parametrize("name", [".newsgen-output", ".newsgen-stage/a", ".git/config"])
def test_names_that_newsgen_or_git_need_are_refused(story: Story, name: str) -> None:
    story.write(f"static/{name}", "x")
    done = story.build()
    assert done.code == 1
    assert f"static/{name}:1:1:" in done.err


def test_a_name_too_long_for_a_disk_is_a_fault_before_anything_is_touched(story: Story) -> None:
    story.article("alpha")
    story.built()
    before = story.stats()
    story.write(f"static/assets/{'a' * 248}.css", "")
    story.article("alpha", "Edited.")
    done = story.build()
    assert done.code == 1
    assert "longer than 255 bytes" in done.err
    assert story.stats() == before


def test_pruning_leaves_git_and_other_outputs_alone(story: Story) -> None:
    story.article("alpha")
    story.built()
    story.write("public/.git", "gitdir: elsewhere")
    story.built("--output", str(story.public / "sub"))
    story.write("public/foreign.txt", "x")
    story.built("--prune")
    assert (story.public / ".git").exists()
    assert (story.public / "sub/index.html").exists()
    assert not (story.public / "foreign.txt").exists()


def test_a_worker_of_a_killed_build_writes_nothing_into_the_next(story: Story) -> None:
    for number in range(320):
        story.article(f"report-{number}", "Text.")
    process = subprocess.Popen(
        [*command(story)[:-1], "3"], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
    )
    time.sleep(1.2)
    process.send_signal(signal.SIGKILL)
    process.wait()
    story.built()
    first = story.published()
    for state in (story.root / ".newsgen").iterdir():
        state.unlink()
    story.built()
    assert story.published() == first
    assert not [path for path in first if path.startswith(".newsgen-stage")]


def test_an_article_that_expires_leaves_a_strict_archive(story: Story) -> None:
    story.site(strict=True)
    story.article("alpha")
    story.article("beta", date="2024-07-18", tags=["Rare"], expires="2025-01-01")
    story.built("--now", "2024-12-01")
    done = story.built("--now", "2025-06-01")
    assert "no longer published" in story.page("/2024/07/18/beta/").text_content()
    assert "/tags/rare/ is gone" in done.err and "/tags/rare/rss.xml is gone" in done.err


def test_the_empty_folder_of_an_orphan_that_is_gone_already_goes_too(story: Story) -> None:
    story.article("alpha")
    story.article("beta", date="2020-02-02")
    story.built()
    story.remove("content/articles/beta.md")
    (story.public / "2020/02/02/beta/index.html").unlink()
    story.built()
    assert not (story.public / "2020").exists()


def test_a_marker_that_was_cut_short_is_made_whole(story: Story) -> None:
    story.article("alpha")
    story.built()
    whole = (story.public / ".newsgen-output").read_bytes()
    (story.public / ".newsgen-output").write_bytes(b"")
    story.article("beta")
    story.built()
    assert (story.public / ".newsgen-output").read_bytes() == whole
