"""A person's notices: the list with what is new, one to follow, all read at a press."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from mall import clock
from mall.notifications.sending import mark_read, unread_count
from mall.pages import paginate


@login_required
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    rows = request.user.notices.order_by("-pk")
    context = {"page": paginate(rows, request), "unread": unread_count(request.user)}
    return render(request, "storefront/notifications/list.html", context)


@login_required
@require_POST
def follow(request: HttpRequest, public_id: str) -> HttpResponse:
    """Read it, and go where it leads."""
    notice = get_object_or_404(request.user.notices, public_id=public_id)
    mark_read(person=request.user, now=clock.now(), public_id=public_id)
    return redirect(notice.url or "storefront:notifications:list")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    mark_read(person=request.user, now=clock.now())
    return redirect("storefront:notifications:list")
