"""Do light work on files beside this process, without what heavier work needs to be imported."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Beside:
    """Light work on many files of one folder that goes on beside this process, in a plain fork of it where there can be
    one. That one works from within the folder, which makes every path short. The work must touch nothing but files,
    and its results must be lists and texts."""

    def __init__(self, work: Callable[[str, list[Any]], list[Any]], folder: str, items: list[Any]) -> None:
        self._work = (work, folder, items)
        self._child = 0
        if not hasattr(os, "fork") or processors() < 2:
            return
        self._pipe, writing = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            code = 1
            try:
                os.close(self._pipe)
                os.chdir(folder)
                with os.fdopen(writing, "w", encoding="utf-8", errors="surrogateescape") as pipe:
                    json.dump(work(".", items), pipe)
                code = 0
            finally:
                os._exit(code)
        os.close(writing)

    def result(self) -> list[Any]:
        """Wait for the work, and give its results; it is done here where that process failed."""
        work, folder, items = self._work
        if not self._child:
            return work(folder, items)
        with os.fdopen(self._pipe, encoding="utf-8", errors="surrogateescape") as pipe:
            text = pipe.read()
        failed = os.waitpid(self._child, 0)[1]
        self._child = 0
        return work(folder, items) if failed else [tuple(one) for one in json.loads(text)]
