"""What a promotion has brought and cost, counted from its uses."""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from catalog.models import Sku
from catalog.offers import choice_text
from mall.money import Money
from marketing import rules
from marketing.models import DepositUnits, FlashUnits, Promotion


@dataclass(frozen=True, slots=True)
class Figures:
    """``order_count`` orders that stand, what they paid, what was taken off them; and of coupons how many are out."""

    order_count: int
    shopper_count: int
    paid: Money
    discount: Money
    borne_by_shop: Money
    returned_count: int
    claimed_count: int

    @property
    def used_percent(self) -> int | None:
        return round(100 * self.order_count / self.claimed_count) if self.claimed_count else None


def of_promotion(promotion: Promotion) -> Figures:
    """One query; in a shop's scope its own uses only."""
    stands = Q(returned_at=None)
    found = promotion.uses.aggregate(
        order_count=Count("pk", filter=stands),
        shopper_count=Count("shopper", filter=stands, distinct=True),
        paid=Sum("order_total", filter=stands),
        discount=Sum("amount", filter=stands),
        borne_by_shop=Sum("borne_by_shop", filter=stands),
        returned_count=Count("pk", filter=~stands),
    )
    money = {
        name: Money(int(found[name] or 0), promotion.currency) for name in ("paid", "discount", "borne_by_shop")
    }  # fmt: skip
    counts = {name: found[name] for name in ("order_count", "shopper_count", "returned_count")}
    return Figures(**counts, **money, claimed_count=promotion.claimed_count)


def budget_percent(promotion: Promotion) -> int | None:
    """How much of its budget is given; ``None`` without one."""
    if promotion.budget is None:
        return None
    return min(100, 100 * promotion.spent.minor // promotion.budget.minor)


def units_of(promotion: Promotion) -> list[FlashUnits | DepositUnits]:
    """Of a flash sale or a pre-sale what it has of each item, with words for its progress; of other kinds nothing."""
    if promotion.kind not in (Promotion.Kind.FLASH_SALE, Promotion.Kind.DEPOSIT_PRESALE):
        return []
    is_flash = promotion.kind == Promotion.Kind.FLASH_SALE
    found = promotion.units if is_flash else promotion.deposit_units
    names, rows = goods_of(promotion), list(found.order_by("pk"))
    for row in rows:
        price = row.price if is_flash else row.to_pay
        row.label = f"{names.get(row.sku_id, '')} · {price}"
        row.told = f"{row.taken} / {row.quota}"
    return rows


def goods_of(promotion: Promotion) -> dict[int, str]:
    """The names of the SKUs that its rule names."""
    named = rules.sku_ids_in(promotion.kind, promotion.rule)
    if not named:
        return {}
    skus = Sku.objects.select_related("product").filter(pk__in=named)
    return {sku.pk: f"{sku.product.title} {choice_text(sku)}".strip() for sku in skus}
