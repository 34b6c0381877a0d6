"""A shop's pages of free trials: who has applied, whom it chooses."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mall import clock
from mall.pages import Choice, paginate
from mall.refusals import Refusal
from marketing.models import Promotion, Trial, TrialApplication
from marketing.trials.deciding import choose as choose_application
from marketing.trials.deciding import decided_at
from merchants.access import shop_right

PER_PAGE = 30
Status = TrialApplication.Status


@shop_right("shop.see")
@require_safe
def applications(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who has applied (``?status=``), with a button to choose where the shop chooses."""
    promotion = _found(request, public_id)
    rows = TrialApplication.objects.owned_by(request.shop).filter(promotion=promotion)
    status = request.GET.get("status", "")
    shown = rows.filter(status=status) if status in Status.values else rows
    url = reverse("backoffice:marketing:applications", args=[request.shop.slug, promotion.public_id])
    tabs = [Choice("", _("All"), url, selected=status not in Status.values)]
    tabs += [Choice(value, str(label), f"{url}?status={value}", value == status) for value, label in Status.choices]
    undecided = Trial.objects.filter(promotion=promotion, drawn_at=None, called_off_at=None).exists()
    context = {
        "promotion": promotion,
        "page": paginate(
            shown.select_related("shopper", "sku__product").order_by("place", "pk"), request, per_page=PER_PAGE
        ),
        "tabs": tabs,
        "units": list(promotion.trial_units.select_related("sku__product").order_by("pk")),
        "decided_at": decided_at(promotion),
        "can_choose": undecided
        and promotion.rule["chosen_by"] == "shop"
        and promotion.status == Promotion.Status.LIVE
        and request.seat.can("promotions.edit"),
    }
    return render(request, "backoffice/marketing/applications.html", context)


@shop_right("promotions.edit")
@require_POST
def choose(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give a piece to the applicant of this application."""
    rows = TrialApplication.objects.owned_by(request.shop).select_related("promotion")
    application = get_object_or_404(rows, public_id=public_id)
    try:
        choose_application(application=application, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Chosen: she is told, and orders it for nothing."))
    return redirect("backoffice:marketing:applications", request.shop.slug, application.promotion.public_id)


def _found(request: HttpRequest, public_id: str) -> Promotion:
    mine = Promotion.objects.owned_by(request.shop).filter(kind=Promotion.Kind.FREE_TRIAL)
    return get_object_or_404(mine, public_id=public_id)
