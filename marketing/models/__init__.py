from marketing.models.banner import Banner
from marketing.models.flash import FlashCount, FlashUnits
from marketing.models.joint import JointTerms
from marketing.models.promotion import Coupon, CouponClaims, CouponSending, Promotion, PromotionShare, PromotionUse

__all__ = [
    "Banner", "Coupon", "CouponClaims", "CouponSending", "FlashCount", "FlashUnits", "JointTerms", "Promotion",
    "PromotionShare", "PromotionUse",
]  # fmt: skip
