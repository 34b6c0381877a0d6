from risk.models.complaint import Complaint
from risk.models.hold import Hold
from risk.models.money import MoneyCase, MoneyCheck, MoneyLook, MoneyRule, MoneyRuleTurn, MoneySign
from risk.models.picture import RemovedPicture
from risk.models.trade import TradeCase, TradeCaseOrder, TradeFact, TradeRule, TradeWatch
from risk.models.word import BannedWord, WordEdition, WordPack

__all__ = [
    "BannedWord",
    "Complaint",
    "Hold",
    "MoneyCase",
    "MoneyCheck",
    "MoneyLook",
    "MoneyRule",
    "MoneyRuleTurn",
    "MoneySign",
    "RemovedPicture",
    "TradeCase",
    "TradeCaseOrder",
    "TradeFact",
    "TradeRule",
    "TradeWatch",
    "WordEdition",
    "WordPack",
]
