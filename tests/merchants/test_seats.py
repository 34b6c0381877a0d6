import pytest

from mall.audit.models import AuditRecord
from merchants.models import Seat
from merchants.seats import LastOwner, give_seat, take_seat_away
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.merchants import seat, shop

pytestmark = pytest.mark.django_db


def test_person_gets_a_seat_and_another_role_in_it():  # A4
    owner, clerk = shopper(), shopper()
    place = shop(owner=owner)

    give_seat(shop=place, user=clerk, role="reader", by=owner, now=NOON)
    give_seat(shop=place, user=clerk, role="clerk", by=owner, now=NOON)

    assert list(place.seats.filter(user=clerk).values_list("role", flat=True)) == ["clerk"]
    assert list(AuditRecord.objects.order_by("pk").values_list("subject", "before", "after")) == [
        (clerk.public_id, {}, {"role": "reader"}),
        (clerk.public_id, {"role": "reader"}, {"role": "clerk"}),
    ]


def test_seat_is_taken_away():
    place = shop(owner=shopper())
    other = seat(place, role="clerk")

    take_seat_away(seat=other, by=shopper(), now=NOON)

    assert [row.role for row in place.seats.all()] == ["owner"]


def test_shop_keeps_an_owner():
    owner = shopper()
    place = shop(owner=owner)

    with pytest.raises(LastOwner):
        give_seat(shop=place, user=owner, role="clerk", by=owner, now=NOON)
    with pytest.raises(LastOwner):
        take_seat_away(seat=place.seats.get(), by=owner, now=NOON)

    assert [row.role for row in place.seats.all()] == [Seat.Role.OWNER]


def test_one_of_two_owners_may_go():
    place = shop(owner=shopper())
    second = seat(place)

    take_seat_away(seat=second, by=shopper(), now=NOON)

    assert place.seats.count() == 1
