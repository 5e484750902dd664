"""Find the files that a build reads, and refuse what is no regular file inside its folder."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from newsgen.errors import Fault, Refused

CLOCK_RESOLUTION_NS = 2_000_000_000
"""File systems keep times as coarsely as this; what was written so shortly before it was seen must be hashed again."""


@dataclass(frozen=True, slots=True)
class Stat:
    """What tells, without reading it, that a file is as it was."""

    size: int
    mtime_ns: int
    inode: int
    ctime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> Stat:
        return cls(status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns)

    @classmethod
    def parse(cls, text: str) -> Stat:
        """Give what :func:`stat_text` wrote."""
        return cls(*map(int, text.split(" ")))


@dataclass(frozen=True, slots=True)
class Found:
    """One regular file: its path relative to the site (NFC, with ``/``), where it really is, and its status."""

    path: str
    real: Path
    stat: Stat


@dataclass(frozen=True, slots=True)
class Listing:
    """One folder: its path relative to the site (NFC, with ``/``), where it really is, and the status (see
    :func:`stat_text`) of each of its regular files, by name (NFC). ``spelt`` are names that the disk has otherwise."""

    path: str
    where: str
    files: dict[str, str]
    spelt: dict[str, str]

    def real(self, name: str) -> str:
        """Give the path of one of the files on this disk."""
        return f"{self.where}/{self.spelt.get(name, name)}"


def stat_text(status: os.stat_result) -> str:
    """Give what tells, without reading it, that a file is as it was: size, time of change (ns), inode, time of the
    inode's change (ns)."""
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ino} {status.st_ctime_ns}"


def folders(root: Path, below: str, faults: list[Fault], deep: bool = True) -> Iterator[Listing]:
    """Give every folder from ``root``/``below`` down (``deep``, or that one alone), in the order of their paths;
    ``below`` becomes the head of each path.

    Links are followed where they stay inside ``root``; a link that leads out, a pipe, a socket or a device is a fault,
    and so are two names that are equal in NFC.
    """
    start = root / below if below else root
    if start.is_symlink():
        faults.append(_outside(below, "a link where a folder was expected"))
        return
    boundary = os.path.realpath(root)
    stack: list[tuple[str, str, frozenset[str]]] = [(os.fspath(start), below, frozenset((os.path.realpath(start),)))]
    while stack:
        folder, path, above = stack.pop()
        files: dict[str, str] = {}
        spelt: dict[str, str] = {}
        inner: list[tuple[str, str, frozenset[str]]] = []
        try:
            opened = _Folder(folder)
        except FileNotFoundError:
            continue
        except OSError as error:
            faults.append(Fault(path, 1, 1, f"the folder can't be read: {error.strerror}", "Correct its permissions."))
            continue
        with opened:
            for raw in opened.names:
                name = raw
                if not raw.isascii():
                    try:
                        raw.encode()
                    except UnicodeEncodeError:
                        shown = os.fsencode(raw).decode("ascii", "backslashreplace")
                        wrong = "the file's name is not UTF-8"
                        faults.append(Fault(f"{path}/{shown}", 1, 1, wrong, "Rename the file."))
                        continue
                    name = unicodedata.normalize("NFC", raw)
                try:
                    status = opened.status(raw)
                    if stat.S_ISDIR(status.st_mode):
                        if deep:
                            inner.append((f"{folder}/{raw}", _join(path, name), above))
                        continue
                    if stat.S_ISLNK(status.st_mode):
                        target = os.path.realpath(f"{folder}/{raw}")
                        if not _is_inside(target, boundary):
                            faults.append(_outside(_join(path, name), "a link that leads out of its folder"))
                            continue
                        if os.path.isdir(target):
                            if target not in above and deep:
                                inner.append((target, _join(path, name), above | {target}))
                            continue
                        status = os.stat(target)
                except OSError as error:
                    wrong = f"the file can't be read: {error.strerror}"
                    faults.append(Fault(_join(path, name), 1, 1, wrong, "Repair or remove it."))
                    continue
                if not stat.S_ISREG(status.st_mode):
                    faults.append(_outside(_join(path, name), f"{_kind(status.st_mode)}, not a regular file"))
                    continue
                if name in files:
                    what = "two files have this name, spelt in different Unicode forms"
                    faults.append(Fault(_join(path, name), 1, 1, what, "Rename one of them."))
                files[name] = stat_text(status)
                if name != raw:
                    spelt[name] = raw
        stack += reversed(inner)
        yield Listing(path, folder, files, spelt)


class _Folder:
    """The names in one folder, in order, and their statuses: asked of the open folder where the system can do that, so
    that its path is not walked again for each. Raises OSError."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY) if _CAN_OPEN_FOLDERS else None
        try:
            self.names = sorted(os.listdir(path if self._descriptor is None else self._descriptor))
        except OSError:
            self.__exit__()
            raise

    def __enter__(self) -> _Folder:
        return self

    def __exit__(self, *_: object) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)

    def status(self, name: str) -> os.stat_result:
        if self._descriptor is None:
            return os.lstat(f"{self._path}/{name}")
        return os.lstat(name, dir_fd=self._descriptor)


_CAN_OPEN_FOLDERS = hasattr(os, "O_DIRECTORY") and os.listdir in os.supports_fd and os.stat in os.supports_dir_fd

KINDS = {"articles": "article", "pages": "page"}
"""The folders of ``content/`` that hold documents, and what those are."""


def content_folders(root: Path, faults: list[Fault]) -> Iterator[Listing]:
    """Give the folders of documents of the site in ``root``, with all that is in them."""
    walked: list[Fault] = []
    for kind in KINDS:
        for listing in folders(root / "content", kind, walked):
            yield replace(listing, path=f"content/{listing.path}")
    faults += [replace(one, path=f"content/{one.path}") for one in walked]


def theme_folders(root: Path, faults: list[Fault]) -> Iterator[Listing]:
    """Give the folders of templates and static files of the site in ``root``, then those of the default theme, whose
    paths begin with ``theme:``."""
    default = default_theme()
    own = root.resolve()
    for top, mark in [(own, "")] + ([(default, "theme:")] if own != default.resolve() else []):
        for kind in ("templates", "static"):
            if (top / kind).is_dir():
                for listing in folders(top / kind, "", faults):
                    yield replace(listing, path=mark + _join(kind, listing.path).rstrip("/"))


def default_theme() -> Path:
    """Give the folder that holds the default theme's ``templates/`` and ``static/``: inside an installed package, or
    at the top of the source tree."""
    package = Path(__file__).parent
    packaged = package / "_theme"
    return packaged if packaged.is_dir() else package.parent.parent


def walk(root: Path, below: str, faults: list[Fault]) -> Iterator[Found]:
    """Give every regular file in ``root``/``below``, in no order, as :func:`folders` finds them."""
    for listing in folders(root, below, faults):
        for name, status in listing.files.items():
            yield Found(_join(listing.path, name), Path(listing.real(name)), Stat.parse(status))


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def read(path: Path, shown: str) -> tuple[bytes, list[Fault]]:
    """Give the bytes of a regular file, or why they can't be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        try:  # without a file object, which costs more than the reading
            status = os.fstat(descriptor)
            if stat.S_ISDIR(status.st_mode):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            if not stat.S_ISREG(status.st_mode):
                return b"", [_outside(shown, "not a regular file")]
            pieces = []
            while piece := os.read(descriptor, status.st_size + 1):
                pieces.append(piece)
            return b"".join(pieces), []
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        return b"", [Fault(shown, 1, 1, "the file vanished while it was read", "Build again.")]
    except OSError as error:
        return b"", [Fault(shown, 1, 1, f"the file can't be read: {error.strerror}", "Correct its permissions.")]


def read_inside(root: Path, name: str, shown: str) -> tuple[bytes | None, list[Fault]]:
    """Give the bytes of ``root``/``name``; None where there is no such file. Links must not lead out of ``root``."""
    path = root / name
    if not os.path.lexists(path):
        return None, []
    if not _is_inside(os.path.realpath(path), os.path.realpath(root)):
        return b"", [_outside(shown, "a link that leads out of its folder")]
    return read(path, shown)


def digest_bytes(data: bytes) -> bytes:
    """Give the digest of a file's bytes."""
    return hashlib.blake2b(data, digest_size=16).digest()


def digest_of(path: Path) -> bytes:
    """Give the digest of a file's bytes, read piece by piece. Raises OSError."""
    state = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            state.update(piece)
    return state.digest()


def digest_or_none(path: str | Path) -> str | None:
    """Give the digest of a file's bytes in hexadecimal digits, or None where it can't be read."""
    try:
        return digest_of(Path(path)).hex()
    except OSError:
        return None


def site_root(folder: Path) -> Path:
    """Give the real path of a site's folder. Raises Refused where it is none."""
    if not folder.is_dir():
        raise Refused(f"there is no folder {folder}", "Name a site with --site, or make one with: newsgen init DIR")
    if not (folder / "content").is_dir():
        raise Refused(
            f"{folder} is no newsgen site: it has no content/ folder",
            "Name a site with --site, or make one with: newsgen init DIR",
        )
    if (folder / "content").is_symlink():
        raise Refused("content is a link", "Make it a folder, or name the site that it leads to with --site.")
    return folder.resolve()


def _is_inside(real: str, boundary: str) -> bool:
    return real == boundary or real.startswith(boundary.rstrip(os.sep) + os.sep)


def _outside(path: str, what: str) -> Fault:
    return Fault(path, 1, 1, f"this is {what}", "Only regular files inside content, templates and static are read.")


def _kind(mode: int) -> str:
    kinds = (
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    )
    return next((name for test, name in kinds if test(mode)), "special")
