"""Feeds and their entries in JSON Feed 1.1."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from newsgen.syndication import Channel, Enclosure, Entry, clean, spelt

VERSION = "https://jsonfeed.org/version/1.1"


def entry_as_json(entry: Entry) -> bytes:
    """Give the item of an entry. Where it was is in an extension, ``_georss``, in the terms of GeoRSS-Simple."""
    point = entry.point and {"about": "http://www.georss.org/", "point": spelt(entry.point)}
    images = [one for one in entry.enclosures if one.type.startswith("image/")]
    return _dump(
        {
            "id": entry.id,
            "url": entry.url,
            "title": entry.title,
            "summary": entry.summary,
            "content_html": entry.content,
            "image": images[0].url if images else None,
            "date_published": entry.published.isoformat(),
            "date_modified": entry.updated.isoformat(),
            "authors": [_filled({"name": name, "url": url}) for name, url in entry.authors],
            "tags": list(entry.categories),
            "language": entry.language,
            "attachments": [_attachment(one) for one in entry.enclosures],
            "_georss": point and _filled(point | {"featureName": entry.place}),
        }
    )


def _attachment(one: Enclosure) -> dict[str, Any]:
    return _filled({"url": one.url, "mime_type": one.type, "title": one.text, "size_in_bytes": one.length})


def feed_as_json(channel: Channel, items: Iterable[bytes]) -> bytes:
    """Give a document around ``items`` (:func:`entry_as_json`). What is before it is its ``next_url``."""
    head = _dump(
        {
            "version": VERSION,
            "title": channel.title,
            "home_page_url": channel.about,
            "feed_url": channel.url,
            "description": channel.description,
            "next_url": channel.earlier,
            "icon": channel.icon,
            "authors": [{"name": channel.author}],
            "language": channel.language,
            "hubs": [{"type": "WebSub", "url": channel.hub}] if channel.hub else [],
        }
    )
    return head[:-1] + b',"items":[\n' + b",\n".join(items) + b"\n]}\n"


def _dump(value: dict[str, Any]) -> bytes:
    return json.dumps(_cleaned(_filled(value)), ensure_ascii=False, separators=(",", ":")).encode()


def _filled(value: dict[str, Any]) -> dict[str, Any]:
    """Without what is not known, for which JSON Feed has no sign."""
    return {key: one for key, one in value.items() if one}


def _cleaned(value: Any) -> Any:
    """The texts as the other formats have them."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    return {key: _cleaned(one) for key, one in value.items()} if isinstance(value, dict) else value
