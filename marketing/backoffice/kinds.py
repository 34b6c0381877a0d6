"""
How a shop fills in the rule of a promotion (K1): of each kind its fields, what they begin with and the rule that they
make, in one table, ``sheet_of``. ``marketing.rules`` checks what is made here.

Everything works without scripts, so steps and pieces are numbered rows of plain fields (``sku_1``, ``price_1`` ...).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from mall.forms import MoneyFormField
from marketing.backoffice.fields import MomentField, PercentField, SkuField, is_numbered, numbered, optional_money
from marketing.models import Promotion
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

Kind = Promotion.Kind
FEW_ROWS, MANY_ROWS = 5, 10

# What a refusal calls a part of a rule, and the field at which it is said.
FIELD_OF = {
    "tiers": "at_1",
    "pieces": "sku_1",
    "prices": "sku_1",
    "rule": "sku_1",
    "sku_id": "sku",
    "chosen_by": "chosen",
    "take_days": "take",
    "report_days": "report",
    "balance_from": "since",
    "balance_until": "until",
    "ships_on": "ships",
}


class Sheet:
    """
    What is filled in for one kind. Unless a kind says otherwise, a field stands for the part of the rule of its name.

    :cvar row: the names of the fields of a row, if it has rows
    :cvar most_rows: how many of them there are
    """

    row: tuple[str, ...] = ()
    most_rows = FEW_ROWS

    def fields(self) -> dict[str, forms.Field]:
        raise NotImplementedError

    @cached_property
    def single(self) -> tuple[str, ...]:
        """Names of the fields that stand outside of the rows."""
        return tuple(name for name in self.fields() if not is_numbered(name))

    def initial(self, rule: Mapping) -> dict:
        """The rule as its fields show it."""
        return {name: rule[name] for name in self.single if name in rule} | {
            f"{name}_{number}": value
            for number, row in enumerate(self.rows_of(rule), 1)
            for name, value in zip(self.row, row, strict=True)
        }

    def rows_of(self, rule: Mapping) -> Iterable[Sequence]:
        """Rows of the rule, each as the fields of a row."""
        return ()

    def rule(self, data: Mapping) -> dict:
        """What was filled in, amounts in fen, as a rule."""
        return {name: data[name] for name in self.single}

    def filled_rows(self, data: Mapping) -> list[list]:
        """The rows in which something stands."""
        numbers = range(1, self.most_rows + 1)
        rows = ([data.get(f"{name}_{number}") for name in self.row] for number in numbers)
        return [row for row in rows if any(row)]


def _item() -> SkuField:
    return SkuField(label=gettext_lazy("Item"), required=False)


def _units(most: int = MOST_UNITS) -> forms.IntegerField:
    return forms.IntegerField(label=gettext_lazy("Units"), required=False, min_value=1, max_value=most)


def _per_person() -> forms.IntegerField:
    return forms.IntegerField(label=gettext_lazy("Units per person"), min_value=1, max_value=MOST_PIECES, initial=1)


class Coupon(Sheet):
    def fields(self) -> dict[str, forms.Field]:
        return {
            "at": optional_money(gettext_lazy("From an amount of"), help_text=gettext_lazy("Empty: no minimum.")),
            "off": optional_money(gettext_lazy("Takes off an amount of")),
            "bps": PercentField(label=gettext_lazy("Or per cent off"), required=False),
            "cap": optional_money(gettext_lazy("At most")),
        }


class FullReduction(Sheet):
    row = ("at", "off", "bps", "coupon")
    most_rows = MOST_TIERS

    def fields(self) -> dict[str, forms.Field]:
        return {
            "by_pieces": forms.BooleanField(label=gettext_lazy("Count pieces instead of the amount"), required=False),
            "every": forms.BooleanField(
                label=gettext_lazy("For every full step, not once (one step only)"), required=False
            ),
            "cap": optional_money(gettext_lazy("At most")),
            **numbered(
                self.most_rows,
                at=lambda: forms.CharField(label=gettext_lazy("From this much"), required=False, max_length=12),
                off=lambda: optional_money(gettext_lazy("Amount off")),
                bps=lambda: PercentField(label=gettext_lazy("Or per cent off"), required=False),
                coupon=lambda: forms.TypedChoiceField(
                    label=gettext_lazy("And a coupon, when the order is complete"),
                    required=False,
                    coerce=int,
                    empty_value=None,
                ),
            ),
        }

    def rows_of(self, rule: Mapping) -> Iterable[Sequence]:
        for tier in rule.get("tiers", ()):
            at = tier["at"] if rule.get("by_pieces") else f"{tier['at'] / 100:g}"
            yield at, tier.get("off"), tier.get("bps"), tier.get("coupon")

    def rule(self, data: Mapping) -> dict:
        tiers = [dict(zip(self.row, row, strict=True)) for row in self.filled_rows(data)]
        return {"tiers": tiers, "every": data["every"], "by_pieces": data["by_pieces"], "cap": data["cap"]}


class Percentage(Sheet):
    def fields(self) -> dict[str, forms.Field]:
        return {
            "bps": PercentField(label=gettext_lazy("Per cent off")),
            "cap": optional_money(gettext_lazy("At most, per order")),
        }


class NForPrice(Sheet):
    def fields(self) -> dict[str, forms.Field]:
        return {
            "n": forms.IntegerField(label=gettext_lazy("Pieces"), min_value=2, max_value=99, initial=3),
            "price": MoneyFormField(label=gettext_lazy("Together for"), minimum=1),
        }


class NthPiece(Sheet):
    def fields(self) -> dict[str, forms.Field]:
        return {
            "n": forms.IntegerField(label=gettext_lazy("Every piece number"), min_value=2, max_value=99, initial=2),
            "bps": PercentField(label=gettext_lazy("Per cent off"), initial=5000),
        }


class Bundle(Sheet):
    row = ("sku", "count")

    def fields(self) -> dict[str, forms.Field]:
        return {
            **numbered(
                self.most_rows,
                sku=_item,
                count=lambda: forms.IntegerField(
                    label=gettext_lazy("Pieces"), required=False, min_value=1, max_value=99
                ),
            ),
            "price": MoneyFormField(label=gettext_lazy("Together for"), minimum=1),
        }

    def rows_of(self, rule: Mapping) -> Iterable[Sequence]:
        return rule["pieces"]

    def rule(self, data: Mapping) -> dict:
        pieces = [[sku, count or 1] for sku, count in self.filled_rows(data) if sku]
        return {"pieces": pieces, "price": data["price"]}


class AddOn(Sheet):
    row = ("sku", "price")

    def fields(self) -> dict[str, forms.Field]:
        return {
            "at": optional_money(gettext_lazy("Who buys for")),
            **numbered(self.most_rows, sku=_item, price=lambda: optional_money(gettext_lazy("At a price of"))),
            "most": forms.IntegerField(label=gettext_lazy("Of each at most"), min_value=1, max_value=9, initial=1),
        }

    def rows_of(self, rule: Mapping) -> Iterable[Sequence]:
        return rule["prices"]

    def rule(self, data: Mapping) -> dict:
        prices = [[sku, price or 0] for sku, price in self.filled_rows(data) if sku]
        return {"at": data["at"] or 0, "prices": prices, "most": data["most"]}


class Gift(Sheet):
    def fields(self) -> dict[str, forms.Field]:
        return {
            "at": MoneyFormField(label=gettext_lazy("Who buys for"), minimum=1),
            "sku": SkuField(label=gettext_lazy("Gets this item")),
            "quantity": forms.IntegerField(label=gettext_lazy("Pieces"), min_value=1, max_value=9, initial=1),
        }

    def initial(self, rule: Mapping) -> dict:
        return super().initial(rule) | {"sku": rule["sku_id"]}

    def rule(self, data: Mapping) -> dict:
        return {"at": data["at"], "sku_id": data["sku"], "quantity": data["quantity"]}


class Pieces(Sheet):
    """Items, each with a price and a number of units."""

    row = ("sku", "price", "units")
    most_rows = MANY_ROWS

    def rows_of(self, rule: Mapping) -> Iterable[Sequence]:
        return rule["prices"][: self.most_rows]

    def rule(self, data: Mapping) -> dict:
        return {"prices": self.prices(data), **super().rule(data)}

    def prices(self, data: Mapping) -> list[list]:
        return [row for row in self.filled_rows(data) if row[0]]

    def priced(self, label) -> dict[str, forms.Field]:
        return numbered(self.most_rows, sku=_item, price=lambda: optional_money(label), units=_units)


class FlashSale(Pieces):
    def fields(self) -> dict[str, forms.Field]:
        return {**self.priced(gettext_lazy("Flash price")), "most": _per_person()}


class GroupBuying(Pieces):
    def fields(self) -> dict[str, forms.Field]:
        return {
            **self.priced(gettext_lazy("Price in a group")),
            "most": _per_person(),
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


class Crowdfunding(Pieces):
    def fields(self) -> dict[str, forms.Field]:
        return {
            **self.priced(gettext_lazy("Price for supporters")),
            "most": _per_person(),
            "goal": MoneyFormField(
                label=gettext_lazy("Goal"),
                minimum=1,
                help_text=gettext_lazy("Reached by what is paid until it ends; else everybody gets the money back."),
            ),
            "ships_in_days": forms.IntegerField(
                label=gettext_lazy("Ships so many days after the goal is reached"),
                min_value=0,
                max_value=MOST_DAYS_TO_SHIP,
                initial=30,
            ),
        }


class Bargain(Pieces):
    def fields(self) -> dict[str, forms.Field]:
        return {
            **self.priced(gettext_lazy("Lowest price")),
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


class FreeTrial(Pieces):
    row = ("sku", "units")

    def fields(self) -> dict[str, forms.Field]:
        return {
            **numbered(self.most_rows, sku=_item, units=lambda: _units(MOST_TRIAL_UNITS)),
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

    def initial(self, rule: Mapping) -> dict:
        return super().initial(rule) | {
            "chosen": rule["chosen_by"],
            "take": rule["take_days"],
            "report": rule["report_days"],
        }

    def rows_of(self, rule: Mapping) -> Iterable[Sequence]:
        return [(sku, units) for sku, _price, units in super().rows_of(rule)]

    def rule(self, data: Mapping) -> dict:
        return {
            "prices": [[sku, 0, units] for sku, units in self.prices(data)],
            "chosen_by": data["chosen"],
            "take_days": data["take"],
            "report_days": data["report"],
        }


class DepositPresale(Pieces):
    row = ("sku", "price", "deposit", "worth", "units")

    def fields(self) -> dict[str, forms.Field]:
        return {
            **numbered(
                self.most_rows,
                sku=_item,
                price=lambda: optional_money(gettext_lazy("Pre-sale price")),
                deposit=lambda: optional_money(pgettext_lazy("pre-sale", "Deposit")),
                worth=lambda: optional_money(gettext_lazy("Counts for")),
                units=_units,
            ),
            "most": _per_person(),
            "since": MomentField(label=gettext_lazy("The rest can be paid from")),
            "until": MomentField(label=gettext_lazy("The rest can be paid until")),
            "ships": forms.DateField(
                label=gettext_lazy("Ships from"),
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                input_formats=["%Y-%m-%d"],
            ),
        }

    def initial(self, rule: Mapping) -> dict:
        return super().initial(rule) | {
            "since": datetime.fromisoformat(rule["balance_from"]),
            "until": datetime.fromisoformat(rule["balance_until"]),
            "ships": date.fromisoformat(rule["ships_on"]),
        }

    def rule(self, data: Mapping) -> dict:
        return {
            "prices": [
                [sku, price, deposit, worth or deposit, units]
                for sku, price, deposit, worth, units in self.prices(data)
            ],
            "most": data["most"],
            "balance_from": data["since"].isoformat(),
            "balance_until": data["until"].isoformat(),
            "ships_on": data["ships"].isoformat(),
        }


SHEETS: dict[str, Sheet] = {
    Kind.COUPON: Coupon(),
    Kind.FULL_REDUCTION: FullReduction(),
    Kind.PERCENTAGE: Percentage(),
    Kind.N_FOR_PRICE: NForPrice(),
    Kind.NTH_PIECE: NthPiece(),
    Kind.BUNDLE: Bundle(),
    Kind.ADD_ON: AddOn(),
    Kind.GIFT: Gift(),
    Kind.FLASH_SALE: FlashSale(),
    Kind.GROUP_BUYING: GroupBuying(),
    Kind.CROWDFUNDING: Crowdfunding(),
    Kind.DEPOSIT_PRESALE: DepositPresale(),
    Kind.BARGAIN: Bargain(),
    Kind.FREE_TRIAL: FreeTrial(),
}


def sheet_of(kind: str) -> Sheet:
    return SHEETS[Kind(kind)]
