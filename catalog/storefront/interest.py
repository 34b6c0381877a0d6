"""Pages for shoppers about what they keep an eye on: favorites, shops, history, comparison, alerts."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import connection
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.interest import comparison, favorites, history, watches
from catalog.listing import cards_of
from catalog.models import Favorite, FollowedShop, Product, Viewed, Watch
from catalog.storefront.marks import with_marks
from catalog.storefront.seen import with_seen
from catalog.storefront.ways import back_to, done, refused, sign_in_first
from mall import clock
from mall.accounts.privacy.consents import browser_agrees, tell_browser
from mall.pages import Choice, paginate
from mall.refusals import Refusal
from merchants import states
from merchants.models import Shop

COMPARE_SECONDS = 7 * 24 * 3600
SHOWN_PICTURES = 5


# Favorites


@require_POST
def favorite(request: HttpRequest, public_id: str) -> HttpResponse:
    """``do``: keep or drop; each harmless when repeated."""
    back = back_to(request, reverse("storefront:catalog:product", args=[public_id]))
    is_on = request.POST.get("do") != "drop"
    if not request.user.is_authenticated:
        return sign_in_first(request, back=back, wish=["favorite", public_id] if is_on else None)
    if not is_on:
        favorites.let_go(shopper=request.user, products=[public_id])
        answer = done(request, _("It is no favorite any more."), back=back, is_on=False)
        return with_marks(answer, request.user)
    product = get_object_or_404(Product.objects.visible(), public_id=public_id)
    try:
        favorites.keep(shopper=request.user, product=product, now=clock.now())
    except Refusal as refusal:
        return refused(request, refusal, back=back)
    return with_marks(done(request, _("It is among your favorites."), back=back, is_on=True), request.user)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def favorite_list(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        gone = favorites.let_go(shopper=request.user, products=request.POST.getlist("chosen")[:100])
        said = ngettext("%(count)d favorite less.", "%(count)d favorites less.", gone) % {"count": gone}
        messages.success(request, said)
        return with_marks(redirect(request.get_full_path()), request.user)

    only = request.GET.get("only", "")
    only = only if only in {"cheaper", "gone"} else ""
    mine = Favorite.objects.filter(shopper=request.user)
    buyable = Q(states.in_states("list", prefix="product__shop__"), product__status=Product.Status.ON_SALE)
    cheaper = mine.filter(buyable, product__price_from__lt=F("price"))
    rows = {"": mine, "cheaper": cheaper, "gone": mine.exclude(buyable)}
    labels = {"": _("All"), "cheaper": _("Cheaper now"), "gone": _("Not for sale now")}
    page = paginate(rows[only].select_related("product").order_by("-pk"), request, per_page=20)
    _dress(request, page)
    context = {
        "page": page,
        "tabs": [
            Choice(name, label, f"{request.path}?only={name}" if name else request.path, name == only)
            for name, label in labels.items()
        ],
        "only": only,
    }
    return with_marks(render(request, "storefront/catalog/favorites.html", context), request.user)


def _dress(request: HttpRequest, rows) -> None:
    """To each row of a product what is shown of it: its card, and which alerts she has."""
    cards = cards_of([row.product.public_id for row in rows])
    keys = [row.product_id for row in rows]
    asked = set(Watch.objects.filter(shopper=request.user, product__in=keys).values_list("product_id", "kind"))
    for row in rows:
        row.card = cards.get(row.product.public_id)
        row.told_of_price = (row.product_id, Watch.Kind.PRICE) in asked
        row.told_of_stock = (row.product_id, Watch.Kind.STOCK) in asked
        row.saved = row.price - row.card.price if row.card and row.card.price < row.price else None


@never_cache
@login_required
@require_safe
def marks(request: HttpRequest) -> JsonResponse:
    """What a script marks as hers on pages that are kept for everybody."""
    return with_marks(JsonResponse(favorites.marks_of(request.user)), request.user)


# Followed shops


@require_POST
def follow(request: HttpRequest, slug: str) -> HttpResponse:
    """``do``: keep (follow) or drop; each harmless when repeated."""
    back = back_to(request, reverse("storefront:catalog:shop", args=[slug]))
    is_on = request.POST.get("do") != "drop"
    if not request.user.is_authenticated:
        return sign_in_first(request, back=back, wish=["follow", slug] if is_on else None)
    shop = get_object_or_404(Shop, slug=slug)
    if is_on and not states.is_seen(shop):
        raise Http404
    try:
        if is_on:
            favorites.follow(shopper=request.user, shop=shop, now=clock.now())
        else:
            favorites.unfollow(shopper=request.user, shop=shop)
    except Refusal as refusal:
        return refused(request, refusal, back=back)
    said = (_("You follow %(shop)s now.") if is_on else _("You do not follow %(shop)s any more.")) % {"shop": shop.name}
    return with_marks(done(request, said, back=back, is_on=is_on), request.user)


@login_required
@require_safe
def followed_shops(request: HttpRequest) -> HttpResponse:
    rows = FollowedShop.objects.filter(shopper=request.user).select_related("shop__stats").order_by("-pk")
    page = paginate(rows, request, per_page=12)
    newest = _newest_pictures([row.shop_id for row in page])
    for row in page:
        row.is_seen = states.is_seen(row.shop)
        row.newest = newest.get(row.shop_id, []) if row.is_seen else []
    return with_marks(render(request, "storefront/catalog/followed_shops.html", {"page": page}), request.user)


def _newest_pictures(shop_ids: list[int]) -> dict[int, list[tuple[str, str]]]:
    """Of each shop the numbers and pictures of what it put on sale last; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shop.id, newest.public_id, newest.image FROM unnest(%s::bigint[]) AS shop (id), LATERAL ("
            " SELECT p.public_id, (SELECT i.image FROM catalog_productpicture i WHERE i.product_id = p.id"
            " ORDER BY i.position, i.id LIMIT 1) AS image FROM catalog_product p"
            " WHERE p.shop_id = shop.id AND p.status = 'on_sale' ORDER BY p.on_sale_at DESC, p.id DESC LIMIT %s"
            ") AS newest",
            [shop_ids, SHOWN_PICTURES],
        )
        found: dict[int, list] = {}
        for shop_id, public_id, image in cursor.fetchall():
            found.setdefault(shop_id, []).append((public_id, image))
    return found


# What she looked at


@never_cache
@require_safe
def history_page(request: HttpRequest) -> HttpResponse:
    """A member's from the mall's memory, into which her browser's is poured first; anybody else's from the browser."""
    seen = request.COOKIES.get(history.COOKIE, "")
    looks = history.looks_in(seen)
    now = clock.now()
    page, is_poured = None, False
    if request.user.is_authenticated:
        is_on = history.remembers(request.user)
        if is_on and looks:
            history.pour(shopper=request.user, looks=looks, now=now)
            is_poured = True
        rows = Viewed.objects.filter(shopper=request.user).select_related("product").order_by("-viewed_at", "-pk")
        page = paginate(rows, request, per_page=24)
        shown = [(row.product.public_id, row.viewed_at) for row in page]
    else:
        is_on = browser_agrees(request)
        shown = [(look.product_id, look.at) for look in looks] if is_on else []
    cards = cards_of([public_id for public_id, _at in shown])
    days: dict = {}
    for public_id, at in shown:
        if public_id in cards:
            days.setdefault(clock.business_date(at), []).append(cards[public_id])
    context = {"days": list(days.items()), "page": page, "is_on": is_on}
    response = render(request, "storefront/catalog/history.html", context)
    return with_seen(response, "") if is_poured else response


@require_POST
def history_change(request: HttpRequest) -> HttpResponse:
    """``do``: clear, off (and clear), or on."""
    wanted = request.POST.get("do", "")
    response = redirect("storefront:catalog:history")
    if wanted == "clear":
        if request.user.is_authenticated:
            history.clear(shopper=request.user)
        messages.success(request, _("What you looked at is forgotten."))
        return with_seen(response, "")
    if wanted == "off":
        if request.user.is_authenticated:
            history.turn_off(shopper=request.user, now=clock.now())
        messages.success(request, _("From now on the mall does not remember what you look at."))
        return tell_browser(with_seen(response, ""), agrees=False)
    if wanted == "on":
        if request.user.is_authenticated:
            history.turn_on(shopper=request.user, now=clock.now())
        messages.success(request, _("The mall remembers what you look at."))
        return tell_browser(response, agrees=True)
    messages.error(request, _("Choose what to do."))
    return response


# Comparison


@never_cache
@require_safe
def compare_page(request: HttpRequest) -> HttpResponse:
    asked = comparison.ids_in(".".join(request.GET.getlist("with"))) or _compared(request)
    compared = comparison.compare(asked)
    only_differences = request.GET.get("differences") == "1"
    context = {
        "compared": compared,
        "rows": [row for row in compared.rows if row.differs] if only_differences else compared.rows,
        "only_differences": only_differences,
        "free": comparison.MOST - len(compared.cards),
        "hidden_rows": sum(not row.differs for row in compared.rows),
    }
    return render(request, "storefront/catalog/compare.html", context)


@require_POST
def compare_change(request: HttpRequest, public_id: str) -> HttpResponse:
    """``do``: keep (one more) or drop; each harmless when repeated. No sign-in: the browser keeps the list."""
    page = reverse("storefront:catalog:compare")
    ids = _compared(request)
    is_on = request.POST.get("do") != "drop"
    if is_on:
        get_object_or_404(Product.objects.visible(), public_id=public_id)
        ids = comparison.with_product(ids, public_id)
        said = ngettext("%(count)d product to compare.", "%(count)d products to compare.", len(ids))
        said %= {"count": len(ids)}
    else:
        ids = [other for other in ids if other != public_id]
        said = _("It is not compared any more.")
    response = done(request, said, back=page, is_on=is_on, url=page)
    response.set_cookie(comparison.COOKIE, ".".join(ids), max_age=COMPARE_SECONDS, samesite="Lax", httponly=True)
    return response


def _compared(request: HttpRequest) -> list[str]:
    return comparison.ids_in(request.COOKIES.get(comparison.COOKIE, ""))


# Alerts


@require_POST
def alert(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """``do``: keep (she wants to be told) or drop; each harmless when repeated."""
    if kind not in Watch.Kind.values:
        raise Http404
    back = back_to(request, reverse("storefront:catalog:product", args=[public_id]))
    is_on = request.POST.get("do") != "drop"
    if not request.user.is_authenticated:
        return sign_in_first(request, back=back, wish=[kind, public_id] if is_on else None)
    if not is_on:
        watches.stop(shopper=request.user, product_id=public_id, kind=kind)
        return done(request, _("You will not be told of this any more."), back=back, is_on=False)
    product = get_object_or_404(Product.objects.visible(), public_id=public_id)
    try:
        watches.watch(shopper=request.user, product=product, kind=kind, now=clock.now())
    except Refusal as refusal:
        return refused(request, refusal, back=back)
    said = {
        Watch.Kind.PRICE: _("You will be told when it costs less."),
        Watch.Kind.STOCK: _("You will be told when it can be bought again."),
    }
    return done(request, said[kind], back=back, is_on=True)


@login_required
@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    rows = Watch.objects.filter(shopper=request.user).select_related("product").order_by("-pk")
    page = paginate(rows, request, per_page=20)
    _dress(request, page)
    return render(request, "storefront/catalog/alerts.html", {"page": page})


@csrf_exempt  # the token in the address says who may, and mail programs post it by themselves (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
def alert_stop(request: HttpRequest, token: str) -> HttpResponse:
    """The way out that stands in every message: no sign-in, one press; a look alone stops nothing."""
    watch = watches.watch_of(token)
    is_stopped = False
    if watch is not None and request.method == "POST":
        watches.stop(shopper=watch.shopper_id, product_id=watch.product.public_id, kind=watch.kind)
        is_stopped = True
    context = {"watch": watch, "is_stopped": is_stopped or watch is None}
    return render(request, "storefront/catalog/alert_stop.html", context)
