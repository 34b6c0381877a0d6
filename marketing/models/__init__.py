from marketing.models.banner import Banner
from marketing.models.deposits import DepositTaking, DepositUnits
from marketing.models.flash import FlashCount, FlashUnits
from marketing.models.promotion import Coupon, CouponClaims, CouponSending, Promotion, PromotionShare, PromotionUse

__all__ = [
    "Banner", "Coupon", "CouponClaims", "CouponSending", "DepositTaking", "DepositUnits", "FlashCount", "FlashUnits",
    "Promotion", "PromotionShare", "PromotionUse",
]  # fmt: skip
