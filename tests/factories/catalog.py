"""Goods at rest: categories, products on sale, SKUs with stock."""

from catalog import stock as stocks
from catalog.models import Brand, Category, Product, ProductStats, Sku, Stock
from catalog.search.index import index_products
from mall.money import Money
from mall.texts import Text
from tests.conftest import NOON
from tests.factories import number
from tests.factories.merchants import shop as a_shop


def category(*, parent: Category | None = None, name: str = "茶具", english: str = "Teaware", slug: str = "", **fields):
    """A category; without a parent at the root of the tree."""
    if fields.pop("needs_review", False):
        fields["risk"] = Category.Risk.STRICT
    if "commission_bps" in fields:
        fields["own_commission_bps"] = fields["commission_bps"]
    fields = {"slug": slug or f"category-{number()}", "name": Text({"zh-hans": name, "en": english}), **fields}
    if parent:
        return Category.objects.add_child(parent, fields)
    return Category.objects.add_root(fields)


def brand(*, name: str = "景德镇", english: str = "Jingdezhen", slug: str = "") -> Brand:
    return Brand.objects.create(slug=slug or f"brand-{number()}", name=Text({"zh-hans": name, "en": english}))


def product(*, shop=None, title: str = "青瓷盖碗", english: str = "Celadon gaiwan", **fields) -> Product:
    """A product on sale, without SKUs (``sku(product=...)`` adds one)."""
    shop = shop or a_shop()
    row = Product.objects.create(
        **{
            "shop": shop,
            "category": fields.pop("category", None) or category(),
            "title": Text({"zh-hans": title, "en": english}),
            "status": Product.Status.ON_SALE,
            "currency": shop.currency,
            "created_at": NOON,
            "changed_at": NOON,
            "on_sale_at": NOON,
            **fields,
        }
    )
    ProductStats.objects.create(product=row)
    index_products([row.pk])
    return row


def sku(*, price: str = "10.00", stock: int = 100, shop=None, product: Product | None = None, **fields) -> Sku:
    """A SKU on sale with so much stock; of a product of its own unless one is given."""
    product = product or globals()["product"](shop=shop)
    amount = Money.parse(price)
    row = Sku.objects.create(product=product, shop=product.shop, price=amount, currency=amount.currency, **fields)
    prices = [other.price for other in product.skus.filter(is_active=True)] or [amount]
    product.price_from, product.price_to = min(prices), max(prices)
    product.save(update_fields=["price_from", "price_to"])
    if stock:
        stocks.receive(sku=row, quantity=stock, now=NOON)
    else:
        Stock.objects.create(shop=row.shop, sku=row, warehouse=stocks.default_warehouse(row.shop))
    index_products([product.pk])
    return row
