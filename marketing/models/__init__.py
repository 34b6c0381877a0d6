from marketing.models.banner import Banner
from marketing.models.promotion import Coupon, CouponClaims, Promotion, PromotionShare, PromotionUse

__all__ = ["Banner", "Coupon", "CouponClaims", "Promotion", "PromotionShare", "PromotionUse"]
