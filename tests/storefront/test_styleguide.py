"""The living page of the kit: nothing of it is forgotten, nothing of it breaks, and production has none of it."""

import importlib
import re
from pathlib import Path

import pytest
from django.urls import Resolver404, clear_url_caches, resolve

import mall.urls
from mall.clock import now
from mall.styleguide.chapters import chapters

COMPONENTS = Path(__file__).parents[2] / "templates" / "components"


def guide(client, language: str) -> str:
    answer = client.get("/styleguide/", headers={"accept-language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def specimens() -> list:
    return [specimen for chapter in chapters(now()) for specimen in chapter.specimens]


def test_every_component_has_its_specimen():
    files = {str(path.relative_to(COMPONENTS)) for path in COMPONENTS.rglob("*.html")}
    shown = {specimen.file for specimen in specimens()}
    assert files - shown == set(), "show it in mall/styleguide/chapters/"
    own = {specimen.file for specimen in specimens() if specimen.drawn == f"styleguide/{specimen.file}"}
    assert shown - own - files - {"_confirm.html", "_preview.html"} == set(), "no such component"


@pytest.mark.parametrize(("language", "word"), [("en", "Style guide"), ("zh-hans", "组件手册")])
def test_the_guide_speaks_both_languages(client, language, word):
    page = guide(client, language)

    assert f"<h1>{word}</h1>" in page
    assert f'<html lang="{language}"' in page
    for specimen in specimens():
        assert f'id="{specimen.anchor}"' in page
    assert "{%" not in page
    assert "{{" not in page


def test_english_readers_meet_no_chinese(client):
    page = re.sub(r'lang="zh-hans".*?</(?:button|span)>', "", guide(client, "en"), flags=re.DOTALL)
    assert re.findall(r"[\u4e00-\u9fff]+", page) == []


def test_nothing_is_called_by_the_same_name_twice(client):
    ids = re.findall(r'\sid="([^"]+)"', guide(client, "en"))
    assert sorted(ids) == sorted(set(ids))


def test_nothing_on_the_guide_needs_a_looser_content_policy(client):
    page = guide(client, "en")
    assert not re.findall(r"\sstyle=|<style|\son[a-z]+=", page)
    assert not [tag for tag in re.findall(r"<script\b[^>]*>", page) if "src=" not in tag]


def test_its_charts_are_handed_out(client):
    answer = client.get("/styleguide/?csv=takings", headers={"accept-language": "en"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.decode().startswith("\ufeffDay,Paid,Refunded")


def test_the_guide_asks_nothing_of_the_database(client):
    guide(client, "en")  # no django_db mark: a query would fail here


def test_production_has_no_such_address(settings):
    assert resolve("/styleguide/")
    settings.MALL_PRODUCTION = True
    try:
        importlib.reload(mall.urls)
        clear_url_caches()
        with pytest.raises(Resolver404):
            resolve("/styleguide/")
    finally:
        settings.MALL_PRODUCTION = False
        importlib.reload(mall.urls)
        clear_url_caches()
