"""Goods for machines: read only, what shoppers can see."""

from django.db.models import Prefetch, QuerySet
from django_filters import rest_framework as filters
from rest_framework import generics

from catalog.api.serializers import CategorySerializer, ProductDetailSerializer, ProductSerializer
from catalog.models import Category, Product, ProductPicture, Sku
from catalog.navigation import subtree_ids, without_hidden
from catalog.search.query import all_words
from catalog.specifications import with_specifications
from catalog.stock import with_available


class ProductFilter(filters.FilterSet):
    """``?category=teaware&brand=…&shop=…&q=…&price_min=1000&price_max=5000`` (fen)."""

    category = filters.ModelChoiceFilter(
        queryset=Category.objects.all(), to_field_name="slug", method="in_category", label="category"
    )
    brand = filters.CharFilter(field_name="brand__slug")
    shop = filters.CharFilter(field_name="shop__slug")
    q = filters.CharFilter(method="with_words", label="words")
    price_min = filters.NumberFilter(field_name="price_from", lookup_expr="gte", min_value=0, max_value=10**15)
    price_max = filters.NumberFilter(field_name="price_from", lookup_expr="lte", min_value=0, max_value=10**15)
    order = filters.OrderingFilter(fields={"on_sale_at": "newest", "price_from": "price", "stats__sold_count": "sold"})

    class Meta:
        model = Product
        fields = ()

    def in_category(self, rows: QuerySet, name: str, category: Category) -> QuerySet:
        return rows.filter(category__in=subtree_ids(category))

    def with_words(self, rows: QuerySet, name: str, words: str) -> QuerySet:
        query = all_words(words)
        if not query:
            return rows.none()
        return rows.extra(
            tables=["catalog_productsearch"],
            where=[
                "catalog_productsearch.product_id = catalog_product.id",
                "catalog_productsearch.words @@ %s::tsquery",
            ],
            params=[query],
        )


def _shown() -> QuerySet:
    pictures = ProductPicture.objects.order_by("position", "pk")
    return (
        Product.objects.visible()
        .select_related("shop", "category", "brand", "stats")
        .prefetch_related(Prefetch("pictures", pictures))
        .order_by("-pk")
    )


class CategoryList(generics.ListAPIView):
    """The category tree in its order; ``parent`` is the slug of the one above."""

    serializer_class = CategorySerializer
    pagination_class = None
    filter_backends = ()

    def get_queryset(self):
        rows = without_hidden(Category.objects.order_by("path"))
        by_path = {row.path: row for row in rows}
        for row in rows:
            row.above = by_path.get(row.path[: -Category.steplen])
        return rows


class ProductList(generics.ListAPIView):
    """Goods on sale in open shops."""

    serializer_class = ProductSerializer
    filterset_class = ProductFilter

    def get_queryset(self):
        return _shown()


class ProductDetail(generics.RetrieveAPIView):
    """One product with its SKUs."""

    serializer_class = ProductDetailSerializer
    lookup_field = "public_id"
    filter_backends = ()

    def get_queryset(self):
        skus = with_available(Sku.objects.filter(is_active=True)).order_by("pk")
        return with_specifications(_shown()).prefetch_related(Prefetch("skus", skus))
