"""The shop's pages of what waits: a change beside the approved version, drafts, copies, moments, the table."""

from datetime import timedelta

import pytest
from django.urls import reverse

from catalog.models import Product, ProductChange, Sku, UnfinishedProduct
from mall import clock
from tests.catalog.backoffice.test_products import picture, posted, url
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import category, product, sku
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def shelf(client):
    owner = shopper()
    client.force_login(owner)
    return shop(owner=owner)


def watched(shelf, **fields):
    row = product(shop=shelf, category=category(needs_review=True), **fields)
    sku(product=row, price="10.00", code="GW-1")
    return row


def change_title(client, shelf, row, title="白瓷盖碗", price="10.00", query=""):
    data = posted([{"price": price, "code": "GW-1"}], category=row.category_id, title_zh_hans=title, attributes="")
    client.post(url("edit", shelf, row) + query, data | {"description_zh_hans": ""})
    row.refresh_from_db()
    return row


def shown(client, address):
    return client.get(address).content.decode()


def test_the_form_shows_that_a_change_waits_both_versions_and_edits_the_pending_one(client, shelf):
    row = change_title(client, shelf, watched(shelf))
    assert (row.title["zh-hans"], row.status) == ("青瓷盖碗", "on_sale")

    page = shown(client, url("edit", shelf, row))
    assert "<del>青</del>" in page
    assert "<ins>白</ins>" in page
    assert 'value="白瓷盖碗"' in page

    change_title(client, shelf, row, "黑瓷盖碗")
    assert row.changes.get().proposed["title"]["zh-hans"] == "黑瓷盖碗"

    client.post(url("status", shelf, row), {"action": "withdraw"})
    assert row.changes.get().status == "withdrawn"
    assert 'value="青瓷盖碗"' in shown(client, url("edit", shelf, row))


def test_a_refused_change_is_taken_up_where_it_was_left(client, shelf):
    from catalog import reviewing

    row = change_title(client, shelf, watched(shelf))
    change, person, now = row.changes.get(), staff(), clock.now()
    reviewing.claim_change(change=change, by=person, now=now)
    reviewing.refuse_change(change=change, reason="title", note="请去掉“白”字", by=person, now=now)

    page = shown(client, url("edit", shelf, row))
    assert "请去掉“白”字" in page
    query = f"?change={change.public_id}"
    assert f"{url('edit', shelf, row)}{query}" in page
    assert 'value="白瓷盖碗"' in shown(client, url("edit", shelf, row) + query)

    change_title(client, shelf, row, "瓷盖碗", query=query)
    assert row.changes.get(status="pending").proposed["title"]["zh-hans"] == "瓷盖碗"


def test_pictures_of_a_change_are_ordered_and_removed_before_anybody_sees_them(client, shelf):
    row = watched(shelf)
    client.post(url("picture", shelf, row), {"image": [picture(), picture((300, 200))]})
    assert (row.pictures.count(), len(row.changes.get().proposed["pictures"])) == (0, 2)
    first, second = [one["image"] for one in row.changes.get().proposed["pictures"]]

    client.post(url("picture", shelf, row), {"action": "later", "picture": first})
    client.post(url("picture", shelf, row), {"action": "remove", "picture": first})

    assert [one["image"] for one in row.changes.get().proposed["pictures"]] == [second]
    assert client.post(url("picture", shelf, row), {"action": "remove", "picture": "999"}).status_code == 404


def test_a_draft_keeps_what_is_there_and_is_judged_when_it_is_saved(client, shelf):
    answer = client.post(url("add", shelf), posted([{"price": "zehn"}], title_zh_hans="半", keep="draft"))
    row = UnfinishedProduct.objects.get()
    assert answer.url == f"{url('add', shelf)}?unfinished={row.public_id}"
    assert not Product.objects.exists()

    page = shown(client, answer.url)
    assert 'value="zehn"' in page
    assert "errorlist" not in page
    assert "半" in shown(client, url("list", shelf))

    assert b"errorlist" in client.post(answer.url, posted([{"price": "zehn"}], title_zh_hans="半")).content
    client.post(answer.url, posted([{"price": "12.00"}], title_zh_hans="半盏", category=category().pk))
    assert Product.objects.get().title["zh-hans"] == "半盏"
    assert not UnfinishedProduct.objects.exists()


def test_a_product_has_one_draft_of_its_own_that_can_be_discarded(client, shelf):
    row = watched(shelf)
    for title in ("一", "二"):
        client.post(url("edit", shelf, row), posted([{}], title_zh_hans=title, keep="draft"))
    kept = UnfinishedProduct.objects.get()
    assert (kept.product, kept.title) == (row, "二")
    assert 'value="二"' in shown(client, url("edit", shelf, row))

    client.post(reverse("backoffice:catalog:unfinished-discard", args=[shelf.slug, kept.public_id]))

    assert 'value="青瓷盖碗"' in shown(client, url("edit", shelf, row))


def test_more_than_a_product_can_hold_is_not_put_aside(client, shelf):
    answer = client.post(url("add", shelf), posted([{}], description_zh_hans="长" * 600_001, keep="draft"))

    assert answer.status_code == 400
    assert not UnfinishedProduct.objects.exists()


def test_copy_and_moments_by_button(client, shelf):
    row = watched(shelf)
    answer = client.post(url("status", shelf, row), {"action": "copy"})
    made = Product.objects.exclude(pk=row.pk).get()
    assert answer.url == url("edit", shelf, made)

    later = (clock.now() + timedelta(days=2)).astimezone(clock.BUSINESS_ZONE).strftime("%Y-%m-%dT%H:%M")
    client.post(url("sale-times", shelf, row), {"sale-starts_at": "", "sale-ends_at": later})
    row.refresh_from_db()
    assert row.sale_ends_at.astimezone(clock.BUSINESS_ZONE).strftime("%Y-%m-%dT%H:%M") == later
    assert f'value="{later}"' in shown(client, url("edit", shelf, row))

    client.post(url("sale-times", shelf, row), {"sale-starts_at": "", "sale-ends_at": "gestern"})
    client.post(url("sale-times", shelf, row), {"sale-starts_at": later, "sale-ends_at": ""})
    row.refresh_from_db()
    assert row.sale_starts_at is None
    assert shown(client, url("list", shelf)).count("datetime=") >= 1


# The table


def rows_of(page) -> dict:
    """What a browser would post of the table: every field as it stands."""
    data = {}
    for group in page.context["groups"]:
        data[f"seen-{group.product.public_id}"] = group.product.changed_at.isoformat()
        for row in group.rows:
            for field in row:
                value = field.value()
                value = row.fields[field.name].prepare_value(value)
                data[field.html_name] = "" if value is None or value is False else "on" if value is True else str(value)
    return data


def table(shelf, *rows):
    return reverse("backoffice:catalog:grid", args=[shelf.slug]) + "?" + "&".join(f"chosen={r.public_id}" for r in rows)


def test_chosen_products_open_in_the_table(client, shelf):
    rows = [watched(shelf), sku(shop=shelf).product]

    answer = client.post(url("bulk", shelf), {"action": "grid", "chosen": [row.public_id for row in rows]})

    assert answer.url == table(shelf, *rows)
    page = client.get(answer.url)
    assert page.context["row_count"] == 2
    assert b"GW-1" in page.content
    assert client.get(reverse("backoffice:catalog:grid", args=[shelf.slug])).context["groups"] == []


def test_right_rows_are_saved_and_faulty_ones_stay_with_what_was_typed(client, shelf):
    first, second, third = (sku(shop=shelf, code=f"C{number}") for number in range(3))
    address = table(shelf, first.product, second.product, third.product)
    data = rows_of(client.get(address))
    data |= {
        f"{first.public_id}-price": "12.50",
        f"{second.public_id}-price": "teuer",
        f"{third.public_id}-code": "C0",
    }

    answer = client.post(address, data)

    assert [(row.price.minor, row.code) for row in Sku.objects.order_by("pk")] == [
        (1250, "C0"), (1000, "C1"), (1000, "C2"),
    ]  # fmt: skip
    assert [len(group.faulty) for group in answer.context["groups"]] == [0, 1, 1]
    page = answer.content.decode()
    assert 'value="teuer"' in page
    assert "C0" in str(answer.context["groups"][2].rows[0].errors)

    data = rows_of(answer) | {f"{second.public_id}-price": "11.00", f"{third.public_id}-code": "C9"}
    assert client.post(address, data).status_code == 302
    assert [(row.price.minor, row.code) for row in Sku.objects.order_by("pk")] == [
        (1250, "C0"), (1100, "C1"), (1000, "C9"),
    ]  # fmt: skip


def test_nobodys_edit_is_overwritten_silently(client, shelf):
    row = sku(shop=shelf, code="C1", weight_grams=5)
    address = table(shelf, row.product)
    data = rows_of(client.get(address)) | {f"{row.public_id}-price": "12.00"}
    Sku.objects.filter(pk=row.pk).update(price=1100, weight_grams=7)
    Product.objects.filter(pk=row.product_id).update(changed_at=clock.now())

    answer = client.post(address, data)

    row.refresh_from_db()
    assert row.price.minor == 1100
    assert "11.00" in str(answer.context["groups"][0].rows[0].errors)

    assert client.post(address, rows_of(answer)).status_code == 302
    row.refresh_from_db()
    assert (row.price.minor, row.weight_grams) == (1200, 7)


def test_a_page_holds_at_most_two_hundred_rows(client, shelf, monkeypatch):
    from catalog.backoffice import grid

    monkeypatch.setattr(grid, "MOST_ROWS", 2)
    rows = [sku(shop=shelf).product for _number in range(3)]

    first, second = client.get(table(shelf, *rows)), client.get(table(shelf, *rows) + "&page=2")

    assert [page.context["row_count"] for page in (first, second)] == [2, 1]
    assert len(first.context["pages"]) == 2


def test_a_price_that_moves_far_waits_and_the_table_says_the_same_again(client, shelf):
    row = sku(shop=shelf)
    address = table(shelf, row.product)
    data = rows_of(client.get(address)) | {f"{row.public_id}-price": "1.00"}

    client.post(address, data)

    row.refresh_from_db()
    change = ProductChange.objects.get()
    assert (row.price.minor, change.reasons[0]["code"]) == (1000, "price")
    client.post(address, rows_of(client.get(address)) | {f"{row.public_id}-code": "NEW"})
    change.refresh_from_db()
    row.refresh_from_db()
    assert (change.status, row.code, row.price.minor) == ("pending", "NEW", 1000)


def test_a_reader_cannot_open_the_table(client, shelf):
    from tests.factories.merchants import seat

    row, person = watched(shelf), shopper()
    seat(shelf, person, role="reader")
    client.force_login(person)

    assert client.get(table(shelf, row)).status_code == 403
