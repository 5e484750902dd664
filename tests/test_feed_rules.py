"""Our feeds as the W3C feed validator and the JSON Feed specification see them; and that these rules see anything."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from .feed_rules import RULES, findings
from .json_feed_rules import faults

WHEN = datetime(2024, 12, 1, 12, tzinfo=UTC)
ADDRESS = "https://example.org/feed/rss.xml"

RSS = """<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"
 xmlns:fh="http://purl.org/syndication/history/1.0" xmlns:georss="http://www.georss.org/georss"
 xmlns:media="http://search.yahoo.com/mrss/" version="2.0"><channel>
<title>R&#x26;amp;D</title><link>https://example.org/</link><description>What happened.</description>
<atom:link href="https://example.org/feed/rss.xml" rel="self" type="application/rss+xml"/>
<atom:link href="https://example.org/feed/archive/2024/rss.xml" rel="prev-archive"/>
<atom:link href="https://example.org/feed/rss.xml" rel="current"/><fh:archive/>
<language>en</language><lastBuildDate>Wed, 17 Jul 2024 06:30:00 +0000</lastBuildDate>
<item><title>Drones &#x26;amp; a base</title><link>https://example.org/2024/07/17/drones/</link>
<description>Two drones.</description>
<content:encoded>&lt;p style="text-align: left"&gt;&lt;a href="https://example.org/"&gt;Two&lt;/a&gt;&lt;/p&gt;</content:encoded>
<guid isPermaLink="false">tag:example.org,2024-07-17:/2024/07/17/drones/</guid><category>Iraq</category>
<pubDate>Wed, 17 Jul 2024 06:30:00 +0000</pubDate><dc:creator>Ada</dc:creator>
<dcterms:modified>2024-07-17T06:30:00Z</dcterms:modified><georss:point>33.3 -44.4</georss:point>
<enclosure url="https://example.org/media/map.png" length="120" type="image/png"/>
<media:content url="https://example.org/media/map.png" fileSize="120" type="image/png" medium="image" width="8"
 height="6">
<media:description type="plain">A map</media:description><media:credit role="photographer">Bob</media:credit>
</media:content></item></channel></rss>
"""

ATOM = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:fh="http://purl.org/syndication/history/1.0" xml:lang="en">
<id>tag:example.org,1970-01-01:/feed/</id><title>The Record</title><updated>2024-07-18T06:30:00+00:00</updated>
<author><name>Ada</name><email>ada@example.org</email><uri>https://example.org/ada/</uri></author>
<link href="https://example.org/feed/rss.xml" rel="self" type="application/atom+xml"/>
<link href="https://example.org/" rel="alternate" type="text/html"/>
<link href="https://example.org/feed/archive/2024/atom.xml" rel="prev-archive"/>
<generator uri="https://example.org/">newsgen</generator>
<entry><id>tag:example.org,2024-07-17:/2024/07/17/drones/</id><title>Drones</title>
<updated>2024-07-18T06:30:00+00:00</updated><content type="html">&lt;p&gt;Two drones.&lt;/p&gt;</content>
<link href="https://example.org/2024/07/17/drones/"/><summary>Two.</summary><category term="Iraq" label="Iraq"/>
<published>2024-07-17T06:30:00+00:00</published></entry>
<entry><id>urn:uuid:5b1c3d52-6f0a-4a58-9c06-3f0d8f3a1c27</id><title>Talks</title>
<updated>2024-07-17T06:30:00+00:00</updated><content type="html">&lt;p&gt;Talks.&lt;/p&gt;</content>
<link href="https://example.org/2024/07/17/talks/" hreflang="en"/></entry></feed>
"""

BROKEN = {
    "NotUtf8": (RSS, "encoding='UTF-8'", "encoding='ISO-8859-1'"),
    "ContainsSystemEntity": (RSS, "<rss", '<!DOCTYPE rss SYSTEM "https://example.org/x.dtd">\n<rss'),
    "BadCharacters": (RSS, "Two drones.", "Two\ufffd drones."),
    "UnknownNamespace": (ATOM, "<id>", '<x:y xmlns:x="https://example.org/ns"/><id>'),
    "ReservedPrefix": (RSS, "http://purl.org/dc/terms/", "https://example.org/terms/"),
    "NonstdPrefix": (RSS, "fh", "history"),
    "AvoidNamespacePrefix": (ATOM, "xmlns:fh", 'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:fh'),
    "UndefinedElement": (RSS, "<guid", "<gUid/><guid"),
    "UnexpectedAttribute": (ATOM, "<entry>", '<entry name="first">'),
    "UnexpectedText": (ATOM, "<entry>", "<entry>first"),
    "DuplicateElement": (ATOM, "<title>Talks</title>", "<title>Talks</title><title>Talk</title>"),
    "MissingElement": (ATOM, "<title>Talks</title>", ""),
    "NotBlank": (RSS, "Drones &#x26;amp; a base", " "),
    "AttrNotBlank": (ATOM, 'label="Iraq"', 'label=""'),
    "InvalidLanguage": (RSS, "<language>en<", "<language>English<"),
    "MissingDclanguage": (ATOM, ' xml:lang="en"', ""),
    "InvalidFullLink": (RSS, "<link>https://example.org/2024", "<link>/2024"),
    "InvalidUriChar": (RSS, "https://example.org/2024/07/17/drones/<", "https://example.org/2024/07/17/دrones/<"),
    "InvalidTag": (ATOM, "tag:example.org,2024-07-17:", "tag:Example.org,2024:07:17:"),
    "InvalidUrn": (ATOM, "urn:uuid:5b1c3d52-6f0a-4a58-9c06-3f0d8f3a1c27", "urn:u"),
    "InvalidUuid": (ATOM, "urn:uuid:5b1c", "urn:uuid:5b1"),
    "InvalidIri": (ATOM, "<id>urn:uuid:5b1c3d52-6f0a-4a58-9c06-3f0d8f3a1c27", "<id>4711"),
    "NonCanonicalUri": (ATOM, "17:/2024/07/17/drones/</id>", "17:/2024/07/17/dr%6Fnes/</id>"),
    "UnexpectedWhitespace": (ATOM, "<id>urn", "<id> urn"),
    "DuplicateValue": (RSS, "</item>", "</item><item><title>x</title><guid>{guid}</guid></item>"),
    "DuplicateEntries": (
        ATOM,
        "urn:uuid:5b1c3d52-6f0a-4a58-9c06-3f0d8f3a1c27",
        "tag:example.org,2024-07-17:/2024/07/17/drones/",
    ),
    "DuplicateUpdated": (ATOM, "<updated>2024-07-17", "<updated>2024-07-18"),
    "InvalidRfc2822Date": (RSS, "<pubDate>Wed, 17 Jul 2024", "<pubDate>Wed, 17 July 2024"),
    "IncorrectDow": (RSS, "<pubDate>Wed", "<pubDate>Thu"),
    "InvalidRfc3339Date": (ATOM, "<published>2024-07-17T06:30:00+00:00", "<published>2024-07-17"),
    "InvalidW3cdtfDate": (RSS, "2024-07-17T06:30:00Z", "2024-07-17T06:30:00"),
    "ImplausibleDate": (ATOM, "<published>2024", "<published>1978"),
    "ContainsHtml": (RSS, "&#x26;amp; a base", "&amp;amp; a base"),
    "ContainsUndeclaredHtml": (ATOM, "Talks</title>", "&lt;b>Talks&lt;/b></title>"),
    "CharacterData": (RSS, "&#x26;amp; a base", "&lt;a base"),
    "InvalidTextType": (ATOM, "<summary>", '<summary type="text/plain">'),
    "NotHtml": (RSS, "Two drones.", "Two &lt;p&gt; &lt;b&gt; drones.&lt;/p&gt;"),
    "SecurityRisk": (RSS, "Two drones.", "&lt;script&gt;1&lt;/script&gt;"),
    "SecurityRiskAttr": (ATOM, "&lt;p&gt;Talks", '&lt;p onclick="x()"&gt;Talks'),
    "DangerousStyleAttr": (RSS, "text-align: left", "position: fixed"),
    "ContainsRelRef": (RSS, '"https://example.org/"&gt;', '"/about/"&gt;'),
    "ContainsEmail": (ATOM, "<name>Ada", "<name>Ada &lt;ada@example.org>"),
    "InvalidContact": (ATOM, "ada@example.org", "ada"),
    "MissingRealName": (RSS, "<language>", "<managingEditor>ada@example.org</managingEditor><language>"),
    "MissingHref": (ATOM, 'href="https://example.org/" ', ""),
    "AtomLinkNotEmpty": (ATOM, 'rel="prev-archive"/>', 'rel="prev-archive">before</link>'),
    "UnregisteredAtomLinkRel": (ATOM, 'rel="prev-archive"', 'rel="before"'),
    "InvalidMimetype": (ATOM, 'type="text/html"', 'type="html"'),
    "SelfNotAtom": (ATOM, 'rel="self" type="application/atom+xml"', 'rel="self" type="text/xml"'),
    "InvalidNonNegativeInteger": (ATOM, 'hreflang="en"', 'length="-1"'),
    "MissingSelf": (ATOM, 'rel="self"', 'rel="via"'),
    "RelativeSelf": (ATOM, 'href="https://example.org/feed/rss.xml"', 'href="/feed/rss.xml"'),
    "SelfDoesntMatchLocation": (ATOM, 'href="https://example.org/feed/rss.xml"', 'href="https://example.org/rss.xml"'),
    "DuplicateAtomLink": (ATOM, 'rel="prev-archive"', 'type="text/html"'),
    "MisplacedMetadata": (ATOM, "</feed>", "<rights>CC</rights></feed>"),
    "MissingContentOrAlternate": (
        ATOM,
        '<content type="html">&lt;p&gt;Talks.&lt;/p&gt;</content>\n<link href',
        '<link rel="related" href',
    ),
    "MissingTextualContent": (ATOM, '<content type="html">&lt;p&gt;Talks.&lt;/p&gt;</content>', ""),
    "MissingAttribute": (ATOM, 'term="Iraq" ', ""),
    "InvalidRssversion": (RSS, 'version="2.0"', 'version="2"'),
    "ItemMustContainTitleOrDescription": (RSS, "</item>", "</item><item><guid>https://example.org/</guid></item>"),
    "MissingGuid": (RSS, "</item>", "</item><item><title>x</title></item>"),
    "NeedDescriptionBeforeContent": (RSS, "<description>Two drones.</description>", ""),
    "MisplacedItem": (RSS, "</channel>", "<ttl>60</ttl></channel>"),
    "DuplicateSemantics": (RSS, "<dc:creator>", "<author>ada@example.org (Ada)</author><dc:creator>"),
    "DuplicateDescriptionSemantics": (RSS, "<guid", "<atom:content>Two.</atom:content><guid"),
    "InvalidBooleanAttribute": (RSS, 'isPermaLink="false"', 'isPermaLink="no"'),
    "InvalidHttpGuid": (RSS, 'isPermaLink="false">tag:', ">/"),
    "InvalidPermalink": (RSS, ' isPermaLink="false"', ""),
    "NotSufficientlyUnique": (RSS, "tag:example.org,2024-07-17:/2024/07/17/drones/", "4711"),
    "InvalidIntegerAttribute": (RSS, 'length="120"', 'length="-1"'),
    "InvalidMimeattribute": (RSS, 'length="120" type="image/png"', 'length="120" type="png"'),
    "InvalidUrlattribute": (RSS, '<enclosure url="https', '<enclosure url="ftp'),
    "DuplicateEnclosure": (
        RSS,
        "</item>",
        '<enclosure url="https://example.org/a.png" length="1" type="image/png"/></item>',
    ),
    "InvalidPositiveInteger": (RSS, 'width="8"', 'width="0"'),
    "InvalidCoord": (RSS, "33.3 -44.4", "93.3 -44.4"),
    "CoordComma": (RSS, "33.3 -44.4", "33.3, -44.4"),
    "MediaRssNamespace": (RSS, "yahoo.com/mrss/", "yahoo.com/mrss"),
    "InvalidMediaMedium": (RSS, 'medium="image"', 'medium="picture"'),
    "InvalidMediaTextType": (RSS, '<media:description type="plain"', '<media:description type="text"'),
    "InvalidCreditRole": (RSS, 'role="photographer"', 'role="Photo"'),
    "MediaGroupWithoutAlternatives": (RSS, "</item>", "<media:group/></item>"),
    "FeedHistoryRelInEntry": (ATOM, 'hreflang="en"', 'rel="current"'),
    "FeedRelInCompleteFeed": (RSS, "<fh:archive/>", "<fh:complete/>"),
    "MissingCurrentInArchive": (ATOM, "<generator", "<fh:archive/><generator"),
    "ArchiveIncomplete": (RSS, 'rel="prev-archive"', 'rel="related"'),
    "AmbiguousHistory": (RSS, 'rel="current"', 'rel="prev-archive"'),
}
"""For each rule a feed, what is to be replaced in it, and by what breaks the rule."""


def test_a_feed_that_keeps_all_rules_is_found_to_keep_them() -> None:
    for feed in (RSS, ATOM):
        assert findings(feed.encode(), ADDRESS, WHEN) == []


@pytest.mark.parametrize("name", sorted(RULES))
def test_each_rule_finds_the_feed_that_breaks_it(name: str) -> None:
    feed, was, becomes = BROKEN[name]
    assert was in feed
    becomes = becomes.replace("{guid}", "tag:example.org,2024-07-17:/2024/07/17/drones/")
    broken = feed.replace(was, becomes)
    assert name in {one.rule for one in findings(broken.encode(), ADDRESS, WHEN)}


def test_what_is_no_xml_is_found() -> None:
    for broken in (RSS.replace("</item>", ""), RSS.replace("&#x26;", "& "), RSS.replace("Two drones.", "Two\x0b"), ""):
        assert [one.rule for one in findings(broken.encode(), ADDRESS, WHEN)] == ["SAXError"]


JSON: dict[str, Any] = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "The Record",
    "home_page_url": "https://example.org/",
    "feed_url": "https://example.org/feed/feed.json",
    "next_url": "https://example.org/feed/archive/2024/feed.json",
    "language": "en",
    "hubs": [{"type": "WebSub", "url": "https://hub.example.org/"}],
    "_newsgen": {"about": "https://example.org/"},
    "items": [
        {
            "id": "tag:example.org,2024-07-17:/2024/07/17/drones/",
            "url": "https://example.org/2024/07/17/drones/",
            "title": "Drones",
            "content_html": '<p><a href="https://example.org/">Two</a></p>',
            "date_published": "2024-07-17T06:30:00+00:00",
            "authors": [{"name": "Ada"}],
            "tags": ["Iraq"],
            "attachments": [{"url": "https://example.org/a.png", "mime_type": "image/png", "size_in_bytes": 7}],
        }
    ],
}
OF_FEED: list[dict[str, Any]] = [
    {"version": "https://jsonfeed.org/version/1"},
    {"title": None},
    {"home_page_url": "/"},
    {"feed_url": "https://example.org/feed.json"},
    {"next_url": "https://example.org/feed/feed.json"},
    {"author": {"name": "Ada"}},
    {"authors": [{}]},
    {"authors": []},
    {"language": "English language"},
    {"hubs": [{"url": "https://hub.example.org/"}]},
    {"expired": "no"},
    {"items": JSON["items"] * 2},
]
OF_ITEM: list[dict[str, Any]] = [
    {"id": 4711},
    {"id": ""},
    {"url": "/2024/07/17/drones/"},
    {"content_html": None},
    {"content_html": None, "content_text": 7},
    {"content_html": '<p><a href="/about/">Two</a></p>'},
    {"content_html": "<p><b>Two</p>"},
    {"date_published": "2024-07-17"},
    {"date_modified": "2024-02-30T06:30:00Z"},
    {"authors": "Ada"},
    {"tags": "Iraq"},
    {"_x.y": 1},
    {"attachments": [{"url": "https://example.org/a.png"}]},
    {"attachments": [{"url": "https://example.org/a.png", "mime_type": "png"}]},
    {"attachments": [{"url": "https://example.org/a.png", "mime_type": "image/png", "size_in_bytes": "7"}]},
    {"published": "2024-07-17T06:30:00Z"},
]


def changed(given: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """``given`` with other members; those that become nothing are left out."""
    return {name: value for name, value in (given | change).items() if value is not None}


def test_the_rules_of_json_feed_find_what_breaks_them_and_nothing_else() -> None:
    address = JSON["feed_url"]
    assert faults(json.dumps(JSON).encode(), address) == []
    broken = [changed(JSON, one) for one in OF_FEED]
    broken += [JSON | {"items": [changed(JSON["items"][0], one)]} for one in OF_ITEM]
    broken.append({"title": "The Record"} | {name: JSON[name] for name in reversed(JSON)})
    texts = [json.dumps(one) for one in broken]
    texts += ["", "[]", "{", json.dumps(JSON)[:-1] + ', "title": "Twice"}']
    assert [text for text in texts if not faults(text.encode(), address)] == []
