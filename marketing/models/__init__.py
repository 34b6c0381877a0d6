from marketing.models.banner import Banner
from marketing.models.deal_units import DealUnits
from marketing.models.flash import FlashCount, FlashUnits
from marketing.models.funding import Backing, Funding
from marketing.models.group import BuyingGroup, Seat
from marketing.models.promotion import Coupon, CouponClaims, CouponSending, Promotion, PromotionShare, PromotionUse

__all__ = [
    "Backing", "Banner", "BuyingGroup", "Coupon", "CouponClaims", "CouponSending", "DealUnits", "FlashCount",
    "FlashUnits", "Funding", "Promotion", "PromotionShare", "PromotionUse", "Seat",
]  # fmt: skip
