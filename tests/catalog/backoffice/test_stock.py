"""The shop's pages of its stock (C4): what lies where, warehouses, transfers, counts; without scripts."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from catalog.backoffice.stock_lists import STOCK
from catalog.models import Stock, StockAlarm, StockCount, StockMovement, StockTransfer, Warehouse
from catalog.stock import receive, reserve
from catalog.stock.low import threshold_of
from mall.exports.registry import Asked, kind_of
from merchants.models import Seat
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import product, sku, warehouse
from tests.factories.merchants import seat, shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(client):
    owner = shopper()
    client.force_login(owner)
    return shop(owner=owner)


@pytest.fixture
def goods(place):
    """Two SKUs with codes, five pieces of each."""
    return sku(shop=place, stock=5, code="POT"), sku(shop=place, stock=5, code="CUP RED", barcode="6901234567892")


def url(name, place, row=None):
    return reverse(f"backoffice:stock:{name}", args=[place.slug] + ([row.public_id] if row else []))


def on_hand(row, where=None):
    rows = Stock.objects.filter(sku=row)
    return (rows.filter(warehouse=where) if where else rows).get().on_hand


def test_the_list_adds_up_all_warehouses_and_narrows_to_what_is_low(client, place, goods):
    pot, cup = goods
    store = warehouse(shop=place)
    receive(sku=pot, quantity=20, warehouse=store, now=NOON)

    rows = {row.pk: row for row in client.get(url("list", place)).context["page"]}
    low = [row.pk for row in client.get(url("list", place), {"stock": "low"}).context["page"]]

    assert (rows[pot.pk].on_hand, rows[pot.pk].available, rows[pot.pk].in_transit) == (25, 25, 0)
    assert low == [cup.pk]
    assert [row.pk for row in client.get(url("list", place), {"q": "CUP RED"}).context["page"]] == [cup.pk]
    assert [row.pk for row in client.get(url("list", place), {"stock": "none"}).context["page"]] == []


def test_the_list_costs_the_same_with_two_rows_and_with_six(client, place, goods, django_assert_max_num_queries):
    client.get(url("list", place))
    for _number in range(4):
        sku(shop=place)
    with django_assert_max_num_queries(20):
        assert len(client.get(url("list", place)).context["page"].rows) == 6


def test_the_file_says_what_the_list_says(place, goods):
    kind = kind_of(STOCK.export)
    row = kind.rows(place, Asked.from_json({"query": "q=POT"})).get()

    with override("en"):
        told = {str(column.label): column.of(row) for column in kind.columns}
    assert (told["Your code"], told["On hand"], told["Available"], told["Low from"], told["Low"]) == (
        "POT", 5, 5, 10, "yes"
    )  # fmt: skip


def test_a_store_is_opened_renamed_moved_and_closed(client, place):
    fields = {"kind": "store", "name_zh_hans": "湖滨店", "name_en": "Lakeside"}
    refused = client.post(url("warehouse-add", place), fields)
    assert refused.context["form"].non_field_errors()
    assert refused.context["form"]["name"].value() == ["湖滨店", "Lakeside"]

    client.post(url("warehouse-add", place), fields | {"address": "湖滨路 8 号"})
    store = Warehouse.objects.get(kind="store")
    assert (store.name["en"], store.position) == ("Lakeside", 1)
    client.post(url("warehouse", place, store), fields | {"address": "湖滨路 9 号"})
    client.post(url("warehouse-do", place, store), {"action": "earlier"})
    store.refresh_from_db()
    assert (store.address, store.sells_online, store.position) == ("湖滨路 9 号", False, 0)
    client.post(url("warehouse-do", place, store), {"action": "default"})
    client.post(url("warehouse-do", place, store), {"action": "close"})
    store.refresh_from_db()
    assert (store.is_default, store.is_open) == (True, True)  # goods arrive there
    other = Warehouse.objects.owned_by(place).get(kind="merchant")
    client.post(url("warehouse-do", place, other), {"action": "close"})
    other.refresh_from_db()
    assert not other.is_open


def test_the_shops_threshold_is_set_on_the_page_of_warehouses(client, place):
    client.post(url("low", place), {"low_stock": "7"})
    wrong = client.post(url("low", place), {"low_stock": "x"})

    assert (threshold_of(place), wrong.status_code, bool(wrong.context["form"].errors)) == (7, 200, True)


def test_the_chosen_goods_go_onto_a_transfer_that_is_saved_sent_and_received(client, place, goods):
    pot, cup = goods
    store, main = warehouse(shop=place), Warehouse.objects.owned_by(place).get(is_default=True)

    answer = client.post(url("bulk", place), {"action": "transfer", "chosen": [pot.public_id, cup.public_id]})
    form = client.get(answer["Location"]).context["form"]
    assert form["goods"].value() == "POT 1\nCUP RED 1"
    fields = {"source": main.pk, "target": store.pk, "goods": "POT 2\n6901234567892 x 3"}
    client.post(url("transfer-add", place), fields)
    row = StockTransfer.objects.get()
    assert list(row.lines.order_by("pk").values_list("sku", "quantity")) == [(pot.pk, 2), (cup.pk, 3)]

    quantities = {f"quantity_{pot.public_id}": "9", f"quantity_{cup.public_id}": "0"}
    refused = client.post(url("transfer-do", place, row), {"action": "send", **quantities})
    assert ["5" in line.refused for line in refused.context["lines"]] == [True]  # the other line was taken away
    assert StockTransfer.objects.get().status == "draft"
    client.post(
        url("transfer-do", place, row), {"action": "send", f"quantity_{pot.public_id}": "1", "goods": "CUP RED 2"}
    )
    assert (on_hand(pot, main), on_hand(cup, main)) == (4, 3)
    assert client.get(url("list", place), {"q": "POT"}).context["page"].rows[0].in_transit == 1
    arrived = {f"received_{pot.public_id}": "1", f"received_{cup.public_id}": "1", "shortage": "damaged"}
    assert client.post(url("transfer-do", place, row), {"action": "receive", f"received_{pot.public_id}": "5"}).context
    client.post(url("transfer-do", place, row), {"action": "receive", **arrived})
    client.post(url("transfer-do", place, row), {"action": "receive", **arrived})
    assert (on_hand(pot, store), on_hand(cup, store)) == (1, 1)


@pytest.mark.parametrize("goods_typed", ["", "POT", "NOBODY 3", "POT 0000000000001"])
def test_goods_that_are_not_understood_are_told_at_their_field_and_kept(client, place, goods, goods_typed):
    store, main = warehouse(shop=place), Warehouse.objects.owned_by(place).get(is_default=True)

    answer = client.post(
        url("transfer-add", place), {"source": main.pk, "target": store.pk, "goods": goods_typed, "note": "夜里"}
    )

    assert answer.context["form"].errors["goods"]
    assert (answer.context["form"]["goods"].value(), answer.context["form"]["note"].value()) == (goods_typed, "夜里")
    assert not StockTransfer.objects.exists()


def test_a_draft_is_canceled(client, place, goods):
    store, main = warehouse(shop=place), Warehouse.objects.owned_by(place).get(is_default=True)
    client.post(url("transfer-add", place), {"source": main.pk, "target": store.pk, "goods": "POT 1"})
    row = StockTransfer.objects.get()

    client.post(url("transfer-do", place, row), {"action": "cancel"})
    client.post(url("transfer-do", place, row), {"action": "send", f"quantity_{goods[0].public_id}": "1"})

    row.refresh_from_db()
    assert (row.status, on_hand(goods[0])) == ("canceled", 5)


def test_a_sheet_is_filled_in_page_by_page_and_applied(client, place, goods):
    pot, cup = goods
    main = Warehouse.objects.owned_by(place).get(is_default=True)
    client.post(url("count-add", place), {"warehouse": main.pk, "is_blind": "on", "note": "月末"})
    sheet = StockCount.objects.get()
    blind = client.get(url("count", place, sheet))
    assert (blind.context["shows_expected"], sheet.lines.count()) == (False, 2)

    do = url("count-do", place, sheet)
    client.post(do, {"action": "save", f"counted_{pot.public_id}": "4"})
    wrong = client.post(do, {"action": "save", f"counted_{cup.public_id}": "-1"})
    assert wrong.context["form"].errors
    reserve(document="ord_1", quantities={cup.pk: 3}, now=NOON)
    refused = client.post(do, {"action": "apply", f"counted_{cup.public_id}": "2"})
    assert [(row["line"].sku, "3" in row["line"].refused) for row in refused.context["rows"]] == [(cup, True)]
    assert (on_hand(pot), on_hand(cup)) == (5, 5)
    client.post(do, {"action": "apply", f"counted_{cup.public_id}": "3"})

    assert (on_hand(pot), on_hand(cup)) == (4, 3)
    assert set(StockMovement.objects.filter(document=sheet.public_id).values_list("quantity", flat=True)) == {-1, -2}
    assert client.get(url("count", place, sheet), {"only": "off"}).context["shows_expected"]


def test_only_the_chosen_goods_are_counted(client, place, goods):
    pot, _cup = goods
    main = Warehouse.objects.owned_by(place).get(is_default=True)
    answer = client.post(url("bulk", place), {"action": "count", "chosen": [pot.public_id]})
    typed = client.get(answer["Location"]).context["form"]["goods"].value()

    client.post(url("count-add", place), {"warehouse": main.pk, "goods": typed})
    sheet = StockCount.objects.get()
    client.post(url("count-do", place, sheet), {"action": "cancel"})

    assert list(sheet.lines.values_list("sku", flat=True)) == [pot.pk]
    assert StockCount.objects.get().status == "canceled"


def test_a_products_page_receives_counts_and_writes_off_in_the_chosen_warehouse(client, place, goods):
    pot, _cup = goods
    store = warehouse(shop=place)
    address = reverse("backoffice:catalog:stock", args=[place.slug, pot.product.public_id])
    name = pot.public_id

    client.post(
        f"{address}?warehouse={store.public_id}",
        {f"came_{name}": "4", f"gone_{name}": "1", "reason": "own_use", "document": "DN-9", f"low_{name}": "2"},
    )

    assert (on_hand(pot, store), StockAlarm.objects.get(sku=pot).threshold) == (3, 2)
    movements = StockMovement.objects.filter(document="DN-9").order_by("pk")
    assert list(movements.values_list("quantity", "reason")) == [(4, "receipt"), (-1, "own_use")]
    refused = client.post(f"{address}?warehouse={store.public_id}", {f"gone_{name}": "9", "reason": "lost"})
    assert refused.context["form"].errors and on_hand(pot, store) == 3


def test_who_may_not_keep_stock_sees_it_and_finds_no_buttons(client, place, goods):
    reader = shopper()
    seat(place, reader, Seat.Role.READER)
    sheet = StockCount.objects.create(
        shop=place, warehouse=Warehouse.objects.owned_by(place).get(), by=reader, opened_at=NOON
    )
    client.force_login(reader)

    for name, row in (("list", None), ("warehouses", None), ("transfers", None), ("counts", None), ("count", sheet)):
        page = client.get(url(name, place, row))
        assert page.status_code == 200
        doors = ("warehouse-add", "low", "transfer-add", "count-add")
        assert not [door for door in doors if url(door, place) in page.content.decode()]
        assert 'name="action" value="' not in page.content.decode()


def test_goods_of_other_shops_are_no_goods(client, place, goods):
    stranger = sku(code="THEIRS", product=product())
    store, main = warehouse(shop=place), Warehouse.objects.owned_by(place).get(is_default=True)

    for typed in ("THEIRS 1", f"{stranger.public_id} 1"):
        answer = client.post(url("transfer-add", place), {"source": main.pk, "target": store.pk, "goods": typed})
        assert answer.context["form"].errors["goods"]
    theirs = warehouse(shop=stranger.shop)
    answer = client.post(url("transfer-add", place), {"source": main.pk, "target": theirs.pk, "goods": "POT 1"})
    assert answer.context["form"].errors["target"]
