"""Pages for shops: their products, pictures and stock."""

from copy import copy

from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog import changes, films, gallery, product_words, products, unfinished
from catalog.backoffice.forms import (
    ProductForm,
    SaleTimesForm,
    StockChange,
    StockForm,
    VideoForm,
    drafts,
    formset_as_typed,
    sku_formset,
)
from catalog.backoffice.grid import address_of
from catalog.backoffice.lists import MOVEMENTS, PRODUCTS
from catalog.copying import copy_product
from catalog.differences import differences_of
from catalog.freight.templates import use_template
from catalog.models import Product, ProductChange, ProductPicture, Stock, StockMovement, UnfinishedProduct, Warehouse
from catalog.offers import choice_text
from catalog.products import save_product
from catalog.reviewing import withdraw_change
from catalog.sale_times import set_sale_times
from catalog.shelves import put_in_categories
from catalog.stock import correct, default_warehouse, receive, write_off
from catalog.stock.low import set_threshold
from catalog.stock.queries import with_counts
from mall import clock
from mall.backoffice.bulk import chosen_ids, do_to_each, tell
from mall.backoffice.lists import open_list
from mall.backoffice.undo import say_with_undo
from mall.forms import as_typed
from mall.pages import Choice
from mall.refusals import Refusal
from mall.videos import NotAVideo
from merchants.access import shop_right
from merchants.backoffice.ways import back_to, with_way

SHOWN_MOVEMENTS = 30
SHOWN_CHANGES = 8
VIDEO_IDS = "film-%s"
STOCK_PAGES = {Product.Kind.VIRTUAL: "backoffice:catalog:codes", Product.Kind.SERVICE: "backoffice:catalog:slots"}


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
        request,
        "backoffice/catalog/list.html",
        {
            "list": listed,
            "page": listed.page,
            "may_import": may_import,
            "unfinished": _put_aside_lately(request) if may_import else [],
        },
    )


def _put_aside_lately(request: HttpRequest) -> list[UnfinishedProduct]:
    """What has been put aside of products that are none yet, the latest first."""
    rows = UnfinishedProduct.objects.owned_by(request.shop).filter(product=None).defer("typed")
    return list(rows.order_by("-changed_at")[: unfinished.MOST_OF_A_SHOP])


_BULK = {"on_sale": products.put_on_sale, "off_sale": products.take_off_sale}
_REVERSE = {"on_sale": "off_sale", "off_sale": "on_sale"}


@shop_right("products.edit")
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Put the chosen products on sale, or take them off; each by its verb, with an undo for those that were done."""
    back = back_to(request, reverse("backoffice:catalog:list", args=[request.shop.slug]))
    action = request.POST.get("action", "")
    verb = _BULK.get(action)
    if action == "grid":
        return redirect(address_of(request.shop, chosen_ids(request)))
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
    return rows.select_related("stock__sku__product", "stock__warehouse", "by").defer(
        "stock__sku__product__description", "stock__sku__product__attributes"
    )


def _with_stock_and_picture(rows):
    stocks = Stock.objects.filter(sku__product=OuterRef("pk"), sku__is_active=True, warehouse__sells_online=True)
    left = stocks.order_by().values("sku__product").annotate(left=Sum(F("on_hand") - F("reserved"))).values("left")
    picture = ProductPicture.objects.filter(product=OuterRef("pk")).order_by("position", "pk").values("image")
    waiting = ProductChange.objects.filter(kind=ProductChange.Kind.EDIT, status=ProductChange.Status.PENDING)
    return (
        rows.select_related("category", "stats")
        .defer("description", "attributes")
        .annotate(
            stock_available=Coalesce(Subquery(left), 0),
            picture=Subquery(picture[:1]),
            waits=Exists(waiting.filter(product=OuterRef("pk"))),
        )
    )


@shop_right("products.edit")
def add(request: HttpRequest) -> HttpResponse:
    return _form(request, None)


@shop_right("products.edit")
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    return _form(request, _mine(request, public_id))


def _form(request: HttpRequest, product: Product | None) -> HttpResponse:
    change, resumed, shown, skus = _with_change(request, product)
    kept = _unfinished(request, product)
    typed = request.POST or None
    shows_unfinished = request.method != "POST" and kept is not None
    if shows_unfinished:
        typed = _query(kept.typed)
    form = ProductForm(typed, shop=request.shop, product=shown, live=product)
    formset = sku_formset(typed, product=shown, skus=skus)

    if request.method == "POST" and "keep" in request.POST:
        return _put_aside(request, product, kept, form, formset)
    if shows_unfinished or "continue" in request.POST:  # another category: its fields, and nothing is checked yet
        as_typed(form)
        formset_as_typed(formset)
    elif request.method == "POST" and form.is_valid() and formset.is_valid():
        try:
            saved = _save(request, product, form, formset, kept, resumed)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            _tell_saved(request, shown, form, saved, change)
            return redirect("backoffice:catalog:edit", request.shop.slug, saved.public_id)

    return render(request, "backoffice/catalog/form.html", _context(product, shown, form, formset, change, kept))


def _with_change(request: HttpRequest, product: Product | None):
    """The edit that waits, the refused one that is taken up again, the product and its SKUs as that would have them."""
    if product is None:
        return None, None, None, None
    change = changes.pending_of(product)
    resumed = None
    if change is None and product.status in Product.APPROVED and (name := request.GET.get("change")):
        ended = product.changes.exclude(status=ProductChange.Status.PENDING).filter(kind=ProductChange.Kind.EDIT)
        resumed = ended.filter(public_id=name).first()
    basis = change or resumed
    proposed = basis.proposed if basis else {}
    try:
        shown = changes.lay_over(copy(product), proposed)
    except changes.ProposalOutdated as refusal:
        messages.warning(request, str(refusal))
        shown = changes.lay_over(copy(product), {k: v for k, v in proposed.items() if k not in ("category", "brand")})
    return change, resumed, shown, changes.skus_with(product.skus.order_by("pk"), product, proposed)


def _unfinished(request: HttpRequest, product: Product | None) -> UnfinishedProduct | None:
    rows = UnfinishedProduct.objects.owned_by(request.shop)
    if product is not None:
        return rows.filter(product=product).first()
    name = request.GET.get("unfinished", "")
    return rows.filter(public_id=name, product=None).first() if name else None


def _query(typed: dict) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, values in typed.items():
        query.setlist(name, values)
    return query


def _put_aside(request: HttpRequest, product: Product | None, kept, form, formset) -> HttpResponse:
    """Keep what was typed as it is; nothing is judged."""
    typed = {name: request.POST.getlist(name) for name in request.POST if name not in ("csrfmiddlewaretoken", "keep")}
    title = request.POST.get("title_zh_hans") or request.POST.get("title_en", "")
    try:
        row = unfinished.put_aside(
            shop=request.shop,
            typed=typed,
            title=title,
            product=product,
            unfinished=kept,
            by=request.user,
            now=clock.now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        as_typed(form)
        formset_as_typed(formset)
        change, _resumed, shown, _skus = _with_change(request, product)
        return render(
            request, "backoffice/catalog/form.html", _context(product, shown, form, formset, change, kept), status=400
        )
    messages.success(request, _("Kept as a draft. You can go on at any time."))
    if product is not None:
        return redirect("backoffice:catalog:edit", request.shop.slug, product.public_id)
    address = reverse("backoffice:catalog:add", args=[request.shop.slug])
    return redirect(f"{address}?unfinished={row.public_id}")


@transaction.atomic
def _save(request: HttpRequest, product: Product | None, form, formset, kept, resumed) -> Product:
    now = clock.now()
    saved = save_product(
        shop=request.shop,
        product=product,
        fields=form.product_fields(),
        skus=drafts(form, formset),
        by=request.user,
        now=now,
        resumes=resumed,
    )
    if (chosen := form.chosen_shelves()) is not None:
        put_in_categories(product=saved, categories=chosen, by=request.user, now=now)
    if "freight" in form.cleaned_data:
        use_template(
            products=[saved], template=form.cleaned_data["freight"], shop=request.shop, by=request.user, now=now
        )
    if kept is not None:
        unfinished.discard(unfinished=kept, by=request.user, now=now)
    return saved


def _tell_saved(request: HttpRequest, shown: Product | None, form, saved: Product, before) -> None:
    messages.success(request, _("Saved."))
    if shown and form.cleaned_data["options"] != shown.options:
        messages.info(request, _("The options changed: please check the price of every combination."))
    if shown and saved.status != shown.status:
        messages.info(request, _("The product is now: %(status)s.") % {"status": saved.get_status_display()})
    waits = changes.pending_of(saved)
    if waits is not None and waits.kind == ProductChange.Kind.EDIT:
        messages.info(request, _("Your change waits for a reviewer. Until then shoppers see the approved version."))
    elif before is not None and waits is None:
        messages.info(request, _("Nothing waits for a reviewer any more."))


def _context(product: Product | None, shown: Product | None, form, formset, change, kept) -> dict:
    is_edit = change is not None and change.kind == ProductChange.Kind.EDIT
    proposed = change.proposed if is_edit else {}
    ended = list(product.changes.exclude(status="pending").order_by("-pk")[:SHOWN_CHANGES]) if product else []
    last = ended[0] if ended else None
    was_refused = last is not None and not is_edit and last.kind == ProductChange.Kind.EDIT
    return {
        "form": form,
        "sku_formset": formset,
        "product": product,
        "pictures": changes.gallery_of(product, proposed) if product else [],
        "video": films.shown(shown.video) if product else None,
        "video_form": VideoForm(auto_id=VIDEO_IDS) if product else None,
        "values": [(value, str(name)) for value, name in shown.option_names.items()] if product else [],
        "review_note": product.review_note if product else "",
        "actions": _actions(product) if product else [],
        "change": change if is_edit else None,
        "differences": differences_of(change) if is_edit else None,
        "refused": last if was_refused and last.status == ProductChange.Status.REFUSED else None,
        "ended": ended,
        "unfinished": kept,
        "screening": _said_of_words(shown) if product else [],
        "sale_times": SaleTimesForm(product=product) if product and product.status in SALE_TIMES_FIT else None,
    }


def _said_of_words(shown: Product) -> list:
    """What the screening says of the product as the shop sees it: what a reviewer looks at, and hints."""
    verdict = product_words.screened(shown, now=clock.now())
    return [*verdict.findings, *verdict.hints]


SALE_TIMES_FIT = set(Product.Status) - {Product.Status.TAKEN_DOWN}
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
    action = request.POST.get("action", "")
    verb = _ACTIONS.get(action, (None, None))[0]
    if action == "copy":
        return _copy(request, product)
    if action == "withdraw":
        _withdraw(request, product)
    elif verb is None:
        messages.error(request, _("Choose what to do."))
    else:
        try:
            product = verb(product=product, by=request.user, now=clock.now())
        except Refusal as refusal:
            messages.error(request, with_way(refusal, request.shop))
        else:
            _tell_status(request, product, request.POST["action"])
    return redirect("backoffice:catalog:edit", request.shop.slug, public_id)


def _copy(request: HttpRequest, product: Product) -> HttpResponse:
    try:
        product = copy_product(product=product, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("This is the copy: a draft without codes and without stock."))
    return redirect("backoffice:catalog:edit", request.shop.slug, product.public_id)


def _withdraw(request: HttpRequest, product: Product) -> None:
    change = changes.pending_of(product)
    if change is None:
        messages.info(request, _("Nothing waits for a reviewer any more."))
        return
    try:
        withdraw_change(change=change, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your change is withdrawn; the approved version stays."))


@shop_right("products.edit")
@require_POST
def sale_times(request: HttpRequest, public_id: str) -> HttpResponse:
    """When the product goes on sale and off sale by itself."""
    product = _mine(request, public_id)
    form = SaleTimesForm(request.POST, product=product)
    if not form.is_valid():
        for error in form.errors.values():
            messages.error(request, " ".join(error))
        return redirect("backoffice:catalog:edit", request.shop.slug, public_id)
    try:
        set_sale_times(product=product, by=request.user, now=clock.now(), **form.cleaned_data)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return redirect("backoffice:catalog:edit", request.shop.slug, public_id)


@shop_right("products.edit")
@require_POST
def discard_unfinished(request: HttpRequest, public_id: str) -> HttpResponse:
    rows = UnfinishedProduct.objects.owned_by(request.shop).select_related("shop", "product")
    row = get_object_or_404(rows, public_id=public_id)
    product = row.product
    unfinished.discard(unfinished=row, by=request.user, now=clock.now())
    messages.success(request, _("What was put aside is discarded."))
    if product is not None:
        return redirect("backoffice:catalog:edit", request.shop.slug, product.public_id)
    return redirect("backoffice:catalog:list", request.shop.slug)


def _tell_status(request: HttpRequest, product: Product, action: str) -> None:
    said = _("The product is now: %(status)s.") % {"status": product.get_status_display()}
    if action in _REVERSE:
        say_with_undo(request, said, url=request.path, fields={"action": _REVERSE[action]})
    else:
        messages.success(request, said)


@shop_right("products.edit")
@require_POST
def picture(request: HttpRequest, public_id: str) -> HttpResponse:
    """``action``: add (files ``image``, ``value_id``), or remove, earlier, later, first (``picture``, its name)."""
    product = _mine(request, public_id)
    action = request.POST.get("action", "add")
    if action == "add":
        _add_pictures(request, product)
    else:
        _show_pictures(request, product, action)
    return redirect("backoffice:catalog:edit", request.shop.slug, public_id)


@shop_right("products.edit")
@require_POST
def video(request: HttpRequest, public_id: str) -> HttpResponse:
    """``action``: set (a file, a poster, words), or remove."""
    product = _mine(request, public_id)
    form = VideoForm(request.POST, request.FILES, auto_id=VIDEO_IDS)
    if request.POST.get("action") == "remove":
        waits = films.remove_video(product=product, by=request.user, now=clock.now())
    elif not form.is_valid():
        return _with_wrong_video(request, product, form)
    else:
        try:
            waits = films.set_video(product=product, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error({films.WordsNeeded: "words", NotAVideo: "video"}.get(type(refusal), "poster"), str(refusal))
            return _with_wrong_video(request, product, form)
    if waits:
        messages.info(request, _("Your change waits for a reviewer. Until then shoppers see the approved version."))
    else:
        messages.success(request, _("Saved."))
    return redirect("backoffice:catalog:edit", request.shop.slug, public_id)


def _with_wrong_video(request: HttpRequest, product: Product, video_form: VideoForm) -> HttpResponse:
    """The product's page once more, with what is wrong about the video beside it, and the words that were typed."""
    change, _resumed, shown, skus = _with_change(request, product)
    form, formset = (
        ProductForm(shop=request.shop, product=shown, live=product),
        sku_formset(None, product=shown, skus=skus),
    )
    context = _context(product, shown, form, formset, change, _unfinished(request, product))
    return render(request, "backoffice/catalog/form.html", context | {"video_form": video_form}, status=400)


def _show_pictures(request: HttpRequest, product: Product, action: str) -> None:
    change = changes.pending_of(product)
    names = [shown.name for shown in changes.gallery_of(product, change.proposed if change else {})]
    name = request.POST.get("picture", "")
    if name not in names:
        raise Http404
    place = names.index(name)
    names.remove(name)
    if action != "remove":
        names.insert({"earlier": max(place - 1, 0), "later": place + 1, "first": 0}.get(action, place), name)
    waits = gallery.show_gallery(product=product, names=names, by=request.user, now=clock.now())
    if waits:
        messages.info(request, _("Your change waits for a reviewer. Until then shoppers see the approved version."))
    elif action == "remove":
        messages.success(request, _("The picture was removed."))


def _add_pictures(request: HttpRequest, product: Product) -> None:
    images, waits = request.FILES.getlist("image"), False
    if not images:
        messages.error(request, _("Choose a picture first."))
    for image in images:
        try:
            picture = gallery.add_picture(
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
            waits = waits or picture is None
    if waits:
        messages.info(request, _("Your change waits for a reviewer. Until then shoppers see the approved version."))


@shop_right("stock.edit")
def stock(request: HttpRequest, public_id: str) -> HttpResponse:
    """The stock of a product in one warehouse, which ``warehouse`` names in the address."""
    product = _mine(request, public_id)
    if product.kind in STOCK_PAGES:
        return redirect(STOCK_PAGES[product.kind], request.shop.slug, public_id)
    warehouses = list(Warehouse.objects.owned_by(request.shop).open().order_by("position", "pk"))
    if not warehouses:
        warehouses = [default_warehouse(request.shop)]
    asked = request.GET.get("warehouse", "")
    warehouse = next(
        (row for row in warehouses if row.public_id == asked),
        next((row for row in warehouses if row.is_default), warehouses[0]),
    )
    skus = _counted_skus(product, warehouse)
    form = StockForm(request.POST or None, skus=skus)
    here = f"{request.path}?warehouse={warehouse.public_id}"

    if request.method == "POST" and form.is_valid():
        changes = form.changes()
        try:
            _count(form, changes, warehouse, by=request.user, now=clock.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            _tell_counts(request, form, changes, here)
            return redirect(here if asked else request.path)

    movements = (
        StockMovement.objects.owned_by(request.shop)
        .filter(stock__sku__product=product)
        .select_related("stock__sku", "stock__warehouse", "by")
        .order_by("-pk")[:SHOWN_MOVEMENTS]
    )
    movements = list(movements)
    for movement in movements:
        movement.stock.sku.product = product
    context = {
        "product": product,
        "form": form,
        "rows": form.rows(),
        "movements": movements,
        "warehouse": warehouse,
        "tabs": [
            Choice(row.public_id, str(row.name), f"{request.path}?warehouse={row.public_id}", selected=row == warehouse)
            for row in warehouses
        ],
    }
    return render(request, "backoffice/catalog/stock.html", context)


def _tell_counts(request: HttpRequest, form: StockForm, changes: list[StockChange], here: str) -> None:
    """Saved; the undo counts back to what was on hand, unless it has changed again meanwhile."""
    if not changes:
        messages.success(request, _("Saved.") if form.thresholds() else _("Nothing changed."))
        return
    fields = {}
    for change in changes:
        sku = change.sku
        now_on_hand = sku.on_hand if change.counted is None else change.counted
        now_on_hand += (change.came or 0) - (change.gone or 0)
        fields |= {f"count_{sku.public_id}": str(sku.on_hand), f"seen_{sku.public_id}": str(now_on_hand)}
    say_with_undo(request, _("Saved."), url=here, fields=fields)


@transaction.atomic
def _count(form: StockForm, changes: list[StockChange], warehouse: Warehouse, *, by, now) -> None:
    """All of the page's counts or none."""
    given = {"by": by, "now": now, "warehouse": warehouse, "document": form.cleaned_data["document"].strip()}
    for change in changes:
        if change.counted is not None:
            correct(sku=change.sku, on_hand=change.counted, **given)
        if change.came:
            receive(sku=change.sku, quantity=change.came, **given)
        if change.gone:
            reason = form.cleaned_data["reason"] or StockMovement.Reason.DAMAGED
            write_off(sku=change.sku, quantity=change.gone, reason=reason, **given)
    for sku, threshold in form.thresholds():
        set_threshold(sku=sku, threshold=threshold, by=by, now=now)


def _counted_skus(product: Product, warehouse: Warehouse) -> list:
    skus = list(
        with_counts(product.skus.select_related("shop"), warehouse)
        .annotate(own_threshold=F("alarm__threshold"))
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
