"""A person asks to open a shop and follows her application."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from mall import clock
from mall.refusals import Refusal
from merchants.applications import OPEN, ApplicationRefused, amend_application, submit_application
from merchants.models import Application
from merchants.storefront.forms import ApplicationForm


@login_required
def apply(request: HttpRequest) -> HttpResponse:
    if request.method == "GET" and (standing := request.user.applications.filter(status__in=OPEN).first()):
        return redirect("storefront:merchants:application", standing.public_id)

    form = ApplicationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            application = submit_application(applicant=request.user, fields=form.cleaned_data, now=clock.now())
        except ApplicationRefused as refusal:
            form.take_errors(refusal.errors)
        else:
            messages.success(request, _("Thank you. We answer within three working days."))
            return redirect("storefront:merchants:application", application.public_id)
    return TemplateResponse(request, "storefront/merchants/apply.html", {"form": form})


@login_required
def application(request: HttpRequest, public_id: str) -> HttpResponse:
    row = get_object_or_404(request.user.applications.select_related("merchant"), public_id=public_id)
    may_amend = row.status == Application.Status.CHANGES_REQUESTED
    form = None
    if may_amend or request.method == "POST":
        form = ApplicationForm.of(row, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            amend_application(application=row, fields=form.cleaned_data, now=clock.now())
        except ApplicationRefused as refusal:
            form.take_errors(refusal.errors)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("storefront:merchants:application", row.public_id)
        else:
            messages.success(request, _("Thank you. We look at it again."))
            return redirect("storefront:merchants:application", row.public_id)
    shop = row.merchant.shops.first() if row.merchant else None
    context = {"application": row, "form": form if may_amend else None, "shop": shop}
    return TemplateResponse(request, "storefront/merchants/application.html", context)
