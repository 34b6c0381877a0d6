"""Writing what search knows of products."""

from collections.abc import Iterable, Sequence
from itertools import islice

from django.db import connection

from catalog.models import Product
from catalog.search.words import vector

_BATCH = 500


def words_of(product: Product) -> str:
    """The tsvector literal of a product; needs ``category`` and ``brand`` loaded."""
    titles = list(product.title.values())
    texts = [(title, "A") for title in titles]
    if product.brand:
        texts += [(name, "A") for name in product.brand.name.values()]
    texts += [(name, "B") for name in product.category.name.values()]
    texts += [(text, "B") for text in product.subtitle.values()]
    texts += [(text, "C") for attribute in product.attributes for text in attribute["value"].values()]
    texts += [
        (text, "C") for option in product.options for value in option["values"] for text in value["name"].values()
    ]
    return vector(texts, sounding=" ".join(titles))


def index_products(product_ids: Sequence[int]) -> int:
    """Write the words of these products, in the transaction of whoever changed them; returns how many."""
    products = Product.objects.filter(pk__in=product_ids).select_related("category", "brand").defer("description")
    return _write(products)


def index_all() -> int:
    """Write the words of every product, in batches; returns how many."""
    products = Product.objects.select_related("category", "brand").defer("description").order_by("pk")
    written, last = 0, 0
    while batch := list(products.filter(pk__gt=last)[:_BATCH]):
        written += _write(batch)
        last = batch[-1].pk
    return written


def _write(products: Iterable[Product]) -> int:
    written, rows = 0, ((product.pk, words_of(product)) for product in products)
    while batch := list(islice(rows, _BATCH)):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO catalog_productsearch (product_id, words)"
                " SELECT product_id, words::tsvector FROM unnest(%s::bigint[], %s::text[]) AS w(product_id, words)"
                " ON CONFLICT (product_id) DO UPDATE SET words = excluded.words",
                [[pk for pk, _words in batch], [words for _pk, words in batch]],
            )
        written += len(batch)
    return written
