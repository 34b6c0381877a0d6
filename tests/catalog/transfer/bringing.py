"""Imports as tests start them: handed in, checked, brought in, without a queue."""

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from catalog.models import ImportProblem, Product, ProductImport, Sku
from catalog.transfer.asking import ask_for_import, start_import
from catalog.transfer.bringing import bring_in, check_import
from catalog.transfer.keeping import storage
from tests.conftest import NOON
from tests.factories.accounts import shopper


def use_private_folder(settings, folder):
    """Keep private files and pictures of this test below ``folder``."""
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {**settings.STORAGES["private"], "OPTIONS": {"location": str(folder / "private")}},
    }
    settings.MEDIA_ROOT = folder / "media"
    storages._storages.clear()


def handed_in(shop, content: bytes, *, name="products.csv", pictures: bytes | None = None, **how) -> ProductImport:
    how = {"words_language": "en", "by": shopper(), "now": NOON, **how}
    zipped = ContentFile(pictures, name="pictures.zip") if pictures else None
    return ask_for_import(shop=shop, file=ContentFile(content, name=name), pictures=zipped, **how)


def checked(shop, content: bytes, **how) -> ProductImport:
    job = handed_in(shop, content, **how)
    check_import(import_id=job.public_id, now=NOON)
    job.refresh_from_db()
    return job


def brought_in(shop, content: bytes, **how) -> ProductImport:
    job = checked(shop, content, **how)
    assert job.status == "checked", job.failure
    start_import(job=job, by=job.by, now=NOON)
    bring_in(import_id=job.public_id, now=NOON)
    job.refresh_from_db()
    return job


def counts(job: ProductImport) -> tuple[int, int, int, int]:
    """New, changed, unchanged, failed."""
    return job.created_count, job.updated_count, job.unchanged_count, job.failed_count


def said(job: ProductImport) -> list[tuple[int, str, str]]:
    """What is wrong: row, column, reason."""
    rows = ImportProblem.objects.filter(job=job).order_by("row", "pk")
    return [(row.row, row.column, row.reason) for row in rows]


def errors_of(job: ProductImport) -> str:
    with storage().open(job.errors_file) as file:
        return file.read().decode("utf-8-sig")


def shelf_of(shop) -> dict:
    """Everything that an import can write of a shop, by handle, without keys."""
    result = {}
    for product in Product.objects.owned_by(shop).order_by("handle"):
        names = product.option_names
        result[product.handle] = {
            "title": dict(product.title),
            "subtitle": dict(product.subtitle),
            "description": dict(product.description),
            "category": product.category.slug,
            "brand": product.brand and product.brand.slug,
            "attributes": product.attributes,
            "options": [
                (dict(option["name"]), [dict(value["name"]) for value in option["values"]])
                for option in product.options
            ],
            "skus": sorted(
                (
                    [str(names[value]) for value in sku.choice],
                    sku.code,
                    sku.price.minor,
                    sku.list_price and sku.list_price.minor,
                    sku.weight_grams,
                    sku.barcode,
                    sku.is_active,
                    sum(stock.on_hand for stock in sku.stocks.all()),
                )
                for sku in Sku.objects.filter(product=product)
            ),
            "pictures": [
                (picture.image.name, picture.alt, str(names.get(picture.value_id, "")))
                for picture in product.pictures.order_by("position", "pk")
            ],
            "status": product.status,
        }
    return result
