"""Write rows as CSV (RFC 4180), JSON Lines, GeoJSON (RFC 7946) and TimelineJS 3.

In CSV a text that a spreadsheet would take for a formula gets an apostrophe before it, and so does one that looks as if
it had got one: where apostrophes stand before such a character, a program takes one away and has the text as it was.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Iterable
from typing import Any

from newsgen.datasets import Absolute, Located, Row, Table, event_id
from newsgen.edtf import parts, read_edtf
from newsgen.model import Happening
from newsgen.points import Parts
from newsgen.structured import told_at
from newsgen.wording import say

_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_FORMULA = re.compile("'*[=+\\-@\t\n＝＋－＠]")
EARLIEST, LATEST = -271_820, 275_759
"""The first and the last whole year that a JavaScript date can hold, and so TimelineJS on its human scale."""


def clean(value: Any) -> Any:
    """Give a value without control characters; lines end with one line feed."""
    if isinstance(value, str):
        return _NOT_TEXT.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    return [clean(one) for one in value] if isinstance(value, list) else value


def as_cell(value: Any) -> str:
    """Give a value as the text of a cell in CSV: nothing for None, a list joined by ``"; "``, and no text that a
    spreadsheet would calculate. Numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = str(clean("; ".join(value) if isinstance(value, list) else value))
    return f"'{text}" if _FORMULA.match(text) else text


def to_csv(table: Table, rows: Iterable[Row]) -> bytes:
    """Give rows as CSV (RFC 4180) in UTF-8, with the names of the columns in the first line."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow([column.name for column in table.columns])
    for row in rows:
        writer.writerow([as_cell(row[column.name]) for column in table.columns])
    return made.getvalue().encode()


def to_json(value: Any) -> str:
    """Give a value as JSON on one line, also for readers to whom U+2028 ends a line."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _plain(row: Row) -> Row:
    return {name: clean(value) for name, value in row.items()}


def to_jsonl(rows: Iterable[Row]) -> bytes:
    """Give rows as JSON Lines: an object on each line, lists as lists, what is not known as null."""
    return "".join(f"{to_json(_plain(row))}\n" for row in rows).encode()


def to_geojson(rows: Iterable[Located]) -> bytes:
    """Give rows as a collection of points (RFC 7946), which has longitude first, and no geometry for what has no
    coordinates."""
    features = [
        to_json(
            {
                "type": "Feature",
                "id": clean(row["id"]),
                "geometry": {"type": "Point", "coordinates": [at[1], at[0]]} if at else None,
                "properties": _plain(row),
            }
        )
        for row, at in rows
    ]
    inner = ",\n".join(features)
    return f'{{"type":"FeatureCollection","features":[\n{inner}\n]}}\n'.encode()


def to_timeline(title: str, description: str, events: Iterable[Happening], authority: str, absolute: Absolute) -> bytes:
    """Give events as TimelineJS 3 has them (timeline.knightlab.com/docs/json-format.html), which takes texts for HTML.

    An event of which only the end is known stands at its end. One of which no year is known is left out, and so is one
    of a year that JavaScript can't hold.
    """
    slides = [slide for slide in (_slide(one, authority, absolute) for one in events) if slide]
    head = {"headline": as_html(title), **({"text": as_html(description)} if description else {})}
    opening = to_json({"scale": "human", "title": {"text": head, "autolink": False}})
    inner = ",\n".join(map(to_json, slides))
    return f'{opening[:-1]},"events":[\n{inner}\n]}}\n'.encode()


def _slide(event: Happening, authority: str, absolute: Absolute) -> Row | None:
    told = event.told
    when = read_edtf(told.when)
    start, end = parts(when)
    if start is None:
        start, end = end, None
    if start is None or not all(EARLIEST <= one[0] <= LATEST for one in (start, end) if one):
        return None
    link = html.escape(told_at(absolute, told, None))
    said = [told.place, told.as_written, "; ".join(name for _, name, _ in told.sources)]
    text = "".join(f"<p>{as_html(one)}</p>" for one in said if one)
    slide: Row = {
        "start_date": _date(start),
        **({"end_date": _date(end)} if end else {}),
        "display_date": say(when),
        "text": {
            "headline": as_html(told.name),
            "text": f'{text}<p><a href="{link}">{as_html(told.card.title)}</a></p>',
        },
        "unique_id": clean(event_id(event, authority)),
        "autolink": False,
    }
    return slide | ({"group": told.status} if told.status else {})


def _date(given: Parts) -> Row:
    names = ("year", "month", "day", "hour", "minute")
    return {name: value for name, value in zip(names, given, strict=True) if value is not None}


def as_html(text: str) -> str:
    """Give text to stand where HTML is expected."""
    return html.escape(str(clean(text)))
