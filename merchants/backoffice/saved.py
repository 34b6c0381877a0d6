"""Filters that a person keeps for the lists of a shop."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mall import clock
from mall.backoffice.models import SavedFilter
from mall.backoffice.saved import delete_filter, save_filter
from mall.backoffice.undo import say_with_undo
from mall.refusals import Refusal
from merchants.access import shop_right
from merchants.backoffice.ways import back_to


@shop_right("shop.see")
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """``list``, ``name``, ``query``; leads back to the list, where the filter is a tab now."""
    list_key = request.POST.get("list", "")[:40]
    back = back_to(request)
    try:
        saved = save_filter(
            shop=request.shop,
            person=request.user,
            list_key=list_key,
            name=request.POST.get("name", ""),
            query=request.POST.get("query", ""),
            now=clock.now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(name)s” is a tab of this list now.") % {"name": saved.name})
    return redirect(back)


@shop_right("shop.see")
@require_POST
def forget(request: HttpRequest, public_id: str) -> HttpResponse:
    mine = SavedFilter.objects.owned_by(request.shop).filter(person=request.user)
    saved = get_object_or_404(mine, public_id=public_id)
    again = {"list": saved.list_key, "name": saved.name, "query": saved.query}
    delete_filter(saved=saved)
    back = back_to(request)
    say_with_undo(
        request,
        _("“%(name)s” is deleted.") % {"name": again["name"]},
        url=reverse("backoffice:merchants:filter-keep", args=[request.shop.slug]),
        fields={**again, "next": back},
    )
    return redirect(back)
