"""The checkout's page: nothing she typed is lost, whatever stands in the way."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from catalog.models import Product, Reservation, Stock
from mall.money import Money
from orders.models import Order, OrderGroup
from tests.factories.accounts import address, shopper
from tests.factories.catalog import sku
from tests.factories.merchants import shop
from tests.journeys import filled_cart

pytestmark = pytest.mark.django_db

CHECKOUT, CART = reverse("storefront:orders:checkout"), reverse("storefront:orders:cart")
TYPED = {
    "address": "new", "consignee": "李小雨", "phone": "199 0000 0002", "province": "浙江省", "city": "宁波市",
    "district": "海曙区", "line": "中山路 5 号",
}  # fmt: skip


def signed_in(client, user):
    client.force_login(user)
    return client


def form_of(page, **typed):
    """What the browser posts: the hidden inputs as they stand in the page, and what she typed."""
    hidden = dict(
        re.findall(r'<input type="hidden" name="(checkout_key|fingerprint)" value="([^"]*)"', page.content.decode())
    )
    chosen = re.search(r'name="address" value="([^"]*)" checked', page.content.decode()).group(1)
    return {**hidden, "address": chosen, **typed}


def pay_page(group=None):
    return reverse("storefront:orders:pay", args=[(group or OrderGroup.objects.get()).public_id])


def test_two_shops_are_ordered_in_one_go(client):
    there = shop()
    me = filled_cart(skus={sku(): 1, sku(shop=there): 2})
    page = signed_in(client, me).get(CHECKOUT)

    answer = client.post(CHECKOUT, form_of(page, **{f"message_{there.pk}": "Please ring twice"}))

    assert (answer.status_code, answer["Location"]) == (302, pay_page())
    assert dict(Order.objects.values_list("shop", "message"))[there.pk] == "Please ring twice"
    assert answer.cookies["cart_count"].value == "0"


def test_what_is_left_of_few_and_how_long_it_is_kept_stands_there_before_she_orders(client):  # O2
    me = filled_cart(skus={sku(stock=4): 2, sku(stock=100): 1})

    page = signed_in(client, me).get(CHECKOUT, headers={"accept-language": "en"}).content.decode()

    assert page.count("Only 4 are left.") == page.count("are left.") == 1
    assert "The goods are kept for you for 30 minutes." in page


def test_a_double_click_places_one_order(client):
    me = filled_cart()
    posted = form_of(signed_in(client, me).get(CHECKOUT))

    first, second = client.post(CHECKOUT, posted), client.post(CHECKOUT, posted)

    assert first["Location"] == second["Location"] == pay_page()
    assert Order.objects.count() == 1


def test_of_two_tabs_the_second_finds_the_cart_empty(client):
    me = filled_cart()
    signed_in(client, me)
    here, there = form_of(client.get(CHECKOUT)), form_of(client.get(CHECKOUT))
    client.post(CHECKOUT, here)

    answer = client.post(CHECKOUT, there)

    assert (answer.status_code, answer["Location"]) == (302, CART)
    assert Order.objects.count() == 1


def test_an_address_may_be_typed_in_here_and_is_kept_once(client):
    me = filled_cart()
    me.addresses.all().delete()
    page = signed_in(client, me).get(CHECKOUT)
    posted = form_of(page, **TYPED)

    client.post(CHECKOUT, posted)
    client.post(CHECKOUT, posted)

    order = Order.objects.get()
    assert (order.consignee.reveal(), order.phone.reveal(), order.city) == ("李小雨", "+8619900000002", "宁波市")
    assert me.addresses.count() == 1


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("consignee", ""),
        ("phone", "12"),
        ("phone", ""),
        ("city", ""),
        ("line", ""),
        ("city", "x" * 41),
        ("province", ""),
        ("city", "南京市"),
        ("district", ""),
        ("district", "西湖区"),
    ],
)
def test_a_bad_address_is_said_at_its_field_and_nothing_is_lost(client, field, typed):
    me = filled_cart()
    page = signed_in(client, me).get(CHECKOUT)

    answer = client.post(CHECKOUT, form_of(page, **{**TYPED, field: typed}))

    assert answer.status_code == 200
    below = {"province": {"city", "district"}, "city": {"district"}}  # what lies in nothing is wrong as well
    assert set(answer.context["form"].errors) - below.get(field, set()) == {field}
    assert "中山路 5 号" in answer.content.decode() or field == "line"
    assert form_of(answer)["checkout_key"] == form_of(page)["checkout_key"]
    assert not Order.objects.exists() and me.addresses.count() == 1


@pytest.mark.parametrize(
    "posted",
    [{"address": "adr_of_nobody"}, {"address": ""}, {"checkout_key": "1"}, {"checkout_key": ""}, {"fingerprint": ""}],
)
def test_a_bent_form_places_nothing(client, posted):
    page = signed_in(client, filled_cart()).get(CHECKOUT)

    answer = client.post(CHECKOUT, form_of(page, **posted))

    assert answer.status_code == 200
    assert not Order.objects.exists()


def test_somebody_elses_address_cannot_be_chosen(client):
    other = shopper()
    page = signed_in(client, filled_cart()).get(CHECKOUT)

    answer = client.post(CHECKOUT, form_of(page, address=address(other).public_id))

    assert list(answer.context["form"].errors) == ["address"]
    assert not Order.objects.exists()


def test_goods_that_ran_out_are_said_at_their_line(client):
    teapot, cup = sku(stock=5), sku(stock=5)
    me = filled_cart(skus={teapot: 1, cup: 3})
    page = signed_in(client, me).get(CHECKOUT)
    Stock.objects.filter(sku=cup).update(on_hand=2)

    answer = client.post(CHECKOUT, form_of(page, **TYPED))

    problems = {line.sku.public_id: line.problem for line in answer.context["cart"].lines}
    assert problems[teapot.public_id] == "" and problems[cup.public_id] in answer.content.decode()
    assert "中山路 5 号" in answer.content.decode()
    assert not Order.objects.exists() and not Reservation.objects.exists()


def test_a_product_withdrawn_meanwhile_is_named(client):
    teapot = sku()
    me = filled_cart(skus={teapot: 1})
    page = signed_in(client, me).get(CHECKOUT)
    Product.objects.update(status=Product.Status.OFF_SALE)

    answer = client.post(CHECKOUT, form_of(page))

    assert "青瓷盖碗" in str(answer.context["form"].non_field_errors())
    assert answer.context["cart"].lines[0].problem
    assert not Order.objects.exists()


def test_a_changed_price_shows_both_and_asks_again(client):
    teapot = sku(price="10.00", shop=shop(shipping_fee="5.00"))
    me = filled_cart(skus={teapot: 1})
    page = signed_in(client, me).get(CHECKOUT)
    teapot.price = Money(1250)
    teapot.save()
    teapot.shop.shipping_fee = Money(600)
    teapot.shop.save()

    asked = client.post(CHECKOUT, form_of(page))
    assert not Order.objects.exists()
    placed = client.post(CHECKOUT, form_of(asked))

    price, fee = asked.context["changes"]
    assert "¥10.00" in price and "¥12.50" in price and price in asked.content.decode()
    assert "¥5.00" in fee and "¥6.00" in fee
    assert form_of(asked)["checkout_key"] == form_of(page)["checkout_key"]
    assert placed["Location"] == pay_page()
    assert Order.objects.get().total == Money(1850)


def test_another_quantity_from_another_tab_is_asked_about(client):
    teapot, cup, tray = sku(), sku(), sku()
    me = filled_cart(skus={teapot: 1, cup: 1})
    page = signed_in(client, me).get(CHECKOUT)
    client.post(reverse("storefront:orders:cart-change"), {"sku": teapot.public_id, "quantity": 2})
    client.post(reverse("storefront:orders:cart-change"), {"sku": cup.public_id, "quantity": 0})
    client.post(reverse("storefront:orders:cart-add"), {"sku": tray.public_id, "quantity": 1})

    asked = client.post(CHECKOUT, form_of(page))

    assert len(asked.context["changes"]) == 3
    assert not Order.objects.exists()


def test_who_is_not_signed_in_is_sent_to_and_comes_back_with_her_cart(client):
    me = shopper(password="correct horse")
    client.post(reverse("storefront:orders:cart-add"), {"sku": sku().public_id, "quantity": 2})

    sent = client.get(CHECKOUT)
    assert sent["Location"] == f"{reverse('account_login')}?next={CHECKOUT}"
    back = client.post(sent["Location"], {"login": me.email, "password": "correct horse", "next": CHECKOUT})

    assert back["Location"] == CHECKOUT
    assert client.get(CHECKOUT).context["cart"].count == 2


def test_an_empty_cart_or_one_with_problems_leads_back_to_the_cart(client):
    me = shopper()
    assert signed_in(client, me).get(CHECKOUT)["Location"] == CART

    filled_cart(shopper=me)
    Product.objects.update(status=Product.Status.OFF_SALE)

    assert client.get(CHECKOUT)["Location"] == CART


@pytest.mark.parametrize("many", [1, 3])
def test_the_checkout_asks_the_same_whatever_the_length(client, many, django_assert_num_queries):
    me = filled_cart(skus={sku(): 1 for _line in range(many)})
    signed_in(client, me).get(CHECKOUT)

    with django_assert_num_queries(8):  # session, cart, what is sold, on offer, cards, addresses, stores, who is billed
        client.get(CHECKOUT)


def test_a_key_of_another_shopper_is_not_hers(client):
    other, me, key = filled_cart(), filled_cart(), str(uuid4())
    for person in (other, me):
        page = signed_in(client, person).get(CHECKOUT)
        client.post(CHECKOUT, form_of(page, checkout_key=key))

    assert set(OrderGroup.objects.values_list("shopper", flat=True)) == {other.pk, me.pk}
