"""Collect every message that newsgen says into src/newsgen/locales/newsgen.pot (``make catalogues``)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

ROOT = Path(__file__).parent.parent
LOCALES = ROOT / "src" / "newsgen" / "locales"
TEMPLATE = LOCALES / "newsgen.pot"
KEYWORDS = {"_": None, "gettext": None, "message": None, "plural": (1, 2), "Column": (3,)}
METHODS = (("src/newsgen/**.py", "python"), ("templates/**.html", "jinja2"))
OPTIONS = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}
HEAD = """\
Everything that newsgen says to readers, in English.
docs/languages.md says how to translate it: copy this file to the name of your language, such as de.po.
"""


def messages() -> Iterator[tuple[str, int, str | tuple[str, ...]]]:
    """Give each message with the file and the line that says it."""
    for file, line, message, _, _ in extract_from_dir(ROOT, [*METHODS], OPTIONS, KEYWORDS):
        yield file, line, tuple(message) if isinstance(message, list) else message


def collect(locale: str | None = None) -> Catalog:
    """Give the catalogue of all messages."""
    found = Catalog(locale, project="newsgen", header_comment=HEAD, charset="utf-8")
    for file, line, message in messages():
        found.add(message, locations=[(file, line)])
    return found


def written(catalogue: Catalog) -> str:
    """Give the text of a catalogue; without its lines, so that it changes only where messages do."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=120, omit_header=True, include_lineno=False, sort_output=False)
    head = "".join(f"# {line}\n" for line in HEAD.splitlines())
    return (
        f'{head}msgid ""\nmsgstr ""\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Content-Transfer-Encoding: 8bit\\n"\n\n{buffer.getvalue().decode()}'
    )


if __name__ == "__main__":
    TEMPLATE.write_text(written(collect()), encoding="utf-8")
