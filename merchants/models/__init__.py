from merchants.models.application import (
    AgreementAcceptance,
    AgreementRenewal,
    Application,
    ApplicationDecision,
    Blacklisted,
)
from merchants.models.conduct import Exit, Sanction, TierRecord
from merchants.models.document import AdmittedTrade, Document, DocumentWarning, RegistryAnswer
from merchants.models.growth import DailyFacts, GrowthEntry, HealthScore, ShopActivity
from merchants.models.holiday import Holiday
from merchants.models.invitation import Invitation
from merchants.models.merchant import Merchant
from merchants.models.petition import Petition
from merchants.models.requirement import Agreement, Requirement, Trade
from merchants.models.seat import Seat
from merchants.models.shop import Shop

__all__ = [
    "AdmittedTrade",
    "Agreement",
    "AgreementAcceptance",
    "AgreementRenewal",
    "Application",
    "ApplicationDecision",
    "Blacklisted",
    "DailyFacts",
    "Document",
    "DocumentWarning",
    "Exit",
    "GrowthEntry",
    "HealthScore",
    "Holiday",
    "Invitation",
    "Merchant",
    "Petition",
    "RegistryAnswer",
    "Requirement",
    "Sanction",
    "Seat",
    "Shop",
    "ShopActivity",
    "TierRecord",
    "Trade",
]
