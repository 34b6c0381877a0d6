"""O9: packing lists and labels on paper."""

import re

import pytest
from django.urls import reverse
from django.utils import translation

from mall.audit.models import AuditRecord
from merchants.models import Seat
from orders import papers
from orders.fulfillment import ship_order
from orders.models import Order
from orders.queries import with_parcels
from tests.conftest import NOON
from tests.factories.accounts import shopper as a_shopper
from tests.factories.catalog import sku
from tests.factories.merchants import seat, shop
from tests.journeys import paid_order
from tests.settlement.reading_pdf import embedded_fonts, printed

pytestmark = pytest.mark.django_db


def of(*orders: Order) -> list[Order]:
    rows = Order.objects.filter(pk__in=[order.pk for order in orders]).select_related("shop").order_by("pk")
    return list(rows.prefetch_related("lines__sku", with_parcels()))


def test_a_packing_list_tells_what_is_left_to_pack_and_where_it_goes():  # O9
    place = shop(name="云间茶舍")
    cups, pot = sku(shop=place, stock=9, code="CUP-1"), sku(shop=place, stock=9, code="POT-9")
    order = paid_order(skus={cups: 3, pot: 1})
    line = order.lines.order_by("pk").last()
    ship_order(
        order=order, carrier="sf", tracking_number="SF1234567890123", pieces={line.pk: 1}, by=a_shopper(), now=NOON
    )

    with translation.override("en"):
        pdf = papers.packing_lists(of(order), shows_people=True, now=NOON)

    words = printed(pdf)
    assert "云间茶舍" in words and "张小云" in words and "文三路 1 号" in words and "CUP-1" in words
    assert "POT-9" not in words  # it is on its way
    assert "MallSans" in embedded_fonts(pdf)


def test_a_label_stands_for_each_parcel_and_one_for_what_waits():  # O9
    order = paid_order(skus={sku(stock=9): 3})
    line = order.lines.get()
    for number in ("SF1234567890123", "SF1234567890124"):
        ship_order(order=order, carrier="sf", tracking_number=number, pieces={line.pk: 1}, by=a_shopper(), now=NOON)

    words = printed(papers.labels(of(order), shows_people=True, now=NOON))

    assert "SF1234567890123" in words and "SF1234567890124" in words
    assert words.count("张小云") == 3


def test_who_may_not_see_people_prints_them_covered():  # A2, O9
    order = paid_order()

    for paper in (papers.packing_lists, papers.labels):
        words = printed(paper(of(order), shows_people=False, now=NOON))
        assert "张小云" not in words and "文三路 1 号" not in words and "19900000001" not in words


def test_papers_of_chosen_orders_are_written_and_that_is_on_the_record(client):  # O9
    place = shop()
    orders = [paid_order(skus={sku(shop=place): 1}) for _order in range(2)]
    stranger = paid_order()
    clerk = seat(place, role=Seat.Role.CLERK).user
    client.force_login(clerk)
    chosen = {"chosen": [order.public_id for order in (*orders, stranger)]}

    for paper in ("packing-lists", "labels"):
        answer = client.post(reverse("backoffice:orders:pdf", args=[place.slug, paper]), chosen)
        assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
        assert stranger.public_id not in printed(answer.content)

    looks = AuditRecord.objects.filter(action="orders.print_paper", actor=clerk)
    assert sorted(looks.values_list("subject", flat=True)) == sorted([order.public_id for order in orders] * 2)
    assert Order.objects.filter(packed_at__isnull=False).count() == 2


def test_fifty_orders_are_printed_at_once_and_no_more(client):  # O9
    place = shop()
    cup = sku(shop=place, stock=99)
    orders = [paid_order(skus={cup: 1}) for _order in range(3)]
    client.force_login(seat(place, role=Seat.Role.CLERK).user)
    way = reverse("backoffice:orders:pdf", args=[place.slug, "labels"])

    assert client.post(way, {"chosen": []}).status_code == 302
    many = [order.public_id for order in orders] + [f"ord_{number}" for number in range(48)]
    assert client.post(way, {"chosen": many}).status_code == 302
    assert client.post(way.replace("labels", "posters"), {"chosen": many[:1]}).status_code == 404
    assert not AuditRecord.objects.filter(action="orders.print_paper").exists()
    fifty = papers.packing_lists(of(*orders) * 17, shows_people=True, now=NOON)
    assert len(re.findall(rb"/Type /Page\b", fifty)) == 51
