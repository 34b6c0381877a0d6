"""Orders that look like fake trade leave every figure, their money waits, and all of it comes back (R3)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from catalog.models import ProductStats, Review
from catalog.reviews.writing import write_review
from mall.accounts.marks import Marks, network_mark
from mall.events import deliver_everything
from merchants import fake_trade, petitions
from merchants.growth import readmit_orders, rebuild, set_orders_aside, write
from merchants.models import DailyFacts, GrowthEntry, Petition, ShopActivity, TierRecord
from merchants.petitions import AskedAlready, NotTheSamePerson, TooLateToAppeal
from merchants.tiers import rank_month
from orders.checkout import place_order
from orders.fulfillment import complete_order, mark_delivered
from orders.gateways import sandbox_bank
from orders.models import Payment
from orders.payments import ask_about_payments, start_payment
from orders.queries import reviewable_lines
from orders.setting_aside import readmit, set_aside
from risk.fake_trade.cases import clear_case, confirm_case
from risk.fake_trade.watching import watch_fake_trade
from risk.holds import held_subjects
from risk.models import TradeCase, TradeFact, TradeRule
from settlement.models import Share
from settlement.release import release_due_shares
from tests.conftest import NOON
from tests.factories.accounts import address, shopper, staff
from tests.factories.catalog import sku
from tests.factories.merchants import seat, shop
from tests.journeys import completed_order, delivered_order, filled_cart, paid_order, placed_group, shipped_order

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
LATER = NOON + 30 * DAY


@pytest.fixture
def ring():
    """Five buyers at one address with one phone buy the same teapot and nothing else; each has praised it."""
    place = shop(owner=shopper())
    teapot = sku(shop=place, price="10.00")
    orders = []
    for number in range(5):
        who = shopper(joined_at=NOON - 20 * DAY)
        address(who, line="文三路 8 号", phone="19900000088")
        order = completed_order(shopper=who, skus={teapot: 1}, now=NOON + number * timedelta(minutes=5))
        write_review(
            shopper=who,
            order_line_id=order.lines.get().pk,
            stars=5,
            text="这把茶壶真的非常好用，下次还来",
            now=NOON + DAY,
        )
        orders.append(order)
    deliver_everything()
    place.teapot, place.orders = teapot, orders
    return place


def figures(place) -> dict:
    """All that an order may count in."""
    facts = DailyFacts.objects.owned_by(place)
    stats = ProductStats.objects.get(product=place.teapot.product)
    return {
        "paid": sum(day.paid_orders for day in facts),
        "amount": sum(day.paid_amount.minor for day in facts),
        "buyers": sum(day.new_buyers for day in facts),
        "completed": sum(day.completed_orders for day in facts),
        "reviews": sum(day.review_count for day in facts),
        "sold": stats.sold_count,
        "stars": stats.review_count,
        "has_sold": ShopActivity.objects.get(shop=place).last_paid_at is not None,
    }


def watch() -> TradeCase:
    watch_fake_trade(now=NOON + 2 * DAY)
    deliver_everything()
    return TradeCase.objects.get()


EVERYTHING = {
    "paid": 5, "amount": 5_000, "buyers": 5, "completed": 5, "reviews": 5, "sold": 5, "stars": 5, "has_sold": True,
}  # fmt: skip
NOTHING = dict.fromkeys(EVERYTHING, 0) | {"has_sold": False}


def test_live_case_takes_its_orders_out_of_all_figures_and_clearing_brings_them_back(ring):  # R3
    before = figures(ring)

    case = watch()
    meanwhile = figures(ring)
    clear_case(case=case, reason="A school class.", by=staff(), now=NOON + 3 * DAY)
    deliver_everything()

    assert (before, meanwhile, figures(ring)) == (EVERYTHING, NOTHING, EVERYTHING)


def test_rebuilding_the_facts_leaves_out_what_is_set_aside(ring):  # R3, M5
    watch()

    assert rebuild()["different"] == 0
    assert figures(ring) == NOTHING


def test_hearing_twice_changes_nothing(ring):
    case = watch()
    ids = [order.public_id for order in ring.orders]
    again = set_orders_aside(shop_id=ring.public_id, order_ids=ids), set_aside(order_ids=ids, now=LATER)
    meanwhile = figures(ring)
    clear_case(case=case, reason="x", by=staff(), now=LATER)
    deliver_everything()
    back = readmit_orders(shop_id=ring.public_id, order_ids=ids), readmit(order_ids=ids, now=LATER)

    assert (again, meanwhile, back, figures(ring)) == ((0, 0), NOTHING, (0, 0), EVERYTHING)


def test_suspected_money_waits_and_is_released_when_cleared(ring):  # R3, S3
    case = watch()

    first = release_due_shares(now=LATER)
    clear_case(case=case, reason="A school class.", by=staff(), now=LATER)
    second = release_due_shares(now=LATER)

    assert (first, second) == (0, 5)
    assert not Share.objects.filter(status=Share.Status.PENDING).exists()


def test_honest_order_beside_a_ring_counts_on(ring):  # R3 negative control
    honest = completed_order(skus={ring.teapot: 2}, now=NOON)

    case = watch()

    assert honest.public_id not in set(case.orders.values_list("order_id", flat=True))
    assert (figures(ring)["paid"], figures(ring)["sold"], figures(ring)["has_sold"]) == (1, 2, True)
    assert release_due_shares(now=LATER) == 1


def test_what_happens_later_to_an_order_that_is_set_aside_counts_no_more(ring):  # R3
    watch()
    order = ring.orders[0]
    is_new = write(
        shop_id=ring.public_id, name="PaymentRefunded", subject="ref_1", at=NOON + 3 * DAY, refunds=1,
        detail={"order": order.public_id}, order_id=order.public_id,
    )  # fmt: skip

    assert is_new
    assert sum(day.refunds for day in DailyFacts.objects.owned_by(ring)) == 0
    assert GrowthEntry.objects.get(subject="ref_1").excluded_for == order.public_id


def test_order_that_completes_while_it_is_set_aside_is_sold_when_it_is_cleared():  # R3
    teapot = sku()
    order = delivered_order(skus={teapot: 1}, now=NOON)
    set_aside(order_ids=[order.public_id], now=NOON)
    order = complete_order(order=order, now=NOON + 8 * DAY)
    meanwhile = ProductStats.objects.get(product=teapot.product).sold_count

    readmit(order_ids=[order.public_id], now=NOON + 9 * DAY)

    assert (meanwhile, ProductStats.objects.get(product=teapot.product).sold_count) == (0, 1)


def test_tier_of_the_month_knows_nothing_of_set_aside_buyers(ring):  # R3, M8
    watch()

    rank_month(month=date(2026, 4, 1), now=NOON + 30 * DAY)

    told = TierRecord.objects.get(shop=ring, month=date(2026, 4, 1))
    assert (told.buyers, told.turnover.minor) == (0, 0)


def test_reviews_under_suspected_orders_count_no_more_and_none_are_added(ring):  # R3
    watch()

    assert Review.objects.filter(excluded_at=None).count() == 0
    assert reviewable_lines(ring.orders[0].shopper) == []


def test_review_that_an_appeal_excluded_meanwhile_stays_out(ring):
    case = watch()
    review = Review.objects.order_by("pk").first()
    review.excluded_at = NOON + 2 * DAY + timedelta(hours=1)
    review.save()

    clear_case(case=case, reason="x", by=staff(), now=NOON + 3 * DAY)
    deliver_everything()

    assert list(Review.objects.exclude(excluded_at=None)) == [review]


# The shop


def test_shop_is_told_and_its_appeal_is_answered_by_another_person(ring):  # R3
    case = watch()
    first, second = staff(), staff()
    confirm_case(case=case, reason="One address, one phone.", by=first, now=NOON + 3 * DAY)
    deliver_everything()
    boss = ring.seats.get().user
    shown = fake_trade.case_of(ring, case.public_id)

    petition = petitions.appeal_trade(case=shown, shop=ring, reason="They are pupils.", by=boss, now=NOON + 4 * DAY)
    with pytest.raises(AskedAlready):
        petitions.appeal_trade(case=shown, shop=ring, reason="Really.", by=boss, now=NOON + 4 * DAY)
    with pytest.raises(NotTheSamePerson):
        petitions.grant_petition(petition=petition, answer="Yes.", by=first, now=NOON + 5 * DAY)
    petitions.grant_petition(petition=petition, answer="Yes.", by=second, now=NOON + 5 * DAY)
    deliver_everything()

    case.refresh_from_db()
    assert (case.status, case.cleared_by, figures(ring)) == ("cleared", second, EVERYTHING)
    assert fake_trade.case_of(ring, case.public_id).is_cleared
    with pytest.raises(TooLateToAppeal):
        petitions.appeal_trade(
            case=fake_trade.case_of(ring, case.public_id), shop=ring, reason="x", by=boss, now=NOON + 6 * DAY
        )


def test_appeal_comes_too_late_after_some_days(ring):
    case = watch()
    confirm_case(case=case, reason="x", by=staff(), now=NOON + 3 * DAY)
    deliver_everything()

    with pytest.raises(TooLateToAppeal):
        petitions.appeal_trade(
            case=fake_trade.case_of(ring, case.public_id), shop=ring, reason="x", by=shopper(), now=NOON + 11 * DAY
        )


def test_shop_reads_of_its_case_and_appeals_on_the_page_of_its_conduct(ring, client):  # R3
    boss = shopper()
    seat(ring, boss)
    case = watch()
    client.force_login(boss)
    page = reverse("backoffice:merchants:conduct", args=[ring.slug])
    form = reverse("backoffice:merchants:trade-appeal", args=[ring.slug, case.public_id])

    shown = client.get(page, HTTP_ACCEPT_LANGUAGE="en").content.decode()
    empty = client.post(form, {f"{case.public_id}-reason": ""}, HTTP_ACCEPT_LANGUAGE="en")
    sent = client.post(form, {f"{case.public_id}-reason": "A school class bought them."})
    after = client.get(page, HTTP_ACCEPT_LANGUAGE="en").content.decode()

    assert all(order.public_id in shown for order in ring.orders)
    assert not any(order.shopper.email in shown for order in ring.orders)
    assert (empty.status_code, sent.status_code) == (200, 302)
    assert Petition.objects.get().kind == "trade"
    assert "A school class bought them." in after and form not in after


def test_case_of_another_shop_is_not_found(ring, client):  # R6
    case, boss = watch(), shopper()
    other = shop(owner=boss)
    client.force_login(boss)

    answer = client.post(reverse("backoffice:merchants:trade-appeal", args=[other.slug, case.public_id]), {})

    assert answer.status_code == 404


# What is known of an order


def test_traits_of_an_order_say_nothing_about_whose_it_is():  # R3
    place, who = shop(), shopper()
    teapot = sku(shop=place, price="10.00")
    address(who, line="文三路 1 号", phone="19900000001")
    filled_cart(shopper=who, skus={teapot: 3})
    group = place_order(
        shopper=who, checkout_key=uuid4(), address=who.addresses.get(), now=NOON,
        marks=Marks("d" * 32, network_mark("203.0.113.9")),
    )  # fmt: skip
    payment = start_payment(group=group, channel="sandbox", now=NOON)
    sandbox_bank.decide(token=sandbox_bank.token_of(payment.public_id), outcome="success", payer="6222 0001", now=NOON)
    ask_about_payments(now=NOON + timedelta(hours=1))
    deliver_everything()

    (fact,) = TradeFact.objects.values()
    assert (fact["device"], fact["network"], fact["worth"], fact["paid"]) == (
        "d" * 32, network_mark("203.0.113.200"), 3000, 3000,
    )  # fmt: skip
    assert fact["payer"] == Payment.objects.get().payer_mark != ""
    said = str(fact)
    for secret in ("6222", "文三路", "19900000001", who.email, who.public_id, "203.0.113"):
        assert secret not in said


def test_same_address_in_other_signs_has_the_same_mark():
    place = shop()
    for line in ("文三路 8 号", "文三路8号", "文三路-8-号"):
        who = shopper()
        address(who, line=line)
        paid_order(shopper=who, skus={sku(shop=place): 1})

    assert TradeFact.objects.values("address").distinct().count() == 1


def test_orders_of_the_shops_own_people_are_marked():
    place, clerk = shop(), shopper()
    seat(place, clerk)
    paid_order(shopper=clerk, skus={sku(shop=place): 1})

    assert TradeFact.objects.get().is_own


def test_unpaid_order_is_none_of_the_watchs_business():
    placed_group()
    deliver_everything()

    assert not TradeFact.objects.exists()


def test_order_is_shown_again_when_it_was_received_and_when_it_was_shipped_it_is_known():
    order = shipped_order()
    mark_delivered(order=order, by=order.shopper, now=NOON + DAY)
    deliver_everything()

    fact = TradeFact.objects.get()
    assert (fact.shipped_at, fact.received_at) == (NOON, NOON + DAY)


def test_browser_at_the_checkout_gets_a_number_that_it_keeps(client):
    who = filled_cart()
    client.force_login(who)

    first = client.get(reverse("storefront:orders:checkout"))
    again = client.get(reverse("storefront:orders:checkout"))

    given = first.cookies["device"]
    assert (len(given.value), given["httponly"], given["samesite"]) == (32, True, "Lax")
    assert "device" not in again.cookies


def test_shadow_rules_touch_no_order(ring):  # R3
    TradeRule.objects.update(mode="shadow")

    case = watch()

    assert (case.is_live, figures(ring)) == (False, EVERYTHING)
    assert held_subjects("settlement", [order.public_id for order in ring.orders]) == set()
