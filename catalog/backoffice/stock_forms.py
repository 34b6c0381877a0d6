"""What shops fill in about warehouses, transfers and counts. Goods are named line by line, so it works by keyboard."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from catalog.models import Sku, StockMovement, Warehouse
from catalog.stock import LARGEST_COUNT
from catalog.stock.transfers import MOST_LINES, SHORTAGES
from mall.divisions.forms import DivisionField, link_divisions
from mall.forms import MoneyFormField, TextFormField

_LINE = re.compile(r"(?P<name>.+?)(?:(?:\s*[,;]\s*|\s+[x×*]\s*|\s+)(?P<quantity>\d{1,7}))?")


class GoodsField(forms.CharField):
    """SKUs by code, barcode or number, one in a line, each with a quantity where one is asked for."""

    widget = forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocapitalize": "off"})

    def __init__(self, *, has_quantities: bool, **kwargs):
        self.has_quantities = has_quantities
        super().__init__(max_length=60_000, **kwargs)

    def rows(self, text: str) -> list[tuple[str, int]]:
        """Name and quantity of each line that is not empty."""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if not self.has_quantities:
            return [(line, 1) for line in lines]
        found = []
        for line in lines:
            match = _LINE.fullmatch(line)
            if match["quantity"] is None:
                raise ValidationError(_("Write a quantity behind the code: %(line)s"), params={"line": line[:60]})
            found.append((match["name"].strip(), int(match["quantity"])))
        return found


class GoodsForm(forms.Form):
    """A form with goods of one shop in the field ``goods``."""

    def __init__(self, *args, shop, **kwargs):
        self.shop = shop
        super().__init__(*args, **kwargs)

    def clean_goods(self) -> dict[int, int]:
        """How many of each SKU, by key; a SKU that is named twice is wanted twice."""
        rows = self.fields["goods"].rows(self.cleaned_data["goods"])
        if len(rows) > MOST_LINES and self.fields["goods"].has_quantities:
            raise ValidationError(_("A transfer takes at most %(most)d lines."), params={"most": MOST_LINES})
        names = {name for name, _quantity in rows}
        known: dict[str, int] = {}
        for field in ("public_id", "barcode", "code"):  # the shop's own code says it best
            mine = Sku.objects.owned_by(self.shop).filter(**{f"{field}__in": names}).order_by("-pk")
            known |= dict(mine.values_list(field, "pk"))
        unknown = [name for name, _quantity in rows if name not in known]
        if unknown:
            said = ", ".join(dict.fromkeys(name[:40] for name in unknown[:5]))
            raise ValidationError(_("No SKU of this shop is called so: %(names)s"), params={"names": said})
        quantities: dict[int, int] = {}
        for name, quantity in rows:
            quantities[known[name]] = quantities.get(known[name], 0) + quantity
        return quantities


class WarehouseChoice(forms.ModelChoiceField):
    def label_from_instance(self, warehouse: Warehouse) -> str:
        return str(warehouse.name)


MOST_PARCEL_COST = 100_000  # fen


class WarehouseForm(forms.Form):
    """A warehouse or a store of the shop's own."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[choice for choice in Warehouse.Kind.choices if choice[0] != Warehouse.Kind.PLATFORM],
        widget=forms.RadioSelect,
        initial=Warehouse.Kind.MERCHANT,
    )
    name = TextFormField(label=gettext_lazy("Name"), max_length=60)
    province = DivisionField(label=gettext_lazy("Province"), required=False)
    city = DivisionField(
        label=gettext_lazy("City"),
        required=False,
        help_text=gettext_lazy("Of a store: shoppers of this city find what lies there."),
    )
    address = forms.CharField(
        label=gettext_lazy("Street address"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("A store needs one: shoppers want to find it."),
    )
    hours = TextFormField(label=gettext_lazy("Opening hours"), max_length=120, required=False)
    parcel_cost = MoneyFormField(
        label=gettext_lazy("What a parcel from here costs you (¥)"),
        required=False,
        maximum=MOST_PARCEL_COST,
        help_text=gettext_lazy("When all warehouses that hold an order say so, it goes out from the cheapest."),
    )
    sells_online = forms.BooleanField(
        label=gettext_lazy("Sells online"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Shoppers are offered what lies here, and orders are taken from it."),
    )

    def __init__(self, *args, warehouse: Warehouse | None = None, **kwargs):
        initial = None
        if warehouse:
            names = ("kind", "name", "province", "city", "address", "hours", "parcel_cost", "sells_online")
            initial = {name: getattr(warehouse, name) for name in names}
        super().__init__(*args, initial=initial, **kwargs)
        link_divisions(self, ("province", "city"))
        if warehouse:
            del self.fields["kind"]
        else:
            del self.fields["sells_online"]


class LowStockForm(forms.Form):
    low_stock = forms.IntegerField(
        label=gettext_lazy("Low from how many pieces on"),
        min_value=0,
        max_value=LARGEST_COUNT,
        help_text=gettext_lazy("For goods without a threshold of their own."),
    )


class TransferForm(GoodsForm):
    """From where, to where, what."""

    source = WarehouseChoice(label=gettext_lazy("From"), queryset=Warehouse.objects.none())
    target = WarehouseChoice(label=gettext_lazy("To"), queryset=Warehouse.objects.none())
    note = forms.CharField(label=pgettext_lazy("stock", "Note"), max_length=200, required=False)
    goods = GoodsField(
        label=gettext_lazy("Goods"),
        has_quantities=True,
        help_text=gettext_lazy("One in a line: code, barcode or number of the SKU, then how many. CUP-RED 12"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        warehouses = Warehouse.objects.owned_by(self.shop).open().order_by("position", "pk")
        self.fields["source"].queryset = self.fields["target"].queryset = warehouses

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("source") and cleaned.get("source") == cleaned.get("target"):
            self.add_error("target", _("Choose two different warehouses."))
        return cleaned


class DraftForm(GoodsForm):
    """The lines of a draft: how many of each, and more goods."""

    goods = GoodsField(
        label=gettext_lazy("More goods"),
        has_quantities=True,
        required=False,
        help_text=gettext_lazy("One in a line: code, barcode or number of the SKU, then how many. CUP-RED 12"),
    )

    def __init__(self, *args, lines, **kwargs):
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            self.fields[f"quantity_{line.sku.public_id}"] = forms.IntegerField(
                label=_("Quantity"), min_value=0, max_value=LARGEST_COUNT, initial=line.quantity
            )

    def rows(self) -> list[dict]:
        return [{"line": line, "input": self[f"quantity_{line.sku.public_id}"]} for line in self.lines]

    def quantities(self) -> dict[int, int]:
        """How many of each SKU there are to be; what is named below comes on top."""
        wanted = {line.sku_id: self.cleaned_data[f"quantity_{line.sku.public_id}"] for line in self.lines}
        for sku_id, quantity in self.cleaned_data["goods"].items():
            wanted[sku_id] = wanted.get(sku_id, 0) + quantity
        return wanted


class ArrivalForm(forms.Form):
    """How many of each line arrived, and what became of the rest."""

    shortage = forms.ChoiceField(
        label=gettext_lazy("What is missing is"),
        choices=[(reason.value, reason.label) for reason in StockMovement.Reason if reason in SHORTAGES][::-1],
        required=False,
    )

    def __init__(self, *args, lines, **kwargs):
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            self.fields[f"received_{line.sku.public_id}"] = forms.IntegerField(
                label=_("Received"), min_value=0, max_value=line.quantity, initial=line.quantity
            )

    def rows(self) -> list[dict]:
        return [{"line": line, "input": self[f"received_{line.sku.public_id}"]} for line in self.lines]

    def received(self) -> dict[int, int]:
        return {line.sku_id: self.cleaned_data[f"received_{line.sku.public_id}"] for line in self.lines}


class CountForm(GoodsForm):
    """Which warehouse is counted, what of it, and whether blindly."""

    warehouse = WarehouseChoice(label=gettext_lazy("Warehouse"), queryset=Warehouse.objects.none())
    is_blind = forms.BooleanField(
        label=gettext_lazy("Count blindly"),
        required=False,
        help_text=gettext_lazy("Whoever counts does not see how many are expected."),
    )
    note = forms.CharField(label=pgettext_lazy("stock", "Note"), max_length=200, required=False)
    goods = GoodsField(
        label=gettext_lazy("Only these goods"),
        has_quantities=False,
        required=False,
        help_text=gettext_lazy("One in a line: code, barcode or number of the SKU. Empty: everything."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["warehouse"].queryset = Warehouse.objects.owned_by(self.shop).open().order_by("position", "pk")


class EntriesForm(forms.Form):
    """What was found of the lines of one page of a sheet."""

    def __init__(self, *args, lines, **kwargs):
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            self.fields[f"counted_{line.sku.public_id}"] = forms.IntegerField(
                label=_("Counted"), min_value=0, max_value=LARGEST_COUNT, required=False, initial=line.counted
            )

    def rows(self) -> list[dict]:
        return [{"line": line, "input": self[f"counted_{line.sku.public_id}"]} for line in self.lines]

    def counted(self) -> dict[int, int | None]:
        return {
            line.sku_id: self.cleaned_data[f"counted_{line.sku.public_id}"]
            for line in self.lines
            if f"counted_{line.sku.public_id}" in self.data
        }
