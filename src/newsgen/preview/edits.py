"""Sort the paths that changed by what they are to a site: documents, their files, the theme, the settings."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from newsgen.disk import KINDS
from newsgen.load import REGISTERS
from newsgen.site import SETTINGS_FILE
from newsgen.urls import is_document

WATCHED = ("content", "templates", "static")
MOST_AT_ONCE = 200
"""From this many changed documents on, the whole site is looked at anew."""


@dataclass(slots=True)
class Edits:
    """What has changed: ``documents`` and other ``files`` of the content by their paths in the site, each with its path
    on this disk; ``static`` are the paths of static files; ``much`` says that all must be looked at."""

    documents: dict[str, Path] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    static: set[str] = field(default_factory=set)
    theme: bool = False
    settings: bool = False
    much: bool = False


def edits_of(root: Path, changed: Iterable[Path], known_below: Callable[[str], list[str]]) -> Edits:
    """Sort ``changed`` paths. A folder stands for all that is in it, or was: ``known_below`` names the files of the
    content that are known to lie below one."""
    edits = Edits()
    for path in sorted(set(changed)):
        try:
            parts = path.relative_to(root).parts
        except ValueError:
            continue
        shown = unicodedata.normalize("NFC", "/".join(parts))
        if not _is_text(shown) or (len(parts) < 2 and shown not in WATCHED):
            continue
        if parts[0] in ("templates", "static"):
            edits.theme = True
            if parts[0] == "static":
                edits.static.add(shown)
        elif shown == SETTINGS_FILE:
            edits.settings = True
        elif parts[-1] in REGISTERS and len(parts) == 2:
            edits.much = True
        elif parts[0] == "content" and len(parts) > 1 and parts[1] in KINDS:
            _add(edits, shown, path, known_below)
        elif parts == ("content",):
            edits.much = True
    edits.much |= len(edits.documents) > MOST_AT_ONCE
    return edits


def _add(edits: Edits, shown: str, path: Path, known_below: Callable[[str], list[str]]) -> None:
    if path.is_dir():
        for folder, _, names in os.walk(path):
            for name in names:
                inner = Path(folder) / name
                below = unicodedata.normalize("NFC", inner.relative_to(path).as_posix())
                if _is_text(below):
                    _put(edits, f"{shown}/{below}", inner)
                if len(edits.documents) > MOST_AT_ONCE:
                    return
    elif not is_document(shown) and not path.exists() and (known := known_below(shown)):
        for one in known[: MOST_AT_ONCE + 1]:
            _put(edits, one, path / one.removeprefix(f"{shown}/"))
    else:
        _put(edits, shown, path)


def _put(edits: Edits, shown: str, path: Path) -> None:
    (edits.documents if is_document(shown) else edits.files)[shown] = path


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
