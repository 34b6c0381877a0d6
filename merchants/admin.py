"""What platform staff do with shops; applications have their own module, all else is only looked at."""

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.charts import csv_asked
from mall.staff import ReadOnlyAdmin, Verb, VerbAdmin
from merchants import applications_admin  # noqa: F401 - registers the case page and what is asked of whom
from merchants.fact_charts import fact_charts
from merchants.health import explained, latest_scores, rescore, score_chart
from merchants.models import DailyFacts, HealthScore, Merchant, Seat, Shop
from merchants.shops import close_shop, freeze_shop, thaw_shop
from merchants.timeline import timeline


@admin.register(Shop)
class ShopAdmin(VerbAdmin):
    """All shops; staff hide one, show it again, or close it for good (M7, M9)."""

    noun = "shop"
    verbs = [
        Verb(
            name="freeze",
            label=_("Freeze: hide from shoppers"),
            call=freeze_shop,
            permission="merchants.freeze_shop",
            fits=lambda shop: Shop.FLOW.can(shop, Shop.Status.FROZEN),
            asks="reason",
            asks_help=_("The merchant reads it."),
            warning=_("Its people go on with the orders they have."),
        ),
        Verb(
            name="thaw",
            label=_("Thaw: show to shoppers again"),
            call=thaw_shop,
            permission="merchants.freeze_shop",
            fits=lambda shop: shop.status == Shop.Status.FROZEN,
        ),
        Verb(
            name="close",
            label=_("Close for good"),
            call=close_shop,
            permission="merchants.close_shop",
            fits=lambda shop: shop.status != Shop.Status.CLOSED,
            asks="reason",
            asks_help=_("The merchant reads it."),
            warning=_("A closed shop does not open again. It closes only when nothing is left to be done in it."),
            is_grave=True,
        ),
    ]
    list_display = ["slug", "name", "merchant", "status", "opened_at", "last_paid_at", "reminded_at", "frozen_at"]
    list_filter = ["status", "opened_at"]
    list_select_related = ["merchant", "activity"]
    search_fields = ["=slug", "=public_id", "name", "merchant__name"]
    ordering = ["slug"]

    change_form_template = "admin/merchants/shop_change_form.html"

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Beside the row: the shop's timeline and the charts of its facts and scores, each to be had as CSV (M5)."""
        shop = self.get_object(request, object_id)
        extra = dict(extra_context or {})
        if shop is not None and request.method == "GET" and self.has_view_permission(request, shop):
            today = clock.business_date(clock.now())
            charts = [*fact_charts(shop, last=today, days=30), score_chart(latest_scores(shop))]
            if download := csv_asked(request, charts):
                return download
            extra |= {"charts": charts, "moments": timeline(shop)}
        return super().change_view(request, object_id, form_url, extra)

    @admin.display(description=_("last paid order at"), ordering="activity__last_paid_at")
    def last_paid_at(self, row):
        return row.activity.last_paid_at if hasattr(row, "activity") else None


@admin.register(Merchant)
class MerchantAdmin(ReadOnlyAdmin):
    list_display = ["name", "kind", "credit_code", "joined_at"]
    list_filter = ["kind"]
    search_fields = ["name", "=credit_code", "=public_id"]
    date_hierarchy = "joined_at"
    ordering = ["-pk"]


@admin.register(Seat)
class SeatAdmin(ReadOnlyAdmin):
    list_display = ["user", "shop", "role"]
    list_filter = ["role"]
    list_select_related = ["user", "shop"]
    search_fields = ["user__email", "=shop__slug"]
    ordering = ["shop__slug", "pk"]


@admin.register(DailyFacts)
class DailyFactsAdmin(ReadOnlyAdmin):
    list_display = [
        "on", "shop", "paid_orders", "paid_amount", "shipped_orders", "completed_orders", "canceled_paid_orders",
        "returns", "complaints", "product_updates", "review_count",
    ]  # fmt: skip
    list_filter = ["on"]
    list_select_related = ["shop"]
    search_fields = ["=shop__slug"]
    ordering = ["-on", "shop"]


@admin.register(HealthScore)
class HealthScoreAdmin(VerbAdmin):
    """The official scores (M6); after an appeal one is made anew from the facts as they stand now."""

    noun = "score"
    verbs = [
        Verb(
            name="rescore",
            label=_("Score again"),
            call=rescore,
            permission="merchants.rescore_healthscore",
            asks="reason",
            warning=_("The new score is made from facts and sheet as they stand now, and takes the place of this one."),
        )
    ]
    list_display = ["shop", "month", "score", "sheet_version", "scored_at"]
    list_filter = ["month"]
    list_select_related = ["shop"]
    search_fields = ["=shop__slug"]
    ordering = ["-month", "score", "pk"]
    fields = ["shop", "month", "score", "sheet", "sheet_version", "scored_at"]
    readonly_fields = ["sheet"]

    @admin.display(description=_("measures"))
    def sheet(self, row):
        return format_html_join(
            "",
            "<div>{}: <strong>{}</strong> / {}</div>",
            ((line["label"], line["points"], line["weight"]) for line in explained(row)),
        )


from merchants import life_admin  # noqa: E402, F401 (registers what shops ask, and what becomes of them)
