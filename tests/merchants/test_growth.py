import random
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse
from django.utils.translation import override

from mall.events import deliver, deliver_everything, publish
from mall.events.catalog import ProductChanged, ProductReviewed
from mall.events.models import OutboxEvent, Receipt
from mall.events.orders import AfterSaleClosed, OrderCanceled, OrderCompleted, OrderPaid, OrderShipped
from mall.money import Money
from merchants import growth
from merchants.holidays import start_holiday
from merchants.models import DailyFacts, GrowthEntry, ShopActivity
from merchants.shops import freeze_shop, thaw_shop
from merchants.timeline import timeline
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


def paid(place, at=NOON, total=1000, order="ord_1", shopper=1):
    return OrderPaid(
        order_id=order, group_id="grp_1", payment_id="pay_1", shop_id=place.public_id, shopper_id=shopper,
        total=total, currency="CNY", paid_at=at,
    )  # fmt: skip


def canceled(place, was_paid, order="ord_1", at=NOON):
    return OrderCanceled(
        order_id=order, shop_id=place.public_id, was_paid=was_paid, total=1000, currency="CNY", reason="x",
        canceled_at=at,
    )  # fmt: skip


def after_sale(place, **fields):
    return AfterSaleClosed(
        **{
            "case_id": "ast_1", "order_id": "ord_1", "shop_id": place.public_id, "shopper_id": 1, "kind": "return",
            "reason": "damaged", "product_id": "prd_1", "is_settled": True, "refunded": 900, "currency": "CNY",
            "quantity": 1, "goods_back": 1, "fault": "shop", "response_seconds": 3600, "was_arbitrated": False,
            "is_lost_by_shop": False, "closed_at": NOON, **fields,
        }
    )  # fmt: skip


def everything(place):
    shop_id = place.public_id
    return [
        paid(place),
        OrderShipped(
            order_id="ord_1", shop_id=shop_id, tracking_number="SF1", hours_since_paid=7, shipped_at=NOON
        ),
        OrderCompleted(order_id="ord_1", shop_id=shop_id, shopper_id=1, completed_at=NOON),
        canceled(place, was_paid=True),
        canceled(place, was_paid=False),
        after_sale(place),
        ProductChanged(product_id="prd_1", shop_id=shop_id, changed_at=NOON),
        ProductReviewed(product_id="prd_1", shop_id=shop_id, order_line_id=1, stars=4, written_at=NOON),
    ]  # fmt: skip


def tell(*events):
    with transaction.atomic():
        publish(*events)
    deliver_everything()


def facts(place) -> list[dict]:
    return [
        {name: getattr(day, name) for name in ("on", *growth.COUNTS) if name == "on" or getattr(day, name)}
        for day in DailyFacts.objects.filter(shop=place).order_by("on")
    ]


def test_everything_that_happens_is_counted_on_its_day():  # M5
    place, other = shop(), shop()

    tell(*everything(place))

    assert facts(place) == [
        {
            "on": date(2026, 3, 2),
            "paid_orders": 1,
            "paid_amount": Money(1000),
            "new_buyers": 1,
            "shipped_orders": 1,
            "shipping_hours": 7,
            "completed_orders": 1,
            "canceled_paid_orders": 1,
            "returns": 1,
            "answered_cases": 1,
            "answer_seconds": 3600,
            "product_updates": 1,
            "review_count": 1,
            "review_stars": 4,
        }
    ]
    assert facts(other) == []


def test_facts_of_a_day_add_up():
    place = shop()

    tomorrow = NOON + timedelta(days=1)
    tell(paid(place), paid(place, total=234, order="ord_2"), paid(place, at=tomorrow, total=5, order="ord_3"))

    assert facts(place) == [
        {
            "on": date(2026, 3, 2),
            "paid_orders": 2,
            "paid_amount": Money(1234),
            "new_buyers": 1,
            "repeat_buyers": 1,
        },
        {"on": date(2026, 3, 3), "paid_orders": 1, "paid_amount": Money(5), "repeat_buyers": 1},
    ]


COMPLAINT = {"kind": "complaint", "goods_back": 0, "refunded": 0, "quantity": 0}
SILENT = {"answered_cases": 1, "answer_seconds": 72 * 3600}
ANSWERED = {"answered_cases": 1, "answer_seconds": 3600}


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ({"kind": "exchange"}, {"returns": 1, **ANSWERED}),
        ({"kind": "repair"}, ANSWERED),  # it came back to be mended
        ({"kind": "refund", "goods_back": 0}, ANSWERED),
        ({"response_seconds": -1}, {"returns": 1, **SILENT}),  # the clock agreed for the shop
        ({"goods_back": 0, "is_settled": False, "response_seconds": -1}, {}),  # she let it be before an answer
        (COMPLAINT, {"complaints": 1, **ANSWERED}),
        ({**COMPLAINT, "is_settled": False}, ANSWERED),  # withdrawn
        (
            {**COMPLAINT, "response_seconds": -1, "was_arbitrated": True, "is_lost_by_shop": True},
            {"complaints": 1, "disputes_lost": 1, **SILENT},
        ),
        ({**COMPLAINT, "was_arbitrated": True}, ANSWERED),  # the mall decided for the shop
        ({"was_arbitrated": True, "fault": "shopper"}, ANSWERED),
    ],
)
def test_an_after_sale_counts_what_the_shop_has_to_do_with(said, counted):  # M5, M6
    place = shop()

    tell(after_sale(place, **said))

    assert facts(place) == ([{"on": date(2026, 3, 2), **counted}] if counted else [])


def test_event_delivered_twice_counts_once():
    place = shop()
    tell(*everything(place))
    before = facts(place)

    OutboxEvent.objects.update(delivered_at=None)
    for event in OutboxEvent.objects.all():
        deliver(event.pk)

    assert facts(place) == before


def test_without_the_receipts_it_would_still_count_once():  # M5: the file itself knows what it has
    place = shop()
    tell(*everything(place))
    before = facts(place)

    Receipt.objects.all().delete()
    OutboxEvent.objects.update(delivered_at=None)
    deliver_everything()

    assert facts(place) == before


def test_same_thing_at_another_moment_is_another_thing():  # negative control
    place = shop()
    tell(paid(place), paid(place, at=NOON + timedelta(seconds=1)))

    assert facts(place)[0]["paid_orders"] == 2


def test_day_is_the_business_day_in_shanghai():
    place = shop()
    last_second, midnight = datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC), datetime(2026, 3, 1, 16, tzinfo=UTC)

    tell(paid(place, at=last_second), paid(place, at=midnight, order="ord_2"))

    assert [day["on"] for day in facts(place)] == [date(2026, 3, 1), date(2026, 3, 2)]


def test_last_paid_order_is_the_latest_in_whatever_order_it_is_heard():  # M7
    place = shop()

    tell(paid(place, at=NOON), paid(place, at=NOON - timedelta(days=3), order="ord_2"))

    assert ShopActivity.objects.get(shop=place).last_paid_at == NOON


def test_paid_order_of_a_shop_without_activity_makes_it():
    place = shop()
    ShopActivity.objects.all().delete()

    tell(paid(place))

    assert ShopActivity.objects.get(shop=place).last_paid_at == NOON


def test_counting_what_nobody_counts_is_a_mistake_of_the_programmer():
    with pytest.raises(TypeError, match="smiles"):
        growth.write(shop_id="shp_1", name="x", subject="x", at=NOON, smiles=1)


def test_canceled_order_was_no_sale_and_moves_no_clock():  # M7
    place, other = shop(), shop()
    early, late = NOON - timedelta(days=9), NOON - timedelta(days=2)

    tell(paid(place, at=early), paid(place, at=late, order="ord_2"), canceled(place, was_paid=True, order="ord_2"))
    tell(canceled(other, was_paid=True, order="ord_3"), paid(other, at=late, order="ord_3"))  # the other way round

    assert ShopActivity.objects.get(shop=place).last_paid_at == early
    assert ShopActivity.objects.get(shop=other).last_paid_at is None


def test_shopper_is_new_on_the_day_of_her_earliest_order_however_they_are_heard():
    place, day = shop(), timedelta(days=1)

    tell(paid(place, at=NOON + day, order="ord_2"), paid(place, at=NOON + day, order="ord_4", shopper=2))
    tell(paid(place, at=NOON, order="ord_1"), paid(place, at=NOON + 2 * day, order="ord_3"))

    days = DailyFacts.objects.filter(shop=place).order_by("on")
    assert [(day.new_buyers, day.repeat_buyers) for day in days] == [(1, 0), (1, 1), (0, 1)]
    assert growth.rebuild()["different"] == 0


def every_row():
    fields = ("shop_id", "on", "currency", *growth.COUNTS)
    return sorted(DailyFacts.objects.values_list(*fields), key=str), sorted(
        ShopActivity.objects.values_list("shop_id", "last_paid_at"), key=str
    )


def test_rebuilding_from_scratch_gives_the_identical_rows():  # M5
    chance = random.Random(7)
    places = [shop() for _number in range(4)]
    for serial in range(150):
        place, order = chance.choice(places), f"ord_{serial}"
        at = NOON - timedelta(hours=chance.randint(0, 24 * 20))
        said = [paid(place, at=at, total=chance.randint(1, 9999), order=order, shopper=chance.randint(1, 12))]
        if chance.random() < 0.2:
            said.append(canceled(place, was_paid=True, order=order, at=at + timedelta(hours=2)))
        else:
            shipped = at + timedelta(hours=(hours := chance.randint(1, 90)))
            said += [
                after_sale(
                    place, case_id=f"ast_{serial}", closed_at=shipped, kind=chance.choice(["return", "complaint"])
                ),
                OrderShipped(
                    order_id=order,
                    shop_id=place.public_id,
                    tracking_number="SF1",
                    hours_since_paid=hours,
                    shipped_at=shipped,
                ),
                ProductReviewed(
                    product_id="prd_1",
                    shop_id=place.public_id,
                    order_line_id=serial,
                    stars=chance.randint(1, 5),
                    written_at=shipped,
                ),
            ]
        chance.shuffle(said)
        with transaction.atomic():
            publish(*said)
    deliver_everything()
    growth.exclude(places[0], GrowthEntry.objects.filter(shop=places[0]).values_list("pk", flat=True)[:9])
    before = every_row()

    done = growth.rebuild()

    assert every_row() == before
    assert done == {"days": DailyFacts.objects.count(), "different": 0, "clocks_moved": 0}
    assert sum(row.new_buyers for row in DailyFacts.objects.all()) == len(
        set(GrowthEntry.objects.filter(name="OrderPaid").values_list("shop", "shopper_id"))
    )
    assert sum(row.new_buyers + row.repeat_buyers for row in DailyFacts.objects.all()) == 150


def test_rebuilding_mends_what_somebody_changed(capsys):
    place = shop()
    tell(*everything(place))
    before = every_row()
    DailyFacts.objects.update(paid_orders=7, review_stars=0)
    ShopActivity.objects.update(last_paid_at=NOON + timedelta(days=9))

    call_command("rebuild_growth")

    assert every_row() == before
    assert capsys.readouterr().out == "1 days rebuilt, 2 rows different, 1 clocks moved\n"


def test_what_an_appeal_took_out_stays_on_file_and_counts_once_less():
    place = shop()
    tell(*everything(place))
    entry = GrowthEntry.objects.get(name="OrderCanceled")

    assert (growth.exclude(place, [entry.pk]), growth.exclude(place, [entry.pk])) == (1, 0)

    assert (facts(place)[0].get("canceled_paid_orders"), facts(place)[0]["paid_orders"]) == (None, 1)
    assert growth.exclude(shop(), [GrowthEntry.objects.get(name="OrderPaid").pk]) == 0  # nobody takes out another's
    assert growth.rebuild()["different"] == 0


def test_timeline_tells_the_life_of_the_shop_newest_first(client):
    place = shop(owner=(owner := shopper()))
    tell(*everything(place))
    freeze_shop(shop=place, reason="Complaints", by=staff(), now=NOON + timedelta(days=1))
    thaw_shop(shop=place, by=staff(), now=NOON + timedelta(days=2))
    start_holiday(shop=place, last_day=date(2026, 3, 20), by=owner, now=NOON + timedelta(days=3))
    deliver_everything()

    with override("en"):
        assert [(moment.title, moment.text) for moment in timeline(place)][:3] == [
            ("Went on holiday", "Until 2026-03-20"),
            ("Shown to shoppers again", ""),
            ("Frozen", "Complaints"),
        ]
        assert {moment.title for moment in timeline(place)[3:]} == {
            "First paid order",
            "First completed order",
            "First review",
        }
    client.force_login(owner)
    page = reverse("backoffice:merchants:growth", args=[place.slug])
    assert "Complaints" in client.get(page).content.decode()
    assert client.get(page, {"csv": "orders"})["Content-Type"].startswith("text/csv")
