"""What articles, pages and registers may say: the fields of their front matter, declared once."""

from __future__ import annotations

import re
from dataclasses import dataclass

from yaml.nodes import Node, ScalarNode

from newsgen.document import Document, scalar_text
from newsgen.moments import Edtf, When, read_moment
from newsgen.schema import Choice, Field, Flag, ListOf, Names, Number, Record, Shape, Text, Web
from newsgen.site import Language


def split_tags(text: str) -> tuple[list[str], str]:
    """Take one text of tags apart: at commas, else at blanks."""
    if "," in text or ";" in text:
        return [part.strip() for part in re.split("[,;]", text)], ""
    words = text.split()
    return words, f"read as {len(words)} tags: {', '.join(words)}" if len(words) > 1 else ""


def split_authors(text: str) -> tuple[list[str], str]:
    """Take one byline apart: at commas, semicolons, ampersands and the word "and"."""
    return [part.strip() for part in re.split(r"[,;&]|\sand\s", text)], ""


def _whole(text: str) -> tuple[list[str], str]:
    return [text], ""


@dataclass(frozen=True, slots=True)
class Published:
    """Other generators' mark: false is a draft. A date here is another tool's, and says nothing about withholding."""

    says: str = "true or false"

    def read(self, node: Node, document: Document) -> bool | None:
        try:
            read_moment(scalar_text(node, document, self.says) or "true", document.zone)
        except ValueError:
            return Flag().read(node, document) if isinstance(node, ScalarNode) else None
        document.warn(node, "published: is a mark, true or false; this date says nothing", "Write date: or embargo:.")
        return True


@dataclass(frozen=True, slots=True)
class Menu:
    """A place in the menu; ``true`` is the end of it."""

    says: str = "a whole number from 1 to 1000, or true"

    def read(self, node: Node, document: Document) -> float | None:
        word = node.value.strip().lower() if isinstance(node, ScalarNode) else ""
        if word in ("true", "yes", "false", "no"):
            return 1000 if word in ("true", "yes") else None
        return Number(0, 1000).read(node, document)


_COORDINATES = (
    Field("lat", Number(-90, 90, fraction=True), "Latitude in degrees, north positive.", also=("latitude",)),
    Field("lon", Number(-180, 180, fraction=True), "Longitude in degrees, east positive.", also=("longitude", "lng")),
)
COORDINATES = tuple((one.name, *one.also) for one in _COORDINATES)
"""How latitude and longitude may be called, each by its own name first."""
_PROPOSED = Field("proposed", Flag(), "A machine's guess, omitted until a person removes the mark.")
_LOCATION: Shape = Record(
    (
        Field("name", Text(entities=True), "The place's name.", required=True),
        Field("country", Text(entities=True), "The country it is in."),
        *_COORDINATES,
        _PROPOSED,
    ),
    short="name",
)
_ATTRIBUTION = Choice(("on-record", "background", "deep-background"))
_SOURCE_KIND = Choice(("person", "document", "statement", "wire", "media", "dataset"))
_CHECKED: Shape = Record(
    (
        Field("date", When(), "When its link was last looked at.", required=True),
        Field("status", Choice(("ok", "moved", "changed", "gone")), "What was found there.", required=True),
    )
)
_KEPT = (
    Field("url", Web(), "Where it can be read."),
    Field("archived", Web(), "Where a copy of it is kept."),
    Field("accessed", When(), "When it was read."),
    Field("checked", _CHECKED, "The state of its link: date and status (ok, moved, changed, gone)."),
)
_SOURCE: Shape = Record(
    (
        Field(
            "name", Text(entities=True), "Who or what it is; a description where the name is withheld.", required=True
        ),
        Field("kind", _SOURCE_KIND, "What kind of source."),
        Field("attribution", _ATTRIBUTION, "On what terms it may be named."),
        Field("reason", Text(entities=True), "Why it is not named."),
        *_KEPT,
        _PROPOSED,
    ),
    short="name",
)
_EVENT: Shape = Record(
    (
        Field("name", Text(entities=True), "What happened.", required=True),
        Field("when", Edtf(), "When it happened, no more precisely than is known.", required=True, also=("date",)),
        Field("as_written", Text(entities=True), "The words of the report."),
        Field("place", Text(entities=True), "Where: a key of places.yaml, or a name.", also=("location",)),
        Field("sources", ListOf(Text()), "Numbers (from 1) or names of this article's sources."),
        Field("status", Choice(("reported", "claimed", "confirmed", "disputed")), "How sure it is."),
        Field("role", Choice(("main", "background")), "Whether the article is about it."),
        Field("id", Text(), "The same event in several articles."),
        _PROPOSED,
    ),
    short="name",
)
_CORRECTION: Shape = Record(
    (
        Field("date", When(), "When it was made.", required=True),
        Field("kind", Choice(("correction", "clarification", "update", "retraction")), "What kind of change."),
        Field("text", Text(entities=True), "What was wrong and what is right.", required=True),
    ),
)
_WITHDRAWN: Shape = Record(
    (
        Field("date", When(), "When it was withdrawn.", required=True),
        Field("reason", Text(entities=True), "Why, in a sentence that may stand in its place."),
    ),
    short="date",
)
_IMAGE: Shape = Record(
    (
        Field("src", Text(), "The image file, relative to the article.", required=True, also=("url",)),
        Field("alt", Text(entities=True), "What it shows, for those who do not see it."),
        Field("caption", Text(entities=True), "The text below it."),
        Field("credit", Text(entities=True), "Who made it."),
    ),
    short="src",
)

_COMMON = (
    Field("title", Text(entities=True, longest=500), "The headline.", required=True, also=("headline",)),
    Field("updated", When(), "The last significant change.", also=("lastmod", "modified", "last_modified_at")),
    Field("summary", Text(entities=True), "One or two sentences for lists and feeds.", also=("description", "excerpt")),
    Field("language", Language(), "A language tag, where it is not the site's.", also=("lang",)),
    Field("aliases", ListOf(Text()), "Old addresses that lead here.", also=("redirect_from",)),
    Field("url", Text(), "The address, where it is not made from date and slug.", also=("permalink", "path")),
    Field("slug", Text(), "The last part of the address, where it is not the file's name."),
    Field("draft", Flag(), "Withholds the article."),
    Field("published", Published(), "false withholds the article, as other generators write it."),
)

ARTICLE_FIELDS = (
    _COMMON[0],
    Field("date", When(), "When it was first published. It may come from the file's name."),
    *_COMMON[1:],
    Field("id", Text(longest=500), "Its permanent id, made once and kept through every move.", also=("guid",)),
    Field("location", _LOCATION, "Where it is about: a name, a key of places.yaml, or name, country, lat, lon."),
    Field("places", ListOf(_LOCATION), "Other places that it is about."),
    Field("dateline", Text(entities=True), "The place it was reported from, in capitals."),
    Field("authors", Names(split_authors), "Who wrote it.", also=("author", "byline")),
    Field("tags", Names(split_tags), "What it is about.", also=("categories", "topics", "keywords"), merged=True),
    Field("category", Names(_whole), "One more tag, as other generators write it."),
    Field("section", Names(_whole, says="one name"), "The section of the paper: one term."),
    Field("translation_of", Text(), "The article that it translates: its path, or its id."),
    Field("thread", Text(entities=True), "The running story that it belongs to."),
    Field("featured", When(), "It leads the front page until then."),
    Field("sources", ListOf(_SOURCE), "Who or what the report rests on."),
    Field("events", ListOf(_EVENT), "What happened, and when."),
    Field("corrections", ListOf(_CORRECTION), "What was changed after publication, and why."),
    Field("images", ListOf(_IMAGE), "Images; the first leads the article."),
    Field("embargo", When(), "It is not published before."),
    Field("expires", When(), "It is not published after.", also=("expirydate", "expiry_date")),
    Field("withdrawn", _WITHDRAWN, "Taken back: date and reason stand at its address, and nothing else of it."),
)

PAGE_FIELDS = (
    *_COMMON,
    Field(
        "menu", Menu(), "Its place in the menu, from 1, or true for the end; without it the page is not in the menu."
    ),
)

ARTICLE = Record(ARTICLE_FIELDS, own=True)
PAGE = Record(PAGE_FIELDS, own=True)
_TERM_FIELDS = (
    Field("name", Text(entities=True), "How it is spelt.", required=True),
    Field("description", Text(entities=True), "A sentence about it."),
    Field("links", ListOf(Web()), "Where to read more."),
)
TERM = Record(_TERM_FIELDS, short="name", own=True)
_PLACE_FIELDS = (
    Field("name", Text(entities=True), "Its name.", required=True),
    Field("kind", Text(), "site, city, district, province, country …"),
    Field("description", Text(entities=True), "A sentence about it."),
    Field("within", Text(), "The key of the place that it lies in."),
    *_COORDINATES,
    Field("wikidata", Text(), "Its item in Wikidata."),
    Field("links", ListOf(Web()), "Where to read more."),
    Field("aliases", ListOf(Text(entities=True)), "Other names of it."),
)
PLACE = Record(_PLACE_FIELDS, short="name", own=True)
_SOURCE_FIELDS = (
    _TERM_FIELDS[0],
    Field("kind", _SOURCE_KIND, "What kind of source."),
    Field("description", Text(entities=True), "A sentence about it."),
    *_KEPT,
    Field("links", ListOf(Web()), "Where to read more."),
    Field("aliases", ListOf(Text(entities=True)), "Other names of it."),
)
SOURCE = Record(_SOURCE_FIELDS, short="name", own=True)
