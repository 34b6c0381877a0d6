from catalog.models.category import Brand, Category
from catalog.models.change import ProductChange, UnfinishedProduct
from catalog.models.interest import Favorite, FollowedShop, HistoryOff, Viewed, Watch
from catalog.models.product import Product, ProductPicture, ProductStats, ShopStats, Sku
from catalog.models.question import Answer, Question
from catalog.models.review import Report, Review, ReviewAppeal, Vote
from catalog.models.search import (
    CatalogueWord,
    FacetName,
    FacetValue,
    ProductSearch,
    SearchedWords,
    SearchRule,
)
from catalog.models.stock import (
    Reservation,
    Stock,
    StockAlarm,
    StockCount,
    StockCountLine,
    StockMovement,
    StockTerms,
    StockTransfer,
    StockTransferLine,
    Warehouse,
)
from catalog.models.transfer import ImportedPicture, ImportProblem, ProductImport

__all__ = [
    "Answer", "Brand", "CatalogueWord", "Category", "FacetName", "FacetValue", "Favorite", "FollowedShop", "HistoryOff",
    "ImportProblem", "ImportedPicture", "Product", "ProductChange", "ProductImport", "ProductPicture",
    "ProductSearch", "ProductStats", "Question", "Report", "Reservation", "Review", "ReviewAppeal", "SearchRule",
    "SearchedWords", "ShopStats", "Sku", "Stock", "StockAlarm", "StockCount", "StockCountLine", "StockMovement",
    "StockTerms", "StockTransfer", "StockTransferLine", "UnfinishedProduct", "Viewed", "Vote", "Warehouse", "Watch",
]  # fmt: skip
