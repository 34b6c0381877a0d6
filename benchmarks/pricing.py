"""
Pricing: a cart of 50 lines against 200 live offers, by the engine alone.

The floor is the least that anybody must do who wants the answer: for each offer add up the lines that it covers, in
bare integers, without a rule, a search, a trace or a quote.
"""

import argparse
import random
import time

from benchmarks.report import Limit, Report
from mall.embedded.temporary import TemporaryServers

SMALL = {"rounds": 60}
MOST_MILLISECONDS = 20.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=300, help="quotes that are timed")
    parser.add_argument("--lines", type=int, default=50)
    parser.add_argument("--offers", type=int, default=200)


def run(options: argparse.Namespace, servers: TemporaryServers) -> Report:
    from marketing.pricing import quote

    dice = random.Random(11)
    baskets = [_basket(options.lines, options.offers, dice) for _number in range(10)]
    ours, bare, saved = [], [], 0
    for number in range(options.rounds):
        lines, terms, offers = baskets[number % len(baskets)]
        started = time.perf_counter()
        found = quote(lines, terms, offers=offers)
        ours.append(time.perf_counter() - started)
        saved += found.discount.minor
        started = time.perf_counter()
        _each_alone(lines, offers)
        bare.append(time.perf_counter() - started)
    ours.sort()
    bare.sort()
    middle, late = _ms(ours, 0.5), _ms(ours, 0.95)
    return Report(
        name="pricing",
        figures={
            "lines": options.lines,
            "offers": options.offers,
            "median_ms": middle,
            "p95_ms": late,
            "saved_fen": saved,
        },
        floor={"each_offer_alone_ms": _ms(bare, 0.5)},
        ratio=round(middle / _ms(bare, 0.5), 2),
        limits={"median ms": Limit(middle, most=MOST_MILLISECONDS)},
    )


def _ms(seconds: list[float], share: float) -> float:
    return round(seconds[int((len(seconds) - 1) * share)] * 1000, 3)


def _basket(line_count: int, offer_count: int, dice: random.Random):
    """Lines of five shops, and offers of every kind: of a product, of some, of all, of the mall."""
    from mall.money import Money
    from marketing.pricing import (
        Layer,
        NForPrice,
        NthPiece,
        Offer,
        Percentage,
        QuoteLine,
        Reduction,
        ShopTerms,
        Tier,
    )

    lines = [
        QuoteLine(sku, 1 + sku % 5, Money(dice.randrange(500, 30_000)), dice.randrange(1, 4))
        for sku in range(line_count)
    ]
    terms = {shop: ShopTerms(Money(800), Money(20_000)) for shop in range(1, 6)}
    offers = []
    for number in range(offer_count):
        shop = dice.choice([1, 2, 3, 4, 5])
        group, layer = dice.choice(
            [("goods", Layer.GOODS)] * 8
            + [("full", Layer.SHOP)] * 6
            + [("shop_coupon", Layer.SHOP_COUPON)] * 4
            + [("mall", Layer.MALL), ("mall_coupon", Layer.MALL_COUPON)]
        )
        of_mall = group.startswith("mall")
        theirs = [line.sku_id for line in lines if of_mall or line.shop_id == shop]
        skus = theirs if dice.random() < 0.4 else dice.sample(theirs, dice.randrange(1, max(len(theirs) // 2, 2)))
        if group == "goods":
            rule = dice.choice(
                [
                    Percentage(dice.randrange(300, 4000)),
                    NthPiece(2, dice.randrange(1000, 9000)),
                    NForPrice(3, dice.randrange(2000, 40_000)),
                ]
            )
        else:
            step = dice.randrange(5000, 60_000)
            rule = Reduction((Tier(step, step // 20), Tier(step * 2, step // 8)))
        offers.append(
            Offer(
                key=f"o{number}", promotion=f"o{number}", rule=rule, skus=frozenset(skus), layer=layer, group=group,
                shop_id=None if of_mall else shop, once=group.endswith("coupon"), is_coupon=group.endswith("coupon"),
            )
        )  # fmt: skip
    return lines, terms, offers


def _each_alone(lines, offers) -> int:
    amounts = {line.sku_id: line.unit_price.minor * line.quantity for line in lines}
    total = 0
    for offer in offers:
        base = 0
        for sku in amounts:
            if sku in offer.skus:
                base += amounts[sku]
        total += base // 10
    return total
