"""Charts of a shop's daily facts, for the shop and for staff."""

from datetime import date

from django.utils.translation import gettext as _

from mall.charts import Chart, Series
from mall.templatetags.mall import short_day
from merchants import growth
from merchants.models import Shop


def fact_charts(shop: Shop, *, last: date, days: int) -> list[Chart]:
    """Orders, visits, turnover, buyers and care, day by day; one query."""
    rows = growth.days_of(shop, last=last, count=days)
    labels = [short_day(row.on) for row in rows]

    def chart(key: str, title: str, series: list[Series], unit: str = "") -> Chart:
        return Chart(key=key, title=title, labels=labels, series=series, unit=unit, axis=_("Day"))

    def line(label: str, name: str, kind: str = "line") -> Series:
        return Series(label, [int(getattr(row, name)) for row in rows], kind)

    turnover = Series(_("Turnover"), [row.paid_amount.minor for row in rows])
    return [
        chart(
            "orders",
            _("Orders"),
            [
                line(_("Paid orders"), "paid_orders", "bar"),
                line(_("Shipped"), "shipped_orders"),
                line(_("Completed"), "completed_orders"),
                line(_("Canceled after payment"), "canceled_paid_orders"),
            ],
        ),
        chart(
            "visits",
            _("Visits"),
            [line(_("Page views"), "page_views", "bar"), line(_("Visitors"), "visitors")],
        ),
        chart("turnover", _("Turnover"), [turnover], unit="money"),
        chart(
            "buyers",
            _("Buyers"),
            [
                line(_("New buyers"), "new_buyers", "bar"),
                line(_("Orders of buyers who came back"), "repeat_buyers", "bar"),
            ],
        ),
        chart(
            "care",
            _("Care"),
            [
                line(_("Product updates"), "product_updates", "bar"),
                line(_("Reviews"), "review_count", "bar"),
                line(_("Shipped late"), "late_orders", "bar"),
                line(_("Promotions that ran"), "promotion_days"),
            ],
        ),
        chart(
            "after_sales",
            _("After-sales"),
            [
                line(_("Refunds"), "refunds", "bar"),
                line(_("Orders sent back"), "returns", "bar"),
                line(_("Complaints"), "complaints", "bar"),
                line(_("Disputes lost"), "disputes_lost", "bar"),
            ],
        ),
    ]
