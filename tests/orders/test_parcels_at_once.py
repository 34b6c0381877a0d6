"""Two clerks pack the same order at the same moment, on real connections (O6)."""

import io
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from catalog.models import Stock
from mall.flow import WrongStatus
from mall.tenancy import shop_scope
from orders.fulfillment import TooManyPieces, ship_order
from orders.models import Order, OrderLine, Parcel, ParcelLine
from orders.shipping_files import ship_file
from tests.conftest import NOON
from tests.factories.accounts import shopper as a_person
from tests.factories.catalog import sku
from tests.factories.merchants import shop
from tests.journeys import paid_order


def at_once(call, times: int) -> list:
    ready = Barrier(times)

    def run(number: int):
        try:
            ready.wait()
            return call(number)
        except (TooManyPieces, WrongStatus, IntegrityError) as refused:
            return type(refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_two_clerks_send_no_more_than_was_bought(committed_db):  # O6
    order, clerk = paid_order(skus={sku(stock=5): 3}), a_person()
    line = order.lines.get()

    came = at_once(
        lambda number: ship_order(
            order=order, carrier="sf", tracking_number=f"SF{number:013d}", pieces={line.pk: 2}, by=clerk, now=NOON
        ),
        2,
    )

    order.refresh_from_db()
    line.refresh_from_db()
    assert sorted(isinstance(parcel, Parcel) for parcel in came) == [False, True] and TooManyPieces in came
    assert (order.status, line.shipped_quantity, Parcel.objects.count()) == ("paid", 2, 1)
    assert Stock.objects.get().on_hand == 3


def test_two_clerks_who_share_the_goods_send_all_of_them(committed_db):
    """What fits is not refused: both parcels leave, and the order is shipped once."""
    order, clerk = paid_order(skus={sku(stock=5): 3}), a_person()
    line = order.lines.get()

    came = at_once(
        lambda number: ship_order(
            order=order, carrier="sf", tracking_number=f"SF{number:013d}", pieces={line.pk: number + 1}, by=clerk,
            now=NOON,
        ),
        2,
    )  # fmt: skip

    order.refresh_from_db()
    assert all(isinstance(parcel, Parcel) for parcel in came)
    assert (order.status, order.lines.get().shipped_quantity) == ("shipped", 3)
    assert order.steps.filter(kind="shipped").count() == 1


@pytest.mark.parametrize("times", [4])
def test_without_the_lock_the_row_still_refuses(committed_db, times):
    """The negative control: who packs past the verb, as it would be without its lock, is refused by the row itself."""
    order = paid_order(skus={sku(stock=9): 3})
    line = order.lines.get()

    def pack_blindly(number: int):
        with transaction.atomic():
            parcel = Parcel.objects.create(
                shop_id=order.shop_id, order=order, carrier="sf", tracking_number=f"SF{number:013d}", shipped_at=NOON
            )
            ParcelLine.objects.create(shop_id=order.shop_id, parcel=parcel, line=line, quantity=1)
            OrderLine.objects.filter(pk=line.pk).update(shipped_quantity=F("shipped_quantity") + 1)

    came = at_once(pack_blindly, times)

    assert came.count(IntegrityError) == 1
    assert OrderLine.objects.get(pk=line.pk).shipped_quantity == ParcelLine.objects.count() == 3
    assert Order.objects.get(pk=order.pk).status == "paid"


def test_two_files_that_name_orders_crosswise_wait_for_each_other(committed_db):  # O9
    place = shop()
    cup, pot = sku(shop=place, stock=99), sku(shop=place, stock=99)
    orders = [paid_order(skus={cup: 1, pot: 1}) for _order in range(6)]
    clerk = a_person()

    def by_file(number: int):
        named = orders if number else orders[::-1]
        rows = [f"{order.public_id},sf,SF{order.pk:012d}{number}" for order in named]
        file = io.BytesIO("\n".join(["order number,carrier,tracking number", *rows]).encode())
        with shop_scope(place.pk):
            return sum(one.parcel is not None for one in ship_file(shop=place, file=file, by=clerk, now=NOON))

    came = at_once(by_file, 2)

    assert sorted(came) == [0, 6]
    assert Parcel.objects.count() == 6 and set(Order.objects.values_list("status", flat=True)) == {"shipped"}
