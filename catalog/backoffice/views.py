"""Pages for shops: their products, pictures and stock."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog import products
from catalog.backoffice.forms import ProductForm, StockForm, drafts, sku_formset
from catalog.models import Product, ProductPicture, Stock, StockMovement
from catalog.offers import choice_text
from catalog.products import save_product
from catalog.stock import correct, receive
from mall import clock
from mall.pages import Choice, paginate
from mall.refusals import Refusal
from merchants.access import shop_right

PER_PAGE = 20
SHOWN_MOVEMENTS = 30


@shop_right("products.see")
def product_list(request: HttpRequest) -> HttpResponse:
    query = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:60]
    status = request.GET.get("status", "")
    mine = Product.objects.owned_by(request.shop)
    counts = dict(mine.order_by().values_list("status").annotate(count=Count("pk")))
    if status in Product.Status.values:
        rows = mine.filter(status=status)
    else:
        status, rows = "", mine
    if query:
        rows = rows.filter(
            Q(title__icontains=query) | Q(public_id=query) | Q(pk__in=mine.filter(skus__code=query).values("pk"))
        )
    page = paginate(_with_stock_and_picture(rows).order_by("-pk"), request, per_page=PER_PAGE)
    path = reverse("backoffice:catalog:list", args=[request.shop.slug])
    tabs = [Choice("", _("All"), path, selected=not status, count=sum(counts.values()))] + [
        Choice(value, label, f"{path}?status={value}", selected=value == status, count=counts.get(value, 0))
        for value, label in Product.Status.choices
    ]
    return render(
        request, "backoffice/catalog/list.html", {"page": page, "tabs": tabs, "query": query, "status": status}
    )


def _with_stock_and_picture(rows):
    stocks = Stock.objects.filter(sku__product=OuterRef("pk"), sku__is_active=True).order_by()
    left = stocks.values("sku__product").annotate(left=Sum(F("on_hand") - F("reserved"))).values("left")
    picture = ProductPicture.objects.filter(product=OuterRef("pk")).order_by("position", "pk").values("image")
    return (
        rows.select_related("category", "stats")
        .defer("description", "attributes")
        .annotate(stock_available=Coalesce(Subquery(left), 0), picture=Subquery(picture[:1]))
    )


@shop_right("products.edit")
def add(request: HttpRequest) -> HttpResponse:
    return _form(request, None)


@shop_right("products.edit")
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    return _form(request, _mine(request, public_id))


def _form(request: HttpRequest, product: Product | None) -> HttpResponse:
    form = ProductForm(request.POST or None, product=product)
    formset = sku_formset(request.POST or None, product=product)

    if request.method == "POST" and form.is_valid() and formset.is_valid():
        try:
            saved = save_product(
                shop=request.shop,
                product=product,
                fields=form.product_fields(),
                skus=drafts(form, formset),
                by=request.user,
                now=clock.now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            if product and saved.options != product.options:
                messages.info(request, _("The options changed: please check the price of every combination."))
            if product and saved.status != product.status:
                messages.info(request, _("The product is now: %(status)s.") % {"status": saved.get_status_display()})
            return redirect("backoffice:catalog:edit", request.shop.slug, saved.public_id)

    context = {
        "form": form,
        "sku_formset": formset,
        "product": product,
        "pictures": list(product.pictures.order_by("position", "pk")) if product else [],
        "values": [(value, str(name)) for value, name in product.option_names.items()] if product else [],
        "review_note": product.review_note if product else "",
        "actions": _actions(product) if product else [],
    }
    return render(request, "backoffice/catalog/form.html", context)


_ACTIONS = {
    "submit": (products.submit_product, {Product.Status.DRAFT, Product.Status.REFUSED, Product.Status.TAKEN_DOWN}),
    "on_sale": (products.put_on_sale, {Product.Status.OFF_SALE}),
    "off_sale": (products.take_off_sale, {Product.Status.ON_SALE}),
}


def _actions(product: Product) -> list[Choice]:
    """What the shop can do with the product now."""
    labels = {"submit": _("Submit for sale"), "on_sale": _("Put on sale"), "off_sale": _("Take off sale")}
    path = reverse("backoffice:catalog:status", args=[product.shop.slug, product.public_id])
    return [Choice(name, labels[name], path) for name, (_verb, fits) in _ACTIONS.items() if product.status in fits]


@shop_right("products.edit")
@require_POST
def status(request: HttpRequest, public_id: str) -> HttpResponse:
    product = _mine(request, public_id)
    verb = _ACTIONS.get(request.POST.get("action", ""), (None, None))[0]
    if verb is None:
        messages.error(request, _("Choose what to do."))
    else:
        try:
            product = verb(product=product, by=request.user, now=clock.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The product is now: %(status)s.") % {"status": product.get_status_display()})
    return redirect("backoffice:catalog:edit", request.shop.slug, public_id)


@shop_right("products.edit")
@require_POST
def picture(request: HttpRequest, public_id: str) -> HttpResponse:
    """``action``: add (files ``image``, ``value_id``), or remove, earlier, later, first (``picture``, a key)."""
    product = _mine(request, public_id)
    action = request.POST.get("action", "add")
    if action == "add":
        _add_pictures(request, product)
    else:
        pk = request.POST.get("picture", "")
        rows = ProductPicture.objects.owned_by(request.shop).filter(product=product).select_related("product")
        chosen = get_object_or_404(rows, pk=int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 19 else 0)
        if action == "remove":
            products.remove_picture(picture=chosen, by=request.user, now=clock.now())
            messages.success(request, _("The picture was removed."))
        else:
            _move_picture(request, chosen, action)
    return redirect("backoffice:catalog:edit", request.shop.slug, public_id)


def _add_pictures(request: HttpRequest, product: Product) -> None:
    images = request.FILES.getlist("image")
    if not images:
        messages.error(request, _("Choose a picture first."))
    for image in images:
        try:
            products.add_picture(
                product=product,
                image=image,
                value_id=request.POST.get("value_id", "")[:20],
                by=request.user,
                now=clock.now(),
            )
        except Refusal as refusal:
            messages.error(request, f"{image.name}: {refusal}")
        else:
            messages.success(request, _("%(name)s was added.") % {"name": image.name})


def _move_picture(request: HttpRequest, chosen: ProductPicture, action: str) -> None:
    order = list(chosen.product.pictures.order_by("position", "pk").values_list("pk", flat=True))
    place = order.index(chosen.pk)
    order.remove(chosen.pk)
    places = {"earlier": max(place - 1, 0), "later": place + 1, "first": 0}
    order.insert(places.get(action, place), chosen.pk)
    products.arrange_pictures(product=chosen.product, picture_ids=order, by=request.user, now=clock.now())


@shop_right("stock.edit")
def stock(request: HttpRequest, public_id: str) -> HttpResponse:
    product = _mine(request, public_id)
    skus = _counted_skus(product)
    form = StockForm(request.POST or None, skus=skus)

    if request.method == "POST" and form.is_valid():
        changes = form.changes()
        try:
            _count(changes, by=request.user, now=clock.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved.") if changes else _("Nothing changed."))
            return redirect("backoffice:catalog:stock", request.shop.slug, public_id)

    movements = (
        StockMovement.objects.owned_by(request.shop)
        .filter(stock__sku__product=product)
        .select_related("stock__sku", "by")
        .order_by("-pk")[:SHOWN_MOVEMENTS]
    )
    movements = list(movements)
    for movement in movements:
        movement.stock.sku.product = product
    context = {"product": product, "form": form, "rows": form.rows(), "movements": movements}
    return render(request, "backoffice/catalog/stock.html", context)


@transaction.atomic
def _count(changes, *, by, now) -> None:
    """All of the page's counts or none."""
    for sku, counted, came in changes:
        if counted is not None:
            correct(sku=sku, on_hand=counted, by=by, now=now)
        if came:
            receive(sku=sku, quantity=came, by=by, now=now)


def _counted_skus(product: Product) -> list:
    stocks = Stock.objects.filter(sku=OuterRef("pk"), warehouse__is_default=True)
    skus = list(
        product.skus.select_related("shop")
        .annotate(
            on_hand=Coalesce(Subquery(stocks.values("on_hand")), 0),
            reserved=Coalesce(Subquery(stocks.values("reserved")), 0),
        )
        .filter(Q(is_active=True) | Q(on_hand__gt=0))
        .order_by("pk")
    )
    for sku in skus:
        sku.product = product
        sku.choice_text = choice_text(sku)
    return skus


def _mine(request: HttpRequest, public_id: str) -> Product:
    rows = Product.objects.owned_by(request.shop).select_related("shop", "category", "brand")
    return get_object_or_404(rows, public_id=public_id)
