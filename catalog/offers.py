"""What carts and checkouts ask about SKUs: price, stock, and whether they can be bought at all."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.translation import gettext as _

from catalog import kinds
from catalog.customs import Customs
from catalog.freight.charging import Goods, Terms, flat, terms_in, terms_sql
from catalog.models import Product, Sku
from mall import clock
from mall.money import Money
from mall.rows import select_rows
from mall.texts import Text
from merchants import states


@dataclass(frozen=True, slots=True)
class BuyableSku:
    """
    A SKU as the cart sees it, with its shop's terms of delivery: the flat ones, and those of its freight template.

    When it cannot be bought, ``why_not`` says so in the reader's language. ``set_aside`` are pieces beside those
    ``available``: a promotion keeps them for its buyers.
    """

    sku_id: int
    public_id: str
    product_public_id: str
    shop_id: int
    shop_slug: str
    shop_name: Text
    title: Text
    choice_text: Text
    picture: str
    price: Money
    list_price: Money | None
    available: int
    commission_bps: int
    shipping_fee: Money
    free_shipping_over: Money | None
    is_buyable: bool
    why_not: str
    most_per_order: int | None = None
    most_per_buyer: int | None = None
    limit_days: int | None = None
    kind: str = Product.Kind.PHYSICAL
    at_home: bool = False
    ships_on: date | None = None
    customs: Customs | None = None
    set_aside: int = 0
    weight_grams: int = 0
    volume_cm3: int = 0
    freight: Terms | None = None

    def sent(self, pieces: int) -> Goods:
        """So many pieces of it, under the terms of its template, else its shop's flat fee."""
        terms = self.freight or flat(self.shipping_fee, self.free_shipping_over)
        return Goods(self.sku_id, terms, pieces, self.weight_grams, self.volume_cm3)

    @property
    def is_sent(self) -> bool:
        """Whether it goes in a parcel."""
        return kinds.is_sent(self.kind)

    @property
    def needs_address(self) -> bool:
        """Whether the shop must know where the shopper lives."""
        return kinds.is_sent(self.kind) or self.at_home

    @property
    def takes_offers(self) -> bool:
        """Whether promotions and coupons see it."""
        return kinds.takes_offers(self.kind)

    @property
    def needs_time(self) -> bool:
        """Whether the shopper chooses when she wants it."""
        return self.kind == Product.Kind.SERVICE

    @property
    def at_most(self) -> int:
        """How many somebody could have who may buy in every promotion."""
        return self.available + self.set_aside

    @property
    def is_limited(self) -> bool:
        return self.most_per_order is not None or self.most_per_buyer is not None


# Asked at every step of every checkout, so it is one statement of our own. The picture is the one that shows the choice
# best: of one of its values, else the first.
OFFERS = f"""
    SELECT k.id, k.public_id, p.public_id, k.shop_id, s.slug, s.name, p.title, k.choice, p.options,
        coalesce((
            SELECT i.image FROM catalog_productpicture i WHERE i.product_id = p.id
            ORDER BY i.value_id <> '' AND i.value_id = ANY (k.choice) DESC, i.position, i.id LIMIT 1
        ), ''),
        k.price, k.list_price, k.currency,
        coalesce((
            SELECT sum(t.on_hand - t.reserved) FROM catalog_stock t JOIN catalog_warehouse w ON w.id = t.warehouse_id
            WHERE t.sku_id = k.id AND w.sells_online
        ), 0),
        c.commission_bps, s.currency, s.shipping_fee, s.free_shipping_over, p.status, k.is_active, s.status,
        s.restriction, p.most_per_order, p.most_per_buyer, p.limit_days,
        p.kind, p.at_home, p.ships_on, p.customs,
        coalesce((SELECT sum(t.set_aside) FROM catalog_stock t WHERE t.sku_id = k.id), 0),
        k.weight_grams, k.volume_cm3, {terms_sql("p")}
    FROM catalog_sku k JOIN catalog_product p ON p.id = k.product_id JOIN catalog_category c ON c.id = p.category_id
        JOIN merchants_shop s ON s.id = k.shop_id
"""  # noqa: S608 - words of ours


def buyable_skus(skus: Iterable[str | int]) -> list[BuyableSku]:
    """These SKUs, all named by public ids or all by keys, in the order asked for, without unknown ones. One query."""
    asked = list(skus)
    by_key = bool(asked) and isinstance(asked[0], int)
    rows = select_rows(OFFERS + ("WHERE k.id = ANY (%s)" if by_key else "WHERE k.public_id = ANY (%s)"), [asked])
    found = {row[0 if by_key else 1]: _offer(*row) for row in rows}
    return [found[name] for name in dict.fromkeys(asked) if name in found]


def _offer(
    sku_id, public_id, product_public_id, shop_id, shop_slug, shop_name, title, choice, options, picture,
    price, list_price, currency, available, commission_bps, shop_currency, shipping_fee, free_shipping_over,
    product_status, is_active, shop_status, restriction, most_per_order, most_per_buyer, limit_days,
    kind, at_home, ships_on, customs, set_aside,
    weight_grams, volume_cm3, freight,
) -> BuyableSku:  # fmt: skip
    why_not = _why_not(
        product_status, is_active, states.state_in(shop_status, restriction), available + set_aside, ships_on
    )
    return BuyableSku(
        sku_id=sku_id,
        public_id=public_id,
        product_public_id=product_public_id,
        shop_id=shop_id,
        shop_slug=shop_slug,
        shop_name=Text(json.loads(shop_name)),
        title=Text(json.loads(title)),
        choice_text=joined_names(choice, json.loads(options)) if choice else Text(),
        picture=picture,
        price=Money(price, currency),
        list_price=None if list_price is None else Money(list_price, currency),
        available=max(available, 0),
        commission_bps=commission_bps if kinds.takes_offers(kind) else 0,  # of a card when it is spent
        shipping_fee=Money(shipping_fee, shop_currency),
        free_shipping_over=None if free_shipping_over is None else Money(free_shipping_over, shop_currency),
        is_buyable=not why_not,
        why_not=why_not,
        most_per_order=most_per_order,
        most_per_buyer=most_per_buyer,
        limit_days=limit_days,
        kind=kind,
        at_home=at_home,
        ships_on=ships_on,
        customs=Customs.of(json.loads(customs)) if customs else None,
        set_aside=int(set_aside),
        weight_grams=weight_grams,
        volume_cm3=volume_cm3,
        freight=terms_in(freight) if freight else None,
    )


def _why_not(product_status: str, is_active: bool, shop: states.State, available: int, ships_on: date | None) -> str:
    if product_status != Product.Status.ON_SALE or not is_active:
        return _("This item is no longer offered.")
    if not shop.may("buy"):
        return str(shop.because)
    if is_over(ships_on):
        return _("The pre-sale is over.")
    if available <= 0:
        return _("Sold out.")
    return ""


def is_over(ships_on: date | None) -> bool:
    """Whether a pre-sale has ended: on the day from which on it ships."""
    return ships_on is not None and ships_on <= clock.business_date(clock.now())


def joined_names(choice: list[str], options: list[dict]) -> Text:
    """The chosen values (by id) of a product's options in words, per language."""
    names = {value["id"]: Text(value["name"]) for option in options for value in option["values"]}
    return _joined([names[value] for value in choice if value in names])


def choice_text(sku: Sku) -> Text:
    """The chosen values in words, per language: ``{"zh-hans": "红 / 大", "en": "Red / Large"}``."""
    return _joined(sku.choice_names)


def _joined(names: list[Text]) -> Text:
    main = settings.LANGUAGE_CODE
    if not names:
        return Text()
    return Text({
        code: " / ".join(name.get(code) or name.get(main) or str(name) for name in names)
        for code, _language in settings.LANGUAGES
    })  # fmt: skip
