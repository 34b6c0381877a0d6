"""
The platform's categories: what follows when staff change one, move it, or let its commission change at a moment.

What a category takes is inherited until one below says otherwise; ``commission_bps`` keeps what comes out of that, so
that checkout reads one column.
"""

from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from catalog.attributes import settle
from catalog.generation import CATALOGUE, SHOPS, forget
from catalog.models import Category, CommissionChange, FormerAddress, StaleSearch
from catalog.models.category import USUAL_COMMISSION_BPS
from catalog.search.renaming import read_anew
from catalog.withholding import follow_trades
from mall.audit.trail import record
from mall.refusals import Refusal
from merchants.models import Requirement

HIGHEST_COMMISSION_BPS = 5_000


class WrongCommission(Refusal):
    """A commission that no category takes, or a moment that is over."""

    code = "wrong-commission"
    status = 400


_SPREAD = """
    UPDATE catalog_category c SET commission_bps = n.bps
    FROM (
        SELECT c.id, coalesce((
            SELECT up.own_commission_bps FROM catalog_category up
            WHERE c.path LIKE up.path || '%%' AND up.own_commission_bps IS NOT NULL ORDER BY up.depth DESC LIMIT 1
        ), %s) AS bps
        FROM catalog_category c WHERE c.path LIKE %s || '%%'
    ) n
    WHERE n.id = c.id AND c.commission_bps <> n.bps
"""


def spread_commission(category: Category) -> int:
    """Hand the commission down to everything below that has none of its own; returns how many changed."""
    with connection.cursor() as cursor:
        cursor.execute(_SPREAD, [USUAL_COMMISSION_BPS, category.path])
        return cursor.rowcount


@transaction.atomic
def category_changed(*, category: Category, slug_before: str = "", changed: list[str], by, now: datetime) -> None:
    """
    Staff wrote a category: its old address leads to the new one, search learns a new name, its commission goes down the
    tree, and goods whose trade is another now are withheld or come back.

    :param changed: the names of what changed
    """
    if slug_before and slug_before != category.slug:
        FormerAddress.objects.update_or_create(slug=slug_before, brand=None, defaults={"category": category})
    FormerAddress.objects.filter(slug=category.slug, brand=None).delete()
    spread_commission(category)
    settle(category)
    if "name" in changed:
        read_anew(StaleSearch.Of.CATEGORY, [category.pk])
    if "trade" in changed:
        follow_trades(now=now)
    record("catalog.save_category", category.slug, by=by, now=now, after={"changed": changed})
    transaction.on_commit(lambda: forget(CATALOGUE, SHOPS), robust=True)


@transaction.atomic
def category_moved(*, category: Category, by, now: datetime) -> None:
    """
    It stands elsewhere in the tree: it keeps its goods and its address, and inherits from where it stands now.
    """
    spread_commission(category)
    settle(category)
    record("catalog.move_category", category.slug, by=by, now=now, after={"path": category.path})
    transaction.on_commit(lambda: forget(CATALOGUE, SHOPS), robust=True)


@transaction.atomic
def plan_commission(
    *, category: Category, commission_bps: int | None, effective_at: datetime, by, now: datetime
) -> CommissionChange:
    """
    From a moment on the category takes this; nothing means what the category above takes. Orders keep theirs.

    :raises WrongCommission: more than half of the price, or a moment that is over
    """
    if commission_bps is not None and not 0 <= commission_bps <= HIGHEST_COMMISSION_BPS:
        raise WrongCommission(_("A commission lies between 0 and %(most)d.") % {"most": HIGHEST_COMMISSION_BPS})
    if effective_at < now:
        raise WrongCommission(_("That moment is over. Choose one from now on."))
    change = CommissionChange.objects.create(
        category=category, commission_bps=commission_bps, effective_at=effective_at, decided_by=by
    )
    record(
        "catalog.plan_commission",
        category.slug,
        by=by,
        now=now,
        after={"commission_bps": commission_bps, "effective_at": effective_at.isoformat()},
    )
    follow_commissions(now=now)
    return change


@transaction.atomic
def follow_commissions(*, now: datetime) -> int:
    """Let the changes take effect whose moment has come, in their order; returns how many did."""
    due = CommissionChange.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        applied_at=None, effective_at__lte=now
    )
    count = 0
    for change in due.select_related("category").order_by("effective_at", "pk"):
        category = Category.objects.select_for_update(no_key=True).get(pk=change.category_id)
        before, category.own_commission_bps = category.own_commission_bps, change.commission_bps
        category.save(update_fields=["own_commission_bps"])
        spread_commission(category)
        change.applied_at = now
        change.save(update_fields=["applied_at"])
        record(
            "catalog.apply_commission",
            category.slug,
            by=change.decided_by,
            now=now,
            before={"commission_bps": before},
            after={"commission_bps": change.commission_bps},
        )
        count += 1
    return count


def documents_of(category: Category) -> list[Requirement]:
    """The documents that whoever sells here must have shown, by the trade of the category."""
    if category.trade_id is None:
        return []
    asked = Requirement.objects.filter(trade=category.trade_id, type=Requirement.Type.DOCUMENT, is_active=True)
    return list({row.code: row for row in asked.order_by("-pk")}.values())


def now_at(slug: str) -> Category | None:
    """The category that had this address before."""
    former = FormerAddress.objects.filter(slug=slug, category__isnull=False).select_related("category").first()
    return former.category if former else None
