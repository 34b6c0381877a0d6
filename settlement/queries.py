"""What a shop reads of its money, and why some of it is not available yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from catalog.models import Product
from mall.clock import business_date
from mall.money import Money
from merchants.models import Shop
from orders.after_sales.queries import paused_orders
from orders.models import Order
from risk.holds import held_subjects
from risk.models import Hold
from settlement.ledger import balance_of
from settlement.models import Account, Posting, Share


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What becomes available on one day, if nothing holds it."""

    on: date
    amount: Money
    order_count: int


PAID_AND_MOVING = [Order.Status.PAID, Order.Status.BOOKED, Order.Status.SHIPPED, Order.Status.DELIVERED]


@dataclass(frozen=True, slots=True)
class Awaiting:
    """Paid by shoppers, but the orders are not completed: nobody's share yet."""

    amount: Money
    order_count: int


def upcoming_releases(shop: Shop, *, days: int = 14) -> list[Upcoming]:
    """The next days on which pending shares are due, earliest first (what is held stands at its day)."""
    pending = Share.objects.owned_by(shop).filter(status=Share.Status.PENDING, currency=shop.currency)
    rows = (
        pending.values_list("due_on")
        .annotate(left=Sum(F("net") - F("reversed") - F("advanced")), order_count=Count("pk"))
        .order_by("due_on")[:days]
    )
    return [Upcoming(on, Money(int(amount), shop.currency), count) for on, amount, count in rows]


def awaiting_completion(shop: Shop) -> Awaiting:
    """Orders on their way to completion: what their shoppers have paid, of some the deposit only."""
    is_paid = Q(status__in=PAID_AND_MOVING)
    found = (
        Order.objects.owned_by(shop)
        .filter(status__in=[Order.Status.DEPOSIT_PAID, *PAID_AND_MOVING], currency=shop.currency)
        .exclude(kind=Product.Kind.GIFT_CARD)  # what cards cost is nobody's share
        .aggregate(
            whole=Sum("total", filter=is_paid), deposits=Sum("deposit", filter=~is_paid), order_count=Count("pk")
        )
    )
    amount = int(found["whole"] or 0) + int(found["deposits"] or 0)
    return Awaiting(Money(amount, shop.currency), found["order_count"])


def unreleased_shares(shop: Shop) -> str:
    """What a shop still gets of its orders, in words; empty when nothing. One query."""
    pending = (
        Share.objects.owned_by(shop)
        .filter(status=Share.Status.PENDING)
        .aggregate(net=Sum(F("net") - F("reversed") - F("advanced")))["net"]
    )
    return _("%(amount)s is not available to the shop yet.") % {"amount": Money(int(pending))} if pending else ""


def open_withdrawals(shop: Shop) -> str:
    """What of the shop's money is on its way to its bank, in words; empty when nothing. One query."""
    moving = -balance_of(Account.Kind.SHOP_WITHDRAWING, shop)
    return _("%(amount)s is on its way to the shop's bank.") % {"amount": moving} if moving else ""


def deposit_held(shop: Shop) -> str:
    """The shop's deposit that the mall still holds, in words; empty when there is none."""
    held = -balance_of(Account.Kind.SHOP_DEPOSIT, shop)
    return _("The mall holds %(amount)s of the shop as its deposit.") % {"amount": held} if held else ""


def shares_of(shop: Shop) -> QuerySet[Share]:
    """The shop's shares, newest first."""
    return Share.objects.owned_by(shop).order_by("-pk")


def explain(shares: Iterable[Share], *, shop: Shop, now: datetime) -> None:
    """Give each share ``why``: the sentence that says since when it is available, or why not yet. Two queries."""
    shares = list(shares)
    pending = [share.order_public_id for share in shares if share.status == Share.Status.PENDING]
    held = held_subjects(Hold.Kind.SETTLEMENT, [shop.public_id, *pending]) if pending else set()
    paused = paused_orders(pending) if pending else set()
    for share in shares:
        is_held = bool(held & {shop.public_id, share.order_public_id})
        share.why = _why(share, is_held=is_held, is_disputed=share.order_public_id in paused, today=business_date(now))


def _why(share: Share, *, is_held: bool, is_disputed: bool, today: date) -> str:
    if share.status == Share.Status.RELEASED:
        return _("Available since %(day)s.") % {"day": date_format(business_date(share.released_at))}
    if is_held:
        return _("On hold: our staff are looking into it. It becomes available when the hold is released.")
    if is_disputed and share.advanced:
        return _("%(part)s is available since %(day)s. The rest waits for the end of an after-sale.") % {
            "part": share.advanced,
            "day": date_format(business_date(share.advanced_at)),
        }
    if is_disputed and share.due_on <= today:
        return _("Due since %(day)s: it waits for the end of an after-sale.") % {"day": date_format(share.due_on)}
    if share.due_on <= today:
        return _("Due since %(day)s: the next daily run makes it available.") % {"day": date_format(share.due_on)}
    if share.in_working_days:
        return _("Available on %(day)s, %(days)d working days after the order was completed.") % {
            "day": date_format(share.due_on),
            "days": share.days,
        }
    days = (share.due_on - business_date(share.completed_at)).days
    if share.is_kept_deposit:
        return _("A deposit that was kept: available on %(day)s.") % {"day": date_format(share.due_on)}
    return _("Available on %(day)s, %(days)d days after the order was completed.") % {
        "day": date_format(share.due_on),
        "days": days,
    }


def postings_of(shop: Shop) -> QuerySet[Posting]:
    """Every movement of the shop's money, not of that on its gift cards, newest first, with its entry and account."""
    own = Account.objects.owned_by(shop).exclude(kind=Account.Kind.SHOP_CARDS)
    mine = Posting.objects.owned_by(shop).filter(account__in=own)
    return mine.select_related("entry", "account").order_by("-pk")
