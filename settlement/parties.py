"""
The parts of brands, suppliers, carriers and promoters in the books (S2): what was frozen when an order was placed is
set aside for them out of escrow with its payment, goes back with refunds as the frozen parts say, and becomes available
together with the shop's own share. What the mall pays out of its commission is an expense of the mall's (``passed_on``)
and set aside with the rest; the commission stays whole, and so does what the shop is told and invoiced.

Of a refund each part gives back the share of its amount that went: what is kept is rounded down on the whole, so that
parts add up and the last piece takes the rest. What a party has already is a debt that its next parts pay (D6).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Sum

from mall.money import Money
from orders.models import AfterSale, Order, OrderLine, PartyPart, PartyRuleVersion, Refund
from settlement import ledger
from settlement.ledger import Leg, post
from settlement.models import Account, Entry, PartyShare

PENDING, AVAILABLE = Account.Kind.PARTY_PENDING, Account.Kind.PARTY_AVAILABLE
Bearer = PartyRuleVersion.Bearer
SOURCES = {Bearer.SHOP: Account.Kind.ESCROW, Bearer.MALL: Account.Kind.PASSED_ON}

# One statement for a whole batch: an entry for each order of which parties get something, its legs, and the shares.
RELEASE = """
WITH moving AS (
    SELECT s.id, s.order_public_id, s.currency, s.amount - s.reversed AS net, pending.id AS pending_id,
           available.id AS available_id
    FROM settlement_partyshare s
    JOIN settlement_account pending ON pending.kind = 'party_pending' AND pending.party_id = s.party_id
        AND pending.currency = s.currency
    JOIN settlement_account available ON available.kind = 'party_available' AND available.party_id = s.party_id
        AND available.currency = s.currency
    WHERE s.order_public_id = ANY (%(orders)s) AND s.status = 'pending'
),
booked AS (
    INSERT INTO settlement_entry (public_id, kind, ref, at)
    SELECT given.public_id, 'parts_released', given.ref, %(now)s
    FROM unnest(%(orders)s::text[], %(entry_ids)s::text[]) AS given (ref, public_id)
    WHERE EXISTS (SELECT FROM moving WHERE order_public_id = given.ref AND net > 0)
    ON CONFLICT (kind, ref) DO NOTHING
    RETURNING id, ref
),
legs AS (
    INSERT INTO settlement_posting (entry_id, account_id, shop_id, currency, amount)
    SELECT booked.id, leg.account_id, NULL, moving.currency, leg.amount
    FROM booked JOIN moving ON moving.order_public_id = booked.ref AND moving.net > 0
    CROSS JOIN LATERAL (
        VALUES (moving.pending_id, moving.net), (moving.available_id, -moving.net)
    ) AS leg (account_id, amount)
)
UPDATE settlement_partyshare s SET status = 'released', released_at = %(now)s FROM moving WHERE s.id = moving.id
"""


def accounts_of(parties: Iterable[int], currency: str) -> dict[tuple[str, int], Account]:
    """Where these parties' (keys) pending and available money stands, by kind and party; opened when first needed."""
    wanted = {(str(kind), party) for party in parties for kind in (PENDING, AVAILABLE)}
    return party_accounts(wanted, currency)


def party_accounts(wanted: Iterable[tuple[str, int]], currency: str) -> dict[tuple[str, int], Account]:
    """The accounts of these kinds and parties; two who open one at the same time get the same one."""
    wanted = sorted({(str(kind), party) for kind, party in wanted})
    found = _standing(wanted, currency)
    if missing := [key for key in wanted if key not in found]:
        rows = [Account(kind=kind, party_id=party, currency=currency) for kind, party in missing]
        Account.objects.bulk_create(rows, ignore_conflicts=True)
        found |= _standing(missing, currency)
    return found


def _standing(wanted: list[tuple[str, int]], currency: str) -> dict[tuple[str, int], Account]:
    kinds, parties = {kind for kind, _ in wanted}, {party for _, party in wanted}
    rows = Account.objects.filter(kind__in=kinds, party__in=parties, currency=currency)
    found = {(row.kind, row.party_id): row for row in rows}
    return {key: found[key] for key in wanted if key in found}


# What is kept of a part


def kept(part: PartyPart, gone: int) -> Money:
    """Of a part of which so much (fen) of what was paid for it went back."""
    left = max(part.whole.minor - gone, 0)
    return Money(part.amount.minor * left // part.whole.minor, part.currency)


def kept_of(parts: Iterable[PartyPart], goods: Mapping[int, int], shipping: int) -> dict[int, Money]:
    """By party what is kept of these parts, when of lines (keys) and of the shipping fee so much (fen) went back."""
    found: dict[int, Money] = {}
    for part in parts:
        gone = shipping if part.line_id is None else goods.get(part.line_id, 0)
        found[part.party_id] = found.get(part.party_id, Money(0, part.currency)) + kept(part, gone)
    return found


def parts_of(order: Order, *, bearer: str) -> list[PartyPart]:
    """What parties were promised of it: what the shop pays, or the mall."""
    return list(PartyPart.objects.filter(order=order, bearer=bearer).order_by("pk"))


# Booking


@transaction.atomic
def set_aside(*, order: Order) -> Entry | None:
    """Book what parties get of a paid order, out of escrow, once; nothing of one that is not paid whole."""
    if order.paid_at is None or not (parts := list(PartyPart.objects.filter(order=order))):
        return None
    amounts = kept_of(parts, {}, 0)
    of = accounts_of(amounts, order.currency)
    legs = [Leg(of[PENDING, party], -amount) for party, amount in sorted(amounts.items())]
    for bearer in sorted({part.bearer for part in parts}):
        borne = Money.total((part.amount for part in parts if part.bearer == bearer), order.currency)
        legs.append(Leg(ledger.account(SOURCES[bearer], currency=order.currency), borne))
    entry = post(kind=Entry.Kind.PARTS, ref=order.public_id, at=order.paid_at, legs=legs)
    PartyShare.objects.bulk_create(
        [
            PartyShare(
                shop_id=order.shop_id, party_id=party, order_public_id=order.public_id, currency=order.currency,
                amount=amount, paid_at=order.paid_at,
            )
            for party, amount in sorted(amounts.items())
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return entry


@transaction.atomic
def take_back(*, refund: Refund, refunded_at: datetime) -> Entry | None:
    """
    Book once what parties give back of an order that never completed: into escrow, which pays the refund, and to the
    mall what it had paid.
    """
    set_aside(order=refund.order)
    if not lock_shares(refund.order) or Entry.objects.filter(kind=Entry.Kind.PARTS_BACK, ref=refund.public_id).exists():
        return None
    return _give_back(refund, (Bearer.SHOP, Bearer.MALL), refunded_at)


def take_back_passed_on(*, refund: Refund, refunded_at: datetime) -> Entry | None:
    """What the mall had paid of an order that had completed; the caller has made sure that it is done once."""
    return _give_back(refund, (Bearer.MALL,), refunded_at)


def _give_back(refund: Refund, bearers: Iterable[str], at: datetime) -> Entry | None:
    legs = []
    for bearer in bearers:
        if theirs := legs_back(refund, bearer=bearer):
            whole = Money.total((leg.amount for leg in theirs), refund.currency)
            legs += [*theirs, Leg(ledger.account(SOURCES[bearer], currency=refund.currency), -whole)]
    return post(kind=Entry.Kind.PARTS_BACK, ref=refund.public_id, at=at, legs=legs) if legs else None


def lock_shares(order: Order) -> list[PartyShare]:
    """What parties get of it, for this transaction alone."""
    shares = PartyShare.objects.select_for_update(no_key=True).filter(order_public_id=order.public_id)
    return list(shares.order_by("party"))


def legs_back(refund: Refund, *, bearer: str) -> list[Leg]:
    """
    What parties give back with a refund of what the shop had paid, or the mall, noted on their shares: from what is
    pending, else from what they have available, which may fall below zero. The caller has made sure that it is done
    once.
    """
    amounts = parts_back(refund, bearer=bearer)
    if not amounts:
        return []
    shares = {share.party_id: share for share in lock_shares(refund.order)}
    of = accounts_of(amounts, refund.currency)
    legs = []
    for party, amount in sorted(amounts.items()):
        share = shares[party]
        of_pending = min(amount, share.left) if share.status == PartyShare.Status.PENDING else amount - amount
        if of_pending:
            share.reversed += of_pending
            share.save(update_fields=["reversed"])
        legs += [Leg(of[PENDING, party], of_pending), Leg(of[AVAILABLE, party], amount - of_pending)]
    return [leg for leg in legs if leg.amount]


def parts_back(refund: Refund, *, bearer: str) -> dict[int, Money]:
    """By party (key) what goes back with a refund, of its case, or of all that was left of a canceled order."""
    order, case = refund.order, refund.after_sale
    if order.paid_at is None or not (parts := parts_of(order, bearer=bearer)):
        return {}
    before, before_shipping = _gone_before(refund)
    after, after_shipping = Counter(before), before_shipping
    if case is None:
        after.update({part.line_id: part.whole.minor for part in parts if part.line_id is not None})
        after_shipping += sum(part.whole.minor for part in parts if part.line_id is None)
    else:
        after.update(goods_of(case))
        after_shipping += case.refund_shipping.minor
    earlier = kept_of(parts, before, before_shipping)
    later = kept_of(parts, after, after_shipping)
    return {party: amount for party in earlier if (amount := earlier[party] - later[party])}


def goods_of(case: AfterSale) -> Counter[int]:
    """What a case returned of lines (keys, fen): of its own, and of those of which refunds had kept it for gifts."""
    found = Counter({case.line_id: case.refund_goods.minor})
    for line, amount in case.credits.values_list("line_id", "amount"):
        found[line] += amount
    return found


def _gone_before(refund: Refund) -> tuple[Counter[int], int]:
    """What refunds that were asked for before took of lines and of shipping (fen), in whatever order they are heard."""
    goods: Counter[int] = Counter()
    shipping = 0
    earlier = AfterSale.objects.filter(refunds__pk__lt=refund.pk, refunds__order=refund.order_id)
    for case in earlier.prefetch_related("credits").distinct():
        goods.update(goods_of(case))
        shipping += case.refund_shipping.minor
    return goods, shipping


def release_with(orders: list[str], *, now: datetime) -> None:
    """Make available what parties get of these orders (public ids); two statements at the most, however many."""
    pending = PartyShare.objects.filter(order_public_id__in=orders, status=PartyShare.Status.PENDING)
    if due := list(pending.order_by("order_public_id").values_list("order_public_id", flat=True).distinct()):
        with connection.cursor() as cursor:
            cursor.execute(RELEASE, {"orders": due, "entry_ids": ledger.entry_ids(len(due)), "now": now})


# Reading


def balances(party, currency: str) -> dict[str, Money]:
    """What a party is owed by kind of account, summed from the postings."""
    kinds = (PENDING, AVAILABLE, Account.Kind.PARTY_PAYING)
    rows = Account.objects.filter(party=party, currency=currency).values_list("kind")
    sums = {kind: int(total or 0) for kind, total in rows.annotate(sum=Sum("postings__amount"))}
    return {str(kind).removeprefix("party_"): Money(-sums.get(str(kind), 0), currency) for kind in kinds}


def parts_kept(parts: Iterable[PartyPart], lines: Iterable[OrderLine], gone: Mapping[int, int]) -> dict[int, Money]:
    """By line (key) what all parties together get of it, when so much (fen) of it went back."""
    found = {line.pk: Money(0, line.currency) for line in lines}
    for part in parts:
        if part.line_id in found:
            found[part.line_id] += kept(part, gone.get(part.line_id, 0))
    return found
