from catalog.models.attribute import (
    Attribute,
    AttributeChoice,
    AttributeOverride,
    CategoryAttribute,
    ProductValue,
    StaleSearch,
)
from catalog.models.authorization import AuthorizationWarning, BrandAuthorization
from catalog.models.category import Brand, Category, CommissionChange, FormerAddress
from catalog.models.change import ProductChange, UnfinishedProduct
from catalog.models.code import GoodsCode
from catalog.models.commission import CommissionRule, CommissionVersion
from catalog.models.freight import FreightTemplate
from catalog.models.interest import Favorite, FollowedShop, Viewed, Watch
from catalog.models.price import FormerPrice, PriceLock
from catalog.models.product import Product, ProductPicture, ProductStats, ShopStats, Sku
from catalog.models.promise import ServicePromise
from catalog.models.question import Answer, Question
from catalog.models.review import Report, Review, ReviewAppeal, Vote
from catalog.models.sample import ProductSample
from catalog.models.search import (
    CatalogueWord,
    FacetName,
    FacetValue,
    ProductSearch,
    SearchedWords,
    SearchRule,
)
from catalog.models.shop_category import ShelvedProduct, ShopCategory
from catalog.models.slot import TimeSlot
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
    "Answer", "Attribute", "AttributeChoice", "AttributeOverride", "AuthorizationWarning", "Brand",
    "BrandAuthorization", "CatalogueWord", "Category", "CategoryAttribute", "CommissionChange", "CommissionRule",
    "CommissionVersion", "FacetName", "FacetValue", "Favorite", "FollowedShop", "FormerAddress", "FormerPrice",
    "FreightTemplate", "GoodsCode", "ImportProblem", "ImportedPicture", "PriceLock", "Product",
    "ProductChange", "ProductImport", "ProductPicture", "ProductSample", "ProductSearch", "ProductStats",
    "ProductValue", "Question", "Report", "Reservation", "Review", "ReviewAppeal", "SearchRule", "SearchedWords",
    "ServicePromise", "ShelvedProduct", "ShopCategory", "ShopStats", "Sku", "StaleSearch", "Stock", "StockAlarm",
    "StockCount", "StockCountLine", "StockMovement", "StockTerms", "StockTransfer", "StockTransferLine", "TimeSlot",
    "UnfinishedProduct", "Viewed", "Vote", "Warehouse", "Watch",
]  # fmt: skip
