"""
One order's money for its shop (S2, S3): line by line what was paid, what the mall added and took, what brands,
suppliers, carriers and promoters get, what went back; and how far the shop's share has come, with the reason when it is
not available yet.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from catalog.commission import explain as explain_rule
from catalog.commission import percent
from mall.clock import business_date
from mall.money import Money
from mall.tenancy import house_scope
from mall.texts import Text
from orders.after_sales.gifts import credits_of
from orders.models import AfterSale, Order, OrderLine, Party, PartyPart, Refund
from orders.parties.terms import explain_part
from settlement.corrections import give_reasons
from settlement.joint import tell_parts
from settlement.models import Correction, Entry, Posting, Share
from settlement.parties import Bearer, kept
from settlement.queries import explain, postings_of
from settlement.remains import added_kept, commission_kept


@dataclass(frozen=True, slots=True)
class Given:
    """
    What a party gets of a line, or of the shipping fee, as it stands: who, how much, whether the shop pays it, and how
    it came about.
    """

    name: str
    kind: str
    amount: Money
    is_of_shop: bool
    how: list[str]


@dataclass(frozen=True, slots=True)
class LinePart:
    """
    One line: of what was paid and not returned, and of what the mall added, the commission, what parties get, and the
    shop's part.
    """

    line: OrderLine
    back: Money
    added: Money
    commission: Money
    parties: Money
    of_shop: Money
    given: list["Given"]

    @property
    def rate(self) -> str:
        """In short how its commission came about."""
        if self.line.commission_rule is None:
            return percent(self.line.commission_bps)
        return str(Text(self.line.commission_rule["name"]))

    @property
    def how(self) -> list[str]:
        """By which rule, why it fits and how it was counted; nothing when it is the rate of the category."""
        return explain_rule(self.line.commission_rule, self.line.commission) if self.line.commission_rule else []


@dataclass(frozen=True, slots=True)
class Step:
    """What happened, or will: a moment that was, or words about when."""

    label: str
    at: datetime | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Explained:
    """
    ``of_shop`` is what stands for the shop now: the parts of the lines, what is kept of the shipping fee, and what was
    ``corrected``.
    """

    order: Order
    share: Share | None
    lines: list[LinePart]
    shipping: Money
    shipping_given: list[Given]
    parties: Money
    corrected: Money
    commission: Money
    of_shop: Money
    steps: list[Step]
    postings: list[Posting]

    @property
    def has_rules(self) -> bool:
        """Whether the commission of a line came about by a rule."""
        return any(part.how for part in self.lines)

    @property
    def has_parties(self) -> bool:
        """Whether somebody else gets a part of it."""
        return bool(self.shipping_given) or any(part.given for part in self.lines)

    @property
    def shipping_of_shop(self) -> Money:
        return self.shipping - _paid_by_shop(self.shipping_given, self.shipping.currency)


def explain_order(order: Order, *, now: datetime) -> Explained:
    """Everything about the money of one order, as it stands; a handful of queries, however long the order is."""
    lines = list(order.lines.order_by("pk"))
    goods, shipping_back = _gone(order)
    share = Share.objects.owned_by(order.shop).filter(order_public_id=order.public_id).first()
    if share and share.is_kept_deposit:
        lines = []  # the goods were never the shopper's
    of_parties = list(PartyPart.objects.filter(order=order).order_by("pk"))
    if not lines:
        of_parties = []
    parts = [_part(line, goods[line.pk], of_parties) for line in lines]
    shipping_given = _given(of_parties, None, shipping_back)
    paid_for_goods = Money.total((line.total for line in lines), order.currency)
    whole = share.net if share and share.is_kept_deposit else order.before_duty
    shipping = whole - paid_for_goods - Money(shipping_back, order.currency)
    if share:
        explain([share], shop=order.shop, now=now)
    postings = _postings(order, lines)
    changes = (posting.change for posting in postings if posting.entry.kind == Entry.Kind.CORRECTED)
    corrected = Money.total(changes, order.currency)
    return Explained(
        order=order,
        share=share,
        lines=parts,
        shipping=shipping,
        shipping_given=shipping_given,
        parties=_paid_by_shop([*shipping_given, *(given for part in parts for given in part.given)], order.currency),
        corrected=corrected,
        commission=Money.total((part.commission for part in parts), order.currency),
        of_shop=Money.total((part.of_shop for part in parts), order.currency)
        + shipping
        - _paid_by_shop(shipping_given, order.currency)
        + corrected,
        steps=_steps(order, share),
        postings=postings,
    )


def _gone(order: Order) -> tuple[Counter[int], int]:
    """What went back, or is on its way back: by line, and of the shipping fee (fen)."""
    goods = credits_of(order)
    shipping = 0
    settled = AfterSale.objects.filter(order=order, settled_at__isnull=False)
    for line, of_goods, of_shipping in settled.values_list("line_id", "refund_goods", "refund_shipping"):
        goods[line] += of_goods
        shipping += of_shipping
    return goods, shipping


def _part(line: OrderLine, gone: int, of_parties: list[PartyPart]) -> LinePart:
    commission, added = commission_kept(line, gone), added_kept(line, gone)
    back = Money(gone, line.currency)
    given = _given(of_parties, line.pk, gone)
    parties = _paid_by_shop(given, line.currency)
    return LinePart(
        line=line,
        back=back,
        added=added,
        commission=commission,
        parties=parties,
        of_shop=line.total - back + added - commission - parties,
        given=given,
    )


def _given(of_parties: list[PartyPart], line: int | None, gone: int) -> list[Given]:
    return [
        Given(
            name=part.rule["party_name"],
            kind=str(Party.Kind(part.rule["party_kind"]).label),
            amount=kept(part, gone),
            is_of_shop=part.bearer == Bearer.SHOP,
            how=explain_part(part.rule, part.amount)[1:],
        )
        for part in of_parties
        if part.line_id == line
    ]


def _paid_by_shop(given: Iterable[Given], currency: str) -> Money:
    return Money.total((each.amount for each in given if each.is_of_shop), currency)


def _steps(order: Order, share: Share | None) -> list[Step]:
    """From the payment to the day on which the share is available, oldest first."""
    steps = [Step(_("Paid: held in escrow"), order.paid_at)] if order.paid_at else []
    if share and share.is_kept_deposit:
        steps.append(Step(_("The rest was not paid: the deposit is yours"), share.completed_at))
    elif order.status == Order.Status.CANCELED:
        return [*steps, Step(_("Canceled: the money goes back to the shopper"), order.canceled_at)]
    elif order.completed_at:
        steps.append(Step(_("Completed: split"), order.completed_at))
    elif order.status == Order.Status.DELIVERED and order.due_at and not order.paused_at:
        day = date_format(business_date(order.due_at))
        steps.append(Step(_("Not completed yet"), words=_("It completes on %(day)s by itself.") % {"day": day}))
    elif order.paused_at:
        steps.append(Step(_("Not completed yet"), words=_("It waits for the end of an after-sale.")))
    else:
        steps.append(Step(_("Not completed yet"), words=_("The days begin to count when the shopper has the goods.")))
    if share is None:
        return steps
    if share.advanced_at:
        words = _("%(part)s, of what nobody disputes") % {"part": share.advanced}
        steps.append(Step(_("A part is available"), share.advanced_at, words))
    if share.status == Share.Status.RELEASED:
        steps.append(Step(_("Available"), share.released_at))
    else:
        steps.append(Step(_("Not available yet"), words=share.why))
    return steps


def _postings(order: Order, lines: list[OrderLine]) -> list[Posting]:
    """What stands in the ledger of it on the shop's accounts, oldest first."""
    with house_scope():  # shops do not read refunds
        refunds = list(Refund.objects.filter(order=order).values_list("public_id", flat=True))
    refs = [order.public_id, *refunds]
    issuers = {shop_id for line in lines for shop_id in line.issuers or {}}
    refs += [f"{ref}#{shop_id}" for ref in refs for shop_id in issuers]
    entries = list(_entries(refs).values_list("pk", flat=True))
    booked = Correction.objects.owned_by(order.shop).filter(entry__in=entries, status=Correction.Status.BOOKED)
    if corrections := list(booked.values_list("public_id", flat=True)):
        entries += _entries(corrections).values_list("pk", flat=True)
    found = list(postings_of(order.shop).filter(entry__in=entries))
    for posting in found:
        posting.change = -posting.amount
    give_reasons(found)
    tell_parts(found, shop=order.shop)
    return found[::-1]


def _entries(refs: list[str]) -> QuerySet[Entry]:
    return Entry.objects.filter(kind__in=Entry.Kind.values, ref__in=refs)
