"""What marketing knows of a person (A3): what she holds and took part in. It says nothing of who she is."""

from mall.accounts.privacy.registry import KEEP, blank, personal
from marketing.models import Backing, Bargain, BargainCut, Coupon, PromotionUse, Seat, TrialApplication

personal("marketing/coupons", lambda person: Coupon.objects.filter(shopper=person), erase=KEEP)
personal("marketing/promotions", lambda person: PromotionUse.objects.filter(shopper=person), erase=KEEP)
personal("marketing/bargains", lambda person: Bargain.objects.filter(shopper=person), erase=KEEP)
personal("marketing/bargain-help", lambda person: BargainCut.objects.filter(helper=person), erase=KEEP)
personal("marketing/crowdfundings", lambda person: Backing.objects.filter(shopper=person), erase=KEEP)
personal("marketing/groups", lambda person: Seat.objects.filter(shopper=person), erase=KEEP)
personal("marketing/trials", lambda person: TrialApplication.objects.filter(shopper=person), erase=blank(words=""))
