"""On which terms a product is sold beside its price: what the shop promises, and how many of it one may buy."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from catalog.models import Product, ServicePromise
from mall.refusals import Refusal

LIMITS = ("most_per_order", "most_per_buyer", "limit_days")
MOST_LIMIT = 9_999
MOST_DAYS = 366


class WrongTerms(Refusal):
    """A promise that the mall does not know, or a limit that cannot be; ``details["field"]`` says of what."""

    code = "wrong-terms"
    status = 400


def check(product: Product) -> None:
    """
    Hold the terms of the product in memory against the rules; its promises stand in the mall's order then.

    :raises WrongTerms: one of them cannot be
    """
    product.promises = _known(product.promises)
    is_presale = product.kind == Product.Kind.PRESALE
    if is_presale and product.ships_on is None:
        raise WrongTerms(_("Say from which day on a pre-sale ships."), field="ships_on")
    if product.ships_on is not None and not is_presale:
        raise WrongTerms(_("Only a pre-sale has a day from which on it ships."), field="ships_on")
    if product.at_home and product.kind != Product.Kind.SERVICE:
        raise WrongTerms(_("Only a service can be had at the shopper's home."), field="at_home")
    for name in LIMITS:
        most = MOST_DAYS if name == "limit_days" else MOST_LIMIT
        value = getattr(product, name)
        if value is not None and not 1 <= value <= most:
            raise WrongTerms(_("Enter a limit between 1 and %(most)d, or none.") % {"most": most}, field=name)
    if product.limit_days and not product.most_per_buyer:
        raise WrongTerms(
            _("Say how many a buyer may have over these days, or leave the days empty."), field="limit_days"
        )
    if product.most_per_order and product.most_per_buyer and product.most_per_order > product.most_per_buyer:
        raise WrongTerms(_("An order cannot hold more than one buyer may have."), field="most_per_order")


def _known(codes: Iterable[str]) -> list[str]:
    wanted = set(codes)
    if not wanted:
        return []
    found = list(
        ServicePromise.objects.filter(code__in=wanted).order_by("position", "pk").values_list("code", flat=True)
    )
    if unknown := sorted(wanted - set(found)):
        raise WrongTerms(_("The mall knows no promise “%(code)s”.") % {"code": unknown[0][:30]}, field="promises")
    return found


def promises_offered() -> list[ServicePromise]:
    """What a shop may tick."""
    return list(ServicePromise.objects.filter(is_active=True).order_by("position", "pk"))


def promises_of(product: Product) -> list[ServicePromise]:
    """What shoppers are promised; asks only where something is."""
    if not product.promises:
        return []
    rows = ServicePromise.objects.filter(code__in=product.promises, is_active=True)
    return list(rows.order_by("position", "pk"))


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """Promises by their codes, in words."""
    wanted = set(codes)
    rows = ServicePromise.objects.filter(code__in=wanted) if wanted else ()
    return {row.code: str(row.name) for row in rows}
