"""The shopper's pages of bargains: one for its owner and her friends, opening, helping, and those that are hers."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalog.models import Sku
from catalog.offers import buyable_skus
from mall import clock
from mall.pages import paginate
from mall.refusals import Refusal
from marketing.bargaining import bargains, showing
from marketing.deals.bargains import why_not
from marketing.models import Bargain, BargainCut, Promotion

PER_PAGE = 20


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, sale: str, sku: str) -> HttpResponse:
    """Open a bargain and go there; whoever is not signed in does that first, and presses again."""
    ware = get_object_or_404(Sku.objects.select_related("product"), public_id=sku)
    promotion = get_object_or_404(Promotion, public_id=sale, kind=Promotion.Kind.BARGAIN)
    page = f"{reverse('storefront:catalog:product', args=[ware.product.public_id])}?sku={ware.public_id}"
    if request.method == "GET":
        return redirect(page)
    if not request.user.is_authenticated:
        return redirect_to_login(page)
    try:
        bargain = bargains.open_bargain(promotion=promotion, sku=ware, shopper=request.user, now=clock.now())
    except bargains.BargainsEnough as refusal:
        messages.info(request, str(refusal))
        mine = (
            Bargain.objects.filter(shopper=request.user, sku=ware, status__in=Bargain.RUNNING).order_by("-pk").first()
        )
        return redirect("storefront:marketing:bargain", mine.public_id) if mine else redirect(page)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(page)
    messages.success(request, _("Your bargain is open, and the first cut is yours. Now send the page to your friends."))
    return redirect("storefront:marketing:bargain", bargain.public_id)


@never_cache
@require_safe
def bargain(request: HttpRequest, public_id: str) -> HttpResponse:
    """For its owner and for whoever has the link; names are covered."""
    row = _found(public_id)
    now = clock.now()
    is_mine = row.shopper_id == request.user.pk
    has_helped = not is_mine and request.user.is_authenticated and BargainCut.objects.filter(
        bargain=row, helper=request.user
    ).exists()  # fmt: skip
    shown = showing.shown(row, now=now)
    stands_in_the_way = why_not(row, now)
    (ware,) = buyable_skus([row.sku_id])
    context = {
        "row": row,
        "ware": ware,
        "bargain": shown,
        "is_mine": is_mine,
        "has_helped": has_helped,
        "can_help": not is_mine and not has_helped and shown.state == "open",
        "owner": row.shopper.shown_name,
        "share_url": request.build_absolute_uri(request.path),
        "buy_url": _buy_url(row) if is_mine and not stands_in_the_way else "",
        "why_not": stands_in_the_way if is_mine and shown.state in ("open", "done") else "",
        "left": showing.left_in_words(row.units.left),
        "odds": showing.odds(row.price, row.floor, row.needed),
        "proof": showing.proof(row) if row.is_told else None,
    }
    return render(request, "storefront/marketing/bargain.html", context)


@require_http_methods(["GET", "POST"])
def help_cut(request: HttpRequest, public_id: str) -> HttpResponse:
    """A friend's cut; whoever is not signed in does that first, and presses again."""
    row = _found(public_id)
    page = reverse("storefront:marketing:bargain", args=[row.public_id])
    if request.method == "GET":
        return redirect(page)
    if not request.user.is_authenticated:
        return redirect_to_login(page)
    try:
        cut = bargains.help_cut(bargain=row, helper=request.user, now=clock.now())
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    else:
        words = {"amount": cut.amount, "name": row.shopper.shown_name}
        messages.success(request, _("You cut off %(amount)s for %(name)s. Thank you!") % words)
    return redirect(page)


@login_required
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Those that she opened, the latest first."""
    now = clock.now()
    rows = request.user.bargains.select_related("sku", "units").order_by("-pk")
    page = paginate(rows, request, per_page=PER_PAGE)
    wares = {ware.sku_id: ware for ware in buyable_skus([row.sku_id for row in page])}
    for row in page:
        row.ware = wares[row.sku_id]
        row.shown = showing.shown(row, now=now, with_helpers=False)
        row.buy_url = "" if why_not(row, now) else _buy_url(row)
    return render(request, "storefront/marketing/my_bargains.html", {"page": page})


def _found(public_id: str) -> Bargain:
    rows = Bargain.objects.select_related("shopper", "sku__product__shop", "units", "promotion")
    return get_object_or_404(rows, public_id=public_id)


def _buy_url(row: Bargain) -> str:
    return reverse("storefront:orders:deal-checkout", args=[row.public_id, row.sku.public_id])
