"""
What a shop fills in for a promotion: one form, with the fields of its kind. Everything works without scripts, so steps
and pieces are rows of plain fields.
"""

from datetime import date, datetime, time, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from catalog.models import Category, Product, ShopCategory, Sku
from catalog.prices import lowest_price
from mall.clock import BUSINESS_ZONE
from mall.forms import MoneyFormField, TextFormField
from marketing import promising
from marketing.flash.proposing import proposed
from marketing.giving import MOST_DAYS
from marketing.groups.proposing import proposed as proposed_groups
from marketing.models import CouponSending, Promotion
from marketing.rules import (
    LEAST_CUTS,
    LEAST_REPORT_DAYS,
    LEAST_SEATS,
    MOST_BARGAIN_HOURS,
    MOST_BARGAINS,
    MOST_CUTS,
    MOST_DAYS_TO_SHIP,
    MOST_HOURS,
    MOST_PIECES,
    MOST_REPORT_DAYS,
    MOST_SEATS,
    MOST_TAKE_DAYS,
    MOST_TIERS,
    MOST_TRIAL_UNITS,
    MOST_UNITS,
)

Kind, Scope, Group = Promotion.Kind, Promotion.Scope, Promotion.Group
MOST_ROWS, FLASH_ROWS, SHOWN_ROWS = 5, 10, 5
WITH_UNITS = (Kind.FLASH_SALE, Kind.GROUP_BUYING, Kind.CROWDFUNDING)  # items, each with a price and a number of units
SHOWN_PRODUCTS = 200
COMMON = (
    "name",
    "starts_at",
    "ends_at",
    "scope",
    "products",
    "categories",
    "shelves",
    "excludes",
    "budget",
    "cost_percent",
)
PRESALE_FIELDS = {"balance_from": "since", "balance_until": "until", "ships_on": "ships"}
COUPON = (
    "audience",
    "given_from",
    "is_open",
    "code",
    "total_limit",
    "daily_limit",
    "person_limit",
    "period",
    "valid_days",
)


class MomentField(forms.DateTimeField):
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs):
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **kwargs)


class ChosenRows(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, row) -> str:
        return str(getattr(row, "title", None) or row.name)


class SkuField(forms.CharField):
    """A SKU of the shop by its code or number; cleaned to its key."""

    def __init__(self, **kwargs):
        kwargs.setdefault("max_length", 60)
        super().__init__(**kwargs)

    shop = None

    def clean(self, value):
        typed = super().clean(value)
        if not typed:
            return None
        found = Sku.objects.filter(Q(code=typed) | Q(public_id=typed), shop=self.shop).first()
        if found is None:
            raise ValidationError(_("No item of the shop has this code or number."))
        return found.pk

    def prepare_value(self, value):
        if isinstance(value, int):
            found = Sku.objects.filter(pk=value).first()
            return (found.code or found.public_id) if found else ""
        return value


class PercentField(forms.DecimalField):
    """So many per cent off, cleaned to basis points."""

    def __init__(self, **kwargs):
        super().__init__(min_value=0, max_value=100, decimal_places=2, **kwargs)

    def clean(self, value):
        number = super().clean(value)
        return None if number is None else int(number * 100)

    def prepare_value(self, value):
        return f"{value / 100:g}" if isinstance(value, int) else value


def _rows(count: int, /, **fields):
    return {f"{name}_{number}": make() for number in range(1, count + 1) for name, make in fields.items()}


def _money(label, **more):
    return MoneyFormField(label=label, required=False, **more)


def _rule_fields(kind: str) -> dict[str, forms.Field]:
    match kind:
        case Kind.COUPON:
            return {
                "at": _money(gettext_lazy("From an amount of"), help_text=gettext_lazy("Empty: no minimum.")),
                "off": _money(gettext_lazy("Takes off an amount of")),
                "bps": PercentField(label=gettext_lazy("Or per cent off"), required=False),
                "cap": _money(gettext_lazy("At most")),
            }
        case Kind.FULL_REDUCTION:
            return {
                "by_pieces": forms.BooleanField(
                    label=gettext_lazy("Count pieces instead of the amount"), required=False
                ),
                "every": forms.BooleanField(
                    label=gettext_lazy("For every full step, not once (one step only)"), required=False
                ),
                "cap": _money(gettext_lazy("At most")),
                **_rows(
                    MOST_TIERS,
                    at=lambda: forms.CharField(label=gettext_lazy("From this much"), required=False, max_length=12),
                    off=lambda: _money(gettext_lazy("Amount off")),
                    bps=lambda: PercentField(label=gettext_lazy("Or per cent off"), required=False),
                    coupon=lambda: forms.TypedChoiceField(
                        label=gettext_lazy("And a coupon, when the order is complete"),
                        required=False,
                        coerce=int,
                        empty_value=None,
                    ),
                ),
            }
        case Kind.PERCENTAGE:
            return {
                "bps": PercentField(label=gettext_lazy("Per cent off")),
                "cap": _money(gettext_lazy("At most, per order")),
            }
        case Kind.N_FOR_PRICE:
            return {
                "n": forms.IntegerField(label=gettext_lazy("Pieces"), min_value=2, max_value=99, initial=3),
                "price": MoneyFormField(label=gettext_lazy("Together for"), minimum=1),
            }
        case Kind.NTH_PIECE:
            return {
                "n": forms.IntegerField(label=gettext_lazy("Every piece number"), min_value=2, max_value=99, initial=2),
                "bps": PercentField(label=gettext_lazy("Per cent off"), initial=5000),
            }
        case Kind.BUNDLE:
            return {
                **_rows(
                    MOST_ROWS,
                    sku=lambda: SkuField(label=gettext_lazy("Item"), required=False),
                    count=lambda: forms.IntegerField(
                        label=gettext_lazy("Pieces"), required=False, min_value=1, max_value=99
                    ),
                ),
                "price": MoneyFormField(label=gettext_lazy("Together for"), minimum=1),
            }
        case Kind.ADD_ON:
            return {
                "at": _money(gettext_lazy("Who buys for")),
                **_rows(
                    MOST_ROWS,
                    sku=lambda: SkuField(label=gettext_lazy("Item"), required=False),
                    price=lambda: _money(gettext_lazy("At a price of")),
                ),
                "most": forms.IntegerField(label=gettext_lazy("Of each at most"), min_value=1, max_value=9, initial=1),
            }
        case Kind.FLASH_SALE:
            return _units_fields(gettext_lazy("Flash price"))
        case Kind.GROUP_BUYING:
            return _units_fields(gettext_lazy("Price in a group")) | {
                "size": forms.IntegerField(
                    label=gettext_lazy("Seats in a group"), min_value=LEAST_SEATS, max_value=MOST_SEATS, initial=3
                ),
                "hours": forms.IntegerField(
                    label=gettext_lazy("Hours a group stays open"), min_value=1, max_value=MOST_HOURS, initial=24
                ),
                "helped_percent": forms.IntegerField(
                    label=gettext_lazy("Completed by the mall from, per cent of the seats"),
                    min_value=0,
                    max_value=99,
                    initial=0,
                    help_text=gettext_lazy(
                        "0: never. Else a group with so many paid seats at its end is complete: you send the goods at"
                        " this price. Its page says so openly."
                    ),
                ),
                "newcomers": forms.BooleanField(
                    label=gettext_lazy("Only newcomers may join"),
                    required=False,
                    help_text=gettext_lazy("Who has never bought in this mall. Anybody may open a group."),
                ),
                "leader_coupon": forms.TypedChoiceField(
                    label=gettext_lazy("A coupon for who opened a group that came together"),
                    required=False,
                    coerce=int,
                    empty_value=None,
                    help_text=gettext_lazy(
                        "One of your campaigns for whom it is sent to. Given when the time for after-sales of her order"
                        " is over; not if money of it went back."
                    ),
                ),
            }
        case Kind.CROWDFUNDING:
            return _units_fields(gettext_lazy("Price for supporters")) | {
                "goal": MoneyFormField(
                    label=gettext_lazy("Goal"),
                    minimum=1,
                    help_text=gettext_lazy(
                        "Reached by what is paid until it ends; else everybody gets the money back."
                    ),
                ),
                "ships_in_days": forms.IntegerField(
                    label=gettext_lazy("Ships so many days after the goal is reached"),
                    min_value=0,
                    max_value=MOST_DAYS_TO_SHIP,
                    initial=30,
                ),
            }
        case Kind.DEPOSIT_PRESALE:
            return {
                **_rows(
                    FLASH_ROWS,
                    sku=lambda: SkuField(label=gettext_lazy("Item"), required=False),
                    price=lambda: _money(gettext_lazy("Pre-sale price")),
                    deposit=lambda: _money(pgettext_lazy("pre-sale", "Deposit")),
                    worth=lambda: _money(gettext_lazy("Counts for")),
                    units=lambda: forms.IntegerField(
                        label=gettext_lazy("Units"), required=False, min_value=1, max_value=MOST_UNITS
                    ),
                ),
                "most": forms.IntegerField(
                    label=gettext_lazy("Units per person"), min_value=1, max_value=MOST_PIECES, initial=1
                ),
                "since": MomentField(label=gettext_lazy("The rest can be paid from")),
                "until": MomentField(label=gettext_lazy("The rest can be paid until")),
                "ships": forms.DateField(
                    label=gettext_lazy("Ships from"),
                    widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                    input_formats=["%Y-%m-%d"],
                ),
            }
        case Kind.BARGAIN:
            return {
                **_rows(
                    FLASH_ROWS,
                    sku=lambda: SkuField(label=gettext_lazy("Item"), required=False),
                    price=lambda: _money(gettext_lazy("Lowest price")),
                    units=lambda: forms.IntegerField(
                        label=gettext_lazy("Units"), required=False, min_value=1, max_value=MOST_UNITS
                    ),
                ),
                "cuts": forms.IntegerField(
                    label=gettext_lazy("Cuts until the lowest price"),
                    min_value=LEAST_CUTS,
                    max_value=MOST_CUTS,
                    initial=10,
                    help_text=gettext_lazy("The first is the shopper's own; every friend makes one."),
                ),
                "hours": forms.IntegerField(
                    label=gettext_lazy("Hours that a bargain stays open"),
                    min_value=1,
                    max_value=MOST_BARGAIN_HOURS,
                    initial=24,
                ),
                "most": forms.IntegerField(
                    label=gettext_lazy("Bargains for an item that a person may have at a time"),
                    min_value=1,
                    max_value=MOST_BARGAINS,
                    initial=1,
                ),
                "early": forms.BooleanField(
                    label=gettext_lazy("It may be bought before, at the price reached"), required=False
                ),
            }
        case Kind.FREE_TRIAL:
            return {
                **_rows(
                    FLASH_ROWS,
                    sku=lambda: SkuField(label=gettext_lazy("Item"), required=False),
                    units=lambda: forms.IntegerField(
                        label=gettext_lazy("Units"), required=False, min_value=1, max_value=MOST_TRIAL_UNITS
                    ),
                ),
                "chosen": forms.ChoiceField(
                    label=gettext_lazy("How winners are found"),
                    choices=[("lot", gettext_lazy("Drawn by lot")), ("shop", gettext_lazy("Chosen by the shop"))],
                    initial="lot",
                ),
                "take": forms.IntegerField(
                    label=gettext_lazy("Days in which a winner orders it"),
                    min_value=1,
                    max_value=MOST_TAKE_DAYS,
                    initial=5,
                ),
                "report": forms.IntegerField(
                    label=gettext_lazy("Days for the report, after delivery"),
                    min_value=LEAST_REPORT_DAYS,
                    max_value=MOST_REPORT_DAYS,
                    initial=15,
                ),
            }
    return {
        "at": MoneyFormField(label=gettext_lazy("Who buys for"), minimum=1),
        "sku": SkuField(label=gettext_lazy("Gets this item")),
        "quantity": forms.IntegerField(label=gettext_lazy("Pieces"), min_value=1, max_value=9, initial=1),
    }


def _units_fields(price) -> dict[str, forms.Field]:
    return {
        **_rows(
            FLASH_ROWS,
            sku=lambda: SkuField(label=gettext_lazy("Item"), required=False),
            price=lambda: _money(price),
            units=lambda: forms.IntegerField(
                label=gettext_lazy("Units"), required=False, min_value=1, max_value=MOST_UNITS
            ),
        ),
        "most": forms.IntegerField(
            label=gettext_lazy("Units per person"), min_value=1, max_value=MOST_PIECES, initial=1
        ),
    }


class PromotionForm(forms.Form):
    """A promotion of one kind; ``rule`` is what its own fields say."""

    name = TextFormField(label=gettext_lazy("Name"), max_length=40)
    starts_at = MomentField(label=gettext_lazy("Starts at"))
    ends_at = MomentField(label=gettext_lazy("Ends at"))
    scope = forms.ChoiceField(label=gettext_lazy("Applies to"), choices=Scope, initial=Scope.ALL)
    products = ChosenRows(label=gettext_lazy("Products"), queryset=Product.objects.none(), required=False)
    categories = ChosenRows(
        label=gettext_lazy("Categories of the mall"), queryset=Category.objects.none(), required=False
    )
    shelves = ChosenRows(
        label=gettext_lazy("Categories of the shop"), queryset=ShopCategory.objects.none(), required=False
    )
    excludes = forms.MultipleChoiceField(
        label=gettext_lazy("Not together with"), required=False, widget=forms.CheckboxSelectMultiple
    )
    budget = MoneyFormField(
        label=gettext_lazy("Budget"),
        required=False,
        help_text=gettext_lazy("When it is given out, the promotion stops by itself. Empty: no limit."),
    )
    audience = forms.ChoiceField(label=gettext_lazy("For whom"), choices=Promotion.Audience, required=False)
    given_from = MoneyFormField(
        label=gettext_lazy("Given for orders from"),
        required=False,
        help_text=gettext_lazy("Of coupons that are given with an order: what was paid for its goods. Empty: any."),
    )
    code = forms.CharField(label=gettext_lazy("Coupon code"), required=False, max_length=20)
    is_open = forms.BooleanField(
        label=gettext_lazy("Everybody finds it in the coupon centre"), required=False, initial=True
    )
    total_limit = forms.IntegerField(label=gettext_lazy("Coupons in all"), required=False, min_value=1)
    daily_limit = forms.IntegerField(label=gettext_lazy("Coupons a day"), required=False, min_value=1)
    person_limit = forms.IntegerField(label=gettext_lazy("Coupons per person"), min_value=1, max_value=99, initial=1)
    period = forms.ChoiceField(label=gettext_lazy("Counted anew"), choices=Promotion.Period, required=False)
    valid_days = forms.IntegerField(
        label=gettext_lazy("Valid for days after claiming"),
        required=False,
        min_value=1,
        max_value=365,
        help_text=gettext_lazy("Empty: until the promotion ends."),
    )
    cost_percent = forms.IntegerField(
        label=gettext_lazy("What the goods cost you, per cent of their price"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=gettext_lazy("Only for the preview; it is not kept."),
    )

    def __init__(self, *args, shop, kind: str, promotion: Promotion | None = None, now: datetime, **kwargs):
        self.kind, self.shop = Kind(kind), shop
        kwargs["initial"] = _initial(promotion) if promotion else self._fresh(now)
        super().__init__(*args, **kwargs)
        if self.kind != Kind.COUPON:
            for name in COUPON:
                del self.fields[name]
        if self.kind in (Kind.BUNDLE, Kind.FLASH_SALE, *Promotion.DEALS):
            for name in ("scope", "products", "categories", "shelves"):
                del self.fields[name]
        for name, field in _rule_fields(self.kind).items():
            self.fields[name] = field
            if isinstance(field, SkuField):
                field.shop = shop
        self.rule_names = list(_rule_fields(self.kind))
        if self.kind in (Kind.FULL_REDUCTION, Kind.GROUP_BUYING):
            choices = [("", "–"), *((row.pk, str(row.name)) for row in promising.campaigns_of(shop, now=now))]
            tiers = [f"coupon_{number}" for number in range(1, MOST_TIERS + 1)]
            for name in ("leader_coupon", *tiers):
                if name in self.fields:
                    self.fields[name].choices = choices
        if self.kind == Kind.FLASH_SALE:
            self._tell_lowest_prices(now)
        if "scope" in self.fields:
            self._offer_goods(promotion)
        own = {Kind.COUPON: Group.SHOP_COUPON, Kind.FULL_REDUCTION: Group.FULL}.get(self.kind, Group.GOODS)
        self.fields["excludes"].choices = [(value, label) for value, label in Group.choices if value != own]
        if self.kind == Kind.DEPOSIT_PRESALE:  # nothing stands beside it
            del self.fields["excludes"]

    def _tell_lowest_prices(self, now: datetime) -> None:
        """Beside each price: what the item cost at least within the days that a flash price is held against."""
        numbers = range(1, FLASH_ROWS + 1)
        typed = {n: self[f"sku_{n}"].value() for n in numbers}
        of_code = {}
        if codes := [value for value in typed.values() if isinstance(value, str) and value]:
            rows = Sku.objects.owned_by(self.shop).filter(Q(code__in=codes) | Q(public_id__in=codes))
            of_code = {name: pk for pk, *names in rows.values_list("pk", "code", "public_id") for name in names}
        skus = {n: of_code.get(value, value) for n, value in typed.items()}
        lowest = lowest_price([sku for sku in skus.values() if isinstance(sku, int)], before=now)
        for number, sku in skus.items():
            if sku in lowest:
                words = _("Lowest price of the last 30 days: %(price)s") % {"price": lowest[sku]}
                self.fields[f"price_{number}"].help_text = words

    def _offer_goods(self, promotion: Promotion | None) -> None:
        mine = Product.objects.owned_by(self.shop)
        shown = mine.filter(status=Product.Status.ON_SALE).order_by("-pk").values_list("pk", flat=True)[:SHOWN_PRODUCTS]
        chosen = promotion.scope_ids if promotion and promotion.scope == Scope.PRODUCTS else []
        self.fields["products"].queryset = mine.filter(pk__in=[*shown, *chosen]).order_by("-pk")
        self.fields["categories"].queryset = Category.objects.filter(
            pk__in=mine.values("category")
        ).order_by("path")  # fmt: skip
        self.fields["shelves"].queryset = ShopCategory.objects.owned_by(self.shop).order_by("position", "pk")
        if not self.fields["shelves"].queryset.exists():
            del self.fields["shelves"]
            self.fields["scope"].choices = [(v, label) for v, label in Scope.choices if v != Scope.SHELVES]

    def _fresh(self, now: datetime) -> dict:
        if self.kind == Kind.FLASH_SALE:
            return _initial(proposed(self.shop, now=now))
        if self.kind == Kind.GROUP_BUYING:
            return _initial(proposed_groups(self.shop, now=now))
        today = now.astimezone(BUSINESS_ZONE).date()
        if self.kind == Kind.DEPOSIT_PRESALE:
            return _fresh_presale(today)
        return {
            "starts_at": datetime.combine(today, time(), BUSINESS_ZONE),
            "ends_at": datetime.combine(today + timedelta(days=14), time(), BUSINESS_ZONE),
            "scope": Scope.ALL,
            "is_open": True,
            "person_limit": 1,
            "audience": Promotion.Audience.EVERYBODY,
            "period": Promotion.Period.EVER,
        }

    def group(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]

    @property
    def day_fields(self):
        return self.group("name", "starts_at", "ends_at")

    @property
    def rule_fields(self):
        return [self[name] for name in self.rule_names if not name.rpartition("_")[2].isdigit()]

    @property
    def rule_rows(self) -> list[list[forms.BoundField]]:
        """The rows of steps or pieces."""
        rows: dict[str, list] = {}
        for name in self.rule_names:
            number = name.rpartition("_")[2]
            if number.isdigit():
                rows.setdefault(number, []).append(self[name])
        return list(rows.values())

    @property
    def shown_rows(self) -> list[list[forms.BoundField]]:
        """Those that stand there; the others open when somebody wants more."""
        return self.rule_rows[:SHOWN_ROWS]

    @property
    def folded_rows(self) -> list[list[forms.BoundField]]:
        return self.rule_rows[SHOWN_ROWS:]

    @property
    def folded_are_used(self) -> bool:
        return any(field.value() or field.errors for row in self.folded_rows for field in row)

    @property
    def scope_fields(self):
        return self.group("scope", "products", "categories", "shelves")

    @property
    def coupon_fields(self):
        return self.group(*COUPON)

    def clean(self):
        cleaned = super().clean()
        if self.kind == Kind.FULL_REDUCTION:
            for number in range(1, MOST_TIERS + 1):
                self._clean_threshold(cleaned, f"at_{number}")
        return cleaned

    def _clean_threshold(self, cleaned: dict, name: str) -> None:
        """A step begins at an amount, or at a number of pieces."""
        typed = cleaned.get(name)
        if not typed:
            return
        if cleaned.get("by_pieces"):
            if not typed.isdecimal():
                self.add_error(name, _("Enter a whole number of pieces."))
            else:
                cleaned[name] = int(typed)
            return
        try:
            cleaned[name] = MoneyFormField(minimum=1).clean(typed).minor
        except ValidationError as error:
            self.add_error(name, error)

    @property
    def rule(self) -> dict:
        """What was filled in, as the rule of its kind; ``marketing.rules`` checks it."""
        data = {name: _fen(value) for name, value in self.cleaned_data.items()}

        def rows(*names: str, most: int = MOST_ROWS):
            found = [[data.get(f"{name}_{number}") for name in names] for number in range(1, most + 1)]
            return [row for row in found if any(row)]

        match self.kind:
            case Kind.FULL_REDUCTION:
                tiers = [
                    {"at": at, "off": off, "bps": bps, "coupon": coupon}
                    for at, off, bps, coupon in rows("at", "off", "bps", "coupon")
                ]
                return {
                    "tiers": tiers, "every": data["every"], "by_pieces": data["by_pieces"], "cap": data["cap"],
                }  # fmt: skip
            case Kind.BUNDLE:
                pieces = [[sku, count or 1] for sku, count in rows("sku", "count") if sku]
                return {"pieces": pieces, "price": data["price"]}
            case Kind.ADD_ON:
                prices = [[sku, price or 0] for sku, price in rows("sku", "price") if sku]
                return {"at": data["at"] or 0, "prices": prices, "most": data["most"]}
            case Kind.FLASH_SALE | Kind.GROUP_BUYING | Kind.CROWDFUNDING:
                prices = [row for row in rows("sku", "price", "units", most=FLASH_ROWS) if row[0]]
                return {"prices": prices} | {field.name: data[field.name] for field in self.rule_fields}
            case Kind.DEPOSIT_PRESALE:
                named = rows("sku", "price", "deposit", "worth", "units", most=FLASH_ROWS)
                prices = [
                    [sku, price, deposit, worth or deposit, units] for sku, price, deposit, worth, units in named if sku
                ]
                return {
                    "prices": prices,
                    "most": data["most"],
                    "balance_from": data["since"].isoformat(),
                    "balance_until": data["until"].isoformat(),
                    "ships_on": data["ships"].isoformat(),
                }
            case Kind.BARGAIN:
                prices = [row for row in rows("sku", "price", "units", most=FLASH_ROWS) if row[0]]
                return {"prices": prices, **{name: data[name] for name in ("cuts", "hours", "most", "early")}}
            case Kind.FREE_TRIAL:
                prices = [[sku, 0, units] for sku, units in rows("sku", "units", most=FLASH_ROWS) if sku]
                return {
                    "prices": prices,
                    "chosen_by": data["chosen"],
                    "take_days": data["take"],
                    "report_days": data["report"],
                }
            case Kind.GIFT:
                return {"at": data["at"], "sku_id": data["sku"], "quantity": data["quantity"]}
        return {name: data[name] for name in self.rule_names}

    @property
    def values(self) -> dict:
        """The keyword arguments of ``save_promotion`` beside shop, kind and rule."""
        data = self.cleaned_data
        scope = data.get("scope") or Scope.ALL
        chosen = {Scope.PRODUCTS: "products", Scope.CATEGORIES: "categories", Scope.SHELVES: "shelves"}.get(scope)
        values = {
            "name": data["name"],
            "starts_at": data["starts_at"],
            "ends_at": data["ends_at"],
            "scope": scope,
            "scope_ids": [row.pk for row in data.get(chosen) or ()] if chosen else [],
            "excludes": data.get("excludes", ()),
            "budget": data["budget"],
        }
        if self.kind == Kind.COUPON:
            values |= {name: data[name] for name in COUPON}
            values["audience"] = data["audience"] or Promotion.Audience.EVERYBODY
            values["period"] = data["period"] or Promotion.Period.EVER
        return values

    def place_error(self, field: str, words: str, sku: int | None = None) -> None:
        """Say a refusal at the field that it names, as this form calls it; of a SKU (key) at the price of its row."""
        row = next((n for n in range(1, FLASH_ROWS + 1) if sku and self.cleaned_data.get(f"sku_{n}") == sku), None)
        if field == "prices" and row:
            field = f"price_{row}"
        name = {
            "tiers": "at_1",
            "pieces": "sku_1",
            "prices": "sku_1",
            "sku_id": "sku",
            "rule": "sku_1",
            "chosen_by": "chosen",
            "take_days": "take",
            "report_days": "report",
        }.get(field, PRESALE_FIELDS.get(field, field))
        if name == "scope" and self.cleaned_data.get("scope"):
            name = {Scope.PRODUCTS: "products", Scope.CATEGORIES: "categories", Scope.SHELVES: "shelves"}.get(
                self.cleaned_data["scope"], "scope"
            )
        self.add_error(name if name in self.fields else None, words)


def _fresh_presale(today: date) -> dict:
    """A week for deposits, two days for the rest, shipped two days later."""
    begins = datetime.combine(today + timedelta(days=1), time(20), BUSINESS_ZONE)
    ends = begins + timedelta(days=7)
    return {
        "starts_at": begins,
        "ends_at": ends,
        "since": ends,
        "until": ends + timedelta(days=2),
        "ships": (ends + timedelta(days=4)).date(),
        "most": 1,
    }


def _fen(value):
    return getattr(value, "minor", value)


def _initial(promotion: Promotion) -> dict:
    rule, kind = promotion.rule, promotion.kind
    initial = {
        "name": promotion.name,
        "starts_at": promotion.starts_at,
        "ends_at": promotion.ends_at,
        "scope": promotion.scope,
        "excludes": promotion.excludes,
        "budget": promotion.budget,
        **{name: getattr(promotion, name) for name in COUPON},
    }
    chosen = {Scope.PRODUCTS: "products", Scope.CATEGORIES: "categories", Scope.SHELVES: "shelves"}.get(promotion.scope)
    if chosen:
        initial[chosen] = promotion.scope_ids
    for name in (
        "at", "off", "bps", "cap", "n", "price", "most", "quantity", "every", "by_pieces", "size", "hours",
        "helped_percent", "newcomers", "leader_coupon", "goal", "ships_in_days", "cuts", "early",
    ):  # fmt: skip
        if name in rule:
            initial[name] = rule[name]
    for number, tier in enumerate(rule.get("tiers", ()), 1):
        initial[f"at_{number}"] = tier["at"] if rule.get("by_pieces") else f"{tier['at'] / 100:g}"
        initial[f"off_{number}"], initial[f"bps_{number}"] = tier.get("off"), tier.get("bps")
        initial[f"coupon_{number}"] = tier.get("coupon")
    if kind == Kind.BUNDLE:
        for number, (sku, count) in enumerate(rule["pieces"], 1):
            initial[f"sku_{number}"], initial[f"count_{number}"] = sku, count
    elif kind == Kind.ADD_ON:
        for number, (sku, price) in enumerate(rule["prices"], 1):
            initial[f"sku_{number}"], initial[f"price_{number}"] = sku, price
    elif kind == Kind.FREE_TRIAL:
        for number, (sku, _price, units) in enumerate(rule["prices"][:FLASH_ROWS], 1):
            initial[f"sku_{number}"], initial[f"units_{number}"] = sku, units
        initial["chosen"], initial["take"], initial["report"] = (
            rule["chosen_by"],
            rule["take_days"],
            rule["report_days"],
        )
    elif kind in (*WITH_UNITS, Kind.BARGAIN):
        for number, (sku, price, units) in enumerate(rule["prices"][:FLASH_ROWS], 1):
            initial[f"sku_{number}"], initial[f"price_{number}"], initial[f"units_{number}"] = sku, price, units
    elif kind == Kind.DEPOSIT_PRESALE:
        for number, (sku, price, deposit, worth, units) in enumerate(rule["prices"][:FLASH_ROWS], 1):
            initial[f"sku_{number}"], initial[f"price_{number}"], initial[f"units_{number}"] = sku, price, units
            initial[f"deposit_{number}"], initial[f"worth_{number}"] = deposit, worth
        initial["since"] = datetime.fromisoformat(rule["balance_from"])
        initial["until"] = datetime.fromisoformat(rule["balance_until"])
        initial["ships"] = date.fromisoformat(rule["ships_on"])
    elif kind == Kind.GIFT:
        initial["sku"] = rule["sku_id"]
    return initial


class SendingForm(forms.Form):
    """To whom a campaign's coupons go."""

    segment = forms.ChoiceField(
        label=gettext_lazy("To whom"), choices=CouponSending.Segment, widget=forms.RadioSelect, initial="followers"
    )
    days = forms.IntegerField(
        label=gettext_lazy("What the last days are"),
        min_value=1,
        max_value=MOST_DAYS,
        initial=90,
        help_text=gettext_lazy("Counts for those who have bought."),
    )
