"""The features that every archive has, in the order in which they are planned."""

from __future__ import annotations

from newsgen.features import (
    Feature,
    articles,
    corrections,
    data,
    events,
    feeds,
    files,
    listings,
    search,
    sitemap,
    timeline,
)

FEATURES: dict[str, Feature] = {
    one.FEATURE.name: one.FEATURE
    for one in (articles, listings, timeline, events, corrections, data, feeds, sitemap, files, search)
}
