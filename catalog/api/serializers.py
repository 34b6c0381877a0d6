"""How goods are written down for machines. Amounts are fen, texts carry their languages."""

from django.core.files.storage import default_storage
from django.urls import reverse
from rest_framework import serializers

from catalog.models import Category, Product, Sku
from catalog.specifications import specifications_of


class AmountField(serializers.Field):
    """Money as ``{"amount": fen, "currency": "CNY"}``."""

    def to_representation(self, value) -> dict:
        return {"amount": value.minor, "currency": value.currency}


class CategorySerializer(serializers.ModelSerializer):
    parent = serializers.SerializerMethodField()

    class Meta:
        model = Category
        fields = ("slug", "name", "parent", "depth")

    def get_parent(self, category: Category) -> str | None:
        return category.above.slug if category.above else None


class SkuSerializer(serializers.ModelSerializer):
    id = serializers.CharField(source="public_id")
    price = AmountField()
    list_price = AmountField()
    available = serializers.IntegerField()

    class Meta:
        model = Sku
        fields = ("id", "choice", "price", "list_price", "available", "weight_grams")


class ProductSerializer(serializers.ModelSerializer):
    id = serializers.CharField(source="public_id")
    shop = serializers.CharField(source="shop.slug")
    category = serializers.CharField(source="category.slug")
    brand = serializers.CharField(source="brand.slug", default=None)
    price_from = AmountField()
    price_to = AmountField()
    pictures = serializers.SerializerMethodField()
    sold_count = serializers.IntegerField(source="stats.sold_count")
    rating = serializers.FloatField(source="stats.rating")
    review_count = serializers.IntegerField(source="stats.review_count")
    url = serializers.SerializerMethodField()

    class Meta:
        model = Product
        fields = (
            "id", "title", "subtitle", "shop", "category", "brand", "price_from", "price_to", "pictures", "sold_count",
            "rating", "review_count", "on_sale_at", "url",
        )  # fmt: skip

    def get_pictures(self, product: Product) -> list[str]:
        return [default_storage.url(picture.image.name) for picture in product.pictures.all()]

    def get_url(self, product: Product) -> str:
        return reverse("storefront:catalog:product", args=[product.public_id])


class ProductDetailSerializer(ProductSerializer):
    skus = SkuSerializer(many=True)
    specifications = serializers.SerializerMethodField()

    class Meta(ProductSerializer.Meta):
        fields = (*ProductSerializer.Meta.fields, "description", "options", "specifications", "attributes", "skus")

    def get_specifications(self, product: Product) -> list[dict]:
        """What it says for the attributes of its category, in every language; free ones are apart."""
        return [{"name": told.name, "kind": told.kind, "value": told.text} for told in specifications_of(product)]
