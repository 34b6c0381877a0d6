"""The ledger for platform staff: everything to read, nothing to change."""

from datetime import timedelta
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import BigIntegerField, OuterRef, Subquery, Sum
from django.db.models.functions import Cast, Coalesce
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.categories import HIGHEST_COMMISSION_BPS
from catalog.commission_rules import rules_with
from catalog.models import Category, CommissionVersion
from mall import clock
from mall.charts import csv_asked
from mall.exports.files import CONTENT_TYPES, CsvFile
from mall.money import Money
from mall.staff import ReadOnlyAdmin, ReadOnlyRows, Verb, VerbAdmin
from merchants.models import Shop
from settlement import commission_admin, corrections_admin, duty_admin, reports, statements_admin, withdrawals_admin  # noqa: F401 - they register their own
from settlement import party_admin as _party_admin  # noqa: F401 - as those above
from settlement.corrections_admin import DRAW_UP
from settlement.deposits import return_deposit
from settlement.ledger import trial_balance
from settlement.models import Account, Deposit, Entry, Posting, Share
from settlement.simulation import simulate, simulate_rules
from settlement.transit import in_transit


class ReportForm(forms.Form):
    unit = forms.ChoiceField(
        label=gettext_lazy("Per"),
        choices=[(reports.DAY, gettext_lazy("day")), (reports.MONTH, gettext_lazy("month"))],
    )
    first = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=gettext_lazy("Until"), widget=forms.DateInput(attrs={"type": "date"}))

    @staticmethod
    def usual(today, *, as_query: bool = False):
        """The last thirty days."""
        asked = {"unit": reports.DAY, "first": today - timedelta(days=29), "last": today}
        return urlencode(asked) if as_query else asked

    def clean(self):
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and not 0 <= (last - first).days <= reports.MOST_DAYS:
            raise ValidationError(_("Choose at most three years, the first day before the last."))
        return self.cleaned_data


class SimulationForm(forms.Form):
    month = forms.DateField(
        label=gettext_lazy("Month"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Any day of it."),
    )
    rate = forms.DecimalField(
        label=gettext_lazy("Commission in percent"),
        min_value=0,
        max_value=HIGHEST_COMMISSION_BPS // 100,
        decimal_places=2,
        required=False,
    )
    version = forms.ModelChoiceField(
        label=gettext_lazy("Or by a rule"),
        queryset=CommissionVersion.objects.exclude(status=CommissionVersion.Status.DISCARDED)
        .select_related("rule")
        .order_by("-pk"),
        required=False,
        empty_label="–",
        help_text=gettext_lazy("This version beside the other rules of today; it need not be confirmed."),
    )
    category = forms.ModelChoiceField(
        label=gettext_lazy("Category"),
        queryset=Category.objects.order_by("path"),
        required=False,
        empty_label=gettext_lazy("All"),
        help_text=gettext_lazy("With everything below it, as goods are filed today."),
    )
    shop = forms.ModelChoiceField(
        label=gettext_lazy("Shop"),
        queryset=Shop.objects.all(),
        to_field_name="slug",
        widget=forms.TextInput,
        required=False,
        help_text=gettext_lazy("Its address; empty for all shops."),
    )

    def clean(self):
        cleaned = super().clean()
        if not self.errors and (cleaned["rate"] is None) == (cleaned["version"] is None):
            self.add_error("rate", _("Name either a rate or a rule."))
        return cleaned


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    change_list_template = "admin/settlement/ledger_change_list.html"
    fields = ["kind", "shop", "party", "currency", "balance"]
    readonly_fields = ["balance"]
    list_display = ["kind", "shop", "party", "currency", "balance"]
    list_display_links = ["kind"]
    list_filter = ["kind", "currency"]
    list_select_related = ["shop", "party"]
    search_fields = ["=shop__slug", "=shop__public_id"]
    ordering = ["pk"]

    def get_queryset(self, request):
        sums = Posting.objects.filter(account=OuterRef("pk")).values("account").annotate(sum=Sum("amount"))
        balance = Coalesce(Cast(Subquery(sums.values("sum")), BigIntegerField()), 0)
        return super().get_queryset(request).annotate(sum_of_postings=balance)

    @admin.display(description=gettext_lazy("balance (debit less credit)"))
    def balance(self, account):
        return Money(account.sum_of_postings, account.currency)


class PostingsOfEntry(ReadOnlyRows):
    model = Posting
    fields = ["account", "amount", "currency"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("account__shop", "account__party").order_by("pk")


@admin.register(Entry)
class EntryAdmin(VerbAdmin):
    noun = "entry"
    verbs = [DRAW_UP]
    change_list_template = "admin/settlement/ledger_change_list.html"
    fields = ["public_id", "kind", "ref", "at"]
    list_display = ["public_id", "kind", "ref", "at"]
    list_filter = ["kind"]
    search_fields = ["=public_id", "=ref"]
    ordering = ["-pk"]
    inlines = [PostingsOfEntry]

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("trial-balance/", view(self.trial_balance), name="settlement_trial_balance"),
            path("simulation/", view(self.simulation), name="settlement_simulation"),
            path("transit/", view(self.transit), name="settlement_transit"),
            path("report/", view(self.report), name="settlement_report"),
            *super().get_urls(),
        ]

    def trial_balance(self, request):
        """All accounts by kind and currency; what stands below the line must be zero."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = trial_balance()
        currencies = sorted({row.currency for row in rows})
        sums = [Money.total((row.balance for row in rows if row.currency == code), code) for code in currencies]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Trial balance"),
            "opts": self.opts,
            "rows": rows,
            "sums": sums,
            "adds_up": not any(sums),
        }
        return TemplateResponse(request, "admin/settlement/trial_balance.html", context)

    def simulation(self, request):
        """What a month would have brought at another rate; nothing is changed."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        today = clock.business_date(clock.now())
        last_month = today.replace(day=1) - timedelta(days=1)
        is_asked = "rate" in request.GET or "version" in request.GET
        form = SimulationForm(request.GET if is_asked else None, initial={"month": last_month})
        found = None
        if form.is_valid():
            asked = form.cleaned_data
            within = {"month": asked["month"], "category": asked["category"], "shop": asked["shop"]}
            if version := asked["version"]:
                found = simulate_rules(rules=rules_with(version, clock.now()), **within)
            else:
                found = simulate(bps=int(asked["rate"] * 100), **within)
        context = {
            **self.admin_site.each_context(request),
            "title": _("What another commission would have cost"),
            "opts": self.opts,
            "form": form,
            "found": found,
        }
        return TemplateResponse(request, "admin/settlement/simulation.html", context)

    def transit(self, request):
        """Money that only passes through: how much, since when, and whether that is too long."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = clock.now()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Money on its way"),
            "opts": self.opts,
            "rows": [(row, row.is_late(now)) for row in in_transit()],
        }
        return TemplateResponse(request, "admin/settlement/transit.html", context)

    def report(self, request):
        """What the platform earned and held, per day or month; ``?csv=1`` hands it out."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        today = clock.business_date(clock.now())
        form = ReportForm(request.GET if "unit" in request.GET else ReportForm.usual(today))
        rows = reports.report(**form.cleaned_data) if form.is_valid() else []
        if rows and request.GET.get("csv") == "1":
            response = HttpResponse(content_type=CONTENT_TYPES["csv"])
            response["Content-Disposition"] = 'attachment; filename="report.csv"'
            file = CsvFile(response)
            file.head([_("Period"), *reports.labels()])
            for row in rows:
                file.row([row.period, *row.cells])
            file.close()
            return response
        charts = reports.charts(rows)
        if answer := csv_asked(request, charts):
            return answer
        context = {
            **self.admin_site.each_context(request),
            "charts": charts,
            "title": _("Money of the platform"),
            "opts": self.opts,
            "form": form,
            "heads": reports.labels(),
            "rows": rows[::-1],
            "query": request.GET.urlencode() or ReportForm.usual(today, as_query=True),
        }
        return TemplateResponse(request, "admin/settlement/report.html", context)


@admin.register(Share)
class ShareAdmin(ReadOnlyAdmin):
    fields = [
        "order_public_id", "shop", "status", "currency", "gross", "subsidy", "from_issuers", "commission", "parties",
        "net", "completed_at", "due_on", "released_at",
    ]  # fmt: skip
    list_display = ["order_public_id", "shop", "status", "gross", "commission", "net", "due_on", "released_at"]
    list_filter = ["status", "due_on"]
    list_select_related = ["shop"]
    search_fields = ["=order_public_id", "=shop__slug"]
    ordering = ["-pk"]


def _return(*, deposit: Deposit, reason: str, by, now) -> None:
    return_deposit(shop=deposit.shop, reason=reason, by=by, now=now)


@admin.register(Deposit)
class DepositAdmin(VerbAdmin):
    """Deposits; one is sent back when its shop has closed (S6)."""

    noun = "deposit"
    verbs = [
        Verb(
            name="return_it",
            label=gettext_lazy("Return the deposit"),
            call=_return,
            permission="settlement.return_deposit",
            fits=lambda deposit: deposit.status == Deposit.Status.HELD and deposit.shop.status == Shop.Status.CLOSED,
            asks="reason",
            asks_help=gettext_lazy("The merchant reads it."),
            is_grave=True,
            fresh_action="settlement.return_deposit",
        )
    ]
    list_display = ["public_id", "application", "shop", "status", "amount", "paid_at", "returned_at"]
    list_filter = ["status"]
    list_select_related = ["application", "shop"]
    search_fields = ["=public_id", "=shop__slug", "application__merchant_name"]
    ordering = ["-pk"]
