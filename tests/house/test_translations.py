"""The mall speaks Chinese throughout: every phrase of the code is translated, and the compiled catalogue agrees."""

import gettext
import os
import re
import shutil
from ast import literal_eval
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import translation

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
REFRESH = "run `make messages` and translate what is new in locale/zh_Hans/LC_MESSAGES/django.po"

_PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|%[sdif]|\{\w*\}|</?\w[^>]*>")
_NOT_SPOKEN = {"var", "tests", "benchmarks", "locale", "node_modules"}


@dataclass
class Phrase:
    """One entry of a .po file."""

    flags: set[str] = field(default_factory=set)
    words: dict[str, str] = field(default_factory=dict)  # by keyword: msgctxt, msgid, msgid_plural, msgstr, msgstr[0]

    @property
    def source(self) -> str:
        return self.words["msgid"]

    @property
    def key(self) -> tuple[str, str]:
        return self.words.get("msgctxt", ""), self.source

    @property
    def forms(self) -> list[str]:
        return [text for keyword, text in self.words.items() if keyword.startswith("msgstr")]


def read(path: Path) -> list[Phrase]:
    """The entries of a .po file, its header first."""
    phrases, phrase, keyword = [], Phrase(), ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#~"):
            phrase.flags.add("obsolete")
        elif line.startswith("#,"):
            phrase.flags.update(flag.strip() for flag in line[2:].split(","))
        elif line.startswith("msg"):
            keyword, text = line.split(" ", 1)
            phrase.words[keyword] = literal_eval(text)
        elif line.startswith('"'):
            phrase.words[keyword] += literal_eval(line)
        elif not line:
            phrases.append(phrase)
            phrase = Phrase()
    return [phrase for phrase in [*phrases, phrase] if phrase.words or phrase.flags]


@cache
def catalogue() -> list[Phrase]:
    return read(CATALOGUE)


def phrases() -> list[Phrase]:
    return [phrase for phrase in catalogue()[1:] if "obsolete" not in phrase.flags]


def placeholders(text: str) -> list[str]:
    return sorted(_PLACEHOLDER.findall(text))


def edges(text: str) -> tuple[bool, bool]:
    return text.startswith("\n"), text.endswith("\n")


def test_every_phrase_is_translated():
    assert not [phrase.source for phrase in phrases() if not phrase.forms or not all(phrase.forms)], REFRESH


def test_no_translation_is_a_guess_or_a_leftover():
    assert not [phrase for phrase in catalogue() if phrase.flags & {"fuzzy", "obsolete"}]


def test_placeholders_markup_and_line_ends_survive_translation():
    changed = []
    for phrase in phrases():
        source = phrase.words.get("msgid_plural", phrase.source)
        for text in phrase.forms:
            if placeholders(text) != placeholders(source) or edges(text) != edges(source):
                changed.append((source, text))
    assert not changed


def test_chinese_has_one_plural_form():
    header = catalogue()[0].words["msgstr"]
    assert "Language: zh_Hans\n" in header
    assert "Plural-Forms: nplurals=1; plural=0;\n" in header
    for phrase in phrases():
        wanted = ["msgstr[0]"] if "msgid_plural" in phrase.words else ["msgstr"]
        assert [keyword for keyword in phrase.words if keyword.startswith("msgstr")] == wanted, phrase.source


def test_the_compiled_catalogue_is_up_to_date():
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = dict(gettext.GNUTranslations(file)._catalog)
    compiled.pop("", None)

    expected = {}
    for phrase in phrases():
        context, source = phrase.key
        name = f"{context}\x04{source}" if context else source
        expected[(name, 0) if "msgid_plural" in phrase.words else name] = phrase.forms[0]

    assert compiled == expected, "run `make messages`"


def test_the_catalogue_holds_just_what_the_code_says(tmp_path, monkeypatch, settings):
    if not all(map(shutil.which, ("xgettext", "msguniq", "msgmerge", "msgattrib"))):
        why = "collecting what the code says needs gettext: apt-get install gettext"
        pytest.fail(why) if os.environ.get("CI") == "true" else pytest.skip(why)
    _copy_what_speaks(tmp_path)
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    monkeypatch.chdir(tmp_path)

    call_command("makemessages", locale=["zh_Hans"], no_location=True, verbosity=0)

    said = {phrase.key for phrase in read(tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po")[1:]}
    known = {phrase.key for phrase in phrases()}
    assert said - known == set(), REFRESH
    assert known - said == set(), f"no longer said: {REFRESH}"


@pytest.mark.parametrize(
    ("english", "chinese"), [("Add to cart", "加入购物车"), ("Place order", "提交订单"), ("Back office", "商家后台")]
)
def test_a_reader_of_chinese_is_spoken_to_in_chinese(english, chinese):
    with translation.override("zh-hans"):
        assert translation.gettext(english) == chinese
    with translation.override("en"):
        assert translation.gettext(english) == english


def test_counts_read_naturally():
    with translation.override("zh-hans"):
        said = [translation.ngettext("%(count)s order", "%(count)s orders", n) % {"count": n} for n in (1, 2)]
    assert said == ["1 笔订单", "2 笔订单"]


def _copy_what_speaks(target: Path) -> None:
    """Python, templates and texts of the mall: collecting leaves files beside what it reads, so it reads a copy."""
    (target / "locale").mkdir()
    for folder, names, files in os.walk(ROOT):
        names[:] = [name for name in names if name not in _NOT_SPOKEN and not name.startswith((".", "__"))]
        for file in files:
            if file.endswith((".py", ".html", ".txt")):
                copy = target / Path(folder).relative_to(ROOT) / file
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(Path(folder) / file, copy)
