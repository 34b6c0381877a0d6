"""The doors of exports: who may ask, see and fetch."""

import pytest
from django.urls import reverse

from mall import clock
from mall.audit.models import AuditRecord
from mall.exports.models import Export
from mall.exports.writing import write_export
from merchants.models import Seat
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.merchants import seat, shop
from tests.journeys import paid_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {**settings.STORAGES["private"], "OPTIONS": {"location": str(tmp_path / "private")}},
    }


def url(name, place, *args):
    return reverse(f"backoffice:merchants:{name}", args=[place.slug, *args])


def as_role(client, place, role=Seat.Role.OWNER):
    person = shopper()
    seat(place, person, role)
    client.force_login(person)
    return person


def ask(client, place, **posted):
    answer = client.post(url("export-start", place), {"kind": "orders.orders", "format": "csv", **posted})
    return answer, Export.objects.order_by("pk").last()


def test_asking_leads_to_the_progress_which_asks_again_until_the_file_is_there(client):
    order = paid_order()
    person = as_role(client, order.shop)

    answer, export = ask(client, order.shop, query="status=paid")

    page = url("export", order.shop, export.public_id)
    assert answer["Location"] == page
    assert (export.by, export.asked, export.is_personal, export.status) == (
        person, {"query": "status=paid"}, True, "waiting"
    )  # fmt: skip
    for headers in ({}, {"HX-Request": "true"}):
        waiting = client.get(page, headers=headers).content.decode()
        assert 'hx-trigger="every 1s"' in waiting
        assert ("<html" in waiting) == (not headers)

    write_export(export_id=export.public_id, now=clock.now())

    ready = client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in ready
    assert url("export-file", order.shop, export.public_id) in ready
    assert url("export-file", order.shop, export.public_id) in client.get(url("exports", order.shop)).content.decode()


def test_the_file_is_handed_out_whole_privately_and_on_the_record(client):
    order = paid_order()
    as_role(client, order.shop)
    _answer, export = ask(client, order.shop)
    write_export(export_id=export.public_id, now=clock.now())

    answer = client.get(url("export-file", order.shop, export.public_id))

    assert order.public_id in b"".join(answer.streaming_content).decode("utf-8-sig")
    assert answer["Content-Disposition"].startswith(f'attachment; filename="{order.shop.slug}-orders-')
    assert (answer["Cache-Control"], answer["X-Content-Type-Options"]) == ("private, no-store", "nosniff")
    assert AuditRecord.objects.filter(action="exports.fetch", subject=export.public_id).count() == 1


def test_another_shops_people_find_nothing(client):  # R6
    order = paid_order()
    as_role(client, order.shop)
    _answer, export = ask(client, order.shop)
    write_export(export_id=export.public_id, now=clock.now())
    other = shop()
    as_role(client, other)

    for place in (order.shop, other):
        for name in ("export", "export-file"):
            assert client.get(url(name, place, export.public_id)).status_code == 404
    assert export.public_id not in client.get(url("exports", other)).content.decode()


@pytest.mark.parametrize(
    ("role", "kind", "opens"),
    [
        ("reader", "orders.orders", True),
        ("reader", "settlement.shares", False),
        ("finance", "settlement.shares", True),
        ("manager", "settlement.entries", False),
        ("editor", "catalog.products", True),
        ("owner", "nothing", False),
    ],
)
def test_each_kind_needs_its_right(client, role, kind, opens):
    place = shop()
    as_role(client, place, role)

    answer, export = ask(client, place, kind=kind)

    assert (answer.status_code, export is not None) == ((302, True) if opens else (404, False))


def test_personal_data_is_for_who_may_see_it(client):
    order = paid_order()
    as_role(client, order.shop, "clerk")
    _answer, whole = ask(client, order.shop)
    as_role(client, order.shop, "reader")
    _answer, bare = ask(client, order.shop)
    for export in (whole, bare):
        write_export(export_id=export.public_id, now=clock.now())

    assert (whole.is_personal, bare.is_personal) == (True, False)
    assert client.get(url("export-file", order.shop, whole.public_id)).status_code == 404
    assert client.get(url("export", order.shop, whole.public_id)).status_code == 404
    assert (
        "张小云" not in b"".join(client.get(url("export-file", order.shop, bare.public_id)).streaming_content).decode()
    )


def test_a_file_that_is_over_or_gone_is_not_found(client):
    order = paid_order()
    as_role(client, order.shop)
    _answer, export = ask(client, order.shop)
    address = url("export-file", order.shop, export.public_id)
    assert client.get(address).status_code == 404  # not written yet

    write_export(export_id=export.public_id, now=clock.now())
    assert client.get(address).status_code == 200
    Export.objects.update(expires_at=clock.now())

    assert client.get(address).status_code == 404


def test_only_chosen_rows_and_an_empty_choice_leads_back(client):
    order = paid_order()
    as_role(client, order.shop)
    back = reverse("backoffice:orders:list", args=[order.shop.slug]) + "?status=paid"

    answer, nothing = ask(client, order.shop, only_chosen="1", next=back)
    assert (answer["Location"], nothing) == (back, None)

    _answer, export = ask(client, order.shop, only_chosen="1", chosen=[order.public_id], query="status=unpaid")
    assert export.asked == {"query": "", "chosen": [order.public_id]}


@pytest.mark.parametrize("elsewhere", ["https://example.com/", "//example.com", "/backoffice/other/", "javascript:x"])
def test_the_way_back_stays_in_the_shop(client, elsewhere):
    place = shop()
    as_role(client, place)

    answer, _export = ask(client, place, only_chosen="1", next=elsewhere)

    assert answer["Location"] == reverse("backoffice:merchants:dashboard", args=[place.slug])


def test_when_enough_are_at_work_the_next_is_refused_in_words(client):
    place = shop()
    as_role(client, place)
    for _number in range(3):
        ask(client, place)

    answer = client.post(url("export-start", place), {"kind": "orders.orders", "format": "csv"}, follow=True)

    assert Export.objects.count() == 3
    assert len(list(answer.context["messages"])) == 1


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_asks_the_same_for_one_and_three(client, many, django_assert_num_queries):
    place = shop()
    as_role(client, place)
    for _number in range(many):
        ask(client, place)
    client.get(url("exports", place))

    with django_assert_num_queries(9):
        client.get(url("exports", place))


@pytest.mark.parametrize("name", ["orders:list", "catalog:list", "catalog:movements", "settlement:home"])
def test_every_list_offers_its_export(client, name):
    order = paid_order(skus={sku(): 1})
    as_role(client, order.shop)

    shown = client.get(reverse(f"backoffice:{name}", args=[order.shop.slug])).content.decode()

    assert f'action="{url("export-start", order.shop)}"' in shown
    assert 'name="format" value="xlsx"' in shown
