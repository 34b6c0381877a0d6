"""Gift cards and two hundred requests at once, over real connections, and what happens without the guard."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

from django.db import connection, transaction

from mall.money import Money
from orders.checkout import place_order
from orders.gift_cards import CardsChanged, UnknownCard, bind_card, cards_of, spend
from orders.models import GiftCard, GiftCardMove, Order
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.kinds import card_sku
from tests.factories.merchants import shop
from tests.journeys import bound_card, filled_cart, paid_order, placed_order


def at_once(call, count):
    def one(number):
        try:
            return call(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(one, range(count)))


def test_two_hundred_people_with_one_code_and_one_of_them_gets_the_card(committed_db):
    (card,) = cards_of(paid_order(skus={card_sku(): 1}))
    people = [shopper() for _person in range(200)]

    def bind(number):
        try:
            return bind_card(shopper=people[number], code=card.code.reveal(), now=NOON)
        except UnknownCard:
            return None

    (won,) = filter(None, at_once(bind, 200))

    assert GiftCard.objects.get().holder == won.holder


def test_many_checkouts_at_once_spend_a_card_once(committed_db):
    me, place = shopper(), shop()
    card = bound_card(me, place, price="100.00")
    goods = [sku(shop=place, price="60.00") for _cup in range(8)]
    filled_cart(shopper=me, skus=dict.fromkeys(goods, 1))
    address = me.addresses.get()

    def order(number):
        how = {"address": address, "checkout_key": uuid4(), "only_skus": {goods[number].pk}, "now": NOON}
        try:
            return place_order(shopper=me, **how, cards={place.pk: Money(6_000)})
        except CardsChanged:
            return None

    placed = [group for group in at_once(order, 8) if group]

    assert [group.by_cards for group in placed] == [Money(6_000)]
    assert GiftCard.objects.get(pk=card.pk).balance == Money(4_000)


def _two_orders_that_both_count_on_the_card():
    """Two orders of one shopper that were both reckoned with all of her card, as if no cart had kept them apart."""
    me, place = shopper(), shop()
    card = bound_card(me, place, price="100.00")
    orders = [placed_order(shopper=me, skus={sku(shop=place, price="100.00"): 1}) for _order in range(2)]
    return me, card, orders


def test_of_two_orders_that_count_on_one_card_its_lock_lets_one_through(committed_db):
    me, card, orders = _two_orders_that_both_count_on_the_card()
    together = Barrier(2)

    def take(number):
        order = orders[number]
        try:
            with transaction.atomic():
                Order.objects.filter(pk=order.pk).update(by_cards=order.total)
                order.by_cards = order.total
                together.wait(30)
                spend(me, [order], now=NOON)
        except CardsChanged:
            return False
        return True

    assert sorted(at_once(take, 2)) == [False, True]
    assert GiftCard.objects.get(pk=card.pk).balance == Money(0)
    assert GiftCardMove.objects.filter(card=card, kind="spent").count() == 1


def test_without_the_lock_both_would_take_the_same_money(committed_db, owner_connection):  # negative control
    _me, card, orders = _two_orders_that_both_count_on_the_card()
    together = Barrier(2)
    with owner_connection.cursor() as cursor:  # the trigger that would find it sleeps
        cursor.execute("ALTER TABLE orders_giftcard DISABLE TRIGGER gift_card_adds_up")
        cursor.execute("ALTER TABLE orders_giftcardmove DISABLE TRIGGER gift_card_move_adds_up")

    def look_then_take(number):
        order = orders[number]
        with transaction.atomic():
            held = GiftCard.objects.get(pk=card.pk)
            together.wait(30)
            if held.balance >= order.total:
                move = {"kind": "spent", "order": order, "amount": -order.total, "at": NOON}
                GiftCardMove.objects.create(shop_id=card.shop_id, card=card, **move)
                GiftCard.objects.filter(pk=card.pk).update(balance=held.balance - order.total)

    at_once(look_then_take, 2)

    assert GiftCardMove.objects.filter(card=card, kind="spent").count() == 2
