"""What the demonstration shows of joint promotions: a coupon that was used at another shop, and who has borne what."""

import pytest
from django.db.models import Sum

from mall.clock import now as moment
from marketing.models import JointTerms, PromotionUse
from settlement.demo.joint import HOME, TEA, TEAWARE, promote_jointly
from settlement.demo.shops import SHOPPER
from settlement.models import Entry, Share
from settlement.verification import verify_ledger
from tests.factories.accounts import address, shopper
from tests.factories.catalog import sku
from tests.factories.merchants import shop


@pytest.mark.django_db
def test_tea_is_bought_with_the_coupon_of_the_teaware_shop():
    now, owners = moment(), {}
    shops = {slug: shop(slug=slug, owner=owners.setdefault(slug, shopper())) for slug in (TEAWARE, TEA, HOME)}
    address(shopper(email=SHOPPER))
    sku(shop=shops[TEA], price="128.00")

    promote_jointly(shops=shops, owners=owners, now=now)

    assert sorted(JointTerms.objects.values_list("status", flat=True)) == ["proposed", "signed", "signed"]
    use = PromotionUse.objects.get()
    assert (use.shop, use.borne_by_issuer.minor, use.borne_by_shop.minor) == (shops[TEA], 900, 600)
    assert Entry.objects.filter(kind="joint").count() == 1
    assert Share.objects.aggregate(sum=Sum("from_issuers"))["sum"] == 900
    assert verify_ledger().ok
