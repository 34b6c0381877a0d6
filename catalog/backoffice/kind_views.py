"""Pages for shops of goods that are not counted by hand: the codes of a product, the times of a service."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from catalog.backoffice.kind_forms import CodesForm, SlotsForm
from catalog.codes import add_codes, withdraw_code
from catalog.models import GoodsCode, Product, TimeSlot
from catalog.offers import choice_text
from catalog.slots import close_slot, open_slots
from mall import clock
from mall.pages import paginate
from mall.refusals import Refusal
from merchants.access import shop_right

SHOWN_CODES = 50
SHOWN_SLOTS = 50


@shop_right("stock.edit")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def codes(request: HttpRequest, public_id: str) -> HttpResponse:
    """How many codes there are of each combination, new ones, and those that were brought, covered."""
    product = _of_kind(request, public_id, Product.Kind.VIRTUAL)
    skus = _counted(product)
    form = CodesForm(request.POST or None, request.FILES or None, skus=skus)
    if request.method == "POST" and form.is_valid():
        try:
            count = add_codes(sku=form.sku, codes=form.cleaned_data["lines"], by=request.user, now=clock.now())
        except Refusal as refusal:
            form.add_error("codes", str(refusal))
        else:
            said = ngettext("%(count)d code is for sale.", "%(count)d codes are for sale.", count) % {"count": count}
            messages.success(request, said)
            return redirect(request.path)
    brought = GoodsCode.objects.owned_by(request.shop).filter(sku__product=product).select_related("sku")
    page = paginate(brought.order_by("-pk"), request, per_page=SHOWN_CODES)
    for code in page:
        code.sku.product = product
        code.combination = choice_text(code.sku)
    return render(
        request, "backoffice/catalog/codes.html", {"product": product, "form": form, "skus": skus, "page": page}
    )


@shop_right("stock.edit")
@require_POST
def withdraw(request: HttpRequest, public_id: str, code_id: str) -> HttpResponse:
    product = _of_kind(request, public_id, Product.Kind.VIRTUAL)
    code = get_object_or_404(GoodsCode.objects.owned_by(request.shop), sku__product=product, public_id=code_id)
    try:
        withdraw_code(code=code, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The code is withdrawn; nobody can buy it."))
    return redirect("backoffice:catalog:codes", request.shop.slug, public_id)


@shop_right("stock.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def slots(request: HttpRequest, public_id: str) -> HttpResponse:
    """The times of a service that are still to come, and a form that opens more of them."""
    product = _of_kind(request, public_id, Product.Kind.SERVICE)
    skus = list(product.skus.filter(is_active=True).order_by("pk"))
    for sku in skus:
        sku.product = product
        sku.combination = str(choice_text(sku))
    now = clock.now()
    form = SlotsForm(request.POST or None, skus=skus, today=clock.business_date(now))
    if request.method == "POST" and form.is_valid():
        try:
            opened = open_slots(
                sku=form.sku, spans=form.spans(), capacity=form.cleaned_data["capacity"], by=request.user, now=now
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            count = len(opened)
            said = ngettext("%(count)d time is open.", "%(count)d times are open.", count) % {"count": count}
            messages.success(request, said if count else _("These times were open already."))
            return redirect(request.path)
    rows = TimeSlot.objects.owned_by(request.shop).filter(sku__product=product, ends_at__gt=now)
    page = paginate(rows.select_related("sku", "stock").order_by("starts_at", "pk"), request, per_page=SHOWN_SLOTS)
    for slot in page:
        slot.sku.product = product
        slot.combination = choice_text(slot.sku)
        slot.left = slot.stock.available if slot.closed_at is None else 0
        slot.may_close = slot.closed_at is None and slot.starts_at > now
    return render(request, "backoffice/catalog/slots.html", {"product": product, "form": form, "page": page})


@shop_right("stock.edit")
@require_POST
def close(request: HttpRequest, public_id: str, slot_id: str) -> HttpResponse:
    product = _of_kind(request, public_id, Product.Kind.SERVICE)
    slot = get_object_or_404(TimeSlot.objects.owned_by(request.shop), sku__product=product, public_id=slot_id)
    try:
        close_slot(slot=slot, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Nobody else can choose this time. Who has it, keeps it."))
    return redirect("backoffice:catalog:slots", request.shop.slug, public_id)


def _of_kind(request: HttpRequest, public_id: str, kind: str) -> Product:
    product = get_object_or_404(Product.objects.owned_by(request.shop).select_related("shop"), public_id=public_id)
    if product.kind != kind:
        raise Http404
    return product


def _counted(product: Product) -> list:
    skus = list(
        product.skus.filter(Q(is_active=True) | Q(codes__status=GoodsCode.Status.FREE))
        .annotate(
            free_count=Count("codes", filter=Q(codes__status=GoodsCode.Status.FREE), distinct=True),
            given_count=Count("codes", filter=Q(codes__status=GoodsCode.Status.GIVEN), distinct=True),
        )
        .order_by("pk")
    )
    for sku in skus:
        sku.product = product
        sku.combination = str(choice_text(sku))
    return skus
