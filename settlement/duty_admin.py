"""What platform staff do about duty of goods from abroad: one draws it up, another confirms that it was paid."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from mall import clock
from mall.accounts.factors import ask_fresh_factor
from mall.refusals import Refusal
from mall.staff import ReadOnlyRows, Verb, VerbAdmin
from settlement.duty import discard_duty, draw_up_duty, pay_duty
from settlement.models import DutyRemittance, RemittedDuty

PAY = "settlement.pay_dutyremittance"


def _is_drawn(remittance: DutyRemittance) -> bool:
    return remittance.status == DutyRemittance.Status.DRAWN


class OrdersInIt(ReadOnlyRows):
    model = RemittedDuty
    fields = ["order_public_id", "amount"]
    ordering = ["pk"]


@admin.register(DutyRemittance)
class DutyRemittanceAdmin(VerbAdmin):
    """Duty paid over to customs, the newest first."""

    change_list_template = "admin/settlement/duty_remittances.html"
    noun = "remittance"
    verbs = [
        Verb(
            name="pay",
            label=_("It was paid to customs"),
            call=pay_duty,
            permission=PAY,
            fits=_is_drawn,
            asks="reference",
            asks_label=_("Receipt of customs"),
            longest=64,
            stays=True,
            warning=_("Somebody else than who drew it up confirms it; the money leaves the books at once."),
            fresh_action="settlement.pay_duty",
        ),
        Verb(name="discard", label=_("Discard"), call=discard_duty, permission=PAY, fits=_is_drawn, is_grave=True),
    ]
    inlines = [OrdersInIt]
    list_display = ["public_id", "status", "amount", "count", "drawn_by", "drawn_at", "ended_by", "ended_at"]
    list_filter = ["status", "drawn_at"]
    list_select_related = ["drawn_by", "ended_by"]
    search_fields = ["=public_id", "=reference", "=lines__order_public_id"]
    ordering = ["-pk"]

    def get_urls(self):
        view = require_POST(self.draw_up)
        return [
            path("draw-up/", self.admin_site.admin_view(view), name="settlement_dutyremittance_draw_up"),
            *super().get_urls(),
        ]

    def draw_up(self, request: HttpRequest) -> HttpResponse:
        """Everything that is owed now goes into one remittance."""
        if not request.user.has_perm(PAY):
            raise PermissionDenied
        if way := ask_fresh_factor(request, "settlement.pay_duty"):
            return way
        try:
            remittance = draw_up_duty(by=request.user, now=clock.now())
        except Refusal as refusal:
            messages.warning(request, str(refusal))
            return redirect("admin:settlement_dutyremittance_changelist")
        messages.success(request, _("It is drawn up. Pay it; then somebody else confirms it with the receipt."))
        return redirect("admin:settlement_dutyremittance_change", remittance.pk)
