"""All pages at once: every address is one of ours, answers, and speaks one language."""

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests import pages
from tests.clients import Client
from tests.pages import NO_PAGES, Page, Scene

CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
ENGLISH = re.compile(r"[A-Za-z]{3,}")
SPOKEN = {"alt", "title", "placeholder", "aria-label", "aria-description", "data-confirm", "label"}
SILENT = {"script", "style", "template", "code", "pre", "svg", "select"}
CELL = re.compile(r"\b(?:field-|action-checkbox|readonly)")  # what a row of the admin holds, in whatever language
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

# What a Chinese page says in Latin letters: signs that are the same everywhere, ids, addresses, names of files.
SAME_EVERYWHERE = {
    "SKU", "CSV", "XLSX", "Excel", "WPS", "WebP", "JPEG", "PNG", "GIF", "JSON", "HTML", "URL", "SPU", "ERP", "API",
    "PDF", "EMS", "DHL", "UPS", "GBK", "Shopify", "UTF", "ZIP", "CNY", "sandbox", "balance", "transfer",
    "sku", "SHA", "Stripe", "Cookie",
}  # fmt: skip
NO_WORDS = re.compile(
    r"\b[a-z]{3}_[0-9a-z]{20}\b|\b(?=\w*\d)[0-9a-z]{6,}\b|\S*@\S+|\S+\.webp"
    r"|\b[a-z]+\.[a-z_]+\b|\b(?:[A-Z][a-z]+){2,}\b|[^ |]* \| [^ |]*"
)
NAMES = re.compile(
    r"\b(?:mall|risk|merchants|catalog|marketing|orders|settlement)\.[a-z_]+\b"
)  # of tunables and notices
DJANGO_SAYS = ("Search",)  # the admin's own template says it in English only
SIGN = "象"  # of the house, drawn rather than said


@pytest.fixture(scope="module")
def scene(furnished_db):
    return furnished_db


@pytest.fixture(scope="module")
def answers(scene) -> dict[str, list[tuple[Page, HttpResponse]]]:
    """By language, every page and what it answered; asked once."""
    return {language: list(asked(scene, language)) for language in ("zh-hans", "en")}


def asked(scene: Scene, language: str) -> Iterator[tuple[Page, HttpResponse]]:
    clients: dict[str, Client] = {}
    for page in pages.pages(scene):
        if page.who not in clients:
            clients[page.who] = client = Client(raise_request_exception=False, headers={"accept-language": language})
            client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
            if person := scene.person(page.who):
                client.force_login(person)
        yield page, clients[page.who].get(page.path)


def told(found: dict) -> str:
    return "\n" + "\n".join(f"{where}: {what}" for where, what in found.items())


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
    names = Counter(f"{page.audience}-{page.name}" for page in pages.pages(scene))

    assert [name for name, count in names.items() if count > 1] == []


# One language


class Reader(HTMLParser):
    """What a page says to its reader, without what it marks as said in another language or as a person's own."""

    def __init__(self, language: str):
        super().__init__()
        self.language, self.said, self.aside = language, [], []

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        other = found.get("lang", self.language).lower() != self.language
        other = other or bool(CELL.search(found.get("class") or ""))
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
    text = NAMES.sub(" ", "\n".join(reader.said))
    for word in sorted(filter(None, words), key=len, reverse=True):
        text = text.replace(word, " ")
    text = NO_WORDS.sub(" ", text)
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_the_reader_hears_what_a_page_says():
    html = (
        '<p title="Hi">One <b>two</b><br><button lang="zh-hans">中文</button><code>x</code> Ann</p><script>s</script>'
    )

    assert said(html, "en", ["Ann"]) == ["Hi", "One", "two"]


def test_a_page_in_english_shows_no_chinese(scene, answers):
    found = {}
    for page, answer in answers["en"]:
        if page.name == "styleguide":
            continue
        lines = said(answer.content.decode(), "en", [*scene.words, SIGN])
        if strange := sorted({line[:80] for line in lines if CHINESE.search(line)}):
            found[f"{page.audience} {page.path}"] = strange

    assert not found, told(found)


def test_a_page_in_chinese_shows_no_english(scene, answers):
    found = {}
    for page, answer in answers["zh-hans"]:
        if page.is_row or page.name == "styleguide":
            continue  # they show rows as they are kept: keys and codes; and specimens in both languages
        lines = said(answer.content.decode(), "zh-hans", [*scene.words, *DJANGO_SAYS])
        if strange := sorted({line[:80] for line in lines if set(ENGLISH.findall(line)) - SAME_EVERYWHERE}):
            found[f"{page.audience} {page.path}"] = strange

    assert not found, told(found)


def test_texts_in_several_languages_are_never_shown_raw(answers):
    found = {
        page.path: "a text as JSON"
        for page, answer in answers["en"]
        if "&quot;zh-hans&quot;:" in answer.content.decode()
    }

    assert not found, told(found)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_answers_as_it_should(answers, language):
    wrong = {
        f"{page.audience} {page.path}": f"{answer.status_code} instead of {page.status}"
        for page, answer in answers[language]
        if answer.status_code != page.status
    }

    assert not wrong, told(wrong)
