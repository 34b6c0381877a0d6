"""All pages at once: every address is one of ours, answers, and speaks one language."""

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests import pages
from tests.pages import NO_PAGES, Page, Scene, furnished, staged

CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
ENGLISH = re.compile(r"[A-Za-z]{3,}")
SPOKEN = {"alt", "title", "placeholder", "aria-label", "aria-description", "data-confirm", "label"}
SILENT = {"script", "style", "template", "code", "pre", "svg"}
EMPTY = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
}  # fmt: skip - elements without an end

# What a Chinese page says in Latin letters: names, and signs that are the same everywhere.
SAME_EVERYWHERE = {
    "SKU", "CSV", "XLSX", "WebP", "JPEG", "PNG", "GIF", "JSON", "HTML", "URL", "SPU", "ERP", "API", "PDF", "ECharts",
}  # fmt: skip
ADMIN_ROWS = re.compile(r"(?:-row|-add)$")


@pytest.fixture(scope="module")
def scene(django_db_setup, django_db_blocker, tmp_path_factory):
    """The furnished mall, in a transaction that all tests of this module share and nobody keeps."""
    from django.db import transaction

    with (
        override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")),
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        yield staged(furnished())
        transaction.set_rollback(True)


def ask(scene: Scene, page: Page, language: str):
    client = Client(headers={"accept-language": language})
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    if person := scene.person(page.who):
        client.force_login(person)
    return client.get(page.path, follow=page.path.endswith("a-b/"))


# Every address


def addresses(resolver=None, namespace: str = ""):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{namespace}{entry.name}"


def test_every_address_that_people_see_is_among_the_pages(scene):
    ours = {name for name in addresses() if name.partition(":")[0] in {"storefront", "backoffice"}}
    ours |= {name for name in addresses() if name.startswith("account_")}

    shown = {resolve(page.path.partition("?")[0]).view_name for page in pages.pages(scene) if page.status != 404}

    assert ours - shown - set(NO_PAGES) == set(), "name these in tests/pages.py"
    assert set(NO_PAGES) - ours == set(), "these are gone"


def test_no_two_pages_share_a_picture(scene):
    names = [f"{page.audience}-{page.name}" for page in pages.pages(scene)]

    assert len(names) == len(set(names))


# One language


class Reader(HTMLParser):
    """What a page says to its reader, without what it marks as said in another language or as a person's own."""

    def __init__(self, language: str):
        super().__init__()
        self.language, self.said, self.aside = language, [], []

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        other = found.get("lang", self.language).lower() != self.language
        if tag not in EMPTY:
            self.aside.append(bool(self.aside and self.aside[-1]) or tag in SILENT or other)
        if not (self.aside and self.aside[-1]) and not other:
            self.said += [value for name, value in attributes if name in SPOKEN and value]
            if tag == "meta" and found.get("name") == "description":
                self.said.append(found.get("content") or "")

    def handle_endtag(self, tag):
        if tag not in EMPTY and self.aside:
            self.aside.pop()

    def handle_data(self, data):
        if not (self.aside and self.aside[-1]):
            self.said.append(data)


def said(html: str, language: str, words: list[str]) -> list[str]:
    reader = Reader(language)
    reader.feed(html)
    text = "\n".join(reader.said)
    for word in sorted(filter(None, words), key=len, reverse=True):
        text = text.replace(word, " ")
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_the_reader_hears_what_a_page_says():
    html = (
        '<p title="Hi">One <b>two</b><br><button lang="zh-hans">中文</button><code>x</code> Ann</p><script>s</script>'
    )

    assert said(html, "en", ["Ann"]) == ["Hi", "One", "two"]


def test_a_page_in_english_shows_no_chinese(scene):
    found = {}
    for page in pages.pages(scene):
        lines = said(ask(scene, page, "en").content.decode(), "en", scene.words)
        if strange := sorted({line[:80] for line in lines if CHINESE.search(line)}):
            found[f"{page.audience} {page.path}"] = strange

    assert found == {}


def test_a_page_in_chinese_shows_no_english(scene):
    found = {}
    for page in pages.pages(scene):
        if page.audience == "admin" and ADMIN_ROWS.search(page.name):
            continue  # they show rows as they are: keys, codes, JSON
        lines = said(ask(scene, page, "zh-hans").content.decode(), "zh-hans", scene.words)
        strange = sorted({line[:80] for line in lines if set(ENGLISH.findall(line)) - SAME_EVERYWHERE})
        if strange:
            found[f"{page.audience} {page.path}"] = strange

    assert found == {}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_answers_as_it_should(scene, language):
    wrong = {}
    for page in pages.pages(scene):
        answer = ask(scene, page, language)
        if answer.status_code != page.status:
            wrong[page.path] = answer.status_code

    assert wrong == {}
