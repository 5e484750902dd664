"""Count the files that publishing one article rewrites, in a small archive and in a large one, with everything on.

python benchmarks/counts.py [SMALL LARGE] [--work DIRECTORY]

Both archives have two articles a day, back from the same last day, with the same terms in turn: only their age differs.
Whatever rewrites more files in the larger one grows with the archive. It prints the files of each axis, and ends
with 1 where the numbers differ, or where a second build writes anything.
"""
# ruff: noqa: S603 - it starts the program that it measures

from __future__ import annotations

import argparse
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

LAST = date(2024, 2, 14)
NOW = "2024-12-01T12:00Z"
SETTINGS: dict[str, Any] = {
    "title": "The Archive",
    "base_url": "https://archive.example/",
    "languages": ["en", "fr"],
    "publisher": {"name": "The desk"},
    "feeds": {"hub": "https://hub.example/"},
    "alternates": ["markdown", "ninjs"],
    "social_cards": True,
    "search": True,
}
"""All that multiplies files is on: three formats of feeds with their history, in each language, cards, alternates."""

PLACES = {
    "country": {"name": "Country", "kind": "country"},
    **{
        f"city-{one}": {"name": f"City {one}", "kind": "city", "within": "country", "lat": one, "lon": 40}
        for one in range(4)
    },
}
SOURCES = {f"agency-{one}": {"name": f"Agency {one}"} for one in range(3)}


def head_of(number: int) -> dict[str, Any]:
    """Give the head of an article, counted back from the newest."""
    day = LAST - timedelta(number // 2)
    return {
        "title": f"Report {number}",
        "date": f"{day}T{9 if number % 2 else 15}:00Z",
        "summary": f"What was known of {number}.",
        "tags": [f"Tag {number % 5}", f"Subject {number % 4}"],
        "authors": [f"Author {number % 3}"],
        "section": f"Section {number % 2}",
        "thread": f"Story {number % 4}",
        "location": f"city-{number % 4}",
        "sources": [{"name": f"Agency {number % 3}"}],
        "events": [{"name": f"Event {number}", "when": str(day), "place": f"city-{number % 4}"}],
        "language": "en",
    }


def write(path: Path, text: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)


def put(root: Path, name: str, head: dict[str, Any], body: str) -> None:
    write(root / f"content/articles/{name}.md", f"---\n{yaml.safe_dump(head, sort_keys=False)}---\n\n{body}\n")


def make(root: Path, size: int) -> None:
    """Write an archive of ``size`` articles, the newest of which have a picture."""
    write(root / "content/site.yaml", yaml.safe_dump(SETTINGS))
    write(root / "content/places.yaml", yaml.safe_dump(PLACES))
    write(root / "content/sources.yaml", yaml.safe_dump(SOURCES))
    write(root / "content/articles/map.png", picture())
    for number in range(1, size + 1):
        body = "Text of the report." + ("\n\n![A map](map.png)" if number <= 20 else "")
        put(root, f"report-{number}", head_of(number), body)


def picture() -> bytes:
    """A grey picture of 8 × 8 pixels, as PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * 8) * 8)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def build(root: Path) -> None:
    command = [sys.executable, "-m", "newsgen", "build", "--site", str(root), "--now", NOW]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def files(folder: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    """Every file below a folder with what shows that it was written anew."""
    for path, _, names in os.walk(folder):
        for name in names:
            file = os.path.join(path, name)
            status = os.lstat(file)
            yield os.path.relpath(file, folder), (status.st_ino, status.st_mtime_ns)


def axis_of(path: str) -> str:
    """Give what a file of the output belongs to, in words."""
    parts = path.split("/")
    kind = "page"
    if parts[-1] in ("rss.xml", "atom.xml", "feed.json"):
        kind = "feed, archive" if "archive" in parts else "feed"
    elif parts[-1] != "index.html":
        kind = "file" if len(parts) > 1 or not parts[-1].startswith("sitemap") else "sitemap"
    first = parts[0] if len(parts) > 1 else ""
    if re.fullmatch(r"[0-9]{4}", first):
        first = "articles" if re.match(r"([0-9]+/){3}[^/]+", path) and parts[3] != "index.html" else "calendar"
    return f"{first or 'site'}: {kind}"


def count(root: Path, size: int) -> tuple[Counter[str], int, int]:
    """Give how many files of each axis one more article rewrites, how many files there are, and how many a second
    build writes."""
    make(root, size)
    build(root)
    before = dict(files(root / "public"))
    put(root, "new", head_of(0) | {"title": "A new report"}, "Text of the new report.")
    build(root)
    after = dict(files(root / "public"))
    changed = [path for path in before.keys() | after.keys() if before.get(path) != after.get(path)]
    build(root)
    again = sum(1 for path, mark in files(root / "public") if after.get(path) != mark)
    return Counter(map(axis_of, changed)), len(after), again


def supported(settings: dict[str, Any]) -> dict[str, Any]:
    """Leave out the settings that this version of newsgen does not have."""
    from newsgen.site import Site

    return {name: value for name, value in settings.items() if name in (*Site.__dataclass_fields__, "publisher")}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sizes", type=int, nargs="*", default=[1_000, 10_000])
    parser.add_argument("--work", type=Path, help="where the archives are built; default: a folder for temporary files")
    given = parser.parse_args()
    for name in SETTINGS.keys() - supported(SETTINGS).keys():
        print(f"without {name}, which this version does not know")
        del SETTINGS[name]
    work = Path(tempfile.mkdtemp(prefix="counts-", dir=given.work))
    try:
        found = {size: count(work / str(size), size) for size in given.sizes}
    finally:
        shutil.rmtree(work)
    axes = sorted({axis for numbers, _, _ in found.values() for axis in numbers})
    print(f"| rewritten by one more article | {' | '.join(f'{size:,} articles' for size in found)} |")
    print("|---|" + "--:|" * len(found))
    for axis in axes:
        print(f"| {axis} | {' | '.join(str(numbers[axis]) for numbers, _, _ in found.values())} |")
    print(f"| **in all** | {' | '.join(str(numbers.total()) for numbers, _, _ in found.values())} |")
    print(f"| of how many files | {' | '.join(f'{total:,}' for _, total, _ in found.values())} |")
    print(f"| by a second build | {' | '.join(str(again) for *_, again in found.values())} |")
    same = all(numbers == next(iter(found.values()))[0] for numbers, _, _ in found.values())
    print("The numbers are equal." if same else "The numbers differ.")
    return 0 if same and not any(again for *_, again in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
