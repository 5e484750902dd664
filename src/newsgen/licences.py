"""Read the licence that a site names: an address, the id of one (SPDX), or words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsgen.schema import is_web

_CREATIVE_COMMONS = re.compile(r"CC[ -](BY(?:[ -](?:NC|ND|SA))*)[ -](\d\.\d)", re.IGNORECASE | re.ASCII)
_CC_ZERO = re.compile(r"CC[ -]?0(?:[ -]1\.0)?", re.IGNORECASE | re.ASCII)
_ID = re.compile(r"[A-Za-z][A-Za-z0-9.]*(-[A-Za-z0-9.]+)+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence: ``text`` as it is written, its ``id`` and its ``url`` where they are known."""

    text: str
    id: str | None = None
    url: str | None = None


def read_licence(text: str) -> Licence | None:
    """Give the licence that ``text`` names, or None for blank text. Those of Creative Commons are known by their ids
    however these are spelt (``CC BY-SA 4.0``, ``cc-by-sa-4.0``); of others only the id or the address is."""
    text = text.strip()
    if not text:
        return None
    if is_web(text):
        return Licence(text, url=text)
    if _CC_ZERO.fullmatch(text):
        return Licence(text, "CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/")
    if found := _CREATIVE_COMMONS.fullmatch(text):
        kind, version = found[1].upper().replace(" ", "-"), found[2]
        url = f"https://creativecommons.org/licenses/{kind.lower()}/{version}/"
        return Licence(text, f"CC-{kind}-{version}", url)
    return Licence(text, text if _ID.fullmatch(text) else None)
