"""In which other forms an article can be published beside its page, and at which addresses."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass


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
    """Give the address of a form of the article at ``address``: in its folder, or beside its file where it has none
    (``/old/talks.html`` has ``/old/talks.index.md``)."""
    return address + form.file if address.endswith("/") else f"{posixpath.splitext(address)[0]}.{form.file}"


def article_address_of(address: str) -> tuple[str, str] | None:
    """Give where an article is to which a form at ``address`` may belong, without the end of its name if it is a file,
    and the name of the form; None for what is no form."""
    for name, form in FORMS.items():
        if address.endswith(f"/{form.file}"):
            return address.removesuffix(form.file), name
        if address.endswith(f".{form.file}"):
            return address.removesuffix(f".{form.file}"), name
    return None
