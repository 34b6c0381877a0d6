"""The pages of group buying: one group, how it is shared, and the groups of a shopper."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mall import clock
from mall.pages import Choice, cached_part, paginate
from marketing.groups import poster
from marketing.groups.showing import picture_of, shown
from marketing.models import BuyingGroup, Seat

PER_PAGE = 20
POSTER_SECONDS = 600
Status = BuyingGroup.Status


def _group(public_id: str) -> BuyingGroup:
    rows = BuyingGroup.objects.select_related("promotion__shop", "units__sku__product", "leader")
    group = get_object_or_404(rows, public_id=public_id)
    group.units.promotion = group.promotion
    return group


@never_cache
@require_safe
def group(request: HttpRequest, public_id: str) -> HttpResponse:
    """A group, for whoever has its address: who is in, who is missing, how long, and how one joins."""
    person = request.user if request.user.is_authenticated else None
    context = {"group": shown(_group(public_id), person=person, now=clock.now())}
    return render(request, "storefront/marketing/group.html", context)


@never_cache
@require_safe
def share(request: HttpRequest, public_id: str) -> HttpResponse:
    """A group to be passed on: its address, and a poster with it."""
    found = _group(public_id)
    context = {
        "group": shown(found, person=None, now=clock.now()),
        "address": _address(request, found),
        "poster_url": reverse("storefront:marketing:group-poster", args=[public_id]),
        "size": poster.SIZE,
    }
    return render(request, "storefront/marketing/group_share.html", context)


@require_safe
def group_poster(request: HttpRequest, public_id: str) -> HttpResponse:
    """The poster of a group as PNG, in the reader's language; drawn once until something on it changes."""
    found, address = _group(public_id), _address(request, _group(public_id))
    state = f"{public_id}:{found.status}:{found.seats_paid}:{found.units.sku.price.minor}:{address}"
    png = cached_part(f"poster:{state}", seconds=POSTER_SECONDS, build=lambda: _poster(found, address))
    response = HttpResponse(png, content_type="image/png")
    response["Cache-Control"] = "private, max-age=60"
    response["Content-Language"] = get_language()
    response["Content-Disposition"] = f'inline; filename="{public_id}.png"'
    return response


def _poster(found: BuyingGroup, address: str) -> bytes:
    sku = found.units.sku
    return poster.draw(
        title=str(sku.product.title),
        picture=picture_of(sku),
        price=found.units.price,
        alone=sku.price,
        size=found.size,
        missing=found.missing if found.status == Status.OPEN else 0,
        until=found.ends_at,
        shop=str(found.promotion.shop.name),
        address=address,
    )


def _address(request: HttpRequest, found: BuyingGroup) -> str:
    return request.build_absolute_uri(reverse("storefront:marketing:group", args=[found.public_id]))


@login_required
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Her groups, the latest first: open, complete, given up."""
    status = request.GET.get("status", "")
    status = status if status in Status.values else ""
    url = reverse("storefront:marketing:my-groups")
    seats = Seat.objects.filter(shopper=request.user)
    rows = seats.filter(group__status=status) if status else seats
    tabs = [Choice("", _("All"), url, not status, seats.count())]
    tabs += [Choice(value, str(label), f"{url}?status={value}", value == status) for value, label in Status.choices]
    page = paginate(
        rows.select_related("group__units__sku__product", "group__promotion").order_by("-pk"),
        request,
        per_page=PER_PAGE,
    )
    for seat in page:
        seat.picture = picture_of(seat.group.units.sku)
    return render(request, "storefront/marketing/my_groups.html", {"page": page, "tabs": tabs})
