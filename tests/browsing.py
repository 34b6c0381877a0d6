"""People at a real browser: who they are, how wide their screen is, and what their browser complains of."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from tests.clients import Client

AXE = (Path(__file__).parent / "vendor" / "axe" / "axe.min.js").read_text(encoding="utf-8")
PHONE, DESKTOP = 390, 1280
HEIGHTS = {PHONE: 844, DESKTOP: 800}
# What Django's admin writes itself: date and time without labels of their own, columns without heads, a tree's arrows.
DJANGO_OWN = (
    "aria-input-field-name", "aria-prohibited-attr", "empty-table-header", "label", "link-name",
    "scrollable-region-focusable",
)  # fmt: skip
SHOWN_AGAIN = ("landmark-unique",)  # the style guide shows the same part in several states
MOST_MOVED = 0.05  # a share of the screen
LOCALES = {"en": "en-US", "zh-hans": "zh-CN"}

WATCH = """
window.moved = { share: 0, what: [] };
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue;
    window.moved.share += entry.value;
    for (const { node } of entry.sources) window.moved.what.push(`${node?.localName}.${node?.className}`);
  }
}).observe({ type: "layout-shift", buffered: true });
"""
KNOWS_THE_DARK = (
    "document.documentElement.dataset.appearance !== undefined || document.body.dataset.adminUtcOffset !== undefined"
)
CHECK = """async ([only, but]) => {
  await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => {})));  // colours change softly
  const rules = Object.fromEntries(but.map((rule) => [rule, { enabled: false }]));
  const what = only.length ? { runOnly: { type: "rule", values: only } } : { rules };
  const found = await axe.run(document, { ...what, resultTypes: ["violations"] });  // what is right is not written up
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ target, html, any }) =>
    `${id}: ${target.join(" ")} ${html.slice(0, 120)} ${any.map(({ message }) => message).join("; ").slice(0, 160)}`));
}"""


@contextmanager
def visitor(
    browser, url: str, *, person=None, width: int = DESKTOP, language: str = "en", dark=False, scripts: bool = True
) -> Iterator:
    """
    A page of a browser of its own, signed in as ``person``; ``page.complaints`` holds what its console said.

    A window as narrow as a phone is one: touched, not pointed at.
    """
    phone = width < 600
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": HEIGHTS[width]},
        is_mobile=phone,
        has_touch=phone,
        locale=LOCALES[language],
        timezone_id="Asia/Shanghai",
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    try:
        context.set_default_timeout(10_000)
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        if person is not None:
            cookies[settings.SESSION_COOKIE_NAME] = session_of(person)
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda said: heard(page, said))
        page.on("pageerror", lambda error: page.complaints.append(f"error: {error}"))
        yield page
    finally:
        context.close()


def session_of(person) -> str:
    """The key of a session that is signed in, written to the database that the server reads."""
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def heard(page, said) -> None:
    """Errors, among them whatever the content policy refused; that the page itself is a 404 is no complaint."""
    if said.type == "error" and said.location.get("url") != page.url:
        page.complaints.append(f"console: {said.text} {said.location.get('url', '')}")


def accessibility(page, *only: str, but: Sequence[str] = ()) -> list[str]:
    """What axe finds wrong; by the rules ``only``, or by all ``but`` some."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    return page.evaluate(CHECK, [list(only), list(but)])


def unsound(window, page) -> list[str]:
    """
    All that is wrong with a page at first sight: what axe finds (in the dark too), what the console says – whatever the
    content policy refused is there –, what moves while it loads, and what is wider than the screen.
    """
    window.complaints.clear()
    answer = window.goto(page.path)
    window.wait_for_load_state("load")
    found = [] if answer.status == page.status else [f"answers {answer.status} instead of {page.status}"]
    at_desk = window.viewport_size["width"] == DESKTOP
    own = {"styleguide": SHOWN_AGAIN}.get(page.name, DJANGO_OWN if page.audience == "admin" else ())
    if not at_desk and page.audience != "storefront":
        own = (*own, "color-contrast")  # colours know no width, but shoppers have a bar of their own on phones
    found += accessibility(window, but=own)
    if at_desk and not page.is_row and window.evaluate(KNOWS_THE_DARK):  # rows of the admin look like one another
        window.emulate_media(color_scheme="dark")
        window.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")  # painted
        found += [f"in the dark: {what}" for what in accessibility(window, "color-contrast")]
        window.emulate_media(color_scheme="light")
    moved = window.evaluate("window.moved")
    if moved["share"] >= MOST_MOVED and page.audience != "admin":
        found.append(f"moves by {moved['share']:.3f}: {moved['what'][:4]}")
    wide = window.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        found.append(f"is {wide} pixels wider than the screen")
    return found + [said for said in window.complaints if page.audience != "admin" or "inline style" not in said]


def told(found: dict[str, list[str]]) -> str:
    """One complaint a line, each once for all the pages that share it."""
    pages: dict[str, list[str]] = {}
    for page, complaints in found.items():
        for complaint in complaints:
            pages.setdefault(complaint, []).append(page)
    return "\n" + "\n".join(
        f"{complaint}  ON {', '.join(where[:3])} ({len(where)})" for complaint, where in pages.items()
    )


def all_unsound(browser, url: str, scene, of_pages, width: int) -> dict[str, list[str]]:
    """What is wrong with which of these pages, each person's in a window of her own."""
    found = {}
    for who in dict.fromkeys(page.who for page in of_pages):
        with visitor(browser, url, person=scene.person(who), width=width) as window:
            window.add_init_script(WATCH)
            window.add_init_script(AXE)  # handed to the browser once, and not on every page
            for page in of_pages:
                if page.who == who and (complaints := unsound(window, page)):
                    found[f"{page.audience}-{page.name} {page.path}"] = complaints
    return found
