"""
What settlement tells risk of money that moves (R4): each withdrawal in the transaction in which it is asked for, each
refund when it is heard of. Risk weighs it and holds the shop's available money at once where its rules say so.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Max, Q, Sum

from mall.accounts.devices import hours_known
from mall.clock import BUSINESS_ZONE
from mall.money import Money
from merchants.models import Shop
from orders.models import Order, Refund
from risk.models import MoneyCase, MoneyLook, MoneyRule
from risk.money.watching import MoneyFacts, look
from settlement.models import BankAccount, Withdrawal

ONE_DAY, ONE_WEEK, A_MONTH, COMPARED = (timedelta(days=days) for days in (1, 7, 30, 90))
ENOUGH = 30  # withdrawals, before "larger than nearly all" says anything
SPIKE = 5  # refunds, before a week is far above the usual
USUAL_WEEKS = 4
Code = MoneyRule.Code

# How many people used the one device that most of them used, to pay the shop with coupons.
COUPONS_OF_A_DEVICE = """
SELECT coalesce(max(people), 0) FROM (
    SELECT count(DISTINCT f.buyer) AS people
    FROM risk_tradefact f
    JOIN orders_order o ON o.public_id = f.order_id
    JOIN orders_ordergroup g ON g.id = o.group_id
    WHERE f.shop_id = %s AND f.paid_at > %s AND f.device <> ''
        AND EXISTS (SELECT FROM marketing_coupon c WHERE c.locked_for = g.public_id AND c.status = 'used')
    GROUP BY f.device
) of_devices
"""


def watch_withdrawal(*, withdrawal: Withdrawal, device: str | None, now: datetime) -> MoneyCase | None:
    """The shop's row is locked, and what is asked for has left its available money: look at it before it commits."""
    shop = withdrawal.shop
    found = {
        Code.LARGE: _part_that_is_smaller(withdrawal, now),
        Code.TURNOVER: _part_of_turnover(withdrawal, now),
        Code.NIGHT: now.astimezone(BUSINESS_ZONE).hour,
        Code.COUPONS: _people_on_one_device(shop, now),
        Code.REFUNDS: _refunds_of_the_week(shop, now),
        **_how_often(withdrawal, now),
    }
    if (changed := _last_change_of_accounts(shop)) is not None:
        found[Code.NEW_ACCOUNT] = _hours(now - changed)
    if device is not None:
        found[Code.NEW_DEVICE] = hours_known(person=withdrawal.asked_by, device=device, now=now)
    return _look(shop, withdrawal.public_id, MoneyLook.About.WITHDRAWAL, withdrawal.amount, found, now)


@transaction.atomic
def watch_refund(*, refund_id: str, shop_id: str, amount: Money, now: datetime) -> MoneyCase | None:
    """A refund of the shop has succeeded: look at those of its week."""
    shop = Shop.objects.select_for_update(no_key=True).get(public_id=shop_id)
    spike = _refunds_of_the_week(shop, now)
    if not spike:
        return None
    found = {Code.REFUNDS: spike, Code.COUPONS: _people_on_one_device(shop, now)}
    return _look(shop, refund_id, MoneyLook.About.REFUND, amount, found, now)


def _look(shop: Shop, subject_id: str, about: str, amount: Money, found: dict, now: datetime) -> MoneyCase | None:
    found = {str(code.value): number for code, number in found.items()}
    facts = MoneyFacts(shop_id=shop.public_id, subject_id=subject_id, about=about, amount=amount, found=found)
    return look(facts=facts, now=now)


def _part_that_is_smaller(withdrawal: Withdrawal, now: datetime) -> int:
    """Of the mall's withdrawals of 90 days, the part (0.01 %) that is smaller; none as long as there are few."""
    others = Withdrawal.objects.filter(asked_at__gt=now - COMPARED, currency=withdrawal.currency)
    others = others.exclude(pk=withdrawal.pk).exclude(status__in=Withdrawal.BACK)
    counted = others.aggregate(all=Count("pk"), smaller=Count("pk", filter=Q(amount__lt=withdrawal.amount)))
    return counted["smaller"] * 10_000 // counted["all"] if counted["all"] >= ENOUGH else 0


def _part_of_turnover(withdrawal: Withdrawal, now: datetime) -> int:
    """How much it is (0.01 %, rounded up) of what shoppers paid the shop in 30 days."""
    paid = Order.objects.owned_by(withdrawal.shop).filter(paid_at__gt=now - A_MONTH, currency=withdrawal.currency)
    turnover = int(paid.aggregate(sum=Sum("total"))["sum"] or 0)
    return -(-withdrawal.amount.minor * 10_000 // max(turnover, 1))


def _how_often(withdrawal: Withdrawal, now: datetime) -> dict[str, int]:
    late = Withdrawal.objects.owned_by(withdrawal.shop).filter(asked_at__gt=now - A_MONTH)
    counted = late.aggregate(
        today=Count("pk", filter=Q(asked_at__gt=now - ONE_DAY)), payees=Count("bank_account", distinct=True)
    )
    return {Code.OFTEN: counted["today"], Code.PAYEES: counted["payees"]}


def _last_change_of_accounts(shop: Shop) -> datetime | None:
    moments = BankAccount.objects.owned_by(shop).aggregate(added=Max("added_at"), removed=Max("removed_at"))
    return max(filter(None, moments.values()), default=None)


def _refunds_of_the_week(shop: Shop, now: datetime) -> int:
    """What was returned in 7 days, in % of the usual week of the four before; none as long as they are few."""
    returned = Refund.objects.filter(order__shop=shop, status=Refund.Status.SUCCEEDED, refunded_at__lte=now)
    week = Q(refunded_at__gt=now - ONE_WEEK)
    sums = returned.filter(refunded_at__gt=now - (USUAL_WEEKS + 1) * ONE_WEEK).aggregate(
        count=Count("pk", filter=week), late=Sum("amount", filter=week), before=Sum("amount", filter=~week)
    )
    if sums["count"] < SPIKE:
        return 0
    usual = max(int(sums["before"] or 0) // USUAL_WEEKS, 1)
    return int(sums["late"]) * 100 // usual


def _people_on_one_device(shop: Shop, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(COUPONS_OF_A_DEVICE, [shop.public_id, now - A_MONTH])
        return cursor.fetchone()[0]


def _hours(since: timedelta) -> int:
    return max(int(since.total_seconds() // 3600), 0)
