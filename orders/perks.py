"""Coupons that steps promise with an order (``marketing.perks``): what of the order is kept, orders know."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, Sum

from marketing import perks
from orders.after_sales.gifts import gone_by_her_wish
from orders.locks import lock_order
from orders.models import AfterSale, Order, OrderLine


@transaction.atomic
def give(*, order_id: str, now: datetime) -> int:
    """An order (public id) is complete: what its steps promised is given, once; returns how many coupons."""
    order = _locked(order_id)
    return len(perks.give(order_id=order_id, gone=gone_of(order), now=now))


@transaction.atomic
def take_back(*, order_id: str, now: datetime) -> int:
    """A case of an order (public id) is settled: what its steps no longer give is taken back, if it is unused."""
    order = _locked(order_id)
    return perks.take_back(order_id=order_id, gone=gone_of(order), now=now)


def _locked(order_id: str) -> Order:
    return lock_order(Order.objects.values_list("pk", flat=True).get(public_id=order_id))


def gone_of(order: Order) -> dict[int, perks.Gone]:
    """
    What has gone back of an order, by the keys of SKUs, that was not the shop's fault. Pieces count when they came
    back, were never sent, or all of their money went back.
    """
    money = gone_by_her_wish(order)
    mine = AfterSale.objects.filter(order=order, settled_at__isnull=False, fault=AfterSale.Fault.SHOPPER)
    whole = Q(kind=AfterSale.Kind.RETURN) | Q(is_unshipped=True) | Q(worth=F("refund_goods") + F("gift_charge"))
    pieces = dict(mine.filter(whole).order_by().values_list("line_id").annotate(sum=Sum("quantity")))
    return {
        line.sku_id: perks.Gone(fen=money[line.pk], paid=line.total.minor, pieces=pieces.get(line.pk, 0))
        for line in OrderLine.objects.filter(order=order)
        if line.pk in money
    }
