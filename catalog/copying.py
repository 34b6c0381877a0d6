"""A product once more, as the draft of another one."""

from copy import copy
from datetime import datetime

from django.db import transaction

from catalog import changes, terms
from catalog.models import Product, ProductPicture
from catalog.options import matrix
from catalog.products import LONGEST_TITLE, save_product
from catalog.skus import SkuDraft
from mall.texts import Text

ENDINGS = {"zh-hans": "（副本）", "en": " (copy)"}


@transaction.atomic
def copy_product(*, product: Product, by, now: datetime) -> Product:
    """
    A new draft like the product as its shop sees it: words, pictures, options and prices; without codes and stock.

    :raises ForbiddenWords: a word was forbidden since
    :raises ProposalOutdated: the change that waits names a category or a brand that is not there any more
    """
    pending = changes.pending_of(product)
    proposed = pending.proposed if pending else {}
    shown = changes.lay_over(copy(product), proposed)
    offered = {tuple(sku.choice): sku for sku in changes.skus_with(product.skus.order_by("pk"), product, proposed)}
    made = save_product(
        shop=product.shop,
        fields={
            "category": shown.category,
            "brand": shown.brand,
            "title": Text({code: _ended(text, code) for code, text in shown.title.items()}),
            "subtitle": Text(shown.subtitle),
            "description": Text(shown.description),
            "options": list(shown.options),
            "attributes": list(shown.attributes),
            "values": changes.values_of(shown),
            "kind": shown.kind,
            "at_home": shown.at_home,
            "ships_on": shown.ships_on,
            "customs": shown.customs,
            "promises": list(shown.promises),
            **{name: getattr(shown, name) for name in terms.LIMITS},
        },
        skus=[
            SkuDraft(
                choice=choice,
                price=sku.price,
                list_price=sku.list_price,
                weight_grams=sku.weight_grams,
                volume_cm3=sku.volume_cm3,
                is_active=sku.is_active,
            )
            for choice, sku in offered.items()
            if choice in set(matrix(shown.options))
        ],
        by=by,
        now=now,
    )
    ProductPicture.objects.bulk_create(
        ProductPicture(
            shop_id=made.shop_id,
            product=made,
            image=row.image,
            width=row.width,
            height=row.height,
            value_id=row.value_id,
            alt=row.alt,
            position=place,
        )
        for place, row in enumerate(changes.gallery_of(product, proposed))
    )
    made.video, made.freight_id = shown.video, product.freight_id
    made.save(update_fields=["video", "freight"])
    return made


def _ended(text: str, code: str) -> str:
    """The title with its ending; one that is too long gives way."""
    ending = ENDINGS.get(code, "")
    return text[: LONGEST_TITLE - len(ending)] + ending if text else text
