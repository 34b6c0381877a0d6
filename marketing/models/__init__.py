from marketing.models.banner import Banner
from marketing.models.campaign import Campaign, CampaignEnrolment, CampaignInvitation, CampaignResult
from marketing.models.flash import FlashCount, FlashUnits
from marketing.models.promotion import Coupon, CouponClaims, CouponSending, Promotion, PromotionShare, PromotionUse

__all__ = [
    "Banner", "Campaign", "CampaignEnrolment", "CampaignInvitation", "CampaignResult", "Coupon", "CouponClaims",
    "CouponSending", "FlashCount", "FlashUnits", "Promotion", "PromotionShare", "PromotionUse",
]  # fmt: skip
