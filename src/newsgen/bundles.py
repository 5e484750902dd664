"""Keep search indexes: what Pagefind wrote for a span, made the same for the same articles, in one file for each.

Pagefind writes the values of its filters, and the filters themselves, in an order that is another one each time. Its
files are gzip (RFC 1952) of CBOR (RFC 8949) behind a signature, and are named by digests of themselves; the names of
filters are in a list of all files, and that list is named in ``pagefind-entry.json``.

Each file of an index is kept with its digest. Nothing is published whose digest is another one.
"""

from __future__ import annotations

import functools
import gzip
import json
import os
import re
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import astuple, dataclass, field
from pathlib import Path

from newsgen.disk import digest_bytes
from newsgen.errors import Refused
from newsgen.model import canonical, digest

VERSION = "1.5.2"
"""The version of Pagefind whose files these are."""
UNSPACED = "\u3005-\u3007\u3021-\u3029\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
UNSPACED += "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
"""The characters of Chinese and Japanese, which write no spaces between words, as a class of a regular expression."""
is_unspaced = re.compile(f"[{UNSPACED}]").match
SIGNATURE = b"pagefind_dcd"
ENTRY = "pagefind-entry.json"
_SHORT, _LONG = 7, 10
"""How much of a digest is in the name of a filter, and in that of a list of files."""


class DamagedIndex(Exception):
    """A search index does not hold what was put into it; it must be made anew."""


# --- what Pagefind writes ---


def compress(data: bytes) -> bytes:
    """Give ``data`` as gzip that says nothing of when and where it was made."""
    made = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = made.compress(data) + made.flush()
    tail = zlib.crc32(data).to_bytes(4, "little") + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff" + packed + tail


def unpack(data: bytes) -> bytes:
    """Give the CBOR or JSON in one of Pagefind's files. Raises DamagedIndex for what is none."""
    try:
        content = gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise DamagedIndex("a file of Pagefind") from error
    if not content.startswith(SIGNATURE):
        raise DamagedIndex("a file of Pagefind")
    return content[len(SIGNATURE) :]


def items(data: bytes) -> list[bytes]:
    """Give the items of a CBOR array, each as it is encoded. Raises DamagedIndex for what is none."""
    try:
        number, at = _head(data, 0)
        if data[0] >> 5 != _ARRAY:
            raise DamagedIndex("a list of Pagefind")
        found = []
        for _ in range(number):
            end = _end(data, at)
            found.append(data[at:end])
            at = end
    except IndexError as error:
        raise DamagedIndex("a list of Pagefind") from error
    return found


_UNSIGNED, _NEGATIVE, _TEXT, _ARRAY = 0, 1, 3, 4
_LONGEST_SHORT, _LONGEST_HEAD = 23, 27


def _head(data: bytes, at: int) -> tuple[int, int]:
    """Give the number in the head of an item, and where the head ends."""
    low = data[at] & 0x1F
    if low <= _LONGEST_SHORT:
        return low, at + 1
    if low > _LONGEST_HEAD:
        raise DamagedIndex("an item of Pagefind")
    size = 1 << (low - _LONGEST_SHORT - 1)
    return int.from_bytes(data[at + 1 : at + 1 + size], "big"), at + 1 + size


def _end(data: bytes, at: int) -> int:
    """Give where an item ends."""
    kind, (number, after) = data[at] >> 5, _head(data, at)
    if kind in (_UNSIGNED, _NEGATIVE):
        return after
    if kind == _TEXT:
        return after + number
    if kind != _ARRAY:
        raise DamagedIndex("an item of Pagefind")
    for _ in range(number):
        after = _end(data, after)
    return after


def array(found: list[bytes]) -> bytes:
    """Give encoded items as a CBOR array."""
    return b"".join([_headed(_ARRAY, len(found)), *found])


def text(value: str) -> bytes:
    """Give a text as CBOR."""
    data = value.encode()
    return _headed(_TEXT, len(data)) + data


def _headed(kind: int, number: int) -> bytes:
    if number <= _LONGEST_SHORT:
        return bytes([kind << 5 | number])
    size = next(size for size in (1, 2, 4) if number < 1 << (8 * size))
    return bytes([kind << 5 | (_LONGEST_SHORT + 1 + (1, 2, 4).index(size))]) + number.to_bytes(size, "big")


def _text(encoded: bytes) -> str:
    return encoded[_head(encoded, 0)[1] :].decode()


def _sorted_filter(data: bytes) -> bytes:
    name, values = items(data)
    return array([name, array(sorted(items(values)))])


def _words(folder: Path, chunks: bytes) -> Iterator[tuple[str, bytes]]:
    """Give every word of an index in order, with all that is encoded of it."""
    for chunk in items(chunks):
        name = _text(items(chunk)[2])
        for word in items(items(unpack((folder / "index" / f"{name}.pf_index").read_bytes()))[0]):
            yield _text(items(word)[0]), word


def _cut(words: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, str, bytes]]:
    """Cut an index into chunks, each with bounds of the words that it may hold.

    Pagefind's own are four times as large, and cut where it happens: a browser loads one chunk for a word, so it should
    be small and hold all words that begin alike, for what is looked for may not be the very word that is there.
    """
    chunk: list[bytes] = []
    size, first, last = 0, "", ""
    for word, encoded in words:
        if size >= LEAST_IN_CHUNK and _beginning(word) != _beginning(last) and not word.startswith(_beginning(last)):
            yield first, _beginning(last) + LAST_CHARACTER, array([array(chunk)])
            chunk, size = [], 0
        first = first if chunk else _beginning(word)
        chunk.append(encoded)
        size, last = size + len(encoded), word
    if chunk:
        yield first, _beginning(last) + LAST_CHARACTER, array([array(chunk)])


LEAST_IN_CHUNK = 12_000
"""How many bytes of words, before compression, make a chunk."""
LAST_CHARACTER = "\U0010ffff"


def _beginning(word: str) -> str:
    """What words that are kept together have in common: three letters, or one sign that is a word by itself."""
    return word[:1] if is_unspaced(word[:1]) else word[:3]


def ordered(folder: Path) -> tuple[dict[str, bytes], dict[str, int]]:
    """Give the files that Pagefind wrote into a folder and that a browser needs, in an order that follows from what was
    indexed alone, and how many articles there are by language. Raises DamagedIndex for another version's."""
    entry = json.loads((folder / ENTRY).read_bytes())
    if entry["version"] != VERSION:
        raise DamagedIndex(f"an index of Pagefind {entry['version']}")
    files = {
        f"{kind}/{name}": (folder / kind / name).read_bytes()
        for kind in ("fragment",)
        for name in sorted(os.listdir(folder / kind))
    }
    for key, language in sorted(entry["languages"].items()):
        parts = items(unpack((folder / f"pagefind.{language['hash']}.pf_meta").read_bytes()))
        filters = []
        for name, file in map(items, items(parts[3])):
            content = _sorted_filter(unpack((folder / "filter" / f"{_text(file)}.pf_filter").read_bytes()))
            own = f"{key}_{digest(content).hex()[:_SHORT]}"
            files[f"filter/{own}.pf_filter"] = compress(SIGNATURE + content)
            filters.append(array([name, text(own)]))
        parts[3] = array(sorted(filters))
        chunks = []
        for first, last, content in _cut(_words(folder, parts[2])):
            own = f"{key}_{digest(content).hex()[:_LONG]}"
            files[f"index/{own}.pf_index"] = compress(SIGNATURE + content)
            chunks.append(array([text(first), text(last), text(own)]))
        parts[2] = array(chunks)
        content = array(parts)
        language["hash"] = f"{key}_{digest(content).hex()[:_LONG]}"
        files[f"pagefind.{language['hash']}.pf_meta"] = compress(SIGNATURE + content)
    files[ENTRY] = canonical(entry).encode()
    return dict(sorted(files.items())), {key: one["page_count"] for key, one in entry["languages"].items()}


def newest_first(files: dict[str, bytes], days: dict[str, str]) -> dict[str, bytes]:
    """Give, for each language, a file that lists the articles of an index, the newest first, by the names of their
    fragments; ``days`` are their days, by address."""
    listed: dict[str, list[tuple[str, str]]] = {}
    for name, data in files.items():
        if name.startswith("fragment/"):
            fragment = name.removeprefix("fragment/").removesuffix(".pf_fragment")
            key, _, own = fragment.rpartition("_")
            listed.setdefault(key, []).append((days[json.loads(unpack(data))["url"]], own))
    return {
        f"newest.{key}.json": canonical([own for _, own in sorted(found, reverse=True)]).encode()
        for key, found in sorted(listed.items())
    }


EMPTY = SIGNATURE + array([b"\x65" + VERSION.encode(), *[b"\x80"] * 5])
"""The list of files of an index of nothing: what a browser begins with, to merge the spans into it."""


def engine(folder: Path, keys: list[str]) -> dict[str, bytes]:
    """Give the files that search needs besides the indexes, by language, out of a folder that Pagefind wrote."""
    entry = json.loads((folder / ENTRY).read_bytes())
    files = {}
    for key in keys:
        wasm = entry["languages"][key]["wasm"]
        one = {"hash": f"{key}_0", "wasm": wasm, "page_count": 0}
        files[f"{key}/{ENTRY}"] = canonical({**entry, "languages": {key: one}}).encode()
        files[f"{key}/pagefind.{key}_0.pf_meta"] = EMPTY
        files[f"{key}/pagefind.js"] = (folder / "pagefind.js").read_bytes()
        name = f"wasm.{wasm or 'unknown'}.pagefind"
        files[f"{key}/{name}"] = (folder / name).read_bytes()
    return files


# --- what is kept ---


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


@functools.cache
def made_with() -> str:
    """Give a mark of what decides, besides the records, which bytes an index has."""
    return digest(VERSION, Path(__file__).read_bytes()).hex()
