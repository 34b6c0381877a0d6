"""Where the shop's money goes, and how it gets there (S4)."""

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mall import clock
from mall.accounts.marks import marks_of
from mall.backoffice.tables import Sort, read_page
from mall.refusals import Refusal
from merchants.access import shop_right
from settlement.backoffice.forms import AppealForm, BankAccountForm, WithdrawalForm
from settlement.bank_accounts import accounts_of, add_bank_account, remove_bank_account, usable_accounts
from settlement.models import BankAccount, Withdrawal
from settlement.seizures import appeal_case, cases_of, may_appeal
from settlement.tunables import BANK_ACCOUNT_HOURS
from settlement.withdrawals import ask_withdrawal, terms_of

SORTS = [Sort("number", gettext_lazy("When"), "pk")]


@shop_right("money.withdraw", fresh="settlement.bank_account")
@require_http_methods(["GET", "HEAD", "POST"])
def bank_accounts(request: HttpRequest) -> HttpResponse:
    """The shop's accounts; a post names another."""
    now = clock.now()
    form = BankAccountForm(request.POST or None, initial={"holder": request.shop.merchant.name})
    if form.is_valid():
        try:
            add_bank_account(shop=request.shop, by=request.user, now=now, **form.cleaned_data)
        except Refusal as refusal:
            _tell(form, refusal)
        else:
            messages.success(request, _("The account is being verified. We tell you when that is done."))
            return redirect("backoffice:settlement:bank-accounts", request.shop.slug)
    accounts = list(accounts_of(request.shop))
    for account in accounts:
        account.is_waiting = account.status == BankAccount.Status.VERIFIED and account.usable_from > now
    context = {"accounts": accounts, "form": form, "hours": BANK_ACCOUNT_HOURS.value}
    return TemplateResponse(request, "backoffice/settlement/bank_accounts.html", context)


@shop_right("money.withdraw", fresh="settlement.bank_account")
@require_POST
def bank_account_remove(request: HttpRequest, public_id: str) -> HttpResponse:
    account = get_object_or_404(accounts_of(request.shop), public_id=public_id)
    try:
        remove_bank_account(account=account, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The account is removed."))
    return redirect("backoffice:settlement:bank-accounts", request.shop.slug)


@shop_right("money.withdraw", fresh="settlement.withdraw")
@require_http_methods(["GET", "HEAD", "POST"])
def withdrawals(request: HttpRequest) -> HttpResponse:
    """What can be withdrawn and what was; a post asks for some."""
    now, shop = clock.now(), request.shop
    usable = usable_accounts(shop, now)
    form = WithdrawalForm(request.POST or None, accounts=usable)
    if form.is_valid():
        try:
            device = marks_of(request).device
            asked = ask_withdrawal(shop=shop, by=request.user, device=device, now=now, **form.cleaned_data)
        except Refusal as refusal:
            _tell(form, refusal)
        else:
            if terms_of(shop, now).is_held:
                messages.warning(
                    request, _("Our staff look into this withdrawal first. What happens next stands here.")
                )
            else:
                messages.success(request, _("Your withdrawal is on its way. This page shows how far it has come."))
            return redirect("backoffice:settlement:withdrawal", shop.slug, asked.public_id)
    page = read_page(
        Withdrawal.objects.owned_by(shop),
        request,
        sorts=SORTS,
        default="-number",
        dress=lambda rows: rows.select_related("bank_account"),
    )
    context = {
        "terms": terms_of(shop, now),
        "cases": cases_of(shop),
        "accounts": list(usable),
        "has_accounts": accounts_of(shop).exists(),
        "form": form,
        "withdrawals": page,
    }
    return TemplateResponse(request, "backoffice/settlement/withdrawals.html", context)


@shop_right("money.see")
@require_safe
def withdrawal(request: HttpRequest, public_id: str) -> HttpResponse:
    """One withdrawal, step by step; printed it is the receipt."""
    mine = Withdrawal.objects.owned_by(request.shop).select_related("bank_account", "asked_by")
    found = get_object_or_404(mine, public_id=public_id)
    return TemplateResponse(
        request, "backoffice/settlement/withdrawal.html", {"withdrawal": found, "steps": _steps(found)}
    )


@shop_right("money.withdraw", fresh="settlement.withdraw")
@require_http_methods(["GET", "HEAD", "POST"])
def money_case(request: HttpRequest, public_id: str) -> HttpResponse:
    """Why the shop's money is held, what came of it, and what the shop says to it."""
    case = next((case for case in cases_of(request.shop) if case.public_id == public_id), None)
    if case is None:
        raise Http404
    form = AppealForm(request.POST or None)
    if form.is_valid():
        try:
            appeal_case(shop=request.shop, case=case, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            _tell(form, refusal)
        else:
            messages.success(request, _("Our staff read what you say before they decide. You hear from us here."))
            return redirect("backoffice:settlement:money-case", request.shop.slug, public_id)
    context = {"case": case, "form": form, "may_appeal": may_appeal(case, clock.now())}
    return TemplateResponse(request, "backoffice/settlement/money_case.html", context)


def _steps(withdrawal: Withdrawal) -> list[tuple[str, object]]:
    """What happened so far, oldest first."""
    status = Withdrawal.Status
    steps = [
        (_("Asked for"), withdrawal.asked_at),
        (_("First approval"), withdrawal.first_at),
        (_("Approved"), withdrawal.approved_at),
        (_("Sent to the bank"), withdrawal.paying_at),
        (status(withdrawal.status).label, withdrawal.ended_at),
    ]
    return [(label, at) for label, at in steps if at is not None]


def _tell(form: Form, refusal: Refusal) -> None:
    field = refusal.details.get("field")
    form.add_error(field if field in form.fields else None, str(refusal))
