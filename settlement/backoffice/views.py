"""The shop's money: what is pending, what is available, and why not yet."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from catalog.models import Product
from mall import clock
from mall.backoffice.lists import open_list
from mall.backoffice.tables import read_page
from merchants.access import shop_right
from orders.models import Order
from settlement.backoffice.lists import POSTINGS, SHARES, PostingFilter, postings_by_account
from settlement.commissions import rates_of, rules_of
from settlement.corrections import give_reasons
from settlement.explaining import explain_order
from settlement.fines import tell_fines
from settlement.joint import tell_parts
from settlement.ledger import balances
from settlement.models import Posting, Share
from settlement.queries import awaiting_completion, explain, upcoming_releases
from settlement.tunables import IN_WORKING_DAYS, SETTLEMENT_DAYS
from settlement.withdrawals import on_its_way

LATEST = 8


@shop_right("money.see")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Balances, what comes when, the shares order by order with their reasons, and the latest bookings."""
    shares = open_list(SHARES, request, Share.objects.owned_by(request.shop), statuses=Share.Status.choices)
    explain(shares.page.rows, shop=request.shop, now=clock.now())
    entries = read_page(
        postings_by_account(request.shop, PostingFilter({})),
        request,
        sorts=POSTINGS.sorts,
        default=POSTINGS.default,
        per_page=LATEST,
        prefix="entries-",
        dress=_with_entry,
    )
    return TemplateResponse(
        request,
        "backoffice/settlement/home.html",
        {
            "balances": balances(request.shop),
            "withdrawing": on_its_way(request.shop),
            "days": {"count": SETTLEMENT_DAYS.value, "in_working_days": IN_WORKING_DAYS.value},
            "awaiting": awaiting_completion(request.shop),
            "upcoming": upcoming_releases(request.shop),
            "list": shares,
            "shares": shares.page,
            "entries": _with_change(entries.rows, request),
        },
    )


@shop_right("money.see")
@require_safe
def order(request: HttpRequest, public_id: str) -> HttpResponse:
    """How one order's money is divided, and when the shop's share of it is available, or why not yet."""
    mine = Order.objects.owned_by(request.shop).select_related("shop").exclude(kind=Product.Kind.GIFT_CARD)
    found = explain_order(get_object_or_404(mine, public_id=public_id), now=clock.now())
    return TemplateResponse(request, "backoffice/settlement/order.html", {"money": found})


@shop_right("money.see")
@require_safe
def commission(request: HttpRequest) -> HttpResponse:
    """What commission it pays: the rules that may concern it, what is announced, the rates of its categories."""
    current, coming = rules_of(request.shop, now=clock.now())
    return TemplateResponse(
        request,
        "backoffice/settlement/commission.html",
        {"rules": current, "coming": coming, "rates": rates_of(request.shop)},
    )


@shop_right("money.see")
@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """Every booking on the shop's accounts."""
    listed = open_list(
        POSTINGS,
        request,
        Posting.objects.owned_by(request.shop),
        parts=lambda asked: postings_by_account(request.shop, asked),
        dress=_with_entry,
    )
    _with_change(listed.page.rows, request)
    return TemplateResponse(request, "backoffice/settlement/entries.html", {"list": listed, "entries": listed.page})


def _with_entry(rows: QuerySet) -> QuerySet:
    return rows.select_related("entry", "account")


def _with_change(postings: list[Posting], request: HttpRequest) -> list[Posting]:
    tell_parts(postings, shop=request.shop)
    tell_fines(postings)
    for posting in postings:
        posting.change = -posting.amount  # what is owed to the shop stands on the credit side
    give_reasons(postings)
    return postings
