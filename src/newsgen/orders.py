"""What a build is asked to do, and what it tells of what it did."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from newsgen.errors import Fault
from newsgen.ledger import Lost


@dataclass(frozen=True, slots=True)
class Request:
    """What a build is asked to do. ``now`` decides what is embargoed, expired or featured, and nothing else;
    ``explain`` is an address of which to tell why it was rendered or not. ``early`` shows what is under an embargo: to
    its authors."""

    site: Path
    output: Path
    now: datetime
    drafts: bool = False
    strict: bool = False
    keep_going: bool = False
    allow_delete: bool = False
    prune: bool = False
    jobs: int | None = None
    verify: bool = False
    explain: str = ""
    early: bool = False


@dataclass(slots=True)
class Report:
    """What a build did: numbers of files, and everything worth telling about it. ``proposed`` are the first files with
    entries that nobody has confirmed, each with how many of each kind; ``proposals`` is how many such entries there are
    in all, and in how many files. ``indexed`` are the spans of time whose search index was made anew, ``notes`` what
    else is worth a line."""

    documents: int = 0
    read: int = 0
    converted: int = 0
    rendered: int = 0
    written: int = 0
    unchanged: int = 0
    deleted: int = 0
    withheld: list[tuple[str, str]] = field(default_factory=list)
    proposed: list[tuple[str, dict[str, int]]] = field(default_factory=list)
    proposals: tuple[int, int] = (0, 0)
    warnings: list[Fault] = field(default_factory=list)
    left_out: list[Fault] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    references: list[Fault] = field(default_factory=list)
    explained: list[str] = field(default_factory=list)
    indexed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    planned: str = "nothing"
    queries: int = 0
    due: str | None = None
    seconds: float = 0.0
    profile: Profile = field(default_factory=lambda: Profile())


@dataclass(slots=True)
class Profile:
    """Where a build's time went: seconds by stage, renderings and seconds by template, and what took longest."""

    stages: dict[str, float] = field(default_factory=dict)
    templates: dict[str, tuple[int, float]] = field(default_factory=dict)
    slowest_files: list[tuple[float, str]] = field(default_factory=list)
    slowest_pages: list[tuple[float, str]] = field(default_factory=list)

    def add(self, templates: dict[str, tuple[int, float]], slowest: list[tuple[float, str]]) -> None:
        """Count what a process has rendered, and the pages that took it longest."""
        self.slowest_pages = sorted([*self.slowest_pages, *slowest])[-MOST_TOLD:]
        for name, (count, seconds) in templates.items():
            before = self.templates.get(name, (0, 0.0))
            self.templates[name] = (before[0] + count, before[1] + seconds)

    @contextmanager
    def stage(self, name: str, within: str = "") -> Iterator[None]:
        """Count the time that a block takes to a stage, and not to one ``within`` which it lies."""
        started = time.perf_counter()
        try:
            yield
        finally:
            took = time.perf_counter() - started
            self.stages[name] = self.stages.get(name, 0.0) + took
            if within:
                self.stages[within] = self.stages.get(within, 0.0) - took


MOST_TOLD = 10
MOST_NAMED = 100
"""Of how many files a list of a report is, that may be of any length."""

Progress = Callable[[str, int, int], None]
"""Told from time to time: the stage, how much of it is done, and of how much."""
