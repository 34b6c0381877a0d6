"""Many SKUs at once: prices, codes, barcodes, weights and what is offered, of products as somebody saw them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import changes
from catalog.models import Product, ProductChange, Sku
from catalog.options import matrix
from catalog.products import save_product
from catalog.skus import SkuDraft
from mall.refusals import Refusal

FIELDS = ("price", "list_price", "code", "barcode", "weight_grams", "volume_cm3", "is_active")


class ChangedMeanwhile(Refusal):
    """Somebody else has changed the product since it was shown."""

    code = "changed-meanwhile"


@transaction.atomic
def change_skus(
    *, product: Product, seen_at: datetime, edits: Mapping[str, Mapping[str, object]], by, now: datetime
) -> Product:
    """
    Change some of a product's SKUs and nothing else of it; all of these edits or none.

    :param seen_at: ``changed_at`` of the product when it was shown to the person
    :param edits: by a SKU's public id what of ``FIELDS`` changes
    :raises ChangedMeanwhile: somebody else changed the product since
    :raises WrongPrice, DuplicateCode, ForbiddenWords: as :func:`catalog.products.save_product`
    """
    product = Product.objects.select_for_update(no_key=True).select_related("shop").get(pk=product.pk)
    if product.changed_at != seen_at:
        raise ChangedMeanwhile(_("Somebody else has changed this product meanwhile. Look at it and save again."))
    drafts = []
    for sku in offered_skus(product):
        draft = SkuDraft(choice=tuple(sku.choice), **{name: getattr(sku, name) for name in FIELDS})
        drafts.append(replace(draft, **edits.get(sku.public_id, {})) if sku.pk else draft)
    return save_product(shop=product.shop, product=product, fields={}, skus=drafts, by=by, now=now)


def offered_skus(product: Product) -> list[Sku]:
    """The SKUs of the product's options, as a change that waits would have them; new ones of that change last."""
    return offered_skus_of([product])[product.pk]


def offered_skus_of(products: Sequence[Product]) -> dict[int, list[Sku]]:
    """The same of many products, by their keys, in two questions to the database."""
    waiting = ProductChange.objects.filter(product__in=products, status=ProductChange.Status.PENDING)
    proposed = {change.product_id: change.proposed for change in waiting}
    skus: dict[int, list[Sku]] = {product.pk: [] for product in products}
    for sku in Sku.objects.filter(product__in=products).order_by("pk"):
        skus[sku.product_id].append(sku)
    return {product.pk: _within(product, proposed.get(product.pk, {}), skus[product.pk]) for product in products}


def _within(product: Product, proposed: dict, skus: list[Sku]) -> list[Sku]:
    combinations = set(matrix(proposed.get("options", product.options)))
    shown = changes.skus_with(skus, product, proposed)
    for sku in shown:
        sku.product = product
    return [sku for sku in shown if tuple(sku.choice) in combinations]
