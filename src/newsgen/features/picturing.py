"""Pictures as pages show them: with their size, so that nothing jumps, and in as many sizes as were made."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any
from urllib.parse import unquote

from newsgen.embeds import attributes, host_of
from newsgen.features import Frame
from newsgen.figures import IMAGE
from newsgen.notes import CLOSE, OPEN
from newsgen.pictures import Images, Picture, rendition_address, renditions
from newsgen.urls import encode, media_address

COLUMN = "(min-width: 64rem) 42rem, (min-width: 48rem) calc(92vw - 15rem), 92vw"
"""How wide a picture in the column of the theme is (the attribute ``sizes``)."""
TILE = "(min-width: 40rem) 20rem, 46vw"
"""How wide one in a gallery is."""
EMBED = '<span class="embed">'
"""Where it stands in a body there is something that a script can offer to show."""

_TARGET = re.compile(rf"\ssrc\s*=\s*[\"']?{OPEN}media:([^{CLOSE}#]*){CLOSE}", re.IGNORECASE)
_GALLERY = re.compile(r'<div class="gallery">\n(?:<figure>.*?</figure>\n)*</div>', re.DOTALL)


def with_pictures(body: str, pictures: Mapping[str, Picture], frame: Frame) -> str:
    """Give the HTML of a body, its links still placeholders, with the sizes of its pictures; they are fetched when they
    are about to be seen."""
    galleries = [(one.start(), one.end()) for one in _GALLERY.finditer(body)] if 'class="gallery"' in body else []
    is_arranged = "<picture" in body  # by an author whose HTML is trusted

    def put(found: re.Match[str]) -> str:
        is_tile = any(start < found.start() < end for start, end in galleries)
        given = attributes(found[1])
        source = _TARGET.search(found[0])
        picture = pictures.get(unquote(source[1])) if source else None
        tag = _with(found[0], given, {"loading": "lazy", "decoding": "async", **_size(given, picture)})
        if picture is None or is_arranged:
            return tag
        sizes = f"{given['width']}px" if given.get("width", "").isdigit() else TILE if is_tile else COLUMN
        sources = "".join(  # with a slash, for parsers that know no HTML 5
            f'<source type="{one["type"]}" srcset="{html.escape(one["srcset"])}" sizes="{sizes}"/>'
            for one in sources_of(picture, frame)
        )
        return f"<picture{_upright(picture)}>{sources}{tag}</picture>" if sources else tag

    return IMAGE.sub(put, body)


def with_sizes(body: str, pictures: Mapping[str, Picture]) -> str:
    """Give the HTML of a body, its links still placeholders, with the sizes of its pictures and no more: for feeds."""

    def put(found: re.Match[str]) -> str:
        source = _TARGET.search(found[0])
        picture = pictures.get(unquote(source[1])) if source else None
        given = attributes(found[1])
        return _with(found[0], given, _size(given, picture)) if picture else found[0]

    return IMAGE.sub(put, body) if "<img" in body else body


def sources_of(picture: Picture, frame: Frame) -> Iterator[dict[str, str]]:
    """Give what a browser may choose from instead of the original: each format, with the addresses of its sizes."""
    images: Images = frame.site.images
    for name, made in groupby(renditions(picture, images), key=lambda one: one.format):
        sizes = ", ".join(f"{frame.href(rendition_address(picture.path, one))} {one.width}w" for one in made)
        yield {"type": f"image/{name}", "srcset": sizes}


def view_of_image(frame: Frame, image: dict[str, Any], pictures: Mapping[str, Picture], number: int) -> dict[str, Any]:
    """Give what a template sees of an image of the head, the first of which leads the article. One at another host has
    no size, and ``host`` names that: pages do not ask it for anything."""
    seen = {**image, "leads": number == 0, "sources": (), "sizes": COLUMN, "width": None, "height": None}
    seen |= {"host": None, "upright": False}
    if image["target"] is None:
        address = encode(image["src"]) if " " in image["src"] else image["src"]
        return {**seen, "href": address, "whole": address, "host": host_of(address)}
    kind, target = image["target"]
    picture = pictures.get(target) if kind == "media" else None
    if picture is not None:
        seen |= {"width": picture.width, "height": picture.height, "sources": [*sources_of(picture, frame)]}
        seen["upright"] = picture.height > picture.width
    address = media_address(target) if kind == "media" else target
    return {**seen, "href": frame.href(address), "whole": frame.absolute(address)}


def _upright(picture: Picture) -> str:
    return ' class="upright"' if picture.height > picture.width else ""


def _size(given: Mapping[str, str], picture: Picture | None) -> dict[str, str]:
    """The size to write into a tag: as wide as its author wants it, and as high as it then is."""
    if picture is None:
        return {}
    width, height = given.get("width", ""), given.get("height", "")
    if width.isdigit() and int(width):
        return {"height": str(max(1, round(int(width) * picture.height / picture.width)))}
    if height.isdigit() and int(height):
        return {"width": str(max(1, round(int(height) * picture.width / picture.height)))}
    return {"width": str(picture.width), "height": str(picture.height)}


def _with(tag: str, given: Mapping[str, str], more: Mapping[str, str]) -> str:
    """A tag with more attributes, each in the place of one that it has."""
    for name in given.keys() & more.keys():
        tag = re.sub(rf"\s{name}\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]+)", "", tag, flags=re.IGNORECASE)
    written = "".join(f' {name}="{value}"' for name, value in more.items())
    return f"{tag[:-1].rstrip('/ ')}{written}>"
