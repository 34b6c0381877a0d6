"""The shop's money page and panel."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from mall import clock
from mall.money import Money
from risk.holds import place_hold
from risk.models import Hold
from settlement.backoffice.panels import money
from settlement.models import Share
from settlement.queries import Awaiting, Upcoming, explain, upcoming_releases
from settlement.release import release_due_shares
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import category, product, sku
from tests.factories.merchants import seat, shop
from tests.journeys import completed_order, paid_order

pytestmark = pytest.mark.django_db
PAGE_QUERIES = 22  # the shares of each state and the bookings of each account are read by their own index


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def theirs():
    return shop(owner=shopper())


@pytest.fixture
def goods(theirs):
    return sku(product=product(shop=theirs, category=category(commission_bps=1000)), price="100.00")


def money_page(client, shop, **query):
    client.force_login(shop.seats.get(role="owner").user)
    return client.get(reverse("backoffice:settlement:home", args=[shop.slug]), query, headers={"accept-language": "en"})


def whys(shares, theirs, now) -> list[str]:
    shares = list(shares.all())
    explain(shares, shop=theirs, now=now)
    return [share.why for share in shares]


def test_the_page_tells_what_is_pending_available_and_still_with_the_shoppers(client, theirs, goods):
    released = completed_order(skus={goods: 1}, now=NOON)
    release_due_shares(now=NOON + timedelta(days=7))
    pending = completed_order(skus={goods: 2}, now=clock.now())
    paid_order(skus={goods: 3}, now=clock.now())

    context = money_page(client, theirs).context_data

    assert context["balances"] == {"pending": Money(18_000), "available": Money(9_000)}
    assert context["awaiting"] == Awaiting(Money(30_000), 1)
    assert context["upcoming"] == [
        Upcoming(clock.business_date(pending.completed_at) + timedelta(days=7), Money(18_000), 1)
    ]
    assert [share.order_public_id for share in context["shares"]] == [pending.public_id, released.public_id]
    assert [(posting.entry.kind, posting.account.kind, posting.change) for posting in context["entries"]] == [
        ("completed", "shop_pending", Money(18_000)),
        ("released", "shop_available", Money(9_000)),
        ("released", "shop_pending", Money(-9_000)),
        ("completed", "shop_pending", Money(9_000)),
    ]


def test_each_share_says_why_it_is_not_available_yet(theirs, goods):
    orders = [completed_order(skus={goods: 1}, now=NOON) for _ in range(3)]
    place_hold(kind=Hold.Kind.SETTLEMENT, subject_id=orders[1].public_id, reason="dispute", now=NOON)
    shares = Share.objects.order_by("pk")

    at_once = whys(shares, theirs, NOON)
    on_the_day = whys(shares, theirs, NOON + timedelta(days=7))
    release_due_shares(now=NOON + timedelta(days=7))
    afterwards = whys(shares, theirs, NOON + timedelta(days=8))

    held = "On hold: our staff are looking into it. It becomes available when the hold is released."
    then = "Available on March 9, 2026, 7 days after the order was completed."
    due = "Due since March 9, 2026: the next daily run makes it available."
    done = "Available since March 9, 2026."
    assert at_once == [then, held, then]
    assert on_the_day == [due, held, due]
    assert afterwards == [done, held, done]


def test_a_hold_on_the_shop_explains_all_of_its_shares(theirs, goods):
    completed_order(skus={goods: 1}, now=NOON)
    place_hold(kind=Hold.Kind.SETTLEMENT, subject_id=theirs.public_id, reason="fraud", now=NOON)

    (why,) = whys(Share.objects, theirs, NOON)

    assert why.startswith("On hold")
    assert "fraud" not in why


def test_another_shops_money_is_not_on_the_page(client, theirs, goods):
    completed_order(skus={sku(shop=shop()): 5}, now=NOON)

    context = money_page(client, theirs).context_data

    assert context["balances"] == {"pending": Money(0), "available": Money(0)}
    assert (list(context["shares"]), list(context["entries"]), context["upcoming"]) == ([], [], [])


def test_only_who_may_see_money_sees_it(client, theirs):
    url = reverse("backoffice:settlement:home", args=[theirs.slug])
    answers = {}
    for role in ("owner", "manager", "finance", "reader"):
        person = shopper()
        if role != "owner":
            seat(theirs, person, role=role)
        client.force_login(theirs.seats.get(role="owner").user if role == "owner" else person)
        answers[role] = client.get(url).status_code
    client.force_login(shopper())
    answers["stranger"] = client.get(url).status_code

    assert answers == {"owner": 200, "manager": 403, "finance": 200, "reader": 403, "stranger": 404}


def test_the_page_takes_the_same_queries_for_one_share_and_for_many(client, theirs, goods, django_assert_num_queries):
    completed_order(skus={goods: 1}, now=NOON)
    money_page(client, theirs)

    with django_assert_num_queries(PAGE_QUERIES):
        client.get(reverse("backoffice:settlement:home", args=[theirs.slug]))
    for _ in range(3):
        completed_order(skus={goods: 1}, now=NOON)
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(reverse("backoffice:settlement:home", args=[theirs.slug]))


def test_a_page_that_does_not_exist_is_the_nearest_one(client, theirs, goods):
    completed_order(skus={goods: 1}, now=NOON)

    context = money_page(client, theirs, after="999", before="nonsense", **{"entries-after": "x"}).context_data

    assert (len(context["shares"]), len(context["entries"])) == (1, 1)


def test_the_shares_are_cut_by_state_and_the_bookings_by_account(client, theirs, goods):
    released = completed_order(skus={goods: 1}, now=NOON)
    release_due_shares(now=NOON + timedelta(days=7))
    pending = completed_order(skus={goods: 2}, now=NOON + timedelta(days=9))

    def shares(**asked):
        return [share.order_public_id for share in money_page(client, theirs, **asked).context_data["shares"]]

    def bookings(**asked):
        client.force_login(theirs.seats.get(role="owner").user)
        answer = client.get(reverse("backoffice:settlement:entries", args=[theirs.slug]), asked)
        return [(posting.entry.kind, posting.change.minor) for posting in answer.context_data["entries"]]

    assert shares() == [pending.public_id, released.public_id]
    assert shares(sort="completed") == [released.public_id, pending.public_id]
    assert shares(status="pending") == shares(least="100") == shares(q=pending.public_id) == [pending.public_id]
    assert bookings() == [("completed", 18_000), ("released", 9_000), ("released", -9_000), ("completed", 9_000)]
    assert bookings(account="shop_available") == [("released", 9_000)]
    assert bookings(sort="number", account="shop_pending")[0] == ("completed", 9_000)


def test_the_panel_tells_what_comes_next(theirs, goods):
    completed_order(skus={goods: 1}, now=NOON)
    completed_order(skus={goods: 2}, now=NOON + timedelta(days=1))

    panel = money(theirs, theirs.seats.get(), NOON)
    nothing = money(theirs, seat(theirs, shopper(), role="clerk"), NOON)

    assert panel["template"] == "backoffice/panels/money.html"
    assert panel["context"] == {
        "pending": Money(27_000),
        "available": Money(0),
        "next_release": {"on": date(2026, 3, 9), "amount": Money(9_000)},
        "shop": theirs,
    }
    assert nothing is None


def test_upcoming_days_come_in_order(theirs, goods):
    for days in (2, 0, 0):
        completed_order(skus={goods: 1}, now=NOON + timedelta(days=days))

    upcoming = upcoming_releases(theirs)

    assert upcoming == [Upcoming(date(2026, 3, 9), Money(18_000), 2), Upcoming(date(2026, 3, 11), Money(9_000), 1)]
