"""Which articles are translations of each other.

A translation names its original by a path or an id; a path may mean one of several files, of which the first that there
is counts. It is filed under all of these keys (:data:`newsgen.model.TRANSLATIONS`), so that whoever changes finds the
others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from newsgen.archive import Archive, Change
from newsgen.happenings import term_of
from newsgen.model import TRANSLATIONS, Card, Translation, canonical, digest


def are_any(archive: Archive) -> bool:
    """Whether any article is a translation of another."""
    return bool(_translated(archive))


def takes_part(archive: Archive, path: str) -> bool:
    """Whether an article is a translation, or one names it as its original."""
    known = _translated(archive)
    if not known:
        return False
    id_, keys = _identity(archive, path)
    return bool(keys) or path in known or id_ in known


def _translated(archive: Archive) -> set[str]:
    """All that translations name as their originals."""
    sql = "SELECT slug FROM vocabulary WHERE axis = ?"
    found: set[str] = archive.once(("translated",), lambda: {slug for (slug,) in archive.rows(sql, TRANSLATIONS)})
    return found


def _identity(archive: Archive, path: str) -> tuple[str, list[str]]:
    """The id of a document, and the keys of its original, if it names any."""
    row = archive.row("SELECT id, terms FROM documents WHERE path = ?", path)
    if row is None:
        return "", []
    return row[0], [slug for axis, slug, *_ in json.loads(row[1]) if axis == TRANSLATIONS]


def _filed(archive: Archive, key: str) -> list[str]:
    sql = "SELECT path FROM filed WHERE term = ? ORDER BY path"
    return [path for (path,) in archive.rows(sql, term_of(archive, TRANSLATIONS, key))]


def _named(archive: Archive, key: str) -> str | None:
    """The path of the document that a key means, if there is one; by its id only one that is shown."""
    row = archive.row("SELECT path FROM documents WHERE path = ?", key)
    row = row or archive.row("SELECT path FROM documents WHERE id = ? AND shown", key)
    return row[0] if row else None


def original_of(archive: Archive, path: str) -> str | None:
    """Give the path of the original of an article, whether that is shown or not; its id where there is no such article
    now, and None for an article that is no translation."""
    _, keys = _identity(archive, path)
    found = next(filter(None, (_named(archive, key) for key in keys)), None)
    return found or (keys[-1] if keys else None)


def group(archive: Archive, path: str) -> list[str]:
    """Give the paths of all shown articles that are translations of each other, one of which is at ``path``: the
    original first, where it is shown."""
    root = original_of(archive, path) or path
    id_, _ = _identity(archive, root)
    named = dict.fromkeys(one for key in filter(None, (root, id_)) for one in _filed(archive, key))
    others = [one for one in named if one != root and original_of(archive, one) == root]
    is_shown = archive.row("SELECT 1 FROM documents WHERE path = ? AND shown AND kind = 'article'", root)
    return [*([root] if is_shown else []), *sorted(others)]


def translations(archive: Archive, path: str) -> tuple[Translation, ...]:
    """Give an article and its translations, or its original and the other ones: the original first, then by language.
    One alone has none."""
    original = original_of(archive, path) or path
    found = [_translation(archive.card(one), one == original) for one in group(archive, path)]
    return tuple(sorted(found, key=lambda one: (not one.is_original, one.language))) if len(found) > 1 else ()


def _translation(card: Card, is_original: bool) -> Translation:
    return Translation(card.language, card.address, card.title, is_original)


def translations_digest(archive: Archive, path: str) -> bytes:
    """Give a digest of :func:`translations`."""
    found = translations(archive, path)
    return digest(canonical([[one.language, one.address, one.title, one.is_original] for one in found]))


def touched(archive: Archive, change: Change) -> Iterator[str]:
    """Give the articles that a change of one may give other translations, this one among them."""
    sides = [facts for facts in (change.before, change.after) if facts is not None]
    named = {slug for facts in sides for axis, slug in facts.terms if axis == TRANSLATIONS}
    if named or are_any(archive):
        yield from around(archive, change.path, named)


def around(archive: Archive, path: str, named: set[str]) -> list[str]:
    """Give the documents that are linked to one, or to what is ``named``, by naming each other as originals."""
    found: dict[str, None] = {}
    waiting, seen = sorted({path, *named}, reverse=True), {path, *named}
    while waiting:
        key = waiting.pop()
        for one in filter(None, (_named(archive, key), *_filed(archive, key))):
            if one not in found:
                found[one] = None
                id_, keys = _identity(archive, one)
                new = {one, id_, *keys} - seen
                seen |= new
                waiting += sorted(new, reverse=True)
    return list(found)
