from merchants.models.application import Application
from merchants.models.growth import DailyFacts, HealthScore, ShopActivity
from merchants.models.merchant import Merchant
from merchants.models.seat import Seat
from merchants.models.shop import Shop

__all__ = ["Application", "DailyFacts", "HealthScore", "Merchant", "Seat", "Shop", "ShopActivity"]
