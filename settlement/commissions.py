"""What commission a shop pays (S2): the rules that may concern it, in force and announced, the rates of its goods."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from catalog.commission import Facts, Terms, percent, rules_at, say_conditions, say_how_much
from catalog.models import Category, CommissionVersion, Product
from mall.tenancy import house_scope
from mall.texts import Text
from merchants.models import Shop, TierRecord


@dataclass(frozen=True, slots=True)
class RuleSaid:
    """A rule in words; of an announced one since when it will be so, and why."""

    name: Text
    conditions: str
    effect: str
    since: datetime | None = None
    reason: str = ""


def rules_of(shop: Shop, *, now: datetime) -> tuple[list[RuleSaid], list[RuleSaid]]:
    """The rules in force, in their order, and those announced, the nearest first, for which it may have lines."""
    tier = TierRecord.objects.owned_by(shop).filter(ranked_at__lte=now).order_by("-month").first()
    facts = {"shop": shop.pk, "tier": tier.tier if tier else "", "shop_days": (now - shop.opened_at).days}
    kinds = set(_goods(shop).values_list("kind", "category__path").distinct())
    with house_scope():  # shops do not read the rules of others
        current = rules_at(now)
        versions = CommissionVersion.objects.select_related("rule", "category", "shop").order_by("effective_at", "pk")
        coming = list(versions.filter(status=CommissionVersion.Status.CONFIRMED, effective_at__gt=now))
    return (
        [_said(terms) for terms in current if _concerns(terms, facts, kinds)],
        [_said(Terms.of(version), version=version) for version in coming if _concerns(Terms.of(version), facts, kinds)],
    )


def rates_of(shop: Shop) -> list[tuple[Category, str]]:
    """The categories in which it has goods, with their rates."""
    categories = Category.objects.filter(pk__in=_goods(shop).values("category")).order_by("path")
    return [(category, percent(category.commission_bps)) for category in categories]


def _goods(shop: Shop):
    return Product.objects.owned_by(shop).exclude(kind=Product.Kind.GIFT_CARD)


def _concerns(terms: Terms, facts: dict, kinds: set[tuple[str, str]]) -> bool:
    """Whether a line of it could fit: of what is sold at which price and in which campaign nothing is asked here."""
    price = terms.price_from or 0
    return any(
        terms.fits(Facts(**facts, kind=kind, category=path, price=price, currency=terms.currency,
                         campaigns={terms.campaign}))
        for kind, path in kinds
    )  # fmt: skip


def _said(terms: Terms, *, version: CommissionVersion | None = None) -> RuleSaid:
    is_end = version is not None and version.is_end
    return RuleSaid(
        name=Text(terms.name),
        conditions=say_conditions(terms.conditions(), terms.currency),
        effect=_("the rule ends") if is_end else say_how_much(terms.effect()),
        since=version.effective_at if version else None,
        reason=version.reason if version else "",
    )
