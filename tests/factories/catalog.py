"""Goods at rest: categories, products on sale, SKUs with stock."""

from catalog import stock as stocks
from catalog.models import Brand, Category, Product, ProductChange, ProductStats, Sku, Stock, Warehouse
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
    if row.status == Product.Status.IN_REVIEW:
        ProductChange.objects.create(shop=row.shop, product=row, kind=ProductChange.Kind.NEW, asked_at=row.changed_at)
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


def warehouse(*, shop, name: str = "二号仓", english: str = "Second warehouse", **fields) -> Warehouse:
    """One more warehouse of a shop, behind those that it has."""
    first = stocks.default_warehouse(shop)
    last = Warehouse.objects.owned_by(first.shop).order_by("-position").values_list("position", flat=True)[0]
    text = Text({"zh-hans": name, "en": english})
    return Warehouse.objects.create(**{"shop": shop, "name": text, "position": last + 1, **fields})
