"""The picture that goes with a link to a page elsewhere (Open Graph): one of the article's own, or its social card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from newsgen.features import Frame
from newsgen.features.social import address_of_card, type_of
from newsgen.model import Card
from newsgen.pictures import CARD_SIZE

LEAST_LARGE = 300, 157
"""A smaller picture is shown small (what X asks of ``summary_large_image``)."""


def of_article(frame: Frame, card: Card, images: Sequence[dict[str, Any]], has_card: bool) -> dict[str, Any] | None:
    """Give the picture of an article: its ``url`` and ``type``, its ``alt``, ``width`` and ``height`` as far as these
    are known, and whether it is ``large``. ``images`` are those of its head; the first is taken where it
    is in the archive and no drawing. None where there is none."""
    first = images[0] if images else None
    kind = type_of(first["target"][1]) if first is not None and first["target"] else None
    if first is not None and kind:
        width, height = first["width"], first["height"]
        is_large = bool(width and height) and width >= LEAST_LARGE[0] and height >= LEAST_LARGE[1]
        told = {"url": first["whole"], "type": kind, "alt": first["alt"], "large": is_large}
        return told | {"width": width, "height": height}
    if not has_card:
        return None
    url, (width, height) = frame.absolute(address_of_card(card.address)), CARD_SIZE
    return {"url": url, "type": "image/png", "alt": card.title, "large": True, "width": width, "height": height}
