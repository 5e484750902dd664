"""Measure newsgen beside other generators: the same documents, the same kinds of pages, one after the other.

python benchmarks/run.py [--size 1000] [--peers hugo,pelican] [--rounds 3] [--work DIRECTORY] [--alone] [--short]
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

import report
from corpus import Corpus, make
from tools import AS_THE_OTHERS, ENGINES, PEERS, Cost, Tool, compare, count_pages, measure, newsgen, peer

COLD, NOTHING, EDITED, ADDED, TEMPLATE = report.SCENARIOS
PAUSE = 2.1
"""Seconds between a change and the builds of it. newsgen reads files again that are hardly older than its last look at
them, for the clock of some disks does not tell two changes in as many seconds apart; people are slower than that."""


class Bench:
    """Some tools over one corpus: what was measured goes into ``result``."""

    def __init__(self, tools: list[Tool], corpus: Corpus, result: dict[str, Any]) -> None:
        self.tools, self.corpus, self.result = tools, corpus, result
        middle = corpus.article(corpus.size // 2)
        self.page = f"{middle.date:%Y/%m/%d}/{middle.slug}/index.html"
        make(corpus, [(tool.kind, str(tool.site)) for tool in tools])
        self.edited = {tool: corpus.write(corpus.size // 2, [(tool.kind, str(tool.site))])[0] for tool in tools}
        time.sleep(PAUSE)

    def run(self, scenarios: tuple[str, ...], rounds: int, once: set[str]) -> None:
        """Build everything in rounds, all tools in turn, so that a busy hour of the machine is everybody's. The tools
        whose kinds are in ``once`` take part in the first round alone."""
        for turn in range(rounds):
            running = [tool for tool in self.tools if not turn or tool.kind not in once]
            for scenario in scenarios:
                page, words = self.change(running, scenario, turn)
                for tool in running:
                    self.build(tool, scenario, turn)
                    if words not in (tool.public / page).read_text():
                        raise SystemExit(f"{tool.name}: {words!r} is not in {page}")
                if not turn and scenario == COLD and len(running) > 1:
                    self.result["pages"] = compare(running)
            if len(running) > 1:
                compare(running)

    def change(self, tools: list[Tool], scenario: str, turn: int) -> tuple[str, str]:
        """Make the change that is to be built, and say in which page which words will show it."""
        if scenario == COLD:
            for tool in tools:
                tool.forget()
        if scenario in (COLD, NOTHING):
            return "index.html", ""
        page, words = self.page, f"A sentence added in round {turn}."
        if scenario == ADDED:
            number = self.corpus.size + turn
            page, words = "index.html", self.corpus.article(number).slug
            self.corpus.write(number, [(tool.kind, str(tool.site)) for tool in tools])
        elif scenario == TEMPLATE:
            words = f'<meta name="round" content="{turn}">'
        for tool in tools:
            if scenario == EDITED:
                with open(self.edited[tool], "a") as file:
                    file.write(f"\n{words}\n")
            elif scenario == TEMPLATE:
                frame = tool.site / tool.frame
                frame.write_text(frame.read_text().replace("</head>", f"{words}\n</head>"))
        time.sleep(PAUSE)
        return page, words

    def build(self, tool: Tool, scenario: str, turn: int) -> None:
        started = time.time_ns()
        cost = measure(tool.name, tool.command, tool.site)
        self.result["costs"].setdefault(tool.name, {}).setdefault(scenario, []).append(rounded(cost))
        print(f"{turn + 1}  {scenario:20} {tool.name:18} {cost.wall:9.2f} s {cost.cpu:9.2f} s CPU", flush=True)
        if tool.kind == "newsgen" and scenario == ADDED:
            added = self.corpus.article(self.corpus.size + turn)
            terms = len(added.tags) + len(added.authors) + 2  # its place, and the country
            self.result["written"].setdefault(tool.name, []).append([written_since(tool.public, started), terms])


def written_since(folder: Path, moment: int) -> int:
    """Count the files in a folder that were made, renamed into place or changed since a moment (ns)."""
    moment -= 20_000_000  # the clock of files goes in steps; whatever was built before is older by a pause
    return sum(
        os.lstat(f"{inside}/{name}").st_ctime_ns >= moment for inside, _, names in os.walk(folder) for name in names
    )


def weigh(folder: Path) -> list[int]:
    """Give how many files and folders there are in one, and their bytes."""
    files = folders = size = 0
    for inside, inner, names in os.walk(folder):
        files, folders = files + len(names), folders + len(inner)
        size += sum(os.lstat(f"{inside}/{name}").st_size for name in names)
    return [files, folders, size]


def rounded(cost: Cost) -> dict[str, float]:
    return {what: round(value, 4) for what, value in asdict(cost).items()}


def measure_around(tool: Tool, sites: Path, result: dict[str, Any]) -> None:
    """Weigh what ``tool`` has made, and measure what its builds are compared with: a copy, and a start of it."""
    sizes = {name: weigh(tool.site / name) for name in ("content", "public", ".newsgen")}
    result["sizes"][tool.name] = sizes
    if "copy" not in result and shutil.disk_usage(sites).free > 1.3 * sizes["public"][2]:
        copy = str(shutil.which("cp"))
        result["copy"] = rounded(measure("cp", (copy, "-r", "public", "copy"), tool.site))
        shutil.rmtree(tool.site / "copy")
    if "startup" not in result:
        small = sites / "ten"
        (small / "content").mkdir(parents=True)
        (small / "content" / "site.yaml").write_text(AS_THE_OTHERS)
        make(Corpus(10), [("newsgen", str(small))])
        time.sleep(PAUSE)
        measure(tool.name, tool.command, small)
        commands = {"help": (tool.command[0], "--help"), "ten articles": tool.command}
        result["startup"] = {
            what: median(measure(tool.name, command, small).cpu for _ in range(5)) for what, command in commands.items()
        }


def file_system(folder: Path) -> str:
    """Give the name of the file system that a folder is on."""
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        command: list[str | Path] = ["df", "--output=fstype", folder]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
        return done.stdout.split()[-1]
    return "unknown file system"


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


def options_of(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure newsgen beside other generators.")
    parser.add_argument("--size", type=int, default=1000, help="how many articles (default: 1000)")
    parser.add_argument("--peers", default=",".join(PEERS), help=f"of {','.join(PEERS)} (default: all)")
    parser.add_argument("--engines", default=",".join(ENGINES), help=f"of {','.join(ENGINES)} (default: all)")
    parser.add_argument("--rounds", type=int, help="how often everything is measured (default: 3; 1 with --alone)")
    parser.add_argument("--once", default="", metavar="PEERS", help="peers that are measured in the first round alone")
    parser.add_argument("--work", type=Path, help="where to work, and keep what was installed (default: in memory)")
    parser.add_argument("--alone", action="store_true", help="measure newsgen without peers, and no changed template")
    parser.add_argument("--short", action="store_true", help="with bodies of about 120 words in place of 590")
    options = parser.parse_args(arguments)
    for name, known in (("peers", PEERS), ("engines", ENGINES), ("once", PEERS)):
        given = [one for one in getattr(options, name).split(",") if one]
        if unknown := set(given) - set(known):
            parser.error(f"unknown {name}: {', '.join(sorted(unknown))}")
        setattr(options, name, given)
    options.rounds = options.rounds or (1 if options.alone else 3)
    options.peers = [] if options.alone else options.peers
    return options


def main() -> None:
    options = options_of(sys.argv[1:])
    corpus = Corpus(options.size, options.short)
    scenarios = (COLD, NOTHING, EDITED, ADDED) if options.alone else report.SCENARIOS
    with work_folder(options.work) as work:
        disk = file_system(work)
        result: dict[str, Any] = {
            "articles": options.size,
            "bodies": "short" if options.short else "long",
            "disk": "" if disk in ("tmpfs", "ramfs") else disk,
            "rounds": options.rounds,
            "machine": {
                "processors": os.cpu_count(),
                "system": f"{platform.system()} {platform.machine()}",
                "python": platform.python_version(),
            },
            **{name: {} for name in ("versions", "costs", "written", "sizes")},
        }
        sites = work / "sites-of-the-benchmark"
        shutil.rmtree(sites, ignore_errors=True)
        tools = [tool for engine in options.engines if (tool := newsgen(sites, engine))]
        own = [*tools]
        tools += [peer(name, work, sites) for name in options.peers]
        result["versions"] = {tool.name: tool.version for tool in tools}
        for group in [[tool] for tool in tools] if options.alone else [tools]:  # alone, a large disk holds each
            Bench(group, corpus, result).run(scenarios, options.rounds, set(options.once))
            for tool in group:
                if tool not in own:
                    shutil.rmtree(tool.site)
            for tool in own:
                if tool in group:
                    measure_around(tool, sites, result)
                    result.setdefault("pages", {}).setdefault(tool.name, dict(count_pages(tool)[0]))
                    shutil.rmtree(tool.site)
        shutil.rmtree(sites)
    path = report.save(result)
    print(f"\n{report.section(result)}\nWritten to {path}, and with all other results to {report.RESULTS}.")


if __name__ == "__main__":
    main()
