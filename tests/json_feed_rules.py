"""What JSON Feed 1.1 asks, as a JSON Schema in our own words and as functions for what no schema can say.

Members that the format does not have are refused, save extensions (``_name``): a misspelt one would be lost in silence.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import jsonschema

from .feed_rules import FULL_URI, MEDIA_TYPE, RFC3339, fault_in_html, instant_of, relative

URL = {"type": "string", "pattern": f"^{FULL_URI.pattern}$"}
TEXT = {"type": "string"}
LANGUAGE = {"type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"}
MOMENT = {"type": "string", "pattern": f"^{RFC3339.pattern}$"}
ANY: dict[str, Any] = {}


def _object(required: str, **members: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": required.split(),
        "properties": members,
        "patternProperties": {"^_[a-zA-Z][^.]*$": {"type": ["object", "array", "string", "number", "boolean"]}},
        "additionalProperties": False,
    }


AUTHORS = {"type": "array", "minItems": 1, "items": _object("", name=TEXT, url=URL, avatar=URL) | {"minProperties": 1}}

ATTACHMENT = _object(
    "url mime_type",
    url=URL,
    mime_type={"type": "string", "pattern": f"^{MEDIA_TYPE.pattern}$"},
    title=TEXT,
    size_in_bytes={"type": "integer", "minimum": 0},
    duration_in_seconds={"type": "number", "minimum": 0},
)

ITEM = _object(
    "id url",
    id={"type": "string", "minLength": 1},
    url=URL,
    external_url=URL,
    title={"type": "string", "minLength": 1},
    content_html=TEXT,
    content_text=TEXT,
    summary=TEXT,
    image=URL,
    banner_image=URL,
    date_published=MOMENT,
    date_modified=MOMENT,
    authors=AUTHORS,
    tags={"type": "array", "items": TEXT},
    language=LANGUAGE,
    attachments={"type": "array", "items": ATTACHMENT},
) | {"anyOf": [{"required": ["content_html"]}, {"required": ["content_text"]}]}

SCHEMA = _object(
    "version title home_page_url feed_url items",
    version={"const": "https://jsonfeed.org/version/1.1"},
    title={"type": "string", "minLength": 1},
    home_page_url=URL,
    feed_url=URL,
    description=TEXT,
    user_comment=TEXT,
    next_url=URL,
    icon=URL,
    favicon=URL,
    authors=AUTHORS,
    language=LANGUAGE,
    expired={"type": "boolean"},
    hubs={"type": "array", "items": _object("type url", type=TEXT, url=URL)},
    items={"type": "array", "items": ITEM},
)

_VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def faults(data: bytes, address: str) -> list[str]:
    """Give all that is wrong with the JSON Feed that is published at ``address``."""
    try:
        feed = json.loads(data.decode("utf-8"), object_pairs_hook=_without_doubles)
    except ValueError as fault:
        return [f"no JSON: {fault}"]
    found = [f"{one.json_path}: {one.message:.200}" for one in _VALIDATOR.iter_errors(feed)]
    return found or [*_beyond(feed, address)]


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    doubled = [name for name, number in Counter(name for name, _ in pairs).items() if number > 1]
    if doubled:
        raise ValueError(f"{doubled[0]} stands twice")
    return dict(pairs)


def _beyond(feed: dict[str, Any], address: str) -> Iterator[str]:
    if next(iter(feed)) != "version":
        yield "the version is to stand first"
    if feed["feed_url"] != address:
        yield f"feed_url is {feed['feed_url']}"
    if feed.get("next_url") == feed["feed_url"]:
        yield "next_url leads back to the feed"
    ids = Counter(one["id"] for one in feed["items"])
    yield from (f"two items have the id {one}" for one, number in ids.items() if number > 1)
    for one in feed["items"]:
        yield from (f"{one['id']}: {text} is no moment" for text in _moments(one) if instant_of(text) is None)
        yield from (f"{one['id']}: {text} is relative" for text in relative(one.get("content_html", "")))
        if fault := fault_in_html(one.get("content_html", "")):
            yield f"{one['id']}: {fault}"


def _moments(item: dict[str, Any]) -> Iterator[str]:
    yield from (item[name] for name in ("date_published", "date_modified") if name in item)
