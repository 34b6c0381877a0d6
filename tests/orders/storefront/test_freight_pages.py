"""What shoppers see of freight (O1, O2): on the product, in the cart for a region, at the checkout for an address."""

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from catalog.freight.templates import save_template
from catalog.models import FreightTemplate
from mall.money import Money
from orders.models import Order
from tests.conftest import NOON
from tests.factories.accounts import address, shopper
from tests.factories.catalog import sku
from tests.factories.freight import template, zone
from tests.factories.merchants import seat, shop
from tests.journeys import filled_cart
from tests.orders.storefront.test_checkout_pages import CART, CHECKOUT, TYPED, form_of, pay_page, signed_in

pytestmark = pytest.mark.django_db
REGION = reverse("storefront:orders:cart-region")
ENGLISH = {"accept-language": "en"}
URUMQI = {"province": "新疆维吾尔自治区", "city": "乌鲁木齐市"}


@pytest.fixture
def house():
    place = shop(shipping_fee="6.00")
    template(shop=place, default=True)
    return place


def fee_in(page) -> Money:
    return page.context["cart"].shops[0].shipping_fee


def test_the_product_page_says_what_delivery_costs_where_and_where_nothing_goes(client, house):  # O2
    cup, plain = sku(shop=house), sku(shop=shop(shipping_fee="6.00"))

    def page_of(row):
        url = reverse("storefront:catalog:product", args=[row.product.public_id])
        return " ".join(strip_tags(client.get(url, headers=ENGLISH).content.decode()).split())

    shown = page_of(cup)
    assert "from ¥8.00" in shown
    assert "free from ¥99.00" in shown and "not delivered to Taiwan" in shown and "Xinjiang, Tibet" in shown
    assert "not delivered" not in page_of(plain)


def test_a_changed_template_is_on_the_page_at_once(client, house, django_capture_on_commit_callbacks):
    cup = sku(shop=house)
    url = reverse("storefront:catalog:product", args=[cup.product.public_id])
    client.get(url, headers=ENGLISH)
    row = FreightTemplate.objects.get(shop=house)

    with django_capture_on_commit_callbacks(execute=True):
        save_template(
            shop=house,
            template=row,
            name=row.name,
            measure="piece",
            zones=[zone()],
            nowhere=["香港"],
            by=None,
            now=NOON,
        )

    assert "not delivered to Hong Kong" in client.get(url, headers=ENGLISH).content.decode()


def test_a_guest_chooses_a_region_for_her_cart_and_it_is_kept(client, house):  # O1
    client.post(reverse("storefront:orders:cart-add"), {"sku": sku(shop=house).public_id, "quantity": 1})
    assert fee_in(client.get(CART)) == Money(800)

    assert client.post(REGION, {"province": "新疆", "city": ""})["Location"] == CART

    page = client.get(CART, headers=ENGLISH)
    assert (fee_in(page), page.context["region"].initial["province"]) == (Money(2500), "新疆维吾尔自治区")
    assert "Shipping to Xinjiang" in page.content.decode()
    client.post(REGION, {"province": "nowhere"})
    assert fee_in(client.get(CART)) == Money(2500)
    client.post(REGION, {"province": ""})
    assert fee_in(client.get(CART)) == Money(800)


def test_a_members_cart_is_worked_out_for_her_default_address(client, house):  # O1
    me = shopper()
    address(me, **URUMQI)
    filled_cart(shopper=me, skus={sku(shop=house): 1})

    assert fee_in(signed_in(client, me).get(CART)) == Money(2500)
    client.post(REGION, {"province": "浙江", "city": "杭州"})
    assert fee_in(client.get(CART)) == Money(800)


def test_goods_that_are_not_sent_there_are_marked_in_the_cart_and_stay_buyable(client, house):  # O1, O2
    me = filled_cart(skus={sku(shop=house): 1})
    signed_in(client, me).post(REGION, {"province": "台湾"})

    page = client.get(CART, headers=ENGLISH)

    assert "Not delivered to Taiwan." in page.content.decode()
    assert client.get(CHECKOUT).status_code == 200  # her address is in Hangzhou


def test_the_checkout_works_out_freight_for_the_address_that_is_chosen(client, house):  # O2
    me = filled_cart(skus={sku(shop=house, price="10.00"): 1})
    far = address(me, **URUMQI)
    page = signed_in(client, me).get(CHECKOUT)
    assert fee_in(page) == Money(800)

    looked = client.post(CHECKOUT, form_of(page, address=far.public_id, look="1"))
    assert (fee_in(looked), Order.objects.count()) == (Money(2500), 0)
    placed = client.post(CHECKOUT, form_of(looked))

    assert placed["Location"] == pay_page()
    assert Order.objects.get().total == Money(3500)


def test_a_dearer_address_is_asked_about_before_it_is_ordered(client, house):  # O2
    me = filled_cart(skus={sku(shop=house, price="10.00"): 1})
    page = signed_in(client, me).get(CHECKOUT)

    asked = client.post(CHECKOUT, form_of(page, **TYPED | URUMQI | {"district": "天山区"}), headers=ENGLISH)
    assert not Order.objects.exists()
    (said,) = asked.context["changes"]
    placed = client.post(CHECKOUT, form_of(asked, **TYPED | URUMQI | {"district": "天山区"}))

    assert "¥25.00" in said and "¥8.00" in said
    assert placed["Location"] == pay_page()
    assert Order.objects.get().shipping_fee == Money(2500)


def test_what_is_not_sent_there_is_refused_with_a_word_beside_the_line(client, house):  # O2
    me = filled_cart(skus={sku(shop=house): 1})
    page = signed_in(client, me).get(CHECKOUT)
    taipei = TYPED | {"province": "台湾", "city": "台北市", "district": "大安区"}

    answer = client.post(CHECKOUT, form_of(page, **taipei), headers=ENGLISH)

    assert "Not delivered to Taiwan" in str(answer.context["form"].errors["address"])
    assert [line.not_delivered for line in answer.context["cart"].lines] == ["Not delivered to Taiwan."]
    assert "中山路 5 号" in answer.content.decode()
    assert not Order.objects.exists()


def test_the_order_says_how_its_freight_came_about_to_both_sides(client, house):  # O2
    me = filled_cart(skus={sku(shop=house, price="10.00"): 2})
    page = signed_in(client, me).get(CHECKOUT)
    client.post(CHECKOUT, form_of(page))
    order = Order.objects.get()
    said = "Standard (everywhere else): 2 pieces, ¥11.00"

    hers = client.get(reverse("storefront:orders:detail", args=[order.public_id]), headers=ENGLISH)
    assert said in hers.content.decode()
    owner = shopper()
    seat(house, owner)
    client.force_login(owner)
    shops = client.get(reverse("backoffice:orders:detail", args=[house.slug, order.public_id]), headers=ENGLISH)

    assert said in shops.content.decode()
