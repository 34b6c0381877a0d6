"""Templates keep themselves: strict about what a page may load, said in the reader's language, and readable by part."""

import re
from functools import cache
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).parents[2] / "templates"
ALL = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file())
PAGES = [name for name in ALL if name.endswith(".html") and not name.startswith("admin/")]

_SPEECH = re.compile(r"{% (?:translate|trans) .*?%}|{% blocktranslate.*?{% endblocktranslate %}", re.DOTALL)
_CLASSES = re.compile(r"{% block body_class %}.*?{% endblock %}")
_TEMPLATE = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
_MARKUP = re.compile(r"<!--.*?-->|<style>.*?</style>|<[^<>]*>", re.DOTALL)
_SPOKEN_ATTRIBUTES = re.compile(r'\b(?:alt|title|placeholder|aria-label|data-confirm)="([^"]*)"')
_LETTERS = re.compile(r"[^\W\d_]{2,}")


@cache
def source(name: str) -> str:
    return (ROOT / name).read_text()


def unspoken(text: str) -> str:
    """What a reader would see of a template that nobody has translated."""
    plain = _TEMPLATE.sub("", _CLASSES.sub("", _SPEECH.sub("", text)))
    return " ".join([_MARKUP.sub(" ", plain), *_SPOKEN_ATTRIBUTES.findall(plain)])


@pytest.mark.parametrize("name", ALL)
def test_a_template_compiles(name):
    assert get_template(name)


@pytest.mark.parametrize("name", [name for name in PAGES if not name.startswith("emails/")])  # no policy reaches a mail
def test_nothing_on_a_page_needs_a_looser_content_policy(name):
    text = source(name)

    assert not re.findall(r"\sstyle\s*=|<style\b|\son[a-z]+\s*=\s*[\"']|javascript:|\shx-on", text, re.IGNORECASE)
    assert not [tag for tag in re.findall(r"<script\b[^>]*>", text) if "src=" not in tag]
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", text)


@pytest.mark.parametrize("name", [name for name in PAGES if not name.startswith("storefront/_demo_logins")])
def test_every_word_can_be_translated(name):
    assert _LETTERS.findall(unspoken(source(name))) == []


def test_words_that_nobody_translated_are_seen():
    assert _LETTERS.findall(unspoken('<p title="{{ x }} Hello">{% translate "Yes" %}</p><b>No</b>')) == ["No", "Hello"]


@pytest.mark.parametrize("name", [name for name in ALL if not name.startswith("admin/")])
def test_a_template_says_first_where_it_is_and_what_it_needs(name):
    first = source(name)[:600]

    assert f"templates/{name}" in first
    assert re.search(r"needs:|the frame of|frame:", first)


@pytest.mark.parametrize("name", PAGES)
def test_every_post_form_carries_its_token(name):
    for form in re.findall(r"<form\b(?=[^>]*method=\"post\").*?</form>", source(name), re.DOTALL):
        assert "{% csrf_token %}" in form or "{% slot body %}" in form
