"""To whom else the shop gives parts of its orders (S2): its own parties, and those of the mall that it works with."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mall import clock
from mall.clock import business_date
from mall.refusals import Refusal
from mall.tenancy import house_scope
from merchants.access import shop_right
from orders.models import Party, PartyRuleVersion
from orders.parties.rules import (
    agree,
    agreed_versions,
    end_agreement,
    end_party,
    enter_party,
    offered_to,
    propose_version,
    resume_party,
    with_names,
)
from orders.parties.terms import PartyTerms, say_taken, say_which
from settlement.backoffice.forms import MonthForm, PartyAccountForm, PartyForm, PartyRuleForm
from settlement.parties import balances
from settlement.party_payouts import Statement, account_of, add_account, tell_lines


def in_words(version: PartyRuleVersion) -> dict:
    """What a version says, for a person."""
    terms = PartyTerms.of(version)
    which = say_which(terms.conditions(), version.currency)
    how_much = _("the rule ends") if version.is_end else say_taken(terms)
    return {"version": version, "party": version.rule.party, "which": which, "how_much": how_much}


@shop_right("money.see")
@require_http_methods(["GET", "HEAD", "POST"])
def parties(request: HttpRequest) -> HttpResponse:
    """Everybody who gets a part, and rules that wait for the shop's agreement; a post enters a party."""
    form = PartyForm(request.POST or None)
    may_change = request.seat.can("money.withdraw")
    if request.method == "POST" and may_change and form.is_valid():
        try:
            party = enter_party(shop=request.shop, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("name" if "field" in refusal.details else None, str(refusal))
        else:
            messages.success(request, _("Entered. Now say what it gets."))
            return redirect("backoffice:settlement:party", request.shop.slug, party.public_id)
    with house_scope():
        mine = list(Party.objects.owned_by(request.shop).order_by("status", "-pk"))
        for party in mine:
            party.owed = balances(party, request.shop.currency)
        agreed = [version for version in agreed_versions(request.shop) if version.rule.party.shop_id is None]
        keys = {version.pk for version in agreed}
        offered = [version for version in offered_to(request.shop) if version.pk not in keys]
        context = {
            "parties": mine,
            "agreed": [in_words(version) for version in agreed],
            "offered": [in_words(version) for version in offered],
            "form": form,
            "may_change": may_change,
        }
    return TemplateResponse(request, "backoffice/settlement/parties.html", context)


@shop_right("money.see")
@require_http_methods(["GET", "HEAD", "POST"])
def party(request: HttpRequest, public_id: str) -> HttpResponse:
    """One party: its rules, its balance, its statement of a month; a post makes a rule."""
    found = _found(request, public_id)
    form = PartyRuleForm(request.POST or None, shop=request.shop, party=found)
    may_change = request.seat.can("money.withdraw")
    if request.method == "POST" and may_change and form.is_valid():
        try:
            propose_version(party=found, by=request.user, now=clock.now(), **form.said())
        except Refusal as refusal:
            form.tell(refusal)
        else:
            messages.success(request, _("Orders from its moment on give away this part."))
            return redirect("backoffice:settlement:party", request.shop.slug, public_id)
    asked = MonthForm(request.GET if "month" in request.GET else None)
    month = asked.cleaned_data["month"] if asked.is_valid() else business_date(clock.now())
    with house_scope():
        statement = Statement(found, month, request.shop.currency)
        versions = with_names(PartyRuleVersion.objects.filter(rule__party=found)).order_by("-pk")
        context = {
            "party": found,
            "owed": balances(found, request.shop.currency),
            "account": account_of(found),
            "rules": [in_words(version) for version in versions],
            "statement": {
                "first": statement.first,
                "opening": statement.opening,
                "closing": statement.closing,
                "lines": tell_lines(statement.lines(), request.shop.currency),
            },
            "month": month,
            "form": form,
            "may_change": may_change,
        }
    return TemplateResponse(request, "backoffice/settlement/party.html", context)


@shop_right("money.withdraw", fresh="settlement.bank_account")
@require_http_methods(["GET", "HEAD", "POST"])
def party_account(request: HttpRequest, public_id: str) -> HttpResponse:
    """Where a party's money goes; a post names another account."""
    found = _found(request, public_id)
    form = PartyAccountForm(request.POST or None, initial={"holder": found.name})
    if form.is_valid():
        try:
            add_account(party=found, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            field = refusal.details.get("field")
            form.add_error(field if field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The account is being verified."))
            return redirect("backoffice:settlement:party", request.shop.slug, public_id)
    with house_scope():
        account = account_of(found)
    return TemplateResponse(
        request, "backoffice/settlement/party_account.html", {"party": found, "account": account, "form": form}
    )


@shop_right("money.withdraw")
@require_POST
def party_end(request: HttpRequest, public_id: str) -> HttpResponse:
    """It gets nothing of new orders; or does again."""
    found = _found(request, public_id)
    verb = resume_party if found.status == Party.Status.ENDED else end_party
    try:
        verb(party=found, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("backoffice:settlement:party", request.shop.slug, public_id)


@shop_right("money.withdraw")
@require_POST
def party_rule_end(request: HttpRequest, public_id: str) -> HttpResponse:
    """A rule of an own party ends, or the agreement to one of the mall's; by a version that the shop has agreed to."""
    with house_scope():
        version = get_object_or_404(agreed_versions(request.shop), public_id=public_id)
        owner = version.rule.party
    try:
        if owner.shop_id is None:
            end_agreement(rule=version.rule, shop=request.shop, by=request.user, now=clock.now())
        else:
            propose_version(
                party=owner, rule=version.rule, is_end=True, reason=_("Ended by the shop."), by=request.user,
                now=clock.now(),
            )  # fmt: skip
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("New orders give nothing away by this rule any more."))
    if owner.shop_id is None:
        return redirect("backoffice:settlement:parties", request.shop.slug)
    return redirect("backoffice:settlement:party", request.shop.slug, owner.public_id)


@shop_right("money.withdraw")
@require_POST
def party_rule_agree(request: HttpRequest, public_id: str) -> HttpResponse:
    with house_scope():
        version = get_object_or_404(offered_to(request.shop), public_id=public_id)
    try:
        agree(version=version, shop=request.shop, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Agreed: orders from its moment on give away this part."))
    return redirect("backoffice:settlement:parties", request.shop.slug)


def _found(request: HttpRequest, public_id: str) -> Party:
    return get_object_or_404(Party.objects.owned_by(request.shop), public_id=public_id)
