"""A shop's owner and her second factors in a real browser: an app, a passkey, and work that wants them (A1, A4, H8)."""

import re

import pytest
import redis
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

from mall.notifications.models import Notice
from merchants.models import Seat
from tests.clients import code_now
from tests.factories.accounts import shopper
from tests.factories.merchants import shop

PASSWORD = "correct horse battery"
INTERNAL = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def key(browser_page):
    """A soft authenticator in the browser: it keeps passkeys and shows them when asked."""
    session = browser_page.context.new_cdp_session(browser_page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": INTERNAL})
    return session


def by_name(stack) -> str:
    """Browsers keep passkeys for names only."""
    return stack.url.replace("127.0.0.1", "localhost")


def type_password(page, url, person):
    page.goto(f"{url}/accounts/login/")
    page.locator("input[name=login]").fill(person.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form[action='/accounts/login/'] button[type=submit]").click()
    page.wait_for_url(lambda address: "/accounts/login/" not in address)


def say_password_if_asked(page, *, before):
    """The page that was wanted comes (it has ``before``), or first the one that asks for the password."""
    page.locator(f"input[name=password], {before}").first.wait_for()
    if page.locator("input[name=password]").count():
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()


def sign_out(page, url):
    page.goto(f"{url}/accounts/logout/")
    page.locator("main form[action='/accounts/logout/'] button").click()
    page.wait_for_url(lambda address: "/logout/" not in address)


def test_an_owner_is_led_to_a_passkey_and_back_to_her_money(live_stack, browser_page, key):
    owner, url, page = shopper(password=PASSWORD), by_name(live_stack), browser_page
    place = shop(owner=owner)
    said = []
    page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)

    # Her money wants a second factor; she sets a passkey up and is led back.
    type_password(page, url, owner)
    page.goto(f"{url}/backoffice/{place.slug}/money/")
    page.wait_for_url(re.compile("/accounts/2fa/$"))
    page.get_by_role("link", name="Add a passkey").click()
    say_password_if_asked(page, before="input[name=name]")
    page.locator("input[name=name]").fill("Laptop")
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url(re.compile("/recovery-codes/$"))
    expect(page.locator(".factor-codes li")).to_have_count(10)
    page.get_by_role("link", name="go on to where I was").click()
    page.wait_for_url(re.compile(f"/{place.slug}/money/$"))

    # The next time it is the step after her password.
    sign_out(page, url)
    type_password(page, url, owner)
    page.wait_for_url(re.compile("/authenticate/"))
    page.get_by_role("button", name="Show a passkey instead").click()
    page.wait_for_url(lambda address: "/authenticate/" not in address)
    page.goto(f"{url}/backoffice/{place.slug}/money/")
    expect(page.get_by_role("heading", name="Money").first).to_be_visible()

    assert Authenticator.objects.get(user=owner, type="webauthn").wrap().name == "Laptop"
    assert Notice.objects.filter(person=owner, kind="accounts.passkey_added").exists()
    assert said == []


def test_work_that_wants_a_fresh_factor_goes_on_after_it_was_shown(live_stack, browser_page, key):
    owner, colleague = shopper(password=PASSWORD), shopper()
    place, url, page = shop(owner=owner), by_name(live_stack), browser_page
    type_password(page, url, owner)
    page.goto(f"{url}/accounts/2fa/webauthn/add/")
    say_password_if_asked(page, before="input[name=name]")
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url(re.compile("/recovery-codes/$"))
    page.goto(f"{url}/backoffice/{place.slug}/staff/")
    page.locator("input[name=email]").fill(colleague.email)

    # Eleven minutes pass at her desk.
    _let_time_pass(live_stack, page, seconds=11 * 60)
    page.locator("form:has(input[name=email]) button[type=submit], form:has(input[name=email]) button").last.click()
    page.wait_for_url(re.compile("reauthenticate"))
    link, button = (
        page.get_by_role("link", name="Confirm with a passkey"),
        page.get_by_role("button", name="Show the passkey"),
    )
    expect(link.or_(button).first).to_be_visible()
    if link.count():
        link.click()
    button.click()
    page.wait_for_url(re.compile("/go-on/"))
    assert not Seat.objects.filter(shop=place, user=colleague).exists()
    page.get_by_role("button", name="Go on and do it").click()
    page.wait_for_url(re.compile(f"/{place.slug}/staff/$"))

    assert Seat.objects.filter(shop=place, user=colleague).exists()


def _let_time_pass(stack, page, *, seconds: int) -> None:
    """The session has shown its factor so much earlier."""
    from django.conf import settings
    from django.contrib.sessions.models import Session

    key = next(one["value"] for one in page.context.cookies() if one["name"] == settings.SESSION_COOKIE_NAME)
    row = Session.objects.get(session_key=key)
    kept = row.get_decoded()
    for one in kept["account_authentication_methods"]:
        one["at"] -= seconds
    row.session_data = Session.get_session_store_class()().encode(kept)
    row.save()
    redis.from_url(f"{stack.valkey.url}/{settings.REDIS_CACHE_DB}").flushdb()  # where the server reads it first


def test_an_app_and_recovery_codes_work_without_scripts(live_stack, browser):
    owner = shopper(password=PASSWORD)
    place, url = shop(owner=owner), live_stack.url
    context = browser.new_context(locale="en-US", java_script_enabled=False)
    page = context.new_page()

    type_password(page, url, owner)
    page.goto(f"{url}/backoffice/{place.slug}/money/")
    page.get_by_role("link", name="Set up an app").click()
    say_password_if_asked(page, before="img.factor-sign")
    assert page.locator("img.factor-sign").evaluate("picture => picture.naturalWidth") > 0
    secret = page.locator(".factor-secret").inner_text().replace(" ", "")
    page.locator("input[name=code]").fill(code_now(secret=secret))
    page.get_by_role("button", name="Set it up").click()
    code = page.locator(".factor-codes li").first.inner_text()
    page.get_by_role("link", name="go on to where I was").click()
    assert page.url.endswith(f"/{place.slug}/money/")

    sign_out(page, url)
    type_password(page, url, owner)
    page.locator("input[name=code]").fill(code)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(f"{url}/backoffice/{place.slug}/money/")
    assert page.url.endswith(f"/{place.slug}/money/")
    context.close()
