"""What a promotion has brought and cost, counted from its uses."""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from catalog.models import Sku
from catalog.offers import choice_text
from mall.money import Money
from marketing import rules
from marketing.bargaining import showing as bargaining
from marketing.models import BargainUnits, BuyingGroup, DealUnits, DepositUnits, FlashUnits, Funding, Promotion

SHOWN_GROUPS = 10


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


def units_of(promotion: Promotion) -> list[FlashUnits | DealUnits | DepositUnits | BargainUnits]:
    """What a promotion has of each item, with words for its progress; of kinds without units nothing."""
    match promotion.kind:
        case Promotion.Kind.BARGAIN:
            return bargaining.units_of(promotion, goods_of(promotion))
        case Promotion.Kind.FLASH_SALE:
            found = promotion.units
        case Promotion.Kind.DEPOSIT_PRESALE:
            found = promotion.deposit_units
        case Promotion.Kind.GROUP_BUYING | Promotion.Kind.CROWDFUNDING:
            found = promotion.deal_units
        case _:
            return []
    names, rows = goods_of(promotion), list(found.order_by("pk"))
    for row in rows:
        price = row.to_pay if promotion.kind == Promotion.Kind.DEPOSIT_PRESALE else row.price
        row.label = f"{names.get(row.sku_id, '')} · {price}"
        row.told = f"{row.taken} / {row.quota}"
    return rows


@dataclass(frozen=True, slots=True)
class Groups:
    """What became of the groups of a promotion; ``latest`` of them, each with its goods as ``label``."""

    open: int
    full: int
    helped: int
    expired: int
    paid_seats: int
    latest: list[BuyingGroup]

    @property
    def formed_percent(self) -> int | None:
        """Of the groups that have ended, how many were complete."""
        formed = self.full + self.helped
        return round(100 * formed / (formed + self.expired)) if formed + self.expired else None


def groups_of(promotion: Promotion) -> Groups | None:
    """Of group buying; two queries. A group that nobody has paid for is not counted."""
    if promotion.kind != Promotion.Kind.GROUP_BUYING:
        return None
    Status, How = BuyingGroup.Status, BuyingGroup.FormedHow
    rows = promotion.groups.exclude(seats_paid=0, status=Status.EXPIRED)
    counts = rows.aggregate(
        open=Count("pk", filter=Q(status=Status.OPEN)),
        full=Count("pk", filter=Q(formed_how=How.FULL)),
        helped=Count("pk", filter=Q(formed_how=How.HELPED)),
        expired=Count("pk", filter=Q(status=Status.EXPIRED)),
        paid_seats=Sum("seats_paid", default=0),
    )
    names, latest = goods_of(promotion), list(rows.select_related("units").order_by("-pk")[:SHOWN_GROUPS])
    for group in latest:
        group.label = names.get(group.units.sku_id, "")
    return Groups(**counts, latest=latest)


@dataclass(frozen=True, slots=True)
class Raised:
    """How far a crowdfunding is, with words for its bar."""

    row: Funding
    label: str
    text: str
    filled: int


def raised_by(promotion: Promotion) -> Raised | None:
    """Of a crowdfunding; one query."""
    row = Funding.objects.filter(promotion=promotion).first()
    if row is None:
        return None
    percent = 100 * row.raised.minor // row.goal.minor
    label = _("%(raised)s of %(goal)s") % {"raised": row.raised, "goal": row.goal}
    return Raised(row, label, f"{percent}%", min(percent, 100))


def goods_of(promotion: Promotion) -> dict[int, str]:
    """The names of the SKUs that its rule names."""
    named = rules.sku_ids_in(promotion.kind, promotion.rule)
    if not named:
        return {}
    skus = Sku.objects.select_related("product").filter(pk__in=named)
    return {sku.pk: f"{sku.product.title} {choice_text(sku)}".strip() for sku in skus}
