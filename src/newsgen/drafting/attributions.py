"""Find on whose word a sentence rests: who said it, on what terms, and why they are not named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Attribution:
    """The words from ``start`` to ``end`` of a sentence that say whose word it is.

    ``name`` is who, as the text has it; empty where a pronoun ("he added") or a repeated noun ("the officer said")
    refers to someone named before. ``noun`` is the last word of the description. ``reported`` says that what is told
    follows the words ("… said that"), or stands before them.
    """

    start: int
    end: int
    name: str
    kind: str | None = None
    named: bool = False
    reason: str | None = None
    noun: str = ""


_VERB = (
    r"(?:said|says|stated|states|told|added|confirmed|reported|verified|claimed|announced|warned|explained|noted|denied"
    r"|insisted|acknowledged|testified|alleged|disclosed|revealed|declared)"
)
_ALSO = r"(?:\s*\b(?:also|later|earlier|then|has|have|had|separately|previously))?"
_DAYS = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_MONTHS = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_ON_DAY = (
    rf"(?:\s+(?:late\s+|early\s+)?(?:on\s+)?(?:{_DAYS}|yesterday|today)(?:\s+(?:night|morning|evening|afternoon))?)"
)
_IN_MONTH = rf"(?:\s+in\s+{_MONTHS}(?:\s+\d{{4}})?(?=\s+that\b|[.!?]?$))"
_MEDIUM = r"(?:\s+in\s+(?:an?|the)\s+(?:[\w-]+\s+)?(?:statement|interview|report|letter|briefing|e-?mail|post))"
_TOLD = (
    r"(?:(?<=told)\s+(?:(?:state\s+|local\s+)?(?:reporters|journalists|media|television)|(?:the|a)\s+(?:local\s+)?(?:news)?paper"
    r"|(?:[\w’'-]+\s+){0,4}?[\w’'-]+(?=\s+that\b)))"
)
_TAIL = rf"{_TOLD}?{_ON_DAY}?{_MEDIUM}?(?:{_ON_DAY}|{_IN_MONTH})?(?:,?\s+that\b)?"

_PEOPLE = (
    r"(?:officials?|officers?|sources?|diplomats?|witness(?:es)?|eyewitness(?:es)?|residents?|spokes(?:man|woman|person"
    r"|people|men|women)|lawmakers?|legislators?|commanders?|aides?|analysts?|experts?|doctors?|medics?|nurses?|lawyers?"
    r"|activists?|rescuers?|survivors?|relatives?|neighbou?rs?|workers?|employees?|soldiers?|militants?|fighters?"
    r"|prosecutors?|investigators?|ministers?|advis[eo]rs?|executives?|police|firefighters?|engineers?|farmers?"
    r"|shopkeepers?|drivers?|teachers?|villagers?|negotiators?|delegates?|inspectors?|coastguards?|people(?=\s+(?:familiar|briefed|close))|sailors?|pilots?|paramedics?"
    r"|members?|passengers?|bystanders?|protesters?|campaigners?|scientists?|researchers?|geologists?|historians?"
    r"|economists?|insiders?|fishermen)"
)
_STOP = (
    r"(?:that|which|who|whom|was|were|is|are|been|has|have|had|in|on|at|by|of|to|from|with|for|and|or|but|as|after"
    rf"|before|when|while|the|an?|not|it|he|she|they|we|{_VERB}|{_DAYS}|{_MONTHS})"
)
_ADVERB = r"(?:night|morning|evening|afternoon|week|month|year|ago|yesterday|today|so|then|also|[a-z]+ly)"
_COUNTED = (
    r"(?:[Aa]n?|[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Ss]ix|[Ss]even|[Ee]ight|[Nn]ine|[Tt]en|[Ss]everal|[Ss]ome|[Mm]any"
    r"|[Aa]nother|[Oo]ther|[Bb]oth|[Tt]he)"
)
_KNOWN = (
    r"(?:[Ss]enior|[Ss]ecurity|[Mm]ilitary|[Aa]rmy|[Pp]olice|[Ii]ntelligence|[Gg]overnment|[Ll]ocal|[Mm]edical|[Hh]ospital"
    r"|[Dd]iplomatic|[Jj]udicial|[Cc]ourt|[Ii]ndustry|[Ff]oreign|[Rr]ebel|[Oo]pposition|[Cc]ity|[Cc]ouncil|[Rr]egional"
    r"|[Pp]rovincial|[Ff]ederal|[Tt]op|[Hh]igh-ranking|[Cc]oalition|[Dd]efen[cs]e|[Hh]ealth|[Mm]inistry|[Pp]arty"
    r"|[Ee]mergency|[Aa]id|[Uu]nnamed|[Aa]nonymous|[Uu]nidentified|[Ww]estern)"
)
_CAPITAL = (
    rf"(?:(?!(?:{_DAYS}|{_MONTHS}|The|In|On|At|By|But|And|As|After|When|While|For|From|According)\b)[A-Z][\w’'-]*)"
)
_WHERE = (
    rf"(?:\s+(?:in|from|at|of|for|with|to)\s+(?:the\s+)?{_CAPITAL}"
    rf"(?:(?:\s+(?:of|the|al|el|de))?\s+{_CAPITAL}){{0,4}}"
    r"|\s+(?:familiar\s+with|briefed\s+on|close\s+to)\s+(?:the\s+)?[\w-]+)?"
)
_NOUNS = _PEOPLE.removeprefix("(?:").removesuffix(")")
_UNNAMED = (
    rf"(?:{_COUNTED}\s+(?:(?!{_STOP}\b)[\w’'-]+\s+){{0,{_MOST_WORDS}}}?(?:{_NOUNS})"
    rf"|(?:(?:{_KNOWN}|{_CAPITAL})\s+){{0,4}}(?:(?i:{_NOUNS})|(?!{_STOP}\b|{_ADVERB}\b)[a-z-]+\s+(?:sources|officials)))"
    rf"\b(?!['’-]){_WHERE}"
)
_LINK = (
    r"(?:of|of\s+the|for|for\s+the|al|el|bin|ibn|von|van|de|del|spokesman|spokeswoman|spokesperson|chief|minister|president"
    r"|secretary|head)"
)
_NAME = rf"(?:{_CAPITAL}(?:\s+(?:{_LINK}\s+)?(?:{_CAPITAL}|(?:al|el)-{_CAPITAL})){{0,7}})"
_BODIES = (
    r"(?:ministry|army|military|government|company|council|court|agency|office|department|coalition|party|embassy"
    r"|commission|union|mission|militia|authority|authorities|guard|operator|airline|bank|university|hospital|navy"
    r"|committee|parliament|regulator|watchdog|airport|museum|charity|foundation|institute|cabinet|board|association"
    r"|federation|presidency|command|bureau|police\s+force|fire\s+service|air\s+force)"
)
_PAPERS = r"(?:report|statement|document|documents|letter|memo|study|survey|indictment|filing|communiqué)"
_NO_MORE = rf"(?!['’-]|\s+(?:{_PAPERS}|(?:{_NOUNS})|leaders?|chief|members?|figures|data)\b)"
_INSTITUTION = rf"(?:[Tt]he|[Aa]n?)\s+(?:(?!{_STOP}\b)[\w-]+\s+){{0,3}}?(?:{_BODIES}|{_PAPERS})\b{_NO_MORE}{_WHERE}"
_MEDIA = (
    r"(?:[A-Za-z-]+\s+)?(?:[Rr]eports|[Mm]edia(?:\s+reports)?|(?:news)?papers|television|TV|accounts|documents|records"
    r"|figures|data|statistics|estimates)"
    r"(?:\s+from\s+the\s+[a-z]+(?:\s+(?:office|ministry|agency|bank|service|department|institute|council))?)?"
)
_WIRES = (
    r"(?:Reuters|AFP|Agence\s+France-Presse|AP|(?:[Tt]he\s+)?Associated\s+Press|dpa|DPA|Xinhua|TASS|Tass|Interfax|Anadolu"
    r"(?:\s+Agency)?|Bloomberg|UPI|EFE|ANSA|Kyodo|PA\s+Media|[A-Z]\w+\s+News\s+Agency)"
)
_OUTLETS = re.compile(
    r"\b(?:Times|Post|News|Journal|Guardian|TV|Television|Radio|Tribune|Herald|Telegraph|Jazeera|BBC|CNN|NBC|CBS|ABC|Fox"
    r"|Newspaper|Gazette|Chronicle)$"
)
_OFFICES = re.compile(
    r"\b(?:Ministry|Command|Department|Office|Army|Council|House|Commission|Agency|Court|Police|Government|Party"
    r"|Organi[sz]ation|Union|Committee|Forces?|Group|Embassy|Nations|University|Institute|Bank|Corporation|Company"
    r"|Service|Authority|Network|Pentagon|Kremlin|Parliament|Senate|Congress|Cell|Cabinet|Fund|Board|Association"
    r"|Federation|Centre|Center|Mission|Administration|Bureau|[A-Z]{2,6})\b"
)
_PRONOUNS = re.compile(
    r"(?:He|She|They|It|We|I|You|Who|That|This|These|Those|There|One|Some|Many|Others|Both|All|Nobody|Everyone|What"
    r"|Which|Another|Each|Most|Few|None|Several|Here|Now|Also|Not|However|Meanwhile|Police)"
)
_OPENERS = re.compile(
    r"(?:However|Meanwhile|Also|Later|Earlier|Yesterday|Today|Then|Still|Yet|Instead|Separately|If|Since|Because|Before"
    r"|Although|Though|That|Speaking|Citing|Asked|Both|Last|Next|Late|Early)\s+"
)

_BETWEEN = (
    rf"(?:,\s+(?:who|which)\s+|\s+who\s+|,\s[^,;.“”]{{2,160}},\s+|\s+who\s[^,;.“”]{{2,120}}?\s+|{_ON_DAY}\s+|\s+)"
)
_SAYING = re.compile(rf"(?<![\w’'-])(?P<who>{_UNNAMED})(?:{_BETWEEN}){_ALSO}\s*{_VERB}\b{_TAIL}")
_APPOSED = re.compile(rf",\s(?P<who>{_CAPITAL}(?:\s+{_CAPITAL}){{1,3}}),{_ALSO}\s*{_VERB}\b{_TAIL}")
_BY = re.compile(rf"\b(?:verified|confirmed|reported|announced)\s+by\s+(?P<who>{_UNNAMED})")
_SAID_BY = re.compile(
    rf"(?<=[,?!”\"’'])\s+{_VERB}\s+(?P<who>{_UNNAMED}|{_INSTITUTION}|{_NAME})"
    rf"(?:,\s[^,;.“”]{{2,80}},(?={_ON_DAY}))?{_TAIL}"
)
_ACCORDING = re.compile(
    rf"\b[Aa]ccording\s+to\s+(?P<who>{_UNNAMED}|{_INSTITUTION}|{_MEDIA}(?!\w)|(?:[Tt]he\s+)?{_NAME})(?:,(?=\s))?"
)
_BODY_SAYS = re.compile(
    rf"(?<![\w’'-])(?P<who>{_INSTITUTION}|{_MEDIA}){_ON_DAY}?{_ALSO}\s+(?:{_VERB}|suggest(?:ed)?)\b{_TAIL}"
)
_NAME_SAYS = re.compile(
    rf"(?<![\w’'-])(?P<who>(?:The\s+|the\s+)?{_NAME})(?:,\s[^,;.“”]{{2,80}},)?{_ON_DAY}?{_ALSO}\s+{_VERB}\b{_TAIL}"
)
_NO_SUBJECT_AFTER = re.compile(r"\b(?:in|from|at|of|for|near|to|with|by|into|on|over|against|around)\s+$")
_TO_WIRE = re.compile(rf"\b(?:told|to|citing|by)\s+(?P<who>{_WIRES})\b")
_PRONOUN = re.compile(
    rf"(?<![\w’'-])(?:[Hh]e|[Ss]he|[Tt]hey){_ALSO}\s+{_VERB}\b{_TAIL}|(?<=[,?!”\"’'])\s+{_VERB}\s+(?:he|she|they)\b"
)
_REASONS = (
    re.compile(
        r"(?:\bnot|n['’]t)\s+((?:been\s+)?(?:permitted|authori[sz]ed|allowed|cleared|entitled)\s+to\s+(?:speak|talk|comment|brief"
        r"|discuss|be\s+(?:named|quoted|identified))\b[^.,;:“”]{0,80})"
    ),
    re.compile(
        r"\b(on\s+(?:the\s+)?condition\s+(?:of\s+anonymity|that\b[^.,;:“”]{0,60})(?:\s+(?:because|as|due)\b[^.,;:“”]{0,100})?)"
    ),
    re.compile(
        r"\b((?:asked|requested|declined|wished|preferred)\s+not\s+to\s+be\s+(?:named|identified|quoted)[^.,;:“”]{0,80})"
    ),
    re.compile(r"\b((?:declined|refused)\s+to\s+be\s+(?:named|identified)[^.,;:“”]{0,80})"),
    re.compile(
        r"\b((?:spoke|spoken|speaking)\s+(?:confidentially|confidentiality|anonymously|off\s+camera))", re.IGNORECASE
    ),
)
_HINT = re.compile(
    rf"\b{_VERB}\b|\baccording\s+to\b|\bcondition\b|\b(?:named|identified|quoted)\b|citing|suggest|anonymous", re.I
)


def find_reason(text: str) -> str | None:
    """Give why someone in a sentence is not named, in the words of the text; None where it does not say."""
    for number, pattern in enumerate(_REASONS):
        found = pattern.search(text)
        if found:
            words = re.sub(r"\s+(?:said|stated|told|added)\b.*$", "", " ".join(found[1].split()))
            return f"not {words}" if not number else words
    return None


def find_attributions(text: str) -> list[Attribution]:
    """Give on whose word one sentence rests, in the order of the text. Who is unsure is left out."""
    if not _HINT.search(text):
        return []
    found: list[Attribution] = []
    for one in _all(text):
        if not any(one.start < other.end and other.start < one.end for other in found):
            found.append(one)
    known = {one.name for one in found}
    told = [_described(one["who"], one.start("who"), one.end()) for one in _TO_WIRE.finditer(text)]
    found += [one for one in told if one is not None and one.name not in known]
    found.sort(key=lambda one: one.start)
    reason = find_reason(text)
    if reason:
        for number, one in enumerate(found):
            if not one.named and one.kind == "person":
                found[number] = replace(one, reason=reason)
                break
    return found


def _all(text: str) -> Iterator[Attribution]:
    for pattern in (_ACCORDING, _APPOSED, _SAYING, _BY, _SAID_BY, _BODY_SAYS, _NAME_SAYS):
        for found in pattern.finditer(text):
            start = found.start()
            if pattern is _NAME_SAYS and _NO_SUBJECT_AFTER.search(text, max(0, start - 20), start):
                continue
            one = _described(found["who"], start, found.end())
            if one is not None:
                yield one
    for found in _PRONOUN.finditer(text):
        yield Attribution(found.start(), found.end(), "")


def _described(who: str, start: int, end: int) -> Attribution | None:
    who = " ".join(who.split())
    bare = re.sub(r"^(?:the|The)\s+", "", who)
    if re.fullmatch(_WIRES, who):
        return Attribution(start, end, who, "wire", named=True)
    unnamed = re.match(_UNNAMED + r"$", who)
    if unnamed:
        return _unnamed(who, start, end)
    if re.fullmatch(_MEDIA, who):
        what = "dataset" if re.search(r"\b(?:figures|data|statistics|estimates)\b", who) else "media"
        what = "document" if re.search(r"\b(?:documents|records)\b", who) else what
        name = (
            who
            if re.match(_KNOWN + r"|[A-Z]|media|state|news|press|court", who)
            else re.sub(r"^[a-z-]+\s+(?=[a-z]+(?:$|\s+from))", "", who)
        )
        return Attribution(start, end, name[:1].upper() + name[1:], what, named=bool(re.match(r"[A-Z]{2}", who)))
    if re.fullmatch(_INSTITUTION, who):
        paper = re.search(rf"\b{_PAPERS}\b", who)
        name = who[:1].upper() + who[1:]
        return Attribution(start, end, name, "document" if paper else "statement", named=True, noun=who.split()[-1])
    while opener := _OPENERS.match(bare):
        start += len(opener[0])
        bare = bare[opener.end() :]
    if not bare or _PRONOUNS.fullmatch(bare.split()[0]) or bare.split()[-1].endswith(("'s", "’s")):
        return None
    if _OUTLETS.search(bare):
        kind: str | None = "media"
    elif _OFFICES.search(bare) and not re.search(r"[a-z]{4,}(?:man|woman|person)\b|\bchief\b|\bhead\b", bare):
        kind = "statement"
    else:
        kind = "person" if " " in bare else None
    name = who if kind in ("statement", "media") and who != bare and who.lower().startswith("the ") else bare
    return Attribution(start, end, name[:1].upper() + name[1:], kind, named=True)


def _unnamed(who: str, start: int, end: int) -> Attribution:
    heads = re.findall(rf"(?i:\b(?:{_NOUNS}))\b", re.split(r"\s(?:in|from|at|of|for|with|to|close)\s", who)[0])
    noun = heads[-1].lower() if heads else ""
    if re.match(r"[Tt]he\s", who) and not re.search(r"\s(?:in|from|at|of|for|with)\s", who) and len(who.split()) <= 3:
        return Attribution(start, end, "", "person", noun=noun)
    on_record = noun.startswith("spokes") or who.lower() == "police"
    kind = "statement" if who.lower() == "police" else "person"
    return Attribution(start, end, who[:1].upper() + who[1:], kind, named=on_record, noun=noun)
