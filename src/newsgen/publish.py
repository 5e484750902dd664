"""Put outputs on disk: staged beside the output, renamed into place at the end, equal bytes left alone.

The output folder is ours when it is empty or carries our marker. What is in it without being in the ledger is somebody
else's: it is never overwritten, and only ``--prune`` removes it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from newsgen.disk import digest_bytes, stat_text
from newsgen.errors import Refused
from newsgen.ledger import Made
from newsgen.model import Output

MARKER = ".newsgen-output"
STAGE = ".newsgen-stage"
_MARKER_TEXT = (
    "newsgen builds a site in this folder. While this file is here, newsgen may write and delete its own files.\n"
)
_SOURCES = ("content", "templates", "static", "src", "tests", "docs", ".git", ".github", ".newsgen", ".venv")


def check_output(output: Path, root: Path) -> Path:
    """Give the real path of the output folder of the site in ``root``. Raises Refused for what must not be one, before
    anything is touched."""
    real = output.resolve()
    remedy = "Name an empty folder, or one that newsgen made, with --output."
    home = _home()
    if real == Path(real.anchor) or (home is not None and home.is_relative_to(real)):
        raise Refused(f"{output} can't be the output: it is the root of a disk or holds a home folder", remedy)
    if root.is_relative_to(real):
        raise Refused(f"{output} can't be the output: the site itself is in it", remedy)
    for name in _SOURCES:
        if real.is_relative_to((root / name).resolve()) or real.is_relative_to(root / name):
            raise Refused(f"{output} can't be the output: {name}/ is one of the site's own folders", remedy)
    if ".git" in real.parts:
        raise Refused(f"{output} can't be the output: it is part of a Git repository's own files", remedy)
    if real.exists() and not real.is_dir():
        raise Refused(f"{output} can't be the output: it is not a folder", remedy)
    if real.is_dir():
        marker = real / MARKER
        others = [name for name in sorted(os.listdir(real)) if name not in (MARKER, STAGE)]
        if others and (marker.is_symlink() or not marker.is_file()):
            named = ", ".join(others[:3]) + (" …" if len(others) > 3 else "")
            raise Refused(
                f"{output} can't be the output: it holds files that newsgen did not make ({named})",
                f"{remedy} To give this folder to newsgen, put an empty file named {MARKER} into it.",
            )
        if (real / STAGE).is_symlink():
            raise Refused(f"{output}/{STAGE} is a link", "Remove it.")
    return real


def _home() -> Path | None:
    """The user's home folder; None for one who has none."""
    try:
        return Path.home().resolve()
    except RuntimeError:
        return None


def claim(output: Path) -> bool:
    """Make the folder and its marker, and clear away what a build that was ended left staged; whether nothing else is
    in it."""
    output.mkdir(parents=True, exist_ok=True)
    marker = output / MARKER
    if not marker.exists() or marker.read_bytes() != _MARKER_TEXT.encode():
        marker.write_text(_MARKER_TEXT, encoding="utf-8")
    clear_stage(output)
    return os.listdir(output) == [MARKER]


def is_claimed(output: Path) -> bool:
    """Whether the folder has its marker, and nothing is staged."""
    return (output / MARKER).is_file() and not (output / STAGE).exists()


def new_stage(output: Path) -> Path:
    """Make a folder of this build's own, on the output's own disk, for what is rendered: a worker that outlives its
    build writes into nobody else's."""
    stage = output / STAGE / os.urandom(8).hex()
    stage.mkdir(parents=True)
    return stage


def clear_stage(output: Path) -> None:
    """Remove everything staged."""
    if (output / STAGE).is_dir() and not (output / STAGE).is_symlink():
        shutil.rmtree(output / STAGE)


class Stage:
    """Where outputs wait to be published: each under a name of its own, or, for an output with nothing in it, as the
    whole folder that it is to be."""

    def __init__(self, folder: Path, whole: bool) -> None:
        self._folder = os.fspath(folder)
        self._whole = whole
        self._made: set[str] = set()

    def put(self, path: str, content: Output, known: bytes | None, digest: bytes | None) -> Made:
        """Stage one output for ``path`` unless its bytes have the digest ``known``.

        ``digest`` is that of a file that is copied. Raises OSError.
        """
        if isinstance(content.content, bytes):
            digest = digest_bytes(content.content)
        elif digest is None:
            digest = digest_bytes(content.content.read_bytes())
        if digest == known:
            return Made(path, digest, False)
        place = self.place(path)
        if isinstance(content.content, bytes):
            status = _write(place, content.content)
        else:
            shutil.copyfile(content.content, place)
            status = os.lstat(place)
        return Made(path, digest, True, stat_text(status) if self._whole else "")

    def place(self, path: str) -> str:
        """Give the place of the staged file for ``path``."""
        if not self._whole:
            return f"{self._folder}/{digest_bytes(path.encode()).hex()}"
        folder = f"{self._folder}/{os.path.dirname(path)}"
        if folder not in self._made:
            os.makedirs(folder, exist_ok=True)
            if len(self._made) > MOST_REMEMBERED:
                self._made.clear()
            self._made.add(folder)
        return f"{self._folder}/{path}"

    def publish_whole(self, output: Path) -> None:
        """Rename the whole folder, part by part, into an output with nothing in it."""
        for name in sorted(os.listdir(self._folder)):
            os.replace(f"{self._folder}/{name}", output / name)


def _write(place: str, content: bytes) -> os.stat_result:
    """Write a new file and give its status. Raises OSError."""
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        written = os.write(descriptor, content)
        while written < len(content):
            written += os.write(descriptor, content[written:])
        return os.fstat(descriptor)
    finally:
        os.close(descriptor)


MOST_REMEMBERED = 50_000
"""How many folders a process remembers to have made."""


class Publication:
    """The last stage of a build: everything rendered is put into its place, and the orphans are removed."""

    def __init__(self, output: Path) -> None:
        self._folder = os.fspath(output)
        self._safe: set[str] = {""}

    def put(self, stage: Stage, staged: Callable[[], Iterator[str]], orphans: list[str]) -> None:
        """Rename the ``staged`` outputs into place, then delete the ``orphans``."""
        orphans = [path for path in orphans if _is_plain(path)]
        if orphans and self._in_the_way(staged(), orphans):
            self._delete(orphans)
        made: list[str] = []
        try:
            for path in staged():
                self._make_folder(os.path.dirname(path), made)
        except OSError:
            for folder in reversed(made):
                os.rmdir(folder)
            raise
        for path in staged():
            if os.path.isdir(f"{self._folder}/{path}"):
                raise Refused(f"{path} in the output is a folder, and must be a file", "Move it away, and build again.")
        for path in staged():
            os.replace(stage.place(path), f"{self._folder}/{path}")
        self._delete(orphans)

    def _in_the_way(self, staged: Iterator[str], orphans: list[str]) -> bool:
        """Whether an orphan is a file where a folder must be, or has a folder where a file must be."""
        gone = set(orphans)
        folders = {path.rpartition("/")[0] for path in orphans}
        for path in staged:
            parent = path.rpartition("/")[0]
            while parent:
                if parent in gone:
                    return True
                parent = parent.rpartition("/")[0]
            if any(folder == path or folder.startswith(path + "/") for folder in folders):
                return True
        return False

    def _make_folder(self, folder: str, made: list[str]) -> None:
        """Make ``folder`` below the output, never through a link."""
        if folder in self._safe:
            return
        self._make_folder(os.path.dirname(folder), made)
        real = f"{self._folder}/{folder}"
        if os.path.islink(real) or (os.path.lexists(real) and not os.path.isdir(real)):
            raise Refused(f"{folder} in the output is a link or file, and must be a folder", "Remove it.")
        if not os.path.isdir(real):
            os.mkdir(real)
            made.append(real)
        self._safe.add(folder)

    def _delete(self, paths: Iterable[str]) -> None:
        for path in paths:
            if not _is_plain(path) or self._behind_link(path):
                continue
            with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
                os.unlink(f"{self._folder}/{path}")
            folder = os.path.dirname(path)
            while folder:
                try:
                    os.rmdir(f"{self._folder}/{folder}")
                except OSError:
                    break
                self._safe.discard(folder)
                folder = os.path.dirname(folder)

    def _behind_link(self, path: str) -> bool:
        folder = os.path.dirname(path)
        while folder:
            if os.path.islink(f"{self._folder}/{folder}"):
                return True
            folder = os.path.dirname(folder)
        return False

    def unknown(self, published: Iterable[str]) -> list[str]:
        """Give the files in the output that are not ours, Git's and those of other outputs inside this one aside."""
        ours = {*published, MARKER}
        found = []
        for folder, folders, files in os.walk(self._folder):
            inside = os.path.relpath(folder, self._folder).replace(os.sep, "/")
            prefix = "" if inside == "." else inside + "/"
            folders[:] = sorted(
                name
                for name in folders
                if name not in (".git", STAGE) and not os.path.lexists(os.path.join(folder, name, MARKER))
            )
            files = [name for name in files if name != ".git"]
            links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
            found += [prefix + name for name in sorted([*files, *links]) if prefix + name not in ours]
        return found

    def unknown_at_top(self, is_ours: Callable[[str], bool]) -> list[str]:
        """Give the files and folders at the top of the output that are not ours: for one too large to look through."""
        return [
            entry.name + ("/" if entry.is_dir(follow_symlinks=False) else "")
            for entry in sorted(os.scandir(self._folder), key=lambda entry: entry.name)
            if entry.name not in (MARKER, STAGE, ".git")
            and not is_ours(entry.name)
            and not os.path.lexists(os.path.join(entry.path, MARKER))
        ]

    def prune(self, unknown: list[str]) -> None:
        """Delete files that are not ours, because the user asked for it."""
        self._delete(unknown)


def is_in_the_way(output: Path, path: str) -> bool:
    """Whether there is a file at ``path`` in the output."""
    real = f"{os.fspath(output)}/{path}"
    return os.path.lexists(real) and (os.path.islink(real) or not os.path.isdir(real))


def _is_plain(path: str) -> bool:
    """Whether a path from a ledger stays inside the output, whoever wrote that ledger."""
    parts = path.split("/")
    return bool(path) and not path.startswith("/") and not any(part in ("", ".", "..") for part in parts)
