"""Take the README's screenshots of this repository's own archive: ``make screenshots``."""

from __future__ import annotations

import shutil
import sys
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

from newsgen.load import read_site
from newsgen.serve import make_server

ROOT = Path(__file__).parent.parent
SHOTS = {"": "front-page", "timeline/events/2024/": "timeline"}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium is needed to take screenshots.")
    base = read_site(ROOT)[0].base_path
    server = make_server(ROOT / "public", base, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        for address, name in SHOTS.items():
            page.goto(f"http://127.0.0.1:{server.server_address[1]}{base}{address}")
            target = ROOT / f"docs/images/{name}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=target)
            print(target.relative_to(ROOT))
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main()
