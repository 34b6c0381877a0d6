"""
Pre-sales with a deposit (K1): a deposit now, which may count for more than it is; the rest in its window; then shipped.

What is sold stands in ``DepositUnits``, written when the promotion is saved. Taking and giving back are statements that
carry their condition; the row of the units is the lock, under which is counted what a shopper has. Deposits and rests
are the business of orders; here only the terms are made.
"""

import json
from datetime import date, datetime

from django.db import connection
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from catalog.models import Product, Sku
from mall.money import Money
from mall.rows import select_rows
from mall.templatetags.mall import plain_moment
from mall.texts import Text
from marketing.deals.base import Deal, DealGone, DepositTerms
from marketing.models import DepositTaking, DepositUnits, Promotion
from marketing.rules import RuleMakesNoSense
from merchants import states

EXCLUDES = frozenset(Promotion.Group.values) - {Promotion.Group.GOODS.value}  # its price is the whole offer


# What a shop saves


def check_goods(*, shop, rule: dict, starts_at: datetime, ends_at: datetime, promotion: Promotion | None) -> None:
    """
    What is named can be sold so: goods that are sent from here, cheaper than now, in no other pre-sale at that time.

    :raises RuleMakesNoSense: with the words for what is wrong
    """
    if ends_at > datetime.fromisoformat(rule["balance_from"]):
        _refuse(_("The rest can be paid when the time for deposits is over."), field="balance_from")
    to_pay = {sku: price - worth + deposit for sku, price, deposit, worth, _quota in rule["prices"]}
    for sku in Sku.objects.select_related("product").filter(pk__in=to_pay, shop=shop):
        words = {"goods": sku.product.title, "price": sku.price}
        if sku.product.kind != Product.Kind.PHYSICAL:
            _refuse(_("“%(goods)s” cannot be sold with a deposit: only goods that you ship from here can.") % words)
        if to_pay[sku.pk] >= sku.price.minor:
            _refuse(_("“%(goods)s” costs %(price)s: in the pre-sale it must cost less in all.") % words)
    others = DepositUnits.objects.owned_by(shop).select_related("sku__product").filter(sku__in=to_pay)
    others = others.filter(promotion__starts_at__lt=ends_at, promotion__ends_at__gt=starts_at)
    others = others.exclude(promotion__status=Promotion.Status.STOPPED)
    if taken := list(others.exclude(promotion=promotion) if promotion is not None else others):
        words = {"goods": ", ".join(dict.fromkeys(str(row.sku.product.title) for row in taken))}
        _refuse(_("In another pre-sale at that time already: %(goods)s.") % words)


def write_units(promotion: Promotion) -> None:
    """
    The rows that the rule of a pre-sale that does not run asks for; what was taken before stays taken.

    :raises RuleMakesNoSense: fewer units than are taken, or none any more of what somebody has
    """
    before = {row.sku_id: row for row in promotion.deposit_units.select_for_update().order_by("pk")}
    for sku_id, *amounts, quota in promotion.rule["prices"]:
        row = before.pop(sku_id, None) or DepositUnits(shop=promotion.shop, promotion=promotion, sku_id=sku_id)
        if quota < row.taken:
            _refuse_less(row.taken)
        row.currency = promotion.currency
        row.price, row.deposit, row.worth = (Money(fen, promotion.currency) for fen in amounts)
        row.quota, row.most = quota, promotion.rule["most"]
        row.save()
    for row in before.values():
        if row.taken:
            _refuse_less(row.taken)
        row.delete()


def _refuse_less(taken: int) -> None:
    _refuse(_("%(count)d are sold already; it cannot be fewer.") % {"count": taken})


def _refuse(sentence: str, *, field: str = "prices") -> None:
    raise RuleMakesNoSense(sentence, field=field)


# What a checkout asks (``marketing.deals.base.DealKind``)

_FIND = f"""
    SELECT m.name, m.version, m.starts_at, m.ends_at, m.rule, m.status = 'live' AND {states.sql("s", "promote")},
        u.shop_id, u.currency, u.price, u.deposit, u.worth, u.quota - u.taken, u.most, k.price,
        (SELECT coalesce(sum(t.pieces), 0) FROM marketing_deposittaking t
         WHERE t.units_id = u.id AND t.shopper_id = %(shopper)s AND t.returned_at IS NULL)
    FROM marketing_depositunits u JOIN marketing_promotion m ON m.id = u.promotion_id
        JOIN merchants_shop s ON s.id = u.shop_id JOIN catalog_sku k ON k.id = u.sku_id
    WHERE m.public_id = %(key)s AND u.sku_id = %(sku)s
"""  # noqa: S608 - words of ours


def find(key: str, *, sku_id: int, shopper_id: int, now: datetime) -> Deal:
    """
    The pre-sale's price of this SKU for this shopper.

    :raises DealGone: it does not run, is sold out, she has what one person may have, or it costs no more without it
    """
    found = select_rows(_FIND, {"key": key, "sku": sku_id, "shopper": shopper_id})
    if not found:
        raise DealGone(_("There is no such offer (any more)."))
    name, version, starts_at, ends_at, rule, is_live, shop_id, currency, *numbers = found[0]
    price, deposit, worth, left, most, usual, has = (int(number) for number in numbers)
    if not is_live or ends_at <= now:
        raise DealGone(_("The time for deposits of this pre-sale is over."))
    if starts_at > now:
        raise DealGone(_("This pre-sale has not begun yet."))
    if has >= most:
        raise DealGone(_("You have had what one person may have of it."))
    if left <= 0:
        raise DealGone(_("All units of this pre-sale are taken."))
    to_pay = price - worth + deposit
    if usual <= to_pay:
        raise DealGone(_("It costs no more without a deposit now: put it into your cart."))
    terms = _terms(json.loads(rule), Money(deposit, currency), Money(worth, currency))
    return Deal(
        key=key,
        promotion=key,
        kind=Promotion.Kind.DEPOSIT_PRESALE,
        name=Text(json.loads(name)),
        version=version,
        shop_id=shop_id,
        sku_id=sku_id,
        price=Money(to_pay, currency),
        most=min(most - has, left),
        excludes=EXCLUDES,
        notes=_notes(terms),
        deposit=terms,
    )


def _terms(rule: dict, deposit: Money, worth: Money) -> DepositTerms:
    return DepositTerms(
        deposit=deposit,
        worth=worth,
        balance_from=datetime.fromisoformat(rule["balance_from"]),
        balance_until=datetime.fromisoformat(rule["balance_until"]),
        ships_on=date.fromisoformat(rule["ships_on"]),
    )


def _notes(terms: DepositTerms) -> tuple[str, ...]:
    """What she must know before she orders; the law wants it said plainly (Civil Code, articles 586 and 587)."""
    window = {"since": plain_moment(terms.balance_from), "until": plain_moment(terms.balance_until)}
    amounts = {"deposit": terms.deposit, "worth": terms.worth}
    counts = _("You pay a deposit of %(deposit)s for each piece now; it counts %(worth)s of the price.")
    plain = _("You pay a deposit of %(deposit)s for each piece now.")
    return (
        (counts if terms.worth > terms.deposit else plain) % amounts,
        _("You pay the rest from %(since)s until %(until)s; we remind you.") % window,
        _("If you miss that, or cancel before you have paid the rest, the shop keeps the deposit."),
        _("If the shop cannot deliver, all that you paid comes back; by law you may ask it for the deposit once more."),
        _("Once all is paid your usual rights hold: what you return within seven days is refunded, the deposit too."),
        _("It ships from %(day)s. Coupons and gift cards do not go with it.") % {"day": date_format(terms.ships_on)},
    )


_TAKE = """
    UPDATE marketing_depositunits u SET taken = taken + %(pieces)s
    FROM marketing_promotion m
    WHERE m.id = u.promotion_id AND m.public_id = %(key)s AND u.sku_id = %(sku)s AND m.status = 'live'
        AND m.ends_at > %(now)s AND u.taken + %(pieces)s <= u.quota
    RETURNING u.id, u.most
"""
_HERS = """
    SELECT coalesce(sum(pieces), 0) FROM marketing_deposittaking
    WHERE units_id = %s AND shopper_id = %s AND returned_at IS NULL
"""


def take(deal: Deal, *, order_id: str, group_id: str, shopper_id: int, quantity: int, now: datetime) -> None:
    """
    Units for an order, in the transaction that places it.

    :raises DealGone: they are gone, or she would have more than one person may
    """
    taken = select_rows(_TAKE, {"key": deal.key, "sku": deal.sku_id, "pieces": quantity, "now": now})
    if not taken:
        raise DealGone(_("All units of this pre-sale are taken."))
    units_id, most = taken[0]
    ((has,),) = select_rows(_HERS, [units_id, shopper_id])  # under the lock of the units: nobody else counts now
    if has + quantity > most:
        raise DealGone(_("You have had what one person may have of it."))
    DepositTaking.objects.create(
        units_id=units_id, shopper_id=shopper_id, order_public_id=order_id, pieces=quantity, taken_at=now
    )


def paid(*, order_id: str, now: datetime) -> None:
    """The units were hers from the order on; that all is paid changes nothing about them."""


_GIVE_BACK = """
    WITH back AS (
        UPDATE marketing_deposittaking SET returned_at = %(now)s
        WHERE order_public_id = %(order)s AND returned_at IS NULL RETURNING units_id, pieces
    )
    UPDATE marketing_depositunits u SET taken = u.taken - back.pieces FROM back WHERE u.id = back.units_id
"""


def give_back(*, order_id: str, now: datetime) -> None:
    """The order came to nothing, whoever has its deposit: others may have its units; again: nothing happens."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, {"order": order_id, "now": now})
