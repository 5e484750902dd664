"""Run the preview of a site on this machine until it is interrupted."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from newsgen.build import make_state
from newsgen.disk import site_root
from newsgen.errors import Refused
from newsgen.ledger import Lock
from newsgen.load import read_site
from newsgen.preview.app import Preview
from newsgen.serve import Guard, Server


def preview(site: Path, port: int, host: str, clock: Callable[[], datetime], *, opens: bool = False) -> None:
    """Serve the authors' preview of ``site`` until interrupted. ``port`` 0 takes a free one; ``opens`` opens a browser.
    Raises Refused."""
    root = site_root(site)
    settings, _ = read_site(root)
    with own_state(root) as folder:
        app = Preview(root, settings.base_path, folder, clock, tell=_say)
        server = Server(Guard(app, host), port, host, app.end)
        url = server.url(settings.base_path)
        _say(f"Preview of {site} at {url}  (Ctrl-C ends it)")
        if opens:
            webbrowser.open(url)
        server.serve_forever()
    ending = time.monotonic() + SECONDS_TO_END
    for one in threading.enumerate():
        if one.name.startswith("newsgen-opening"):
            one.join(max(0.0, ending - time.monotonic()))
            if one.is_alive():
                sys.stdout.flush()
                os._exit(0)  # the archive is still being read, which the next preview takes up again


SECONDS_TO_END = 0.5
"""How long the reading of the archive may take to end by itself."""


def _say(line: str) -> None:
    print(line, flush=True)


@contextmanager
def own_state(root: Path) -> Iterator[Path]:
    """Give the folder of the preview's own state: below the site's, or, where another preview works there, one that
    goes with this preview."""
    make_state(root / ".newsgen")
    folder = root / ".newsgen" / "preview"
    if folder.is_symlink():
        raise Refused(".newsgen/preview is a link", "Remove it: the preview keeps what it knows there.")
    folder.mkdir(exist_ok=True)
    try:
        lock = Lock(folder / "lock", "this preview")
    except Refused:
        _say("Another preview of this site is running; this one reads the archive into a folder of its own.")
        with tempfile.TemporaryDirectory(prefix="newsgen-preview-", ignore_cleanup_errors=True) as own:
            yield Path(own)
        return
    try:
        yield folder
    finally:
        lock.release()
