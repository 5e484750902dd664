"""Watch the folders of a site, and say which of their files were written, moved or removed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from watchfiles import Change, DefaultFilter, awatch

from newsgen.preview.edits import WATCHED

STEP, LONGEST = 15, 100
"""Milliseconds without another change after which what has changed is told, and after which it is told anyway."""


async def watch(root: Path, tell: Callable[[set[Path]], Awaitable[None]]) -> None:
    """Watch the site in ``root``, and ``tell`` the paths that changed, until cancelled. A folder that is made or
    removed while it watches is noticed. Where the system tells of no changes, files are looked at in turn."""
    polls: bool | None = None  # as the environment says
    while True:
        there = [root / name for name in WATCHED if (root / name).is_dir()]
        other = asyncio.Event()
        outer = asyncio.create_task(_until_other(root, there, other))
        try:
            async for found in awatch(
                *there, watch_filter=_Filter(), step=STEP, debounce=LONGEST, stop_event=other, force_polling=polls
            ):
                await tell({Path(path) for _, path in found})
        except (OSError, RuntimeError):  # such as one watch more than the system allows, or a folder that is just gone
            polls = True if polls is None and all(one.is_dir() for one in there) else polls
            await asyncio.sleep(0.2)
        finally:
            outer.cancel()
            with suppress(asyncio.CancelledError):
                await outer
        await tell({root / name for name in WATCHED})


class _Filter(DefaultFilter):
    """Leaves out what editors write beside a file, and what is no part of any site."""

    def __call__(self, change: Change, path: str) -> bool:
        name = path.rpartition("/")[2]
        return super().__call__(change, path) and not (name.startswith("#") and name.endswith("#")) and name != "4913"


async def _until_other(root: Path, there: list[Path], other: asyncio.Event) -> None:
    """Wait until a folder that is watched is there no more, or one that is not is."""
    async for _ in awatch(root, watch_filter=None, step=50, recursive=False, stop_event=other):
        if [root / name for name in WATCHED if (root / name).is_dir()] != there:
            other.set()
            return
