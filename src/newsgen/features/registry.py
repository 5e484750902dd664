"""The features that every archive has, in the order in which they are planned."""

from __future__ import annotations

from newsgen.features import (
    Feature,
    anniversaries,
    articles,
    corrections,
    data,
    events,
    feeds,
    files,
    front,
    images,
    listings,
    looks,
    numbers,
    search,
    sitemap,
    subscriptions,
    timeline,
)

FEATURES: dict[str, Feature] = {
    one.FEATURE.name: one.FEATURE
    for one in (
        *(articles, front, listings, timeline, anniversaries, events),
        *(corrections, numbers, data, feeds, subscriptions, sitemap, looks, files, images, search),
    )
}
