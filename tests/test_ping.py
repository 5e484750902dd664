"""A hub is told of the feeds that changed, and of no other, whatever happens meanwhile."""

from __future__ import annotations

import json
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from newsgen import pinging
from newsgen.hubs import TRIES, Answer, Hub

from .conftest import Run, Story, tree

Headers = dict[str, str]
Answering = Callable[[str], tuple[int, Headers, bytes]]


def welcome(_: str) -> tuple[int, Headers, bytes]:
    return 204, {}, b""


class LocalHub:
    """A hub on this machine that notes what it is told, and answers as a test would have it."""

    def __init__(self) -> None:
        hub = self
        self.answering: Answering = welcome
        self.forms: list[dict[str, list[str]]] = []
        self.connections: set[tuple[str, int]] = set()
        self.heads: list[Headers] = []
        self.targets: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), strict_parsing=True)
                hub.forms.append(form)
                hub.connections.add(self.client_address)
                hub.heads.append({name.lower(): value for name, value in self.headers.items()})
                hub.targets.append(self.path)
                status, headers, body = hub.answering(form["hub.url"][0])
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(body))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign] # who is cut off may say nothing
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def hear(self) -> list[str]:
        """Give the feeds that it was told of since this was last asked."""
        heard = [form["hub.url"][0] for form in self.forms]
        self.forms.clear()
        return heard

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def opened() -> Iterator[LocalHub]:
    local = LocalHub()
    yield local
    local.close()


@pytest.fixture
def hub(opened: LocalHub, monkeypatch: pytest.MonkeyPatch) -> LocalHub:
    for name in ("http_proxy", "https_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    opened.answering = welcome
    for heard in (opened.forms, opened.connections, opened.heads, opened.targets):
        heard.clear()
    return opened


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, opened: LocalHub) -> Story:
    """A small archive with the local hub in its settings, as it was built once, to copy."""
    story = Story(tmp_path_factory.mktemp("ping") / "site").site(feeds={"hub": opened.url})
    story.article("talks", tags=["talks", "Irak"], authors=["A. Reporter"])
    story.article("trade", tags=["trade"])
    story.built()
    return story


@pytest.fixture
def desk(built: Story, tmp_path: Path, hub: LocalHub) -> Story:
    """That archive."""
    shutil.copytree(built.root, tmp_path / "site", symlinks=True)
    return Story(tmp_path / "site")


def ping(story: Story, *options: str) -> Run:
    return story.run("ping", "--site", str(story.root), *options)


def told(story: Story, hub: LocalHub, *options: str) -> list[str]:
    """Ping, insist that it went well, and give what the hub heard."""
    done = ping(story, *options)
    assert done.code == 0, done.text
    return hub.hear()


def feeds(story: Story) -> set[str]:
    """What can be subscribed to: not the documents of the archives."""
    names = ("rss.xml", "atom.xml", "feed.json")
    found = [path for path in tree(story.public) if path.rpartition("/")[2] in names and "/archive/" not in path]
    return {f"https://example.org/{path}" for path in found}


def notes(story: Story) -> list[Path]:
    return sorted((story.root / ".newsgen").glob("told-*"))


def test_the_first_ping_tells_of_all_feeds_and_the_second_of_none(desk: Story, hub: LocalHub) -> None:
    published = desk.stats()
    heard = told(desk, hub)
    assert sorted(heard) == sorted(feeds(desk)) and len(heard) >= 10
    assert heard[0].startswith("https://example.org/feed/")  # what most subscribe to
    assert len(hub.connections) == 1
    assert told(desk, hub) == []
    assert desk.stats() == published
    assert "0 written" in desk.built().out and told(desk, hub) == []


def test_what_is_sent_is_what_hubs_take(desk: Story, hub: LocalHub) -> None:
    assert ping(desk).code == 0
    for form in hub.forms:
        assert form == {"hub.mode": ["publish"], "hub.url": form["hub.topic"], "hub.topic": form["hub.url"]}
    assert {one["content-type"] for one in hub.heads} == {"application/x-www-form-urlencoded"}
    assert all(one["user-agent"].startswith("newsgen/") for one in hub.heads)


def test_an_edit_is_told_of_to_those_who_follow_its_terms(desk: Story, hub: LocalHub) -> None:
    told(desk, hub)
    desk.article("trade", "Another text.", tags=["trade"])
    desk.built()
    heard = told(desk, hub)
    assert {one.rpartition("/")[0] for one in heard} >= {"https://example.org/feed", "https://example.org/tags/trade"}
    assert not [one for one in heard if "irak" in one or "talks" in one or "reporter" in one]
    assert told(desk, hub) == []


def test_a_feed_that_is_gone_is_not_told_of_and_one_that_is_back_is(desk: Story, hub: LocalHub) -> None:
    told(desk, hub)
    assert not [note for note in notes(desk) if b"trade" in note.read_bytes()]  # for nothing must stay of it
    kept = (desk.root / "content/articles/trade.md").read_bytes()
    desk.remove("content/articles/trade.md")
    desk.built()
    assert not [one for one in told(desk, hub) if "/trade/" in one]
    desk.write("content/articles/trade.md", kept)
    desk.built()
    assert [one for one in told(desk, hub) if "/tags/trade/" in one]


def test_addresses_are_those_of_the_feeds_themselves(desk: Story, hub: LocalHub) -> None:
    desk.site(
        base_url="https://example.org/n%C3%A9ws/", feeds={"hub": hub.url + "publish/é?key=a b".replace(" ", "%20")}
    )
    desk.article("elections", tags=["انتخابات"])
    desk.built()
    heard = told(desk, hub)
    own = desk.feed("/tags/انتخابات/rss.xml").feed
    assert next(link.href for link in own.links if link.rel == "self") in heard
    assert set(hub.targets) == {"/publish/%C3%A9?key=a%20b"}
    assert "key" not in ping(desk, "--all").text


def test_a_feed_that_the_hub_does_not_take_is_told_again_next_time(desk: Story, hub: LocalHub) -> None:
    odd = "https://example.org/tags/trade/rss.xml"
    hub.answering = lambda url: (500, {"Retry-After": "0"}, b"") if url == odd else (202, {}, b"Accepted")
    done = ping(desk)
    assert done.code == 1
    assert f"{odd}: 500 Internal Server Error\n" in done.err and "1 failed" in done.err
    heard = hub.hear()
    assert heard.count(odd) == TRIES and set(heard) == feeds(desk)
    hub.answering = lambda url: (400, {"Content-Type": "text/plain"}, b"no such\n\x1b[31mtopic")
    done = ping(desk)
    assert done.code == 1 and hub.hear() == [odd]  # what is wrong with a request is not mended by another
    assert f"{odd}: 400 Bad Request: no such \\x1b[31mtopic\n" in done.err
    hub.answering = welcome
    assert told(desk, hub) == [odd]
    assert told(desk, hub) == []


def test_a_hub_that_is_busy_is_asked_again_and_one_that_is_down_is_left_alone(desk: Story, hub: LocalHub) -> None:
    busy = iter([429, 503])
    hub.answering = lambda _: (next(busy, 200), {"Retry-After": "0"}, b"")
    assert len(told(desk, hub)) == len(feeds(desk)) + 2
    hub.answering = lambda _: (503, {"Retry-After": "0"}, b"")
    done = ping(desk, "--all", "--format", "json")
    assert done.code == 1 and len(hub.hear()) == pinging.MOST_IN_VAIN * TRIES
    result = json.loads(done.out)
    assert len(result["failed"]) == pinging.MOST_IN_VAIN and result["failed"][0]["status"] == 503
    assert len(result["failed"]) + len(result["untried"]) == len(feeds(desk)) and result["told"] == []
    hub.answering = lambda _: (503, {"Retry-After": "86400"}, b"")
    done = ping(desk, "--all")
    assert done.code == 1 and len(hub.hear()) == 1 and "86,400 s" in done.err


def test_nothing_is_followed_to_another_place(desk: Story, hub: LocalHub) -> None:
    hub.answering = lambda _: (308, {"Location": "https://elsewhere.example/\r"}, b"")
    done = ping(desk)
    assert done.code == 1 and len(hub.hear()) == 1
    assert "308" in done.err and "https://elsewhere.example/" in done.err and "not tried" in done.err


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_dry_run_tells_nobody_and_notes_nothing(desk: Story, hub: LocalHub, form: str) -> None:
    done = ping(desk, "--dry-run", "--format", form)
    assert done.code == 0 and hub.hear() == [] and notes(desk) == []
    listed = json.loads(done.out)["told"] if form == "json" else done.out.splitlines()[:-1]
    assert sorted(listed) == sorted(feeds(desk))
    told(desk, hub)
    assert "Would tell" in ping(desk, "--dry-run").out and json.loads(
        ping(desk, "--dry-run", "--format", "json").out
    ) == {
        "hub": hub.url,
        "dry_run": True,
        "told": [],
        "failed": [],
        "untried": [],
        "unchanged": len(feeds(desk)),
    }


def test_all_tells_of_all(desk: Story, hub: LocalHub) -> None:
    told(desk, hub)
    assert sorted(told(desk, hub, "--all")) == sorted(feeds(desk))
    assert told(desk, hub) == []


def test_a_ping_that_is_interrupted_neither_forgets_nor_repeats(desk: Story, hub: LocalHub) -> None:
    class Interrupted(Hub):
        number = 0

        def tell(self, feed: str) -> Answer:
            self.number += 1
            if self.number == 4:
                raise KeyboardInterrupt
            return super().tell(feed)

    with pytest.raises(KeyboardInterrupt):
        pinging.ping(pinging.Asked(desk.root, desk.public), lambda *_: None, Interrupted)
    first = hub.hear()
    assert len(first) == 3
    (note,) = notes(desk)
    note.write_bytes(note.read_bytes()[:-5])  # as a machine leaves it that lost its power
    rest = told(desk, hub)
    assert set(rest) == feeds(desk) - set(first[:2])
    assert told(desk, hub) == []


DAMAGED = (b"", b"\xff\x00 nonsense", b"[" * 100_000, b"null\n[1, 2]\n{}\n", b'["feed/rss.xml", "00"]\n')


def test_what_was_noted_may_be_damaged_or_deleted(desk: Story, hub: LocalHub) -> None:
    told(desk, hub)
    (note,) = notes(desk)
    for damage in DAMAGED:
        note.write_bytes(damage)
        assert sorted(told(desk, hub)) == sorted(feeds(desk))
        assert told(desk, hub) == []
    note.unlink()
    note.symlink_to(desk.root / "content/site.yaml")
    assert sorted(told(desk, hub)) == sorted(feeds(desk))
    assert b"title" in (desk.root / "content/site.yaml").read_bytes() and not note.is_symlink()
    shutil.rmtree(desk.root / ".newsgen")
    assert "newsgen build" in ping(desk).err and hub.hear() == []
    desk.built()
    assert sorted(told(desk, hub)) == sorted(feeds(desk))


def test_another_hub_and_another_output_have_notes_of_their_own(desk: Story, hub: LocalHub, tmp_path: Path) -> None:
    told(desk, hub)
    other = LocalHub()
    try:
        desk.site(feeds={"hub": other.url})
        desk.built()
        assert sorted(told(desk, other)) == sorted(feeds(desk))
    finally:
        other.close()
    desk.site(feeds={"hub": hub.url})
    desk.built()
    elsewhere = str(tmp_path / "elsewhere")
    desk.built("--output", elsewhere)
    assert told(desk, hub) == []
    assert sorted(told(desk, hub, "--output", elsewhere)) == sorted(feeds(desk))
    assert len(notes(desk)) == 3


def test_without_notes_what_was_deployed_before_says_what_changed(desk: Story, hub: LocalHub, tmp_path: Path) -> None:
    before = tmp_path / "before"
    shutil.copytree(desk.public, before)
    desk.article("trade", "Another text.", tags=["trade"])
    desk.built()
    changed = sorted(
        f"https://example.org/{path}"
        for path, content in tree(desk.public).items()
        if f"https://example.org/{path}" in feeds(desk) and tree(before).get(path) != content
    )
    hub.answering = lambda url: (400, {}, b"") if url == changed[0] else (204, {}, b"")
    assert ping(desk, "--since", str(before)).code == 1
    assert sorted(hub.hear()) == changed and 0 < len(changed) < len(feeds(desk))
    hub.answering = welcome
    assert told(desk, hub, "--since", str(desk.root / "content")) == changed[:1]  # what is noted goes before
    refused = ping(desk, "--since", str(desk.public))
    assert refused.code == 1 and "--since" in refused.err
    assert ping(desk, "--since", str(before / "gone")).code == 2


def test_what_is_no_whole_output_is_told_to_nobody(desk: Story, hub: LocalHub) -> None:
    feed = desk.public / "feed/rss.xml"
    kept = feed.read_bytes()
    feed.write_bytes(b"altered")
    assert "feed/rss.xml" in ping(desk).err
    feed.unlink()
    assert ping(desk).code == 1
    feed.write_bytes(kept)
    (desk.public / ".newsgen-stage").mkdir()
    assert "not come to its end" in ping(desk).err
    shutil.rmtree(desk.public)
    done = ping(desk)
    assert done.code == 1 and "holds no built archive" in done.err and not desk.public.exists()
    assert hub.hear() == []


def test_settings_that_name_no_hub_or_a_wrong_one_are_refused(desk: Story, hub: LocalHub) -> None:
    desk.site()
    assert "hub:" in ping(desk).err and ping(desk).code == 1
    desk.site(base_url="http://localhost:8000/", feeds={"hub": "https://hub.example/"})
    assert "base_url" in ping(desk).err
    desk.site(feeds={"hub": "https://me:secret@hub.example/"})
    done = ping(desk)
    assert done.code == 1 and "site.yaml:" in done.err and "secret" not in done.text
    desk.site(feeds={"hub": "ftp://hub.example/"})
    assert ping(desk).code == 1
    assert hub.hear() == []


def test_a_base_url_of_this_machine_is_good_for_a_hub_of_this_machine(desk: Story, hub: LocalHub) -> None:
    desk.site(base_url="http://localhost:8000/", feeds={"hub": hub.url})
    desk.built()
    assert "http://localhost:8000/feed/rss.xml" in told(desk, hub)


def test_two_pings_do_not_run_at_once_and_a_build_need_not_wait(desk: Story, hub: LocalHub) -> None:
    met: list[Run] = []

    class Meanwhile(Hub):
        def tell(self, feed: str) -> Answer:
            if not met:
                met.extend((desk.build(), ping(desk)))
            return super().tell(feed)

    assert pinging.ping(pinging.Asked(desk.root, desk.public), lambda *_: None, Meanwhile).is_well
    assert sorted(hub.hear()) == sorted(feeds(desk))
    assert met[0].code == 0
    assert met[1].code == 1 and "another newsgen ping" in met[1].err


# --- a hub that is no good ---

FEED = "https://example.org/feed/rss.xml"


def test_pauses_grow_and_those_that_the_hub_asks_for_are_kept(hub: LocalHub) -> None:
    waited: list[float] = []
    hub.answering = lambda _: (500, {}, b"")
    opened = Hub(hub.url, waited.append)
    assert opened.tell(FEED).status == 500 and waited == [1.0, 2.0]
    hub.answering = lambda _: (429, {"Retry-After": "7"}, b"")
    assert opened.tell(FEED).is_passing and waited[2:] == [7.0, 7.0]
    for nonsense in ("soon", "-1", "²", "9" * 5000, "Fri, 99 Nov 2026 12:00:00 GMT"):
        hub.answering = lambda _, given=nonsense: (429, {"Retry-After": given.encode().decode("latin-1")}, b"")
        answer = opened.tell(FEED)
        assert not answer.is_well and (answer.is_over or waited[-2:] == [1.0, 2.0])
    hub.answering = lambda _: (503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, b"")
    opened.tell(FEED)
    assert waited[-2:] == [0.0, 0.0]
    opened.close()


def test_an_answer_of_any_size_is_read_in_part(hub: LocalHub) -> None:
    opened = Hub(hub.url)
    for size in (64 * 1024, 64 * 1024 + 1, 3_000_000):
        hub.answering = lambda _, size=size: (200, {}, b"x" * size)
        assert opened.tell(FEED).is_well
    hub.answering = lambda _: (400, {"Content-Type": "text/plain"}, b"x " * 1000)
    assert len(str(opened.tell(FEED))) < 250
    opened.close()


@contextmanager
def raw(*pieces: bytes, forever: bytes = b"") -> Iterator[str]:
    """A server that writes the next of some pieces to each who connects, and closes; or one that never ends."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for piece in pieces:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(piece)
                    try:
                        while forever:
                            connection.sendall(forever)
                            threading.Event().wait(0.02)
                    except OSError:
                        pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


def test_a_connection_that_the_hub_has_closed_is_opened_anew_without_a_pause(hub: LocalHub) -> None:
    kept = b"HTTP/1.1 204 No Content\r\n\r\n"  # which says that it is kept, and is closed
    with raw(kept, kept) as url:
        opened = Hub(url, wait=lambda _: pytest.fail("it was waited for"))
        assert opened.tell(FEED).is_well and opened.tell(FEED).is_well
        opened.close()


@pytest.mark.parametrize("piece", [b"", b"\x00" * 100, b"HTTP/1.1 2"])
def test_what_is_no_answer_is_a_failure(piece: bytes) -> None:
    with raw(*[piece] * TRIES) as url:
        with closing(Hub(url, lambda _: None)) as opened:
            answer = opened.tell(FEED)
        assert answer.status is None and answer.is_passing and str(answer).startswith("no answer")


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "])
def test_an_answer_that_never_ends_is_cut_off(start: bytes) -> None:
    with raw(*[start] * TRIES, forever=b"x") as url:
        with closing(Hub(url, lambda _: None, longest=0.1)) as opened:
            answer = opened.tell(FEED)
        assert answer.status is None and str(answer) == "no answer in time"


def test_a_hub_that_nobody_runs_is_told_about_in_a_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    answer = Hub(f"http://127.0.0.1:{port}/", lambda _: None).tell(FEED)
    assert str(answer) == "no answer: Connection refused"


def test_proxies_of_the_environment_are_used(hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", hub.url.replace("//", "//me:se%40cret@"))
    away = Hub("http://hub.example/publish?a=b")
    assert away.tell(FEED).is_well
    away.close()
    assert hub.targets == ["http://hub.example/publish?a=b"]
    assert hub.heads[0]["proxy-authorization"] == "Basic bWU6c2VAY3JldA=="
    assert hub.heads[0]["host"] == "hub.example"
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    near = Hub(hub.url)
    assert near.tell(FEED).is_well and hub.targets[-1] == "/" and "proxy-authorization" not in hub.heads[-1]
    near.close()
    monkeypatch.setenv("https_proxy", hub.url)
    answer = Hub("https://hub.example/", lambda _: None).tell(FEED)  # which this hub gives no tunnel to
    assert answer.status is None and "501" in str(answer)
    monkeypatch.setenv("https_proxy", "socks5://me:secret@127.0.0.1")
    answer = Hub("https://hub.example/").tell(FEED)
    assert answer.is_over and "secret" not in str(answer)
