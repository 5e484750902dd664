"""The command line: help, exit codes, new sites, new articles, and the server of what was built."""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import sys
import threading
from email.message import Message
from pathlib import Path

import frontmatter
import pytest
import yaml

from newsgen.serve import make_server

from .conftest import NOW, Story

HEAVY = {"jinja2", "markdown", "nh3", "feedgen", "lxml", "yaml", "frontmatter", "sqlite3", "dateutil"}


def newsgen(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "newsgen", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=os.environ | environment, check=False)


def test_help_names_every_command_and_imports_nothing_heavy() -> None:
    script = (
        "import sys; from newsgen.cli import main\ntry: main(['--help'])\nfinally: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    for command in ("init", "new", "build", "serve"):
        assert f"\n  {command} " in done.stdout
    assert not HEAVY & set(done.stderr.split())


def test_version_and_module() -> None:
    assert newsgen("--version").stdout.startswith("newsgen 0.")


@pytest.mark.parametrize("arguments", [["nonsense"], ["build", "--nonsense"], ["build", "--now", "soon"], ["new"]])
def test_wrong_usage_ends_with_two(arguments: list[str]) -> None:
    done = newsgen(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_no_site_is_named(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "gone"):
        done = newsgen("build", "--site", str(folder))
        assert done.returncode == 1
        assert "newsgen init" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("options", [[], ["--theme"]])
def test_init_makes_a_site_that_builds_at_once_without_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    done = Story(tmp_path).run("init", "my-archive", *options)
    assert done.code == 0, done.err
    site = tmp_path / "my-archive"
    monkeypatch.chdir(site)
    done = Story(site).run("build", "--strict")
    assert done.code == 0, done.err
    assert done.err == ""
    assert (site / "public/index.html").exists()
    assert (site / ".github/workflows/publish.yml").exists()
    assert (site / "templates/base.html").exists() == bool(options)
    monkeypatch.chdir(tmp_path)
    again = Story(tmp_path).run("init", "my-archive")
    assert again.code == 1 and "already" in again.err


@pytest.mark.parametrize("whose", ["of a new site", "our own"])
def test_the_recipe_keeps_the_state_and_the_output_together_between_builds(tmp_path: Path, whose: str) -> None:
    site = Path(__file__).parent.parent
    if whose == "of a new site":
        site = tmp_path / "my-archive"
        assert Story(tmp_path).run("init", str(site)).code == 0
    path = site / ".github/workflows/publish.yml"
    if not path.exists():
        pytest.skip("our own recipe is in the source tree only")
    steps = yaml.safe_load(path.read_text())["jobs"]["publish"]["steps"]
    at = next(number for number, step in enumerate(steps) if step.get("uses", "").startswith("actions/cache@"))
    cache = steps[at]["with"]
    assert cache["path"].split() == [".newsgen", "public"]
    assert "github.sha" in cache["key"] and cache["key"].startswith(cache["restore-keys"])
    assert at < next(number for number, step in enumerate(steps) if "build" in step.get("run", ""))


def test_init_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine")
    done = newsgen("init", ".", cwd=tmp_path)
    assert done.returncode == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [".gitignore"]


@pytest.mark.parametrize("name", ["it's: a #test", "日本", "[x]", "---"])
def test_init_takes_any_folder_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert Story(tmp_path).run("init", name if not name.startswith("-") else f"./{name}").code == 0
    monkeypatch.chdir(tmp_path / name)
    assert Story(tmp_path).run("build", "--strict").code == 0


def test_new_writes_an_article_where_it_belongs(story: Story) -> None:
    story.site(timezone="Asia/Baghdad")
    title = 'Two drones: "fired" at #base – yes'
    options = ["--date", "2024-07-17", "--location", "Anbar, Iraq", "--tag", "Iraq", "--tag", "US-led: coalition"]
    done = story.run("new", title, "--site", str(story.root), *options, "--author", "Ada", "--section", "World")
    assert done.code == 0, done.text
    path = Path(done.out.strip())
    assert path == story.root / "content/articles/2024/2024-07-17-two-drones-fired-at-base-yes.md"
    head = frontmatter.load(str(path)).metadata
    assert head["title"] == title
    assert str(head["date"]) == "2024-07-17"
    assert head["tags"] == ["Iraq", "US-led: coalition"]
    assert head["id"].startswith("urn:uuid:")
    story.built("--strict")
    assert story.feed("/feed/atom.xml").entries[0].id == head["id"]
    again = story.run("new", title, "--site", str(story.root), *options)
    assert again.code == 1 and "exists already" in again.err


def test_new_opens_the_editor_when_asked(story: Story, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho "Edited." >> "$1"\n')
    editor.chmod(0o755)
    done = newsgen("new", "Alpha", "--date", "2024-07-17T09:30+03:00", "--edit", cwd=story.root, EDITOR=str(editor))
    assert done.returncode == 0, done.stderr
    written = (story.root / "content/articles/2024/2024-07-17-alpha.md").read_text()
    assert "Edited." in written and "2024-07-17T06:30+00:00" in written


def test_new_refuses_a_title_without_letters(story: Story) -> None:
    done = story.run("new", "!!!", "--site", str(story.root))
    assert done.code == 1 and "file name" in done.err


def test_a_draft_made_by_new_is_withheld(story: Story) -> None:
    story.run("new", "Alpha", "--draft", "--site", str(story.root), "--date", "2024-07-17")
    assert "1 withheld (1 draft)" in story.built().out


def test_the_last_line_says_what_was_done(story: Story) -> None:
    story.article("alpha")
    done = newsgen("build", "--now", NOW, cwd=story.root)
    assert done.returncode == 0
    last = done.stdout.splitlines()[-1]
    for word in ("Built in", "1 read", "written", "left as they were", "0 deleted", "0 withheld"):
        assert word in last, last
    assert done.stderr == ""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Story:
    story = Story(tmp_path_factory.mktemp("built") / "site").site(base_url="https://example.org/news/")
    story.article("alpha")
    story.built()
    return story


@pytest.fixture(scope="module")
def server(built: Story):  # type: ignore[no-untyped-def]
    story = built
    running = make_server(story.public, "/news/", 0)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield running.server_address[1]
    running.shutdown()
    running.server_close()


def ask(port: int, path: str, host: str | None = None) -> tuple[int, bytes, Message]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.putrequest("GET", path, skip_host=host is not None)
    if host is not None:
        connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body, answer.headers


def test_serve_honours_the_path_of_base_url(server: int) -> None:
    assert ask(server, "/news/")[0] == 200
    assert ask(server, "/news/2024/07/17/alpha/")[0] == 200
    status, _, headers = ask(server, "/news/2024/07/17/alpha")
    assert status == 302 and headers["Location"] == "/news/2024/07/17/alpha/"
    assert ask(server, "/")[2]["Location"] == "/news/"
    status, body, _ = ask(server, "/news/nothing-here")
    assert status == 404 and b"<html" in body


def test_serve_answers_only_to_the_names_of_this_machine(server: int) -> None:
    assert ask(server, "/news/", f"localhost:{server}")[0] == 200
    for host in ("evil.example", f"evil.example:{server}", "", "localhost.evil.example"):
        assert ask(server, "/news/", host)[0] == 421, host


@pytest.mark.parametrize(
    "path",
    [
        "/news/../content/site.yaml",
        "/news/%2e%2e/content/site.yaml",
        "/news/..%2fcontent/site.yaml",
        "/news/..%5ccontent/site.yaml",
        "//etc/passwd",
        "/news//etc/passwd",
        "/news/leak/hostname",
        "/news/%00",
        "/news/.newsgen-output",
        "/news/%ff",
    ],
)
def test_serve_never_leaves_its_folder(server: int, built: Story, path: str) -> None:
    if not (built.public / "leak").is_symlink():
        (built.public / "leak").symlink_to("/etc")
    status, body, _ = ask(server, path)
    assert status in (400, 404), path
    assert b"title: The Record" not in body and b"root:" not in body


def test_serve_redirects_only_within_the_site(server: int) -> None:
    for path in ("//evil.example/..", "/news//evil.example", "//evil.example/%2f.."):
        status, _, headers = ask(server, path)
        assert not headers.get("Location", "/").startswith("//"), path
        assert status != 200


def test_serve_without_a_build_says_what_to_do(story: Story) -> None:
    done = story.run("serve", "--built", "--site", str(story.root))
    assert done.code == 1 and "newsgen build" in done.err


def test_no_command_contacts_a_host(tmp_path: Path) -> None:
    """The interpreter itself is asked: every process of these commands ends where a socket looks for another host."""
    hook = """
import os, socket, sys

def _refuse(event, arguments):
    if event == "socket.connect" and arguments[0].family == socket.AF_UNIX:
        return  # a file of this machine, by which processes of one build speak
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "urllib.Request"):
        os.write(2, f"{event} {arguments}".encode())
        os._exit(99)

sys.addaudithook(_refuse)
"""
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook/sitecustomize.py").write_text(hook)
    refused = {"PYTHONPATH": str(tmp_path / "hook")}
    script = "import socket; socket.create_connection(('127.0.0.1', 9))"
    tried = subprocess.run([sys.executable, "-c", script], env=os.environ | refused, capture_output=True, check=False)
    assert tried.returncode == 99
    site = tmp_path / "site"
    for folder in ("content", "static", "templates"):
        shutil.copytree(Path(__file__).parent.parent / folder, site / folder)
    for command in ("check", "build"):
        done = newsgen(command, "--site", str(site), **refused)
        assert done.returncode == 0, done.stderr
    assert (site / "public/data/index.html").is_file()
