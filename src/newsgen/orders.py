"""What a build is asked to do, and what it tells of what it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from newsgen.errors import Fault
from newsgen.ledger import Lost


@dataclass(frozen=True, slots=True)
class Request:
    """What a build is asked to do. ``now`` decides what is embargoed or expired, and nothing else."""

    site: Path
    output: Path
    now: datetime
    drafts: bool = False
    strict: bool = False
    keep_going: bool = False
    allow_delete: bool = False
    prune: bool = False
    jobs: int | None = None


@dataclass(slots=True)
class Report:
    """What a build did: numbers of files, and everything worth telling about it."""

    documents: int = 0
    read: int = 0
    converted: int = 0
    rendered: int = 0
    written: int = 0
    unchanged: int = 0
    deleted: int = 0
    withheld: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    left_out: list[Fault] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    due: str | None = None
    seconds: float = 0.0


Progress = Callable[[str, int, int], None]
"""Told from time to time: the stage, how much of it is done, and of how much."""
