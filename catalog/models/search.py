"""What search knows of a product."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from catalog.models.product import Product


class ProductSearch(models.Model):
    """The words of a product: segments (weight A), two-character grams (weight D), pinyin; rebuilt when it changes."""

    product = models.OneToOneField(Product, models.CASCADE, primary_key=True, related_name="search")
    words = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["words"], name="product_search_words")]
