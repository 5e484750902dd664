"""What the preview adds to pages, the pages that it has of its own, and how it tells faults to a browser."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from newsgen import disk
from newsgen.disk import default_theme
from newsgen.errors import Fault, printable

RESERVED = "__newsgen__"
"""The part of addresses that belongs to the preview alone."""
MOST_TOLD = 20
"""How many faults are shown at once."""
LINES_AROUND = 3
LONGEST_LINE = 240
LARGEST_SOURCE = 4_000_000
_END_OF_HEAD = re.compile(rb"</head\s*>", re.IGNORECASE)
_BODY = re.compile(rb"<body\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.IGNORECASE)


def add_to_page(
    page: bytes, base_path: str, address: str, mark: str, notes: Iterable[str], held: Iterable[tuple[str, str]]
) -> bytes:
    """Add to a page what listens for changes, the ``notes`` that say why it is not public, and the links of those
    ``held`` back that it has. All other bytes stay as a build would publish them."""
    linked = {href: word for href, word in held if f'href="{html.escape(href)}"'.encode() in page}
    own = f"{base_path}{RESERVED}/"
    data = {"events": f"{own}events", "style": f"{own}overlay.css", "address": address, "mark": mark, "held": linked}
    head = (
        f'<link rel="stylesheet" href="{html.escape(own)}preview.css">'
        f'<script defer src="{html.escape(own)}preview.js" data-preview="{html.escape(json.dumps(data))}"></script>'
    ).encode()
    said = "".join(f"<p>{html.escape(note)}</p>" for note in notes)
    top = (
        f'<aside class="newsgen-preview-note" role="note" lang="en" dir="ltr">{said}</aside>'.encode() if said else b""
    )
    at = _END_OF_HEAD.search(page)
    before, rest = (page[: at.start()], page[at.start() :]) if at else (page, b"")
    body = _BODY.search(rest)
    if body is None:
        return before + head + rest + top
    return before + head + rest[: body.end()] + top + rest[body.end() :]


def waiting_page(stage: str, done: int, total: int) -> bytes:
    """Give the page that is shown while the archive is read. It reloads itself."""
    what = {"reading": "Reading what has changed", "checking": "Checking links"}.get(stage, "Looking at the files")
    bar = f'<progress max="{total}" value="{done}"></progress>' if total else "<progress></progress>"
    number = f"<p>{done:,} of {total:,} files</p>" if total else ""
    return _own_page(
        "The preview is getting ready", f"<p>{what} …</p>{bar}{number}", '<meta http-equiv="refresh" content="1">'
    )


def fault_page(faults: Iterable[Fault]) -> bytes:
    """Give the page that stands in the place of one that can't be rendered."""
    rows = "".join(f"<li><code>{html.escape(str(one))}</code></li>" for one in list(faults)[:MOST_TOLD])
    return _own_page("This page can’t be rendered yet", f"<p>It appears here when this is mended:</p><ul>{rows}</ul>")


def _own_page(title: str, text: str, head: str = "") -> bytes:
    style = "body{font:1.1rem/1.5 system-ui,sans-serif;max-inline-size:40rem;margin:15vh auto;padding:0 1rem}"
    style += "progress{inline-size:100%}code{overflow-wrap:anywhere}"
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n{head}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" '
        f'content="light dark">\n<style>{style}</style>\n</head>\n<body>\n<main><h1>{title}</h1>{text}</main>\n'
        "</body>\n</html>\n"
    ).encode()


def told(root: Path, faults: list[Fault]) -> str:
    """Give faults as JSON for a browser, each with the lines around its place; of very many, the first."""
    rows = [_told(root, one) for one in faults[:MOST_TOLD]]
    return json.dumps({"faults": rows, "more": len(faults) - len(rows)})


def _told(root: Path, fault: Fault) -> dict[str, Any]:
    return {
        "path": printable(fault.path),
        "line": fault.line,
        "column": fault.column,
        "what": printable(fault.what),
        "remedy": printable(fault.remedy),
        "excerpt": _excerpt(root, fault),
    }


def _excerpt(root: Path, fault: Fault) -> list[tuple[int, str]]:
    """Give the numbered lines around the place of a fault, from a file that a build may read."""
    top = default_theme() if fault.path.startswith("theme:") else root
    folder, _, name = fault.path.removeprefix("theme:").partition("/")
    if folder not in ("content", "templates") or ".." in name.split("/"):
        return []
    try:
        if (top / folder / name).stat().st_size > LARGEST_SOURCE:
            return []
    except (OSError, ValueError):
        return []
    data, faults = disk.read_inside(top / folder, name, fault.path)
    if faults or not data:
        return []
    lines = data.decode("utf-8", "replace").splitlines()
    first = max(fault.line - LINES_AROUND, 1)
    last = min(fault.line + LINES_AROUND, len(lines))
    return [
        (number, printable(lines[number - 1].replace("\t", "    "))[:LONGEST_LINE]) for number in range(first, last + 1)
    ]
