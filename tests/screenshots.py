"""Take the screenshots of the README and of each kind of page of this repository's archive: ``make screenshots``."""

from __future__ import annotations

import base64
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from newsgen.load import read_site
from newsgen.serve import make_server

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs/images"
SHOTS = {"": "front-page", "timeline/events/2024/": "timeline", "feeds/": "feeds", "feed/atom.xml": "feed"}
"""Those of the README and of docs/feeds.md, by address."""
KINDS = {
    "home": "",
    "article": "2024/07/17/drones-ain-al-assad/",
    "page": "about/",
    "terms": "tags/",
    "topic": "tags/drones/",
    "topic-year": "tags/drones/2024/",
    "timeline": "timeline/",
    "year": "timeline/2024/",
    "month": "timeline/2024/07/",
    "day": "timeline/2024/07/17/",
    "days": "on-this-day/",
    "on-this-day": "on-this-day/07-17/",
    "events": "timeline/events/",
    "events-year": "timeline/events/2024/",
    "event": "events/*/",
    "places": "places/",
    "place": "places/iraq/",
    "sources": "sources/",
    "source": "sources/reuters/",
    "threads": "threads/",
    "thread": "threads/*/",
    "thread-from-the-beginning": "threads/*/from-the-beginning/",
    "corrections": "corrections/",
    "data": "data/",
    "numbers": "about/archive/",
    "feeds": "feeds/",
    "feed": "feed/atom.xml",
    "search": "search/?q=drones",
    "not-found": "404.html",
}
"""One page of each template, by kind, and a feed. A star stands for the first that there is."""
CARD = "2024/07/17/drones-ain-al-assad/card.png"
WIDTHS = (390, 1280)
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
        for written in shots(browser, f"http://127.0.0.1:{server.server_address[1]}{base}"):
            print(written.relative_to(ROOT), flush=True)
        browser.close()
    server.shutdown()


def shots(browser: Browser, url: str) -> Iterator[Path]:
    """Write all screenshots of the archive at ``url``, and give the path of each."""
    (IMAGES / "pages").mkdir(parents=True, exist_ok=True)
    page = browser.new_page()
    for address, name in SHOTS.items():
        page.set_viewport_size({"width": 1280, "height": 1300 if name == "feeds" else 900})
        page.goto(url + address)
        if address.endswith(".xml"):
            show(page, IMAGES / f"{name}.png")
        else:
            page.screenshot(path=IMAGES / f"{name}.png")
        with Image.open(IMAGES / f"{name}.png") as whole:
            few = whole.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(IMAGES / f"{name}.png", optimize=True)  # half as large, and nobody sees it
        yield IMAGES / f"{name}.png"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        for kind, pattern in KINDS.items():
            address = found(pattern)
            if address is None:
                print(f"The archive has no page for {kind} ({pattern}).", file=sys.stderr)
                continue
            page.goto(url + address)
            if kind == "search":
                page.wait_for_selector(".results > li")
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                target = IMAGES / f"pages/{kind}-{width}-{scheme}.png"
                if address.endswith(".xml"):
                    show(page, target)
                else:
                    page.screenshot(path=target, full_page=True)
                yield target
            page.emulate_media(color_scheme="light")
    page.close()
    yield Path(shutil.copyfile(ROOT / "public" / CARD, IMAGES / "social-card.png"))


def show(page: Page, target: Path) -> None:
    """Write a screenshot of the top of a document that is no HTML, which Playwright itself waits for in vain."""
    session = page.context.new_cdp_session(page)
    target.write_bytes(base64.b64decode(session.send("Page.captureScreenshot", {"format": "png"})["data"]))
    session.detach()


def found(pattern: str) -> str | None:
    """Give the address of a page, where the built archive has it."""
    path, question, query = pattern.partition("?")
    file = path if path.endswith((".html", ".xml")) else path + "index.html"
    pages = sorted((ROOT / "public").glob(file))
    if not pages:
        return None
    return pages[0].relative_to(ROOT / "public").as_posix().removesuffix("index.html") + question + query


if __name__ == "__main__":
    main()
