"""
Rules of commission for platform staff: one proposes, another confirms. It stands on this floor because a rule may name
a campaign, which the catalogue does not know.
"""

from datetime import datetime
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from catalog.categories import HIGHEST_COMMISSION_BPS
from catalog.commission import Terms, say_conditions, say_effect
from catalog.commission_rules import (
    confirm_version,
    discard_version,
    propose_version,
)
from catalog.models import Category, CommissionRule, CommissionVersion, Product
from catalog.tunables import COMMISSION_NOTICE_DAYS
from mall import clock
from mall.forms import MoneyFormField, TextFormField
from mall.refusals import Refusal
from mall.staff import SavedByVerb, Verb, VerbAdmin
from marketing.models import Campaign
from merchants.models import Shop, TierRecord
from settlement.rule_fields import CategoryChoice, LadderField

PROPOSE = "catalog.propose_commission"
CONFIRM = "catalog.confirm_commission"
Status = CommissionVersion.Status
GROUPS = (
    (gettext_lazy("Which rule"), ("rule", "name", "position")),
    (
        gettext_lazy("For which lines: everything that is filled in must be so"),
        ("category", "shop", "tier", "shop_days", "campaign", "kind", "price_from", "price_below"),
    ),
    (pgettext_lazy("commission", "How much"), ("rate", "ladder", "fixed", "floor", "cap")),
    (gettext_lazy("From when, and why"), ("effective_at", "reason")),
)


class ProposalForm(forms.ModelForm):
    """A version of a rule; what does not fit is told beside its field before anything is written."""

    rule = forms.ModelChoiceField(
        label=gettext_lazy("Next version of"),
        queryset=CommissionRule.objects.order_by("pk"),
        required=False,
        empty_label=gettext_lazy("A new rule"),
    )
    name = TextFormField(
        label=gettext_lazy("Name"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Of a new rule. Shops read it."),
    )
    position = forms.IntegerField(
        label=pgettext_lazy("rule", "Place"),
        min_value=1,
        max_value=100_000,
        initial=100,
        help_text=gettext_lazy(
            "Of the rules that fit the one with the smallest number counts; when none fits, the rate of the category."
        ),
    )
    category = CategoryChoice(
        label=gettext_lazy("Category"),
        queryset=Category.objects.order_by("path"),
        required=False,
        empty_label=gettext_lazy("All"),
        help_text=gettext_lazy("With everything below it."),
    )
    shop = forms.ModelChoiceField(
        label=gettext_lazy("Shop"),
        queryset=Shop.objects.all(),
        to_field_name="slug",
        widget=forms.TextInput,
        required=False,
        help_text=gettext_lazy("Its address; empty for all shops."),
    )
    tier = forms.ChoiceField(
        label=gettext_lazy("Tier of the shop"), choices=[("", "–"), *TierRecord.Tier.choices], required=False
    )
    shop_days = forms.IntegerField(
        label=gettext_lazy("Days since the shop opened"),
        min_value=1,
        max_value=36_500,
        required=False,
        help_text=gettext_lazy("Only while the shop has been open for fewer days than this: for newcomers."),
    )
    campaign = forms.ModelChoiceField(
        label=gettext_lazy("Campaign of the mall"),
        queryset=Campaign.objects.order_by("-pk"),
        required=False,
        empty_label="–",
        help_text=gettext_lazy("Only what is sold at its prices."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of goods"),
        choices=[("", "–"), *(row for row in Product.Kind.choices if row[0] != Product.Kind.GIFT_CARD)],
        required=False,
    )
    price_from = MoneyFormField(label=gettext_lazy("Price of a piece from"), required=False)
    price_below = MoneyFormField(label=gettext_lazy("Price of a piece below"), minimum=1, required=False)
    rate = forms.DecimalField(
        label=gettext_lazy("Rate in percent"),
        min_value=0,
        max_value=HIGHEST_COMMISSION_BPS // 100,
        decimal_places=2,
        required=False,
    )
    ladder = LadderField(
        label=gettext_lazy("Or a ladder"),
        required=False,
        help_text=gettext_lazy(
            "One step a line: the amount from which it counts, and its rate in percent. The first begins at 0."
        ),
    )
    fixed = MoneyFormField(label=gettext_lazy("For each piece"), required=False)
    floor = MoneyFormField(label=gettext_lazy("At least, for a line"), required=False)
    cap = MoneyFormField(
        label=gettext_lazy("At most, for a line"),
        required=False,
        help_text=gettext_lazy("It is never more than what was paid for the line."),
    )
    effective_at = forms.DateTimeField(
        label=gettext_lazy("In force from"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
        help_text=gettext_lazy("The shops read it."),
    )

    class Meta:
        model = CommissionVersion
        fields = ()

    by = None
    saved: CommissionVersion | None = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        days = COMMISSION_NOTICE_DAYS.value
        self.fields["effective_at"].help_text = _("At least %(days)d days after it is confirmed.") % {"days": days}

    def clean(self):
        cleaned = super().clean()
        if self.errors or self.by is None:
            return cleaned
        said = {name: cleaned[name] for name in ("category", "shop", "tier", "shop_days", "kind")}
        said |= {name: cleaned[name] for name in ("price_from", "price_below", "ladder", "fixed", "floor", "cap")}
        if campaign := cleaned["campaign"]:
            said |= {"campaign": campaign.public_id, "campaign_name": campaign.name}
        try:
            self.saved = propose_version(
                name=cleaned["name"],
                rule=cleaned["rule"],
                position=cleaned["position"],
                bps=None if cleaned["rate"] is None else int(cleaned["rate"] * 100),
                effective_at=cleaned["effective_at"],
                reason=cleaned["reason"],
                by=self.by,
                now=clock.now(),
                **said,
            )
        except Refusal as refusal:
            field = {"bps": "rate"}.get(named := refusal.details.get("field"), named)
            self.add_error(field if field in self.fields else None, str(refusal))
        return cleaned

    def _post_clean(self) -> None:
        """The verb has checked and written everything; the form's own row is never saved."""


class EndForm(forms.Form):
    effective_at = forms.DateTimeField(
        label=gettext_lazy("In force until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
        help_text=gettext_lazy("The shops read it."),
    )


def _end(*, version: CommissionVersion, effective_at: datetime, reason: str, by, now: datetime) -> CommissionVersion:
    said = {"effective_at": effective_at, "reason": reason, "by": by, "now": now}
    return propose_version(rule=version.rule, position=version.position, is_end=True, **said)


def _waits(version: CommissionVersion) -> bool:
    return version.status == Status.PROPOSED


def _is_last(version: CommissionVersion) -> bool:
    later = version.rule.versions.exclude(status=Status.DISCARDED).filter(number__gt=version.number)
    return version.status == Status.CONFIRMED and not version.is_end and not later.exists()


@admin.register(CommissionVersion)
class CommissionVersionAdmin(SavedByVerb, VerbAdmin):
    """What rules of commission say, from when on; a version is never changed, the next one takes its place."""

    noun = "version"
    verbs = [
        Verb(
            name="confirm",
            label=gettext_lazy("Confirm"),
            call=confirm_version,
            permission=CONFIRM,
            fits=_waits,
            warning=gettext_lazy("Somebody else than who proposed it confirms it. Shops that it concerns are told."),
            fresh_action="catalog.confirm_commission",
            stays=True,
        ),
        Verb(
            name="discard", label=gettext_lazy("Discard"), call=discard_version, permission=CONFIRM, fits=_waits,
            is_grave=True,
        ),
        Verb(
            name="end", label=gettext_lazy("Propose its end"), call=_end, permission=PROPOSE, fits=_is_last,
            form_class=EndForm,
            warning=gettext_lazy("From then on the next rule that fits counts, or the rate of the category."),
        ),
    ]  # fmt: skip
    fields = [
        "public_id", "rule", "number", "state", "position", "conditions", "effect", "effective_at", "reason",
        "proposed_by", "proposed_at", "decided_by", "decided_at", "further",
    ]  # fmt: skip
    readonly_fields = ["state", "conditions", "effect", "further"]
    list_display = ["rule", "number", "state", "position", "conditions", "effect", "effective_at", "proposed_by"]
    list_filter = ["status", "effective_at"]
    list_select_related = ["rule", "category", "shop", "proposed_by"]
    search_fields = ["=public_id", "=rule__public_id", "rule__name", "=shop__slug", "=category__slug"]
    ordering = ["-effective_at", "-pk"]

    def get_queryset(self, request: HttpRequest):
        now = clock.now()
        same = CommissionVersion.objects.filter(rule=OuterRef("rule"), status=Status.CONFIRMED, effective_at__lte=now)
        later = same.filter(
            Q(effective_at__gt=OuterRef("effective_at"))
            | Q(effective_at=OuterRef("effective_at"), number__gt=OuterRef("number"))
        )
        return super().get_queryset(request).annotate(is_replaced=Exists(later))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PROPOSE)

    def get_fieldsets(self, request: HttpRequest, obj=None):
        if obj is None:
            return [(label, {"fields": fields}) for label, fields in GROUPS]
        return super().get_fieldsets(request, obj)

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        return type("Form", (ProposalForm,), {"by": request.user if request.method == "POST" else None})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict:
        """``?version=`` fills the form with what that version says."""
        key = request.GET.get("version", "")
        version = CommissionVersion.objects.filter(pk=key).first() if key.isdigit() else None
        if version is None:
            return {}
        names = ("position", "category", "tier", "shop_days", "kind", "price_from", "price_below", "ladder", "fixed",
                 "floor", "cap")  # fmt: skip
        return {
            "rule": version.rule_id,
            "shop": version.shop.slug if version.shop else "",
            "campaign": Campaign.objects.filter(public_id=version.campaign).first() if version.campaign else None,
            "rate": None if version.bps is None else version.bps / 100,
            **{name: getattr(version, name) for name in names},
        }

    @admin.display(description=gettext_lazy("state"))
    def state(self, version: CommissionVersion) -> str:
        if version.status != Status.CONFIRMED:
            return version.get_status_display()
        if version.effective_at > clock.now():
            return _("Announced")
        if version.is_replaced:
            return _("Replaced by a later version")
        return _("Ended") if version.is_end else pgettext("rule", "In force")

    @admin.display(description=gettext_lazy("for which lines"))
    def conditions(self, version: CommissionVersion) -> str:
        return say_conditions(Terms.of(version).conditions(), version.currency)

    @admin.display(description=pgettext_lazy("commission", "How much"))
    def effect(self, version: CommissionVersion) -> str:
        return say_effect(version)

    @admin.display(description=gettext_lazy("further"))
    def further(self, version: CommissionVersion) -> str:
        simulated = urlencode({"month": clock.business_date(clock.now()).isoformat(), "version": version.pk})
        return format_html(
            '<a href="{}?{}">{}</a> · <a href="{}?version={}">{}</a>',
            reverse("admin:settlement_simulation"), simulated, _("What a month would have cost by it"),
            reverse("admin:catalog_commissionversion_add"), version.pk, _("Propose the next version"),
        )  # fmt: skip
