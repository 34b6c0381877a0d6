"""What platform staff do with the life of shops: petitions are answered; holidays are looked at."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from mall.events.bus import event_types
from mall.staff import ReadOnlyAdmin, Verb, VerbAdmin, known_values
from merchants.models import GrowthEntry, Holiday, Petition
from merchants.petitions import grant_petition, refuse_petition


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
