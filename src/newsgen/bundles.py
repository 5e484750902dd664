"""Read the search index that Pagefind wrote for a span, and make it the same for the same articles.

Pagefind writes the values of its filters, and the filters themselves, in an order that is another one each time. Its
files are gzip (RFC 1952) of CBOR (RFC 8949) behind a signature, and are named by digests of themselves; the names of
filters and of chunks of words are in a list of all files, and that list is named in ``pagefind-entry.json``.
"""

from __future__ import annotations

import functools
import gzip
import json
import os
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cbor2

from newsgen.model import canonical, digest
from newsgen.records import UNSPACED
from newsgen.shelf import VERSION, DamagedIndex

SIGNATURE = b"pagefind_dcd"
ENTRY = "pagefind-entry.json"
_LONG = 10
"""How much of a digest is in the name of a file."""
_CHUNKS, _FILTERS = 2, 3
"""Where the chunks and the filters of an index are in the list of its files."""


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


def read_cbor(data: bytes) -> Any:
    """Give what is encoded in one of Pagefind's files. Raises DamagedIndex for what is no CBOR."""
    try:
        return cbor2.loads(data)
    except cbor2.CBORDecodeError as error:
        raise DamagedIndex("a file of Pagefind") from error


def array(encoded: list[bytes]) -> bytes:
    """Give items that are encoded as an encoded list."""
    number = len(encoded)
    zeros = cbor2.dumps([0] * number)  # each of which is one byte
    return b"".join([zeros[: len(zeros) - number], *encoded])


def _words(folder: Path, chunks: list[list[str]]) -> Iterator[tuple[str, bytes]]:
    """Give every word of an index in order, with all that is encoded of it."""
    for *_, name in chunks:
        for word in read_cbor(unpack((folder / "index" / f"{name}.pf_index").read_bytes()))[0]:
            yield word[0], cbor2.dumps(word)


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


_is_unspaced = re.compile(f"[{UNSPACED}]").match


def _beginning(word: str) -> str:
    """What words that are kept together have in common: three letters, or one sign that is a word by itself."""
    return word[:1] if _is_unspaced(word[:1]) else word[:3]


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
        listed = read_cbor(unpack((folder / f"pagefind.{language['hash']}.pf_meta").read_bytes()))
        filters, chunks = [], []
        for name, file in sorted(listed[_FILTERS]):
            _, values = read_cbor(unpack((folder / "filter" / f"{file}.pf_filter").read_bytes()))
            content = cbor2.dumps([name, sorted(values)])
            own = f"{key}_{digest(content).hex()[:_LONG]}"
            files[f"filter/{own}.pf_filter"] = compress(SIGNATURE + content)
            filters.append([name, own])
        for first, last, content in _cut(_words(folder, listed[_CHUNKS])):
            own = f"{key}_{digest(content).hex()[:_LONG]}"
            files[f"index/{own}.pf_index"] = compress(SIGNATURE + content)
            chunks.append([first, last, own])
        listed[_CHUNKS], listed[_FILTERS] = chunks, filters
        content = cbor2.dumps(listed)
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


def _nothing() -> bytes:
    """Give the list of files of an index of nothing: what a browser begins with, to merge the spans into it."""
    return SIGNATURE + cbor2.dumps([VERSION, [], [], [], [], []])


def engine(folder: Path, keys: list[str]) -> dict[str, bytes]:
    """Give the files that search needs besides the indexes, by language, out of a folder that Pagefind wrote."""
    entry = json.loads((folder / ENTRY).read_bytes())
    files = {}
    for key in keys:
        wasm = entry["languages"][key]["wasm"]
        one = {"hash": f"{key}_0", "wasm": wasm, "page_count": 0}
        files[f"{key}/{ENTRY}"] = canonical({**entry, "languages": {key: one}}).encode()
        files[f"{key}/pagefind.{key}_0.pf_meta"] = _nothing()
        files[f"{key}/pagefind.js"] = (folder / "pagefind.js").read_bytes()
        name = f"wasm.{wasm or 'unknown'}.pagefind"
        files[f"{key}/{name}"] = (folder / name).read_bytes()
    return files


@functools.cache
def made_with() -> str:
    """Give a mark of what decides, besides the records, which bytes an index has."""
    return digest(VERSION, Path(__file__).read_bytes()).hex()
