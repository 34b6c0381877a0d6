"""A merchant's own papers: until when they hold, and how to renew them. For the owners of her shops."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mall import clock
from mall.refusals import Refusal
from merchants import document_files
from merchants.documents import DocumentRefused, renew_document
from merchants.models import Document, Merchant, Seat, Trade
from merchants.requirements import asked_of_merchant
from merchants.storefront.forms import DocumentForm
from merchants.storefront.shown import shown_file

Status = Document.Status


def _mine(request: HttpRequest):
    """The papers of the merchants in whose shops she is an owner."""
    merchants = Merchant.objects.filter(shops__seats__user=request.user, shops__seats__role=Seat.Role.OWNER)
    return Document.objects.filter(merchant__in=merchants).select_related("merchant")


@login_required
@never_cache
@require_safe
def papers(request: HttpRequest) -> HttpResponse:
    today = clock.business_date(clock.now())
    rows = list(_mine(request).current().order_by("merchant", "kind", "-pk"))
    accepted = [row for row in rows if row.status == Status.ACCEPTED]
    renewals = {(row.merchant_id, row.kind): row for row in rows if row.status != Status.ACCEPTED}
    for row in accepted:
        row.renewal = renewals.get((row.merchant_id, row.kind))
        row.days_left = (row.valid_to - today).days if row.valid_to else None
    suspended = [
        (merchant, trade)
        for merchant in Merchant.objects.filter(pk__in={row.merchant_id for row in accepted}).prefetch_related(
            "admitted_trades__trade"
        )
        for trade in merchant.admitted_trades.all()
        if trade.suspended_at
    ]
    return TemplateResponse(
        request,
        "storefront/merchants/papers.html",
        {
            "documents": accepted,
            "suspended": suspended,
            "today": today,
            "requests": list(_requests(request)),
            "shops": [seat.shop for seat in _seats(request) if seat.shop.is_at_work],
        },
    )


def _seats(request: HttpRequest):
    return request.user.seats.filter(role=Seat.Role.OWNER).select_related("shop").order_by("shop__slug")


def _requests(request: HttpRequest):
    """Her requests for trades, the newest first, and with each the trade."""
    names = {trade.slug: trade for trade in Trade.objects.all()}
    for row in request.user.applications.for_trades().select_related("for_shop").order_by("-pk")[:20]:
        row.trade = names[row.trades[0]]
        yield row


@login_required
@never_cache
def renew(request: HttpRequest, public_id: str) -> HttpResponse:
    now = clock.now()
    standing = get_object_or_404(_mine(request), public_id=public_id, status=Status.ACCEPTED)
    requirement = asked_of_merchant(standing.merchant, now=now).document(standing.kind)
    if requirement is None:
        messages.info(request, _("This document is not asked for any more."))
        return redirect("storefront:merchants:papers")
    bound = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = DocumentForm(
        requirement=requirement, former=None, accept=document_files.ACCEPT, data=bound[0], files=bound[1]
    )
    if form.is_valid():
        try:
            renew_document(
                merchant=standing.merchant,
                kind=standing.kind,
                said=form.said(),
                file=form.cleaned_data["file"],
                by=request.user,
                now=now,
            )
        except DocumentRefused as refusal:
            form.take_errors(refusal.errors)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("storefront:merchants:papers")
        else:
            messages.success(request, _("Thank you. We look at it; the former document holds until then."))
            return redirect("storefront:merchants:papers")
    context = {"document": standing, "form": form, "requirement": requirement}
    return TemplateResponse(request, "storefront/merchants/renew.html", context)


@login_required
@never_cache
@require_safe
def file(request: HttpRequest, public_id: str) -> HttpResponse:
    document = get_object_or_404(_mine(request), public_id=public_id)
    return shown_file(document, document_files.content_of(document))
