"""Say on the terminal what a command did: faults, warnings, what is withheld, and where the time went."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from newsgen.errors import printable

if TYPE_CHECKING:
    from newsgen.errors import Fault
    from newsgen.orders import Report

MOST_ALIKE = 3
MOST_LOST = 100
MOST_SHOWN = 10


class ProgressBar:
    """A line that counts on a terminal, for work of over a second; silent elsewhere, and in continuous integration."""

    def __init__(self) -> None:
        from time import monotonic

        self._clock = monotonic
        self._started = self._last = monotonic()
        self._stage, self._stage_started = "", monotonic()
        self._shown = False
        self._wanted = sys.stderr.isatty() and not os.environ.get("CI")

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def clear(self) -> None:
        """Take the line away, before others are written."""
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True)
        self._shown = False

    def update(self, stage: str, done: int, total: int) -> None:
        now = self._clock()
        if stage != self._stage:
            self._stage, self._stage_started = stage, now
        if not self._wanted or not total or now - self._started < 1 or now - self._last < 0.1:
            return
        self._last, self._shown = now, True
        filled = 30 * done // total
        rate = done / max(now - self._stage_started, 0.001)
        left = f", {_duration((total - done) / rate)} left" if done and now - self._stage_started > 1 else ""
        bar = f"{stage:>10} [{'#' * filled}{'-' * (30 - filled)}] {done:,} of {total:,}"
        click.echo(f"\r\x1b[K{bar}, {rate:,.0f} a second{left}", nl=False, err=True)


def _duration(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60}:{whole % 60:02} min"


def tell_profile(report: Report) -> None:
    """Say where the time of a build went, and what memory it took."""
    profile = report.profile
    click.echo("\nStages, in seconds:")
    for name, seconds in profile.stages.items():
        click.echo(f"  {name:<12}{seconds:>9.2f}")
    click.echo(
        f"Counts: {report.read:,} read, {report.converted:,} converted, {report.rendered:,} rendered "
        f"({report.planned} planned), {report.written:,} written, {report.queries:,} queries."
    )
    if profile.templates:
        click.echo("Templates by their time (in all processes):")
        slowest = sorted(profile.templates.items(), key=lambda one: (-one[1][1], one[0]))
        for name, (number, seconds) in slowest[:MOST_SHOWN]:
            click.echo(f"  {name:<24}{number:>9,} pages{seconds:>9.2f} s{seconds / number * 1e6:>9,.0f} µs a page")
    for what, longest in (
        ("Files that took longest to read and convert:", profile.slowest_files),
        ("Pages that took longest to render:", profile.slowest_pages),
    ):
        if longest:
            click.echo(what)
        for took, path in reversed(longest):
            click.echo(printable(f"  {took * 1000:>9,.1f} ms  {path}"))
    if memory := _memory():
        click.echo(f"Memory at most: {memory[0]:,} MB here, {memory[1]:,} MB in the largest other process.")


def _memory() -> tuple[int, int] | None:
    """The most memory that this process, and any that it waited for, ever took, in MB; None where it can't be known."""
    try:
        import resource
    except ImportError:
        return None
    unit = 2**20 if sys.platform == "darwin" else 2**10
    own, others = (resource.getrusage(of).ru_maxrss // unit for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own, others


def tell_lines(lines: Iterable[str]) -> None:
    """Say some lines, whatever they hold."""
    for line in lines:
        click.echo(printable(line))


def tell(report: Report, pruned: bool) -> None:
    """Say what a build did; ``pruned`` says that what was not ours has been deleted."""
    tell_faults(report.warnings)
    tell_faults(report.left_out)
    for path, reason in report.withheld:
        click.echo(printable(f"withheld: {path} ({reason})"), err=True)
    entries, files = report.proposals
    for path, kinds in report.proposed:
        counts = ", ".join(number_of(number, kind) for kind, number in kinds.items())
        click.echo(printable(f"proposed: {path} ({counts})"), err=True)
    if files > len(report.proposed):
        click.echo(f"… and {files - len(report.proposed):,} more files with proposed entries", err=True)
    for one in report.lost[:MOST_LOST]:
        click.secho(printable(f"warning: {one.what}. {one.remedy}".strip()), fg="yellow", err=True)
    if len(report.lost) > MOST_LOST:
        click.secho(f"… and {len(report.lost) - MOST_LOST} more addresses that are gone", fg="yellow", err=True)
    for line in report.notes:
        click.secho(printable(line), fg="yellow", err=True)
    for path in report.unknown[:10]:
        click.echo(printable(f"{'deleted' if pruned else 'kept'}, not ours: {path}"), err=True)
    if len(report.unknown) > 10:
        click.echo(f"… and {len(report.unknown) - 10} more that newsgen did not make", err=True)
    if report.left_out:
        number = len({one.path for one in report.left_out})
        click.secho(f"{number_of(number, 'article')} left out for their faults, listed above.", fg="red", err=True)
    if report.due:
        click.echo(f"Something is due at {report.due}: build again then.")
    parts = [
        f"{report.documents:,} read ({report.read:,} anew)",
        f"{report.written:,} written",
        f"{report.unchanged:,} left as they were",
        f"{report.deleted:,} deleted",
        f"{len(report.withheld):,} withheld{_reasons(report)}",
        *([f"{entries:,} proposed in {number_of(files, 'file')}"] if entries else []),
    ]
    click.secho(
        f"Built in {report.seconds:.2f} s: " + ", ".join(parts) + ".", fg="green" if not report.left_out else None
    )


def _reasons(report: Report) -> str:
    kinds = sorted({reason.split()[0] for _, reason in report.withheld})
    counts = {kind: sum(reason.startswith(kind) for _, reason in report.withheld) for kind in kinds}
    return f" ({', '.join(f'{number} {kind}' for kind, number in counts.items())})" if counts else ""


def tell_faults(faults: Any) -> None:
    """Print faults one by one, and warnings that say the same of many places together."""
    alike: dict[tuple[str, str], list[Fault]] = {}
    for one in faults:
        if one.severity == "fault":
            click.secho(str(one), fg="red", err=True)
        else:
            alike.setdefault((one.what, one.remedy), []).append(one)
    for same in alike.values():
        for one in same[:MOST_ALIKE]:
            click.secho(str(one), fg="yellow", err=True)
        if len(same) > MOST_ALIKE:
            click.secho(f"  … and {len(same) - MOST_ALIKE} more like it", fg="yellow", err=True)


def number_of(count: int, noun: str) -> str:
    """Give a number of things, as words."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
