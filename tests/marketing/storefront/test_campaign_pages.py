"""The page of a campaign (K5): goods by category with price and countdown, the venue of new shops, the ways there."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse

from mall import clock
from marketing.campaigns import auditing, locking
from marketing.campaigns.clockwork import follow_campaigns
from marketing.flash import showing
from marketing.models import Campaign, FlashUnits
from marketing.showcase import for_cards
from tests.factories.accounts import staff
from tests.factories.campaigns import enrolled, open_campaign
from tests.factories.catalog import category, product, sku
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_plain_english(client, in_english):
    cache.clear()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"


def running(*skus, is_live: bool = True, **fields) -> Campaign:
    """A campaign that sells these SKUs at 80 by now, or will in a while."""
    now = clock.now()
    moments = [now - timedelta(days=9), now + timedelta(hours=1), now + timedelta(hours=1), now + timedelta(hours=2)]
    names = ("enrol_from", "enrol_until", "audit_until", "live_from")
    days = dict(zip(names, moments, strict=True)) | {"live_until": now + timedelta(hours=30), "now": moments[0]}
    campaign = open_campaign(**days, **fields)
    for ware in skus:
        row = enrolled(campaign, ware, "80.00", now=now)
        auditing.accept(enrolment=row, by=staff(), now=now)
    Campaign.objects.filter(pk=campaign.pk).update(status="audit")
    locking.lock_campaign(campaign=Campaign.objects.get(pk=campaign.pk), now=now)
    if is_live:
        begun = now - timedelta(minutes=1)
        Campaign.objects.filter(pk=campaign.pk).update(
            enrol_until=begun - timedelta(hours=2), audit_until=begun - timedelta(hours=1), live_from=begun
        )
        for row in campaign.enrolments.all():
            type(row.promotion).objects.filter(pk=row.promotion_id).update(starts_at=begun)
        follow_campaigns(now=now)
    return Campaign.objects.get(pk=campaign.pk)


def path(campaign) -> str:
    return reverse("storefront:marketing:campaign", args=[campaign.slug])


def test_goods_stand_by_category_with_their_campaign_price_and_can_be_bought_without_scripts(client):
    tea, lamp = category(name="茶", english="Tea", slug="tea"), category(name="灯", english="Lamps", slug="lamps")
    goods = [sku(product=product(category=each, shop=shop()), price="100.00") for each in (tea, lamp)]
    campaign = running(*goods, slug="618")

    page = client.get(path(campaign))
    narrow = client.get(path(campaign), {"category": "lamps"}).content.decode()

    text, sale = page.content.decode(), FlashUnits.objects.get(sku=goods[0]).promotion.public_id
    assert page.status_code == 200
    assert text.count('class="flash-ware"') == 2
    assert text.index("Tea</h2>") < text.index("Lamps</h2>")
    assert text.count("<small>¥</small>80<small>.00</small>") == 2
    assert text.count(reverse("storefront:orders:flash-buy", args=[sale, goods[0].public_id])) == 1
    assert "data-countdown" in text
    assert '<meta property="og:title" content="618 sale">' in text
    assert 'rel="canonical"' in text
    assert narrow.count('class="flash-ware"') == 1


def test_new_shops_have_a_venue_of_their_own(client):
    old = sku(price="100.00")
    new = sku(product=product(shop=shop(opened_at=clock.now() - timedelta(days=2))), price="100.00")
    campaign = running(old, new)

    main = client.get(path(campaign)).content.decode()
    apart = client.get(reverse("storefront:marketing:campaign-new", args=[campaign.slug])).content.decode()

    assert (old.public_id in main, new.public_id in main) == (True, False)
    assert (old.public_id in apart, new.public_id in apart) == (False, True)


def test_before_it_is_locked_and_when_it_is_called_off_there_is_no_page(client):
    campaign = running(sku(price="100.00"), is_live=False)
    assert client.get(path(campaign)).status_code == 200
    for status in ("inviting", "enrolment", "audit"):
        Campaign.objects.update(status=status, slug=f"is-{status}")
        assert client.get(f"/campaign/is-{status}/").status_code == 404
    assert client.get("/campaign/nothing/").status_code == 404


def test_when_it_is_over_the_page_says_so(client):
    campaign = running(sku(price="100.00"))
    Campaign.objects.update(status="settled", live_until=clock.now() - timedelta(seconds=1))

    page = client.get(path(campaign))

    assert page.status_code == 200
    assert 'name="robots" content="noindex' in page.content.decode()
    assert 'class="flash-ware"' not in page.content.decode()


def test_many_goods_are_leafed_through_and_cost_as_many_queries(client, django_assert_max_num_queries, monkeypatch):
    monkeypatch.setattr("marketing.campaigns.venues.PER_PAGE", 2)
    campaign = running(*(sku(price="100.00") for _ in range(5)))

    first, third = (client.get(path(campaign), {"page": page}).content.decode() for page in (1, 3))
    cache.clear()
    with django_assert_max_num_queries(8):
        client.get(path(campaign), {"page": "2"})

    assert (first.count('class="flash-ware"'), third.count('class="flash-ware"')) == (2, 1)
    assert ('rel="next"' in first, 'rel="prev"' in first) == (True, False)
    assert ('rel="next"' in third, 'rel="prev"' in third) == (False, True)


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999", "１", ""])
def test_a_page_that_is_none_is_the_first(client, page):
    campaign = running(sku(price="100.00"))

    assert client.get(path(campaign), {"page": page}).status_code == 200


def test_home_the_sitemap_the_product_and_its_card_lead_there(client):
    tea = sku(price="100.00")
    campaign = running(tea, slug="618")

    badges = for_cards([tea.product.public_id], now=clock.now())[tea.product.public_id]
    home = client.get("/").content.decode()
    about = client.get(reverse("storefront:catalog:product", args=[tea.product.public_id])).content.decode()
    sitemap = client.get(reverse("storefront:catalog:sitemap-part", args=["places"])).content.decode()

    assert 'href="/campaign/618/"' in home
    assert 'href="/campaign/618/"' in about
    assert "/campaign/618/" in sitemap
    assert badges == ["618 sale ¥80"]
    assert showing.slots(now=clock.now()) == []  # not among the shops' own flash sales
    assert campaign.status == "live"
