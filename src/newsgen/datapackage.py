"""Describe the published data as a Data Package (specs.frictionlessdata.io), for the ``frictionless`` tool and others
of the kind."""

from __future__ import annotations

import re
from typing import Any

from newsgen.datasets import Column, Table
from newsgen.licences import read_licence
from newsgen.serialising import clean, to_json
from newsgen.urls import slugify

MEDIA_TYPES = {
    "csv": "text/csv",
    "jsonl": "application/jsonl",
    "geojson": "application/geo+json",
    "json": "application/json",
}
_TYPES = {"list": "string", "uri": "string"}


def license_of(text: str) -> dict[str, str] | None:
    """Give a licence as data packages name it, where ``text`` is the id of one or its address; else None."""
    found = read_licence(text)
    known = {"name": found.id, "path": found.url} if found else {}
    return {name: value for name, value in known.items() if value} or None


def schema_of(table: Table, as_lists: bool = False) -> dict[str, Any]:
    """Give the Table Schema of a table; ``as_lists`` where lists are not joined, as in JSON Lines."""
    fields = [_field(one, as_lists, table.key == (one.name,)) for one in table.columns]
    return {"fields": fields, "primaryKey": list(table.key), "missingValues": [""]}


def _field(column: Column, as_lists: bool, is_key: bool) -> dict[str, Any]:
    kind = "array" if as_lists and column.kind == "list" else _TYPES.get(column.kind, column.kind)
    limits = {"minimum": column.least, "maximum": column.greatest}
    constraints: dict[str, Any] = {name: limit for name, limit in limits.items() if limit is not None}
    if column.required:
        constraints["required"] = True
    if is_key:
        constraints["unique"] = True
    described = {"name": column.name, "type": kind, "description": column.description}
    if column.kind == "uri":
        described["format"] = "uri"
    return described | ({"constraints": constraints} if constraints else {})


def resource(name: str, path: str, title: str, description: str, table: Table | None = None) -> dict[str, Any]:
    """Give the description of one file. Only CSV is called a table: without extras the tool can't read JSON Lines, but
    the schema is said of these too."""
    form = path.rpartition(".")[2]
    described: dict[str, Any] = {
        "name": name,
        "path": path,
        "title": title,
        "description": description,
        "format": form,
        "mediatype": MEDIA_TYPES[form],
        "encoding": "utf-8",
        "profile": "tabular-data-resource" if form == "csv" else "data-resource",
    }
    if form == "jsonl":
        described["type"] = "file"
    if table is not None and form in ("csv", "jsonl"):
        described["schema"] = schema_of(table, form == "jsonl")
    return described


def refer(resources: list[dict[str, Any]]) -> None:
    """Say of the tables which rows they refer to, where both are whole."""
    known = {one["name"]: one for one in resources}
    for name, column, other in (
        ("events", "article", "articles"),
        ("citations", "article", "articles"),
        ("citations", "source_id", "sources"),
    ):
        if name in known and other in known:
            reference = {"fields": column, "reference": {"resource": other, "fields": "id"}}
            known[name]["schema"].setdefault("foreignKeys", []).append(reference)


def package(
    title: str,
    description: str,
    homepage: str,
    id_: str,
    publisher: dict[str, str],
    license_: str,
    resources: list[dict[str, Any]],
) -> bytes:
    """Give the descriptor of a data package."""
    found = license_of(license_)
    described = {
        "profile": "data-package",
        "name": name_of(title),
        "id": id_,
        "title": clean(title),
        **({"description": clean(description)} if description else {}),
        "homepage": homepage,
        "contributors": [{**publisher, "role": "publisher"}],
        **({"licenses": [found]} if found else {}),
    }
    inner = ",\n".join(map(to_json, resources))  # each on a line of its own: of a large archive they are thousands
    return f'{to_json(described)[:-1]},"resources":[\n{inner}\n]}}\n'.encode()


def name_of(title: str) -> str:
    """Give the name of a package: Latin letters, digits and hyphens."""
    return "-".join(re.findall("[a-z0-9]+", slugify(title))) or "archive"
