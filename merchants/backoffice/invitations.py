"""Invitations to the shop: who was asked, ask somebody, withdraw. Owners only."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from mall import clock
from mall.refusals import Refusal
from merchants import invitations
from merchants.access import shop_right
from merchants.models import Invitation, Seat
from merchants.tunables import INVITATION_DAYS


class InvitationForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail address"))
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Seat.Role, initial=Seat.Role.CLERK)


@shop_right("staff.edit", fresh="merchants.seats")
@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: HttpRequest) -> HttpResponse:
    form, now = InvitationForm(request.POST or None), clock.now()
    if form.is_valid():
        try:
            invitations.invite(shop=request.shop, by=request.user, now=now, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("The invitation is on its way."))
            return redirect("backoffice:merchants:invitations", request.shop.slug)
    rows = invitations.open_invitations(request.shop)
    for row in rows:
        row.is_expired = not row.is_open(now)
    context = {"form": form, "invitations": rows, "days": INVITATION_DAYS.value}
    return TemplateResponse(request, "backoffice/merchants/invitations.html", context)


@shop_right("staff.edit")
@require_POST
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    row = get_object_or_404(Invitation.objects.owned_by(request.shop), public_id=public_id)
    try:
        invitations.withdraw(invitation=row, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Withdrawn."))
    return redirect("backoffice:merchants:invitations", request.shop.slug)
