"""A shop's page of the gift cards that it has sold. The database keeps their codes from its eyes."""

from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mall.backoffice.lists import open_list
from mall.crypto import masked
from mall.money import Money
from merchants.access import shop_right
from orders.backoffice.lists import CARDS
from orders.models import GiftCard


@shop_right("orders.see")
@require_safe
def cards(request: HttpRequest) -> HttpResponse:
    sold = GiftCard.objects.owned_by(request.shop).defer("code", "code_index")
    listed = open_list(
        CARDS,
        request,
        sold,
        statuses=GiftCard.Status.choices,
        dress=lambda rows: rows.select_related("holder", "line__order"),
    )
    for card in listed.page.rows:
        card.held_by = masked(card.holder.display_name or card.holder.email) if card.holder else ""
    valid = Q(status=GiftCard.Status.ACTIVE)
    sums = GiftCard.objects.owned_by(request.shop).aggregate(
        count=Count("pk", filter=valid), face=Sum("face", filter=valid), open=Sum("balance")
    )
    face, left = (Money(int(sums[name] or 0), request.shop.currency) for name in ("face", "open"))
    totals = {"count": sums["count"], "face": face, "spent": face - left, "open": left}
    return render(request, "backoffice/orders/cards.html", {"list": listed, "page": listed.page, "totals": totals})
