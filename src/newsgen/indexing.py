"""Bring the search indexes up to date: those of the spans whose articles have changed, made by Pagefind.

Pagefind is a program of its own. It runs without a shell and without our environment, in a folder of ours that holds
the records of one span and nothing else.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from newsgen.archive import Archive, Change
from newsgen.errors import Refused, printable
from newsgen.forks import processors
from newsgen.model import digest
from newsgen.records import Record, records
from newsgen.shelf import Bundle, Catalogue, Shelf
from newsgen.spans import Span, groups_around, spans

ENGINE = "engine"
"""The name under which is kept what search needs besides the indexes. No span is called so."""
MOST_AT_ONCE = 4
"""How many indexes are made at the same time at most, for each takes memory of its own."""
MOST_SAID = 300
"""How much of what Pagefind said is told where it fails."""
NOT_INSTALLED = (
    "published without search, for Pagefind is not installed: pip install 'newsgen[search]', or write search: false "
    "into content/site.yaml"
)


def find_binary() -> Path | None:
    """Give the program of Pagefind, or None where it is not installed."""
    try:
        import cbor2  # noqa: F401 - what it writes is read with it
        from pagefind_bin import get_executable

        return Path(get_executable()).absolute()
    except (ImportError, OSError):
        return None


class Index:
    """The search indexes of one site, wanted or not. ``program`` is a digest of what makes records."""

    def __init__(self, state: Path, is_wanted: bool, program: bytes) -> None:
        self._shelf = Shelf(state)
        self._binary = find_binary() if is_wanted else None
        self._program = program.hex()
        self._now: Catalogue | None = None
        self.is_missing = is_wanted and self._binary is None
        self.indexed: list[str] = []
        """The names of the spans that were indexed anew."""

    @property
    def key(self) -> str:
        """What is another text where the pages of the search may be others for another reason than an article."""
        return f"search {self._binary is not None}"

    def update(self, archive: Archive, jobs: int | None, progress: Callable[[str, int, int], None]) -> None:
        """Index the spans whose records are others than those that are kept. Raises Refused where Pagefind fails, and
        DamagedArchive."""
        if self._binary is None:
            self._shelf.clear()
            return
        shelf, running = self._shelf, deque[_Run]()
        shelf.open()
        known = shelf.catalogue() or Catalogue()
        if known.state == self._state(archive) and all(map(shelf.has, known.bundles.values())):
            self._now = known
            return
        found = list(spans(archive))
        suspects = self._suspects(archive, known)
        kept = {one.name: known.bundles[one.name] for one in found if one.name in known.bundles}
        work = [one for one in found if one.name not in kept or suspects is None or one.group in suspects]
        work += [one for one in found if one.name in kept and one not in work and not shelf.has(kept[one.name])]
        most = min(MOST_AT_ONCE, jobs or processors())
        try:
            for number, span in enumerate(work):
                progress("indexing", number, len(work))
                run = _Run(shelf.folder, span.name)
                running.append(run)
                mark = run.write(records(archive, span))
                if span.name in kept and kept[span.name].mark == mark and shelf.has(kept[span.name]):
                    running.pop().end()
                    continue
                kept.pop(span.name, None)
                run.start(self._binary)
                if len(running) >= most:
                    self._keep(running, kept)
            while running:
                self._keep(running, kept)
        finally:
            for run in running:
                run.end()
        self._now = Catalogue("", kept)
        self._keep_engine(known)
        shelf.note(self._now)
        shelf.tidy(self._now)

    def settle(self, archive: Archive) -> None:
        """Note that the archive, as it is now, is indexed."""
        state = self._state(archive)
        if self._now is not None and self._now.state != state:
            self._now = replace(self._now, state=state)
            self._shelf.note(self._now)

    def forget_buried(self, archive: Archive) -> None:
        """Forget the indexes that may hold what was taken back for good since they were made: where they are not
        brought up to date, nothing of that may stay in them."""
        known = self._shelf.catalogue()
        if known is None or not known.state:
            self._shelf.clear()
        elif known.state.rpartition(":")[2] != str(archive.burials):
            groups = self._suspects(archive, known)
            left = {
                name: one for name, one in known.bundles.items() if groups is not None and _group(name) not in groups
            }
            self._shelf.note(Catalogue("", left))
            self._shelf.tidy(Catalogue("", left))

    def _state(self, archive: Archive) -> str:
        return f"{self._program}:{archive.state.hex()}:{archive.burials}"

    def _suspects(self, archive: Archive, known: Catalogue) -> set[str] | None:
        """Name the groups of spans whose records may be others than those that are indexed; None for all."""
        program, _, rest = known.state.partition(":")
        if program != self._program:
            return None
        changes = archive.changes_since(bytes.fromhex(rest.partition(":")[0]))
        if changes is None:
            return None
        return {one for day in _days(changes) for one in groups_around(archive, day, len(changes))}

    def _keep(self, running: deque[_Run], kept: dict[str, Bundle]) -> None:
        """Wait for the first of some runs, and keep what it made."""
        run = running.popleft()
        try:
            files, languages = run.result()
            kept[run.name] = self._shelf.put(run.name, run.mark, files, languages)
        finally:
            run.end()
        self._shelf.note(Catalogue("", kept))  # for a build that is ended before all are made
        self.indexed.append(run.name)

    def _keep_engine(self, known: Catalogue) -> None:
        assert self._binary is not None and self._now is not None  # noqa: S101 - there is something to be up to date
        from newsgen.bundles import engine, made_with

        bundles = self._now.bundles
        keys = sorted({key for one in bundles.values() for key in one.languages})
        mark, before = digest(made_with(), *keys).hex(), known.bundles.get(ENGINE)
        if before is not None and before.mark == mark and self._shelf.has(before):
            bundles[ENGINE] = before
            return
        if not keys:
            return
        run = _Run(self._shelf.folder, ENGINE)
        try:
            run.write(Record(key, f"/{key}/", "", _NOTHING.format(key), True) for key in keys)
            run.start(self._binary)
            run.wait()
            bundles[ENGINE] = self._shelf.put(ENGINE, mark, engine(run.found, keys), dict.fromkeys(keys, 0))
        finally:
            run.end()


_NOTHING = '<!doctype html><html lang="{}"><body data-pagefind-body><p>nothing</p></body></html>\n'


def _days(changes: list[Change]) -> Iterable[str]:
    sides = (facts for one in changes for facts in (one.before, one.after))
    return {facts.day for facts in sides if facts is not None and facts.day}


def _group(name: str) -> str:
    return Span(name, name).group


_INDEX = "index.html"


def _path(address: str) -> str:
    """Give the path of the record of an address. Pagefind reads files whose names end in ``.html``, and takes
    ``index.html`` out of addresses, wherever that stands."""
    path = address.lstrip("/").replace(_INDEX, "index%2Ehtml")
    return path + _INDEX if address.endswith("/") else f"{path}/_.html"


class _Run:
    """One run of Pagefind, in a folder of its own that goes with it."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.mark = ""
        self._folder = Path(tempfile.mkdtemp(prefix="making-", dir=folder))
        self.found = self._folder / "found"
        self._days: dict[str, str] = {}
        self._has_words = False
        self._process: subprocess.Popen[bytes] | None = None

    def write(self, some: Iterable[Record]) -> str:
        """Write records to index, and give a mark of all that decides what the index will be."""
        from newsgen.bundles import made_with

        marks = [made_with()]
        site = self._folder / "site"
        site.mkdir()
        made: set[str] = set()
        for one in some:
            path = f"{site}/{_path(one.address)}"
            folder = os.path.dirname(path)
            if folder not in made:
                os.makedirs(folder, exist_ok=True)
                made.add(folder)
            data = one.content.encode("utf-8", "replace")
            with open(path, "xb") as file:
                file.write(data)
            marks.append(digest(one.address, one.day, data).hex())
            self._days["/" + _path(one.address).removesuffix(_INDEX)] = one.day
            self._has_words |= one.has_words
        self.mark = digest(*marks).hex()
        return self.mark

    def start(self, binary: Path) -> None:
        """Have Pagefind index what was written; it refuses where there is no word at all."""
        if not self._has_words:
            return
        command = [str(binary), "--site", "site", "--output-path", "found", "--silent"]
        system = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}  # Windows needs it
        with (self._folder / "said").open("wb") as said:
            self._process = subprocess.Popen(  # noqa: S603 - a fixed command, without a shell
                command, cwd=self._folder, env=system, stdin=subprocess.DEVNULL, stdout=said, stderr=said
            )

    def wait(self) -> None:
        """Wait until Pagefind has ended. Raises Refused where it failed."""
        if self._process is None or self._process.wait() == 0:
            return
        code = self._process.returncode
        said = (self._folder / "said").read_bytes().decode("utf-8", "replace").strip()[-MOST_SAID:]
        ended = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
        raise Refused(
            f"the search index of {self.name} could not be made: Pagefind {ended}"
            + (f" and said {printable(said)!r}" if said else ""),
            "Build again, with --jobs 1 if memory is short; or write search: false into content/site.yaml.",
        )

    def result(self) -> tuple[dict[str, bytes], dict[str, int]]:
        """Wait for the index, and give its files and how many articles it holds by language."""
        self.wait()
        if self._process is None:
            return {}, {}
        from newsgen.bundles import newest_first, ordered

        files, languages = ordered(self.found)
        return files | newest_first(files, self._days), languages

    def end(self) -> None:
        """End Pagefind if it still runs, and remove the folder."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
