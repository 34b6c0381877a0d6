"""Corrections of bookings for platform staff: one draws up, another books."""

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from mall.forms import MoneyFormField
from mall.staff import Verb, VerbAdmin
from merchants.models import Shop
from settlement.corrections import book_correction, discard_correction, draw_up_correction
from settlement.models import Correction, Entry

PERMISSION = "settlement.book_correction"


class CorrectionForm(forms.Form):
    direction = forms.ChoiceField(label=_("Which way"), choices=Correction.Direction.choices)
    amount = MoneyFormField(label=_("Amount"), minimum=1)
    side = forms.ChoiceField(label=_("Borne or kept by"), choices=Correction.Side.choices)
    shop = forms.ModelChoiceField(
        label=_("Shop"),
        queryset=Shop.objects.all(),
        to_field_name="slug",
        widget=forms.TextInput,
        required=False,
        help_text=_("Its address; needed only when the entry touched several shops."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
        help_text=_("The merchant reads it."),
    )


DRAW_UP = Verb(
    name="correct",
    label=_("Draw up a correction"),
    call=draw_up_correction,
    permission="settlement.correct_entry",
    fits=lambda entry: entry.postings.exclude(shop=None).exists(),
    form_class=CorrectionForm,
    stays=True,
    warning=_("The entry stays as it is. Somebody else books the correction; then it stands on the next statement."),
    fresh_action="settlement.correct",
)


def _is_drawn(correction: Correction) -> bool:
    return correction.status == Correction.Status.DRAWN


@admin.register(Correction)
class CorrectionAdmin(VerbAdmin):
    noun = "correction"
    verbs = [
        Verb(
            name="book",
            label=_("Book it"),
            call=book_correction,
            permission=PERMISSION,
            fits=_is_drawn,
            warning=_("Somebody else than who drew it up books it; the shop is told at once."),
            fresh_action="settlement.correct",
        ),
        Verb(
            name="discard", label=_("Discard"), call=discard_correction, permission=PERMISSION, fits=_is_drawn,
            is_grave=True,
        ),
    ]  # fmt: skip
    fields = [
        "public_id", "corrected", "shop", "direction", "side", "amount", "currency", "reason", "status", "drawn_by",
        "drawn_at", "ended_by", "ended_at",
    ]  # fmt: skip
    readonly_fields = ["corrected"]
    list_display = ["public_id", "shop", "direction", "amount", "side", "status", "drawn_by", "drawn_at", "ended_by"]
    list_filter = ["status", "direction", "side", "drawn_at"]
    list_select_related = ["shop", "drawn_by", "ended_by"]
    search_fields = ["=public_id", "=shop__slug", "=entry__public_id", "=entry__ref"]
    ordering = ["-pk"]

    @admin.display(description=_("corrected entry"))
    def corrected(self, correction):
        return entry_link(correction.entry)


def entry_link(entry: Entry) -> str:
    url = reverse("admin:settlement_entry_change", args=[entry.pk])
    return format_html('<a href="{}">{} · <code>{}</code></a>', url, entry.get_kind_display(), entry.ref)
