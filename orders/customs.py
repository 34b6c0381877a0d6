"""
Goods from abroad at checkout (C2): who orders them, and how much a person may order.

Customs wants a real name with an ID number, asked once and kept encrypted. What one order may be worth is told in the
cart; what a person may order in a calendar year (Asia/Shanghai) is counted by her ID number, whatever account she uses,
under a lock on that number. Canceled orders do not count, nor what was sent back.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.customs import rules_in_force
from catalog.models import Product
from catalog.offers import BuyableSku
from mall.accounts.models import User
from mall.audit.trail import record
from mall.clock import business_date
from mall.crypto import blind_index
from mall.money import Money
from mall.refusals import Refusal
from mall.rows import insert_rows, select_rows
from marketing.pricing import PricedLine, ShopQuote
from merchants import id_card
from orders.models import Declaration, Importer, Order
from orders.parts import Part

LONGEST_NAME = 40


class WrongIdentity(Refusal):
    """No such name, or no such ID number; ``details["field"]`` says which."""

    code = "wrong-identity"
    status = 400


class ImporterNeeded(Refusal):
    """Customs wants to know who orders, and she has not said."""

    code = "importer-needed"
    status = 400


class ImportLimitReached(Refusal):
    """The goods from abroad are worth more than one may order."""

    code = "import-limit-reached"


def check_identity(name: str, id_number: str, *, now: datetime) -> tuple[str, str]:
    """
    Name and number in their usual form.

    :raises WrongIdentity: a name that is none, or a number whose check character does not fit
    """
    name, number = " ".join(name.split()), id_card.normal(id_number)
    if not 2 <= len(name) <= LONGEST_NAME:
        raise WrongIdentity(_("Enter your name as it stands on your identity card."), field="importer_name")
    if not id_card.is_valid(number, today=business_date(now)):
        raise WrongIdentity(
            _("This is no valid ID number; please compare all 18 characters with your card."), field="importer_id"
        )
    return name, number


@transaction.atomic
def save_importer(*, shopper: User, name: str, id_number: str, now: datetime) -> Importer:
    """
    Keep who the shopper is for customs; saying it again replaces it.

    :raises WrongIdentity: as for ``check_identity``
    """
    name, number = check_identity(name, id_number, now=now)
    row, _created = Importer.objects.update_or_create(
        shopper=shopper, defaults={"name": name, "id_number": number, "said_at": now}
    )
    record("orders.save_importer", f"user {shopper.pk}", by=shopper, now=now)
    return row


@transaction.atomic
def forget_importer(*, shopper: User, now: datetime) -> None:
    """Forget it; orders that were declared keep what they were declared with. Harmless where nothing is kept."""
    gone, _rows = Importer.objects.filter(shopper=shopper).delete()
    if gone:
        record("orders.forget_importer", f"user {shopper.pk}", by=shopper, now=now)


def importer_of(shopper: User | None) -> Importer | None:
    return Importer.objects.filter(shopper=shopper).first() if shopper else None


def value_of(lines: Sequence[PricedLine], currency: str) -> Money:
    """What goods from abroad are worth to customs: all of an order's lines."""
    return Money.total((line.duty.value for line in lines if line.duty), currency)


def why_too_much(part: ShopQuote | None) -> str:
    """Why the goods from abroad of one shop cannot be one order, in a sentence; empty where they can."""
    abroad = [line for line in part.lines if line.duty] if part else []
    if not abroad:
        return ""
    value, limit = value_of(abroad, part.total.currency), rules_in_force().purchase_limit
    if value.minor <= limit or sum(line.quantity for line in abroad) == 1:
        return ""
    return _(
        "Goods from abroad may be worth %(limit)s in one order, these are worth %(value)s: %(gap)s too much. Order them"
        " in several steps; only a single piece may be worth more."
    ) % {
        "limit": Money(limit, value.currency),
        "value": value,
        "gap": value - Money(limit, value.currency),
    }


# What went back, or was never sent, does not count (customs notice 2018 No. 194); money back for goods that stay does.
ORDERED = """
    SELECT coalesce(sum(d.value - coalesce(back.value, 0)), 0)
    FROM orders_declaration d JOIN orders_order o ON o.id = d.order_id LEFT JOIN LATERAL (
        SELECT sum((l.duty_parts ->> 'value')::bigint * least(gone.pieces, l.quantity) / l.quantity) AS value
        FROM (
            SELECT c.line_id, sum(c.quantity) AS pieces FROM orders_aftersale c
            WHERE c.order_id = o.id AND c.status IN ('refunding', 'done') AND c.refund_goods > 0
                AND (c.kind = 'return' OR c.is_unshipped)
            GROUP BY c.line_id
        ) gone JOIN orders_orderline l ON l.id = gone.line_id
    ) back ON true
    WHERE d.id_index = %s AND d.year = %s AND o.status <> 'canceled'
"""


def check_import(
    parts: Sequence[Part], offers: Mapping[int, BuyableSku], shopper: User, now: datetime
) -> Importer | None:
    """
    Who orders what comes from abroad; nobody, and no question, where nothing does. Asked before anything is written, in
    the transaction that places: the person's number stays locked until it ends.

    :raises ImportLimitReached: an order, or the person's year, would be worth more than it may
    :raises ImporterNeeded: she has not said who she is
    """
    abroad = [part for part in parts if part.kind == Product.Kind.CROSS_BORDER]
    if not abroad:
        return None
    for part in abroad:
        if why := why_too_much(part.quote):
            raise ImportLimitReached(why, skus=[offers[line.sku_id].public_id for line in part.quote.lines])
    importer = importer_of(shopper)
    if importer is None:
        raise ImporterNeeded(_("Customs asks who orders goods from abroad: enter your real name and your ID number."))
    index, limit = blind_index(importer.id_number.reveal()), rules_in_force().year_limit
    select_rows("SELECT pg_advisory_xact_lock(hashtextextended('orders.customs ' || %s, 0))::text", [index])
    ((before,),) = select_rows(ORDERED, [index, business_date(now).year])
    currency = abroad[0].quote.total.currency
    value = Money.total((value_of(part.quote.lines, currency) for part in abroad), currency)
    if int(before) + value.minor > limit:
        words = {
            "limit": Money(limit, currency),
            "before": Money(int(before), currency),
            "value": value,
            "gap": Money(int(before) + value.minor - limit, currency),
        }
        raise ImportLimitReached(
            _(
                "A person may order goods from abroad for %(limit)s a year. You have ordered for %(before)s, these are"
                " worth %(value)s: %(gap)s too much."
            )
            % words
        )
    return importer


def declare(orders: Sequence[Order], parts: Sequence[Part], importer: Importer | None, now: datetime) -> None:
    """Write down for whom, and of which value, the orders of goods from abroad are; nothing where there are none."""
    if importer is None:
        return
    insert_rows(
        Declaration(
            shop_id=order.shop_id,
            order=order,
            name=importer.name.reveal(),
            id_number=importer.id_number.reveal(),
            currency=order.currency,
            value=value_of(part.quote.lines, order.currency),
            year=business_date(now).year,
        )
        for order, part in zip(orders, parts, strict=True)
        if part.kind == Product.Kind.CROSS_BORDER
    )
