"""Forget what builds keep to be fast, and on request delete what they published."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from newsgen import album, disk, publish
from newsgen.database import discard
from newsgen.errors import Refused
from newsgen.features.social import kept_in
from newsgen.ledger import Ledger, Lock
from newsgen.shelf import Shelf


def clean(site: Path, output: Path, published: bool) -> Iterator[str]:
    """Remove the archive and the pictures and search indexes that were made for it, and with ``published`` the files
    that newsgen made in ``output`` and their ledger; say what was done. Raises Refused."""
    root = disk.site_root(site)
    state = root / ".newsgen"
    if state.is_symlink():
        raise Refused(".newsgen is a link", "Remove it: builds keep what they know there.")
    if not state.is_dir():
        yield "There is nothing to forget."
        return
    lock = Lock(state / "lock", "this site")
    try:
        from newsgen.stages import forget_preview  # here, for nothing else needs what that imports

        forget_preview(state.parent)
        archive = state / "archive.sqlite"
        if archive.exists():
            size = os.path.getsize(archive)
            discard(archive)
            yield f"Forgot what was read of the content ({size / 1e6:,.1f} MB)."
        if album.made_in(state).is_dir():
            shutil.rmtree(album.made_in(state))
            yield "Forgot the pictures that were made."
        if kept_in(state).is_dir():
            shutil.rmtree(kept_in(state))
            yield "Forgot the social cards that were made."
        shelf = Shelf(state)
        if shelf.folder.is_dir():
            shelf.clear()
            yield "Forgot the search indexes."
        if published:
            yield _delete(publish.check_output(output, root), state, root)
    finally:
        lock.release()


def _delete(output: Path, state: Path, root: Path) -> str:
    with closing(Ledger(state, output, root)) as ledger:
        paths = [*ledger.published()]
        if output.is_dir():
            publish.clear_stage(output)
            publication = publish.Publication(output)
            publication.prune(paths)
            if os.listdir(output) == [publish.MARKER]:  # else it says that we may build beside what is left
                publication.prune([publish.MARKER])
    discard(ledger.path)
    return f"Deleted {len(paths):,} published files."
