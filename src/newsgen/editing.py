"""JSON Schemas (draft-07) of all that people write in YAML, from the shapes that read it, for editors that complete and
check while one types."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from newsgen.errors import Refused
from newsgen.model import AXES
from newsgen.registers import SHAPES
from newsgen.schema import Record
from newsgen.site import SITE
from newsgen.vocabulary import ARTICLE, PAGE, TERM

HEADS = {"front-matter": ARTICLE, "page": PAGE, "site": SITE}
_TITLES = {
    "front-matter": "The head of an article",
    "page": "The head of a page without a date",
    "site": "content/site.yaml",
}
REGISTERS = tuple(sorted({*AXES, *SHAPES}))
NAMES = (*HEADS, *REGISTERS)
"""What there are schemas of: heads and settings, and the registers by the names of their files."""


def schema_of(name: str) -> dict[str, Any]:
    """Give the JSON Schema of one of the :data:`NAMES`. Raises Refused for what is none.

    What newsgen takes without a word it accepts; what newsgen takes with a warning, such as an unknown key, it refuses,
    as ``newsgen check --strict`` does.
    """
    if name in HEADS:
        found = HEADS[name].json_schema()
    elif name in REGISTERS:
        shape: Record = SHAPES.get(name, TERM)
        found = {"type": ["object", "null"], "additionalProperties": shape.json_schema()}
    else:
        raise Refused(f"there is no schema {name!r}", f"Name one of: {', '.join(NAMES)}.")
    said = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"newsgen: {_TITLES.get(name) or f'content/{name}.yaml'}",
    }
    return {**said, **found, **({} if name in REGISTERS else {"type": "object"})}


def schema_text(name: str) -> str:
    """Give a schema as a file holds it: the same bytes from the same program."""
    return json.dumps(schema_of(name), indent=2, ensure_ascii=False) + "\n"


def write_schemas(folder: Path, names: Iterable[str]) -> Iterator[Path]:
    """Write schemas into ``folder``, each as ``NAME.schema.json``, and give their paths."""
    texts = {name: schema_text(name) for name in names}
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        path = folder / f"{name}.schema.json"
        path.write_text(text, encoding="utf-8")
        yield path
