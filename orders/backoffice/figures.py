"""What a shop sold in a period, against the one before."""

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Product
from mall.backoffice.figures import Figure, Figures
from mall.backoffice.periods import Period
from mall.charts import MONEY, Chart, Series
from mall.money import Money
from mall.templatetags.mall import short_day
from merchants.models import DailyFacts, Seat, Shop
from orders.models import Order, OrderLine

BEST = 8


def of_period(shop: Shop, seat: Seat, period: Period) -> Figures | None:
    """
    Orders, paid amount, buyers, average order; day by day, and what sold best. Four queries, however long the period.
    """
    if not seat.can("orders.see"):
        return None
    before = period.before
    facts = DailyFacts.objects.owned_by(shop).filter(on__gte=before.first, on__lte=period.last)
    days = {fact.on: fact for fact in facts}
    counts, amounts = _series(days, period)
    counts_before, amounts_before = _series(days, before)
    buyers, buyers_before = _buyers(shop, period, before)

    def figure(label: str, value: int, value_before: int, *, is_money: bool = False) -> Figure:
        if is_money:
            return Figure(label, Money(value, shop.currency), Money(value_before, shop.currency))
        return Figure(label, value, value_before)

    paid, paid_before = sum(amounts), sum(amounts_before)
    number, number_before = sum(counts), sum(counts_before)
    return Figures(
        figures=[
            figure(_("Paid amount"), paid, paid_before, is_money=True),
            figure(_("Paid orders"), number, number_before),
            figure(_("Buyers"), buyers, buyers_before),
            figure(_("Average order"), _average(paid, number), _average(paid_before, number_before), is_money=True),
        ],
        charts=[
            _daily("paid_amount", _("Paid amount by day"), period, amounts, amounts_before, unit=MONEY),
            _daily("paid_orders", _("Paid orders by day"), period, counts, counts_before, kind="bar"),
            _best_sellers(shop, period),
        ],
    )


def _series(days: dict, period: Period) -> tuple[list[int], list[int]]:
    """Orders and amount (fen) of each day."""
    found = [days.get(day) for day in period.days()]
    return (
        [fact.paid_orders if fact else 0 for fact in found],
        [fact.paid_amount.minor if fact else 0 for fact in found],
    )


def _average(amount: int, count: int) -> int:
    return round(amount / count) if count else 0


def _buyers(shop: Shop, period: Period, before: Period) -> tuple[int, int]:
    """How many people paid in the period, and in the one before."""
    paid = Order.objects.owned_by(shop).filter(paid_at__gte=before.start, paid_at__lt=period.end)
    found = paid.aggregate(
        now=Count("shopper", distinct=True, filter=Q(paid_at__gte=period.start)),
        before=Count("shopper", distinct=True, filter=Q(paid_at__lt=period.start)),
    )
    return found["now"], found["before"]


def _daily(
    key: str, title: str, period: Period, now: list, before: list, *, unit: str = "", kind: str = "line"
) -> Chart:
    days = ngettext("%(days)d day", "%(days)d days", period.length) % {"days": period.length}
    return Chart(
        key=key,
        title=title,
        labels=[short_day(day) for day in period.days()],
        series=[
            Series(_("This period"), now, kind),
            Series(_("%(days)s before") % {"days": days}, before, kind),
        ],
        unit=unit,
        axis=_("Day"),
    )


def _best_sellers(shop: Shop, period: Period) -> Chart:
    lines = OrderLine.objects.owned_by(shop).filter(order__paid_at__gte=period.start, order__paid_at__lt=period.end)
    sold = lines.values("product_public_id").annotate(amount=Sum("total")).order_by("-amount", "product_public_id")
    best = {row["product_public_id"]: int(row["amount"]) for row in sold[:BEST]}
    titles = dict(Product.objects.owned_by(shop).filter(public_id__in=best).values_list("public_id", "title"))
    return Chart(
        key="best_sellers",
        title=_("What sold best"),
        labels=[str(titles.get(public_id, public_id)) for public_id in best],
        series=[Series(_("Turnover"), list(best.values()), "bar")],
        unit=MONEY,
        axis=_("Product"),
    )
