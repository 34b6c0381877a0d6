"""What platform staff see and do about channels' bills and the differences to them."""

from django.conf import settings
from django.contrib import admin
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mall.staff import ReadOnlyRows, Verb, VerbAdmin, known_values
from orders.differences import (
    confirm_difference,
    note_difference,
    reopen_difference,
    resolve_difference,
    take_difference,
)
from orders.models import Bill, Difference, DifferenceNote
from orders.reconciliation import fetch_bill

RESOLVE = "orders.resolve_difference"
CHANNELS = known_values("channel", _("channel"), lambda: [(code, code) for code in settings.PAYMENT_CHANNELS])
CHANNELS_OF_BILL = known_values(
    "bill__channel", _("channel"), lambda: [(code, code) for code in settings.PAYMENT_CHANNELS]
)


class ByHand(models.TextChoices):
    """How a person may resolve a difference."""

    EXPLAINED = Difference.Resolution.EXPLAINED.value, Difference.Resolution.EXPLAINED.label
    CORRECTED_HERE = Difference.Resolution.CORRECTED_HERE.value, Difference.Resolution.CORRECTED_HERE.label
    CORRECTED_THERE = Difference.Resolution.CORRECTED_THERE.value, Difference.Resolution.CORRECTED_THERE.label
    WRITTEN_OFF = Difference.Resolution.WRITTEN_OFF.value, Difference.Resolution.WRITTEN_OFF.label


class Notes(ReadOnlyRows):
    model = DifferenceNote
    fields = ["at", "by", "text"]
    ordering = ["pk"]


@admin.register(Bill)
class BillAdmin(VerbAdmin):
    """The bill of each channel and day, the newest first."""

    noun = "bill"
    verbs = [
        Verb(
            name="fetch",
            label=_("Fetch it now"),
            call=fetch_bill,
            permission="orders.fetch_bill",
            fits=lambda bill: bill.status == Bill.Status.WAITING,
            stays=True,
        )
    ]
    list_display = ["public_id", "channel", "day", "status", "lines", "differing", "trouble", "tried_at", "compared_at"]
    list_filter = ["status", CHANNELS, "day"]
    search_fields = ["=public_id"]
    ordering = ["-day", "-pk"]


@admin.register(Difference)
class DifferenceAdmin(VerbAdmin):
    """What a bill and our books say differently, the newest first."""

    noun = "difference"
    verbs = [
        Verb(
            name="take",
            label=_("I look into it"),
            call=take_difference,
            permission=RESOLVE,
            fits=lambda difference: difference.status != Difference.Status.RESOLVED,
            stays=True,
        ),
        Verb(
            name="note",
            label=pgettext_lazy("verb", "Note"),
            call=note_difference,
            permission=RESOLVE,
            asks="text",
            asks_label=_("What was found out"),
            longest=1000,
            stays=True,
        ),
        Verb(
            name="resolve",
            label=_("Resolve"),
            call=resolve_difference,
            permission=RESOLVE,
            fits=lambda difference: difference.status == Difference.Status.OPEN,
            chooses="resolution",
            chooses_label=_("What came of it"),
            choices=ByHand,
            asks="reason",
            longest=500,
            stays=True,
            warning=_("Where the amount itself differs, somebody else confirms it."),
            fresh_action="orders.resolve_difference",
        ),
        Verb(
            name="confirm",
            label=_("Confirm what was proposed"),
            call=confirm_difference,
            permission=RESOLVE,
            fits=lambda difference: difference.status == Difference.Status.PROPOSED,
            stays=True,
            warning=_("Somebody else than who proposed it."),
            fresh_action="orders.resolve_difference",
        ),
        Verb(
            name="reopen",
            label=_("Do not agree"),
            call=reopen_difference,
            permission=RESOLVE,
            fits=lambda difference: difference.status == Difference.Status.PROPOSED,
            asks="reason",
            stays=True,
        ),
    ]
    inlines = [Notes]
    list_display = [
        "public_id", "bill", "kind", "movement", "reference", "amount_here", "shown_there", "status",
        "assigned_to", "found_at",
    ]  # fmt: skip
    list_filter = ["status", "kind", CHANNELS_OF_BILL, "found_at"]
    list_select_related = ["bill", "assigned_to"]
    search_fields = ["=public_id", "=reference", "=provider_reference"]
    ordering = ["-pk"]

    @admin.display(description=_("on the bill"))
    def shown_there(self, difference: Difference) -> str:
        return "–" if difference.there is None else str(difference.there)
