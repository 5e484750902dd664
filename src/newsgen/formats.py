"""How findings are written: for people, for programs, for the pages of a code host."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable
from dataclasses import asdict

from newsgen.errors import FAULT, NOTE, WARNING, Fault, printable
from newsgen.findings import BUILD, Finding

FORMATS = ("text", "json", "github")

_COMMANDS = {FAULT: "error", WARNING: "warning", NOTE: "notice"}


def as_text(one: Finding) -> str:
    """Give a finding as one line: place, severity, what is wrong, what to do, and the rule if it is one of the lint."""
    line = str(Fault(one.path, one.line, one.column, one.what, one.remedy, one.severity))
    return line if one.rule == BUILD else f"{line} [{one.rule}]"


def as_json(one: Finding) -> str:
    """Give a finding as a JSON object, in ASCII, so that nothing in it drives a terminal."""
    keys = ("path", "line", "column", "severity", "rule", "what", "remedy")
    values = asdict(one)
    return json.dumps({key: values[key] for key in keys})


def as_github(one: Finding, folder: str = "") -> str:
    """Give a finding as a command of GitHub's workflows, which shows it beside the line; ``folder`` is where the site
    is in the repository."""
    path = posixpath.normpath(posixpath.join(folder, one.path))
    rule = "" if one.rule == BUILD else f" [{one.rule}]"
    message = printable(f"{one.what}. {one.remedy}".strip()) + rule
    place = f"file={_property(printable(path))},line={one.line},col={one.column}"
    return f"::{_COMMANDS[one.severity]} {place}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


class Writer:
    """Writes findings one after the other in one of the :data:`FORMATS`. JSON is one list."""

    def __init__(self, form: str, write: Callable[[str, str], None], folder: str = "") -> None:
        """``write`` takes one line and the severity of what it tells."""
        self._form = form
        self._write = write
        self._folder = folder
        self._waiting: Finding | None = None
        self._has_begun = False

    def tell(self, one: Finding) -> None:
        if self._form == "json":  # a line ends with a comma where another one follows
            self._begin()
            if self._waiting is not None:
                self._write(f"  {as_json(self._waiting)},", "")
            self._waiting = one
        else:
            line = as_text(one) if self._form == "text" else as_github(one, self._folder)
            self._write(line, one.severity if self._form == "text" else "")

    def close(self) -> None:
        """Write what is to be written when all is told."""
        if self._form != "json":
            return
        self._begin()
        if self._waiting is not None:
            self._write(f"  {as_json(self._waiting)}", "")
        self._write("]", "")

    def _begin(self) -> None:
        if not self._has_begun:
            self._write("[", "")
        self._has_begun = True
