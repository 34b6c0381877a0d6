"""The back office's first pages: which shop, what happens in it, its profile, its health."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mall import clock
from mall.backoffice.figures import figures_of
from mall.backoffice.periods import PRESETS, period_asked
from mall.backoffice.todo import todos
from mall.charts import csv_asked
from mall.divisions.forms import wants_choices
from mall.forms import as_typed
from mall.pages import Choice
from mall.refusals import Refusal
from merchants import petitions, standing
from merchants.access import seats_of, shop_right
from merchants.backoffice.forms import ShopForm
from merchants.backoffice.life import WordsForm
from merchants.health import causes, explained, latest_scores, recent_facts, score_chart
from merchants.models import Petition
from merchants.shops import ShopTextRefused, update_shop
from merchants.tunables import APPEAL_DAYS


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
    if wants_choices(request.POST):
        as_typed(form)
    elif form.is_valid():
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
    return _health_page(request)


def _health_page(request: HttpRequest, form: WordsForm | None = None) -> HttpResponse:
    shop, now = request.shop, clock.now()
    scores = latest_scores(shop)
    latest = scores[0] if scores else None
    chart = score_chart(scores)
    if download := csv_asked(request, [chart]):
        return download
    appeals = petitions.petitions_of(shop, Petition.Kind.SCORE)
    costly = causes(latest) if latest else {}
    context = {
        "shop": shop,
        "scores": scores,
        "chart": chart if len(scores) > 1 else None,
        "latest": latest,
        "measures": [{**line, "causes": costly.get(line["name"], [])} for line in explained(latest)] if latest else [],
        "facts": recent_facts(shop, now),
        "why_not_join": standing.why_not_join(shop),
        "appeals": appeals,
        "can_appeal": latest is not None
        and request.seat.can("shop.edit")
        and now <= latest.scored_at + timedelta(days=APPEAL_DAYS.value)
        and not any(appeal.subject == latest.month.isoformat() for appeal in appeals),
        "appeal_form": form or WordsForm(),
        "appeal_days": APPEAL_DAYS.value,
    }
    return TemplateResponse(request, "backoffice/merchants/health.html", context)


@shop_right("shop.edit")
@require_POST
def health_appeal(request: HttpRequest) -> HttpResponse:
    latest = next(iter(latest_scores(request.shop, 1)), None)
    form = WordsForm(request.POST)
    if latest is not None and form.is_valid():
        named = [int(value) for value in request.POST.getlist("entry") if value.isascii() and value.isdigit()]
        try:
            petitions.appeal_score(
                score=latest, named=named, by=request.user, now=clock.now(), **form.cleaned_data
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your appeal is on its way. Staff will answer here."))
            return redirect("backoffice:merchants:health", request.shop.slug)
    return _health_page(request, form)
