"""What platform staff do about money that moves unusually (R4): cases, and the rules that make them."""

from decimal import Decimal

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
from mall.refusals import Refusal
from mall.staff import ReadOnlyAdmin, Verb, VerbAdmin
from merchants.models import Shop
from risk.models import MoneyCase, MoneyLook, MoneyRule, MoneyRuleTurn
from risk.money.cases import appeal_until, hold_case, note_check, propose, send_back
from risk.money.rules import confirm_turn, discard_turn, propose_turn, with_hits
from risk.tunables import MONEY_POINTS
from settlement.bank_accounts import check_number, digits
from settlement.gateways import gateway
from settlement.ledger import balances
from settlement.models import BankAccount, SeizureOrder
from settlement.seizure_orders import (
    approve_order,
    ask_about_order,
    discard_order,
    draw_up_order,
    is_final,
    left_of,
    note_order_failed,
    note_order_paid,
)
from settlement.seizures import answer_appeal, decide_case
from settlement.withdrawals import on_its_way

Status, Decision = MoneyCase.Status, MoneyCase.Decision
DECIDE, TURN, CONFIRM = "risk.decide_moneycase", "risk.turn_moneyrule", "risk.decide_moneyruleturn"
FRESH = "risk.money_cases"
CARRY_OUT, CARRY_OUT_FRESH = "settlement.carry_out_seizureorder", "settlement.seizure_orders"


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


class SeizureOrderForm(forms.Form):
    """What an authority orders about money that is seized."""

    way = forms.ChoiceField(label=gettext_lazy("What is ordered"), choices=SeizureOrder.Way.choices)
    authority = forms.ChoiceField(label=gettext_lazy("On whose order"), choices=SeizureOrder.Authority.choices)
    file_number = forms.CharField(
        label=gettext_lazy("File number of the order"), max_length=80,
        help_text=gettext_lazy("As it stands on the paper; the merchant reads it."),
    )  # fmt: skip
    amount = MoneyFormField(label=gettext_lazy("Amount"), minimum=1)
    holder = forms.CharField(
        label=gettext_lazy("Holder of the account"), max_length=120, required=False,
        help_text=gettext_lazy("As the order names it; leave it empty when the money goes back to the shop."),
    )  # fmt: skip
    number = forms.CharField(label=gettext_lazy("Account number"), max_length=40, required=False)
    bank = forms.CharField(label=gettext_lazy("Bank"), max_length=60, required=False)
    branch = forms.CharField(label=gettext_lazy("Branch"), max_length=80, required=False)

    def clean(self):
        said = super().clean()
        is_over = said.get("way") == SeizureOrder.Way.OVER
        for name in ("holder", "number", "bank"):
            if is_over and not said.get(name) and name not in self.errors:
                self.add_error(name, ValidationError(_("To pay it over this is needed.")))
        if said.get("number") and "number" not in self.errors:
            try:
                check_number(BankAccount.Kind.COMPANY, digits(said["number"]))
            except Refusal as refusal:
                self.add_error("number", ValidationError(str(refusal)))
        return said


class SeizureApprovalForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Account number, typed again from the paper"), max_length=40, required=False,
        help_text=gettext_lazy("Leave it empty when the money goes back to the shop."),
    )  # fmt: skip


class TurnForm(forms.Form):
    mode = forms.ChoiceField(
        label=gettext_lazy("Mode"), choices=[("", gettext_lazy("as it is")), *MoneyRule.Mode.choices], required=False
    )
    weight = forms.IntegerField(
        label=gettext_lazy("Points"), min_value=0, max_value=100, required=False,
        help_text=gettext_lazy("Empty: as it is."),
    )  # fmt: skip
    limit = forms.DecimalField(
        label=gettext_lazy("Limit"), min_value=0, decimal_places=2, max_digits=8, required=False,
        help_text=gettext_lazy("Empty: as it is. Its unit and bounds stand on the rule's page."),
    )  # fmt: skip
    reason = words_field(gettext_lazy("Reason"))
    rules: list[MoneyRule] = []

    def about(self, rules: list[MoneyRule]) -> None:
        """The limit is asked for in the unit of the rule, with what the rule says now in one sentence below."""
        self.rules = rules
        if len(rules) == 1:
            (rule,) = rules
            bounds = rule.bounds
            said = {"sentence": rule.sentence, "least": bounds.typed(bounds.least), "most": bounds.told(bounds.most)}
            told = _("Now: %(sentence)s Empty: as it is. Between %(least)s and %(most)s.")
            self.fields["limit"].help_text = told % said

    def clean_limit(self) -> Decimal | None:
        typed = self.cleaned_data["limit"]
        for rule in self.rules if typed is not None else []:
            if rule.bounds.kept(typed) is None:
                bounds = rule.bounds
                given = {"rule": rule, "least": bounds.typed(bounds.least), "most": bounds.told(bounds.most)}
                raise ValidationError(_("“%(rule)s” wants a limit between %(least)s and %(most)s.") % given)
        return typed

    def clean(self):
        said = super().clean()
        if self.errors:
            return said
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
        Verb(
            name="order",
            label=gettext_lazy("Draw up an order about the seized money"),
            call=draw_up_order,
            permission=DECIDE,
            fits=lambda case: is_final(case, clock.now()) and left_of(case).minor > 0,
            form_class=SeizureOrderForm,
            warning=gettext_lazy("Nothing moves before another person has approved it, with the paper in hand."),
            stays=True,
            fresh_action=CARRY_OUT_FRESH,
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
            "orders": case.seizure_orders.select_related("drawn_by", "approved_by").order_by("pk"),
            "seized_left": left_of(case) if case.status == Status.SEIZED else None,
            "appeal_until": case.status == Status.SEIZED and not is_final(case, clock.now()) and appeal_until(case),
            "checks": case.checks.select_related("done_by").order_by("pk"),
            "counts_from": MONEY_POINTS.value,
            "shop_money": shop and {**balances(shop), "on_its_way": on_its_way(shop)},
            "is_late": case.status in MoneyCase.UNDECIDED and case.due_at < clock.now(),
            "subjects": reverse("admin:settlement_withdrawal_changelist"),
            "rules": reverse("admin:risk_moneyrule_changelist"),
        }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **ours})


def _propose_turn(*, rule: MoneyRule, limit: Decimal | None, **said) -> MoneyRuleTurn:
    """With the limit as people type it."""
    return propose_turn(rule=rule, limit=None if limit is None else rule.bounds.kept(limit), **said)


@admin.register(MoneyRule)
class MoneyRuleAdmin(VerbAdmin):
    """The rules as data, with what each of them found in 30 days; two people turn one."""

    noun = "rule"
    verbs = [
        Verb(
            name="turn",
            label=gettext_lazy("Propose a change"),
            call=_propose_turn,
            permission=TURN,
            form_class=TurnForm,
            warning=gettext_lazy("It counts when another person has confirmed it."),
            stays=True,
        )
    ]
    list_display = ["code", "mode", "weight", "sentence", "hits", "in_cases", "in_seized", "in_released"]
    list_filter = ["mode"]
    search_fields = ["=public_id", "=code"]
    ordering = ["pk"]
    fields = [
        "public_id",
        "code",
        "mode",
        "weight",
        "sentence",
        "bounds",
        "hits",
        "in_cases",
        "in_seized",
        "in_released",
    ]
    readonly_fields = ["sentence", "bounds", "hits", "in_cases", "in_seized", "in_released"]

    def get_queryset(self, request):
        return with_hits(super().get_queryset(request), clock.now())

    @admin.display(description=gettext_lazy("what it looks for"))
    def sentence(self, rule: MoneyRule) -> str:
        return rule.sentence

    @admin.display(description=gettext_lazy("bounds of the limit"))
    def bounds(self, rule: MoneyRule) -> str:
        bounds = rule.bounds
        return f"{bounds.typed(bounds.least)} – {bounds.told(bounds.most)}"

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
    list_display = [
        "public_id",
        "rule",
        "mode",
        "weight",
        "sentence",
        "status",
        "proposed_by",
        "proposed_at",
        "ended_by",
    ]
    list_filter = ["status", "rule"]
    list_select_related = ["rule", "proposed_by", "ended_by"]
    search_fields = ["=public_id", "=rule__code"]
    ordering = ["-pk"]
    fields = [
        "public_id", "rule", "mode", "weight", "sentence", "reason", "status", "proposed_by", "proposed_at", "ended_by",
        "ended_at",
    ]  # fmt: skip
    readonly_fields = ["sentence"]

    @admin.display(description=gettext_lazy("what the rule looks for then"))
    def sentence(self, turn: MoneyRuleTurn) -> str:
        return turn.sentence


@admin.register(MoneyLook)
class MoneyLookAdmin(ReadOnlyAdmin):
    """Every withdrawal, and every refund in a week of many, as the rules saw it; whether it made a case or not."""

    list_display = ["subject_id", "shop_id", "about", "amount", "points", "live_points", "at", "case"]
    list_filter = ["about", "at"]
    list_select_related = ["case"]
    search_fields = ["=subject_id", "=shop_id", "=case__public_id"]
    ordering = ["-pk"]
    fields = ["subject_id", "shop_id", "about", "amount", "currency", "points", "live_points", "found", "at", "case"]


def _is_with_bank(order: SeizureOrder, *, by_hand: bool) -> bool:
    return order.status == SeizureOrder.Status.PAYING and gateway(order.channel).by_hand is by_hand


@admin.register(SeizureOrder)
class SeizureOrderAdmin(VerbAdmin):
    """What authorities order about seized money: drawn up on the page of the case, approved by another person here."""

    noun = "order"
    verbs = [
        Verb(
            name="approve",
            label=gettext_lazy("Approve"),
            call=approve_order,
            permission=CARRY_OUT,
            fits=lambda order: order.status == SeizureOrder.Status.DRAWN,
            form_class=SeizureApprovalForm,
            warning=gettext_lazy(
                "Somebody else than who drew it up approves it, with the paper in hand. The authority is paid next;"
                " what goes back to the shop is available to it at once."
            ),
            is_grave=True,
            stays=True,
            fresh_action=CARRY_OUT_FRESH,
        ),
        Verb(
            name="discard",
            label=gettext_lazy("Discard"),
            call=discard_order,
            permission=CARRY_OUT,
            fits=lambda order: SeizureOrder.FLOW.can(order, SeizureOrder.Status.DISCARDED),
            asks="reason",
            stays=True,
        ),
        Verb(
            name="ask_bank",
            label=gettext_lazy("Ask the bank now"),
            call=ask_about_order,
            permission=CARRY_OUT,
            fits=lambda order: _is_with_bank(order, by_hand=False),
            stays=True,
            warning=gettext_lazy("What the bank never heard of is sent again, under the same reference."),
        ),
        Verb(
            name="mark_paid",
            label=gettext_lazy("The bank has paid"),
            call=note_order_paid,
            permission=CARRY_OUT,
            fits=lambda order: _is_with_bank(order, by_hand=True),
            asks="note",
            asks_label=gettext_lazy("Bank's reference"),
            longest=64,
            stays=True,
            fresh_action=CARRY_OUT_FRESH,
        ),
        Verb(
            name="mark_failed",
            label=gettext_lazy("The bank has refused"),
            call=note_order_failed,
            permission=CARRY_OUT,
            fits=lambda order: _is_with_bank(order, by_hand=True),
            asks="reason",
            warning=gettext_lazy("The money is seized as before; another order can be drawn up."),
            is_grave=True,
            stays=True,
            fresh_action=CARRY_OUT_FRESH,
        ),
    ]
    list_display = ["public_id", "case", "way", "authority", "file_number", "amount", "status", "drawn_by", "drawn_at"]
    list_filter = ["status", "way", "authority", "drawn_at"]
    list_select_related = ["case", "drawn_by"]
    search_fields = ["=public_id", "=file_number", "=case__public_id", "=case__shop_id", "=reference"]
    ordering = ["-pk"]
    fields = [
        "public_id", "case", "way", "authority", "file_number", "amount", "currency", "holder", "ending", "bank",
        "branch", "status", "drawn_by", "drawn_at", "approved_by", "approved_at", "channel", "paying_at", "reference",
        "ended_by", "ended_at", "reason",
    ]  # fmt: skip
    readonly_fields = ["ending"]

    @admin.display(description=gettext_lazy("account"))
    def ending(self, order: SeizureOrder) -> str:
        return order.ending or "–"
