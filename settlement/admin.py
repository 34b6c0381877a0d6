"""The ledger for platform staff: everything to read, nothing to change."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, OuterRef, Subquery, Sum
from django.db.models.functions import Cast, Coalesce
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mall.money import Money
from mall.staff import ReadOnlyAdmin, ReadOnlyRows, Verb, VerbAdmin
from merchants.models import Shop
from settlement.deposits import return_deposit
from settlement.ledger import trial_balance
from settlement.models import Account, Deposit, Entry, Posting, Share


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    change_list_template = "admin/settlement/ledger_change_list.html"
    fields = ["kind", "shop", "currency", "balance"]
    readonly_fields = ["balance"]
    list_display = ["kind", "shop", "currency", "balance"]
    list_display_links = ["kind"]
    list_filter = ["kind", "currency"]
    list_select_related = ["shop"]
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
        return super().get_queryset(request).select_related("account__shop").order_by("pk")


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    change_list_template = "admin/settlement/ledger_change_list.html"
    fields = ["public_id", "kind", "ref", "at"]
    list_display = ["public_id", "kind", "ref", "at"]
    list_filter = ["kind"]
    search_fields = ["=public_id", "=ref"]
    ordering = ["-pk"]
    inlines = [PostingsOfEntry]

    def get_urls(self):
        ours = path("trial-balance/", self.admin_site.admin_view(self.trial_balance), name="settlement_trial_balance")
        return [ours, *super().get_urls()]

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


@admin.register(Share)
class ShareAdmin(ReadOnlyAdmin):
    fields = [
        "order_public_id", "shop", "status", "currency", "gross", "subsidy", "commission", "net", "completed_at",
        "due_on", "released_at",
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
