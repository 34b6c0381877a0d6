"""What shops change of their goods: some of it waits for a reviewer, some was refused; drafts, and moments to come."""

from datetime import datetime, timedelta

from catalog import products, reviewing
from catalog.models import Brand, Category, Product
from catalog.sale_times import set_sale_times
from catalog.skus import SkuDraft
from catalog.unfinished import put_aside
from mall.accounts.models import User
from mall.money import Money
from mall.texts import Text
from merchants.models import Shop

WORDS = [
    (
        {"zh-hans": "（新批次，礼盒装）", "en": " (new batch, in a gift box)"},
        {"zh-hans": "今年新采，随盒附冲泡说明", "en": "Picked this year; instructions come in the box"},
    ),
    (
        {"zh-hans": "（升级款）", "en": " (improved)"},
        {"zh-hans": "包装更厚实，运输更安心", "en": "Stronger packing for a safer journey"},
    ),
]
CLAIM = {"zh-hans": "全网热卖，人人都说好", "en": "Everybody says it is good"}
REFUSAL = "“人人都说好”没有依据，请写商品本身的特点。 · Please say what the goods are like; the claim has no source."


def show_changes(
    *, shops: dict[str, Shop], owners: dict[str, User], goods: dict[str, list[Product]], expert: User, now: datetime
) -> None:
    """Two changed titles, another brand and a fallen price wait for a reviewer; one change was refused before."""
    keys = [product.pk for made in goods.values() for product in made]
    rows = Product.objects.filter(pk__in=keys, status=Product.Status.ON_SALE).select_related("shop", "category")
    watched = list(rows.filter(category__risk=Category.Risk.STRICT).order_by("pk")[:3])
    others = list(rows.exclude(category__risk=Category.Risk.STRICT).order_by("pk")[:4])
    by_shop = {shop.pk: owners[slug] for slug, shop in shops.items()}

    def edit(product: Product, at: datetime, share: int = 100, **fields):
        products.save_product(
            shop=product.shop,
            product=product,
            fields=fields,
            skus=[_draft(sku, share) for sku in product.skus.order_by("pk")],
            by=by_shop[product.shop_id],
            now=at,
        )

    for hours, (product, (ending, line)) in enumerate(zip(watched, WORDS, strict=False), 3):
        title = Text({code: (text + ending.get(code, ""))[:120] for code, text in product.title.items()})
        edit(product, now - timedelta(hours=hours), title=title, subtitle=Text(line))
    if len(watched) > len(WORDS):
        product, at = watched[-1], now - timedelta(days=2)
        edit(product, at, subtitle=Text(CLAIM))
        change = product.changes.get(status="pending")
        reviewing.claim_change(change=change, by=expert, now=at + timedelta(hours=1))
        reviewing.refuse_change(change=change, reason="claim", note=REFUSAL, by=expert, now=at + timedelta(hours=1))
    if len(others) == 4:
        dropped, rebranded, ending, copied = others
        edit(dropped, now - timedelta(hours=1), share=10)
        brand = Brand.objects.filter(is_protected=False).exclude(pk=rebranded.brand_id).order_by("pk").first()
        edit(rebranded, now - timedelta(minutes=40), brand=brand)
        set_sale_times(
            product=ending, starts_at=None, ends_at=now + timedelta(days=5), by=by_shop[ending.shop_id], now=now
        )
        put_aside(
            shop=copied.shop,
            typed={f"title_{code.replace('-', '_')}": [text] for code, text in copied.title.items()},
            title=str(copied.title),
            product=None,
            by=by_shop[copied.shop_id],
            now=now,
        )


def _draft(sku, share: int) -> SkuDraft:
    """The SKU as it stands, at so many per cent of its price."""
    return SkuDraft(
        choice=tuple(sku.choice),
        price=Money(max(sku.price.minor * share // 100, 1), sku.currency),
        list_price=sku.list_price,
        code=sku.code,
        weight_grams=sku.weight_grams,
        volume_cm3=sku.volume_cm3,
        barcode=sku.barcode,
        is_active=sku.is_active,
    )
