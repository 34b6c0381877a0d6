"""C2, M1: who may sell goods from abroad, what she must state, and who looks at it."""

import pytest
from django.utils import translation

from catalog.changes import pending_of, told
from catalog.copying import copy_product
from catalog.customs import NotCrossBorder, WrongCustoms
from catalog.differences import differences_of
from catalog.products import approve_product, save_product, submit_product
from catalog.showcase import find_product, product_page
from catalog.skus import SkuDraft
from mall.money import Money
from mall.texts import Text
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import category
from tests.factories.kinds import abroad_sku, cross_border_shop, stated
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def cream(place, **fields):
    given = {"kind": "cross_border", "customs": stated(), "category": category(), "title": Text({"zh-hans": "面霜"})}
    drafts = [SkuDraft(price=Money(10_000))]
    return save_product(shop=place, fields=given | fields, skus=drafts, by=shopper(), now=NOON)


def test_only_cross_border_merchants_sell_goods_from_abroad():
    with pytest.raises(NotCrossBorder) as refused:
        cream(shop())
    assert refused.value.details["field"] == "kind"
    assert cream(cross_border_shop()).kind == "cross_border"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"customs": None}, "origin"),
        ({"customs": stated(origin="XX")}, "origin"),
        ({"customs": stated(hs_code="33049900")}, "hs_code"),
        ({"customs": stated(record="!")}, "customs_record"),
        ({"customs": stated(vat_bps=1_701)}, "vat"),
        ({"customs": stated(consumption_bps=-1)}, "consumption"),
        ({"customs": stated(tariff_bps=True)}, "tariff"),
        ({"kind": "physical"}, "origin"),
    ],
)
def test_what_is_stated_is_whole_and_can_be(fields, field):
    with pytest.raises(WrongCustoms) as refused:
        cream(cross_border_shop(), **fields)
    assert refused.value.details["field"] == field


def test_a_reviewer_looks_at_every_statement_and_at_its_change():
    row = cream(cross_border_shop(), customs=stated(hs_code="3304 9900 39", record="hz2026-000117"))
    assert row.customs["hs_code"], row.customs["record"] == ("3304990039", "HZ2026-000117")
    submit_product(product=row, by=shopper(), now=NOON)
    assert [told(reason) for reason in pending_of(row).reasons] == ["a statement for customs: 3304990039"]
    row = approve_product(product=row, by=staff(), now=NOON)
    assert row.status == "on_sale"

    fields = {"customs": stated(vat_bps=900)}
    row = save_product(
        shop=row.shop, product=row, fields=fields, skus=[SkuDraft(price=Money(11_000))], by=shopper(), now=NOON
    )
    change = pending_of(row)
    assert row.customs["vat_bps"] == 1_300 and change.proposed == {"customs": stated(vat_bps=900)}
    lines = {line.label: "".join(piece.text for piece in line.new) for line in differences_of(change).lines}
    assert lines == {"customs: VAT": "9 %"}
    assert row.price_from == Money(11_000)  # the rest applies at once
    assert copy_product(product=row, by=shopper(), now=NOON).customs == stated(vat_bps=900)


def test_the_page_tells_origin_and_duty_before_anything_is_bought():
    row = abroad_sku(price="100.00")
    page = product_page(find_product(row.product.public_id))

    assert page["customs"]["statement"].origin_name == "Japan"
    assert page["sku"].duty == page["skus_json"][0]["duty"] == "¥9.10"
