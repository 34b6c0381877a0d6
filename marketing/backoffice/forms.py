"""What a shop fills in for a promotion: one form, with the fields of its kind (``marketing.backoffice.kinds``)."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Category, Product, ShopCategory, Sku
from catalog.prices import lowest_price
from mall.clock import BUSINESS_ZONE
from mall.forms import MoneyFormField, TextFormField
from marketing import promising
from marketing.backoffice.fields import ChosenRows, MomentField, SkuField, is_numbered
from marketing.backoffice.kinds import FIELD_OF, sheet_of
from marketing.flash.proposing import proposed
from marketing.giving import MOST_DAYS
from marketing.groups.proposing import proposed as proposed_groups
from marketing.models import CouponSending, Promotion
from marketing.rules import MOST_TIERS

Kind, Scope, Group = Promotion.Kind, Promotion.Scope, Promotion.Group
SHOWN_ROWS, SHOWN_PRODUCTS = 5, 200
CHOSEN_IN = {Scope.PRODUCTS: "products", Scope.CATEGORIES: "categories", Scope.SHELVES: "shelves"}
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
        self.sheet = sheet_of(self.kind)
        kwargs["initial"] = _initial(promotion) if promotion else self._fresh(now)
        super().__init__(*args, **kwargs)
        if self.kind != Kind.COUPON:
            for name in COUPON:
                del self.fields[name]
        if self.kind in (Kind.BUNDLE, Kind.FLASH_SALE, *Promotion.DEALS):
            for name in ("scope", "products", "categories", "shelves"):
                del self.fields[name]
        of_rule = self.sheet.fields()
        for field in of_rule.values():
            if isinstance(field, SkuField):
                field.shop = shop
        self.fields |= of_rule
        self.rule_names = list(of_rule)
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
        numbers = range(1, self.sheet.most_rows + 1)
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
        return [self[name] for name in self.sheet.single]

    @property
    def rule_rows(self) -> list[list[forms.BoundField]]:
        """The rows of steps or pieces."""
        rows: dict[str, list] = {}
        for name in self.rule_names:
            if is_numbered(name):
                rows.setdefault(name.rpartition("_")[2], []).append(self[name])
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
        return self.sheet.rule({name: _fen(value) for name, value in self.cleaned_data.items()})

    @property
    def values(self) -> dict:
        """The keyword arguments of ``save_promotion`` beside shop, kind and rule."""
        data = self.cleaned_data
        scope = data.get("scope") or Scope.ALL
        chosen = CHOSEN_IN.get(scope)
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
        rows = range(1, self.sheet.most_rows + 1)
        row = next((n for n in rows if sku and self.cleaned_data.get(f"sku_{n}") == sku), None)
        name = f"price_{row}" if field == "prices" and row else FIELD_OF.get(field, field)
        if name == "scope" and self.cleaned_data.get("scope"):
            name = CHOSEN_IN.get(self.cleaned_data["scope"], "scope")
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
    initial = {
        "name": promotion.name,
        "starts_at": promotion.starts_at,
        "ends_at": promotion.ends_at,
        "scope": promotion.scope,
        "excludes": promotion.excludes,
        "budget": promotion.budget,
        **{name: getattr(promotion, name) for name in COUPON},
    }
    if chosen := CHOSEN_IN.get(promotion.scope):
        initial[chosen] = promotion.scope_ids
    return initial | sheet_of(promotion.kind).initial(promotion.rule)


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
