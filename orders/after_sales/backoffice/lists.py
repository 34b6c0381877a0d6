"""The list of a shop's after-sales: its states, sorts and filters."""

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from mall.backoffice.filters import DateField, ListFilter, between_days
from mall.backoffice.lists import ShopList
from mall.backoffice.tables import Sort
from orders.models import AfterSale

Status = AfterSale.Status
WAITS_FOR_SHOP = [Status.ASKED, Status.RETURNING, Status.INSPECTING, Status.RESENDING]


class AfterSaleFilter(ListFilter):
    """By state, kind, reason, number of the case or its order, whose turn it is, and day."""

    status = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *Status.choices], required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All")), *AfterSale.Kind.choices], required=False)
    reason = forms.ChoiceField(label=_("Reason"), choices=[("", _("All")), *AfterSale.Reason.choices], required=False)
    turn = forms.ChoiceField(
        label=_("Whose turn"), choices=[("", _("All")), ("mine", _("Waits for us"))], required=False
    )
    opened_from = DateField(label=_("Opened from"), required=False)
    opened_to = DateField(label=_("Opened until"), required=False)

    def narrow(self, rows: QuerySet) -> QuerySet:
        if word := self.value("q"):
            rows = rows.filter(Q(public_id=word.lower()) | Q(order__public_id=word.lower()))
        for name in ("status", "kind", "reason"):
            if value := self.value(name):
                rows = rows.filter(**{name: value})
        if self.value("turn"):
            rows = rows.filter(status__in=WAITS_FOR_SHOP)
        return between_days(rows, "opened_at", self.value("opened_from"), self.value("opened_to"))


AFTER_SALES = ShopList(
    key="after_sales",
    filter=AfterSaleFilter,
    sorts=[Sort("opened", _("Opened"), "opened_at"), Sort("due", _("Clock"), "due_at", has_nulls=True)],
    default="-opened",
)
