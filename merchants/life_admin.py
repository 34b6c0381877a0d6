"""What platform staff do with the life of shops: petitions are answered; holidays are looked at."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.events.bus import event_types
from mall.forms import MoneyFormField
from mall.money import Money
from mall.staff import ReadOnlyAdmin, Verb, VerbAdmin, known_values
from merchants.models import Exit, GrowthEntry, Holiday, Petition, Sanction, Shop, TierRecord
from merchants.petitions import grant_petition, refuse_petition
from merchants.sanctions import impose, lift
from merchants.tunables import FINE_MOST


def _is_asked(petition: Petition) -> bool:
    return petition.status == Petition.Status.ASKED


@admin.register(Petition)
class PetitionAdmin(VerbAdmin):
    """What shops ask: revivals and appeals. Granting does what is asked."""

    noun = "petition"
    verbs = [
        Verb(
            name="grant",
            label=_("Grant"),
            call=grant_petition,
            permission="merchants.decide_petition",
            fits=_is_asked,
            asks="answer",
            asks_label=_("Answer"),
            asks_help=_("The merchant reads it."),
            longest=500,
            warning=_("What the shop asks is done at once: revived, scored anew, or the sanction lifted."),
        ),
        Verb(
            name="refuse",
            label=_("Refuse"),
            call=refuse_petition,
            permission="merchants.decide_petition",
            fits=_is_asked,
            asks="answer",
            asks_label=_("Answer"),
            asks_help=_("The merchant reads it."),
            longest=500,
        ),
    ]
    list_display = ["public_id", "shop", "kind", "subject", "status", "asked_at", "decided_by"]
    list_filter = ["status", "kind", "asked_at"]
    list_select_related = ["shop", "decided_by"]
    search_fields = ["=public_id", "=shop__slug"]
    ordering = ["asked_at", "pk"]
    fields = [
        "public_id", "shop", "kind", "subject", "status", "reason", "named", "asked_by", "asked_at", "against",
        "answer", "decided_by", "decided_at",
    ]  # fmt: skip


@admin.register(Holiday)
class HolidayAdmin(ReadOnlyAdmin):
    list_display = ["shop", "started_at", "ends_at", "ended_at", "started_by"]
    list_filter = ["started_at"]
    list_select_related = ["shop", "started_by"]
    search_fields = ["=shop__slug"]
    ordering = ["-started_at", "-pk"]


@admin.register(GrowthEntry)
class GrowthEntryAdmin(ReadOnlyAdmin):
    list_display = ["at", "shop", "name", "subject", "is_excluded"]
    list_filter = [known_values("name", _("what"), lambda: [(name, name) for name in sorted(event_types())])]
    list_select_related = ["shop"]
    search_fields = ["=shop__slug", "=subject"]
    ordering = ["-pk"]


class SanctionForm(forms.ModelForm):
    """What the verb would refuse is told beside its field."""

    fine = MoneyFormField(
        label=_("Fine"),
        required=False,
        help_text=_("Taken from what the shop has available when the time to appeal is over. Empty: none."),
    )

    def clean_shop(self):
        shop = self.cleaned_data["shop"]
        if shop.status == Shop.Status.CLOSED:
            raise ValidationError(_("This shop is closed."))
        return shop

    def clean_note(self):
        if not self.cleaned_data["note"].strip():
            raise ValidationError(_("Say what happened: the shop reads it."))
        return self.cleaned_data["note"]

    def clean_fine(self):
        fine, most = self.cleaned_data["fine"] or Money(0), Money(FINE_MOST.value)
        if fine > most:
            raise ValidationError(_("A fine is at most %(most)s."), params={"most": most})
        return fine


@admin.register(Sanction)
class SanctionAdmin(VerbAdmin):
    """Violations: staff impose one on the form to add, and lift what somebody else imposed (M9)."""

    form = SanctionForm
    noun = "sanction"
    verbs = [
        Verb(
            name="lift",
            label=_("Lift"),
            call=lift,
            permission="merchants.lift_sanction",
            fits=lambda sanction: sanction.lifted_at is None,
            warning=_(
                "Its points count no more; a restriction or suspension that they caused ends, and a fine is given back."
            ),
        )
    ]
    list_display = [
        "public_id", "shop", "code", "points", "fine", "consequence", "imposed_at", "expires_at", "fined_at",
        "lifted_at",
    ]  # fmt: skip
    list_filter = ["code", "consequence", "imposed_at"]
    list_select_related = ["shop"]
    search_fields = ["=public_id", "=subject", "=shop__slug"]
    autocomplete_fields = ["shop"]
    ordering = ["-pk"]

    def has_add_permission(self, request):
        return request.user.has_perm("merchants.add_sanction")

    def get_fields(self, request, obj=None):
        asked = ["shop", "code", "note", "fine"]
        rest = [
            "public_id",
            "points",
            "subject",
            "consequence",
            "imposed_by",
            "imposed_at",
            "expires_at",
            "fined_at",
            "lifted_at",
            "lifted_by",
        ]
        return asked if obj is None else [*asked, *rest]

    def save_model(self, request, obj, form, change):
        """The verb writes the row; the form's own is only what was typed."""
        given = {"shop": obj.shop, "code": obj.code, "note": obj.note, "fine": obj.fine}
        imposed = impose(**given, by=request.user, now=clock.now())
        obj.__dict__.update(imposed.__dict__)


@admin.register(TierRecord)
class TierRecordAdmin(ReadOnlyAdmin):
    list_display = ["month", "shop", "tier", "category", "place", "shops", "turnover", "repurchase_percent"]
    list_filter = ["tier", "month"]
    list_select_related = ["shop"]
    search_fields = ["=shop__slug"]
    ordering = ["-month", "category", "place"]


@admin.register(Exit)
class ExitAdmin(ReadOnlyAdmin):
    list_display = ["shop", "asked_at", "cleared_at", "closed_at", "canceled_at"]
    list_filter = ["asked_at"]
    list_select_related = ["shop"]
    search_fields = ["=shop__slug"]
    ordering = ["-asked_at"]
