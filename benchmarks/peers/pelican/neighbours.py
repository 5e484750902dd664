"""Give every article the one before and the one after it."""

from itertools import pairwise

from pelican import signals


def link(generator):
    for newer, older in pairwise(generator.articles):
        newer.older, older.newer = older, newer


def register():
    signals.article_generator_finalized.connect(link)
