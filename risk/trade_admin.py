"""What platform staff do about fake trade (R3): decide about cases with the evidence before them, turn the rules."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.charts import csv_asked
from mall.forms import PercentFormField
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


class TradeRuleForm(forms.ModelForm):
    """A rule as people say it: parts in per cent; its own limit in hours, or of prices in per cent."""

    share_bps = PercentFormField(
        least=1,
        label=_("From which part on, in per cent"),
        help_text=_("Of the buyers, or of the orders, of a ring: 50 is one half."),
    )
    limit = forms.IntegerField(
        min_value=0, max_value=8_760, required=False, label=_("Its own limit, in hours"),
        help_text=_("Hours within which something happens; empty where the rule has none."),
    )  # fmt: skip

    class Meta:
        model = TradeRule
        fields = TURNED

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.code == TradeRule.Code.PRICE:
            self.fields["limit"] = PercentFormField(
                label=_("Its own limit, in per cent"),
                required=False,
                help_text=_("The part of the price they pay."),
            )
        if self.instance.pk:
            self.fields["limit"].help_text = f"{self.fields['limit'].help_text} {say(self.instance)}"

    def clean_limit(self) -> int:
        return self.cleaned_data["limit"] or 0


def say(rule: TradeRule) -> str:
    """What a rule looks for, in one sentence."""
    part, limit = f"{rule.share_bps / 100:g}", rule.limit
    if rule.code == TradeRule.Code.PRICE:
        given = {"part": part, "limit": f"{limit / 100:g}"}
        return (
            gettext("Speaks when at least %(part)s per cent of a ring pay less than %(limit)s per cent of the price.")
            % given
        )
    if limit:
        return gettext("Speaks when it is so of at least %(part)s per cent of a ring, within %(limit)s hours.") % {
            "part": part,
            "limit": limit,
        }
    return gettext("Speaks when it is so of at least %(part)s per cent of a ring.") % {"part": part}


@admin.register(TradeRule)
class TradeRuleAdmin(SpeaksTexts, admin.ModelAdmin):
    """The rules as data: staff turn mode, points, part and limit; none is added or removed. Every turn is audited."""

    form = TradeRuleForm
    list_display = ["code", "mode", "weight", "sentence"]
    list_filter = ["mode"]
    search_fields = ["=code"]
    ordering = ["pk"]
    fields = ["code", *TURNED]
    readonly_fields = ["code"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("what it looks for"))
    def sentence(self, rule: TradeRule) -> str:
        return say(rule)

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
