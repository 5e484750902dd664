"""In which other forms an article can be published beside its page, and at which addresses."""

from __future__ import annotations

from dataclasses import dataclass

from newsgen.urls import beside


@dataclass(frozen=True, slots=True)
class Form:
    """One form: its media type, the name of its file, and what it is called."""

    type: str
    file: str
    name: str


FORMS = {
    "markdown": Form("text/markdown", "index.md", "Markdown"),
    "ninjs": Form("application/json", "ninjs.json", "IPTC ninjs"),
}
"""The forms by the names that settings have for them. RFC 7763 registered the type of Markdown; ninjs has none of its
own."""


def form_address(address: str, form: Form) -> str:
    """Give the address of a form of the article at ``address``."""
    return beside(address, form.file)
