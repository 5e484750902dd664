"""Keep the search indexes of an archive: one file for each span, and a catalogue of them.

Each file of an index is kept with its digest. Nothing is published whose digest is another one.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import astuple, dataclass, field
from pathlib import Path

from newsgen.disk import digest_bytes
from newsgen.errors import Refused
from newsgen.model import canonical, digest

VERSION = "1.5.2"
"""The version of Pagefind that makes the indexes."""


class DamagedIndex(Exception):
    """A search index does not hold what was put into it; it must be made anew."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """One kept index: the span that it is of, a mark of the records in it, the digest of its head, its size, and how
    many articles it holds by language."""

    name: str
    mark: str
    head: str
    size: int
    languages: dict[str, int]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that is kept: the state that it follows from (none while it is being made), and the bundles by
    name."""

    state: str = ""
    bundles: dict[str, Bundle] = field(default_factory=dict)


class Shelf:
    """The folder of the kept indexes: one file for each, which its owner alone can read, and a catalogue of them."""

    def __init__(self, state: Path) -> None:
        self.folder = state / "search"

    def open(self) -> None:
        """Make the folder where there is none. Raises Refused for a link."""
        if self.folder.is_symlink():
            raise Refused(".newsgen/search is a link", "Remove it: builds keep what they know there.")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def clear(self) -> None:
        """Forget everything."""
        if self.folder.is_dir() and not self.folder.is_symlink():
            shutil.rmtree(self.folder)

    def catalogue(self) -> Catalogue | None:
        """Give what is kept, or None where that can't be known."""
        try:
            seal, _, text = (self.folder / _CATALOGUE).read_text(encoding="utf-8").partition("\n")
            if seal != digest(text).hex():
                return None
            state, bundles = json.loads(text)
            return Catalogue(state, {one[0]: Bundle(*one) for one in bundles})
        except (OSError, ValueError, TypeError):
            return None

    def note(self, catalogue: Catalogue) -> None:
        """Keep a catalogue in the place of what there is."""
        bundles = [list(astuple(one)) for _, one in sorted(catalogue.bundles.items())]
        text = canonical([catalogue.state, bundles])
        self._write(_CATALOGUE, f"{digest(text).hex()}\n{text}".encode())

    def put(self, name: str, mark: str, files: dict[str, bytes], languages: dict[str, int]) -> Bundle:
        """Keep the files of one index."""
        head = canonical([[one, len(data), digest_bytes(data).hex()] for one, data in files.items()]).encode()
        data = b"".join([head, b"\n", *files.values()])
        bundle = Bundle(name, mark, digest_bytes(head).hex(), len(data), languages)
        self._write(self.place(bundle).name, data)
        return bundle

    def place(self, bundle: Bundle) -> Path:
        """Give the file in which an index is kept."""
        return self.folder / f"{bundle.name}-{bundle.mark}.bundle"

    def listing(self, bundle: Bundle) -> dict[str, str]:
        """Give the names of the files of an index, each with its digest. Raises DamagedIndex."""
        head = _head_of(self.place(bundle))
        if digest_bytes(head).hex() != bundle.head:
            raise DamagedIndex(bundle.name)
        return {name: mark for name, _, mark in json.loads(head)}

    def has(self, bundle: Bundle) -> bool:
        """Whether the file of an index is there, in its full length."""
        try:
            return os.lstat(self.place(bundle)).st_size == bundle.size
        except OSError:
            return False

    def tidy(self, catalogue: Catalogue) -> None:
        """Delete everything that a catalogue does not name."""
        named = {_CATALOGUE, *(self.place(one).name for one in catalogue.bundles.values())}
        for entry in list(os.scandir(self.folder)):
            if entry.name not in named:
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path)
                else:
                    os.unlink(entry.path)

    def _write(self, name: str, data: bytes) -> None:
        temporary = self.folder / f"{name}.new"
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.replace(temporary, self.folder / name)


_CATALOGUE = "catalogue"


def _head_of(place: Path) -> bytes:
    try:
        with place.open("rb") as file:
            return file.readline().rstrip(b"\n")
    except OSError as error:
        raise DamagedIndex(place.name) from error


def places(place: Path) -> dict[str, tuple[int, int]]:
    """Give where each file of a kept index begins, and its size. Raises DamagedIndex."""
    head = _head_of(place)
    found, at = {}, len(head) + 1
    try:
        for name, size, _ in json.loads(head):
            found[name] = (at, size)
            at += size
    except (ValueError, TypeError) as error:
        raise DamagedIndex(place.name) from error
    return found


def read_at(place: Path, where: tuple[int, int], mark: str) -> bytes:
    """Give the bytes of one file of a kept index, which have a digest. Raises DamagedIndex where they have not."""
    try:
        with place.open("rb") as file:
            file.seek(where[0])
            data = file.read(where[1])
    except OSError as error:
        raise DamagedIndex(place.name) from error
    if digest_bytes(data).hex() != mark:
        raise DamagedIndex(place.name)
    return data
