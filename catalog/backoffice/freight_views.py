"""Pages for shops about freight: the templates, one of them with its zones, what it would charge, who names it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog.backoffice.freight_forms import TemplateForm, TryForm
from catalog.freight import templates
from catalog.freight.charging import freight
from catalog.freight.words import conditions, explained_freight, not_delivered_to, told_place, told_regions
from catalog.models import FreightTemplate
from mall import clock
from mall.money import Money
from mall.places import region
from mall.refusals import Refusal
from merchants.access import shop_right


@shop_right("products.see")
@require_safe
def template_list(request: HttpRequest) -> HttpResponse:
    rows = templates.templates_of(request.shop)
    for row in rows:
        row.conditions = conditions(templates.terms_of(row), request.shop.currency)
        row.told_nowhere = told_regions(row.nowhere)
    context = {
        "templates": rows,
        "default": next((row for row in rows if row.is_default), None),
        "without": templates.without_template(request.shop),
        "may_edit": request.seat.can("shop.edit"),
    }
    return render(request, "backoffice/catalog/freight_list.html", context)


@shop_right("shop.edit")
def add(request: HttpRequest) -> HttpResponse:
    return _form(request, None)


@shop_right("shop.edit")
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """The template, and with a region and goods in the address what it charges for them."""
    return _form(request, _mine(request, public_id))


def _form(request: HttpRequest, template: FreightTemplate | None) -> HttpResponse:
    form = TemplateForm(request.POST or None, template=template, more="more" in request.POST)
    if request.method == "POST" and "more" not in request.POST and form.is_valid():
        try:
            saved = templates.save_template(
                shop=request.shop, template=template, by=request.user, now=clock.now(), **form.fields_of_template()
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved. Orders that are placed from now on are charged so."))
            return redirect("backoffice:catalog:freight-edit", request.shop.slug, saved.public_id)
    context = {"form": form, "template": template}
    if template:
        context |= _facts(template) | _tried(request, template)
    return render(request, "backoffice/catalog/freight_form.html", context)


def _facts(template: FreightTemplate) -> dict:
    return {
        "named_by": template.products.count(),
        "unmeasured": templates.unmeasured(template),
        "without": templates.without_template(template.shop) if template.is_default else 0,
    }


def _tried(request: HttpRequest, template: FreightTemplate) -> dict:
    """What the template charges for the goods in the address."""
    form = TryForm(request.GET if "pieces" in request.GET else None, template=template)
    if not form.is_valid():
        return {"try_form": form, "tried": None}
    province, city = form.cleaned_data["province"], form.cleaned_data["city"]
    found = freight([form.goods()], [form.fen], region(province, city))
    where = told_place(province, city)
    tried = {
        "where": where,
        "fee": Money(found.fee, request.shop.currency),
        "notes": explained_freight(found, request.shop.currency),
        "refused": not_delivered_to(where) if found.not_delivered else "",
    }
    return {"try_form": form, "tried": tried}


@shop_right("shop.edit")
@require_POST
def do(request: HttpRequest, public_id: str) -> HttpResponse:
    """``action``: default, flat or remove."""
    template = _mine(request, public_id)
    verbs = {
        "default": templates.make_default,
        "flat": templates.charge_flat_fee,
        "remove": templates.remove_template,
    }
    verb = verbs.get(request.POST.get("action", ""))
    if verb is None:
        messages.error(request, _("Choose what to do."))
        return redirect("backoffice:catalog:freight", request.shop.slug)
    try:
        verb(template=template, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return redirect("backoffice:catalog:freight", request.shop.slug)


def _mine(request: HttpRequest, public_id: str) -> FreightTemplate:
    return get_object_or_404(FreightTemplate.objects.owned_by(request.shop).select_related("shop"), public_id=public_id)
