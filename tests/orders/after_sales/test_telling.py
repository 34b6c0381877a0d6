"""Who hears of a case, and what the growth file keeps of it."""

import pytest

from mall.events import deliver_everything
from mall.notifications.models import Notice
from merchants.models import GrowthEntry, Seat
from orders.after_sales import talking
from tests.conftest import NOON
from tests.factories.merchants import seat
from tests.journeys import delivered_order
from tests.orders.after_sales.cases import HOUR, Side, accepted, before_the_mall, case_of, paid_back, three_cups

pytestmark = pytest.mark.django_db


def told() -> list[tuple]:
    deliver_everything()
    rows = list(Notice.objects.filter(kind__startswith="orders.").order_by("pk").values_list("person_id", "kind"))
    Notice.objects.all().delete()
    return rows


def test_each_side_hears_what_the_other_does_and_evidence_is_told_to_nobody():
    order = delivered_order(skus=three_cups())
    person = seat(order.shop, role=Seat.Role.SERVICE).user
    seat(order.shop, role=Seat.Role.FINANCE)
    told()

    case = case_of(order)
    assert told() == [(person.pk, "orders.after_sale_opened")]
    talking.say(case=case, side=Side.SHOPPER, text="Hello?", by=order.shopper, now=NOON)
    assert told() == [(person.pk, "orders.after_sale_said_to_shop")]
    before_the_mall(case)
    assert told() == [(order.shopper_id, "orders.after_sale_answered"), (person.pk, "orders.after_sale_moved")]
    talking.say(case=case, side=Side.SHOPPER, text="Look.", by=order.shopper, now=NOON)
    assert told() == []


def test_the_growth_file_keeps_what_a_case_came_to():
    case = accepted(case_of(delivered_order(skus=three_cups()), quantity=2, now=NOON), now=NOON + HOUR)
    paid_back(NOON + HOUR)

    entry = GrowthEntry.objects.get(name="AfterSaleClosed")
    assert (entry.subject, entry.detail["kind"]) == (case.public_id, "return")
    assert entry.detail["refunded"] == 6133  # with their part of the fee
    assert (entry.detail["fault"], entry.detail["goods_back"], entry.detail["response_seconds"]) == ("shop", 2, 3600)
