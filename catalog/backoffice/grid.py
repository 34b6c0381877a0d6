"""
The table in which a shop edits the SKUs of many products at once.

Rows that are right are saved; faulty ones stay with their errors and what was typed. Each row remembers what it showed,
so only what the person changed is written, and each product when it was changed last, so nobody's edit is lost.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from catalog import bulk_edit
from catalog.backoffice.forms import SkuForm
from catalog.models import Product, Sku
from catalog.offers import choice_text
from mall import clock
from mall.backoffice.bulk import MOST_CHOSEN
from mall.refusals import Refusal
from merchants.access import shop_right

MOST_ROWS = 200
FIELDS = bulk_edit.FIELDS


class GridRow(SkuForm):
    """One SKU of the table; ``was`` holds what its fields showed."""

    choice = None
    was = forms.CharField(required=False, widget=forms.HiddenInput)

    use_required_attribute = False

    def __init__(self, sku: Sku, data=None):
        self.sku = sku
        initial = {name: getattr(sku, name) for name in FIELDS}
        super().__init__(data, prefix=sku.public_id, initial=initial)
        for name in FIELDS:
            self.fields[name].widget.attrs |= {"aria-label": f"{sku.product} {sku.choice_text} – {self[name].label}"}
        self.initial["was"] = json.dumps(self._shown(), ensure_ascii=False)

    def _shown(self) -> list[str]:
        """What the fields show of the SKU as it stands."""
        shown = [self.fields[name].prepare_value(self.initial[name]) for name in FIELDS]
        return ["" if value is None else str(value) for value in shown[:-1]] + ["on" if shown[-1] else ""]

    def touched(self) -> list[str]:
        """What the person changed, against what she was shown."""
        try:
            was = json.loads(self.data.get(self.add_prefix("was"), ""))
            was = [str(value) for value in was] if isinstance(was, list) and len(was) == len(FIELDS) else self._shown()
        except ValueError:
            was = self._shown()
        typed = [self.data.get(self.add_prefix(name), "") for name in FIELDS]
        return [name for name, old, new in zip(FIELDS, was, typed, strict=True) if old.strip() != str(new).strip()]

    def edits(self) -> dict:
        cleaned = self.cleaned_data
        values = {
            **{name: cleaned[name] for name in FIELDS},
            "code": cleaned["code"].strip(),
            "barcode": cleaned["barcode"].strip(),
            "weight_grams": cleaned["weight_grams"] or 0,
            "volume_cm3": cleaned["volume_cm3"] or 0,
        }
        return {name: values[name] for name in self.touched()}


@dataclass
class Group:
    """A product and its rows."""

    product: Product
    rows: list[GridRow]
    waiting: int = 0  # combinations of a change that waits: they are edited on the product's own page
    saved: int = 0
    faulty: list[GridRow] = field(default_factory=list)


@shop_right("products.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def grid(request: HttpRequest) -> HttpResponse:
    """``chosen``: public ids of products; ``page``: which two hundred rows of them."""
    names = list(dict.fromkeys(value for value in request.GET.getlist("chosen") if len(value) <= 40))[:MOST_CHOSEN]
    mine = Product.objects.owned_by(request.shop).select_related("shop").defer("description")
    rows = sorted(mine.filter(public_id__in=names), key=lambda row: names.index(row.public_id)) if names else []
    if not rows:
        return render(request, "backoffice/catalog/grid.html", {"groups": []})
    pages = _pages(rows)
    number = request.GET.get("page", "1")
    place = min(max(int(number), 1), len(pages)) if number.isascii() and number.isdigit() and len(number) < 5 else 1
    shown = pages[place - 1]
    skus = bulk_edit.offered_skus_of(shown)
    if request.method == "POST":
        groups = [_saved(request, product, skus[product.pk]) for product in shown]
        _tell(request, groups)
        if not any(group.faulty for group in groups):
            return redirect(request.get_full_path())
    else:
        groups = [_group(product, skus[product.pk]) for product in shown]
    context = {
        "groups": groups,
        "pages": [(at, _address(request, rows, at), at == place) for at in range(1, len(pages) + 1)],
        "row_count": sum(len(group.rows) for group in groups),
        "fault_count": sum(len(group.faulty) for group in groups),
        "most_rows": MOST_ROWS,
    }
    return render(request, "backoffice/catalog/grid.html", context)


def address_of(shop, chosen: Iterable[str]) -> str:
    """Where the table of these products stands."""
    asked = QueryDict(mutable=True)
    asked.setlist("chosen", list(chosen))
    return f"{reverse('backoffice:catalog:grid', args=[shop.slug])}?{asked.urlencode()}"


def _address(request: HttpRequest, rows: list[Product], page: int) -> str:
    return f"{address_of(request.shop, [row.public_id for row in rows])}&page={page}"


def _pages(rows: list[Product]) -> list[list[Product]]:
    """The products in heaps of at most two hundred rows; a product is never torn apart."""
    counts: dict[int, int] = {}
    for product_id in Sku.objects.filter(product__in=rows).values_list("product_id", flat=True):
        counts[product_id] = counts.get(product_id, 0) + 1
    pages: list[list[Product]] = [[]]
    on_page = 0
    for product in rows:
        count = min(counts.get(product.pk, 0), MOST_ROWS)
        if pages[-1] and on_page + count > MOST_ROWS:
            pages.append([])
            on_page = 0
        pages[-1].append(product)
        on_page += count
    return pages


def _group(product: Product, skus: list[Sku], data=None) -> Group:
    for sku in skus:
        sku.choice_text = choice_text(sku)
    return Group(product, [GridRow(sku, data) for sku in skus if sku.pk], sum(1 for sku in skus if not sku.pk))


def _saved(request: HttpRequest, product: Product, skus: list[Sku]) -> Group:
    """Save what is right of a product; what is faulty stays as it was typed, the rest is shown as it stands now."""
    group = _group(product, skus, request.POST)
    here = [row for row in group.rows if row.add_prefix("was") in request.POST]
    touched = [row for row in here if row.touched()]
    right = [row for row in touched if row.is_valid()]
    faulty = [row for row in touched if row not in right]
    seen_at = parse_datetime(request.POST.get(f"seen-{product.public_id}", "")) or product.changed_at
    while right:
        try:
            bulk_edit.change_skus(
                product=product,
                seen_at=seen_at,
                edits={row.sku.public_id: row.edits() for row in right},
                by=request.user,
                now=clock.now(),
            )
        except Refusal as refusal:
            to_blame = _to_blame(right, refusal)
            for row in to_blame:
                row.add_error("code" if refusal.code == "duplicate-code" else None, _explained(row, refusal))
            faulty += to_blame
            right = [row for row in right if row not in to_blame]
        else:
            break
    if not touched:
        return _group(product, skus)
    product = Product.objects.select_related("shop").get(pk=product.pk)
    fresh = _group(product, bulk_edit.offered_skus(product))
    by_sku = {row.sku.pk: row for row in faulty}
    fresh.rows = [by_sku.get(row.sku.pk, row) for row in fresh.rows]
    fresh.faulty = [row for row in fresh.rows if row.sku.pk in by_sku]
    fresh.saved = len(right)
    return fresh


def _to_blame(rows: list[GridRow], refusal: Refusal) -> list[GridRow]:
    """The rows that a refusal is about: those with the code that is taken, else all of the product's."""
    taken = refusal.details.get("taken")
    return [row for row in rows if taken and row.edits().get("code") == taken] or list(rows)


def _explained(row: GridRow, refusal: Refusal) -> str:
    if refusal.code != bulk_edit.ChangedMeanwhile.code:
        return str(refusal)
    stands = [
        f"{row.fields[name].label}: {value}" for name, value in zip(FIELDS, row._shown(), strict=True)
        if name in row.touched() and name != "is_active"
    ]  # fmt: skip
    told = _("It stands now: %(facts)s.") % {"facts": _(", ").join(stands)} if stands else ""
    return f"{refusal} {told}".strip()


def _tell(request: HttpRequest, groups: list[Group]) -> None:
    saved = sum(group.saved for group in groups)
    faulty = sum(len(group.faulty) for group in groups)
    if saved:
        messages.success(request, ngettext("%(count)d row saved.", "%(count)d rows saved.", saved) % {"count": saved})
    if faulty:
        sentence = ngettext(
            "%(count)d row was not saved; its error stands below.",
            "%(count)d rows were not saved; their errors stand below.",
            faulty,
        )
        messages.error(request, sentence % {"count": faulty})
    if not saved and not faulty:
        messages.info(request, _("Nothing changed."))
