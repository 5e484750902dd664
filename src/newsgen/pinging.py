"""Tell the hub that a site names (WebSub) of the feeds that changed since it was last told.

What counts is what is published in an output folder, as the last build left it: nothing is built, and what a hub has
taken is noted beside the ledger of that folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from newsgen import database, disk, publish
from newsgen.build import again_if_damaged, alone
from newsgen.errors import FAULT, Faulty, Refused
from newsgen.hubs import Answer, Hub
from newsgen.ledger import Ledger
from newsgen.load import read_site
from newsgen.model import digest
from newsgen.site import Site
from newsgen.subscribing import FORMATS
from newsgen.urls import encode, why_not_an_address

MOST_IN_VAIN = 3
"""How many feeds one after another may find the hub busy or out of reach before the rest is left for another time."""

KIND = "feed"
"""The kind of page that is subscribed to; archive documents (RFC 5005) are of another."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: the site, its output, and of which feeds to tell. ``since`` is a folder that holds the output
    as it was deployed before; ``everything`` tells of feeds that have not changed too, and ``dry_run`` tells nobody."""

    site: Path
    output: Path
    since: Path | None = None
    everything: bool = False
    dry_run: bool = False


@dataclass(slots=True)
class Pinged:
    """What came of it: the hub, without what may be secret in its address; the feeds that it was told of, or would be;
    those that it was asked in vain to take, each with why; those that were not tried any more; how many have not
    changed. ``is_first`` says that nothing was known of what this hub had been told."""

    hub: str
    told: list[str] = field(default_factory=list)
    failed: list[tuple[str, Answer]] = field(default_factory=list)
    untried: list[str] = field(default_factory=list)
    unchanged: int = 0
    is_first: bool = False

    @property
    def is_well(self) -> bool:
        """Whether the hub knows of everything that it was to be told of."""
        return not self.failed and not self.untried


Tell = Callable[[str, Answer], None]
"""Told of each feed of which the hub was told, with its answer."""


def ping(asked: Asked, tell: Tell, hub_at: Callable[[str], Hub] = Hub) -> Pinged:
    """Tell the hub. Raises Refused where there is none, or no whole output to tell it of, and Faulty where the settings
    can't be read. A hub that does not answer is no error: it is in what is given."""
    root = disk.site_root(asked.site)
    site, wrong = read_site(root)
    if any(one.severity == FAULT for one in wrong):
        raise Faulty(wrong)
    hub = _hub_of(site)
    output = publish.check_output(asked.output, root)
    if asked.since is not None and asked.since.resolve() == output:
        raise Refused(f"--since {asked.since} is the output itself", "Name a copy of what was deployed before.")
    if not (output / publish.MARKER).is_file():
        raise Refused(f"{asked.output} holds no built archive", "Build and deploy it first: newsgen build")
    with alone(root):
        name, feeds = again_if_damaged(root, lambda: _published(site, output, asked.output))
    with _alone_telling(site.state), closing(Told(site.state / f"told-{name}-{digest(hub).hex()[:8]}.jsonl")) as noted:
        pinged = Pinged(_shown(hub), is_first=noted.is_empty)
        before = noted.of(feeds) if asked.since is None else _since(asked.since, feeds) | noted.of(feeds)
        changed = [path for path in feeds if asked.everything or before.get(path) != feeds[path]]
        pinged.unchanged = len(feeds) - len(changed)
        _insist_as_built(changed, feeds, output)
        if asked.dry_run:
            pinged.told = [_url(site, path) for path in changed]
            return pinged
        noted.begin(before)
        with closing(hub_at(hub)) as opened:
            _tell_all(opened, {path: feeds[path] for path in changed}, site, noted, pinged, tell)
    return pinged


def _tell_all(hub: Hub, changed: dict[str, str], site: Site, noted: Told, pinged: Pinged, tell: Tell) -> None:
    in_vain = 0
    waiting = list(changed)
    while waiting:
        path = waiting.pop(0)
        url = _url(site, path)
        answer = hub.tell(url)
        if answer.is_well:
            noted.add(path, changed[path])
            pinged.told.append(url)
        else:
            pinged.failed.append((url, answer))
        tell(url, answer)
        in_vain = in_vain + 1 if answer.is_passing else 0
        if answer.is_over or in_vain == MOST_IN_VAIN:
            pinged.untried = [_url(site, one) for one in waiting]
            return


def _hub_of(site: Site) -> str:
    hub = site.feeds.hub
    if hub is None:
        raise Refused("site.yaml names no hub", "Name one as hub: below feeds:, or leave newsgen ping out.")
    if _is_this_machine(site.base_url) and not _is_this_machine(hub):
        what = f"the hub can't read feeds at {site.base_url}, which each machine takes for itself"
        raise Refused(what, "Set base_url to the address at which the archive is published.")
    return hub


def _is_this_machine(url: str) -> bool:
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    try:
        number = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return number.is_loopback or number.is_unspecified


def _shown(hub: str) -> str:
    """Give the address of a hub without its query, in which it may have a key."""
    return urlsplit(hub)._replace(query="", fragment="").geturl()


def _url(site: Site, path: str) -> str:
    return site.base_url + encode(path)


def _published(site: Site, output: Path, shown: Path) -> tuple[str, dict[str, str]]:
    """Give the name of an output's ledger, and the feeds that are published there, each with the digest of its bytes:
    those of the site and its languages first. Raises Refused where no build of it has come to its end."""
    with closing(Ledger(site.state, output, site.root)) as ledger:
        if ledger.is_new:
            raise Refused(f"nothing is known of a build of {shown}", "Build it here: newsgen build")
        if ledger.is_unfinished() or not publish.is_claimed(output):
            raise Refused(
                f"the last build of {shown} has not come to its end", "Build again, deploy that, and ping then."
            )
        files = {one.file for one in FORMATS.values()}
        found = {
            path: known.hex()
            for path, known in ledger.published_of(KIND).items()
            if path.rpartition("/")[2] in files and why_not_an_address(f"/{path}") is None and isinstance(known, bytes)
        }
    return ledger.path.stem.removeprefix("ledger-"), dict(sorted(found.items(), key=_importance))


def _importance(one: tuple[str, str]) -> tuple[bool, str]:
    return "feed" not in one[0].split("/")[:2], one[0]


def _since(folder: Path, feeds: dict[str, str]) -> dict[str, str]:
    """Give the digests of the feeds as they are in a folder."""
    found = {path: disk.digest_or_none(folder / path) for path in feeds if (folder / path).is_file()}
    return {path: known for path, known in found.items() if known is not None}


def _insist_as_built(paths: list[str], feeds: dict[str, str], output: Path) -> None:
    for path in paths:
        if not (output / path).is_file() or disk.digest_or_none(output / path) != feeds[path]:
            raise Refused(f"{path} in the output is not as it was built", "Build again, deploy that, and ping then.")


@contextmanager
def _alone_telling(state: Path) -> Iterator[None]:
    """Keep others from telling a hub meanwhile; a build need not wait for that. Raises Refused where one does."""
    try:
        held = database.lock(state / "ping-lock")
    except database.Locked as error:
        raise Refused("another newsgen ping of this site is running", "Wait for it to end.") from error
    with closing(held):
        yield


class Told:
    """What a hub has taken: a file with one line of JSON for each feed, digests of its path and of its bytes. No word
    stays in it of what is taken back for good, such as the only article of a tag.

    A line is added when the hub has taken a feed, so that nothing is forgotten however a ping ends. A line that can't
    be read counts for nothing: its feed is told again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._digests: dict[str, str] = {}
        self._read = b""
        if path.is_file() and not path.is_symlink():
            self._read = path.read_bytes()
        for line in self._read.splitlines():
            with suppress(ValueError, RecursionError):
                match json.loads(line):
                    case [str(mark), str(known)]:
                        self._digests[mark] = known

    @property
    def is_empty(self) -> bool:
        """Whether nothing is noted."""
        return not self._digests

    def of(self, feeds: Iterable[str]) -> dict[str, str]:
        """Give the digests that feeds had when the hub took them, by their paths; those that it never took are not
        there."""
        found = {feed: self._digests.get(_mark(feed)) for feed in feeds}
        return {feed: known for feed, known in found.items() if known is not None}

    def begin(self, digests: dict[str, str]) -> None:
        """Make ``digests`` all that is noted, by the paths of feeds, and be ready for more."""
        written = b"".join(_line(feed, known) for feed, known in sorted(digests.items()))
        if written != self._read or not self._path.is_file() or self._path.is_symlink():
            fresh = self._path.with_suffix(".new")
            fresh.unlink(missing_ok=True)
            fresh.write_bytes(written)
            os.replace(fresh, self._path)
        self._file = self._path.open("ab", buffering=0)

    def add(self, feed: str, known: str) -> None:
        """Note, once begun, that the hub has taken a feed."""
        if self._file is not None:
            self._file.write(_line(feed, known))

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def _mark(feed: str) -> str:
    return digest(feed).hex()


def _line(feed: str, known: str) -> bytes:
    return json.dumps([_mark(feed), known]).encode() + b"\n"


# --- how it is written ---


def summary(pinged: Pinged, dry_run: bool) -> str:
    """Give a line about all of it."""
    number = len(pinged.told)
    told = f"{'Would tell' if dry_run else 'Told'} {pinged.hub} of {number:,} {'feed' if number == 1 else 'feeds'}"
    parts = ["nothing was known of what it had been told"] if pinged.is_first else []
    parts.append(f"{pinged.unchanged:,} {'has' if pinged.unchanged == 1 else 'have'} not changed")
    if pinged.failed:
        parts.append(f"{len(pinged.failed):,} failed")
    if pinged.untried:
        parts.append(f"{len(pinged.untried):,} not tried, for they would fare no better")
    again = "" if pinged.is_well else " The next newsgen ping tells it of what it does not know."
    return f"{told}; {', '.join(parts)}.{again}"


def as_json(pinged: Pinged, dry_run: bool) -> str:
    """Give a JSON object, in ASCII: ``hub``, ``dry_run``; ``told`` and ``untried``, lists of URLs; ``failed``, a list
    of objects with ``feed``, ``status`` (null where there was no answer) and ``reason``; ``unchanged``, a number."""
    failed = [{"feed": url, "status": answer.status, "reason": answer.reason} for url, answer in pinged.failed]
    return json.dumps(
        {
            "hub": pinged.hub,
            "dry_run": dry_run,
            "told": pinged.told,
            "failed": failed,
            "untried": pinged.untried,
            "unchanged": pinged.unchanged,
        },
        indent=2,
    )
