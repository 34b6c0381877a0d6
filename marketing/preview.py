"""What a promotion would do, shown before it starts: prices, and what the shop is left with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from catalog.commission import Rules, rules_for
from catalog.models import Category, Product, Sku
from catalog.navigation import subtree_ids
from catalog.offers import choice_text
from mall.money import Money
from mall.tenancy import house_scope
from marketing import rules
from marketing.models import Promotion
from marketing.pricing import DealPrice, Offer, PricedLine, QuoteLine, ShopTerms, quote

SHOWN = 5
Kind, Scope = Promotion.Kind, Promotion.Scope


@dataclass(frozen=True, slots=True)
class Example:
    """
    So many of one thing (or one bundle) under the promotion.

    ``left`` is what the shop gets after commission, ``margin`` what remains of it when the goods cost it what it said.
    """

    title: str
    pieces: int
    before: Money
    discount: Money
    to_pay: Money
    commission: Money
    left: Money
    margin: Money | None


def examples(
    *,
    shop,
    kind: str,
    rule: dict,
    scope: str = Scope.ALL,
    scope_ids: Sequence[int] = (),
    cost_percent: int | None = None,
    now: datetime,
) -> list[Example]:
    """
    The promotion on the shop's goods that sell best, each bought so often that it counts; asks, writes nothing.

    :param cost_percent: what goods cost the shop, of their price
    """
    named = rules.sku_ids_in(kind, rule)
    goods = _skus(shop, scope, scope_ids)[:SHOWN]
    if kind in (Kind.BUNDLE, Kind.FLASH_SALE, *Promotion.DEALS):
        goods = []
    extra = {sku.pk: sku for sku in Sku.objects.select_related("product__category").filter(pk__in=named, shop=shop)}
    carts = [{sku: _pieces(kind, rule, sku.price.minor)} for sku in goods]
    if kind == Kind.BUNDLE:
        carts = [{extra[pk]: count for pk, count in rule["pieces"] if pk in extra}]
    elif kind == Kind.FLASH_SALE or kind in Promotion.DEALS:
        carts = [{extra[pk]: 1} for pk in named if pk in extra]
    elif kind == Kind.ADD_ON:
        carts = [{**{pk_sku: 1 for pk_sku in extra.values() if pk_sku not in cart}, **cart} for cart in carts]
    place = rules.place_of(kind, is_of_mall=False)
    gift = extra.get(rule.get("sku_id"))
    facts = {"shop_id": shop.pk, "price": gift.price.minor, "available": 10**6} if gift else None
    with house_scope():  # shops do not read the rules of others
        in_force = rules_for({sku.pk for cart in carts for sku in [*cart, *([gift] if gift else [])]}, now=now)
    found = []
    for cart in carts:
        if not cart:
            continue
        lines = [QuoteLine(sku.pk, shop.pk, sku.price, count) for sku, count in cart.items()]
        offer = Offer(
            key="this",
            promotion="this",
            rule=_deal(kind, rule, cart) if kind in Promotion.DEALS else rules.engine_rule(kind, rule, gift=facts),
            skus=frozenset(line.sku_id for line in lines),
            shop_id=shop.pk,
            layer=place.layer,
            group=place.group,
        )
        (part,) = quote(lines, {shop.pk: ShopTerms(Money(0), None)}, offers=[offer]).shops
        found.append(_example(cart, part, gift, cost_percent, in_force))
    return found


def _deal(kind: str, rule: dict, cart: dict[Sku, int]) -> DealPrice:
    """At what the one item of a deal costs at least; of a pre-sale deposit and rest together."""
    (sku,) = cart
    if kind == Kind.DEPOSIT_PRESALE:
        prices = {key: price - worth + deposit for key, price, deposit, worth, _quota in rule["prices"]}
    else:
        prices = rules.deal_prices(rule)
    return DealPrice(sku.pk, prices[sku.pk])


def _example(cart, part, gift: Sku | None, cost_percent: int | None, in_force: Rules) -> Example:
    commission = Money.total(
        _commission(line, {sku.pk: sku for sku in [*cart, *([gift] if gift else [])]}, in_force) for line in part.lines
    )
    to_pay = part.goods_total - part.discount
    cost = None if cost_percent is None else part.goods_total.share(cost_percent * 100)
    left = to_pay - commission
    return Example(
        title=" + ".join(_name(sku) for sku in cart),
        pieces=sum(cart.values()),
        before=Money.total(sku.price * count for sku, count in cart.items()),
        discount=part.discount,
        to_pay=to_pay,
        commission=commission,
        left=left,
        margin=None if cost is None else left - cost,
    )


def _commission(line: PricedLine, skus: dict[int, Sku], in_force: Rules) -> Money:
    """By the rules of today, or at the rate of the category."""
    by_rule = in_force.commission(
        line.sku_id, price=line.unit_price.minor, base=line.total.minor, pieces=line.quantity - line.gifts,
        paid=line.total.minor,
    )  # fmt: skip
    if by_rule:
        return Money(by_rule.amount, line.total.currency)
    return line.total.share(skus[line.sku_id].product.category.commission_bps)


def _name(sku: Sku) -> str:
    words = str(choice_text(sku))
    return f"{sku.product.title} {words}".strip()


def _skus(shop, scope: str, scope_ids: Sequence[int]) -> list[Sku]:
    """One SKU of each product that the scope covers, what sells best first."""
    products = Product.objects.owned_by(shop).filter(status=Product.Status.ON_SALE)
    products = products.exclude(kind=Product.Kind.GIFT_CARD)
    match scope:
        case Scope.PRODUCTS:
            products = products.filter(pk__in=list(scope_ids))
        case Scope.CATEGORIES:
            below = [pk for category in Category.objects.filter(pk__in=list(scope_ids)) for pk in subtree_ids(category)]
            products = products.filter(category__in=below)
        case Scope.SHELVES:
            products = products.filter(shelved__category__in=list(scope_ids)).distinct()
    best = list(products.order_by("-stats__sold_count", "pk").values_list("pk", flat=True)[:SHOWN])
    skus = Sku.objects.select_related("product__category").filter(product__in=best, is_active=True).order_by("pk")
    first: dict[int, Sku] = {}
    for sku in skus:
        first.setdefault(sku.product_id, sku)
    return [first[pk] for pk in best if pk in first]


def _pieces(kind: str, rule: dict, price: int) -> int:
    """How many of one piece it takes until the promotion counts."""
    match kind:
        case Kind.FULL_REDUCTION:
            least = rule["tiers"][0]["at"]
            return least if rule.get("by_pieces") else max(ceil(least / price), 1)
        case Kind.N_FOR_PRICE | Kind.NTH_PIECE:
            return rule["n"]
        case Kind.COUPON | Kind.ADD_ON | Kind.GIFT:
            return min(max(ceil(rule["at"] / price), 1), 999)
    return 1
