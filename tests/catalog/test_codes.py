"""C2: goods that are codes. The free codes are the stock, each is handed out once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import translation

from catalog import codes, stock
from catalog.codes import CodesMissing, WrongCodes, add_codes, codes_for, hand_out, withdraw_code
from catalog.models import GoodsCode, Product, Stock
from catalog.products import KindStays, save_product
from catalog.skus import SkuDraft
from catalog.stock.shelves import CountedByItself, WrongCount
from catalog.stock_check import verify_stock
from mall.flow import WrongStatus
from mall.money import Money
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import category, product, sku, warehouse
from tests.factories.kinds import code_sku
from tests.factories.merchants import shop


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def counts(one):
    row = Stock.objects.get(sku=one)
    return row.on_hand, row.reserved, GoodsCode.objects.filter(sku=one, status="free").count()


def add(one, *lines):
    return add_codes(sku=one, codes=lines, by=shopper(), now=NOON)


def reserve(one, document, quantity=1):
    stock.reserve(document=document, quantities={one.pk: quantity}, now=NOON)


@pytest.mark.django_db
def test_codes_that_are_brought_are_the_stock_and_nobody_reads_them_in_the_database():
    one = code_sku(codes=0)

    assert add(one, " ABC-1 ", "", "ABC-2") == 2

    assert counts(one) == (2, 0, 2)
    assert sorted(code.code.reveal() for code in GoodsCode.objects.all()) == ["ABC-1", "ABC-2"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(code || code_index, '') FROM catalog_goodscode")
        assert "ABC" not in cursor.fetchone()[0]
    assert verify_stock()["ok"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["", "  "], "one code in each line"),
        (["NEW-1", "NEW-2", "NEW-1"], "twice. See line 3."),
        (["NEW-1", "OLD-1", "OLD-2"], "brought before. See lines 2, 3."),
        (["x" * 201], "at most 200"),
        ([str(number) for number in range(5_001)], "at most 5000"),
    ],
)
def test_codes_that_cannot_be_taken_are_refused_whole(lines, said):
    one = code_sku(codes=0)
    add(code_sku(codes=0, shop=one.shop), "OLD-1", "OLD-2")  # of another product of the shop

    with pytest.raises(WrongCodes, match=said):
        add(one, *lines)

    assert counts(one) == (0, 0, 0)


@pytest.mark.django_db
def test_another_shop_may_have_the_same_code_and_goods_that_are_shipped_have_none():
    add(code_sku(codes=0), "SAME")
    add(code_sku(codes=0), "SAME")

    with pytest.raises(WrongCodes, match="kind"):
        add(sku(), "X")


@pytest.mark.django_db
def test_nobody_counts_codes_by_hand():
    one = code_sku(codes=2)
    other = warehouse(shop=one.shop)

    for call in (
        lambda: stock.receive(sku=one, quantity=1, now=NOON),
        lambda: stock.correct(sku=one, on_hand=9, now=NOON),
        lambda: stock.correct_many(shop=one.shop, counts={one.pk: 9}, now=NOON),
        lambda: stock.write_off(sku=one, quantity=1, reason="lost", now=NOON),
        lambda: stock.restock(document="ret_1", sku=one, quantity=1, now=NOON),
        lambda: stock.receive(sku=one, quantity=1, now=NOON, warehouse=other),
    ):
        with pytest.raises(CountedByItself):
            call()
    assert counts(one) == (2, 0, 2)


@pytest.mark.django_db
def test_what_is_handed_out_leaves_the_stock_once_however_often_one_asks():
    one = code_sku(codes=3)
    reserve(one, "ord_1", 2)

    first = hand_out(document="ord_1", quantities={one.pk: 2}, now=NOON)
    again = hand_out(document="ord_1", quantities={one.pk: 2}, now=NOON)

    assert [code.pk for code in first] == [code.pk for code in again] == [code.pk for code in codes_for("ord_1")]
    assert counts(one) == (1, 0, 1)
    assert verify_stock()["ok"]
    with pytest.raises(CodesMissing):
        hand_out(document="ord_2", quantities={one.pk: 2}, now=NOON)
    assert not codes_for("ord_2")


@pytest.mark.django_db
def test_only_a_code_that_nobody_waits_for_is_withdrawn():
    one = code_sku(codes=2)
    reserve(one, "ord_1")
    free = list(GoodsCode.objects.order_by("pk"))

    withdraw_code(code=free[0], by=shopper(), now=NOON)

    assert counts(one) == (1, 1, 1)
    with pytest.raises(WrongStatus):
        withdraw_code(code=free[0], by=shopper(), now=NOON)
    with pytest.raises(WrongCount):
        withdraw_code(code=free[1], by=shopper(), now=NOON)


@pytest.mark.django_db
def test_the_nightly_check_finds_a_code_too_few():
    one = code_sku(codes=2)
    GoodsCode.objects.filter(sku=one).first().delete()

    assert {"sku": one.public_id, "on_hand": 2, "free_codes": 1} in verify_stock()["faults"]


@pytest.mark.django_db
def test_the_kind_stays_once_a_product_was_approved_or_has_stock():
    place = shop()
    draft = product(shop=place, status="draft", on_sale_at=None)
    fields = {"shop": place, "skus": [SkuDraft(price=Money(100))], "by": shopper(), "now": NOON}

    save_product(product=draft, fields={"kind": "virtual"}, **fields)
    draft.refresh_from_db()
    assert draft.kind == "virtual"
    add(draft.skus.get(), "A")
    with pytest.raises(KindStays):
        save_product(product=draft, fields={"kind": "physical"}, **fields)
    on_sale = product(shop=place, category=category())
    with pytest.raises(KindStays):
        save_product(product=on_sale, fields={"kind": "virtual"}, **fields)
    assert Product.objects.get(pk=on_sale.pk).kind == "physical"


def orders_at_once(one, orders):
    """So many orders of one code each, handed out at once, each asked twice; the codes by order."""
    for number in range(orders):
        reserve(one, f"ord_{number}")
    together = Barrier(orders * 2)

    def ask(number):
        try:
            together.wait()
            return hand_out(document=f"ord_{number % orders}", quantities={one.pk: 1}, now=NOON)[0].pk
        finally:
            connection.close()

    with ThreadPoolExecutor(orders * 2) as pool:
        return list(pool.map(ask, range(orders * 2)))


def test_many_orders_at_once_get_each_its_own_code(committed_db):
    one = code_sku(codes=8)

    given = orders_at_once(one, 8)

    assert given[:8] == given[8:]
    assert len(set(given)) == 8
    assert counts(one) == (0, 0, 0)


def test_without_the_lock_they_would_get_the_same(committed_db, monkeypatch):  # the negative control
    one = code_sku(codes=8)
    reserve(one, "ord_a"), reserve(one, "ord_b")
    met, real = Barrier(2), GoodsCode.objects.bulk_update

    def together(given, fields):
        met.wait()
        return real(given, fields)

    monkeypatch.setattr(codes, "lock_shelves", lambda skus: None)
    monkeypatch.setattr(GoodsCode.objects, "select_for_update", lambda **how: GoodsCode.objects.all())
    monkeypatch.setattr(GoodsCode.objects, "bulk_update", together)

    def ask(document):
        try:
            return hand_out(document=document, quantities={one.pk: 1}, now=NOON)[0].pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        given = list(pool.map(ask, ("ord_a", "ord_b")))

    assert given[0] == given[1]
