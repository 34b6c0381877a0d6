"""K1: what a shop may offer as a pre-sale with a deposit, and what it is told."""

from datetime import timedelta

import pytest
from django.utils import translation

from mall.money import Money
from marketing import rules
from marketing.deals import find_deal
from marketing.models import DepositUnits, Promotion
from marketing.preview import examples
from marketing.promotions import CannotStart, ChangedMeanwhile, save_promotion, start_promotion
from marketing.rules import RuleMakesNoSense
from marketing.words import rule_in_words
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import product, sku
from tests.factories.kinds import code_sku
from tests.factories.marketing import presale
from tests.orders.presales import placed

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
GOOD = {
    "prices": [[1, 48000, 5000, 8000, 10]],
    "most": 1,
    "balance_from": (NOON + DAY).isoformat(),
    "balance_until": (NOON + 3 * DAY).isoformat(),
    "ships_on": "2026-03-06",
}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def refused(call, **given) -> str:
    with pytest.raises(RuleMakesNoSense) as refusal:
        call(**given)
    return refusal.value.details["field"]


def checked(**changed):
    return rules.checked("deposit_presale", GOOD | changed)


def test_a_sensible_rule_is_kept_as_it_is():
    assert checked(extra=1) == GOOD


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"prices": []}, "prices"),
        ({"prices": [[1, 48000, 0, 8000, 10]]}, "prices"),
        ({"prices": [[1, 48000, 5000, 4999, 10]]}, "prices"),  # counts for less than it is
        ({"prices": [[1, 8000, 1000, 8000, 10]]}, "prices"),  # nothing is left to be paid
        ({"prices": [[1, 48000, 5000, 8000, 0]]}, "prices"),
        ({"prices": [[1, 48000, 5000, 8000, 9], [1, 48000, 5000, 8000, 9]]}, "prices"),
        ({"most": 0}, "most"),
        ({"balance_from": ""}, "balance_from"),
        ({"balance_from": "tomorrow"}, "balance_from"),
        ({"balance_from": "2026-03-03T12:00:00"}, "balance_from"),  # of no zone
        ({"balance_until": GOOD["balance_from"]}, "balance_until"),
        ({"ships_on": ""}, "ships_on"),
        ({"ships_on": "2026-03-01"}, "ships_on"),  # before the rest can be paid
        ({"ships_on": "2026-07-01"}, "ships_on"),
    ],
)
def test_what_contradicts_itself_is_refused_at_its_field(changed, field):
    assert refused(checked, **changed) == field


def test_a_deposit_is_at_most_a_fifth_of_what_is_paid_in_all():  # Civil Code, article 586
    assert checked(prices=[[1, 50000, 10000, 10000, 1]])
    assert refused(checked, prices=[[1, 50000, 10001, 10001, 1]]) == "prices"
    # 500.00 where 100.00 count 200.00 comes to 400.00, of which a fifth is 80.00
    assert refused(checked, prices=[[1, 50000, 10000, 20000, 1]]) == "prices"


@pytest.mark.parametrize(
    ("make", "amounts", "words"),
    [
        (lambda: code_sku(price="500.00"), ("480.00", "50.00", "80.00"), "ship from here"),
        (
            lambda: sku(product=product(kind="presale", ships_on="2030-01-01"), price="500.00"),
            ("480.00", "50.00", "80.00"),
            "ship from here",
        ),
        (lambda: sku(price="450.00"), ("480.00", "50.00", "80.00"), "cost less"),
    ],
)  # fmt: skip
def test_only_goods_that_are_sent_from_here_and_become_cheaper(make, amounts, words):
    with pytest.raises(RuleMakesNoSense, match=words):
        presale({make(): (*amounts, 5)}, is_started=False)


def test_the_rest_is_paid_when_the_time_for_deposits_is_over():
    pot = sku(price="500.00")
    given = {"wares": {pot: ("480.00", "50.00", "80.00", 5)}, "is_started": False, "ends_at": NOON + DAY + HOUR}
    assert refused(presale, **given) == "balance_from"


def test_an_item_is_in_one_presale_at_a_time():
    pot = sku(price="500.00")
    presale({pot: ("480.00", "50.00", "80.00", 5)})

    with pytest.raises(RuleMakesNoSense, match="another pre-sale"):
        presale({pot: ("470.00", "50.00", "80.00", 5)}, is_started=False)


def test_what_is_announced_stays_and_a_draft_may_change():
    pot = sku(price="500.00")
    sale = presale({pot: ("480.00", "50.00", "80.00", 5)}, is_started=False)
    facts = {"shop": pot.shop, "kind": "deposit_presale", "name": sale.name, "by": staff(), "now": NOON}
    days = {"starts_at": sale.starts_at, "ends_at": sale.ends_at}
    less = sale.rule | {"prices": [[pot.pk, 47000, 5000, 5000, 3]]}

    save_promotion(promotion=sale, rule=less, **facts, **days)
    row = DepositUnits.objects.get()
    assert (row.price, row.worth, row.quota, row.to_pay, row.rest) == (
        Money(47000), Money(5000), 3, Money(47000), Money(42000),
    )  # fmt: skip

    start_promotion(promotion=sale, by=staff(), now=NOON)
    with pytest.raises(ChangedMeanwhile):
        save_promotion(promotion=sale, rule=less, **facts, **days)


def test_it_does_not_start_when_its_goods_have_become_cheaper():
    pot = sku(price="500.00")
    sale = presale({pot: ("480.00", "50.00", "80.00", 5)}, is_started=False)
    pot.price = Money(40000)
    pot.save()

    with pytest.raises(CannotStart, match="cost less"):
        start_promotion(promotion=sale, by=staff(), now=NOON)


def test_fewer_units_than_are_taken_cannot_be_kept():
    pot = sku(price="500.00")
    sale = presale({pot: ("480.00", "50.00", "80.00", 5)})
    placed(pot, sale, quantity=2)
    Promotion.objects.update(status="stopped", stopped_at=NOON)
    sale.refresh_from_db()

    with pytest.raises(RuleMakesNoSense, match="cannot be fewer"):
        save_promotion(
            promotion=sale, shop=pot.shop, kind="deposit_presale", name=sale.name, by=staff(), now=NOON,
            starts_at=sale.starts_at, ends_at=sale.ends_at,
            rule=sale.rule | {"prices": [[pot.pk, 48000, 5000, 8000, 1]]},
        )  # fmt: skip


def test_the_preview_says_what_is_left_of_a_piece():
    pot = sku(price="500.00")
    rule = rules.checked("deposit_presale", GOOD | {"prices": [[pot.pk, 48000, 5000, 8000, 10]]})

    (row,) = examples(shop=pot.shop, kind="deposit_presale", rule=rule, cost_percent=60, now=NOON)

    assert (row.before, row.discount, row.to_pay) == (Money(50000), Money(5000), Money(45000))
    assert row.margin == row.left - Money(30000)


def test_the_words_name_every_amount_and_the_deal_tells_its_terms():
    pot = sku(price="500.00")
    sale = presale({pot: ("480.00", "50.00", "80.00", 5)})

    words = " ".join(rule_in_words(sale.kind, sale.rule, goods={pot.pk: "Teapot"}))
    deal = find_deal(sale.public_id, sku_id=pot.pk, shopper_id=shopper().pk, now=NOON)

    assert all(word in words for word in ("Teapot", "480.00", "50.00", "80.00", "5 units"))
    assert (deal.price, deal.most, deal.deposit.deposit, deal.deposit.worth) == (
        Money(45000), 2, Money(5000), Money(8000),
    )  # fmt: skip
