from merchants.models.application import Application
from merchants.models.conduct import Exit, Sanction, TierRecord
from merchants.models.growth import DailyFacts, GrowthEntry, HealthScore, ShopActivity
from merchants.models.holiday import Holiday
from merchants.models.invitation import Invitation
from merchants.models.merchant import Merchant
from merchants.models.petition import Petition
from merchants.models.seat import Seat
from merchants.models.shop import Shop

__all__ = [
    "Application",
    "DailyFacts",
    "Exit",
    "GrowthEntry",
    "HealthScore",
    "Holiday",
    "Invitation",
    "Merchant",
    "Petition",
    "Sanction",
    "Seat",
    "Shop",
    "ShopActivity",
    "TierRecord",
]
