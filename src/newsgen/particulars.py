"""What a page may ask about one document: its text, what it links to and shows, and its terms."""

from __future__ import annotations

import json

from newsgen.archive import Archive
from newsgen.model import AXES, Term, canonical, digest
from newsgen.pictures import Picture


def article_digest(archive: Archive, path: str) -> bytes:
    found: bytes = archive.once(("article", path), lambda: _ask_article_digest(archive, path))
    return found


def _ask_article_digest(archive: Archive, path: str) -> bytes:
    row = archive.row("SELECT digest FROM documents WHERE path = ?", path)
    return bytes(row[0]) if row else b""


def links(archive: Archive, path: str) -> dict[str, str | None]:
    """The address of each document that a document links to; None for one that is not shown."""
    if archive.once(("linking", path), lambda: 1) == 0:
        return {}
    rows = archive.rows(
        "SELECT DISTINCT target, CASE WHEN shown THEN address END FROM links LEFT JOIN documents ON documents.path = "
        "target WHERE links.path = ? AND links.kind = 'document' ORDER BY target",
        path,
    )
    return dict(rows)


def links_digest(archive: Archive, path: str) -> bytes:
    found: bytes = archive.once(("links", path), lambda: digest(canonical(links(archive, path))))
    return found


def pictures(archive: Archive, path: str) -> dict[str, Picture]:
    """The pictures that a document shows, by the paths of their files."""
    sql = """SELECT DISTINCT target, width, height, digest, scales, size FROM links
        JOIN pictures ON pictures.path = target WHERE links.path = ? AND links.kind = 'media' AND wrong = ''
        AND width > 0 ORDER BY target"""
    return {row[0]: Picture.unpack(row) for row in archive.rows(sql, path)}


def pictures_digest(archive: Archive, path: str) -> bytes:
    def make() -> bytes:
        return digest(*(repr(one) for one in pictures(archive, path).values()))

    found: bytes = archive.once(("pictures", path), make)
    return found


NO_LINKS = digest(canonical({}))
"""The digest of the links of a document without any."""


def term(archive: Archive, axis: str, slug: str) -> Term:
    """Give one term, without its number of articles, by the name that it has everywhere."""
    found: Term = archive.once(("term", axis, slug), lambda: _ask_term(archive, axis, slug))
    return found


def _ask_term(archive: Archive, axis: str, slug: str) -> Term:
    row = archive.row("SELECT name, description FROM vocabulary WHERE axis = ? AND slug = ?", axis, slug)
    return Term(axis, slug, *row) if row and row[0] is not None else Term(axis, slug, slug)


def term_digest(archive: Archive, axis: str, slug: str) -> bytes:
    return digest(term(archive, axis, slug).pack())


def terms_of(archive: Archive, path: str) -> dict[str, tuple[Term, ...]]:
    """The terms of one document by axis, in its own order."""
    own = json.loads(archive.once(("own terms", path), lambda: _ask_terms(archive, path)))
    return {axis: tuple(term(archive, axis, slug) for of, slug, *_ in own if of == axis) for axis in AXES}


def _ask_terms(archive: Archive, path: str) -> str:
    row = archive.row("SELECT terms FROM documents WHERE path = ?", path)
    return row[0] if row else "[]"


def terms_of_digest(archive: Archive, path: str) -> bytes:
    found: bytes = archive.once(("terms of", path), lambda: terms_mark(archive, _ask_terms(archive, path)))
    return found


def terms_mark(archive: Archive, packed: str) -> bytes:
    """Give the digest of a document's terms from what the archive keeps of them."""
    return digest(*(_packed_term(archive, axis, slug) for axis, slug, *_ in json.loads(packed)))


def _packed_term(archive: Archive, axis: str, slug: str) -> str:
    found: str = archive.once(("packed term", axis, slug), lambda: term(archive, axis, slug).pack())
    return found
