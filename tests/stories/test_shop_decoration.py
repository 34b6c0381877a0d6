"""
A shop's front page in a real browser (M4): put together, previewed, published and rolled back, with scripts and
without; and no text in any field of it ever becomes a script.
"""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from playwright.sync_api import expect

from catalog.decoration import drafts
from catalog.decoration.content import SCHEMA, new_block
from catalog.decoration.kinds import WrongBlock, kinds
from catalog.decoration.models import PageVersion
from mall.clock import now
from tests.browsing import DESKTOP, PHONE, accessibility, heard, session_of, visitor
from tests.factories.accounts import shopper
from tests.factories.catalog import product, sku
from tests.factories.decoration import fields_of, kept_picture, picture_file
from tests.factories.merchants import shop
from tests.hostile_words import hostile

CORPUS = hostile()
BATCH = 40


@pytest.fixture
def media(live_stack):
    with override_settings(MEDIA_ROOT=str(Path(live_stack.env["MALL_VAR"]) / "media")):
        yield


def picture() -> dict:
    return {"name": "tea.png", "mimeType": "image/png", "buffer": picture_file(1500, 500).read()}


def publish(page, note: str) -> None:
    page.get_by_label("What is new").fill(note)
    with page.expect_navigation():
        page.get_by_role("button", name="Publish for shoppers").click()


def seen_by_a_shopper(browser, stack, place, width: int = PHONE) -> str:
    with visitor(browser, stack.url, width=width) as page:
        page.goto(f"/shop/{place.slug}/")
        assert accessibility(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.complaints == []
        return page.locator("main").inner_text()


@pytest.mark.parametrize(("scripts", "width"), [(True, DESKTOP), (False, PHONE)])
def test_a_page_is_put_together_previewed_published_and_rolled_back(live_stack, browser, media, scripts, width):
    owner = shopper()
    place = shop(owner=owner)
    for number in range(3):
        sku(product=product(shop=place, title=f"茶壶 {number}", english=f"Teapot {number}"))
    desk = f"/backoffice/{place.slug}/page/"

    with visitor(browser, live_stack.url, person=owner, width=width, scripts=scripts) as page:

        def add(kind: str, button: str = "Add to the page", **filled) -> None:
            page.goto(desk)
            page.locator(f".arrange-kinds a[href$='?kind={kind}']").click()
            for name, value in filled.items():
                page.locator(f"[name='{name.replace('__', '-')}']").fill(value)
            if kind == "banners":
                page.locator("[name='slides-0-picture']").set_input_files(picture())
            page.get_by_role("button", name=button).click()
            page.wait_for_url(f"**{desk}*")

        add("heading", title_zh_hans="欢迎", title_en="Welcome to the kiln")
        add("goods", title_zh_hans="热卖", title_en="What sells best")
        add(
            "banners",
            slides__0__title_zh_hans="春茶",
            slides__0__title_en="Spring tea",
            slides__0__link="/search/?q=tea",
        )
        rows = page.locator("[data-arrange-row]")
        expect(rows).to_have_count(3)
        if scripts:
            assert accessibility(page) == []
            rows.nth(2).drag_to(rows.nth(0), target_position={"x": 40, "y": 4})
            expect(rows.nth(0)).to_contain_text("Spring tea")
        else:
            for number in (3, 2):
                page.get_by_role("button", name=f"Move block {number} up").click()
        expect(rows.nth(0)).to_contain_text("Spring tea")
        page.get_by_role("button", name="Duplicate block 2").click()
        page.get_by_role("button", name="Hide block 3").click()
        expect(rows.nth(2)).to_contain_text("Hidden")
        page.locator("[name=theme][value=indigo]").check()
        page.get_by_role("button", name="Use these colours").click()

        page.get_by_role("link", name="Preview the whole page").click()
        expect(page.locator(".preview-mark")).to_contain_text("Preview of the draft")
        expect(page.locator(".theme-indigo.decoration")).to_contain_text("Spring tea")
        expect(page.locator(".block-heading")).to_have_count(1)
        if scripts:
            assert accessibility(page) == []
        assert "Spring tea" not in seen_by_a_shopper(browser, live_stack, place)

        page.get_by_role("link", name="Back to the blocks").click()
        publish(page, "First page")
        words = seen_by_a_shopper(browser, live_stack, place)
        assert "Spring tea" in words and "Welcome to the kiln" in words and "Teapot 0" in words

        page.get_by_role("button", name="Remove block 1").click()
        if scripts:
            page.get_by_role("button", name="Yes, go on").click()
        expect(rows).to_have_count(3)
        publish(page, "Without banners")
        assert "Spring tea" not in seen_by_a_shopper(browser, live_stack, place, DESKTOP)

        page.get_by_role("link", name="Versions").click()
        expect(page.locator("tbody tr")).to_have_count(2)
        if scripts:
            assert accessibility(page) == []
        page.get_by_role("button", name="Restore 1").click()
        if scripts:
            page.get_by_role("button", name="Yes, go on").click()
        expect(page.locator("tbody tr").first).to_contain_text("Again as in version 1")
        assert "Spring tea" in seen_by_a_shopper(browser, live_stack, place)
        assert page.complaints == []


def test_words_that_are_not_saved_are_not_left_by_mistake(live_stack, browser):
    owner = shopper()
    place = shop(owner=owner)
    with visitor(browser, live_stack.url, person=owner) as page:
        asked = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.goto(f"/backoffice/{place.slug}/page/blocks/add/?kind=strip")
        page.locator("[name=text_zh_hans]").fill("两日内发货")
        page.goto(f"/backoffice/{place.slug}/page/")

    assert asked == ["beforeunload"]


# Nothing that is typed becomes a script

WATCH = "window.ran = []; window.alert = (number) => window.ran.push(number);"
PROVOKE = """async () => {
  const within = document.querySelector(".decoration") ?? document.body;
  const elements = [...within.querySelectorAll("*")];
  for (const element of elements) {
    for (const { name } of [...element.attributes]) {
      if (name.startsWith("on")) element.dispatchEvent(new Event(name.slice(2)));
    }
    if (element.matches("a, area, [href]") && !/^https?:$/.test(element.protocol ?? "")) {
      element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    }
    if (element.matches("form")) element.querySelector("button")?.click();
  }
  await new Promise((done) => setTimeout(done, 300));
  return window.ran;
}"""
STRANGE = """() => [...document.querySelectorAll(".decoration *")].filter((element) =>
  element.matches("script, style, iframe, object, embed, form, input, textarea, select, meta, base, link, template,"
    + " math, video, audio, dialog, details, marquee, svg:not(.icon), svg.icon > :not(use)")
  || element.matches(".prose *") && element.matches("[id], [class], [name], [style], img, button")
  || [...element.attributes].some(({ name, value }) => /^on|^hx-|^srcdoc$|^formaction$|^style$/.test(name)
    || /^(href|src|action|xlink:href)$/.test(name)
      && !/^(https?:\\/\\/[^/@]+(\\/|$)|\\/(?![\\/\\\\]))/.test(value))
).map((element) => element.outerHTML.slice(0, 200))"""


def decorated(place, texts: list[str]) -> PageVersion:
    """A version with every text in every field of every kind, put into the database past all that judges it."""
    name = kept_picture(place)
    blocks = []
    for text in texts:
        said = {"zh-hans": text, "en": text}
        item = {"picture": name, "title": said, "text": said, "link": text, "alt": said}
        untitled = {**item, "title": {}, "text": {}}
        blocks += [
            new_block("banners", {"slides": [item, untitled, {**item, "picture": text}]}),
            new_block("goods", {"title": said, "which": "popular", "count": 2, "category": text, "products": [text]}),
            new_block("text", {"title": said, "text": said}),
            new_block("picture", {"picture": name, "caption": said, "link": text, "alt": said}),
            new_block("pictures", {"pictures": [item, untitled]}),
            new_block("strip", {"text": said, "link": text}),
            new_block("heading", {"title": said, "text": said}),
            new_block("space", {"size": text}),
        ]
    given = {"shop": place, "number": 1, "theme": texts[0][:20], "schema": SCHEMA, "blocks": blocks}
    return PageVersion.objects.create(**given, published_at=now(), published_by=shopper())


def test_the_corpus_is_large_enough():
    assert len(CORPUS) >= 200
    assert len(set(CORPUS)) == len(CORPUS)


@pytest.mark.timeout(600)
def test_no_text_in_any_field_becomes_a_script(live_stack, browser, media):
    batches = [CORPUS[start : start + BATCH] for start in range(0, len(CORPUS), BATCH)]
    fit = [[text.replace("\0", "\ufffd") for text in batch] for batch in batches]  # no row of the database holds a NUL
    shops = []
    for texts in fit:
        place = shop()
        sku(shop=place)
        decorated(place, texts)
        shops.append(place)

    for policy in (True, False):  # and not because the content policy catches what the cleaning let through
        with hostile_window(browser, live_stack.url, policy=policy) as page:
            for place, texts in zip(shops, fit, strict=True):
                answer = page.goto(f"/shop/{place.slug}/")
                assert answer.status == 200
                assert page.locator(".block-text").count() == len(texts)
                assert page.evaluate(PROVOKE) == []
                assert page.evaluate(STRANGE) == []
                assert page.url == f"{live_stack.url}/shop/{place.slug}/"
            assert page.dialogs == []
            assert page.complaints == []


@pytest.mark.timeout(600)
def test_what_the_editor_lets_in_is_as_harmless(live_stack, browser, media):
    """The same texts through the verbs: each is refused, or kept in a form that stays quiet, in the back office too."""
    owner = shopper()
    place = shop(owner=owner)
    kept = refused = 0
    for text in CORPUS:
        for kind, fields in (
            ("text", {"title": {}, "text": {"zh-hans": text or "x"}}),
            ("strip", {"text": {"zh-hans": text[:120]}, "link": ""}),
            ("strip", {"text": {"zh-hans": "x"}, "link": text}),
        ):
            try:
                kinds()[kind].clean(fields, place)
                kept += 1
            except WrongBlock:
                refused += 1
    assert kept > 300
    assert refused > 200  # what is no link
    fit = [text for text in CORPUS if text.isprintable()]
    for text in fit[:: len(fit) // 9][:9]:
        fields = fields_of("text", place, text={"zh-hans": f"<p>x</p>{text}", "en": f"<p>x</p>{text}"})
        revision = drafts.draft_of(place).revision
        drafts.add_block(shop=place, kind="text", fields=fields, revision=revision, by=owner, now=now())

    with hostile_window(browser, live_stack.url, policy=False, person=owner) as page:
        for address in ("", "?width=desktop", "preview/"):
            page.goto(f"/backoffice/{place.slug}/page/{address}")
            assert page.evaluate(PROVOKE) == []
            assert page.evaluate(STRANGE) == []
        for block in drafts.draft_of(place).blocks:
            page.goto(f"/backoffice/{place.slug}/page/blocks/{block['id']}/")
            assert page.evaluate("window.ran") == []
        assert page.dialogs == []


@pytest.mark.timeout(600)
def test_the_corpus_is_alive_where_nobody_cleans(live_stack, browser):  # negative control
    alive, enough = set(), 150
    with hostile_window(browser, live_stack.url, policy=False) as page:
        for number, text in enumerate(CORPUS):
            if len(alive) == enough:
                break
            shown = [text, f'<img alt="{text}">', f"<a href='{text}'>x</a>", f'<a href="{text}">x</a>']
            for html in shown:
                page.route(
                    "**/raw/",
                    lambda route, *, html=html: route.fulfill(
                        body=f"<!doctype html><meta charset=utf-8><body><div class=decoration>{html}</div>",
                        content_type="text/html; charset=utf-8",
                    ),
                )
                ran = raw(page)
                page.unroute("**/raw/")
                if number in ran:
                    alive.add(number)
                    break

    assert len(alive) == enough, f"{len(alive)} of {len(CORPUS)} ran"


def raw(page) -> list[int]:
    try:
        page.goto("/raw/", wait_until="commit")
        page.wait_for_load_state("domcontentloaded")
        return page.evaluate(PROVOKE.replace("300", "30"))
    except Exception:  # it led away, or tore the page down: alive enough, but not counted
        return []


class hostile_window:
    """A visitor's window that notes what ran; with the page's content policy or, to see what stands without it, not."""

    def __init__(self, browser, url: str, *, policy: bool, person=None):
        self.browser, self.url, self.policy, self.person = browser, url, policy, person

    def __enter__(self):
        self.context = self.browser.new_context(base_url=self.url, bypass_csp=not self.policy, locale="en-US")
        self.context.set_default_timeout(20_000)
        cookies = {settings.LANGUAGE_COOKIE_NAME: "en"}
        if self.person is not None:
            cookies[settings.SESSION_COOKIE_NAME] = session_of(self.person)
        self.context.add_cookies([{"name": name, "value": value, "url": self.url} for name, value in cookies.items()])
        self.context.route(
            lambda url: not url.startswith((self.url, "data:", "about:", "blob:")), lambda route: route.abort()
        )
        page = self.context.new_page()
        page.add_init_script(WATCH)
        page.complaints, page.dialogs = [], []
        page.on("console", lambda said: heard(page, said))
        page.on("pageerror", lambda error: page.complaints.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (page.dialogs.append(dialog.message), dialog.dismiss()))
        return page

    def __exit__(self, *problem):
        self.context.close()
