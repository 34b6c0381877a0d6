"""What platform staff do with applications and shops; everything else of merchants they only look at."""

from collections.abc import Callable
from datetime import datetime

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy, ngettext

from mall import clock
from mall.admin import ReadOnlyAdmin
from mall.refusals import Refusal
from merchants.applications import approve_application, reject_application, request_changes
from merchants.models import Application, DailyFacts, HealthScore, Merchant, Seat, Shop
from merchants.shops import freeze_shop, thaw_shop

CHECKS = {
    "credit_code": gettext_lazy("Credit code"),
    "duplicates": gettext_lazy("Business not yet here"),
    "address": gettext_lazy("Address free"),
    "shop_name": gettext_lazy("Name of the shop"),
    "goods": gettext_lazy("Goods"),
    "rejected_before": gettext_lazy("Rejected before"),
    "phone_of_others": gettext_lazy("Phone used by other applicants"),
}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
        help_text=gettext_lazy("The merchant reads it."),
    )


class DecisionAdmin(ReadOnlyAdmin):
    """Rows that staff decide about: each action asks on a page of its own and calls a verb for every chosen row."""

    decisions: tuple[str, ...] = ()
    change_form_template = "admin/merchants/decidable.html"

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    def change_view(self, request, object_id, form_url="", extra_context=None):
        actions = self.get_actions(request)
        buttons = [
            {"action": name, "label": actions[name][2]}
            for name in self.decisions
            if name in actions and self.is_due(name, object_id)
        ]
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "decisions": buttons})

    def is_due(self, action: str, object_id: str) -> bool:
        """Whether the action fits the row's present status."""
        raise NotImplementedError

    def decide(
        self, request: HttpRequest, rows, action: str, verb: Callable, *, asks_reason: bool
    ) -> HttpResponse | None:
        """Ask, then do: the page comes back with what was typed until it is right or given up."""
        confirmed = "confirmed" in request.POST
        form = ReasonForm(request.POST if confirmed else None) if asks_reason else None
        if confirmed and (form is None or form.is_valid()):
            self._call(request, rows, verb, form.cleaned_data if form else {}, clock.now())
            return None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": self.get_actions(request)[action][2],
            "rows": rows,
            "action": action,
            "checkbox": ACTION_CHECKBOX_NAME,
            "form": form,
        }
        return TemplateResponse(request, "admin/merchants/decide.html", context)

    def _call(self, request: HttpRequest, rows, verb: Callable, said: dict, now: datetime) -> None:
        done = 0
        for row in rows:
            try:
                verb(row, by=request.user, now=now, **said)
            except Refusal as refusal:
                messages.error(request, f"{row}: {refusal}")
            else:
                done += 1
        if done:
            messages.success(request, ngettext("Done for %(count)d.", "Done for %(count)d.", done) % {"count": done})


@admin.register(Application)
class ApplicationAdmin(DecisionAdmin):
    list_display = ["merchant_name", "kind", "shop_slug", "status", "check_passed", "submitted_at", "decided_by"]
    list_filter = ["status", "kind"]
    list_select_related = ["decided_by"]
    search_fields = ["merchant_name", "=credit_code", "=shop_slug", "=public_id"]
    ordering = ["submitted_at", "pk"]
    actions = ["approve", "request_changes", "reject"]
    decisions = ("approve", "request_changes", "reject")
    fields = [
        "public_id", "status", "merchant_name", "kind", "credit_code", "contact_name", "contact_phone", "shop_name",
        "shop_slug", "goods", "automatic_check", "applicant", "submitted_at", "decided_at", "decided_by", "reason",
        "merchant",
    ]  # fmt: skip
    readonly_fields = ["automatic_check"]

    def is_due(self, action, object_id):
        return Application.objects.filter(pk=object_id, status=Application.Status.SUBMITTED).exists()

    @admin.display(description=gettext_lazy("automatic check"), boolean=True)
    def check_passed(self, row):
        return all(finding["ok"] for finding in row.findings)

    @admin.display(description=gettext_lazy("automatic check"))
    def automatic_check(self, row):
        lines = (
            ("✓" if finding["ok"] else "⚠", CHECKS.get(finding["check"], finding["check"]), finding["note"])
            for finding in row.findings
        )
        return format_html_join("", "<div>{} {} <code>{}</code></div>", lines)

    @admin.action(description=gettext_lazy("Approve: open the shop"), permissions=["decide"])
    def approve(self, request, queryset):
        def verb(row, **said):
            approve_application(application=row, **said)

        return self.decide(request, queryset, "approve", verb, asks_reason=False)

    @admin.action(description=gettext_lazy("Request changes"), permissions=["decide"])
    def request_changes(self, request, queryset):
        def verb(row, **said):
            request_changes(application=row, **said)

        return self.decide(request, queryset, "request_changes", verb, asks_reason=True)

    @admin.action(description=gettext_lazy("Reject"), permissions=["decide"])
    def reject(self, request, queryset):
        def verb(row, **said):
            reject_application(application=row, **said)

        return self.decide(request, queryset, "reject", verb, asks_reason=True)


@admin.register(Shop)
class ShopAdmin(DecisionAdmin):
    list_display = ["slug", "name", "merchant", "status", "opened_at", "last_paid_at", "reminded_at", "frozen_at"]
    list_filter = ["status"]
    list_select_related = ["merchant", "activity"]
    search_fields = ["=slug", "=public_id", "name", "merchant__name"]
    ordering = ["slug"]
    actions = ["freeze", "thaw"]
    decisions = ("freeze", "thaw")

    def is_due(self, action, object_id):
        status = {"freeze": Shop.Status.OPEN, "thaw": Shop.Status.FROZEN}[action]
        return Shop.objects.filter(pk=object_id, status=status).exists()

    @admin.display(description=gettext_lazy("last paid order at"), ordering="activity__last_paid_at")
    def last_paid_at(self, row):
        return row.activity.last_paid_at if hasattr(row, "activity") else None

    @admin.action(description=gettext_lazy("Freeze: hide from shoppers"), permissions=["decide"])
    def freeze(self, request, queryset):
        def verb(row, **said):
            freeze_shop(shop=row, **said)

        return self.decide(request, queryset, "freeze", verb, asks_reason=True)

    @admin.action(description=gettext_lazy("Thaw: show to shoppers again"), permissions=["decide"])
    def thaw(self, request, queryset):
        def verb(row, **said):
            thaw_shop(shop=row, **said)

        return self.decide(request, queryset, "thaw", verb, asks_reason=False)


@admin.register(Merchant)
class MerchantAdmin(ReadOnlyAdmin):
    list_display = ["name", "kind", "credit_code", "joined_at"]
    list_filter = ["kind"]
    search_fields = ["name", "=credit_code", "=public_id"]
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
        "product_updates", "review_count",
    ]  # fmt: skip
    list_select_related = ["shop"]
    search_fields = ["=shop__slug"]
    date_hierarchy = "on"
    ordering = ["-on", "shop"]


@admin.register(HealthScore)
class HealthScoreAdmin(ReadOnlyAdmin):
    list_display = ["month", "shop", "score", "sheet_version", "scored_at"]
    list_select_related = ["shop"]
    search_fields = ["=shop__slug"]
    date_hierarchy = "month"
    ordering = ["-month", "score", "pk"]
