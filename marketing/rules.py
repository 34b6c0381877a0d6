"""
The rules of promotions as data: what a kind's numbers are, whether they make sense, and the engine's rule made of them.

A rule is kept as JSON of fen, pieces, basis points and keys of SKUs. ``checked`` is the only way in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils.translation import gettext as _

from mall.clock import business_date
from mall.refusals import Refusal
from marketing.models import Promotion
from marketing.pricing import (
    AddOn,
    Bundle,
    DealPrice,
    FlashPrice,
    FlashUnit,
    GiftWith,
    Layer,
    NForPrice,
    NthPiece,
    Percentage,
    Reduction,
    Tier,
)

MOST_TIERS = 5
MOST_PIECES = 99
MOST_SKUS = 20
MOST_UNITS = 100_000
MOST_TRIAL_UNITS, MOST_TAKE_DAYS, LEAST_REPORT_DAYS, MOST_REPORT_DAYS = 1_000, 14, 7, 60
CHOSEN_BY = ("lot", "shop")  # how the winners of a free trial are found
LEAST_CUTS, MOST_CUTS, MOST_BARGAIN_HOURS, MOST_BARGAINS = 2, 50, 72, 5
LEAST_SEATS, MOST_SEATS, MOST_HOURS = 2, 50, 72  # of a group
MOST_DAYS_TO_SHIP = 180  # from the success of a crowdfunding until it ships
LEAST_BPS, MOST_BPS = 100, 9_900  # 1 % to 99 % off
MOST_DEPOSIT_PART = 5  # a deposit is at most a fifth: Civil Code of the PRC, article 586
LEAST_WINDOW, LONGEST_WAIT = timedelta(hours=1), timedelta(days=90)  # to pay the rest; for what is paid

Kind, Group = Promotion.Kind, Promotion.Group


class RuleMakesNoSense(Refusal):
    """The numbers of a promotion contradict each other or its kind; ``details["field"]`` says which."""

    code = "rule-makes-no-sense"
    status = 422


@dataclass(frozen=True, slots=True)
class Place:
    """Where a kind of promotion stands in the order of steps, and in which group."""

    layer: Layer
    group: str
    once: bool = False


PLACES = {
    Kind.COUPON: Place(Layer.SHOP_COUPON, Group.SHOP_COUPON, once=True),
    Kind.FULL_REDUCTION: Place(Layer.SHOP, Group.FULL),
    Kind.PERCENTAGE: Place(Layer.GOODS, Group.GOODS),
    Kind.N_FOR_PRICE: Place(Layer.GOODS, Group.GOODS),
    Kind.NTH_PIECE: Place(Layer.GOODS, Group.GOODS),
    Kind.BUNDLE: Place(Layer.GOODS, Group.GOODS),
    Kind.ADD_ON: Place(Layer.GOODS, Group.GOODS),
    Kind.GIFT: Place(Layer.GIFT, "gift"),
    Kind.FLASH_SALE: Place(Layer.FLASH, Group.GOODS),
    Kind.DEPOSIT_PRESALE: Place(Layer.DEAL, Group.GOODS),
    Kind.BARGAIN: Place(Layer.DEAL, Group.GOODS),
    Kind.FREE_TRIAL: Place(Layer.DEAL, Group.GOODS),
    Kind.GROUP_BUYING: Place(Layer.DEAL, Group.GOODS),
    Kind.CROWDFUNDING: Place(Layer.DEAL, Group.GOODS),
}
PLACES_OF_THE_MALL = {
    Kind.COUPON: Place(Layer.MALL_COUPON, Group.MALL_COUPON, once=True),
    Kind.FULL_REDUCTION: Place(Layer.MALL, Group.MALL),
}


def place_of(kind: str, *, is_of_mall: bool) -> Place:
    return (PLACES_OF_THE_MALL if is_of_mall else PLACES)[Kind(kind)]


def engine_rule(kind: str, rule: Mapping, *, gift: Mapping | None = None, units: Sequence | None = None):
    """
    The engine's rule of these numbers.

    :param gift: price, available and shop of a gift's SKU, as they are now
    :param units: of a flash sale, for each SKU: its key, price, units left, and how many of them the buyer may have;
        ``None``: nobody has taken any
    """
    match kind:
        case Kind.COUPON:
            tier = Tier(rule["at"], off=rule.get("off", 0), bps=rule.get("bps", 0))
            return Reduction((tier,), cap=rule.get("cap"))
        case Kind.FULL_REDUCTION:
            tiers = tuple(
                Tier(tier["at"], tier.get("off", 0), tier.get("bps", 0), tier.get("coupon", 0))
                for tier in rule["tiers"]
            )
            return Reduction(
                tiers, every=rule.get("every", False), cap=rule.get("cap"), by_pieces=rule.get("by_pieces", False)
            )
        case Kind.PERCENTAGE:
            return Percentage(rule["bps"], cap=rule.get("cap"))
        case Kind.N_FOR_PRICE:
            return NForPrice(rule["n"], rule["price"])
        case Kind.NTH_PIECE:
            return NthPiece(rule["n"], rule["bps"])
        case Kind.BUNDLE:
            return Bundle(tuple((sku, count) for sku, count in rule["pieces"]), rule["price"])
        case Kind.ADD_ON:
            prices = tuple((sku, price) for sku, price in rule["prices"])
            return AddOn(rule["at"], prices, rule["most"])
        case Kind.GIFT:
            return GiftWith(
                rule["at"],
                rule["sku_id"],
                gift["shop_id"] if gift else 0,
                gift["price"] if gift else 0,
                rule["quantity"],
                gift["available"] if gift else 0,
            )
        case Kind.FLASH_SALE:
            fresh = [(sku, price, quota, rule["most"]) for sku, price, quota in rule["prices"]]
            return FlashPrice(tuple(FlashUnit(*unit) for unit in (fresh if units is None else units)))
        case Kind.GROUP_BUYING | Kind.CROWDFUNDING:  # of one item; the checkout asks ``marketing.deals``
            sku, price, _quota = rule["prices"][0]
            return DealPrice(sku, price)
    raise ValueError(f"no such kind of promotion: {kind}")


def sku_ids_in(kind: str, rule: Mapping) -> list[int]:
    """The SKUs that a rule names itself."""
    match kind:
        case Kind.BUNDLE:
            return [sku for sku, _count in rule["pieces"]]
        case Kind.ADD_ON:
            return [sku for sku, _price in rule["prices"]]
        case Kind.FLASH_SALE | Kind.BARGAIN | Kind.FREE_TRIAL | Kind.GROUP_BUYING | Kind.CROWDFUNDING:
            return [sku for sku, _price, _quota in rule["prices"]]
        case Kind.DEPOSIT_PRESALE:
            return [row[0] for row in rule["prices"]]
        case Kind.GIFT:
            return [rule["sku_id"]]
    return []


def deal_prices(rule: Mapping) -> dict[int, int]:
    """What each SKU of a deal costs at least, by key: the lowest price of a bargain, nothing of a free trial."""
    return {sku: price for sku, price, _quota in rule["prices"]}


def worth(rule: Mapping) -> int | None:
    """What a coupon takes off at most, in fen; ``None`` where nothing bounds it."""
    return rule["off"] if rule.get("off") else rule.get("cap")


def most_off(kind: str, rule: Mapping) -> int | None:
    """What a coupon or a reduction takes off one order at most, in fen; ``None`` where nothing bounds it."""
    if rule.get("cap"):
        return rule["cap"]
    if kind == Kind.COUPON:
        return rule.get("off")
    offs = [tier.get("off") for tier in rule["tiers"]]
    return None if rule.get("every") or not all(offs) else max(offs)


def checked(kind: str, rule: Mapping) -> dict:
    """
    The rule with nothing in it that its kind does not know.

    :raises RuleMakesNoSense: with the name of the field
    """
    match kind:
        case Kind.COUPON:
            return _coupon(rule)
        case Kind.FULL_REDUCTION:
            return _full_reduction(rule)
        case Kind.PERCENTAGE:
            _check_bps(rule.get("bps"), "bps")
            return _without_blanks({"bps": rule["bps"], "cap": rule.get("cap")})
        case Kind.N_FOR_PRICE:
            _check(2 <= (rule.get("n") or 0) <= MOST_PIECES, "n", _("Choose between 2 and 99 pieces."))
            _check((rule.get("price") or 0) > 0, "price", _("Enter an amount above zero."))
            return {"n": rule["n"], "price": rule["price"]}
        case Kind.NTH_PIECE:
            _check(2 <= (rule.get("n") or 0) <= MOST_PIECES, "n", _("Choose between 2 and 99 pieces."))
            _check_bps(rule.get("bps"), "bps")
            return {"n": rule["n"], "bps": rule["bps"]}
        case Kind.BUNDLE:
            return _bundle(rule)
        case Kind.ADD_ON:
            return _add_on(rule)
        case Kind.FLASH_SALE:
            return _units(rule)
        case Kind.DEPOSIT_PRESALE:
            return _deposit_presale(rule)
        case Kind.BARGAIN:
            return _bargain(rule)
        case Kind.FREE_TRIAL:
            return _free_trial(rule)
        case Kind.GROUP_BUYING:
            return _group_buying(rule)
        case Kind.CROWDFUNDING:
            return _crowdfunding(rule)
        case Kind.GIFT:
            _check((rule.get("at") or 0) > 0, "at", _("Enter an amount above zero."))
            _check(rule.get("sku_id"), "sku_id", _("Choose what is given."))
            _check(1 <= (rule.get("quantity") or 0) <= 9, "quantity", _("Give between 1 and 9 pieces."))
            return {"at": rule["at"], "sku_id": rule["sku_id"], "quantity": rule["quantity"]}
    raise ValueError(f"no such kind of promotion: {kind}")


def _coupon(rule: Mapping) -> dict:
    at, off, bps = rule.get("at") or 0, rule.get("off"), rule.get("bps")
    _check(bool(off) != bool(bps), "off", _("Give either an amount or a percentage."))
    if off:
        _check(off > 0, "off", _("Enter an amount above zero."))
        _check(not at or off < at, "off", _("The coupon takes off less than what must be spent."))
        return {"at": at, "off": off}
    _check_bps(bps, "bps")
    return _without_blanks({"at": at, "bps": bps, "cap": rule.get("cap")})


def _full_reduction(rule: Mapping) -> dict:
    tiers, by_pieces = list(rule.get("tiers") or ()), bool(rule.get("by_pieces"))
    every = bool(rule.get("every"))
    _check(tiers, "tiers", _("Give at least one step."))
    _check(len(tiers) <= MOST_TIERS, "tiers", _("A promotion has at most five steps."))
    _check(not every or len(tiers) == 1, "every", _("“For every” goes with exactly one step."))
    clean, before = [], None
    for tier in tiers:
        at, off, bps = tier.get("at") or 0, tier.get("off") or 0, tier.get("bps") or 0
        _check(at > 0, "tiers", _("Every step says from when on it counts."))
        _check(bool(off) != bool(bps), "tiers", _("Every step takes off either an amount or a percentage."))
        _check(not off or by_pieces or off < at, "tiers", _("A step takes off less than what must be spent."))
        _check(not bps or LEAST_BPS <= bps <= MOST_BPS, "tiers", _("Choose between 1% and 99% off."))
        _check(not every or off, "every", _("“For every” takes off an amount."))
        if before is not None:
            _check(at > before["at"], "tiers", _("Steps go up."))
            _check(
                off > before.get("off", 0) if off and "off" in before else bps > before.get("bps", 0),
                "tiers",
                _("A higher step takes off more, in the same way."),
            )
        before = _without_blanks(
            {"at": at, "off": off or None, "bps": bps or None, "coupon": tier.get("coupon") or None}
        )
        clean.append(before)
    return _without_blanks({"tiers": clean, "every": every, "by_pieces": by_pieces, "cap": rule.get("cap")})


def _bundle(rule: Mapping) -> dict:
    pieces = [[sku, count] for sku, count in rule.get("pieces") or ()]
    _check(sum(count for _sku, count in pieces) >= 2, "pieces", _("A bundle has at least two pieces."))
    _check(len(pieces) <= MOST_SKUS, "pieces", _("A bundle has at most twenty different pieces."))
    _check(all(1 <= count <= 99 for _sku, count in pieces), "pieces", _("Choose between 1 and 99 of each."))
    _check(len({sku for sku, _count in pieces}) == len(pieces), "pieces", _("Something stands in the bundle twice."))
    _check((rule.get("price") or 0) > 0, "price", _("Enter an amount above zero."))
    return {"pieces": sorted(pieces), "price": rule["price"]}


def _add_on(rule: Mapping) -> dict:
    prices = [[sku, price] for sku, price in rule.get("prices") or ()]
    _check(prices, "prices", _("Choose what may be added."))
    _check(len(prices) <= MOST_SKUS, "prices", _("At most twenty different items can be added."))
    _check(all(price > 0 for _sku, price in prices), "prices", _("Enter an amount above zero."))
    _check(len({sku for sku, _price in prices}) == len(prices), "prices", _("Something may be added twice."))
    _check((rule.get("at") or 0) >= 0, "at", _("Enter an amount."))
    _check(1 <= (rule.get("most") or 0) <= 9, "most", _("Choose between 1 and 9 pieces."))
    return {"at": rule.get("at") or 0, "prices": sorted(prices), "most": rule["most"]}


def _units(rule: Mapping) -> dict:
    """What is sold at prices of its own: so many units of each, so many for one person."""
    prices = _prices(rule, _("A promotion has at most twenty different items."))
    _check(1 <= (rule.get("most") or 0) <= MOST_PIECES, "most", _("Choose between 1 and 99 pieces."))
    return {"prices": prices, "most": rule["most"]}


def _bargain(rule: Mapping) -> dict:
    prices = _prices(rule, _("At most twenty different items can be bargained for in one promotion."))
    cuts, hours, most = (rule.get(name) or 0 for name in ("cuts", "hours", "most"))
    _check(LEAST_CUTS <= cuts <= MOST_CUTS, "cuts", _("Choose between 2 and 50 cuts."))
    _check(1 <= hours <= MOST_BARGAIN_HOURS, "hours", _("Choose between 1 and 72 hours."))
    _check(1 <= most <= MOST_BARGAINS, "most", _("Choose between 1 and 5 bargains."))
    early = bool(rule.get("early"))
    return _without_blanks({"prices": prices, "cuts": cuts, "hours": hours, "most": most, "early": early})


def _free_trial(rule: Mapping) -> dict:
    prices = [[sku, 0, units or 0] for sku, _price, units in rule.get("prices") or ()]
    _check(prices, "prices", _("Choose what is given away."))
    _check(len(prices) <= MOST_SKUS, "prices", _("A free trial has at most twenty different items."))
    _check(len({sku for sku, _price, _units in prices}) == len(prices), "prices", _("Something is named twice."))
    _check(
        all(1 <= units <= MOST_TRIAL_UNITS for _sku, _price, units in prices),
        "prices",
        _("Choose between 1 and 1,000 units of each."),
    )
    take, report = rule.get("take_days") or 0, rule.get("report_days") or 0
    _check(1 <= take <= MOST_TAKE_DAYS, "take_days", _("Choose between 1 and 14 days."))
    _check(LEAST_REPORT_DAYS <= report <= MOST_REPORT_DAYS, "report_days", _("Choose between 7 and 60 days."))
    _check(rule.get("chosen_by") in CHOSEN_BY, "chosen_by", _("Say how winners are found."))
    return {"prices": sorted(prices), "chosen_by": rule["chosen_by"], "take_days": take, "report_days": report}


def _prices(rule: Mapping, too_many: str) -> list[list[int]]:
    """Rows of a SKU, its price and its units."""
    prices = [[sku, price or 0, quota or 0] for sku, price, quota in rule.get("prices") or ()]
    _check(prices, "prices", _("Choose what is sold."))
    _check(len(prices) <= MOST_SKUS, "prices", too_many)
    _check(len({sku for sku, _price, _quota in prices}) == len(prices), "prices", _("Something is named twice."))
    _check(all(price > 0 for _sku, price, _quota in prices), "prices", _("Enter an amount above zero."))
    _check(
        all(1 <= quota <= MOST_UNITS for _sku, _price, quota in prices),
        "prices",
        _("Choose between 1 and 100,000 units of each."),
    )
    return sorted(prices)


def _deposit_presale(rule: Mapping) -> dict:
    prices = [[sku, *(number or 0 for number in numbers)] for sku, *numbers in rule.get("prices") or ()]
    _check(prices, "prices", _("Choose what is sold."))
    _check(len(prices) <= MOST_SKUS, "prices", _("A pre-sale has at most twenty different items."))
    _check(len({row[0] for row in prices}) == len(prices), "prices", _("Something is named twice."))
    for _sku, price, deposit, worth, quota in prices:
        _check(price > 0 and deposit > 0, "prices", _("Every item has a price and a deposit."))
        _check(worth >= deposit, "prices", _("The deposit counts at least for as much as it is."))
        _check(worth < price, "prices", _("Something must be left to be paid after the deposit."))
        _check(
            deposit * MOST_DEPOSIT_PART <= price - worth + deposit,
            "prices",
            _("A deposit is at most a fifth of what is paid in all: more is not enforceable (Civil Code, art. 586)."),
        )
        _check(1 <= quota <= MOST_UNITS, "prices", _("Choose between 1 and 100,000 units of each."))
    _check(1 <= (rule.get("most") or 0) <= MOST_PIECES, "most", _("Choose between 1 and 99 pieces."))
    begins, ends = _moment(rule, "balance_from"), _moment(rule, "balance_until")
    _check(ends - begins >= LEAST_WINDOW, "balance_until", _("Leave at least an hour to pay the rest."))
    try:
        ships_on = date.fromisoformat(str(rule.get("ships_on") or ""))
    except ValueError:
        ships_on = None
    _check(ships_on, "ships_on", _("Say from which day on it ships."))
    _check(
        business_date(begins) <= ships_on, "ships_on", _("It ships when the rest can be paid, and not before.")
    )  # fmt: skip
    _check(
        ships_on <= business_date(ends) + LONGEST_WAIT,
        "ships_on",
        _("Who has paid waits at most 90 days."),
    )
    return {
        "prices": sorted(prices),
        "most": rule["most"],
        "balance_from": begins.isoformat(),
        "balance_until": ends.isoformat(),
        "ships_on": ships_on.isoformat(),
    }


def _moment(rule: Mapping, field: str) -> datetime:
    try:
        found = datetime.fromisoformat(str(rule.get(field) or ""))
    except ValueError:
        found = None
    _check(found is not None and found.tzinfo is not None, field, _("Say when."))
    return found.astimezone(UTC)


def _group_buying(rule: Mapping) -> dict:
    size, hours, percent = rule.get("size") or 0, rule.get("hours") or 0, rule.get("helped_percent") or 0
    _check(LEAST_SEATS <= size <= MOST_SEATS, "size", _("A group has between 2 and 50 seats."))
    _check(1 <= hours <= MOST_HOURS, "hours", _("A group stays open for 1 to 72 hours."))
    _check(0 <= percent <= 99, "helped_percent", _("Choose between 0 (never) and 99 per cent."))
    terms = {"size": size, "hours": hours, "helped_percent": percent, "newcomers": bool(rule.get("newcomers"))}
    return _units(rule) | terms | _without_blanks({"leader_coupon": rule.get("leader_coupon") or None})


def _crowdfunding(rule: Mapping) -> dict:
    goal, days = rule.get("goal") or 0, rule.get("ships_in_days")
    _check(goal > 0, "goal", _("Enter an amount above zero."))
    _check(
        0 <= (-1 if days is None else days) <= MOST_DAYS_TO_SHIP, "ships_in_days", _("Choose between 0 and 180 days.")
    )
    clean = _units(rule)
    reachable = sum(price * quota for _sku, price, quota in clean["prices"])
    _check(reachable >= goal, "goal", _("All units together do not reach this goal."))
    return clean | {"goal": goal, "ships_in_days": days}


def _check_bps(bps, field: str) -> None:
    _check(LEAST_BPS <= (bps or 0) <= MOST_BPS, field, _("Choose between 1% and 99% off."))


def _check(holds, field: str, sentence: str) -> None:
    if not holds:
        raise RuleMakesNoSense(sentence, field=field)


def _without_blanks(rule: dict) -> dict:
    return {name: value for name, value in rule.items() if value is not None and value is not False}  # but zero
