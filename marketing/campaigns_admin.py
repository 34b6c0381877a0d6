"""What staff do with campaigns of the mall: write briefs, look at whom they invite, invite, audit, lock, call off."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Category
from mall import clock
from mall.forms import TextFormField
from mall.refusals import Refusal
from mall.staff import ReadOnlyAdmin, SavedByVerb, Verb, VerbAdmin, Verbs
from marketing.campaigns.auditing import AUDITED_IN, accept, refuse
from marketing.campaigns.briefs import FIELDS, call_off, save_brief
from marketing.campaigns.inviting import fitting, fitting_count, invite
from marketing.campaigns.locking import lock_now
from marketing.models import Campaign, CampaignEnrolment, CampaignInvitation, CampaignResult
from marketing.rules import MOST_PIECES, MOST_UNITS
from merchants.models import HealthScore, Requirement, TierRecord

RUN = "marketing.run_campaign"
AUDIT = "marketing.audit_campaignenrolment"
SHOWN_SHOPS = 50
MOMENTS = ("enrol_from", "enrol_until", "audit_until", "live_from", "live_until")


class BriefForm(forms.ModelForm):
    """A brief; what does not fit is told beside its field before anything is written."""

    name = TextFormField(label=gettext_lazy("Name"), max_length=40)
    words = TextFormField(label=gettext_lazy("A line about it"), max_length=300, required=False, widget=forms.Textarea)
    tiers = forms.MultipleChoiceField(
        label=gettext_lazy("Tiers"),
        choices=TierRecord.Tier,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None: every tier. New shops have no tier and come along."),
    )
    categories = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Categories"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None: every category."),
    )
    documents = forms.MultipleChoiceField(
        label=gettext_lazy("Documents that must be valid"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Through the last day of the campaign."),
    )
    least_score = forms.IntegerField(
        label=gettext_lazy("Least health score"),
        min_value=HealthScore.PASS,
        max_value=100,
        initial=HealthScore.PASS,
        help_text=gettext_lazy("60 or more. A shop without a score yet may join."),
    )
    most_shops = forms.IntegerField(
        label=gettext_lazy("Shops invited at most"),
        required=False,
        min_value=1,
        help_text=gettext_lazy("The first by priority. Empty: all that fit."),
    )
    calm_days = forms.IntegerField(
        label=gettext_lazy("Days without a raise of the price"), min_value=0, max_value=90, initial=30
    )
    least_units = forms.IntegerField(
        label=gettext_lazy("Units of an item at least"), min_value=1, max_value=MOST_UNITS, initial=1
    )
    person_units = forms.IntegerField(
        label=gettext_lazy("Units per person"), min_value=1, max_value=MOST_PIECES, initial=2
    )
    off_percent = forms.IntegerField(
        label=gettext_lazy("Per cent below the lowest price of 30 days"), min_value=1, max_value=90, initial=10
    )

    class Meta:
        model = Campaign
        fields = [name for name in FIELDS if name != "off_bps"]
        widgets = {
            name: forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M") for name in MOMENTS
        }

    by = None
    saved: Campaign | None = None

    def __init__(self, *args, **kwargs):
        row = kwargs.get("instance")
        if row is not None:
            kwargs["initial"] = {"off_percent": row.off_bps // 100} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        roots = Category.objects.filter(depth=1).order_by("path")
        self.fields["categories"].choices = [(row.pk, str(row.name)) for row in roots]
        papers = Requirement.objects.filter(type=Requirement.Type.DOCUMENT, is_active=True).order_by("position", "pk")
        self.fields["documents"].choices = list({row.code: str(row.name) for row in papers}.items())

    def clean(self):
        cleaned = super().clean()
        if not self.errors and self.by is not None:
            row = self.instance
            for name in self.Meta.fields:
                setattr(row, name, cleaned[name])
            row.off_bps = cleaned["off_percent"] * 100
            if Campaign.objects.filter(slug=row.slug).exclude(pk=row.pk).exists():
                self.add_error("slug", _("Another campaign has this address."))
                return cleaned
            try:
                self.saved = save_brief(campaign=row, by=self.by, now=clock.now())
            except Refusal as refusal:
                field = refusal.details.get("field")
                self.add_error(field if field in self.fields else None, str(refusal))
        return cleaned

    def _post_clean(self) -> None:
        """The verb has checked and written everything; the form's own row is never saved."""


@admin.register(Campaign)
class CampaignAdmin(SavedByVerb, Verbs, ReadOnlyAdmin):
    """A brief can be changed until the first shop is invited; whom it invites stands below it."""

    noun = "campaign"
    verbs = [
        Verb(
            name="invite",
            label=gettext_lazy("Invite"),
            call=invite,
            permission=RUN,
            fits=lambda row: row.status in (Campaign.Status.BRIEF, Campaign.Status.INVITING, Campaign.Status.ENROLMENT),
            warning=gettext_lazy("Every shop that fits and is not invited yet is told. The brief stays as it is then."),
            stays=True,
        ),
        Verb(
            name="lock",
            label=gettext_lazy("Lock prices"),
            call=lock_now,
            permission=RUN,
            fits=lambda row: row.status == Campaign.Status.AUDIT,
            warning=gettext_lazy("What was accepted is set aside in the stock of its shop, and its price stays."),
            stays=True,
        ),
        Verb(
            name="call_off",
            label=gettext_lazy("Call off"),
            call=call_off,
            permission=RUN,
            fits=lambda row: Campaign.FLOW.can(row, Campaign.Status.CANCELED),
            asks="reason",
            asks_help=gettext_lazy("Shops read it."),
            is_grave=True,
            stays=True,
        ),
    ]
    list_display = ["name", "kind", "status", "enrol_until", "live_from", "live_until", "made_by"]
    list_filter = ["status", "kind"]
    search_fields = ["=public_id", "slug"]
    ordering = ["-pk"]
    list_select_related = ["made_by"]
    readonly_fields = ["counts", "foreseen"]
    told = [
        "public_id", "status", "made_by", "made_at", "invited_at", "locked_at", "started_at", "settled_at",
        "evaluated_at", "canceled_at", "cancel_reason",
    ]  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(RUN)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return obj is not None and obj.status == Campaign.Status.BRIEF and request.user.has_perm(RUN)

    def get_fields(self, request: HttpRequest, obj=None):
        if obj is None:
            return list(BriefForm.base_fields)
        if self.has_change_permission(request, obj):
            return [*BriefForm.base_fields, "foreseen"]
        return [*self._spoken(["counts", *FIELDS, *self.told], in_list=False)]

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):
        if obj is not None and not self.has_change_permission(request, obj):
            return super().get_form(request, obj, change, **kwargs)
        by = request.user if request.method == "POST" else None
        return type("Form", (BriefForm,), {"by": by})

    @admin.display(description=gettext_lazy("Whom it would invite"))
    def foreseen(self, row: Campaign) -> str:
        now = clock.now()
        shops = fitting(row, now=now, most=SHOWN_SHOPS)
        if not shops:
            return _("Nobody: no shop fits this brief.")
        return format_html(
            "<p>{}</p><table><thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>{}</tbody></table>",
            _("%(count)d shops; the first of them, in their order:") % {"count": fitting_count(row, now=now)},
            _("Shop"),
            _("Priority points"),
            _("Tier"),
            _("Health score"),
            format_html_join(
                "",
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                (
                    (
                        each.shop.name,
                        each.points,
                        _("New shop") if each.is_new else TierRecord.Tier(each.tier or "tail").label,
                        "–" if each.score is None else each.score,
                    )
                    for each in shops
                ),
            ),
        )

    @admin.display(description=gettext_lazy("Shops and goods"))
    def counts(self, row: Campaign) -> str:
        told = [
            (CampaignInvitation, row.invitations.count()),
            (CampaignEnrolment, row.enrolments.count()),
            (CampaignResult, row.results.count()),
        ]
        return format_html_join(
            " · ",
            '<a href="{}?campaign__id__exact={}">{}: {}</a>',
            (
                (
                    reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"),
                    row.pk,
                    model._meta.verbose_name_plural,
                    count,
                )
                for model, count in told
            ),
        )


@admin.register(CampaignInvitation)
class CampaignInvitationAdmin(ReadOnlyAdmin):
    list_display = ["campaign", "place", "shop", "points", "tier", "score", "is_new", "invited_at"]
    list_filter = ["is_new", "campaign"]
    search_fields = ["=shop__slug", "=campaign__slug"]
    ordering = ["-campaign", "place"]
    list_select_related = ["campaign", "shop"]
    fields = ["campaign", "shop", "place", "points", "tier", "score", "is_new", "invited_at"]


@admin.register(CampaignEnrolment)
class CampaignEnrolmentAdmin(VerbAdmin):
    """The audit: each item with its price, the lowest of thirty days, and its number of units."""

    noun = "enrolment"
    verbs = [
        Verb(
            name="accept",
            label=gettext_lazy("Accept"),
            call=accept,
            permission=AUDIT,
            fits=lambda row: (
                row.campaign.status in AUDITED_IN and CampaignEnrolment.FLOW.can(row, CampaignEnrolment.Status.ACCEPTED)
            ),
        ),
        Verb(
            name="refuse",
            label=gettext_lazy("Refuse"),
            call=refuse,
            permission=AUDIT,
            fits=lambda row: (
                row.campaign.status in AUDITED_IN and CampaignEnrolment.FLOW.can(row, CampaignEnrolment.Status.REFUSED)
            ),
            asks="reason",
            asks_help=gettext_lazy("The shop reads it."),
            is_grave=True,
        ),
    ]
    list_display = ["goods", "shop", "campaign", "status", "price", "lowest", "units", "enrolled_at"]
    list_filter = ["status", "campaign"]
    search_fields = ["=public_id", "=shop__slug", "=sku__public_id"]
    ordering = ["pk"]
    list_select_related = ["campaign", "shop", "sku__product"]
    readonly_fields = ["goods"]
    fields = [
        "public_id", "campaign", "shop", "goods", "status", "price", "lowest", "units", "is_new", "promotion",
        "enrolled_by", "enrolled_at", "decided_by", "decided_at", "reason",
    ]  # fmt: skip

    @admin.display(description=gettext_lazy("item"))
    def goods(self, row: CampaignEnrolment) -> str:
        return f"{row.sku.product.title} · {row.sku}"


@admin.register(CampaignResult)
class CampaignResultAdmin(ReadOnlyAdmin):
    list_display = ["campaign", "shop", "points", "orders", "paid", "visitors", "conversion_percent", "rating",
                    "complaints"]  # fmt: skip
    list_filter = ["campaign"]
    search_fields = ["=shop__slug", "=campaign__slug"]
    ordering = ["-campaign", "-points"]
    list_select_related = ["campaign", "shop"]
    fields = [
        "campaign", "shop", "points", "orders", "units", "paid", "visitors", "conversion_bps", "review_count",
        "review_stars", "complaints", "evaluated_at",
    ]  # fmt: skip
