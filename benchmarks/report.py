"""Make the tables and the chart anew from all that was measured: python benchmarks/report.py

One JSON file in ``results/`` for each size, kind of bodies and kind of disk is all that is read.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from statistics import median
from typing import Any

from chart import chart

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.md"
CHART = HERE.parent / "docs" / "images" / "scale.svg"
SCALE = HERE.parent / "docs" / "scale.md"
COLD, NOTHING, EDITED, ADDED, TEMPLATE = SCENARIOS = (
    "cold",
    "nothing changed",
    "one body edited",
    "one article added",
    "a template changed",
)
PLAIN, FAST, BASE = "newsgen", "newsgen commonmark", "Hugo"
LARGE, LARGEST = 10_000, 100_000
RATIOS = {
    **{(NOTHING, tool): {LARGE: 0.02, LARGEST: 0.005} for tool in (PLAIN, FAST)},
    **{(scenario, tool): {LARGE: 0.05, LARGEST: 0.01} for scenario in (EDITED, ADDED) for tool in (PLAIN, FAST)},
    **{(TEMPLATE, tool): {LARGE: 0.4} for tool in (PLAIN, FAST)},
    (COLD, PLAIN): {LARGE: 2.0, LARGEST: 1.0},
    (COLD, FAST): {LARGE: 0.7, LARGEST: 0.5},
}
"""How large a part of what Hugo takes, in processor time and on the clock, a build of newsgen may take, by size."""
MOST_MEMORY = {LARGEST: 300}
"""MB that the largest process of newsgen may take, by the number of articles."""
MOST_AT_START = 0.12
"""Seconds of processor time."""
Result = dict[str, Any]


def save(result: Result) -> Path:
    """Keep a result, and make all reports anew."""
    marks = ("-short" if result["bodies"] == "short" else "") + ("-disk" if result["disk"] else "")
    path = HERE / "results" / f"{result['articles']}{marks}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n")
    write_reports()
    return path


def write_reports() -> None:
    found = [json.loads(path.read_text()) for path in (HERE / "results").glob("[0-9]*.json")]
    found.sort(key=lambda one: (one["articles"], one["bodies"], one["disk"]))
    head = (
        "# Benchmarks\n\nThe same articles, pages and feeds from all tools, built in turn in each round. Figures are "
        "medians; ratios are taken\nround by round. CPU is user and system time of all processes, memory that of the "
        "largest one. Where no disk is named,\nall was in memory. Made by `python benchmarks/report.py` from "
        "`benchmarks/results/`.\n\n"
    )
    RESULTS.write_text(head + ("\n".join(map(section, found)) or "Nothing is measured yet.\n"))
    CHART.write_text(chart(series_of(found)))
    marks = r"(<!-- figures -->\n).*(<!-- /figures -->)"
    text = re.sub(marks, lambda at: f"{at[1]}\n{figures(found)}\n{at[2]}", SCALE.read_text(), flags=re.DOTALL)
    SCALE.write_text(text)


def section(result: Result) -> str:
    """Everything that one run has measured, as Markdown."""
    size, machine = result["articles"], result["machine"]
    title = f"{size:,} articles" + (", short bodies" if result["bodies"] == "short" else "")
    title += f", on a disk ({result['disk']})" if result["disk"] else ""
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    rounds = f"{result['rounds']} round{'s' if result['rounds'] > 1 else ''}"
    about = (
        f"{versions}. {rounds}; {machine['processors']} processors, {machine['system']}, Python {machine['python']}."
    )
    parts = [f"## {title}\n\n{about}\n", _costs(result), "".join(f"- {one}\n" for one in _goals(result))]
    kinds = list(next(iter(result["pages"].values()), {}))
    rows = [[kind, *(f"{its[kind]:,}" for its in result["pages"].values())] for kind in kinds]
    return "\n".join([*parts, table(["what was written", *result["pages"]], rows)])


def _costs(result: Result) -> str:
    base, size = result["costs"].get(BASE), result["articles"]
    compared = [f"CPU × {BASE}", f"wall × {BASE}", f"goal × {BASE}", "reached"] if base else ["CPU, µs an article"]
    rows = []
    for scenario in SCENARIOS:
        for tool, its in result["costs"].items():
            if scenario not in its:
                continue
            row = [scenario, tool, *(seconds(middle(its[scenario], of)) for of in ("cpu", "wall"))]
            row.append(f"{middle(its[scenario], 'memory'):.0f}")
            if base:
                ratios = [_ratio(its[scenario], base[scenario], of) for of in ("cpu", "wall")]
                goal = RATIOS.get((scenario, tool), {}).get(size)
                met = "" if goal is None else _met([one <= goal for one in ratios])
                row += [*(f"{one:.3f}" for one in ratios), f"≤ {goal}" if goal else "", met]
            else:
                row.append(f"{middle(its[scenario], 'cpu') / size * 1e6:,.1f}")
            rows.append(row)
    return table(["", "tool", "CPU, s", "wall, s", "memory, MB", *compared], rows, left=2)


def _ratio(its: list[dict[str, float]], base: list[dict[str, float]], of: str) -> float:
    return median(one[of] / other[of] for one, other in zip(its, base, strict=False))  # some run in one round alone


def _met(goals: list[bool]) -> str:
    return "yes" if all(goals) else "no" if not any(goals) else "CPU only" if goals[0] else "wall only"


FIXED = 18
"""How many files a new article may write, besides four for each of its terms: four of them are data."""


def _goals(result: Result) -> list[str]:
    """The goals that are no ratios, each with what was measured, and what builds can be compared with."""
    lines = []
    if most := MOST_MEMORY.get(result["articles"]):
        for tool in result["sizes"]:
            memory = max(one["memory"] for costs in result["costs"][tool].values() for one in costs)
            lines.append(
                f"Memory of {tool} at most: {memory:.0f} MB (goal: ≤ {most}; reached: {_met([memory <= most])})"
            )
    for tool, written in result["written"].items():
        for files, terms in written[:1]:
            most, met = FIXED + 4 * terms, _met([each <= FIXED + 4 * its for each, its in written])
            what = f"Files that {tool} wrote for one new article with {terms} terms: {files}"
            lines.append(f"{what} (goal: ≤ {most}; reached in all rounds: {met})")
    for what, cpu in result["startup"].items():
        name = "`newsgen --help`" if what == "help" else "newsgen, ten articles, nothing changed"
        lines.append(f"{name}: {cpu:.3f} s CPU (goal: ≤ {MOST_AT_START}; reached: {_met([cpu <= MOST_AT_START])})")
    if copy := result.get("copy"):
        lines.append(f"`cp -r` of newsgen's output: {seconds(copy['cpu'])} s CPU, {seconds(copy['wall'])} s wall")
    for tool, sizes in result["sizes"].items():
        for name, (files, folders, size) in sizes.items():
            lines.append(f"{name}/ of {tool}: {files:,} files, {folders:,} folders, {size / 1e6:,.1f} MB")
    return lines


def figures(found: list[Result]) -> str:
    """The tables of docs/scale.md: what builds of newsgen cost, and what an archive needs."""
    result: Result
    costs, needs = [], []
    for size in (LARGE, LARGEST, 1_000_000):
        fit = sorted((one for one in found if one["articles"] == size), key=lambda one: (one["bodies"], one["disk"]))
        result = fit[0] if fit else {"costs": {}, "sizes": {}}
        where = "–" if not fit else ", ".join(filter(None, [result["bodies"], result["disk"] or "memory"]))
        for tool in (PLAIN, FAST):
            its = result["costs"].get(tool, {})
            row = [f"{size:,}", tool.removeprefix(PLAIN).strip() or "python-markdown", where]
            row += [seconds(middle(its[one], "cpu")) if one in its else "–" for one in SCENARIOS]
            memory = max((one["memory"] for each in its.values() for one in each), default=None)
            costs.append([*row, "–" if memory is None else f"{memory:.0f}"])
        sizes = result["sizes"].get(PLAIN) or result["sizes"].get(FAST)
        row = [f"{sizes[name][2] / 1e9:.2f}" if sizes else "–" for name in ("content", "public", ".newsgen")]
        row += [f"{sizes[name][0] + sizes[name][1]:,}" if sizes else "–" for name in ("content", "public")]
        needs.append([f"{size:,}", where, *row])
    head = ["articles", "engine", "bodies, disk", *SCENARIOS, "memory, MB"]
    needed = ["articles", "bodies, disk", "`content/`, GB", "`public/`, GB", "`.newsgen/`, GB"]
    needed += ["inodes of `content/`", "inodes of `public/`"]
    return (
        f"Seconds of processor time, of all processes together:\n\n{table(head, costs, 3)}\n"
        f"What it takes on disk:\n\n{table(needed, needs, 2)}"
    )


def middle(costs: list[dict[str, float]], of: str) -> float:
    return median(one[of] for one in costs)


def seconds(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(head: list[str], rows: list[list[str]], left: int = 1) -> str:
    lines = [head, [*["---"] * left, *["---:"] * (len(head) - left)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def series_of(found: list[Result]) -> dict[tuple[str, str], list[tuple[int, float]]]:
    """What the chart shows: processor time by the number of articles, for each tool and scenario."""
    best: dict[int, Result] = {}
    for one in found:  # memory goes before a disk; short bodies are another archive
        if one["bodies"] == "long" and one["articles"] >= 100:
            best.setdefault(one["articles"], one)
    costs = [(size, best[size]["costs"]) for size in sorted(best)]
    return {
        (tool, scenario): points
        for tool in (PLAIN, FAST, BASE)
        for scenario in (COLD, EDITED, NOTHING)
        if (points := [(n, middle(its[tool][scenario], "cpu")) for n, its in costs if scenario in its.get(tool, {})])
    }


if __name__ == "__main__":
    write_reports()
