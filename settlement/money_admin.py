"""What platform staff do about money that moves unusually (R4): cases, and the rules that make them."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mall import clock
from mall.forms import MoneyFormField
from mall.staff import ReadOnlyAdmin, Verb, VerbAdmin
from merchants.models import Shop
from risk.models import MoneyCase, MoneyLook, MoneyRule, MoneyRuleTurn
from risk.money.cases import hold_case, note_check, propose, send_back
from risk.money.rules import confirm_turn, discard_turn, propose_turn, with_hits
from risk.tunables import MONEY_POINTS
from settlement.ledger import balances
from settlement.seizures import answer_appeal, decide_case
from settlement.withdrawals import on_its_way

Status, Decision = MoneyCase.Status, MoneyCase.Decision
DECIDE, TURN, CONFIRM = "risk.decide_moneycase", "risk.turn_moneyrule", "risk.decide_moneyruleturn"
FRESH = "risk.money_cases"


def words_field(label, help_text="", longest: int = 300) -> forms.CharField:
    box = forms.Textarea(attrs={"rows": 4, "cols": 60})
    return forms.CharField(label=label, max_length=longest, widget=box, help_text=help_text)


class ProposalForm(forms.Form):
    decision = forms.ChoiceField(label=gettext_lazy("What should become of the money"), choices=Decision.choices)
    amount = MoneyFormField(
        label=gettext_lazy("Amount to be seized"), minimum=1, required=False,
        help_text=gettext_lazy("Only what the order names; the rest is released."),
    )  # fmt: skip
    authority = forms.ChoiceField(
        label=gettext_lazy("On whose order"), choices=[("", "–"), *MoneyCase.Authority.choices], required=False
    )
    order_number = forms.CharField(
        label=gettext_lazy("Number of the order, or of the rule"), max_length=80, required=False
    )
    reason = words_field(gettext_lazy("Reason"), gettext_lazy("The merchant reads it."))

    def clean(self):
        said = super().clean()
        if said.get("decision") == Decision.SEIZE:
            for name in ("amount", "authority", "order_number"):
                if not said.get(name) and name not in self.errors:
                    self.add_error(name, ValidationError(_("To seize money this is needed.")))
        return said


class TurnForm(forms.Form):
    mode = forms.ChoiceField(
        label=gettext_lazy("Mode"), choices=[("", gettext_lazy("as it is")), *MoneyRule.Mode.choices], required=False
    )
    weight = forms.IntegerField(
        label=gettext_lazy("Points"), min_value=0, max_value=100, required=False,
        help_text=gettext_lazy("Empty: as it is."),
    )  # fmt: skip
    limit = forms.IntegerField(
        label=gettext_lazy("Limit"), min_value=0, max_value=100_000, required=False,
        help_text=gettext_lazy("Empty: as it is. Its unit and bounds stand on the rule's page."),
    )  # fmt: skip
    reason = words_field(gettext_lazy("Reason"))

    def clean(self):
        said = super().clean()
        if not said.get("mode") and said.get("weight") is None and said.get("limit") is None:
            raise ValidationError(_("Say what is to change."))
        return said


@admin.register(MoneyCase)
class MoneyCaseAdmin(VerbAdmin):
    """Held money: what was found by which rule, what is to be looked into, and two people who decide."""

    noun = "case"
    verbs = [
        Verb(
            name="hold",
            label=gettext_lazy("Hold the money"),
            call=hold_case,
            permission=DECIDE,
            fits=lambda case: case.status in MoneyCase.UNDECIDED and not case.is_live,
            warning=gettext_lazy("Nothing of what the shop has available can be withdrawn; the shop is told."),
            is_grave=True,
            stays=True,
            fresh_action=FRESH,
        ),
        Verb(
            name="note",
            label=gettext_lazy("Note what I looked into"),
            call=note_check,
            permission=DECIDE,
            fits=lambda case: case.status == Status.OPEN,
            chooses="item",
            chooses_label=gettext_lazy("What I looked into"),
            choices=MoneyCase.Check,
            asks="note",
            asks_label=gettext_lazy("What I found"),
            stays=True,
        ),
        Verb(
            name="propose",
            label=gettext_lazy("Propose a decision"),
            call=propose,
            permission=DECIDE,
            fits=lambda case: case.status == Status.OPEN,
            form_class=ProposalForm,
            warning=gettext_lazy("Nothing moves before another person decides."),
            stays=True,
            fresh_action=FRESH,
        ),
        Verb(
            name="decide",
            label=gettext_lazy("Decide as proposed"),
            call=decide_case,
            permission=DECIDE,
            fits=lambda case: case.status == Status.PROPOSED,
            warning=gettext_lazy(
                "Somebody else than who proposed it decides. Money that is seized leaves the shop's account at once."
            ),
            is_grave=True,
            stays=True,
            fresh_action=FRESH,
        ),
        Verb(
            name="send_back",
            label=gettext_lazy("Look into it again"),
            call=send_back,
            permission=DECIDE,
            fits=lambda case: case.status == Status.PROPOSED,
            asks="reason",
            stays=True,
        ),
        Verb(
            name="uphold",
            label=gettext_lazy("The appeal is right"),
            call=lambda **given: answer_appeal(is_upheld=True, **given),
            permission=DECIDE,
            fits=lambda case: case.status == Status.APPEALED,
            asks="answer",
            asks_help=gettext_lazy("The merchant reads it."),
            warning=gettext_lazy("What was seized goes back at once. Who had a part in the decision does not answer."),
            stays=True,
            fresh_action=FRESH,
        ),
        Verb(
            name="refuse",
            label=gettext_lazy("Refuse the appeal"),
            call=lambda **given: answer_appeal(is_upheld=False, **given),
            permission=DECIDE,
            fits=lambda case: case.status == Status.APPEALED,
            asks="answer",
            asks_help=gettext_lazy("The merchant reads it."),
            warning=gettext_lazy("The seizure stands. Who had a part in the decision does not answer."),
            is_grave=True,
            stays=True,
            fresh_action=FRESH,
        ),
    ]
    change_form_template = "admin/risk/money_case.html"
    list_display = ["public_id", "shop_id", "status", "is_live", "points", "amount", "opened_at", "due_at"]
    list_filter = ["status", "is_live", "decision", "authority", "opened_at"]
    search_fields = ["=public_id", "=shop_id", "=looks__subject_id", "=order_number"]
    ordering = ["due_at", "pk"]
    fields = [
        "public_id", "shop_page", "status", "is_live", "opened_at", "due_at", "decision", "amount", "currency",
        "authority", "order_number", "reason", "proposed_by", "proposed_at", "decided_by", "decided_at", "appeal",
        "appealed_by", "appealed_at", "answer", "answered_by", "answered_at",
    ]  # fmt: skip
    readonly_fields = ["shop_page"]

    @admin.display(description=gettext_lazy("shop"))
    def shop_page(self, case: MoneyCase) -> str:
        shops = reverse("admin:merchants_shop_changelist")
        return format_html('<a href="{}?q={}">{}</a>', shops, case.shop_id, case.shop_id)

    def change_view(self, request: HttpRequest, object_id, form_url="", extra_context=None) -> HttpResponse:
        case = self.get_object(request, object_id)
        if case is None or not self.has_view_permission(request, case):
            return super().change_view(request, object_id, form_url, extra_context)
        shop = Shop.objects.filter(public_id=case.shop_id).first()
        ours = {
            "looks": case.looks.order_by("-pk").prefetch_related("signs__rule"),
            "checks": case.checks.select_related("done_by").order_by("pk"),
            "counts_from": MONEY_POINTS.value,
            "shop_money": shop and {**balances(shop), "on_its_way": on_its_way(shop)},
            "is_late": case.status in MoneyCase.UNDECIDED and case.due_at < clock.now(),
            "subjects": reverse("admin:settlement_withdrawal_changelist"),
            "rules": reverse("admin:risk_moneyrule_changelist"),
        }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **ours})


@admin.register(MoneyRule)
class MoneyRuleAdmin(VerbAdmin):
    """The rules as data, with what each of them found in 30 days; two people turn one."""

    noun = "rule"
    verbs = [
        Verb(
            name="turn",
            label=gettext_lazy("Propose a change"),
            call=propose_turn,
            permission=TURN,
            form_class=TurnForm,
            warning=gettext_lazy("It counts when another person has confirmed it."),
            stays=True,
        )
    ]
    list_display = ["code", "mode", "weight", "limit", "unit", "hits", "in_cases", "in_seized", "in_released"]
    list_filter = ["mode"]
    search_fields = ["=public_id", "=code"]
    ordering = ["pk"]
    fields = [
        "public_id",
        "code",
        "mode",
        "weight",
        "limit",
        "unit",
        "bounds",
        "hits",
        "in_cases",
        "in_seized",
        "in_released",
    ]
    readonly_fields = ["unit", "bounds", "hits", "in_cases", "in_seized", "in_released"]

    def get_queryset(self, request):
        return with_hits(super().get_queryset(request), clock.now())

    @admin.display(description=gettext_lazy("unit"))
    def unit(self, rule: MoneyRule) -> str:
        return str(rule.bounds.unit)

    @admin.display(description=gettext_lazy("bounds of the limit"))
    def bounds(self, rule: MoneyRule) -> str:
        return f"{rule.bounds.least} – {rule.bounds.most}"

    @admin.display(description=gettext_lazy("spoke in 30 days"))
    def hits(self, rule) -> int:
        return rule.hits

    @admin.display(description=gettext_lazy("in cases"))
    def in_cases(self, rule) -> int:
        return rule.in_cases

    @admin.display(description=gettext_lazy("of these seized"))
    def in_seized(self, rule) -> int:
        return rule.in_seized

    @admin.display(description=gettext_lazy("of these released"))
    def in_released(self, rule) -> int:
        return rule.in_released


def _waits(turn: MoneyRuleTurn) -> bool:
    return turn.status == MoneyRuleTurn.Status.PROPOSED


@admin.register(MoneyRuleTurn)
class MoneyRuleTurnAdmin(VerbAdmin):
    """Changes of rules: proposed by one person, confirmed by another."""

    noun = "turn"
    verbs = [
        Verb(
            name="confirm",
            label=gettext_lazy("Confirm"),
            call=confirm_turn,
            permission=CONFIRM,
            fits=_waits,
            warning=gettext_lazy("Somebody else than who proposed it confirms; it counts from then on."),
            fresh_action=FRESH,
        ),
        Verb(
            name="discard", label=gettext_lazy("Discard"), call=discard_turn, permission=CONFIRM, fits=_waits,
            is_grave=True,
        ),
    ]  # fmt: skip
    list_display = ["public_id", "rule", "mode", "weight", "limit", "status", "proposed_by", "proposed_at", "ended_by"]
    list_filter = ["status", "rule"]
    list_select_related = ["rule", "proposed_by", "ended_by"]
    search_fields = ["=public_id", "=rule__code"]
    ordering = ["-pk"]
    fields = [
        "public_id", "rule", "mode", "weight", "limit", "reason", "status", "proposed_by", "proposed_at", "ended_by",
        "ended_at",
    ]  # fmt: skip


@admin.register(MoneyLook)
class MoneyLookAdmin(ReadOnlyAdmin):
    """Every withdrawal, and every refund in a week of many, as the rules saw it; whether it made a case or not."""

    list_display = ["subject_id", "shop_id", "about", "amount", "points", "live_points", "at", "case"]
    list_filter = ["about", "at"]
    list_select_related = ["case"]
    search_fields = ["=subject_id", "=shop_id", "=case__public_id"]
    ordering = ["-pk"]
    fields = ["subject_id", "shop_id", "about", "amount", "currency", "points", "live_points", "found", "at", "case"]
