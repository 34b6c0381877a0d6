from catalog.models.category import Brand, Category
from catalog.models.product import Product, ProductPicture, ProductStats, Sku
from catalog.models.review import Review
from catalog.models.search import (
    CatalogueWord,
    FacetName,
    FacetValue,
    ProductSearch,
    SearchedWords,
    SearchRule,
)
from catalog.models.stock import Reservation, Stock, StockMovement, Warehouse

__all__ = [
    "Brand", "CatalogueWord", "Category", "FacetName", "FacetValue", "Product", "ProductPicture", "ProductSearch",
    "ProductStats", "Reservation", "Review", "SearchRule", "SearchedWords", "Sku", "Stock", "StockMovement",
    "Warehouse",
]  # fmt: skip
