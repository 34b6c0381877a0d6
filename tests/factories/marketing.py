"""Promotions at rest, and running ones."""

from collections.abc import Mapping
from datetime import timedelta

from catalog.models import Sku
from mall.accounts.models import User
from mall.money import Money
from mall.texts import Text
from marketing.coupons import claim_coupon
from marketing.models import Coupon, Promotion
from marketing.promotions import save_promotion, start_promotion
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff

RULES = {
    "coupon": {"at": 5000, "off": 500},
    "full_reduction": {"tiers": [{"at": 10_000, "off": 1000}, {"at": 20_000, "off": 3000}]},
    "percentage": {"bps": 1000},
    "n_for_price": {"n": 3, "price": 5000},
    "nth_piece": {"n": 2, "bps": 5000},
}


def draft(
    kind: str = "full_reduction", *, shop, rule: dict | None = None, by: User | None = None, **given
) -> Promotion:
    """A promotion of a shop (``None``: of the mall) that has not started; it lasts from yesterday for a month."""
    given = {
        "name": Text({"zh-hans": f"活动 {kind}", "en": f"Offer {kind}"}),
        "starts_at": NOON - timedelta(days=1),
        "ends_at": NOON + timedelta(days=30),
    } | given
    for name in ("budget",):
        if isinstance(given.get(name), str):
            given[name] = Money.parse(given[name])
    return save_promotion(shop=shop, kind=kind, rule=rule or RULES[kind], by=by or staff(), now=NOON, **given)


def promotion(kind: str = "full_reduction", *, shop, by: User | None = None, **given) -> Promotion:
    """One that runs."""
    by = by or staff()
    return start_promotion(promotion=draft(kind, shop=shop, by=by, **given), by=by, now=NOON)


def coupon(*, shop=None, holder: User | None = None, now=NOON, **given) -> Coupon:
    """A coupon in somebody's hand, of a campaign of its own."""
    return claim_coupon(campaign=promotion("coupon", shop=shop, **given), shopper=holder or shopper(), now=now)


def flash_sale(
    wares: Mapping[Sku, tuple[str, int]], *, most: int = 1, is_started: bool = True, by: User | None = None, **given
) -> Promotion:
    """A flash sale of these SKUs of one shop, each at a price with so many units; from an hour ago to one from now."""
    prices = [[sku.pk, Money.parse(price).minor, units] for sku, (price, units) in wares.items()]
    given = {"starts_at": NOON - timedelta(hours=1), "ends_at": NOON + timedelta(hours=1)} | given
    made = promotion if is_started else draft
    shop = next(iter(wares)).shop
    return made("flash_sale", shop=shop, rule={"prices": prices, "most": most}, by=by, **given)


def presale(
    wares: Mapping[Sku, tuple[str, str, str, int]],
    *,
    most: int = 2,
    is_started: bool = True,
    by: User | None = None,
    **given,
) -> Promotion:
    """
    A pre-sale of these SKUs of one shop: price, deposit, what that counts for, units. Deposits until tomorrow, the rest
    in the two days after that, shipped from the fourth day on.
    """
    prices = [
        [sku.pk, *(Money.parse(amount).minor for amount in amounts), units] for sku, (*amounts, units) in wares.items()
    ]
    rule = {
        "prices": prices,
        "most": most,
        "balance_from": (NOON + timedelta(days=1)).isoformat(),
        "balance_until": (NOON + timedelta(days=3)).isoformat(),
        "ships_on": (NOON + timedelta(days=4)).date().isoformat(),
    } | given.pop("rule", {})
    given = {"starts_at": NOON - timedelta(hours=1), "ends_at": NOON + timedelta(days=1)} | given
    made = promotion if is_started else draft
    return made("deposit_presale", shop=next(iter(wares)).shop, rule=rule, by=by, **given)


def bargaining(
    floors: Mapping[Sku, str], *, cuts: int = 5, hours: int = 24, quota: int = 10, most: int = 1, early: bool = False
) -> Promotion:
    """These SKUs of one shop may be bargained for, each down to a price."""
    prices = [[sku.pk, Money.parse(floor).minor, quota] for sku, floor in floors.items()]
    rule = {"prices": prices, "cuts": cuts, "hours": hours, "most": most, "early": early}
    return promotion("bargain", shop=next(iter(floors)).shop, rule=rule)


def trial(
    units: Mapping[Sku, int], *, chosen_by: str = "lot", take_days: int = 3, report_days: int = 10, **given
) -> Promotion:
    """So many pieces of these SKUs of one shop are given away; applications until tomorrow."""
    prices = [[sku.pk, 0, count] for sku, count in units.items()]
    rule = {"prices": prices, "chosen_by": chosen_by, "take_days": take_days, "report_days": report_days}
    given = {"ends_at": NOON + timedelta(days=1)} | given
    return promotion("free_trial", shop=next(iter(units)).shop, rule=rule, **given)


def group_buying(
    wares: Mapping[Sku, tuple[str, int]],
    *,
    size: int = 2,
    hours: int = 24,
    most: int = 2,
    helped_percent: int = 0,
    newcomers: bool = False,
    leader_coupon: int | None = None,
    is_started: bool = True,
    by: User | None = None,
    **given,
) -> Promotion:
    """Group buying of these SKUs of one shop, each at a price with so many units; for a week from yesterday."""
    rule = {
        "prices": [[sku.pk, Money.parse(price).minor, units] for sku, (price, units) in wares.items()],
        "size": size,
        "hours": hours,
        "most": most,
        "helped_percent": helped_percent,
        "newcomers": newcomers,
        "leader_coupon": leader_coupon,
    }
    given = {"ends_at": NOON + timedelta(days=7)} | given
    made = promotion if is_started else draft
    return made("group_buying", shop=next(iter(wares)).shop, rule=rule, by=by, **given)


def crowdfunding(
    levels: Mapping[Sku, tuple[str, int]],
    *,
    goal: str = "100.00",
    ships_in_days: int = 30,
    most: int = 5,
    is_started: bool = True,
    by: User | None = None,
    **given,
) -> Promotion:
    """A crowdfunding of these SKUs of one shop, each at a price with so many units; for a week from yesterday."""
    rule = {
        "prices": [[sku.pk, Money.parse(price).minor, units] for sku, (price, units) in levels.items()],
        "goal": Money.parse(goal).minor,
        "ships_in_days": ships_in_days,
        "most": most,
    }
    given = {"ends_at": NOON + timedelta(days=7)} | given
    made = promotion if is_started else draft
    return made("crowdfunding", shop=next(iter(levels)).shop, rule=rule, by=by, **given)
