"""
Brands, suppliers, carriers and promoters for platform staff: who they are, what they get, where their money goes. Rules
of the mall's own parties are proposed by one and confirmed by another; payouts are drawn up by one and paid by another.
"""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from catalog.models import Brand
from mall import clock
from mall.accounts.factors import ask_fresh_factor
from mall.money import DEFAULT_CURRENCY
from mall.refusals import Refusal
from mall.staff import ReadOnlyAdmin, ReadOnlyRows, SavedByVerb, Verb, VerbAdmin
from marketing.models import Campaign
from merchants.models import Shop
from orders.models import Party, PartyAgreement, PartyRule, PartyRuleVersion
from orders.parties.rules import (
    confirm_version,
    discard_version,
    end_party,
    enter_party,
    propose_version,
    resume_party,
)
from orders.parties.terms import PartyTerms, explain_part, say_taken, say_which
from settlement.models import PartyBankAccount, PartyPayout, PartyShare
from settlement.parties import balances
from settlement.party_payouts import Statement, add_account, discard_payout, draw_up_payouts, pay_payout, tell_lines
from settlement.rule_fields import BASES, TIERS, PartyAccountForm, PartyForm, PartyRuleFields

PROPOSE, CONFIRM, PAY = "orders.propose_party", "orders.confirm_party", "settlement.pay_partypayout"
Status = PartyRuleVersion.Status


class _VerbForm(forms.ModelForm):
    by = None
    saved = None

    def _post_clean(self) -> None:
        """The verb has checked and written everything; the form's own row is never saved."""


class NewPartyForm(_VerbForm, PartyForm):
    class Meta:
        model = Party
        fields = ()

    def clean(self):
        cleaned = super().clean()
        if not self.errors and self.by is not None:
            try:
                self.saved = enter_party(by=self.by, now=clock.now(), **self.cleaned_data)
            except Refusal as refusal:
                self.add_error("name", str(refusal))
        return cleaned


class NewRuleForm(_VerbForm, PartyRuleFields):
    """A version of a rule of one of the mall's parties."""

    party = forms.ModelChoiceField(
        label=gettext_lazy("Party"),
        queryset=Party.objects.filter(shop=None, status=Party.Status.ACTIVE).order_by("name"),
    )
    rule = forms.ModelChoiceField(
        label=gettext_lazy("Next version of"),
        queryset=PartyRule.objects.filter(party__shop=None).order_by("pk"),
        required=False,
        empty_label=gettext_lazy("A new rule"),
    )
    brand = forms.ModelChoiceField(
        label=gettext_lazy("Brand"), queryset=Brand.objects.order_by("slug"), required=False,
        empty_label=gettext_lazy("All"),
    )  # fmt: skip
    base = forms.ChoiceField(label=gettext_lazy("Taken of"), choices=BASES)
    bearer = forms.ChoiceField(
        label=gettext_lazy("Paid by"),
        choices=PartyRuleVersion.Bearer.choices,
        initial=PartyRuleVersion.Bearer.SHOP,
        help_text=gettext_lazy("What the mall pays needs no shop's agreement and is at most the line's commission."),
    )
    shop = forms.ModelChoiceField(
        label=gettext_lazy("Shop"),
        queryset=Shop.objects.all(),
        to_field_name="slug",
        widget=forms.TextInput,
        required=False,
        help_text=gettext_lazy("Its address, to offer it to this shop only; empty for all shops."),
    )
    tier = forms.ChoiceField(label=gettext_lazy("Tier of the shop"), choices=TIERS, required=False)
    campaign = forms.ModelChoiceField(
        label=gettext_lazy("Campaign of the mall"),
        queryset=Campaign.objects.order_by("-pk"),
        required=False,
        empty_label="–",
        help_text=gettext_lazy("Only what is sold at its prices."),
    )

    class Meta:
        model = PartyRuleVersion
        fields = ()

    def clean(self):
        cleaned = super().clean()
        if self.errors or self.by is None:
            return cleaned
        said = self.said() | {"rule": cleaned["rule"], "party": cleaned["party"]}
        if campaign := cleaned["campaign"]:
            said |= {"campaign": campaign.public_id, "campaign_name": campaign.name}
        try:
            self.saved = propose_version(by=self.by, now=clock.now(), **said)
        except Refusal as refusal:
            self.tell(refusal)
        return cleaned


RULE_GROUPS = (
    (gettext_lazy("Which rule"), ("party", "rule", "name", "position")),
    (
        gettext_lazy("For which lines: everything that is filled in must be so"),
        ("category", "brand", "shop", "tier", "campaign"),
    ),
    (pgettext_lazy("party", "How much"), ("bearer", "base", "rate", "ladder", "fixed", "floor", "cap")),
    (gettext_lazy("From when, and why"), ("effective_at", "reason")),
)


class AccountsOfParty(ReadOnlyRows):
    model = PartyBankAccount
    fields = ["account", "status", "added_by", "added_at", "usable_from"]
    readonly_fields = ["account"]
    ordering = ["-pk"]

    @admin.display(description=gettext_lazy("account"))
    def account(self, account: PartyBankAccount) -> str:
        return str(account)


@admin.register(Party)
class PartyAdmin(SavedByVerb, VerbAdmin):
    """Who gets parts of orders, the mall's own and those of shops."""

    noun = "party"
    verbs = [
        Verb(
            name="name_account",
            label=gettext_lazy("Name its bank account"),
            call=add_account,
            permission=PROPOSE,
            fits=lambda party: party.shop_id is None,
            form_class=PartyAccountForm,
            stays=True,
            warning=gettext_lazy("It is verified by the bank and waits its hours before money goes there."),
            fresh_action="settlement.party_account",
        ),
        Verb(
            name="end", label=gettext_lazy("End the cooperation"), call=end_party, permission=CONFIRM, is_grave=True,
            fits=lambda party: party.status == Party.Status.ACTIVE, stays=True,
        ),
        Verb(
            name="resume", label=gettext_lazy("Resume the cooperation"), call=resume_party, permission=CONFIRM,
            fits=lambda party: party.status == Party.Status.ENDED, stays=True,
        ),
    ]  # fmt: skip
    inlines = [AccountsOfParty]
    fields = ["public_id", "kind", "name", "shop", "status", "owed", "made_by", "made_at", "further"]
    readonly_fields = ["owed", "further"]
    list_display = ["name", "kind", "shop", "status", "made_at"]
    list_filter = ["kind", "status"]
    list_select_related = ["shop"]
    search_fields = ["=public_id", "name", "=shop__slug"]
    ordering = ["-pk"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PROPOSE)

    def get_fieldsets(self, request: HttpRequest, obj=None):
        return [(None, {"fields": ["kind", "name"]})] if obj is None else super().get_fieldsets(request, obj)

    def get_inlines(self, request: HttpRequest, obj=None):
        return [] if obj is None else self.inlines

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        return type("Form", (NewPartyForm,), {"by": request.user if request.method == "POST" else None})

    def get_urls(self):
        view = self.admin_site.admin_view(self.statement)
        return [path("<int:pk>/statement/", view, name="orders_party_statement"), *super().get_urls()]

    def statement(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A month of a party, booking by booking."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        party = get_object_or_404(Party, pk=pk)
        form = MonthForm(request.GET if "month" in request.GET else None)
        month = form.cleaned_data["month"] if form.is_valid() else clock.business_date(clock.now())
        statement = Statement(party, month)
        context = {
            **self.admin_site.each_context(request),
            "title": party.name,
            "opts": self.opts,
            "party": party,
            "form": form if form.is_bound else MonthForm(initial={"month": statement.first}),
            "statement": statement,
            "lines": tell_lines(statement.lines()),
        }
        return TemplateResponse(request, "admin/orders/party_statement.html", context)

    @admin.display(description=gettext_lazy("what it is owed"))
    def owed(self, party: Party) -> str:
        found = balances(party, DEFAULT_CURRENCY)
        return _("pending %(pending)s, available %(available)s, on its way %(paying)s") % found

    @admin.display(description=gettext_lazy("further"))
    def further(self, party: Party) -> str:
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:orders_party_statement", args=[party.pk]), _("Statement of the party")
        )


class MonthForm(forms.Form):
    month = forms.DateField(
        label=gettext_lazy("Month"),
        input_formats=["%Y-%m", "%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"),
    )


def _end(*, version: PartyRuleVersion, reason: str, by, now) -> PartyRuleVersion:
    party = version.rule.party
    return propose_version(party=party, rule=version.rule, is_end=True, reason=reason, by=by, now=now)


def _waits(version: PartyRuleVersion) -> bool:
    return version.status == Status.PROPOSED


def _is_last(version: PartyRuleVersion) -> bool:
    later = version.rule.versions.exclude(status=Status.DISCARDED).filter(number__gt=version.number)
    is_mall = version.rule.party.shop_id is None
    return is_mall and version.status == Status.CONFIRMED and not version.is_end and not later.exists()


class AgreementsTo(ReadOnlyRows):
    model = PartyAgreement
    fields = ["shop", "agreed_by", "agreed_at", "ended_at"]
    ordering = ["-pk"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("shop", "agreed_by")


@admin.register(PartyRuleVersion)
class PartyRuleVersionAdmin(SavedByVerb, VerbAdmin):
    """What parties get, from when on, and which shops have agreed; the next version takes a version's place."""

    noun = "version"
    verbs = [
        Verb(
            name="confirm", label=gettext_lazy("Confirm"), call=confirm_version, permission=CONFIRM, fits=_waits,
            warning=gettext_lazy(
                "Somebody else than who proposed it confirms it. It counts where shops agree, or the mall pays."
            ),
            fresh_action="orders.confirm_party", stays=True,
        ),
        Verb(
            name="discard", label=gettext_lazy("Discard"), call=discard_version, permission=CONFIRM, fits=_waits,
            is_grave=True,
        ),
        Verb(
            name="end", label=gettext_lazy("Propose its end"), call=_end, permission=PROPOSE, fits=_is_last,
            asks="reason",
        ),
    ]  # fmt: skip
    inlines = [AgreementsTo]
    fields = [
        "public_id", "rule", "of_party", "number", "status", "position", "shop", "bearer", "conditions", "effect",
        "effective_at", "reason", "proposed_by", "proposed_at", "decided_by", "decided_at",
    ]  # fmt: skip
    readonly_fields = ["of_party", "conditions", "effect"]
    list_display = ["rule", "number", "of_party", "status", "conditions", "effect", "effective_at", "proposed_by"]
    list_filter = ["status", "rule__party__kind", "effective_at"]
    list_select_related = ["rule__party__shop", "category", "brand", "product", "sku__product", "proposed_by"]
    search_fields = ["=public_id", "=rule__public_id", "rule__party__name", "=rule__party__shop__slug"]
    ordering = ["-pk"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PROPOSE)

    def get_inlines(self, request: HttpRequest, obj=None):
        return [] if obj is None else self.inlines

    def get_fieldsets(self, request: HttpRequest, obj=None):
        if obj is None:
            return [(label, {"fields": fields}) for label, fields in RULE_GROUPS]
        return super().get_fieldsets(request, obj)

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        return type("Form", (NewRuleForm,), {"by": request.user if request.method == "POST" else None})

    @admin.display(description=gettext_lazy("party"))
    def of_party(self, version: PartyRuleVersion) -> str:
        return str(version.rule.party)

    @admin.display(description=gettext_lazy("for which lines"))
    def conditions(self, version: PartyRuleVersion) -> str:
        return say_which(PartyTerms.of(version).conditions(), version.currency)

    @admin.display(description=pgettext_lazy("party", "How much"))
    def effect(self, version: PartyRuleVersion) -> str:
        return _("the rule ends") if version.is_end else say_taken(PartyTerms.of(version))


def _is_drawn(payout: PartyPayout) -> bool:
    return payout.status == PartyPayout.Status.DRAWN


@admin.register(PartyPayout)
class PartyPayoutAdmin(VerbAdmin):
    """Payouts to parties, the newest first; usually once a month."""

    change_list_template = "admin/settlement/party_payouts.html"
    noun = "payout"
    verbs = [
        Verb(
            name="pay",
            label=gettext_lazy("It was paid"),
            call=pay_payout,
            permission=PAY,
            fits=_is_drawn,
            asks="reference",
            asks_label=gettext_lazy("Bank's reference"),
            longest=64,
            stays=True,
            warning=gettext_lazy("Somebody else than who drew it up confirms it; the money leaves the books at once."),
            fresh_action="settlement.pay_party",
        ),
        Verb(
            name="discard", label=gettext_lazy("Discard"), call=discard_payout, permission=PAY, fits=_is_drawn,
            is_grave=True,
        ),
    ]  # fmt: skip
    list_display = ["public_id", "party", "status", "amount", "bank_account", "drawn_by", "drawn_at", "ended_by"]
    list_filter = ["status", "drawn_at"]
    list_select_related = ["party", "bank_account", "drawn_by", "ended_by"]
    search_fields = ["=public_id", "=reference", "party__name", "=party__public_id"]
    ordering = ["-pk"]

    def get_urls(self):
        view = self.admin_site.admin_view(require_POST(self.draw_up))
        return [path("draw-up/", view, name="settlement_partypayout_draw_up"), *super().get_urls()]

    def draw_up(self, request: HttpRequest) -> HttpResponse:
        """One payout for every party that has money available and an account that takes it."""
        if not request.user.has_perm(PAY):
            raise PermissionDenied
        if way := ask_fresh_factor(request, "settlement.pay_party"):
            return way
        try:
            draw_up_payouts(by=request.user, now=clock.now())
        except Refusal as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("They are drawn up. Pay them; then somebody else confirms each."))
        return redirect("admin:settlement_partypayout_changelist")


@admin.register(PartyShare)
class PartyShareAdmin(ReadOnlyAdmin):
    """What parties get of orders, and how it came about."""

    fields = [
        "order_public_id", "party", "shop", "status", "amount", "reversed", "currency", "paid_at", "released_at", "how",
    ]  # fmt: skip
    readonly_fields = ["how"]
    list_display = ["order_public_id", "party", "shop", "status", "amount", "reversed", "paid_at", "released_at"]
    list_filter = ["status", "party__kind"]
    list_select_related = ["party", "shop"]
    search_fields = ["=order_public_id", "=shop__slug", "party__name", "=party__public_id"]
    ordering = ["-pk"]

    @admin.display(description=gettext_lazy("how it came about"))
    def how(self, share: PartyShare) -> str:
        parts = share.party.parts.filter(order__public_id=share.order_public_id).select_related("line").order_by("pk")
        said = [
            (str(part.line.title) if part.line else _("Shipping fee"), " · ".join(explain_part(part.rule, part.amount)))
            for part in parts
        ]
        return format_html_join("", "<div><strong>{}</strong> {}</div>", said) or "–"
