"""2.15: another address for an order, before it is handed over."""

from datetime import timedelta

import pytest
from django.urls import reverse

from mall.audit.models import AuditRecord
from mall.events import deliver_everything
from mall.flow import WrongStatus
from mall.notifications.models import Notice
from mall.tenancy import shop_scope
from merchants.models import Seat
from orders.addresses import (
    AddressAsked,
    AddressFixed,
    OtherProvince,
    SameAddress,
    answer_change,
    change_address,
    mark_packed,
)
from orders.cancellation import cancel_order
from orders.fulfillment import ship_order
from orders.models import AddressChange, Order, OrderStep
from tests.conftest import NOON
from tests.factories.accounts import shopper as a_shopper
from tests.factories.catalog import sku
from tests.factories.kinds import code_sku
from tests.factories.merchants import seat
from tests.journeys import address_asked, paid_order, partly_shipped_order, placed_order, shipped_order

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
WISH = {
    "consignee": "李示", "phone": "199 0000 0002", "province": "Zhejiang", "city": "宁波市", "district": "海曙区",
    "line": "药行街 5 号",
}  # fmt: skip


def where(order: Order) -> tuple:
    order.refresh_from_db()
    return order.consignee.reveal(), order.phone.reveal(), order.city, order.district, order.address_line.reveal()


def change(order: Order, **wish) -> AddressChange:
    return change_address(order=order, fields=WISH | wish, by=order.shopper, now=NOON + HOUR)


@pytest.mark.parametrize("make", [paid_order, placed_order])
def test_what_nobody_has_packed_goes_elsewhere_at_once(make):
    order = make()

    done = change(order)

    assert where(order) == ("李示", "+8619900000002", "宁波市", "海曙区", "药行街 5 号")
    assert (done.status, done.answered_at, done.former_city, done.former_address_line.reveal()) == (
        "done", NOON + HOUR, "杭州市", "文三路 1 号",
    )  # fmt: skip
    assert OrderStep.objects.get(kind="address").by == order.shopper
    assert AuditRecord.objects.get(action="orders.change_address").subject == order.public_id
    assert "药行街" not in str(AuditRecord.objects.get(action="orders.change_address").after)
    assert list(Order.objects.filter(phone_index=order.phone_index)) == [order]


def test_of_what_is_packed_the_shop_is_asked_and_does_not_ship_before():
    order = paid_order()
    clerk = seat(order.shop, role=Seat.Role.CLERK).user
    mark_packed([order], now=NOON)
    before = where(order)

    asked = change(order)
    deliver_everything()

    assert (asked.status, where(order)) == ("asked", before)
    assert list(Notice.objects.filter(kind="orders.address_asked").values_list("person", flat=True)) == [clerk.pk]
    with pytest.raises(AddressAsked):
        ship_order(order=order, carrier="sandbox", by=clerk, now=NOON)
    with pytest.raises(AddressAsked):
        change(order, line="3")


@pytest.mark.parametrize("is_accepted", [True, False])
def test_the_shop_says_yes_or_no(is_accepted):
    asked = address_asked()
    order, clerk = asked.order, a_shopper()
    before = where(order)

    with shop_scope(order.shop_id):
        answer_change(change=asked, is_accepted=is_accepted, answer="Gern", by=clerk, now=NOON + HOUR)
    deliver_everything()

    asked.refresh_from_db()
    assert (asked.status, asked.answered_by) == ("done" if is_accepted else "refused", clerk)
    assert (where(order) == before) is not is_accepted
    assert order.packed_at is None if is_accepted else order.packed_at
    told = Notice.objects.filter(person=order.shopper, kind__startswith="orders.address").values_list("kind", flat=True)
    assert list(told) == ["orders.address_changed" if is_accepted else "orders.address_refused"]
    with pytest.raises(WrongStatus):
        answer_change(change=asked, is_accepted=True, by=clerk, now=NOON)
    ship_order(order=order, carrier="sandbox", by=clerk, now=NOON + HOUR)


@pytest.mark.parametrize("make", [shipped_order, lambda: partly_shipped_order(skus={sku(stock=9): 2})])
def test_after_the_handover_it_is_refused(make):
    order = make()

    with pytest.raises(AddressFixed):
        change(order)

    assert not AddressChange.objects.exists()


def test_what_is_not_sent_has_no_address_to_change():
    with pytest.raises(AddressFixed):
        change(paid_order(skus={code_sku(): 1}))


def test_the_province_stays_because_of_the_freight():
    order = paid_order()
    before = where(order)

    with pytest.raises(OtherProvince):
        change(order, province="北京市")

    assert where(order) == before


def test_the_same_address_is_no_change():
    order = paid_order()
    consignee, phone, city, district, line = where(order)

    with pytest.raises(SameAddress):
        change(order, consignee=consignee, phone=phone, city=city, district=district, line=line)


def test_what_is_canceled_lapses():
    asked = address_asked()

    cancel_order(order=asked.order, reason="…", by=asked.order.shopper, now=NOON + HOUR)

    asked.refresh_from_db()
    assert (asked.status, asked.answered_at) == ("lapsed", NOON + HOUR)


# Pages


def test_the_shopper_changes_it_on_a_page_and_reads_the_history(client):
    order = paid_order()
    client.force_login(order.shopper)
    way = reverse("storefront:orders:address", args=[order.public_id])

    assert client.get(way).context["form"]["line"].value() == "文三路 1 号"
    wrong = client.post(way, WISH | {"province": "北京市"})
    assert "province" in wrong.context["form"].errors and wrong.context["form"]["line"].value() == WISH["line"]
    missing = client.post(way, WISH | {"line": ""})
    assert "line" in missing.context["form"].errors
    done = client.post(way, WISH)

    assert done.status_code == 302 and where(order)[2] == "宁波市"
    page = client.get(reverse("storefront:orders:detail", args=[order.public_id])).content.decode()
    assert "文三路 1 号" in page and "药行街 5 号" in page


def test_after_the_handover_the_page_says_so(client):
    order = shipped_order()
    client.force_login(order.shopper)
    way = reverse("storefront:orders:address", args=[order.public_id])

    assert client.get(way)["Location"] == reverse("storefront:orders:detail", args=[order.public_id])
    assert client.post(way, WISH).context["form"].non_field_errors()


def test_the_shop_answers_on_the_page_of_the_order(client):
    asked = address_asked()
    order = asked.order
    client.force_login(seat(order.shop, role=Seat.Role.CLERK).user)
    way = reverse("backoffice:orders:address-answer", args=[order.shop.slug, order.public_id, asked.public_id])

    client.post(way, {"is_accepted": "no"})
    asked.refresh_from_db()
    assert asked.status == "asked"  # a no needs a reason
    client.post(way, {"is_accepted": "yes"})
    asked.refresh_from_db()
    assert asked.status == "done"


def test_printing_the_packing_list_packs_it(client):  # O9
    order = paid_order()
    client.force_login(seat(order.shop, role=Seat.Role.CLERK).user)

    client.get(reverse("backoffice:orders:packing-lists", args=[order.shop.slug]), {"order": order.public_id})

    order.refresh_from_db()
    assert order.packed_at is not None
