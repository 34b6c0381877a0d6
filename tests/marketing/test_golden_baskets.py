"""
Golden baskets (K1, 2.10, 2.21-2.23): the table in ``golden_baskets.toml`` against the engine, to the fen.

The table says at its top how it is read and extended. A basket that fails shows what it found beside what was expected,
in the words of the table. A word the table does not know is an error, so that no expectation is silently passed over.
"""

import re
import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest

from mall.money import Money
from marketing.pricing import (
    AddOn,
    Bundle,
    Buyer,
    FlashPrice,
    FlashUnit,
    GiftWith,
    Host,
    Layer,
    NForPrice,
    NthPiece,
    Offer,
    Percentage,
    Quote,
    QuoteLine,
    Reduction,
    ShopTerms,
    Tier,
    quote,
)
from tests.conftest import NOON

TABLE = tomllib.loads(Path(__file__).with_name("golden_baskets.toml").read_text())

PLACES = {  # kind: layer, group, and whether it is a coupon, of which there is one
    "full reduction": (Layer.SHOP, "full reduction", False),
    "shop coupon": (Layer.SHOP_COUPON, "shop coupon", True),
    "mall reduction": (Layer.MALL, "mall reduction", False),
    "mall coupon": (Layer.MALL_COUPON, "mall coupon", True),
    "gift": (Layer.GIFT, "gift", False),
    "flash sale": (Layer.FLASH, "goods", False),
}
ON_GOODS = (Layer.GOODS, "goods", False)
STEP = re.compile(r"((?P<every>every )?(?P<at>[\d.]+)(?P<pieces> pieces)? less )?(?P<off>[\d.]+%?)")


@pytest.mark.parametrize("sentence", TABLE)
def test_a_basket_costs_what_the_table_says(sentence):
    basket = Basket(**TABLE[sentence])

    found = Reading(basket).asked()

    assert found == basket.expected(), f"{sentence}: found, and expected by the table"


def test_the_table_is_large_enough_to_trust():
    assert len(TABLE) >= 120


@dataclass(kw_only=True)
class Basket:
    """One entry of the table: what is asked, then what is expected."""

    lines: dict[str, dict]
    shops: dict[str, dict] = field(default_factory=dict)
    chosen: list[str] | None = None
    offers: dict[str, dict] = field(default_factory=dict)

    pays: str
    off: dict[str, str] = field(default_factory=dict)
    borne: dict[str, dict[str, str]] = field(default_factory=dict)
    delivery: dict[str, str] = field(default_factory=dict)
    given: dict[str, int] = field(default_factory=dict)
    unused: dict[str, str] = field(default_factory=dict)
    order: list[str] | None = None
    hints: dict[str, str] | None = None

    def expected(self) -> dict:
        told = {
            "pays": self.pays,
            "off": self.off,
            "borne": {line: self.borne.get(line, {"shop": off}) for line, off in self.off.items()},
            "delivery": self.delivery,
            "given": self.given,
            "unused": self.unused,
            "used": self.order if self.order is not None else self.offers.keys() - self.unused.keys(),
        }
        return told if self.hints is None else {**told, "hints": self.hints}


class Reading:
    """A basket as the engine is asked it. Shops and SKUs are numbered as they come in the table."""

    def __init__(self, basket: Basket):
        self.basket = basket
        numbers = count(1)
        self.skus = _Numbered(numbers)
        self.shops = _Numbered(numbers)
        self.lines = [self._line(name, **line) for name, line in basket.lines.items()]
        self.terms = {
            number: self._terms(**basket.shops.get(shop, {})) for shop, number in self.shops.items()
        }  # fmt: skip
        assert basket.shops.keys() <= self.shops.keys(), "terms of a shop that sells nothing here"
        self.offers = [self._offer(key, **offer) for key, offer in basket.offers.items()]

    def asked(self) -> dict:
        """What the engine answers, in the words of the table."""
        chosen = self.basket.chosen
        found = quote(
            self.lines,
            self.terms,
            offers=self.offers,
            buyer=Buyer(None if chosen is None else frozenset(chosen)),
            at=NOON,
        )
        self._check_sums(found)
        skus, shops = self.skus.names(), self.shops.names()
        lines = {skus[line.sku_id]: line for shop in found.shops for line in shop.lines}
        used = [offer.key for offer in found.applied]
        told = {
            "pays": _plain(found.total),
            "off": {name: _plain(line.discount) for name, line in lines.items() if line.discount},
            "borne": {name: _bearers(line) for name, line in lines.items() if line.discount},
            "delivery": {shops[shop.shop_id]: _plain(shop.shipping_fee) for shop in found.shops if shop.shipping_fee},
            "given": {name: line.gifts for name, line in lines.items() if line.gifts},
            "unused": {offer.key: _why(offer) for offer in found.unused},
            "used": set(used) if self.basket.order is None else used,
        }
        if self.basket.hints is not None:
            told["hints"] = {hint.key: _hint(hint) for hint in found.hints}
        return told

    def _check_sums(self, found: Quote) -> None:
        for shop in found.shops:
            assert sum(step["amount"] for step in shop.trace) == shop.total.minor, "the trace adds up"
            assert shop.discount == Money.total(line.discount for line in shop.lines)
            assert all(line.total.minor >= 0 for line in shop.lines), "nothing falls below zero"
        assert found.total == Money.total(shop.total for shop in found.shops)
        assert found.discount == Money.total(offer.amount for offer in found.applied)

    def _line(self, name: str, *, price: str, pieces: int = 1, shop: str = "shop", sent: bool = True) -> QuoteLine:
        return QuoteLine(self.skus[name], self.shops[shop], Money.parse(price), pieces, sent)

    def _terms(self, *, delivery: str = "0.00", free_over: str | None = None) -> ShopTerms:
        return ShopTerms(Money.parse(delivery), None if free_over is None else Money.parse(free_over))

    def _offer(
        self,
        key: str,
        *,
        kind: str,
        shop: str | None = None,
        goods: list[str] | None = None,
        excludes: tuple[str, ...] = (),
        borne_by: dict[str, str] | None = None,
        also_at: dict[str, str] | None = None,
        budget: str | None = None,
        starts: datetime | None = None,
        ends: datetime | None = None,
        **numbers,
    ) -> Offer:
        layer, group, is_coupon = PLACES.get(kind, ON_GOODS)
        first = next(iter(self.basket.lines.values()))
        shop_id = None if kind.startswith("mall") else self.shops[shop or first.get("shop", "shop")]
        rule = getattr(self, "_" + kind.replace(" ", "_").replace("-", "_"))
        hosts = tuple(Host(self.shops[name], _bps(share)) for name, share in (also_at or {}).items())
        if kind == "gift":
            numbers["shop_id"] = shop_id
        return Offer(
            key=key,
            promotion=f"prm_{key}",
            rule=rule(**numbers),
            skus=frozenset(self._covered({shop_id, *(host.shop_id for host in hosts)}, goods, numbers)),
            shop_id=shop_id,
            layer=layer,
            group=group,
            excludes=frozenset(excludes),
            once=is_coupon,
            is_coupon=is_coupon,
            bearers=tuple((who, _bps(share)) for who, share in (borne_by or {"shop": "100%"}).items()),
            left=None if budget is None else _fen(budget),
            starts_at=starts,
            ends_at=ends,
            hosts=hosts,
        )

    def _covered(self, shops: set[int | None], goods: list[str] | None, numbers: dict) -> set[int]:
        """The SKUs of an offer, as ``marketing.offers`` finds them: those of a bundle are its pieces."""
        if isinstance(pieces := numbers.get("pieces"), dict):
            return {self.skus[name] for name in pieces}
        if goods is None:
            covered = {line.sku_id for line in self.lines if shops & {None, line.shop_id}}
        else:
            covered = {self.skus[name] for name in goods}
        return covered | {self.skus[name] for name in numbers.get("prices", ())}

    # The kinds, with their numbers as the table names them

    def _percentage(self, *, off: str, most: str | None = None) -> Percentage:
        return Percentage(_bps(off), None if most is None else _fen(most))

    def _nth_piece(self, *, n: int, off: str) -> NthPiece:
        return NthPiece(n, _bps(off))

    def _n_for_price(self, *, n: int, price: str) -> NForPrice:
        return NForPrice(n, _fen(price))

    def _bundle(self, *, pieces: dict[str, int], price: str) -> Bundle:
        return Bundle(tuple((self.skus[name], number) for name, number in pieces.items()), _fen(price))

    def _add_on(self, *, spend: str, prices: dict[str, str], each: int = 1) -> AddOn:
        return AddOn(_fen(spend), tuple((self.skus[name], _fen(price)) for name, price in prices.items()), each)

    def _flash_sale(self, *, prices: dict[str, str], left: int = 9, each: int = 1) -> FlashPrice:
        return FlashPrice(
            tuple(FlashUnit(self.skus[name], _fen(price), left, each) for name, price in prices.items())
        )  # fmt: skip

    def _gift(
        self, *, shop_id: int, spend: str, gives: str, worth: str, pieces: int = 1, stock: int = 9
    ) -> GiftWith:  # fmt: skip
        return GiftWith(_fen(spend), self.skus[gives], shop_id, _fen(worth), pieces, stock)

    def _reduction(self, *, off: str | list[str], most: str | None = None) -> Reduction:
        steps = [STEP.fullmatch(step) for step in ([off] if isinstance(off, str) else off)]
        assert all(steps), f"a step of {off} cannot be read"
        by_pieces = bool(steps[0]["pieces"])
        return Reduction(
            tuple(_tier(step["at"] or "0", step["off"], by_pieces=by_pieces) for step in steps),
            every=bool(steps[0]["every"]),
            cap=None if most is None else _fen(most),
            by_pieces=by_pieces,
        )

    _full_reduction = _shop_coupon = _mall_reduction = _mall_coupon = _reduction


class _Numbered(dict):
    """Names with the number each got when it was first heard of."""

    def __init__(self, numbers):
        super().__init__()
        self.numbers = numbers

    def __missing__(self, name: str) -> int:
        self[name] = next(self.numbers)
        return self[name]

    def names(self) -> dict[int, str]:
        return {number: name for name, number in self.items()}


def _fen(amount: str) -> int:
    return Money.parse(amount).minor


def _bps(percent: str) -> int:
    assert percent.endswith("%"), f"{percent} is not a percentage"
    return _fen(percent[:-1])


def _tier(at: str, off: str, *, by_pieces: bool) -> Tier:
    reached = int(at) if by_pieces else _fen(at)
    return Tier(reached, bps=_bps(off)) if off.endswith("%") else Tier(reached, _fen(off))


def _plain(amount: Money) -> str:
    return f"{amount.decimal}"


def _bearers(line) -> dict[str, str]:
    who = {bearer for part in line.parts for bearer, _amount in part.bearers}
    return {bearer: _plain(line.borne_by(bearer)) for bearer in who}


def _missing(gap: Money | None, pieces: int) -> str:
    return _plain(gap) if gap else f"{pieces} piece{'s' * (pieces > 1)}"


def _why(offer) -> str:
    return f"short by {_missing(offer.gap, offer.pieces)}" if offer.reason == "short" else offer.reason


def _hint(hint) -> str:
    words = f"{_missing(hint.gap, hint.pieces)} more"
    if hint.off:
        return f"{words} for {_plain(hint.off)} off"
    return f"{words} for {hint.bps / 100:g}% off" if hint.bps else words
