"""When goods go on sale and off sale by themselves: the shop sets the moments, the clock keeps them."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import notices
from catalog.models import Product
from catalog.products import put_on_sale, take_off_sale
from mall.audit.trail import record
from mall.flow import WrongStatus
from mall.refusals import Refusal
from mall.texts import in_all_languages
from merchants.models import Seat
from merchants.telling import tell_shop

MOST_AT_ONCE = 1_000
EDITORS = tuple(role for role in Seat.Role if "products.edit" in Seat.RIGHTS[role])
Status = Product.Status
WHY_NOT = {
    Status.DRAFT: gettext_lazy("it is a draft; submit it for sale."),
    Status.IN_REVIEW: gettext_lazy("a reviewer still looks at it; it goes on sale when it is approved."),
    Status.REFUSED: gettext_lazy("a reviewer asked for corrections."),
    Status.TAKEN_DOWN: gettext_lazy("the platform has taken it down."),
    Status.WITHHELD: gettext_lazy("a document has run out; it goes on sale when the papers are in order."),
}


class WrongSaleTimes(Refusal):
    """Moments that cannot be kept: past ones, an end before the start, a start of what is on sale."""

    code = "wrong-sale-times"
    status = 400


@transaction.atomic
def set_sale_times(
    *, product: Product, starts_at: datetime | None, ends_at: datetime | None, by, now: datetime
) -> Product:
    """
    Say when the product goes on sale, and off sale, by itself; nothing takes the moment away.

    What is approved before its start waits for it off sale.

    :raises WrongSaleTimes: a new moment is past, the end is not after the start, or it is on sale already
    :raises WrongStatus: the platform has taken it down
    """
    product = Product.objects.select_for_update(no_key=True).select_related("shop").get(pk=product.pk)
    if product.status == Status.TAKEN_DOWN:
        raise WrongStatus(
            _("This cannot be done now: the status is “%(status)s”.") % {"status": product.get_status_display()}
        )
    for before, moment in ((product.sale_starts_at, starts_at), (product.sale_ends_at, ends_at)):
        if moment is not None and moment != before and moment <= now:
            raise WrongSaleTimes(_("Choose a moment that is still to come."))
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise WrongSaleTimes(_("It must go off sale after it goes on sale."))
    if starts_at is not None and product.is_on_sale:
        raise WrongSaleTimes(_("It is on sale already. Take it off sale first, or set only its end."))
    before = {"starts_at": product.sale_starts_at, "ends_at": product.sale_ends_at}
    product.sale_starts_at, product.sale_ends_at = starts_at, ends_at
    product.save(update_fields=["sale_starts_at", "sale_ends_at"])
    record(
        "catalog.set_sale_times",
        product.public_id,
        by=by,
        now=now,
        shop_slug=product.shop.slug,
        before={name: moment and moment.isoformat() for name, moment in before.items()},
        after={"starts_at": starts_at and starts_at.isoformat(), "ends_at": ends_at and ends_at.isoformat()},
    )
    return product


def follow_sale_times(*, now: datetime) -> dict[str, int]:
    """Put on sale, and take off sale, whose moment has come; who cannot be put on sale is told to the shop."""
    counts = {"on": 0, "off": 0, "not": 0}
    due = Product.objects.filter(_is_due(now)).order_by("pk").values_list("pk", flat=True)
    for key in list(due[:MOST_AT_ONCE]):
        if done := _follow(key, now):
            counts[done] += 1
    return {name: count for name, count in counts.items() if count}


def _is_due(now: datetime) -> Q:
    return Q(sale_starts_at__lte=now) | Q(sale_ends_at__lte=now)


@transaction.atomic
def _follow(key: int, now: datetime) -> str:
    """One product whose moment has come, unless somebody else is at it: ``on``, ``off``, ``not``, or nothing."""
    rows = Product.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).select_related("shop")
    product = rows.filter(_is_due(now), pk=key).first()
    if product is None:
        return ""
    if product.sale_ends_at is not None and product.sale_ends_at <= now:  # whatever began before is over, too
        product.sale_starts_at = product.sale_ends_at = None
        product.save(update_fields=["sale_starts_at", "sale_ends_at"])
        if product.status not in {Status.ON_SALE, Status.WITHHELD}:
            return ""
        take_off_sale(product=product, by=None, now=now)
        return "off"

    product.sale_starts_at = None
    product.save(update_fields=["sale_starts_at"])
    if product.is_on_sale:
        return ""
    if product.status != Status.OFF_SALE:
        return _tell(product, in_all_languages(lambda: WHY_NOT[product.status]), now)
    try:
        with transaction.atomic():
            put_on_sale(product=product, by=None, now=now)
    except Refusal as refusal:
        return _tell(product, str(refusal), now)
    return "on"


def _tell(product: Product, why: dict | str, now: datetime) -> str:
    tell_shop(
        shop_id=product.shop.public_id,
        kind=notices.SALE_NOT_STARTED,
        page="dashboard",
        address=("backoffice:catalog:edit", product.public_id),
        roles=EDITORS,
        now=now,
        product=dict(product.title),
        why=why,
    )
    return "not"
