"""Pages for shops: their products, pictures and stock."""

from django.contrib import messages
from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog import products
from catalog.backoffice.forms import ProductForm, StockForm, drafts, show_unchecked, sku_formset
from catalog.backoffice.lists import MOVEMENTS, PRODUCTS
from catalog.models import Product, ProductPicture, Stock, StockMovement
from catalog.offers import choice_text
from catalog.products import save_product
from catalog.shelves import put_in_categories
from catalog.stock import correct, receive
from mall import clock
from mall.backoffice.bulk import chosen_ids, do_to_each, tell
from mall.backoffice.lists import open_list
from mall.backoffice.undo import say_with_undo
from mall.pages import Choice
from mall.refusals import Refusal
from merchants.access import shop_right
from merchants.backoffice.ways import back_to, with_way

SHOWN_MOVEMENTS = 30


@shop_right("products.see")
@require_safe
def product_list(request: HttpRequest) -> HttpResponse:
    listed = open_list(
        PRODUCTS,
        request,
        Product.objects.owned_by(request.shop),
        statuses=Product.Status.choices,
        dress=_with_stock_and_picture,
    )
    if not request.seat.can("products.edit"):
        listed.bulk = ()
    may_import = request.seat.can("products.edit")
    return render(
        request, "backoffice/catalog/list.html", {"list": listed, "page": listed.page, "may_import": may_import}
    )


_BULK = {"on_sale": products.put_on_sale, "off_sale": products.take_off_sale}
_REVERSE = {"on_sale": "off_sale", "off_sale": "on_sale"}


@shop_right("products.edit")
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Put the chosen products on sale, or take them off; each by its verb, with an undo for those that were done."""
    back = back_to(request, reverse("backoffice:catalog:list", args=[request.shop.slug]))
    action = request.POST.get("action", "")
    verb = _BULK.get(action)
    if verb is None:
        messages.error(request, _("Choose what to do."))
        return redirect(back)
    chosen = Product.objects.owned_by(request.shop).filter(public_id__in=chosen_ids(request)).order_by("pk")
    now = clock.now()
    outcome = do_to_each(chosen, lambda product: verb(product=product, by=request.user, now=now))
    label = next(label for value, label, _sign in PRODUCTS.bulk if value == action)
    if outcome.done:
        say_with_undo(
            request,
            outcome.said(label),
            url=request.path,
            fields={
                "action": _REVERSE[action],
                "chosen": [product.public_id for product in outcome.done],
                "next": back,
            },
            level=messages.WARNING if outcome.refused else messages.SUCCESS,
        )
    else:
        tell(request, outcome, label)
    return redirect(back)


@shop_right("products.see")
@require_safe
def movements(request: HttpRequest) -> HttpResponse:
    """Every movement of the shop's stock."""
    listed = open_list(MOVEMENTS, request, StockMovement.objects.owned_by(request.shop), dress=_with_sku)
    for movement in listed.page:
        movement.choice_text = choice_text(movement.stock.sku)
    return render(request, "backoffice/catalog/movements.html", {"list": listed, "page": listed.page})


def _with_sku(rows):
    return rows.select_related("stock__sku__product", "by").defer(
        "stock__sku__product__description", "stock__sku__product__attributes"
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
    form = ProductForm(request.POST or None, shop=request.shop, product=product)
    formset = sku_formset(request.POST or None, product=product)

    if "continue" in request.POST:  # another category: its fields, and nothing is checked yet
        show_unchecked(form, formset)
    elif request.method == "POST" and form.is_valid() and formset.is_valid():
        try:
            saved = _save(request, product, form, formset)
        except Refusal as refusal:
            form.refuse(refusal)
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


@transaction.atomic
def _save(request: HttpRequest, product: Product | None, form: ProductForm, formset) -> Product:
    """The product with its places in the shop's own categories, all or nothing."""
    now = clock.now()
    saved = save_product(
        shop=request.shop,
        product=product,
        fields=form.product_fields(),
        skus=drafts(form, formset),
        by=request.user,
        now=now,
    )
    if (chosen := form.chosen_shelves()) is not None:
        put_in_categories(product=saved, categories=chosen, by=request.user, now=now)
    return saved


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
            messages.error(request, with_way(refusal, request.shop))
        else:
            _tell_status(request, product, request.POST["action"])
    return redirect("backoffice:catalog:edit", request.shop.slug, public_id)


def _tell_status(request: HttpRequest, product: Product, action: str) -> None:
    said = _("The product is now: %(status)s.") % {"status": product.get_status_display()}
    if action in _REVERSE:
        say_with_undo(request, said, url=request.path, fields={"action": _REVERSE[action]})
    else:
        messages.success(request, said)


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
            _tell_counts(request, changes)
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


def _tell_counts(request: HttpRequest, changes) -> None:
    """Saved; the undo counts back to what was on hand, unless it has changed again meanwhile."""
    if not changes:
        messages.success(request, _("Nothing changed."))
        return
    fields = {}
    for sku, counted, came in changes:
        now_on_hand = (sku.on_hand if counted is None else counted) + (came or 0)
        fields |= {f"count_{sku.public_id}": str(sku.on_hand), f"seen_{sku.public_id}": str(now_on_hand)}
    say_with_undo(request, _("Saved."), url=request.path, fields=fields)


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
