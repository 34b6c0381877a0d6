"""What platform staff do about fake trade (R3): decide about cases with the evidence before them, turn the rules."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.charts import csv_asked
from mall.staff import ReadOnlyAdmin, SpeaksTexts, Verb, VerbAdmin
from risk.fake_trade.cases import clear_case, confirm_case
from risk.fake_trade.graph import evidence_of
from risk.fake_trade.rules import TURNED, turn_rule
from risk.models import TradeCase, TradeFact, TradeRule
from risk.tunables import TRADE_POINTS


@admin.register(TradeCase)
class TradeCaseAdmin(VerbAdmin):
    """The queue of suspected rings, most points first; each with a picture of who shares what."""

    noun = "case"
    verbs = [
        Verb(
            name="confirm",
            label=_("It is fake trade"),
            call=confirm_case,
            permission="risk.decide_tradecase",
            fits=lambda case: case.status == TradeCase.Status.OPEN,
            asks="reason",
            asks_label=_("Reason, for the shop"),
            warning=_("Its orders leave the figures and their money is held. The shop is told and may appeal."),
            is_grave=True,
            stays=True,
        ),
        Verb(
            name="clear",
            label=_("It is in order"),
            call=clear_case,
            permission="risk.decide_tradecase",
            fits=lambda case: case.status != TradeCase.Status.CLEARED,
            asks="reason",
            asks_label=_("Reason, for the shop"),
            warning=_("Its orders count again and their money is free. Who has confirmed a case does not clear it."),
            stays=True,
        ),
    ]
    change_form_template = "admin/risk/trade_case.html"
    list_display = ["public_id", "shop_id", "status", "is_live", "points", "order_count", "buyer_count", "opened_at"]
    list_filter = ["status", "is_live", "opened_at"]
    search_fields = ["=public_id", "=shop_id", "=orders__order_id"]
    ordering = ["-points", "opened_at", "pk"]
    fields = [
        "public_id", "shop_page", "status", "is_live", "order_count", "buyer_count", "opened_at", "reason",
        "decided_at", "decided_by", "cleared_at", "cleared_by",
    ]  # fmt: skip
    readonly_fields = ["shop_page"]

    @admin.display(description=_("shop"))
    def shop_page(self, case: TradeCase) -> str:
        shops = reverse("admin:merchants_shop_changelist")
        return format_html('<a href="{}?q={}">{}</a>', shops, case.shop_id, case.shop_id)

    def change_view(self, request: HttpRequest, object_id, form_url="", extra_context=None) -> HttpResponse:
        case = self.get_object(request, object_id)
        if case is None or not self.has_view_permission(request, case):
            return super().change_view(request, object_id, form_url, extra_context)
        evidence = evidence_of(case)
        if download := csv_asked(request, [evidence.chart]):
            return download
        ours = {
            "evidence": evidence,
            "signs": [
                {
                    "label": TradeRule.Code(sign["code"]).label,
                    "percent": f"{sign['found_bps'] / 100:g}",
                    "points": sign["points"],
                    "is_live": sign["is_live"],
                }
                for sign in case.signs
            ],
            "counts_from": TRADE_POINTS.value,
            "order_url": reverse("admin:orders_order_changelist"),
        }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **ours})


@admin.register(TradeRule)
class TradeRuleAdmin(SpeaksTexts, admin.ModelAdmin):
    """The rules as data: staff turn mode, points, part and limit; none is added or removed. Every turn is audited."""

    list_display = ["code", "mode", "weight", "share_bps", "limit"]
    list_filter = ["mode"]
    search_fields = ["=code"]
    ordering = ["pk"]
    fields = ["code", *TURNED]
    readonly_fields = ["code"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        turned = {name: form.cleaned_data[name] for name in TURNED}
        turn_rule(rule=obj, by=request.user, now=clock.now(), **turned)


@admin.register(TradeFact)
class TradeFactAdmin(ReadOnlyAdmin):
    """What the watch knows of an order."""

    list_display = ["order_id", "shop_id", "paid_at", "is_own", "stars", "is_judged"]
    list_filter = ["is_judged", "is_own"]
    search_fields = ["=order_id", "=shop_id"]
    ordering = ["-pk"]
