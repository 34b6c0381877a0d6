"""The lists of a shop's money: its shares, order by order, and its bookings."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from mall.backoffice.filters import DateField, ListFilter, amount_field, between_amounts, between_days
from mall.backoffice.lists import ShopList
from mall.backoffice.tables import Sort
from merchants.models import Shop
from settlement.models import Account, Entry, Posting, Share


class ShareFilter(ListFilter):
    """By state, order number, day of completion, and the shop's share."""

    status = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *Share.Status.choices], required=False)
    completed_from = DateField(label=_("Completed from"), required=False)
    completed_to = DateField(label=_("Completed until"), required=False)
    least = amount_field(_("Share from"))
    most = amount_field(_("Share up to"))

    def narrow(self, rows: QuerySet) -> QuerySet:
        if word := self.value("q"):
            rows = rows.filter(order_public_id=word.lower())
        if status := self.value("status"):
            rows = rows.filter(status=status)
        rows = between_days(rows, "completed_at", self.value("completed_from"), self.value("completed_to"))
        return between_amounts(rows, "net", self.value("least"), self.value("most"))

    def parts(self, rows: QuerySet) -> list[QuerySet]:
        """The shares of each state that fits: an index holds each state in order, not all of them together."""
        narrowed = self.narrow(rows)
        statuses = [self.value("status")] if self.value("status") else Share.Status.values
        return [narrowed.filter(status=status) for status in statuses]


SHARES = ShopList(
    key="shares",
    filter=ShareFilter,
    sorts=[Sort("completed", _("Completed"), "completed_at")],
    default="-completed",
    export="settlement.shares",
)


class PostingFilter(ListFilter):
    """By the account (pending, available, on its way), and by what was booked."""

    account = forms.ChoiceField(
        label=_("Account"),
        choices=[
            ("", _("All")),
            *(
                (kind.value, kind.label)
                for kind in (Account.Kind.SHOP_PENDING, Account.Kind.SHOP_AVAILABLE, Account.Kind.SHOP_WITHDRAWING)
            ),
        ],
        required=False,
    )

    def narrow(self, rows: QuerySet) -> QuerySet:
        kind = self.value("account")
        return self.found(rows.filter(account__kind=kind) if kind else rows)

    def found(self, rows: QuerySet) -> QuerySet:
        """The bookings of what was searched for, looked up by its own index; one query when there is a word."""
        word = self.value("q")
        if not word:
            return rows
        entries = Entry.objects.filter(kind__in=Entry.Kind.values, ref__in=[word.lower(), word])
        return rows.filter(entry__in=list(entries.values_list("pk", flat=True)))


POSTINGS = ShopList(
    key="postings",
    filter=PostingFilter,
    sorts=[Sort("number", _("When"), "pk")],
    default="-number",
    export="settlement.entries",
)


def postings_by_account(shop: Shop, asked: PostingFilter) -> list[QuerySet]:
    """The bookings of each of the shop's accounts: an index holds each account's in order. One query for which."""
    accounts = Account.objects.owned_by(shop).exclude(kind=Account.Kind.SHOP_CARDS)
    if kind := asked.value("account"):
        accounts = accounts.filter(kind=kind)
    mine = asked.found(Posting.objects.owned_by(shop))
    return [mine.filter(account=account) for account in accounts.order_by("pk")] or [mine.none()]
