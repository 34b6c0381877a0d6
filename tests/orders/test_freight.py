"""Freight by templates in cart, checkout and order (O2): estimated, charged per shop, explained, returned."""

from datetime import date
from uuid import uuid4

import pytest
from django.utils import translation

from catalog.freight.templates import save_template, use_template
from mall.events import deliver_everything
from mall.money import Money
from orders.cancellation import cancel_order
from orders.cart import cart_view
from orders.checkout import DealWanted, NotDelivered, PriceChanged, deal_view, place_order
from orders.destination import Destination
from orders.models import Order, OrderGroup
from orders.offering import freight_notes
from orders.refunds import finish_refunds
from settlement.models import Share
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import address, shopper
from tests.factories.catalog import category, product, sku
from tests.factories.freight import template, zone
from tests.factories.kinds import abroad_sku, card_sku, code_sku, cross_border_shop, importer
from tests.factories.marketing import coupon, promotion
from tests.factories.merchants import shop
from tests.journeys import completed_order, filled_cart, paid_order, placed_order

pytestmark = pytest.mark.django_db
HERE, URUMQI = Destination("浙江省", "杭州市"), Destination("新疆维吾尔自治区", "乌鲁木齐市")
TAIPEI = Destination("台湾", "台北市")


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def place(who, to=None, **given):
    where = to or who.addresses.first()
    return place_order(shopper=who, checkout_key=uuid4(), address=where, now=NOON, **given)


def in_urumqi(who):
    return address(who, province="新疆维吾尔自治区", city="乌鲁木齐市", is_default=True)


def test_the_cart_estimates_for_where_it_goes_and_says_what_is_missing_to_free_delivery():  # O1, O2
    house = shop(shipping_fee="6.00")
    template(shop=house, default=True)
    me = filled_cart(skus={sku(shop=house, price="29.00"): 3})

    views = [cart_view(shopper=me, to=to) for to in (None, HERE, URUMQI, TAIPEI)]
    shops = [view.shops[0] for view in views]

    assert [(part.shipping_fee, part.free_shipping_gap) for part in shops] == [
        (Money(1400), Money(1200)), (Money(1400), Money(1200)), (Money(5500), None), (Money(0), None),
    ]  # fmt: skip
    assert [[line.not_delivered for line in view.not_delivered] for view in views] == [
        [], [], [], ["Not delivered to Taiwan."],
    ]  # fmt: skip
    assert not any(view.has_problems for view in views)  # it may go to another address
    assert shops[1].freight_notes == (
        "Standard (everywhere else): 3 pieces, ¥14.00 (¥8.00 for the first 1 piece, ¥3.00 for each further 1 piece)",
    )


def test_pieces_that_are_missing_to_free_delivery_are_told():  # O1
    house = shop()
    template(shop=house, default=True, zones=[zone(free_pieces=3)])
    me = filled_cart(skus={sku(shop=house): 2})

    assert cart_view(shopper=me).shops[0].pieces_gap == 1


def test_each_shop_charges_by_its_templates_and_the_order_keeps_why():  # O2
    here, there = shop(shipping_fee="6.00"), shop(shipping_fee="5.00")
    row = template(shop=here, default=True)
    cup = sku(shop=here, price="20.00")
    me = filled_cart(skus={cup: 2, sku(shop=there, price="20.00"): 1})
    seen = cart_view(shopper=me, to=HERE)

    first, second = place(me, expected=seen.quote.fingerprint).orders.order_by("pk")
    save_template(
        shop=here, template=row, name=row.name, measure="piece", zones=[zone(first_fee=9900)], by=None, now=NOON
    )

    first = Order.objects.get(pk=first.pk)
    assert [(order.shipping_fee, order.total) for order in (first, second)] == [
        (Money(1100), Money(5100)), (Money(500), Money(2500)),
    ]  # fmt: skip
    step = first.price_trace[-1]
    assert (step["step"], step["version"], step["amount"], step["lines"]) == (
        "shipping", 2, 1100, {str(cup.pk): 1100},
    )  # fmt: skip
    assert (step["charges"][0]["template"], step["charges"][0]["version"]) == (row.public_id, 1)
    assert freight_notes(first) == [
        "Standard (everywhere else): 2 pieces, ¥11.00 (¥8.00 for the first 1 piece, ¥3.00 for each further 1 piece)"
    ]
    assert (second.price_trace[-1]["version"], freight_notes(second)) == (1, [])


def test_several_templates_of_a_shop_take_the_highest_first_fee_once():  # O2
    house = shop()
    template(shop=house, default=True)
    bulky = template(
        shop=house, name="大件", english="Bulky", measure="volume",
        zones=[zone(first=100_000, first_fee=6000, further=50_000, further_fee=2000)],
    )  # fmt: skip
    chair = sku(shop=house, price="300.00", volume_cm3=120_000)
    use_template(products=[chair.product], template=bulky, shop=house, by=None, now=NOON)

    order = place(filled_cart(skus={sku(shop=house, price="10.00"): 2, chair: 1})).orders.get()

    assert order.shipping_fee == Money(6000 + 2000 + 2 * 300)
    assert freight_notes(order) == [
        "Bulky (everywhere else): 0.12 m³, ¥80.00 (¥60.00 for the first 0.1 m³, ¥20.00 for each further 0.05 m³)",
        "Standard (everywhere else): 2 pieces, ¥6.00 (¥3.00 per 1 piece; the first fee is taken once)",
    ]


def test_what_is_not_delivered_there_is_refused_and_nothing_is_placed():  # O2
    house = shop()
    template(shop=house, default=True)
    cup = sku(shop=house)
    me = filled_cart(skus={cup: 1, sku(): 1})
    taipei = address(me, province="台湾省", city="台北市")

    with pytest.raises(NotDelivered) as refused:
        place(me, taipei)

    assert refused.value.details["skus"] == [cup.public_id]
    assert "Not delivered to Taiwan" in str(refused.value)
    assert not OrderGroup.objects.exists()
    assert place(me).orders.count() == 2


def test_freight_that_is_dearer_than_she_was_shown_is_not_taken_silently():  # O2
    house = shop()
    row = template(shop=house, default=True)
    me = filled_cart(skus={sku(shop=house): 1})
    shown = cart_view(shopper=me, to=HERE).quote.fingerprint

    with pytest.raises(PriceChanged):
        place(me, in_urumqi(me), expected=shown)
    save_template(
        shop=house, template=row, name=row.name, measure="piece", zones=[zone(first_fee=900)], by=None, now=NOON
    )
    with pytest.raises(PriceChanged):
        place(me, me.addresses.last(), expected=shown)

    assert not OrderGroup.objects.exists()


def test_offers_take_nothing_from_freight_but_what_they_leave_decides_whether_it_is_free():  # K1, O2
    house = shop()
    template(shop=house, default=True)
    promotion("full_reduction", shop=house, rule={"tiers": [{"at": 10_000, "off": 2000}]})
    me = filled_cart(skus={sku(shop=house, price="50.00"): 2})

    dear = cart_view(shopper=me, to=URUMQI, now=NOON).shops[0]
    near = cart_view(shopper=me, to=HERE, now=NOON).shops[0]

    assert (dear.discount, dear.shipping_fee, dear.total) == (Money(2000), Money(4000), Money(12_000))
    assert (near.discount, near.shipping_fee, near.free_shipping_gap) == (Money(2000), Money(1100), Money(1900))


def test_the_cheapest_combination_knows_what_a_coupon_does_to_free_delivery():  # K1, O2
    house, me = shop(), shopper()
    template(shop=house, default=True)
    coupon(shop=house, holder=me, rule={"at": 0, "off": 100})
    filled_cart(shopper=me, skus={sku(shop=house, price="99.00"): 1})

    part = cart_view(shopper=me, to=HERE, now=NOON).shops[0]

    assert (part.discount, part.shipping_fee) == (Money(0), Money(0))  # 1.00 off would cost 8.00


def test_what_is_not_sent_pays_no_freight():  # C2, O2
    house = shop()
    template(shop=house, default=True)
    me = filled_cart(skus={code_sku(shop=house, price="30.00"): 1, card_sku(shop=house, price="50.00"): 1})

    assert cart_view(shopper=me, to=TAIPEI).shops[0].shipping_fee == Money(0)
    assert not cart_view(shopper=me, to=TAIPEI).not_delivered
    filled_cart(shopper=me, skus={sku(shop=house, price="10.00"): 1})
    fees = {order.kind: order.shipping_fee for order in place(me).orders.all()}

    assert fees == {"physical": Money(800), "virtual": Money(0), "gift_card": Money(0)}


def test_freight_goes_with_the_lines_that_caused_it_where_a_shop_sends_in_several_orders():  # C2, O7
    house = shop()
    template(shop=house, default=True)
    later = sku(product=product(shop=house, kind="presale", ships_on=date(2099, 1, 1)), price="20.00")
    me = filled_cart(skus={sku(shop=house, price="10.00"): 1, later: 2})

    orders = {order.kind: order for order in place(me).orders.all()}

    assert {kind: order.shipping_fee for kind, order in orders.items()} == {
        "physical": Money(467), "presale": Money(933),
    }  # fmt: skip
    assert freight_notes(orders["physical"])[-1] == "Of this ¥4.67 belongs to what is in this order."


def test_freight_of_goods_from_abroad_is_part_of_their_value_for_customs():  # C2
    house = cross_border_shop()
    template(shop=house, default=True)
    me = filled_cart(skus={abroad_sku(price="100.00", shop=house): 1, sku(price="20.00", shop=house): 1})
    importer(me)

    abroad = place(me, in_urumqi(me)).orders.get(kind="cross_border")

    assert (abroad.shipping_fee, abroad.lines.get().duty_parts["value"]) == (Money(2000), 12_000)


def test_an_order_that_is_canceled_before_it_is_sent_returns_its_freight():  # O8, S1
    house = shop(owner=shopper())
    template(shop=house, default=True)
    order = paid_order(skus={sku(shop=house, price="20.00"): 2})

    cancel_order(order=order, reason="…", by=order.shopper, now=NOON)
    finish_refunds(now=NOON)
    deliver_everything()

    assert sum(refund.amount.minor for refund in order.refunds.all()) == order.total.minor == 5100
    assert verify_ledger().ok


def test_freight_belongs_to_the_shop_without_commission():  # S2
    house = shop(owner=shopper())
    template(shop=house, default=True)
    goods = product(shop=house, category=category(commission_bps=500))

    completed_order(skus={sku(product=goods, price="40.00"): 2})
    deliver_everything()

    share = Share.objects.get()
    assert (share.gross, share.commission, share.net) == (Money(9100), Money(400), Money(8700))
    assert verify_ledger().ok


def test_goods_without_a_template_beside_such_with_one_add_nothing_to_a_higher_first_fee():  # O2
    house = shop(shipping_fee="5.00")
    row = template(shop=house)
    cup = sku(shop=house, price="10.00")
    use_template(products=[cup.product], template=row, shop=house, by=None, now=NOON)

    order = placed_order(skus={cup: 1, sku(shop=house, price="10.00"): 4})

    assert order.shipping_fee == Money(800)
    assert freight_notes(order)[1] == "Flat fee of the shop: ¥0.00"


def test_a_deal_is_charged_freight_for_where_it_goes(monkeypatch):  # K1, O2
    from marketing.deals import registry
    from tests.orders import club_deal

    teapot = sku(price="100.00", stock=10)
    template(shop=teapot.shop, default=True)
    monkeypatch.setitem(registry.HOMES, "club", "tests.orders.club_deal")
    monkeypatch.setitem(registry.OWN_KEYS, "clb", "club")
    monkeypatch.setattr(club_deal, "HELD", {})
    found = promotion("percentage", shop=teapot.shop)
    monkeypatch.setattr(club_deal, "TERMS", club_deal.TERMS | {"promotion": found.public_id, "shop_id": teapot.shop_id})
    me, wanted = shopper(), DealWanted(club_deal.KEY, teapot.public_id, 1)
    where = in_urumqi(me)

    _deal, view = deal_view(wanted, shopper=me, now=NOON, to=Destination.of(where))
    order = place(me, where, wanted=wanted, expected=view.quote.fingerprint).orders.get()

    assert (view.total, order.total, order.shipping_fee) == (Money(8500), Money(8500), Money(2500))
