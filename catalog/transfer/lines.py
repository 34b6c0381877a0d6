"""Products as lines of a file: Shopify's columns in Shopify's order, then our own, which carry what those cannot."""

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urljoin

from django.conf import settings
from django.core.files.storage import default_storage

from catalog import kinds
from catalog.lines import line_of
from catalog.models import Attribute, Category, Product, ProductPicture, Sku, Stock
from catalog.options import matrix
from catalog.specifications import specifications_of
from catalog.transfer.columns import ATTRIBUTE, CUSTOMS, LANGUAGES, LIMITS, NAMES, OPTIONS
from catalog.transfer.planning import BRAND, KIND, TAGS, customs_cells
from mall.texts import Text

NAME = {key: names[0] for key, names in NAMES.items()}
PLAIN = {
    "subtitle",
    "attributes",
    "volume",
    "offered",
    "kind",
    "at_home",
    "ships_on",
    "promises",
    "freight",
    *LIMITS,
    *CUSTOMS,
}
OURS = [name for key, name in NAME.items() if ":" in key or key in PLAIN]
HEAD = [
    "Handle", "Title", "Body (HTML)", "Vendor", "Product Category", "Type", "Tags", "Published",
    *(f"Option{n} {part}" for n in OPTIONS for part in ("Name", "Value")),
    "Variant SKU", "Variant Grams", "Variant Inventory Tracker", "Variant Inventory Qty", "Variant Inventory Policy",
    "Variant Fulfillment Service", "Variant Price", "Variant Compare At Price", "Variant Requires Shipping",
    "Variant Taxable", "Variant Barcode", "Image Src", "Image Position", "Image Alt Text", "Gift Card",
    "Variant Image", "Variant Weight Unit", "Status", *OURS,
]  # fmt: skip
SHOPIFYS = {
    "Variant Inventory Tracker": "shopify", "Variant Inventory Policy": "deny",
    "Variant Fulfillment Service": "manual", "Variant Requires Shipping": "true", "Variant Taxable": "true",
    "Variant Weight Unit": "g",
}  # fmt: skip
_STATUS = {
    Product.Status.ON_SALE: "active", Product.Status.IN_REVIEW: "active", Product.Status.WITHHELD: "active",
    Product.Status.OFF_SALE: "archived", Product.Status.TAKEN_DOWN: "archived",
}  # fmt: skip


def lines_of(products: Sequence[Product]) -> Iterator[dict]:
    """The lines of these products, by the names of ``HEAD``; four questions to the database for all of them."""
    keys = [product.pk for product in products]
    skus, pictures, counts = _by_product(Sku, keys), _by_product(ProductPicture, keys, "position"), _counts(keys)
    paths = _paths({product.category.path for product in products})
    for product in products:
        yield from _lines(
            product,
            skus.get(product.pk, []),
            pictures.get(product.pk, []),
            counts,
            paths.get(product.category.path, ""),
        )


def asked_columns(shop) -> list[str]:
    """The names of the columns for what the goods of a shop say for attributes of their categories."""
    asked = Attribute.objects.filter(values__shop=shop).distinct().order_by("category__path", "position", "pk")
    return list(dict.fromkeys(f"{ATTRIBUTE}{attribute.name}" for attribute in asked))


def _by_product(model, keys: Sequence[int], *order: str) -> dict[int, list]:
    found: dict[int, list] = {}
    for row in model.objects.filter(product__in=keys).order_by("product_id", *order, "pk"):
        found.setdefault(row.product_id, []).append(row)
    return found


def _counts(keys: Sequence[int]) -> dict[int, int]:
    rows = Stock.objects.filter(sku__product__in=keys, warehouse__is_default=True)
    return dict(rows.values_list("sku_id", "on_hand"))


def _paths(wanted: Iterable[str]) -> dict[str, str]:
    """Category path to the names from the root down, as Shopify writes them: ``Tea > Teapots``."""
    step = Category.steplen
    above = {path: [path[:end] for end in range(step, len(path) + 1, step)] for path in wanted}
    rows = Category.objects.filter(path__in={path for paths in above.values() for path in paths})
    names = {category.path: str(category.name) for category in rows}
    return {path: " > ".join(names.get(one, "") for one in paths) for path, paths in above.items()}


def _lines(product: Product, skus: list[Sku], pictures: list[ProductPicture], counts, category: str) -> Iterator[dict]:
    places = {choice: place for place, choice in enumerate(matrix(product.options))}
    skus = sorted((sku for sku in skus if tuple(sku.choice) in places), key=lambda sku: places[tuple(sku.choice)])
    addresses = [_address(picture) for picture in pictures]
    for place in range(max(len(skus), len(pictures), 1)):
        line = dict.fromkeys(HEAD, "")
        line["Handle"] = product.handle or product.public_id
        if place == 0:
            line |= _of_product(product, category)
        if place < len(skus):
            line |= _of_sku(product, skus[place], counts.get(skus[place].pk, 0), pictures, addresses)
        if place < len(pictures):
            line |= {
                "Image Src": addresses[place],
                "Image Position": place + 1,
                "Image Alt Text": pictures[place].alt,
            }
        yield line


def _of_product(product: Product, category: str) -> dict:
    apart = {"tags": TAGS, "brand": BRAND, "type": KIND}
    said = {
        key: next((str(Text(row["value"])) for row in product.attributes if row["name"] == name), "")
        for key, name in apart.items()
    }
    others = [row for row in product.attributes if row["name"] not in apart.values()]
    line = {
        "Title": str(product.title),
        "Body (HTML)": str(product.description),
        "Vendor": str(product.brand.name) if product.brand else said["brand"],
        "Product Category": category,
        "Type": said["type"],
        "Tags": said["tags"],
        "Published": "true" if product.is_on_sale else "false",
        "Gift Card": "true" if product.kind == kinds.Kind.GIFT_CARD else "false",
        "Status": _STATUS.get(product.status, "draft"),
        NAME["subtitle"]: str(product.subtitle),
        NAME["attributes"]: "\n".join(f"{line_of(row['name'])} = {line_of(row['value'])}" for row in others),
    }
    line[NAME["kind"]] = str(product.kind)
    line[NAME["at_home"]] = "TRUE" if product.at_home else ""
    line[NAME["ships_on"]] = product.ships_on.isoformat() if product.ships_on else ""
    line[NAME["promises"]] = ", ".join(product.promises)
    line[NAME["freight"]] = str(product.freight.name) if product.freight else ""
    line |= {name: getattr(product, key) or "" for key, name in LIMITS.items()}
    line |= {NAME[key]: cell for key, cell in customs_cells(product.customs).items()}
    line |= {f"{ATTRIBUTE}{told.name}": told.for_files for told in specifications_of(product)}
    texts = {"title": product.title, "subtitle": product.subtitle, "body": product.description}
    line |= {NAME[f"{key}:{code}"]: text.get(code, "") for key, text in texts.items() for code in LANGUAGES}
    for n, option in enumerate(product.options, 1):
        line[f"Option{n} Name"] = str(Text(option["name"]))
        line |= {NAME[f"option{n}_name:{code}"]: option["name"].get(code, "") for code in LANGUAGES}
    if not product.options:
        line["Option1 Name"] = "Title"
    return line


def _of_sku(
    product: Product, sku: Sku, count: int, pictures: Sequence[ProductPicture], addresses: Sequence[str]
) -> dict:
    shown = next(
        (address for picture, address in zip(pictures, addresses, strict=True) if picture.value_id in sku.choice), ""
    )
    line = {
        **SHOPIFYS,
        "Variant Requires Shipping": "true" if kinds.is_sent(product.kind) else "false",
        "Variant SKU": sku.code,
        "Variant Grams": sku.weight_grams,
        "Variant Inventory Qty": count,
        "Variant Price": sku.price,
        "Variant Compare At Price": sku.list_price,
        "Variant Barcode": sku.barcode,
        "Variant Image": shown,
        NAME["volume"]: sku.volume_cm3,
        NAME["offered"]: "TRUE" if sku.is_active else "FALSE",
    }
    for n, value in enumerate(sku.choice, 1):
        name = product.option_names[value]
        line[f"Option{n} Value"] = str(name)
        line |= {NAME[f"option{n}_value:{code}"]: name.get(code, "") for code in LANGUAGES}
    if not sku.choice:
        line["Option1 Value"] = "Default Title"
    return line


def _address(picture: ProductPicture) -> str:
    return urljoin(f"{settings.MALL_BASE_URL}/", default_storage.url(picture.image.name))
