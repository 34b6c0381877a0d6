"""A shop's promotions: chosen from templates, previewed, started, stopped, counted; and the mall's that it may join."""

import re
from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mall import clock
from mall.clock import business_date
from mall.pages import Choice, paginate
from mall.refusals import Refusal
from marketing import joint, statistics, words
from marketing.backoffice.forms import PromotionForm, SendingForm
from marketing.bargaining import showing as bargaining
from marketing.calendar import bars, conflicts, month_of, planned
from marketing.giving import FEWEST_TOLD, reach, send_coupons, stop_sending
from marketing.models import Bargain, Promotion, PromotionShare
from marketing.preview import examples
from marketing.promotions import (
    campaign_of,
    join_promotion,
    leave_promotion,
    phase,
    save_promotion,
    start_promotion,
    stop_promotion,
)
from marketing.rules import checked
from marketing.trials import showing as trials
from merchants import standing
from merchants.access import shop_right

Kind, Status = Promotion.Kind, Promotion.Status
PER_PAGE, SHOWN_BARGAINS = 30, 20
MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])", re.ASCII)

TEMPLATES = [
    (Kind.COUPON, "ticket", gettext_lazy("Shoppers claim it and use it when they order: an amount or a percentage.")),
    (Kind.FULL_REDUCTION, "coins", gettext_lazy("Spend 200, get 20 off: up to five steps, or for every so much.")),
    (Kind.PERCENTAGE, "percent", gettext_lazy("Each piece so many per cent cheaper.")),
    (Kind.NTH_PIECE, "tag", gettext_lazy("The second at half price, the third for almost nothing.")),
    (Kind.N_FOR_PRICE, "boxes", gettext_lazy("Any three for 99.")),
    (Kind.BUNDLE, "package", gettext_lazy("These together for one price.")),
    (Kind.ADD_ON, "plus", gettext_lazy("Who buys for so much may add something at its own price.")),
    (Kind.GIFT, "gift", gettext_lazy("Who buys for so much gets something with it, while it lasts.")),
    (Kind.FLASH_SALE, "flash", gettext_lazy("A few units at a price of their own, for some hours.")),
    (
        Kind.DEPOSIT_PRESALE,
        "sparkles",
        gettext_lazy("A deposit now that counts for more, the rest later, then it ships: you know what to make."),
    ),
    (Kind.BARGAIN, "scissors", gettext_lazy("Friends help to cut a price, down to the lowest that you set.")),
    (Kind.FREE_TRIAL, "star", gettext_lazy("A few pieces for nothing, for people who apply and report on them.")),
    (Kind.GROUP_BUYING, "users", gettext_lazy("Cheaper together: goods leave when enough people are in a group.")),
    (Kind.CROWDFUNDING, "target", gettext_lazy("Something new is made when enough people have paid for it.")),
]
PHASES = {
    "draft": (gettext_lazy("Draft"), "quiet"),
    "waiting": (gettext_lazy("Starts by itself"), "info"),
    "running": (gettext_lazy("Running"), "good"),
    "spent": (gettext_lazy("Budget used up"), "warn"),
    "over": (gettext_lazy("Over"), "quiet"),
    "stopped": (gettext_lazy("Stopped"), "bad"),
}


@shop_right("shop.see")
@require_safe
def promotion_list(request: HttpRequest) -> HttpResponse:
    mine = Promotion.objects.owned_by(request.shop)
    status = request.GET.get("status", "")
    rows = mine.filter(status=status) if status in Status.values else mine
    page = paginate(rows.order_by("-pk"), request, per_page=PER_PAGE)
    for row in page:
        _dress(row)
    url = reverse("backoffice:marketing:list", args=[request.shop.slug])
    tabs = [Choice("", _("All"), url, selected=status not in Status.values)]
    tabs += [Choice(value, str(label), f"{url}?status={value}", value == status) for value, label in Status.choices]
    context = {
        "page": page,
        "tabs": tabs,
        "why_not": standing.why_not_join(request.shop),
        "can_edit": _can_edit(request),
    }
    return render(request, "backoffice/marketing/list.html", context)


@shop_right("shop.see")
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """A month of promotions (``?month=2026-11``, else the present one) and what gets in each other's way in it."""
    today = business_date(clock.now())
    asked = MONTH.fullmatch(request.GET.get("month", ""))
    first, following = month_of(date(int(asked[1]), int(asked[2]), 1) if asked else today)
    promotions = planned(request.shop, first)
    for promotion in promotions:
        _dress(promotion)
    context = {
        "month": first,
        "before": (first - timedelta(days=1)).strftime("%Y-%m"),
        "after": following.strftime("%Y-%m"),
        "is_now": first == today.replace(day=1),
        "days": [first + timedelta(days=number) for number in range((following - first).days)],
        "today": today,
        "bars": bars(promotions, first),
        "conflicts": conflicts(request.shop, promotions),
        "can_edit": _can_edit(request),
    }
    return render(request, "backoffice/marketing/calendar.html", context)


@shop_right("promotions.edit")
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    return _choose(request)


def _choose(request: HttpRequest) -> HttpResponse:
    templates = [{"kind": kind, "label": kind.label, "icon": icon, "text": text} for kind, icon, text in TEMPLATES]
    return render(request, "backoffice/marketing/choose.html", {"templates": templates})


@shop_right("promotions.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """``?kind=`` says which; without one she chooses."""
    kind = request.GET.get("kind", "")
    return _form(request, kind, None) if kind in Kind.values else _choose(request)


@shop_right("promotions.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    promotion = get_object_or_404(Promotion.objects.owned_by(request.shop), public_id=public_id)
    return _way_to_campaign(request, promotion) or _form(request, promotion.kind, promotion)


def _form(request: HttpRequest, kind: str, promotion: Promotion | None) -> HttpResponse:
    """Look at what it would do (``look``), keep it, or keep and start it at once (``start``)."""
    form = PromotionForm(request.POST or None, shop=request.shop, kind=kind, promotion=promotion, now=clock.now())
    shown = None
    if request.method == "POST" and form.is_valid():
        try:
            if "look" in request.POST:
                shown = _examples(request, form)
            else:
                saved = save_promotion(
                    promotion=promotion, shop=request.shop, kind=kind, rule=form.rule, by=request.user,
                    now=clock.now(), **form.values,
                )  # fmt: skip
                return _saved(request, saved)
        except Refusal as refusal:
            form.place_error(refusal.details.get("field", ""), str(refusal), refusal.details.get("sku"))
    context = {
        "form": form,
        "kind": Kind(kind),
        "promotion": promotion,
        "examples": shown,
        "can_start": (promotion is None or promotion.status != Status.LIVE) and not standing.why_not_join(request.shop),
    }
    return render(request, "backoffice/marketing/form.html", context)


def _way_to_campaign(request: HttpRequest, promotion: Promotion) -> HttpResponse | None:
    """What a campaign of the mall has made is left alone: the page of the campaign, with the reason."""
    campaign = campaign_of(promotion)
    if campaign is None:
        return None
    messages.error(request, _("This belongs to a campaign of the mall: it stays as it was locked."))
    return redirect("backoffice:marketing:campaign", request.shop.slug, campaign.public_id)


def _examples(request: HttpRequest, form: PromotionForm):
    values = form.values
    return examples(
        shop=request.shop,
        kind=form.kind,
        rule=checked(form.kind, form.rule),
        scope=values["scope"],
        scope_ids=values["scope_ids"],
        cost_percent=form.cleaned_data["cost_percent"],
        now=clock.now(),
    )


def _saved(request: HttpRequest, promotion: Promotion) -> HttpResponse:
    if "start" in request.POST and promotion.status != Status.LIVE:
        try:
            start_promotion(promotion=promotion, by=request.user, now=clock.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Saved and started."))
    else:
        messages.success(request, _("Saved."))
    return redirect("backoffice:marketing:detail", request.shop.slug, promotion.public_id)


@shop_right("shop.see")
@require_safe
def detail(request: HttpRequest, public_id: str) -> HttpResponse:
    promotion = get_object_or_404(Promotion.objects.owned_by(request.shop), public_id=public_id)
    promotion.shop = request.shop
    _dress(promotion)
    campaign = campaign_of(promotion)
    context = {
        "promotion": promotion,
        "sentences": words.rule_in_words(
            promotion.kind, promotion.rule, promotion.currency, statistics.goods_of(promotion)
        ),
        "scope": words.scope_in_words(promotion),
        "excludes": [Promotion.Group(group).label for group in promotion.excludes],
        "figures": statistics.of_promotion(promotion),
        "units": statistics.units_of(promotion),
        "bargaining": bargaining.figures(promotion) if promotion.kind == Kind.BARGAIN else None,
        "bargains": _bargains(promotion),
        "trial": trials.figures(promotion) if promotion.kind == Kind.FREE_TRIAL else None,
        "groups": statistics.groups_of(promotion),
        "funding": statistics.raised_by(promotion),
        "sendings": promotion.sendings.order_by("-pk")[:10] if promotion.is_coupon else (),
        "is_sent": promotion.is_coupon and promotion.audience == Promotion.Audience.CHOSEN,
        "uses": promotion.uses.owned_by(request.shop).order_by("-pk")[:10],
        "can_edit": _can_edit(request) and campaign is None,
        "campaign": campaign,
        "can_join": not joint.why_not_joint(promotion, clock.now()),
        "why_not": standing.why_not_join(request.shop),
        "elsewhere": joint.told_by_host(promotion),
        "budget_percent": statistics.budget_percent(promotion),
    }
    return render(request, "backoffice/marketing/detail.html", context)


@shop_right("promotions.edit")
@require_POST
def do(request: HttpRequest, public_id: str) -> HttpResponse:
    """``action``: start or stop."""
    promotion = get_object_or_404(Promotion.objects.owned_by(request.shop), public_id=public_id)
    if way := _way_to_campaign(request, promotion):
        return way
    verb = {"start": start_promotion, "stop": stop_promotion}.get(request.POST.get("action", ""))
    if verb is None:
        messages.error(request, _("Choose what to do."))
    else:
        try:
            verb(promotion=promotion, by=request.user, now=clock.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Started.") if verb is start_promotion else _("Stopped."))
    return redirect("backoffice:marketing:detail", request.shop.slug, promotion.public_id)


@shop_right("promotions.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send a campaign's coupons to a segment: how many people that is (``look``), then it is done; or ``stop``."""
    mine = Promotion.objects.owned_by(request.shop).filter(kind=Kind.COUPON, audience=Promotion.Audience.CHOSEN)
    promotion = get_object_or_404(mine, public_id=public_id)
    there = redirect("backoffice:marketing:detail", request.shop.slug, promotion.public_id)
    if "stop" in request.POST:
        stop_sending(
            sending=get_object_or_404(promotion.sendings, public_id=request.POST["stop"]),
            by=request.user,
            now=clock.now(),
        )
        messages.success(request, _("What is not sent yet is not sent any more."))
        return there
    form, counted = SendingForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            if "look" in request.POST:
                counted = reach(shop=request.shop, now=clock.now(), **form.cleaned_data)
            else:
                send_coupons(campaign=promotion, by=request.user, now=clock.now(), **form.cleaned_data)
                messages.success(request, _("The coupons are on their way."))
                return there
        except Refusal as refusal:
            field = refusal.details.get("field")
            form.add_error(field if field in form.fields else None, str(refusal))
    context = {"promotion": promotion, "form": form, "counted": counted, "fewest": FEWEST_TOLD}
    return render(request, "backoffice/marketing/send.html", context)


@shop_right("shop.see")
@require_safe
def of_the_mall(request: HttpRequest) -> HttpResponse:
    """What the mall offers over all shops, and which of it this shop bears a part of."""
    rows = list(
        Promotion.objects.filter(shop=None, status=Status.LIVE, ends_at__gt=clock.now()).order_by("ends_at", "pk")
    )  # fmt: skip
    joined = set(PromotionShare.objects.owned_by(request.shop).values_list("promotion_id", flat=True))
    for row in rows:
        row.sentences = words.rule_in_words(row.kind, row.rule, row.currency)
        row.part, row.is_joined = words.percent(row.shop_bps), row.pk in joined
    context = {"rows": rows, "can_edit": _can_edit(request), "why_not": standing.why_not_join(request.shop)}
    return render(request, "backoffice/marketing/mall.html", context)


@shop_right("promotions.edit")
@require_POST
def of_the_mall_do(request: HttpRequest, public_id: str) -> HttpResponse:
    """``action``: join or leave."""
    promotion = get_object_or_404(Promotion, public_id=public_id, shop=None)
    verb = {"join": join_promotion, "leave": leave_promotion}.get(request.POST.get("action", ""))
    if verb is None:
        messages.error(request, _("Choose what to do."))
    else:
        try:
            verb(promotion=promotion, shop=request.shop, by=request.user, now=clock.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Saved."))
    return redirect("backoffice:marketing:mall", request.shop.slug)


def _bargains(promotion: Promotion) -> list[Bargain]:
    """The latest, with their shoppers covered; seeds are not for shops."""
    if promotion.kind != Kind.BARGAIN:
        return []
    rows = promotion.bargains.defer("seed").select_related("shopper", "sku__product").order_by("-pk")
    return list(rows[:SHOWN_BARGAINS])


def _can_edit(request: HttpRequest) -> bool:
    return request.seat.can("promotions.edit")


def _dress(promotion: Promotion) -> None:
    """What it does now, in a word and a tone."""
    promotion.phase = phase(promotion, clock.now())
    promotion.phase_label, promotion.phase_tone = PHASES[promotion.phase]
