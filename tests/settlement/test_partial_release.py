"""S3: of a share that waits for an after-sale, what nobody disputes becomes available on its day."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from mall.events import deliver_everything
from mall.events.models import OutboxEvent
from mall.money import Money
from mall.tunables.registry import forget
from orders.after_sales import asking
from risk.holds import place_hold
from risk.models import Hold
from settlement.ledger import balances
from settlement.models import Share
from settlement.queries import explain
from settlement.release import release_due_shares
from settlement.splits import due_on
from settlement.tunables import IN_WORKING_DAYS
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import category, product, sku
from tests.factories.merchants import shop
from tests.journeys import completed_order, delivered_order
from tests.orders.after_sales.cases import DAY, accepted, case_of, paid_back

pytestmark = pytest.mark.django_db
LATER = NOON + 9 * DAY


@pytest.fixture
def order():
    """A cup for 28.00, disputed or not, a pot for 100.00, and 8.00 of shipping; 5 % of the goods are commission."""
    theirs = shop(owner=shopper(), shipping_fee="8.00")
    wares = category(commission_bps=500)
    cup, pot = (sku(product=product(shop=theirs, category=wares), price=price) for price in ("28.00", "100.00"))
    return completed_order(skus={cup: 1, pot: 1})


def share_of(order) -> Share:
    return Share.objects.get(order_public_id=order.public_id)


def test_the_undisputed_lines_are_available_on_the_day_and_the_rest_when_the_case_has_ended(order):
    case = case_of(order)
    early = release_due_shares(now=NOON + 6 * DAY)

    first = release_due_shares(now=LATER)
    again = release_due_shares(now=LATER)
    part, held = share_of(order), dict(balances(order.shop))
    case.refresh_from_db()
    accepted(case, now=LATER)
    paid_back(LATER)
    rest = release_due_shares(now=LATER + DAY)

    assert (early, first, again, rest) == (0, 0, 0, 1)
    assert (part.status, part.advanced, part.advanced_at) == ("pending", Money(9_500), LATER)
    assert held == {"available": Money(9_500), "pending": Money(2_660 + 800)}
    assert balances(order.shop) == {"available": Money(9_500 + 800 - 175), "pending": Money(0)}
    assert verify_ledger().faults == []


def test_the_shop_is_told_of_the_part(order):
    case_of(order)

    release_due_shares(now=LATER)

    told = OutboxEvent.objects.filter(name="SharesReleased").values_list("payload", flat=True)
    assert [(event["order_count"], event["amount"]) for event in told] == [(1, 9_500)]


def test_nothing_of_an_order_whose_only_line_is_disputed_is_available():
    order = completed_order()
    case_of(order)

    release_due_shares(now=LATER)

    assert share_of(order).advanced == Money(0)
    assert verify_ledger().ok


def test_what_risk_holds_is_not_available_in_part_either(order):
    case_of(order)
    place_hold(kind=Hold.Kind.SETTLEMENT, subject_id=order.public_id, reason="…", now=NOON)

    release_due_shares(now=LATER)

    assert share_of(order).advanced == Money(0)


def test_a_case_about_the_part_that_is_available_takes_from_both(order):  # D6
    first = case_of(order)
    release_due_shares(now=NOON, due_by=LATER.date())
    pot = order.lines.order_by("pk").last()
    given = {"kind": "return", "quantity": 1, "reason": "damaged", "text": "Broken."}
    second = asking.ask(line=pot, by=order.shopper, now=NOON, **given)
    for case in (second, first):
        accepted(case)
        paid_back()
    release_due_shares(now=LATER)

    share = share_of(order)
    assert share.reversed == share.net - share.advanced
    assert balances(order.shop)["pending"] == Money(0)
    assert balances(order.shop)["available"] == -(Money(12_160 + 800) - share.net)
    assert verify_ledger().faults == []


def test_a_share_says_what_of_it_is_available_and_what_it_waits_for(order):
    case_of(order)
    place = order.shop
    share = share_of(order)

    def why(now) -> str:
        share.refresh_from_db()
        explain([share], shop=place, now=now)
        return share.why

    with translation.override("en"):
        before = why(NOON)
        on_the_day = why(LATER)
        release_due_shares(now=LATER)
        afterwards = why(LATER)

    assert before.startswith("Available on March 9, 2026")
    assert on_the_day == "Due since March 9, 2026: it waits for the end of an after-sale."
    assert afterwards == "¥95.00 is available since March 11, 2026. The rest waits for the end of an after-sale."


# The page of one order


def page(client, order, **given):
    client.force_login(order.shop.seats.get(role="owner").user)
    url = reverse("backoffice:settlement:order", args=[order.shop.slug, order.public_id])
    return client.get(url, headers={"accept-language": "en"}, **given)


def test_the_page_of_an_order_divides_it_line_by_line_and_adds_up(client, order):  # S2, S3
    accepted(case_of(order))
    paid_back()

    answer = page(client, order)

    money = answer.context_data["money"]
    assert [(part.line.total, part.back, part.commission, part.of_shop) for part in money.lines] == [
        (Money(2_800), Money(2_800), Money(0), Money(0)),
        (Money(10_000), Money(0), Money(500), Money(9_500)),
    ]
    share = share_of(order)
    assert money.of_shop == share.net - share.reversed
    assert sum(posting.change.minor for posting in money.postings) == money.of_shop.minor
    assert [step.label for step in money.steps] == ["Paid: held in escrow", "Completed: split", "Not available yet"]
    assert "5 %" in answer.content.decode()


def test_before_completion_the_page_says_when_that_will_be(client):
    order = delivered_order(skus={sku(shop=shop(owner=shopper())): 1})

    money = page(client, order).context_data["money"]

    assert (money.share, money.postings) == (None, [])
    assert [(step.label, step.words) for step in money.steps] == [
        ("Paid: held in escrow", ""),
        ("Not completed yet", "It completes on March 9, 2026 by itself."),
    ]


def test_the_page_asks_the_same_of_one_line_and_of_two(client, order, django_assert_max_num_queries):
    page(client, order)
    with django_assert_max_num_queries(40) as asked:
        page(client, order)
    other = completed_order(skus={sku(shop=order.shop): 1})
    with django_assert_max_num_queries(len(asked)):
        page(client, other)


# Working days


def test_working_days_pass_over_weekends_and_holidays_and_stay_with_the_share(turned_back):
    natural = completed_order(now=NOON)
    IN_WORKING_DAYS.turn(1, by=staff(), now=NOON)
    working = completed_order(now=NOON)
    deliver_everything()

    assert NOON.date() == date(2026, 3, 2)  # a Monday
    assert (share_of(natural).due_on, share_of(natural).in_working_days) == (date(2026, 3, 9), False)
    assert (share_of(working).due_on, share_of(working).in_working_days) == (date(2026, 3, 11), True)
    assert due_on(NOON + 5 * DAY, 1, in_working_days=True) == date(2026, 3, 10)  # a Saturday counts as Monday
    assert due_on(NOON + timedelta(days=29), 3, in_working_days=True) == date(2026, 4, 3)
    with translation.override("en"):
        share = share_of(working)
        explain([share], shop=working.shop, now=NOON)
    assert share.why == "Available on March 11, 2026, 7 working days after the order was completed."


@pytest.fixture
def turned_back():
    yield
    forget()
