"""The shopper's pages of coupons: what can be claimed, and what she holds."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from mall import clock
from mall.pages import Choice, paginate
from mall.refusals import Refusal
from marketing import joint, words
from marketing.coupons import NothingToClaim, by_code, claim_coupon, claimable
from marketing.models import Coupon, Promotion
from merchants.models import Shop

PER_PAGE = 20


@never_cache
@require_safe
def centre(request: HttpRequest) -> HttpResponse:
    """What can be claimed now, of the mall and of shops; ``?shop=`` of one shop."""
    shop = Shop.objects.filter(slug=request.GET.get("shop", "")).first()
    rows = claimable(
        shopper_id=request.user.pk if request.user.is_authenticated else None,
        now=clock.now(),
        shop_ids=[shop.pk] if shop else None,
    )
    also = joint.good_at([row.campaign.pk for row in rows], clock.now())
    for row in rows:
        _dress(row.campaign, also)
        total = row.campaign.total_limit
        row.campaign.taken = min(100, 100 * row.campaign.claimed_count // total) if total else None
    parts = [
        (_("From the mall"), [row for row in rows if row.campaign.shop_id is None]),
        (_("From shops"), [row for row in rows if row.campaign.shop_id is not None]),
    ]
    context = {"parts": [part for part in parts if part[1]], "shop": shop, "typed": request.GET.get("code", "")[:20]}
    return render(request, "storefront/marketing/centre.html", context)


@require_http_methods(["GET", "POST"])
def claim(request: HttpRequest, public_id: str) -> HttpResponse:
    """Claim one and stay where she was; whoever is not signed in does that first."""
    campaign = get_object_or_404(Promotion, public_id=public_id, kind=Promotion.Kind.COUPON)
    back = _came_from(request)
    if request.method == "GET":
        return redirect("storefront:marketing:centre")
    if not request.user.is_authenticated:
        return redirect_to_login(back)
    return _claimed(request, campaign, "", back)


@require_http_methods(["GET", "POST"])
def claim_by_code(request: HttpRequest) -> HttpResponse:
    """Claim with a code that she was given."""
    centre_url = reverse("storefront:marketing:centre")
    code = request.POST.get("code", "").strip()[:20]
    if request.method == "GET" or not code:
        return redirect(centre_url)
    if not request.user.is_authenticated:
        return redirect_to_login(centre_url)
    campaign = by_code(code)
    if campaign is None:
        messages.error(request, _("There is no coupon with this code."))
        return redirect(f"{centre_url}?code={code}" if code.isalnum() else centre_url)
    return _claimed(request, campaign, code, reverse("storefront:marketing:mine"))


def _claimed(request: HttpRequest, campaign: Promotion, code: str, back: str) -> HttpResponse:
    try:
        claim_coupon(campaign=campaign, shopper=request.user, code=code, now=clock.now())
    except NothingToClaim as refusal:
        messages.error(request, str(refusal))
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The coupon is yours: the checkout uses it where it saves you most."))
    return redirect(back)


def _came_from(request: HttpRequest) -> str:
    page = request.POST.get("next", "") or request.headers.get("referer", "")
    if url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return page
    return reverse("storefront:marketing:centre")


@login_required
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Her coupons: to be used, used, over."""
    now = clock.now()
    held = request.user.coupons.all()
    usable = held.filter(status__in=Coupon.USABLE, valid_until__gt=now)
    used = held.filter(status__in=[Coupon.Status.LOCKED, Coupon.Status.USED])
    shown = {
        "": usable,
        "used": used,
        "over": held.exclude(pk__in=usable.values("pk")).exclude(pk__in=used.values("pk")),
    }
    state = request.GET.get("state", "")
    state = state if state in shown else ""
    url = reverse("storefront:marketing:mine")
    labels = {"": _("To be used"), "used": _("Used"), "over": _("Over")}
    tabs = [
        Choice(value, label, f"{url}?state={value}" if value else url, value == state, shown[value].count())
        for value, label in labels.items()
    ]
    page = paginate(
        shown[state].select_related("promotion__shop").order_by("valid_until", "-pk"), request, per_page=PER_PAGE
    )
    also = joint.good_at([coupon.promotion_id for coupon in page], now)
    for coupon in page:
        _dress(coupon.promotion, also)
        coupon.shown_state = {"": "claimed", "used": "used", "over": "expired"}[state]
        coupon.valid = words.until(coupon.valid_until)
    return render(request, "storefront/marketing/mine.html", {"page": page, "tabs": tabs})


def _dress(campaign: Promotion, also: dict) -> None:
    campaign.also = also.get(campaign.pk, [])
    campaign.worth = words.worth(campaign.rule, campaign.currency)
    campaign.condition = words.condition(campaign.rule, campaign.currency)
    campaign.where = words.scope_in_words(campaign)
    campaign.valid = words.days(campaign)
