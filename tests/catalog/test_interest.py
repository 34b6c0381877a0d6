"""C7: favorites, followed shops, what one looked at, comparison, and being told of prices and stock."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from catalog.interest import comparison, favorites, history, watches
from catalog.models import Favorite, FollowedShop, Product, ShopStats, Viewed, Watch
from catalog.products import save_product
from catalog.skus import SkuDraft
from catalog.stock import correct, receive, release, reserve
from mall.events import deliver_everything
from mall.money import Money
from mall.notifications.models import Notice
from mall.notifications.sending import mail_waiting
from merchants.models import Shop
from tests.catalog.test_votes import side_by_side
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import product, sku
from tests.factories.merchants import shop

JSON = {"accept": "application/json"}
PASSWORD = "correct-horse-7"


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def press(client, name, *args, do="keep", **more):
    return client.post(reverse(f"storefront:catalog:{name}", args=args), {"do": do, "next": "/", **more})


def priced(goods: Product, price: str, *, now=NOON) -> None:
    """The shop changes the price."""
    save_product(shop=goods.shop, product=goods, fields={}, skus=[SkuDraft(price=Money.parse(price))], by=None, now=now)
    deliver_everything()


def told(person) -> list[str]:
    watches.tell_watchers(now=NOON)
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


# Favorites and shops


@pytest.mark.django_db
def test_a_heart_keeps_and_lets_go_and_repeating_changes_nothing():
    goods, person = sku().product, shopper()
    client = signed_in(person)

    first = press(client, "favorite", goods.public_id)
    press(client, "favorite", goods.public_id)
    assert Favorite.objects.get().price == goods.price_from
    assert first.cookies["marks"].value.startswith("1.0.")
    assert client.get(reverse("storefront:catalog:marks")).json() == {"favorites": [goods.public_id], "shops": []}
    for _ in range(2):
        press(client, "favorite", goods.public_id, do="drop")

    assert not Favorite.objects.exists()


@pytest.mark.django_db
def test_what_somebody_pressed_before_signing_in_is_done_then():
    goods, person, client = sku().product, shopper(email="ada@example.com", password=PASSWORD), Client()

    away = press(client, "favorite", goods.public_id)
    assert away.url.startswith(reverse("account_login"))
    assert client.post(away.url, {"login": person.email, "password": PASSWORD}).status_code == 302

    assert Favorite.objects.get().shopper == person
    assert client.cookies["marks"].value.startswith("1.0.")


@pytest.mark.django_db
def test_a_shop_is_followed_once_and_counted():
    place, person = shop(), shopper()
    client = signed_in(person)

    for _ in range(2):
        press(client, "follow", place.slug)
    assert ShopStats.objects.get(shop=place).follower_count == 1
    assert client.get(reverse("storefront:catalog:followed-shops")).status_code == 200
    for _ in range(2):
        press(client, "follow", place.slug, do="drop")

    assert (ShopStats.objects.get().follower_count, FollowedShop.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_the_list_of_favorites_tells_what_costs_less_and_what_is_gone():
    person = shopper()
    cheaper, same, gone = (sku(price="20.00").product for _ in range(3))
    for goods in (cheaper, same, gone):
        favorites.keep(shopper=person, product=goods, now=NOON)
    priced(cheaper, "15.00")
    Product.objects.filter(pk=gone.pk).update(status="off_sale")
    client, url = signed_in(person), reverse("storefront:catalog:favorites")

    rows = {row.product.public_id: row for row in client.get(url).context["page"]}
    only = {
        name: [row.product for row in client.get(f"{url}?only={name}").context["page"]] for name in ("cheaper", "gone")
    }

    assert rows[cheaper.public_id].saved == Money.parse("5.00")
    assert (rows[same.public_id].saved, rows[gone.public_id].card) == (None, None)
    assert only == {"cheaper": [cheaper], "gone": [gone]}
    client.post(url, {"chosen": [gone.public_id, same.public_id]})
    assert Favorite.objects.get().product == cheaper


@pytest.mark.django_db
def test_lists_of_a_person_are_hers_alone():
    goods, ada, eve = sku().product, shopper(), shopper()
    favorites.keep(shopper=ada, product=goods, now=NOON)
    client = signed_in(eve)

    assert client.get(reverse("storefront:catalog:marks")).json()["favorites"] == []
    assert not client.get(reverse("storefront:catalog:favorites")).context["page"].object_list
    client.post(reverse("storefront:catalog:favorites"), {"chosen": [goods.public_id]})
    assert Favorite.objects.count() == 1


# What was looked at


@pytest.mark.django_db
def test_a_browser_remembers_and_a_member_finds_it_after_signing_in():
    one, two = sku().product, sku().product
    person, client = shopper(email="ada@example.com", password=PASSWORD), Client()
    client.get(reverse("storefront:catalog:product", args=[one.public_id]))
    assert "seen" not in client.cookies  # nobody has agreed
    client.post(reverse("storefront:catalog:history-change"), {"do": "on"})
    history.turn_on(shopper=person, now=NOON)
    for goods in (one, two, one):
        client.get(reverse("storefront:catalog:product", args=[goods.public_id]))
    page = client.get(reverse("storefront:catalog:history"))
    assert [card.public_id for _day, cards in page.context["days"] for card in cards] == [one.public_id, two.public_id]
    assert not Viewed.objects.exists()

    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})

    assert set(Viewed.objects.values_list("shopper", "product")) == {(person.pk, one.pk), (person.pk, two.pk)}
    assert not client.cookies["seen"].value


@pytest.mark.django_db
def test_history_is_cleared_and_turned_off_and_on_again():
    goods, person = sku().product, shopper()
    client, page = signed_in(person), reverse("storefront:catalog:history")
    look = reverse("storefront:catalog:product", args=[goods.public_id])
    change = reverse("storefront:catalog:history-change")

    client.get(look)
    assert (client.get(page).context["is_on"], Viewed.objects.count()) == (False, 0)  # A3: off until she agrees
    client.post(change, {"do": "on"})
    client.get(look)
    client.get(page)
    assert Viewed.objects.count() == 1
    client.post(change, {"do": "clear"})
    assert Viewed.objects.count() == 0
    client.get(look)
    client.post(change, {"do": "off"})
    client.get(look)
    shown = client.get(page)
    assert (shown.context["is_on"], shown.context["days"], Viewed.objects.count()) == (False, [], 0)
    client.post(change, {"do": "on"})
    client.get(look)
    client.get(page)

    assert Viewed.objects.get().product == goods


@pytest.mark.django_db
def test_a_forged_cookie_tells_nothing():
    looks = history.looks_in("prd_x-1.prd_00000000000000000000-zzzzzzz.'; DROP-1.off." + "x" * 5000)

    assert [look.product_id for look in looks] == ["prd_00000000000000000000"]
    assert history.pour(shopper=shopper(), looks=looks, now=NOON) == 0


@pytest.mark.django_db
def test_history_is_bounded_and_old_looks_are_forgotten(monkeypatch):
    person = shopper()
    goods = [product() for _ in range(4)]
    monkeypatch.setattr(history, "MOST_KEPT", 3)
    looks = [history.Look(row.public_id, NOON - timedelta(days=50 * place)) for place, row in enumerate(goods)]

    history.turn_on(shopper=person, now=NOON)
    history.pour(shopper=person, looks=looks, now=NOON)
    kept = list(Viewed.objects.order_by("-viewed_at").values_list("product", flat=True))
    history.forget_old(now=NOON)

    assert kept == [row.pk for row in goods[:3]]
    assert list(Viewed.objects.order_by("-viewed_at").values_list("product", flat=True)) == [goods[0].pk, goods[1].pk]


# Comparison


@pytest.mark.django_db
def test_two_to_four_products_stand_side_by_side():
    def attribute(name, value):
        return {"name": {"zh-hans": name}, "value": {"zh-hans": value}}

    one = sku(product=product(attributes=[attribute("材质", "陶瓷"), attribute("容量", "200ml")])).product
    two = sku(product=product(attributes=[attribute("材质", "陶瓷"), attribute("产地", "龙泉")])).product

    compared = comparison.compare([one.public_id, two.public_id, "prd_00000000000000000000"])

    assert [card.public_id for card in compared.cards] == [one.public_id, two.public_id]
    assert [(row.name, row.cells, row.differs) for row in compared.rows] == [
        ("材质", ["陶瓷", "陶瓷"], False),
        ("容量", ["200ml", ""], True),
        ("产地", ["", "龙泉"], True),
    ]
    assert comparison.with_product(["a", "b", "c", "d"], "e") == ["b", "c", "d", "e"]


@pytest.mark.django_db
def test_anybody_compares_without_signing_in():
    client, goods = Client(), [sku().product for _ in range(2)]
    for row in goods:
        assert press(client, "compare-change", row.public_id).url == reverse("storefront:catalog:compare")

    assert client.get(reverse("storefront:catalog:compare")).context["compared"].is_enough
    press(client, "compare-change", goods[0].public_id, do="drop")
    shown = client.get(reverse("storefront:catalog:compare")).context["compared"]
    assert [card.public_id for card in shown.cards] == [goods[1].public_id]


# Being told


@pytest.mark.django_db
def test_a_drop_is_told_once_and_a_rise_undone_is_none():
    goods, person = sku(price="100.00").product, shopper()
    watches.watch(shopper=person, product=goods, kind="price", now=NOON)

    priced(goods, "99.50")  # less than one percent
    assert told(person) == []
    priced(goods, "90.00")
    assert told(person) == ["catalog.price_dropped"]
    assert told(person) == ["catalog.price_dropped"]
    priced(goods, "120.00")
    priced(goods, "95.00")  # below the rise, above what she knows
    assert told(person) == ["catalog.price_dropped"]
    priced(goods, "80.00")

    assert told(person) == ["catalog.price_dropped"] * 2
    assert Watch.objects.get().price == Money.parse("80.00")


@pytest.mark.django_db
def test_a_drop_that_is_over_or_cannot_be_bought_is_not_told():
    goods, person = sku(price="100.00").product, shopper()
    watches.watch(shopper=person, product=goods, kind="price", now=NOON)

    priced(goods, "90.00")
    priced(goods, "100.00")
    assert told(person) == []
    priced(goods, "90.00")
    Shop.objects.filter(pk=goods.shop_id).update(status="frozen", frozen_at=NOON)

    assert told(person) == []
    assert Watch.objects.get().due_at is None


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["received", "counted", "released"])
def test_who_waits_for_stock_is_told_once_whichever_way_it_comes(way):
    thing, person = sku(stock=1), shopper()
    if way == "released":
        reserve(document="ord_1", quantities={thing.pk: 1}, now=NOON)
    else:
        correct(sku=thing, on_hand=0, now=NOON)
    watches.watch(shopper=person, product=thing.product, kind="stock", now=NOON)

    {
        "received": lambda: receive(sku=thing, quantity=3, now=NOON),
        "counted": lambda: correct(sku=thing, on_hand=3, now=NOON),
        "released": lambda: release(document="ord_1", now=NOON),
    }[way]()
    deliver_everything()

    assert told(person) == ["catalog.back_in_stock"]
    assert not Watch.objects.exists()


@pytest.mark.django_db
def test_nobody_waits_for_what_is_there():
    with pytest.raises(watches.AlreadyThere):
        watches.watch(shopper=shopper(), product=sku().product, kind="stock", now=NOON)


@pytest.mark.django_db
def test_the_message_has_a_way_out_that_needs_no_sign_in_and_a_look_stops_nothing():
    goods, person = sku(price="100.00").product, shopper()
    watches.watch(shopper=person, product=goods, kind="price", now=NOON)
    priced(goods, "90.00")
    told(person)
    mail_waiting(now=NOON + timedelta(minutes=5))
    [message] = mail.outbox
    way_out = message.extra_headers["List-Unsubscribe"].strip("<>").removeprefix(settings.MALL_BASE_URL)
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert way_out in message.body

    stranger = Client(enforce_csrf_checks=True)
    assert stranger.get(way_out).status_code == 200
    assert Watch.objects.exists()
    assert stranger.post(way_out + "x").status_code == 200
    assert Watch.objects.exists()
    assert stranger.post(way_out, {"List-Unsubscribe": "One-Click"}).status_code == 200

    assert not Watch.objects.exists()


def test_two_workers_at_once_tell_each_person_once(committed_db):
    goods = sku(price="100.00").product
    people = [shopper() for _ in range(5)]
    for person in people:
        watches.watch(shopper=person, product=goods, kind="price", now=NOON)
    priced(goods, "80.00")

    counts = side_by_side(*[lambda: watches.tell_watchers(now=NOON)] * 3)

    assert sum(counts) == 5
    assert Notice.objects.filter(kind="catalog.price_dropped").count() == 5


@pytest.mark.django_db
def test_alerts_from_the_page_and_the_account_counts():
    goods, person = sku().product, shopper()
    client = signed_in(person)

    press(client, "alert", goods.public_id, "price")
    press(client, "alert", goods.public_id, "price")
    for_stock = reverse("storefront:catalog:alert", args=[goods.public_id, "stock"])
    told_no = client.post(for_stock, {"do": "keep"}, headers=JSON)
    assert told_no.status_code == 409
    assert client.post(reverse("storefront:catalog:alert", args=[goods.public_id, "nonsense"])).status_code == 404
    assert client.get(reverse("storefront:accounts:home")).context["kept_counts"] == {
        "favorites": 0, "shops": 0, "alerts": 1,
    }  # fmt: skip
    assert client.get(reverse("storefront:catalog:alerts")).status_code == 200
    press(client, "alert", goods.public_id, "price", do="drop")

    assert not Watch.objects.exists()
