"""The back office's pages on the shop's life: its state and what can be done in it, holidays, revival."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from mall import clock
from mall.refusals import Refusal
from merchants import agreements, holidays, idle, petitions, states
from merchants.access import shop_right
from merchants.models import Petition, Shop
from merchants.tunables import FREEZE_DAYS, HOLIDAY_REST_DAYS, LONGEST_HOLIDAY_DAYS


class HolidayForm(forms.Form):
    last_day = forms.DateField(
        label=gettext_lazy("Last day of the holiday"), widget=forms.DateInput(attrs={"type": "date"})
    )


class WordsForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Your reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )


@shop_right("shop.see")
def life(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, **forms_with_errors) -> HttpResponse:
    shop, now = request.shop, clock.now()
    asked = petitions.petitions_of(shop, Petition.Kind.REVIVAL)
    held_back = [agreements.HELD_BACK] if agreements.holds_back(shop, today=clock.business_date(now)) else []
    context = {
        "shop": shop,
        "state": states.state_of(shop),
        "actions": states.shown(shop, held_back=held_back),
        "is_held_back": bool(held_back),
        "table": states.whole_table(),
        "action_labels": list(states.ACTIONS.values()),
        "sentence": states.sentence(shop),
        "holiday": holidays.current_holiday(shop),
        "holiday_form": HolidayForm(),
        "can_rest": Shop.FLOW.can(shop, Shop.Status.HOLIDAY),
        "longest": LONGEST_HOLIDAY_DAYS.value,
        "rest_days": HOLIDAY_REST_DAYS.value,
        "freeze_days": FREEZE_DAYS.value,
        "idle_days": max(idle.idle_span(shop, now).days, 0) if shop.is_at_work else None,
        "revivals": asked,
        "can_ask_revival": shop.status == Shop.Status.FROZEN
        and not any(petition.status == Petition.Status.ASKED for petition in asked),
        "revival_form": WordsForm(),
        "may_edit": request.seat.can("shop.edit"),
        "may_leave": request.seat.can("shop.exit"),
        **forms_with_errors,
    }
    return TemplateResponse(request, "backoffice/merchants/life.html", context)


def _back(request: HttpRequest) -> HttpResponse:
    return redirect("backoffice:merchants:life", request.shop.slug)


@shop_right("shop.edit")
@require_POST
def holiday_start(request: HttpRequest) -> HttpResponse:
    form = HolidayForm(request.POST)
    if form.is_valid():
        try:
            holidays.start_holiday(shop=request.shop, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your shop is on holiday. Orders that are paid still want shipping."))
            return _back(request)
    return _page(request, holiday_form=form)


@shop_right("shop.edit")
@require_POST
def holiday_end(request: HttpRequest) -> HttpResponse:
    try:
        holidays.end_holiday(shop=request.shop, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Welcome back: your shop sells again."))
    return _back(request)


@shop_right("shop.edit")
@require_POST
def revival_ask(request: HttpRequest) -> HttpResponse:
    form = WordsForm(request.POST)
    if form.is_valid():
        try:
            petitions.ask_revival(shop=request.shop, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Asked. Staff will answer; you find the answer here."))
            return _back(request)
    return _page(request, revival_form=form)
