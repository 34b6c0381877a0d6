"""Pages for shops about their stock: what lies where, warehouses, transfers between them, counts."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, F, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from catalog.backoffice.stock_forms import (
    ArrivalForm,
    CountForm,
    DraftForm,
    EntriesForm,
    LowStockForm,
    TransferForm,
    WarehouseForm,
)
from catalog.backoffice.stock_lists import COUNTS, STOCK, TRANSFERS
from catalog.models import Sku, StockCount, StockTransfer, Warehouse
from catalog.offers import choice_text
from catalog.stock import counts as sheets
from catalog.stock import transfers as ways
from catalog.stock import warehouses as places
from catalog.stock.low import threshold_of
from catalog.stock.queries import with_counts
from mall import clock
from mall.backoffice.bulk import chosen_ids
from mall.backoffice.lists import open_list
from mall.backoffice.tables import Sort, read_page
from mall.divisions.forms import wants_choices
from mall.forms import as_typed
from mall.pages import Choice
from mall.refusals import Refusal
from merchants.access import shop_right
from merchants.backoffice.ways import back_to

LINES_PER_PAGE = 50


@shop_right("products.see")
@require_safe
def stock_list(request: HttpRequest) -> HttpResponse:
    """Every SKU of the shop with its counts over all warehouses."""
    rows = Sku.objects.owned_by(request.shop).filter(Q(is_active=True) | Q(stocks__on_hand__gt=0))
    rows = Sku.objects.filter(pk__in=rows.order_by().values("pk"))
    listed = open_list(STOCK, request, rows, dress=_with_product)
    if not request.seat.can("stock.edit"):
        listed.bulk = ()
    for sku in listed.page:
        sku.choice_text = choice_text(sku)
    return render(request, "backoffice/stock/list.html", {"list": listed, "page": listed.page, "tabs": _tabs(request)})


def _with_product(rows):
    return with_counts(rows.select_related("product").defer("product__description", "product__attributes"))


def _tabs(request: HttpRequest) -> list[Choice]:
    """The parts of this room."""
    labels = {
        "list": _("Stock"),
        "warehouses": _("Warehouses"),
        "transfers": _("Transfers"),
        "counts": pgettext("stock", "Counts"),
    }
    here = request.resolver_match.url_name
    return [
        Choice(name, label, reverse(f"backoffice:stock:{name}", args=[request.shop.slug]), selected=name == here)
        for name, label in labels.items()
    ]


@shop_right("stock.edit")
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """The chosen SKUs go onto a new transfer or a new sheet."""
    page = {"transfer": "transfer-add", "count": "count-add"}.get(request.POST.get("action", ""))
    chosen = chosen_ids(request)
    if page is None or not chosen:
        messages.error(request, _("Choose what to do.") if chosen else _("Choose at least one row."))
        return redirect(back_to(request, reverse("backoffice:stock:list", args=[request.shop.slug])))
    address = reverse(f"backoffice:stock:{page}", args=[request.shop.slug])
    return redirect(f"{address}?{urlencode([('sku', public_id) for public_id in chosen])}")


def _chosen(request: HttpRequest, *, with_quantity: bool) -> str:
    """The SKUs that the address names, as lines of a field of goods."""
    ids = [value for value in request.GET.getlist("sku") if len(value) <= 40]
    skus = Sku.objects.owned_by(request.shop).filter(public_id__in=ids).order_by("pk")
    return "\n".join(f"{sku.code or sku.public_id}{' 1' if with_quantity else ''}" for sku in skus)


# Warehouses


@shop_right("products.see")
@require_safe
def warehouses(request: HttpRequest) -> HttpResponse:
    return _warehouses(request, LowStockForm(initial={"low_stock": threshold_of(request.shop)}))


def _warehouses(request: HttpRequest, form: LowStockForm) -> HttpResponse:
    places.default_warehouse(request.shop)
    rows = Warehouse.objects.owned_by(request.shop).annotate(
        sku_count=Count("stocks", filter=Q(stocks__on_hand__gt=0)),
        pieces=Sum("stocks__on_hand", default=0),
        held=Sum("stocks__reserved", default=0),
    )
    context = {
        "warehouses": list(rows.open().order_by("position", "pk")),
        "closed": list(rows.filter(closed_at__isnull=False).order_by("-closed_at")),
        "form": form,
        "may_edit": request.seat.can("stock.edit"),
        "tabs": _tabs(request),
    }
    return render(request, "backoffice/stock/warehouses.html", context)


@shop_right("stock.edit")
@require_POST
def low(request: HttpRequest) -> HttpResponse:
    """The shop's threshold for goods without their own."""
    form = LowStockForm(request.POST)
    if not form.is_valid():
        return _warehouses(request, form)
    places.set_low_stock(shop=request.shop, by=request.user, now=clock.now(), **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("backoffice:stock:warehouses", request.shop.slug)


@shop_right("stock.edit")
def warehouse_add(request: HttpRequest) -> HttpResponse:
    form = WarehouseForm(request.POST or None)
    if wants_choices(request.POST):
        as_typed(form)
    elif request.method == "POST" and form.is_valid():
        try:
            places.open_warehouse(shop=request.shop, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The warehouse is open."))
            return redirect("backoffice:stock:warehouses", request.shop.slug)
    return render(request, "backoffice/stock/warehouse.html", {"form": form, "warehouse": None})


@shop_right("stock.edit")
def warehouse(request: HttpRequest, public_id: str) -> HttpResponse:
    row = _my_warehouse(request, public_id)
    form = WarehouseForm(request.POST or None, warehouse=row)
    if wants_choices(request.POST):
        as_typed(form)
    elif request.method == "POST" and form.is_valid():
        try:
            places.change_warehouse(warehouse=row, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("backoffice:stock:warehouses", request.shop.slug)
    is_own = row.is_open and row.kind != Warehouse.Kind.PLATFORM
    return render(request, "backoffice/stock/warehouse.html", {"form": form, "warehouse": row, "is_own": is_own})


@shop_right("stock.edit")
@require_POST
def warehouse_do(request: HttpRequest, public_id: str) -> HttpResponse:
    """``action``: earlier, later, default or close."""
    row = _my_warehouse(request, public_id)
    who = {"warehouse": row, "by": request.user, "now": clock.now()}
    verbs = {
        "earlier": lambda: places.move_warehouse(**who, earlier=True),
        "later": lambda: places.move_warehouse(**who, earlier=False),
        "default": lambda: places.make_default(**who),
        "close": lambda: places.close_warehouse(**who),
    }
    verb = verbs.get(request.POST.get("action", ""))
    if verb is None:
        messages.error(request, _("Choose what to do."))
    elif _done(request, verb) and request.POST["action"] == "close":
        messages.success(request, _("The warehouse is closed."))
    return redirect("backoffice:stock:warehouses", request.shop.slug)


def _done(request: HttpRequest, verb) -> bool:
    """Whether the verb did it; its refusal is told on the next page."""
    try:
        verb()
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return False
    return True


def _my_warehouse(request: HttpRequest, public_id: str) -> Warehouse:
    return get_object_or_404(Warehouse.objects.owned_by(request.shop).select_related("shop"), public_id=public_id)


# Transfers


@shop_right("products.see")
@require_safe
def transfers(request: HttpRequest) -> HttpResponse:
    listed = open_list(
        TRANSFERS,
        request,
        StockTransfer.objects.owned_by(request.shop),
        statuses=StockTransfer.Status.choices,
        dress=lambda rows: rows.select_related("source", "target").annotate(
            line_count=Count("lines"), pieces=Sum("lines__quantity", default=0)
        ),
    )
    context = {"list": listed, "page": listed.page, "tabs": _tabs(request), "may_edit": request.seat.can("stock.edit")}
    return render(request, "backoffice/stock/transfers.html", context)


@shop_right("stock.edit")
def transfer_add(request: HttpRequest) -> HttpResponse:
    chosen = _chosen(request, with_quantity=True)
    source = places.default_warehouse(request.shop)
    form = TransferForm(request.POST or None, shop=request.shop, initial={"goods": chosen, "source": source.pk})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            made = ways.draft_transfer(
                source=typed["source"],
                target=typed["target"],
                quantities=typed["goods"],
                note=typed["note"],
                by=request.user,
                now=clock.now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("backoffice:stock:transfer", request.shop.slug, made.public_id)
    has_two = form.fields["source"].queryset.count() > 1
    return render(request, "backoffice/stock/transfer_form.html", {"form": form, "has_two": has_two})


@shop_right("products.see")
@require_safe
def transfer(request: HttpRequest, public_id: str) -> HttpResponse:
    return _transfer(request, _my_transfer(request, public_id))


def _transfer(request: HttpRequest, row: StockTransfer, form=None, refused: dict | None = None) -> HttpResponse:
    lines = _lines(row)
    may_edit = request.seat.can("stock.edit")
    if form is None and may_edit:
        form = _form_of(row, lines, None, request.shop)
    for line in lines:
        line.refused = (refused or {}).get(line.sku.public_id, "")
    for entry in form.rows() if form else ():
        entry["line"].refused = (refused or {}).get(entry["line"].sku.public_id, "")
    context = {
        "transfer": row,
        "lines": lines,
        "form": form,
        "pieces": sum(line.quantity for line in lines),
        "may_edit": may_edit,
    }
    return render(request, "backoffice/stock/transfer.html", context)


def _form_of(row: StockTransfer, lines: list, typed, shop):
    if row.status == StockTransfer.Status.DRAFT:
        return DraftForm(typed, lines=lines, shop=shop)
    if row.status == StockTransfer.Status.SENT:
        return ArrivalForm(typed, lines=lines)
    return None


@shop_right("stock.edit")
@require_POST
def transfer_do(request: HttpRequest, public_id: str) -> HttpResponse:
    """``action``: save (lines of a draft), send, receive or cancel. What was typed stays until it is right."""
    row = _my_transfer(request, public_id)
    action = request.POST.get("action", "")
    who = {"transfer": row, "by": request.user, "now": clock.now()}
    form = _form_of(row, _lines(row), request.POST, request.shop)
    form_fits = isinstance(form, {"save": DraftForm, "send": DraftForm, "receive": ArrivalForm}.get(action, ()))
    if form_fits and not form.is_valid():
        return _transfer(request, row, form)
    is_saved = False
    try:
        if action in {"save", "send"} and form_fits:
            ways.change_lines(**who, quantities=form.quantities())
            is_saved = True
            if action == "send":
                ways.send_transfer(**who)
                messages.success(request, _("The goods are in transit."))
            else:
                messages.success(request, _("Saved."))
        elif action == "receive" and form_fits:
            shortage = form.cleaned_data["shortage"] or ways.SHORTAGES[0]
            ways.receive_transfer(**who, received=form.received(), shortage=shortage)
            messages.success(request, _("The goods have arrived."))
        elif action == "cancel":
            ways.cancel_transfer(**who)
            messages.success(request, _("The transfer is canceled."))
        else:
            messages.error(request, _("This cannot be done now: look at what has become of it."))
    except Refusal as refusal:
        fresh = _my_transfer(request, public_id)
        messages.error(request, str(refusal))
        if form_fits and fresh.status == row.status:
            return _transfer(request, fresh, None if is_saved else form, refusal.details.get("rows"))
    return redirect("backoffice:stock:transfer", request.shop.slug, public_id)


def _lines(row: StockTransfer | StockCount) -> list:
    lines = row.lines.select_related("sku__product").defer("sku__product__description", "sku__product__attributes")
    return [_named(line) for line in lines.order_by("pk")]


def _named(line):
    line.sku.choice_text = choice_text(line.sku)
    return line


def _my_transfer(request: HttpRequest, public_id: str) -> StockTransfer:
    rows = StockTransfer.objects.owned_by(request.shop).select_related("shop", "source", "target", "by")
    return get_object_or_404(rows, public_id=public_id)


# Counts


@shop_right("products.see")
@require_safe
def counts(request: HttpRequest) -> HttpResponse:
    listed = open_list(
        COUNTS,
        request,
        StockCount.objects.owned_by(request.shop),
        statuses=StockCount.Status.choices,
        dress=lambda rows: rows.select_related("warehouse", "by").annotate(
            line_count=Count("lines"), counted_count=Count("lines__counted")
        ),
    )
    context = {"list": listed, "page": listed.page, "tabs": _tabs(request), "may_edit": request.seat.can("stock.edit")}
    return render(request, "backoffice/stock/counts.html", context)


@shop_right("stock.edit")
def count_add(request: HttpRequest) -> HttpResponse:
    chosen = _chosen(request, with_quantity=False)
    warehouse = places.default_warehouse(request.shop)
    form = CountForm(request.POST or None, shop=request.shop, initial={"goods": chosen, "warehouse": warehouse.pk})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            sheet = sheets.open_count(
                warehouse=typed["warehouse"],
                sku_ids=typed["goods"] or None,
                is_blind=typed["is_blind"],
                note=typed["note"],
                by=request.user,
                now=clock.now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("backoffice:stock:count", request.shop.slug, sheet.public_id)
    return render(request, "backoffice/stock/count_form.html", {"form": form})


@shop_right("products.see")
@require_safe
def count(request: HttpRequest, public_id: str) -> HttpResponse:
    return _count(request, _my_count(request, public_id))


def _count(
    request: HttpRequest, row: StockCount, typed=None, refused: dict | None = None, shown: list[str] | None = None
) -> HttpResponse:
    """:param shown: the SKUs (by public id) of the lines that are shown, where the address does not say it"""
    refused = refused or {}
    page = _count_page(request, row, shown or list(refused))
    is_open = row.status == StockCount.Status.OPEN
    form = EntriesForm(typed, lines=page.rows) if is_open and request.seat.can("stock.edit") else None
    for line in page:
        line.refused = refused.get(line.sku.public_id, "")
    differs = ~Q(counted=F("expected") + F("moved"))
    summary = row.lines.aggregate(
        line_count=Count("pk"),
        counted_count=Count("counted"),
        off_count=Count("pk", filter=Q(counted__isnull=False) & differs),
    )
    context = {
        "sheet": row,
        "page": page,
        "form": form,
        "rows": form.rows() if form else [{"line": line, "input": None} for line in page],
        "summary": summary,
        "is_open": is_open,
        "shows_expected": not (row.is_blind and is_open),
        "may_edit": request.seat.can("stock.edit"),
        "only": request.GET.get("only", ""),
    }
    return render(request, "backoffice/stock/count.html", context)


def _count_page(request: HttpRequest, row: StockCount, shown: list[str]):
    """A page of the sheet's lines: of these SKUs, or as the address says all, or some of them."""
    lines = row.lines.all()
    if shown:
        lines = lines.filter(sku__public_id__in=shown)
    elif request.GET.get("only") == "off" and not (row.is_blind and row.status == StockCount.Status.OPEN):
        lines = lines.filter(counted__isnull=False).exclude(counted=F("expected") + F("moved"))
    elif request.GET.get("only") == "left":
        lines = lines.filter(counted=None)
    page = read_page(
        lines,
        request,
        sorts=[Sort("line", "", "pk")],
        default="line",
        per_page=LINES_PER_PAGE,
        dress=lambda found: found.select_related("sku__product").defer(
            "sku__product__description", "sku__product__attributes"
        ),
    )
    for line in page:
        _named(line)
    return page


@shop_right("stock.edit")
@require_POST
def count_do(request: HttpRequest, public_id: str) -> HttpResponse:
    """``action``: save (entries of a page), apply or cancel."""
    row = _my_count(request, public_id)
    action = request.POST.get("action", "")
    who = {"count": row, "by": request.user, "now": clock.now()}
    try:
        if action in {"save", "apply"}:
            named = [name.removeprefix("counted_") for name in request.POST if name.startswith("counted_")]
            lines = [_named(line) for line in row.lines.filter(sku__public_id__in=named).select_related("sku__product")]
            form = EntriesForm(request.POST, lines=lines)
            if not form.is_valid():
                return _count(request, row, request.POST, shown=named)
            changed = sheets.enter(**who, counted=form.counted())
            if action == "apply":
                sheets.apply_count(**who)
                messages.success(request, _("The count is applied: every difference is booked."))
            else:
                said = ngettext("%(count)d entry saved.", "%(count)d entries saved.", changed)
                messages.success(request, said % {"count": changed})
        elif action == "cancel":
            sheets.cancel_count(**who)
            messages.success(request, _("The count is canceled."))
        else:
            messages.error(request, _("Choose what to do."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
        if rows := refusal.details.get("rows"):
            return _count(request, _my_count(request, public_id), None, rows)
    return redirect(back_to(request, reverse("backoffice:stock:count", args=[request.shop.slug, public_id])))


def _my_count(request: HttpRequest, public_id: str) -> StockCount:
    rows = StockCount.objects.owned_by(request.shop).select_related("shop", "warehouse", "by")
    return get_object_or_404(rows, public_id=public_id)
