"""
She looks for something: with suggestions by keyboard, with filters in place and chips that go away, on a phone, and
without scripts, where the same links and forms do it all (C5).
"""

import re

import pytest
from playwright.sync_api import expect

from catalog.search.rules import save_rule
from catalog.search.spelling import learn_words
from mall import clock
from tests.browsing import DESKTOP, PHONE, visitor


@pytest.fixture(scope="module")
def mall(furnished_stack):
    save_rule(kind="pinned", words="手作小器, teapot", by=None, now=clock.now())
    learn_words()
    return furnished_stack


def test_suggestions_by_keyboard(browser, mall):
    with visitor(browser, mall.url, width=DESKTOP, language="en") as page:
        page.goto("/")
        box = page.get_by_role("combobox")
        box.focus()
        expect(page.get_by_role("option")).to_have_text(["手作小器", "teapot"])

        box.press_sequentially("handm", delay=30)
        options = page.get_by_role("option")
        expect(options.first).to_contain_text("Small handmade thing")
        expect(box).to_have_attribute("aria-expanded", "true")
        page.keyboard.press("ArrowDown")
        expect(options.first).to_have_attribute("aria-selected", "true")
        expect(box).to_have_attribute("aria-activedescendant", options.first.get_attribute("id"))
        page.keyboard.press("Escape")
        expect(box).to_have_attribute("aria-expanded", "false")
        page.keyboard.press("Enter")

        expect(page).to_have_url(re.compile(r"/search/\?q=handm$"))
        expect(page.locator("[data-listing] .goods")).to_have_count(6)


@pytest.mark.parametrize(("width", "scripts"), [(DESKTOP, True), (PHONE, True), (DESKTOP, False), (PHONE, False)])
def test_filters_narrow_and_chips_take_them_away(browser, mall, width, scripts):
    with visitor(browser, mall.url, width=width, language="en", scripts=scripts) as page:
        page.goto("/")
        box = page.locator("form[role=search] input[name=q]")
        box.fill("手作")
        box.press("Enter")
        goods = page.locator("[data-listing] .goods")
        expect(goods).to_have_count(6)
        if width == PHONE:
            page.locator(".listing-toggle").click()
        page.locator(".facet", has_text="Shop").get_by_role("link", name=re.compile("Mountain Pottery")).click()

        expect(goods).to_have_count(2)
        expect(page).to_have_url(re.compile(r"shop=pottery"))
        chip = page.locator(".pill-chosen", has_text="Mountain Pottery")
        expect(chip).to_be_visible()
        chip.click()
        expect(goods).to_have_count(6)
        expect(page).not_to_have_url(re.compile(r"shop="))


def test_nothing_found_says_so_and_shows_what_it_shows_instead(browser, mall):
    with visitor(browser, mall.url, width=DESKTOP, language="en", scripts=False) as page:
        page.goto("/search/?q=handmdae")
        expect(page.locator(".alert-body").first).to_contain_text("No results for “handmdae”")
        expect(page.locator("[data-listing] .goods")).to_have_count(6)
        page.locator(".alert-body a").first.click()
        expect(page.locator("h1")).to_have_text("Results for “handmade”")
