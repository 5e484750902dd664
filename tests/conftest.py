"""A small site that tells a story: write files, build, read what was published with real parsers."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import feedparser
import lxml.html
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import settings
from lxml import etree
from PIL import Image

from newsgen.cli import main

NOW = "2024-12-01T12:00Z"

# How long an example takes is the machine's affair, and what is found by chance belongs to a person, not a gate.
settings.register_profile("patient", deadline=None)
settings.register_profile("ci", derandomize=True, deadline=None)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "patient")


@dataclass(frozen=True)
class Run:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


class Story:
    """One site in a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.public = root / "public"

    def write(self, path: str, text: str | bytes = "") -> Path:
        """Write a file whose time of change lies in the past, as that of a file that was there for a while."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def site(self, **settings: Any) -> Story:
        values = {
            "title": "The Record",
            "base_url": "https://example.org/",
            "id_authority": "example.org",
            "search": False,
        }
        values |= settings  # few tests are about the search, whose index takes its time
        self.write("content/site.yaml", yaml.safe_dump(values, allow_unicode=True))
        return self

    def article(self, name: str, body: str = "Text.", **fields: Any) -> Path:
        header = {"title": name.replace("-", " ").capitalize(), "date": "2024-07-17"} | fields
        header = {key: value for key, value in header.items() if value is not None}
        text = yaml.safe_dump(header, allow_unicode=True, sort_keys=False)
        return self.write(f"content/articles/{name}.md", f"---\n{text}---\n\n{body}\n")

    def remove(self, path: str) -> None:
        (self.root / path).unlink()

    def run(self, *arguments: str) -> Run:
        done = CliRunner().invoke(main, [*arguments], catch_exceptions=False)
        return Run(done.exit_code, done.stdout, done.stderr)

    def build(self, *options: str) -> Run:
        given = [*options]
        for name, value in (("--now", NOW), ("--jobs", "1")):
            if name not in given:
                given += [name, value]
        return self.run("build", "--site", str(self.root), *given)

    def built(self, *options: str) -> Run:
        """Build, and insist that it worked."""
        done = self.build(*options)
        assert done.code == 0, done.text
        return done

    def text(self, address: str) -> str:
        """The text that is published at an address."""
        path = address.lstrip("/") + ("index.html" if address.endswith("/") else "")
        return (self.public / path).read_text(encoding="utf-8")

    def page(self, address: str) -> Any:
        return lxml.html.document_fromstring(self.text(address).encode())

    def xml(self, address: str) -> Any:
        return etree.fromstring(self.text(address).encode())

    def feed(self, address: str) -> Any:
        parsed = feedparser.parse(self.text(address).encode())
        assert not parsed.bozo, parsed.get("bozo_exception")
        return parsed

    def published(self) -> dict[str, bytes]:
        return tree(self.public)

    def stats(self) -> dict[str, tuple[int, int]]:
        """Inode and time of change of every published file: equal ones were not touched."""
        return {
            path: (status.st_ino, status.st_mtime_ns)
            for path in tree(self.public)
            for status in [os.lstat(self.public / path)]
        }


def drawn(width: int = 8, height: int = 6, colour: str = "teal", form: str = "PNG", **options: Any) -> bytes:
    """A picture of one colour, as the bytes of a file."""
    written = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(written, form, **options)
    return written.getvalue()


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() or file.is_symlink()
    }


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path / "site").site()
