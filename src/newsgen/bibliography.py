"""An article as a reference in the formats of programs that keep bibliographies: BibTeX and RIS."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_BODIES = frozenset(
    """agency and archive association board bureau center centre collective committee company correspondent
    correspondents council department desk editor editors foundation group inc institute ltd magazine media ministry
    monitor network news newspaper newsroom office organisation organization post press project radio record
    reporters review service society staff team television the times today union university watch wire""".split()
)
"""Words by which the name of an organisation or a desk is known."""
_PERSON = re.compile(r"[^\W\d_][\w.’'-]*(,? [^\W\d_][\w.’'-]*)( [^\W\d_][\w.’'-]*)?")
_TEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {sign: "\\" + sign for sign in "%&$#_{}"}
_UNPAIRED = {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}
_SPECIAL = re.compile(r"[\\{}~^%&$#_]")
_BRACE = re.compile(r"[{}]")
_JOINED = re.compile(r"([-'`,<>])(?=\1)|[?!](?=`)")
"""What TeX would join to another sign, such as two hyphens to a dash."""
_IN_ADDRESS = {"\\": "%5C", "{": "%7B", "}": "%7D"}


@dataclass(frozen=True, slots=True)
class Reference:
    """What a citation says of an article. ``authors`` are those that it names, none for the publisher; ``day`` is in
    ISO 8601; ``amended`` are the kind and the day of its last correction; ``archive`` is the title of the site,
    ``publisher`` who answers for it; ``language`` is a BCP 47 tag."""

    address: str
    title: str
    authors: tuple[str, ...]
    archive: str
    publisher: str
    day: str
    amended: tuple[str, str] | None
    language: str


def key(reference: Reference) -> str:
    """Give the key of a reference, from its address alone: the last part of that, and the day, in ASCII. Where that
    part is not ASCII, or the address is not the usual one of its day, a digest of the address keeps keys apart."""
    path = reference.address.partition("://")[2].partition("/")[2]
    last = path.rstrip("/").rpartition("/")[2].lower()
    slug = re.sub(r"[^a-z0-9]+", "-", last).strip("-")[:60].rstrip("-")
    usual = f"{reference.day.replace('-', '/')}/{slug}"
    if not slug or not f"/{path.rstrip('/')}".endswith(f"/{usual}"):
        slug = f"{slug}-{hashlib.sha256(path.encode()).hexdigest()[:8]}".strip("-")
    return f"{slug}-{reference.day}"


def is_body(name: str, reference: Reference) -> bool:
    """Whether a name is taken for that of an organisation rather than of a person: the publisher or the archive, or
    what does not look like two or three words of a person's name, with a comma after the first or not."""
    if name in (reference.publisher, reference.archive) or not _PERSON.fullmatch(name):
        return True
    words = [one.strip(".,") for one in name.split()]
    return any(one[:1].islower() for one in words) or not _BODIES.isdisjoint(one.lower() for one in words)


def bibtex(reference: Reference) -> str:
    """Give a reference as an entry of BibTeX, in UTF-8 as biber reads it, with ``date`` for biblatex and ``year`` and
    ``month`` for older styles. The title keeps its capitals, an organisation its name in one piece; what TeX would
    read as an order is written as a sign."""
    authors = reference.authors or (reference.publisher,)
    named = [tex(one) if not is_body(one, reference) else "{" + tex(one) + "}" for one in authors]
    year, month, _ = reference.day.split("-")
    fields = {
        "author": "{" + " and ".join(named) + "}",
        "title": "{{" + tex(reference.title) + "}}",
        "howpublished": "{{" + tex(reference.archive) + "}}",
        "date": "{" + reference.day + "}",
        "year": "{" + year + "}",
        "month": _MONTHS[int(month) - 1],
        "url": "{" + re.sub(r"[\\{}]", lambda found: _IN_ADDRESS[found[0]], reference.address) + "}",
        "note": "{" + _amended(reference) + "}",
    }
    lines = [f"  {name} = {value}" for name, value in fields.items() if value != "{}"]
    return f"@misc{{{key(reference)},\n" + ",\n".join(lines) + "\n}"


def ris(reference: Reference) -> str:
    """Give a reference as a record of RIS (lines end with LF; who writes a file puts CRLF). Names are as the article
    has them: which part of one is the family name is known only where a comma says so."""
    year, month, day = reference.day.split("-")
    lines = [
        ("TY", "NEWS"),
        *(("AU", one) for one in reference.authors or (reference.publisher,)),
        ("TI", reference.title),
        ("T2", reference.archive),
        ("PY", year),
        ("DA", f"{year}/{month}/{day}"),
        ("PB", reference.publisher),
        ("LA", reference.language),
        ("UR", reference.address),
        ("ID", key(reference)),
        *([("N1", _amended(reference))] if reference.amended else []),
        ("ER", ""),
    ]
    return "\n".join(f"{tag}  - {' '.join(value.split())}" for tag, value in lines)


def _amended(reference: Reference) -> str:
    return ", ".join(reference.amended).capitalize() if reference.amended else ""


def tex(text: str) -> str:
    """Give text in which TeX reads every character as itself. BibTeX counts all braces, escaped ones too, so those that
    are not in pairs are written as words."""
    signs = _TEX if _is_paired(text) else _TEX | _UNPAIRED
    written = _SPECIAL.sub(lambda found: signs[found[0]], " ".join(text.split()))
    return _JOINED.sub(r"\g<0>{}", written)


def _is_paired(text: str) -> bool:
    depth = 0
    for sign in _BRACE.findall(text):
        depth += 1 if sign == "{" else -1
        if depth < 0:
            return False
    return depth == 0
