"""
Brands, and which shops may sell the protected ones.

A shop shows a document that says so; staff decide. It holds through its last day, and the shop is told 30, 15 and 7
days before. Without one no goods of that brand can be submitted or put on sale; what is on sale already stays.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from catalog.generation import CATALOGUE, SHOPS, forget
from catalog.models import Brand, BrandAuthorization, FormerAddress, StaleSearch
from catalog.search.renaming import read_anew
from mall import clock
from mall.audit.trail import record
from mall.events.bus import publish
from mall.events.catalog import BrandAuthorizationDecided, BrandAuthorizationExpiring
from mall.refusals import Refusal
from mall.rows import select_rows
from mall.sealed_files import document_storage
from merchants.document_files import examine
from merchants.licences import WARN_DAYS
from risk.alike import Names

FOLDER = "authorizations"
Status = BrandAuthorization.Status


class BrandNotAuthorized(Refusal):
    """The brand is protected, and the shop has no valid authorization."""

    code = "brand-not-authorized"


class WrongAuthorization(Refusal):
    """What was handed in cannot be an authorization."""

    code = "wrong-authorization"
    status = 400


@transaction.atomic
def brand_changed(*, brand: Brand, slug_before: str = "", changed: list[str], by, now: datetime) -> None:
    """Staff wrote a brand: its old address leads to the new one, and search learns a new name."""
    if slug_before and slug_before != brand.slug:
        FormerAddress.objects.update_or_create(slug=slug_before, category=None, defaults={"brand": brand})
    FormerAddress.objects.filter(slug=brand.slug, category=None).delete()
    if "name" in changed:
        read_anew(StaleSearch.Of.BRAND, [brand.pk])
    record("catalog.save_brand", brand.slug, by=by, now=now, after={"changed": changed})
    transaction.on_commit(lambda: forget(CATALOGUE, SHOPS), robust=True)


def brand_called(slug: str) -> Brand | None:
    """The brand at this address, or the one that was there before."""
    found = Brand.objects.filter(slug=slug).first()
    if found is None:
        former = FormerAddress.objects.filter(slug=slug, brand__isnull=False).select_related("brand").first()
        found = former.brand if former else None
    return found


# Who may sell it -----------------------------------------------------------------------------------------------------


def may_use(shop, brand: Brand | None, *, now: datetime) -> bool:
    """Whether the shop may sell goods of this brand now."""
    if brand is None or not brand.is_protected:
        return True
    day = clock.business_date(now)
    return BrandAuthorization.objects.filter(
        shop=shop, brand=brand, status=Status.GRANTED, valid_from__lte=day, valid_to__gte=day
    ).exists()


def must_be_authorized(shop, brand: Brand | None, *, now: datetime) -> None:
    """:raises BrandNotAuthorized: the brand is protected, and the shop has no valid authorization"""
    if not may_use(shop, brand, now=now):
        raise BrandNotAuthorized(
            _("“%(brand)s” is a protected brand: ask for its authorization first, below Products, Brands.")
            % {"brand": brand}
        )


@dataclass(frozen=True, slots=True)
class GuardedBrands:
    """All protected brands as they are called, who may sell each, and the names of all others."""

    names: dict[int, tuple[str, ...]]
    open_to: dict[int, frozenset[int]]
    others: tuple[str, ...]
    _made: dict[frozenset[int], Names] = field(default_factory=dict)

    def closed_to(self, shop_id: int, *, except_for: int | None = None) -> Names | None:
        """The names that this shop may not use, ready to be looked for; none where there are none."""
        closed = frozenset(key for key in self.names if key != except_for and shop_id not in self.open_to[key])
        if not closed:
            return None
        if closed not in self._made:
            known = (*self.others, *(name for key, names in self.names.items() if key not in closed for name in names))
            self._made[closed] = Names((name for key in sorted(closed) for name in self.names[key]), known)
        return self._made[closed]


_GUARDED = """
    SELECT b.id, b.name, b.is_protected, array(
        SELECT DISTINCT a.shop_id FROM catalog_brandauthorization a
        WHERE a.brand_id = b.id AND a.status = 'granted' AND %(day)s BETWEEN a.valid_from AND a.valid_to
    )
    FROM catalog_brand b ORDER BY b.id
"""


def guarded_brands(*, now: datetime) -> GuardedBrands:
    """What the screening has to know of brands; one question, in which a shop's scope sees its own authorizations."""
    names, open_to, others = {}, {}, []
    for key, name, is_protected, shops in select_rows(_GUARDED, {"day": clock.business_date(now)}):
        said = json.loads(name) if isinstance(name, str) else name
        called = tuple(dict.fromkeys(word.strip() for word in said.values() if word.strip()))
        if is_protected:
            names[key], open_to[key] = called, frozenset(shops)
        else:
            others += called
    return GuardedBrands(names, open_to, tuple(others))


def authorized_shops(brand: Brand, *, on: date) -> Iterable[int]:
    """The keys of the shops that may sell this brand on a day."""
    valid = brand.authorizations.filter(status=Status.GRANTED, valid_from__lte=on, valid_to__gte=on)
    return valid.values_list("shop_id", flat=True).distinct()


@transaction.atomic
def ask_authorization(
    *, shop, brand: Brand, number: str, valid_from: date, valid_to: date, file: File, by, now: datetime
) -> BrandAuthorization:
    """
    The shop shows that the brand lets it sell; the file is kept sealed.

    :raises WrongAuthorization: no number, days the wrong way round or over, or one waits for a decision already
    :raises NotADocument: the file is neither a picture nor a plain PDF
    """
    if not number.strip():
        raise WrongAuthorization(_("Give the number of the document."))
    if valid_to < valid_from:
        raise WrongAuthorization(_("It ends before it begins."))
    if valid_to < clock.business_date(now):
        raise WrongAuthorization(_("It has run out already."))
    paper = examine(file).as_file()
    asked = BrandAuthorization(
        shop=shop, brand=brand, number=number.strip()[:60], valid_from=valid_from, valid_to=valid_to, asked_at=now,
        asked_by=by,
    )  # fmt: skip
    if BrandAuthorization.objects.filter(shop=shop, brand=brand, status=Status.ASKED).exists():
        raise _asked_already()
    asked.file.name = document_storage().save(f"{FOLDER}/{paper.name}", paper)
    try:
        with transaction.atomic():
            asked.save()
    except IntegrityError:
        raise _asked_already() from None
    record(
        "catalog.ask_authorization", asked.public_id, by=by, now=now, shop_slug=shop.slug,
        after={"brand": brand.slug, "number": asked.number, "valid_to": valid_to.isoformat()},
    )  # fmt: skip
    return asked


def _asked_already() -> WrongAuthorization:
    return WrongAuthorization(_("An authorization of this brand waits for a decision already."))


def grant_authorization(*, authorization: BrandAuthorization, by, now: datetime) -> BrandAuthorization:
    """
    Staff agree: until its last day the shop may sell the brand.

    :raises WrongStatus: it is decided
    """
    return _decide(authorization, Status.GRANTED, "", by=by, now=now)


def refuse_authorization(*, authorization: BrandAuthorization, reason: str, by, now: datetime) -> BrandAuthorization:
    """
    Staff do not agree, for a reason.

    :raises WrongAuthorization: no reason
    :raises WrongStatus: it is decided
    """
    return _decide(authorization, Status.REFUSED, _required(reason), by=by, now=now)


def withdraw_authorization(*, authorization: BrandAuthorization, reason: str, by, now: datetime) -> BrandAuthorization:
    """
    Staff take it back, for a reason; what is on sale stays until it is submitted again.

    :raises WrongAuthorization: no reason
    :raises WrongStatus: it is not granted
    """
    return _decide(authorization, Status.WITHDRAWN, _required(reason), by=by, now=now)


def _required(reason: str) -> str:
    if not reason.strip():
        raise WrongAuthorization(_("Tell the shop why."))
    return reason.strip()[:300]


@transaction.atomic
def _decide(authorization: BrandAuthorization, status: str, reason: str, *, by, now: datetime) -> BrandAuthorization:
    rows = BrandAuthorization.objects.select_related("shop", "brand").select_for_update(of=("self",), no_key=True)
    row = rows.get(pk=authorization.pk)
    before = row.status
    BrandAuthorization.FLOW.move(row, status)
    row.reason, row.decided_at, row.decided_by = reason, now, by
    row.save(update_fields=["status", "reason", "decided_at", "decided_by"])
    record(
        "catalog.decide_authorization", row.public_id, by=by, now=now, shop_slug=row.shop.slug,
        before={"status": str(before)}, after={"status": str(status), "reason": reason},
    )  # fmt: skip
    publish(
        BrandAuthorizationDecided(
            authorization_id=row.public_id,
            shop_id=row.shop.public_id,
            status=str(status),
            reason=reason,
            decided_at=now,
        )
    )
    transaction.on_commit(lambda: forget(CATALOGUE), robust=True)
    return row


# It runs out ---------------------------------------------------------------------------------------------------------

# The one warning that is due for an authorization: the nearest of 30, 15 and 7 that its days left have come down to.
_WARN = """
    INSERT INTO catalog_authorizationwarning (authorization_id, days, at)
    SELECT a.id, (SELECT min(n) FROM unnest(%(days)s) n WHERE n >= a.valid_to - %(today)s), %(now)s
    FROM catalog_brandauthorization a
    WHERE a.status = 'granted' AND a.valid_to BETWEEN %(today)s AND %(today)s + (SELECT max(n) FROM unnest(%(days)s) n)
        AND NOT EXISTS (
            SELECT FROM catalog_brandauthorization b WHERE b.shop_id = a.shop_id AND b.brand_id = a.brand_id
                AND b.status = 'granted' AND b.valid_to > a.valid_to
        )
    ON CONFLICT (authorization_id, days) DO NOTHING
    RETURNING authorization_id, days
"""


@transaction.atomic
def warn_of_expiry(*, now: datetime) -> int:
    """Tell shops of authorizations that run out in 30, 15 or 7 days, once each; returns how many were told."""
    facts = {"days": list(WARN_DAYS), "today": clock.business_date(now), "now": now}
    days_of = dict(select_rows(_WARN, facts))
    for row in BrandAuthorization.objects.select_related("shop").filter(pk__in=days_of).order_by("pk"):
        publish(
            BrandAuthorizationExpiring(
                authorization_id=row.public_id,
                shop_id=row.shop.public_id,
                valid_to=row.valid_to.isoformat(),
                days=days_of[row.pk],
                told_at=now,
            )
        )
    return len(days_of)
