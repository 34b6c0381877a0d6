"""C1: protected brands – a shop shows its document, staff decide, it runs out; the hall shows story, goods, shops."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalog import brands
from catalog.brands import BrandNotAuthorized, WrongAuthorization, ask_authorization, grant_authorization
from catalog.models import Brand, BrandAuthorization
from catalog.products import put_on_sale, save_product, take_off_sale
from catalog.skus import SkuDraft
from mall import clock
from mall.events import deliver_everything
from mall.flow import WrongStatus
from mall.money import Money
from mall.notifications.models import Notice
from mall.texts import Text
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import brand, product, sku
from tests.factories.merchants import seat, shop
from tests.factories.papers import picture as a_picture

pytestmark = pytest.mark.django_db
TODAY = clock.business_date(NOON)


@pytest.fixture
def protected():
    row = brand(slug="celadon", name="龙泉窑", english="Longquan")
    Brand.objects.filter(pk=row.pk).update(
        is_protected=True, story=Text({"zh-hans": "千年窑火", "en": "A thousand years"})
    )
    row.refresh_from_db()
    return row


def asked(place, of, *, days=60, **changes):
    facts = {"number": "SQ-2026-1", "valid_from": TODAY, "valid_to": TODAY + timedelta(days=days), "file": a_picture()}
    return ask_authorization(shop=place, brand=of, by=shopper(), now=NOON, **(facts | changes))


def granted(place, of, **facts):
    return grant_authorization(authorization=asked(place, of, **facts), by=staff(), now=NOON)


def test_goods_of_a_protected_brand_need_a_valid_authorization(protected):
    place = shop()
    goods = {"shop": place, "fields": {"brand": protected, "title": Text({"zh-hans": "杯"})}, "by": None, "now": NOON}
    row = product(shop=place)

    with pytest.raises(BrandNotAuthorized):
        save_product(product=row, skus=[SkuDraft(price=Money(100))], **goods)

    granted(place, protected)
    saved = save_product(product=row, skus=[SkuDraft(price=Money(100))], **goods)
    assert saved.changes.get(status="pending").proposed["brand"] == protected.pk  # another brand: a person looks


def test_when_it_has_run_out_goods_stay_on_sale_but_come_back_no_more(protected):
    place = shop()
    row = product(shop=place, brand=protected)
    sku(product=row)
    granted(place, protected)
    later = NOON + timedelta(days=61)

    row.refresh_from_db()
    assert row.status == "on_sale"
    row = take_off_sale(product=row, by=None, now=later)
    with pytest.raises(BrandNotAuthorized):
        put_on_sale(product=row, by=None, now=later)


@pytest.mark.parametrize(
    "changes",
    [{"number": " "}, {"valid_to": TODAY - timedelta(days=1)}, {"valid_from": TODAY + timedelta(days=99)}],
)
def test_what_cannot_be_an_authorization_is_refused(protected, changes):
    with pytest.raises(WrongAuthorization):
        asked(shop(), protected, **changes)
    assert not BrandAuthorization.objects.exists()


def test_one_at_a_time_waits_for_a_decision(protected):
    place = shop()
    asked(place, protected)

    with pytest.raises(WrongAuthorization):
        asked(place, protected)

    assert asked(shop(), protected).status == "asked"


def test_staff_decide_once_and_say_why_not(protected):
    row = asked(shop(), protected)

    with pytest.raises(WrongAuthorization):
        brands.refuse_authorization(authorization=row, reason=" ", by=staff(), now=NOON)
    row = brands.refuse_authorization(authorization=row, reason="看不清", by=staff(), now=NOON)
    assert (row.status, row.reason) == ("refused", "看不清")
    with pytest.raises(WrongStatus):
        grant_authorization(authorization=row, by=staff(), now=NOON)

    row = granted(row.shop, protected)
    brands.withdraw_authorization(authorization=row, reason="品牌方撤回", by=staff(), now=NOON)
    assert not brands.may_use(row.shop, protected, now=NOON)


def test_the_shop_is_told_30_15_and_7_days_before_once_each(protected):
    owner = shopper()
    place = shop(owner=owner)
    granted(place, protected, days=40)

    told = []
    for day in range(45):
        told += [40 - day] * brands.warn_of_expiry(now=NOON + timedelta(days=day))
    assert told == [30, 15, 7]
    assert brands.warn_of_expiry(now=NOON + timedelta(days=39)) == 0

    deliver_everything()
    kinds = list(
        Notice.objects.filter(person=owner, kind__startswith="catalog.authorization").values_list("kind", flat=True)
    )
    assert sorted(kinds) == ["catalog.authorization_expiring"] * 3 + ["catalog.authorization_granted"]


def test_who_has_a_later_one_already_is_not_warned(protected):
    place = shop()
    granted(place, protected, days=20)
    granted(place, protected, days=400)

    assert brands.warn_of_expiry(now=NOON) == 0


def test_a_shop_asks_in_the_back_office_and_sees_what_came_of_it(client, protected):
    owner = shopper()
    client.force_login(owner)
    place = shop(owner=owner)
    url = reverse("backoffice:catalog:brands", args=[place.slug])
    today = clock.business_date(clock.now())
    facts = {"brand": protected.pk, "number": "SQ-9", "valid_from": today, "valid_to": today + timedelta(days=90)}

    late = client.post(url, {**facts, "valid_to": today - timedelta(days=2), "file": a_picture()})
    assert late.status_code == 200
    assert "SQ-9" in late.content.decode()

    assert client.post(url, {**facts, "file": a_picture()}).status_code == 302
    row = BrandAuthorization.objects.get()
    assert (row.shop, row.status) == (place, "asked")
    paper = client.get(reverse("backoffice:catalog:brand-document", args=[place.slug, row.public_id]))
    assert (paper.status_code, paper["Content-Type"]) == (200, "image/jpeg")
    assert "SQ-9" in client.get(url).content.decode()


def test_a_clerk_sees_them_and_asks_for_none(client, protected):
    person = shopper()
    client.force_login(person)
    place = shop()
    seat(place, person, "clerk")
    url = reverse("backoffice:catalog:brands", args=[place.slug])

    assert '<form class="sheet"' not in client.get(url).content.decode()
    client.post(url, {"brand": protected.pk, "number": "1", "file": SimpleUploadedFile("a.png", b"")})
    assert not BrandAuthorization.objects.exists()


def test_the_hall_shows_story_goods_and_authorized_shops(client, protected):
    place, other = shop(name="青窑"), shop()
    today = clock.business_date(clock.now())
    granted(place, protected)
    BrandAuthorization.objects.update(valid_from=today, valid_to=today)
    mine = product(shop=place, brand=protected, title="梅子青杯")
    sku(product=mine)
    sku(product=product(shop=other, title="别的"))

    text = client.get(reverse("storefront:catalog:brand", args=["celadon"])).content.decode()

    assert "千年窑火" in text
    assert "梅子青杯" in text
    assert "别的" not in text
    assert f'class="pill" href="/shop/{place.slug}/"' in text
    assert '"@type":"Brand"' in text
    assert (
        "/brand/celadon/" in client.get(reverse("storefront:catalog:product", args=[mine.public_id])).content.decode()
    )
    assert "/brand/celadon/" in client.get("/sitemap-brands.xml").content.decode()
