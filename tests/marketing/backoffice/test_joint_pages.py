"""A shop's pages of joint promotions (K2): proposed, signed, declined, withdrawn, ended, told in words on orders."""

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from mall import clock
from mall.money import Money
from marketing.models import JointTerms
from merchants.models import Seat
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.joint import proposed, signed
from tests.factories.merchants import seat, shop
from tests.journeys import paid_order
from tests.marketing.storefront.test_coupon_pages import running

pytestmark = pytest.mark.django_db


def owner_of(here):
    person = shopper()
    seat(here, person, Seat.Role.OWNER)
    return person


@pytest.fixture
def mine(client):
    here = shop()
    client.force_login(owner_of(here))
    return here


def address(here, name, *arguments):
    return reverse(f"backoffice:marketing:{name}", args=[here.slug, *arguments])


def do(client, here, terms, action, **more):
    return client.post(address(here, "joint-do", terms.public_id), {"action": action, **more}, follow=True)


def test_a_shop_proposes_and_the_other_one_signs(client, mine):  # K2
    other, offer = shop(), running("coupon", shop=mine)
    form = {
        "promotion": offer.public_id, "host": f"https://mall.example/shop/{other.slug}/", "part": "60",
        "cap": "500", "until": "2030-01-01T00:00", "message": "together",
    }  # fmt: skip

    made = client.post(address(mine, "joint-add"), form, follow=True)

    terms = JointTerms.objects.get()
    assert made.redirect_chain[-1][0] == address(mine, "joint-detail", terms.public_id)
    assert (terms.shop, terms.host, terms.issuer_bps, terms.cap) == (mine, other, 6000, Money(50_000))
    client.force_login(owner_of(other))
    page = client.get(address(other, "joint-detail", terms.public_id)).content.decode()
    assert "60%" in page
    assert "40%" in page
    assert "together" in page
    do(client, other, terms, "sign")
    terms.refresh_from_db()
    assert terms.status == "signed"


@pytest.mark.parametrize("change, field", [
    ({"host": "nowhere"}, "host"), ({"part": "101"}, "part"), ({"until": "2001-01-01T00:00"}, "until"),
    ({"cap": "1"}, "cap"), ({"promotion": "prm_x"}, "promotion"),
])  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(client, mine, change, field):  # K2
    other, offer = shop(), running("coupon", shop=mine)
    form = {"promotion": offer.public_id, "host": other.slug, "part": "60", "cap": "500", "until": "2030-01-01T00:00"}

    page = client.post(address(mine, "joint-add"), {**form, "message": "typed by hand", **change})

    assert page.status_code == 200
    assert page.context["form"].errors.keys() == {field}
    assert "typed by hand" in page.content.decode()
    assert not JointTerms.objects.exists()


def test_the_list_has_what_waits_what_counts_and_what_is_over(client, mine):  # K2
    other, now = shop(), clock.now()
    waiting = proposed(running("coupon", shop=other), mine, now=now)
    counting = signed(running("coupon", shop=mine), other, now=now)
    declined = proposed(running("coupon", shop=mine), other, now=now)
    client.force_login(owner_of(other))
    do(client, other, declined, "decline", reason="not this season")
    client.force_login(owner_of(mine))

    found = {}
    for state in ("", "proposed", "signed", "over"):
        page = client.get(address(mine, "joint"), {"state": state})
        found[state] = {terms.pk for terms in page.context["page"]}
    assert found == {
        "": {waiting.pk, counting.pk, declined.pk}, "proposed": {waiting.pk}, "signed": {counting.pk},
        "over": {declined.pk},
    }  # fmt: skip
    assert "not this season" in client.get(address(mine, "joint-detail", declined.public_id)).content.decode()


def test_the_list_is_read_in_as_many_queries_with_one_as_with_three(client, mine, django_assert_max_num_queries):
    signed(running("coupon", shop=mine), shop(), now=clock.now())
    with django_assert_max_num_queries(40) as one:
        client.get(address(mine, "joint"))
    for _each in range(2):
        signed(running("coupon", shop=mine), shop(), now=clock.now())

    with django_assert_max_num_queries(len(one)):
        client.get(address(mine, "joint"))


def test_each_side_does_only_what_is_its_own(client, mine):  # K2
    other = shop()
    terms = proposed(running("coupon", shop=mine), other, now=clock.now())

    do(client, mine, terms, "sign")
    do(client, mine, terms, "decline")
    do(client, mine, terms, "nothing")
    client.force_login(owner_of(other))
    do(client, other, terms, "withdraw")

    terms.refresh_from_db()
    assert terms.status == "proposed"
    client.force_login(owner_of(mine))
    do(client, mine, terms, "withdraw")
    terms.refresh_from_db()
    assert terms.status == "withdrawn"


def test_who_may_not_promote_sees_but_does_nothing(client):  # R3, K2
    here, other = shop(), shop()
    terms = proposed(running("coupon", shop=other), here, now=clock.now())
    clerk = shopper()
    seat(here, clerk, Seat.Role.CLERK)
    client.force_login(clerk)

    page = client.get(address(here, "joint-detail", terms.public_id))
    refused = client.post(address(here, "joint-do", terms.public_id), {"action": "sign"})

    assert (page.status_code, refused.status_code) == (200, 403)
    assert 'value="sign"' not in page.content.decode()


def test_orders_tell_both_sides_who_bears_what(client, mine):  # K2: shopper, host and issuer
    other = shop()
    offer = running("full_reduction", shop=other, rule={"tiers": [{"at": 5000, "off": 1000}]})
    terms = signed(offer, mine, part=60, now=clock.now())
    order = paid_order(skus={sku(price="100.00", shop=mine): 1}, now=clock.now())

    of_host = client.get(reverse("backoffice:orders:detail", args=[mine.slug, order.public_id])).content.decode()
    client.force_login(order.shopper)
    of_shopper = client.get(reverse("storefront:orders:detail", args=[order.public_id])).content.decode()
    client.force_login(owner_of(other))
    of_issuer = client.get(address(other, "detail", offer.public_id)).content.decode()

    assert order.discount == Money(1000)
    for page, amounts in ((of_host, ["6.00", "4.00"]), (of_shopper, ["6.00"]), (of_issuer, ["6.00", "4.00"])):
        words = strip_tags(page)
        assert [amount for amount in amounts if amount not in words] == []
    assert str(other.name) in of_host
    assert str(other.name) in of_shopper
    assert str(mine.name) in of_issuer
    assert order.public_id not in of_issuer  # sums, no orders of others
    assert terms.public_id in of_issuer
