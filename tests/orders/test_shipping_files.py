"""O9: many orders are shipped by one file."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalog.transfer.cells import UnreadableFile
from merchants.models import Seat
from orders.models import Parcel
from orders.shipping_files import read_file, ship_file
from tests.conftest import NOON
from tests.factories.accounts import shopper as a_shopper
from tests.factories.catalog import sku
from tests.factories.merchants import seat, shop
from tests.journeys import paid_order

pytestmark = pytest.mark.django_db
HEAD = "order number,carrier,tracking number"


def file(*rows: str, head: str = HEAD, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO("\r\n".join([head, *rows]).encode(encoding))


def ship(place, *rows, **given):
    return ship_file(shop=place, file=file(*rows, **given), by=a_shopper(), now=NOON)


def test_each_row_ships_an_order_and_one_that_cannot_keeps_none_of_the_others():  # O9
    place = shop()
    first, second = (paid_order(skus={sku(shop=place, stock=9): 2}) for _order in range(2))
    stranger = paid_order()

    planned = ship(
        place,
        f"{first.public_id},sf,SF1234567890123",
        f"{stranger.public_id},sf,SF1234567890124",
        f"{second.public_id},Sandbox Express,",
        f"{second.public_id},sf,12",
        f"{first.public_id},pigeon,1",
    )

    assert [one.parcel is not None for one in planned] == [True, False, True, False, False]
    assert [bool(one.why) for one in planned] == [False, True, False, True, True]
    first.refresh_from_db()
    second.refresh_from_db()
    stranger.refresh_from_db()
    assert (first.status, second.status, stranger.status) == ("shipped", "shipped", "paid")


def test_rows_with_sku_and_quantity_ship_a_part_and_one_number_is_one_parcel():  # O6, O9
    place = shop()
    cups, pot = sku(shop=place, stock=9, code="CUP-1"), sku(shop=place, stock=9)
    order = paid_order(skus={cups: 3, pot: 1})

    (planned,) = ship(
        place,
        f"{order.public_id},sf,SF1234567890123,cup-1,2",
        f"{order.public_id},sf,sf1234567890123,{pot.public_id},1",
        head=f"{HEAD},sku,quantity",
    )

    order.refresh_from_db()
    assert planned.rows == [2, 3] and order.is_partly_shipped
    assert sorted(planned.parcel.lines.values_list("quantity", flat=True)) == [1, 2]


@pytest.mark.parametrize(
    ("code", "count"), [("CUP-1", "4"), ("CUP-1", "0"), ("CUP-1", "many"), ("POT-9", "1"), ("", "1"), ("CUP-1", "")]
)
def test_parts_that_cannot_be_are_explained(code, count):
    place = shop()
    order = paid_order(skus={sku(shop=place, stock=9, code="CUP-1"): 3})

    (planned,) = ship(place, f"{order.public_id},sf,SF1234567890123,{code},{count}", head=f"{HEAD},sku,quantity")

    assert planned.why and planned.parcel is None and not Parcel.objects.exists()


def test_the_same_file_again_ships_nothing_twice():
    place = shop()
    order = paid_order(skus={sku(shop=place, stock=9, code="CUP-1"): 3})
    rows = [f"{order.public_id},sf,SF1234567890123,CUP-1,1"]

    for _twice in range(2):
        last = ship(place, *rows, head=f"{HEAD},sku,quantity")

    assert last[0].why and Parcel.objects.count() == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_files_of_chinese_offices_are_read(encoding):
    (planned,) = read_file(file("ord_1,顺丰速运,SF1234567890123", head="订单号,快递公司,运单号", encoding=encoding))

    assert (planned.order, planned.carrier, planned.number, planned.why) == ("ord_1", "sf", "SF1234567890123", "")


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4", b"order number,carrier\r\na,b", f"{HEAD}\r\n".encode()])
def test_what_is_no_such_file_is_refused(content):
    with pytest.raises(UnreadableFile):
        read_file(io.BytesIO(content))


def test_the_page_ships_and_tells_what_came_of_it(client):  # O9
    order = paid_order(skus={sku(stock=9): 2})
    client.force_login(seat(order.shop, role=Seat.Role.CLERK).user)
    way = reverse("backoffice:orders:by-file", args=[order.shop.slug])
    content = file(f"{order.public_id},sf,SF1234567890123", "ord_x,sf,SF1234567890124").getvalue()

    page = client.post(way, {"file": SimpleUploadedFile("parcels.csv", content)})
    broken = client.post(way, {"file": SimpleUploadedFile("parcels.csv", b"x")})

    assert [bool(one.parcel) for one in page.context["planned"]] == [True, False]
    assert "ord_x" in page.content.decode() and "SF1234567890123" in page.content.decode()
    assert "file" in broken.context["form"].errors
    assert "file" in client.post(way, {}).context["form"].errors
