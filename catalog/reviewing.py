"""
Reviewers at work: they take on what waits, oldest first, look at what changes, and decide; shops may take it back.

Who decides must have taken it on. What the shop amends meanwhile has to be taken on, and looked at, anew.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Product, ProductChange
from catalog.products import IncompleteProduct, apply_change, approve_product, refuse_product
from catalog.proposals import decide
from catalog.tunables import CLAIM_MINUTES
from mall.audit.trail import record
from mall.flow import WrongStatus
from mall.refusals import Refusal

Status = ProductChange.Status


class TakenByAnother(Refusal):
    """Another reviewer looks at it now."""

    code = "taken-by-another"


class LookFirst(Refusal):
    """Nobody, or somebody else, has taken it on: the shop amended it, or too much time has passed."""

    code = "look-first"


@transaction.atomic
def claim_change(*, change: ProductChange, by, now: datetime) -> ProductChange:
    """
    Take it on, so that no two reviewers do the same; again, and it begins anew.

    :raises TakenByAnother: another reviewer has it
    :raises WrongStatus: it is decided
    """
    change = _waiting(change)
    if (holder := holder_of(change, now)) and holder != by:
        raise TakenByAnother(_("%(name)s looks at it now.") % {"name": holder})
    change.claimed_at, change.claimed_by = now, by
    change.save(update_fields=["claimed_at", "claimed_by"])
    return change


@transaction.atomic
def release_change(*, change: ProductChange, by, now: datetime) -> ProductChange:
    """
    Leave it to others.

    :raises TakenByAnother: another reviewer has it
    :raises WrongStatus: it is decided
    """
    change = _waiting(change)
    if (holder := holder_of(change, now)) and holder != by:
        raise TakenByAnother(_("%(name)s looks at it now.") % {"name": holder})
    change.claimed_at = change.claimed_by = None
    change.save(update_fields=["claimed_at", "claimed_by"])
    return change


@transaction.atomic
def approve_change(*, change: ProductChange, by, now: datetime) -> ProductChange:
    """
    Agree: a new product goes on sale; a change is written onto the product as it stands now.

    :raises LookFirst: she has not taken it on, or the shop amended it since
    :raises TradeNotAdmitted: the shop may not sell goods of that category now
    :raises ProposalOutdated, ForbiddenWords, DuplicateCode: it cannot be any more
    :raises WrongStatus: it is decided, or the product was taken down meanwhile
    """
    change = _looked_at(change, by, now)
    if change.kind == ProductChange.Kind.NEW:
        approve_product(product=change.product, by=by, now=now)
    else:
        product = apply_change(product=change.product, change=change, by=by, now=now)
        decide(change, product, Status.APPROVED, by=by, now=now)
    return _fresh(change)


@transaction.atomic
def refuse_change(*, change: ProductChange, reason: str, note: str, by, now: datetime) -> ProductChange:
    """
    Ask for corrections, with a reason and in words for the shop; of an approved product nothing changes.

    :raises IncompleteProduct: no words for the shop
    :raises LookFirst: she has not taken it on, or the shop amended it since
    :raises WrongStatus: it is decided
    """
    change, reason = _looked_at(change, by, now), ProductChange.Reason(reason)
    if not note.strip():
        raise IncompleteProduct(_("Tell the shop what must be corrected."))
    if change.kind == ProductChange.Kind.NEW:
        refuse_product(product=change.product, reason=reason, note=note, by=by, now=now)
    else:
        note = note.strip()[:500]
        decide(change, change.product, Status.REFUSED, by=by, now=now, reason=reason, note=note)
        _record("catalog.refuse_change", change, by=by, now=now, after={"reason": str(reason), "note": note})
    return _fresh(change)


@transaction.atomic
def withdraw_change(*, change: ProductChange, by, now: datetime) -> ProductChange:
    """
    The shop takes its change back; the approved version stays.

    :raises WrongStatus: it is decided, or it is a new product
    """
    change = _waiting(change)
    if change.kind == ProductChange.Kind.NEW:
        raise _decided(change)
    decide(change, change.product, Status.WITHDRAWN, by=by, now=now)
    _record("catalog.withdraw_change", change, by=by, now=now)
    return change


def holder_of(change: ProductChange, now: datetime):
    """Who has taken it on and still has the time for it."""
    lasts = timedelta(minutes=CLAIM_MINUTES.value)
    is_held = change.is_pending and change.claimed_at is not None and now - change.claimed_at < lasts
    return change.claimed_by if is_held else None


def _waiting(change: ProductChange) -> ProductChange:
    """The change with its product, both locked, in the order in which everybody locks them."""
    Product.objects.select_for_update(no_key=True).get(pk=change.product_id)
    change = (
        ProductChange.objects.select_for_update(no_key=True, of=("self",))
        .select_related("product__shop", "product__category__trade", "claimed_by")
        .get(pk=change.pk)
    )
    if not change.is_pending:
        raise _decided(change)
    return change


def _looked_at(change: ProductChange, by, now: datetime) -> ProductChange:
    change = _waiting(change)
    if holder_of(change, now) != by:
        raise LookFirst(_("Take it on first: the shop may have amended it, or another reviewer looks at it."))
    return change


def _fresh(change: ProductChange) -> ProductChange:
    return ProductChange.objects.select_related("product").get(pk=change.pk)


def _decided(change: ProductChange) -> Refusal:
    return WrongStatus(
        _("This cannot be done now: the status is “%(status)s”.") % {"status": change.get_status_display()}
    )


def _record(action: str, change: ProductChange, *, by, now: datetime, after: dict | None = None) -> None:
    record(
        action,
        change.product.public_id,
        by=by,
        now=now,
        shop_slug=change.product.shop.slug,
        after={"change": change.public_id, **(after or {})},
    )
