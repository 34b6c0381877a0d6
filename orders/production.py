"""What a shop must make for its pre-sales with a deposit: of each item, how many are sure, likely, and lost (K1)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Q, Sum

from catalog.offers import choice_text
from mall.money import Money
from mall.texts import Text
from marketing.models import DepositUnits, Promotion
from orders.models import Order, OrderLine

Status = Order.Status


@dataclass(frozen=True, slots=True)
class Demand:
    """
    Pieces of one item in one pre-sale.

    ``sure`` are paid whole (``shipped`` of them are on their way), ``likely`` have their deposit paid, ``missed`` left
    it to the shop, ``returned`` were paid back; ``earned`` is what the shop keeps of deposits.
    """

    promotion: Promotion
    title: Text
    choice: Text
    code: str
    quota: int
    likely: int
    sure: int
    shipped: int
    missed: int
    returned: int
    earned: Money

    @property
    def name(self) -> str:
        return f"{self.title} {self.choice}".strip()

    @property
    def to_make(self) -> int:
        """What will be needed if everybody pays the rest, and has not left yet."""
        return self.likely + self.sure - self.shipped


_IS_SURE = Q(order__status__in=[Status.PAID, Status.SHIPPED, Status.DELIVERED, Status.COMPLETED])
_COUNTS = {
    "likely": Q(order__status=Status.DEPOSIT_PAID),
    "sure": _IS_SURE,
    "missed": Q(order__deposit_kept_at__isnull=False),
    "returned": Q(order__status=Status.CANCELED, order__deposit_paid_at__isnull=False, order__deposit_kept_at=None),
}


def demand_for(units: Iterable[DepositUnits]) -> list[Demand]:
    """For these units (with promotion and product) what is ordered of each; one query."""
    units = list(units)
    sales, skus = {row.promotion.public_id for row in units}, {row.sku_id for row in units}
    lines = OrderLine.objects.filter(order__deal__in=sales, order__deposit__gt=0, sku__in=skus)
    found = {
        (row["order__deal"], row["sku"]): row
        for row in lines.values("order__deal", "sku").annotate(
            **{name: Sum("quantity", filter=which) for name, which in _COUNTS.items()},
            shipped=Sum(F("shipped_quantity") + F("dropped_quantity"), filter=_IS_SURE),
            earned=Sum("order__deposit", filter=_COUNTS["missed"]),
        )
    }
    return [_demand(row, found.get((row.promotion.public_id, row.sku_id), {})) for row in units]


def _demand(row: DepositUnits, counts: dict) -> Demand:
    return Demand(
        promotion=row.promotion,
        title=row.sku.product.title,
        choice=choice_text(row.sku),
        code=row.sku.code or row.sku.public_id,
        quota=row.quota,
        **{name: int(counts.get(name) or 0) for name in (*_COUNTS, "shipped")},
        earned=Money(int(counts.get("earned") or 0), row.currency),
    )


def units_of_shop(shop):
    """The items of a shop's pre-sales with a deposit, latest first."""
    rows = DepositUnits.objects.owned_by(shop).select_related("promotion", "sku__product")
    return rows.exclude(promotion__status=Promotion.Status.DRAFT)
