"""Put outputs on disk: staged beside the output, renamed into place at the end, equal bytes left alone.

The output folder is ours when it is empty or carries our marker. What is in it without being in the ledger is somebody
else's: it is never overwritten, and only ``--prune`` removes it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from newsgen.disk import Stat, digest_bytes
from newsgen.errors import Refused
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


def claim(output: Path) -> None:
    """Make the folder and its marker, and clear away what a build that was ended left staged."""
    output.mkdir(parents=True, exist_ok=True)
    marker = output / MARKER
    if not marker.exists() or marker.read_bytes() != _MARKER_TEXT.encode():
        marker.write_text(_MARKER_TEXT, encoding="utf-8")
    clear_stage(output)


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


def stage(folder: Path, path: str, content: Output, known: bytes | None, digest: bytes | None) -> tuple[bytes, bool]:
    """Stage one output for ``path`` unless its bytes have the digest ``known``; give its digest, and whether it was.

    ``digest`` is that of a file that is copied. Raises OSError.
    """
    if isinstance(content.content, bytes):
        data = content.content
        digest = digest_bytes(data)
        if digest != known:
            staged_path(folder, path).write_bytes(data)
    else:
        if digest is None:
            digest = digest_bytes(content.content.read_bytes())
        if digest != known:
            shutil.copyfile(content.content, staged_path(folder, path))
    return digest, digest != known


def staged_path(folder: Path, path: str) -> Path:
    """Give the place of the staged file for ``path``."""
    return folder / digest_bytes(path.encode()).hex()


class Publication:
    """The last stage of a build: everything rendered is put into its place, and the orphans are removed."""

    def __init__(self, output: Path) -> None:
        self._folder = os.fspath(output)
        self._safe: set[str] = {""}

    def conflicts(self, paths: Iterable[str]) -> list[str]:
        """Give those of ``paths`` at which there is a file already."""
        return [path for path in paths if _is_file(f"{self._folder}/{path}")]

    def put(self, stage: Path, staged: list[str], kept: list[str], orphans: list[str]) -> Iterator[tuple[str, Stat]]:
        """Rename the ``staged`` outputs into place, and give the status of each and of those ``kept``; then delete the
        ``orphans``."""
        orphans = [path for path in orphans if _is_plain(path)]
        if self._in_the_way(staged, orphans):
            self._delete(orphans)
        made: list[str] = []
        try:
            for path in staged:
                self._make_folder(os.path.dirname(path), made)
        except OSError:
            for folder in reversed(made):
                os.rmdir(folder)
            raise
        for path in staged:
            if os.path.isdir(f"{self._folder}/{path}"):
                raise Refused(f"{path} in the output is a folder, and must be a file", "Move it away, and build again.")
        for path in staged:
            os.replace(staged_path(stage, path), f"{self._folder}/{path}")
        for path in (*staged, *kept):
            yield path, Stat.of(os.lstat(f"{self._folder}/{path}"))
        self._delete(orphans)

    def _in_the_way(self, staged: list[str], orphans: list[str]) -> bool:
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

    def prune(self, unknown: list[str]) -> None:
        """Delete files that are not ours, because the user asked for it."""
        self._delete(unknown)


def _is_file(path: str) -> bool:
    return os.path.lexists(path) and (os.path.islink(path) or not os.path.isdir(path))


def _is_plain(path: str) -> bool:
    """Whether a path from a ledger stays inside the output, whoever wrote that ledger."""
    parts = path.split("/")
    return bool(path) and not path.startswith("/") and not any(part in ("", ".", "..") for part in parts)
