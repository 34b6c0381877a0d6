"""What delivery costs in the demonstration: templates of its shops, and who names them, before the first sale (O2)."""

from datetime import datetime

from catalog.freight.charging import Zone
from catalog.freight.templates import make_default, save_template, use_template
from catalog.models import Product
from mall.accounts.models import User
from mall.texts import Text
from merchants.models import Shop
from settlement.demo import data


def make_freight(
    *, shops: dict[str, Shop], owners: dict[str, User], goods: dict[str, list[Product]], now: datetime
) -> None:
    for described in data.freight_templates():
        shop, owner = shops[described.shop], owners[described.shop]
        template = save_template(
            shop=shop,
            name=Text(described.name),
            measure=described.measure,
            zones=[
                Zone(
                    zone.regions,
                    zone.first,
                    zone.first_fee,
                    zone.further,
                    zone.further_fee,
                    zone.free_over,
                    zone.free_pieces,
                )
                for zone in described.zones
            ],
            nowhere=described.nowhere,
            by=owner,
            now=now,
        )
        if described.goods:
            theirs = [product for product in goods[described.shop] if _is_one_of(product, described.goods)]
            use_template(products=theirs, template=template, shop=shop, by=owner, now=now)
        else:
            make_default(template=template, by=owner, now=now)


def _is_one_of(product: Product, slugs: tuple[str, ...]) -> bool:
    """Whether it was made of one of these listings, whose names its codes begin with."""
    codes = [sku.code for sku in product.skus.all()]
    return any(code.startswith(f"{slug}-") for code in codes for slug in slugs)
