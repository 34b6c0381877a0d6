"""A shop reads what its pre-sales ask it to make, takes it away as a file, and sees both payments of an order (K1)."""

import csv
import io

import pytest
from django.urls import reverse

from mall.exports.asking import ask_for_export
from mall.exports.registry import kind_of
from mall.exports.writing import storage, write_export
from mall.money import Money
from merchants.models import Seat
from orders.balances import follow_balances
from orders.cancellation import cancel_paid_order
from orders.production import demand_for, units_of_shop
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import seat
from tests.orders.presales import ENDS, MINUTE, deposit_paid, paid_whole, sale_of, teapot

pytestmark = pytest.mark.django_db


@pytest.fixture
def board(client):
    """Of one teapot: two likely pieces, one sure, one missed, one paid back."""
    pot = teapot()
    sale = sale_of(pot, units=9)
    missed = deposit_paid(pot, sale)
    paid_whole(pot, sale)
    follow_balances(now=ENDS + MINUTE)
    cancel_paid_order(order=deposit_paid(pot, sale), reason="…", by=staff(), now=NOON)
    deposit_paid(pot, sale, quantity=2)
    missed.refresh_from_db()
    assert missed.deposit_kept_at
    owner = shopper()
    seat(pot.shop, owner, Seat.Role.OWNER)
    client.force_login(owner)
    client.shop, client.sale, client.owner = pot.shop, sale, owner
    return client


def test_the_board_counts_pieces_by_what_became_of_them(board, django_assert_num_queries):
    with django_assert_num_queries(2):
        (row,) = demand_for(units_of_shop(board.shop))
    assert (row.quota, row.likely, row.sure, row.missed, row.returned, row.to_make) == (9, 2, 1, 1, 1, 3)
    assert row.earned == Money(5000)

    page = board.get(reverse("backoffice:orders:production", args=[board.shop.slug]))
    assert page.status_code == 200
    assert (
        board.get(reverse("backoffice:marketing:detail", args=[board.shop.slug, board.sale.public_id])).status_code
        == 200
    )


def test_a_shop_sees_only_its_own(board):
    other = deposit_paid()

    (row,) = demand_for(units_of_shop(board.shop))

    assert row.promotion == board.sale
    assert other.shop != board.shop


def test_it_is_taken_away_as_a_file(board):
    asked = ask_for_export(
        shop=board.shop, kind=kind_of("orders.production"), format="csv", is_personal=False, by=board.owner, now=NOON
    )
    assert write_export(export_id=asked.public_id, now=NOON)
    asked.refresh_from_db()
    with storage().open(asked.file) as file:
        text = file.read().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 2
    assert rows[1][4:11] == ["9", "2", "1", "0", "3", "1", "1"]


def test_an_order_shows_both_payments_and_can_be_ended_with_the_deposit_paid_back(board):
    latest = board.sale.uses.latest("pk").order_public_id
    way = reverse("backoffice:orders:detail", args=[board.shop.slug, latest])

    page = board.get(way)

    assert page.context["can_cancel"]
    assert not page.context["can_ship"]
