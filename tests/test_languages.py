"""Pages speak the language of what they show, say dates as its newspapers do, and lead to translations."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment, nodes

from newsgen.catalogues import Catalogue, best, misused, normal
from newsgen.edtf import read_edtf
from newsgen.spelling import Spelling, direction

from .catalogues import LOCALES, ROOT, TEMPLATE, collect, messages, written
from .conftest import Story
from .test_following import table_difference
from .test_incremental import same_as_clean

_ROWS = [line.split(" | ") for line in (Path(__file__).parent / "edtf_cases.txt").read_text("utf-8").splitlines()]
TIMES = [row[0] for row in _ROWS if len(row) == 5]
POINTS = [one for one in TIMES if not set(one) & set("/[{")]
SPELT = {one: Spelling(Catalogue(one)) for one in ("en", "fr", "ar", "ar-EG", "ar-MA", "fr-CA")}


# -- catalogues -------------------------------------------------------------------------------------------------------


def kept(language: str) -> Catalog:
    with (LOCALES / f"{language}.po").open("rb") as file:
        return read_po(file, abort_invalid=True)


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_every_message_is_translated(language: str) -> None:
    catalogue = kept(language)
    missing, wrong = [], []
    for file, line, message in messages():
        id_ = message if isinstance(message, str) else message[0]
        told = catalogue.get(id_)
        strings = (told.string,) if told and isinstance(told.string, str) else tuple(told.string) if told else ()
        if not strings or not all(strings) or "fuzzy" in told.flags:
            missing.append(f"{file}:{line}: {id_}")
        elif misused(told.id, told.string) or len(strings) != (catalogue.num_plurals if told.pluralizable else 1):
            wrong.append(f"{file}:{line}: {id_}: {told.string}")
    lacking = "\n".join(dict.fromkeys(missing))
    assert not missing, f"\nsrc/newsgen/locales/{language}.po has no translation of:\n{lacking}\n"
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_no_catalogue_keeps_what_nobody_says_any_more(language: str) -> None:
    said = {message if isinstance(message, str) else message[0] for _, _, message in messages()}
    optional = {"1", "contractions", "%(date)s"}
    catalogue = kept(language)
    ids = {one.id if isinstance(one.id, str) else one.id[0] for one in catalogue if one.id}
    assert ids - said - optional == set()


def test_the_template_of_catalogues_holds_what_is_said_today() -> None:
    assert TEMPLATE.read_text("utf-8") == written(collect()), "run: make catalogues"


def test_every_word_of_the_theme_can_be_translated() -> None:
    tree = Environment(autoescape=True).parse((ROOT / "templates/_words.html").read_text("utf-8"))
    called = {id(one) for call in tree.find_all(nodes.Call) for one in call.args}
    keys = {id(pair.key) for pair in tree.find_all(nodes.Pair)}
    texts = [one for one in tree.find_all(nodes.Const) if isinstance(one.value, str)]
    bare = [f"templates/_words.html:{one.lineno}: {one.value}" for one in texts if id(one) not in called | keys]
    assert not bare, "write these as _(…):\n" + "\n".join(bare)


def test_the_words_of_templates_stand_in_one_place() -> None:
    """Whatever else templates say is no word, or the same in every language."""
    allowed = set("RSS Atom Wikidata json BibTeX".split())
    for file in sorted((ROOT / "templates").glob("*.html")):
        tree = Environment(autoescape=True, trim_blocks=True).parse(file.read_text("utf-8"))
        text = "".join(one.data for one in tree.find_all(nodes.TemplateData))
        text = re.sub(r"<[^<>]*>|&[a-z#0-9]+;|<[^>]*$|^[^<]*>", " ", text)
        said = set(re.findall(r"(?<![\w=\"./:-])[A-Za-z]{4,}(?![\w=\"/:.-])", text)) - allowed
        assert not said or file.name in ("_words.html",) or said <= set("lang name datapackage".split()), (
            file.name,
            said,
        )


@pytest.mark.parametrize(
    ("tag", "languages", "found"),
    [
        ("fr", ("en", "fr"), "fr"),
        ("fr-CA", ("en", "fr"), "fr"),
        ("FR", ("en", "fr"), "fr"),
        ("fr", ("en", "fr-CA"), None),
        ("zh-Hant-TW", ("zh", "zh-hant"), "zh-hant"),
        ("de", ("en",), None),
    ],
)
def test_a_page_speaks_the_nearest_language_of_its_site(tag: str, languages: tuple[str, ...], found: str) -> None:
    assert best(tag, languages) == found


def test_tags_are_written_as_everybody_writes_them() -> None:
    assert [normal(one) for one in ("FR-ca", "zh-hant-tw", "ar")] == ["fr-CA", "zh-Hant-TW", "ar"]
    assert [direction(one) for one in ("ar", "az-Arab", "ks-Deva", "fr", "he-IL", "ur-Latn")] == [
        *("rtl", "rtl", "ltr", "ltr", "rtl", "ltr")
    ]


# -- dates and numbers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "french", "arabic"),
    [
        ("2024", "2024", "2024"),
        ("2024-07", "juillet 2024", "يوليو 2024"),
        ("2024-08-01", "1er août 2024", "1 أغسطس 2024"),
        ("2024-07-16T09:30+03:00", "16 juillet 2024 à 09:30 (UTC+03:00)", "16 يوليو 2024، الساعة 9:30 ص (UTC+03:00)"),
        ("2024-07-16~", "vers le 16 juillet 2024", "نحو 16 يوليو 2024"),
        ("2024~", "vers 2024", "نحو عام 2024"),
        ("2024-07-16?", "16 juillet 2024 (date incertaine)", "16 يوليو 2024 (تاريخ غير مؤكد)"),
        ("199X", "les années 1990", "تسعينيات القرن الـ20"),
        ("19XX", "le XXe siècle", "القرن الـ20"),
        ("-0043", "44 av. J.-C.", "44 قبل الميلاد"),
        ("2014-22", "l’été 2014", "صيف 2014"),
        ("2014-10-XX", "un jour d’octobre 2014", "يوم ما في أكتوبر 2014"),
        ("2024-07-14/2024-07-16", "du 14 au 16 juillet 2024", "من 14 إلى 16 يوليو 2024"),
        ("2024-07-14/2024-08-01", "du 14 juillet au 1er août 2024", "من 14 يوليو إلى 1 أغسطس 2024"),
        ("2014-04/2014-08", "d’avril à août 2014", "من أبريل إلى أغسطس 2014"),
        ("2014/2016", "de 2014 à 2016", "من عام 2014 إلى عام 2016"),
        ("2024-07-16/..", "depuis le 16 juillet 2024", "منذ 16 يوليو 2024"),
        ("../2014-06", "jusqu’en juin 2014", "حتى يونيو 2014"),
        ("../199X", "jusqu’aux années 1990", "حتى تسعينيات القرن الـ20"),
        ("199X/200X", "des années 1990 aux années 2000-2009", "من تسعينيات القرن الـ20 إلى الأعوام 2000–2009"),
        ("2014-22/2015-21", "de l’été 2014 au printemps 2015", "من صيف 2014 إلى ربيع 2015"),
        ("[2024-07-14,2024-07-16]", "le 14 ou le 16 juillet 2024", "14 أو 16 يوليو 2024"),
        ("[2014..2016]", "entre 2014 et 2016", "بين عام 2014 وعام 2016"),
        ("Y12000", "l’an 12\N{NARROW NO-BREAK SPACE}000", "عام 12,000"),
    ],
)
def test_a_time_is_said_as_a_newspaper_of_the_language_prints_it(time: str, french: str, arabic: str) -> None:
    assert SPELT["fr"].happened(time) == french
    assert SPELT["ar"].happened(time) == arabic


def test_digits_and_months_are_those_of_the_country() -> None:
    assert SPELT["ar-EG"].happened("2024-07-17") == "١٧ يوليو ٢٠٢٤"
    assert SPELT["ar-MA"].happened("2024-07-17") == "17 يوليوز 2024"
    assert SPELT["ar-EG"].number(1234567) == "١٬٢٣٤٬٥٦٧"
    assert [SPELT[one].period("199") for one in ("en", "fr")] == ["1990s", "années 1990"]
    assert [SPELT[one].brief("2024-07") for one in ("en", "fr", "ar")] == ["Jul", "juil.", "يوليو"]


@pytest.mark.parametrize(
    ("number", "arabic"),
    [(0, "لا تقارير"), (1, "تقرير واحد"), (2, "تقريران"), (3, "3 تقارير"), (11, "11 تقريرًا"), (100, "100 تقرير")],
)
def test_numbers_take_the_form_of_the_word_that_goes_with_them(number: int, arabic: str) -> None:
    forms = SPELT["ar"].catalogue.plural("%(num)s report", "%(num)s reports")
    assert SPELT["ar"].counted(forms, number) == arabic


def _some_times() -> st.SearchStrategy[str]:
    one = st.sampled_from(POINTS)
    two = st.tuples(one, one)
    return st.one_of(
        st.sampled_from(TIMES),
        two.map("/".join),
        one.map("../{}".format),
        one.map("{}/".format),
        st.lists(one, min_size=2, max_size=3).map(lambda found: f"[{','.join(found)}]"),
        two.map(lambda found: f"{{{found[0]}..{found[1]}}}"),
    )


@given(_some_times())
@settings(max_examples=300, deadline=None)
def test_every_time_can_be_said_in_every_language(time: str) -> None:
    try:
        read_edtf(time)
    except ValueError:
        return
    for language, spelling in SPELT.items():
        said = spelling.happened(time)
        assert said and "%" not in said and "  " not in said and said == said.strip()
        if language.startswith("ar"):
            assert not re.search(r"[A-Za-z]", said.replace("UTC", ""))


# -- a site of several languages --------------------------------------------------------------------------------------

ENGLISH, FRENCH, ARABIC = "/2024/07/17/two-drones/", "/2024/07/17/deux-drones/", "/2024/07/17/tairatan/"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    story = Story(tmp_path_factory.mktemp("languages") / "site").site(languages=["en", "fr", "ar"])
    event = {"name": "Raid", "when": "2024-07-16", "id": "raid"}
    story.article("two-drones", title="Two drones", tags=["Iraq"], events=[event], id="tag:x.org,2024:drones")
    story.article("deux-drones", title="Deux drones", language="fr", translation_of="two-drones.md", tags=["Iraq"])
    original = {"translation_of": "tag:x.org,2024:drones", "date": "2024-07-17T09:30"}
    story.article(
        "tairatan", title="طائرتان", language="ar", corrections=[{"date": "2024-08-01", "text": "خطأ"}], **original
    )
    story.article("zhongwen", title="中文", language="zh", date="2024-07-18")
    story.article("gone", language="fr", withdrawn={"date": "2024-08-01"}, date="2024-07-19")
    story.write("content/pages/a-propos.md", "---\ntitle: À propos\nlanguage: fr\nmenu: 1\n---\nQui.\n")
    story.built()
    yield story


def test_a_page_is_wholly_in_the_language_of_its_article(site: Story) -> None:
    french, arabic, chinese = site.page(FRENCH), site.page(ARABIC), site.page("/2024/07/18/zhongwen/")
    assert french.attrib == {"lang": "fr", "dir": "ltr"} and "lang" not in french.find("body").attrib
    assert arabic.attrib == {"lang": "ar", "dir": "rtl"}
    assert french.xpath("string(//a[@class='skip'])") == "Aller au texte"
    assert "17 juillet 2024" in french.xpath("string(//div[@class='facts'])")
    assert "17 يوليو 2024، الساعة 9:30 ص" in arabic.xpath("string(//div[@class='facts'])")
    assert "تصحيح" in arabic.xpath("string(//section[@class='corrections'])")
    assert (chinese.get("lang"), chinese.find("body").get("lang")) == ("zh", "en")
    assert site.page("/2024/07/19/gone/").xpath("string(//h1)") == "Cet article a été retiré"
    assert site.page("/a-propos/").xpath("string(//a[@class='skip'])") == "Aller au texte"
    assert site.page("/timeline/").xpath("string(//a[@class='skip'])") == "Skip to the text"


def test_each_language_has_a_front_page_and_feeds(site: Story) -> None:
    def listed(address: str) -> list[str]:
        return site.page(address).xpath("//main//article//a/text()")

    assert listed("/fr/") == ["Deux drones"] and listed("/ar/") == ["طائرتان"]
    assert listed("/") == ["中文", "Two drones"]
    assert not (site.public / "en/index.html").exists()
    assert [len(site.feed(f"/{one}feed/rss.xml").entries) for one in ("", "en/", "fr/", "ar/")] == [4, 2, 1, 1]
    feed = site.feed("/ar/feed/atom.xml").feed
    assert (feed.title, feed.language, feed.link, feed.id) == (
        *("The Record – العربية", "ar", "https://example.org/ar/"),
        "tag:example.org,1970-01-01:/ar/feed/",
    )
    assert site.page("/fr/").xpath("//nav[not(@class)]//a/@href")[0] == "/fr/"
    named = site.page("/fr/").xpath("//link[@hreflang]")
    assert [(one.get("hreflang"), one.get("href")) for one in named] == [
        ("en", "https://example.org/"),
        ("fr", "https://example.org/fr/"),
        ("ar", "https://example.org/ar/"),
        ("x-default", "https://example.org/"),
    ]
    switch = site.page("/fr/").xpath("//nav[@class='languages']//a")
    assert [(one.get("href"), one.text, one.get("aria-current")) for one in switch] == [
        ("/", "English", None),
        ("/fr/", "Français", "page"),
        ("/ar/", "العربية", None),
    ]


@pytest.mark.parametrize("address", [ENGLISH, FRENCH, ARABIC])
def test_translations_lead_to_each_other(site: Story, address: str) -> None:
    page = site.page(address)
    found = {one.get("hreflang"): one.get("href") for one in page.xpath("//link[@hreflang]")}
    base = "https://example.org"
    assert found == {"en": base + ENGLISH, "fr": base + FRENCH, "ar": base + ARABIC, "x-default": base + ENGLISH}
    assert page.xpath("//nav[@class='languages']//a/@href") == [ENGLISH, FRENCH, ARABIC]
    shown = page.xpath("//p[@class='translations']/a/@href")
    assert sorted(shown) == sorted({ENGLISH, FRENCH, ARABIC} - {address})
    graph = json.loads(page.xpath("string(//script[@type='application/ld+json'])"))["@graph"][0]
    if address == ENGLISH:
        assert {one["@id"] for one in graph["workTranslation"]} == {base + FRENCH, base + ARABIC}
    else:
        assert graph["translationOfWork"]["@id"] == base + ENGLISH and "workTranslation" not in graph


def test_the_names_that_programs_read_are_in_the_language_of_the_page(site: Story) -> None:
    text = site.page(FRENCH).xpath("string(//script[@type='application/ld+json'])")
    assert '"name":"Chronologie"' in text


def test_a_site_of_one_language_has_no_sign_of_others(story: Story) -> None:
    story.article("alpha")
    story.article("beta", language="fr")
    story.built()
    assert "hreflang" not in "".join(story.text(one) for one in ("/", "/2024/07/17/alpha/", "/2024/07/17/beta/"))
    assert not (story.public / "fr").exists() and not (story.public / "en").exists()
    beta = story.page("/2024/07/17/beta/")
    assert (beta.get("lang"), beta.find("body").get("lang")) == ("fr", "en")


# -- what a site may say otherwise ------------------------------------------------------------------------------------


def test_a_site_corrects_words_and_adds_a_language(story: Story) -> None:
    story.site(language="fr", languages=["fr", "de"])
    story.article("alpha")
    story.article("beta", language="de", corrections=[{"date": "2024-08-03", "text": "Falsch."}])
    done = story.build()
    assert done.code == 1
    assert "content/site.yaml:" in done.err and "there are no words in the language 'de'" in done.err
    assert "docs/languages.md" in done.err and "templates/locales/de.po" in done.err
    story.write("templates/locales/de.po", 'msgid "Published"\nmsgstr "Erschienen"\n')
    story.write("templates/locales/fr.po", 'msgid "Front page"\nmsgstr "Accueil & plus"\n')
    story.built()
    assert story.page("/").xpath("string(//nav[not(@class)]//a)") == "Accueil & plus"
    facts = story.page("/2024/07/17/beta/").xpath("string(//div[@class='facts'])")
    assert "Erschienen 17. Juli 2024" in " ".join(facts.split()) and "Updated 3. August 2024" in " ".join(facts.split())
    story.write("templates/locales/fr.po", 'msgid "Front page"\nmsgstr "Début"\n')
    story.built()
    assert story.page("/").xpath("string(//nav[not(@class)]//a)") == "Début"
    same_as_clean(story)


@pytest.mark.parametrize("rule", ["n/0", "n%0", "n-9", "n+2", "(" * 400 + "n" + ")" * 400, "n" + "+1" * 900, "open(n)"])
def test_a_rule_of_plural_forms_that_gives_no_form_is_a_fault_with_its_line(story: Story, rule: str) -> None:
    story.site(languages=["en", "fr"])
    story.article("alpha")
    head = f'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural={rule};\\n"\n\n'
    said = 'msgid "%(num)s report"\nmsgid_plural "%(num)s reports"\nmsgstr[0] "un"\nmsgstr[1] "des"\n'
    story.write("templates/locales/fr.po", head + said)
    done = story.run("check", "--site", str(story.root))
    assert done.code == 1 and "templates/locales/fr.po:3:1: the rule of plural forms can't be used" in done.text


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('msgid "Feeds"\nmsgstr "Flux\n', 2, "no message in quotes"),
        ('msgid ""\nmsgstr ""\n\nmsgid "until %(date)s"\nmsgstr "avant %(day)s"\n', 4, "%(day)s"),
        ('msgid "until %(date)s"\nmsgstr "100 % %(date)s"\n', 1, "'% '"),
        (b'msgid "Feeds"\nmsgstr "\xff"\n', 2, ""),
        ('msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=99999999; plural=0;\\n"\n', 3, "plural forms"),
    ],
)
def test_a_faulty_catalogue_is_told_with_its_line(story: Story, text: str | bytes, line: int, words: str) -> None:
    story.site(language="fr")
    story.article("alpha")
    story.write("templates/locales/fr.po", text)
    done = story.build()
    assert done.code == 1 and f"templates/locales/fr.po:{line}:1:" in done.err and words in done.err


def test_words_of_a_template_of_the_site_go_before_all(story: Story) -> None:
    story.site(language="fr")
    story.article("alpha", tags=["A"])
    story.write(
        "templates/_words.html",
        '{% from "theme/_words.html" import words as given %}'
        '{% set words = dict(given, home="Ours", article="paper", articles="papers") %}',
    )
    story.built()
    assert story.page("/").xpath("string(//nav[not(@class)]//a)") == "Ours"
    assert "1 paper" in story.text("/tags/") and "Chronologie" in story.text("/")


@pytest.mark.parametrize(
    ("languages", "words"),
    [
        (["fr", "ar"], "the site's own language, en, is not among its languages"),
        (["en", "fr", "FR"], "a language is listed twice"),
        (["en", "tlh"], "there are no words in the language 'tlh'"),
        (["en", "not a tag"], "is not a language tag"),
    ],
)
def test_languages_that_make_no_sense_are_refused(story: Story, languages: list[str], words: str) -> None:
    story.site(languages=languages)
    done = story.build()
    assert done.code == 1 and words in done.err


# -- translations -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "content/articles/2024/alpha.md",
        "2024/alpha.md",
        "../2024/alpha.md",
        "tag:example.org,2024-07-17:/2024/07/17/alpha/",
    ],
)
def test_an_original_is_named_by_a_path_or_its_id(story: Story, written: str) -> None:
    story.article("2024/alpha")
    story.article("fr/beta", language="fr", translation_of=written)
    story.built()
    assert story.page("/2024/07/17/alpha/").xpath("//p[@class='translations']/a/@href") == ["/2024/07/17/beta/"]


def test_the_name_of_a_file_tells_its_language_and_its_original(story: Story) -> None:
    story.site(languages=["en", "fr"])
    story.article("alpha")
    story.article("alpha.fr")
    story.article("alone.fr")
    story.built()
    found = story.page("/2024/07/17/alpha/").xpath("//p[@class='translations']/a")
    assert [(one.get("href"), one.get("hreflang")) for one in found] == [("/2024/07/17/alpha-fr/", "fr")]
    assert story.page("/2024/07/17/alone-fr/").get("lang") == "fr"


CASES: list[tuple[dict[str, Any], str, str]] = [
    ({"beta": {"translation_of": "nothing.md"}}, "beta", "there is no article content/articles/nothing.md"),
    ({"beta": {"translation_of": "tag:none"}}, "beta", "there is no article tag:none"),
    ({"beta": {"translation_of": "beta.md"}}, "beta", "it is a translation of itself"),
    ({"beta": {"translation_of": "alpha.md", "language": "en"}}, "beta", "in the same language (en)"),
    (
        {"beta": {"translation_of": "alpha.md"}, "gamma": {"translation_of": "alpha.md"}},
        "gamma",
        "two translations of content/articles/alpha.md into fr: content/articles/beta.md is the other",
    ),
    (
        {"beta": {"translation_of": "alpha.md"}, "gamma": {"translation_of": "beta.md", "language": "ar"}},
        "gamma",
        "is a translation itself, of content/articles/alpha.md",
    ),
    (
        {"beta": {"translation_of": "gamma.md"}, "gamma": {"translation_of": "beta.md", "language": "ar"}},
        "beta",
        "they name each other",
    ),
]


@pytest.mark.parametrize(("articles", "name", "words"), CASES)
def test_originals_that_make_no_sense_are_told(story: Story, articles: dict[str, Any], name: str, words: str) -> None:
    story.article("alpha")
    for one, fields in articles.items():
        story.article(one, **{"language": "fr"} | fields)
    done = story.build()
    told = [line for line in done.err.splitlines() if words in line]
    assert done.code == 1 and told and re.match(rf"content/articles/{name}\.md:[3-9]:\d+: ", told[0])


def test_whatever_becomes_of_one_translation_the_others_follow(story: Story) -> None:
    story.site(languages=["en", "fr", "ar"])
    for number in range(2):
        story.article(f"other-{number}", date=f"2023-0{1 + number}-01")
    story.article("alpha", date="2024-01-01")
    story.article("beta", date="2024-02-01", language="fr", translation_of="alpha.md")
    story.article("gamma", date="2024-03-01", language="ar", translation_of="alpha.md")
    story.built()

    def linked(address: str) -> list[str]:
        return sorted(story.page(address).xpath("//p[@class='translations']/a/@href"))

    steps: list[tuple[str, dict[str, Any] | None, list[str]]] = [
        ("beta", {"slug": "moved", "language": "fr"}, ["/2024/02/01/moved/", "/2024/03/01/gamma/"]),
        ("beta", {"draft": True, "language": "fr"}, ["/2024/03/01/gamma/"]),
        ("beta", {"language": "fr-CA"}, ["/2024/02/01/beta/", "/2024/03/01/gamma/"]),
        ("beta", {"language": "fr", "translation_of": None}, ["/2024/03/01/gamma/"]),
        ("gamma", None, []),
        ("beta", {"language": "ar"}, ["/2024/02/01/beta/"]),
        ("beta", {"language": "ar", "withdrawn": "2024-08-01"}, []),
    ]
    for name, fields, expected in steps:
        if fields is None:
            story.remove(f"content/articles/{name}.md")
        else:
            story.article(name, **{"date": "2024-02-01", "translation_of": "alpha.md"} | fields)
        story.built()
        assert linked("/2024/01/01/alpha/") == expected
        assert table_difference(story) == set()
    same_as_clean(story)


def test_originals_that_are_withheld_or_come_later_are_followed(story: Story) -> None:
    story.article("alpha", draft=True)
    story.article("sub/beta", date="2024-02-01", language="fr", translation_of="alpha.md")
    story.article("gamma", date="2024-03-01", language="ar", translation_of="alpha.md")
    story.built()
    assert story.page("/2024/03/01/gamma/").xpath("//p[@class='translations']/a/@href") == ["/2024/02/01/beta/"]
    assert not story.page("/2024/03/01/gamma/").xpath("//link[@hreflang='x-default']")
    story.article("alpha")
    story.built()
    assert len(story.page("/2024/02/01/beta/").xpath("//p[@class='translations']/a")) == 2
    story.article("sub/alpha", date="2024-04-01")  # which is nearer to one of them
    story.built()
    assert story.page("/2024/02/01/beta/").xpath("//p[@class='translations']/a/@href") == ["/2024/04/01/alpha/"]
    assert story.page("/2024/07/17/alpha/").xpath("//p[@class='translations']/a/@href") == ["/2024/03/01/gamma/"]
    assert table_difference(story) == set()
    same_as_clean(story)


def test_maps_name_countries_in_the_language_of_the_page() -> None:
    from newsgen import maps

    def named(language: str) -> list[str]:
        return re.findall(
            r'class="country"[^>]*>([^<]*)', maps.locator_map(33.8, 42.4, "Ain", "Ain", language=language)
        )

    assert named("en") == ["Iraq", "Syria", "Iran"] and named("fr") == ["Irak", "Syrie", "Iran"]
    assert named("ar") == ["العراق", "سوريا", "إيران"] and named("tlh") == []


def test_an_event_is_named_as_the_original_names_it_whichever_translation_comes_first(story: Story) -> None:
    story.site(languages=["en", "fr"])
    event = {"when": "2024-02-01", "id": "raid"}
    story.article("story", events=[{"name": "A raid", **event}])
    story.article("story.fr", language="fr", events=[{"name": "Un raid", **event}])
    story.built()
    assert story.page("/events/raid/").xpath("string(//h1)") == "A raid"
    assert "Un raid" not in story.text("/timeline/events/")
    story.article("story", title="Nothing more")
    story.built()
    assert story.page("/events/raid/").xpath("string(//h1)") == "Un raid"
    same_as_clean(story)


def test_a_language_with_one_plural_form_is_added_by_a_copy_of_the_file_that_has_two(story: Story) -> None:
    copy = (ROOT / "src/newsgen/locales/newsgen.pot").read_text(encoding="utf-8")
    forms = '"Content-Type: text/plain; charset=utf-8\\n"\n'
    copy = copy.replace(forms, f'{forms}"Plural-Forms: nplurals=1; plural=0;\\n"\n')
    copy = copy.replace('msgid "Front page"\nmsgstr ""', 'msgid "Front page"\nmsgstr "首页"')
    two = 'msgid "%(num)s report"\nmsgid_plural "%(num)s reports"\nmsgstr[0] '
    story.write("templates/locales/zh.po", copy.replace(f'{two}""', f'{two}"%(num)s 篇报道"'))
    story.site(language="zh").article("story")
    story.built()
    page = story.page("/")
    assert page.xpath("//nav//a[@href='/']/text()") == ["首页"] and "1 篇报道" in page.text_content()


def test_a_story_does_not_tell_beside_an_article_what_its_translations_tell(story: Story) -> None:
    story.site(languages=["en", "fr", "ar"])
    for name, more in (("story", {}), ("story.fr", {"language": "fr"}), ("story.ar", {"language": "ar"})):
        story.article(name, thread="War", tags=["War"], **more)
    story.article("before", date="2024-07-01", thread="War", tags=["War"])
    story.built()
    for name in ("story", "story-fr", "story-ar"):
        page = story.page(f"/2024/07/17/{name}/")
        assert page.xpath("//nav[@class='developed']//li/a/@href") == ["/2024/07/01/before/"]
        assert not page.xpath("//nav[@class='related']//a[contains(@href, 'story')]")
