"""Goods for machines: what shoppers can see, nothing else."""

import pytest

from tests.factories.catalog import brand, category, product, sku

pytestmark = pytest.mark.django_db


def ids(client, **query):
    return {row["id"] for row in client.get("/api/v1/products/", query).json()["results"]}


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_asks_the_same_however_many(client, django_assert_num_queries, many):
    for _number in range(many):
        sku()

    with django_assert_num_queries(3):  # count, products, pictures
        answer = client.get("/api/v1/products/").json()

    assert answer["count"] == many


def test_a_product_tells_its_skus_in_fen(client):
    row = sku(price="12.30", stock=7)

    answer = client.get(f"/api/v1/products/{row.product.public_id}/").json()

    assert answer["price_from"] == {"amount": 1230, "currency": "CNY"}
    assert [(one["id"], one["price"]["amount"], one["available"]) for one in answer["skus"]] == [
        (row.public_id, 1230, 7)
    ]


def test_filters_narrow(client):
    tea = category(slug="tea")
    pots = category(parent=tea, slug="pots")
    maker = brand(slug="maker")
    pot = sku(product=product(category=pots, brand=maker, title="紫砂壶"), price="90.00").product
    lamp = sku(product=product(title="台灯"), price="10.00").product

    assert ids(client) == {pot.public_id, lamp.public_id}
    assert ids(client, category="tea") == ids(client, brand="maker") == ids(client, q="紫砂") == {pot.public_id}
    assert ids(client, shop=lamp.shop.slug) == ids(client, price_max=5000) == {lamp.public_id}


def test_nonsense_is_a_problem_document(client):
    answer = client.get("/api/v1/products/", {"category": "nothing", "price_min": "x"})

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert set(answer.json()["errors"]) == {"category", "price_min"}


def test_what_shoppers_cannot_see_is_not_told(client):
    draft = sku(product=product(status="draft")).product

    assert ids(client) == set()
    assert client.get(f"/api/v1/products/{draft.public_id}/").status_code == 404


def test_nobody_writes(client):
    assert client.post("/api/v1/products/", {}).status_code in {403, 405}


def test_the_tree_names_its_parents(client):
    category(parent=category(slug="tea"), slug="pots")

    answer = client.get("/api/v1/categories/").json()

    assert [(row["slug"], row["parent"]) for row in answer] == [("tea", None), ("pots", "tea")]
