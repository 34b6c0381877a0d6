"""S2: the commission of a line is frozen when the order is placed, by the first rule that fits, with its reason."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from catalog.commission import explain
from mall.events import deliver_everything
from mall.money import Money
from merchants.models import TierRecord
from merchants.tiers import rank_month
from orders.fulfillment import complete_order
from orders.models import OrderLine
from settlement.ledger import trial_balance
from settlement.models import Share
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories import campaigns
from tests.factories.catalog import category, product, sku
from tests.factories.commission import rule_in_force
from tests.factories.kinds import card_sku
from tests.factories.marketing import promotion
from tests.factories.merchants import shop
from tests.journeys import completed_order, delivered_order, placed_group, placed_order
from tests.orders.after_sales.cases import DAY, accepted, case_of, paid_back, three_cups

pytestmark = pytest.mark.django_db
LONG_BEFORE = NOON - 30 * DAY


def goods(price: str = "100.00", *, bps: int = 500, **of):
    wares = of.pop("category", None) or category(commission_bps=bps)
    return sku(product=product(category=wares, **of), price=price)


def line_of(ware, quantity: int = 1, **given) -> OrderLine:
    return placed_order(skus={ware: quantity}, **given).lines.get()


def test_without_a_rule_a_line_keeps_the_rate_of_its_category():
    rule_in_force(shop=shop(), bps=100)

    line = line_of(goods(bps=700))

    assert (line.commission_bps, line.commission, line.commission_rule) == (700, None, None)


def test_a_rule_is_frozen_with_its_reason_and_later_versions_do_not_touch_it():
    above = category(name="茶", english="Tea", commission_bps=500)
    ware = goods("100.00", category=category(parent=above, commission_bps=500))
    version = rule_in_force(category=above, bps=200, fixed="1.00", cap="4.00", name={"zh-hans": "茶", "en": "For tea"})
    line = line_of(ware, 3)

    rule_in_force(rule=version.rule, since=NOON + DAY, bps=4_000)
    line.refresh_from_db()
    later = line_of(ware, now=NOON + DAY)

    assert line.commission == Money(400)
    assert line.commission_rule == {
        "rule": version.rule.public_id, "name": {"zh-hans": "茶", "en": "For tea"}, "version": 1,
        "because": {"category": {"zh-hans": "茶", "en": "Tea"}}, "bps": 200, "fixed": 100, "cap": 400, "base": 30_000,
        "pieces": 3, "held": "cap",
    }  # fmt: skip
    with override("en"):
        assert explain(line.commission_rule, line.commission) == [
            "Rule “For tea”, version 1", "It fits: category “Tea”", "2 % of ¥300.00 + ¥1.00 × 3, at most ¥4.00",
        ]  # fmt: skip
    assert (later.commission, later.commission_rule["version"]) == (Money(4_000), 2)


def test_the_first_of_several_that_fit_counts():
    place = shop()
    rule_in_force(position=20, bps=100)
    rule_in_force(position=10, shop=place, bps=300)

    assert line_of(goods(shop=place)).commission == Money(300)
    assert line_of(goods()).commission == Money(100)


def test_newcomers_pay_less_for_their_first_days():  # S6
    rule_in_force(shop_days=90, bps=100)
    young, old = shop(opened_at=NOON - 89 * DAY), shop(opened_at=NOON - 90 * DAY)

    assert line_of(goods(shop=young)).commission == Money(100)
    assert line_of(goods(shop=old)).commission is None


def test_a_tier_and_a_kind_and_a_price_may_be_asked_for():
    place = shop()
    rank_month(month=NOON.date().replace(day=1), now=NOON - DAY)
    tier = TierRecord.objects.get(shop=place).tier
    rule_in_force(tier=tier, kind="physical", price_from="50.00", price_below="100.00", fixed="2.00")

    assert line_of(goods("50.00", shop=place), 3).commission == Money(600)
    assert line_of(goods("100.00", shop=place)).commission is None
    assert line_of(goods("60.00", shop=shop(opened_at=NOON))).commission is None  # it has no tier yet


def test_what_is_given_bears_no_fixed_amount_and_what_was_taken_off_no_rate():
    place = shop()
    ware = goods("100.00", shop=place)
    promotion(shop=place, rule={"tiers": [{"at": 10_000, "off": 3_000}]})
    rule_in_force(bps=1_000)

    line = line_of(ware)

    assert (line.total, line.commission) == (Money(7_000), Money(700))


def test_gift_cards_bear_no_commission_whatever_the_rules_say():
    rule_in_force(bps=1_000)

    line = line_of(card_sku())

    assert (line.commission_bps, line.commission) == (0, None)


def test_fifty_lines_ask_for_their_rules_in_one_statement():  # S2
    wares = category()
    place = shop()
    many = {sku(product=product(shop=place, category=wares)): 1 for _ in range(50)}
    few = dict(list(many.items())[:1])
    with CaptureQueriesContext(connection) as none_in_force:
        placed_group(skus=few)
    for bps in range(100, 120):
        rule_in_force(position=bps, price_from="9.00", bps=bps)

    asked = []
    for skus in (few, many):
        with CaptureQueriesContext(connection) as queries:
            group = placed_group(skus=skus)
        asked.append([query["sql"] for query in queries if "catalog_commissionversion" in query["sql"]])
        assert {line.commission for order in group.orders.all() for line in order.lines.all()} == {Money(10)}

    assert [len(found) for found in asked] == [2, 2]  # whether there are any, and those with the facts
    assert sum("catalog_commissionrule" in query["sql"] for query in none_in_force) == 0


def test_refunds_take_back_its_share_of_the_original_never_what_a_rule_says_today():  # O8
    rule = rule_in_force(since=LONG_BEFORE, fixed="1.00", floor="5.00").rule
    order = completed_order(skus=three_cups())
    rule_in_force(rule=rule, since=NOON + timedelta(hours=1), bps=5_000)
    share = Share.objects.get()
    assert share.commission == Money(500)

    back = []
    for _piece in range(3):
        accepted(case_of(order, quantity=1, now=NOON + 2 * DAY), now=NOON + 2 * DAY)
        paid_back(NOON + 2 * DAY)
        found = verify_ledger()
        assert (found.faults, found.ok) == ([], True)
        back.append(500 - _commission_income())

    assert back == [167, 333, 500]


def _commission_income() -> int:
    return -next(row.balance.minor for row in trial_balance() if row.kind == "commission")


def test_what_went_back_before_completion_leaves_the_share_of_a_fixed_amount():  # O8
    rule_in_force(since=LONG_BEFORE, fixed="1.00", floor="5.00")
    order = delivered_order(skus=three_cups())
    accepted(case_of(order, quantity=1))
    paid_back()

    complete_order(order=order, now=NOON + 8 * DAY)
    deliver_everything()

    assert Share.objects.get().commission == Money(333)
    assert verify_ledger().ok


def test_a_rule_may_be_for_what_a_campaign_sells():
    ware = goods("100.00")
    campaign = campaigns.open_campaign()
    campaigns.accepted(campaign, ware, "80.00")
    rule_in_force(campaign=campaign.public_id, campaign_name=campaign.name, bps=100)
    campaign = campaigns.at(campaign, campaign.audit_until + timedelta(minutes=1))
    assert campaign.status == "locked"

    campaigns.at(campaign, campaign.live_from)
    during = line_of(ware, now=campaign.live_from + timedelta(hours=1))
    outside = line_of(goods("100.00"), now=campaign.live_from + timedelta(hours=1))

    assert during.discount_parts, "the campaign has a price"
    assert during.commission == during.total.share(100)
    assert outside.commission is None
