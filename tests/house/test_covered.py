"""
No page of the staff shows personal data in clear without a grant (R5, H11). The registry fills the walk, and the
database says what is secret: every value that lies encrypted anywhere, and the e-mail address of everybody who is no
colleague.
"""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from mall.accounts.models import User
from mall.crypto import EncryptedTextField
from merchants.models import Application, Document, Merchant
from orders.models import Order, OrderStep, Party
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.house.test_admin import MODELS, a_bit_of_everything, list_of

# Not walked, each with its reason.
ELSEWHERE = {
    "admin:logout": "the way out",
    "admin:password_change": "her own password",
    "admin:password_change_done": "her own password",
    "admin:jsi18n": "words of Django",
    "admin:autocomplete": "wants a field; none of ours is searched so",
}
FEW = 3


def secrets() -> dict[str, str]:
    """What must not be read, and what it is. A business's registered name and code are public in the register."""
    public = {name for one in Merchant.objects.all() for name in (one.name, one.credit_code)}
    public |= set(Party.objects.values_list("name", flat=True))
    public |= {said for one in Application.objects.all() for said in (one.merchant_name, one.credit_code)}
    found = {}
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedTextField):
                for row in model._default_manager.all():
                    if value := getattr(row, field.attname):
                        found[value.reveal().removeprefix("+86")] = field.context
    found |= dict.fromkeys(User.objects.filter(is_staff=False).values_list("email", flat=True), "accounts_user.email")
    return {value: what for value, what in found.items() if len(value) > 2 and value not in public}


def _names(resolver, namespace: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _names(entry, namespace)
        elif isinstance(entry, URLPattern) and entry.name and not entry.pattern.regex.groups:
            yield f"{namespace}:{entry.name}"


def pages() -> Iterator[str]:
    resolver = next(one for one in get_resolver().url_patterns if getattr(one, "namespace", "") == "admin")
    for name in sorted(set(_names(resolver, "admin")) - set(ELSEWHERE)):
        yield reverse(name)
    for model in MODELS:
        yield list_of(model)
        place = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        keys = list(model._default_manager.order_by("pk").values_list("pk", flat=True))
        for key in dict.fromkeys(keys[:FEW] + keys[-FEW:]):  # of some there are hundreds, all alike
            yield reverse(f"{place}_change", args=[key])
        for key in keys[-1:]:
            yield reverse(f"{place}_history", args=[key])
    for paper in Document.objects.all():
        yield f"{reverse('admin:merchants_document_change', args=[paper.pk])}?number=x"


def leaks(desk, hidden: dict[str, str]) -> list[tuple[str, str]]:
    found = []
    for url in pages():
        page = desk.get(url)
        if page.streaming:
            continue
        body = page.content.decode(errors="replace")
        found += [(url, hidden[value]) for value in hidden if value in body]
    return found


@pytest.fixture
def desk(client, db):
    a_bit_of_everything()
    client.force_login(staff())
    return client


def test_no_page_of_the_staff_shows_personal_data_in_clear(desk):  # R5 H11
    hidden = secrets()
    order = Order.objects.latest("pk")
    OrderStep.objects.create(shop=order.shop, order=order, kind="noted", at=NOON, note="ring her: 19900000001")

    found = leaks(desk, hidden | {"19900000001": "written where it does not belong"})

    assert {"orders_order.phone", "orders_declaration.id_number", "settlement_bankaccount.number",
            "accounts_user.email", "merchants_document.number"} <= set(hidden.values())  # fmt: skip
    here = reverse("admin:orders_order_change", args=[order.pk])  # the walk sees, or it would not have found this one
    assert found == [(here, "written where it does not belong")]


def test_every_model_with_encrypted_columns_that_staff_see_says_who_may_ask_for_more():
    from mall.access.guarding import guarded_of

    seen = {
        model._meta.label
        for model in apps.get_models()
        if model in admin.site._registry
        and any(isinstance(field, EncryptedTextField) for field in model._meta.local_fields)
    }
    by_nobody = {  # shown covered to everybody and in clear to nobody
        "merchants.Blacklisted", "orders.GiftCard", "operations.AlertReceiver", "settlement.SeizureOrder",
    }  # fmt: skip

    assert {label for label in seen if guarded_of(apps.get_model(label)) is None} == by_nobody
