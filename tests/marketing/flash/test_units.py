"""Units of flash sales (K3, 2.24): priced, taken, kept to, given back once, backed by stock that others cannot buy."""

from datetime import timedelta
from uuid import uuid4

import pytest

from catalog import stock
from catalog.models import Product, Stock
from catalog.stock import OutOfStock
from catalog.stock_check import verify_stock
from mall.events import deliver_everything
from mall.money import Money
from marketing.flash import units
from marketing.flash.proposing import proposed
from marketing.models import FlashCount, FlashUnits, Promotion
from marketing.promotions import CannotStart, ChangedMeanwhile, save_promotion, start_promotion, stop_promotion
from marketing.rules import RuleMakesNoSense
from merchants.shops import freeze_shop
from orders.cancellation import cancel_order, close_unpaid_orders
from orders.cart import cart_view
from orders.checkout import PriceChanged, place_order
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import product, sku
from tests.factories.marketing import draft, flash_sale, promotion
from tests.factories.merchants import shop
from tests.journeys import filled_cart, paid_group, placed_group

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def counts(tea) -> tuple[int, int, int]:
    """Of the stock: on hand, reserved, set aside; and everything adds up."""
    assert verify_stock()["ok"]
    row = Stock.objects.get(sku=tea)
    return row.on_hand, row.reserved, row.set_aside


def taken(sale) -> list[tuple[int, int]]:
    return list(sale.units.order_by("sku_id").values_list("taken", "quota"))


def wants(tea, quantity=1, *, buyer=None, now=NOON):
    me = filled_cart(shopper=buyer, skus={tea: quantity}, now=now)
    return me, cart_view(shopper=me, now=now)


def test_a_unit_costs_the_flash_price_and_is_taken_with_the_order():
    tea = sku(price="50.00", stock=10)
    sale = flash_sale({tea: ("19.90", 3)})
    me, shown = wants(tea)

    group = place_order(
        shopper=me, checkout_key=uuid4(), address=me.addresses.first(), expected=shown.quote.fingerprint, now=NOON
    )

    (order,) = group.orders.all()
    assert (shown.total, group.total) == (Money.parse("19.90"), Money.parse("19.90"))
    step = next(step for step in order.price_trace if step["step"] == "flash_sale")
    assert (step["amount"], step["borne"], step["promotion"]) == (-3010, {"shop": 3010}, sale.public_id)
    assert taken(sale) == [(1, 3)]
    assert list(FlashCount.objects.values_list("shopper", "count")) == [(me.pk, 1)]
    assert counts(tea) == (10, 3, 2)
    assert group.pay_by == NOON + 10 * MINUTE


def test_what_one_may_not_have_more_of_costs_what_it_usually_costs_and_the_cart_says_so(in_english):
    tea = sku(price="50.00", stock=10)
    flash_sale({tea: ("20.00", 5)}, most=2)

    me, shown = wants(tea, 3)

    (line,) = shown.lines
    assert shown.total == Money.parse("90.00")
    assert line.note == "2 at the flash price; that is all you can have. 1 at the usual price."
    placed_group(shopper=me, skus={tea: 1})
    _me, again = wants(tea, buyer=me)
    assert again.total == Money.parse("50.00")
    assert again.lines[0].note == "You have had what one person may have of the flash sale. This is the usual price."
    assert counts(tea) == (10, 4 + 3, 3)


def test_the_last_unit_is_sold_once_and_who_saw_the_flash_price_is_asked_again(in_english):
    tea = sku(price="50.00", stock=10)
    sale = flash_sale({tea: ("20.00", 1)})
    (me, shown), (other, theirs) = wants(tea), wants(tea)
    place_order(shopper=other, checkout_key=uuid4(), address=other.addresses.first(), now=NOON)

    with pytest.raises(PriceChanged):
        place_order(
            shopper=me, checkout_key=uuid4(), address=me.addresses.first(), expected=shown.quote.fingerprint, now=NOON
        )

    assert theirs.total == shown.total == Money.parse("20.00")
    now = cart_view(shopper=me, now=NOON)
    assert (now.total, now.lines[0].note) == (
        Money.parse("50.00"),
        "The flash sale is sold out. This is the usual price.",
    )
    assert taken(sale) == [(1, 1)]


def test_ordinary_buyers_cannot_have_what_is_set_aside():
    tea = sku(price="50.00", stock=5)
    flash_sale({tea: ("20.00", 4)})
    buyer = shopper()
    placed_group(shopper=buyer, skus={tea: 1})

    me, shown = wants(tea, 3)

    assert shown.has_problems  # one at the flash price, and there is one more
    with pytest.raises(OutOfStock):
        place_order(shopper=me, checkout_key=uuid4(), address=me.addresses.first(), now=NOON)
    assert counts(tea) == (5, 4, 3)


@pytest.mark.parametrize("dies", ["canceled by her", "not paid in time", "canceled after it was paid", "shop frozen"])
def test_units_come_back_once_on_every_way_an_order_dies(dies):
    tea = sku(price="50.00", stock=6)
    sale = flash_sale({tea: ("20.00", 3)})
    make = paid_group if dies == "canceled after it was paid" else placed_group
    group = make(skus={tea: 1})
    (order,) = group.orders.all()
    assert taken(sale) == [(1, 3)]

    match dies:
        case "not paid in time":
            assert close_unpaid_orders(now=NOON + 9 * MINUTE) == 0
            assert close_unpaid_orders(now=NOON + 11 * MINUTE) == 1
        case "shop frozen":
            freeze_shop(shop=tea.shop, reason="test", by=staff(), now=NOON)
        case _:
            cancel_order(order=order, reason="no", by=group.shopper, now=NOON)
    deliver_everything()
    deliver_everything()

    assert taken(sale) == [(0, 3)]
    assert FlashCount.objects.get().count == 0
    if dies == "shop frozen":
        assert counts(tea) == (6, 0, 0)  # the sale is stopped
    else:
        assert counts(tea) == (6, 3, 3)
        placed_group(shopper=group.shopper, skus={tea: 1})
        assert taken(sale) == [(1, 3)]


def test_a_unit_whose_goods_others_have_bought_meanwhile_is_not_offered_again():
    tea = sku(price="50.00", stock=2)
    sale = flash_sale({tea: ("20.00", 2)})
    group = placed_group(skus={tea: 1})
    cancel_order(order=group.orders.get(), reason="no", by=group.shopper, now=NOON)
    stock.reserve(document="somebody", quantities={tea.pk: 1}, now=NOON)  # before the news is heard

    deliver_everything()

    assert taken(sale) == [(0, 1)]
    assert counts(tea) == (2, 2, 1)


def test_when_its_time_is_over_the_rest_is_everybodys_again():
    tea = sku(price="50.00", stock=6)
    sale = flash_sale({tea: ("20.00", 4)})
    group = placed_group(skus={tea: 1})

    assert (units.close_ended(now=NOON), units.close_ended(now=NOON + 2 * HOUR)) == (0, 1)
    assert units.close_ended(now=NOON + 2 * HOUR) == 0

    assert counts(tea) == (6, 1, 0)
    cancel_order(order=group.orders.get(), reason="no", by=group.shopper, now=NOON + 2 * HOUR)
    deliver_everything()
    assert (taken(sale), counts(tea)) == ([(0, 4)], (6, 0, 0))


def test_a_sale_that_is_stopped_gives_back_and_one_that_starts_again_keeps_what_was_taken():
    tea = sku(price="50.00", stock=6)
    sale = flash_sale({tea: ("20.00", 4)})
    placed_group(skus={tea: 1})

    stop_promotion(promotion=sale, by=staff(), now=NOON)
    _me, shown = wants(tea)
    assert (shown.total, counts(tea)) == (Money.parse("50.00"), (6, 1, 0))

    start_promotion(promotion=sale, by=staff(), now=NOON)
    assert (taken(sale), counts(tea)) == ([(1, 4)], (6, 4, 3))


def test_goods_that_do_not_suffice_are_told_when_it_starts():
    tea = sku(price="50.00", stock=2)
    sale = flash_sale({tea: ("20.00", 3)}, is_started=False)

    with pytest.raises(CannotStart):
        start_promotion(promotion=sale, by=staff(), now=NOON)

    sale.refresh_from_db()
    assert (sale.status, counts(tea)) == (Promotion.Status.DRAFT, (2, 0, 0))


def test_an_item_is_in_one_flash_sale_at_a_time(in_english):
    tea = sku(price="50.00")
    flash_sale({tea: ("20.00", 3)})
    later = {"starts_at": NOON + HOUR, "ends_at": NOON + 2 * HOUR}

    with pytest.raises(RuleMakesNoSense, match="In another flash sale at that time already: Celadon gaiwan"):
        flash_sale({tea: ("30.00", 3)}, starts_at=NOON, ends_at=NOON + 3 * HOUR)

    flash_sale({tea: ("30.00", 3)}, **later)
    assert FlashUnits.objects.count() == 2


@pytest.mark.parametrize("price, kind", [("50.00", "physical"), ("20.00", "presale"), ("20.00", "service")])
def test_only_goods_that_can_be_sold_so_and_cheaper_than_now(price, kind):
    here = shop()
    fields = {"ships_on": (NOON + 30 * 24 * HOUR).date()} if kind == Product.Kind.PRESALE else {}
    ware = sku(price="50.00", product=product(shop=here, kind=kind, **fields), stock=0)

    with pytest.raises(RuleMakesNoSense):
        flash_sale({ware: (price, 1)}, is_started=False)

    assert not FlashUnits.objects.exists()


def test_a_sale_that_is_announced_is_not_changed_and_a_stopped_one_not_below_what_is_sold():
    tea = sku(price="50.00")
    sale = flash_sale({tea: ("20.00", 3)}, most=2)
    placed_group(skus={tea: 2})
    words = {"shop": sale.shop, "kind": sale.kind, "name": sale.name, "by": staff(), "now": NOON}
    span = {"starts_at": sale.starts_at, "ends_at": sale.ends_at}

    with pytest.raises(ChangedMeanwhile):
        save_promotion(promotion=sale, rule=sale.rule, **words, **span)
    stop_promotion(promotion=sale, by=staff(), now=NOON)
    with pytest.raises(RuleMakesNoSense):
        save_promotion(promotion=sale, rule={"prices": [[tea.pk, 2000, 1]], "most": 2}, **words, **span)

    save_promotion(promotion=sale, rule={"prices": [[tea.pk, 1500, 2]], "most": 2}, **words, **span)
    assert taken(sale) == [(2, 2)]


def test_it_stands_beside_no_other_offer_on_goods_and_the_cheaper_one_is_taken():
    tea = sku(price="50.00")
    flash_sale({tea: ("40.00", 3)})
    draft_of_half = draft("percentage", shop=tea.shop, rule={"bps": 5000})
    _me, alone = wants(tea)
    start_promotion(promotion=draft_of_half, by=staff(), now=NOON)

    _me, beside = wants(tea)

    assert (alone.total, beside.total) == (Money.parse("40.00"), Money.parse("25.00"))
    assert [offer.promotion for offer in beside.quote.applied] == [draft_of_half.public_id]


def test_a_coupon_of_the_shop_stands_beside_it():
    tea = sku(price="90.00")
    flash_sale({tea: ("60.00", 3)})
    promotion("full_reduction", shop=tea.shop, rule={"tiers": [{"at": 6000, "off": 500}]})

    _me, shown = wants(tea)

    assert shown.total == Money.parse("55.00")


def test_the_template_proposes_nothing_that_is_in_another_sale_at_that_time():
    here = shop()
    tea, cup, last_one = (sku(price="50.00", stock=10, product=product(shop=here)) for _ in range(3))
    Stock.objects.filter(sku=last_one).update(on_hand=1)
    flash_sale({tea: ("19.90", 3)})

    sale = proposed(here, now=NOON)

    assert sale.rule["prices"] == [[cup.pk, 4000, 5]]
    assert [row.sku_id for row in units.others_at_that_time(
        shop=here, sku_ids=[tea.pk, cup.pk], starts_at=sale.starts_at, ends_at=sale.ends_at, promotion=None
    )] == [tea.pk]  # fmt: skip
