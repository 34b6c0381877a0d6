"""Pages for what went wrong: in both languages, with a way on, and asking nothing of what may be broken."""

import re

import pytest
from django.core.cache.backends.redis import RedisCache
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.test import RequestFactory
from django.urls import reverse

from mall.storefront import errors
from merchants.models import Shop
from tests.clients import Client
from tests.factories.accounts import shopper
from tests.factories.merchants import seat, shop

LANGUAGES = {"zh-hans": "回到首页", "en": "To the home page"}
PLAIN = {
    400: lambda request: errors.bad_request(request, SuspiciousOperation()),
    413: lambda request: errors.bad_request(request, RequestDataTooBig()),
    429: errors.too_many_requests,
    500: errors.broken,
}


def said(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def nothing_works(monkeypatch):
    """The cache does not answer, and the database is closed to a test that does not ask for it."""

    def refuse(*args, **kwargs):
        raise ConnectionError

    for name in ("get", "set", "get_many", "get_or_set"):
        monkeypatch.setattr(RedisCache, name, refuse)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", PLAIN)
def test_what_may_be_the_malls_own_fault_asks_nothing_of_it(nothing_works, status, language):
    answer = PLAIN[status](RequestFactory().get("/", headers={"accept-language": language}))

    assert answer.status_code == status
    text = said(answer)
    assert f'<html lang="{language}">' in text
    assert LANGUAGES[language] in text
    assert re.search(r"<h1>[^<]{4,}</h1>", text)


def test_when_not_even_a_template_works_there_are_last_words(monkeypatch):
    def fail(template):
        raise RuntimeError

    monkeypatch.setattr(errors, "render_to_string", fail)

    answer = errors.broken(RequestFactory().get("/"))

    assert answer.status_code == 500
    assert 'href="/"' in said(answer)
    assert 'lang="en"' in said(answer)


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_shopper_meets_on_her_way_has_the_storefronts_frame(language):
    client = Client(headers={"accept-language": language})
    closed = shop()
    Shop.objects.filter(pk=closed.pk).update(status="closed")
    reader = shopper()
    seat(closed, reader, role="reader")

    missing = client.get("/no/such/page/")
    left = client.get(reverse("storefront:catalog:shop", args=[closed.slug]))
    client.force_login(reader)
    barred = client.get(reverse("backoffice:settlement:home", args=[closed.slug]))
    forged = Client(enforce_csrf_checks=True, headers={"accept-language": language}).post(
        reverse("storefront:orders:cart-add"), {"sku": "x"}
    )

    answers = {"missing": missing, "left": left, "barred": barred, "forged": forged}
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "missing": 404, "left": 410, "barred": 403, "forged": 403,
    }  # fmt: skip
    for answer in answers.values():
        assert f'<html lang="{language}">' in said(answer)
        assert LANGUAGES[language] in said(answer)
        assert 'role="search"' in said(answer)


@pytest.mark.django_db
def test_more_than_the_mall_takes_at_once_is_told_so(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = Client().post(reverse("account_login"), "x" * 200, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 413


@pytest.mark.django_db
def test_a_host_that_is_not_ours_is_answered_plainly():
    assert Client(headers={"host": "evil.example"}).get("/").status_code == 400


@pytest.mark.django_db
def test_machines_get_problem_documents():
    missing = Client().get("/api/v1/nothing/")
    broken = errors.broken(RequestFactory().get("/api/v1/products/"))

    for answer, status in ((missing, 404), (broken, 500)):
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.status_code == status


@pytest.mark.django_db
def test_a_fault_in_a_view_ends_on_the_page_for_broken_things(monkeypatch):
    monkeypatch.setattr("mall.health._database", None)
    monkeypatch.setattr("mall.health.JsonResponse", None)
    client = Client(raise_request_exception=False, headers={"accept-language": "en"})

    answer = client.get(reverse("healthz"))

    assert answer.status_code == 500
    assert "Something broke on our side" in said(answer)


@pytest.mark.django_db
def test_too_many_attempts_to_sign_in_are_told_so(settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    client = Client(headers={"accept-language": "en"})

    answers = [
        client.post(reverse("account_login"), {"login": "a@example.com", "password": "x"}).status_code for _ in range(3)
    ]

    assert answers[-1] == 429
