"""What happens to a shop: its profile changes, it is frozen, it is thawed, it is closed."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.events import publish
from mall.events.merchants import ShopClosed, ShopFrozen, ShopOpened, ShopThawed
from mall.flow import WrongStatus
from mall.money import Money
from mall.refusals import Refusal
from merchants.holidays import end_holiday_of
from merchants.models import Application, Merchant, Seat, Shop, ShopActivity
from merchants.slugs import is_free, is_well_formed
from risk import screening

PROFILE = (
    "name", "tagline", "about", "logo", "colour", "province", "city", "contact_phone", "contact_email",
    "hours", "shipping_fee", "free_shipping_over", "protects_prices",
)  # fmt: skip
WORDS = ("name", "tagline", "about")


class ShopTextRefused(Refusal):
    """A text carries words that a shop must not carry; ``errors`` maps fields to sentences."""

    code = "shop-text-refused"
    status = 422

    def __init__(self, errors: dict[str, str]):
        super().__init__(" ".join(errors.values()), errors=errors)
        self.errors = errors


class ReasonMissing(Refusal):
    """Freezing or closing a shop says why."""

    code = "reason-missing"
    status = 422


class UnfinishedBusiness(Refusal):
    """A shop closes when nothing is left to be done in it."""

    code = "unfinished-business"


class AddressTaken(Refusal):
    """A shop cannot stand at this address."""

    code = "address-taken"


@transaction.atomic
def open_shop(
    *, merchant: Merchant, slug: str, name: Mapping, owner, by, now: datetime, application: Application | None = None
) -> Shop:
    """
    Open a shop of a merchant that is in the mall (M3): its clock starts, ``owner`` holds its first seat.

    :param application: the one that asked for this address
    :raises AddressTaken: another shop has this address, or the mall needs it itself
    """
    if not (is_well_formed(slug) and is_free(slug, but=application)):
        raise AddressTaken(_("This address is taken."))
    shop = Shop.objects.create(merchant=merchant, slug=slug, name=name, opened_at=now)
    ShopActivity.objects.create(shop=shop)
    Seat.objects.create(shop=shop, user=owner, role=Seat.Role.OWNER)
    record(
        "merchants.open_shop",
        shop.public_id,
        by=by,
        now=now,
        shop_slug=shop.slug,
        after={"merchant": merchant.public_id, "owner": owner.public_id},
    )
    publish(ShopOpened(shop_id=shop.public_id, merchant_id=merchant.public_id, opened_at=now))
    return shop


@transaction.atomic
def update_shop(*, shop: Shop, fields: Mapping, by, now: datetime) -> Shop:
    """
    Change the profile and the terms of delivery; fields that are not given stay as they are.

    :param fields: any of ``PROFILE``
    :raises ShopTextRefused: a text carries a banned word; nothing was changed
    """
    if unknown := set(fields) - set(PROFILE):
        raise TypeError(f"a shop's profile has no {', '.join(sorted(unknown))}")
    shop = Shop.objects.select_for_update().get(pk=shop.pk)
    _check_words(fields)

    before = {name: _plain(getattr(shop, name)) for name in fields}
    for name, value in fields.items():
        setattr(shop, name, value)
    shop.save(update_fields=list(fields))
    after = {name: _plain(getattr(shop, name)) for name in fields}

    changed = [name for name in fields if before[name] != after[name]]
    if changed:
        record(
            "merchants.update_shop",
            shop.public_id,
            by=by,
            now=now,
            shop_slug=shop.slug,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return shop


@transaction.atomic
def freeze_shop(*, shop: Shop, reason: str, now: datetime, by=None) -> Shop:
    """
    Hide the shop from shoppers; its people go on with the orders they have; a holiday ends.

    :raises ReasonMissing: nobody would know why
    :raises WrongStatus: the shop is frozen already, or leaves, or is closed
    """
    reason = given(reason)
    shop = Shop.objects.select_for_update().get(pk=shop.pk)
    Shop.FLOW.move(shop, Shop.Status.FROZEN)
    shop.frozen_at, shop.frozen_because = now, reason
    shop.save(update_fields=["status", "frozen_at", "frozen_because"])

    record(
        "merchants.freeze_shop", shop.public_id, by=by, now=now, shop_slug=shop.slug, after={"reason": reason}
    )  # fmt: skip
    end_holiday_of(shop, now=now)
    publish(ShopFrozen(shop_id=shop.public_id, reason=reason, frozen_at=now))
    return shop


@transaction.atomic
def thaw_shop(*, shop: Shop, by, now: datetime) -> Shop:
    """
    Show a frozen shop to shoppers again; its clock of M7 begins anew.

    :raises WrongStatus: the shop is not frozen
    """
    shop = Shop.objects.select_for_update().get(pk=shop.pk)
    reason = shop.frozen_because
    if shop.status != Shop.Status.FROZEN:
        raise WrongStatus(_("This shop is not frozen."))
    Shop.FLOW.move(shop, shop.working_status)
    shop.frozen_at, shop.frozen_because, shop.reminded_at, shop.thawed_at = None, "", None, now
    shop.save(update_fields=["status", "frozen_at", "frozen_because", "reminded_at", "thawed_at"])

    record(
        "merchants.thaw_shop", shop.public_id, by=by, now=now, shop_slug=shop.slug, before={"reason": reason}
    )  # fmt: skip
    publish(ShopThawed(shop_id=shop.public_id, thawed_at=now))
    return shop


@transaction.atomic
def close_shop(*, shop: Shop, reason: str, by, now: datetime) -> Shop:
    """
    Close a shop for good (M9): shoppers do not see it, its people can only read.

    What is left to be done in it is asked of those who know (``SHOP_UNFINISHED`` under Wiring in the settings).

    :raises ReasonMissing: nobody would know why
    :raises UnfinishedBusiness: something is left to be done
    :raises WrongStatus: it is closed already
    """
    reason = given(reason)
    shop = Shop.objects.select_for_update().get(pk=shop.pk)
    Shop.FLOW.move(shop, Shop.Status.CLOSED)
    left = [words for path in settings.SHOP_UNFINISHED if (words := import_string(path)(shop))]
    if left:
        raise UnfinishedBusiness(" ".join(left))
    shop.save(update_fields=["status"])

    record(
        "merchants.close_shop", shop.public_id, by=by, now=now, shop_slug=shop.slug, after={"reason": reason}
    )  # fmt: skip
    end_holiday_of(shop, now=now)
    publish(ShopClosed(shop_id=shop.public_id, reason=reason, closed_at=now))
    return shop


def given(reason: str) -> str:
    """A reason, trimmed; :raises ReasonMissing: there is none."""
    reason = reason.strip()[:300]
    if not reason:
        raise ReasonMissing(_("Say why: the shop reads it."))
    return reason


def _check_words(fields: Mapping) -> None:
    errors = {}
    for name in WORDS:
        verdict = screening.screen((fields.get(name) or {}).values())
        words = [finding.word for finding in verdict.findings if finding.severity == screening.BLOCK]
        if words:
            errors[name] = _("This carries words that a shop must not carry: %(words)s.") % {"words": ", ".join(words)}
    if errors:
        raise ShopTextRefused(errors)


def _plain(value):
    """A value of the profile as the audit trail keeps it."""
    if isinstance(value, Money):
        return value.minor
    return value if value is None or isinstance(value, dict | str) else str(value)
