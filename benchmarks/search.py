"""Measure the search: what its indexes cost to make, and what a browser transfers for results.

python benchmarks/search.py --size 10000 [--work DIRECTORY]

Adds what it measured to benchmarks/results/search.json, and writes the table of docs/search.md anew. Bytes are those of
a server that compresses nothing; a search is a cold one, without anything in the browser's cache.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

from corpus import Corpus, make

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "search.json"
DOCUMENT = HERE.parent / "docs" / "search.md"
START, END = "<!-- measured -->", "<!-- /measured -->"
QUERIES = {"first": "q=treaty", "two words": "q=treaty+earthquake", "all years": "q=treaty&years=all"}


def index(site: Path) -> None:
    """Make every index of a site that was built, and nothing else."""
    from newsgen.archive import Archive
    from newsgen.indexing import Index

    with closing(Archive(site / ".newsgen" / "archive.sqlite", read_only=True)) as archive:
        made = Index(site / ".newsgen", True, b"")
        made.update(archive, None, lambda *_: None)
        made.settle(archive)


def measured(*command: str) -> dict[str, float]:
    """Run a command, and give the seconds and megabytes that it took with all that it started."""
    line = [sys.executable, "-I", "-S", str(HERE / "measure.py"), sys.executable, *command]
    done = subprocess.run(line, check=True, capture_output=True, text=True)  # noqa: S603 - our own command
    found: dict[str, float] = json.loads(done.stdout)
    return {name: round(value, 2) for name, value in found.items()}


def transferred(output: Path) -> dict[str, int]:
    """Search in a browser, and give how many bytes each search transfers, the page with all that it needs included."""
    from playwright.sync_api import sync_playwright

    from newsgen.serve import make_server

    server = make_server(output, "/", 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}/search/?"
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--headless", "--no-sandbox"])
        for name, query in QUERIES.items():
            sizes: list[int] = []
            page = browser.new_context().new_page()
            page.on("response", lambda answer, sizes=sizes: sizes.append(len(answer.body())))
            page.goto(address + query)
            page.wait_for_selector("#ng\\:facets:not([hidden])", timeout=60_000)
            page.wait_for_load_state("networkidle")
            found[name] = sum(sizes)
        browser.close()
    server.shutdown()
    return found


def measure(size: int, work: Path) -> dict[str, Any]:
    """Measure an archive of invented articles."""
    site = work / "newsgen"
    if not (site / "content").exists():
        make(Corpus(size), [("newsgen", str(site))])
    newsgen = ["-m", "newsgen", "build", "--site", str(site)]
    measured(*newsgen)
    shutil.rmtree(site / ".newsgen" / "search")
    cost = measured(str(Path(__file__).resolve()), "--index", str(site))
    measured(*newsgen)
    files = [file.stat().st_size for file in (site / "public" / "search").rglob("*") if file.is_file()]
    result = {"articles": size, "indexing": cost, "files": len(files), "bytes": sum(files)}
    return result | {"transferred": transferred(site / "public")}


def table(results: list[dict[str, Any]]) -> str:
    """Give the table of what was measured."""
    head = "articles|seconds|processor seconds|memory, MB|files|MB|first result, KB|of two words, KB|all years, KB"
    rows = [head.split("|"), ["---:"] * 9]
    for one in sorted(results, key=lambda one: one["articles"]):
        cost, bytes_ = one["indexing"], one["transferred"]
        numbers = [one["articles"], round(cost["wall"]), round(cost["cpu"]), round(cost["memory"]), one["files"]]
        numbers += [round(one["bytes"] / 1e6), *(round(bytes_[name] / 1000) for name in QUERIES)]
        rows.append([f"{number:,}" for number in numbers])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the search.")
    parser.add_argument("--size", type=int, default=1000)
    parser.add_argument("--work", type=Path, help="where to work, and keep the site (default: nowhere)")
    parser.add_argument("--index", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.index:
        index(options.index)
        return
    with tempfile.TemporaryDirectory() as folder:
        result = measure(options.size, options.work or Path(folder))
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    results = [*(one for one in known if one["articles"] != options.size), result]
    RESULTS.write_text(json.dumps(results, indent=1) + os.linesep)
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    DOCUMENT.write_text(f"{before}{START}\n\n{table(results)}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
