"""Turn arguments into calls, and errors into exit codes.

Heavy libraries are imported where a command uses them, so that ``newsgen --help`` answers at once.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsgen import __version__
from newsgen.errors import printable
from newsgen.telling import ProgressBar, number_of, tell, tell_faults, tell_lines, tell_profile

if TYPE_CHECKING:
    from newsgen.hubs import Answer
    from newsgen.orders import Request

FAULTS, LEFT_OUT = 1, 3


class _Commands(click.Group):
    """Shows commands in the order in which one meets them, and expected errors without a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        from newsgen.errors import Faulty, NewsgenError

        try:
            return super().invoke(ctx)
        except Faulty as error:
            tell_faults(error.faults)
            number = sum(one.severity == "fault" for one in error.faults)
            click.secho(f"{number_of(number, 'fault')} found. Nothing was published.", fg="red", err=True)
        except NewsgenError as error:
            click.secho(f"newsgen: {error}", fg="red", err=True)
        except OSError as error:
            where = f" ({error.filename})" if error.filename else ""
            reason = printable(f"{error.strerror or error}{where}")
            click.secho(
                f"newsgen: {reason}. What was published is as it was, or whole; build again.", fg="red", err=True
            )
        except _database_error() as error:
            click.secho(f"newsgen: the state in .newsgen/ can't be written: {error}. Build again.", fg="red", err=True)
        sys.exit(FAULTS)


def _database_error() -> type[Exception]:
    from newsgen.archive import DatabaseError

    return DatabaseError


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Begin with:\n\n\b\n  newsgen init my-archive\n  cd my-archive\n  newsgen serve",
)
@click.version_option(__version__, "-V", "--version", prog_name="newsgen", message="%(prog)s %(version)s")
def main() -> None:
    """Make a news archive that stays readable, findable, citable and subscribable for decades, on any static host."""


def _request(site: Path, output: Path | None, now: datetime | None, **asked: Any) -> Request:
    """Give the order that the options of a command make, and let the command end in order where it is told to end."""
    import signal

    from newsgen.orders import Request

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    moment = (now or _clock()).astimezone(UTC)
    return Request(site=site, output=output or site / "public", now=moment, **asked)


_site_option = click.option(
    "--site",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    metavar="DIR",
    help="The folder that holds content/. Default: the current one.",
)
_output_option = click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where the published archive is. Default: public/ in the site.",
)


class _Moment(click.ParamType[datetime]):
    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        from newsgen.moments import read_moment

        try:
            return read_moment(value, UTC).instant
        except ValueError as error:
            self.fail(f"{value!r} can't be read: {error}. Write it like 2024-07-17T09:30+03:00.", param, ctx)


class _Written(_Moment):
    """A moment as it was written: where it names no offset, only the site knows its zone."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        super().convert(value, param, ctx)
        return value


_moment_option = click.option(
    "--now", type=_Moment(), help="The moment that decides embargoes. Default: SOURCE_DATE_EPOCH, or the clock."
)
_jobs_option = click.option(
    "--jobs", type=click.IntRange(1, 64), metavar="N", help="Processes to work in. Default: one a processor."
)


@main.command(short_help="Make a small complete site that builds at once.")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--theme", is_flag=True, help="Also copy the theme's templates/ and static/, to change them.")
def init(directory: Path, theme: bool) -> None:
    """Make a small complete site in DIRECTORY that builds at once."""
    from newsgen.starter import make_site

    for path in make_site(directory, with_theme=theme, today=_clock().date()):
        click.echo(f"  {path}")
    click.echo(f"Made a site in {directory}. Next: cd {directory} && newsgen serve")
    click.echo("newsgen serve shows it while you write; newsgen build makes what is published, in public/.")


@main.command(short_help="Write an article file where it belongs.")
@click.argument("title", required=False)
@_site_option
@click.option(
    "--from",
    "raw",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Make a draft of a raw text, with places, sources and events as proposals; - is standard input.",
)
@click.option("--date", type=_Written(), help="When it is published. Default: now.")
@click.option("--location", metavar="PLACE", help="Where it is about.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="What it is about; may be repeated.")
@click.option("--author", "authors", multiple=True, metavar="NAME", help="Who wrote it; may be repeated.")
@click.option("--section", metavar="NAME", help="The section of the paper.")
@click.option("--summary", metavar="TEXT", help="One or two sentences for lists and feeds.")
@click.option("--draft", is_flag=True, help="Withhold it until draft: is removed.")
@click.option("--edit", is_flag=True, help="Open it in $VISUAL or $EDITOR.")
def new(
    title: str | None,
    site: Path,
    raw: Path | None,
    date: str | None,
    location: str | None,
    tags: tuple[str, ...],
    authors: tuple[str, ...],
    section: str | None,
    summary: str | None,
    draft: bool,
    edit: bool,
) -> None:
    """Write an article file with its front matter where it belongs.

    With --from it is made of a raw text, and TITLE may be left out.
    """
    from newsgen.drafting.proposals import summary_of
    from newsgen.starter import draft_article, new_article

    given = {"location": location, "tags": list(tags), "authors": list(authors), "section": section, "summary": summary}
    when = date or _clock()
    if raw is not None:
        name, data = _raw_text(raw)
        path, found, registered = draft_article(site, name, data, title, when, given)
        click.echo(str(path))
        tell_lines(summary_of(found, registered))
    elif title is None:
        raise click.UsageError("Missing argument 'TITLE'. Only with --from FILE it may be left out.")
    else:
        path = new_article(site, title, when, given, draft=draft)
        click.echo(str(path))
    if edit:
        click.edit(filename=str(path))


def _raw_text(path: Path) -> tuple[str, bytes]:
    """Give a raw text with the name by which faults call it, and no more of it than shows that it is too large."""
    import stat

    from newsgen.errors import Refused
    from newsgen.starter import LARGEST_TEXT

    if str(path) == "-":
        return "standard input", sys.stdin.buffer.read(LARGEST_TEXT + 1)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Refused(f"{path} is no file", "Name a file with the text of a report, or - for standard input.")
        with path.open("rb") as file:
            return str(path), file.read(LARGEST_TEXT + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Refused(f"{path} can't be read: {reason}", "Name a file with the text of a report.") from error


@main.command(short_help="Build the archive; only what changed is rendered.")
@_site_option
@_output_option
@click.option("--drafts", is_flag=True, help="Publish drafts too.")
@click.option("--strict", is_flag=True, help="Take warnings for faults.")
@click.option("--keep-going", is_flag=True, help="Publish without the faulty articles, and list them (exit code 3).")
@click.option("--allow-delete", is_flag=True, help="Go on even where many published addresses would vanish.")
@click.option("--prune", is_flag=True, help="Delete files in the output that newsgen did not make.")
@_moment_option
@click.option("--verify", is_flag=True, help="Read every file; trust no time of change.")
@click.option("--explain", metavar="ADDRESS", default="", help="Say why the page at an address was rendered or not.")
@click.option("--profile", is_flag=True, help="Say where the time went.")
@_jobs_option
def build(
    site: Path,
    output: Path | None,
    drafts: bool,
    strict: bool,
    keep_going: bool,
    allow_delete: bool,
    prune: bool,
    now: datetime | None,
    verify: bool,
    explain: str,
    profile: bool,
    jobs: int | None,
) -> None:
    """Build the archive: read what changed, render what it touches, publish that.

    Exit code 0: all is well. 1: faults were found and nothing was published. 2: wrong usage. 3: published without the
    faulty articles (--keep-going).
    """
    from newsgen import build as building

    request = _request(
        site,
        output,
        now,
        drafts=drafts,
        strict=strict,
        keep_going=keep_going,
        allow_delete=allow_delete,
        prune=prune,
        jobs=jobs,
        verify=verify,
        explain=explain,
    )
    with ProgressBar() as bar:
        report = building.build(request, bar.update)
    tell(report, prune)
    tell_lines(report.explained)
    if profile:
        tell_profile(report)
    if report.left_out:
        sys.exit(LEFT_OUT)


@main.command(short_help="Say what is wrong with the content, without building.")
@_site_option
@_output_option
@click.option("--drafts", is_flag=True, help="Check drafts as if they were published.")
@click.option("--strict", is_flag=True, help="Take warnings for faults.")
@click.option("--allow-delete", is_flag=True, help="Take no offence where published addresses would vanish.")
@_moment_option
@_jobs_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="How findings are written: for people, for programs, or beside the lines of a pull request.",
)
def check(
    site: Path,
    output: Path | None,
    drafts: bool,
    strict: bool,
    allow_delete: bool,
    now: datetime | None,
    jobs: int | None,
    form: str,
) -> None:
    """Say what is wrong with the content, settings and templates, and what an editor should look at.

    Nothing is published. Exit code 0: a build would not refuse anything. 1: faults were found. 2: wrong usage.
    """
    from newsgen import checking
    from newsgen.errors import FAULT
    from newsgen.formats import Writer

    request = _request(site, output, now, drafts=drafts, strict=strict, allow_delete=allow_delete, jobs=jobs)
    colours = {"fault": "red", "warning": "yellow"}
    with ProgressBar() as bar:

        def write(line: str, severity: str) -> None:
            bar.clear()
            click.secho(line, fg=colours.get(severity))

        writer = Writer(form, write, "" if site.is_absolute() else site.as_posix())
        checked = checking.check(request, writer.tell, bar.update)
        writer.close()
    entries, files = checked.proposals
    parts = [
        f"{checked.documents:,} read ({checked.read:,} anew)",
        *(number_of(checked.found[one], one) for one in ("fault", "warning", "note")),
        f"{entries:,} proposed" + (f" in {number_of(files, 'file')}" if files else ""),
    ]
    is_well = not checked.found[FAULT]
    line = f"Checked in {checked.seconds:.2f} s: {', '.join(parts)}."
    click.secho(line, fg="green" if is_well else "red", err=form != "text")
    if not is_well:
        sys.exit(FAULTS)


_form_option = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Whether people or programs read it.",
)


@main.command("list", short_help="List drafts, and what else is not published or not confirmed.")
@click.argument("kind", type=click.Choice(["drafts", "embargoed", "expired", "proposed", "withheld"]))
@_site_option
@_output_option
@_moment_option
@_jobs_option
@_form_option
def list_(kind: str, site: Path, output: Path | None, now: datetime | None, jobs: int | None, form: str) -> None:
    """List the files that are drafts, embargoed, expired, or withheld for any of that, or that hold proposed entries.

    Each with its path, its date and the reason. Nothing is published. Exit code 0, also where there are none; 1: the
    settings can't be read.
    """
    from newsgen import pending

    request = _request(site, output, now, jobs=jobs)
    found = pending.look_up(request, lambda archive: [*pending.list_pending(archive, kind, request.now)])
    if form == "json":
        click.echo(pending.list_as_json(iter(found)))
    else:
        for line in pending.list_as_text(iter(found)):
            click.echo(line)


@main.command("next-due", short_help="Say when the site must be built next.")
@_site_option
@_output_option
@_moment_option
@_jobs_option
@_form_option
def next_due(site: Path, output: Path | None, now: datetime | None, jobs: int | None, form: str) -> None:
    """Print the next moment at which the site must be built although nothing is edited: an embargo ends, or an article
    expires, leads the front page no more, or joins or leaves the sitemap of news.

    It is in UTC (RFC 3339), or the word never. Nothing is published. Exit code 0 in both cases; 1: the settings can't
    be read.
    """
    from newsgen import pending

    request = _request(site, output, now, jobs=jobs)
    due = pending.look_up(request, lambda archive: pending.next_due(archive, request.now))
    click.echo(pending.due_as_json(due) if form == "json" else pending.due_as_text(due))


@main.command(short_help="Tell the hub of site.yaml of the feeds that changed.")
@_site_option
@_output_option
@click.option(
    "--since",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="What was deployed before: of feeds of which nothing is noted, those that are the same there are not told.",
)
@click.option("--all", "everything", is_flag=True, help="Tell of all feeds, changed or not.")
@click.option("--dry-run", is_flag=True, help="List what would be told, and tell nobody.")
@_form_option
def ping(site: Path, output: Path | None, since: Path | None, everything: bool, dry_run: bool, form: str) -> None:
    """Tell the WebSub hub that site.yaml names of each feed that changed since it was last told.

    It is for after a deploy, because the hub reads the feeds at once. Nothing is built.

    Exit code 0: the hub knows of all of them. 1: it does not, or there is nothing to tell it of. 2: wrong usage.
    """
    import signal

    from newsgen import pinging

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))

    def say(url: str, answer: Answer) -> None:
        if not answer.is_well:
            click.secho(printable(f"{url}: {answer}"), fg="red", err=True)
        elif form == "text":
            click.echo(printable(url))

    asked = pinging.Asked(site, output or site / "public", since, everything, dry_run)
    pinged = pinging.ping(asked, say)
    if form == "json":
        click.echo(pinging.as_json(pinged, dry_run))
    elif dry_run:
        tell_lines(pinged.told)
    line = printable(pinging.summary(pinged, dry_run))
    click.secho(line, fg="green" if pinged.is_well else "red", err=form == "json" or not pinged.is_well)
    if not pinged.is_well:
        sys.exit(FAULTS)


@main.command(short_help="Print a JSON Schema of front matter, settings or registers, for editors.")
@click.argument("name", required=False, metavar="[NAME]")
@click.option(
    "--write", "folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Write all into DIR."
)
def schema(name: str | None, folder: Path | None) -> None:
    """Print the JSON Schema (draft-07) NAME, made from what newsgen itself reads by.

    NAME is front-matter (of articles), page, site, places, sources, tags, authors, sections or threads; without one
    they are named.
    """
    from newsgen import editing

    if folder is not None:
        for path in editing.write_schemas(folder, (name,) if name else editing.NAMES):
            click.echo(f"  {path}")
    elif name is None:
        for one in editing.NAMES:
            click.echo(one)
    else:
        click.echo(editing.schema_text(name), nl=False)


@main.command(short_help="Forget what builds keep to be fast.")
@_site_option
@_output_option
@click.option("--published", is_flag=True, help="Also delete every published file that newsgen made.")
def clean(site: Path, output: Path | None, published: bool) -> None:
    """Forget what builds keep to be fast; the next one starts anew. What is published stays, unless --published."""
    from newsgen.housekeeping import clean as run

    for line in run(site, output or site / "public", published):
        click.echo(line)


@main.command(short_help="Preview the archive while it is written; or serve what was built.")
@_site_option
@click.option("--built", is_flag=True, help="Serve the published archive as it is, and no preview.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="With --built, which it implies: where the published archive is. Default: public/ in the site.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="The port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--open", "opens", is_flag=True, help="Open the preview in a browser.")
def serve(site: Path, built: bool, output: Path | None, port: int, host: str, opens: bool) -> None:
    """Preview the archive on this machine alone, under the path of its base_url.

    Pages are rendered when they are asked for, with drafts and embargoed articles, and shown anew in the browser when
    an article, a template or a setting is saved. Nothing is published, and no build is needed.
    """
    if host not in ("127.0.0.1", "localhost", "::1"):
        what = "everybody who reaches it can read this archive, and its drafts" if not built else "others can read it"
        click.secho(f"newsgen: {host} is not this machine alone: {what}.", fg="yellow", err=True)
    if built or output is not None:
        from newsgen.serve import serve as run

        run(site, output or site / "public", port, host)
    else:
        from newsgen.preview.running import preview

        preview(site, port, host, _clock, opens=opens)


def _clock() -> datetime:
    """Give the moment that counts as now: SOURCE_DATE_EPOCH (seconds since 1970, UTC) where it is set."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given is None:
        return datetime.now(UTC)
    try:
        return datetime.fromtimestamp(int(given), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise click.UsageError("SOURCE_DATE_EPOCH must be a whole number of seconds since 1970.") from error
