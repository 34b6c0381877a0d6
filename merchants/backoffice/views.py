"""The back office's first pages: which shop, what happens in it, its profile, its health."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mall import clock
from mall.backoffice.figures import figures_of
from mall.backoffice.periods import PRESETS, period_asked
from mall.backoffice.todo import todos
from mall.charts import csv_asked
from mall.pages import Choice
from merchants.access import seats_of, shop_right
from merchants.backoffice.forms import ShopForm
from merchants.health import explained, latest_scores, recent_facts
from merchants.shops import ShopTextRefused, update_shop


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The only shop of the person, or a choice; without a seat the page explains how to come to one."""
    seats = seats_of(request.user)
    if len(seats) == 1:
        return redirect("backoffice:merchants:dashboard", seats[0].shop.slug)
    return TemplateResponse(request, "backoffice/merchants/choose.html", {"seats": seats})


@shop_right("shop.see")
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """What waits, how the period went against the one before, and a panel of each app; ``?csv=`` hands out a chart."""
    now = clock.now()
    period = period_asked(request.GET, today=clock.business_date(now))
    told = figures_of(request.shop, request.seat, period)
    if (download := csv_asked(request, told.charts)) is not None:
        return download
    made = [import_string(name)(request.shop, request.seat, now) for name in settings.BACKOFFICE_PANELS]
    context = {
        "shop": request.shop,
        "todos": todos(request.shop, request.seat, now),
        "period": period,
        "presets": [
            Choice(days, str(label), f"?days={days}", selected=days == period.preset) for days, label in PRESETS.items()
        ],
        "today": clock.business_date(now),
        "figures": told.figures,
        "charts": told.charts,
        "panels": [panel for panel in made if panel is not None],
    }
    return TemplateResponse(request, "backoffice/merchants/dashboard.html", context)


@shop_right("shop.edit")
def profile(request: HttpRequest) -> HttpResponse:
    posted = request.method == "POST"
    form = ShopForm.of(request.shop, request.POST if posted else None, request.FILES if posted else None)
    if form.is_valid():
        try:
            update_shop(shop=request.shop, fields=form.changes, by=request.user, now=clock.now())
        except ShopTextRefused as refusal:
            for name, sentence in refusal.errors.items():
                form.add_error(name, sentence)
        else:
            messages.success(request, _("Saved."))
            return redirect("backoffice:merchants:shop", request.shop.slug)
    return TemplateResponse(request, "backoffice/merchants/shop.html", {"shop": request.shop, "form": form})


@shop_right("shop.see")
def health(request: HttpRequest) -> HttpResponse:
    scores = latest_scores(request.shop)
    latest = scores[0] if scores else None
    context = {
        "shop": request.shop,
        "scores": scores,
        "latest": latest,
        "measures": explained(latest) if latest else [],
        "facts": recent_facts(request.shop, clock.now()),
    }
    return TemplateResponse(request, "backoffice/merchants/health.html", context)
