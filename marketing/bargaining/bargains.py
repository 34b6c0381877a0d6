"""
Bargains of shoppers: opened, cut by friends, at their lowest price, over.

A cut locks its bargain, so that each is used once and in its order; whoever helps is counted first, because the bargain
is the row for which all her friends wait. What a bargain promises is frozen when it opens: a shop that stops the
promotion or changes it stops new ones, and those that are open can be finished and bought.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Product, Sku
from catalog.offers import buyable_skus
from mall.accounts.models import User
from mall.clock import BUSINESS_ZONE, business_date
from mall.notifications.sending import notify
from mall.refusals import Refusal
from mall.rows import select_rows
from marketing import notices, tunables
from marketing.bargaining import sequence
from marketing.models import Bargain, BargainCut, BargainUnits, Promotion
from merchants import states

BATCH = 200
Status = Bargain.Status


class NotBargained(Refusal):
    """This cannot be bargained for (any more)."""

    code = "not-bargained"


class BargainsEnough(Refusal):
    """She has as many bargains for this as one person may have at the same time."""

    code = "bargains-enough"


class BargainOver(Refusal):
    """Nothing can be cut here any more."""

    code = "bargain-over"


class HelpedBefore(Refusal):
    """One person cuts a bargain once."""

    code = "helped-before"


class HelpedEnough(Refusal):
    """She has helped as often as one person can on a day, or her account is too young."""

    code = "helped-enough"


@transaction.atomic
def open_bargain(*, promotion: Promotion, sku: Sku, shopper: User, now: datetime) -> Bargain:
    """
    Begin to bargain for one piece; the first cut is her own.

    :raises NotBargained: not offered so now, sold out, or it costs hardly more than its lowest price by now
    :raises BargainsEnough: she has as many of it as the shop lets one person have at a time
    """
    units = BargainUnits.objects.select_related("promotion__shop").filter(promotion=promotion, sku=sku).first()
    promotion = units.promotion if units else promotion
    runs = promotion.status == Promotion.Status.LIVE and promotion.starts_at <= now < promotion.ends_at
    if units is None or not runs or not states.may(promotion.shop, "promote"):
        raise NotBargained(_("This cannot be bargained for at the moment."))
    (offer,) = buyable_skus([sku.pk])
    if not offer.is_buyable or offer.available < 1 or units.left < 1:
        raise NotBargained(_("All of it is gone."))
    rule = promotion.rule
    total = offer.price.minor - units.floor.minor
    if total < rule["cuts"]:
        raise NotBargained(_("It costs hardly more than its lowest price now; there is nothing to bargain for."))
    seed = sequence.new_seed()
    bargain = Bargain(
        shop_id=units.shop_id,
        units=units,
        promotion=promotion,
        sku=sku,
        shopper=shopper,
        currency=offer.price.currency,
        price=offer.price,
        floor=units.floor,
        needed=rule["cuts"],
        is_early=rule.get("early", False),
        seed=seed,
        seed_hash=sequence.hash_of(seed),
        opened_at=now,
        ends_at=now + timedelta(hours=rule["hours"]),
    )
    _write_in_a_free_slot(bargain, rule["most"])
    _cut(bargain, shopper, now)
    return bargain


def _write_in_a_free_slot(bargain: Bargain, most: int) -> None:
    """The constraint decides: of two presses at once one finds the slot taken."""
    holding = Q(status__in=Bargain.RUNNING) | Q(status=Status.BOUGHT, paid_at=None)
    hers = Bargain.objects.filter(holding, shopper=bargain.shopper, sku=bargain.sku)
    used = set(hers.values_list("slot", flat=True))
    for slot in range(1, most + 1):
        if slot in used:
            continue
        bargain.slot = slot
        try:
            with transaction.atomic():
                bargain.save(force_insert=True)
        except IntegrityError as error:
            if "bargain_so_many_at_a_time" not in str(error):
                raise
        else:
            return
    raise BargainsEnough(
        ngettext(
            "You are bargaining for this already; finish that first.",
            "You have %(count)d bargains for this already; finish one first.",
            most,
        )
        % {"count": most}
    )


@transaction.atomic
def help_cut(*, bargain: Bargain, helper: User, now: datetime) -> BargainCut:
    """
    A friend's cut, the next one of the sequence. The last one takes the price to its lowest.

    :raises HelpedBefore: she has cut here before, or it is her own
    :raises HelpedEnough: as often as one person can today, or her account is too young
    :raises BargainOver: its time is over, it is at its lowest price, or bought
    """
    days = tunables.BARGAIN_HELPER_DAYS.value
    if days and now - helper.joined_at < timedelta(days=days):
        words = ngettext(
            "Your account must be %(days)d day old to help.", "Your account must be %(days)d days old to help.", days
        )
        raise HelpedEnough(words % {"days": days})
    if bargain.shopper_id == helper.pk:
        raise HelpedBefore(_("You have made your own cut already; now ask your friends."))
    if BargainCut.objects.filter(bargain=bargain, helper=helper).exists():
        raise HelpedBefore(_("You have helped here already."))
    _count_help(helper, now)
    bargain = Bargain.objects.select_for_update(of=("self",), no_key=True).get(pk=bargain.pk)
    if BargainCut.objects.filter(bargain=bargain, helper=helper).exists():  # her other press was faster
        raise HelpedBefore(_("You have helped here already."))
    if bargain.status != Status.OPEN or bargain.ends_at <= now:
        raise BargainOver(why_over(bargain))
    cut = _cut(bargain, helper, now)
    if bargain.status == Status.REACHED:
        _tell(bargain, notices.BARGAIN_REACHED, now)
    return cut


_COUNT_HELP = """
    INSERT INTO marketing_bargainhelps AS mine (helper_id, day, count) VALUES (%s, %s, 1)
    ON CONFLICT (helper_id, day) DO UPDATE SET count = mine.count + 1 WHERE mine.count < %s
    RETURNING count
"""


def _count_help(helper: User, now: datetime) -> None:
    most = tunables.BARGAIN_HELPS_PER_DAY.value
    if not select_rows(_COUNT_HELP, [helper.pk, business_date(now), most]):
        words = ngettext(
            "You have helped %(most)d time today; come back tomorrow.",
            "You have helped %(most)d times today; come back tomorrow.",
            most,
        )
        raise HelpedEnough(words % {"most": most})


def _cut(bargain: Bargain, person: User, now: datetime) -> BargainCut:
    """The next of the sequence, of a bargain that the caller has locked or just made."""
    amounts = sequence.cuts(bargain.seed, bargain.span.minor, bargain.needed)
    number = bargain.cut_count + 1
    cut = BargainCut(bargain=bargain, number=number, helper=person, currency=bargain.currency, made_at=now)
    cut.amount = type(bargain.price)(amounts[number - 1], bargain.currency)
    cut.save(force_insert=True)
    bargain.cut_count, bargain.off = number, bargain.off + cut.amount
    if number == bargain.needed:
        Bargain.FLOW.move(bargain, Status.REACHED)
        bargain.reached_at = now
        bargain.ends_at = max(bargain.ends_at, now + timedelta(hours=tunables.BARGAIN_BUY_HOURS.value))
    bargain.save(update_fields=["cut_count", "off", "status", "reached_at", "ends_at"])
    return cut


def why_over(bargain: Bargain) -> str:
    """Why nothing can be cut here, for who wants to help."""
    match bargain.status:
        case Status.REACHED:
            return _("The lowest price is reached already: no more help is needed.")
        case Status.BOUGHT:
            return _("It is bought already: no more help is needed.")
    return _("The time for this bargain is over.")


# The clock


_EXPIRE = """
    UPDATE marketing_bargain SET status = 'expired', expired_at = %(now)s
    WHERE status IN ('open', 'reached') AND ends_at <= %(now)s
    RETURNING id
"""


def expire_bargains(*, now: datetime) -> int:
    """Those whose time is over are; returns how many, again none. One statement."""
    return len(select_rows(_EXPIRE, {"now": now}))


def warn_bargains(*, now: datetime) -> int:
    """
    Shoppers whose bargain ends within some hours are told, once; returns how many.

    Each batch is claimed in its transaction, so a worker that is killed loses none and two tell none twice.
    """
    until, told = now + timedelta(hours=tunables.BARGAIN_WARN_HOURS.value), 0
    while True:
        with transaction.atomic():
            due = Bargain.objects.filter(status__in=Bargain.RUNNING, warned_at=None, ends_at__gt=now)
            due = due.filter(ends_at__lte=until).select_for_update(of=("self",), skip_locked=True, no_key=True)
            rows = list(due.select_related("shopper", "sku__product").order_by("pk")[:BATCH])
            for bargain in rows:
                _tell(bargain, notices.BARGAIN_ENDING, now)
            Bargain.objects.filter(pk__in=[row.pk for row in rows]).update(warned_at=now)
        told += len(rows)
        if len(rows) < BATCH:
            return told


def _tell(bargain: Bargain, kind, now: datetime) -> None:
    product: Product = bargain.sku.product
    facts = {
        "product": dict(product.title),
        "price": str(bargain.now_at),
        "until": f"{bargain.ends_at.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}",
    }
    url = reverse("storefront:marketing:bargain", args=[bargain.public_id])
    notify([bargain.shopper], kind, facts, url=url, now=now)
