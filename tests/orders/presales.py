"""Orders of a pre-sale with a deposit, for tests: placed, deposit paid, paid whole; through the real verbs."""

from datetime import timedelta
from uuid import uuid4

from mall.events import deliver_everything
from orders.checkout import DealWanted, place_order
from orders.models import Order
from tests.conftest import NOON
from tests.factories.accounts import address, shopper
from tests.factories.catalog import category, product, sku
from tests.factories.marketing import presale
from tests.factories.merchants import shop
from tests.journeys import pay

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
OPENS, ENDS = NOON + DAY, NOON + 3 * DAY  # the window for the rest


def teapot(*, price="500.00", stock=10, fee="8.00", bps=500, **of_shop):
    """In the usual sale 500.00 and 8.00 for delivery, at 5 % commission."""
    theirs = product(shop=shop(shipping_fee=fee, **of_shop), category=category(commission_bps=bps))
    return sku(product=theirs, price=price, stock=stock)


def sale_of(pot, *, units=5, **given):
    """480.00 in the pre-sale; a deposit of 50.00 counts 80.00, so that it costs 450.00 in all."""
    return presale({pot: ("480.00", "50.00", "80.00", units)}, **given)


def placed(pot, sale, *, who=None, quantity=1, knows_deposit=True, now=NOON, **given) -> Order:
    who = who or shopper()
    where = who.addresses.first() or address(who)
    group = place_order(
        shopper=who,
        checkout_key=uuid4(),
        address=where,
        wanted=DealWanted(sale.public_id, pot.public_id, quantity),
        knows_deposit=knows_deposit,
        now=now,
        **given,
    )
    return group.orders.get()


def deposit_paid(pot=None, sale=None, *, now=NOON, **given) -> Order:
    pot = pot or teapot()
    order = placed(pot, sale or sale_of(pot), now=now, **given)
    pay(order.group, now=now)
    deliver_everything()
    order.refresh_from_db()
    return order


def paid_whole(pot=None, sale=None, *, now=OPENS, **given) -> Order:
    order = deposit_paid(pot, sale, **given)
    pay(order.group, now=now)
    deliver_everything()
    order.refresh_from_db()
    return order
