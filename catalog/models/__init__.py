from catalog.models.category import Brand, Category
from catalog.models.product import Product, ProductPicture, ProductStats, Sku
from catalog.models.review import Review
from catalog.models.search import ProductSearch
from catalog.models.stock import Reservation, Stock, StockMovement, Warehouse
from catalog.models.transfer import ImportedPicture, ImportProblem, ProductImport

__all__ = [
    "Brand", "Category", "ImportProblem", "ImportedPicture", "Product", "ProductImport", "ProductPicture",
    "ProductSearch", "ProductStats", "Reservation", "Review", "Sku", "Stock", "StockMovement", "Warehouse",
]  # fmt: skip
