"""The sitemap names what can be bought, in files that stay small; robots.txt leads to it."""

import xml.etree.ElementTree as ET

import pytest
from django.core.cache import cache
from django.urls import reverse

from catalog.models import ProductPicture
from catalog.storefront import sitemaps
from merchants.models import Shop
from tests.clients import Client
from tests.factories.catalog import category, product, sku
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


def addresses(url: str) -> list[str]:
    answer = Client().get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/xml; charset=utf-8")
    tree = ET.fromstring(answer.content)
    return [place.text for place in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]


def part(section: str) -> str:
    return reverse("storefront:catalog:sitemap-part", args=[section])


def test_only_what_can_be_bought_is_named(settings):
    root = category(slug="kitchen")
    shelf, empty = category(parent=root, slug="pots"), category(slug="empty")
    good = sku(product=product(category=shelf)).product
    sku(stock=0)
    sku(product=product(status="in_review"))
    frozen = sku().product.shop
    Shop.objects.filter(pk=frozen.pk).update(status="frozen", frozen_at=good.created_at)
    idle = shop()

    named = {section: addresses(part(section)) for section in sitemaps.SECTIONS}

    base = settings.MALL_BASE_URL
    assert named["products"] == [f"{base}/p/{good.public_id}/"]
    assert f"{base}/shop/{good.shop.slug}/" in named["shops"]
    assert not {f"{base}/shop/{place.slug}/" for place in (frozen, idle)} & set(named["shops"])
    assert {f"{base}/c/kitchen/", f"{base}/c/pots/"} <= set(named["categories"])
    assert f"{base}/c/{empty.slug}/" not in named["categories"]
    assert f"{base}/" in named["places"]


def test_the_index_names_every_file(monkeypatch, settings):
    for _ in range(3):
        sku()
    monkeypatch.setattr(sitemaps.Products, "limit", 2)

    named = addresses(reverse("storefront:catalog:sitemap"))

    products = f"{settings.MALL_BASE_URL}{part('products')}"
    assert [url for url in named if "products" in url] == [products, f"{products}?p=2"]
    assert len(addresses(f"{part('products')}?p=2")) == 1
    assert Client().get(f"{part('products')}?p=3").status_code == 404


@pytest.mark.parametrize("asked", ["sitemap-nothing.xml", "sitemap-products.xml?p=x", "sitemap-products.xml?p=0"])
def test_files_that_are_not_there_are_not_found(asked):
    assert Client().get(f"/{asked}").status_code == 404


def test_a_file_is_made_once_an_hour_in_two_queries_however_long(django_assert_num_queries):
    for times in (1, 3):
        for _ in range(times):
            row = sku()
            ProductPicture.objects.create(
                shop=row.shop, product=row.product, image="products/x.webp", width=1, height=1
            )
        cache.clear()
        with django_assert_num_queries(2):
            Client().get(part("products"))
    with django_assert_num_queries(0):
        text = Client().get(part("products")).content.decode()
    assert text.count("<image:loc>") == 4


def test_robots_keep_to_what_is_for_everybody(settings):
    answer = Client().get("/robots.txt")
    lines = answer.content.decode().splitlines()

    assert answer["Content-Type"].startswith("text/plain")
    assert {"Disallow: /admin/", "Disallow: /backoffice/", "Disallow: /cart/", "Disallow: /account/"} <= set(lines)
    assert not [line for line in lines if line in {"Disallow: /", "Disallow: /p/", "Disallow: /search/"}]
    assert f"Sitemap: {settings.MALL_BASE_URL}/sitemap.xml" in lines


def test_the_manifest_names_pictures_that_are_there():
    manifest = Client().get("/site.webmanifest").json()

    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}
    assert all(Client().get(icon["src"]).status_code == 200 for icon in manifest["icons"])
    assert Client().get("/favicon.ico").status_code == 301
