"""The features that every archive has, in the order in which they are planned."""

from __future__ import annotations

from newsgen.features import (
    Feature,
    alternates,
    anniversaries,
    articles,
    corrections,
    data,
    events,
    feeds,
    files,
    front,
    icons,
    images,
    listings,
    looks,
    news,
    numbers,
    robots,
    search,
    sitemap,
    social,
    timeline,
)

FEATURES: dict[str, Feature] = {
    one.FEATURE.name: one.FEATURE
    for one in (
        *(articles, front, listings, timeline, anniversaries, events),
        *(corrections, numbers, data, feeds, sitemap, news, robots, looks, icons, files, images, social, search),
        *(alternates,),
    )
}
