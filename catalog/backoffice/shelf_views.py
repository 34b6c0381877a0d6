"""A shop's own categories: made, renamed, put in order, removed; plain forms, one for each thing that can be done."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from catalog import shelves
from catalog.models import ShopCategory
from mall import clock
from mall.forms import TextFormField
from mall.refusals import Refusal
from merchants.access import shop_right


class ParentField(forms.ModelChoiceField):
    def label_from_instance(self, category: ShopCategory) -> str:
        return str(category.name)


class ShopCategoryForm(forms.Form):
    name = TextFormField(label=gettext_lazy("Name"), max_length=shelves.LONGEST_NAME)
    parent = ParentField(
        label=gettext_lazy("Below"),
        queryset=ShopCategory.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=gettext_lazy("none: a category of the first level"),
    )

    def __init__(self, *args, shop, **kwargs):
        super().__init__(*args, **kwargs)
        mine = ShopCategory.objects.owned_by(shop)
        self.fields["parent"].queryset = mine.filter(parent=None).order_by("position", "pk")


class NameForm(forms.Form):
    name = TextFormField(label=gettext_lazy("Name"), max_length=shelves.LONGEST_NAME)


@shop_right("products.edit")
def category_list(request: HttpRequest) -> HttpResponse:
    form = ShopCategoryForm(request.POST or None, shop=request.shop)
    if request.method == "POST" and form.is_valid():
        try:
            shelves.add_category(shop=request.shop, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("backoffice:catalog:shelves", request.shop.slug)
    return _page(request, form)


@shop_right("products.edit")
@require_POST
def change(request: HttpRequest, public_id: str) -> HttpResponse:
    """``action``: rename (``name``), earlier, later or remove."""
    mine = ShopCategory.objects.owned_by(request.shop).select_related("shop")
    category = get_object_or_404(mine, public_id=public_id)
    done = {"by": request.user, "now": clock.now()}
    action = request.POST.get("action", "")
    try:
        if action == "rename":
            form = NameForm(request.POST, prefix=public_id)
            if not form.is_valid():
                return _page(request, ShopCategoryForm(shop=request.shop), renaming={public_id: form})
            shelves.rename_category(category=category, name=form.cleaned_data["name"], **done)
        elif action in {"earlier", "later"}:
            shelves.move_category(category=category, places=1 if action == "later" else -1, **done)
        elif action == "remove":
            shelves.remove_category(category=category, **done)
        else:
            messages.error(request, _("Choose what to do."))
            return redirect("backoffice:catalog:shelves", request.shop.slug)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return redirect("backoffice:catalog:shelves", request.shop.slug)


def _page(request: HttpRequest, form: ShopCategoryForm, *, renaming: dict | None = None) -> HttpResponse:
    tree = shelves.tree_of(request.shop)
    rows = shelves.flat(tree)
    for row in rows:
        row.form = (renaming or {}).get(row.public_id) or NameForm(prefix=row.public_id, initial={"name": row.name})
        row.url = reverse("backoffice:catalog:shelf", args=[request.shop.slug, row.public_id])
    context = {"tree": tree, "form": form}
    return render(request, "backoffice/catalog/shelves.html", context)
