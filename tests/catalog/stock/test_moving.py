"""C4: every change is a movement with a reason and a document, written once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from catalog.models import Stock, StockMovement
from catalog.stock import WrongCount, correct, receive, reserve, restock, write_off
from catalog.stock_check import verify_stock
from mall.audit.models import AuditRecord
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku


def moved(row):
    rows = StockMovement.objects.filter(stock__sku=row).order_by("pk")
    return [(movement.quantity, movement.reason) for movement in rows]


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["damaged", "lost", "own_use"])
def test_goods_are_written_off_with_a_reason_and_on_the_record(reason):
    teapot, clerk = sku(stock=5), shopper()

    write_off(sku=teapot, quantity=2, reason=reason, document="WO-7", by=clerk, now=NOON)

    assert moved(teapot) == [(5, "receipt"), (-2, reason)]
    row = AuditRecord.objects.get(action="catalog.write_off")
    assert (row.before, row.after) == ({"on_hand": 5}, {"on_hand": 3, "reason": reason, "document": "WO-7"})


@pytest.mark.django_db
def test_what_orders_wait_for_is_not_written_off():
    teapot = sku(stock=5)
    reserve(document="ord_1", quantities={teapot.pk: 4}, now=NOON)

    with pytest.raises(WrongCount):
        write_off(sku=teapot, quantity=2, reason="lost", now=NOON)
    with pytest.raises(WrongCount):
        write_off(sku=teapot, quantity=0, reason="lost", now=NOON)

    assert moved(teapot) == [(5, "receipt")]


@pytest.mark.django_db
def test_every_movement_has_a_document():
    teapot = sku(stock=5)
    receive(sku=teapot, quantity=1, document="DN-1", now=NOON)
    correct(sku=teapot, on_hand=4, now=NOON)

    documents = list(StockMovement.objects.order_by("pk").values_list("document", flat=True))
    assert [name.split("_")[0] for name in documents] == ["rcp", "DN-1", "cnt"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reason", "quantity", "document"),
    [("receipt", -1, "x"), ("shipment", 1, "x"), ("correction", 0, "x"), ("lost", 1, "x"), ("receipt", 1, "")],
)
def test_the_database_refuses_a_movement_against_its_reason(reason, quantity, document):
    stock = sku(stock=5).stocks.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        StockMovement.objects.create(
            shop=stock.shop, stock=stock, quantity=quantity, reason=reason, document=document, at=NOON
        )


def test_a_return_restocked_five_times_at_once_is_one_more(committed_db, proof):  # B6
    teapot = sku(stock=5)

    def again(_number):
        try:
            return restock(document="ras_1", sku=teapot, quantity=1, now=NOON).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        answers = set(pool.map(again, range(5)))
    restock(document="ras_2", sku=teapot, quantity=2, now=NOON)

    assert len(answers) == 1
    assert moved(teapot) == [(5, "receipt"), (1, "return"), (2, "return")]
    assert Stock.objects.get(sku=teapot).on_hand == 8
    proof("B6", asked=5, restocked=1)


@pytest.mark.django_db
def test_it_is_the_document_that_makes_five_tellings_one():  # B6, the control: without it each of them counts
    teapot = sku(stock=5)
    for number in range(5):
        restock(document=f"ras_{number}", sku=teapot, quantity=1, now=NOON)
    assert Stock.objects.get(sku=teapot).on_hand == 10

    told = StockMovement.objects.get(document="ras_0")  # and where nobody asks, the database does
    told.pk = None
    with pytest.raises(IntegrityError, match="stock_movement_once_per_document"), transaction.atomic():
        told.save(force_insert=True)
    assert verify_stock()["ok"]
