"""Ways to do the same work on many things: here, or in processes.

Work is a function of a state and a batch. The state is made once where the work is done (a parser, an open archive),
by a function that must be importable, from arguments that can be sent there. Results come in the order of the batches.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from itertools import islice
from multiprocessing import forkserver
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any, Protocol, TypeVar

from newsgen.errors import Refused
from newsgen.forks import processors

MOST_IN_BATCH = 200

Item = TypeVar("Item")
Result = TypeVar("Result")

_state: Any = None  # of a worker process: its only work needs it, and a process has no other place to keep it


class Executor(Protocol):
    """Where work is done."""

    def run(
        self,
        work: Callable[[Any, list[Item]], Result],
        make_state: Callable[..., Any],
        arguments: tuple[Any, ...],
        items: Iterable[Item],
    ) -> Iterator[Result]: ...


class Here:
    """Do the work in this process."""

    def __init__(self, batch: int = 50) -> None:
        self.batch = batch

    def run(
        self,
        work: Callable[[Any, list[Item]], Result],
        make_state: Callable[..., Any],
        arguments: tuple[Any, ...],
        items: Iterable[Item],
    ) -> Iterator[Result]:
        state = None
        for batch in batches(items, self.batch):
            state = make_state(*arguments) if state is None else state
            yield work(state, batch)


class Processes:
    """Do the work in ``jobs`` processes, a few batches ahead of who takes the results."""

    def __init__(self, jobs: int, batch: int = 50) -> None:
        self.jobs = jobs
        self.batch = batch

    def run(
        self,
        work: Callable[[Any, list[Item]], Result],
        make_state: Callable[..., Any],
        arguments: tuple[Any, ...],
        items: Iterable[Item],
    ) -> Iterator[Result]:
        context = _context()
        waiting: deque[Future[Result]] = deque()
        pool = ProcessPoolExecutor(self.jobs, context, _begin, (make_state, arguments))
        try:
            for batch in batches(items, self.batch):
                waiting.append(pool.submit(_do, work, batch))
                if len(waiting) > 3 * self.jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise Refused(
                "a worker process ended unexpectedly, perhaps for want of memory; nothing was published",
                "Build again, with --jobs 1 if it repeats.",
            ) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _context() -> BaseContext:
    """How processes are started: by a server that has imported what they need and opened nothing, where there can be
    one, for a child forked from here must not share our open databases; else each from nothing."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["newsgen.stages"])
    return context


def end_server() -> None:
    """End the server that starts processes, if there is one, and wait for it: what it and they took is then counted
    among what this process took, and nothing outlives a build."""
    server = getattr(forkserver, "_forkserver", None)
    with suppress(Exception):  # it has no public way to end; without one it ends with this process
        server._stop()  # type: ignore[union-attr]


def executor_for(count: int, jobs: int | None, least: int) -> Executor:
    """Choose where to work on ``count`` items: in processes where there are at least ``least`` and more than one job
    is wanted (by default, one for each processor)."""
    wanted = jobs if jobs is not None else processors()
    batch = min(MOST_IN_BATCH, max(1, count // (8 * wanted)))  # enough of them that all have work until the end
    return Processes(wanted, batch) if wanted > 1 and count >= least else Here()


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Cut ``items`` into lists of at most ``size``."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def _begin(make_state: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    global _state
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _state = make_state(*arguments)


def _end_with(parent: BaseProcess) -> None:
    """End this process when the one that it works for is gone, however that ended."""
    parent.join()
    os._exit(1)


def _do(work: Callable[[Any, list[Item]], Result], batch: list[Item]) -> Result:
    return work(_state, batch)
