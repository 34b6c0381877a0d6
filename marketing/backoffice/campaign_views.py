"""Campaigns of the mall as a shop sees them: what they ask, whether it may join and why not, its goods, its result."""

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.models import Category
from mall import clock
from mall.pages import paginate
from mall.refusals import Refusal
from marketing.backoffice.campaign_forms import EnrolmentForm
from marketing.campaigns import enrolling, inviting
from marketing.models import Campaign, CampaignEnrolment, CampaignInvitation, CampaignResult
from marketing.words import percent
from merchants.access import shop_right

Status = Campaign.Status
PER_PAGE = 20
TONES = {
    Status.INVITING: "info", Status.ENROLMENT: "brand", Status.AUDIT: "info", Status.LOCKED: "info",
    Status.LIVE: "good", Status.CANCELED: "bad",
}  # fmt: skip


@shop_right("shop.see")
@require_safe
def campaign_list(request: HttpRequest) -> HttpResponse:
    mine = Q(enrolments__shop=request.shop, enrolments__status__in=CampaignEnrolment.ACTIVE)
    rows = Campaign.objects.exclude(invited_at=None).annotate(goods=Count("enrolments", filter=mine))
    page = paginate(rows.order_by("-live_from", "-pk"), request, per_page=PER_PAGE)
    invited = set(CampaignInvitation.objects.owned_by(request.shop).values_list("campaign_id", flat=True))
    for row in page:
        row.tone, row.is_invited = TONES.get(row.status, "quiet"), row.pk in invited
    results = CampaignResult.objects.owned_by(request.shop)
    counted = results.filter(evaluated_at__gt=clock.now() - inviting.POINTS_LAST)
    context = {"page": page, "points": counted.aggregate(points=Sum("points"))["points"] or 0}
    return render(request, "backoffice/marketing/campaigns.html", context)


@shop_right("shop.see")
@require_safe
def campaign(request: HttpRequest, public_id: str) -> HttpResponse:
    found = _campaign(public_id)
    form = EnrolmentForm(shop=request.shop, campaign=found, now=clock.now())
    return _page(request, found, form)


@shop_right("promotions.edit")
@require_http_methods(["POST"])
def enrol(request: HttpRequest, public_id: str) -> HttpResponse:
    found, now = _campaign(public_id), clock.now()
    form = EnrolmentForm(request.POST, shop=request.shop, campaign=found, now=now)
    if form.is_valid():
        try:
            rows = enrolling.enrol(campaign=found, shop=request.shop, goods=form.goods, by=request.user, now=now)
        except enrolling.GoodsDoNotFit as refusal:
            form.place(refusal.details["problems"])
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            told = ngettext("%(count)d item is enrolled.", "%(count)d items are enrolled.", len(rows))
            messages.success(request, told % {"count": len(rows)})
            return redirect("backoffice:marketing:campaign", request.shop.slug, found.public_id)
    return _page(request, found, form)


@shop_right("promotions.edit")
@require_POST
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    rows = CampaignEnrolment.objects.owned_by(request.shop).select_related("campaign", "shop")
    row = get_object_or_404(rows, public_id=public_id)
    try:
        enrolling.withdraw(enrolment=row, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Taken back."))
    return redirect("backoffice:marketing:campaign", request.shop.slug, row.campaign.public_id)


def _campaign(public_id: str) -> Campaign:
    return get_object_or_404(Campaign.objects.exclude(invited_at=None), public_id=public_id)


def _page(request: HttpRequest, found: Campaign, form: EnrolmentForm) -> HttpResponse:
    now = clock.now()
    found.tone = TONES.get(found.status, "quiet")
    clauses = inviting.clauses(found, request.shop, now=now)
    rows = CampaignEnrolment.objects.owned_by(request.shop).filter(campaign=found)
    is_open = enrolling.is_open(found, now)
    context = {
        "campaign": found,
        "clauses": clauses,
        "is_eligible": all(clause.holds for clause in clauses),
        "asks": asks_of_goods(found),
        "is_open": is_open,
        "is_coming": found.status in enrolling.OPEN and now < found.enrol_from,
        "can_edit": request.seat.can("promotions.edit"),
        "form": form,
        "rows": rows.select_related("sku__product", "promotion").order_by("pk"),
        "result": CampaignResult.objects.owned_by(request.shop).filter(campaign=found).first(),
    }
    return render(request, "backoffice/marketing/campaign.html", context)


def asks_of_goods(found: Campaign) -> list[str]:
    """What a campaign asks of goods, in sentences."""
    asks = [_("At least %(part)s below the lowest price of the last 30 days.") % {"part": percent(found.off_bps)}]
    if found.calm_days:
        words = ngettext(
            "No raise of the price in the %(count)d day before: no raise before a cut.",
            "No raise of the price in the %(count)d days before: no raise before a cut.",
            found.calm_days,
        )
        asks.append(words % {"count": found.calm_days})
    words = ngettext(
        "At least %(count)d unit of each item, set aside in your stock when prices are locked.",
        "At least %(count)d units of each item, set aside in your stock when prices are locked.",
        found.least_units,
    )
    asks.append(words % {"count": found.least_units})
    asks.append(_("A person may have %(count)d of each.") % {"count": found.person_units})
    if found.categories:
        names = _(", ").join(str(row.name) for row in Category.objects.filter(pk__in=found.categories))
        asks.append(_("Goods of: %(names)s.") % {"names": names})
    asks.append(_("From the lock until the end the usual price cannot be changed."))
    return asks
