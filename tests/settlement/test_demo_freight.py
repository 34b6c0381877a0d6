"""The demonstration's shops charge freight by templates that the verbs accept, and its goods name them (O2)."""

import pytest

from catalog.freight.charging import freight
from catalog.freight.templates import terms_of, unmeasured
from catalog.models import FreightTemplate
from catalog.offers import buyable_skus
from mall.places import region
from settlement.demo import data
from settlement.demo.freight import make_freight
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.merchants import shop


@pytest.mark.django_db
def test_every_template_is_written_and_bulky_goods_name_theirs():
    slugs = {described.shop for described in data.freight_templates()}
    shops = {slug: shop() for slug in slugs}
    listings = {listing.slug: listing for listing in data.products() if listing.shop in slugs}
    goods: dict = {slug: [] for slug in slugs}
    for slug, listing in listings.items():
        measured = {"weight_grams": listing.skus[0].weight, "volume_cm3": data.volume_of(slug)}
        goods[listing.shop].append(sku(shop=shops[listing.shop], code=f"{slug}-0-one", **measured).product)

    make_freight(shops=shops, owners={slug: shopper() for slug in slugs}, goods=goods, now=NOON)

    rows = FreightTemplate.objects.order_by("pk")
    assert [row.is_default for row in rows] == [not described.goods for described in data.freight_templates()]
    bulky = next(row for row in rows if row.measure == "volume")
    assert bulky.products.count() == len(next(one.goods for one in data.freight_templates() if one.goods))
    assert sum(unmeasured(row) for row in rows) == 0


@pytest.mark.django_db
def test_a_sofa_goes_by_road_and_not_to_the_islands():
    house, sofa = shop(), "two-seat-fabric-sofa"
    row = sku(shop=house, code=f"{sofa}-0-one", volume_cm3=data.volume_of(sofa))
    described = [one for one in data.freight_templates() if one.goods]
    places = {one.shop: house for one in data.freight_templates()}
    make_freight(
        shops=places | {one.shop: shop() for one in data.freight_templates() if not one.goods and one.shop != "hemu"},
        owners={one.shop: shopper() for one in data.freight_templates()},
        goods={one.shop: [row.product] for one in described},
        now=NOON,
    )
    offer = buyable_skus([row.pk])[0]

    def sent(*where):
        return freight([offer.sent(1)], [99_900], region(*where))

    assert str(offer.freight.name["en"]) == "Furniture by road"
    assert [sent("广东", "广州").fee, sent("北京").fee] == [1800 + 11 * 500, 3000 + 11 * 800]
    assert sent("海南", "三亚").not_delivered == sent("浙江省", "舟山市").not_delivered == {row.pk}
    assert terms_of(FreightTemplate.objects.get(measure="volume")).zone_for(region("浙江", "宁波"))
