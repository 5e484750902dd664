"""Let Lighthouse judge the built archive as a telephone loads it, and print its scores: ``make lighthouse``.

python benchmarks/lighthouse.py [--output public] [ADDRESS ...]

Needs Node.js with npm, which fetches Lighthouse into .venv/, and Chromium.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
TOOLS = ROOT / ".venv/lighthouse"
LIGHTHOUSE = "lighthouse@12"
PAGES = ("", "2024/07/17/drones-ain-al-assad/", "timeline/2024/", "places/iraq/", "search/?q=drones")
"""The front page, an article, the timeline, a place and a search in this repository's own archive."""
FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync""".split()


def main() -> None:
    parser = argparse.ArgumentParser(description="Print Lighthouse's scores of pages of a built archive.")
    parser.add_argument("--output", type=Path, default=ROOT / "public")
    parser.add_argument("pages", nargs="*", default=PAGES)
    arguments = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    npm = shutil.which("npm")
    if chromium is None or npm is None:
        sys.exit("Lighthouse needs Chromium, and Node.js with npm.")
    if not (TOOLS / "node_modules/.bin/lighthouse").exists():
        install = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(TOOLS), LIGHTHOUSE]
        subprocess.run(install, check=True)  # noqa: S603
    with served(arguments.output) as url, tempfile.TemporaryDirectory() as folder:
        is_well = True
        for page in arguments.pages:
            scores, wrong = judged(url + page, chromium, Path(folder) / "report.json")
            print(f"{'  '.join(f'{name} {score}' for name, score in scores.items())}  /{page}", flush=True)
            for line in wrong:
                print(f"    {line}")
            is_well = is_well and all(score == 100 for score in scores.values())
    sys.exit(0 if is_well else 1)


@contextmanager
def served(output: Path) -> Iterator[str]:
    """Serve a built archive while the block runs, and give its address."""
    command = [sys.executable, "-m", "newsgen", "serve", "--built", "--output", str(output), "--port", "0"]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        assert server.stdout is not None  # noqa: S101 - it is a pipe
        found = None
        while found is None and (line := server.stdout.readline()):
            found = re.search(r"http://\S+/", line)
        if found is None:
            sys.exit("The archive could not be served. Build it first: make build")
        yield found[0]
    finally:
        server.terminate()
        server.wait()


def judged(url: str, chromium: str, report: Path) -> tuple[dict[str, int], list[str]]:
    """Give Lighthouse's scores of one page, and what it objects to."""
    command = [str(TOOLS / "node_modules/.bin/lighthouse"), url, "--quiet", "--output=json"]
    command += [f"--output-path={report}", f"--chrome-flags={' '.join(FLAGS)}"]
    subprocess.run(command, check=True, env=os.environ | {"CHROME_PATH": chromium})  # noqa: S603
    result = json.loads(report.read_text(encoding="utf-8"))
    scores, wrong = {}, []
    for name, category in result["categories"].items():
        scores[name] = round(100 * (category["score"] or 0))
        for one in category["auditRefs"]:
            audit = result["audits"][one["id"]]
            if one["weight"] and audit["score"] not in (None, 1):
                wrong.append(f"{name}: {audit['title']} {audit.get('displayValue', '')}".rstrip())
    return scores, wrong


if __name__ == "__main__":
    main()
