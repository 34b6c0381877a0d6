"""Time travels and a shop without orders is warned, frozen, and revived on its petition (M7)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from catalog.offers import buyable_skus
from mall import clock
from mall.celery import app
from mall.notifications.models import Notice
from mall.travel import travel
from merchants.models import Petition, Shop
from merchants.petitions import grant_petition
from tests.clients import Client
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import sku
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def machine_that_travels(settings, tmp_path):
    settings.MALL_EMBEDDED, settings.MALL_VAR = True, str(tmp_path)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    app.conf.broker_url = "memory://"
    clock._seen["at"] = 0.0
    yield
    settings.MALL_EMBEDDED = False


def pass_days(days):
    return [task for _moment, task, _did in travel(days=days)]


def test_shop_is_warned_frozen_and_revived(machine_that_travels):
    owner = shopper()
    place = shop(owner=owner, opened_at=clock.now() - timedelta(days=29))
    piece = sku(shop=place)

    assert "merchants.watch_idle_shops" in pass_days(3)
    place.refresh_from_db()
    assert (place.status, place.reminded_at is not None) == ("open", True)
    Shop.objects.filter(pk=place.pk).update(opened_at=place.opened_at - timedelta(days=27))  # four weeks go by
    pass_days(3)
    place.refresh_from_db()
    assert (place.status, buyable_skus([piece.public_id])[0].is_buyable) == ("frozen", False)

    client = Client()
    client.force_login(owner)
    client.post(reverse("backoffice:merchants:revival-ask", args=[place.slug]), {"reason": "New goods are in"})
    grant_petition(petition=Petition.objects.get(), answer="Welcome back", by=staff(), now=clock.now())
    pass_days(1)

    place.refresh_from_db()
    assert (place.status, buyable_skus([piece.public_id])[0].is_buyable) == ("open", True)
    told = Notice.objects.filter(person=owner).exclude(kind="merchants.tier_changed")  # a month may begin in these days
    assert list(told.order_by("pk").values_list("kind", flat=True)) == [
        "merchants.shop_reminded",
        "merchants.shop_frozen",
        "merchants.petition_granted",
        "merchants.shop_thawed",
    ]
