"""When somebody signs in: what she looked at and what she pressed before is hers (wired as ``ACCOUNT_SIGNED_IN``)."""

from contextlib import suppress

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from catalog.interest import favorites, history, watches
from catalog.models import Product, Watch
from catalog.storefront.marks import with_marks
from catalog.storefront.seen import with_seen
from catalog.storefront.ways import WISH
from mall import clock
from mall.refusals import Refusal
from merchants.models import Shop


def welcome(request: HttpRequest, response: HttpResponse) -> None:
    if not request.user.is_authenticated:  # one more step stands between
        return
    now = clock.now()
    _do_wish(request, now)
    seen = request.COOKIES.get(history.COOKIE, "")
    if seen and history.remembers(request.user):
        history.pour(shopper=request.user, looks=history.looks_in(seen), now=now)
        with_seen(response, "")
    with_marks(response, request.user)


def _do_wish(request: HttpRequest, now) -> None:
    wish = request.session.pop(WISH, None)
    if not (isinstance(wish, list) and len(wish) == 2):
        return
    what, key = wish
    with suppress(Refusal):
        if what == "follow" and (shop := Shop.objects.filter(slug=key).first()):
            favorites.follow(shopper=request.user, shop=shop, now=now)
            messages.success(request, _("You follow %(shop)s now.") % {"shop": shop.name})
        product = Product.objects.visible().filter(public_id=key).first() if what != "follow" else None
        if product and what == "favorite":
            favorites.keep(shopper=request.user, product=product, now=now)
            messages.success(request, _("It is among your favorites."))
        elif product and what in Watch.Kind.values:
            watches.watch(shopper=request.user, product=product, kind=what, now=now)
            messages.success(request, _("You will be told."))
