"""In which top category each shop sells most: shops are scored and ranked within it (M6, M8)."""

from django.db import transaction

from catalog.models import Category
from mall.rows import select_rows
from merchants.growth import note_categories

_MAIN = """
    SELECT DISTINCT ON (product.shop_id) product.shop_id, root.slug
    FROM catalog_product product
    JOIN catalog_category category ON category.id = product.category_id
    JOIN catalog_category root ON root.path = left(category.path, %s)
    JOIN catalog_productstats stats ON stats.product_id = product.id
    WHERE product.status = 'on_sale'
    GROUP BY product.shop_id, root.slug
    ORDER BY product.shop_id, sum(stats.sold_count) DESC, count(*) DESC, root.slug
"""


@transaction.atomic
def tell_main_categories() -> int:
    """
    Tell merchants the main category of every shop with goods on sale; returns how many changed.

    Two statements, however many shops. A shop without goods on sale keeps the category it had.
    """
    return note_categories(dict(select_rows(_MAIN, [Category.steplen])))
