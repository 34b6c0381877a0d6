"""Categories, brands, banners, and the three hundred products with pictures and first stock."""

import itertools
from datetime import datetime, timedelta

from catalog import gallery, products, stock
from catalog.attributes import settle
from catalog.models import Attribute, AttributeChoice, Brand, Category, CategoryAttribute, Product, Sku
from catalog.skus import SkuDraft
from catalog.specifications import template_of
from mall.accounts.models import User
from mall.money import Money
from mall.texts import Text
from marketing.models import Banner
from merchants.models import Shop, Trade
from risk.screening import banned_words
from settlement.demo import data, pictures
from settlement.demo.answers import answer, hidden_answers
from settlement.demo.data import shapes
from settlement.demo.side_by_side import PROCESSES, side_by_side

TRADES = {"food": "food", "beauty": "cosmetics", "electronics": "3c"}  # by the top of the tree
PRODUCTS_LEFT_IN_REVIEW = 3  # so that the reviewers' queue has work


def trade_of(category: str) -> str:
    """The trade to which a drawer of the demonstration's catalogue belongs."""
    parents = {drawer.slug: drawer.parent for drawer in data.categories()}
    return TRADES.get(parents[category] or category, Trade.GENERAL)


def make_categories() -> dict[str, Category]:
    nodes: dict[str, Category] = {}
    trades = {trade.slug: trade for trade in Trade.objects.all()}
    for drawer in data.categories():
        facts = {
            "slug": drawer.slug,
            "name": Text(drawer.name),
            "commission_bps": drawer.commission_bps,
            "own_commission_bps": drawer.commission_bps,
            "risk": Category.Risk.STRICT if drawer.risk == "complex" else Category.Risk.PLAIN,
            "trade": trades[trade_of(drawer.slug)],
        }
        parent = nodes.get(drawer.parent)
        node = Category.objects.add_child(parent, facts) if parent else Category.objects.add_root(facts)
        node.icon = pictures.logo(drawer.emoji, "#f3ece2")
        node.save(update_fields=["icon"])
        nodes[drawer.slug] = node
        if parent:
            parent.refresh_from_db()
    make_attributes(nodes)
    return nodes


def make_attributes(categories: dict[str, Category]) -> None:
    """What the categories ask; the same for all that is below them."""
    for position, asked in enumerate(data.attributes()):
        attribute = Attribute.objects.create(
            category=categories[asked.category],
            name=Text(asked.name),
            kind=asked.kind,
            unit=Text(asked.unit),
            steps=list(asked.steps),
            is_required=asked.is_required,
            is_filterable=asked.is_filterable,
            position=position,
        )
        AttributeChoice.objects.bulk_create(
            AttributeChoice(attribute=attribute, name=Text(name), position=place)
            for place, name in enumerate(asked.choices)
        )
    settle()


def _answers(listing: shapes.Product, template: list[CategoryAttribute]) -> tuple[dict, list[dict]]:
    """What the lines of a listing say for what its category asks, and those that say something else."""
    by_name = {row.attribute.name["zh-hans"]: row.attribute for row in template}
    values, others = {}, []
    for line in listing.attributes:
        attribute = by_name.get(line.name["zh-hans"])
        said = answer(attribute, line.value) if attribute else None
        if said is None:
            others.append({"name": dict(line.name), "value": dict(line.value)})
        else:
            values[attribute.pk] = said
    for name, said in hidden_answers(listing):
        if name in by_name:
            values[by_name[name].pk] = said
    return values, others


def make_brands() -> dict[str, Brand]:
    return {brand.slug: Brand.objects.create(slug=brand.slug, name=Text(brand.name)) for brand in data.brands()}


def make_banners(now: datetime) -> None:
    for position, banner in enumerate(data.banners()):
        row = Banner(
            headline=Text(banner.headline),
            line=Text(banner.line),
            call=Text(banner.action),
            ground=banner.ground,
            target=f"/{'c' if banner.link_kind == 'category' else 'shop'}/{banner.link}/",
            position=position,
            starts_at=now - timedelta(days=7),
            ends_at=now + timedelta(days=365),
        )
        row.picture = pictures.banner(
            banner.emoji, tints=banner.tints, ground=banner.ground, accent=banner.accent, seed=position
        )
        row.save()


def make_products(
    *, shops: dict[str, Shop], owners: dict[str, User], expert: User, first_day: datetime, scale: int = 1
) -> dict[str, list[Product]]:
    """
    All products, on sale from the day their shop opened; returns them by shop slug, in the order of the data.

    With ``scale`` above 1 every listing is offered again in further batches, each a product of its own.
    """
    categories = {category.slug: category for category in Category.objects.all()}
    brands = {brand.slug: brand for brand in Brand.objects.all()}
    listings = data.products()
    templates = {slug: template_of(category) for slug, category in categories.items()}
    held_back = {listing.slug for listing in _to_be_reviewed(listings, categories)}

    jobs = [(listing, batch) for batch in range(scale) for listing in listings]

    def make(part: int, _meet) -> list[tuple[int, str, int]]:
        mine: dict[str, list[tuple[int, shapes.Product, int]]] = {}
        for place, (listing, batch) in list(enumerate(jobs))[part::PROCESSES]:
            mine.setdefault(listing.shop, []).append((place, listing, batch))
        words, made = banned_words(), []
        for slug, rows in mine.items():
            shop, owner = shops[slug], owners[slug]
            at = max(first_day, shop.opened_at) + timedelta(hours=2)
            drafted = [
                products.draft_product(
                    shop=shop,
                    now=at,
                    words=words,
                    template=templates[listing.category],
                    **_draft(listing, batch, categories, brands, templates),
                )
                for _place, listing, batch in rows
            ]
            written = products.create_products(
                shop=shop, drafted=drafted, submits=[False] * len(drafted), by=owner, now=at
            )
            _open_stock(shop, dict(zip(written, [listing for _place, listing, _batch in rows], strict=True)), owner, at)
            for product, (place, listing, batch) in zip(written, rows, strict=True):
                is_held_back = batch == 0 and listing.slug in held_back
                _show_and_submit(product, listing, owner, None if is_held_back else expert, at)
                made.append((place, slug, product.pk))
        return made

    made = [(slug, pk) for _place, slug, pk in sorted(itertools.chain.from_iterable(side_by_side(make)))]
    by_shop: dict[str, list[int]] = {}
    for slug, pk in made:
        by_shop.setdefault(slug, []).append(pk)
    rows = Product.objects.prefetch_related("skus").in_bulk([pk for _slug, pk in made])
    return {slug: [rows[pk] for pk in pks] for slug, pks in by_shop.items()}


def _to_be_reviewed(listings: list[shapes.Product], categories: dict[str, Category]) -> list[shapes.Product]:
    """The least sought-after listings of categories that an expert looks at."""
    watched = [listing for listing in listings if categories[listing.category].needs_review]
    return sorted(watched, key=lambda listing: (listing.popularity, listing.slug))[:PRODUCTS_LEFT_IN_REVIEW]


def _draft(
    listing: shapes.Product,
    batch: int,
    categories: dict[str, Category],
    brands: dict[str, Brand],
    templates: dict[str, list[CategoryAttribute]],
) -> dict:
    """The listing as the verb takes it."""
    values, others = _answers(listing, templates[listing.category])
    fields = {
        "category": categories[listing.category],
        "brand": brands[listing.brand],
        "title": _title(listing, batch),
        "subtitle": Text(listing.subtitle),
        "description": Text(listing.description),
        "options": [_option(option) for option in listing.options],
        "attributes": others,
        "values": values,
    }
    skus = [
        SkuDraft(
            choice=sku.choice,
            price=Money(sku.price),
            list_price=Money(sku.list_price) if sku.list_price else None,
            code=f"{listing.slug}-{batch}-{'-'.join(sku.choice) or 'one'}"[:60],
            weight_grams=sku.weight,
            volume_cm3=data.volume_of(listing.slug),
        )
        for sku in listing.skus
    ]
    return {"fields": fields, "skus": skus}


def _open_stock(shop: Shop, listings: dict[Product, shapes.Product], owner: User, at: datetime) -> None:
    """What lies in the shop's warehouse on its first day, counted."""
    units = {
        (product.pk, tuple(sku.choice)): sku.stock for product, listing in listings.items() for sku in listing.skus
    }
    skus = Sku.objects.filter(product__in=list(listings))
    counts = {sku.pk: units[sku.product_id, tuple(sku.choice)] for sku in skus}
    stock.correct_many(shop=shop, counts=counts, by=owner, now=at, document="opening")


def _show_and_submit(product: Product, listing: shapes.Product, owner: User, expert: User | None, at: datetime) -> None:
    """Hang its pictures and ask for it to go on sale; without an expert it stays in the queue if it comes there."""
    for shot in listing.shots:
        image = pictures.compose(shot.emoji, **shot.arguments())
        gallery.add_picture(product=product, image=image, value_id=shot.option_value or "", by=owner, now=at)
    submitted = products.submit_product(product=product, by=owner, now=at)
    if submitted.status == Product.Status.IN_REVIEW and expert is not None:
        products.approve_product(product=submitted, by=expert, now=at + timedelta(hours=3))


def _title(listing: shapes.Product, batch: int) -> Text:
    if batch == 0:
        return Text(listing.title)
    endings = {"zh-hans": f"（第 {batch + 1} 批）", "en": f" (batch {batch + 1})"}
    return Text({code: text + endings[code] for code, text in listing.title.items()})


def _option(option: shapes.Option) -> dict:
    values = [
        {"id": value.id, "name": dict(value.name)} | ({"swatch": value.swatch} if value.swatch else {})
        for value in option.values
    ]
    return {"id": option.id, "name": dict(option.name), "values": values}
