"""
Gift cards of shops (C2, O2): issued with the payment, bound by a code, spent at the checkout, and every way back.

A card is spent in the shop that sold it, never runs out, and what is left on it is never lost. What it pays is debited
in the transaction that places the order and credited in the one in which the mall comes to owe it back; a card's row is
locked whenever its money moves, and the database holds its balance against the sum of its moves.
"""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from catalog.models import Product
from mall.accounts.models import User
from mall.audit.trail import record
from mall.crypto import blind_index
from mall.flow import WrongStatus
from mall.ids import ALPHABET
from mall.money import Money
from mall.pace import keep_pace
from mall.refusals import Refusal
from mall.rows import insert_rows
from mall.tenancy import house_scope
from orders import tunables
from orders.models import AfterSale, CardTry, GiftCard, GiftCardMove, Order, OrderLine
from orders.parts import Part

CODE_SIGNS = 16  # of 32 letters and digits: 80 bits
NUMBER_DIGITS = 16
LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})  # as people read Crockford's base 32
Status, Move = GiftCard.Status, GiftCardMove.Kind


class UnknownCard(Refusal):
    """No card that this person could bind has the code; which of the reasons it is, is not told."""

    code = "unknown-card"
    status = 404


class CardsChanged(Refusal):
    """Gift cards would pay another amount than the shopper was shown; she is asked again."""

    code = "cards-changed"


class CardNotWhole(Refusal):
    """A card that somebody has bound, or that is given back already, cannot be given back."""

    code = "card-not-whole"


# Issuing, showing and binding


def issue_cards(orders: Sequence[Order], *, now: datetime) -> list[GiftCard]:
    """A card for each piece of these orders of cards, which are paid and locked, in the payment's transaction."""
    lines = OrderLine.objects.filter(order__in=[order.pk for order in orders]).order_by("pk")
    cards = insert_rows(
        GiftCard(
            shop_id=line.shop_id,
            number=f"{secrets.randbelow(10**NUMBER_DIGITS):0{NUMBER_DIGITS}d}",
            line=line,
            code=_new_code(),
            currency=line.currency,
            face=line.unit_price,
            balance=line.unit_price,
            issued_at=now,
        )
        for line in lines
        for _piece in range(line.quantity)
    )
    _write(Move.ISSUED, [(card, card.line.order_id, card.face) for card in cards], now)
    return cards


def cards_of(order: Order) -> list[GiftCard]:
    """The cards that were bought with an order, oldest first."""
    return list(GiftCard.objects.filter(line__order=order).order_by("pk"))


@transaction.atomic
def show_cards(*, order: Order, by, now: datetime) -> list[GiftCard]:
    """
    The cards of an order with their codes, for its shopper; each look is on the record.

    :raises WrongStatus: there are none (yet)
    """
    cards = cards_of(order)
    if not cards:
        raise WrongStatus(_("There are no gift cards to be shown yet."))
    record("orders.show_cards", order.public_id, by=by, now=now, after={"cards": len(cards)})
    return cards


def bind_card(*, shopper: User, code: str, now: datetime) -> GiftCard:
    """
    From now on the card with this code is hers; binding it again changes nothing.

    :raises UnknownCard: no such card, somebody else has bound it, or it is being given back: always the same words
    :raises TooOften: she has typed too many wrong codes lately
    """
    attempt = _note_try(shopper, now)
    typed = "".join(sign for sign in code.upper() if sign.isalnum()).translate(LOOK_ALIKES)
    with transaction.atomic():
        found = _locked(GiftCard.objects.filter(code_index=blind_index(typed))) if len(typed) == CODE_SIGNS else []
        card = next(iter(found), None)
        is_hers = card is not None and card.holder_id == shopper.pk
        if card is None or not (card.is_whole or is_hers):
            raise UnknownCard(_("There is no gift card with this code that you could bind. Compare it sign by sign."))
        if not is_hers:
            _bind(card, shopper, now)
        CardTry.objects.filter(pk=attempt.pk).update(was_right=True)
    return card


@transaction.atomic
def keep_card(*, card: GiftCard, shopper: User, now: datetime) -> GiftCard:
    """
    Who has bought the card keeps it for herself.

    :raises UnknownCard: it is not of her order, somebody has bound it, or it is given back
    """
    (card,) = _locked(GiftCard.objects.filter(pk=card.pk))
    if card.line.order.shopper_id != shopper.pk or not (card.is_whole or card.holder_id == shopper.pk):
        raise UnknownCard(_("This gift card is bound already, or was given back."))
    if card.holder_id is None:
        _bind(card, shopper, now)
    return card


def _bind(card: GiftCard, shopper: User, now: datetime) -> None:
    card.holder, card.bound_at = shopper, now
    card.save(update_fields=["holder", "bound_at"])
    record("orders.bind_card", card.public_id, by=shopper, now=now)


@transaction.atomic
def _note_try(shopper: User, now: datetime) -> CardTry:
    """Counted before the code is looked up, in a transaction of its own, her tries one after the other."""
    User.objects.select_for_update(no_key=True).get(pk=shopper.pk)
    wrong = CardTry.objects.filter(person=shopper, was_right=False)
    keep_pace(wrong, "tried_at", most=tunables.WRONG_CARD_CODES.value, now=now)
    return CardTry.objects.create(person=shopper, tried_at=now)


# Spending


def money_on_cards(shopper: User, shop_ids: Iterable[int]) -> dict[int, Money]:
    """What a shopper's cards of these shops (keys) hold, where they hold anything; one query."""
    rows = (
        GiftCard.objects.filter(holder=shopper, shop__in=list(shop_ids), status=Status.ACTIVE, balance__gt=0)
        .values_list("shop", "currency")
        .order_by()
        .annotate(sum=Sum("balance"))
    )
    return {shop_id: Money(int(sum_), currency) for shop_id, currency, sum_ in rows}


def payable(part: Part) -> Money:
    """What cards may pay of a part of a checkout: all but duty, which is the State's, and nothing of further cards."""
    if part.kind == Product.Kind.GIFT_CARD:
        return Money(0, part.quote.total.currency)
    return part.quote.total - part.quote.duty


def paid_by_cards(shopper: User, parts: Sequence[Part], shown: Mapping[int, Money | None]) -> list[Money]:
    """
    What her cards pay of each part.

    :param shown: by the shops (keys) whose cards she uses, what she was shown that they pay; ``None`` takes what it is
    :raises CardsChanged: they would pay another amount
    """
    if not shown:
        return [Money(0, part.quote.total.currency) for part in parts]
    held = money_on_cards(shopper, shown)
    left, paid = dict(held), []
    for part in parts:
        shop_id, most = part.quote.shop_id, payable(part)
        paid.append(min(most, left.get(shop_id, Money(0, most.currency))))
        if shop_id in left:
            left[shop_id] -= paid[-1]
    for shop_id, amount in shown.items():
        pays = held[shop_id] - left[shop_id] if shop_id in held else None
        if amount is not None and amount != (pays or Money(0, amount.currency)):
            raise _changed()
    return paid


def spend(shopper: User, orders: Sequence[Order], *, now: datetime) -> None:
    """
    Take from her cards what they pay of these orders, which are being placed; after stock and coupons.

    :raises CardsChanged: the money was spent elsewhere meanwhile; the caller's transaction ends
    """
    wanted = [order for order in orders if order.by_cards]
    if not wanted:
        return
    mine = GiftCard.objects.filter(
        holder=shopper, shop__in={order.shop_id for order in wanted}, status=Status.ACTIVE, balance__gt=0
    )
    by_shop: dict[int, list[GiftCard]] = defaultdict(list)
    for card in _locked(mine):
        by_shop[card.shop_id].append(card)
    taken: list[tuple[GiftCard, int, Money]] = []
    for order in wanted:
        missing = order.by_cards
        for card in by_shop[order.shop_id]:
            if part := min(missing, card.balance):
                card.balance -= part
                missing -= part
                taken.append((card, order.pk, -part))
        if missing:
            raise _changed()
    GiftCard.objects.bulk_update({card.pk: card for card, _order, _part in taken}.values(), ["balance"])
    _write(Move.SPENT, taken, now)


def _changed() -> CardsChanged:
    return CardsChanged(_("Your gift cards pay another amount now; please check your order again."))


# Every way back


def give_back(order: Order, amount: Money, *, now: datetime) -> None:
    """
    Credit what cards have paid for a locked order, or a part of it: on what was spent last first, and on no card more
    than was taken from it for this order.

    :raises ValueError: more than cards have paid and have not got back
    """
    if not amount:
        return
    with house_scope():
        spent = GiftCardMove.objects.filter(order=order).order_by().values_list("card")
        owed = {pk: -int(sum_) for pk, sum_ in spent.annotate(sum=Sum("amount")) if sum_ < 0}
        back: list[tuple[GiftCard, int, Money]] = []
        for card in reversed(_locked(GiftCard.objects.filter(pk__in=owed))):
            part = min(amount, Money(owed[card.pk], amount.currency))
            if part:
                card.balance += part
                amount -= part
                back.append((card, order.pk, part))
        if amount:
            raise ValueError(f"{order}: {amount} more than its gift cards have paid")
        GiftCard.objects.bulk_update([card for card, _order, _part in back], ["balance"])
        _write(Move.GIVEN_BACK, back, now)


def whole_cards(line: OrderLine) -> int:
    """How many cards of a line its buyer may still give back: nobody has bound them, and no case holds them."""
    return GiftCard.objects.filter(line=line, status=Status.ACTIVE, holder=None, held_for=None).count()


def hold_for(case: AfterSale) -> None:
    """
    The buyer gives cards back: as many as the case is about can be bound by nobody until it ends. Its order is locked.

    :raises CardNotWhole: fewer are left that nobody has bound
    """
    whole = GiftCard.objects.filter(line=case.line_id, status=Status.ACTIVE, holder=None, held_for=None)
    cards = [card for card in _locked(whole) if card.is_whole][: case.quantity]
    if len(cards) < case.quantity:
        raise CardNotWhole(
            _("Only gift cards that nobody has bound can be given back: %(left)d.") % {"left": len(cards)}
        )
    GiftCard.objects.filter(pk__in=[card.pk for card in cards]).update(held_for=case)


def free_from(case: AfterSale) -> None:
    """The case came to nothing: its cards can be bound again."""
    with house_scope():
        GiftCard.objects.filter(held_for=case, status=Status.ACTIVE).update(held_for=None)


def void_of(case: AfterSale, *, now: datetime) -> None:
    """The case is settled with money: its cards hold nothing any more."""
    with house_scope():
        cards = _locked(GiftCard.objects.filter(held_for=case, status=Status.ACTIVE))
        _write(Move.VOIDED, [(card, case.order_id, -card.face) for card in cards], now)
        for card in cards:
            GiftCard.FLOW.move(card, Status.VOID)
            card.balance, card.voided_at = Money(0, card.currency), now
        GiftCard.objects.bulk_update(cards, ["status", "balance", "voided_at"])


# Reading


def open_card_money(shop) -> str:
    """What holders of a shop's cards may still spend, in words; empty when nothing. One query."""
    held = GiftCard.objects.filter(shop=shop, status=Status.ACTIVE, balance__gt=0).aggregate(sum=Sum("balance"))["sum"]
    return _("%(amount)s of its gift cards is not spent yet.") % {"amount": Money(int(held))} if held else ""


def _locked(cards) -> list[GiftCard]:
    """These cards as they stand now, locked by key."""
    rows = cards.select_related("line__order").select_for_update(of=("self",), no_key=True)
    return list(rows.order_by("pk"))


def _write(kind: str, moved: Collection[tuple[GiftCard, int, Money]], now: datetime) -> None:
    insert_rows(
        GiftCardMove(
            shop_id=card.shop_id, card=card, kind=kind, order_id=order_id, currency=card.currency, amount=amount, at=now
        )
        for card, order_id, amount in moved
    )


def _new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _sign in range(CODE_SIGNS)).upper()
