"""What shops fill in about goods. Options are plain lines of text, so that everything works without scripts."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import formset_factory
from django.forms.utils import ErrorList
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import changes
from catalog.categories import documents_of
from catalog.customs import ORIGINS
from catalog.duty import TAXES as RATES
from catalog.films import LONGEST_WORDS
from catalog.kinds import STILL_OPEN
from catalog.lines import line_of, lines_of, text_of
from catalog.models import (
    Attribute,
    Brand,
    Category,
    CategoryAttribute,
    FreightTemplate,
    Product,
    ProductImport,
    ShopCategory,
    Sku,
    StockMovement,
)
from catalog.navigation import without_hidden
from catalog.offers import choice_text
from catalog.options import MOST_OPTIONS, keep_ids, matrix
from catalog.products import LONGEST_DESCRIPTION, LONGEST_TITLE
from catalog.shelves import flat, tree_of
from catalog.skus import SkuDraft
from catalog.specifications import LONGEST_VALUE, plain, template_of
from catalog.stock import LARGEST_COUNT
from catalog.terms import LIMITS, MOST_DAYS, MOST_LIMIT, promises_offered
from mall.forms import MoneyFormField, TextFormField, as_typed
from mall.refusals import Refusal
from mall.videos import ACCEPTED
from merchants.licences import may_sell


class CategoryField(forms.ModelChoiceField):
    def label_from_instance(self, category: Category) -> str:
        return "\u2003" * (category.depth - 1) + str(category.name)


class MomentField(forms.DateTimeField):
    """A moment to the minute, in the mall's time."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs):
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **kwargs)


class ShopCategoryField(forms.ModelChoiceField):
    def label_from_instance(self, category: ShopCategory) -> str:
        return f"\u2003{category.name}" if category.parent_id else str(category.name)


class FreightField(forms.ModelChoiceField):
    def label_from_instance(self, template: FreightTemplate) -> str:
        return f"{template.name} \u2013 {template.get_measure_display()}"


def value_field(asked: CategoryAttribute) -> forms.Field:
    """The field in which a shop says something for an attribute."""
    attribute = asked.attribute
    choices = [(choice.pk, str(choice.name)) for choice in attribute.choices.all()]
    kind, common = attribute.kind, {"required": False, "label": str(attribute.name)}
    if kind == Attribute.Kind.TEXT:
        field = TextFormField(max_length=LONGEST_VALUE, **common)
    elif kind == Attribute.Kind.NUMBER:
        if unit := str(attribute.unit):
            common["label"] = f"{attribute.name} ({unit})"
        field = forms.DecimalField(
            min_value=attribute.minimum, max_value=attribute.maximum, max_digits=14, decimal_places=3, **common
        )
        field.widget.attrs.update({"step": "any", "inputmode": "decimal"})
    elif kind == Attribute.Kind.CHOICE:
        field = forms.TypedChoiceField(choices=[("", "–"), *choices], coerce=int, empty_value=None, **common)
    elif kind == Attribute.Kind.CHOICES:
        field = forms.TypedMultipleChoiceField(
            choices=choices, coerce=int, empty_value=None, widget=forms.CheckboxSelectMultiple, **common
        )
    elif kind == Attribute.Kind.FLAG:
        field = forms.TypedChoiceField(
            choices=[("", "–"), ("yes", _("Yes")), ("no", _("No"))],
            coerce=lambda said: said == "yes",
            empty_value=None,
            **common,
        )
    else:
        field = forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **common)
    field.is_needed = asked.is_required
    if asked.is_required:
        field.help_text = _("Needed before it can be sold.")
    return field


def limit_field(label, most: int, help_text="") -> forms.IntegerField:
    """How many of something; nothing where there is no limit."""
    return forms.IntegerField(label=label, help_text=help_text, min_value=1, max_value=most, required=False)


def percent_field(label) -> forms.DecimalField:
    """A rate of the tariff book; nothing is nought."""
    field = forms.DecimalField(label=label, min_value=0, max_value=100, decimal_places=2, required=False)
    field.widget.attrs.update({"step": "0.01", "inputmode": "decimal"})
    return field


class ProductForm(forms.Form):
    """Words, category, options and attributes of a product; what the chosen category asks has fields of its own."""

    title = TextFormField(label=gettext_lazy("Title"), max_length=LONGEST_TITLE)
    subtitle = TextFormField(label=gettext_lazy("Selling point"), max_length=LONGEST_TITLE, required=False)
    category = CategoryField(label=gettext_lazy("Category"), queryset=Category.objects.none())
    brand = forms.ModelChoiceField(label=gettext_lazy("Brand"), queryset=Brand.objects.none(), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=Product.Kind.choices,
        initial=Product.Kind.PHYSICAL,
        required=False,
        help_text=gettext_lazy("What is sold. It stays once the product was approved."),
    )
    at_home = forms.BooleanField(
        label=gettext_lazy("The service comes to the shopper's address"),
        required=False,
        help_text=gettext_lazy("Of services only. Otherwise the shopper comes to you."),
    )
    ships_on = forms.DateField(
        label=gettext_lazy("Pre-sale ships from"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=gettext_lazy("Of pre-sales only: they are sold until the day before, and ship from this day on."),
    )
    origin = forms.ChoiceField(
        label=gettext_lazy("Country of origin"),
        choices=[("", "–"), *ORIGINS.items()],
        required=False,
        help_text=gettext_lazy("Of goods from abroad only. A reviewer compares all of it with your papers."),
    )
    hs_code = forms.CharField(label=gettext_lazy("HS code"), max_length=20, required=False)
    customs_record = forms.CharField(label=gettext_lazy("Customs record number"), max_length=40, required=False)
    tariff = percent_field(gettext_lazy("Tariff, %"))
    consumption = percent_field(gettext_lazy("Consumption tax, %"))
    vat = percent_field(gettext_lazy("VAT, %"))
    description = TextFormField(
        label=gettext_lazy("Description"),
        max_length=LONGEST_DESCRIPTION,
        required=False,
        widget=forms.Textarea,
        help_text=gettext_lazy("Plain text, or simple HTML."),
    )
    attributes = forms.CharField(
        label=gettext_lazy("Further attributes"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "材质 | Material = 陶瓷 | Porcelain"}),
        help_text=gettext_lazy("One per line: name = value, each as “Chinese | English”."),
    )

    promises = forms.MultipleChoiceField(
        label=gettext_lazy("Promises"), required=False, widget=forms.CheckboxSelectMultiple
    )
    most_per_order = limit_field(gettext_lazy("At most per order"), MOST_LIMIT)
    most_per_buyer = limit_field(gettext_lazy("At most per buyer"), MOST_LIMIT)
    limit_days = limit_field(
        gettext_lazy("Counted over days"), MOST_DAYS, gettext_lazy("Empty: over all of a buyer's orders.")
    )

    def __init__(self, *args, shop, product: Product | None = None, live: Product | None = None, **kwargs):
        """:param product: as a change that waits would have it; :param live: as it stands"""
        self.shop, self.product, self.live = shop, product, live
        super().__init__(*args, initial=self._initial(product) if product else None, **kwargs)
        kept = product.category_id if product else None
        shown = {category.pk for category in without_hidden(Category.objects.order_by("path"))} | {kept}
        self.fields["category"].queryset = Category.objects.filter(pk__in=shown).order_by("path")
        self.fields["brand"].queryset = Brand.objects.order_by("slug")
        if live and live.status not in STILL_OPEN:
            self.fields["kind"].disabled = True
        self.fields["promises"].choices = [(row.code, str(row.name)) for row in promises_offered()]
        self._offer_shelves()
        self._offer_freight()
        self.category_chosen = self._chosen_category()
        self.asked = template_of(self.category_chosen) if self.category_chosen else []
        said = changes.values_of(product) if product and self.asked else {}
        for row in self.asked:
            field = self.fields[f"value_{row.attribute_id}"] = value_field(row)
            field.initial = _initial_value(row.attribute, said.get(row.attribute_id))
        for number in range(1, MOST_OPTIONS + 1):
            self.fields[f"option{number}_name"] = forms.CharField(
                label=_("Option %(number)d") % {"number": number},
                required=False,
                max_length=90,
                widget=forms.TextInput(attrs={"placeholder": "颜色 | Colour"}),
            )
            self.fields[f"option{number}_values"] = forms.CharField(
                label=_("Values of option %(number)d") % {"number": number},
                required=False,
                max_length=4000,
                widget=forms.Textarea(attrs={"rows": 4, "placeholder": "红 | Red\n蓝 | Blue"}),
                help_text=_("One per line, as “Chinese | English”."),
            )

    def _chosen_category(self) -> Category | None:
        """The category that is chosen now, in the form or before it."""
        chosen = self.data.get("category", "") if self.is_bound else self.product and self.product.category_id
        key = str(chosen or "")
        if not (key.isascii() and key.isdigit() and len(key) < 19):
            return None
        return Category.objects.select_related("trade").filter(pk=int(key)).first()

    def _offer_shelves(self) -> None:
        rows = flat(tree_of(self.shop))
        if not rows:
            return
        standing = set(self.product.shelved.values_list("category", flat=True)) if self.product else set()
        self.shelves = {row.public_id: row for row in rows}
        self.fields["shelves"] = forms.MultipleChoiceField(
            label=_("Categories of your shop"),
            choices=[(row.public_id, f"– {row.name}" if row.parent_id else str(row.name)) for row in rows],
            initial=[row.public_id for row in rows if row.pk in standing],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )

    def _offer_freight(self) -> None:
        rows = FreightTemplate.objects.owned_by(self.shop).order_by("-is_default", "pk")
        if not rows:
            return
        default = rows[0].name if rows[0].is_default else None
        self.fields["freight"] = FreightField(
            label=_("Freight template"),
            queryset=rows,
            to_field_name="public_id",
            required=False,
            empty_label=_("The default: %(name)s") % {"name": default} if default else _("The flat fee of the shop"),
            initial=self.live.freight.public_id if self.live and self.live.freight else None,
        )

    def chosen_shelves(self) -> list[ShopCategory] | None:
        """The shop's own categories that were chosen; nothing where it has none."""
        if "shelves" not in self.fields:
            return None
        return [self.shelves[public_id] for public_id in self.cleaned_data["shelves"]]

    @property
    def category_facts(self) -> dict | None:
        """What the shop should know of the category that is chosen: its papers, and whether it may sell there."""
        category = self.category_chosen
        if category is None:
            return None
        return {
            "documents": documents_of(category),
            "trade": category.trade,
            "is_admitted": may_sell(self.shop, category.trade_id),
            "needs_review": category.needs_review,
        }

    def value_fields(self) -> list[forms.BoundField]:
        return [self[f"value_{row.attribute_id}"] for row in self.asked]

    def refuse(self, refusal: Refusal) -> None:
        """Say why not, at the field that it concerns; of words, at every field in which one stands."""
        if found := getattr(refusal, "found", ()):
            for finding in found:
                name = finding.field_name if finding.field_name in self.fields else None
                self.add_error(name, f"{finding} {finding.advice}")
            return
        name = refusal.details.get("field") or f"value_{refusal.details.get('attribute')}"
        self.add_error(name if name in self.fields else None, refusal.details.get("why") or str(refusal))

    @staticmethod
    def _initial(product: Product) -> dict:
        initial = {
            "title": product.title,
            "subtitle": product.subtitle,
            "description": product.description,
            "category": product.category_id,
            "brand": product.brand_id,
            "kind": product.kind,
            "at_home": product.at_home,
            "ships_on": product.ships_on,
            **_stated(product.customs),
            "attributes": "\n".join(f"{line_of(row['name'])} = {line_of(row['value'])}" for row in product.attributes),
            "promises": product.promises,
            **{name: getattr(product, name) for name in LIMITS},
        }
        for number, option in enumerate(product.options, 1):
            initial[f"option{number}_name"] = line_of(option["name"])
            initial[f"option{number}_values"] = "\n".join(line_of(value["name"]) for value in option["values"])
        return initial

    def option_fields(self) -> list[dict]:
        """The fields of each option, for the page."""
        return [
            {"name": self[f"option{number}_name"], "values": self[f"option{number}_values"]}
            for number in range(1, MOST_OPTIONS + 1)
        ]

    def clean_attributes(self) -> list[dict]:
        rows = []
        for line in lines_of(self.cleaned_data["attributes"]):
            name, equals, value = line.partition("=")
            if not equals or not name.strip() or not value.strip():
                raise ValidationError(_("Write “name = value” in every line: %(line)s"), params={"line": line})
            rows.append({"name": dict(text_of(name)), "value": dict(text_of(value))})
        return rows

    def clean(self) -> dict:
        cleaned = super().clean()
        options = []
        for number in range(1, MOST_OPTIONS + 1):
            name = cleaned.get(f"option{number}_name", "").strip(" |")
            values = lines_of(cleaned.get(f"option{number}_values", ""))
            if bool(name) != bool(values):
                field = f"option{number}_values" if name else f"option{number}_name"
                self.add_error(field, _("An option needs a name and at least one value."))
            elif name:
                options.append(
                    {
                        "name": dict(text_of(name)),
                        "values": [{"name": dict(text_of(value))} for value in values],
                    }
                )
        live = self.live or self.product
        taken = {value for choice in live.skus.values_list("choice", flat=True) for value in choice} if live else ()
        before, also = (self.product.options, live.options) if live else ([], [])
        cleaned["options"] = keep_ids(options, before, also=also, taken=taken)
        return cleaned

    def product_fields(self) -> dict:
        """What the verb is handed."""
        names = (
            "category", "brand", "title", "subtitle", "description", "options", "attributes", "promises", "at_home",
            "ships_on", *LIMITS,
        )  # fmt: skip
        values = {row.attribute_id: self.cleaned_data[f"value_{row.attribute_id}"] for row in self.asked}
        kind = self.cleaned_data["kind"] or (self.product.kind if self.product else Product.Kind.PHYSICAL)
        customs = self._customs() if kind == Product.Kind.CROSS_BORDER else None
        return {name: self.cleaned_data[name] for name in names} | {"values": values, "kind": kind, "customs": customs}

    def _customs(self) -> dict:
        """What is stated of goods from abroad; whether it can be, the verb says."""
        said = self.cleaned_data
        rates = {f"{name}_bps": int((said[name] or 0) * 100) for name in RATES}
        return {"origin": said["origin"], "hs_code": said["hs_code"], "record": said["customs_record"], **rates}


def _stated(customs: dict | None) -> dict:
    if customs is None:
        return {}
    rates = {name: plain(Decimal(customs[f"{name}_bps"]) / 100) for name in RATES}
    return {"origin": customs["origin"], "hs_code": customs["hs_code"], "customs_record": customs["record"], **rates}


def _initial_value(attribute: Attribute, said):
    if attribute.kind == Attribute.Kind.FLAG and said is not None:
        return "yes" if said else "no"
    if attribute.kind == Attribute.Kind.NUMBER and said is not None:
        return plain(said)
    return said[0] if attribute.kind == Attribute.Kind.CHOICE and said else said


class VideoForm(forms.Form):
    """A video with what it shows in words, and a poster."""

    video = forms.FileField(
        label=gettext_lazy("Video"),
        help_text=gettext_lazy("MP4 or WebM, at most 60 seconds and 30 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
    )
    poster = forms.FileField(
        label=gettext_lazy("Poster"),
        required=False,
        help_text=gettext_lazy("What stands there before it plays; else the first picture."),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    words = TextFormField(label=gettext_lazy("What it shows and tells, in words"), max_length=LONGEST_WORDS)


class SkuForm(forms.Form):
    """One combination: price, crossed-out price, code, weight, and whether it is offered."""

    choice = forms.CharField(required=False, widget=forms.HiddenInput)
    price = MoneyFormField(label=gettext_lazy("Price"), minimum=1)
    list_price = MoneyFormField(label=gettext_lazy("Crossed-out price"), required=False, minimum=1)
    code = forms.CharField(label=gettext_lazy("Code"), max_length=60, required=False)
    weight_grams = forms.IntegerField(
        label=gettext_lazy("Weight in grams"), min_value=0, max_value=1_000_000, required=False
    )
    volume_cm3 = forms.IntegerField(
        label=gettext_lazy("Volume in cm³"), min_value=0, max_value=100_000_000, required=False
    )
    barcode = forms.CharField(label=gettext_lazy("Barcode"), max_length=40, required=False)
    is_active = forms.BooleanField(label=gettext_lazy("Offered"), required=False, initial=True)

    combination = ""

    def clean(self) -> dict:
        cleaned = super().clean()
        price, list_price = cleaned.get("price"), cleaned.get("list_price")
        if price and list_price and list_price <= price:
            self.add_error("list_price", _("The crossed-out price must be above the price."))
        return cleaned

    def draft(self, choice: tuple[str, ...]) -> SkuDraft:
        """This row for its own combination."""
        cleaned = self.cleaned_data
        return SkuDraft(
            choice=choice,
            price=cleaned["price"],
            list_price=cleaned["list_price"],
            code=cleaned["code"].strip(),
            weight_grams=cleaned["weight_grams"] or 0,
            volume_cm3=cleaned["volume_cm3"] or 0,
            barcode=cleaned["barcode"].strip(),
            is_active=cleaned["is_active"],
        )

    def draft_like(self, choice: tuple[str, ...]) -> SkuDraft:
        """This row as the pattern of a new combination."""
        return SkuDraft(
            choice=choice,
            price=self.cleaned_data["price"],
            list_price=self.cleaned_data["list_price"],
            weight_grams=self.cleaned_data["weight_grams"] or 0,
            volume_cm3=self.cleaned_data["volume_cm3"] or 0,
        )

    @property
    def posted_choice(self) -> tuple[str, ...]:
        return tuple(part for part in self.cleaned_data["choice"].split(",") if part)


SkuFormSet = formset_factory(SkuForm, extra=0, min_num=1, validate_min=True, max_num=200, absolute_max=200)


def sku_formset(data=None, *, product: Product | None, skus: Iterable[Sku] | None = None) -> SkuFormSet:
    """The table of all combinations, each filled in with its SKU where there is one."""
    skus = product.skus.order_by("pk") if product and skus is None else skus or ()
    skus = {tuple(sku.choice): sku for sku in skus}
    combinations = matrix(product.options) if product else [()]
    formset = SkuFormSet(data, prefix="skus", initial=[_row(choice, skus.get(choice)) for choice in combinations])
    formset.min_num = 0 if not formset.is_bound else formset.min_num
    for form, choice in zip(formset.forms, combinations, strict=False):
        if product:
            form.combination = str(choice_text(Sku(product=product, choice=list(choice))))
    return formset


def formset_as_typed(formset: SkuFormSet) -> SkuFormSet:
    """The same of a table; one that cannot be read at all has no rows."""
    formset._errors, formset._non_form_errors = [as_typed(form).errors for form in formset.forms], ErrorList()
    return formset


class SaleTimesForm(forms.Form):
    """When the product goes on sale and off sale by itself."""

    starts_at = MomentField(label=gettext_lazy("On sale from"), required=False)
    ends_at = MomentField(label=gettext_lazy("Off sale from"), required=False)

    def __init__(self, *args, product: Product, **kwargs):
        initial = {"starts_at": product.sale_starts_at, "ends_at": product.sale_ends_at}
        super().__init__(*args, initial=initial, prefix="sale", **kwargs)


def _row(choice: tuple[str, ...], sku: Sku | None) -> dict:
    row = {"choice": ",".join(choice), "is_active": True}
    if sku:
        row.update(
            price=sku.price,
            list_price=sku.list_price,
            code=sku.code,
            weight_grams=sku.weight_grams,
            volume_cm3=sku.volume_cm3,
            barcode=sku.barcode,
            is_active=sku.is_active,
        )
    return row


def drafts(form: ProductForm, formset: SkuFormSet) -> list[SkuDraft]:
    """
    One draft for every combination that the options make now.

    A combination that was in the table takes its row; a new one takes the row that it shares the most values with.
    """
    rows = {row.posted_choice: row for row in formset.forms}
    result = []
    for choice in matrix(form.cleaned_data["options"]):
        if choice in rows:
            result.append(rows[choice].draft(choice))
        else:
            nearest = max(rows, key=lambda posted: len(set(posted) & set(choice)))
            result.append(rows[nearest].draft_like(choice))
    return result


@dataclass(frozen=True, slots=True)
class StockChange:
    """What a page of stock says of a SKU: its new count, what came in, what is written off; ``None`` where nothing."""

    sku: Sku
    counted: int | None
    came: int | None
    gone: int | None


class StockForm(forms.Form):
    """
    Counts of a product's SKUs in a warehouse, goods that came in, goods that are written off, and thresholds.

    What was seen is posted too: nobody counts blindly.
    """

    document = forms.CharField(
        label=gettext_lazy("Document"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Number of the delivery note, for example. Without one it gets a number of ours."),
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Written off as"),
        choices=[(reason.value, reason.label) for reason in StockMovement.WRITE_OFFS],
        required=False,
    )

    def __init__(self, *args, skus: list[Sku], **kwargs):
        super().__init__(*args, **kwargs)
        self.skus = skus
        for sku in skus:
            count = forms.IntegerField(min_value=0, max_value=LARGEST_COUNT, required=False, initial=sku.on_hand)
            came = forms.IntegerField(min_value=1, max_value=LARGEST_COUNT, required=False)
            gone = forms.IntegerField(min_value=1, max_value=LARGEST_COUNT, required=False)
            low = forms.IntegerField(min_value=0, max_value=LARGEST_COUNT, required=False, initial=sku.own_threshold)
            count.label, came.label = _("Counted"), _("Received")
            gone.label, low.label = _("Written off"), _("Low from")
            low.widget.attrs["placeholder"] = str(sku.threshold)
            self.fields[f"count_{sku.public_id}"] = count
            self.fields[f"came_{sku.public_id}"] = came
            self.fields[f"gone_{sku.public_id}"] = gone
            self.fields[f"low_{sku.public_id}"] = low
            self.fields[f"seen_{sku.public_id}"] = forms.IntegerField(
                required=False, initial=sku.on_hand, widget=forms.HiddenInput
            )

    def rows(self) -> list[dict]:
        return [
            {
                "sku": sku,
                "on_hand": sku.on_hand,
                "reserved": sku.reserved,
                "available": sku.on_hand - sku.reserved,
                "input": self[f"count_{sku.public_id}"],
                "received": self[f"came_{sku.public_id}"],
                "gone": self[f"gone_{sku.public_id}"],
                "low": self[f"low_{sku.public_id}"],
                "seen": self[f"seen_{sku.public_id}"],
            }
            for sku in self.skus
        ]

    def changes(self) -> list[StockChange]:
        """What is to be done; only of SKUs with which something is."""
        result = []
        for sku in self.skus:
            count, seen = self.cleaned_data[f"count_{sku.public_id}"], self.cleaned_data[f"seen_{sku.public_id}"]
            came, gone = self.cleaned_data[f"came_{sku.public_id}"], self.cleaned_data[f"gone_{sku.public_id}"]
            counted = count if count is not None and count != seen else None
            if counted is not None or came or gone:
                result.append(StockChange(sku, counted, came, gone))
        return result

    def thresholds(self) -> list[tuple[Sku, int | None]]:
        """The thresholds that are others now; an address that posts none changes none."""
        return [
            (sku, self.cleaned_data[f"low_{sku.public_id}"])
            for sku in self.skus
            if f"low_{sku.public_id}" in self.data and self.cleaned_data[f"low_{sku.public_id}"] != sku.own_threshold
        ]

    def clean(self) -> dict:
        cleaned = super().clean()
        for sku in self.skus:
            seen, count = cleaned.get(f"seen_{sku.public_id}"), cleaned.get(f"count_{sku.public_id}")
            if count is not None and count != seen and seen is not None and seen != sku.on_hand:
                self.add_error(
                    f"count_{sku.public_id}",
                    _("The count changed to %(now)d meanwhile; please count again.") % {"now": sku.on_hand},
                )
        return cleaned


class ImportForm(forms.Form):
    """A file of goods, and what it leaves open."""

    goods_types = ".csv,.tsv,.txt,.xlsx"

    file = forms.FileField(
        label=gettext_lazy("File of goods"),
        help_text=gettext_lazy(
            "CSV as Shopify writes it, or XLSX with the same columns; at most 50 MB and 100,000 rows."
        ),
    )
    pictures = forms.FileField(
        label=gettext_lazy("ZIP of pictures"),
        required=False,
        help_text=gettext_lazy("For files that call their pictures by name. Pictures with an address are fetched."),
    )
    category = CategoryField(
        label=gettext_lazy("Category of goods without one"),
        queryset=Category.objects.none(),
        required=False,
        help_text=gettext_lazy("Where the file names none of the mall's categories."),
    )
    words_language = forms.ChoiceField(
        label=gettext_lazy("Language of the words"),
        choices=settings.LANGUAGES,
        help_text=gettext_lazy("Where there is no Chinese yet, these words stand for it until you translate them."),
    )
    stock_rule = forms.ChoiceField(
        label=gettext_lazy("Take over the stock"),
        choices=ProductImport.StockRule.choices,
        initial=ProductImport.StockRule.NEW,
        widget=forms.RadioSelect,
    )
    follows_status = forms.BooleanField(
        label=gettext_lazy("States as in the file"),
        required=False,
        help_text=gettext_lazy(
            "Active goods are submitted for sale, drafts and archived ones taken off. Otherwise new goods are drafts,"
            " and the others stay as they are."
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = Category.objects.order_by("path")
