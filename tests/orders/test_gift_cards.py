"""C2, O2, O8: gift cards from selling to spending to every way back."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.html import strip_tags

from catalog.models import Reservation
from mall.audit.models import AuditRecord
from mall.events import deliver_everything
from mall.flow import WrongStatus
from mall.money import Money
from mall.pace import TooOften
from mall.tenancy import shop_scope
from orders.after_sales.answering import agree, refuse
from orders.after_sales.arbitration import WrongVerdict
from orders.after_sales.asking import TooMuch, ask
from orders.after_sales.clock import run_due
from orders.after_sales.ending import withdraw
from orders.cancellation import cancel_missed_appointments, cancel_order, cancel_paid_order, close_unpaid_orders
from orders.cart import add_to_cart, cart_view
from orders.checkout import place_order
from orders.fulfillment import complete_delivered_orders
from orders.gateways import sandbox_bank
from orders.gift_cards import (
    CardNotWhole,
    CardsChanged,
    UnknownCard,
    bind_card,
    cards_of,
    keep_card,
    open_card_money,
    show_cards,
)
from orders.models import CardTry, GiftCard, GiftCardMove, Order, Refund
from orders.payments import ask_about_payment, start_payment
from orders.refunds import ask_refund_of_case, finish_refunds
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import category, sku
from tests.factories.kinds import abroad_sku, card_sku, cross_border_shop, importer, service_sku
from tests.factories.marketing import coupon, promotion
from tests.factories.merchants import shop
from tests.journeys import bound_card, delivered_order, filled_cart, in_process, paid_order, pay, placed_group
from tests.orders.after_sales.cases import before_the_mall, decided, with_evidence

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def balances(*cards: GiftCard) -> list[int]:
    return [GiftCard.objects.get(pk=card.pk).balance.minor for card in cards]


def moves(card: GiftCard) -> list[tuple[str, int]]:
    return [(move.kind, move.amount.minor) for move in card.moves.order_by("pk")]


def sent_back() -> None:
    """What is owed has gone back, and everybody has heard."""
    deliver_everything()
    finish_refunds(now=NOON)
    deliver_everything()


def with_cards(*prices: str, place=None):
    """A shopper, a shop, and her bound cards of it."""
    me, place = shopper(), place or shop()
    return me, place, [bound_card(me, place, price=price) for price in prices]


# Selling


def test_a_paid_card_is_issued_once_for_each_piece_and_delivered_at_once_without_commission():
    card = card_sku(category=category(commission_bps=500))

    order = paid_order(skus={card: 2})
    ask_about_payment(payment=order.group.payments.get(), now=NOON)

    issued = cards_of(order)
    assert (order.status, order.consignee.reveal(), order.shipping_fee) == ("delivered", "", Money(0))
    assert order.lines.get().commission_bps == 0
    assert [(one.face, one.balance, one.holder, one.status) for one in issued] == [
        (Money(10_000), Money(10_000), None, "active")
    ] * 2
    assert len({one.code.reveal() for one in issued} | {one.number for one in issued}) == 4
    assert {len(one.code.reveal()) for one in issued} == {16}
    assert not set("".join(one.code.reveal() for one in issued)) & set("ILOU")
    assert moves(issued[0]) == [("issued", 10_000)]
    assert Reservation.objects.get(document=order.public_id).status == "consumed"
    assert complete_delivered_orders(now=NOON + 7 * DAY) == 1


def test_no_offer_sees_a_card_and_it_fills_no_threshold():  # K1
    place = shop(shipping_fee="8.00", free_shipping_over="100.00")
    cup, card, me = sku(shop=place, price="60.00"), card_sku(shop=place, price="200.00"), shopper()
    promotion("full_reduction", shop=place)
    coupon(shop=place, holder=me)

    with_card = cart_view(shopper=filled_cart(shopper=me, skus={cup: 1, card: 1}), now=NOON)

    assert with_card.total == Money(6_000 - 500 + 800 + 20_000)
    assert [(line.sku_id, line.discount) for line in with_card.quote.shops[0].lines] == [
        (cup.pk, Money(500)),
        (card.pk, Money(0)),
    ]
    group = place_order(shopper=me, checkout_key=uuid4(), address=me.addresses.first(), now=NOON)
    assert [(order.kind, order.total) for order in group.orders.order_by("pk")] == [
        ("physical", Money(6_300)),
        ("gift_card", Money(20_000)),
    ]


def test_its_buyer_sees_the_codes_each_look_is_on_the_record_and_no_mail_has_them(client):
    order = paid_order(skus={card_sku(): 1})
    deliver_everything()
    (card,) = cards_of(order)
    client.force_login(order.shopper)
    page = client.get(reverse("storefront:orders:detail", args=[order.public_id])).content.decode()
    shown = client.post(reverse("storefront:orders:codes", args=[order.public_id]))

    assert card.shown_code not in page and card.code.reveal() not in page
    assert card.shown_code in shown.content.decode() and card.shown_number in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    looks = AuditRecord.objects.filter(action="orders.show_cards", subject=order.public_id)
    assert [look.actor_id for look in looks] == [order.shopper_id]
    assert not any(card.code.reveal() in letter.body for letter in mail.outbox)
    client.force_login(shopper())
    assert client.post(reverse("storefront:orders:codes", args=[order.public_id])).status_code == 404
    assert (
        client.post(reverse("storefront:orders:card-keep", args=[order.public_id, card.public_id])).status_code == 404
    )
    with pytest.raises(WrongStatus):
        show_cards(order=placed_group(skus={card_sku(): 1}).orders.get(), by=order.shopper, now=NOON)


# Binding


def test_a_code_binds_its_card_to_the_first_who_types_it_however_she_writes_it(client):
    (card,) = cards_of(paid_order(skus={card_sku(): 1}))
    me, other = shopper(), shopper()
    typed = card.shown_code.lower().replace("0", "o").replace("1", "l").replace(" ", "-")

    client.force_login(me)
    answer = client.post(reverse("storefront:orders:gift-cards"), {"code": typed}, follow=True)

    assert GiftCard.objects.get().holder == me
    assert card.shown_number in answer.content.decode() and card.code.reveal() not in answer.content.decode()
    assert bind_card(shopper=me, code=typed, now=NOON).holder == me
    with pytest.raises(UnknownCard):
        bind_card(shopper=other, code=typed, now=NOON)
    with pytest.raises(UnknownCard):
        keep_card(card=card, shopper=card.line.order.shopper, now=NOON)


def test_who_bought_it_may_keep_it():
    order = paid_order(skus={card_sku(): 1})
    (card,) = cards_of(order)

    with pytest.raises(UnknownCard):
        keep_card(card=card, shopper=shopper(), now=NOON)
    assert keep_card(card=card, shopper=order.shopper, now=NOON).holder == order.shopper


def test_unknown_foreign_and_void_codes_are_refused_in_the_same_words_and_wrong_ones_are_counted():
    foreign = bound_card(shopper(), shop())
    order = paid_order(skus={card_sku(): 1})
    (void,) = cards_of(order)
    agree(case=ask_back(order), by=shopper(), now=NOON)
    me, said = shopper(), set()

    for code in ["0" * 16, "short", foreign.code.reveal(), void.code.reveal()]:
        with pytest.raises(UnknownCard) as refused:
            bind_card(shopper=me, code=code, now=NOON)
        said.add(str(refused.value))
    for _more in range(6):
        with pytest.raises(UnknownCard):
            bind_card(shopper=me, code="1" * 16, now=NOON)

    assert len(said) == 1
    (mine,) = cards_of(paid_order(skus={card_sku(): 1}))
    with pytest.raises(TooOften):
        bind_card(shopper=me, code=mine.code.reveal(), now=NOON)
    assert bind_card(shopper=me, code=mine.code.reveal(), now=NOON + DAY).holder == me
    assert CardTry.objects.filter(person=me).values_list("was_right").order_by("pk").last() == (True,)


# Spending


def test_cards_pay_what_they_hold_and_the_bank_is_asked_for_the_rest(client):
    me, place, (small, large) = with_cards("20.00", "50.00")
    cup = sku(shop=place, price="100.00")

    group = placed_group(shopper=me, skus={cup: 1}, cards_of=[place])
    order = group.orders.get()
    payment = pay(group)

    order.refresh_from_db()
    assert (group.total, group.by_cards, payment.amount) == (Money(10_000), Money(7_000), Money(3_000))
    assert (order.total, order.by_cards, order.status) == (Money(10_000), Money(7_000), "paid")
    assert balances(small, large) == [0, 0]
    assert moves(small) == [("issued", 2_000), ("spent", -2_000)]
    client.force_login(me)
    told = client.get(reverse("api:order", args=[order.public_id])).json()
    assert (told["total"], told["by_cards"]) == (10_000, 7_000)


def test_what_cards_pay_whole_is_paid_as_it_is_placed_and_no_bank_is_asked():
    me, place, (card,) = with_cards("200.00")

    group = placed_group(shopper=me, skus={sku(shop=place, price="100.00"): 1}, cards_of=[place])

    assert (group.due, group.orders.get().status, group.payments.count()) == (Money(0), "paid", 0)
    assert balances(card) == [10_000]


def test_cards_are_spent_in_their_own_shop_and_pay_neither_duty_nor_further_cards():
    place = cross_border_shop()
    me, _place, (card,) = with_cards("1000.00", place=place)
    importer(me)
    cream, another, elsewhere = abroad_sku(shop=place, price="100.00"), card_sku(shop=place, price="50.00"), sku()

    group = placed_group(shopper=me, skus={cream: 3, another: 1, elsewhere: 1}, cards_of=[place, elsewhere.shop])

    paid = {order.kind: (order.total, order.duty, order.by_cards) for order in group.orders.all()}
    assert paid == {
        "cross_border": (Money(32_730), Money(2_730), Money(30_000)),
        "gift_card": (Money(5_000), Money(0), Money(0)),
        "physical": (Money(1_000), Money(0), Money(0)),
    }
    assert (group.due, balances(card)) == (Money(2_730 + 5_000 + 1_000), [70_000])
    view = cart_view(shopper=filled_cart(shopper=me, skus={cream: 3, another: 1}))
    assert view.shops[0].payable_by_cards == Money(30_000)


def test_another_amount_than_she_was_shown_is_refused_and_nothing_is_placed():
    me, place, (card,) = with_cards("50.00")
    filled_cart(shopper=me, skus={sku(shop=place, price="100.00"): 1})

    for shown in (Money(4_999), Money(0)):
        with pytest.raises(CardsChanged):
            place_order(
                shopper=me, checkout_key=uuid4(), address=me.addresses.first(), now=NOON, cards={place.pk: shown}
            )

    assert (Order.objects.filter(shopper=me).count(), balances(card)) == (0, [5_000])


def test_the_checkout_offers_cards_and_says_what_is_left_to_pay_before_she_orders(client):
    me, place, (card,) = with_cards("30.00")
    filled_cart(shopper=me, skus={sku(shop=place, price="100.00"): 1})
    client.force_login(me)
    url, box = reverse("storefront:orders:checkout"), f"cards_{place.pk}"
    page = client.get(url)
    first = page.context
    assert [(choice.pays, choice.is_chosen) for choice in first["cards"]] == [(Money(3_000), False)]
    posted = {"address": me.addresses.first().public_id, "checkout_key": first["checkout_key"], box: "1"}

    unseen = client.post(url, posted | {"fingerprint": first["fingerprint"]})
    assert ["¥30.00" in change for change in unseen.context["changes"]] == [True]
    assert not Order.objects.filter(shopper=me).exists()
    looked = client.post(url, posted | {"fingerprint": first["fingerprint"], "look": "1"})
    assert (looked.context["by_cards"], looked.context["to_pay"]) == (Money(3_000), Money(7_000))
    for _again in range(2):
        answer = client.post(url, posted | {"fingerprint": looked.context["fingerprint"]})
        assert answer.status_code == 302

    order = Order.objects.get(shopper=me)
    assert (order.by_cards, balances(card)) == (Money(3_000), [0])
    paying = client.get(reverse("storefront:orders:pay", args=[order.group.public_id])).content.decode()
    assert "¥70.00" in strip_tags(paying)


# Every way back


def test_an_unpaid_order_that_dies_gives_its_cards_their_money_at_once_on_every_way():
    me, place, (small, large) = with_cards("20.00", "50.00")

    group = placed_group(shopper=me, skus={sku(shop=place, price="80.00"): 1}, cards_of=[place])
    assert balances(small, large) == [0, 0]
    cancel_order(order=group.orders.get(), reason="…", by=me, now=NOON)
    assert balances(small, large) == [2_000, 5_000]

    placed_group(shopper=me, skus={sku(shop=place, price="100.00"): 1}, cards_of=[place])
    assert close_unpaid_orders(now=NOON + DAY) == 1
    assert balances(small, large) == [2_000, 5_000]
    assert Refund.objects.count() == 0


def test_late_money_goes_back_whole_and_the_cards_are_credited_once():
    me, place, (card,) = with_cards("30.00")
    group = placed_group(shopper=me, skus={sku(shop=place, price="100.00"): 1}, cards_of=[place])
    payment, late = start_payment(group=group, channel="sandbox", now=NOON), NOON + timedelta(minutes=31)
    sandbox_bank.decide(token=sandbox_bank.token_of(payment.public_id), outcome="late", now=NOON)
    close_unpaid_orders(now=late)
    assert balances(card) == [3_000]

    sandbox_bank.settle_late_trades(now=late)
    sandbox_bank.deliver_notices(now=late, post=in_process(late))
    sent_back()

    refund = Refund.objects.get()
    assert (refund.order, refund.in_cash, refund.to_cards, balances(card)) == (None, Money(7_000), Money(0), [3_000])
    assert moves(card) == [("issued", 3_000), ("spent", -3_000), ("given_back", 3_000)]


def test_of_a_canceled_order_cash_goes_to_the_bank_and_the_rest_on_the_card_at_once(client):  # O8, behaviours 2.20
    me, place, (card,) = with_cards("10.00")
    order = paid_order(shopper=me, skus={sku(shop=place, price="50.00"): 1}, cards_of=[place])

    cancel_paid_order(order=order, reason="…", by=shopper(), now=NOON)
    deliver_everything()

    refund = Refund.objects.get()
    assert (refund.amount, refund.in_cash, refund.to_cards) == (Money(5_000), Money(4_000), Money(1_000))
    assert (refund.status, balances(card)) == ("asked", [1_000])  # the bank has not answered yet
    sent_back()
    refund.refresh_from_db()
    assert (refund.status, balances(card)) == ("succeeded", [1_000])
    client.force_login(me)
    client.cookies["django_language"] = "en"
    page = strip_tags(client.get(reverse("storefront:orders:detail", args=[order.public_id])).content.decode())
    assert "¥40.00 to where you paid from, ¥10.00 back on your gift cards." in page


def test_parts_take_the_cash_first_and_no_card_gets_more_than_the_order_took_from_it():
    me, place, (small, large) = with_cards("20.00", "50.00")
    order = delivered_order(shopper=me, skus={sku(shop=place, price="30.00"): 3}, cards_of=[place])
    assert (order.by_cards, balances(small, large)) == (Money(7_000), [0, 0])

    seen = []
    for _piece in range(3):
        case = ask(line=order.lines.get(), kind="refund", reason="damaged", quantity=1, text="…", by=me, now=NOON)
        agree(case=case, by=shopper(), now=NOON)
        sent_back()
        refund = Refund.objects.get(after_sale=case)
        assert ask_refund_of_case(case_id=case.public_id, now=NOON) == refund
        case.refresh_from_db()
        seen.append((refund.in_cash.minor, refund.to_cards.minor, balances(small, large), case.status))

    assert seen == [
        (2_000, 1_000, [0, 1_000], "done"),
        (0, 3_000, [0, 4_000], "done"),
        (0, 3_000, [2_000, 5_000], "done"),
    ]
    assert moves(large) == [
        ("issued", 5_000), ("spent", -5_000), ("given_back", 1_000), ("given_back", 3_000), ("given_back", 1_000),
    ]  # fmt: skip


def test_an_order_paid_by_cards_alone_goes_back_at_once_without_a_channel():
    me, place, (card,) = with_cards("100.00")
    order = paid_order(shopper=me, skus={sku(shop=place, price="40.00"): 1}, cards_of=[place])

    cancel_order(order=order, reason="…", by=me, now=NOON)
    deliver_everything()

    refund = Refund.objects.get()
    assert (refund.payment, refund.status, refund.in_cash, balances(card)) == (None, "succeeded", Money(0), [10_000])
    assert order.steps.filter(kind="refunded").count() == 1


def test_what_the_mall_decides_and_what_nobody_came_for_go_back_to_the_card():
    me, place, (card,) = with_cards("100.00")
    order = delivered_order(shopper=me, skus={sku(shop=place, price="40.00"): 1}, cards_of=[place])
    case = ask(line=order.lines.get(), kind="refund", reason="damaged", quantity=1, text="…", by=me, now=NOON)
    decided(with_evidence(before_the_mall(case)), refund=Money(1_500))
    run_due(now=NOON + 4 * DAY)
    sent_back()
    assert balances(card) == [6_000 + 1_500]

    service = service_sku(shop=place, price="50.00")
    slot = service.slots.get()
    add_to_cart(shopper=me, sku=service.public_id, slot=slot.public_id, now=NOON)
    booked = place_order(shopper=me, checkout_key=uuid4(), address=None, now=NOON, cards={place.pk: None}).orders.get()
    assert (booked.status, balances(card)) == ("booked", [2_500])
    assert cancel_missed_appointments(now=NOON + 10 * DAY) == 1
    sent_back()
    assert balances(card) == [7_500]


# Giving back a card


def ask_back(order: Order, quantity: int = 1, **given):
    given = {"reason": "changed_mind", "text": "…", "by": order.shopper} | given
    return ask(line=order.lines.get(), kind="refund", quantity=quantity, now=NOON, **given)


def test_whole_cards_are_given_back_and_void_while_the_case_nobody_binds_them(client):
    order = paid_order(skus={card_sku(): 3})
    kept, *others = cards_of(order)
    keep_card(card=kept, shopper=order.shopper, now=NOON)

    with pytest.raises(CardNotWhole):
        ask_back(order, 3)
    with pytest.raises(TooMuch):
        ask_back(order, 1, amount=Money(5_000))
    case = ask_back(order, 2)
    for card in others:
        with pytest.raises(UnknownCard):
            bind_card(shopper=shopper(), code=card.code.reveal(), now=NOON)
    client.force_login(order.shopper)
    assert (
        client.get(reverse("storefront:after-sales:ask", args=[order.public_id, order.lines.get().pk])).status_code
        == 302
    )
    with shop_scope(order.shop_id):
        agree(case=case, by=shopper(), now=NOON)
    sent_back()

    refund = Refund.objects.get()
    assert (refund.amount, refund.to_cards, refund.status) == (Money(20_000), Money(0), "succeeded")
    rows = [(card.status, card.balance.minor) for card in cards_of(order)]
    assert rows == [("active", 10_000), ("void", 0), ("void", 0)]
    assert moves(others[0]) == [("issued", 10_000), ("voided", -10_000)]


def test_a_case_that_comes_to_nothing_frees_its_cards_and_the_mall_gives_back_whole_ones_only():
    order = paid_order(skus={card_sku(): 1})
    withdraw(case=ask_back(order), by=order.shopper, now=NOON)
    assert GiftCard.objects.get().held_for is None

    case = ask_back(order)
    refuse(case=case, text="…", by=shopper(), now=NOON)
    assert run_due(now=NOON + 8 * DAY) == {"refused": 1}
    (card,) = cards_of(order)
    assert card.is_whole

    case = with_evidence(before_the_mall(ask_back(order)))
    with pytest.raises(WrongVerdict):
        decided(case, refund=Money(5_000))
    decided(case)
    run_due(now=NOON + 4 * DAY)
    assert GiftCard.objects.get().status == "void"


# What the shop sees, and what the database keeps


def test_the_shop_reads_its_cards_and_never_a_code():
    place, me = shop(), shopper()
    card = bound_card(me, place, price="50.00")

    with shop_scope(place.pk):
        (row,) = GiftCard.objects.owned_by(place).defer("code", "code_index")
        assert (row.number, row.balance) == (card.number, Money(5_000))
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            list(GiftCard.objects.owned_by(place).values_list("code_index"))
    assert "¥50.00" in open_card_money(place) and open_card_money(shop()) == ""


def test_the_database_refuses_a_balance_without_its_move_and_more_back_than_was_taken():
    me, place, (card,) = with_cards("50.00")
    order = paid_order(shopper=me, skus={sku(shop=place, price="10.00"): 1}, cards_of=[place])

    def immediately():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="add up"), transaction.atomic():
        GiftCard.objects.filter(pk=card.pk).update(balance=4_999)
        immediately()
    with pytest.raises(IntegrityError, match="more than an order took"), transaction.atomic():
        for kind, of, fen in (("given_back", order, 1_001), ("spent", paid_order(), -1)):  # in sum it fits
            GiftCardMove.objects.create(shop=place, card=card, kind=kind, order=of, amount=Money(fen), at=NOON)
        GiftCard.objects.filter(pk=card.pk).update(balance=5_000)
        immediately()
