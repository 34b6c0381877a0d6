"""
A trade added later (M1, M2): the owner of a shop that is in asks for one more. What she fills in is an application that
names merchant and shop from the beginning; everything after it is ``merchants.applications``.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.events import publish
from mall.events.merchants import ApplicationExpired
from mall.refusals import Refusal
from merchants.application_checks import plain
from merchants.applications import one_at_a_time
from merchants.models import AdmittedTrade, Application, Requirement, Seat, Shop, Trade

Status = Application.Status


class TradeNotToAsk(Refusal):
    """This trade cannot be asked for: the business has it, nobody may, or the shop does not work now."""

    code = "trade-not-to-ask"


@dataclass(frozen=True, slots=True)
class Needed:
    """A trade that a shop may ask for, and what the mall will want to see, as far as it is known beforehand."""

    trade: Trade
    rows: list[Requirement]


@transaction.atomic
def ask_for_trade(*, shop: Shop, trade: Trade, by, now: datetime) -> Application:
    """
    Begin to ask for one more trade, or go on with the request for it that has not ended.

    :param by: an owner of the shop
    :raises TradeNotToAsk: the business has it already, nobody can ask for it, or the shop is frozen, leaving or closed
    """
    one_at_a_time()
    merchant = shop.merchant
    if standing := merchant.applications.for_trades().not_ended().filter(trades=[trade.slug]).first():
        return standing
    if not Seat.objects.filter(shop=shop, user=by, role=Seat.Role.OWNER).exists():
        raise TradeNotToAsk(_("Only an owner of the shop asks for a trade."))
    if not shop.is_at_work:
        raise TradeNotToAsk(_("A shop that is frozen, leaving or closed asks for no trade."))
    if not trade.is_active:
        raise TradeNotToAsk(_("Nobody can ask for this trade now."))
    if merchant.admitted_trades.filter(trade=trade).exists():
        raise TradeNotToAsk(_("Your business may sell in this trade already."))
    known = merchant.applications.order_by("-pk").first()
    application = Application.objects.create(
        purpose=Application.Purpose.TRADE,
        merchant=merchant,
        for_shop=shop,
        applicant=by,
        merchant_name=merchant.name,
        kind=merchant.kind,
        credit_code=merchant.credit_code,
        contact_name=plain(known.contact_name) if known else by.get_full_name(),
        contact_phone=plain(known.contact_phone) if known else "",
        shop_name=shop.name,
        shop_slug=shop.slug,
        trades=[trade.slug],
        started_at=now,
        touched_at=now,
    )
    record(
        "merchants.ask_for_trade",
        application.public_id,
        by=by,
        now=now,
        shop_slug=shop.slug,
        after={"shop": shop.public_id, "trade": trade.slug},
    )
    return application


@transaction.atomic
def end_requests(*, shop: Shop, now: datetime) -> int:
    """The shop leaves: its requests end with it. A deposit that is paid for one nevertheless is sent back."""
    rows = list(shop.trade_requests.select_for_update().not_ended().order_by("pk"))
    for row in rows:
        is_agreed = row.status == Status.AGREED
        Application.FLOW.move(row, Status.EXPIRED if is_agreed else Status.WITHDRAWN)
        row.check_at, row.expired_at = None, now if is_agreed else None
        row.save()
        record("merchants.end_request", row.public_id, now=now, shop_slug=shop.slug)
        if is_agreed:
            publish(ApplicationExpired(application_id=row.public_id, expired_at=now))
    return len(rows)


# For the shop's pages


def admitted_to(shop: Shop) -> list[AdmittedTrade]:
    rows = AdmittedTrade.objects.filter(merchant=shop.merchant_id).select_related("trade")
    return list(rows.order_by("trade__position", "trade"))


def trades_to_ask(shop: Shop) -> list[Needed]:
    """The further trades, each with the rows that only it brings. Two queries."""
    trades = Trade.objects.filter(is_active=True).exclude(admitted__merchant=shop.merchant_id).exclude(
        slug=Trade.GENERAL
    ).order_by("position", "pk")  # fmt: skip
    wanted = list(trades)
    rows = Requirement.objects.filter(
        trade__in=wanted, merchant_kind__in=["", shop.merchant.kind], is_active=True
    ).order_by("position", "pk")  # fmt: skip
    brought = list(rows)
    return [Needed(trade, [row for row in brought if row.trade_id == trade.pk]) for trade in wanted]
