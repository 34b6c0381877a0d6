"""
Codes that are checked without network (O6): a device takes a list with it, notes what it has seen, and hands that in
later.

The list holds no code. It holds twenty bits of a keyed digest of each, always the same ones: enough to tell a wrong
code from a right one, too few to find the code by, however many lists somebody has collected. It is signed, ends some
hours later, and is of one shop or of one of its stores. What is handed in is used like a code that is typed at the
desk: each exactly once. What was used before is a conflict, kept with who was first.
"""

import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from catalog.models import Warehouse
from catalog.stock.shelves import lock_shelves
from mall.audit.trail import record
from mall.clock import BUSINESS_ZONE, business_date, start_of
from mall.crypto import blind_index
from mall.refusals import Refusal
from merchants.models import Shop
from orders import tunables
from orders.models import OfflineList, OfflineUse, Order, OrderLine, Voucher, WrongCode
from orders.vouchers import VoucherUsed, check_pace, digits_of, redeem

DIGEST_SIGNS = 5  # of four bits each
MOST_CODES = 2_000
MOST_USES = 300
FAST_CLOCK = timedelta(minutes=5)  # so far a device's clock may be ahead
SALT = "orders.offline"
Outcome = OfflineUse.Outcome
_BETWEEN = re.compile(r"[,;\t]")


class BadList(Refusal):
    """What is handed in does not belong to a list of this shop."""

    code = "bad-offline-list"
    status = 400


class UnreadableUses(Refusal):
    """A line that is not a code and a moment."""

    code = "unreadable-uses"
    status = 400


class Use(NamedTuple):
    """A code, and when it was noted."""

    code: str
    at: datetime


def key_of(shop: Shop) -> str:
    """What the digests of a shop's codes are made with."""
    return blind_index(f"offline codes of {shop.public_id}")


def digest_of(code: str, key: str) -> str:
    """What a list says of a code."""
    return hmac.new(key.encode(), code.encode(), hashlib.sha256).hexdigest()[:DIGEST_SIGNS]


@transaction.atomic
def take_list(*, shop: Shop, device: str, store: Warehouse | None = None, by, now: datetime) -> OfflineList:
    """
    A device takes with it what can be used in the next hours: what lies ready in a store, or of the whole shop that
    and its appointments, at most two thousand codes, those that end first.
    """
    until = now + timedelta(hours=tunables.OFFLINE_HOURS.value)
    waiting = Q(order__status=Order.Status.BOOKED, order__ready_at__isnull=False, expires_at__gt=now)
    if store is not None:
        waiting &= Q(order__store=store)
    else:
        day_after = start_of(business_date(until) + timedelta(days=1))
        waiting |= Q(line__order__status=Order.Status.BOOKED, line__slot__starts_at__lt=day_after)
    vouchers = Voucher.objects.owned_by(shop).filter(waiting, used_at=None).order_by("expires_at", "pk")[:MOST_CODES]
    key = key_of(shop)
    taken = OfflineList.objects.create(
        shop=shop,
        device=device.strip()[:60],
        store=store,
        digests=sorted(digest_of(voucher.code.reveal(), key) for voucher in vouchers),
        by=by,
        made_at=now,
        expires_at=until,
    )
    record(
        "orders.take_offline_list",
        taken.public_id,
        by=by,
        now=now,
        shop_slug=shop.slug,
        after={"device": taken.device, "codes": len(taken.digests), "store": store.public_id if store else None},
    )
    return taken


def as_file(taken: OfflineList) -> dict:
    """What the device gets: the list, and a mark of ours by which it is known when something is handed in."""
    return {
        "list": taken.public_id,
        "shop": taken.shop.slug,
        "store": taken.store.public_id if taken.store else None,
        "made_at": taken.made_at.isoformat(),
        "expires_at": taken.expires_at.isoformat(),
        "key": key_of(taken.shop),
        "digests": taken.digests,
        "signature": signature_of(taken),
    }


def signature_of(taken: OfflineList) -> str:
    facts = [taken.public_id, taken.shop.public_id, taken.store_id, taken.expires_at.isoformat(), taken.digests]
    return signing.Signer(salt=SALT).signature(signing.JSONSerializer().dumps(facts).decode())


def read_uses(text: str) -> list[Use]:
    """
    What a device has noted, or somebody has typed: in each line a code and a moment, with a comma between them.

    :raises UnreadableUses: a line is something else, or there are too many
    """
    found: dict[str, Use] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        code, _comma, moment = (_BETWEEN.sub(",", line, count=1)).partition(",")
        try:
            at = parse_datetime(moment.strip())
        except ValueError:
            at = None
        if not digits_of(code) or at is None:
            raise UnreadableUses(
                _("Line %(number)d is not a code and a moment, such as 1234 5678 9012, 2026-05-01 10:30.")
                % {"number": number}
            )
        at = at if at.tzinfo else at.replace(tzinfo=BUSINESS_ZONE)
        use = Use(digits_of(code), at)
        found[use.code] = min(found.get(use.code, use), use, key=lambda one: one.at)
    if not found:
        raise UnreadableUses(_("There is nothing to hand in."))
    if len(found) > MOST_USES:
        raise UnreadableUses(_("At most %(most)d codes can be handed in at once.") % {"most": MOST_USES})
    return sorted(found.values(), key=lambda use: (use.at, use.code))


@transaction.atomic
def hand_in(*, taken: OfflineList, signature: str, uses: Iterable[Use], by, now: datetime) -> Sequence[OfflineUse]:
    """
    What a device has noted is used now, each code exactly once; returns what became of each. Handing the same in again
    changes nothing.

    All orders and their stock are locked first, in the house order: devices that hand in the same codes crosswise wait
    for each other.

    :raises BadList: the mark of the list is not ours
    :raises TooOften: the person has checked too many wrong codes within a day
    """
    if not hmac.compare_digest(signature, signature_of(taken)):
        raise BadList(_("This does not belong to a list of your shop."))
    check_pace(by, now)
    uses = list(uses)
    known = _lock(taken.shop, uses)
    came = [_use(taken, use, known.get(blind_index(use.code)), by, now) for use in uses]
    counts = Counter(row.outcome for row in came)
    record(
        "orders.hand_in_offline_uses", taken.public_id, by=by, now=now, shop_slug=taken.shop.slug, after=dict(counts)
    )
    return came


def _lock(shop: Shop, uses: Sequence[Use]) -> dict[str, Voucher]:
    """The vouchers of these codes, by their index, with orders and stock locked."""
    indexes = [blind_index(use.code) for use in uses]
    vouchers = list(Voucher.objects.owned_by(shop).filter(code_index__in=indexes).select_related("line"))
    named = {voucher.order_id or voucher.line.order_id for voucher in vouchers}
    orders = Order.objects.filter(pk__in=named).select_for_update(of=("self",), no_key=True).order_by("pk")
    locked = [order.pk for order in orders]
    lock_shelves(set(OrderLine.objects.filter(order__in=locked).values_list("sku", flat=True)))
    return {voucher.code_index: voucher for voucher in vouchers}


def _use(taken: OfflineList, use: Use, voucher: Voucher | None, by, now: datetime) -> OfflineUse:
    row = OfflineUse(
        shop_id=taken.shop_id,
        taken=taken,
        voucher=voucher,
        code_index=blind_index(use.code),
        code_end=use.code[-4:],
        noted_at=use.at,
        handed_in_at=now,
        handed_in_by=by,
    )
    mine = OfflineUse.objects.filter(taken=taken, code_index=row.code_index)
    if former := mine.first():
        return former
    _decide(row, now)
    if row.outcome == Outcome.UNKNOWN:
        WrongCode.objects.create(shop_id=taken.shop_id, by=by, tried_at=now)
    OfflineUse.objects.bulk_create([row], ignore_conflicts=True)  # an unknown code, handed in twice at once
    return mine.get()


def _decide(row: OfflineUse, now: datetime) -> None:
    taken = row.taken
    if row.voucher is None:
        row.outcome, row.why = Outcome.UNKNOWN, _("No order of your shop has this code.")
        return
    if not taken.made_at <= row.noted_at <= min(taken.expires_at, now + FAST_CLOCK):
        row.outcome, row.why = Outcome.INVALID, _("It was noted before the list was taken, or after it had ended.")
        return
    try:
        with transaction.atomic():
            redeem(voucher=row.voucher, by=taken.by, at=row.noted_at, now=now, store=taken.store)
    except VoucherUsed:
        used = Voucher.objects.get(pk=row.voucher_id)
        before = OfflineUse.objects.filter(voucher=used, outcome=Outcome.USED).first()
        row.outcome, row.first_at, row.first_by = Outcome.CONFLICT, used.used_at, used.used_by
        row.first_on = before.taken if before else None
    except Refusal as refusal:
        row.outcome, row.why = Outcome.INVALID, str(refusal)[:300]
    else:
        row.outcome = Outcome.USED


def lists_of(shop: Shop, most: int) -> list[OfflineList]:
    """The latest lists that devices of a shop took with them."""
    return list(OfflineList.objects.owned_by(shop).select_related("store", "by").order_by("-pk")[:most])


def conflicts_of(shop: Shop, most: int) -> list[OfflineUse]:
    """What was used twice, the latest first, with who was first."""
    rows = OfflineUse.objects.owned_by(shop).filter(outcome=Outcome.CONFLICT).order_by("-pk")
    return list(
        rows.select_related("taken__by", "first_by", "first_on", "voucher__line__order", "voucher__order")[:most]
    )


def uses_of(taken: OfflineList) -> list[OfflineUse]:
    """What became of what a list has handed in."""
    rows = taken.uses.order_by("noted_at", "pk")
    return list(rows.select_related("first_by", "first_on", "voucher__line__order", "voucher__order"))
