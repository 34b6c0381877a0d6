from marketing.models.banner import Banner
from marketing.models.bargain import Bargain, BargainCut, BargainHelps, BargainUnits
from marketing.models.deposits import DepositTaking, DepositUnits
from marketing.models.flash import FlashCount, FlashUnits
from marketing.models.joint import JointTerms
from marketing.models.promotion import Coupon, CouponClaims, CouponSending, Promotion, PromotionShare, PromotionUse
from marketing.models.trial import Trial, TrialApplication, TrialUnits

__all__ = [
    "Banner", "Bargain", "BargainCut", "BargainHelps", "BargainUnits", "Coupon", "CouponClaims", "CouponSending",
    "DepositTaking", "DepositUnits", "FlashCount", "FlashUnits", "JointTerms", "Promotion", "PromotionShare",
    "PromotionUse", "Trial", "TrialApplication", "TrialUnits",
]  # fmt: skip
