"""Make new sites, and new articles in them."""

from __future__ import annotations

import shutil
import uuid
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from newsgen import disk
from newsgen.disk import default_theme, site_root
from newsgen.drafting import draft
from newsgen.drafting.proposals import Draft, head_of, scalar
from newsgen.errors import Fault, Faulty, Refused
from newsgen.frontmatter import decode
from newsgen.load import read_site
from newsgen.model import Moment
from newsgen.moments import read_moment
from newsgen.registers import read_register
from newsgen.site import Site
from newsgen.urls import cut_slug, slugify

_SITE = """\
# The settings of this archive. Every one is described in newsgen's docs/site-yaml.md.
title: {title}
base_url: https://example.org/            # where it will be published; a path is fine
description: What this archive is about, in a sentence.
language: en
timezone: UTC                             # the zone of dates without an offset
id_authority: example.org                 # a name that is yours: set once, never changed
publisher:
  name: {title}
"""

_ARTICLE = """\
---
title: The first report
date: {day}
location: Geneva, Switzerland
tags: [archives]
authors: [Editor]
summary: What an article of this archive looks like, and what can be said in its head.
sources:
  - name: RFC 4287, the Atom Syndication Format
    kind: document
    url: https://www.rfc-editor.org/rfc/rfc4287
events:
  - name: The Atom Syndication Format is published
    when: 2005-12
    sources: [1]
    status: confirmed
    role: background
---

Write the report in Markdown. [Another page](../../pages/about.md) is linked by its file, and newsgen puts in the
address. A sentence can lead to the source that it rests on.[^source:1]

## Four commands

- `newsgen serve` shows this archive while you write: what you save is in the browser at once.
- `newsgen new "A headline"` begins the next article.
- `newsgen check` says what is wrong, and what an editor should look at.
- `newsgen build` makes what is published, in `public/`.

## What an article can say

Only `title` and `date` are needed; places, events, sources, tags and corrections make it an archive.[^1]

[^1]: Footnotes, tables and definition lists work too.
"""

_ABOUT = """\
---
title: About
menu: 1
---

Who publishes this archive, why, and how to reach them.
"""

_TAGS = """\
# Names and descriptions of tags, by slug. A tag that is not here is spelt as in the oldest article that carries it.
archives:
  name: Archives
  description: Keeping what was reported.
"""

_WORKFLOW = """\
name: Publish
on:
  push:
    branches: [main]
  schedule:
    - cron: "7 * * * *"     # ends embargoes and lets articles expire on time
  workflow_dispatch:
permissions:
  contents: read
  pages: write
  id-token: write
concurrency:
  group: pages
jobs:
  publish:
    runs-on: ubuntu-latest
    environment:
      name: github-pages
      url: ${{ steps.deployment.outputs.page_url }}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      # Both belong together: .newsgen says what was published, and public holds it. With both a build renders what has
      # changed and notices an address that vanishes; without them it takes longer and can't.
      - uses: actions/cache@v4
        with:
          path: |
            .newsgen
            public
          key: newsgen-${{ github.sha }}
          restore-keys: newsgen-
      - run: python -m pip install newsgen
      - run: newsgen check --format github     # names what to look at beside the lines of the content
      - run: newsgen build --strict
      - uses: actions/upload-pages-artifact@v3
        with:
          path: public
      - id: deployment
        uses: actions/deploy-pages@v4
"""

_IGNORE = "/public/\n/.newsgen/\n"


def make_site(directory: Path, *, with_theme: bool, today: date) -> list[Path]:
    """Make a small complete site in ``directory`` and give the files made. Raises Refused rather than overwrite one."""
    title = " ".join(directory.resolve().name.replace("-", " ").replace("_", " ").split()).capitalize() or "My archive"
    quoted = scalar(title)
    texts = {
        "content/site.yaml": _SITE.format(title=quoted),
        f"content/articles/{today.year}/{today}-first-report.md": _ARTICLE.format(day=today),
        "content/pages/about.md": _ABOUT,
        "content/tags.yaml": _TAGS,
        ".github/workflows/publish.yml": _WORKFLOW,
        ".gitignore": _IGNORE,
    }
    copies: dict[str, Path] = {}
    if with_theme:
        theme = default_theme()
        for name in ("templates", "static"):
            for path in sorted((theme / name).rglob("*")):
                if path.is_file():
                    copies[path.relative_to(theme).as_posix()] = path
    if directory.exists() and not directory.is_dir():
        raise Refused(f"{directory} is a file", "Name a folder that is empty or not there yet.")
    taken = [name for name in (*texts, *copies) if (directory / name).exists()]
    if taken or (directory / "content").exists():
        raise Refused(
            f"{directory} holds {taken[0] if taken else 'content/'} already",
            "Name an empty folder; nothing was changed.",
        )
    made = []
    for name in (*texts, *copies):
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name in texts:
            path.write_text(texts[name], encoding="utf-8")
        else:
            shutil.copyfile(copies[name], path)
        made.append(path)
    for name in ("templates", "static"):
        (directory / name).mkdir(exist_ok=True)
    return made


LARGEST_TEXT = 1024 * 1024


def new_article(site: Path, title: str, when: datetime | str, given: dict[str, Any], *, draft: bool) -> Path:
    """Write an article file below ``content/articles`` and give its path.

    ``when`` is a moment, or one as its author wrote it: without an offset it is in the site's zone, and without a time
    it stays a bare day. Raises Refused where the file exists already.
    """
    return _write(site, _settings(site), title, when, given, draft=draft)


def draft_article(
    site: Path, name: str, data: bytes, title: str | None, when: datetime | str, given: dict[str, Any]
) -> tuple[Path, Draft, bool]:
    """Write the article that :func:`newsgen.drafting.draft` makes of a raw text, as a draft whose guesses are marked.

    ``data`` are the bytes of the text, at most LARGEST_TEXT, and ``name`` is how its file is called in faults; a
    ``title`` replaces that of the text. Gives the path, what was found, and whether the site has a register of places.
    Raises Refused where the file exists already or the text is too large, and Faulty where it is no text.
    """
    if len(data) > LARGEST_TEXT:
        raise Refused(f"{name} is larger than {LARGEST_TEXT >> 20} MiB", "Make several articles of it.")
    settings = _settings(site)
    text, faults = decode(name, data)
    if not faults and not text.strip("\ufeff \t\n"):
        faults = [Fault(name, 1, 1, "the file holds no text", "Name a file with the text of a report.")]
    if faults:
        raise Faulty(faults)
    places, registered = _places(settings.root)
    found = draft(text, _moment(when, settings), places, " ".join(title.split()) if title else None)
    given = {"draft": True, **given}
    head = head_of(found, located=given.get("location"))
    path = _write(site, settings, found.title, when, given, draft=True, head=head, body=found.body)
    return path, found, registered


def _settings(site: Path) -> Site:
    settings, faults = read_site(site_root(site))
    if any(one.severity == "fault" for one in faults):
        raise Faulty(faults)
    return settings


def _places(root: Path) -> tuple[dict[str, dict[str, Any]], bool]:
    """The register of places, and whether there is one."""
    path = "content/places.yaml"
    data, faults = disk.read_inside(root / "content", "places.yaml", path)
    if data is None:
        return {}, False
    text, unreadable = ("", []) if faults else decode(path, data)
    places, wrong = ({}, []) if faults or unreadable else read_register(path, text, "places")
    faults = [one for one in (*faults, *unreadable, *wrong) if one.severity == "fault"]
    if faults:
        raise Faulty(faults)
    return places, True


def _moment(when: datetime | str, settings: Site) -> Moment:
    if isinstance(when, str):
        return read_moment(when, settings.zone)
    return Moment(when.replace(microsecond=0).astimezone(settings.zone))


def _write(
    site: Path,
    settings: Site,
    title: str,
    when: datetime | str,
    given: dict[str, Any],
    *,
    draft: bool,
    head: str = "",
    body: str = "",
) -> Path:
    """Write an article; ``head`` is YAML for the end of its head."""
    title = " ".join(title.split())
    slug = cut_slug(slugify(title), 120)
    if not slug:
        raise Refused(f"the title {title!r} makes no file name", "Use letters or digits in it.")
    moment = _moment(when, settings)
    day = moment.day.isoformat()
    fields: dict[str, Any] = {
        "title": title,
        "id": f"urn:uuid:{uuid.uuid4()}",
        "date": day if moment.day_only else moment.instant.replace(second=0).isoformat(timespec="minutes"),
    }
    fields |= {name: value for name, value in given.items() if value}
    if any("\ud800" <= character <= "\udfff" for character in str(fields)):
        raise Refused("an argument is not text in this terminal's encoding", "Use a UTF-8 locale.")
    if draft:
        fields["draft"] = True
    path = site / "content" / "articles" / day[:4] / f"{day}-{slug}.md"
    if not path.resolve().is_relative_to(settings.root / "content"):
        raise Refused(f"{path} leads out of content/", "Remove the link.")
    path.parent.mkdir(parents=True, exist_ok=True)
    header = yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=1000)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(f"---\n{header}{head}---\n\n{body}" + ("\n" if body else ""))
    except FileExistsError as error:
        raise Refused(f"{path} exists already", "Choose another title, or edit that file.") from error
    return path
