"""Make an archive of invented news: the same documents for newsgen, Hugo and Pelican, and every time the same.

python benchmarks/corpus.py SIZE DIRECTORY [--kinds newsgen,hugo,pelican] [--short]
"""
# ruff: noqa: S311 - nothing here is a secret

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import accumulate
from pathlib import Path

START = datetime(2004, 7, 1)  # noqa: DTZ001 - local days; each article has its own offset
SPAN = timedelta(days=20 * 365.25)
KINDS = ("newsgen", "hugo", "pelican")
SETTINGS = "title: The Archive\nbase_url: https://archive.example/\ntimezone: UTC\nlanguage: en\npublisher: The desk\n"

NOUNS = """government minister council report police market company court official election parliament bank border
union region village harbour hospital school bridge river storm budget inquiry protest agreement factory strike
railway airport witness mayor president spokesman farmer teacher doctor engineer committee tribunal army ceasefire
treaty currency inflation harvest drought flood earthquake wildfire convoy summit referendum coalition evidence
verdict appeal merger refinery pipeline tunnel vaccine outbreak museum festival stadium satellite forest""".split()
ADJECTIVES = """new former senior local national regional independent public private early late severe heavy rapid
unexpected disputed temporary permanent annual financial legal military civil political economic industrial
scientific historic damaged remote coastal northern southern eastern western central rural urban foreign""".split()
VERBS = """said announced rejected approved confirmed denied warned promised delayed opened closed launched signed
suspended criticised reviewed published reduced blocked defended questioned supported investigated halted ordered
cleared rescued evacuated repaired measured sold bought moved visited met left reached crossed""".split()
SMALL = """the a of in to for and with on at by from after before during against under over between that which while
because although when where than more about only also still not been was were had have would could its their""".split()
FIRST = "Anna Ibrahim Chloe Maria Soren Lucia Piotr Wei Amina Jose Ingrid Tomas Yuki Fatima Henrik Olga".split()
LAST = "Okafor Lindqvist Garcia Nowak Tanaka Haddad Petrov Silva Dubois Chen Rossi Mensah Weber Moreau".split()
COUNTRIES = "France Spain Poland Norway Ireland Greece Egypt Kenya India Japan Brazil Canada Estonia".split()
SYLLABLES = "ber cas dor far gren hal jor kal lin mor nor pal quin ros tor ver wes yar zan".split()
SOURCE_KINDS = ("person", "document", "statement", "wire", "media", "dataset")
OFFSETS = [timezone(timedelta(hours=hours)) for hours in (-5, -3, 0, 0, 1, 2, 3)]
"""With the hours used below, the day of an article is the same in its own zone and in UTC."""


@dataclass(slots=True)
class Article:
    slug: str
    title: str
    date: datetime
    place: tuple[str, str, float, float]
    tags: list[str]
    authors: list[str]
    sources: list[tuple[str, str, str]]
    summary: str
    body: str


class Corpus:
    """Articles by number, each from its own seed; those from ``size`` on follow the last day. No article is kept.

    ``short`` ones have the same heads above bodies of about 120 words in place of 590.
    """

    def __init__(self, size: int, short: bool = False, seed: int = 1) -> None:
        self.size, self.short, self.seed = size, short, seed
        self._folders: set[str] = set()
        rng = random.Random(seed)
        pairs = [f"{adjective} {noun}" for adjective in ADJECTIVES for noun in NOUNS]
        rng.shuffle(pairs)
        rounds = range(max(200, size // 50))
        self.tags = [pairs[k % len(pairs)] + (f" {k // len(pairs) + 1}" if k >= len(pairs) else "") for k in rounds]
        self.tag_weights = list(accumulate(1 / (rank + 1) ** 0.9 for rank in rounds))
        self.words = SMALL + NOUNS + VERBS + ADJECTIVES
        often = [40 / (4 + rank) for rank in range(len(SMALL))]
        self.word_weights = list(accumulate(often + [1.0] * (len(self.words) - len(SMALL))))
        self.names = [f"{first} {last}" for first in FIRST for last in LAST]
        rng.shuffle(self.names)
        del self.names[100:]
        self.places = [self._place(rng) for _ in range(200)]
        self.sentences = [self._sentence(rng) for _ in range(5000)]

    def _some(self, rng: random.Random, least: int, most: int) -> list[str]:
        return rng.choices(self.words, cum_weights=self.word_weights, k=rng.randint(least, most))

    def _place(self, rng: random.Random) -> tuple[str, str, float, float]:
        name = "".join(rng.choices(SYLLABLES, k=3)).capitalize()
        return name, rng.choice(COUNTRIES), round(rng.uniform(-60, 70), 4), round(rng.uniform(-179, 179), 4)

    def _sentence(self, rng: random.Random) -> str:
        words, what = self._some(rng, 8, 22), rng.random()
        at = rng.randrange(1, len(words) - 3)
        few = " ".join(words[at : at + 2])
        if what < 0.07:
            words[at : at + 2] = [f"[{few}](https://example.org/{few.replace(' ', '-')}/{rng.randint(1, 9999)})"]
        elif what < 0.15:
            words[at : at + 2] = [f"*{few}*"]
        elif what < 0.19:
            words[at : at + 2] = [f"**{few}**"]
        elif what < 0.45:
            words[at] += ","
        elif what < 0.55:
            words[at] = str(rng.randint(2, 2024))
        words[0] = words[0].capitalize()
        if what > 0.85:
            return f'"{" ".join(words)}," {rng.choice(self.names)} said.'
        return " ".join(words) + "."

    def _body(self, rng: random.Random) -> str:
        if self.short:
            return "\n\n".join(" ".join(rng.choices(self.sentences, k=rng.randint(3, 5))) for _ in range(2)) + "\n"
        blocks: list[str] = []
        notes: list[str] = []
        for number in range(rng.randint(7, 11)):
            if number and number % 4 == 0:
                blocks.append("## " + " ".join(self._some(rng, 3, 6)).capitalize())
            paragraph, extra = " ".join(rng.choices(self.sentences, k=rng.randint(3, 5))), rng.random()
            if extra < 0.01:
                notes.append(f"[^{len(notes) + 1}]: {rng.choice(self.sentences)}")
                paragraph += f"[^{len(notes)}]"
            blocks.append(paragraph)
            if 0.01 < extra < 0.04:
                blocks.append("\n".join("- " + " ".join(self._some(rng, 4, 10)) for _ in range(4)))
            elif 0.04 < extra < 0.05:
                rows = [f"| {rng.choice(self.places)[0]} | {rng.randint(1, 999)} |" for _ in range(4)]
                blocks.append("\n".join(["| Region | Number |", "|---|---:|", *rows]))
            elif 0.05 < extra < 0.09:
                blocks.append("> " + rng.choice(self.sentences))
        return "\n\n".join(blocks + notes) + "\n"

    def article(self, number: int) -> Article:
        rng = random.Random(f"{self.seed} {number}")
        day = START + SPAN * ((number + rng.random()) / self.size)
        moment = day.replace(hour=rng.randint(6, 18), minute=rng.randint(0, 59), second=0, microsecond=0)
        words = self._some(rng, 5, 9)
        tags = rng.choices(self.tags, cum_weights=self.tag_weights, k=rng.randint(1, 6))
        sources = [
            (f"The {place} {noun}", f"https://example.org/{noun}/{rng.randint(1, 99999)}", rng.choice(SOURCE_KINDS))
            for (place, *_), noun in zip(rng.sample(self.places, rng.randint(1, 3)), rng.sample(NOUNS, 3), strict=False)
        ]
        return Article(
            slug=f"{'-'.join(words)}-{number}",
            title=" ".join(words).capitalize(),
            date=moment.replace(tzinfo=rng.choice(OFFSETS)),
            place=rng.choice(self.places),
            tags=list(dict.fromkeys(tags)),
            authors=rng.sample(self.names, rng.choice((1, 1, 1, 2))),
            sources=sources,
            summary=" ".join(self._some(rng, 12, 24)).capitalize() + ".",
            body=self._body(rng),
        )

    def write(self, number: int, sites: Iterable[tuple[str, str]]) -> list[str]:
        """Write an article into sites, each named by its kind of generator and its folder, and give the files."""
        article = self.article(number)
        day, written = article.date.strftime("%Y/%m/%d"), []
        texts: dict[str, bytes] = {}
        for kind, site in sites:
            if kind not in texts:
                head = (_key_value_head if kind == "pelican" else _yaml_head)(article)
                texts[kind] = (head + article.body).encode()
            below = {"newsgen": f"articles/{day[:7]}", "hugo": f"timeline/{day}", "pelican": day[:7]}[kind]
            folder = f"{site}/content/{below}"
            if folder not in self._folders:
                self._make_folder(folder, f"{site}/content/timeline", day if kind == "hugo" else "")
            written.append(f"{folder}/{article.slug}.md")
            descriptor = os.open(written[-1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
            os.write(descriptor, texts[kind])
            os.close(descriptor)
        return written

    def _make_folder(self, folder: str, timeline: str, day: str) -> None:
        """Make a folder of articles; for Hugo, with the pages of its periods."""
        os.makedirs(folder, exist_ok=True)
        self._folders.add(folder)
        for period in (day[:4], day[:7], day) if day else ():
            page = f'---\ntitle: "{period.replace("/", "-")}"\n---\n'
            Path(timeline, period, "_index.md").write_text(page)


def _yaml_head(article: Article) -> str:
    name, country, lat, lon = article.place
    sources = "".join(f"  - name: {name}\n    url: {url}\n    kind: {kind}\n" for name, url, kind in article.sources)
    return (
        f'---\ntitle: "{article.title}"\ndate: {article.date.isoformat()}\nsummary: "{article.summary}"\n'
        f"location:\n  name: {name}\n  country: {country}\n  lat: {lat}\n  lon: {lon}\n"
        f"tags: [{', '.join(article.tags)}]\nauthors: [{', '.join(article.authors)}]\nsources:\n{sources}---\n\n"
    )


def _key_value_head(article: Article) -> str:
    sources = ";".join("|".join(source) for source in article.sources)
    return (
        f"Title: {article.title}\nDate: {article.date.isoformat(' ')}\nSlug: {article.slug}\n"
        f"Summary: {article.summary}\nLocation: {'|'.join(map(str, article.place))}\n"
        f"Tags: {', '.join(article.tags)}\nAuthors: {'; '.join(article.authors)}\nSources: {sources}\n\n"
    )


def make(corpus: Corpus, sites: list[tuple[str, str]]) -> None:
    """Write the whole corpus into sites, each named by its kind of generator and its folder."""
    for kind, site in sites:
        os.makedirs(f"{site}/content", exist_ok=True)
        settings_file = Path(site, "content", "site.yaml")
        if kind == "newsgen" and not settings_file.exists():
            settings_file.write_text(SETTINGS)
    for number in range(corpus.size):
        corpus.write(number, sites)


def main() -> None:
    parser = argparse.ArgumentParser(description="Make an archive of invented news.")
    parser.add_argument("size", type=int)
    parser.add_argument("directory", type=Path, help="where a site is made for each kind")
    parser.add_argument("--kinds", default="newsgen", help=f"for which generators: {','.join(KINDS)}")
    parser.add_argument("--short", action="store_true", help="bodies of about 120 words in place of 590")
    options = parser.parse_args()
    make(
        Corpus(options.size, options.short),
        [(kind, f"{options.directory}/{kind}") for kind in options.kinds.split(",")],
    )


if __name__ == "__main__":
    main()
