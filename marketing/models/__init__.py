from marketing.models.banner import Banner
from marketing.models.bargain import Bargain, BargainCut, BargainHelps, BargainUnits
from marketing.models.deal_units import DealUnits
from marketing.models.deposits import DepositTaking, DepositUnits
from marketing.models.flash import FlashCount, FlashUnits
from marketing.models.funding import Backing, Funding
from marketing.models.group import BuyingGroup, Seat
from marketing.models.joint import JointTerms
from marketing.models.promotion import Coupon, CouponClaims, CouponSending, Promotion, PromotionShare, PromotionUse
from marketing.models.trial import Trial, TrialApplication, TrialUnits

__all__ = [
    "Backing", "Banner", "Bargain", "BargainCut", "BargainHelps", "BargainUnits", "BuyingGroup", "Coupon",
    "CouponClaims", "CouponSending", "DealUnits", "DepositTaking", "DepositUnits", "FlashCount", "FlashUnits",
    "Funding", "JointTerms", "Promotion", "PromotionShare", "PromotionUse", "Seat", "Trial", "TrialApplication",
    "TrialUnits",
]  # fmt: skip
