"""C2: goods from abroad in cart and checkout: duty on top, who orders, and how much a person may order."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import translation

from catalog.tunables import DUTY_YEAR_LIMIT
from mall.events.models import OutboxEvent
from mall.money import Money
from mall.rows import select_rows
from orders.cancellation import cancel_order
from orders.cart import cart_view
from orders.checkout import place_order
from orders.customs import ORDERED, ImporterNeeded, ImportLimitReached, WrongIdentity, save_importer
from orders.models import Declaration, Importer, Order, OrderGroup
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import sku
from tests.factories.kinds import abroad_sku, cross_border_shop, importer, stated
from tests.journeys import delivered_order, filled_cart, paid_order, placed_order
from tests.orders.after_sales.cases import accepted, agreed, case_of

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
NUMBER = "11010519491231002X"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def place(who, now=NOON):
    return place_order(shopper=who, checkout_key=uuid4(), address=who.addresses.first(), now=now)


def test_duty_comes_on_top_and_the_order_of_goods_from_abroad_stands_by_itself():
    shop = cross_border_shop(shipping_fee="8.00")
    cream, cup = abroad_sku(price="100.00", shop=shop), sku(price="20.00", shop=shop)
    me = filled_cart(skus={cream: 2, cup: 1})
    importer(me)
    view = cart_view(shopper=me)
    assert (view.total, view.quote.duty, view.needs_importer) == (Money(24_620), Money(1_820), True)

    group = place(me)

    home, abroad = group.orders.order_by("pk")
    assert group.total == view.total
    assert (home.kind, home.shipping_fee, home.duty, home.total) == ("physical", Money(800), Money(0), Money(2_800))
    assert (abroad.kind, abroad.shipping_fee, abroad.duty) == ("cross_border", Money(0), Money(1_820))
    assert (abroad.total, abroad.before_duty) == (Money(21_820), Money(20_000))
    line = abroad.lines.get()
    assert (line.total, line.duty) == (Money(20_000), Money(1_820))
    assert line.duty_parts["value"] == 20_000 and line.duty_parts["hs_code"] == "3304990039"
    declared = abroad.declaration
    assert (declared.name.reveal(), declared.value, declared.year) == ("张小云", Money(20_000), 2026)
    assert (str(declared.id_number), Declaration.objects.count()) == ("110****002X", 1)


def test_delivery_of_goods_from_abroad_alone_is_part_of_their_value():
    shop = cross_border_shop(shipping_fee="10.00")
    tea = abroad_sku(price="20", shop=shop, customs=stated(vat_bps=900))
    rows = [tea, abroad_sku(price="80", shop=shop)]
    me = filled_cart(skus=dict.fromkeys(rows, 1))
    importer(me)

    lines = place(me).orders.get().lines.order_by("pk")

    assert [line.duty_parts["value"] for line in lines] == [2_200, 8_800]
    # 138.6 and 800.8 fen are 939.4, so 939: the larger remainder is rounded up.
    assert [line.duty for line in lines] == [Money(138), Money(801)]


def test_customs_asks_who_orders_once():
    me = filled_cart(skus={abroad_sku(): 1})
    with pytest.raises(ImporterNeeded):
        place(me)
    assert not Order.objects.exists() and not OutboxEvent.objects.filter(name="OrdersPlaced").exists()
    for name, number in (("张", NUMBER), ("张小云", NUMBER[:-1] + "1"), ("张小云", "")):
        with pytest.raises(WrongIdentity):
            save_importer(shopper=me, name=name, id_number=number, now=NOON)

    save_importer(shopper=me, name=" 张小云 ", id_number="110105 19491231 002x", now=NOON)
    place(me)
    place(filled_cart(shopper=me, skus={abroad_sku(): 1}))

    assert Importer.objects.get().id_number.reveal() == NUMBER
    assert Declaration.objects.count() == 2


def test_an_order_is_worth_at_most_so_much_unless_it_is_a_single_piece():
    shop = cross_border_shop()
    dear = abroad_sku(price="2600.00", shop=shop)
    me = filled_cart(skus={dear: 2})
    importer(me)
    view = cart_view(shopper=me)
    assert view.has_problems and "¥200.00 too much" in view.lines[0].problem
    with pytest.raises(ImportLimitReached, match=r"200\.00 too much") as refused:
        place(me)
    assert refused.value.details["skus"] == [dear.public_id] and not OrderGroup.objects.exists()

    watch = abroad_sku(price="6000.00", shop=shop, customs=stated(tariff_bps=1_000))
    you = filled_cart(skus={watch: 1})
    importer(you)
    (line,) = place(you).orders.get().lines.all()
    assert line.duty_parts["full"] and line.duty == Money(60_000 + 85_800)  # 10 %, then 13 % of both


def test_a_person_orders_at_most_so_much_a_year_under_all_of_her_accounts():
    DUTY_YEAR_LIMIT.turn(100_000, by=staff(), now=NOON)
    row = abroad_sku(price="400.00")
    first, second, other = (filled_cart(skus={row: 1}) for _place in range(3))
    for who, number in ((first, NUMBER), (second, NUMBER), (other, "440308199901101512")):
        importer(who, number=number)
    kept, canceled = place(first), place(second)
    third = filled_cart(shopper=first, skus={row: 1})

    with pytest.raises(ImportLimitReached, match=r"200\.00 too much"):
        place(third)
    place(other)  # another person
    order = canceled.orders.get()
    cancel_order(order=order, reason="…", by=second, now=NOON)
    place(third)  # what was canceled does not count
    again = filled_cart(shopper=first, skus={row: 1})
    with pytest.raises(ImportLimitReached):
        place(again)
    place(again, now=NOON + timedelta(days=366))  # another year
    assert kept.orders.get().status == "unpaid"


@pytest.mark.parametrize(
    ("kind", "pieces", "left"),
    [
        ("unshipped", 1, 80_000),  # never sent
        ("return", 2, 40_000),  # sent back
        ("refund", 1, 120_000),  # money back, the goods stay
    ],
)
def test_what_was_sent_back_frees_the_year_and_money_for_goods_that_stay_does_not(kind, pieces, left):
    importer(me := shopper())
    given = {"shopper": me, "skus": {abroad_sku(price="400.00"): 3}}
    order = paid_order(**given) if kind == "unshipped" else delivered_order(**given)
    if kind == "return":
        accepted(case_of(order, quantity=pieces))
    else:
        agreed(case_of(order, "refund", quantity=pieces))
    ((ordered,),) = select_rows(ORDERED, [order.declaration.id_index, order.declaration.year])

    assert (order.declaration.value, int(ordered)) == (Money(120_000), left)


def test_staff_see_declarations_covered(client):
    importer(me := shopper())
    order = placed_order(shopper=me, skus={abroad_sku(): 1})
    url = reverse("admin:orders_declaration_change", args=[order.declaration.pk])
    number = order.declaration.id_number.reveal()
    client.force_login(staff())

    shown = client.get(url).text + client.get(reverse("admin:orders_declaration_changelist")).text

    assert number not in shown and "张小云" not in shown and order.public_id in shown
    assert "张**" in shown


def test_the_checkout_page_asks_says_why_not_and_shows_it_covered(client):
    me = filled_cart(skus={abroad_sku(price="100.00"): 1})
    client.force_login(me)
    url = reverse("storefront:orders:checkout")
    page = client.get(url, headers=ENGLISH)
    assert "Who orders from abroad" in page.text and "Duty on goods from abroad" in page.text
    typed = {
        "address": me.addresses.get().public_id,
        "checkout_key": page.context["checkout_key"],
        "fingerprint": page.context["fingerprint"],
    }

    asked = client.post(url, typed, headers=ENGLISH)
    assert "enter your real name and your ID number" in asked.text
    wrong = client.post(url, typed | {"importer_name": "张小云", "importer_id": NUMBER[:-1] + "3"}, headers=ENGLISH)
    assert "no valid ID number" in wrong.text and not Order.objects.exists()
    placed = client.post(url, typed | {"importer_name": "张小云", "importer_id": NUMBER})
    assert placed.status_code == 302 and Order.objects.get().total == Money(10_910)

    filled_cart(shopper=me, skus={abroad_sku(): 1})
    page = client.get(url, headers=ENGLISH)
    assert "110****002X" in page.text and NUMBER not in page.text
    client.post(reverse("storefront:orders:importer-forget"))
    assert not Importer.objects.exists() and Declaration.objects.count() == 1
